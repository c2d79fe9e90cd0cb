"""A table of a configuration file: read, and checked key by key.

`Table.read` makes an instance of a class of `configuration_keys`, or says what was expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from msgspec import Meta, Struct

__all__ = ["NAME", "PYPROJECT", "ConfigurationError", "Table", "read_table"]

PYPROJECT = "pyproject.toml"
NAME = "asyncapi-guard"
_Keys = TypeVar("_Keys", bound="Struct")


class ConfigurationError(CannotRun):
    """It cannot be used: the message names the file and the key, and says what belongs there."""


# -- tables ----------------------------------------------------------------------------------------


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

    def read(self, keys: type[_Keys]) -> _Keys:
        """The values, converted.

        Args:
            keys: a class of `configuration_keys`, which says what each key takes.

        Raises:
            ConfigurationError: a key is unknown, or its value of another kind.
        """
        from msgspec.structs import fields

        known = {field.encode_name: field for field in fields(keys)}
        values = {}
        for key, value in self.values.items():
            if key not in known:
                raise self.fault(key, _unknown(key, tuple(known)))
            values[known[key].name] = self._converted(key, value, known[key].type)
        return keys(**values)

    def _converted(self, key: str, value: Any, kind: Any) -> Any:
        from msgspec import ValidationError, convert

        try:
            return convert(value, kind)
        except ValidationError as error:
            raise self.fault(key, _unexpected(value, kind)) from error

    def table(self, key: str) -> Table:
        """A table inside of this one; an empty one where it is not there."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, f"must be a table, not {_kind_of(value)}")
        return Table(self.path, self._dotted(key), value)

    def tables(self, key: str) -> list[Table]:
        """The tables of an array of tables, or the one table that stands there; none without it."""
        value = self.values.get(key)
        if not isinstance(value, list):
            return [self.table(key)] if value is not None else []
        for item in value:
            if not isinstance(item, dict):
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


def _unknown(key: str, known: tuple[str, ...]) -> str:
    from asyncapi_guard.spec.wording import nearest

    names = f"; there are {', '.join(known)}" if known else ""
    return f"unknown key{nearest(key.replace('_', '-'), known) or names}"


def _unexpected(value: Any, kind: Any) -> str:
    """What was expected in place of a value, by the description of the declared type."""
    from asyncapi_guard.spec.wording import nearest

    meta = _meta_of(kind)
    if meta.examples and isinstance(value, str):
        return f"must be {meta.description}, not {value!r}{nearest(value, meta.examples)}"
    return f"must be {meta.description}, not {_kind_of(value)}"


def _meta_of(kind: Any) -> Meta:
    """What describes a type; of one that may be left out, the type itself says it."""
    described = kind if get_origin(kind) is Annotated else get_args(kind)[0]
    meta: Meta = get_args(described)[1]
    return meta


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
    import msgspec

    try:
        # A byte order mark is what some editors on Windows leave.
        parsed: dict[str, Any] = msgspec.toml.decode(raw.decode("utf-8-sig"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{shown_path(path)}: not TOML: {error}") from error
    return parsed
