"""The shape of an application's traffic: the shapes of each event, ack and connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncapi_guard.contract import Action
from asyncapi_guard.learning.shapes import Room, Shape, looks_like_an_id

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["Arguments", "Event", "Place", "TrafficShapes"]

#: How many events and namespaces are told apart: names may come from clients.
MOST_PLACES = 1_000
#: How many arguments an event may have, of which each has a shape.
_MOST_ARGUMENTS = 32
_LONGEST_NAME = 120


class Place(NamedTuple):
    """What tells an event from another one.

    Attributes:
        namespace: its namespace, with `{id}` for parts that look like ids.
        action: what the server does with it.
        event: its name.
    """

    namespace: str
    action: Action
    event: str


@dataclass(slots=True)
class Arguments:
    """The arguments of an event, or of an ack.

    Attributes:
        counts: how often there were so many of them.
        shapes: what they are like, by position.
    """

    counts: dict[int, int] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)

    def add(
        self,
        values: Sequence[Any],
        words_of: Collection[str] = (),
        room: Room | None = None,
    ) -> None:
        """Show it arguments."""
        self.counts[len(values)] = self.counts.get(len(values), 0) + 1
        while len(self.shapes) < min(len(values), _MOST_ARGUMENTS):
            self.shapes.append(Shape())
        for shape, value in zip(self.shapes, values, strict=False):
            shape.add(value, words_of=words_of, room=room)

    @property
    def count(self) -> int:
        """How often there were any, or none."""
        return sum(self.counts.values())

    def merge(self, other: Arguments) -> None:
        """Add what another one has seen."""
        for number, count in other.counts.items():
            self.counts[number] = self.counts.get(number, 0) + count
        while len(self.shapes) < len(other.shapes):
            self.shapes.append(Shape())
        for mine, its in zip(self.shapes, other.shapes, strict=False):
            mine.merge(its)

    def as_dict(self) -> dict[str, Any]:
        """They as JSON."""
        return {
            "counts": {str(number): count for number, count in sorted(self.counts.items())},
            "shapes": [shape.as_dict() for shape in self.shapes],
        }

    @classmethod
    def read(cls, data: Any) -> Arguments:
        """They from JSON.

        Raises:
            ValueError: they are none.
        """
        try:
            counts = {int(number): int(count) for number, count in data["counts"].items()}
            shapes = [Shape.read(shape) for shape in data["shapes"]]
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("they aren't arguments") from error
        if len(shapes) > _MOST_ARGUMENTS or any(number < 0 for number in counts):
            raise ValueError("they aren't arguments")
        return cls(counts, shapes)


@dataclass(slots=True)
class Event:
    """What one event is like.

    Attributes:
        arguments: its own.
        acks: what answered it.
    """

    arguments: Arguments = field(default_factory=Arguments)
    acks: Arguments = field(default_factory=Arguments)

    def merge(self, other: Event) -> None:
        """Add what another one has seen."""
        self.arguments.merge(other.arguments)
        self.acks.merge(other.acks)


@dataclass(slots=True)
class TrafficShapes:
    """What the traffic of an application is like.

    Attributes:
        events: by their places.
        connects: what clients sent as `auth`, by namespaces.
        left_out: how many events were not looked at, because too many have other names.
        room: for new places of values.
    """

    events: dict[Place, Event] = field(default_factory=dict)
    connects: dict[str, Shape] = field(default_factory=dict)
    left_out: int = 0
    room: Room = field(default_factory=Room)

    def event(self, namespace: str, action: Action, name: str) -> Event | None:
        """The event of that name, made if it is new; `None` if there are too many."""
        place = Place(template_of(namespace), action, name)
        found = self.events.get(place)
        if found is not None:
            return found
        if len(self.events) >= MOST_PLACES or len(name) > _LONGEST_NAME:
            self.left_out += 1
            return None
        made = self.events[place] = Event()
        return made

    def connect(self, namespace: str, auth: Any, words_of: Collection[str] = ()) -> None:
        """A client entered a namespace."""
        name = template_of(namespace)
        if name not in self.connects and len(self.connects) >= MOST_PLACES:
            self.left_out += 1
            return
        shape = self.connects.setdefault(name, Shape())
        shape.add(auth, words_of=words_of, room=self.room)

    def merge(self, other: TrafficShapes) -> None:
        """Add what another process has seen."""
        self.left_out += other.left_out
        for place, event in other.events.items():
            mine = self.event(*place)
            if mine is not None:
                mine.merge(event)
        for namespace, shape in other.connects.items():
            self.connects.setdefault(namespace, Shape()).merge(shape)

    def lines(self) -> list[dict[str, Any]]:
        """It as objects, one for each event and each namespace: the lines of a file."""
        found: list[dict[str, Any]] = [
            {"namespace": namespace, "connects": shape.as_dict()}
            for namespace, shape in self.connects.items()
        ]
        for place, event in self.events.items():
            line: dict[str, Any] = {
                "namespace": place.namespace,
                "action": place.action.value,
                "event": place.event,
                "arguments": event.arguments.as_dict(),
            }
            if event.acks.counts:
                line["acks"] = event.acks.as_dict()
            found.append(line)
        return found if not self.left_out else [*found, {"leftOut": self.left_out}]

    def read_line(self, data: Any) -> None:
        """Add what a line of a file says.

        Raises:
            ValueError: it says nothing that we know.
        """
        try:
            if "leftOut" in data:
                self.left_out += int(data["leftOut"])
            elif "connects" in data:
                shape = Shape.read(data["connects"])
                self.connects.setdefault(_namespace(data), Shape()).merge(shape)
            else:
                self._read_event(data)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("it isn't a line of a learning guard") from error

    def _read_event(self, data: Mapping[str, Any]) -> None:
        read = Event(
            Arguments.read(data["arguments"]),
            Arguments.read(data["acks"]) if "acks" in data else Arguments(),
        )
        event = self.event(_namespace(data), Action(data["action"]), str(data["event"]))
        if event is not None:
            event.merge(read)


def _namespace(data: Mapping[str, Any]) -> str:
    namespace = data["namespace"]
    if isinstance(namespace, str) and namespace.startswith("/"):
        return namespace
    raise ValueError("it has no namespace")


def template_of(namespace: str) -> str:
    """A namespace with `{id}` in place of a part that looks like an id, then `{id2}`."""
    parts, ids = [], 0
    for part in namespace.split("/"):
        if part and looks_like_an_id(part):
            ids += 1
            parts.append("{id}" if ids == 1 else f"{{id{ids}}}")
        else:
            parts.append(part)
    return "/".join(parts)
