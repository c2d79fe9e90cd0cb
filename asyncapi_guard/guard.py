"""The guard: judges traffic by a contract, and does nothing else.

No I/O, no threads, no logging, no state per client: each method takes what is on the wire and
returns a `Verdict`; the adapters in `asyncapi_guard.integrations` act on it. The rules are made
once, when the guard is: judging an event that is fine is two dictionary look-ups and one call into
a validator, and its verdict was made beforehand.

The rules of reading, in short (`docs/profile.md` has them with examples):

1. What may be received or sent is what the operations say; a message of no operation is neither.
2. Several messages with one event name are alternatives: exactly one must match.
3. One schema stands for one argument; positional items stand for several. A payload of type `null`
   alone, or `false`, is no argument; one that accepts `null` among others is satisfied by none as
   well. No payload means anything.
4. Reserved names never come from a client as events: Socket.IO runs connect handlers, or a
   catch-all handler with another client's session, when they do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.contract import Action, Channel, Contract, Message, Mode, Schema
from asyncapi_guard.errors import Finding, InvalidDocument
from asyncapi_guard.violations import Checkpoint, Code, Problem, Violation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

__all__ = ["RESERVED_EVENTS", "Guard", "Mode", "Policy", "Verdict"]

#: Names that a client may not send as events.
RESERVED_EVENTS = frozenset(("connect", "connect_error", "disconnect", "*"))

#: Namespaces that matched a template are remembered up to this many; a client chooses their names.
_REMEMBERED = 1024
#: A longer namespace matches no template: with several parameters, time grows with a power of it.
_LONGEST = 256
#: Near names are looked for among so many: it takes a millisecond, and a client can ask often.
_MOST_NAMES = 100

_CODES = {
    Checkpoint.CONNECT: Code.REQUEST,
    Checkpoint.RECEIVE_EVENT: Code.REQUEST,
    Checkpoint.SEND_ACK: Code.RESPONSE,
    Checkpoint.SEND_EVENT: Code.EMIT,
    Checkpoint.RECEIVE_ACK: Code.ACK,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done about violations.

    The mode of an event is the first of these that is set: `operations`, `x-guard` on the message,
    `x-guard` on the operation, `checkpoints`, `mode`. Where operations disagree about one event,
    the strictest wins. Strings are taken for modes and checkpoints.

    Attributes:
        mode: for everything that nothing else is said of.
        checkpoints: by `Checkpoint`.
        operations: by operation id.
        undeclared_events: events, received or sent, that the contract does not have.
        undeclared_acks: acks with values, where the contract says nothing of an ack.
        undeclared_namespaces: traffic and connects in namespaces that the contract does not have.
        exclude: namespaces that are not judged at all (reserved names are), e.g. `["/admin"]`.
        include_values: put offending values into problems. For development: passwords live there.
    """

    mode: Mode = Mode.ENFORCE
    checkpoints: Mapping[Checkpoint, Mode] = field(default_factory=dict)
    operations: Mapping[str, Mode] = field(default_factory=dict)
    undeclared_events: Mode = Mode.ENFORCE
    undeclared_acks: Mode = Mode.OFF
    undeclared_namespaces: Mode = Mode.ENFORCE
    exclude: Collection[str] = ()
    include_values: bool = False

    def __post_init__(self) -> None:
        for name in ("mode", "undeclared_events", "undeclared_acks", "undeclared_namespaces"):
            object.__setattr__(self, name, Mode(getattr(self, name)))
        if isinstance(self.exclude, str):
            raise TypeError("exclude takes several namespaces, e.g. ['/admin']")
        object.__setattr__(self, "exclude", frozenset(self.exclude))
        checkpoints = {Checkpoint(key): Mode(mode) for key, mode in self.checkpoints.items()}
        object.__setattr__(self, "checkpoints", MappingProxyType(checkpoints))
        operations = {key: Mode(mode) for key, mode in self.operations.items()}
        object.__setattr__(self, "operations", MappingProxyType(operations))

    def at(self, checkpoint: Checkpoint) -> Mode:
        """The mode of a checkpoint where nothing nearer says otherwise."""
        return self.checkpoints.get(checkpoint, self.mode)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of judging.

    Attributes:
        violation: what is wrong; `None` if nothing is, or nobody looked.
        message: the message of the contract that matched.
        declared: the contract knows the event (what it is counted under).
    """

    violation: Violation | None = None
    message: Message | None = None
    declared: bool = True

    @property
    def refused(self) -> bool:
        """Whether the traffic must be stopped."""
        return self.violation is not None and self.violation.refused


_PASSED = Verdict()
_PASSED_UNDECLARED = Verdict(declared=False)


class Guard:
    """Judges traffic by a contract.

    Args:
        contract: what `asyncapi_guard.load` returned.
        policy: what is done about violations.

    Raises:
        InvalidDocument: an operation's channel has an address that is no Socket.IO namespace.
        ValueError: the policy names operations that the contract does not have.
    """

    def __init__(self, contract: Contract, policy: Policy | None = None) -> None:
        self.contract: Contract = contract
        self.policy: Policy = policy or Policy()
        policy = self.policy
        unknown = policy.operations.keys() - contract.operations.keys()
        if unknown:
            raise ValueError(f"the policy names unknown operations: {', '.join(sorted(unknown))}")
        _check_addresses(contract)
        self._plans: dict[str, _Plan] = {}
        self._templates: list[tuple[re.Pattern[str], _Plan]] = []
        for address, channels in _by_address(contract).items():
            if address in policy.exclude:
                continue
            plan = _Plan(channels, contract, policy)
            if "{" in address:
                self._templates.append((_template(channels[0]), plan))
            else:
                self._plans[address] = plan
        self._remembered: dict[str, _Plan] = {}
        self._excluded: Collection[str] = policy.exclude

    def receive_event(
        self, namespace: str, event: Any, args: Sequence[Any], *, binary: bool = False
    ) -> Verdict:
        """Judge an event from a client.

        Args:
            namespace: the Socket.IO namespace.
            event: the first element of the packet's data, whatever it is.
            args: the others.
            binary: they have bytes somewhere.
        """
        plan = self._plans.get(namespace) or self._plan(namespace)
        if plan is None or not isinstance(event, str) or event not in plan.receive:
            return self._unexpected(Checkpoint.RECEIVE_EVENT, namespace, event, plan)
        return plan.receive[event].judge(namespace, args, binary=binary)

    def send_event(
        self, namespace: str, event: Any, args: Sequence[Any], *, binary: bool = False
    ) -> Verdict:
        """Judge an event that the application sends; the arguments are as in `receive_event`."""
        plan = self._plans.get(namespace) or self._plan(namespace)
        if plan is None or not isinstance(event, str) or event not in plan.send:
            return self._unexpected(Checkpoint.SEND_EVENT, namespace, event, plan)
        return plan.send[event].judge(namespace, args, binary=binary)

    def send_ack(
        self,
        namespace: str,
        event: str,
        args: Sequence[Any],
        message: Message | None = None,
        *,
        binary: bool = False,
    ) -> Verdict:
        """Judge what a handler returned as the ack of an event.

        Args:
            namespace: the Socket.IO namespace.
            event: the event that is acknowledged.
            args: the values of the ack.
            message: the message that matched when the event was judged.
            binary: the values have bytes somewhere.
        """
        plan = self._plans.get(namespace) or self._plan(namespace)
        rule = plan.receive.get(event) if plan is not None else None
        if rule is None:
            return _PASSED_UNDECLARED
        return rule.ack_of(message).judge(namespace, args, binary=binary)

    def receive_ack(
        self,
        namespace: str,
        event: str,
        args: Sequence[Any],
        message: Message | None = None,
        *,
        binary: bool = False,
    ) -> Verdict:
        """Judge what a client answered to an event that was sent; arguments as in `send_ack`."""
        plan = self._plans.get(namespace) or self._plan(namespace)
        rule = plan.send.get(event) if plan is not None else None
        if rule is None:
            return _PASSED_UNDECLARED
        return rule.ack_of(message).judge(namespace, args, binary=binary)

    def connect(self, namespace: str, auth: Any) -> Verdict:
        """Judge a connect by its `auth` value (`None` without one)."""
        plan = self._plan(namespace)
        if plan is None:
            return self._unexpected(Checkpoint.CONNECT, namespace, "connect", None)
        if plan.connect is None:
            return _PASSED
        return plan.connect.judge(namespace, () if auth is None else (auth,))

    def malformed(self, checkpoint: Checkpoint, namespace: str, event: Any, reason: str) -> Verdict:
        """The verdict on a packet that cannot be traffic at all; refused in every mode."""
        name = event if isinstance(event, str) else ""
        problem = Problem("", "packet", reason)
        return _refusal(checkpoint, Code.MALFORMED_PACKET, namespace, name, reason, problem)

    def unsendable(self, checkpoint: Checkpoint, namespace: str, event: Any) -> Verdict:
        """The verdict on an ack or an emit that has no form in JSON; refused in every mode."""
        ack = checkpoint is Checkpoint.SEND_ACK
        code, kind = (Code.RESPONSE, "ack") if ack else (Code.EMIT, "event")
        reason = f"the {kind} has a value that cannot be sent as JSON"
        name = event if isinstance(event, str) else ""
        return _refusal(checkpoint, code, namespace, name, reason, Problem("", "json", reason))

    def failed(self, checkpoint: Checkpoint, namespace: str, event: Any) -> Verdict:
        """The verdict when judging itself failed: refused in every mode (fail closed)."""
        reason = "the guard failed to judge this"
        name = event if isinstance(event, str) else ""
        problem = Problem("", "guard", reason)
        return _refusal(checkpoint, Code.GUARD, namespace, name, reason, problem)

    def sends_binary(self, namespace: str, event: Any) -> bool:
        """Whether an event that is sent may carry bytes."""
        plan = self._plan(namespace)
        if plan is None or not isinstance(event, str) or event not in plan.send:
            return True  # judged, or let through, as undeclared
        return plan.send[event].binary

    # -- what is not there -------------------------------------------------------------------------

    def _plan(self, namespace: str) -> _Plan | None:
        plan = self._plans.get(namespace) or self._remembered.get(namespace)
        if plan is None and len(namespace) <= _LONGEST and namespace not in self._excluded:
            for pattern, candidate in self._templates:
                if pattern.fullmatch(namespace):
                    if len(self._remembered) >= _REMEMBERED:
                        self._remembered.clear()
                    self._remembered[namespace] = candidate
                    return candidate
        return plan

    def _unexpected(
        self, checkpoint: Checkpoint, namespace: str, event: Any, plan: _Plan | None
    ) -> Verdict:
        """The verdict on traffic that no rule knows."""
        if not isinstance(event, str):
            return self.malformed(checkpoint, namespace, event, "an event's name must be a string")
        if checkpoint is Checkpoint.RECEIVE_EVENT and event in RESERVED_EVENTS:
            reason = "the event's name is reserved by Socket.IO"
            problem = Problem("", "event", reason)
            return _refusal(checkpoint, Code.RESERVED_EVENT, namespace, event, reason, problem)
        if namespace in self._excluded:
            return _PASSED_UNDECLARED
        if plan is None:
            mode = self.policy.undeclared_namespaces
            code, reason = Code.UNDECLARED_NAMESPACE, "the namespace is not declared"
            problem = Problem("", "namespace", reason)
            near = _near(namespace, self._plans)
        else:
            mode = self.policy.undeclared_events
            code = Code.UNDECLARED_EVENT
            reason, names = plan.missing(checkpoint, event)
            problem = Problem("", "event", reason)
            near = _near(event, names)
        mode = _weakest(mode, self.policy.at(checkpoint))
        if mode is Mode.OFF:
            return _PASSED_UNDECLARED
        violation = Violation(
            checkpoint,
            code,
            namespace,
            event,
            (problem,),
            reason,
            suggestions=near,
            refused=mode is Mode.ENFORCE,
        )
        return Verdict(violation, declared=False)


def _refusal(
    checkpoint: Checkpoint, code: Code, namespace: str, event: str, reason: str, problem: Problem
) -> Verdict:
    violation = Violation(checkpoint, code, namespace, event, (problem,), reason)
    return Verdict(violation, declared=False)


def _near(name: str, names: Collection[str]) -> tuple[str, ...]:
    """Declared names that may have been meant."""
    name = name[:200]
    if len(names) > _MOST_NAMES:
        ends = name[:3], name[-3:]
        alike = (n for n in names if (n[:3] == ends[0] or n[-3:] == ends[1]) and _close(n, name))
        names = list(islice(alike, _MOST_NAMES))
    return tuple(get_close_matches(name, sorted(names), n=3, cutoff=0.5))


def _close(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 3


def _weakest(one: Mode, other: Mode) -> Mode:
    return one if _STRENGTH[one] <= _STRENGTH[other] else other


_STRENGTH = {Mode.OFF: 0, Mode.REPORT: 1, Mode.ENFORCE: 2}


# -- rules -----------------------------------------------------------------------------------------


class _Plan:
    """What may happen in one namespace."""

    __slots__ = ("connect", "receive", "send")

    def __init__(self, channels: Iterable[Channel], contract: Contract, policy: Policy) -> None:
        here = {channel.id for channel in channels}
        offers: dict[tuple[Action, str], list[_Offer]] = {}
        for operation in contract.operations.values():
            if operation.channel not in here:
                continue
            for message in operation.messages:
                mode = policy.operations.get(operation.id) or message.mode or operation.mode
                key = (operation.action, message.event)
                offers.setdefault(key, []).append(_Offer(message, mode))
        self.receive: dict[str, _Rule] = {}
        self.send: dict[str, _Rule] = {}
        self.connect: _Rule | None = None
        for (action, event), offered in offers.items():
            if action is Action.SEND:
                self.send[event] = _Rule.of(Checkpoint.SEND_EVENT, event, offered, policy)
            elif event == "connect":
                self.connect = _Rule.of(Checkpoint.CONNECT, event, offered, policy)
            elif event not in RESERVED_EVENTS:
                self.receive[event] = _Rule.of(Checkpoint.RECEIVE_EVENT, event, offered, policy)

    def missing(self, checkpoint: Checkpoint, event: str) -> tuple[str, list[str]]:
        """Why an event is not expected, and the names that are."""
        receiving = checkpoint is Checkpoint.RECEIVE_EVENT
        mine, other = (self.receive, self.send) if receiving else (self.send, self.receive)
        if event in other:
            does = "sends" if receiving else "receives"
            return f"the event is declared, but the server {does} it", []
        return "the event is not declared", sorted(mine)


class _Offer(NamedTuple):
    """A message that an operation may carry, and the mode that was said of it, if one was."""

    message: Message
    mode: Mode | None


def _identity(message: Message) -> str:
    return message.location or message.id


def _strictest(offers: Iterable[_Offer], otherwise: Mode) -> Mode:
    return max((offer.mode or otherwise for offer in offers), key=_STRENGTH.__getitem__)


class _Alternative:
    """One thing that arguments may be: a schema, or anything."""

    __slots__ = ("accepted", "message", "plain", "schema")

    def __init__(self, schema: Schema | None, message: Message | None) -> None:
        self.schema = schema
        self.message = message
        self.accepted = Verdict(message=message)
        #: It judges exactly one argument by itself, as nearly all do.
        self.plain = schema is not None and not schema.positional and not schema.nothing

    def matches(self, args: Sequence[Any]) -> bool:
        schema = self.schema
        if schema is None:
            return True
        if schema.positional:
            return schema.is_valid(args)
        if schema.nothing:
            return not args
        if len(args) == 1:
            return schema.is_valid(args[0])
        return not args and schema.is_valid(None)

    def explain(
        self, args: Sequence[Any], *, include_values: bool
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
        return schema.explain(args if schema.positional else args[0], include_values=include_values)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the arguments of one event, or of its ack, may be."""

    checkpoint: Checkpoint
    event: str
    alternatives: tuple[_Alternative, ...]
    mode: Mode
    policy: Policy
    only: _Alternative | None
    offers: tuple[_Offer, ...] = ()
    ack_rules: dict[str | None, _Rule] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        event: str,
        offers: Sequence[_Offer],
        policy: Policy,
    ) -> _Rule:
        mode = _strictest(offers, policy.at(checkpoint))
        # One message may be reached by several operations, or by several keys.
        messages = [offer.message for offer in offers]
        distinct = _unique(messages, key=_identity)
        alternatives = tuple(_Alternative(message.payload, message) for message in distinct)
        only = alternatives[0] if len(alternatives) == 1 else None
        return cls(checkpoint, event, alternatives, mode, policy, only, tuple(offers))

    @property
    def binary(self) -> bool:
        """Whether bytes may stand somewhere."""
        return any(a.schema is None or a.schema.binary for a in self.alternatives)

    def judge(self, namespace: str, args: Sequence[Any], *, binary: bool = False) -> Verdict:
        if self.mode is Mode.OFF:
            return _PASSED
        if binary and not self.binary:
            return self._violation(namespace, (_no_bytes(args),), truncated=False)
        only = self.only
        if only is not None:
            # `matches`, without a call for what nearly every event is: one argument.
            schema = only.schema
            if schema is not None and only.plain and len(args) == 1:
                valid = schema.is_valid(args[0])
            else:
                valid = only.matches(args)
            if valid:
                return only.accepted
            found = only.explain(args, include_values=self.policy.include_values)
            return self._violation(namespace, found[0], truncated=found[1])
        matching = [a for a in self.alternatives if a.matches(args)]
        if len(matching) == 1:
            return matching[0].accepted
        return self._several(namespace, args, matching)

    def ack_of(self, message: Message | None) -> _Rule:
        """The rule for the ack of this event; of one message, when it is known which matched."""
        which = None if message is None else message.location or message.id
        rule = self.ack_rules.get(which)
        if rule is None:
            mine = [o for o in self.offers if which in (None, _identity(o.message))]
            rule = self.ack_rules[which] = self._ack_rule(mine or self.offers)
        return rule

    def _ack_rule(self, offers: Sequence[_Offer]) -> _Rule:
        sent = self.checkpoint is Checkpoint.SEND_EVENT
        checkpoint = Checkpoint.RECEIVE_ACK if sent else Checkpoint.SEND_ACK
        mode = _strictest(offers, self.policy.at(checkpoint))
        schemas: list[Schema] = []
        for offer in offers:
            if offer.message.ack is None:
                mode = _weakest(self.policy.undeclared_acks, mode)
                schemas = [_NO_ACK]
                break
            schemas.extend(offer.message.ack.alternatives)
        alternatives = tuple(_Alternative(schema, None) for schema in _unique(schemas, key=id))
        only = alternatives[0] if len(alternatives) == 1 else None
        return _Rule(checkpoint, self.event, alternatives, mode, self.policy, only)

    def _several(
        self, namespace: str, args: Sequence[Any], matching: list[_Alternative]
    ) -> Verdict:
        names = ", ".join(repr(a.message.id) for a in self.alternatives if a.message is not None)
        total = f"{len(self.alternatives)} alternatives" + (f" ({names})" if names else "")
        if matching:
            text = f"matches {len(matching)} of the {total}; expected exactly one"
            return self._violation(namespace, (Problem("", "message", text),), truncated=False)
        values = self.policy.include_values
        found = [a.explain(args, include_values=values) for a in self.alternatives]
        nearest, truncated = min(found, key=lambda explained: len(explained[0]))
        problems = (Problem("", "message", f"matches none of the {total}"), *nearest)
        return self._violation(namespace, problems, truncated=truncated)

    def _violation(
        self, namespace: str, problems: tuple[Problem, ...], *, truncated: bool
    ) -> Verdict:
        message = self.only.message if self.only is not None else None
        what = "the ack" if self.checkpoint in _ACKS else "the auth value"
        if self.checkpoint in (Checkpoint.RECEIVE_EVENT, Checkpoint.SEND_EVENT):
            what = "the payload"
        violation = Violation(
            self.checkpoint,
            _CODES[self.checkpoint],
            namespace,
            self.event,
            problems,
            f"{what} does not match the contract",
            message_id=message.id if message is not None else None,
            truncated=truncated,
            refused=self.mode is Mode.ENFORCE,
        )
        return Verdict(violation, message)


_ACKS = (Checkpoint.SEND_ACK, Checkpoint.RECEIVE_ACK)


class _NoAck:
    """The schema of an ack that the contract says nothing of: an ack without values."""

    location = ""
    document = False
    positional = False
    nothing = True
    binary = False

    def is_valid(self, value: Any) -> bool:  # noqa: ARG002  # like any schema
        return False

    def explain(self, value: Any, *, include_values: bool = False) -> Any:
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


# -- addresses -------------------------------------------------------------------------------------


def _by_address(contract: Contract) -> dict[str, list[Channel]]:
    addresses: dict[str, list[Channel]] = {}
    for channel in contract.channels.values():
        if channel.is_namespace and channel.address is not None:
            addresses.setdefault(channel.address, []).append(channel)
    return addresses


def _check_addresses(contract: Contract) -> None:
    used = {operation.channel for operation in contract.operations.values()}
    findings = []
    for channel in contract.channels.values():
        if channel.id in used and channel.address is not None and not channel.is_namespace:
            file, _, pointer = channel.location.partition("#")
            message = (
                f"the address {channel.address!r} is no Socket.IO namespace: it must begin with '/'"
            )
            findings.append(Finding(file, 0, 0, pointer, message))
    if findings:
        raise InvalidDocument(findings)


def _template(channel: Channel) -> re.Pattern[str]:
    parts = re.split(r"\{([^{}]*)\}", channel.address or "")
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        else:
            values = channel.parameters.get(part)
            allowed = "|".join(map(re.escape, values)) if values else "(?!)"
            pattern += "[^/]+" if values is None else f"(?:{allowed})"
    return re.compile(pattern)
