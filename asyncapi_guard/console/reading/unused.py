"""What stands in a document and no operation uses: nobody can send it, but people look for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncapi_guard.console.reading.anchors import Anchors, unused_anchor
from asyncapi_guard.console.reading.parts import Part, Parts, first_text
from asyncapi_guard.console.reading.rows import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from collections.abc import Set as AbstractSet

    from asyncapi_guard.console.reading.rows import Row
    from asyncapi_guard.console.reading.schema_tree import NamedSchema, Trees
    from asyncapi_guard.contract import Contract, Message
    from asyncapi_guard.spec.components import Components

__all__ = ["Unused", "UnusedMessage", "read_unused"]


@dataclass(frozen=True, slots=True)
class UnusedMessage:
    """A message that no operation has.

    Attributes:
        link: its event, and its place on the page.
        where: what has it: the channel of an address, or the components.
        summary: one line.
        description: more of it, as Markdown.
        parts: arguments and acknowledgement.
    """

    link: Link
    where: str
    summary: str
    description: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Unused:
    """All that no operation uses.

    Attributes:
        messages: of channels, then of the components.
        schemas: those that no event has a part of, with their trees.
        faulty: JSON Pointers to those that nobody can read.
    """

    messages: tuple[UnusedMessage, ...] = ()
    schemas: tuple[tuple[NamedSchema, Row], ...] = ()
    faulty: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.messages) + len(self.schemas) + len(self.faulty)


def read_unused(
    contract: Contract, trees: Trees, components: Callable[[AbstractSet[str]], Components]
) -> Unused:
    """What no operation of a contract uses.

    Args:
        contract: what operations use.
        trees: has the schemas of all events, so that what it gets now is used by none.
        components: of the document, but for those at the locations that it is given.
    """
    shown = {message.location for each in contract.operations.values() for message in each.messages}
    found = components(shown | trees.places())
    left = [*_of_channels(contract, shown | found.replies)]
    left += [
        (message, "components")
        for message in found.messages.values()
        if message.location not in {each.location for each, _ in left}
    ]
    anchors = Anchors()
    messages = tuple(_message(message, where, trees, anchors) for message, where in left)
    for name, schema in found.schemas.items():
        trees.name(name, schema)
    return Unused(messages, tuple(trees.named()), found.faulty)


def _of_channels(contract: Contract, shown: Container[str]) -> Iterator[tuple[Message, str]]:
    """Messages that channels have, each once, with the address of the first."""
    met = set()
    for channel in contract.channels.values():
        for message in channel.messages.values():
            if message.location not in shown and message.location not in met:
                met.add(message.location)
                yield message, channel.address or channel.id


def _message(message: Message, where: str, trees: Trees, anchors: Anchors) -> UnusedMessage:
    anchor = anchors.take(unused_anchor(message.id), message.location)
    link = Link(message.event, anchor)
    parts = Parts(trees)
    return UnusedMessage(
        link,
        where,
        first_text([message.meta], "summary", "title"),
        first_text([message.meta], "description"),
        (parts.arguments([message], link), parts.ack([message], link, from_client=None)),
    )
