"""What a peer sent and heard, read frame by frame; nothing of what is tested has a hand in it.

Frames are kept as they went over the network. They are read when a test is over: with a regular
expression and the standard library's `json`, which takes whatever should not have got through.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SENT, HEARD = "sent", "heard"
#: What stands where nobody can say what an event or an auth is.
UNREADABLE = object()

HEAD = re.compile(r"(\d)(?:(\d+)-)?(?:(/[^,]*),?)?\s*(\d*)\s*(.*)", re.ASCII | re.DOTALL)
_NAME = re.compile(r'\[\s*"((?:[^"\\]|\\.)*)"', re.ASCII)
_CONNECT, _EVENT, _ACK = "0", ("2", "5"), ("3", "6")


@dataclass
class Heard:
    """What came to a peer.

    Attributes:
        events: namespace, event and arguments.
        acks: namespace, the event that is answered, and values.
        entered: namespace, and the auth that let the peer in.
    """

    events: list[tuple[str, str, list[Any]]] = field(default_factory=list)
    acks: list[tuple[str, str, list[Any]]] = field(default_factory=list)
    entered: list[tuple[str, Any]] = field(default_factory=list)


def read(frames: Iterable[tuple[str, Any]]) -> Heard:
    """What came to a peer whose frames are these, each with `SENT` or `HEARD`."""
    reader = _Reader()
    for way, frame in list(frames):
        if way == SENT:
            reader.sent(frame)
        else:
            reader.heard(frame)
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found = Heard()
        self._names: dict[tuple[str, str], str] = {}
        self._auths: dict[str, Any] = {}
        self._waiting: tuple[re.Match[str], int] | None = None
        self._attachments: list[bytes] = []

    def sent(self, frame: Any) -> None:
        """Remember which event has which id, and who asks with what to be let in."""
        head = HEAD.match(frame) if isinstance(frame, str) else None
        if head is None:
            return
        namespace = head[3] or "/"
        if head[1] == _CONNECT:
            self._auths[namespace] = auth_in(head)
        elif head[1] in _EVENT and head[4]:
            name = _NAME.match(head[5])
            self._names[namespace, head[4]] = name[1] if name else "no name"

    def heard(self, frame: Any) -> None:
        """Take a frame; one that has attachments is taken when they are there."""
        if isinstance(frame, str):
            self._head(frame)
        else:
            self._attachments.append(frame)
        if self._waiting is not None and len(self._attachments) == self._waiting[1]:
            head, self._waiting = self._waiting[0], None
            self._packet(head)

    def _head(self, frame: str) -> None:
        head = HEAD.match(frame)
        assert head is not None, f"no packet: {frame!r:.40}"
        self._waiting, self._attachments = (head, int(head[2] or 0)), []

    def _packet(self, head: re.Match[str]) -> None:
        namespace = head[3] or "/"
        if head[1] == _CONNECT:
            self.found.entered.append((namespace, self._auths.get(namespace)))
        elif head[1] in _EVENT:
            event, *args = self._data(head)
            self.found.events.append((namespace, event, args))
        elif head[1] in _ACK:
            event = self._names.get((namespace, head[4]), "nobody asked")
            self.found.acks.append((namespace, event, self._data(head)))

    def _data(self, head: re.Match[str]) -> Any:
        return with_attachments(json.loads(head[5]), self._attachments)


def auth_in(head: re.Match[str]) -> Any:
    """The auth of a packet that asks to be let in; `None` where it has none."""
    text = head[4] + head[5]
    return _value(text) if text else None


def _value(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return UNREADABLE


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def with_attachments(value: Any, attachments: list[bytes]) -> Any:
    if isinstance(value, list):
        return [with_attachments(item, attachments) for item in value]
    if isinstance(value, dict):
        if value.get("_placeholder") is True and attachments:
            return attachments[value["num"]]
        return {key: with_attachments(item, attachments) for key, item in value.items()}
    return value
