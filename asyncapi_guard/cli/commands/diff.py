"""`asyncapi-guard diff`: what a new version of a document does to those who follow the old one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.change_reports import CHANGE_FORMATS, PlacedChange, report
from asyncapi_guard.cli.command_errors import run_or_say_why
from asyncapi_guard.cli.configuration import Configurations
from asyncapi_guard.cli.generated_files import opened, spec_faults_shown
from asyncapi_guard.cli.git_revisions import checked_out
from asyncapi_guard.cli.reporters import default_format, wants_color
from asyncapi_guard.cli.shared_options import or_standard_output, reference_options

if TYPE_CHECKING:
    from pathlib import Path

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.errors import Finding

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard diff old.yml new.yml
         asyncapi-guard diff main:asyncapi.yml asyncapi.yml
         asyncapi-guard diff v1.4:asyncapi.yml v1.5:asyncapi.yml --format markdown -o CHANGES.md
         asyncapi-guard diff main:asyncapi.yml asyncapi.yml --fail-on dangerous
"""
#: The levels that each choice of `--fail-on` fails for.
_FAILING = {
    "breaking": ("breaking",),
    "dangerous": ("breaking", "dangerous"),
    "any": ("breaking", "dangerous", "compatible"),
    "none": (),
}


@click.command("diff", epilog=_EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.option(
    "--fail-on",
    type=click.Choice([*_FAILING]),
    default="breaking",
    show_default=True,
    help="The changes that make the command exit with 1.",
)
@click.option(
    "--format",
    type=click.Choice(CHANGE_FORMATS),
    help="How to report.  [default: full; github in GitHub Actions]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    callback=or_standard_output,
    help="Write the report to this file.",
)
@reference_options
def command(
    old: str,
    new: str,
    fail_on: str,
    format: str | None,
    output: str | None,
    root: str | None,
    allow_http: tuple[str, ...],
) -> None:
    """Say what changes for clients when a server goes from OLD to NEW.

    Each is a file, or a file of a git revision, written as REVISION:PATH. A path that exists is a
    path.

    A change is breaking when NEW refuses what clients may send, or sends what OLD did not promise.
    It is compatible when all that was right is still right, and dangerous when nobody can say.

    Values on the boundaries of both versions are judged by both, and each change comes with an
    example. References, names of components and of operations, and what says the same in other
    words are no changes; nor is what is enforced (`x-guard`).

    Exits with 0, with 1 for changes that --fail-on names, and with 2 when a document cannot be
    read.
    """
    form = format or default_format()

    def run() -> int:
        with checked_out(old) as old_path, checked_out(new) as new_path:
            before = _Version(old, old_path, root, allow_http)
            after = _Version(new, new_path, root, allow_http)
            changes = _changes(before, after)
        text = report(form, changes, old, new)
        _publish(text, output)
        levels = {str(each.change.level) for each in changes}
        return int(bool(levels & {*_FAILING[fail_on]}))

    click.get_current_context().exit(run_or_say_why(run))


class _Version:
    """One version of the document.

    Attributes:
        contract: what it says.
    """

    def __init__(self, name: str, path: Path, root: str | None, allow_http: Any) -> None:
        from asyncapi_guard.codegen.pointers import Pointers
        from asyncapi_guard.spec.compiler import compile_contract

        self._name, self._path = name, str(path)
        with spec_faults_shown(f"{name} cannot be compared"):
            documents = opened(self._path, root, allow_http, Configurations())
            self.contract: Contract = compile_contract(documents, "auto")
        self._pointers = Pointers(documents)

    def finding(self, location: str) -> Finding | None:
        """Where a location of the contract stands, under the name that was given."""
        from dataclasses import replace

        if not location:
            return None
        found = self._pointers.finding(location, "")
        return replace(found, file=self._name) if found.file == self._path else found


def _changes(before: _Version, after: _Version) -> list[PlacedChange]:
    from asyncapi_guard.compatibility import compare

    with spec_faults_shown("the versions cannot be compared"):
        found = compare(before.contract, after.contract)
    return [PlacedChange(each, before.finding(each.old), after.finding(each.new)) for each in found]


def _publish(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, color=wants_color(sys.stdout))
        return
    write_whole(output, click.unstyle(text) + "\n")
    click.echo(f"report written to {output}", err=True)
