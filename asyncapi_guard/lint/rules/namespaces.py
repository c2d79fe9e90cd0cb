"""Rules about namespaces: what an address is in Socket.IO, and what it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.grammar import OBJECTS
from asyncapi_guard.lint.habits import stands_for
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.lint.profile import ProfileChannel, SocketIOProfile
    from asyncapi_guard.spec.references import Node

__all__ = ["RULES", "check_namespaces"]

_NO_LETTERS = re.compile(r"[^a-z0-9]+")
#: What `chat:join` and `user.created` have, and namespaces have not.
_JOINED = re.compile(r"[A-Za-z]\w*[:.][A-Za-z]")
#: What people put behind the name of an event to name its message.
_SUFFIXES = ("message", "event", "payload", "request", "msg")
#: A room with its number or its name, as a segment of an address.
_ROOM = re.compile(
    r"(?:\w+[-_])?rooms?[-_.]?\d+|rooms?[-_.:][\w{}-]*\{\w+\}|rooms?:[\w-]+|\d+", re.IGNORECASE
)
#: The same with a segment, or a parameter, that says so.
_ROOMS = re.compile(r"(?:^|/)rooms?/\{\w+\}|\{room(?:[-_]?(?:id|name|key|code))?\}", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\d)\d+")
_VERSION = re.compile(r"v\d+(?:\.\d+)*", re.IGNORECASE)
#: So many names are said of several.
_NAMED = 3

_warning = group("Socket.IO profile", Severity.WARNING)
_stops_the_guard = group("Socket.IO profile", Severity.ERROR, elsewhere=Severity.WARNING)

RULES = (
    _stops_the_guard(
        "namespace-slash",
        "The address of a channel must be a namespace, which starts with `/`.",
        """
        Socket.IO namespaces start with `/`, and the guard doesn't start with any other address. The
        address is never an event: events are the names or keys of messages.
        """,
        """
        servers: {main: {host: example.com, protocol: socketio}}
        channels: {chat: {address: chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _stops_the_guard(
        "missing-namespace",
        "The channel of an operation must have an address.",
        """
        The address is the namespace. Without an address, the guard can't assign the channel's
        events to a namespace and rejects them all. The channel of a reply can have no address
        (`address: null`).
        """,
        """
        servers: {main: {host: example.com, protocol: socketio}}
        channels: {chat: {messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        servers: {main: {host: example.com, protocol: socketio}}
        channels: {chat: {address: /, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "channel-per-event",
        "An address should be a namespace, not an event.",
        """
        WebSocket tutorials give each event its own channel. In Socket.IO, an event is the name or
        the key of a message, and a client connects to a namespace once for all its events. Write
        one channel for each namespace (`address: /` for the main one), with all messages in it.
        """,
        """
        channels:
          join: {address: '/chat:join', messages: {JoinMessage: {payload: {type: string}}}}
          leave: {address: '/chat:leave', messages: {LeaveMessage: {payload: {type: string}}}}
        operations:
          join: {action: receive, channel: {$ref: '#/channels/join'}}
          leave: {action: receive, channel: {$ref: '#/channels/leave'}}
        """,
        """
        channels:
          main:
            address: /
            messages:
              chat:join: {payload: {type: string}}
              chat:leave: {payload: {type: string}}
        operations:
          all: {action: receive, channel: {$ref: '#/channels/main'}}
        """,
    ),
    _warning(
        "room-address",
        "A room should not be an address.",
        """
        The server uses rooms to choose which clients receive an event, and clients never send the
        name of a room. A client in a room is a client of the namespace, so describe the events in
        the namespace's channel. If part of a namespace varies, use a parameter: `/tables/{id}`. If
        clients do connect to `/rooms/{id}` as a namespace, ignore this finding.
        """,
        """
        channels: {room: {address: /chat/room-1, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/room'}}
        """,
        """
        channels: {chat: {address: /chat, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "odd-namespace",
        "A namespace should be written exactly as clients connect to it.",
        """
        Namespaces are compared character by character: `/chat/` is not `/chat`, and `/*` doesn't
        match other namespaces. `/socket.io` is the path of Socket.IO's requests, not a namespace:
        write it as the `pathname` of a server.
        """,
        """
        channels: {chat: {address: /socket.io/, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /, messages: {say: {payload: {type: string}}}}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _warning(
        "duplicate-namespace",
        "A namespace should be described by one channel.",
        """
        The guard merges channels that have the same address. Merged channels are allowed, but make
        it hard to see which events the namespace has.
        """,
        "channels: {chat: {address: /chat}, news: {address: /chat}}",
        "channels: {chat: {address: /chat}, news: {address: /news}}",
    ),
)


def check_namespaces(context: Context, profile: SocketIOProfile) -> None:
    """Report addresses that are no namespaces, or hardly meant as such."""
    used = [channel for channel in profile.channels if channel.used]
    _keys_as_addresses(context, profile)
    _missing(context, used)
    is_told = _without_slash(context, used)
    namespaces = [channel for channel in used if (channel.address or "").startswith("/")]
    if not is_told:
        _events_as_addresses(context, namespaces)
    _rooms(context, namespaces)
    _odd(context, namespaces)
    _duplicates(context, profile)


def _keys_as_addresses(context: Context, profile: SocketIOProfile) -> None:
    """Channels whose keys are what AsyncAPI 2 had there."""
    for channel in profile.channels:
        is_address = str(channel.id).startswith("/")
        if not is_address or not _has_no_address(context, channel.place):
            continue
        name = channel.id.strip("/").replace("/", "_") or "main"
        text = (
            f"channel key {shown(channel.id)} is not the channel's address in AsyncAPI 3; write "
            f"{name}: {{address: {channel.id}}}"
        )
        context.report.explain("missing-namespace", channel.place, text, key=True)
        context.report.misplace(f"#/channels/{name}")


def _missing(context: Context, used: Iterable[ProfileChannel]) -> None:
    without = (channel for channel in used if not context.report.hides(channel.place))
    missing = [channel for channel in without if _has_no_address(context, channel.place)]
    if missing and context.report.socketio:  # else an address is elsewhere, or nobody's business
        ids = [channel.id for channel in missing]
        has = "has no address" if len(missing) == 1 else "have no addresses"
        message = (
            f"{_listed('channel', ids)} {has}, so the guard rejects all events there; write the "
            "namespace, such as address: /"
        )
        context.report("missing-namespace", missing[0].place, message, key=True)


_OF_VERSION_2 = frozenset(("publish", "subscribe"))


def _has_no_address(context: Context, channel: Node) -> bool:
    """Whether it has none, and nothing is reported that was meant as one."""
    address = channel.get("address")
    if not _OF_VERSION_2.isdisjoint(channel.value):
        return False
    if address is not None:
        return address.value is None and not context.report.hides(address)
    return not stands_for("Channel", channel.value, "address", OBJECTS["Channel"])


# -- addresses without a slash ---------------------------------------------------------------------


def _without_slash(context: Context, used: Iterable[ProfileChannel]) -> bool:
    """Report addresses that do not begin with `/`; whether some were meant as events."""
    wrong = [c for c in used if c.address is not None and not c.address.startswith("/")]
    single = [c for c in wrong if len(c.events) <= 1 and _may_be_event(c.address or "")]
    events = single if len(single) > 1 or any(map(_is_event_like, single)) else []
    if events:
        verb = "is not a namespace, because it doesn't" if len(events) == 1 else _ARE_NONE
        text = _events_text(events, f"{verb} start with '/'")
        context.report("namespace-slash", events[0].place.child("address"), text)
    for channel in wrong:
        address = channel.place.child("address")
        if channel not in events and not context.report.hides(address):
            context.report("namespace-slash", address, _slash_text(address.value))
    return bool(events)


_ARE_NONE = "are not namespaces, because they don't"


def _may_be_event(address: str) -> bool:
    return "://" not in address and not _looks_like_rooms(address)


def _slash_text(address: str) -> str:
    text = f"address {shown(address)} is not a namespace, because it doesn't start with '/'"
    if _looks_like_rooms(address):
        return f"{text}, and looks like {_ROOM_ADVICE}"
    if "://" in address:
        return f"{text}; a URL belongs in 'servers', so write the namespace, such as address: /"
    if "*" in address:
        return f"{text}; write a channel for each namespace, or a parameter: /{{name}}"
    return f"{text}; did you mean {shown('/' + address.lstrip('#'))}?"


def _events_text(channels: Sequence[ProfileChannel], what: str) -> str:
    """What is said once of several channels that should be one."""
    addresses = [channel.address or "" for channel in channels]
    names = ", ".join(f"{address.strip('/')}: …" for address in addresses[:_NAMED])
    if len(addresses) > _NAMED:
        names += ", …"
    return (
        f"{_listed('address', addresses)} {what}; an event is the name or key of a message, and "
        f"the address is its namespace: write one channel with address: / and messages: {{{names}}}"
    )


def _listed(what: str, names: Sequence[str]) -> str:
    """`channel 'a'`, `channels 'a' and 'b'`, `channels 'a', 'b', 'c' and 9 more`."""
    several = [shown(name) for name in names[:_NAMED]]
    if len(names) == 1:
        return f"{what} {several[0]}"
    plural = "addresses" if what == "address" else f"{what}s"
    if len(names) > _NAMED:
        return f"{plural} {', '.join(several)} and {len(names) - _NAMED} more"
    return f"{plural} {', '.join(several[:-1])} and {several[-1]}"


# -- addresses that are events ---------------------------------------------------------------------


def _events_as_addresses(context: Context, namespaces: Iterable[ProfileChannel]) -> None:
    """Several channels of one message each, whose addresses look like events."""
    alike = [c for c in namespaces if len(c.events) == 1 and _is_event_like(c)]
    if len(alike) > 1:
        text = _events_text(alike, "look like events")
        context.report("channel-per-event", alike[0].place.child("address"), text)


def _is_event_like(channel: ProfileChannel) -> bool:
    """Whether an address is written as events are, or names the channel's one message."""
    address = (channel.address or "").strip("/")
    if _JOINED.search(address):
        return True
    names = {_plain(name) for each in channel.events for name in (each.event, each.key)}
    return bool(names & {_plain(address), _plain(address.rpartition("/")[2])} - {""})


def _plain(name: str) -> str:
    """A name without what tells `chat:join`, `chat_join` and `ChatJoinMessage` apart."""
    plain = _NO_LETTERS.sub("", name.lower())
    for suffix in _SUFFIXES:
        if plain.endswith(suffix) and plain != suffix:
            return plain.removesuffix(suffix)
    return plain


# -- addresses that no client connects to ----------------------------------------------------------

_TRANSPORT = re.compile(r"/(?:socket|engine)\.io(?:/.*)?", re.IGNORECASE)


def _odd(context: Context, namespaces: Iterable[ProfileChannel]) -> None:
    for channel in namespaces:
        advice = _no_namespace(channel.address or "")
        if advice:
            text = f"address {shown(channel.address)} {advice}"
            context.report("odd-namespace", channel.place.child("address"), text)


def _no_namespace(address: str) -> str:
    """Why clients hardly connect to a namespace, and what to write; empty if they may."""
    if _TRANSPORT.fullmatch(address):
        return (
            "is the path of Socket.IO's requests, not a namespace; write address: /, and the path "
            "as 'pathname' of a server"
        )
    if any(sign.isspace() for sign in address):
        return f"contains a space; write {shown(''.join(address.split()))}"
    if "*" in address:
        return "is not a pattern; write a channel for each namespace, or a parameter: /{name}"
    if address.endswith("/") and address != "/":
        return f"ends with '/', so it is not the namespace {shown(address.rstrip('/') or '/')}"
    return ""


# -- rooms -----------------------------------------------------------------------------------------

_ROOM_ADVICE = (
    "a room, which is not a namespace; clients in a room are in its namespace, so move the events "
    "to the namespace's channel, such as address: /"
)


def _looks_like_rooms(address: str) -> bool:
    return bool(_ROOMS.search(address)) or any(
        _ROOM.fullmatch(segment) for segment in address.split("/")
    )


def _rooms(context: Context, namespaces: Sequence[ProfileChannel]) -> None:
    alike: dict[tuple[str, frozenset[str]], list[ProfileChannel]] = {}
    for channel in namespaces:
        address = channel.address or ""
        if _looks_like_rooms(address):
            _report_room(context, channel)
        elif _NUMBER.search(address) and not _has_version(address):
            events = frozenset(message.event for message in channel.messages)
            alike.setdefault((_NUMBER.sub("#", address), events), []).append(channel)
    for channels in alike.values():
        if len({channel.address for channel in channels}) > 1:
            _report_room(context, channels[0])


def _has_version(address: str) -> bool:
    return any(_VERSION.fullmatch(segment) for segment in address.split("/"))


def _report_room(context: Context, channel: ProfileChannel) -> None:
    text = f"address {shown(channel.address)} looks like {_ROOM_ADVICE}"
    context.report("room-address", channel.place.child("address"), text)


# -- several channels of one namespace -------------------------------------------------------------


def _duplicates(context: Context, profile: SocketIOProfile) -> None:
    seen: dict[str, tuple[str, Node]] = {}
    for channel in profile.channels:
        if channel.address is None:
            continue
        first, place = seen.setdefault(channel.address, (channel.id, channel.place))
        if place.place != channel.place.place:
            text = (
                f"channel {shown(first)} also has the namespace {shown(channel.address)}; put the "
                "messages of both into one channel"
            )
            context.report("duplicate-namespace", channel.place.child("address"), text)
