"""Rules about namespaces: what people take addresses for."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

CODES = ("namespace-slash", "missing-namespace", "channel-per-event", "room-address")
SERVER = "servers: {s: {host: example.com, protocol: %s}}\n"


def document(*channels, protocol="socketio"):
    """A document with a channel for each `address: event, ...`, which the server receives."""
    lines = [SERVER % protocol if protocol else "", "channels:\n"]
    for number, channel in enumerate(channels):
        address, events = channel
        messages = ", ".join(f"{event}: {{payload: {{type: string}}}}" for event in events)
        address = f"address: {address!r}, " if address is not None else ""
        lines.append(f"  c{number}: {{{address}messages: {{{messages}}}}}\n")
    lines.append("operations:\n")
    operation = "  o{0}: {{action: receive, channel: {{$ref: '#/channels/c{0}'}}}}\n"
    lines.extend(operation.format(number) for number in range(len(channels)))
    return "".join(lines)


def told(folder, text):
    return [f for f in folder.findings(text) if f.code in CODES]


#: Channels, the address that is reported, and what is to be done.
EVENTS = [
    (
        [("chat:join", ["join"]), ("chat:leave", ["leave"])],
        0,
        "namespace-slash",
        "messages: {chat:join: …, chat:leave: …}",
    ),
    ([("chat:join", ["JoinMessage"])], 0, "namespace-slash", "messages: {chat:join: …}"),
    ([("join", ["join"])], 0, "namespace-slash", "messages: {join: …}"),
    ([("make_move", ["MakeMovePayload"])], 0, "namespace-slash", "messages: {make_move: …}"),
    (
        [("join", ["hello"]), ("leave", ["bye"])],
        0,
        "namespace-slash",
        "write one channel with address: /",
    ),
    (
        [("/", ["say", "said"]), ("join", ["hello"]), ("leave", ["bye"])],
        1,
        "namespace-slash",
        "'join' and 'leave'",
    ),
    (
        [("a.b", ["x"]), ("a.c", ["x"]), ("a.d", ["x"]), ("a.e", ["x"]), ("a.f", ["x"])],
        0,
        "namespace-slash",
        "'a.b', 'a.c', 'a.d' and 2 more",
    ),
    # with a slash in front
    (
        [("/chat:join", ["JoinMessage"]), ("/chat:leave", ["LeaveMessage"])],
        0,
        "channel-per-event",
        "messages: {chat:join: …, chat:leave: …}",
    ),
    (
        [("/join", ["join"]), ("/leave", ["leave"])],
        0,
        "channel-per-event",
        "an event is the name or key of a message",
    ),
    (
        [("/make-move", ["makeMove"]), ("/undo-move", ["UndoMoveEvent"])],
        0,
        "channel-per-event",
        "the address is its namespace",
    ),
    (
        [("/game/move", ["move"]), ("/game/resign", ["game_resign"])],
        0,
        "channel-per-event",
        "game/move: …",
    ),
    (
        [("/", ["say", "said"]), ("/user.created", ["U"]), ("/user.deleted", ["V"])],
        1,
        "channel-per-event",
        "'/user.created' and '/user.deleted'",
    ),
]


@pytest.mark.parametrize(("channels", "first", "code", "advice"), EVENTS)
def test_a_channel_for_each_event(folder, channels, first, code, advice):
    """One finding says what an address is, and what to write; a slash alone is no help."""
    found = told(folder, document(*channels))
    assert [(f.code, f.pointer) for f in found] == [(code, f"/channels/c{first}/address")]
    assert advice in found[0].message
    assert "write one channel with address: /" in found[0].message
    assert found[0].severity == ("error" if code == "namespace-slash" else "warning")
    assert (
        found[0].line
        == document(*channels)[: document(*channels).index(f"  c{first}:")].count("\n") + 3
    )


@pytest.mark.parametrize(
    "channels",
    [
        [("/", ["say"])], [("/chat", ["say", "said"]), ("/news", ["item", "gone"])], [("/chat", ["say"]), ("/news", ["item"])],
        [("/chat", ["say"]), ("/admin", ["kick"]), ("/metrics", ["tick"])], [("/chat", ["chat"]), ("/news", ["item"])],
        [("/tables/{id}", ["say"])], [("/v1.2", ["say"]), ("/v1.3", ["say"])], [("/v1", ["say"]), ("/v2", ["say"])],
        [("/chat", ["connect"]), ("/news", ["connect"])], [("/rooms", ["say"])], [("/room-service", ["order"])],
        [("/eu-1", ["say"]), ("/eu-2", ["item"])], [("/lobby", ["join", "leave"]), ("/game", ["move", "resign"])],
    ],
)  # fmt: skip
def test_documents_with_several_namespaces(folder, channels):
    """Nothing is said of them."""
    text = document(*channels).replace("{id}', m", "{id}', parameters: {id: {}}, m")
    assert told(folder, text) == []


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("chat", "did you mean '/chat'?"), ("", "did you mean '/'?"), ("wss://example.com/chat", "a URL belongs in 'servers'"),
        ("room-1", "looks like a room"), ("chat/room7", "room are in its namespace"), ("room:{id}", "looks like a room"),
    ],
)  # fmt: skip
def test_an_address_without_a_slash(folder, address, advice):
    """The advice is what was meant."""
    text = document((address, ["say", "said"])).replace(
        "{id}', m", "{id}', parameters: {id: {}}, m"
    )
    (finding,) = told(folder, text)
    assert (finding.code, finding.severity) == ("namespace-slash", "error")
    assert advice in finding.message


@pytest.mark.parametrize(
    "channels",
    [
        [("/room-1", ["say"])], [("/chat/room42", ["say", "said"])], [("/game/42", ["move"])], [("/chat_room_7", ["say"])],
        [("/room:general", ["say"])], [("/rooms/{id}", ["say"])], [("/room-{id}", ["say"])], [("/chat/{roomId}", ["say"])],
        [("/{room}", ["say"])], [("/table-1", ["say", "said"]), ("/table-2", ["say", "said"])],
    ],
)  # fmt: skip
def test_rooms(folder, channels):
    """A room is not in the document, whatever its number."""
    text = document(*channels)
    for name in ("id", "roomId", "room"):
        text = text.replace(f"{{{name}}}', m", f"{{{name}}}', parameters: {{{name}: {{}}}}, m")
    found = told(folder, text)
    assert [(f.code, f.pointer, f.severity) for f in found] == [
        ("room-address", "/channels/c0/address", "warning")
    ]
    assert "move the events to the namespace's channel" in found[0].message


@pytest.mark.parametrize(
    "channels", [[(None, ["say"])], [(None, ["say"]), ("/", ["a", "b"]), (None, ["c"])]]
)
def test_a_channel_without_an_address(folder, channels):
    """The guard knows no place for its events: one error, however many channels."""
    found = told(folder, document(*channels))
    assert [(f.code, f.pointer, f.severity) for f in found] == [
        ("missing-namespace", "/channels/c0", "error")
    ]
    assert "write the namespace, such as address: /" in found[0].message
    assert ("channels 'c0' and 'c2'" in found[0].message) == (len(channels) > 1)


def test_the_channel_of_a_reply_needs_no_address(folder):
    """Nor does one that no operation uses."""
    text = document(("/", ["say"])).replace(
        "operations:",
        "  r: {address: null, messages: {a: {payload: {}}}}\n  u: {messages: {b: {payload: {}}}}\noperations:",
    )
    text = text.replace(
        "'#/channels/c0'}", "'#/channels/c0'}, reply: {channel: {$ref: '#/channels/r'}}"
    )
    assert told(folder, text) == []


@pytest.mark.parametrize("protocol", ["socketio", "socket.io", "ws", "wss", "http", "https", "WSS"])
@pytest.mark.parametrize(
    "payload",
    ["{pattern: '(?i)a'}", "{schemaFormat: application/vnd.apache.avro, schema: {type: string}}"],
)
def test_what_stops_a_guard_is_an_error(folder, protocol, payload):
    """In a document for Socket.IO."""
    text = document(("/", ["say"]), protocol=protocol).replace("{type: string}", payload)
    assert [f.severity for f in folder.findings(text)] == ["error"]


@pytest.mark.parametrize("protocol", ["kafka", "amqp", "mqtt", "nats", "pulsar", "secure-mqtt"])
@pytest.mark.parametrize(
    "payload",
    ["{pattern: '(?i)a'}", "{schemaFormat: application/vnd.apache.avro, schema: {type: string}}"],
)
def test_what_stops_a_guard_is_a_warning_elsewhere(folder, protocol, payload):
    """No guard is ever started for these documents."""
    text = document(("a.b", ["say"]), protocol=protocol).replace("{type: string}", payload)
    assert [f.severity for f in folder.findings(text)] == ["warning"]


@pytest.mark.parametrize(
    ("servers", "address", "severity"),
    [
        ("", "/chat", "error"), ("", "chat", "warning"), ("servers: {}\n", "/chat", "error"),
        ("servers: {a: {host: h, protocol: kafka}, b: {host: h, protocol: wss}}\n", "chat", "error"),
        ("servers: {a: {host: h, protocol: kafka}, b: {$ref: '#/components/servers/b'}}\ncomponents: {servers: {b: {host: h, protocol: ws}}}\n", "chat", "error"),
    ],
)  # fmt: skip
def test_which_documents_are_for_socketio(folder, servers, address, severity):
    """One server that speaks it is enough; without servers an address with a slash is."""
    text = servers + document((address, ["say"]), protocol=None).replace(
        "{type: string}", "{pattern: '(?i)a'}"
    )
    assert [f.severity for f in folder.findings(text) if f.code == "bad-pattern"] == [severity]
