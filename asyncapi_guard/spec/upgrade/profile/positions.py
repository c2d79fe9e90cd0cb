"""`prefixItems`, which Draft 07 and so AsyncAPI's own dialect do not have, as `items`.

A payload is looked at more closely: it stands for the arguments of an event, and an empty list of
positions, or `additionalItems` without any, says how many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.dialects import (
    Draft,
    UnknownFormatError,
    dialect_of,
    replace_subschemas,
)
from asyncapi_guard.spec.upgrade.profile.rewriting import is_within, local_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.upgrade.profile.rewriting import Rewriting

__all__ = ["ARGUMENT_LISTS", "Positions"]

#: Where pydantic-socketio writes what AsyncAPI has no word for.
ARGUMENT_LISTS = "x-pydantic-socketio"
_NO_ARGUMENTS = {"type": "null"}
# Keywords of an array that do not say what its items are.
_TEXTS = frozenset(("$comment", "default", "description", "examples", "title"))


class Positions:
    """Rewrites the schemas of a document."""

    def __init__(self, rewriting: Rewriting, *, are_arguments: bool) -> None:
        self._rewriting = rewriting
        self._are_arguments = are_arguments
        # There, a payload is the list of the arguments, whatever it says of them.
        self._are_lists = isinstance(rewriting.data.get(ARGUMENT_LISTS), dict)
        self._foreign: set[Path] = set()
        self._root: Path = ()

    def rewrite(self) -> None:
        """Rewrite each schema whose dialect has no `prefixItems`."""
        self._find_foreign()
        for path, is_arguments in list(_schemas(self._rewriting)):
            if not any(is_within(path, place) for place in self._foreign):
                self._rewrite(path, is_arguments=is_arguments and self._are_arguments)

    def _find_foreign(self) -> None:
        """Find what schemas in a dialect of its own refer to: it is of the same dialect."""
        for path, _ in _schemas(self._rewriting):
            value = self._rewriting.at(path)
            if _has_format(value) and not _lacks_positions(value["schemaFormat"]):
                self._foreign.add(path)
                self._follow(value["schema"])

    def _follow(self, schema: Any) -> None:
        stack = [schema]
        while stack:
            value = stack.pop()
            if isinstance(value, (dict, list)):
                stack.extend(value.values() if isinstance(value, dict) else value)
            target = local_target(value)
            if target is not None and target not in self._foreign:
                self._foreign.add(target)
                stack.append(self._rewriting.at(target))

    def _rewrite(self, path: Path, *, is_arguments: bool) -> None:
        if _has_format(self._rewriting.at(path)):
            path = (*path, "schema")
        holder, key = self._rewriting.at(path[:-1]), path[-1]
        old = holder[key]
        self._root = path if is_arguments else ()
        new = self._schema(old, path)
        if is_arguments:
            new = self._arguments(new, old, path)
        holder[key] = new

    # -- any schema --------------------------------------------------------------------------------

    def _schema(self, schema: Any, path: Path) -> Any:
        if not isinstance(schema, dict):
            return schema
        below = replace_subschemas(schema, lambda step, item: self._schema(item, (*path, *step)))
        if not isinstance(schema.get("prefixItems"), list):
            return below
        reason = _why_not(schema)
        if reason is not None:
            self._rewriting.note(
                (*path, "prefixItems"), f"'prefixItems' stays as it is: {reason}", key=True
            )
            return below
        if schema["prefixItems"] or path != self._root:
            self._rewriting.note((*path, "prefixItems"), _said(schema), key=True)
        return _with_items(below)

    # -- arguments ---------------------------------------------------------------------------------

    def _arguments(self, schema: Any, old: Any, path: Path) -> Any:
        """A schema of arguments; `old` is as it was written."""
        if not isinstance(schema, dict) or schema.get("type") != "array":
            return self._alternatives(schema, old, path)
        if old.get("prefixItems") == []:
            return self._none(schema, path)
        if "items" not in schema and "additionalItems" in schema:
            rest = schema["additionalItems"]
            if rest is False:
                return self._none(schema, path)
            message = "'additionalItems' without 'items' says nothing; it is read as any number "
            self._rewriting.note((*path, "additionalItems"), message + "of arguments", key=True)
            return {**schema, "items": [rest]}
        return self._listed(schema, path) if self._are_lists else schema

    def _none(self, schema: dict[str, Any], path: Path) -> dict[str, Any]:
        message = "a list without positions means no arguments; written as {type: 'null'}"
        self._rewriting.note(path, message)
        texts = {key: value for key, value in schema.items() if key in _TEXTS}
        return {**_NO_ARGUMENTS, **texts}

    def _listed(self, schema: dict[str, Any], path: Path) -> dict[str, Any]:
        """A list of any length, which is that of the arguments."""
        items = schema.get("items", {})
        if isinstance(items, list):
            return schema
        self._rewriting.note(
            path, "the list describes the arguments, of which any number is allowed"
        )
        return {**schema, "items": [items], "additionalItems": items}

    def _alternatives(self, schema: Any, old: Any, path: Path) -> Any:
        """Alternatives that each are a list of arguments."""
        if not self._are_lists or not isinstance(schema, dict) or set(schema) != {"anyOf"}:
            return schema
        forms = old["anyOf"] if isinstance(old["anyOf"], list) else [None]
        if not all(isinstance(form, dict) and form.get("type") == "array" for form in forms):
            return schema
        self._rewriting.note(
            path, "each alternative is a list of arguments, so they are now one list"
        )
        return {"type": "array", "items": [{}], "anyOf": schema["anyOf"]}


def _why_not(schema: dict[str, Any]) -> str | None:
    """Why `items` cannot say what `prefixItems` does."""
    if isinstance(schema.get("items"), list):
        return "'items' is also a list, and only one of the two can apply"
    if "additionalItems" in schema and "items" in schema:
        return "both 'items' and 'additionalItems' say what follows"
    if "$ref" in schema:
        return "it is beside a '$ref', where keywords have no effect"
    return None


def _said(schema: dict[str, Any]) -> str:
    if not schema["prefixItems"]:
        return "an empty 'prefixItems' says nothing; left out"
    message = "'prefixItems' is unknown to Draft 07, the dialect of this schema; 'items' is written"
    return message + (" for it, 'additionalItems' for 'items'" if "items" in schema else "")


def _with_items(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema in the words of Draft 07, which wants one position at least."""
    positions = schema["prefixItems"]
    names = {"prefixItems": "items", "items": "additionalItems"} if positions else {}
    return {
        names.get(key, key): value
        for key, value in schema.items()
        if positions or key != "prefixItems"
    }


# -- where schemas stand ---------------------------------------------------------------------------


def _schemas(rewriting: Rewriting) -> Iterator[tuple[Path, bool]]:
    """The schemas of a document: their paths, and whether they say what arguments are."""
    for path in _messages(rewriting):
        message = rewriting.map_at(path)
        for key in ("payload", "headers"):
            if key in message:
                yield (*path, key), key == "payload"
        if "x-ack" in message:
            has_args = isinstance(message["x-ack"], dict) and "args" in message["x-ack"]
            yield (*path, "x-ack", *(("args",) if has_args else ())), True
    for name in rewriting.map_at(("components", "schemas")):
        yield ("components", "schemas", name), False


def _messages(rewriting: Rewriting) -> Iterator[Path]:
    for section in (("channels",), ("components", "channels")):
        for id in rewriting.map_at(section):
            yield from rewriting.entries_of((*section, id))
    for section in (("components", "messages"), ("components", "messageTraits")):
        for id in rewriting.map_at(section):
            yield (*section, id)


def _has_format(value: Any) -> bool:
    return isinstance(value, dict) and "schema" in value and "schemaFormat" in value


def _lacks_positions(schema_format: Any) -> bool:
    """Whether a format is a dialect without `prefixItems`."""
    try:
        dialect = dialect_of(schema_format)
    except (TypeError, UnknownFormatError):
        return False
    return dialect.draft is not Draft.DRAFT202012
