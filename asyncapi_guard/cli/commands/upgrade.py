"""`asyncapi-guard upgrade`: AsyncAPI 2.0 to 2.6 documents become 3.1.

Notes about what could not be carried stand at the lines of the old file; errors of the result,
which is checked as `validate` checks it, at those of the new one. Both go to stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.reporters import FileReport, render, wants_color
from asyncapi_guard.cli.shared_options import or_standard_output

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.source import Source
    from asyncapi_guard.spec.upgrade import Upgraded

__all__ = ["command"]

_STDOUT = "<stdout>"
_EXAMPLES = """\
\b
Example: asyncapi-guard upgrade old.yml -o asyncapi.yml
         asyncapi-guard upgrade old.yml | less
"""


@click.command("upgrade", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=str))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=str),
    callback=or_standard_output,
    help="Write to this file; JSON when its name ends in .json.  [default: standard output]",
)
@click.option(
    "--force", is_flag=True, help="Overwrite the file, and write a result that has errors."
)
def command(file: str, output: str | None, force: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Convert an AsyncAPI 2.0 to 2.6 document to 3.1.

    What clients publish is what the server receives: `publish` becomes `receive`, `subscribe`
    becomes `send`. What 3.1 has no place for is noted, with the line where it stands.

    Exits with 0 when the result is fine, 1 when it has errors (it is written with --force only), 2
    when the file could not be converted or written.
    """
    if output is not None and Path(output).exists() and not force:
        raise CannotRun(f"{output} is already there; --force overwrites it")
    source, upgraded = _converted(file)
    _show(file, upgraded.notes)
    text = _text(upgraded.data, output)
    errors = _errors(text, file, output)
    _show(output or _STDOUT, errors, text)
    if errors and not force:
        click.echo(_refusal(len(errors)), err=True)
        sys.exit(1)
    _publish(text, output)
    _say(source.name, output, len(upgraded.notes))
    sys.exit(1 if errors else 0)


def _converted(file: str) -> tuple[Source, Upgraded]:
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.loader import open_documents
    from asyncapi_guard.spec.upgrade import upgrade

    try:
        source = open_documents(file).main
        return source, upgrade(source)
    except SpecError as error:
        _show(file, error.findings)
        sys.exit(2)


def _show(name: str, findings: Iterable[Finding], text: str | None = None) -> None:
    """Findings about a file; `text` is what stands in it when it is not written yet."""
    raw = text.encode() if text is not None else None
    report = render("full", [FileReport(name, tuple(findings), raw=raw)], quiet=True)
    if report:
        click.echo(report + "\n", err=True, color=wants_color(sys.stderr))


# -- the result ------------------------------------------------------------------------------------


def _text(data: Any, output: str | None) -> str:
    from asyncapi_guard.spec.serializing import to_json, to_yaml

    return to_json(data) if _is_json(output) else to_yaml(data)


def _is_json(output: str | None) -> bool:
    return output is not None and output.lower().endswith(".json")


def _errors(text: str, file: str, output: str | None) -> tuple[Finding, ...]:
    """What our own linter says against the result."""
    from asyncapi_guard.lint import lint

    # References are relative to where the result goes; on stdout, that is where it came from.
    name = output or str(Path(file).parent / _STDOUT)
    found = lint(name, raw=text.encode())
    return tuple(finding for finding in found if finding.severity.value == "error")


def _refusal(errors: int) -> str:
    plural = "s" if errors != 1 else ""
    return f"nothing was written: the result has {errors} error{plural}; --force writes it"


def _say(file: str, output: str | None, notes: int) -> None:
    if output is not None:
        said = f", with {notes} note{'s' if notes != 1 else ''}" if notes else ""
        click.echo(f"{file} was upgraded to {output}{said}", err=True)


# -- writing ---------------------------------------------------------------------------------------


def _publish(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text)
