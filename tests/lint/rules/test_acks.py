"""Rules about acks: who judges them, and what is meant as one."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard import Guard, load

CODES = ("unjudged-ack", "ack-event", "connect-ack")


def refs(keys):
    return "[" + ", ".join(f"{{$ref: '#/channels/c/messages/{key}'}}" for key in keys.split()) + "]"


def document(messages, *operations):
    """A channel with messages, and operations `action: keys -> keys of the reply`."""
    lines = ["channels:", "  c:", "    address: /c", "    messages:"]
    lines += [f"      {message}" for message in messages]
    lines.append("operations:")
    for number, operation in enumerate(operations):
        action, _, keys = operation.partition(": ")
        keys, _, reply = keys.partition(" -> ")
        listed = f", messages: {refs(keys)}" if keys else ""
        answers = "" if reply in ("", "all") else f", messages: {refs(reply)}"
        answered = f", reply: {{channel: {{$ref: '#/channels/c'}}{answers}}}" if reply else ""
        lines.append(
            f"  o{number}: {{action: {action}, channel: {{$ref: '#/channels/c'}}{listed}{answered}}}"
        )
    return "\n".join(lines) + "\n"


SAY = "say: {payload: {type: string}}"
SAY_ACK = "say: {payload: {type: string}, x-ack: {type: boolean}}"
OK = "ok: {payload: {type: boolean}}"
BYE = "bye: {payload: {type: string}}"


@pytest.mark.parametrize(
    ("messages", "operations", "pointer", "advice"),
    [
        # an operation without messages has the ack, too
        ([SAY, OK], ["receive:  -> ok"], "/operations/o0/reply", "list only the events in the operation's 'messages'"),
        ([SAY, OK], ["receive: say ok -> ok"], "/operations/o0/reply", "'ok' is also an event of the operation 'o0'"),
        ([SAY, OK, BYE], ["receive: say -> ok", "receive: bye ok"], "/operations/o0/reply", "'ok' is also an event of the operation 'o1'"),
        # a part of the reply is an event
        ([SAY, OK, BYE], ["receive: say -> ok bye", "send: bye"], "/operations/o0/reply", "'bye' is also an event of the operation 'o1'"),
        ([SAY, OK], ["receive: say -> all"], "/operations/o0/reply", "'say' is also an event of the operation 'o0'"),
        # the message says another ack
        ([SAY_ACK, "n: {payload: {type: integer}}"], ["receive: say -> n"], "/operations/o0/reply", "remove one of the two"),
        # an ack of an ack
        ([SAY, "ok: {payload: {type: boolean}, x-ack: {}}"], ["receive: say -> ok"], "/channels/c/messages/ok/x-ack", "never acknowledged"),
        ([SAY, OK], ["send: say -> ok", "send: ok"], "/operations/o0/reply", "'ok' is also an event of the operation 'o1'"),
    ],
)  # fmt: skip
def test_an_ack_that_nobody_judges(folder, messages, operations, pointer, advice):
    """The finding says why, and what to write."""
    found = [f for f in folder.findings(document(messages, *operations)) if f.code in CODES]
    assert [(f.code, f.pointer) for f in found] == [("unjudged-ack", pointer)]
    assert advice in found[0].message


@pytest.mark.parametrize(
    ("messages", "operations"),
    [
        ([SAY, OK], ["receive: say -> ok"]), ([SAY_ACK], ["receive: say"]), ([SAY, OK, BYE], ["receive: say -> ok", "send: bye"]),
        # an event answers
        ([SAY, BYE], ["receive: say -> bye", "send: bye"]), ([SAY, BYE], ["send: say -> bye", "receive: bye"]),
        # the same ack in both forms
        ([SAY_ACK, OK], ["receive: say -> ok"]), ([SAY_ACK, SAY.replace("say", "shout"), "n: {payload: {type: integer}}"], ["receive: say shout -> n"]),
    ],
)  # fmt: skip
def test_acks_that_are_judged(folder, messages, operations):
    """Nothing is said of them."""
    assert folder.found(document(messages, *operations), *CODES) == []


def test_a_reply_of_nothing(folder):
    """Its channel has no message, so nothing is known of the ack."""
    text = document([SAY], "receive: say -> ok").replace(
        "operations:", "  d: {address: null}\noperations:"
    )
    text = text.replace(
        "reply: {channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/ok'}]}",
        "reply: {channel: {$ref: '#/channels/d'}}",
    )
    assert folder.found(text, *CODES) == [("unjudged-ack", "/operations/o0/reply")]


@pytest.mark.parametrize(
    ("ack", "event"),
    [
        ("move_ack", "move"), ("moveAck", "move"), ("move:ack", "move"), ("move.response", "move"), ("make_move_response", "make_move"),
        ("makeMoveResult", "make_move"), ("move-reply", "move"), ("move_acknowledged", "move"), ("ack_move", "move"), ("move/ack", "move"),
        ("join_room_results", "joinRoom"), ("move_ok", "move"), ("moveSuccess", "move"), ("move:callback", "move"), ("move_confirmation", "move"),
    ],
)  # fmt: skip
def test_acks_as_events(folder, ack, event):
    """A sent event that is called after a received one is probably its ack."""
    text = document(
        [f"{event}: {{payload: {{type: string}}}}", f"'{ack}': {{payload: {{type: boolean}}}}"],
        "receive: " + event,
    )
    text += f"  s: {{action: send, channel: {{$ref: '#/channels/c'}}, messages: [{{$ref: '#/channels/c/messages/{ack.replace('/', '~1')}'}}]}}\n"
    found = [f for f in folder.findings(text) if f.code in CODES]
    assert [(f.code, f.line, f.severity) for f in found] == [("ack-event", 8, "warning")]
    assert f"as 'x-ack' of message '{event}'" in found[0].message


@pytest.mark.parametrize(
    ("messages", "operations"),
    [
        ([SAY_ACK, "say_ack: {payload: {}}"], ["receive: say", "send: say_ack"]), ([SAY, "said_ack: {payload: {}}"], ["receive: say", "send: said_ack"]),
        ([SAY, "say_ack: {payload: {}}"], ["receive: say say_ack"]), ([SAY, "say_ack: {payload: {}}"], ["send: say say_ack"]),
        ([SAY, OK, "say_ack: {payload: {}}"], ["receive: say -> ok", "send: say_ack"]), ([SAY, "say_result_list: {payload: {}}"], ["receive: say", "send: say_result_list"]),
        ([SAY, "acked_by: {payload: {}}"], ["receive: say", "send: acked_by"]), ([SAY, "say_back: {payload: {}}"], ["receive: say", "send: say_back"]),
    ],
)  # fmt: skip
def test_events_that_are_no_acks(folder, messages, operations):
    """Their event has an ack, or another name, or is not received."""
    assert folder.found(document(messages, *operations), *CODES) == []


def test_acks_as_replies_in_the_event_s_own_channel(tmp_path):
    """Messages that no operation lists, such as generators of documents write, are judged."""
    text = document(
        [
            "subscribe: {payload: {type: string}}",
            "subscribeAck: {name: subscribeAck, payload: {type: array, items: [{type: boolean}], minItems: 1, additionalItems: false}}",
        ],
        "receive: subscribe -> subscribeAck",
    )
    file = tmp_path / "asyncapi.yml"
    file.write_text("asyncapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\n" + text, encoding="utf-8")
    guard = Guard(load(file))
    assert guard.send_ack("/c", "subscribe", [True]).violation is None
    assert guard.send_ack("/c", "subscribe", ["yes"]).violation is not None
    assert guard.receive_event("/c", "subscribeAck", [True]).violation is not None


@pytest.mark.parametrize(
    "event", ["ack", "acks", "Ack", "acknowledge", "acknowledgement", "callback"]
)
@pytest.mark.parametrize("action", ["send", "receive"])
def test_an_event_that_is_called_ack(folder, event, action):
    """Whoever writes it takes the ack of any event for an event."""
    text = document(
        [SAY, f"{event}: {{payload: {{type: boolean}}}}"], "receive: say", f"{action}: {event}"
    )
    found = [f for f in folder.findings(text) if f.code in CODES]
    assert [(f.code, f.severity, f.pointer) for f in found] == [
        ("ack-event", "warning", f"/channels/c/messages/{event}")
    ]
    assert "'x-ack' of the message that is acknowledged" in found[0].message
