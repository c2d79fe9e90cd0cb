"""The facts of a document that traffic can cover, by operations and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action, Channel
from asyncapi_guard.coverage.facts import Fact, Key, Kind, Part
from asyncapi_guard.coverage.shapes import CONST, Shape, shape_of
from asyncapi_guard.guard.plans import template
from asyncapi_guard.schema.compiled import CompiledSchema

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from asyncapi_guard.contract import Contract, Message, Operation, Schema

__all__ = ["MARKS", "Judged", "Model", "Spot"]

#: The name of a rejection for who somebody is; others are for what they send.
MARKS = "security"


class Judged:
    """Values that a schema judges, and what there is to be seen of them.

    Attributes:
        schema: it; `None` for anything.
        fact: that it is this one of several; `None` if there are no others.
    """

    __slots__ = ("_facts", "_shape", "fact", "is_open", "schema")

    def __init__(self, schema: Schema, fact: Fact | None, shape: Shape, facts: list[Fact]) -> None:
        self.schema: Schema = schema
        self.fact: Fact | None = fact
        self._shape = shape
        self._facts = facts
        self.is_open: bool = True
        self.settle()

    @property
    def shape(self) -> Shape:
        """Of its values."""
        return self._shape

    def settle(self) -> None:
        """Find out whether there is more to see."""
        own = self.fact is None or self.fact.seen
        self.is_open = not (own and all(fact.seen for fact in self._facts))

    def value_of(self, args: Sequence[Any]) -> Any:
        """The value that the schema judges, of the arguments of an event or an ack."""
        if self.schema.positional:
            return list(args)
        return args[0] if len(args) == 1 else None

    def accepts(self, args: Sequence[Any]) -> bool:
        """Whether arguments are valid."""
        if self.schema.positional:
            return self.schema.is_valid(list(args))
        if self.schema.nothing:
            return not args
        return len(args) < 2 and self.schema.is_valid(self.value_of(args))


class Spot:
    """A message of an operation, and what there is to be seen of it.

    Attributes:
        operation: it.
        message: it.
        operation_seen: that the operation was used.
        message_seen: that the message was there.
        ack_seen: that it was answered; `None` if the document has no ack.
        refused: that a message that is not valid was rejected, if this application receives it.
        refused_ack: the same of its ack.
        refused_sender: that somebody who may not send it was rejected.
        payload: its arguments; `None` for anything.
        acks: what its ack can be.
    """

    __slots__ = (
        "_namespace",
        "_pattern",
        "ack_seen",
        "acks",
        "message",
        "message_seen",
        "operation",
        "operation_seen",
        "payload",
        "refused",
        "refused_ack",
        "refused_sender",
    )

    def __init__(self, operation: Operation, message: Message, channel: Channel) -> None:
        self.operation: Operation = operation
        self.message: Message = message
        self._namespace = channel.address
        self._pattern: re.Pattern[str] | None = None
        if channel.address is not None and "{" in channel.address:
            self._pattern = template(channel)
        self.operation_seen: Fact
        self.message_seen: Fact
        self.ack_seen: Fact | None = None
        self.refused: Fact | None = None
        self.refused_ack: Fact | None = None
        self.refused_sender: Fact | None = None
        self.payload: Judged | None = None
        self.acks: list[Judged] = []

    def is_in(self, namespace: str) -> bool:
        """Whether the operation's channel is a namespace, or a template of it."""
        if self._pattern is not None:
            return len(namespace) <= 256 and self._pattern.fullmatch(namespace) is not None
        return namespace == self._namespace

    def is_about(self, message: Message) -> bool:
        """Whether a message is this one, whatever contract of the same document it is from."""
        mine = self.message
        return mine.id == message.id and mine.event == message.event


class Model:
    """What there is to be seen of a contract.

    Args:
        contract: as a server sees it.

    Attributes:
        contract: it.
        facts: by their keys, in the document's order.
        spots: by operation, in the document's order.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract: Contract = contract
        self.facts: dict[Key, Fact] = {}
        self.spots: list[Spot] = []
        self._found: dict[tuple[Action, str], list[Spot]] = {}
        for operation in contract.operations.values():
            channel = contract.channels[operation.channel]
            if not channel.is_namespace:
                continue
            for message in operation.messages:
                spot = self._spot(operation, message, channel)
                self.spots.append(spot)
                self._found.setdefault((operation.action, message.event), []).append(spot)

    def find(self, action: Action, namespace: str, event: str) -> list[Spot]:
        """The spots of an event.

        Args:
            action: what a server does with it.
            namespace: the Socket.IO namespace.
            event: its name.
        """
        return [spot for spot in self._found.get((action, event), ()) if spot.is_in(namespace)]

    def mark(self, keys: Iterable[Key]) -> list[Key]:
        """Mark what was seen in another process, or before; return what is not in the document."""
        unknown = []
        for key in keys:
            fact = self.facts.get(key)
            if fact is None:
                unknown.append(key)
            else:
                fact.seen = True
        for spot in self.spots:
            for judged in (spot.payload, *spot.acks):
                if judged is not None:
                    judged.settle()
        return unknown

    # -- what there is -----------------------------------------------------------------------------

    def _spot(self, operation: Operation, message: Message, channel: Channel) -> Spot:
        spot = Spot(operation, message, channel)
        of = Key(operation.id)
        spot.operation_seen = self._fact(of, operation.location)
        of = of._replace(message=message.id)
        of_message = of._replace(kind=Kind.MESSAGE)
        spot.message_seen = self._fact(of_message, message.location)
        ack = message.ack
        says = ack is not None and (ack.required or ack.none)
        if message.payload is not None:
            spot.payload = self._judged(of._replace(part=Part.PAYLOAD), message.payload)
        if operation.action is Action.RECEIVE:
            refusal = of._replace(kind=Kind.REFUSAL)
            if message.payload is not None or says:
                spot.refused = self._fact(refusal, message.location)
            if operation.security:
                named = refusal._replace(name=MARKS)
                spot.refused_sender = self._fact(named, operation.location)
        if ack is not None and not ack.none:
            self._add_ack(spot, of._replace(part=Part.ACK))
        return spot

    def _add_ack(self, spot: Spot, of: Key) -> None:
        ack, action = spot.message.ack, spot.operation.action
        assert ack is not None
        location = ack.location or spot.message.location
        spot.ack_seen = self._fact(of._replace(kind=Kind.ACK), location)
        several = len(ack.alternatives) > 1
        for number, schema in enumerate(ack.alternatives):
            fact = None
            if several:
                place = self._place(schema.location)
                key = of._replace(kind=Kind.ALTERNATIVE, name=f"ack/{number}", place=place)
                label = schema.location.rpartition("/")[2]
                fact = self._fact(key, schema.location, label)
            spot.acks.append(self._judged(of, schema, fact))
        if action is Action.SEND and ack.alternatives:
            spot.refused_ack = self._fact(of._replace(kind=Kind.REFUSAL), location)

    def _judged(self, of: Key, schema: Schema, fact: Fact | None = None) -> Judged:
        facts: list[Fact] = []

        def add(kind: Kind, location: str, pointer: str, name: str = "", label: str = "") -> Fact:
            place = self._place(location)
            if kind is Kind.VALUE and name != CONST:
                place = place.rpartition("/")[0]  # in another order, it is the same value
            key = of._replace(kind=kind, place=place, pointer=pointer, name=name)
            made = self._fact(key, location, label)
            facts.append(made)
            return made

        shape = Shape()
        if isinstance(schema, CompiledSchema):
            shape = shape_of(schema.bundle, add)
        return Judged(schema, fact, shape, facts)

    def _fact(self, key: Key, location: str, label: str = "") -> Fact:
        found = self.facts.get(key)
        if found is None:
            found = self.facts[key] = Fact(key, location, label)
        return found

    def _place(self, location: str) -> str:
        """A place whose name does not say where the document was opened."""
        file, _, pointer = location.rpartition("#")
        if file == self.contract.file:
            return f"#{pointer}"
        return f"{file.replace(chr(92), '/').rpartition('/')[2]}#{pointer}"
