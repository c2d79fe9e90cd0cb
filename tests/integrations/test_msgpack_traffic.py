"""The table of traffic in MessagePack: over every path.

Every row of `test_traffic.py` that MessagePack has a form for, and those that only it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgpack
import pytest
from test_strict_msgpack import FAULTS, NONE, UNDEFINED, pack
from test_traffic import (
    BAD_ACKS,
    BAD_CLIENT_ACKS,
    BAD_CONNECT_PACKETS,
    BAD_CONNECTS,
    BAD_EMITS,
    BAD_EVENTS,
    BAD_PACKETS,
    GOOD_ACKS,
    GOOD_CLIENT_ACKS,
    GOOD_CONNECTS,
    GOOD_EMITS,
    GOOD_EVENTS,
    MALFORMED,
    REQUEST,
    RESPONSE,
    problem,
)
from traffic_canary import Canary
from traffic_msgpack import OverMessagePack, acks, packed, translated
from traffic_ways import WAYS, conversation_over

from asyncapi_guard import AckValidationError, EmitValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.crossed,
    # A handler whose ack breaks the contract raises after the client has its answer.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture(scope="module", params=WAYS)
def conversation(
    request: pytest.FixtureRequest,
    module_net: Any,
    skip_or_fail: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A conversation over a network."""
    folder = tmp_path_factory.mktemp
    with conversation_over(request.param, module_net, folder, skip_or_fail, OverMessagePack) as one:
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


def event(*data: Any, **fields: Any) -> list[bytes]:
    """The frame of an event with an ack id; a field that is `...` is not there."""
    return [packed(**{"data": list(data), "id": 777, **fields})]


def raw(written: bytes) -> list[bytes]:
    """A frame of an event with this as its argument, whatever it is."""
    frame = b"\x84" + pack("type") + pack(2) + pack("nsp") + pack("/") + pack("id") + pack(777)
    return [frame + pack("data") + b"\x92" + pack("anything") + written]


# -- events in -------------------------------------------------------------------------------------

GOOD = {
    **translated(GOOD_EVENTS),
    "the options of JavaScript's clients": (
        event("move", {"x": 1}, options={"compress": True}),
        [{"ok": True}],
    ),
    "an undefined property": (event("move", {"x": 1, "note": UNDEFINED}), [{"ok": True}]),
    "a field that nobody knows": (event("begin", more=[1]), []),
    "null for the namespace": (event("begin", nsp=None), []),
    "a short float": (raw(b"\xca\x3f\x80\x00\x00"), []),
    "an integer of 64 bits": (event("anything", 2**64 - 1), []),
    "bytes where anything goes": (event("anything", b"a"), []),
}


@pytest.mark.parametrize("row", GOOD, ids=str)
def test_what_keeps_the_contract_reaches_the_handler_and_is_answered(
    row: str, conversation: Any
) -> None:
    """The handler ran once, and its ack came back as it was."""
    sent, ack = GOOD[row]
    assert conversation.ask(sent) == ack
    assert len(conversation.application.ran()) == 1
    assert conversation.application.violations() == []


def test_what_is_undefined_in_javascript_reaches_the_handler_as_in_json(conversation: Any) -> None:
    """Left out of objects, and null in lists."""
    conversation.ask(event("anything", {"a": UNDEFINED, "b": [UNDEFINED]}))
    assert conversation.application.ran() == [("/", "anything", ({"b": [None]},))]


BAD = {
    **translated(BAD_EVENTS),
    **{
        name: (raw(written), (MALFORMED, "packet", ""))
        for name, (written, fault) in FAULTS.items()
        # What ends elsewhere than it should leaves no frame.
        if name != "undefined" and len(written) < 10_000 and (fault != NONE or "half of a" in name)
        if name != "half of a value"
    },
    "data that is bytes": (event(data=b"anything"), (MALFORMED, "packet", "")),
    "undefined data": (event(data=UNDEFINED), (MALFORMED, "packet", "")),
    "an extension for data": (event(data=msgpack.ExtType(5, b"")), (MALFORMED, "packet", "")),
    "undefined for an argument": (event("move", UNDEFINED), (REQUEST, "type", "")),
    "undefined for a required property": (
        event("move", {"x": UNDEFINED}),
        (REQUEST, "required", "/x"),
    ),
    "an integer of 64 bits": (
        event("move", {"x": 2**64 - 1}),
        (REQUEST, "maximum", "/x"),
    ),
    "a field twice": (
        [b"\x85" + event("begin")[0][1:] + pack("id") + pack(777)],
        (MALFORMED, "packet", ""),
    ),
}


@pytest.mark.parametrize("row", BAD, ids=str)
def test_what_breaks_the_contract_is_answered_and_reaches_no_handler(
    row: str, conversation: Any
) -> None:
    """The ack says what is wrong and where; no handler ran; the connection is alive."""
    sent, expected = BAD[row]
    assert problem(conversation.ask(sent)) == expected
    assert conversation.application.ran() == []
    assert len(conversation.application.violations()) == 1
    assert conversation.ask(("move", {"x": 0})) == [{"ok": True}]


#: They reach nobody, and each is on record once.
BROKEN = {
    "nothing MessagePack knows": [b"\xc1"],
    "half of a packet": [event("begin")[0][:-1]],
    "two packets": [event("begin")[0] * 2],
    "a list": [pack([2, "/"])],
    "a frame of JSON": ['2777["begin"]'],
    "a text that is an object": ['{"type":2}'],
    "no type": event("begin", type=...),
    "no namespace": event("begin", nsp=...),
    "a text for the type": event("begin", type="2"),
    "a bool for the type": event("begin", type=True),
    "a float for the type": event("begin", type=2.0),
    "an event with attachments": event("begin", type=5),
    "an ack with attachments": event(1, type=6),
    "a namespace of a star": event("begin", nsp="*"),
    "a connect to a star": event(type=0, data=None, nsp="*", id=...),
    "no text for the namespace": event("begin", nsp=""),
    "a list for the namespace": event("begin", nsp=["/"]),
    "bytes for the namespace": event("begin", nsp=b"/"),
    "a negative ack id": event("begin", id=-1),
    "a bool for the ack id": event("begin", id=True),
    "a float for the ack id": event("begin", id=1.0),
    "a text for the ack id": event("begin", id="1"),
    "a list for the ack id": event("begin", id=[1]),
    "an object for the ack id of an ack": event(1, type=3, id={}),
    "half a million levels": raw(b"\x91" * 500_000 + b"\x01"),
    "an announced gigabyte": raw(b"\xc6\xff\xff\xff\xff"),
}
PACKETS = {name: sent for name, (sent, *_) in translated(BAD_PACKETS).items()}
PACKETS.update(
    BROKEN,
    **{
        "bytes in a namespace that was not entered": event("say", b"x", nsp="/rooms/red"),
        "an undefined ack": event(type=3, data=UNDEFINED),
    },
)


@pytest.mark.parametrize("row", PACKETS, ids=str)
def test_what_cannot_be_answered_reaches_no_handler_either(row: str, conversation: Any) -> None:
    """No handler ran, and nothing is broken for the next event."""
    conversation.tell(PACKETS[row])
    assert [ran for ran in conversation.application.ran() if ran[1] != "begin"] == []
    if row in BROKEN:
        (violation,) = conversation.application.violations()
        assert violation.code == MALFORMED
    assert conversation.ask(("move", {"x": 0})) == [{"ok": True}]


# -- acks out --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GOOD_ACKS, ids=str)
def test_an_ack_that_keeps_the_contract_arrives(row: str, conversation: Any) -> None:
    """What the handler returned is what the client gets."""
    event, args, returned, ack = GOOD_ACKS[row]
    conversation.application.returning(event, returned)
    assert conversation.ask((event, *args)) == ack


ACKS = {
    **BAD_ACKS,
    "a number for a name": ("begin", (), {1: 2}),
    "an integer of 65 bits": ("begin", (), 2**64),
    "an extension": ("begin", (), [msgpack.ExtType(5, b"")]),
    "a timestamp": ("begin", (), msgpack.Timestamp(1)),
}


@pytest.mark.parametrize("row", ACKS, ids=str)
def test_an_ack_that_breaks_the_contract_is_replaced(row: str, conversation: Any) -> None:
    """The client learns that the server failed, not how."""
    event, args, returned = ACKS[row]
    conversation.application.returning(event, returned)
    (answer,) = conversation.ask((event, *args))
    assert answer["error"].pop("code") in (RESPONSE, MALFORMED)
    assert answer == {"error": {"namespace": "/", "event": event}}
    assert len(conversation.application.violations()) == 1


# -- emits out -------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [row for row in GOOD_EMITS if row != "no argument"], ids=str)
def test_an_emit_that_keeps_the_contract_arrives(row: str, conversation: Any) -> None:
    """The client gets the event with its arguments."""
    event, data, args = GOOD_EMITS[row]
    conversation.application.emit(event, data)
    assert conversation.received()[:1] == [(event, args)]


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


NO_FORM: list[Any] = [
    *({1}, {1: 2}, float("nan"), object(), 2**64, UNDEFINED, msgpack.Timestamp(1), "\ud800"),
]


@pytest.mark.parametrize("value", NO_FORM, ids=lambda value: type(value).__name__)
def test_what_no_contract_speaks_of_raises_and_reaches_nobody(
    value: Any, conversation: Any
) -> None:
    """Where it was emitted, as in JSON."""
    with pytest.raises(EmitValidationError) as caught:
        conversation.application.emit("bag_sent", {"k": value})
    assert isinstance(caught.value, TypeError)
    assert conversation.received() == []


# -- acks in ---------------------------------------------------------------------------------------


def answer(data: Any) -> tuple[list[Any], list[Any]]:
    """A bad ack with this data."""
    return ([lambda ack_id: event(type=3, data=data, id=ack_id)[0]], [])


CALLS = {
    **acks(GOOD_CLIENT_ACKS),
    **acks(BAD_CLIENT_ACKS),
    "an extension": answer([{"answer": msgpack.ExtType(5, b"")}]),
    "undefined": answer([{"answer": UNDEFINED}]),
    "undefined data": answer(UNDEFINED),
    "bytes for the data": answer(b"answer"),
}


@pytest.mark.parametrize("row", CALLS, ids=str)
def test_only_an_ack_that_keeps_the_contract_runs_the_callback(row: str, conversation: Any) -> None:
    """The callback of an emit never sees another ack; the rejection is on record."""
    frames, called = CALLS[row]
    made = conversation.application
    conversation.answering(frames)
    made.question(conversation.sid)
    conversation.acknowledged()
    assert made.called() == called
    assert [v.checkpoint.value for v in made.violations()] == ([] if called else ["receive_ack"])


@pytest.mark.parametrize("row", CALLS, ids=str)
def test_only_an_ack_that_keeps_the_contract_ends_a_call(row: str, conversation: Any) -> None:
    """`call` returns what keeps the contract, and raises for all else at once."""
    frames, called = CALLS[row]
    conversation.answering(frames)
    if called:
        assert conversation.called() == called[0][0]
    else:
        with pytest.raises(AckValidationError):
            conversation.called()
        assert [v.checkpoint for v in conversation.application.violations()] == ["receive_ack"]


# -- connects --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GOOD_CONNECTS, ids=str)
def test_a_connect_that_keeps_the_contract_is_let_in(row: str, conversation: Any) -> None:
    """The client is connected to the namespace."""
    assert conversation.enter(*GOOD_CONNECTS[row]) is None


@pytest.mark.parametrize("row", [row for row in BAD_CONNECTS if "surrogate" not in row], ids=str)
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


CONNECTS = {
    name: sent
    for name, (sent, *_) in translated(
        {name: [frame] for name, frame in BAD_CONNECT_PACKETS.items()}
    ).items()
}
CONNECTS.update(
    {
        "an extension": event(type=0, data=msgpack.ExtType(5, b""), nsp="/locked", id=...),
        "an extension within": event(
            type=0, data={"token": msgpack.ExtType(5, b"")}, nsp="/locked", id=...
        ),
        "bytes": event(type=0, data={"token": b"abcd"}, nsp="/locked", id=...),
        "a number for a name": event(type=0, data={1: "abcd"}, nsp="/locked", id=...),
    }
)


@pytest.mark.parametrize("row", CONNECTS, ids=str)
def test_a_connect_that_cannot_be_read_is_rejected_with_the_reason(
    row: str, conversation: Any
) -> None:
    """It is answered like any other, and no session exists."""
    rejection = conversation.enter_raw(CONNECTS[row][0])
    assert rejection["data"]["error"]["code"] == MALFORMED


def test_the_auth_that_is_undefined_in_javascript_is_none(conversation: Any) -> None:
    """So its clients may enter where no auth is asked for, and nowhere else."""
    sent = event(type=0, data=UNDEFINED, nsp="/locked", id=..., options={"compress": True})
    rejection = conversation.enter_raw(sent[0])
    assert rejection["data"]["error"]["code"] == REQUEST


def test_the_table_is_large_enough() -> None:
    """And most rows of the other one have a form in MessagePack."""
    tables = (GOOD, BAD, PACKETS, GOOD_ACKS, ACKS, GOOD_EMITS, BAD_EMITS, CALLS, GOOD_CONNECTS)
    assert sum(map(len, (*tables, BAD_CONNECTS, CONNECTS))) >= 170
    theirs = (BAD_EVENTS, BAD_PACKETS, GOOD_EVENTS)
    assert sum(len(translated(rows)) for rows in theirs) >= 80
    assert len(acks(BAD_CLIENT_ACKS)) >= 10
