"""One channel for each namespace: those of one address, or of one event each, become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.protocols import is_only_for_socketio
from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.names import Names, capital, identifier
from asyncapi_guard.spec.upgrade.profile.events import event_of, is_habit
from asyncapi_guard.spec.upgrade.profile.positions import ARGUMENT_LISTS
from asyncapi_guard.spec.upgrade.profile.rewriting import (
    local_target,
    reference_to,
    with_moves,
)
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.upgrade.profile.rewriting import Rewriting

__all__ = ["Namespaces"]

_ROOT = "/"
# What decides which clients a channel is for: channels that differ in it stay apart.
_DECISIVE = ("servers", "parameters", "bindings")
_TEXTS = ("title", "summary", "description", "tags", "externalDocs")


@dataclass(frozen=True, slots=True)
class _Channel:
    """A channel of the document.

    Attributes:
        id: its key.
        path: where it stands.
        value: the channel itself.
        namespaces: those that it is for.
        event: the event that its address stands for, if it is none of a namespace.
    """

    id: str
    path: Path
    value: dict[str, Any]
    namespaces: tuple[str, ...]
    event: str | None = None


class Namespaces:
    """Rewrites the channels of a document."""

    def __init__(self, rewriting: Rewriting) -> None:
        self._rewriting = rewriting
        self._ids = Names()
        for id in rewriting.map_at(("channels",)):
            self._ids.claim(id)
        self._moves: dict[Path, Path] = {}
        self._moves_in: dict[str, dict[Path, Path]] = {}

    def rewrite(self) -> None:
        """Put together what is one namespace."""
        channels = list(self._channels())
        groups = self._groups(channels)
        if groups:
            self._list_messages({channel.path for group in groups.values() for channel in group})
            self._put_together(groups)

    # -- which channels ----------------------------------------------------------------------------

    def _channels(self) -> Iterator[_Channel]:
        section = self._rewriting.map_at(("channels",))
        plain = {
            id: value
            for id, value in section.items()
            if isinstance(value, dict) and not is_reference(value)
        }
        no_topics = is_only_for_socketio(self._rewriting.documents)
        habit = is_habit([(a, self._names(id)) for id, a in _addresses(plain)])
        used = {
            self._rewriting.resolve((*path, "channel")) for path, _ in self._rewriting.operations()
        }
        for id, value in plain.items():
            path: Path = ("channels", id)
            address = value.get("address")
            if _is_everywhere(value):
                yield _Channel(id, path, value, self._everywhere(path, plain))
            elif isinstance(address, str):
                names = self._names(id)
                event = event_of(address, habit=habit) if names and no_topics else None
                if event is not None:
                    yield _Channel(id, path, value, (_ROOT,), event)
                elif address.startswith(_ROOT):
                    if names and no_topics and path in used and event_of(address, habit=True):
                        self._ask(path, address)
                    yield _Channel(id, path, value, (address,))
                elif path in used and "://" not in address:
                    self._ask(path, address)

    def _names(self, id: str) -> list[str]:
        """What the one message of a channel is called; nothing if it has none, or several."""
        entries = self._rewriting.entries_of(("channels", id))
        if len(entries) != 1:
            return []
        place = self._rewriting.message(entries[0])
        name = self._rewriting.fields_of(place).get("name") if place is not None else None
        keys = [str(entries[0][-1]), *([str(place[-1])] if place is not None else [])]
        return [*keys, name] if isinstance(name, str) else keys

    def _ask(self, path: Path, address: str) -> None:
        namespace = shown(_ROOT + address.removeprefix(_ROOT))
        message = (
            f"the address {shown(address)} stays as it is, since it has two meanings; write "
            f"{namespace} if it is a namespace, {shown(_ROOT)} if it is an event, and call its "
            "message so"
        )
        self._rewriting.note((*path, "address"), message)

    def _everywhere(self, path: Path, channels: dict[str, Any]) -> tuple[str, ...]:
        """The namespaces of a channel that is for all of them, but for some."""
        other = [address for _, address in _addresses(channels) if address.startswith(_ROOT)]
        without = self._rewriting.list_at((*path, ARGUMENT_LISTS, "namespace", "except"))
        wanted = dict.fromkeys((_ROOT, *other))
        namespaces = tuple(each for each in wanted if each not in without)
        message = "the channel is for all namespaces, so its events are now in each that the "
        self._rewriting.note(path, message + f"document has: {', '.join(namespaces)}", key=True)
        return namespaces

    def _groups(self, channels: list[_Channel]) -> dict[str, list[_Channel]]:
        """The channels of each namespace that are to be put together."""
        groups: dict[str, list[_Channel]] = {}
        for channel in channels:
            for namespace in channel.namespaces:
                groups.setdefault(namespace, []).append(channel)
        everywhere = {channel.id for channel in channels if len(channel.namespaces) > 1}
        found = {
            namespace: group
            for namespace, group in groups.items()
            if len(group) > 1 or group[0].event is not None or _is_everywhere(group[0].value)
        }
        kept = {}
        for namespace, group in found.items():
            difference = _difference(group)
            if difference is None or everywhere & {channel.id for channel in group}:
                kept[namespace] = group
                continue
            message = (
                f"the channels of {shown(namespace)} are not merged: their {difference} differ"
            )
            self._rewriting.note(group[0].path, message, key=True)
        return kept

    # -- putting together --------------------------------------------------------------------------

    def _list_messages(self, channels: set[Path]) -> None:
        """Operations and replies without `messages` have all of a channel that will have more."""
        for path, operation in self._rewriting.operations():
            owners = [path]
            if isinstance(operation.get("reply"), dict):
                owners.append((*path, "reply"))
            for owner in owners:
                value = self._rewriting.map_at(owner)
                channel = self._rewriting.resolve((*owner, "channel"))
                if channel in channels and "messages" not in value:
                    entries = self._rewriting.messages_of(owner)
                    value["messages"] = [reference_to(each) for each in entries if each is not None]

    def _put_together(self, groups: dict[str, list[_Channel]]) -> None:
        together = {ns: self._channel(ns, group) for ns, group in groups.items()}
        first: dict[str, list[tuple[str, dict[str, Any]]]] = {
            group[0].id: [] for group in groups.values()
        }
        for namespace, group in groups.items():
            first[group[0].id].append(together[namespace])
        gone = {channel.id for group in groups.values() for channel in group}
        channels: dict[str, Any] = {}
        for id, value in self._rewriting.map_at(("channels",)).items():
            channels.update(first.get(id, ()))
            if id not in gone:
                channels[id] = value
        self._rewriting.data["channels"] = channels
        self._follow(groups)

    def _channel(self, namespace: str, group: list[_Channel]) -> tuple[str, dict[str, Any]]:
        id = self._id(namespace, group)
        place: Path = ("channels", id)
        channel: dict[str, Any] = {"address": namespace, **self._fields(group)}
        messages: dict[str, Any] = {}
        names = Names()
        for each in group:
            self._say(each, id, namespace)
            self._move(namespace, each.path, place)
            self._add_messages(each, namespace, (*place, "messages"), messages, names)
        channel["messages"] = messages
        return id, channel

    def _id(self, namespace: str, group: list[_Channel]) -> str:
        wanted = identifier(namespace, "root")
        if any(channel.id == wanted for channel in group):
            return wanted
        only = [
            channel for channel in group if channel.event is None and len(channel.namespaces) == 1
        ]
        return only[0].id if len(only) == 1 else self._ids.take(wanted)

    def _say(self, channel: _Channel, id: str, namespace: str) -> None:
        if channel.event is not None:
            message = (
                f"{shown(channel.event)} is an event, not a namespace; it is now a message of the "
                f"channel {shown(id)}, whose address is {shown(namespace)}"
            )
            self._rewriting.note((*channel.path, "address"), message)
        elif channel.id != id and len(channel.namespaces) == 1:
            message = f"a namespace is one channel; this one is part of {shown(id)} now"
            self._rewriting.note(channel.path, message, key=True)

    def _move(self, namespace: str, old: Path, new: Path) -> None:
        self._moves.setdefault(old, new)
        self._moves_in.setdefault(namespace, {})[old] = new

    def _fields(self, group: list[_Channel]) -> dict[str, Any]:
        """What the channel of a group says beside its messages."""
        fields: dict[str, Any] = {}
        for channel in group:
            for key, value in channel.value.items():
                if key in ("address", "messages") or (key == ARGUMENT_LISTS):
                    continue
                if key in _DECISIVE:
                    fields.setdefault(key, value)
                elif channel.event is None and _agree(group, key):
                    fields[key] = value
                else:
                    self._hand_down(channel, key, value)
        return fields

    def _hand_down(self, channel: _Channel, key: str, value: Any) -> None:
        """Give what a channel says of its one message to the message."""
        entries = self._rewriting.entries_of(channel.path)
        place = self._own(entries[0]) if len(entries) == 1 else None
        if (
            place is None
            or key in self._rewriting.at(place)
            or not (key in _TEXTS or key[:2] == "x-")
        ):
            self._rewriting.note(
                (*channel.path, key), f"{key} of the channel is left out", key=True
            )
        else:
            self._rewriting.at(place)[key] = value

    def _own(self, entry: Path) -> Path | None:
        """Where the message of an entry stands, if no other entry has it."""
        place = self._rewriting.message(entry)
        if place is None or place == entry:
            return place
        others = [target for target in self._rewriting.references() if target == place]
        return place if len(others) == 1 else None

    # -- messages ----------------------------------------------------------------------------------

    def _add_messages(
        self, channel: _Channel, namespace: str, place: Path, messages: dict[str, Any], names: Names
    ) -> None:
        for entry in self._rewriting.entries_of(channel.path):
            value = self._rewriting.at(entry)
            wanted = channel.event or str(entry[-1])
            if messages.get(wanted) == value and is_reference(value):
                key = wanted
            else:
                key = names.take(wanted)
                messages[key] = self._message(channel, entry, key)
            self._move(namespace, entry, (*place, key))

    def _message(self, channel: _Channel, entry: Path, key: str) -> Any:
        """A message, which still is the same event, or is the one that its channel stood for."""
        value = self._rewriting.at(entry)
        place = self._rewriting.message(entry)
        if place is None:
            return value
        message = self._rewriting.at(place)
        name = self._rewriting.fields_of(place).get("name")
        event = channel.event or (name if isinstance(name, str) else str(entry[-1]))
        if event == (key if name is None else name):
            return value
        if channel.event is not None and name is not None:
            text = f"the name {shown(str(name))} becomes {shown(event)}, which is the event"
            self._rewriting.note((*place, "name"), text)
        if self._own(entry) is None:
            return {**message, "name": event}
        message["name"] = event
        return value

    # -- operations and references -----------------------------------------------------------------

    def _follow(self, groups: dict[str, list[_Channel]]) -> None:
        """Let everything refer to the new places; an operation of several namespaces is several."""
        everywhere = {
            channel.path: channel.namespaces
            for group in groups.values()
            for channel in group
            if _is_everywhere(channel.value)
        }
        operations = self._rewriting.map_at(("operations",))
        names = Names()
        for id in operations:
            names.claim(id)
        data = {k: v for k, v in self._rewriting.data.items() if k != "operations"}
        new = with_moves(data, self._moves)
        if operations:
            followed: dict[str, Any] = {}
            for id, operation in operations.items():
                channel = (
                    local_target(operation.get("channel")) if isinstance(operation, dict) else None
                )
                namespaces = everywhere.get(channel or (), ())
                if not namespaces:
                    followed[id] = with_moves(operation, self._moves)
                for number, namespace in enumerate(namespaces):
                    name = (
                        id
                        if number == 0
                        else names.take(id + capital(identifier(namespace, "root")))
                    )
                    moves = {**self._moves, **self._moves_in[namespace]}
                    followed[name] = with_moves(operation, moves)
            new = {
                key: followed if key == "operations" else new[key] for key in self._rewriting.data
            }
        self._rewriting.data = new


def _addresses(channels: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return (
        (id, value["address"])
        for id, value in channels.items()
        if isinstance(value.get("address"), str)
    )


def _is_everywhere(channel: dict[str, Any]) -> bool:
    """Whether a channel is for all namespaces, as pydantic-socketio writes it."""
    facts = channel.get(ARGUMENT_LISTS)
    namespace = facts.get("namespace") if isinstance(facts, dict) else None
    return isinstance(namespace, dict) and namespace.get("scope") == "all"


def _difference(group: list[_Channel]) -> str | None:
    """In which field channels differ that must not."""
    for field in _DECISIVE:
        values = [channel.value.get(field) for channel in group]
        said = [value for value in values if value is not None]
        absent = len(said) < len(values) and field == "servers" and bool(said)
        if absent or any(value != said[0] for value in said):
            return field
    return None


def _agree(group: list[_Channel], key: str) -> bool:
    said = [channel.value[key] for channel in group if key in channel.value]
    return all(value == said[0] for value in said)
