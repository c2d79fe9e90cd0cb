"""One table of traffic, good and bad, over every path; a leak is what passed and should not have.

Each row runs with a real client over a websocket and over polling, to servers on threads, on
asyncio under uvicorn, on gevent and on eventlet, and through Flask-SocketIO's test client with both
engines. A canary looks at each frame that reaches a client, and at all that reaches handlers and
callbacks (test_canary.py has what makes it ring).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from traffic_canary import Canary
from traffic_conversations import OverTestClient
from traffic_ways import WAYS, conversation_over

from asyncapi_guard import AckValidationError, EmitValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST, MALFORMED, RESERVED = "request_validation_error", "malformed_packet", "reserved_event"
EVENT, NAMESPACE, RESPONSE = "undeclared_event", "undeclared_namespace", "response_validation_error"
DEEP = 200_000
PLACE = '{"_placeholder":true,"num":%s}'
SURROGATE = "\\ud800"

pytestmark = [
    pytest.mark.crossed,
    # A handler whose ack cannot be sent raises after the client has its answer.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


#: Flask-SocketIO's test client has no network, and tries both engines.
ENGINES = ["test_client", "test_client-jsonschema"]


@pytest.fixture(scope="module", params=[*WAYS, *ENGINES])
def conversation(
    request: pytest.FixtureRequest,
    application: Any,
    module_net: Any,
    skip_or_fail: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A conversation over a network, or without one."""
    if request.param in ENGINES:
        _, _, engine = request.param.partition("-")
        yield OverTestClient(application(engine=engine or "rust"))
        return
    with conversation_over(request.param, module_net, tmp_path_factory.mktemp, skip_or_fail) as one:
        yield one


@pytest.fixture(scope="module")
def canary(contract: Any) -> Canary:
    """Looks at what got through."""
    return Canary(contract())


@pytest.fixture(autouse=True)
def _fresh(conversation: Any, canary: Canary) -> Iterator[None]:
    """Each row finds a conversation without a past, and leaves one without a leak."""
    conversation.forget()
    conversation.application.reset()
    yield
    assert conversation.leaks(canary) == []


def problem(ack: list[Any]) -> tuple[str, str, str]:
    (answer,) = ack
    assert list(answer) == ["error"]
    first = answer["error"]["problems"][0]
    return answer["error"]["code"], first["keyword"], first["path"]


# -- events in -------------------------------------------------------------------------------------

GOOD_EVENTS = {
    "one argument": (("move", {"x": 1}), [{"ok": True}]),
    "an optional property": (("move", {"x": 1, "note": "é"}), [{"ok": True}]),
    "an integer as a float": (("move", {"x": 1.0}), [{"ok": True}]),
    "two arguments": (("pair", 1, "a"), []),
    "no argument": (("begin",), []),
    "bytes": (("upload", {"name": "n", "data": b"\x00\xff"}), [1]),
    "several values in the ack": (("word", "w"), [1, "a"]),
    "anything at all": (("anything", 1, [None], {"a": b"b"}), []),
    "an empty text": (("word", ""), [1, "a"]),
    "a raw packet": (['2777["move",{"x":2}]'], [{"ok": True}]),
    "a raw packet with spaces": (['2777 [ "move" , {"x": 2} ]'], [{"ok": True}]),
    "an escaped surrogate pair": (['2777["word","\\ud83d\\ude00"]'], [1, "a"]),
    "a raw packet with bytes": (
        ['51-777["upload",{"name":"n","data":' + PLACE % 0 + "}]", b"x"],
        [1],
    ),
    "some nesting": (("tree", {"child": {"child": {}}}), []),
}


@pytest.mark.parametrize("row", GOOD_EVENTS, ids=str)
def test_what_keeps_the_contract_reaches_the_handler_and_is_answered(
    row: str, conversation: Any
) -> None:
    """The handler ran once, and its ack came back as it was."""
    sent, ack = GOOD_EVENTS[row]
    assert conversation.ask(sent) == ack
    assert len(conversation.application.ran()) == 1
    assert conversation.application.violations() == []


BAD_EVENTS = {
    "wrong type": (("move", {"x": "1"}), (REQUEST, "type", "/x")),
    "a bool for an integer": (("move", {"x": True}), (REQUEST, "type", "/x")),
    "not an object": (("move", [1]), (REQUEST, "type", "")),
    "null": (("move", None), (REQUEST, "type", "")),
    "a fraction for an integer": (("move", {"x": 1.5}), (REQUEST, "type", "/x")),
    "out of range": (("move", {"x": 3}), (REQUEST, "maximum", "/x")),
    "out of range at the other end": (("move", {"x": -1}), (REQUEST, "minimum", "/x")),
    "a large integer": (['2777["move",{"x":1' + "0" * 90 + "}]"], (REQUEST, "maximum", "/x")),
    "missing property": (("move", {}), (REQUEST, "required", "/x")),
    "unknown property": (("move", {"x": 1, "z": 1}), (REQUEST, "additionalProperties", "/z")),
    "a property of another case": (
        ("move", {"x": 1, "X": 1}),
        (REQUEST, "additionalProperties", "/X"),
    ),
    "a property without a name": (
        ("move", {"x": 1, "": 1}),
        (REQUEST, "additionalProperties", "/"),
    ),
    "an unknown property deep within": (
        ("tree", {"child": {"child": {"z": 1}}}),
        (REQUEST, "additionalProperties", "/child/child/z"),
    ),
    "no arguments for one": (("move",), (REQUEST, "arguments", "")),
    "two arguments for one": (("move", {"x": 1}, {"x": 1}), (REQUEST, "arguments", "")),
    "one argument for none": (("begin", 1), (REQUEST, "arguments", "")),
    "null for no argument": (['2777["begin",null]'], (REQUEST, "arguments", "")),
    "two arguments for none": (("begin", None, None), (REQUEST, "arguments", "")),
    "too few of several": (("pair", 1), (REQUEST, "minItems", "")),
    "too many of several": (("pair", 1, "a", 2), (REQUEST, "maxItems", "")),
    "none of several": (("pair",), (REQUEST, "minItems", "")),
    "several in a list": (("pair", [1, "a"]), (REQUEST, "type", "/0")),
    "several in the wrong order": (("pair", "a", 1), (REQUEST, "type", "/0")),
    "bytes for a text": (("word", b"w"), (REQUEST, "format", "")),
    "bytes for an integer": (("move", {"x": b"1"}), (REQUEST, "format", "/x")),
    "bytes in an open object": (("bag", {"k": b"1"}), (REQUEST, "format", "/k")),
    "bytes for nothing": (("begin", b""), (REQUEST, "format", "")),
    "bytes at another place": (("upload", {"name": b"n", "data": b""}), (REQUEST, "type", "/name")),
    "a text for bytes": (("upload", {"name": "n", "data": "d"}), (REQUEST, "format", "/data")),
    "a placeholder for bytes": (
        ['2777["upload",{"name":"n","data":' + PLACE % 0 + "}]"],
        (REQUEST, "format", "/data"),
    ),
    "undeclared event": (("mvoe", {"x": 1}), (EVENT, "event", "")),
    "the server's own event": (("moved", {"x": 1}), (EVENT, "event", "")),
    "an empty name": (("",), (EVENT, "event", "")),
    "a name of another case": (("Move", {"x": 1}), (EVENT, "event", "")),
    "a name with a null character": (("move\0", {"x": 1}), (EVENT, "event", "")),
    "a very long name": (("m" * 100_000,), (EVENT, "event", "")),
    "connect as an event": (("connect", {}), (RESERVED, "event", "")),
    "disconnect as an event": (("disconnect",), (RESERVED, "event", "")),
    "connect_error as an event": (("connect_error",), (RESERVED, "event", "")),
    "a star as an event": (("*", "sid"), (RESERVED, "event", "")),
    "a name with spaces": ((" move",), (EVENT, "event", "")),
    "NaN": (['2777["number",NaN]'], (MALFORMED, "packet", "")),
    "Infinity": (['2777["number",Infinity]'], (MALFORMED, "packet", "")),
    "-Infinity where anything goes": (['2777["anything",[-Infinity]]'], (MALFORMED, "packet", "")),
    "1e400": (['2777["number",1e400]'], (MALFORMED, "packet", "")),
    "duplicate keys": (['2777["move",{"x":9,"x":1}]'], (MALFORMED, "packet", "")),
    "duplicate keys, one escaped": (
        ['2777["move",{"x":9,"\\u0078":1}]'],
        (MALFORMED, "packet", ""),
    ),
    "a lone surrogate": (['2777["word","' + SURROGATE + '"]'], (MALFORMED, "packet", "")),
    "a lone surrogate in a key": (['2777["anything",{"\\uDfff":1}]'], (MALFORMED, "packet", "")),
    "a lone surrogate as the name": (['2777["' + SURROGATE + '"]'], (MALFORMED, "packet", "")),
    "deep lists": (['2777["anything",' + "[" * DEEP + "]" * DEEP + "]"], (MALFORMED, "packet", "")),
    "deep objects": (
        ['2777["tree",' + '{"child":' * 60_000 + "{}" + "}" * 60_000 + "]"],
        (MALFORMED, "packet", ""),
    ),
    "an integer of 5,000 digits": (
        ['2777["number",' + "9" * 5000 + "]"],
        (MALFORMED, "packet", ""),
    ),
    "a comma at the end": (['2777["move",{"x":1},]'], (MALFORMED, "packet", "")),
    "no JSON": (["2777[move]"], (MALFORMED, "packet", "")),
    "half a packet": (['2777["move",{"x":'], (MALFORMED, "packet", "")),
    "two values": (['2777["move"]["move"]'], (MALFORMED, "packet", "")),
    "no data": (["2777"], (MALFORMED, "packet", "")),
    "an empty list": (["2777[]"], (MALFORMED, "packet", "")),
    "an object": (['2777{"move":1}'], (MALFORMED, "packet", "")),
    "a text": (['2777"move"'], (MALFORMED, "packet", "")),
    "a null": (["2777null"], (MALFORMED, "packet", "")),
    "a number for a name": (["2777[1,2]"], (MALFORMED, "packet", "")),
    "a list for a name": (['2777[["move"],{"x":1}]'], (MALFORMED, "packet", "")),
    "an object for a name": (['2777[{"x":1}]'], (MALFORMED, "packet", "")),
    "null for a name": (["2777[null]"], (MALFORMED, "packet", "")),
    "bytes for a name": (["51-777[" + PLACE % 0 + "]", b"move"], (MALFORMED, "packet", "")),
    "an announced attachment without a place": (['51-777["word","w"]'], (MALFORMED, "packet", "")),
    "a place without an attachment": (
        ['50-777["upload",{"name":"n","data":' + PLACE % 0 + "}]"],
        (MALFORMED, "packet", ""),
    ),
    "a place for another attachment": (
        ['51-777["upload",{"name":"n","data":' + PLACE % 5 + "}]", b"x"],
        (MALFORMED, "packet", ""),
    ),
    "a place with a text for its number": (
        ['51-777["upload",{"name":"n","data":' + PLACE % '"0"' + "}]", b"x"],
        (MALFORMED, "packet", ""),
    ),
    "a text as the attachment": (
        ['51-777["upload",{"name":"n","data":' + PLACE % 0 + "}]", "hello"],
        (MALFORMED, "packet", ""),
    ),
}


@pytest.mark.parametrize("row", BAD_EVENTS, ids=str)
def test_what_breaks_the_contract_is_answered_and_reaches_no_handler(
    row: str, conversation: Any
) -> None:
    """The ack says what is wrong and where; no handler ran; the connection is alive."""
    sent, expected = BAD_EVENTS[row]
    assert problem(conversation.ask(sent)) == expected
    assert conversation.application.ran() == []
    assert len(conversation.application.violations()) == 1
    assert conversation.ask(("move", {"x": 0})) == [{"ok": True}]


BAD_PACKETS = {
    "an event without an ack id": ['2["move",{"x":9}]'],
    "an undeclared event without an ack id": ['2["nope"]'],
    "an unknown type": ["9[]"],
    "a letter": ["x"],
    "a connect error": ['4{"message":"no"}'],
    "a digit that is no number": ['2²["move",{"x":1}]'],
    "an ack id of 200 digits": ["2" + "1" * 200 + '["move",{"x":1}]'],
    "too many attachments": ['599999999999-["move",{"x":1}]'],
    "bytes out of nowhere": [b"move"],
    "no bytes out of nowhere": [b""],
    "a namespace that is not there": ['2/nope,["move",{"x":1}]'],
    "a namespace that was not entered": ['2/rooms/red,["say","hi"]'],
    "bytes in a namespace that was not entered": ['51-/rooms/red,["say",' + PLACE % 0 + "]"],
    "a query behind the namespace": ['2/nope?a=b,["move",{"x":1}]'],
    "an ack that nobody asked for": ["3999[1]"],
    "an ack with the id 0": ["30[1]"],
    "an ack without an id": ["3[1]"],
    "an ack with bytes that nobody asked for": ["61-999[" + PLACE % 0 + "]", b"x"],
}


@pytest.mark.parametrize("row", BAD_PACKETS, ids=str)
def test_what_cannot_be_answered_reaches_no_handler_either(row: str, conversation: Any) -> None:
    """No handler ran, and nothing is broken for the next event."""
    conversation.tell(BAD_PACKETS[row])
    assert [ran for ran in conversation.application.ran() if ran[1] != "begin"] == []
    assert conversation.ask(("move", {"x": 0})) == [{"ok": True}]


# -- acks out --------------------------------------------------------------------------------------

GOOD_ACKS = {
    "an object": ("move", ({"x": 1},), {"ok": False}, [{"ok": False}]),
    "values in a tuple": ("word", ("w",), (1, "b"), [1, "b"]),
    "no ack declared, none given": ("begin", (), None, []),
    "no ack declared, one given": ("begin", (), {"a": 1}, [{"a": 1}]),
}


@pytest.mark.parametrize("row", GOOD_ACKS, ids=str)
def test_an_ack_that_keeps_the_contract_arrives(row: str, conversation: Any) -> None:
    """What the handler returned is what the client gets."""
    event, args, returned, ack = GOOD_ACKS[row]
    conversation.application.returning(event, returned)
    assert conversation.ask((event, *args)) == ack


CYCLE: list[Any] = []
CYCLE.append(CYCLE)

BAD_ACKS = {
    "a list that holds itself": ("begin", (), CYCLE),
    "a property that holds itself": ("move", ({"x": 1},), {"ok": CYCLE}),
    "wrong type": ("move", ({"x": 1},), {"ok": 1}),
    "missing property": ("move", ({"x": 1},), {}),
    "unknown property": ("move", ({"x": 1},), {"ok": True, "b": 1}),
    "nothing": ("move", ({"x": 1},), None),
    "two values for one": ("move", ({"x": 1},), ({"ok": True}, 2)),
    "one value for two": ("word", ("w",), 1),
    "bytes": ("move", ({"x": 1},), {"ok": b"1"}),
    "a value that is no JSON": ("move", ({"x": 1},), {"ok": {1, 2}}),
    "a key that is no text": ("move", ({"x": 1},), {"ok": True, 1: 2}),
    "NaN": ("begin", (), float("nan")),
    "an object of Python": ("begin", (), object()),
    "half a surrogate pair": ("move", ({"x": 1},), {"ok": "\ud800"}),
}


@pytest.mark.parametrize("row", BAD_ACKS, ids=str)
def test_an_ack_that_breaks_the_contract_is_replaced(row: str, conversation: Any) -> None:
    """The client learns that the server failed, not how."""
    event, args, returned = BAD_ACKS[row]
    conversation.application.returning(event, returned)
    (answer,) = conversation.ask((event, *args))
    assert answer["error"].pop("code") in (RESPONSE, MALFORMED)
    assert answer == {"error": {"namespace": "/", "event": event}}
    assert len(conversation.application.violations()) == 1


# -- emits out -------------------------------------------------------------------------------------

GOOD_EMITS = {
    "one argument": ("moved", {"x": 1}, [{"x": 1}]),
    "several arguments": ("spread", (1, "a"), [1, "a"]),
    "no argument": ("ended", None, []),
    "bytes": ("file", {"data": b"\x00"}, [{"data": b"\x00"}]),
    "a bytearray": ("file", {"data": bytearray(b"\x00")}, [{"data": b"\x00"}]),
}


@pytest.mark.parametrize("row", [row for row in GOOD_EMITS if row != "no argument"], ids=str)
def test_an_emit_that_keeps_the_contract_arrives(row: str, conversation: Any) -> None:
    """The client gets the event with its arguments."""
    event, data, args = GOOD_EMITS[row]
    conversation.application.emit(event, data)
    assert conversation.received()[:1] == [(event, args)]


BAD_EMITS = {
    "wrong type": ("moved", {"x": "1"}, "/"),
    "missing property": ("moved", {}, "/"),
    "unknown property": ("moved", {"x": 1, "y": 2}, "/"),
    "no argument for one": ("moved", None, "/"),
    "two arguments for one": ("moved", ({"x": 1}, 2), "/"),
    "one argument for none": ("ended", 1, "/"),
    "one argument for two": ("spread", 1, "/"),
    "a list for two": ("spread", [1, "a"], "/"),
    "half a surrogate pair": ("plain", "\ud800", "/"),
    "bytes for a text": ("plain", b"x", "/"),
    "bytes in an open object": ("bag_sent", {"k": [b"x"]}, "/"),
    "a text for bytes": ("file", {"data": "x"}, "/"),
    "undeclared event": ("nope", 1, "/"),
    "a client's event": ("move", {"x": 1}, "/"),
    "undeclared namespace": ("moved", {"x": 1}, "/nope"),
    "another namespace's event": ("moved", {"x": 1}, "/locked"),
    "a room that is not there": ("said", "hi", "/rooms/green"),
}


@pytest.mark.parametrize("row", BAD_EMITS, ids=str)
def test_an_emit_that_breaks_the_contract_raises_and_reaches_nobody(
    row: str, conversation: Any
) -> None:
    """The emitter gets the error, the client gets nothing."""
    event, data, namespace = BAD_EMITS[row]
    with pytest.raises(EmitValidationError) as caught:
        conversation.application.emit(event, data, namespace)
    assert caught.value.event == event
    assert conversation.received() == []


@pytest.mark.parametrize("value", [{1}, float("nan"), object()], ids=["set", "nan", "object"])
def test_what_is_no_json_raises_and_reaches_nobody(value: Any, conversation: Any) -> None:
    """Where the contract does not look, the packet itself rejects."""
    with pytest.raises((EmitValidationError, TypeError, ValueError)):
        conversation.application.emit("bag_sent", {"k": value})
    assert conversation.received() == []


# -- acks in ---------------------------------------------------------------------------------------

GOOD_CLIENT_ACKS = {"an object": (['3%d[{"answer":"a"}]'], [({"answer": "a"},)])}
BAD_CLIENT_ACKS = {
    "wrong type": ['3%d[{"answer":1}]'],
    "missing property": ["3%d[{}]"],
    "unknown property": ['3%d[{"answer":"a","b":1}]'],
    "nothing": ["3%d[]"],
    "two values": ['3%d[{"answer":"a"},1]'],
    "null": ["3%d[null]"],
    "no JSON": ["3%d[answer]"],
    "half a packet": ['3%d[{"answer":'],
    "1e400": ['3%d[{"answer":1e400}]'],
    "a lone surrogate": ['3%d[{"answer":"' + SURROGATE + '"}]'],
    "NaN": ['3%d[{"answer":NaN}]'],
    "duplicate keys": ['3%d[{"answer":1,"answer":"a"}]'],
    "no list": ['3%d{"answer":"a"}'],
    "no data": ["3%d"],
    "a text": ['3%d"answer"'],
    "bytes": ["61-%d[{" + '"answer":' + PLACE % 0 + "}]", b"a"],
    "bytes without a place": ['61-%d[{"answer":"a"}]'],
    "a place for other bytes": ['61-%d[{"answer":' + PLACE % 7 + "}]", b"a"],
}


@pytest.mark.parametrize("row", [*GOOD_CLIENT_ACKS, *BAD_CLIENT_ACKS], ids=str)
def test_only_an_ack_that_keeps_the_contract_runs_the_callback(row: str, conversation: Any) -> None:
    """The callback of an emit never sees another ack; the rejection is on record."""
    frames, called = GOOD_CLIENT_ACKS.get(row) or (BAD_CLIENT_ACKS[row], [])
    made = conversation.application
    conversation.answering(frames)
    made.question(conversation.sid)
    conversation.acknowledged()
    assert made.called() == called
    assert [v.checkpoint.value for v in made.violations()] == ([] if called else ["receive_ack"])


@pytest.mark.parametrize("conversation", WAYS, indirect=True)
@pytest.mark.parametrize("row", [*GOOD_CLIENT_ACKS, *BAD_CLIENT_ACKS], ids=str)
def test_only_an_ack_that_keeps_the_contract_ends_a_call(row: str, conversation: Any) -> None:
    """`call` returns what keeps the contract, and raises for all else at once."""
    frames, called = GOOD_CLIENT_ACKS.get(row) or (BAD_CLIENT_ACKS[row], [])
    conversation.answering(frames)
    if called:
        assert conversation.called() == called[0][0]
    else:
        with pytest.raises(AckValidationError):
            conversation.called()
        assert [v.checkpoint for v in conversation.application.violations()] == ["receive_ack"]


# -- connects --------------------------------------------------------------------------------------

GOOD_CONNECTS = {
    "with the token": ("/locked", {"token": "abcd"}),
    "without auth where none is declared": ("/rooms/red", None),
    "with auth where none is declared": ("/rooms/red", {"a": 1}),
}
BAD_CONNECTS = {
    "no auth": ("/locked", None, REQUEST),
    "wrong type": ("/locked", {"token": 1}, REQUEST),
    "too short": ("/locked", {"token": "abc"}, REQUEST),
    "unknown property": ("/locked", {"token": "abcd", "a": 1}, REQUEST),
    "a list": ("/locked", ["abcd"], REQUEST),
    "an empty object": ("/locked", {}, REQUEST),
    "a text": ("/locked", "abcd", REQUEST),
    "half a surrogate pair": ("/locked", {"token": "abcd\ud800"}, MALFORMED),
    "undeclared namespace": ("/nope", None, NAMESPACE),
    "a room that is not there": ("/rooms/green", None, NAMESPACE),
    "a longer address": ("/rooms/red/x", None, NAMESPACE),
    "a very long address": ("/" + "a" * 50_000, None, NAMESPACE),
}


@pytest.mark.parametrize("row", GOOD_CONNECTS, ids=str)
def test_a_connect_that_keeps_the_contract_is_let_in(row: str, conversation: Any) -> None:
    """The client is connected to the namespace."""
    assert conversation.enter(*GOOD_CONNECTS[row]) is None


@pytest.mark.parametrize("row", BAD_CONNECTS, ids=str)
def test_a_connect_that_breaks_the_contract_is_rejected_with_the_reason(
    row: str, conversation: Any
) -> None:
    """`connect_error` has the object as its data, and no session exists."""
    namespace, auth, code = BAD_CONNECTS[row]
    before = conversation.application.participants(namespace)
    rejection = conversation.enter(namespace, auth)
    assert set(rejection) == {"message", "data"}
    assert rejection["data"]["error"]["code"] == code
    assert conversation.application.participants(namespace) == before


BAD_CONNECT_PACKETS = {
    "NaN": '0/locked,{"token":NaN}',
    "duplicate keys": '0/locked,{"token":"no","token":"abcd"}',
    "no JSON": "0/locked,{token}",
    "two values": '0/locked,{"token":"abcd"}{"token":"abcd"}',
    "deep lists": "0/locked," + "[" * DEEP,
    "a lone surrogate": '0/locked,{"token":"abcd' + SURROGATE + '"}',
}


@pytest.mark.parametrize("row", BAD_CONNECT_PACKETS, ids=str)
def test_a_connect_that_cannot_be_read_is_rejected_with_the_reason(
    row: str, conversation: Any
) -> None:
    """It is answered like any other, and no session exists."""
    rejection = conversation.enter_raw(BAD_CONNECT_PACKETS[row])
    assert rejection["data"]["error"]["code"] == MALFORMED
