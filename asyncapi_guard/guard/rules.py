"""The rule of an event or an ack: its alternatives, and the problems if none of them matches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.contract import Message, Mode, Schema
from asyncapi_guard.guard.policy import STRENGTH, Policy, weakest
from asyncapi_guard.guard.verdicts import PASSED, Verdict
from asyncapi_guard.violations import Checkpoint, Code, Perspective, Problem, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["ACKS", "Offer", "Rule", "strictest"]

#: Looked up once: it is asked for at each piece of traffic.
_OFF = Mode.OFF
_CODES = {
    Checkpoint.CONNECT: Code.REQUEST,
    Checkpoint.RECEIVE_EVENT: Code.REQUEST,
    Checkpoint.SEND_ACK: Code.RESPONSE,
    Checkpoint.SEND_EVENT: Code.EMIT,
    Checkpoint.RECEIVE_ACK: Code.ACK,
    Checkpoint.QUEUE_EVENT: Code.EMIT,
}


_EVENTS = (Checkpoint.RECEIVE_EVENT, Checkpoint.SEND_EVENT, Checkpoint.QUEUE_EVENT)


class Offer(NamedTuple):
    """A message of an operation, and its mode, if the document sets one."""

    message: Message
    mode: Mode | None


def _identity(message: Message) -> str:
    return message.location or message.id


def strictest(offers: Iterable[Offer], otherwise: Mode) -> Mode:
    """Return the mode of an event of several operations: the strictest."""
    return max((offer.mode or otherwise for offer in offers), key=STRENGTH.__getitem__)


class _Alternative:
    """An alternative for arguments: a schema, or any arguments."""

    __slots__ = ("accepted", "message", "plain", "schema")

    def __init__(self, schema: Schema | None, message: Message | None) -> None:
        self.schema: Schema | None = schema
        self.message: Message | None = message
        self.accepted: Verdict = Verdict(message=message)
        #: It judges exactly one argument by itself, as nearly all do.
        self.plain: bool = schema is not None and not schema.positional and not schema.nothing

    def matches(self, args: Sequence[Any], *, read: bool) -> bool:
        schema = self.schema
        if schema is None:
            return True
        fits = schema.accepts if read else schema.is_valid
        if schema.positional:
            return fits(args)
        if schema.nothing:
            return not args
        if len(args) == 1:
            return fits(args[0])
        return not args and fits(None)

    def explain(
        self, args: Sequence[Any], *, include_values: bool, read: bool
    ) -> tuple[tuple[Problem, ...], bool]:
        schema = self.schema
        if schema is None:
            return (), False
        if not schema.positional and len(args) != 1:
            allowed = "no argument" if schema.nothing else "one argument"
            message = f"expected {allowed}, got {len(args) or 'none'}"
            return (Problem("", "arguments", message, schema.location),), False
        if schema.nothing:
            message = "expected no argument, got 1"
            return (Problem("", "arguments", message, schema.location),), False
        value = args if schema.positional else args[0]
        return schema.explain(value, include_values=include_values, read=read)


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for the arguments of one event, or for the values of its ack."""

    checkpoint: Checkpoint
    event: str
    alternatives: tuple[_Alternative, ...]
    mode: Mode
    policy: Policy
    only: _Alternative | None
    offers: tuple[Offer, ...] = ()
    ack_rules: dict[str | None, Rule] = field(default_factory=dict)
    #: What is done where the values have no form in JSON; of acks that the contract says nothing
    #: of, that is more than what is done about the values.
    sending: Mode = Mode.ENFORCE
    perspective: Perspective = Perspective.SERVER
    #: A message says more of its ack than a schema (`ack_options`).
    ack_options: bool = False

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        event: str,
        offers: Sequence[Offer],
        policy: Policy,
        perspective: Perspective = Perspective.SERVER,
    ) -> Rule:
        """Return the rule of an event, from the messages of operations."""
        mode = strictest(offers, policy.at(checkpoint))
        # One message may be reached by several operations, or by several keys.
        messages = [offer.message for offer in offers]
        distinct = tuple(_unique(messages, key=_identity))
        alternatives = tuple(_Alternative(message.payload, message) for message in distinct)
        only = alternatives[0] if len(alternatives) == 1 else None
        return cls(
            checkpoint,
            event,
            alternatives,
            mode,
            policy,
            only,
            tuple(offers),
            sending=mode,
            perspective=perspective,
            ack_options=any(m.ack is not None and not m.ack.plain for m in distinct),
        )

    def queued(self) -> Rule:
        """Return the rule of the same event when another process sends it by a message queue."""
        return Rule.of(
            Checkpoint.QUEUE_EVENT, self.event, self.offers, self.policy, self.perspective
        )

    @property
    def binary(self) -> bool:
        """Return whether any part can be bytes."""
        return any(a.schema is None or a.schema.binary for a in self.alternatives)

    def accepts(self, args: Sequence[Any]) -> bool:
        """Return whether arguments are valid: exactly one alternative matches. Ignores modes."""
        return sum(each.matches(args, read=False) for each in self.alternatives) == 1

    def judge(
        self, namespace: str, args: Sequence[Any], *, binary: bool = False, read: bool = False
    ) -> Verdict:
        """Validate arguments.

        Args:
            namespace: the Socket.IO namespace.
            args: the arguments.
            binary: whether the arguments came with attachments.
            read: whether a strict reader made the arguments from JSON text, so all their text is
                Unicode.
        """
        if self.mode is _OFF:
            return PASSED
        if binary and not self.binary:
            return self._violation(namespace, (_no_bytes(args),), truncated=False)
        only = self.only
        if only is not None:
            # `matches`, without a call for what nearly every event is: one argument.
            schema = only.schema
            if schema is not None and only.plain and len(args) == 1:
                valid = schema.accepts(args[0]) if read else schema.is_valid(args[0])
            else:
                valid = only.matches(args, read=read)
            if valid:
                return only.accepted
            values = self._includes_values
            found = only.explain(args, include_values=values, read=read and not binary)
            return self._violation(namespace, found[0], truncated=found[1])
        matching = [a for a in self.alternatives if a.matches(args, read=read)]
        if len(matching) == 1:
            return matching[0].accepted
        return self._several(namespace, args, matching, read=read and not binary)

    @property
    def _includes_values(self) -> bool:
        """Return whether problems quote values, which events with credentials never do."""
        secret = any(a.message is not None and a.message.reauthenticate for a in self.alternatives)
        return self.policy.include_values and not secret

    def ack_of(self, message: Message | None) -> Rule:
        """Return the rule for the ack of this event, or of the message that matched."""
        which = None if message is None else message.location or message.id
        rule = self.ack_rules.get(which)
        if rule is None:
            mine = [o for o in self.offers if which in (None, _identity(o.message))]
            rule = self.ack_rules[which] = self._ack_rule(mine or self.offers)
        return rule

    def _ack_rule(self, offers: Sequence[Offer]) -> Rule:
        sent = self.checkpoint is Checkpoint.SEND_EVENT
        checkpoint = Checkpoint.RECEIVE_ACK if sent else Checkpoint.SEND_ACK
        mode = sending = strictest(offers, self.policy.at(checkpoint))
        schemas: list[Schema] = []
        for offer in offers:
            if offer.message.ack is None:
                mode = weakest(self.policy.undeclared_acks, mode)
                schemas = [_NO_ACK]
                break
            schemas.extend(offer.message.ack.alternatives)
        alternatives = tuple(_Alternative(schema, None) for schema in _unique(schemas, key=id))
        only = alternatives[0] if len(alternatives) == 1 else None
        return Rule(
            checkpoint,
            self.event,
            alternatives,
            mode,
            self.policy,
            only,
            sending=sending,
            perspective=self.perspective,
        )

    def _several(
        self, namespace: str, args: Sequence[Any], matching: list[_Alternative], *, read: bool
    ) -> Verdict:
        names = ", ".join(repr(a.message.id) for a in self.alternatives if a.message is not None)
        total = f"{len(self.alternatives)} alternatives" + (f" ({names})" if names else "")
        if matching:
            text = f"matches {len(matching)} of the {total}; expected exactly one"
            return self._violation(namespace, (Problem("", "message", text),), truncated=False)
        values = self._includes_values
        found = [a.explain(args, include_values=values, read=read) for a in self.alternatives]
        nearest, truncated = min(found, key=lambda explained: len(explained[0]))
        problems = (Problem("", "message", f"matches none of the {total}"), *nearest)
        return self._violation(namespace, problems, truncated=truncated)

    def _violation(
        self, namespace: str, problems: tuple[Problem, ...], *, truncated: bool
    ) -> Verdict:
        message = self.only.message if self.only is not None else None
        what = "the ack" if self.checkpoint in ACKS else "the auth value"
        if self.checkpoint in _EVENTS:
            what = "the payload"
        violation = Violation(
            self.checkpoint,
            self._code,
            namespace,
            self.event,
            problems,
            f"{what} does not match the contract",
            message_id=message.id if message is not None else None,
            truncated=truncated,
            rejected=self.mode is Mode.ENFORCE,
            perspective=self.perspective,
        )
        return Verdict(violation, message)

    @property
    def _code(self) -> Code:
        sent = self.checkpoint is Checkpoint.CONNECT and self.perspective is Perspective.CLIENT
        return Code.EMIT if sent else _CODES[self.checkpoint]


#: Checkpoints of acks; the event's rule has theirs.
ACKS = (Checkpoint.SEND_ACK, Checkpoint.RECEIVE_ACK)


class _NoAck:
    """The schema of an undeclared ack: an ack without values."""

    location = ""
    document = False
    positional = False
    nothing = True
    binary = False

    def is_valid(self, value: Any) -> bool:  # noqa: ARG002  # like any schema
        return False

    accepts = is_valid

    def explain(self, value: Any, *, include_values: bool = False, read: bool = False) -> Any:
        raise NotImplementedError  # the number of arguments says it all


_NO_ACK = _NoAck()


def _unique(items: Iterable[Any], key: Any) -> Iterator[Any]:
    seen = set()
    for item in items:
        if key(item) not in seen:
            seen.add(key(item))
            yield item


def _no_bytes(args: Sequence[Any]) -> Problem:
    path = _find_bytes(args if len(args) != 1 else args[0], ())
    pointer = "".join("/" + str(p).replace("~", "~0").replace("/", "~1")[:100] for p in path or ())
    return Problem(pointer, "format", "binary data is not allowed here")


def _find_bytes(value: Any, path: tuple[Any, ...]) -> tuple[Any, ...] | None:
    if isinstance(value, (bytes, bytearray)):
        return path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    for key, item in items if len(path) < 32 else ():
        found = _find_bytes(item, (*path, key))
        if found is not None:
            return found
    return None
