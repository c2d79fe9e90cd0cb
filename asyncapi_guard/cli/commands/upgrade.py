"""`asyncapi-guard upgrade`: AsyncAPI 2.0 to 2.6 documents become 3.1, 3.x ones fit Socket.IO.

Notes about what could not be carried stand at the lines of the old file; errors of the result,
which is checked as `validate` checks it, at those of the new one. Both go to stderr.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.lint_jobs import STDIN
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
         asyncapi-guard upgrade --force asyncapi.yml -o asyncapi.yml
         git show HEAD:old.yml | asyncapi-guard upgrade - --stdin-name old.yml
"""


@click.command("upgrade", epilog=_EXAMPLES)
@click.argument("file", metavar="FILE|-", type=click.Path(path_type=str))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=str),
    callback=or_standard_output,
    help=("Write to this file, as JSON if its name ends in .json.  [default: standard output]"),
)
@click.option(
    "--force", is_flag=True, help="Overwrite the file, and write a result that has errors."
)
@click.option(
    "--stdin-name",
    default="<stdin>",
    metavar="NAME",
    help=("File name to report for standard input (`-`). References are resolved relative to it."),
)
def command(file: str, output: str | None, force: bool, stdin_name: str) -> None:  # noqa: FBT001  # click passes flags so
    """Convert an AsyncAPI 2.0 to 2.6 document to 3.1, or adapt a 3.x document to Socket.IO.

    Clients publish the events that the server receives: `publish` becomes `receive`, and
    `subscribe` becomes `send`. The command prints a note, with its line, for each part that 3.1
    can't express.

    In 3.0 and 3.1 documents, the command rewrites parts that differ from
    docs/reference/profile.md: several channels of one namespace, a channel for each event, replies
    that are acks, and `prefixItems` in Draft 07 schemas. It changes only the affected lines where
    possible, leaves ambiguous parts as they are, and prints a note for each.

    Exits with 0 if a guard can load the result, or if the document is for another protocol. Exits
    with 1 if the result has errors, and with 2 if the command can't convert or write the file. A
    result with errors is written only with --force, unless AsyncAPI allows what the errors are
    about, such as an address that is not a namespace: correct these errors in the result.
    """
    if output is not None and Path(output).exists() and not force:
        raise CannotRun(f"{output} already exists. To overwrite it, pass --force.")
    raw = sys.stdin.buffer.read() if file == STDIN else None
    name = stdin_name if file == STDIN else file
    source, upgraded = _converted(name, raw)
    _show(name, upgraded.notes, source.text)
    result = _result(source, upgraded, output, raw)
    errors = _errors(result.content, name, output)
    _show(output or _STDOUT, errors, result.content)
    if not force and any(map(_is_of_the_format, errors)):
        click.echo(_refusal(len(errors)), err=True)
        sys.exit(1)
    _publish(result.content, output)
    _say(source.name, output, len(upgraded.notes), result)
    _say_what_is_left(output, len(errors))
    sys.exit(1 if errors else 0)


def _converted(name: str, raw: bytes | None) -> tuple[Source, Upgraded]:
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.loader import open_documents
    from asyncapi_guard.spec.upgrade import upgrade

    source = None
    try:
        source = open_documents(name, raw=raw).main
        return source, upgrade(source)
    except SpecError as error:
        text = raw.decode("utf-8", "replace") if raw is not None else None
        _show(name, error.findings, source.text if source is not None else text)
        sys.exit(2)


def _show(name: str, findings: Iterable[Finding], text: str | bytes | None = None) -> None:
    """Findings about a file; `text` is what stands in it when it is not to be read."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    report = render("full", [FileReport(name, tuple(findings), raw=raw)], quiet=True)
    if report:
        click.echo(report + "\n", err=True, color=wants_color(sys.stderr))


# -- the result ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Result:
    """What is written.

    Attributes:
        content: the file.
        is_new: whether it says anything else than the old one.
        lost: how many of the author's comments are not in it.
    """

    content: bytes
    is_new: bool
    lost: int


def _result(source: Source, upgraded: Upgraded, output: str | None, given: bytes | None) -> _Result:
    """The new file: the author's with edits in it, where it was AsyncAPI 3 and stays what it is."""
    from asyncapi_guard.spec.upgrade.edited_file import edited_file

    content = None
    as_json = _is_json(output)
    if upgraded.was_3 and (output is None or as_json == _is_json(source.uri)):
        as_json = _is_json(source.uri)
        raw = given if given is not None else Path(source.name).read_bytes()
        content = edited_file(source, raw, upgraded.data)
    if content is None:
        content = _text(upgraded.data, as_json=as_json).encode()
    lost = _comments(source.text or "") - _comments(content.decode("utf-8", "replace"))
    return _Result(
        content, upgraded.data != source.data, 0 if _is_json(source.uri) else lost.total()
    )


def _comments(text: str) -> Counter[str]:
    """What looks like comments of YAML."""
    return Counter(found.strip() for found in re.findall(r"(?:^|\s)#.*", text))


def _text(data: Any, *, as_json: bool) -> str:
    from asyncapi_guard.spec.serializing import to_json, to_yaml

    return to_json(data) if as_json else to_yaml(data)


def _is_json(output: str | None) -> bool:
    return output is not None and output.lower().endswith(".json")


def _errors(raw: bytes, file: str, output: str | None) -> tuple[Finding, ...]:
    """What our own linter says against the result."""
    from asyncapi_guard.lint import lint

    # References are relative to where the result goes; on stdout, that is where it came from.
    name = output or str(Path(file).parent / _STDOUT)
    found = lint(name, raw=raw)
    return tuple(finding for finding in found if finding.severity.value == "error")


def _is_of_the_format(error: Finding) -> bool:
    """Whether AsyncAPI forbids it: what stops a guard alone was like that in the old file."""
    from asyncapi_guard.lint import RULES

    return RULES[error.code].elsewhere is None


def _refusal(errors: int) -> str:
    plural = "s" if errors != 1 else ""
    return (
        f"The result has {errors} error{plural}, so no file was written. To write it, pass --force."
    )


def _say(file: str, output: str | None, notes: int, result: _Result) -> None:
    said = f" ({notes} note{'s' if notes != 1 else ''})" if notes else ""
    if not result.is_new:
        click.echo(f"{file}: nothing to change{said}", err=True)
    elif output is not None:
        click.echo(f"Upgraded {file} to {output}{said}", err=True)
    if result.lost:
        plural = "s are" if result.lost != 1 else " is"
        click.echo(
            f"{result.lost} comment{plural} lost, because the lines were rewritten", err=True
        )


def _say_what_is_left(output: str | None, errors: int) -> None:
    if errors:
        left = "1 error is" if errors == 1 else f"{errors} errors are"
        place = output or "the result"
        click.echo(f"{left} left, so the guard can't start: correct {place}", err=True)


# -- writing ---------------------------------------------------------------------------------------


def _publish(content: bytes, output: str | None) -> None:
    if output is None:
        click.echo(content, nl=False)
    else:
        write_whole(output, content)
