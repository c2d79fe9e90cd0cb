"""The document that models were generated from, with a server's additions; see `origin`."""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from asyncapi_guard.codefirst.asyncapi_schemas import legal
from asyncapi_guard.codefirst.document import About, build_document, secure
from asyncapi_guard.codefirst.hints import read_hint
from asyncapi_guard.codefirst.origin import (
    has_ack,
    is_sent,
    serves,
    takes_all,
    takes_payload,
)
from asyncapi_guard.codefirst.registry import Registry, Sender
from asyncapi_guard.contract import Action
from asyncapi_guard.guard.marks import EXPIRED, REAUTHENTICATE
from asyncapi_guard.schema.dialects import replace_subschemas
from asyncapi_guard.spec.acks import (
    NO_OPTIONS,
    is_long_form,
    schema_in_ack,
    with_options,
    with_schema,
)
from asyncapi_guard.spec.additions import NewEvent, free_name, new_events, with_additions
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.export import bundle
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.mirroring import mirror
from asyncapi_guard.spec.pointers import format_pointer, parse_fragment
from asyncapi_guard.spec.references import Node, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.codefirst.origin import Origin
    from asyncapi_guard.codefirst.registry import Receiver
    from asyncapi_guard.contract import Contract, Message, Operation, Schema

__all__ = ["merge"]

#: An event: its namespace, its direction, and its name.
_Key: TypeAlias = "tuple[str, Action, str]"
#: Where something stands in the document.
_Path: TypeAlias = "tuple[str, ...]"

_SCHEMAS = "#/components/schemas/"
_NUMBER = re.compile(r"(_[0-9]+)+$")


def merge(origin: Origin, registry: Registry, about: About) -> dict[str, Any]:
    """The document of a server whose models have an origin.

    Raises:
        SpecError: the origin cannot be used.
    """
    return _Merger(origin, registry).merge(about)


class _Merger:
    """The document of an origin, with what a server has besides."""

    def __init__(self, origin: Origin, registry: Registry) -> None:
        self._origin = origin
        self._registry = registry
        self._documents = open_documents(origin.file)
        self._data: dict[str, Any] = bundle(self._documents)
        if origin.mirrored:
            mirror(self._data)

    def merge(self, about: About) -> dict[str, Any]:
        written, replaced = self._written()
        derived = build_document(written, about)
        for key in replaced:
            self._separate(*key)
        contract = self._contract()
        self._take_schemas(derived, self._parts(contract, replaced))
        new = []
        for each in new_events(derived):
            event = replace(each, schemas={})  # they are there
            key = event.namespace, event.action, event.event
            if key in replaced:
                self._replace(contract, event, *replaced[key])
            else:
                new.append(event)
        self._data = with_additions(self._data, self._contract(), new)
        self._take_options()
        self._take_wide(derived)
        self._say(about)
        return self._data

    def _contract(self) -> Contract:
        folder = self._origin.file.parent
        return compile_contract(open_documents(self._data, root=folder), "auto")

    def _written(self) -> tuple[Registry, dict[_Key, tuple[bool, bool]]]:
        """What people wrote themselves; of events that the document has, which parts of them."""
        written = Registry()
        replaced = self._narrowed(self._other_types())
        for receiver in self._registry.receivers():
            key = receiver.namespace, Action.RECEIVE, receiver.event
            if key in replaced or not self._origin.event(*key):
                written.add(receiver)
        for sender in self._registry.senders():
            key = sender.namespace, Action.SEND, sender.event
            if key in replaced or not self._origin.event(*key):
                written.add_sender(sender)
        return written, replaced

    def _other_types(self) -> dict[_Key, tuple[Receiver | Sender, bool, bool]]:
        """Of the document's events, those with other types than were generated, and in what."""
        found: dict[_Key, tuple[Receiver | Sender, bool, bool]] = {}
        for receiver in self._registry.receivers():
            key = receiver.namespace, Action.RECEIVE, receiver.event
            if models := self._origin.event(*key):
                payload = any(takes_payload(receiver, each) for each in models)
                ack = any(has_ack(receiver.ack, each) for each in models)
                found[key] = receiver, not payload, not ack
        for sender in self._registry.senders():
            key = sender.namespace, Action.SEND, sender.event
            if models := self._origin.event(*key):
                payload = any(is_sent(sender, each) for each in models)
                ack = any(has_ack(sender.ack, each) for each in models)
                found[key] = sender, not payload, not ack
        return {key: each for key, each in found.items() if any(each[1:])}

    def _narrowed(
        self, found: Mapping[_Key, tuple[Receiver | Sender, bool, bool]]
    ) -> dict[_Key, tuple[bool, bool]]:
        """Which of these types reject what the document allows: the others change nothing."""
        if not found:
            return {}
        alone = Registry()
        for entry, *_ in found.values():
            if isinstance(entry, Sender):
                alone.add_sender(entry)
            else:
                alone.add(entry)
        code = compile_contract(open_documents(build_document(alone, About())), "auto")
        file = self._contract()
        narrowed = {}
        for key, (_, payload, ack) in found.items():
            theirs = [message for *_, message in _messages(code, *key)]
            ours = [message for *_, message in _messages(file, *key)]
            parts = (
                payload and not takes_all(_payloads(theirs), _payloads(ours)),
                ack and not takes_all(_acks(theirs), _acks(ours)),
            )
            if any(parts):
                narrowed[key] = parts
        return narrowed

    # -- schemas -----------------------------------------------------------------------------------

    def _take_schemas(self, derived: dict[str, Any], parts: Sequence[_Path]) -> None:
        """Let what was derived refer to the document's own schemas, and add the others to it.

        Args:
            derived: the document of what people wrote; it is changed.
            parts: where the parts of the document stand that will be replaced.
        """
        schemas = derived.get("components", {}).get("schemas", {})
        own = self._own(schemas)
        for part in parts:
            self._move_out(part, own)
        new = schemas.keys() - own.keys()
        shelf = self._data.setdefault("components", {}).setdefault("schemas", {}) if new else {}
        references = dict(own)
        taken = set(shelf)
        for name, schema in schemas.items():
            if name in own:
                continue
            if shelf.get(name) == schema:
                references[name] = _SCHEMAS + name
                continue
            new = free_name(taken, name)
            taken.add(new)
            references[name] = _SCHEMAS + new
        for name, schema in schemas.items():
            target = references[name].removeprefix(_SCHEMAS)
            if name not in own and target not in shelf:
                shelf[target] = _referring(schema, references)
        messages = list(derived.get("components", {}).get("messages", {}).values())
        messages += [c["x-catch-all"] for c in derived["channels"].values() if "x-catch-all" in c]
        for message in messages:
            for field in ("payload", "x-ack"):
                if field in message:
                    schema = _referring(schema_in_ack(message[field]), references)
                    message[field] = with_schema(message[field], schema)

    def _own(self, schemas: Mapping[str, Any]) -> dict[str, str]:
        """Where the document has what was derived from generated models."""
        found = {}
        for kind, source in self._origin.schemas.items():
            name = str(getattr(kind, "__name__", ""))
            derived = {key: schema for key, schema in schemas.items() if _are_alike(key, name)}
            if not derived:
                continue
            alone = Registry()
            alone.add_sender(Sender("/", "event", (read_hint(kind, name),)))
            again = build_document(alone, About()).get("components", {}).get("schemas", {})
            key = _same(again.get(name), derived)
            place = self._place_of(source)
            if key is not None and place is not None:
                found[key] = place
        return found

    def _place_of(self, source: str) -> str | None:
        """Where the document has a schema now; `None` where it did not become a component."""
        if source.startswith("#"):
            return source if source.startswith("#/") else None
        try:
            node = self._documents.target(Node(self._documents.main, (), {"$ref": source}))
        except Unresolvable:
            return None
        name = str(node.path[-1]) if node.path else ""
        shelf = self._data.get("components", {}).get("schemas", {})
        moved = {key: schema for key, schema in shelf.items() if _are_alike(key, legal(name))}
        key = _same(node.value, moved)
        return None if key is None else _reference("components", "schemas", key)

    def _move_out(self, part: _Path, own: dict[str, str]) -> None:
        """Make a component of a schema that others refer to, before something takes its place.

        Args:
            part: where it stands.
            own: where the schemas stand that what is derived refers to; it is changed.
        """
        references = [each for each in _references(self._data) if _leads_into(each["$ref"], part)]
        names = [name for name, reference in own.items() if _leads_into(reference, part)]
        if not references and not names:
            return
        shelf = self._data.setdefault("components", {}).setdefault("schemas", {})
        *above, field = part
        key = part[part.index("messages") + 1]
        name = free_name(shelf, legal(key if field == "payload" else f"{key}-ack"))
        shelf[name] = self._at(*above)[field]

        def moved(reference: str) -> str:
            within = parse_fragment(reference[1:])[len(part) :]
            return _reference("components", "schemas", name, *within)

        for each in references:
            each["$ref"] = moved(each["$ref"])
        own.update({each: moved(own[each]) for each in names})

    # -- messages ----------------------------------------------------------------------------------

    def _parts(self, contract: Contract, replaced: Mapping[_Key, tuple[bool, bool]]) -> list[_Path]:
        """Where the parts of the document stand that will be replaced."""
        found: dict[_Path, None] = {}
        for event, parts in replaced.items():
            for channel, key, _ in _messages(contract, *event):
                place, message = self._found("channels", channel, "messages", key)
                fields = zip(("payload", "x-ack"), parts, strict=True)
                new = [f for f, is_new in fields if is_new and f in message]
                found.update({(*place, *_schema_at(f, message[f])): None for f in new})
        return list(found)

    def _separate(self, namespace: str, action: Action, event: str) -> None:
        """Give an event a message of its own where the other direction has the same one."""
        contract = self._contract()
        for channel, key, _ in _messages(contract, namespace, action, event):
            here = [each for each in contract.operations.values() if each.channel == channel]
            if not any(each.action is not action and _has(each, key) for each in here):
                continue
            messages = self._at("channels", channel, "messages")
            new = free_name(messages, key)
            for operation in here:
                keys = [message.id for message in operation.messages]
                if operation.action is action:
                    keys = [new if each == key else each for each in keys]
                self._at("operations", operation.id)["messages"] = [
                    {"$ref": _reference("channels", channel, "messages", each)} for each in keys
                ]
            own = deepcopy(self._at("channels", channel, "messages", key))
            messages[new] = self._shelved(key, {**own, "name": event})

    def _replace(self, contract: Contract, event: NewEvent, payload: bool, ack: bool) -> None:  # noqa: FBT001  # a pair
        """Give a message of the document another payload, or another ack."""
        for channel, key, _ in _messages(contract, event.namespace, event.action, event.event):
            entry = self._own_message(channel, key)
            if payload:
                entry["payload"] = event.payload
                entry.pop("examples", None)  # of the other payload
            if ack and event.ack is not None:
                whole = event.ack is False or is_long_form(event.ack)
                entry["x-ack"] = event.ack if whole else with_schema(entry.get("x-ack"), event.ack)
            elif ack and is_long_form(entry.get("x-ack")):
                entry["x-ack"] = with_schema(entry["x-ack"], schema=True)
            elif ack:
                entry.pop("x-ack", None)

    def _take_options(self) -> None:
        """What registrations say of acks, besides types, counts for the document's events, too."""
        said: list[tuple[Action, Receiver | Sender]] = [
            *((Action.RECEIVE, each) for each in self._registry.receivers()),
            *((Action.SEND, each) for each in self._registry.senders()),
        ]
        for action, entry in said:
            mark = _mark_of(entry)
            if entry.ack_options == NO_OPTIONS and mark is None:
                continue
            event = entry.namespace, action, entry.event
            self._separate(*event)
            for channel, key, _ in _messages(self._contract(), *event):
                message = self._own_message(channel, key)
                if entry.ack_options != NO_OPTIONS:
                    message["x-ack"] = with_options(message.get("x-ack"), entry.ack_options)
                if mark is not None:
                    message["x-guard"] = {**message.get("x-guard", {}), mark: True}

    def _own_message(self, channel: str, key: str) -> dict[str, Any]:
        """A message that only this channel has, to be changed."""
        found = self._at("channels", channel, "messages", key)
        uses = [
            (other, each)
            for other in self._data["channels"]
            for each in self._at("channels", other).get("messages") or {}
            if self._at("channels", other, "messages", each) is found
        ]
        if len(uses) > 1:
            found = deepcopy(found)
            self._at("channels", channel, "messages")[key] = self._shelved(key, found)
        return found

    def _shelved(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        """A reference to a message, which is made a component."""
        shelf = self._data.setdefault("components", {}).setdefault("messages", {})
        name = free_name(shelf, legal(name))
        shelf[name] = message
        return {"$ref": _reference("components", "messages", name)}

    def _at(self, *path: str) -> dict[str, Any]:
        return self._found(*path)[1]

    def _found(self, *path: str) -> tuple[_Path, dict[str, Any]]:
        """Where something stands that references may lead to, and what it is."""
        place: _Path = ()
        value: Any = self._data
        for part in path:
            value = value[int(part) if isinstance(value, list) else part]
            place = (*place, part)
            while isinstance(value, dict) and isinstance(value.get("$ref"), str):
                place, value = self._found(*parse_fragment(value["$ref"][1:]))
        return place, value

    # -- the rest ----------------------------------------------------------------------------------

    def _take_wide(self, derived: dict[str, Any]) -> None:
        """Handlers of all events have a place beside the messages."""
        channels = self._data["channels"]
        addresses = {channel.get("address"): channel for channel in channels.values()}
        for id, channel in derived["channels"].items():
            if "x-catch-all" not in channel:
                continue
            known = addresses.get(channel["address"])
            if known is None:
                channels[free_name(channels, id)] = {**channel, "messages": {}}
            else:
                known["x-catch-all"] = channel["x-catch-all"]

    def _say(self, about: About) -> None:
        """What the application says of itself, where it does."""
        said = {
            each.name: getattr(about, each.name)
            for each in fields(About)
            if getattr(about, each.name) != each.default
        }
        info = {name: said[name] for name in ("title", "version", "description") if name in said}
        if info:
            self._data["info"] = {**self._data["info"], **info}
        if servers := about.servers():
            self._data["servers"] = {**self._data.get("servers", {}), **servers}
        else:
            secure(self._data["operations"], about)
        if about.security:
            components = self._data.get("components", {})
            schemes = {**components.get("securitySchemes", {}), **about.schemes()}
            self._data["components"] = {**components, "securitySchemes": schemes}


def _messages(
    contract: Contract, namespace: str, action: Action, event: str
) -> list[tuple[str, str, Message]]:
    """The messages of a document for an event: channel, key, message."""
    found = {
        (operation.channel, message.id): message
        for operation in contract.operations.values()
        for message in operation.messages
        if operation.action is action and message.event == event
    }
    served = {
        channel.id
        for channel in contract.channels.values()
        if channel.address is not None
        and (channel.address == namespace or serves(channel.address, namespace))
    }
    return [
        (channel, key, message) for (channel, key), message in found.items() if channel in served
    ]


def _payloads(messages: Sequence[Message]) -> list[Schema] | None:
    """What messages say of arguments; `None` where one of them says nothing."""
    found = [message.payload for message in messages if message.payload is not None]
    return found if len(found) == len(messages) > 0 else None


def _acks(messages: Sequence[Message]) -> list[Schema] | None:
    """What messages say of acks; `None` where none of them says anything."""
    found = [schema for each in messages if each.ack for schema in each.ack.alternatives]
    return [schema for n, schema in enumerate(found) if schema not in found[:n]] or None


def _schema_at(field: str, value: Any) -> _Path:
    """Where a field of a message has its schema."""
    return (field, "args") if field == "x-ack" and is_long_form(value) else (field,)


def _has(operation: Operation, key: str) -> bool:
    return any(message.id == key for message in operation.messages)


def _reference(*path: str) -> str:
    return "#" + quote(format_pointer(path), safe="/~!$&'()*+,;=:@?")


def _leads_into(reference: str, place: _Path) -> bool:
    """Whether a reference leads to a place, or to what stands within."""
    with suppress(ValueError):
        return reference.startswith("#/") and parse_fragment(reference[1:])[: len(place)] == place
    return False


def _are_alike(name: str, other: str) -> bool:
    return _unnumbered(name) == _unnumbered(other)


def _unnumbered(name: str) -> str:
    """A name without the number that it has got because it was taken."""
    return _NUMBER.sub("", name)


def _same(schema: Any, named: Mapping[str, Any]) -> str | None:
    """The name of a schema among others; what it refers to may be called otherwise there."""
    equal = [name for name, each in named.items() if each == schema]
    if equal:
        return equal[0]
    blank = _blank(schema)
    alike = [name for name, each in named.items() if _blank(each) == blank]
    return alike[0] if len(alike) == 1 else None


def _blank(schema: Any) -> Any:
    """A copy of a schema that says of its references only what they lead to is called."""
    if not isinstance(schema, dict):
        return schema
    copy = replace_subschemas(schema, lambda _, inner: _blank(inner))
    if isinstance(copy.get("$ref"), str):
        copy["$ref"] = _unnumbered(copy["$ref"].rpartition("/")[2])
    return copy


def _references(data: Any) -> Iterator[dict[str, Any]]:
    """All Reference Objects in data."""
    waiting = [data]
    for value in waiting:  # it grows
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _referring(schema: Any, references: Mapping[str, str]) -> Any:
    """A copy of a schema whose references to components lead elsewhere."""
    if not isinstance(schema, dict):
        return schema
    copy = replace_subschemas(schema, lambda _, inner: _referring(inner, references))
    ref = copy.get("$ref")
    if isinstance(ref, str) and ref.startswith(_SCHEMAS):
        copy["$ref"] = references.get(ref.removeprefix(_SCHEMAS), ref)
    return copy


def _mark_of(entry: Receiver | Sender) -> str | None:
    """What `x-guard` marks an event for."""
    if isinstance(entry, Sender):
        return EXPIRED if entry.expired else None
    return REAUTHENTICATE if entry.reauthenticate else None
