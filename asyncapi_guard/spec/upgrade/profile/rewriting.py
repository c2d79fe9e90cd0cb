"""The state of a rewriting: the data as it becomes, and the notes about what was written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Severity
from asyncapi_guard.spec.pointers import Path, parse_fragment
from asyncapi_guard.spec.references import Documents, is_reference
from asyncapi_guard.spec.source import Source
from asyncapi_guard.spec.upgrade.conversion import pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol

    from asyncapi_guard.errors import Finding

    class Origin(Protocol):
        """Makes a finding about what became the value at a path."""

        def __call__(self, place: Path, message: str, *, key: bool) -> Finding: ...


__all__ = ["Rewriting", "is_within", "local_target", "reference_to", "with_moves"]

# The least length of paths to messages: components/messages/NAME.
_OF_MESSAGES = 3
# Of references that lead to references.
_DEEPEST = 50


class Rewriting:
    """A document that is rewritten, value by value.

    Attributes:
        data: the document as it becomes.
        documents: the document as it was.
        notes: what was written, what was left out, and what was left as it is.
    """

    def __init__(self, data: dict[str, Any], origin: Origin) -> None:
        # A copy in which nothing is shared: an alias would change wherever it is used.
        self.data: dict[str, Any] = json.loads(json.dumps(data))
        self.documents: Documents = Documents(Source("<mapping>", "mapping:", None, data))
        self.notes: list[Finding] = []
        self._origin = origin

    def note(self, path: Path, message: str, *, key: bool = False) -> None:
        """Say something about what stood at a path before anything was moved."""
        finding = self._origin(path, message, key=key)
        self.notes.append(replace(finding, severity=Severity.WARNING))

    # -- reading -----------------------------------------------------------------------------------

    def at(self, path: Path) -> Any:
        """The value at a path; `None` if there is none."""
        value: Any = self.data
        for part in path:
            try:
                value = value[int(part)] if isinstance(value, list) else value[part]
            except (IndexError, KeyError, TypeError, ValueError):
                return None
        return value

    def map_at(self, path: Path) -> dict[str, Any]:
        """The mapping at a path; an empty one if there is none."""
        value = self.at(path)
        return value if isinstance(value, dict) else {}

    def list_at(self, path: Path) -> list[Any]:
        """The list at a path; an empty one if there is none."""
        value = self.at(path)
        return value if isinstance(value, list) else []

    def resolve(self, path: Path) -> Path | None:
        """Where the value at a path stands, behind references; `None` if it is in another file."""
        here: Path = ()
        hops = 0
        rest = list(path)
        while True:
            value = self.at(here)
            if is_reference(value):
                target = local_target(value)
                hops += 1
                if target is None or hops > _DEEPEST:
                    return None
                here, rest = (), [*target, *rest]
            elif rest:
                here = (*here, rest.pop(0))
            else:
                return here if value is not None else None

    def message(self, entry: Path | None) -> Path | None:
        """Where the message of an entry stands; `None` if none stands in this document."""
        place = self.resolve(entry) if entry is not None else None
        if place is None or len(place) < _OF_MESSAGES or not isinstance(self.at(place), dict):
            return None
        return place

    def operations(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The operations that the document has itself, with their paths."""
        for id, operation in self.map_at(("operations",)).items():
            if isinstance(operation, dict) and not is_reference(operation):
                yield ("operations", id), operation

    def messages_of(self, owner: Path) -> list[Path | None]:
        """The entries that an operation or a reply lists; all of its channel's if it lists none.

        `None` stands for one in another file.
        """
        if "messages" in self.map_at(owner):
            return [local_target(item) for item in self.list_at((*owner, "messages"))]
        channel = self.resolve((*owner, "channel"))
        return [] if channel is None else [*self.entries_of(channel)]

    def entries_of(self, channel: Path) -> list[Path]:
        """The messages of a channel."""
        messages = self.map_at((*channel, "messages"))
        return [(*channel, "messages", key) for key in messages]

    def fields_of(self, message: Path) -> dict[str, Any]:
        """What a message says, by its traits where it does not say it itself."""
        fields: dict[str, Any] = {}
        for index in range(len(self.list_at((*message, "traits")))):
            trait = self.resolve((*message, "traits", index))
            fields.update(self.map_at(trait) if trait is not None else {})
        return {**fields, **self.map_at(message)}

    # -- references --------------------------------------------------------------------------------

    def references(self) -> Iterator[Path]:
        """Where each reference within the document leads."""
        return _references(self.data)

    def is_used(self, place: Path) -> bool:
        """Whether a reference leads to a place, or into it."""
        return any(is_within(path, place) for path in self.references())


def local_target(reference: Any) -> Path | None:
    """Where a reference within the document leads, before anything behind it is followed."""
    if not is_reference(reference) or not reference["$ref"].startswith("#"):
        return None
    try:
        return parse_fragment(reference["$ref"][1:])
    except ValueError:
        return None


def _references(value: Any) -> Iterator[Path]:
    stack = [value]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            target = local_target(value)
            if target is not None:
                yield target
        if isinstance(value, (dict, list)):
            stack.extend(value.values() if isinstance(value, dict) else value)


def is_within(path: Path, place: Path) -> bool:
    """Whether a path leads to a place, or below it."""
    return path[: len(place)] == place


def reference_to(path: Path) -> dict[str, Any]:
    """A reference to a place of the document itself."""
    return {"$ref": pointer_to(path)}


def with_moves(value: Any, moves: Mapping[Path, Path]) -> Any:
    """A copy in which references follow what they lead to."""
    if isinstance(value, list):
        return [with_moves(item, moves) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: with_moves(item, moves) for key, item in value.items()}
    target = local_target(value)
    if target is not None:
        new = _moved(target, moves)
        if new != target:
            copy["$ref"] = pointer_to(new)
    return copy


def _moved(path: Path, moves: Mapping[Path, Path]) -> Path:
    for end in range(len(path), 0, -1):
        if path[:end] in moves:
            return moves[path[:end]] + path[end:]
    return path
