"""Events that a document does not have yet, added to it as its author would have.

What neighbours do is done again: messages stand in the channel or in the components, keys are the
event's name or made of it, an operation has one message or several. What the document said before
it says afterwards: an operation that takes all messages of its channel for the other direction is
given the list of those that it had.

`additions` returns edits; who makes them (`spec.edit`) and judges the result is the command.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asyncapi_guard.contract import Action
from asyncapi_guard.guard.plans import template
from asyncapi_guard.schema.dialects import subschemas
from asyncapi_guard.spec.acks import schema_in_ack, with_schema
from asyncapi_guard.spec.edit import Edit, edits_between
from asyncapi_guard.spec.ids import Names, slug
from asyncapi_guard.spec.pointers import format_pointer, parse_fragment
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.spec.references import Documents

__all__ = ["CannotAddError", "NewEvent", "additions", "free_name", "new_events", "with_additions"]

_MESSAGES = "#/components/messages/"
_SCHEMAS = "#/components/schemas/"
#: The fields of the document, in the order of the specification.
_SECTIONS = ("asyncapi", "id", "info", "defaultContentType", "servers", "channels", "operations")
_ILLEGAL = re.compile(r"[^A-Za-z0-9._\-]+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class CannotAddError(Exception):
    """An event cannot be added; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to add.

    Attributes:
        namespace: the Socket.IO namespace.
        event: its name.
        action: what the server does with it.
        payload: the schema of its arguments; `None` for any.
        ack: the schema of the acknowledgement; `None` for none.
        schemas: components that `payload` and `ack` refer to as `#/components/schemas/NAME`. One
            that is there and says the same is used; one that says something else stays, and the
            new one gets a number.
        description: what people read about it; empty for nothing.
        key: what its message is called, which says its name besides; empty for a key like those of
            its neighbours.
        operation: what its operation is called; likewise.
    """

    namespace: str
    event: str
    action: Action
    payload: Any = None
    ack: Any = None
    schemas: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    key: str = ""
    operation: str = ""


def additions(
    documents: Documents, contract: Contract, events: Iterable[NewEvent]
) -> tuple[Edit, ...]:
    """The edits of the main file by which it has the events.

    Args:
        documents: the document and its files.
        contract: what it means.
        events: what to add, in order.

    Raises:
        CannotAddError: an event is there already, or stands where it cannot be added.
    """
    data = documents.main.data
    return tuple(edits_between(data, with_additions(data, contract, events)))


def with_additions(
    data: Mapping[str, Any], contract: Contract, events: Iterable[NewEvent]
) -> dict[str, Any]:
    """A copy of a document that has the events.

    Raises:
        CannotAddError: as for `additions`.
    """
    copy: dict[str, Any] = json.loads(json.dumps(data))  # in which nothing is shared
    addition = _Addition(copy, contract)
    for event in events:
        addition.add(event)
    return copy


def new_events(document: Mapping[str, Any]) -> Iterator[NewEvent]:
    """The events of a document that was made of types, each with the schemas that it needs."""
    components = document.get("components", {})
    messages, schemas = components.get("messages", {}), components.get("schemas", {})
    for operation in document["operations"].values():
        (ref,) = operation["messages"]
        channel = document["channels"][operation["channel"]["$ref"].rpartition("/")[2]]
        message = messages[ref["$ref"].rpartition("/")[2]]
        payload, ack = message.get("payload"), message.get("x-ack")
        yield NewEvent(
            channel["address"],
            message["name"],
            Action(operation["action"]),
            payload,
            ack,
            _needed((payload, schema_in_ack(ack)), schemas),
            message.get("description", ""),
        )


def _needed(parts: Iterable[Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The components that schemas refer to, directly or not."""
    found: dict[str, Any] = {}
    todo = list(parts)
    while todo:
        schema = todo.pop()
        if not isinstance(schema, dict):
            continue
        todo.extend(below for _, below in subschemas(schema))
        ref = schema.get("$ref")
        name = ref.removeprefix(_SCHEMAS) if isinstance(ref, str) else ""
        if name in schemas and name not in found:
            found[name] = schemas[name]
            todo.append(schemas[name])
    return {name: found[name] for name in schemas if name in found}


@dataclass(slots=True)
class _Message:
    """A message of a channel."""

    channel: str
    key: str
    event: str


@dataclass(slots=True)
class _Operation:
    """An operation, with the keys of its messages; `whole` if it lists none."""

    id: str
    action: Action
    channel: str
    keys: list[str]
    whole: bool


class _Addition:
    """A document that grows."""

    def __init__(self, data: dict[str, Any], contract: Contract) -> None:
        self._data = data
        #: What components that were added are called here, by what they were called and say.
        self._names: dict[tuple[str, str], str] = {}
        self._channels = contract.channels
        self._addresses = {id: channel.address for id, channel in contract.channels.items()}
        self._messages = [
            _Message(id, key, message.event)
            for id, channel in contract.channels.items()
            for key, message in channel.messages.items()
        ]
        self._operations = [
            _Operation(
                each.id,
                each.action,
                each.channel,
                [message.id for message in each.messages],
                "messages" not in self._at("operations", each.id),
            )
            for each in contract.operations.values()
        ]

    def add(self, new: NewEvent) -> None:
        """Add an event: its schemas, its message, and an operation."""
        channel = self._channel(new)
        self._check_new(new)
        new = self._with_schemas(new)
        before = [each.key for each in self._messages if each.channel == channel]
        key = self._message(new, channel)
        self._messages.append(_Message(channel, key, new.event))
        self._operation(new, channel, key, before)

    # -- the document ------------------------------------------------------------------------------

    def _at(self, section: str, key: str) -> dict[str, Any]:
        """An entry of a root section, references followed.

        Raises:
            CannotAddError: it stands in another file.
        """
        value: Any = self._data[section][key]
        while is_reference(value):
            ref = value["$ref"]
            if not ref.startswith("#/"):
                raise CannotAddError(
                    f"{section}/{key} is in another file ({shown(ref)}); edit it there"
                )
            value = self._data
            for part in parse_fragment(ref[1:]):
                value = value[int(part) if isinstance(value, list) else part]
        found: dict[str, Any] = value
        return found

    def _section(self, *names: str) -> dict[str, Any]:
        """A map of the document, made where it belongs if it is not there."""
        holder = self._data
        for depth, name in enumerate(names):
            if holder.get(name) is None:
                _put(holder, name, {}, _SECTIONS if depth == 0 else ())
            holder = holder[name]
        return holder

    # -- the parts of an event ---------------------------------------------------------------------

    def _channel(self, new: NewEvent) -> str:
        same = [id for id, address in self._addresses.items() if address == new.namespace]
        if same:
            return same[0]
        self._check_templates(new)
        channels = self._section("channels")
        wanted = "root" if new.namespace == "/" else slug(new.namespace, "namespace")
        id = free_name(channels, wanted)
        channels[id] = {"address": new.namespace}
        self._addresses[id] = new.namespace
        return id

    def _check_templates(self, new: NewEvent) -> None:
        """A channel of its own would take from a namespace what its template gives it."""
        for id, channel in self._channels.items():
            if "{" in (channel.address or "") and template(channel).fullmatch(new.namespace):
                raise CannotAddError(
                    f"the event {shown(new.event)} cannot be added to {shown(new.namespace)}: the "
                    f"channel {shown(id)} serves that namespace as {shown(channel.address)}; add "
                    "the event there, or write a channel with all events of the namespace"
                )

    def _check_new(self, new: NewEvent) -> None:
        for operation in self._operations:
            if self._addresses[operation.channel] != new.namespace:
                continue
            for message in self._messages:
                is_there = message.channel == operation.channel and message.event == new.event
                has = operation.whole or message.key in operation.keys
                if is_there and has and operation.action is new.action:
                    raise CannotAddError(
                        f"the event {shown(new.event)} of {shown(new.namespace)} already exists: "
                        f"{_reference('channels', operation.channel, 'messages', message.key)}, "
                        f"which the operation {shown(operation.id)} has"
                    )

    def _with_schemas(self, new: NewEvent) -> NewEvent:
        """The event with its component schemas in the document, under names that are free."""
        if not new.schemas:
            return new
        schemas = self._section("components", "schemas")
        names: dict[str, str] = {}
        for name, schema in new.schemas.items():
            known = self._names.get((name, json.dumps(schema, sort_keys=True)))
            is_there = name in schemas and schemas[name] == schema
            free = name if is_there else free_name({**schemas, **_back(names)}, name)
            names[name] = known or free
        for name, schema in new.schemas.items():
            schemas.setdefault(names[name], _with_names(schema, names))
            self._names[name, json.dumps(schema, sort_keys=True)] = names[name]
        payload = _with_names(new.payload, names)
        ack = with_schema(new.ack, _with_names(schema_in_ack(new.ack), names))
        return replace(new, payload=payload, ack=ack, schemas={})

    def _message(self, new: NewEvent, channel: str) -> str:
        entries = self._entries(channel)
        pairs = [(each.event, each.key) for each in self._messages]
        key = free_name(entries, new.key or _like(pairs, new.event, _KEYS, new.event))
        message = self._fields(new, key)
        if not self._in_components(channel):
            entries[key] = message
            return key
        components = self._section("components", "messages")
        pairs = [(event, name) for event, name, _ in self._components()]
        wanted = new.key or _like(pairs, new.event, _KEYS, slug(new.event, "event"))
        name = free_name(components, _ILLEGAL.sub("_", wanted) or "event")
        components[name] = message
        entries[key] = {"$ref": _reference("components", "messages", name)}
        return key

    def _entries(self, channel: str) -> dict[str, Any]:
        holder = self._at("channels", channel)
        if holder.get("messages") is None:
            holder["messages"] = {}
        entries: dict[str, Any] = holder["messages"]
        return entries

    def _fields(self, new: NewEvent, key: str) -> dict[str, Any]:
        message: dict[str, Any] = {}
        named = ["name" in each for each in self._written()]
        if new.key or key != new.event or sum(named) * 2 > len(named):
            message["name"] = new.event
        if new.description:
            message["description"] = new.description
        if new.payload is not None:
            message["payload"] = new.payload
        if new.ack is not None:
            message["x-ack"] = new.ack
        return message

    def _written(self) -> list[dict[str, Any]]:
        """The messages that are written in this file."""
        found = []
        for each in self._messages:
            entry = self._entries_or_none(each.channel).get(each.key)
            if isinstance(entry, dict) and not is_reference(entry):
                found.append(entry)
        return found + [message for _, _, message in self._components()]

    def _components(self) -> list[tuple[str, str, dict[str, Any]]]:
        """The messages of the components that channels have: event, name, message."""
        shelf = (self._data.get("components") or {}).get("messages") or {}
        found = []
        for each in self._messages:
            entry = self._entries_or_none(each.channel).get(each.key)
            ref: str = entry["$ref"] if isinstance(entry, dict) and is_reference(entry) else ""
            name = ref.removeprefix(_MESSAGES)
            if ref.startswith(_MESSAGES) and isinstance(shelf.get(name), dict):
                found.append((each.event, name, shelf[name]))
        return found

    def _entries_or_none(self, channel: str) -> dict[str, Any]:
        try:
            return self._at("channels", channel).get("messages") or {}
        except CannotAddError:
            return {}

    def _in_components(self, channel: str) -> bool:
        """Whether messages stand in the components: of this channel, else of all."""
        for several in ([channel], self._addresses):
            kinds = [
                is_reference(entry) and entry["$ref"].startswith(_MESSAGES)
                for id in several
                for entry in self._entries_or_none(id).values()
            ]
            if kinds:
                return bool(sum(kinds) * 2 > len(kinds))
        return (self._data.get("components") or {}).get("messages") is not None

    # -- operations --------------------------------------------------------------------------------

    def _operation(self, new: NewEvent, channel: str, key: str, before: Sequence[str]) -> None:
        mine = [each for each in self._operations if each.channel == channel]
        for other in mine:
            if other.whole and other.action is not new.action:
                self._list(other, channel, before)
        same = [each for each in mine if each.action is new.action]
        ref = {"$ref": _reference("channels", channel, "messages", key)}
        if any(each.whole for each in same):
            return  # which has all messages of the channel
        if len(same) == 1 and len(same[0].keys) > 1:
            self._at("operations", same[0].id)["messages"].append(ref)
            same[0].keys.append(key)
            return
        operations = self._section("operations")
        id = free_name(operations, self._operation_id(new))
        operations[id] = {
            "action": new.action.value,
            "channel": {"$ref": _reference("channels", channel)},
            "messages": [ref],
        }
        self._operations.append(_Operation(id, new.action, channel, [key], whole=False))

    def _list(self, operation: _Operation, channel: str, keys: Sequence[str]) -> None:
        """Let an operation that has all messages of its channel list those that it has."""
        self._at("operations", operation.id)["messages"] = [
            {"$ref": _reference("channels", channel, "messages", key)} for key in keys
        ]
        operation.whole = False
        operation.keys = list(keys)

    def _operation_id(self, new: NewEvent) -> str:
        if new.operation:
            return new.operation
        events = {(each.channel, each.key): each.event for each in self._messages}
        pairs = [
            (f"{each.action.value} {events[each.channel, each.keys[0]]}", each.id)
            for each in self._operations
            if len(each.keys) == 1 and (each.channel, each.keys[0]) in events
        ]
        name = f"{new.action.value} {new.event}"
        of_action = [pair for pair in pairs if pair[0].startswith(f"{new.action.value} ")]
        wanted = _like(of_action or pairs, name, _IDS, _camel(name))
        return _ILLEGAL.sub("_", wanted) or "operation"


# -- names -----------------------------------------------------------------------------------------


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(text)]


def _pascal(text: str) -> str:
    return "".join(word.capitalize() for word in _words(text))


def _camel(text: str) -> str:
    name = _pascal(text)
    return name[:1].lower() + name[1:]


def _snake(text: str) -> str:
    return "_".join(_words(text))


def _kebab(text: str) -> str:
    return "-".join(_words(text))


def _event(text: str) -> str:
    """The event, behind its action."""
    return text.partition(" ")[2]


#: How keys are made of an event.
_KEYS: tuple[Callable[[str], str], ...] = (
    str,
    _pascal,
    _camel,
    _snake,
    _kebab,
    lambda text: _pascal(text) + "Message",
    lambda text: _camel(text) + "Message",
    lambda text: _pascal(text) + "Event",
    lambda text: _camel(text) + "Event",
)
#: How ids of operations are made of an action and an event.
_IDS: tuple[Callable[[str], str], ...] = (
    lambda text: _camel(_event(text)),
    _event,
    lambda text: _snake(_event(text)),
    lambda text: _pascal(_event(text)),
    lambda text: _kebab(_event(text)),
    lambda text: "on" + _pascal(_event(text)),
    lambda text: "on_" + _snake(_event(text)),
    _camel,
    _snake,
    _pascal,
    _kebab,
)


def _like(
    pairs: Sequence[tuple[str, str]],
    name: str,
    rules: Sequence[Callable[[str], str]],
    default: str,
) -> str:
    """A name made as most others were made; the default when nobody knows how."""
    counts = Counter(
        {index: sum(rule(a) == b for a, b in pairs) for index, rule in enumerate(rules)}
    )
    best = max(counts, key=lambda index: (counts[index], -index))
    return (rules[best](name) or default) if counts[best] else default


def free_name(names: Collection[str], wanted: str) -> str:
    """The name that is wanted, with a number where it is taken."""
    free = Names()
    for name in names:
        free.take(name)
    return free.take(wanted)


def _reference(*parts: str) -> str:
    return "#" + quote(format_pointer(parts), safe="/~!$&'()*+,;=:@?")


def _back(names: Mapping[str, str]) -> dict[str, None]:
    return dict.fromkeys(names.values())


def _with_names(schema: Any, names: Mapping[str, str]) -> Any:
    """A schema with references to the names that its components have here."""
    if isinstance(schema, list):
        return [_with_names(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    new = {key: _with_names(value, names) for key, value in schema.items()}
    ref = new.get("$ref")
    if isinstance(ref, str) and ref.startswith(_SCHEMAS):
        new["$ref"] = _SCHEMAS + names.get(ref.removeprefix(_SCHEMAS), ref.removeprefix(_SCHEMAS))
    return new


def _put(holder: dict[str, Any], name: str, value: Any, order: Sequence[str]) -> None:
    """A field behind those that come before it."""
    before = order[: order.index(name)] if name in order else order
    last = max((i for i, key in enumerate(holder) if key in before), default=len(holder) - 1)
    pairs = [(key, item) for key, item in holder.items() if key != name]
    pairs.insert(last + 1, (name, value))
    holder.clear()
    holder.update(pairs)
