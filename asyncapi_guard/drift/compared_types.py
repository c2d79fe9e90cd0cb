"""How the types of the code and the schemas of a document differ, and whether that hurts.

Types that differ are an error where it hurts who keeps to the file, and a warning elsewhere. Of
what is received, that is a client whose arguments a narrower type rejects; a wider type takes
what the guard rejects before the handler sees it, if there is one that enforces the file, and
what the handler gets otherwise, which the message says. Of what is sent it is the other way
round: a wider type lets out what clients do not expect, a narrower one is only less than was
promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.schema.comparison import Difference, differences, is_anything

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncapi_guard.contract import Message, Schema

__all__ = ["HARMLESS", "Sides", "acks_of", "payloads_of", "received", "sent", "some"]

#: Of one schema, that are told.
_MOST = 3
_NOTHING_SAID = Difference("the document doesn't describe it", wider=False)
HARMLESS = ", which breaks no client"


@dataclass(frozen=True, slots=True)
class Sides:
    """What the code and the file say of the same values."""

    code: Schema | None
    file: Sequence[Schema]
    silent: bool

    def differences(self, *, closed: bool = False) -> list[Difference]:
        """How they differ."""
        if self.code is None:
            return []
        if self.silent:
            return [] if is_anything(self.code) else [_NOTHING_SAID]
        return differences([self.code], self.file, closed=closed)


def payloads_of(code: Schema | None, messages: Sequence[Message]) -> Sides:
    """What the code and the file say of the arguments of an event."""
    said = [message.payload for message in messages if message.payload is not None]
    return Sides(code, said, silent=len(said) < len(messages))


def acks_of(code: Schema | None, messages: Sequence[Message]) -> Sides:
    """What the code and the file say of the ack of an event."""
    said = [message.ack for message in messages if message.ack is not None]
    acks = [ack for ack in said if not ack.none]
    if not acks and code is not None and code.nothing:
        return Sides(None, (), silent=True)
    alternatives = [schema for ack in acks for schema in ack.alternatives]
    unique = [s for i, s in enumerate(alternatives) if s not in alternatives[:i]]
    return Sides(code, unique, silent=not acks)


def received(sides: Sides) -> Iterator[tuple[bool, str]]:
    """Of what is received, a narrower type hurts."""
    found = sides.differences()
    return _judged([each.text for each in found if each.narrower], found)


def sent(sides: Sides) -> Iterator[tuple[bool, str]]:
    """Of what is sent, a wider type hurts; models send their fields alone."""
    found = sides.differences()
    wider = sides.differences(closed=True) if any(each.wider for each in found) else []
    return _judged([each.text for each in wider if each.wider], found)


def _judged(hurting: Sequence[str], found: Sequence[Difference]) -> Iterator[tuple[bool, str]]:
    """The differences as one; those that hurt are told first."""
    if found:
        told = dict.fromkeys([*hurting, *(each.text for each in found)])
        yield bool(hurting), "; ".join(list(told)[:_MOST])


def some(texts: Sequence[str]) -> list[str]:
    """The first of several, as one."""
    return ["; ".join(texts[:_MOST])] if texts else []
