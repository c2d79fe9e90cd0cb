"""`asyncapi-guard export`: the document of an application, or a spec of several files as one.

An application is imported and asked; nothing runs. With `--check` nothing is written: the file is
compared with what would be written, by its data, so its comments and its formatting are its own.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import IO, Any

import click

from asyncapi_guard.cli.application_import import (
    need_application,
    run_and_leave,
    take_stdout,
)
from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.code_documents import document_of, opened_document
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.exported_files import Author, author_of, exported_text, without_mark
from asyncapi_guard.cli.shared_options import or_standard_output, reference_options

__all__ = ["command"]

_EXAMPLES = """\
\b
Example: asyncapi-guard export package.module:socketio -o asyncapi.yml
         asyncapi-guard export 'package.module:create_app()' | less
         asyncapi-guard export package.module:socketio -o asyncapi.yml --check
         flask --app package asyncapi export -o asyncapi.yml
         asyncapi-guard export specs/asyncapi.yml --bundle -o public.yml
"""


@click.command("export", epilog=_EXAMPLES)
@click.argument("source", metavar="MODULE:ATTRIBUTE|FILE", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=str),
    callback=or_standard_output,
    help=("Write to this file, as JSON if its name ends in .json.  [default: standard output]"),
)
@click.option(
    "--check", is_flag=True, help="Write nothing, and exit with 1 if the file is out of date."
)
@click.option(
    "--force", is_flag=True, help="Overwrite the file even if it is hand-written or edited."
)
@click.option(
    "--bundle", is_flag=True, help="Inline everything the document references in other files."
)
@reference_options
def command(  # click passes options so
    source: str | None,
    output: str | None,
    check: bool,  # noqa: FBT001  # click passes flags so
    force: bool,  # noqa: FBT001  # click passes flags so
    bundle: bool,  # noqa: FBT001  # click passes flags so
    root: str | None,
    allow_http: tuple[str, ...],
) -> None:
    """Write the AsyncAPI document of an application, or one file of a document in several.

    MODULE:ATTRIBUTE is imported, but not run. It names a SocketIO of Flask-SocketIO, an
    AsyncAPISocketIO, a server or a client of python-socketio, or a Flask or ASGI application with
    a server. It can also be a call without arguments that returns one of them, such as
    package.module:create_app(). `flask asyncapi export` uses Flask's current application.

    The document includes the events that the sources emit. The command lists emits whose events
    are known only at run time. The document of a client describes what the client receives and
    sends. If a server has spec= or a guard with a document, the command writes that document.

    The command updates files that it has written, unless they were edited: a digest in the file
    shows edits. To overwrite a hand-written or edited file, pass --force.

    Exits with 0 if the document was written, or if the file of --check is up to date. Exits with 1
    if that file is out of date, and with 2 if the command can't run.
    """
    if check and output is None:
        raise click.UsageError("--check needs -o, the file to check")
    need_application(source)
    stdout = take_stdout()

    def run() -> int:
        name, data = document_of(source, root, allow_http, bundle=bundle)
        if check and output is not None:
            return _compare(data, output, stdout)
        _publish(data, output, stdout, name, force=force)
        return 0

    run_and_leave(run, stdout)


# -- writing ---------------------------------------------------------------------------------------


def _text(data: Any, output: str | None) -> str:
    from asyncapi_guard.spec.serializing import to_json, to_yaml

    return (
        to_json(data) if output is not None and output.lower().endswith(".json") else to_yaml(data)
    )


def _publish(data: Any, output: str | None, stdout: IO[str], source: str, *, force: bool) -> None:
    if output is None:
        click.echo(_text(data, None), file=stdout, nl=False)
        return
    is_there = Path(output).exists()
    if is_there and _same(_read(output), data) and not force:
        click.echo(f"{output} is up to date", err=True)
        return
    if is_there and not force:
        _refuse_to_overwrite(output)
    write_whole(output, exported_text(data, output, source))
    click.echo(f"{'Updated' if is_there and not force else 'Wrote'} {output}", err=True)


def _refuse_to_overwrite(output: str) -> None:
    """Leave alone what somebody has written, or has edited since it was exported."""
    author = author_of(Path(output))
    if author is Author.PERSON:
        raise CannotRun(
            f"{output} already exists with other content; to overwrite it, pass --force; to see "
            f"the difference, pass --check"
        )
    if author is Author.EDITOR:
        raise CannotRun(
            f"{output} was edited since it was exported; to overwrite the edits, pass --force; to "
            "see the difference, pass --check"
        )


def _same(one: Any, other: Any) -> bool:
    """Whether data is the same, whatever the order of keys, and whoever wrote it."""
    texts = [json.dumps(without_mark(each), sort_keys=True) for each in (one, other)]
    return texts[0] == texts[1]


def _read(file: str) -> Any:
    """The data of a file; `None` for what is no document."""
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.loader import open_documents

    try:
        return open_documents(file).main.data
    except SpecError:
        return None


# -- checking --------------------------------------------------------------------------------------


def _compare(data: Any, output: str, stdout: IO[str]) -> int:
    """Print how a file differs from what would be written: 1, or 0 when it does not."""
    path = Path(output)
    if not path.exists():
        click.echo(f"{output} is missing. To write it, run export without --check.", err=True)
        return 1
    old = without_mark(opened_document(output, None, (), wanted="compared with").main.data)
    data = without_mark(data)
    if _same(old, data):
        click.echo(f"{output} is up to date", err=True)
        return 0
    click.echo(_difference(old, data, output), file=stdout, nl=False)
    ours = author_of(path) is Author.EXPORT
    remedy = "without --check" if ours else "without --check and with --force"
    click.echo(f"{output} is out of date. To update it, run export {remedy}.", err=True)
    return 1


def _difference(old: Any, new: Any, output: str) -> str:
    """A unified diff. Both sides are written alike, so that only what they say differs."""
    before, after = (_text(side, output).splitlines(keepends=True) for side in (old, new))
    return "".join(difflib.unified_diff(before, after, output, f"{output} (exported)"))
