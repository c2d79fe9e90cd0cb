"""Generated files: from which documents, and whether they are written, compared or watched.

What `models` and `types` have in common. A command reads its arguments or, without any, its own
table of the configuration (`configured`), makes the texts of all its files, and lets `settle` write
or compare them. Nothing is written unless everything could be made.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

import click

from asyncapi_guard.cli.atomic_writes import write_all
from asyncapi_guard.cli.command_errors import CannotRun, DocumentFaults, run_or_say_why
from asyncapi_guard.cli.configuration_table import NAME
from asyncapi_guard.cli.reporters import FileReport, render, wants_color
from asyncapi_guard.cli.shown_path import shown_path
from asyncapi_guard.cli.unified_diff import unified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from asyncapi_guard.cli.configuration import Configurations
    from asyncapi_guard.cli.configuration_keys import GeneratorKeys
    from asyncapi_guard.cli.configuration_table import Table
    from asyncapi_guard.cli.file_watcher import Watched
    from asyncapi_guard.spec.references import Documents

__all__ = [
    "Entry",
    "Output",
    "configured",
    "inputs_of",
    "opened",
    "relative",
    "run_generator",
    "settle",
    "spec_faults_shown",
]

_Keys = TypeVar("_Keys", bound="GeneratorKeys")


@dataclass(frozen=True, slots=True)
class Entry(Generic[_Keys]):
    """One entry of the configuration of a command that generates.

    Attributes:
        table: where it stands, for messages about it.
        keys: what it says.
        spec: the AsyncAPI file.
    """

    table: Table
    keys: _Keys
    spec: str

    def path(self, name: str | None) -> str | None:
        """A file or folder that it names, as people would type it here."""
        return None if name is None else _typed(self.table, name)


def _typed(table: Table, name: str) -> str:
    return shown_path(Path(os.path.normpath(table.path.parent / name)))


@dataclass(frozen=True, slots=True)
class Output:
    """What belongs to one generated file, or to the files of one folder.

    Attributes:
        files: texts, by paths.
        folder: a folder that has generated files only; those that are not made any more go.
        inputs: the files that it is made of, which are never written.
    """

    files: Mapping[Path, str] = field(default_factory=dict)
    folder: Path | None = None
    inputs: tuple[Path, ...] = ()


# -- what is to be done ----------------------------------------------------------------------------


def configured(
    command: str, keys: type[_Keys], configurations: Configurations
) -> list[Entry[_Keys]]:
    """The entries of `[tool.asyncapi-guard.COMMAND]`, a table or an array of tables.

    Raises:
        CannotRun: there are none, or they cannot be used.
    """
    table = configurations.table_for(Path.cwd())
    entries = [_entry(each, keys) for each in table.tables(command)] if table is not None else []
    if not entries:
        raise CannotRun(
            f"nothing to do: name a file, or configure [tool.{NAME}.{command}] in pyproject.toml"
        )
    return entries


def _entry(table: Table, keys: type[_Keys]) -> Entry[_Keys]:
    read = table.read(keys)
    if read.spec is None:
        raise table.fault("spec", "is missing: the AsyncAPI file")
    return Entry(table, read, _typed(table, read.spec))


def opened(file: str, root: str | None, allow_http: Sequence[str], using: Configurations) -> Any:
    """A document, opened under the rules of its configuration where the command line has none.

    Raises:
        SpecError: it cannot be read.
    """
    from asyncapi_guard.spec.loader import open_documents

    usual_root, usual_hosts = using.reach_of_file(file)
    return open_documents(file, root=root or usual_root, allow_http=allow_http or usual_hosts)


def inputs_of(documents: Documents) -> tuple[Path, ...]:
    """The files of a document: its own, and those that it refers to."""
    addresses = (urlsplit(source.uri) for source in documents.sources())
    return tuple(
        Path(url2pathname(address.path)) for address in addresses if address.scheme == "file"
    )


def relative(path: str | Path, folder: str | Path) -> str:
    """A path as it is from a folder, with slashes: the same on every machine."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return Path(path).as_posix()


# -- doing it --------------------------------------------------------------------------------------


def run_generator(run: Callable[[Watched | None], int], *, watch: bool) -> int:
    """The exit code of a run, or with `watch` of the last of many."""

    def once(watched: Watched | None) -> int:
        with _without_collecting():
            return run_or_say_why(lambda: run(watched))

    if not watch:
        return once(None)
    from asyncapi_guard.cli.file_watcher import watch as again

    return again(once)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave garbage meanwhile: a run makes much that stays, and is searched in vain again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def spec_faults_shown(outcome: str) -> Iterator[None]:
    """Show the faults of a document, and say that nothing comes of it.

    Args:
        outcome: what cannot be done with the file, such as `cannot generate models from {file}`.

    Raises:
        DocumentFaults: it has some.
    """
    from asyncapi_guard.errors import SpecError

    try:
        yield
    except SpecError as error:
        report = render("full", [FileReport(error.file, error.findings)], quiet=True)
        click.echo(report + "\n", err=True, color=wants_color(sys.stderr))
        raise DocumentFaults(outcome.replace("{file}", error.file) + ": it has errors") from error


def depends_on(watched: Watched, documents: Documents, root: str | None) -> None:
    """A document changes with the files that it refers to, which stand below its root."""
    main = Path(documents.main.name)
    watched.files.add(main)
    watched.folders.add(Path(root) if root else main.parent)


def settle(outputs: Sequence[Output], header: str, *, check: bool, force: bool) -> int:
    """Write what is new, or with `check` print how it differs: 1, or 0 when it does not.

    Args:
        outputs: what was made.
        header: how files that we have generated begin; others are nobody's to change but their
            authors'.
        check: write nothing.
        force: overwrite also what somebody else has written.

    Raises:
        CannotRun: a file is somebody else's, one that others are made of, or cannot be read or
            written.
    """
    _refuse_inputs(outputs)
    old = {path: _read(path) for output in outputs for path in output.files}
    leftovers = [path for output in outputs for path in _leftovers(output, header)]
    new = {path: text for output in outputs for path, text in output.files.items()}
    stale = {path: text for path, text in new.items() if old[path] != text}
    if check:
        for path, text in stale.items():
            before, after = (old[path] or "").encode(), text.encode()
            click.echo(unified(shown_path(path), before, after), nl=False)
        _tell_stale(stale, leftovers, old)
    else:
        _refuse_foreign(stale, old, header, force=force)
        for output in outputs:
            _make_folder(output.folder)
        write_all(stale)
        for path in leftovers:
            _remove(path)
        for path in stale:
            click.echo(f"Wrote {shown_path(path)}", err=True)
    if not stale and not leftovers:
        names = ", ".join(shown_path(output.folder or min(output.files)) for output in outputs)
        click.echo(f"{names} {'is' if len(outputs) == 1 else 'are'} up to date", err=True)
    return int(check and bool(stale or leftovers))


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CannotRun(f"{shown_path(path)} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        return ""  # whatever it is, it is not ours


def _leftovers(output: Output, header: str) -> list[Path]:
    """Generated modules of an earlier run that are not made any more."""
    if output.folder is None or not output.folder.is_dir():
        return []
    others = sorted(path for path in output.folder.glob("*.py") if path not in output.files)
    return [path for path in others if (_read(path) or "").startswith(header)]


def _tell_stale(
    stale: Mapping[Path, str], leftovers: Sequence[Path], old: Mapping[Path, str | None]
) -> None:
    for path in stale:
        state = "is out of date" if old[path] is not None else "is missing"
        remedy = "To update it, run the same command without --check."
        click.echo(f"{shown_path(path)} {state}. {remedy}", err=True)
    for path in leftovers:
        remedy = "To remove it, run the same command without --check."
        click.echo(f"{shown_path(path)} is no longer generated. {remedy}", err=True)


def _refuse_foreign(
    stale: Mapping[Path, str], old: Mapping[Path, str | None], header: str, *, force: bool
) -> None:
    for path in stale:
        text = old[path]
        if text is not None and text.strip() and not text.startswith(header) and not force:
            raise CannotRun(
                f"{shown_path(path)} already exists and was not generated. To overwrite it, "
                "pass --force."
            )


def _refuse_inputs(outputs: Sequence[Output]) -> None:
    """Refuse to replace a document by what is made of it, or anything that is no file."""
    inputs = [file for output in outputs for file in output.inputs]
    for path in (path for output in outputs for path in output.files):
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise CannotRun(
                f"{shown_path(path)} is a device or a pipe, not a file; leave -o out to write to "
                "standard output"
            )
        if any(_is_same(path, file) for file in inputs):
            raise CannotRun(
                f"{shown_path(path)} is a file of the document itself, which would be lost; name "
                "another file to write"
            )


def _is_same(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file: by links, or in another spelling."""
    try:
        return path.samefile(other)
    except OSError:  # one of them is missing
        return False


def _make_folder(folder: Path | None) -> None:
    if folder is None:
        return
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        above = f"there is no directory {shown_path(folder.parent)}"
        raise CannotRun(f"{shown_path(folder)} cannot be made: {above}") from error
    except OSError as error:
        raise CannotRun(f"{shown_path(folder)} cannot be made: {error.strerror}") from error


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise CannotRun(f"{shown_path(path)} cannot be removed: {error.strerror}") from error
    click.echo(f"Removed {shown_path(path)}", err=True)
