"""Validates the traffic between tests and server against the contract, for findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action
from asyncapi_guard.contract_tests.answers import Answer, meaning
from asyncapi_guard.guard import Guard
from asyncapi_guard.guard.ack_options import judge_asking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.contract import Ack, Contract, Message, SecurityScheme
    from asyncapi_guard.violations import Violation

__all__ = ["Judge", "Received", "described"]

#: Names of `connect` and `disconnect` are Socket.IO's own.
_OWN = ("connect", "disconnect")


@dataclass(frozen=True, slots=True)
class Received:
    """An event that the server receives.

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        messages: what it may be: exactly one must match.
        description: what the document says about it, for people.
        secured: an operation with it requires security of its own.
    """

    namespace: str
    event: str
    messages: tuple[Message, ...]
    description: str = ""
    secured: bool = False

    @property
    def ack(self) -> Ack | None:
        """The ack of it; of several messages, the first that has one."""
        return next((each.ack for each in self.messages if each.ack is not None), None)

    @property
    def asks(self) -> bool:
        """Whether a client may ask for an ack."""
        return not any(each.ack is not None and each.ack.none for each in self.messages)

    @property
    def declares_ack(self) -> bool:
        """Whether the document declares an ack for all that the event may be."""
        return all(each.ack is not None and not each.ack.none for each in self.messages)


class Judge:
    """What the contract says.

    Args:
        contract: as the server sees it.
        rejected_when: whether the values of an ack reject the event, besides.
        secrets: with which clients show who they are.
    """

    def __init__(
        self,
        contract: Contract,
        rejected_when: Callable[[tuple[Any, ...]], bool] | None = None,
        secrets: frozenset[str] = frozenset(),
    ) -> None:
        self.secrets: frozenset[str] = secrets
        self.contract: Contract = contract
        self.guard: Guard = Guard(contract)
        self._rejected_when = rejected_when
        self._received: dict[str, dict[str, Received]] = {}

    def event(self, namespace: str, event: str) -> Received | None:
        """What the document says of an event that clients send; `None` if it does not."""
        key = namespace
        if key not in self._received:
            self._received[key] = {each.event: each for each in self.received(namespace)}
        return self._received[key].get(event)

    def rejects(self, values: tuple[Any, ...]) -> bool:
        """Whether the settings say that the values of an ack reject the event."""
        return self._rejected_when is not None and self._rejected_when(values)

    def connect(self, namespace: str, auth: Any) -> Violation | None:
        """What is wrong with an `auth` value."""
        return self.guard.connect(namespace, auth).violation

    def secret_fields(self, namespace: str, event: str) -> frozenset[str]:
        """The names of fields that the document marks as secret."""
        if event == "connect":
            messages = self.connect_messages(namespace)
        else:
            received = self.event(namespace, event)
            messages = () if received is None else received.messages
        found: set[str] = set()
        for message in messages:
            if message.payload is not None:
                _secret_in(message.payload.document, found)
        return frozenset(found)

    def declared_names(self, namespace: str, event: str) -> frozenset[str]:
        """The names of all properties that an event of the server has somewhere."""
        found: set[str] = set()
        for schema in self.schemas_of_emit(namespace, event):
            _names_in(schema, found)
        return frozenset(found)

    def meaning(self, values: tuple[Any, ...]) -> Answer:
        """What the values of an ack mean."""
        return meaning(values, self._rejected_when)

    def input(
        self, namespace: str, event: str, args: tuple[Any, ...]
    ) -> tuple[Violation | None, Message | None]:
        """What is wrong with an event of a client, and which message it is."""
        verdict = self.guard.receive_event(namespace, event, list(args), binary=_has_bytes(args))
        return verdict.violation, verdict.message

    def ack(
        self, namespace: str, event: str, values: tuple[Any, ...], message: Message | None
    ) -> Violation | None:
        """What is wrong with the ack of an event."""
        verdict = self.guard.send_ack(
            namespace, event, list(values), message, binary=_has_bytes(values)
        )
        return verdict.violation

    def emit(
        self, namespace: str, event: str, args: tuple[Any, ...], *, asked: bool
    ) -> Violation | None:
        """What is wrong with an event of the server."""
        rule = self.guard.rule_of_sent(namespace, event)
        verdict = self.guard.send_event(namespace, event, list(args), binary=_has_bytes(args))
        if rule is not None and rule.ack_options:
            verdict = judge_asking(rule, namespace, verdict, asked=asked)
        return verdict.violation

    def declares_errors(self, namespace: str, event: str) -> bool:
        """Whether the document says what an ack is that reports an error."""
        received = self.event(namespace, event)
        ack = None if received is None else received.ack
        found: set[str] = set()
        for schema in () if ack is None else ack.alternatives:
            _names_in(schema.document, found)
        return "error" in found

    def declares_emit(self, namespace: str, event: str) -> bool:
        """Whether the server may emit an event."""
        return self.guard.rule_of_sent(namespace, event) is not None

    def schemas_of_emit(self, namespace: str, event: str) -> list[Any]:
        """The schemas of an event that the server emits."""
        rule = self.guard.rule_of_sent(namespace, event)
        offers = () if rule is None else rule.offers
        payloads = (each.message.payload for each in offers)
        return [each.document for each in payloads if each is not None]

    def namespaces(self) -> list[str]:
        """The namespaces that the document declares, those of templates with their values."""
        found: dict[str, None] = {}
        for channel in self.contract.channels.values():
            if channel.is_namespace and channel.address is not None:
                found.update(dict.fromkeys(_addresses(channel.address, channel.parameters)))
        return list(found)

    def received(self, namespace: str) -> list[Received]:
        """The events that clients may send in a namespace, in the document's order."""
        found: dict[str, Received] = {}
        for operation in self.contract.operations.values():
            channel = self.contract.channels.get(operation.channel)
            if operation.action is not Action.RECEIVE or channel is None:
                continue
            for message in operation.messages:
                event = message.event
                rule = self.guard.rule_of_received(namespace, event)
                if event in found or rule is None or event in _OWN:
                    continue
                offers = [offer.message for offer in rule.offers]
                if message not in offers:
                    continue
                texts = (operation.meta, *(each.meta for each in offers))
                found[event] = Received(
                    namespace,
                    event,
                    tuple(dict.fromkeys(offers)) if _hashable(offers) else tuple(offers),
                    described(texts),
                    secured=bool(operation.security),
                )
        return list(found.values())

    def emitted(self, namespace: str) -> list[tuple[str, str]]:
        """The events that the server may emit in a namespace, with what is said about them."""
        found: dict[str, str] = {}
        for operation in self.contract.operations.values():
            if operation.action is Action.SEND:
                for message in operation.messages:
                    rule = self.guard.rule_of_sent(namespace, message.event)
                    if rule is not None:
                        said = described((operation.meta, message.meta))
                        found[message.event] = f"{found.get(message.event, '')} {said}".strip()
        return list(found.items())

    def connect_messages(self, namespace: str) -> tuple[Message, ...]:
        """What the document says of the `auth` value."""
        plan = self.guard.plan_of(namespace)
        rule = None if plan is None else plan.connect
        return () if rule is None else tuple(offer.message for offer in rule.offers)

    def requires_security(self, namespace: str) -> bool:
        """Whether clients must show who they are to connect."""
        entrance = self.guard.entrance(namespace)
        return entrance is not None and bool(entrance.connects)

    def schemes(self, namespace: str) -> tuple[SecurityScheme, ...]:
        """By what clients of a namespace show who they are."""
        entrance = self.guard.entrance(namespace)
        return () if entrance is None else entrance.schemes

    def place_of_security(self, namespace: str) -> str:
        """Where the document says that clients must show who they are."""
        return next((scheme.location for scheme in self.schemes(namespace)), "")


def described(objects: tuple[Any, ...]) -> str:
    """What the document says about something, for people."""
    texts = (each.get(key) for each in objects for key in ("title", "summary", "description"))
    return " ".join(text for text in texts if isinstance(text, str))


def _names_in(schema: Any, found: set[str]) -> None:
    """The names of all properties that a schema has somewhere."""
    for each in _objects_in(schema):
        if isinstance(each.get("properties"), dict):
            found.update(map(str, each["properties"]))


def _secret_in(schema: Any, found: set[str]) -> None:
    """The names of properties that a schema marks as secret."""
    for each in _objects_in(schema):
        properties = each.get("properties")
        for name, of in properties.items() if isinstance(properties, dict) else ():
            if isinstance(of, dict) and (of.get("format") == "password" or of.get("writeOnly")):
                found.add(str(name))


def _objects_in(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _objects_in(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _objects_in(each)


def _hashable(messages: list[Message]) -> bool:
    try:
        hash(tuple(messages))
    except TypeError:
        return False
    return True


def _has_bytes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_bytes, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_has_bytes, value))
    return isinstance(value, (bytes, bytearray))


def _addresses(address: str, parameters: Any) -> list[str]:
    """The namespaces of an address; of a parameter without values, one that could be."""
    found = [address]
    for name, values in parameters.items():
        choices = values[:2] if values else ("1",)
        found = [each.replace(f"{{{name}}}", str(v)) for each in found for v in choices]
    return found
