"""The configuration: `[tool.asyncapi-guard]` in pyproject.toml, or `asyncapi-guard.toml`.

The nearest one counts, from the folder of the file that is checked up to the root of its repository
(the folder with `.git`) or of the file system; configurations are not merged. In one folder
`asyncapi-guard.toml` wins. Folders and globs in it are relative to it.

A command reads its own table, which `Configurations.table_for(...)` finds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asyncapi_guard.cli.configuration_table import (
    NAME,
    PYPROJECT,
    ConfigurationError,
    Table,
    read_table,
)
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.cli.configuration_keys import ChoiceKeys, GeneralKeys
    from asyncapi_guard.lint.settings import Choice, Settings
    from asyncapi_guard.lint.style_options import StyleOptions

__all__ = ["Configuration", "Configurations"]

OWN_FILE = "asyncapi-guard.toml"


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
        from asyncapi_guard.cli.configuration_keys import GeneralKeys

        keys = table.read(GeneralKeys)
        return _root(table, keys.root, table.path.parent), keys.allow_http

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
    from asyncapi_guard.lint.settings import Settings

    if table is None:
        return Configuration(None, Path.cwd(), Settings())
    from asyncapi_guard.cli.configuration_keys import GeneralKeys
    from asyncapi_guard.lint.globs import absolute_glob

    keys = table.read(GeneralKeys)
    folder = table.path.parent
    return Configuration(
        path=table.path,
        folder=folder,
        settings=_settings(table, keys, folder),
        files=keys.files,
        exclude=tuple(absolute_glob(glob, str(folder)) for glob in keys.exclude),
        root=_root(table, keys.root, folder),
        allow_http=keys.allow_http,
    )


def _root(table: Table, root: str | None, folder: Path) -> str | None:
    if root is None:
        return None
    path = folder / root
    if not path.is_dir():
        raise table.fault("root", f"{root!r} is not a directory in {shown_path(folder)}")
    return str(path)


def _settings(table: Table, keys: GeneralKeys, folder: Path) -> Settings:
    from asyncapi_guard.cli.configuration_keys import ChoiceKeys
    from asyncapi_guard.cli.own_rule_tables import own_rules
    from asyncapi_guard.lint.globs import absolute_glob
    from asyncapi_guard.lint.settings import Settings

    rules = own_rules(table)
    own = frozenset(rule.name for rule in rules)
    files = table.table("per-file")
    per_file = {}
    for glob in files.values:
        files_of = files.table(glob)
        per_file[absolute_glob(glob, str(folder))] = _choice(
            files_of, files_of.read(ChoiceKeys), own
        )
    general = _choice(table, keys, own)
    return Settings(
        general.select,
        general.ignore,
        general.severity,
        per_file=per_file,
        strict=keys.strict,
        folder=str(Path.cwd()),
        clients=tuple(absolute_glob(glob, str(folder)) for glob in keys.clients),
        extend_select=general.extend_select,
        style=_style(table),
        rules=rules,
    )


def _style(table: Table) -> StyleOptions:
    from asyncapi_guard.cli.configuration_keys import StyleKeys
    from asyncapi_guard.lint.cases import CASES
    from asyncapi_guard.lint.style_options import StyleOptions
    from asyncapi_guard.spec.wording import nearest

    own = table.table("style")
    given = own.read(StyleKeys)
    cases = {}
    for name in own.values:
        value = getattr(given, name)
        cases[name] = (value,) if isinstance(value, str) else value
        for case in cases[name]:
            if case not in CASES:
                near = nearest(case, CASES) or f"; there are {', '.join(CASES)}"
                raise own.fault(name, f"{case!r} is not a case{near}")
    return StyleOptions(**{name: value for name, value in cases.items() if value})


def _choice(table: Table, keys: ChoiceKeys, own: frozenset[str]) -> Choice:
    from asyncapi_guard.lint.settings import Choice, SettingsError

    try:
        return Choice(
            keys.select, keys.ignore, keys.severity, extend_select=keys.extend_select, own=own
        )
    except SettingsError as error:
        raise table.fault(error.field, error.problem) from error
