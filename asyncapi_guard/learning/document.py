"""The document of the observed traffic, with counts as comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action
from asyncapi_guard.learning.schemas import Learnt, Style, schema_of, schema_of_arguments
from asyncapi_guard.spec.additions import NewEvent, with_additions
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.serializing import to_yaml
from asyncapi_guard.spec.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asyncapi_guard.learning.shapes import Shape
    from asyncapi_guard.learning.traffic_shapes import Event, Place, TrafficShapes

__all__ = ["LearntEvent", "learnt_document", "learnt_events"]

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class LearntEvent:
    """An event that was seen.

    Attributes:
        new: what a document says of it.
        facts: what was seen of the places of its message, as paths of keys.
    """

    new: NewEvent
    facts: Mapping[tuple[str, ...], str]


def learnt_document(traffic: TrafficShapes, style: Style, title: str) -> str:
    """A document that describes traffic, as YAML.

    Args:
        traffic: what was seen.
        style: how much more it takes.
        title: its `info.title`.
    """
    data: dict[str, Any] = {
        "asyncapi": "3.1.0",
        "info": {"title": title, "version": "0.1.0"},
        "channels": {},
        "operations": {},
    }
    events = list(learnt_events(traffic, style))
    contract = compile_contract(open_documents(data), "auto")
    data = with_additions(data, contract, [event.new for event in events])
    _add_namespaces(data, traffic)
    return _head(traffic) + _with_comments(to_yaml(data), _facts(data, events))


def learnt_events(traffic: TrafficShapes, style: Style) -> Iterator[LearntEvent]:
    """What was seen, namespace by namespace: connects, then events in the order of their coming."""
    namespaces = dict.fromkeys([*traffic.connects, *(each.namespace for each in traffic.events)])
    for namespace in sorted(namespaces):
        auth = traffic.connects.get(namespace)
        if auth is not None and not _is_nothing(auth):
            yield _connect(namespace, auth, style)
        for place, event in traffic.events.items():
            if place.namespace == namespace:
                yield _event(place, event, style)


def _connect(namespace: str, auth: Shape, style: Style) -> LearntEvent:
    learnt = schema_of(auth, style)
    if auth.objects.sizes.low == 0 and learnt.schema.get("type") == "object":
        learnt.schema["type"] = ["object", "null"]
    facts: dict[tuple[str, ...], str] = {(): _times(auth.count)}
    facts.update({("payload", *path): fact for path, fact in learnt.facts.items()})
    return LearntEvent(NewEvent(namespace, "connect", Action.RECEIVE, learnt.schema), facts)


def _is_nothing(auth: Shape) -> bool:
    """Whether nobody has sent anything: some clients send an empty object then, and some null."""
    empty = auth.objects.sizes.count if not auth.objects.sizes.high else 0
    return auth.nulls + empty == auth.count


def _event(place: Place, event: Event, style: Style) -> LearntEvent:
    payload = schema_of_arguments(event.arguments, style)
    facts: dict[tuple[str, ...], str] = {(): _times(event.arguments.count)}
    facts.update({("payload", *path): fact for path, fact in payload.facts.items()})
    ack: Learnt | None = None
    if event.acks.count:
        ack = schema_of_arguments(event.acks, style)
        facts.update({("x-ack", *path): fact for path, fact in ack.facts.items()})
        facts["x-ack",] = f"{event.acks.count:,} of {event.arguments.count:,}"
    new = NewEvent(
        place.namespace,
        place.event,
        place.action,
        payload.schema,
        None if ack is None else ack.schema,
    )
    return LearntEvent(new, facts)


def _add_namespaces(data: dict[str, Any], traffic: TrafficShapes) -> None:
    """Channels for namespaces without events, and what their addresses have in braces."""
    channels = data["channels"]
    addresses = {channel["address"] for channel in channels.values()}
    for namespace in traffic.connects:
        if namespace not in addresses:
            channels[f"namespace{len(channels) + 1}"] = {"address": namespace}
    for channel in channels.values():
        names = _PARAMETER.findall(channel["address"])
        if names:
            channel["parameters"] = {name: {"description": "Seen as ids."} for name in names}


def _facts(
    data: Mapping[str, Any], events: Iterable[LearntEvent]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """All facts by their paths in the document."""
    places: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for id, channel in data["channels"].items():
        for key, message in channel.get("messages", {}).items():
            place = channel["address"], message.get("name", key)
            places.setdefault(place, []).append(("channels", id, "messages", key))
    for event in events:
        path = places[event.new.namespace, event.new.event].pop(0)
        for rest, fact in event.facts.items():
            yield (*path, *rest), fact


def _with_comments(text: str, facts: Iterable[tuple[tuple[str, ...], str]]) -> str:
    """Block YAML with comments at the ends of the lines where keys stand."""
    source = read_source("learnt.yml", "memory:learnt.yml", text.encode())
    lines = text.split("\n")
    for path, fact in facts:
        keys = tuple(int(key) if key.isdigit() else key for key in path)
        line = source.position(_existing(source.data, keys), key=True).line
        lines[line - 1] += f"  # {fact}"
    return "\n".join(lines)


def _existing(data: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """The path as the data has it: digits are names of fields where no list is."""
    found: list[Any] = []
    for key in path:
        name: Any = key if isinstance(data, list) else str(key)
        found.append(name)
        data = data[name]
    return tuple(found)


def _head(traffic: TrafficShapes) -> str:
    events = sum(event.arguments.count for event in traffic.events.values())
    connects = sum(shape.count for shape in traffic.connects.values())
    lines = [
        f"Learned by `asyncapi-guard learn` from {events:,} events and {connects:,} connects.",
        "Comments say how often each thing was seen.",
    ]
    if traffic.left_out:
        lines.append(f"{traffic.left_out:,} more events were not looked at: too many names.")
    return "".join(f"# {line}\n" for line in lines)


def _times(count: int) -> str:
    return "seen once" if count == 1 else f"seen {count:,} times"
