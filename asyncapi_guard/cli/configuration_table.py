"""A table of a configuration file: read, and checked key by key.

A command names the keys and kinds of its own table; `Table.read(KEYS)` checks what is there against
them, or says what was expected.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = [
    "BOOLEAN",
    "NAME",
    "PYPROJECT",
    "STRING",
    "STRINGS",
    "TABLE",
    "ConfigurationError",
    "Kind",
    "Table",
    "read_table",
]

PYPROJECT = "pyproject.toml"
NAME = "asyncapi-guard"


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


# -- reading files ---------------------------------------------------------------------------------


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
