"""`asyncapi-guard validate`: is this a document that the guard can use?"""

from __future__ import annotations

import sys

import click

from asyncapi_guard.cli.excerpts import render
from asyncapi_guard.errors import Finding, SpecError, UnreadableDocument
from asyncapi_guard.spec import load

__all__ = ["command"]


@click.command("validate", epilog="Example: asyncapi-guard validate asyncapi.yml specs/chat.yml")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=str))
@click.option(
    "--allow-http",
    metavar="HOST",
    multiple=True,
    help="Follow references to this host over http(s). May be given several times.",
)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    help="The folder that references may not leave.  [default: the file's own]",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
def command(
    files: tuple[str, ...],
    allow_http: tuple[str, ...],
    root: str | None,
    quiet: bool,  # noqa: FBT001  # click passes flags so
) -> None:
    """Check that AsyncAPI 3.0 or 3.1 files can be used by the guard.

    References are followed, schemas are checked against their metaschema, and operations against
    their channels. Every fault is shown with its file, line and column. What is allowed and hardly
    meant, such as an unknown format, is a warning.

    Exits with 0 when all files are fine, 1 when there are errors, 2 when a file cannot be read.
    """
    lines: dict[str, list[str]] = {}
    findings = 0
    unreadable = False
    for file in files:
        try:
            contract = load(file, allow_http=allow_http, root=root)
        except SpecError as error:
            findings += len(error.findings)
            unreadable = unreadable or _is_missing(error)
            for finding in error.findings:
                click.echo(render(finding, lines), err=True)
        else:
            for finding in contract.findings:
                click.echo(render(finding, lines, warning=True), err=True)
            if not quiet:
                click.echo(f"{click.style(file, bold=True)}: {click.style('ok', fg='green')}")
    if findings:
        click.echo(_summary(findings, len(files)), err=True)
    sys.exit(2 if unreadable else 1 if findings else 0)


def _is_missing(error: SpecError) -> bool:
    first: Finding = error.findings[0]
    return isinstance(error, UnreadableDocument) and first.message.startswith("cannot be read")


def _summary(findings: int, files: int) -> str:
    return (
        f"{findings} error{'s' if findings != 1 else ''} in {files} file{'s' if files != 1 else ''}"
    )
