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
    help=(
        "Exit with 1 for these changes. used: breaking changes, unless --usage shows "
        "that no client is affected."
    ),
)
@click.option(
    "--usage",
    multiple=True,
    metavar="FILE|GLOB|-",
    help=(
        "List the client versions that changes break, from logs of guards with usage=."
        "  [several times]"
    ),
)
@click.option(
    "--since",
    metavar="TIME",
    callback=since,
    help="Ignore use before this time: 7d, 24h, or a day in UTC such as 2026-11-30.",
)
@click.option(
    "--format",
    type=click.Choice(CHANGE_FORMATS),
    help="Output format.  [default: full; github in GitHub Actions]",
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
    """Report the changes for clients between two versions of an AsyncAPI document.

    OLD and NEW are files, or files of git revisions, written as REVISION:PATH. An existing path
    takes precedence.

    A change is breaking if NEW rejects events that clients can send, or sends events that OLD
    didn't promise. A change is compatible if everything that was valid is still valid, and
    dangerous if the command can't tell.

    The command validates boundary values against both versions, and shows an example of each
    change. It ignores references, names of components and operations, equivalent schemas, and
    `x-guard`.

    With --usage, each change lists the client versions that use the changed part.

    Exits with 0, with 1 for changes that --fail-on selects, and with 2 if the command can't read a
    document.
    """
    form = format or default_format()
    if not usage and (since is not None or fail_on == "used"):
        option = "--fail-on used" if since is None else "--since"
        raise click.UsageError(f"{option} needs to know what clients use; also pass --usage")

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
    click.echo(f"Wrote the report to {output}", err=True)
