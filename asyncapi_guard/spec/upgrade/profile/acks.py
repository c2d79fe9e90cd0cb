"""Acknowledgements that stand on an operation, as `x-ack` of the operation's messages."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.upgrade.profile.rewriting import Rewriting

__all__ = ["Acks"]

_ACK = "x-ack"


@dataclass(frozen=True, slots=True)
class _Ack:
    """What an operation says of acks.

    Attributes:
        operation: its path.
        holder: where `x-ack` stands: the operation, or a trait of it.
        value: what it says.
        messages: the operation's, behind references; `None` for one in another file.
    """

    operation: Path
    holder: Path
    value: Any
    messages: tuple[Path | None, ...]


class Acks:
    """Moves the `x-ack` of operations to messages, where it is read."""

    def __init__(self, rewriting: Rewriting) -> None:
        self._rewriting = rewriting
        self._users: dict[Path | None, list[Path]] = {}
        self._acks: dict[Path, _Ack] = {}
        for path, _ in rewriting.operations():
            messages = tuple(dict.fromkeys(map(rewriting.message, rewriting.messages_of(path))))
            for message in messages:
                self._users.setdefault(message, []).append(path)
            holder = next(self._holders(path), None)
            if holder is not None:
                value = rewriting.map_at(holder)[_ACK]
                self._acks[path] = _Ack(path, holder, value, messages)

    def _holders(self, operation: Path) -> Iterator[Path]:
        """Where `x-ack` stands of an operation; what counts comes first."""
        traits = (*operation, "traits")
        places = [self._rewriting.resolve((*traits, i)) for i in self._indexes(traits)]
        for place in (operation, *reversed(places)):
            if place is not None and _ACK in self._rewriting.map_at(place):
                yield place

    def _indexes(self, path: Path) -> range:
        return range(len(self._rewriting.list_at(path)))

    def rewrite(self) -> None:
        """Move each that has one meaning."""
        reasons = {path: self._why_not(ack) for path, ack in self._acks.items()}
        stays = {ack.holder for path, ack in self._acks.items() if reasons[path]}
        for path, ack in self._acks.items():
            if reasons[path]:
                self._note(ack, f"and stays where it is: {reasons[path]}")
            else:
                self._move(ack)
        for ack in self._acks.values():
            if ack.holder not in stays:
                self._rewriting.map_at(ack.holder).pop(_ACK, None)

    def _why_not(self, ack: _Ack) -> str:
        """Why it cannot be said of the messages; empty if it can."""
        if not ack.messages:
            return "the operation has no messages"
        if None in ack.messages:
            return "a message of the operation is not in this document"
        others = {other for place in ack.messages for other in self._users[place]}
        same = all(o in self._acks and self._acks[o].value == ack.value for o in others)
        return "" if same else "another operation has the same message, and not the same x-ack"

    def _move(self, ack: _Ack) -> None:
        names = []
        for place in ack.messages:
            if place is not None and _ACK not in self._rewriting.fields_of(place):
                self._rewriting.at(place)[_ACK] = copy.deepcopy(ack.value)
            if place is not None and self._rewriting.fields_of(place)[_ACK] == ack.value:
                names.append(shown(self._event(place)))
        own = "its messages have their own" if not names else f"it is on {', '.join(names)} now"
        self._note(ack, f"so {own}")

    def _event(self, place: Path) -> str:
        name = self._rewriting.fields_of(place).get("name")
        return name if isinstance(name, str) else str(place[-1])

    def _note(self, ack: _Ack, outcome: str) -> None:
        message = f"x-ack is read on messages only, {outcome}"
        self._rewriting.note((*ack.holder, _ACK), message, key=True)
