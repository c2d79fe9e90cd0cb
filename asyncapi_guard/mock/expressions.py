"""Values in scenarios that come from traffic: runtime expressions, as AsyncAPI writes them.

`$message.payload#/game_id` is what the client sent, `$ack#/game_id` what it was answered. A text
that is an expression stands for the value; in another text, `{$ack#/game_id}` stands for its text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.pointers import parse_fragment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "NAMES",
    "NOTHING",
    "Expression",
    "Facts",
    "Missing",
    "expressions_in",
    "filled",
    "parse",
]

#: What an expression can begin with.
NAMES = ("$message.payload", "$ack", "$auth", "$parameters", "$namespace", "$sid")
#: Without a pointer: they are texts.
_TEXTS = ("$namespace", "$sid")
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


class _Nothing:
    """There is no such value."""

    def __repr__(self) -> str:
        return "NOTHING"


#: What a fact is that there is not, such as the ack where a client connects.
NOTHING: Any = _Nothing()


class Missing(Exception):
    """An expression leads to nothing in this traffic.

    Attributes:
        text: the expression.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text: str = text


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, as expressions ask for it.

    Attributes:
        namespace: the Socket.IO namespace.
        sid: the session id of the client; `NOTHING` without one.
        payload: what the client sent: its argument, or a list of several.
        ack: what it is answered, in the same way.
        auth: with what it has connected.
        parameters: of a namespace with parameters, by their names.
    """

    namespace: str
    sid: Any = NOTHING
    payload: Any = NOTHING
    ack: Any = NOTHING
    auth: Any = NOTHING
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expression:
    """A runtime expression.

    Attributes:
        text: as it is written.
        name: one of `NAMES`.
        path: the parts of its JSON Pointer.
    """

    text: str
    name: str
    path: tuple[str, ...] = ()

    def value(self, facts: Facts) -> Any:
        """What it stands for.

        Raises:
            Missing: there is nothing of that kind.
        """
        attribute = "payload" if self.name == NAMES[0] else self.name[1:]
        found = getattr(facts, attribute)
        for token in self.path:
            found = _below(found, token)
        if found is NOTHING:
            raise Missing(self.text)
        return found


def _below(value: Any, token: str) -> Any:
    if isinstance(value, (list, tuple)):
        index = int(token) if token.isdecimal() and token.isascii() and len(token) < 9 else -1
        return value[index] if 0 <= index < len(value) else NOTHING
    return value.get(token, NOTHING) if hasattr(value, "get") else NOTHING


def parse(text: str) -> Expression:
    """Read an expression.

    Raises:
        ValueError: it is none; the message says what to write.
    """
    name, hash_, pointer = text.partition("#")
    if name not in NAMES:
        raise ValueError(
            f"{text!r} isn't a runtime expression, which starts with one of {', '.join(NAMES)}; "
            "write "
            "'$$' for a text that begins with '$'"
        )
    if name in _TEXTS and hash_:
        raise ValueError(
            f"{name} is a string, so a JSON Pointer can't point into it; write {name!r}"
        )
    return Expression(text, name, parse_fragment(pointer))


def expressions_in(value: Any) -> Iterator[Expression]:
    """All expressions in a value of a scenario.

    Raises:
        ValueError: a text looks like one and is none.
    """
    if isinstance(value, str):
        if value.startswith("$$"):
            return
        if value.startswith("$"):
            yield parse(value)
        else:
            yield from map(parse, _EMBEDDED.findall(value))
    elif isinstance(value, dict):
        for item in value.values():
            yield from expressions_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from expressions_in(item)


def filled(value: Any, facts: Facts) -> Any:
    """A value of a scenario with what its expressions stand for.

    A field of an object whose expression leads to nothing is left out.

    Raises:
        Missing: elsewhere, one leads to nothing.
    """
    if isinstance(value, str):
        return _filled_text(value, facts)
    if isinstance(value, list):
        return [filled(item, facts) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, item in value.items():
        try:
            made[key] = filled(item, facts)
        except Missing:
            if not isinstance(item, str):
                raise
    return made


def _filled_text(text: str, facts: Facts) -> Any:
    if text.startswith("$$"):
        return text[1:]
    if text.startswith("$"):
        return parse(text).value(facts)
    return _EMBEDDED.sub(lambda found: _as_text(parse(found[1]).value(facts)), text)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
