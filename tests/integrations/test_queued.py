"""Which messages of a queue may act, decided without a queue."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import msgpack
import pytest
import socketio
from conftest import document
from queue_traffic import (
    BAD,
    BAD_CONTROLS,
    BAD_EVENTS,
    BAD_TEXTS,
    GOOD_EVENTS,
    HOST,
    MARK,
    another_bad,
    bad_callbacks,
    callback,
    control,
    emit,
    written,
)

from asyncapi_guard import AsyncAPIGuard, Policy, load
from asyncapi_guard.integrations.deciding.queue_signing import sign
from asyncapi_guard.integrations.deciding.queued import Heard, Origin
from asyncapi_guard.integrations.deciding.server import ServerDecisions
from asyncapi_guard.integrations.wire.queue_messages import QueueJSON, QueueReader

CONTRACT = load(document())
OWN, KEY = "this host", "k" * 32
CONTROLS = ["disconnect", "enter_room", "leave_room", "close_room"]


class Ear:
    """What a guarded process decides about messages.

    Attributes:
        guard: counts.
        decide: decides.
    """

    def __init__(self, *, module: Any = json, **policy: Any) -> None:
        self.guard = AsyncAPIGuard(CONTRACT, policy=Policy(**policy))
        self.decide = ServerDecisions(self.guard, socketio.packet.Packet, 1_000_000)
        self.decide.active = True
        self.module = module

    def heard(self, raw: Any, host: str = OWN) -> tuple[Any, Any]:
        """What acts, and the violation."""
        origin = Origin(QueueReader(self.module), "socketio", host, lambda *_: "question")
        message, verdict = self.decide.heard(raw, origin)
        return message, None if verdict is None else verdict.violation

    def counted(self) -> list[tuple[Any, ...]]:
        return [
            (s.namespace, s.event, str(s.checkpoint), s.seen, s.rejected)
            for s in self.guard.statistics()
        ]


@pytest.mark.parametrize("row", GOOD_EVENTS)
def test_an_event_that_keeps_the_contract_acts_as_it_came(row: str) -> None:
    """As a text, as bytes, or as an object that the queue has read."""
    message, _ = GOOD_EVENTS[row]
    for raw in (message, json.dumps(message), json.dumps(message).encode()):
        acts, violation = Ear().heard(raw)
        assert violation is None
        assert type(acts) is Heard
        assert acts == message


@pytest.mark.parametrize("row", BAD)
def test_a_bad_message_does_not_act(row: str) -> None:
    """The violation names the channel and the method, and quotes nothing."""
    message = BAD[row]
    acts, violation = Ear().heard(written(message))
    assert acts is None
    assert violation.rejected
    assert violation.channel == "socketio"
    method = message.get("method") if isinstance(message, dict) else violation.method
    assert violation.method == (method if isinstance(method, str) else None)
    assert violation.checkpoint.startswith("queue_")
    assert MARK not in violation.reason + "".join(p.message for p in violation.problems)


@pytest.mark.parametrize("row", BAD_EVENTS)
def test_an_object_is_read_as_strictly_as_a_text(row: str) -> None:
    """Queues that carry objects read them before the guard does."""
    acts, violation = Ear().heard(BAD_EVENTS[row])
    assert acts is None
    assert violation.rejected


ODD_OBJECTS = {
    "NaN": emit("bag_sent", {"k": float("nan")}),
    "infinity": emit("bag_sent", {"k": float("inf")}),
    "bytes": emit("bag_sent", {"k": b"x"}),
    "a set": emit("bag_sent", {"k": {1}}),
    "a number for a name": emit("bag_sent", {1: 1}),
    "half a surrogate pair": emit("bag_sent", {"k": "\ud800"}),
    "half of one in a name": emit("bag_sent", {"\ud800": 1}),
    "many digits": emit("bag_sent", {"k": 10**100}),
    "what contains itself": emit("bag_sent", {}),
}
ODD_OBJECTS["what contains itself"]["data"][0]["k"] = ODD_OBJECTS["what contains itself"]


@pytest.mark.parametrize("row", ODD_OBJECTS)
def test_an_object_with_values_that_are_not_json_does_not_act(row: str) -> None:
    """Nothing but JSON's own types gets further."""
    assert Ear().heard(ODD_OBJECTS[row])[0] is None


def test_an_object_is_copied_before_it_is_validated() -> None:
    """Whoever has it in the same process cannot change it afterwards."""
    message = emit("moved", {"x": 1})
    acts, _ = Ear().heard(message)
    message["data"][0]["x"] = MARK
    assert acts["data"] == [{"x": 1}]


@pytest.mark.parametrize("raw", [None, 5, 1.5, True, [], ["method"], object(), memoryview(b"{}")])
def test_whatever_else_a_queue_gives_is_rejected(raw: Any) -> None:
    """And nothing raises."""
    assert Ear().heard(raw)[0] is None


@pytest.mark.parametrize("method", CONTROLS)
def test_control_acts_by_default(method: str) -> None:
    """It is counted by its method."""
    ear, message = Ear(), control(method)
    assert ear.heard(json.dumps(message)) == (message, None)
    assert ear.counted() == [("/", method, "queue_control", 1, 0)]


@pytest.mark.parametrize("method", CONTROLS)
@pytest.mark.parametrize("marked", [False, True])
def test_control_of_own_hosts(method: str, marked: bool) -> None:
    """A host is guarded if it says so, now or before; `off` believes nobody."""
    message = control(method)
    said = {**message, "asyncapi_guard": 1} if marked else message
    own, off = Ear(queue_control="own-hosts"), Ear(queue_control="off")
    acts, violation = own.heard(json.dumps(said))
    assert (acts is not None) is marked
    assert (violation is None) is marked
    assert own.heard(json.dumps(message))[0] == acts or marked
    acts, violation = off.heard(json.dumps(said))
    assert acts is None
    assert (violation.code, violation.event) == ("forbidden", method)


def test_a_host_is_known_by_an_event_that_it_sent() -> None:
    """Its later messages need no mark."""
    ear = Ear(queue_control="own-hosts")
    ear.heard(json.dumps(emit("question", "a", callback=["r", "/", 1], asyncapi_guard=1)))
    assert ear.heard(json.dumps(control("close_room")))[0] is not None
    assert ear.heard(json.dumps(control("close_room", host_id="other")))[0] is None


@pytest.mark.parametrize("row", bad_callbacks(OWN, "sid", 7))
def test_a_bad_ack_does_not_act(row: str) -> None:
    """The event that it is for is named, where it is known."""
    acts, violation = Ear().heard(json.dumps(bad_callbacks(OWN, "sid", 7)[row]))
    assert acts is None
    assert violation.checkpoint == "queue_ack"


def test_an_ack_for_this_host_acts_and_one_for_another_is_not_looked_at() -> None:
    """Only those for this host are counted."""
    ear, message = Ear(), callback(OWN, args=[{"answer": "a"}])
    assert ear.heard(json.dumps(message)) == (message, None)
    other = callback(HOST, id=0)
    assert ear.heard(json.dumps(other)) == (other, None)
    assert ear.counted() == [("/", "question", "queue_ack", 1, 0)]


def test_the_own_messages_of_a_host_are_not_looked_at() -> None:
    """They were, when they were sent; python-socketio ignores them when they come back."""
    ear = Ear()
    for message in (emit("moved", {"x": MARK}, host_id=OWN), control("disconnect", host_id=OWN)):
        assert ear.heard(json.dumps(message)) == (message, None)
    assert ear.counted() == []


# -- keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [emit("moved", {"x": 1}), control("disconnect"), callback(OWN), GOOD_EVENTS["bytes"][0]],
    ids=["event", "control", "ack", "bytes"],
)
def test_with_a_key_only_what_is_signed_acts(message: Any) -> None:
    """With the right key; a changed message has no right signature."""
    ear = Ear(queue_key=KEY)
    signed = sign(message, KEY.encode())
    assert ear.heard(json.dumps(signed)) == (json.loads(json.dumps(signed)), None)
    for wrong in (message, sign(message, b"o" * 32), {**signed, "more": 1}):
        acts, violation = ear.heard(json.dumps(wrong))
        assert acts is None
        assert violation.code == "unauthorized"


def test_what_is_signed_must_still_keep_the_contract() -> None:
    """A key says who publishes, and not that it is right."""
    ear = Ear(queue_key=KEY)
    acts, violation = ear.heard(json.dumps(sign(emit("moved", {"x": MARK}), KEY.encode())))
    assert acts is None
    assert violation.code == "emit_validation_error"


def test_the_signature_of_an_event_has_the_mode_of_its_checkpoint() -> None:
    """Keys come to one host after the other; the contract stays in force meanwhile."""
    ear = Ear(
        queue_key=KEY, checkpoints={"queue_event": "report"}, operations={"main_moved": "enforce"}
    )
    acts, violation = ear.heard(json.dumps(emit("moved", {"x": 1})))
    assert acts is not None
    assert (violation.code, violation.rejected) == ("unauthorized", False)
    acts, violation = ear.heard(json.dumps(emit("moved", {"x": MARK})))
    assert acts is None
    assert violation.code == "emit_validation_error"


def test_no_text_has_the_key() -> None:
    """Neither that of a policy nor that of a guard."""
    policy = Policy(queue_key=KEY)
    assert KEY not in repr(policy) + str(policy)


def test_what_goes_out_is_signed_and_marked() -> None:
    """By a guard that is on, and nothing else is."""
    ear = Ear(queue_key=KEY)
    for message in (emit("moved", {"x": 1}), control("close_room")):
        published = ear.decide.published(message)
        assert Ear(queue_key=KEY).heard(json.dumps(published))[1] is None
        assert Ear(queue_control="own-hosts").heard(json.dumps(published))[1] is None
    ear.decide.active = False
    assert ear.decide.published(message) == message


@pytest.mark.parametrize("value", [float("nan"), b"x"], ids=repr)
def test_what_cannot_be_signed_goes_without_a_signature(
    value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """In report mode, what is sent is the application's own affair; the log tells of it."""
    message = emit("bag_sent", {"k": value})
    assert Ear(queue_key=KEY).decide.published(message) == message
    assert "has no signature" in caplog.text


# -- modes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["report", "off"])
@pytest.mark.parametrize("row", BAD)
def test_in_other_modes_everything_acts_that_would_act_without_the_guard(
    row: str, mode: str
) -> None:
    """What python-socketio would read goes on, as it would read it; nothing else does."""
    raw = written(BAD[row])
    ear = Ear(mode=mode, queue_control="off", queue_key=KEY)
    acts, violation = ear.heard(raw)
    try:
        expected = json.loads(raw)
    except (ValueError, RecursionError):
        expected = None
    if not isinstance(expected, dict):
        assert acts is None
    else:
        assert json.dumps(acts) == json.dumps(expected)
    assert (violation is not None) is (mode == "report")
    assert violation is None or not violation.rejected


def test_without_the_guard_messages_pass_as_they_are() -> None:
    """As soon as it is taken off."""
    ear = Ear()
    ear.decide.active = False
    assert ear.heard(b"5") == (b"5", None)


@pytest.mark.parametrize(
    ("policy", "acts"),
    [
        ({"checkpoints": {"send_event": "report"}}, True),
        ({"checkpoints": {"queue_event": "report"}}, True),
        ({"checkpoints": {"send_event": "report", "queue_event": "enforce"}}, False),
        ({"operations": {"main_bag_sent": "report"}}, True),
        ({"checkpoints": {"queue_control": "report"}}, False),
    ],
)
def test_the_mode_of_an_event_is_that_of_its_operation_or_its_checkpoint(
    policy: Any, acts: bool
) -> None:
    """Of one that cannot be read strictly, and of one that breaks the contract."""
    for raw in (BAD_TEXTS["NaN"], json.dumps(emit("bag_sent", 5))):
        assert (Ear(**policy).heard(raw)[0] is not None) is acts


# -- other ways of writing -------------------------------------------------------------------------


class Packed:
    """A `json` that is MessagePack."""

    loads = staticmethod(msgpack.unpackb)
    dumps = staticmethod(msgpack.packb)


@pytest.mark.parametrize("row", GOOD_EVENTS)
def test_messagepack_acts_where_the_manager_reads_it(row: str) -> None:
    """Nowhere else would python-socketio read it."""
    message, _ = GOOD_EVENTS[row]
    raw = msgpack.packb(message)
    assert Ear(module=Packed).heard(raw) == (message, None)
    assert Ear().heard(raw)[0] is None


ODD_PACKS = {
    "NaN": emit("bag_sent", {"k": float("nan")}),
    "bytes": emit("bag_sent", {"k": b"x"}),
    "an extension": emit("bag_sent", {"k": msgpack.ExtType(5, b"")}),
    "a time": emit("bag_sent", {"k": msgpack.Timestamp(1)}),
    "wrong type": emit("moved", {"x": MARK}),
}


@pytest.mark.parametrize("row", ODD_PACKS)
def test_bad_messagepack_does_not_act(row: str) -> None:
    """Values that JSON does not have among it."""
    assert Ear(module=Packed).heard(msgpack.packb(ODD_PACKS[row]))[0] is None


def test_an_own_json_module_gets_what_it_reads() -> None:
    """The contract is asked about what JSON has."""

    class Shouting:
        dumps = staticmethod(json.dumps)

        @staticmethod
        def loads(text: Any) -> Any:
            read = json.loads(text)
            return {**read, "data": ["OTHER"]} if isinstance(read, dict) else read

    acts, violation = Ear(module=Shouting).heard(json.dumps(emit("plain", "a")))
    assert (acts["data"], violation) == (["OTHER"], None)
    assert Ear(module=Shouting).heard(json.dumps(emit("plain", 5)))[0] is None


@pytest.mark.parametrize("raised", [RuntimeError, RecursionError, MemoryError])
def test_a_reader_that_fails_does_not_end_what_listens(raised: type[Exception]) -> None:
    """What cannot be read is rejected."""

    class Broken:
        dumps = staticmethod(json.dumps)

        @staticmethod
        def loads(text: Any) -> Any:
            raise raised

    assert Ear(module=Broken).heard(json.dumps(emit("plain", "a")))[0] is None


# -- listeners that ran before ---------------------------------------------------------------------


@pytest.mark.parametrize("row", BAD_TEXTS)
def test_a_listener_that_runs_already_never_ends_for_a_text(row: str) -> None:
    """Whatever it reads, it can look for the method in it, as python-socketio does."""
    made = QueueJSON(QueueReader(json))
    try:
        data = made.loads(BAD_TEXTS[row])
    except (ValueError, RecursionError):
        return  # python-socketio ignores what its JSON module does not read
    if data and "method" in data:
        assert isinstance(data, dict)
        assert Ear().heard(data)[0] is None


def test_the_json_of_such_a_listener_is_the_managers_own_otherwise() -> None:
    """What it writes, and whatever else it has."""
    made = QueueJSON(QueueReader(json))
    assert made.dumps is json.dumps
    assert copy.copy(made).loads("[1]") == [1]
    assert made.loads("[1]") == [1]
    assert made.loads(json.dumps(emit("plain", "a"))) == emit("plain", "a")


@pytest.mark.parametrize("seed", range(3))
def test_any_bad_message_of_a_seed_is_rejected(seed: int) -> None:
    """Those that the tests with real queues publish."""
    draw, ear = random.Random(seed), Ear()
    for _ in range(300):
        message = another_bad(draw)
        acts, violation = ear.heard(written(message))
        assert acts is None, message
        assert violation.rejected


@pytest.mark.parametrize("row", BAD_CONTROLS)
def test_the_line_of_a_violation_names_channel_and_method(row: str) -> None:
    """It quotes nothing else of the message."""
    _, violation = Ear().heard(json.dumps(BAD_CONTROLS[row]))
    method = row.partition(":")[0]
    line = violation.line()
    assert line.startswith(f"rejected '{method}' from the message queue in '/': ")
    assert line.endswith(f" [malformed_packet] channel=socketio method={method}")
    assert MARK not in line


@pytest.mark.parametrize("target", [socketio.Server, socketio.AsyncClient, socketio.SimpleClient])
def test_options_for_queues_are_told_of_where_there_is_none(
    target: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """They would do nothing, in silence."""
    policy = Policy(queue_key=KEY, queue_control="off")
    made = target(async_mode="threading") if target is socketio.Server else target()
    AsyncAPIGuard(CONTRACT, policy=policy).protect(made)
    (line,) = [r.getMessage() for r in caplog.records if "queue" in r.getMessage()]
    assert line.startswith("no effect of queue_key and queue_control in the policy: ")
    assert KEY not in caplog.text


def test_nothing_is_told_where_options_have_an_effect(caplog: pytest.LogCaptureFixture) -> None:
    """And nothing where there are none."""
    manager = socketio.PubSubManager()
    policy = Policy(queue_key=KEY)
    server = socketio.Server(async_mode="threading", client_manager=manager)
    AsyncAPIGuard(CONTRACT, policy=policy).protect(server)
    AsyncAPIGuard(CONTRACT).protect(socketio.Server(async_mode="threading"))
    assert "queue" not in caplog.text
