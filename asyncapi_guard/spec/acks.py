"""`x-ack`: what an acknowledgement may be, whether one is required, and how long it may take.

A mapping with `args` is the long form, `{args: schema, required: true, timeout: 5}`, and `args`
alone decides that: `required` is a keyword of JSON Schema, too, so `{type: object, required: [a]}`
is a schema, as is everything else without `args`. `false` says that nobody asks for an ack.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.schema_habits import ALL_KEYWORDS
from asyncapi_guard.spec.wording import GLUED, boolean_hint, kind_of, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.references import Node

__all__ = [
    "NO_OPTIONS",
    "AckFault",
    "AckOptions",
    "ack_fault",
    "ack_options",
    "ack_place",
    "ack_schema",
    "fault_of_required",
    "fault_of_timeout",
    "is_long_form",
    "lacks_format",
    "option_faults",
    "schema_in_ack",
    "with_options",
    "with_schema",
]

#: What may stand beside the `schema` of a Multi Format Schema Object, and limits nothing.
_BESIDE_SCHEMA = frozenset(("schema", "description", "example", "examples", "summary", "title"))
#: Fields of messages that people put around the schema of an ack.
_WRAPPERS = frozenset(("payload", "message", "messages", "content", "body"))
#: So many names are said of several.
_READ = 3
_OPTIONS = ("required", "timeout")
_COMPANIONS = frozenset(("args", "description", "summary", "title"))
_SCHEMA_PARTS = ALL_KEYWORDS | {"$ref", "schema", "schemaFormat"}


class AckOptions(NamedTuple):
    """What stands beside the schema of an ack.

    Attributes:
        required: whoever sends the event must ask for an ack.
        timeout: within how many seconds it must come; `None` for any time.
        none: nobody asks for an ack.
    """

    required: bool = False
    timeout: float | None = None
    none: bool = False


#: A schema, and no more.
NO_OPTIONS = AckOptions()


class AckFault(NamedTuple):
    """What is wrong with an `x-ack`.

    Attributes:
        place: where.
        message: what, and what to write.
        key: it is the key at that place, not its value.
    """

    place: Node
    message: str
    key: bool

    def finding(self, code: str) -> Finding:
        """It, as what is reported."""
        return self.place.finding(self.message, code, key=self.key)


def is_long_form(value: Any) -> bool:
    """Whether an `x-ack` has its schema under `args`."""
    return isinstance(value, dict) and "args" in value and not is_reference(value)


def ack_schema(node: Node) -> Node:
    """The schema of an `x-ack`: itself, or that of `{args: schema}`."""
    return node.child("args") if is_long_form(node.value) else node


def ack_place(node: Node, resolve: Callable[[Node], Node | None]) -> Node:
    """The long form of an `x-ack` behind a reference; a schema stays where it is.

    Args:
        node: the `x-ack`.
        resolve: follows a reference.
    """
    target = resolve(node) if is_reference(node.value) else None
    return target if target is not None and is_long_form(target.value) else node


def schema_in_ack(value: Any) -> Any:
    """The schema of an `x-ack`, as data."""
    return value["args"] if is_long_form(value) else value


def with_schema(value: Any, schema: Any) -> Any:
    """An `x-ack` with another schema, as data."""
    return {**value, "args": schema} if is_long_form(value) else schema


def with_options(value: Any, options: AckOptions) -> Any:
    """An `x-ack`, as data, with more said of it; `None` is one of which nothing was said."""
    if options.none:
        return False
    schema = True if value is None or value is False else value
    found: dict[str, Any] = {"args": schema}
    if isinstance(value, dict) and is_long_form(value):
        found = dict(value)
    if options.required:
        found["required"] = True
    if options.timeout is not None:
        found["timeout"] = options.timeout
    return found


def ack_options(node: Node) -> AckOptions:
    """What an `x-ack` without faults says besides its schema."""
    if node.value is False:
        return AckOptions(none=True)
    if not is_long_form(node.value):
        return AckOptions()
    timeout = node.value.get("timeout")
    return AckOptions(
        node.value.get("required", False), None if timeout is None else float(timeout)
    )


def ack_fault(node: Node) -> str:
    """What is wrong with an `x-ack` in which no keyword stands; empty if one does."""
    schema = ack_schema(node).value
    if not isinstance(schema, dict) or not schema or lacks_format(schema):
        return ""
    if not ALL_KEYWORDS.isdisjoint(schema) or {"schema", "schemaFormat"} <= schema.keys():
        return ""
    names = [key for key in schema if not key.startswith("x-")]
    if not names or any(map(GLUED.fullmatch, names)):
        return ""
    advice = "; write the schema itself instead" if names[0] in _WRAPPERS else ""
    advice = advice or nearest(names[0], ALL_KEYWORDS)
    advice = advice or f"; write x-ack: {{type: object, properties: {{{names[0]}: ...}}}}"
    listed = ", ".join(map(shown, names[:_READ]))
    return f"there is no keyword in this x-ack ({listed}), so it validates no ack{advice}"


def lacks_format(value: Any) -> bool:
    """Whether a value is a Multi Format Schema Object, but for its `schemaFormat`."""
    if not isinstance(value, dict) or not isinstance(value.get("schema"), dict):
        return False
    others = value.keys() - _BESIDE_SCHEMA
    return all(key.startswith("x-") for key in others)


def option_faults(node: Node) -> Iterator[AckFault]:
    """What is wrong with `required` and `timeout`, and with what else stands beside `args`."""
    if not isinstance(node.value, dict):
        return
    if not is_long_form(node.value):
        yield from _without_args(node)
        return
    for key, value in node.value.items():
        fault = _fault_of_option(key, value)
        if fault:
            yield AckFault(node.child(key), fault, key not in _OPTIONS)
    if node.value["args"] is False and not node.value.keys().isdisjoint(_OPTIONS):
        message = (
            "args: false says that there is no ack, so nothing can be required of it; for an ack "
            "without values write args: {type: 'null'}"
        )
        yield AckFault(node.child("args"), message, key=False)


def _without_args(node: Node) -> Iterator[AckFault]:
    """Options that an author believes in, and that nobody reads without `args`."""
    reference = is_reference(node.value)
    for key in ("args", *_OPTIONS):
        if key not in node.value:
            continue
        if key == "required" and not reference and not isinstance(node.value[key], bool):
            continue  # the keyword, right or wrong
        if reference:
            advice = "x-ack: {args: {$ref: ...}, required: true, timeout: 5}"
            message = f"{shown(key)} beside a $ref is ignored; write {advice}"
        else:
            option = f"{key}: {_written(node.value[key])}"
            message = (
                f"{shown(key)} of an x-ack goes beside 'args', which is missing; write "
                f"x-ack: {{args: ..., {option}}}, with the schema of the ack, or true, as args"
            )
        yield AckFault(node.child(key), message, key=True)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, (bool, int, float)) else "..."


def _fault_of_option(key: str, value: Any) -> str:
    """What is wrong with a field beside `args`; empty if nothing is."""
    if key in _COMPANIONS or key.startswith("x-"):
        return ""
    if key == "required":
        return fault_of_required(value, "required beside 'args'")
    if key == "timeout":
        return fault_of_timeout(value, "timeout")
    if key in _SCHEMA_PARTS:
        return (
            f"{shown(key)} beside 'args' is not read: it belongs to the schema of the ack; write "
            f"x-ack: {{args: {{{key}: ...}}}}"
        )
    advice = nearest(key, _OPTIONS)
    advice = advice or "; 'required' and 'timeout' go beside 'args', and all other fields in it"
    return f"unknown field {shown(key)} of x-ack, which has no effect{advice}"


def fault_of_required(value: Any, name: str) -> str:
    """What is wrong with what should be a boolean; empty if nothing is."""
    if isinstance(value, bool):
        return ""
    advice = boolean_hint(value)
    if isinstance(value, list):
        advice = "; which properties an ack must have belongs within 'args'"
    return f"{name} must be true or false, not {kind_of(value)}{advice}"


def fault_of_timeout(value: Any, name: str) -> str:
    """What is wrong with what should be a number of seconds; empty if nothing is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        found = kind_of(value)
    elif _is_time(value):
        return ""
    else:
        found = shown(value).strip("'") if isinstance(value, float) or value <= 0 else "so large"
    return f"{name} must be a number of seconds above 0, such as 5 or 0.5, not {found}"


def _is_time(value: float) -> bool:
    try:
        return value > 0 and math.isfinite(float(value))
    except OverflowError:
        return False
