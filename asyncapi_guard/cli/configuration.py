"""The configuration: `[tool.asyncapi-guard]` in pyproject.toml, or `asyncapi-guard.toml`.

The nearest one counts, from the folder of the file that is checked up to the root of its repository
(the folder with `.git`) or of the file system; configurations are not merged. In one folder
`asyncapi-guard.toml` wins. Folders and globs in it are relative to it.

A command reads its own table: `Configurations.table_for(...)` finds it, and `Table.read(KEYS)`
checks it against the keys and kinds that the command names, or says what was expected.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asyncapi_guard.lint.settings import Choice, Settings

__all__ = [
    "BOOLEAN",
    "STRING",
    "STRINGS",
    "TABLE",
    "Configuration",
    "ConfigurationError",
    "Configurations",
    "Kind",
    "Table",
    "read_table",
]

OWN_FILE = "asyncapi-guard.toml"
PYPROJECT = "pyproject.toml"
NAME = "asyncapi-guard"
#: Tables that belong to other commands, which read them themselves.
OTHER_TABLES = ("models", "types", "diff", "docs", "export")


class ConfigurationError(CannotRun):
    """It cannot be used: the message names the file and the key, and says what belongs there."""


# -- tables and kinds of values --------------------------------------------------------------------


class Kind(NamedTuple):
    """What a key takes: in words, and as a test."""

    expected: str
    accepts: Callable[[Any], bool]


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


STRING = Kind("a string", lambda value: isinstance(value, str))
STRINGS = Kind("a list of strings", _are_strings)
BOOLEAN = Kind("true or false", lambda value: isinstance(value, bool))
TABLE = Kind("a table", lambda value: isinstance(value, dict))
_SEVERITY = Kind(
    'a table of codes and severities, such as {unknown-field = "warning"}',
    lambda value: (
        isinstance(value, dict) and all(isinstance(level, str) for level in value.values())
    ),
)
_FILES = Kind(
    'a table of globs, such as {"legacy/*.yml" = {ignore = ["example-*"]}}',
    lambda value: isinstance(value, dict),
)

_CHOICE = {"select": STRINGS, "ignore": STRINGS, "severity": _SEVERITY}
_KEYS = {
    **_CHOICE,
    "strict": BOOLEAN,
    "per-file": _FILES,
    "exclude": STRINGS,
    "files": STRINGS,
    "root": STRING,
    "allow-http": STRINGS,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a configuration file.

    Attributes:
        path: the file.
        name: its dotted name there; empty for the whole file.
        values: what is in it.
    """

    path: Path
    name: str
    values: Mapping[str, Any]

    def read(self, keys: Mapping[str, Kind], *, besides: tuple[str, ...] = ()) -> dict[str, Any]:
        """The values, checked.

        Args:
            keys: what each key takes.
            besides: keys that are somebody else's.

        Raises:
            ConfigurationError: a key is unknown, or its value of another kind.
        """
        for key, value in self.values.items():
            if key in besides:
                continue
            if key not in keys:
                raise self.fault(key, self._unknown(key, (*keys, *besides)))
            if not keys[key].accepts(value):
                raise self.fault(key, f"must be {keys[key].expected}, not {_kind_of(value)}")
        return {key: value for key, value in self.values.items() if key not in besides}

    def table(self, key: str) -> Table:
        """A table inside of this one; an empty one where it is not there."""
        value = self.values.get(key, {})
        if not TABLE.accepts(value):
            raise self.fault(key, f"must be {TABLE.expected}, not {_kind_of(value)}")
        return Table(self.path, self._dotted(key), value)

    def tables(self, key: str) -> list[Table]:
        """The tables of an array of tables, or the one table that stands there; none without it."""
        value = self.values.get(key)
        if not isinstance(value, list):
            return [self.table(key)] if value is not None else []
        for item in value:
            if not TABLE.accepts(item):
                raise self.fault(key, f"must be tables, not {_kind_of(value)}")
        name = self._dotted(key)
        return [Table(self.path, f"{name}[{index}]", item) for index, item in enumerate(value)]

    def fault(self, key: str, problem: str) -> ConfigurationError:
        """The error that says what is wrong with a key."""
        return ConfigurationError(f"{shown_path(self.path)}: {self._dotted(key)}: {problem}")

    def _dotted(self, key: str) -> str:
        bare = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
        part = key if bare else f'"{key}"'
        return f"{self.name}.{part}" if self.name else part

    def _unknown(self, key: str, known: tuple[str, ...]) -> str:
        from asyncapi_guard.spec.wording import nearest

        names = f"; there are {', '.join(known)}" if known else ""
        return f"unknown key{nearest(key.replace('_', '-'), known) or names}"


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        others = [item for item in value if not isinstance(item, str)]
        return f"a list with {_kind_of(others[0])} in it" if others else "a list"
    if isinstance(value, dict):
        others = [item for item in value.values() if not isinstance(item, str)]
        return f"a table with {_kind_of(others[0])} in it" if others else "a table"
    if isinstance(value, str):
        return "a string"
    return "a number" if isinstance(value, (int, float)) else "a date or time"


# -- finding and reading files ---------------------------------------------------------------------


def read_table(path: Path) -> Table | None:
    """The table of a configuration file; `None` for a pyproject.toml that has none.

    Raises:
        ConfigurationError: it is not there, or not TOML.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        text = f"{shown_path(path)}: cannot be read: {error.strerror}"
        raise ConfigurationError(text) from error
    if path.name != PYPROJECT:
        return Table(path, "", _parsed(path, raw))
    if NAME.encode() not in raw:
        # Most have none: no need to parse them.
        return None
    tools = Table(path, "", _parsed(path, raw)).table("tool")
    return tools.table(NAME) if NAME in tools.values else None


def _parsed(path: Path, raw: bytes) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        # A byte order mark is what some editors on Windows leave.
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{shown_path(path)}: not TOML: {error}") from error


class Configurations:
    """The configurations of a run, each read once.

    Attributes:
        looked_at: every file that was looked for, there or not: a change to one changes the run.
    """

    def __init__(self, file: str | None = None, *, none: bool = False) -> None:
        self.looked_at: set[Path] = set()
        self._none = none
        self._file = _absolute(file) if file is not None else None
        self._tables: dict[Path, Table | None] = {}
        self._read: dict[Path | None, Configuration] = {}

    def of_file(self, name: str) -> Configuration:
        """The configuration for a file: the nearest one above it."""
        return self.of_folder(_absolute(name).parent)

    def of_folder(self, folder: str | Path) -> Configuration:
        """The configuration for a folder: its own, or the nearest one above it.

        Raises:
            ConfigurationError: it cannot be used.
        """
        table = self.table_for(folder)
        path = table.path if table else None
        if path not in self._read:
            self._read[path] = _configuration(table)
        return self._read[path]

    def reach_of_file(self, name: str) -> tuple[str | None, tuple[str, ...]]:
        """Where references of a file may lead: the folder they may not leave, and the hosts.

        Raises:
            ConfigurationError: it cannot be used.
        """
        table = self.table_for(_absolute(name).parent)
        if table is None:
            return None, ()
        values = table.read(_KEYS, besides=OTHER_TABLES)
        root = _root(table, values.get("root"), table.path.parent)
        return root, tuple(values.get("allow-http", ()))

    def table_for(self, folder: str | Path) -> Table | None:
        """The table that holds the configuration for a folder, as it stands there."""
        if self._none:
            return None
        if self._file is not None:
            return self._table(self._file) or _no_table(self._file)
        for above in _upwards(_absolute(folder)):
            for name in (OWN_FILE, PYPROJECT):
                table = self._table(above / name)
                if table is not None:
                    return table
        return None

    def _table(self, path: Path) -> Table | None:
        if path not in self._tables:
            self.looked_at.add(path)
            there = path == self._file or path.is_file()
            self._tables[path] = read_table(path) if there else None
        return self._tables[path]


def _absolute(name: str | Path) -> Path:
    return Path(os.path.abspath(name))  # noqa: PTH100  # pathlib keeps the `..`


def _no_table(path: Path) -> Table:
    raise ConfigurationError(f"{shown_path(path)}: there is no [tool.{NAME}] in it")


def _upwards(folder: Path) -> Iterator[Path]:
    """A folder and those above it, up to the root of the repository."""
    for above in (folder, *folder.parents):
        yield above
        if (above / ".git").exists():
            return


# -- what validate makes of it ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is configured for some files.

    Attributes:
        path: the file that says so; `None` without one.
        folder: what its relative names are relative to, absolute.
        settings: which findings are reported.
        files: what is checked when nothing is named.
        exclude: globs, absolute, of what is left out when folders are walked.
        root: the folder that references may not leave; `None` for the document's own.
        allow_http: hosts that references may lead to.
    """

    path: Path | None
    folder: Path
    settings: Settings
    files: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    root: str | None = None
    allow_http: tuple[str, ...] = ()


def _configuration(table: Table | None) -> Configuration:
    from asyncapi_guard.lint.globs import absolute_glob
    from asyncapi_guard.lint.settings import Settings

    if table is None:
        return Configuration(None, Path.cwd(), Settings())
    values = table.read(_KEYS, besides=OTHER_TABLES)
    folder = table.path.parent
    return Configuration(
        path=table.path,
        folder=folder,
        settings=_settings(table, values, folder),
        files=tuple(values.get("files", ())),
        exclude=tuple(absolute_glob(glob, str(folder)) for glob in values.get("exclude", ())),
        root=_root(table, values.get("root"), folder),
        allow_http=tuple(values.get("allow-http", ())),
    )


def _root(table: Table, root: str | None, folder: Path) -> str | None:
    if root is None:
        return None
    path = folder / root
    if not path.is_dir():
        raise table.fault("root", f"{root!r} is no folder in {shown_path(folder)}")
    return str(path)


def _settings(table: Table, values: Mapping[str, Any], folder: Path) -> Settings:
    from asyncapi_guard.lint.globs import absolute_glob
    from asyncapi_guard.lint.settings import Settings

    files = table.table("per-file")
    per_file = {}
    for glob in files.values:
        own = files.table(glob)
        per_file[absolute_glob(glob, str(folder))] = _choice(own, own.read(_CHOICE))
    general = _choice(table, {key: values[key] for key in _CHOICE if key in values})
    return Settings(
        general.select,
        general.ignore,
        general.severity,
        per_file=per_file,
        strict=values.get("strict", False),
        folder=str(Path.cwd()),
    )


def _choice(table: Table, values: Mapping[str, Any]) -> Choice:
    from asyncapi_guard.lint.settings import Choice, SettingsError

    try:
        return Choice(**values)
    except SettingsError as error:
        raise table.fault(error.field, error.problem) from error
