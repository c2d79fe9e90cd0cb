"""The parts of an event: its arguments, its acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.reading.rows import Branch, Group, Link, Row
from asyncapi_guard.console.reading.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.console.reading.schema_tree import Trees
    from asyncapi_guard.contract import Ack, Message, Schema

__all__ = ["Part", "Parts", "ack_of", "first_text"]

#: Who sends a message: clients, the server, or nobody.
_SENDERS = {True: "Clients", False: "The server", None: "The sender"}
_ANSWERED_BY = {True: "from the server", False: "from the client", None: ""}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an event: its arguments, its acknowledgement, the query of a connection.

    Attributes:
        title: such as `Argument`, or `2 arguments, in this order`.
        aside: who is concerned.
        row: what it may be; `None` where the sentences say it all.
        sentences: what else there is to say, or all there is.
    """

    title: str
    aside: str = ""
    row: Row | None = None
    sentences: tuple[str, ...] = ()

    @property
    def unfolds(self) -> bool:
        """Whether something in it unfolds."""
        row = self.row
        return row is not None and (bool(row.groups) or any(below.is_nested for below in row.rows))


class Parts:
    """Makes the parts of messages."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees

    def arguments(self, messages: Sequence[Message], user: Link, *, auth: bool = False) -> Part:
        """What is sent with an event that has these messages.

        Args:
            messages: of one event, in one direction.
            user: the event, to be listed at the schemas that it uses.
            auth: it is the start of a connection.
        """
        if len(messages) == 1:
            return self._values(messages[0].payload, user, "auth" if auth else "Argument")
        branches = []
        for message in messages:
            part = self._values(message.payload, user, "auth" if auth else "Argument")
            row = part.row or Row(kind=" ".join(part.sentences))
            title = first_text([message.meta], "title") or message.id
            branches.append(Branch(title, row))
        heading = f"one of {len(branches)}"
        return Part(
            "auth" if auth else "Arguments", row=Row(groups=(Group(heading, (*branches,)),))
        )

    def _values(self, schema: Schema | None, user: Link, name: str) -> Part:
        """What arguments may be, or the value of `auth`."""
        if schema is None:
            is_auth = name == "auth"
            said = "Any value is accepted." if is_auth else "Any arguments are accepted."
            return Part(name if is_auth else "Arguments", sentences=(said,))
        if schema.nothing:
            return Part(name, sentences=("None.",)) if name == "auth" else Part("No arguments")
        row = self._trees.tree(schema, user)
        if name == "auth" or not schema.positional:
            return Part(name, row=row)
        amount = sum(each.position is not None for each in row.rows)
        title = f"{count(amount, 'argument')}{', in this order' if amount > 1 else ''}"
        return Part(title, row=row)

    def ack(self, messages: Sequence[Message], user: Link, *, from_client: bool | None) -> Part:
        """How an event that has these messages is acknowledged.

        Args:
            messages: of one event, in one direction.
            user: the event, to be listed at the schemas that it uses.
            from_client: clients send it; `None` if nobody does.
        """
        title, ack = "Acknowledgement", ack_of(messages)
        sender = _SENDERS[from_client]
        if ack is None:
            return Part(title, sentences=("None described.",))
        if ack.none:
            return Part(title, sentences=(f"None. {sender} must not ask for one.",))
        aside = _ANSWERED_BY[from_client]
        sentences = []
        if ack.required:
            sentences.append(f"{sender} must ask for it.")
        if ack.timeout is not None:
            sentences.append(f"It must come within {ack.timeout:g} s.")
        schemas = [*dict.fromkeys(_schemas_of_acks(messages))]
        if len(schemas) == 1:
            if schemas[0].nothing:
                return Part(title, aside, sentences=("Without a value.", *sentences))
            row = self._trees.tree(schemas[0], user)
        else:
            rows = [self._trees.tree(schema, user) for schema in schemas]
            branches = [Branch(row.links[0].name if row.links else row.kind, row) for row in rows]
            row = Row(groups=(Group(f"one of {len(rows)}", tuple(branches)),))
        return Part(title, aside, row, tuple(sentences))


def ack_of(messages: Iterable[Message]) -> Ack | None:
    """The first acknowledgement that some messages describe."""
    return next((message.ack for message in messages if message.ack is not None), None)


def _schemas_of_acks(messages: Iterable[Message]) -> Iterator[Schema]:
    for message in messages:
        if message.ack is not None and not message.ack.none:
            yield from message.ack.alternatives


def first_text(metas: Iterable[Mapping[str, Any]], *names: str) -> str:
    """The first text of some fields, each looked for everywhere before the next one."""
    metas = [*metas]
    for name in names:
        for meta in metas:
            if isinstance(meta.get(name), str) and meta[name].strip():
                return str(meta[name]).strip()
    return ""
