"""Rules of the Socket.IO profile."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.contract import Perspective
from asyncapi_guard.lint import RULES
from asyncapi_guard.lint.settings import Settings

PROFILE = [code for code, rule in RULES.items() if rule.group == "Socket.IO profile"]
OPERATION = "operations: {o: {action: receive, channel: {$ref: '#/channels/c'}}}\n"


def cases(*rows):
    return pytest.mark.parametrize(("text", "expected"), rows)


def message(fields, action="receive", key="m"):
    return (
        f"channels: {{c: {{address: /c, messages: {{{key}: {fields}}}}}}}\n"
        f"operations: {{o: {{action: {action}, channel: {{$ref: '#/channels/c'}}}}}}\n"
    )


AT = "/channels/c/messages/m"


# -- which documents are Socket.IO's ---------------------------------------------------------------


@pytest.mark.parametrize(
    "protocol", ["ws", "wss", "WSS", "http", "https", "socketio", "socket.io", "sio", "engineio"]
)
def test_documents_of_socketio(folder, protocol):
    """A server that speaks it, or what it travels over, makes a document one of Socket.IO's."""
    text = f"servers: {{s: {{host: h, protocol: {protocol}}}}}\n" + message("{}")
    assert folder.found(text, *PROFILE) == [("no-payload", AT)]


@pytest.mark.parametrize("protocol", ["kafka", "amqp", "mqtt", "nats", "redis", "wamp"])
def test_documents_of_other_protocols(folder, protocol):
    """Nothing of the profile is said of them; unless one of their servers speaks it."""
    servers = f"k: {{host: h, protocol: {protocol}}}"
    assert folder.found(f"servers: {{{servers}}}\n" + message("{}")) == []
    text = f"servers: {{{servers}, s: {{$ref: '#/components/servers/s'}}}}\ncomponents: {{servers: {{s: {{host: h, protocol: ws}}}}}}\n"
    assert folder.found(text + message("{}")) == [("no-payload", AT)]


def test_documents_without_servers(folder):
    """They may be Socket.IO's."""
    assert folder.found(message("{}")) == [("no-payload", AT)]
    assert folder.found("servers: {}\n" + message("{}")) == [("no-payload", AT)]


# -- documents of clients -------------------------------------------------------------------------

CLIENT = Settings(perspective=Perspective.CLIENT)


def turned(text):
    return (
        text.replace("action: send", "action: x")
        .replace("action: receive", "action: send")
        .replace("action: x", "action: receive")
    )


@pytest.mark.parametrize("code", PROFILE)
def test_what_is_wrong_with_a_client(folder, code):
    """Each example of the profile is as good or bad when its client says the same."""
    # An id such as `onState` says what the described side does.
    same = str if code == "client-action" else turned
    for text in (RULES[code].bad, RULES[code].good):
        expected = folder.found(text, *PROFILE)
        assert folder.found(same(text), *PROFILE, settings=CLIENT) == expected


@pytest.mark.parametrize(
    ("key", "action", "told"),
    [
        ("connect", "send", None), ("disconnect", "send", None), ("connect", "receive", "a client sends it; write action: send"),
        ("disconnecting", "receive", "name a sent message 'disconnect'"), ("connection", "send", "name a sent message 'connect'"),
        ("reconnect", "receive", "client's own library"), ("reconnect", "send", None), ("error", "send", "write action: receive if the server emits it"),
        ("onconnect", "send", "name a sent message 'connect' or 'disconnect'"),
    ],
)  # fmt: skip
def test_what_a_client_is_told(folder, key, action, told):
    """Its own actions, and its own words."""
    found = [
        f.message for f in folder.findings(message("{payload: {}}", action, key), settings=CLIENT)
    ]
    assert (told in found[0], len(found)) == (True, 1) if told else found == []


def test_who_describes_what_is_what_texts_say(folder):
    """A client that says of an operation that its server receives it, sends it."""
    text = message("{payload: {}}", "receive").replace(
        "{action", "{summary: Sent by the client., action"
    )
    (found,) = folder.findings(text, settings=CLIENT)
    assert "reads as if a server acted" in found.message
    assert "write action: send" in found.message
    assert folder.findings(text.replace("receive", "send"), settings=CLIENT) == ()


# -- namespaces ------------------------------------------------------------------------------------

CHANNEL = (
    "channels: {{c: {{address: {}, messages: {{m: {{payload: {{}}}}}}}}}}\n"
    + OPERATION.replace("{", "{{").replace("}", "}}")
)


@pytest.mark.parametrize("address", ["/", "/c", "/a/b"])
def test_namespaces(folder, address):
    """A namespace begins with a slash."""
    assert folder.found(CHANNEL.format(address)) == []


@pytest.mark.parametrize("address", ["c", "''", "a/b", "'wss://example.com/'"])
def test_addresses_that_are_no_namespaces(folder, address):
    """They do not begin with a slash."""
    assert folder.found(CHANNEL.format(address)) == [("namespace-slash", "/channels/c/address")]


def test_a_channel_that_no_operation_uses_may_have_any_address(folder):
    """The guard never serves it."""
    text = "channels: {c: {address: c, messages: {m: {payload: {}}}}}"
    assert folder.found(text, "namespace-slash") == []


@cases(
    ("channels: {a: {address: /}, b: {address: /b}}", []), ("channels: {a: {address: /}, b: {address: /}}", ["/channels/b/address"]),
    ("channels: {a: {address: /}, b: {address: /}, c: {address: /}}", ["/channels/b/address", "/channels/c/address"]),
    ("channels: {a: {address: null}, b: {address: null}}", []), ("channels: {a: {}, b: {}}", []), ("channels: {a: {address: 1}, b: {address: 1}}", []),
    ("channels: {a: {address: /}, b: {address: /B}, c: {address: /b}}", []),
    ("channels: {a: {$ref: '#/components/channels/x'}}\ncomponents: {channels: {x: {address: /x}, y: {address: /x}}}", []),
)  # fmt: skip
def test_namespaces_that_two_channels_have(folder, text, expected):
    """Each is described once."""
    assert folder.found(text, "duplicate-namespace") == [
        ("duplicate-namespace", each) for each in expected
    ]


# -- events ----------------------------------------------------------------------------------------

TWO = """
channels:
  c:
    address: /c
    messages:
      a: {payload: {}}
      b: {name: a, payload: {}}
      c: {$ref: '#/components/messages/c'}
      d: {$ref: '#/components/messages/c'}
  d: {address: /d, messages: {a: {payload: {}}}}
  e: {address: /c, messages: {a: {payload: {}}}}
components: {messages: {c: {name: x, payload: {}}}}
operations: {<OPERATIONS>}
"""
REF = "{$ref: '#/channels/c/messages/<>'}"


def operation(name, action, channel, *keys):
    refs = ", ".join(f"{{$ref: '#/channels/{channel}/messages/{key}'}}" for key in keys)
    listed = f", messages: [{refs}]" if keys else ""
    return f"{name}: {{action: {action}, channel: {{$ref: '#/channels/{channel}'}}{listed}}}"


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([operation("o", "receive", "c")], ["c/messages/b"]), ([operation("o", "send", "c")], ["c/messages/b"]),
        ([operation("o", "receive", "c", "a", "b")], ["c/messages/b"]), ([operation("o", "receive", "c", "a"), operation("p", "receive", "c", "b")], ["c/messages/b"]),
        # in different directions, in different namespaces, of one message
        ([operation("o", "receive", "c", "a"), operation("p", "send", "c", "b")], []), ([operation("o", "receive", "c", "a")], []),
        ([operation("o", "receive", "c", "a"), operation("p", "receive", "d")], []), ([operation("o", "receive", "c", "c", "d")], []),
        ([operation("o", "receive", "c", "a"), operation("p", "receive", "c", "a")], []), ([], []),
        # two channels of one namespace
        ([operation("o", "receive", "c", "a"), operation("p", "receive", "e")], ["e/messages/a"]),
        ([operation("o", "receive", "c"), operation("p", "send", "c")], ["c/messages/b"]),
    ],
)  # fmt: skip
def test_events_that_several_messages_describe(folder, operations, expected):
    """One message for an event, in each namespace and direction."""
    text = TWO.replace("<OPERATIONS>", ", ".join(operations))
    found = folder.found(text, "duplicate-event")
    assert found == [("duplicate-event", f"/channels/{each}") for each in expected]


@pytest.mark.parametrize(
    ("key", "fields", "action", "expected"),
    [
        ("connect", "{payload: {}}", "receive", []), ("disconnect", "{payload: {}}", "receive", []), ("say", "{payload: {}}", "send", []),
        ("connect", "{payload: {}}", "send", ["reserved-event "]), ("disconnect", "{payload: {}}", "send", ["reserved-event "]),
        ("connect_error", "{payload: {}}", "receive", ["reserved-event "]), ("connect_error", "{payload: {}}", "send", ["reserved-event "]),
        ("'*'", "{payload: {}}", "send", ["reserved-event "]), ("m", "{name: connect_error, payload: {}}", "send", ["reserved-event /name"]),
        ("m", "{traits: [{name: '*'}], payload: {}}", "send", ["reserved-event /traits/0/name"]), ("Connect", "{payload: {}}", "send", []),
        ("connect", "{name: login, payload: {}}", "send", []), ("m", "{name: connect, payload: {}, x-ack: {}}", "receive", ["connect-ack /x-ack"]),
        ("connect", "{payload: {}, x-ack: {}}", "receive", ["connect-ack /x-ack"]), ("disconnect", "{payload: {}, x-ack: true}", "receive", ["connect-ack /x-ack"]),
        ("connect", "{payload: {}, traits: [{x-ack: {}}]}", "receive", ["connect-ack /traits/0/x-ack"]), ("say", "{payload: {}, x-ack: {}}", "receive", []),
    ],
)  # fmt: skip
def test_names_that_socketio_keeps(folder, key, fields, action, expected):
    """`connect` and `disconnect` are received, and never acknowledged; others never travel."""
    base = f"/channels/c/messages/{key.strip(chr(39))}"
    found = folder.found(message(fields, action, key), "reserved-event", "connect-ack")
    assert found == [(each.split(" ")[0], base + each.split(" ")[1]) for each in expected]


_TWO = "type: array, items: [{}, {}]"


@pytest.mark.parametrize(
    ("key", "payload", "action", "said"),
    [
        ("connect", f"{{{_TWO}, minItems: 2}}", "receive", "no client can connect, because 'connect' has one argument"),
        ("connect", f"{{{_TWO}}}", "receive", "'connect' has one argument, its auth data, so the others are never sent"),
        ("connect", "{schemaFormat: 'application/schema+json;version=2020-12', schema: {type: array, prefixItems: [{}, {}]}}", "receive", "one argument"),
        ("disconnect", f"{{{_TWO}, minItems: 2}}", "receive", "'disconnect' has one argument, its reason"),
        ("connect", "{type: array, items: [{}], minItems: 1}", "receive", None), ("connect", "{type: array, items: {}, minItems: 2}", "receive", None),
        ("say", f"{{{_TWO}, minItems: 2}}", "receive", None), ("connect", "{type: object}", "receive", None), ("connect", "{type: 'null'}", "receive", None),
    ],
)  # fmt: skip
def test_arguments_of_a_handshake_that_never_come(folder, key, payload, action, said):
    """A client connects with one value: a list of arguments is hardly meant."""
    text = message(f"{{payload: {payload}}}", action, key)
    found = [each for each in folder.findings(text) if each.code == "handshake-arguments"]
    assert [each.message for each in found if said is None] == []
    assert said is None or (said in found[0].message and "write an object" in found[0].message)
    assert said is None or found[0].pointer == f"/channels/c/messages/{key}/payload"


@pytest.mark.parametrize("key", ["disconnecting", "newListener", "removeListener"])
def test_names_that_the_client_library_keeps(folder, key):
    """As the text of `reserved-event` says."""
    assert folder.found(message("{payload: {}}", "send", key), "reserved-event") != []


# -- messages --------------------------------------------------------------------------------------

ORPHANS = """
channels:
  c: {address: /c, messages: {a: {payload: {}}, b: {payload: {}}, 'x/y': {$ref: '#/components/messages/x'}}}
  d: {$ref: '#/components/channels/d'}
components: {messages: {x: {payload: {}}}, channels: {d: {address: /d, messages: {a: {payload: {}}}}}}
operations: {<OPERATIONS>}
"""


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([], ["c/messages/a", "c/messages/b", "c/messages/x~1y", "d"]),
        ([operation("o", "send", "c"), operation("p", "send", "d")], []),
        ([operation("o", "send", "c", "a", "x~1y"), operation("p", "send", "d", "a")], ["c/messages/b"]),
        ([operation("o", "send", "c", "a"), operation("p", "receive", "c", "b"), operation("q", "send", "d")], ["c/messages/x~1y"]),
        (["o: {action: send, channel: {$ref: '#/channels/c'}, messages: []}", operation("p", "send", "d")], ["c/messages/a", "c/messages/b", "c/messages/x~1y"]),
        (["o: {action: send, channel: {$ref: '#/channels/d'}, reply: {channel: {$ref: '#/channels/c'}}}"], []),
        (["o: {action: send, channel: {$ref: '#/channels/d'}, reply: {messages: [{$ref: '#/channels/c/messages/a'}]}}"], ["c/messages/b", "c/messages/x~1y"]),
        (["o: {$ref: '#/x-o'}"], ["c/messages/a", "c/messages/b", "c/messages/x~1y"]),
    ],
)  # fmt: skip
def test_messages_of_no_operation(folder, operations, expected):
    """An operation or a reply has each message."""
    text = (
        ORPHANS.replace("<OPERATIONS>", ", ".join(operations))
        + "x-o: {action: send, channel: {$ref: '#/channels/d'}}\n"
    )
    wanted = [
        f"/channels/{each}" if each != "d" else "/components/channels/d/messages/a"
        for each in expected
    ]
    assert folder.found(text, "orphan-message") == [("orphan-message", each) for each in wanted]


def test_messages_of_channels_with_two_names(folder):
    """An operation of each name has the messages."""
    text = (
        "channels: {a: {$ref: '#/x-c'}, b: {$ref: '#/x-c'}}\nx-c: {messages: {m: {payload: {}}}}\n"
        "operations: {o: {action: send, channel: {$ref: '#/channels/a'}}, p: {action: send, channel: {$ref: '#/channels/b'}}}\n"
    )
    assert folder.found(text, "orphan-message") == []


@cases(
    ("{payload: {}}", []), ("{payload: {type: 'null'}}", []), ("{payload: false}", []), ("{}", [""]), ("{x-ack: {}}", [""]),
    ("{$ref: '#/x-m'}", []), ("{$ref: '#/x-n'}", [""]), ("{traits: [{title: a}]}", [""]),
)  # fmt: skip
def test_payloads(folder, text, expected):
    """A message has one, behind a reference too; the finding is where the channel has the message."""
    found = folder.found(message(text) + "x-m: {payload: {}}\nx-n: {}", "no-payload")
    assert found == [("no-payload", AT + each) for each in expected]


@cases(
    ("{payload: {}, headers: {type: object}}", ["/headers"]), ("{payload: {}, traits: [{headers: {type: object}}]}", ["/traits/0/headers"]),
    ("{payload: {properties: {headers: {}}}}", []), ("{payload: {}, examples: [{headers: {a: 1}}]}", []),
)  # fmt: skip
def test_headers(folder, text, expected):
    """Socket.IO has no place for them, wherever they come from."""
    assert folder.found(message(text), "unjudged-headers") == [
        ("unjudged-headers", AT + each) for each in expected
    ]


NEW = "schemaFormat: application/schema+json;version=2020-12"


@cases(
    ("payload: {items: [{}, {}]}", []), ("payload: {oneOf: [{type: string}, {items: [{}]}]}", ["/payload/oneOf/1"]),
    ("payload: {anyOf: [{items: [{}]}, {items: [{}, {}]}]}", ["/payload/anyOf/0"]), ("payload: {allOf: [{items: [{}]}]}", ["/payload/allOf/0"]),
    ("payload: {oneOf: [{items: {}}, {type: array}]}", []), ("payload: {properties: {a: {oneOf: [{items: [{}]}]}}}", []),
    ("payload: {items: [{oneOf: [{items: [{}]}]}]}", []), ("payload: {oneOf: [{$ref: '#/x-l'}]}", ["/payload/oneOf/0"]),
    ("payload: {$ref: '#/x-u'}", ["#/x-u/oneOf/0"]), ("payload: {oneOf: text}", []), ("payload: {oneOf: [{$ref: '#/x-no'}]}", []),
    (f"payload: {{{NEW}, schema: {{oneOf: [{{prefixItems: [{{}}]}}]}}}}", ["/payload/schema/oneOf/0"]),
    (f"payload: {{{NEW}, schema: {{oneOf: [{{items: {{}}}}]}}}}", []), ("payload: {oneOf: [{prefixItems: [{}]}]}", []),
    ("payload: {schemaFormat: text/x, schema: {oneOf: [{items: [{}]}]}}", []), ("payload: {$ref: '#/x-no'}", []),
    ("payload: {}, x-ack: {oneOf: [{items: [{}]}]}", ["/x-ack/oneOf/0"]), ("payload: {}, x-ack: {args: {oneOf: [{items: [{}]}]}}", ["/x-ack/args/oneOf/0"]),
    ("payload: {}, x-ack: {items: [{}]}", []), ("payload: {}, x-ack: text", []), ("payload: text", []),
    ("payload: {items: [{}], anyOf: [{items: [{}]}, {items: [{}, {}]}]}", []),
)  # fmt: skip
def test_several_arguments(folder, text, expected):
    """They stand at the top of a payload or an ack: in an alternative, a list is one argument."""
    more = "x-l: {items: [{}]}\nx-u: {oneOf: [{items: [{}]}]}\n"
    found = folder.found(message(f"{{{text}}}") + more, "mixed-arguments")
    assert found == [
        ("mixed-arguments", each[1:] if each[0] == "#" else AT + each) for each in expected
    ]


# -- what people take Socket.IO for ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "action", "advice"),
    [
        ("connection", "receive", "name a received message 'connect'"), ("connection", "send", "name a received message 'connect'"),
        ("connect", "send", "write action: receive"), ("disconnect", "send", "a server ends a connection without an event"),
        ("connect_error", "send", "sends it to clients whose connection was rejected"), ("disconnecting", "receive", "name a received message 'disconnect'"),
        ("reconnect", "send", "client's own library"), ("reconnect_attempt", "receive", "client's own library"),
        ("connect_timeout", "send", "client's own library"), ("newListener", "send", "remove the message"),
        ("'*'", "receive", "name each event"),
    ],
)  # fmt: skip
def test_what_to_do_about_names_that_socketio_keeps(folder, key, action, advice):
    """The finding says it, at the message."""
    found = [
        f
        for f in folder.findings(message("{payload: {}}", action, key))
        if f.code != "unused-component"
    ]
    assert [f.code for f in found] == ["reserved-event"]
    assert advice in found[0].message


@pytest.mark.parametrize(
    "key",
    [
        "message",
        "open",
        "close",
        "ping",
        "pong",
        "login",
        "connected",
        "disconnected",
        "reconnected",
    ],
)
@pytest.mark.parametrize("action", ["receive", "send"])
def test_names_that_anybody_may_use(folder, key, action):
    """They travel like any other event."""
    assert folder.found(message("{payload: {}}", action, key)) == []


def test_a_client_may_ask_to_reconnect(folder):
    """What clients hear by this name of their library, they do not send."""
    assert folder.found(message("{payload: {}}", "receive", "reconnect")) == []


@pytest.mark.parametrize("key", ["auth", "authenticate", "authentication", "Authorization"])
def test_auth_as_an_event(folder, key):
    """The auth value of a connect is a message named `connect`."""
    found = folder.findings(message("{payload: {type: object}}", "receive", key))
    assert [f.code for f in found] == ["auth-event"]
    assert "name the message 'connect'" in found[0].message


@pytest.mark.parametrize(
    ("action", "more"), [("send", ""), ("receive", "connect: {payload: {}}, ")]
)
def test_auth_that_is_no_connect(folder, action, more):
    """A server that sends it, or knows a connect, means something else."""
    text = message("{payload: {type: object}}", action, more + "auth")
    assert folder.found(text) == []


COPIES = """
channels:
  game:
    address: /game
    messages:
      {one}
      {other}
operations:
  in: {{action: receive, channel: {{$ref: '#/channels/game'}}}}
"""


@pytest.mark.parametrize(
    ("one", "other", "line", "name"),
    [
        ("makeMove: {name: make_move, payload: {}}", "undoMove: {name: make_move, payload: {}}", 8, "undo_move"),
        ("undoMove: {name: make_move, payload: {}}", "makeMove: {name: make_move, payload: {}}", 7, "undo_move"),
        ("Join: {name: 'chat:join', payload: {}}", "ChatJoin: {name: 'chat:join', payload: {}}", None, ""),
        ("ChatJoin: {name: 'chat:join', payload: {}}", "ChatLeave: {name: 'chat:join', payload: {}}", 8, "chat:leave"),
        ("move: {name: move, payload: {}}", "resign: {name: move, payload: {}}", 8, "resign"),
        # alternatives of one event
        ("makeMove: {name: make_move, payload: {}}", "makeMoveFast: {name: make_move, payload: {}}", None, ""),
        ("circle: {name: draw, payload: {}}", "square: {name: draw, payload: {}}", None, ""),
        ("draw: {payload: {}}", "square: {name: draw, payload: {}}", None, ""),
    ],
)  # fmt: skip
def test_a_copied_message(folder, one, other, line, name):
    """Two messages of one name: the key that says another is the copy's, at its name."""
    findings = folder.findings(COPIES.format(one=one, other=other))
    (finding,) = (f for f in findings if f.code in ("duplicate-event", "copied-name"))
    assert "is described by messages" in finding.message
    if line is None:
        assert (finding.code, finding.severity) == ("duplicate-event", "warning")
    else:
        assert (finding.code, finding.severity, finding.line - 1) == ("copied-name", "error", line)
        assert finding.message.endswith(f"such as {name!r}")


@pytest.mark.parametrize(
    "schema", ["{type: function}", "{format: function}", "{type: callback}", "{type: array, items: [{type: string}, {type: function}]}", "{type: [object, function]}"]
)  # fmt: skip
def test_a_callback_is_no_argument(folder, schema):
    """What it is called with is the ack."""
    found = folder.findings(message(f"{{payload: {schema}}}"))
    assert [f.code for f in found] in (["invalid-schema"], ["unknown-format"])
    assert "describe its arguments as x-ack" in found[0].message
