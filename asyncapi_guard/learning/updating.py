"""Updates a document so that it accepts the observed traffic.

What it does not say yet is added, what is too narrow is widened, and nothing is narrowed. It works
on data: the edits between what was and what is are made in the author's file elsewhere.

Where a schema combines others, or has a pattern, shapes do not say whether it takes what was seen:
that becomes a note.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Action
from asyncapi_guard.learning.document import learnt_events
from asyncapi_guard.learning.schemas import Style, schema_of, schema_of_arguments
from asyncapi_guard.spec.additions import NewEvent, with_additions
from asyncapi_guard.spec.pointers import parse_fragment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.learning.shapes import Objects, Range, Shape
    from asyncapi_guard.learning.traffic_shapes import Arguments, Event, TrafficShapes

__all__ = ["Update", "updated"]

#: What combines schemas, or judges values that nobody has kept.
_COMBINED = ("allOf", "anyOf", "oneOf", "not", "if", "const", "patternProperties", "propertyNames")
_UNTOLD = ("pattern", "multipleOf", "contains", "uniqueItems", "dependentRequired")
#: Formats of which shapes say whether all texts have them.
_TOLD_FORMATS = frozenset(("uuid", "date-time", "date", "time", "email", "ipv4", "ipv6", "uri"))


@dataclass(slots=True)
class Update:
    """What a document says afterwards.

    Attributes:
        data: the document.
        added: events that it did not have, as `namespace event`.
        notes: what could not be told, or not be changed.
        unseen: events that it has, and that were not seen.
    """

    data: dict[str, Any]
    added: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def updated(
    data: Mapping[str, Any], contract: Contract, traffic: TrafficShapes, style: Style
) -> Update:
    """What a document must say to take all that was seen.

    Args:
        data: the document.
        contract: what it means.
        traffic: what was seen.
        style: of what is added.

    Raises:
        CannotAddError: an event stands where it cannot be added.
    """
    update = Update(copy.deepcopy(dict(data)))
    widening = _Widening(update, style)
    new: list[NewEvent] = []
    for learnt in learnt_events(traffic, style):
        place = learnt.new.namespace, learnt.new.event
        message = _message(update.data, contract, learnt.new)
        if message is None:
            new.append(learnt.new)
            update.added.append(" ".join(place))
            continue
        widening.place = " ".join(place)
        if learnt.new.event == "connect" and learnt.new.action is Action.RECEIVE:
            widening.connect(message, traffic.connects[learnt.new.namespace])
        else:
            seen = next(
                event
                for key, event in traffic.events.items()
                if key == (learnt.new.namespace, learnt.new.action, learnt.new.event)
            )
            widening.event(message, seen)
    update.unseen.extend(_unseen(contract, traffic))
    if new:
        update.data = with_additions(update.data, contract, new)
    return update


def _message(data: Mapping[str, Any], contract: Contract, new: NewEvent) -> dict[str, Any] | None:
    """The message of an event, as the data has it; `None` if nothing declares it."""
    for operation in contract.operations.values():
        address = contract.channels[operation.channel].address
        if operation.action is not new.action or address != new.namespace:
            continue
        for message in operation.messages:
            if message.event == new.event:
                found = _follow(data, data["channels"].get(operation.channel))
                entries = found.get("messages", {}) if isinstance(found, dict) else {}
                entry = _follow(data, entries.get(message.id))
                return entry if isinstance(entry, dict) else {}
    return None


def _follow(data: Any, value: Any) -> Any:
    """What a reference within the document leads to; `None` for one that leads elsewhere."""
    for _ in range(50):
        if not isinstance(value, dict) or not isinstance(ref := value.get("$ref"), str):
            return value
        if not ref.startswith("#"):
            return None
        value = data
        for part in parse_fragment(ref[1:]):
            value = value[int(part)] if isinstance(value, list) else value.get(part)
    return None


def _unseen(contract: Contract, traffic: TrafficShapes) -> Iterator[str]:
    seen = {(place.namespace, place.action, place.event) for place in traffic.events}
    for operation in contract.operations.values():
        address = contract.channels[operation.channel].address or ""
        for message in operation.messages:
            is_connect = message.event == "connect" and address in traffic.connects
            if (address, operation.action, message.event) not in seen and not is_connect:
                yield f"{address} {message.event} ({operation.action.value})"


class _Widening:
    """Changes schemas in place."""

    def __init__(self, update: Update, style: Style) -> None:
        self._update = update
        self._style = style
        self.place = ""

    def _note(self, sentence: str) -> None:
        note = f"{self.place}: {sentence}"
        if note not in self._update.notes:
            self._update.notes.append(note)

    def connect(self, message: dict[str, Any], auth: Shape) -> None:
        """Have a message take what clients send to enter."""
        if "payload" in message:
            self.schema(message["payload"], auth, "auth")

    def event(self, message: dict[str, Any], event: Event) -> None:
        """Have a message take an event and its acks."""
        if not message:
            self._note("its message is in a different file, which wasn't checked")
            return
        if "payload" in message:
            self._arguments(message["payload"], event.arguments, "payload")
        if not event.acks.count:
            return
        if "x-ack" in message:
            self._arguments(message["x-ack"], event.acks, "x-ack")
        else:
            message["x-ack"] = schema_of_arguments(event.acks, self._style).schema

    def _arguments(self, schema: Any, arguments: Arguments, where: str) -> None:
        target = _follow(self._update.data, schema)
        if not isinstance(target, dict):
            return
        positions = target.get("prefixItems", target.get("items"))
        least, most = min(arguments.counts), max(arguments.counts)
        if isinstance(positions, list):
            for position, shape in zip(positions, arguments.shapes, strict=False):
                self.schema(position, shape, where)
            if target.get("minItems", 0) > least:
                target["minItems"] = least
            if most > len(positions):
                self._note(f"{where} was seen with {most} arguments, but defines {len(positions)}")
        elif (least, most) == (1, 1):
            self.schema(target, arguments.shapes[0], where)
        elif most or target.get("type") != "null":
            self._note(
                f"{where} was seen with {least} to {most} arguments, but defines a different number"
            )

    def schema(self, schema: Any, shape: Shape, where: str) -> None:
        """Have a schema take what is like that."""
        target = _follow(self._update.data, schema)
        if not isinstance(target, dict):
            if target is not True:
                self._note(f"{where} is not in this file, or accepts nothing, so it wasn't checked")
            return
        combined = [key for key in _COMBINED if key in target]
        if combined:
            self._note(f"{where} has {combined[0]}; check yourself whether it accepts the traffic")
            return
        untold = [key for key in _UNTOLD if key in target]
        if untold:
            self._note(f"{where} has {untold[0]}, which shapes can't describe")
        if shape.unknown:
            self._note(f"{where} had values that aren't JSON, or are too large")
        self._types(target, shape, where)
        self._text(target, shape, where)
        span = _joined(shape.integers, shape.numbers)
        _widen(target, span, "minimum", "maximum")
        _widen_exclusive(target, span)
        _widen(target, shape.arrays.lengths, "minItems", "maxItems")
        if shape.arrays.items is not None and isinstance(target.get("items"), dict):
            self.schema(target["items"], shape.arrays.items, f"{where}[]")
        elif shape.arrays.items is not None and isinstance(target.get("items"), list):
            self._note(f"{where} has positions; check yourself whether it accepts the traffic")
        if shape.objects.sizes.count:
            self._object(target, shape.objects, where)

    def _types(self, target: dict[str, Any], shape: Shape, where: str) -> None:
        if "type" not in target:
            return
        declared = target["type"] if isinstance(target["type"], list) else [target["type"]]
        learnt = schema_of(shape, self._style).schema.get("type", [])
        seen = learnt if isinstance(learnt, list) else [learnt]
        if shape.binary.count and target.get("format") != "binary":
            self._note(f"{where} had bytes, but isn't of format binary")
        missing = [
            name
            for name in seen
            if name not in declared and not (name == "integer" and "number" in declared)
        ]
        if missing:
            kept = [name for name in declared if not (name == "integer" and "number" in missing)]
            types = [*kept, *missing]
            target["type"] = types if len(types) > 1 else types[0]
            if "null" in missing and "enum" in target and None not in target["enum"]:
                target["enum"] = [*target["enum"], None]

    def _text(self, target: dict[str, Any], shape: Shape, where: str) -> None:
        texts = shape.texts
        if not texts.lengths.count:
            return
        _widen(target, texts.lengths, "minLength", "maxLength")
        format = target.get("format")
        if format in _TOLD_FORMATS and format not in (texts.formats or ()):
            del target["format"]
        if "enum" not in target:
            return
        if texts.words is None:
            self._note(f"{where} has an enum, but its values weren't recorded")
            return
        more = [word for word in texts.words if word not in target["enum"]]
        if more:
            target["enum"] = [*target["enum"], *more]

    def _object(self, target: dict[str, Any], objects: Objects, where: str) -> None:
        properties = target.get("properties", {})
        others = target.get("additionalProperties", True)
        for name, shape in objects.fields.items():
            if name in properties:
                self.schema(properties[name], shape, f"{where}.{name}")
            elif others is False:
                properties = target.setdefault("properties", properties)
                properties[name] = schema_of(shape, self._style).schema
            elif isinstance(others, dict):
                self.schema(others, shape, f"{where}.*")
        if objects.others is not None:
            if others is False:
                target["additionalProperties"] = schema_of(objects.others, self._style).schema
            elif isinstance(others, dict):
                self.schema(others, objects.others, f"{where}.*")
        self._required(target, objects)
        _widen(target, objects.sizes, "minProperties", "maxProperties")

    def _required(self, target: dict[str, Any], objects: Objects) -> None:
        required = target.get("required")
        if not isinstance(required, list):
            return
        always = {
            name for name, shape in objects.fields.items() if shape.count >= objects.sizes.count
        }
        kept = [name for name in required if name in always]
        if len(kept) < len(required) and not objects.is_map:
            target["required"] = kept
            if not kept:
                del target["required"]


def _joined(one: Range, other: Range) -> Range:
    found = type(one)(one.count, one.low, one.high)
    found.merge(other)
    return found


def _widen(target: dict[str, Any], span: Range, least: str, greatest: str) -> None:
    """Move bounds away, as far as what was seen is beyond them."""
    if span.low is None or span.high is None:
        return
    if isinstance(target.get(least), (int, float)) and target[least] > span.low:
        target[least] = span.low
    if isinstance(target.get(greatest), (int, float)) and target[greatest] < span.high:
        target[greatest] = span.high


def _widen_exclusive(target: dict[str, Any], span: Range) -> None:
    if span.low is None or span.high is None:
        return
    bounds = (("exclusiveMinimum", "minimum", span.low), ("exclusiveMaximum", "maximum", span.high))
    for exclusive, inclusive, seen in bounds:
        bound = target.get(exclusive)
        if not isinstance(bound, (int, float)) or isinstance(bound, bool):
            continue
        beyond = seen <= bound if inclusive == "minimum" else seen >= bound
        if beyond:
            del target[exclusive]
            target[inclusive] = seen
