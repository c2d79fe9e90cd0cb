"""AsyncAPI 3 as the Socket.IO profile wants it: what is rewritten, what it means, what is left."""

# ruff: noqa: E501  # documents and tables, one case to a line
from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncapi_guard import Guard
from asyncapi_guard.errors import SpecError, UnsupportedVersion
from asyncapi_guard.lint import RULES, lint
from asyncapi_guard.spec import load
from asyncapi_guard.spec.source import Source, read_source
from asyncapi_guard.spec.upgrade import upgrade
from asyncapi_guard.spec.upgrade.edited_file import edited_file

HEAD = "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


def source_of(text):
    text = text if "info" in text else HEAD + text
    return read_source("old.yml", "file:///old.yml", text.encode())


def judge(guard, line):
    """Whether the guard says of a line of traffic what the line says."""
    verb, namespace, rest = line.split(None, 2)
    event, rest = rest.split(None, 1)
    args, expected = rest.rsplit(None, 1)
    methods = {
        "receive": guard.receive_event,
        "send": guard.send_event,
        "ack": guard.send_ack,
        "answered": guard.receive_ack,
    }
    verdict = methods[verb](namespace, event, json.loads(args))
    return verdict.rejected == (expected == "rejected")


def check(text, traffic, *said):
    """Upgrade a document; its result is fine, judges the traffic, and what was done is noted."""
    upgraded = upgrade(source_of(text))
    assert [f for f in lint(upgraded.data) if f.severity == "error"] == []
    guard = Guard(load(upgraded.data))
    assert [line for line in traffic.strip().splitlines() if not judge(guard, line)] == []
    messages = [note.message for note in upgraded.notes]
    for part in said:
        assert [m for m in messages if part in m], (part, messages)
    return upgraded.data


def unchanged(text, *said):
    """A document stays as it is, with a note for each thing that is said, and no other."""
    source = source_of(text)
    upgraded = upgrade(source)
    assert upgraded.data == source.data
    assert len(upgraded.notes) == len(said), upgraded.notes
    for note, part in zip(upgraded.notes, said, strict=True):
        assert part in note.message
    return upgraded


# -- one channel for each event --------------------------------------------------------------------

EVENTS = """
channels:
  join:
    address: '{}room:join'
    description: Somebody comes.
    messages: {{joinMessage: {{name: Join, payload: {{type: string}}}}}}
  left:
    address: '{}room:left'
    messages: {{leftMessage: {{payload: {{type: integer}}}}}}
operations:
  onJoin: {{action: receive, channel: {{$ref: '#/channels/join'}}}}
  sendLeft:
    action: send
    channel: {{$ref: '#/channels/left'}}
    messages: [{{$ref: '#/channels/left/messages/leftMessage'}}]
"""
TRAFFIC = """
receive / room:join ["a"]   accepted
receive / room:join [1]     rejected
send / room:left [1]        accepted
send / room:left ["a"]      rejected
send / room:join ["a"]      rejected
receive / room:left [1]     rejected
"""


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_channel_for_each_event_becomes_one(slash):
    """Addresses that are events become names of messages; an operation lists what it had."""
    data = check(
        EVENTS.format(slash, slash),
        TRAFFIC,
        "'room:join' is an event, not a namespace",
        "the name 'Join' becomes 'room:join'",
    )
    assert list(data["channels"]) == ["root"]
    messages = data["channels"]["root"]["messages"]
    assert messages["room:join"]["description"] == "Somebody comes."
    assert "name" not in messages["room:left"]


@pytest.mark.parametrize(
    ("addresses", "messages", "are_events"),
    [
        pytest.param(["chat message"], ["m"], True, id="a blank"),
        pytest.param(["room:join"], ["m"], True, id="a colon"),
        pytest.param(["/room:join"], ["m"], False, id="a colon behind a slash, once"),
        pytest.param(["chat"], ["chat"], False, id="one of the message's name"),
        pytest.param(["join", "left"], ["join", "LeftMessage"], True, id="two of their names"),
        pytest.param(["join", "left"], ["join", "m"], False, id="one of two"),
        pytest.param(["join", "left", "said"], ["a", "b", "c"], True, id="three"),
        pytest.param(["user/joined", "user/left"], ["joined", "left"], False, id="a slash within"),
        pytest.param(["room.{id}"], ["m"], False, id="a template"),
    ],
)
def test_which_addresses_are_events(addresses, messages, are_events):
    """An address that might be a namespace stays, and a note asks."""
    channels = {
        f"c{number}": {"address": address, "messages": {message: {"payload": {}}}}
        for number, (address, message) in enumerate(zip(addresses, messages, strict=True))
    }
    operations = {
        id: {"action": "receive", "channel": {"$ref": f"#/channels/{id}"}} for id in channels
    }
    servers = {"s": {"host": "h", "protocol": "socketio"}}
    text = json.dumps(
        {
            "asyncapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "servers": servers,
            "channels": channels,
            "operations": operations,
        }
    )
    upgraded = upgrade(source_of(text))
    assert (upgraded.data["channels"] != channels) == are_events
    if are_events:
        assert {m for c in upgraded.data["channels"].values() for m in c["messages"]} == set(
            addresses
        )


def test_what_may_be_a_namespace_is_asked():
    """The note says both meanings, and what to write for each."""
    text = """
servers: {s: {host: h, protocol: wss}}
channels: {chat: {address: chat, messages: {say: {payload: {}}, said: {payload: {}}}}}
operations: {in: {action: receive, channel: {$ref: '#/channels/chat'}}}
"""
    (note,) = unchanged(text, "write '/chat' if it is a namespace, '/' if it is an event").notes
    assert (note.line, note.pointer) == (5, "/channels/chat/address")


def test_a_colon_behind_a_slash_is_asked_about():
    """One address like that may be a namespace; a slash before an event does not hide it."""
    text = """
channels: {join: {address: '/room:join', messages: {m: {payload: {}}}}}
operations: {in: {action: receive, channel: {$ref: '#/channels/join'}}}
"""
    unchanged(text, "write '/room:join' if it is a namespace, '/' if it is an event")


@pytest.mark.parametrize(
    "servers",
    [
        "{s: {host: h, protocol: kafka}}",
        "{s: {host: h, protocol: ws}, k: {host: k, protocol: kafka}}",
    ],
)
def test_topics_are_no_events(servers):
    """Where a server speaks something else, an address may be a topic."""
    source = source_of(EVENTS.format("", "") + f"servers: {servers}\n")
    assert upgrade(source).data == source.data


def test_a_message_of_two_events_is_two():
    """A component that two events share has a name of its own in each."""
    text = """
channels:
  a: {address: 'room:a', messages: {m: {$ref: '#/components/messages/M'}}}
  b: {address: 'room:b', messages: {m: {$ref: '#/components/messages/M'}}}
operations:
  onA: {action: receive, channel: {$ref: '#/channels/a'}}
  onB: {action: send, channel: {$ref: '#/channels/b'}}
components: {messages: {M: {name: M, payload: {type: string}}}}
"""
    check(
        text,
        'receive / room:a ["x"] accepted\nsend / room:b ["x"] accepted\nsend / room:a ["x"] rejected',
    )


def test_events_of_2_x_become_one_channel_too():
    """What was one channel for each event in 2.x is one of the namespace, with notes in the old file."""
    text = """
asyncapi: 2.6.0
info: {title: T, version: '1'}
channels:
  room:join:
    publish: {message: {name: Join, payload: {type: string}}}
  room:left:
    subscribe: {message: {name: room:left, payload: {type: integer}}}
"""
    check(text, TRAFFIC, "'room:join' is an event", "the name 'Join' becomes 'room:join'")
    notes = upgrade(source_of(text)).notes
    assert [(note.line, note.pointer) for note in notes] == [
        (5, "/channels/room:join"),
        (6, "/channels/room:join/publish/message/name"),
        (7, "/channels/room:left"),
    ]


# -- several channels for a namespace --------------------------------------------------------------

SAME = """
channels:
  said: {address: /chat, title: Chat, messages: {m: {payload: {type: string}}}}
  sent: {address: /chat, title: Chat, messages: {m: {payload: {type: integer}}, n: {payload: {}}}}
operations:
  in: {action: receive, channel: {$ref: '#/channels/said'}}
  out: {action: send, channel: {$ref: '#/channels/sent'}}
"""


def test_channels_of_one_namespace_become_one():
    """Messages keep their event, and operations what they had."""
    data = check(
        SAME,
        'receive /chat m ["a"] accepted\nreceive /chat m [1] rejected\nreceive /chat n [1] rejected\n'
        'send /chat m [1] accepted\nsend /chat m ["a"] rejected\nsend /chat n [1] accepted',
        "a namespace is one channel",
    )
    assert list(data["channels"]) == ["chat"]
    assert data["channels"]["chat"]["title"] == "Chat"
    assert data["channels"]["chat"]["messages"]["m2"] == {
        "payload": {"type": "integer"},
        "name": "m",
    }


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("bindings", "{ws: {method: GET}}", "{ws: {method: POST}}"),
        ("servers", "[{$ref: '#/servers/s'}]", "[{$ref: '#/servers/t'}]"),
    ],
)
def test_channels_that_differ_stay_apart(field, first, second):
    """Handshakes and servers of two channels that differ cannot be one's."""
    text = SAME.replace("said: {", f"said: {{{field}: {first}, ").replace(
        "sent: {", f"sent: {{{field}: {second}, "
    )
    unchanged(
        text + "servers: {s: {host: h, protocol: ws}, t: {host: t, protocol: ws}}\n",
        f"are not merged: their {field} differ",
    )


# -- replies ---------------------------------------------------------------------------------------

REPLY = """
channels:
  root:
    address: /
    messages:
      ask: {{payload: {{type: string}}}}
      answer: {{title: The answer, payload: {{type: integer}}}}
      other: {{payload: {{}}}}
  answers:
    address: null
    messages: {{late: {{payload: {{type: boolean}}}}}}
operations:
  onAsk:
    action: {action}
    channel: {{$ref: '#/channels/root'}}
    messages: [{{$ref: '#/channels/root/messages/ask'}}]
    reply: {reply}
  out:
    action: send
    channel: {{$ref: '#/channels/root'}}
    messages: [{{$ref: '#/channels/root/messages/other'}}]
components:
  messages: {{Shared: {{payload: {{type: number}}}}}}
  replies: {{R: {{messages: [{{$ref: '#/channels/root/messages/answer'}}]}}}}
"""
IN_ROOT = (
    "{channel: {$ref: '#/channels/root'}, messages: [{$ref: '#/channels/root/messages/answer'}]}"
)


@pytest.mark.parametrize(
    ("reply", "good", "bad"),
    [
        pytest.param(IN_ROOT, "[5]", '["a"]', id="in the event's channel"),
        pytest.param(
            "{channel: {$ref: '#/channels/answers'}}", "[true]", "[5]", id="its own channel"
        ),
        pytest.param(
            "{address: {location: '$message.header#/to'}, channel: {$ref: '#/channels/answers'}}",
            "[true]",
            "[5]",
            id="an address",
        ),
        pytest.param(
            "{messages: [{$ref: '#/components/messages/Shared'}]}", "[5]", '["a"]', id="component"
        ),
        pytest.param(
            "{$ref: '#/components/replies/R'}", "[5]", '["a"]', id="a reply in components"
        ),
    ],
)
@pytest.mark.parametrize(("action", "ack"), [("receive", "ack"), ("send", "answered")])
def test_a_reply_becomes_an_ack(reply, good, bad, action, ack):
    """What a reply says is `x-ack`; what was there for the reply alone goes."""
    data = check(
        REPLY.format(action=action, reply=reply),
        f"{ack} / ask {good} accepted\n{ack} / ask {bad} rejected",
        "the reply is 'x-ack' of 'ask' now",
    )
    assert "reply" not in data["operations"]["onAsk"]
    assert "x-ack" in data["channels"]["root"]["messages"]["ask"]
    assert set(data["channels"]) == ({"root"} if "answers" in reply else {"root", "answers"})


def test_what_a_reply_says_besides_is_noted():
    """An address and a title have no place in an ack."""
    reply = IN_ROOT.replace("{channel", "{address: {location: '$message.payload#'}, channel", 1)
    (note,) = upgrade(source_of(REPLY.format(action="receive", reply=reply))).notes
    assert note.message.endswith("left out: its address, title of its message 'answer'")
    assert note.pointer == "/operations/onAsk/reply"


def test_alternatives_of_a_reply_are_alternatives_of_the_ack():
    """Several messages of one argument each are `anyOf`."""
    reply = "{messages: [{$ref: '#/channels/root/messages/answer'}, {$ref: '#/channels/answers/messages/late'}]}"
    check(
        REPLY.format(action="receive", reply=reply),
        'ack / ask [5] accepted\nack / ask [true] accepted\nack / ask ["a"] rejected',
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("answer'}]}", "other'}]}", "'other' is an event of its own", id="an event"),
        pytest.param("payload: {type: integer}", "summary: s", "has no payload", id="no payload"),
        pytest.param("ask: {", "ask: {x-ack: {}, ", "says the ack already", id="an ack already"),
        pytest.param(
            "$ref: '#/channels/root/messages/answer'",
            "$ref: 'other.yml'",
            "is not in this document",
            id="a file",
        ),
        pytest.param(
            "messages: [{$ref: '#/channels/root/messages/other'}]",
            "messages: [{$ref: '#/channels/root/messages/other'}, {$ref: '#/channels/root/messages/ask'}]",
            "not the same reply",
            id="another operation",
        ),
    ],
)
def test_a_reply_that_may_be_something_else_stays(old, new, said):
    """Where a reply is not the ack of its operation alone, nothing is changed."""
    text = REPLY.format(action="receive", reply=IN_ROOT)
    changed = text.replace(old, new, 1)
    assert changed != text
    unchanged(changed, said)


def test_two_replies_share_a_component():
    """The payload of a component that two replies list stays there."""
    text = """
channels: {root: {address: /, messages: {a: {payload: {}}, b: {payload: {}}}}}
operations:
  onA: &o
    action: receive
    channel: {$ref: '#/channels/root'}
    messages: [{$ref: '#/channels/root/messages/a'}]
    reply: {messages: [{$ref: '#/components/messages/Ok'}]}
  onB: {<: x, action: receive, channel: {$ref: '#/channels/root'}, messages: [{$ref: '#/channels/root/messages/b'}], reply: {messages: [{$ref: '#/components/messages/Ok'}]}}
components: {messages: {Ok: {payload: {type: boolean}}}}
""".replace("<: x, ", "").replace("&o", "")
    data = check(
        text,
        "ack / a [true] accepted\nack / a [1] rejected\nack / b [true] accepted\nack / b [1] rejected",
    )
    assert data["channels"]["root"]["messages"]["a"]["x-ack"] == {
        "$ref": "#/components/messages/Ok/payload"
    }


# -- prefixItems -----------------------------------------------------------------------------------

ONE = """
channels: {{root: {{address: /, messages: {{e: {{payload: {payload}}}}}}}}}
operations: {{in: {{action: receive, channel: {{$ref: '#/channels/root'}}}}}}
components: {{schemas: {{P: {{type: array, prefixItems: [{{type: boolean}}]}}}}}}
"""


@pytest.mark.parametrize(
    ("payload", "good", "bad", "said"),
    [
        pytest.param(
            "{type: array, prefixItems: [{type: integer}, {type: string}], minItems: 2}",
            '[1, "a"]',
            '[[1, "a"]]',
            "'items' is written",
            id="arguments",
        ),
        pytest.param(
            "{type: array, prefixItems: [{type: integer}], items: {type: string}}",
            '[1, "a", "b"]',
            "[1, 2]",
            "'additionalItems' for 'items'",
            id="and more of them",
        ),
        pytest.param(
            "{type: array, prefixItems: [{type: integer}], items: false}",
            "[1]",
            "[1, 2]",
            "written",
            id="and no more",
        ),
        pytest.param(
            "{type: array, prefixItems: [], maxItems: 0}", "[]", "[[]]", "no argument", id="none"
        ),
        pytest.param(
            "{type: array, additionalItems: false}",
            "[]",
            "[[]]",
            "no argument",
            id="none, in Draft 07",
        ),
        pytest.param(
            "{type: array, additionalItems: {type: string}}",
            '["a", "b"]',
            "[1]",
            "any number",
            id="any number of one",
        ),
        pytest.param(
            "{type: object, properties: {p: {prefixItems: [{type: integer}]}}}",
            '[{"p": [1]}]',
            '[{"p": ["a"]}]',
            "'items' is written",
            id="deep within",
        ),
        pytest.param(
            "{$ref: '#/components/schemas/P'}",
            "[true]",
            "[1]",
            "'items' is written",
            id="a component",
        ),
        pytest.param(
            "{schemaFormat: 'application/schema+json;version=draft-07', schema: {type: array, prefixItems: [{type: integer}]}}",
            "[1]",
            '["a"]',
            "'items' is written",
            id="Draft 07 by name",
        ),
    ],
)
def test_positions_under_draft_07(payload, good, bad, said):
    """`prefixItems` means what its author meant by it, by the words of the dialect."""
    data = check(
        ONE.format(payload=payload),
        f"receive / e {good} accepted\nreceive / e {bad} rejected",
        said,
    )
    assert "prefixItems" not in json.dumps(data)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (
            "{prefixItems: [{type: integer}], items: [{type: string}]}",
            "only one of the two can apply",
        ),
        ("{prefixItems: [{}], items: {}, additionalItems: false}", "say what follows"),
    ],
)
def test_positions_with_two_meanings_stay(payload, said):
    """Where `items` is taken, nothing is rewritten."""
    source = source_of(ONE.format(payload=payload))
    upgraded = upgrade(source)
    assert upgraded.data["channels"] == source.data["channels"]
    assert any(said in note.message for note in upgraded.notes)


def test_elsewhere_a_payload_is_no_list_of_arguments():
    """A list in a queue stays a list; its positions are what they were meant to be."""
    kafka = "servers: {k: {host: k, protocol: kafka}}\n"
    unchanged(
        ONE.format(payload="{type: array, additionalItems: false}").replace("prefixItems", "items")
        + kafka
    )
    payload = "{type: array, prefixItems: [{type: integer}], items: false}"
    data = upgrade(source_of(ONE.format(payload=payload) + kafka)).data
    message = data["channels"]["root"]["messages"]["e"]
    assert message["payload"] == {
        "type": "array",
        "items": [{"type": "integer"}],
        "additionalItems": False,
    }


def test_other_dialects_keep_their_words():
    """A schema of JSON Schema 2020-12 has `prefixItems`, and so has what it refers to."""
    payload = "{schemaFormat: 'application/schema+json;version=2020-12', schema: {$ref: '#/components/schemas/P'}}"
    unchanged(ONE.format(payload=payload))


def test_positions_of_2_x_are_arguments():
    """Documents for asynction write `prefixItems`, which its validator reads as several arguments."""
    text = """
asyncapi: 2.3.0
info: {title: T, version: '1'}
channels:
  /:
    publish:
      message:
        name: pair
        payload: {type: array, prefixItems: [{type: number}, {type: string}], minItems: 2}
        x-ack: {args: {type: array, prefixItems: [{type: boolean}], items: false}}
"""
    check(
        text,
        'receive / pair [1, "a"] accepted\nreceive / pair [["x", "y"]] rejected\n'
        "ack / pair [true] accepted\nack / pair [true, 1] rejected",
    )
    notes = upgrade(source_of(text)).notes
    assert [note.line for note in notes] == [9, 10]
    assert notes[0].pointer == "/channels/~1/publish/message/payload/prefixItems"


# -- documents that list arguments -----------------------------------------------------------------

LISTS = """
x-pydantic-socketio: {{role: server}}
channels:
  a: {{address: /, messages: {{e: {{payload: {payload}}}}}}}
  b: {{address: /game, messages: {{f: {{payload: {{type: array, prefixItems: [], maxItems: 0}}}}}}}}
  c:
    address: null
    messages: {{g: {{payload: {{type: array, prefixItems: [{{type: integer}}], minItems: 1, maxItems: 1}}}}}}
    x-pydantic-socketio: {{namespace: {{scope: all, except: [{without}]}}}}
operations:
  onE: {{action: receive, channel: {{$ref: '#/channels/a'}}}}
  onF: {{action: receive, channel: {{$ref: '#/channels/b'}}}}
  sendG: {{action: send, channel: {{$ref: '#/channels/c'}}}}
"""


@pytest.mark.parametrize(
    ("payload", "good", "bad"),
    [
        ("{type: array, items: {type: integer}}", "[1, 2]", "[[1, 2]]"),
        ("{type: array}", '[1, "a"]', None),
        (
            "{anyOf: [{type: array, prefixItems: [{type: integer}], minItems: 1, maxItems: 1}, {type: array, prefixItems: [], maxItems: 0}]}",
            "[]",
            '["a"]',
        ),
    ],
)
def test_a_payload_may_be_the_list_of_arguments(payload, good, bad):
    """In pydantic-socketio's documents every payload lists arguments, whatever its form."""
    traffic = f"receive / e {good} accepted" + (f"\nreceive / e {bad} rejected" if bad else "")
    check(LISTS.format(payload=payload, without=""), traffic)


@pytest.mark.parametrize(("without", "there"), [("", "accepted"), ("/game", "rejected")])
def test_an_event_of_all_namespaces_is_one_of_each(without, there):
    """A channel for all namespaces has its events in each, but for those that are excepted."""
    data = check(
        LISTS.format(payload="{type: array}", without=without),
        f'send / g [1] accepted\nsend / g ["a"] rejected\nsend /game g [1] {there}\nreceive /game f [] accepted',
        "for all namespaces",
    )
    assert None not in [channel["address"] for channel in data["channels"].values()]


# -- versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "has"),
    [
        ("operations: {}", "'operations'"),
        ("channels: {c: {address: /}}", "channels with 'address'"),
        ("channels: {c: {messages: {}}}", "'messages'"),
    ],
)
def test_3_x_under_the_heading_of_2_x_is_refused(more, has):
    """Its operations would be dropped: the version has to be another one."""
    text = f"asyncapi: 2.6.0\ninfo: {{title: T, version: '1'}}\n{more}\n"
    for read in (lambda: upgrade(source_of(text)), lambda: load(source_of(text).data)):
        with pytest.raises(UnsupportedVersion) as raised:
            read()
        (finding,) = raised.value.findings
        assert finding.message.startswith("this looks like AsyncAPI 3: it has")
        assert has in finding.message
        assert finding.message.endswith("change the version: asyncapi: 3.1.0")
        assert finding.pointer == "/asyncapi"


def test_2_x_under_the_heading_of_3_x_is_converted():
    """`publish` and `subscribe` are those of 2.x, whatever the heading says."""
    text = HEAD + "channels:\n  /: {publish: {message: {name: say, payload: {type: string}}}}\n"
    check(
        text,
        'receive / say ["a"] accepted\nreceive / say [1] rejected',
        "the document is read as 2.6",
    )


# -- files -----------------------------------------------------------------------------------------


def test_what_fits_stays_as_it_is():
    """Where nothing differs, nothing is changed or noted; a second run changes nothing either."""
    unchanged(ONE.format(payload="{type: string}").replace("prefixItems", "items"))
    once = upgrade(source_of(EVENTS.format("", ""))).data
    again = upgrade(read_source("new.yml", "file:///new.yml", json.dumps(once).encode()))
    assert (again.data, again.notes) == (once, ())


def test_a_keyword_that_is_renamed_keeps_its_lines():
    """`prefixItems` with `items` beside it: two names change, and nothing else."""
    text = (
        HEAD
        + """
components:
  schemas:
    P:
      prefixItems:  # two
        - {prefixItems: [{type: string}]}
        - type: integer  # a number
      items: false
"""
    )
    source = source_of(text)
    new = edited_file(source, text.encode(), upgrade(source).data)
    expected = text.replace("items: false", "additionalItems: false").replace(
        "prefixItems", "items"
    )
    assert new.decode() == expected


FULL = """
asyncapi: 3.0.0
info: {title: T, version: '1'}
x-pydantic-socketio: {role: server}
servers: {s: {host: h, protocol: socketio}}
channels:
  a: {address: 'room:a', title: t, messages: {m: {$ref: '#/components/messages/M'}}, servers: [{$ref: '#/servers/s'}]}
  b: {address: 'room:b', messages: {m: {name: B, payload: {type: array, prefixItems: [{}], items: {}}}}}
  c: {address: /, bindings: {ws: {}}, messages: {r: {payload: {type: array}}, s: {payload: {}, traits: [{name: n}]}}}
  d: {address: null, messages: {g: {}}, x-pydantic-socketio: {namespace: {scope: all, except: [/x]}}}
  e: {$ref: '#/components/channels/E'}
operations:
  onA:
    action: receive
    channel: {$ref: '#/channels/a'}
    messages: [{$ref: '#/channels/a/messages/m'}]
    reply: {address: {location: l}, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/r'}]}
  onC: {action: receive, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/s'}], reply: {$ref: '#/components/replies/R'}}
  sendD: {action: send, channel: {$ref: '#/channels/d'}}
components:
  channels: {E: {address: /e, messages: {}}}
  replies: {R: {messages: [{$ref: '#/components/messages/N'}]}}
  messages: {M: {payload: {}}, N: {payload: {schemaFormat: 'application/schema+json;version=2020-12', schema: {$ref: '#/components/schemas/S'}}}}
  schemas: {S: {prefixItems: [{}]}, T: {prefixItems: []}}
"""
DATA = source_of(FULL).data
REFERENCES = [
    "#",
    "#/",
    "#/channels",
    "#/channels/a",
    "#/channels/a/messages/m",
    "#/nowhere",
    "other.yml",
    "#x",
]
REFERENCES += ["#/components/messages/M", "#/components/replies/R", "#/operations/onA/reply"]
KEYS = [
    "$ref",
    "address",
    "anyOf",
    "channel",
    "items",
    "messages",
    "name",
    "payload",
    "prefixItems",
    "reply",
]
TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "/", "a:b", "array", *REFERENCES]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from([*KEYS, "type", "schema", "schemaFormat", "x-ack"]), below, max_size=3
        )
        | st.sampled_from(REFERENCES).map(lambda ref: {"$ref": ref})
    ),
    max_leaves=8,
)


def places(value, path=()):
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from places(item, (*path, key))


def is_fine(data):
    """Whether nothing is wrong by AsyncAPI; what a guard cannot serve is no fault here."""
    errors = [found for found in lint(data) if found.severity == "error"]
    return all(RULES[found.code].elsewhere is not None for found in errors)


def test_what_is_broken_was_fine():
    """The document that the property breaks becomes a fine one if nothing breaks it."""
    assert is_fine(upgrade(source_of(FULL)).data)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([place for place in places(DATA) if place]), TREES)
def test_nothing_breaks_it(place, tree):
    """Whatever stands in whatever place: there is a result, or a `SpecError`; a fine one is final."""
    data = json.loads(json.dumps(DATA))
    holder = data
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = tree
    try:
        upgraded = upgrade(Source("old", "mapping:", None, data))
    except SpecError:
        return
    if upgraded.was_3 and is_fine(upgraded.data):
        again = upgrade(Source("new", "mapping:", None, upgraded.data))
        assert again.data == upgraded.data


CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def test_documents_of_others_do_not_get_worse():
    """Every 3.x document of others can be edited in its file, loads as before, and is done then."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside the repository: it is others', and no part of it")
    changed = 0
    for path in sorted((CORPUS / "real").iterdir()):
        raw = path.read_bytes()
        try:
            source = read_source(path.name, path.as_uri(), raw)
            upgraded = upgrade(source)
        except SpecError:
            continue
        if upgraded.data == source.data:
            continue
        changed += 1
        new = edited_file(source, raw, upgraded.data)
        assert new is not None, path.name
        again = read_source(path.name, path.as_uri(), new)
        assert upgrade(again).data == again.data, path.name
        before, after = _errors(path, raw), _errors(path, new)
        assert len(after) <= len(before), (path.name, after)
    assert changed > 10


def _errors(path, raw):
    return [found for found in lint(path, raw=raw) if found.severity == "error"]
