"""Operations and replies: their channels, their messages, their addresses."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import RULES

CODES = [code for code, rule in RULES.items() if rule.group == "Semantics"]


def cases(*rows):
    """Documents, each with what is found in it."""
    return pytest.mark.parametrize(("text", "expected"), rows)


CHANNELS = """
channels:
  c: {address: /c, messages: {m: {payload: {}}, 'a/b': {payload: {}}, n: {$ref: '#/components/messages/n'}}}
  d: {address: /d, messages: {m: {payload: {}}, only: {payload: {}}}}
  alias: {$ref: '#/components/channels/x'}
  'user/signed up': {address: /u, messages: {m: {payload: {}}}}
components:
  messages: {n: {payload: {}}}
  channels: {x: {address: /x, messages: {m: {payload: {}}}}}
"""
OPERATION = CHANNELS + "operations: {o: {action: send, <FIELDS>}}\n"
REPLY = (
    CHANNELS
    + "operations: {o: {action: send, channel: {$ref: '#/channels/d'}, reply: {<FIELDS>}}}\n"
)
ROOT = "/operations/o"


@pytest.mark.parametrize(
    ("form", "base", "name"), [(OPERATION, ROOT, "operation"), (REPLY, f"{ROOT}/reply", "reply")]
)
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("channel: {$ref: '#/channels/c'}", []),
        ("channel: {$ref: '#/channels/alias'}", []),
        ("channel: {$ref: '#/channels/user~1signed%20up'}", []),
        ("channel: {$ref: '#/components/channels/x'}", ["channel /channel"]),
        ("channel: {$ref: other.yml#/channels/c}", ["channel /channel"]),
        ("channel: {$ref: asyncapi.yml#/channels/c}", []),
        ("channel: {$ref: ./asyncapi.yml#/channels/c}", []),
        # messages, all in the channel
        ("channel: {$ref: '#/channels/c'}, messages: []", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m'}, {$ref: '#/channels/c/messages/n'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/a~1b'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/a%7E1b'}]", []),
        ("channel: {$ref: '#/channels/user~1signed%20up'}, messages: [{$ref: '#/channels/user%7e1signed up/messages/m'}]", []),
        ("channel: {$ref: '#/channels/alias'}, messages: [{$ref: '#/channels/alias/messages/m'}]", []),
        # another's
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/d/messages/m'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m'}, {$ref: '#/channels/d/messages/only'}]",
         ["messages /messages/1"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/components/messages/n'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/alias'}, messages: [{$ref: '#/components/channels/x/messages/m'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: other.yml}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: other.yml#/channels/c/messages/m}]", ["messages /messages/0"]),
        # nothing more is said of what is wrong otherwise
        ("channel: {$ref: '#/channels/no'}, messages: [{$ref: '#/channels/c/messages/m'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/no'}]", []),
        ("channel: {address: /}, messages: [{$ref: '#/channels/c/messages/m'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m/payload'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: text", []),
        ("channel: {$ref: '#/channels/c'}, messages: [text, {}]", []),
    ],
)  # fmt: skip
def test_the_channel_and_its_messages(folder, form, base, name, fields, expected):
    """An operation, or a reply, has a channel of the document's own, and messages of that very channel."""
    folder.write("other.yml", "channels: {c: {address: /o, messages: {m: {payload: {}}}}}")
    found = folder.found(form.replace("<FIELDS>", fields), *CODES)
    assert found == [(f"{name}-{each.split()[0]}", base + each.split()[1]) for each in expected]


def test_what_to_write_instead(folder):
    """A message that the channel has by the same key is offered."""
    fields = "channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/components/messages/n'}]"
    (message,) = (
        f.message
        for f in folder.findings(OPERATION.replace("<FIELDS>", fields))
        if f.code == "operation-messages"
    )
    assert message.endswith("; write '#/channels/c/messages/n'")
    fields = "channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/d/messages/only'}]"
    (message,) = (
        f.message
        for f in folder.findings(OPERATION.replace("<FIELDS>", fields))
        if f.code == "operation-messages"
    )
    assert message.endswith("; expected '#/channels/c/messages/...'")


@cases(
    # operations of the components may have any channel, but messages of that one
    (("components:\n  channels: {x: {messages: {m: {payload: {}}}}}\n"
      "  operations: {o: {action: send, channel: {$ref: '#/components/channels/x'}, messages: [{$ref: '#/components/channels/x/messages/m'}]}}"), []),
    (("components:\n  channels: {x: {messages: {m: {payload: {}}}}, y: {}}\n"
      "  operations: {o: {action: send, channel: {$ref: '#/components/channels/y'}, messages: [{$ref: '#/components/channels/x/messages/m'}]}}"),
     [("operation-messages", "/components/operations/o/messages/0")]),
    # what a root operation refers to is a root operation
    (("operations: {o: {$ref: '#/components/operations/p'}}\ncomponents: {channels: {x: {}}, operations:"
      " {p: {action: send, channel: {$ref: '#/components/channels/x'}}}}"), [("operation-channel", "/components/operations/p/channel")]),
    (("operations: {o: {$ref: '#/components/operations/p'}}\nchannels: {x: {}}\ncomponents: {operations:"
      " {p: {action: send, channel: {$ref: '#/channels/x'}}}}"), []),
    (("operations: {o: {$ref: '#/components/operations/p'}}\nchannels: {x: {}}\ncomponents: {operations:"
      " {p: {$ref: '#/components/operations/q'}, q: {action: send, channel: {$ref: '#/components/channels/y'}}}, channels: {y: {}}}"),
     [("operation-channel", "/components/operations/q/channel")]),
)  # fmt: skip
def test_operations_on_the_shelf(folder, text, expected):
    """Components may refer to each other; what the root refers to may not."""
    assert folder.found(text, *CODES) == expected


SHELF = """
channels: {{c: {{address: /c, messages: {{m: {{payload: {{}}}}}}}}}}
components:
  channels: {{x: {{address: null, messages: {{n: {{payload: {{}}}}}}}}}}
  replyAddresses: {{a: {{location: $message.header}}}}
  replies: {{r: {}, other: {{}}}}
"""


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("{}", []), ("{channel: {$ref: '#/channels/c'}}", []), ("{channel: {$ref: '#/components/channels/x'}}", []),
        ("{channel: {$ref: '#/components/channels/x'}, messages: [{$ref: '#/components/channels/x/messages/n'}]}", []),
        ("{messages: [{$ref: '#/channels/c/messages/m'}]}", []), ("{$ref: '#/components/replies/other'}", []),
        ("{channel: {$ref: '#/components/channels/x'}, messages: [{$ref: '#/channels/c/messages/m'}]}", ["reply-messages /messages/0"]),
        ("{channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m'}, {$ref: '#/components/channels/x/messages/n'}]}",
         ["reply-messages /messages/1"]),
        ("{address: {$ref: '#/components/replyAddresses/a'}, channel: {$ref: '#/components/channels/x'}}", []),
        ("{address: {$ref: '#/components/replyAddresses/a'}}", []),
        ("{address: {$ref: '#/components/replyAddresses/a'}, channel: {$ref: '#/channels/c'}}", ["reply-address /address"]),
        ("{channel: {address: /}}", ["reference-required /channel"]), ("{channel: {$ref: '#/components/replies/other'}}", ["wrong-kind /channel"]),
        ("{$ref: '#/components/replyAddresses/a'}", ["wrong-kind"]), ("{$ref: '#/components/replies/no'}", ["unresolvable-reference /$ref"]),
    ],
)  # fmt: skip
def test_replies_on_the_shelf(folder, reply, expected):
    """They may have any channel, and the messages of that one alone, whether or not somebody refers to them."""
    base = "/components/replies/r"
    codes = (*CODES, "reference-required", "wrong-kind", "unresolvable-reference")
    text = SHELF.format(reply)
    operation = "operations: {o: {action: send, channel: {$ref: '#/channels/c'}, reply: {$ref: '#/components/replies/r'}}}\n"
    for more in ("", operation):
        found = [
            (code, pointer)
            for code, pointer in folder.found(text + more, *codes)
            if not pointer.startswith("/operations")
        ]
        assert found == [(e.split()[0], base + "".join(e.split()[1:])) for e in expected]


ADDRESS = "channels:\n  a: {{address: {}}}\noperations: {{o: {{action: send, channel: {{$ref: '#/channels/a'}}, reply: {{{}}}}}}}"


@pytest.mark.parametrize(
    ("address", "reply", "expected"),
    [
        ("/a", "address: {location: $message.header}, channel: {$ref: '#/channels/a'}", [("reply-address", "/operations/o/reply/address")]),
        ("''", "address: {location: $message.header}, channel: {$ref: '#/channels/a'}", [("reply-address", "/operations/o/reply/address")]),
        ("null", "address: {location: $message.header}, channel: {$ref: '#/channels/a'}", []),
        ("/a", "channel: {$ref: '#/channels/a'}", []),
        ("/a", "address: {location: $message.header}", []),
        ("/a, address: /", "address: 1", []),
    ],
)  # fmt: skip
def test_a_reply_with_an_address(folder, address, reply, expected):
    """It needs a channel without one."""
    assert folder.found(ADDRESS.format(address, reply), "reply-address") == expected


# -- one cause, one finding ------------------------------------------------------------------------

ASKED = """
servers: {s: {host: example.com, protocol: wss}}
channels:
  root:
    address: /
    messages: {ask: {payload: {type: string}}, answer: {$ref: '#/components/messages/answer'}}
  answers: {address: null, messages: {said: {payload: {type: string}}}}
  shelved: {$ref: '#/components/channels/shelved'}
operations:
  ask: {action: receive, channel: {$ref: '#/channels/<CHANNEL>'}, messages: [{$ref: '#/channels/<CHANNEL>/messages/ask'}], reply: {<REPLY>}}
  other: {action: send, channel: {$ref: '#/channels/shelved'}}
components:
  messages: {answer: {payload: {type: string}}}
  channels: {shelved: {address: /shelved, messages: {ask: {payload: {type: string}}}}}
"""


@pytest.mark.parametrize(
    ("channel", "reply", "pointer", "advice"),
    [
        ("root", "channel: {$ref: '#/channels/root'}, messages: [{$ref: '#/channels/root/messages/answer'}]", None, ""),
        ("root", "channel: {$ref: '#/channels/root'}, messages: [{$ref: '#/components/messages/answer'}]", "/reply/messages/0", "write '#/channels/root/messages/answer'"),
        ("root", "messages: [{$ref: '#/components/messages/answer'}]", "/reply/messages/0", "and add the reply's channel"),
        ("root", "messages: [{$ref: '#/channels/root/messages/answer'}]", None, ""), ("root", "channel: {$ref: '#/channels/root'}", None, ""),
        ("root", "channel: {$ref: '#/components/channels/shelved'}, messages: [{$ref: '#/channels/root/messages/answer'}]", "/reply/channel", "write '#/channels/shelved'"),
        ("root", "address: {location: $message.payload}, channel: {$ref: '#/channels/answers'}, messages: [{$ref: '#/channels/answers/messages/said'}]", None, ""),
        ("root", "address: {location: $message.payload}, channel: {$ref: '#/channels/root'}, messages: [{$ref: '#/channels/root/messages/answer'}]", "/reply/address", "write address: null"),
    ],
)  # fmt: skip
def test_a_fault_of_a_reply_is_one_finding(folder, channel, reply, pointer, advice):
    """It says what to write, and no other finding follows from it."""
    text = ASKED.replace("<CHANNEL>", channel).replace("<REPLY>", reply)
    errors = [each for each in folder.findings(text) if each.severity == "error"]
    assert [each.pointer for each in errors] == ([f"/operations/ask{pointer}"] if pointer else [])
    assert all(advice in each.message for each in errors)


def test_a_channel_of_components_is_one_finding(folder):
    """Its messages are not looked at, and the entry that leads to it is named."""
    text = ASKED.replace("'#/channels/<CHANNEL>'", "'#/components/channels/shelved'")
    text = text.replace("<CHANNEL>", "shelved").replace(
        "<REPLY>", "channel: {$ref: '#/channels/root'}"
    )
    (error,) = (each for each in folder.findings(text) if each.severity == "error")
    assert (error.code, error.pointer) == ("operation-channel", "/operations/ask/channel")
    assert error.message.endswith("write '#/channels/shelved'")


def test_a_channel_that_no_entry_leads_to(folder):
    """The finding says that one is missing."""
    text = "operations: {o: {action: send, channel: {$ref: '#/components/channels/c'}}}\ncomponents: {channels: {c: {}}}"
    (error,) = (each for each in folder.findings(text) if each.severity == "error")
    assert "add an entry with $ref: '#/components/channels/c'" in error.message


def test_a_message_that_is_listed_wrongly_is_no_orphan(folder):
    """What lists the component behind an entry means the entry."""
    text = ASKED.replace("<CHANNEL>", "root").replace(
        "<REPLY>", "messages: [{$ref: '#/components/messages/answer'}]"
    )
    orphans = folder.found(text, "orphan-message")
    assert orphans == [("orphan-message", "/channels/answers/messages/said")]
