"""Functions and strings as Python code, for handlers, helpers and clients."""

from __future__ import annotations

import json
import keyword
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.codegen.names import pascal, snake
from asyncapi_guard.codegen.python.dialect import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asyncapi_guard.codegen.catalogue import Event

__all__ = [
    "ANYTHING",
    "Sending",
    "Signature",
    "Way",
    "definition",
    "docstring",
    "free",
    "function_name",
    "function_text",
    "parameters",
    "prose",
    "quoted",
    "shown",
    "union",
]

#: Names in helpers, which no argument of an event may have.
_TAKEN = frozenset(
    (
        *("socketio", "to", "skip_sid", "callback", "namespace", "timeout", "self", "rest"),
        *("answer", "answered", "map"),
    )
)
#: The type that stands for anything.
ANYTHING = "Any"


class Signature(NamedTuple):
    """Arguments as a function takes them.

    Attributes:
        kinds: the type of each, as an annotation.
        rest: the type of further ones; `None` where there are none.
        called: what the document calls each, if anything; nothing where it does not say.
    """

    kinds: tuple[str, ...]
    rest: str | None = None
    called: tuple[str, ...] = ()


class Way(Enum):
    """Whether what sends has threads, or is awaited."""

    THREADS = "threads"
    ASYNC = "async"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A function that sends an event.

    Attributes:
        name: its name.
        verb: `emit` or `call`.
        event: what it sends.
        way: whether it is a coroutine function.
        owner: its first parameter.
        socketio: what sends, as an expression.
        target: where to, as arguments of that.
        options: the parameters that say where to.
        signatures: the ways in which the event may be sent.
        answer: the type of what a call gives.
        callback: the type of a function that takes the values of the ack.
        indent: how far it stands from the margin.
    """

    name: str
    verb: str
    event: Event
    way: Way
    owner: str
    socketio: str
    target: str
    options: Sequence[str]
    signatures: Sequence[Signature]
    answer: str
    callback: str
    indent: int = 0


def function_text(made: Sending) -> str:
    """A function as code, with an overload for each way to send if there are several."""
    lines = [*_overloads(made)]
    if len(made.signatures) > 1:
        params, marker, values = ["*args: Any"], [], "tuple(map(_wire, args))"
    else:
        (signature,) = made.signatures
        params, values = parameters(signature), _values(signature)
        marker = [] if signature.rest is not None else ["*"]
    space = " " * (made.indent + 4)
    lines += _head(made, [*params, *marker])
    lines += docstring(made.event, made.indent + 4) or [
        f'{space}"""{made.verb.capitalize()} `{prose(made.event.name)}`."""'
    ]
    return "\n".join([*lines, *(space + line for line in _body(made, values))])


def _overloads(made: Sending) -> Iterable[str]:
    for signature in made.signatures if len(made.signatures) > 1 else ():
        yield f"{' ' * made.indent}@overload"
        params = parameters(signature)
        if signature.kinds:
            params.insert(len(signature.kinds), "/")
        marker = [] if signature.rest is not None else ["*"]
        *head, last = _head(made, [*params, *marker])
        yield from (*head, f"{last} ...")


def _head(made: Sending, params: list[str]) -> list[str]:
    """The head of a function with its options."""
    options, result = [*made.options], "None"
    if made.verb == "call":
        options, result = [*options, "timeout: float = 60"], made.answer
    elif made.event.acks:
        missing = "" if made.event.requires_ack else " | None = None"
        options.append(f"callback: {made.callback}{missing}")
    awaits = made.way is Way.ASYNC
    return definition(
        made.name, [made.owner, *params, *options], result, made.indent, awaits=awaits
    )


def _body(made: Sending, values: str) -> list[str]:
    """What a function does: it sees that what sends is of its kind, and that an ack is read."""
    key = ", ".join(
        map(quoted, (made.event.namespace, made.event.direction.value, made.event.name))
    )
    acks = f"EVENTS[{key}].acks"
    awaits = made.way is Way.ASYNC
    done = "await _awaited" if awaits else "_done"
    start = f"{done}({made.socketio}.{made.verb}({quoted(made.event.name)}, {values}, {made.target}"
    if made.verb == "call":
        sent = f"    {start}, timeout=timeout)),"
        return [f"answer: {made.answer} = _called(", f"    {acks},", sent, ")", "return answer"]
    if not made.event.acks:
        return [f"{start}))"]
    answered = "_answered_async" if awaits else "_answered"
    return [f"answered = {answered}({acks}, callback)", f"{start}, callback=answered))"]


def parameters(signature: Signature) -> list[str]:
    """The parameters of a signature."""
    names = _parameter_names(signature)
    params = [f"{name}: {kind}" for name, kind in zip(names, signature.kinds, strict=True)]
    if signature.rest is not None:
        params.append(f"*rest: {signature.rest}")
    return params


def _values(signature: Signature) -> str:
    """A tuple of what is sent."""
    names = _parameter_names(signature)
    items = [f"_wire({name})" for name in names]
    if signature.rest is not None:
        items.append("*map(_wire, rest)")
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _parameter_names(signature: Signature) -> list[str]:
    """`payload` for one; several are called as in the document, or by their position."""
    if len(signature.kinds) == 1:
        return ["payload"]
    names = [f"arg{index + 1}" for index in range(len(signature.kinds))]
    for index, text in enumerate(signature.called[: len(names)]):
        name = snake(text)
        usable = name.isidentifier() and not keyword.iskeyword(name) and name not in _TAKEN
        if usable and name not in names:
            names[index] = name
    return names


def definition(
    name: str, params: list[str], result: str, indent: int, *, awaits: bool = False
) -> list[str]:
    """The head of a function, on one line if it fits."""
    space = " " * indent
    # Nothing may follow a bare `*`, and nothing stand before a `/`.
    if params and params[-1] == "*":
        params = params[:-1]
    if len(params) > 1 and params[:2] == ["self", "/"]:
        params = ["self", *params[2:]]
    word = "async def" if awaits else "def"
    line = f"{space}{word} {name}({', '.join(params)}) -> {result}:"
    if len(line) <= 96:
        return [line]
    return [
        f"{space}{word} {name}(",
        *(f"{space}    {param}," for param in params),
        f"{space}) -> {result}:",
    ]


def docstring(event: Event, indent: int) -> list[str]:
    """What the document says of an event; nothing where it says nothing."""
    text = prose(event.description or event.title)
    if event.deprecated:
        text = f"{text}\n\nDeprecated." if text else "Deprecated."
    if not text:
        return []
    space = " " * indent
    lines = [f"{space}{line}".rstrip() for line in text.splitlines()]
    lines[0] = f'{space}"""{lines[0].strip()}'
    if len(lines) == 1:
        return [f'{lines[0]}"""']
    return [*lines, f'{space}"""']


def prose(text: str) -> str:
    """Text that may stand in a docstring."""
    clean = plain_text(text).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f"{clean}." if clean.endswith('"') else clean


def union(kinds: Iterable[str]) -> str:
    """Several types as one."""
    found = list(dict.fromkeys(kinds))
    return ANYTHING if ANYTHING in found else " | ".join(found)


def shown(kind: str | None) -> str:
    """A type, or what stands for none in particular."""
    return kind or ANYTHING


def quoted(value: str) -> str:
    """A text as Python code."""
    return json.dumps(value, ensure_ascii=not value.isprintable())


def function_name(text: str) -> str:
    """A name for a part of a function's name; it may begin with a digit."""
    return snake(text) or pascal(text).lower() or "event"


def free(wanted: Sequence[str], taken: set[str]) -> str:
    """The first name that is free, else the last with a number."""
    found = next((name for name in wanted if name not in taken), None)
    number = 2
    while found is None:
        name = f"{wanted[-1]}_{number}"
        found, number = (name, number) if name not in taken else (None, number + 1)
    taken.add(found)
    return found
