"""Replies that say what acknowledges an event, as `x-ack` of the event's message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.spec.references import is_reference
from asyncapi_guard.spec.upgrade.profile.rewriting import reference_to
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.upgrade.profile.rewriting import Rewriting

__all__ = ["Replies"]

_ACK = "x-ack"
# Of what may have been there for a reply alone.
_SECTIONS = (("channels",), ("messages",), ("replies",))


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply that becomes an acknowledgement.

    Attributes:
        operation: the path of the operation that has it.
        entries: the messages that it lists, as entries of a channel or components.
        answers: these messages, behind references.
        targets: the messages of the operation, behind references.
    """

    operation: Path
    entries: tuple[Path, ...]
    answers: tuple[Path, ...]
    targets: tuple[Path, ...]


class Replies:
    """Rewrites the replies of a document."""

    def __init__(self, rewriting: Rewriting) -> None:
        self._rewriting = rewriting
        self._messages: dict[Path, tuple[Path | None, ...]] = {
            path: self._behind(rewriting.messages_of(path)) for path, _ in rewriting.operations()
        }
        self._events = {place for places in self._messages.values() for place in places}
        self._answers: dict[Path, tuple[Path | None, ...]] = {}
        for path, operation in rewriting.operations():
            reply = rewriting.resolve((*path, "reply")) if "reply" in operation else None
            if reply is not None:
                self._answers[path] = self._behind(rewriting.messages_of(reply))

    def _behind(self, entries: list[Path | None]) -> tuple[Path | None, ...]:
        return tuple(dict.fromkeys(map(self._rewriting.message, entries)))

    def rewrite(self) -> None:
        """Rewrite each reply that has one meaning."""
        replies = list(self._plans())
        shared = _shared(replies)
        for reply in replies:
            self._acknowledge(reply, shared)
        for reply in replies:
            self._note(reply)
        leftovers = [place for reply in replies for place in self._left_behind(reply)]
        for reply in replies:
            del self._rewriting.at(reply.operation)["reply"]
        for place in dict.fromkeys(leftovers):
            self._remove(place)

    # -- which replies -----------------------------------------------------------------------------

    def _plans(self) -> Iterator[_Reply]:
        for path, operation in self._rewriting.operations():
            if "reply" not in operation:
                continue
            where = self._rewriting.resolve((*path, "reply"))
            reason = self._why_not(path)
            if where is None or reason is not None:
                message = f"the reply stays as it is: {reason or 'it is in another file'}"
                self._rewriting.note((*path, "reply"), message, key=True)
                continue
            entries = _known(self._rewriting.messages_of(where))
            yield _Reply(path, entries, _known(self._answers[path]), _known(self._messages[path]))

    def _why_not(self, operation: Path) -> str | None:
        """Why a reply is not the ack of its operation's messages, or not of them alone."""
        answers, targets = self._answers.get(operation, ()), self._messages[operation]
        if not answers or not targets:
            return f"{'its operation' if answers else 'it'} lists no messages"
        if None in answers or None in targets:
            return "a message of it, or of its operation, is not in this document"
        return self._no_ack(answers) or self._no_targets(operation, targets)

    def _no_ack(self, answers: tuple[Path | None, ...]) -> str | None:
        event = next((place for place in answers if place in self._events), None)
        if event is not None:
            return f"its message {shown(str(event[-1]))} is an event of its own"
        if any("payload" not in self._rewriting.map_at(place or ()) for place in answers):
            return "a message of it has no payload"
        if len(answers) > 1 and not all(self._is_one_value(place) for place in answers):
            return "its alternatives are of several arguments, or of several formats"
        return None

    def _no_targets(self, operation: Path, targets: tuple[Path | None, ...]) -> str | None:
        if any(_ACK in self._rewriting.fields_of(place or ()) for place in targets):
            return f"'{_ACK}' of the message says the ack already"
        if any(self._differs(operation, place) for place in targets):
            return "other operations have the same message, and not the same reply"
        return None

    def _differs(self, operation: Path, target: Path | None) -> bool:
        mine = self._answers[operation]
        return any(
            target in places and self._answers.get(other) != mine
            for other, places in self._messages.items()
        )

    def _is_one_value(self, answer: Path | None) -> bool:
        place = self._rewriting.resolve((*(answer or ()), "payload"))
        payload = self._rewriting.at(place) if place is not None else None
        if not isinstance(payload, dict) or "schemaFormat" in payload:
            return False
        return not isinstance(payload.get("items"), list) and payload != {"type": "null"}

    # -- acks --------------------------------------------------------------------------------------

    def _acknowledge(self, reply: _Reply, shared: set[Path]) -> None:
        acks = [self._payload(place, shared) for place in reply.answers]
        for target in reply.targets:
            ack = acks[0] if len(acks) == 1 else {"anyOf": acks}
            self._rewriting.at(target)[_ACK] = ack

    def _payload(self, place: Path, shared: set[Path]) -> Any:
        payload = self._rewriting.at(place)["payload"]
        if place in shared and not is_reference(payload):
            return reference_to((*place, "payload"))
        return payload

    def _note(self, reply: _Reply) -> None:
        names = ", ".join(shown(self._event(place)) for place in reply.targets)
        left = self._left_out(reply)
        message = f"the reply is '{_ACK}' of {names} now"
        if left:
            message += "; left out: " + ", ".join(left)
        self._rewriting.note((*reply.operation, "reply"), message, key=True)

    def _event(self, place: Path) -> str:
        name = self._rewriting.fields_of(place).get("name")
        return name if isinstance(name, str) else str(place[-1])

    def _left_out(self, reply: _Reply) -> list[str]:
        """What a reply and its messages say beside payloads, in words."""
        where = self._rewriting.resolve((*reply.operation, "reply"))
        fields = self._rewriting.map_at(where or ()).keys() - {"channel", "messages"}
        said = [f"its {key}" for key in sorted(fields)]
        for place in reply.answers:
            keys = [key for key in self._rewriting.at(place) if key != "payload"]
            said += [f"{key} of its message {shown(str(place[-1]))}" for key in keys]
        return said

    # -- what nothing refers to any more -----------------------------------------------------------

    def _left_behind(self, reply: _Reply) -> Iterator[Path]:
        """Places that might have been there for the reply alone, those that refer first."""
        where = self._rewriting.resolve((*reply.operation, "reply"))
        if where is None:
            return
        channel = self._rewriting.resolve((*where, "channel"))
        if where[0] == "components":
            yield where
        yield from reply.entries
        yield from reply.answers
        if channel is not None:
            yield channel

    def _remove(self, place: Path) -> None:
        """Remove a message, a channel without messages, or a reply that nothing refers to."""
        holder = self._rewriting.at(place[:-1])
        if place[-2:-1] not in _SECTIONS or not isinstance(holder, dict) or place[-1] not in holder:
            return
        if self._rewriting.is_used(place) or self._rewriting.map_at((*place, "messages")):
            return
        del holder[str(place[-1])]
        if not holder and place[0] == "components":
            self._drop_empty(place[:-1])

    def _drop_empty(self, place: Path) -> None:
        """Remove a section of components in which nothing is left, and them with the last one."""
        holder = self._rewriting.at(place[:-1])
        del holder[place[-1]]
        if not holder and len(place) > 1:
            self._drop_empty(place[:-1])


def _known(places: Iterable[Path | None]) -> tuple[Path, ...]:
    return tuple(place for place in places if place is not None)


def _shared(replies: list[_Reply]) -> set[Path]:
    """Component messages that several replies list: their acks refer to one payload."""
    seen: set[Path] = set()
    shared: set[Path] = set()
    for reply in replies:
        for place in reply.answers:
            if place[0] == "components" and (place in seen or len(reply.targets) > 1):
                shared.add(place)
            seen.add(place)
    return shared
