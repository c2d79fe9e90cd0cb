"""`asyncapi-guard diff`: what a new version of a document does to those who follow the old one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.change_reports import CHANGE_FORMATS, PlacedChange, report
from asyncapi_guard.cli.change_use import read_usage
from asyncapi_guard.cli.command_errors import run_or_say_why
from asyncapi_guard.cli.configuration import Configurations
from asyncapi_guard.cli.generated_files import opened, spec_faults_shown
from asyncapi_guard.cli.git_revisions import checked_out
from asyncapi_guard.cli.log_files import since
from asyncapi_guard.cli.reporters import default_format, wants_color
from asyncapi_guard.cli.shared_options import or_standard_output, reference_options

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from asyncapi_guard.cli.change_use import Used
    from asyncapi_guard.contract import Contract
    from asyncapi_guard.errors import Finding

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard diff old.yml new.yml
         asyncapi-guard diff main:asyncapi.yml asyncapi.yml
         asyncapi-guard diff v1.4:asyncapi.yml v1.5:asyncapi.yml --format markdown -o CHANGES.md
         asyncapi-guard diff main:asyncapi.yml asyncapi.yml --fail-on dangerous
         asyncapi-guard diff main:asyncapi.yml asyncapi.yml --usage 'usage-*.ndjson' --since 7d
"""
#: The levels that each choice of `--fail-on` fails for.
_FAILING = {
    "breaking": ("breaking",),
    "dangerous": ("breaking", "dangerous"),
    "any": ("breaking", "dangerous", "compatible"),
    "used": ("breaking",),
    "none": (),
}
#: The formats that say themselves what should be known of usage logs.
_WITH_NOTES = ("full", "json", "markdown")


@click.command("diff", epilog=_EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.option(
    "--fail-on",
    type=click.Choice([*_FAILING]),
    default="breaking",
    show_default=True,
    help="The changes that make the command exit with 1; used: breaking ones, unless --usage shows "
    "that they break nobody.",
)
@click.option(
    "--usage",
    multiple=True,
    metavar="FILE|GLOB|-",
    help="Say whom changes break, by what guards with usage= have counted.  [several times]",
)
@click.option(
    "--since",
    metavar="TIME",
    callback=since,
    help="Leave out use before: 7d, 24h, or a day in UTC such as 2026-11-30.",
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
def command(  # noqa: PLR0913  # one for each option
    *,
    old: str,
    new: str,
    fail_on: str,
    usage: tuple[str, ...],
    since: datetime | None,
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

    With --usage, each change says which versions of your clients use what it is about.

    Exits with 0, with 1 for changes that --fail-on names, and with 2 when a document cannot be
    read.
    """
    form = format or default_format()
    if not usage and (since is not None or fail_on == "used"):
        option = "--fail-on used" if since is None else "--since"
        raise click.UsageError(f"{option} is about what clients use: pass --usage, too")

    def run() -> int:
        with checked_out(old) as old_path, checked_out(new) as new_path:
            before = _Version(old, old_path, root, allow_http)
            after = _Version(new, new_path, root, allow_http)
            used = read_usage(usage, since, before.contract) if usage else None
            changes = _changes(before, after, used)
        text = report(form, changes, old, new, used)
        _publish(text, output)
        if used is not None and form not in _WITH_NOTES:
            for note in used.notes:
                click.echo(f"note: {note}", err=True)
        return int(any(_fails(each, fail_on) for each in changes))

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


def _fails(each: PlacedChange, fail_on: str) -> bool:
    if fail_on == "used" and each.impact is not None and each.impact.spares_all:
        return False
    return str(each.change.level) in _FAILING[fail_on]


def _changes(before: _Version, after: _Version, used: Used | None) -> list[PlacedChange]:
    from asyncapi_guard.compatibility import compare

    with spec_faults_shown("the versions cannot be compared"):
        found = compare(before.contract, after.contract)
    return [
        PlacedChange(
            each,
            before.finding(each.old),
            after.finding(each.new),
            None if used is None else used.impact(each),
        )
        for each in found
    ]


def _publish(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, color=wants_color(sys.stdout))
        return
    write_whole(output, click.unstyle(text) + "\n")
    click.echo(f"report written to {output}", err=True)
