"""Each check finds its fault on a real server, and finds nothing on the same server without it."""

from __future__ import annotations

import time

import pytest
from small_servers import ERROR, NUMBER, TEXT, connect, contract, emit, found, threads

from asyncapi_guard.contract_tests.failures import Check
from asyncapi_guard.contract_tests.steps import Action, Step

EVERYBODY = {"description": "Told to every client.", "payload": NUMBER}
MEMBERS = {
    "description": "Told to the members of the room.",
    "payload": {"type": "object", "properties": {"room_id": {"type": "integer"}}},
}
JOIN = {"payload": {"type": "object", "properties": {"room_id": {"type": "integer"}}}, "x-ack": {}}
LOGIN = {
    "payload": {"type": "object", "properties": {"password": {"type": "string"}}},
    "x-ack": {"type": "object", "properties": {"said": {"type": "string"}}},
}
SAY = {"payload": TEXT, "x-ack": {"oneOf": [NUMBER, ERROR]}}
QUIET = {"payload": TEXT}
CONNECT = {"payload": {**TEXT, "type": ["object", "null"]}}
#: The right answer to everything.
GOOD = {"id": 1}
HI, LONG = {"text": "hi"}, {"text": "too long"}


def judged(data):
    """The right answer to a text."""
    fits = isinstance(data, dict) and list(data) == ["text"] and 0 < len(data["text"]) <= 5
    return GOOD if fits else {"error": "wrong text"}


class Small:
    """A server: handlers of events by their names, and what happens when a client connects."""

    def __init__(self, on_connect=None, **handlers):
        self.on_connect, self.handlers = on_connect, handlers

    def __call__(self, sio):
        self.sio = sio
        for event, handle in self.handlers.items():
            sio.on(event, lambda sid, *args, h=handle: h(sio, sid, *args))

        @sio.on("connect")
        def enter(sid, _environ, auth=None):
            if self.on_connect is not None:
                self.on_connect(sio, sid, auth)


def refuse(_sio, _sid, _auth):
    """A handler of connects that rejects all."""
    raise ConnectionRefusedError("no")


def fails(_sio, _sid, data):
    """A handler that fails for some texts."""
    if data["text"] == "boom":
        raise KeyError
    return GOOD


def says(answer):
    """A handler that answers the same to all."""
    return lambda _sio, _sid, *_: answer


def emits(event, data, answer=GOOD, **to):
    """A handler that emits an event."""

    def handle(sio, sid, *_):
        sio.emit(event, data, **{k: sid if v == "sender" else v for k, v in to.items()})
        return answer

    return handle


def ends(sio, sid, _data):
    """A handler that sends its client away."""
    sio.disconnect(sid)
    return GOOD


def twice(sio, sid, _data):
    """A handler whose answer comes twice."""
    eio_sid = sio.manager.eio_sid_from_sid(sid, "/")
    sio._send_packet(eio_sid, sio.packet_class(3, namespace="/", id=0, data=[GOOD]))
    return GOOD


def slow(_sio, _sid, _data):
    """A handler that answers late."""
    time.sleep(1.5)
    return GOOD


SAYS = [connect(), emit("say", HI)]
BOTH = [connect(), connect(2), emit("say", HI)]
#: The check, what clients do, the server that is wrong, and one that is right.
FAULTS = [
    (
        Check.NO_ACK,
        [connect(), emit("say", {"text": "boom"})],
        Small(say=fails),
        Small(say=says(GOOD)),
    ),
    (Check.NO_ACK, [connect(), emit("timed", HI)], Small(timed=slow), Small(timed=says(GOOD))),
    (Check.ACK_BREAKS_CONTRACT, SAYS, Small(say=says({"id": "1"})), Small(say=says(GOOD))),
    (Check.ACK_BREAKS_CONTRACT, SAYS, Small(say=says(None)), Small(say=says(GOOD))),
    (Check.ACK_BREAKS_CONTRACT, SAYS, Small(say=says({"id": float("nan")})), Small(say=says(GOOD))),
    (
        # The guard's own form is a rejection only where the document has none for errors.
        Check.ACK_BREAKS_CONTRACT,
        [connect(), emit("say", HI), emit("timed", HI)],
        Small(say=says({"error": {"code": "full"}}), timed=says(GOOD)),
        Small(say=says(GOOD), timed=says({"error": {"code": "full"}})),
    ),
    (Check.EXTRA_ACK, SAYS, Small(say=twice), Small(say=says(GOOD))),
    (
        Check.EMIT_BREAKS_CONTRACT,
        SAYS,
        Small(say=emits("told", {"id": None})),
        Small(say=emits("told", GOOD)),
    ),
    (Check.UNDECLARED_EMIT, SAYS, Small(say=emits("other", 1)), Small(say=emits("told", GOOD))),
    (
        Check.INVALID_INPUT_ACCEPTED,
        [connect(), emit("say", LONG)],
        Small(say=says(GOOD)),
        Small(say=lambda _sio, _sid, data: judged(data)),
    ),
    (
        Check.INVALID_INPUT_ACCEPTED,
        [connect(1, {"text": ""})],
        Small(),
        Small(on_connect=refuse),
    ),
    (
        Check.VALID_INPUT_REJECTED,
        SAYS,
        Small(say=says({"error": {"code": "request_validation_error", "problems": []}})),
        Small(say=says({"error": "not now"})),
    ),
    (
        # The longest text is rejected in the same words as one that is too long.
        Check.VALID_INPUT_REJECTED,
        [connect(), *(emit("say", {"text": each}) for each in ("abcde", "abcdef", "abcd"))],
        Small(say=lambda _sio, _sid, data: judged({"text": data["text"] + "+"})),
        Small(say=lambda _sio, _sid, data: judged(data)),
    ),
    (Check.CONNECTION_DROPPED, SAYS, Small(say=ends), Small(say=says(GOOD))),
    (
        Check.SERVER_ERROR,
        SAYS,
        Small(say=says({"error": "'NoneType' object is not subscriptable"})),
        Small(say=says({"error": "unknown"})),
    ),
    (
        Check.SERVER_ERROR,
        SAYS,
        Small(say=says({"error": {"code": "handler_error"}})),
        Small(say=says(GOOD)),
    ),
    (
        # No ack is declared, so only that it comes for other texts says something.
        Check.SERVER_ERROR,
        [connect(), *(emit("quiet", {"text": each}) for each in ("a", "boom", "b"))],
        Small(quiet=fails),
        Small(quiet=says(None)),
    ),
    (
        Check.SECRET_ECHOED,
        [connect(), emit("login", {"password": "correct horse"})],
        Small(login=lambda _sio, _sid, data: {"said": f"not {data['password']}"}),
        Small(login=says({"said": "no"})),
    ),
    (
        Check.SECRET_ECHOED,
        [connect(), connect(2), emit("login", {"password": "correct horse"})],
        Small(login=emits("told", {"id": 1, "who": "correct horse"}, {"said": "yes"})),
        Small(login=emits("told", {"id": 1}, {"said": "yes"})),
    ),
    (
        Check.WRONG_RECIPIENT,
        [connect(), connect(2), emit("join", {"room_id": 1})],
        Small(join=emits("joined", {"room_id": 1}, 1)),
        Small(join=emits("joined", {"room_id": 1}, 1, to="sender")),
    ),
    (
        Check.WRONG_RECIPIENT,
        BOTH,
        Small(say=emits("told", GOOD, to="sender")),
        Small(say=emits("told", GOOD)),
    ),
    (
        Check.EMIT_BEFORE_CONNECT,
        [connect()],
        Small(on_connect=lambda sio, sid, _auth: sio.emit("told", GOOD, to=sid)),
        Small(),
    ),
    (
        Check.RESERVED_EVENT_RUNS_HANDLER,
        [connect(), emit("connect", {})],
        Small(on_connect=lambda *_: None),
        Small(on_connect=refuse),
    ),
    (
        Check.NAN_ACCEPTED,
        [connect(), Step(Action.SEND, text='25["say",{"text":NaN}]', event="say", seconds=1)],
        Small(say=says(GOOD)),
        Small(say=says({"error": "no"})),
    ),
    (
        Check.DUPLICATE_NAME_ACCEPTED,
        [connect(), Step(Action.SEND, text='25["say",{"a":1,"a":1}]', event="say", seconds=1)],
        Small(say=says(GOOD)),
        Small(say=says({"error": "no"})),
    ),
]
IDS = [f"{check}-{number}" for number, (check, *_) in enumerate(FAULTS)]


def small_contract():
    """What all of these servers should do."""
    timed = {**SAY, "x-ack": {"args": NUMBER, "timeout": 0.1}}
    return contract(
        {
            "say": SAY,
            "timed": timed,
            "quiet": QUIET,
            "login": LOGIN,
            "join": JOIN,
            "connect": CONNECT,
        },
        {"told": EVERYBODY, "joined": MEMBERS},
    )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("check", "steps", "wrong", "right"), FAULTS, ids=IDS)
def test_a_fault_is_found(check, steps, wrong, right):
    """On the server that has it, and not on the other one."""
    with threads(wrong) as url:
        assert check in found(url, small_contract(), *steps)
    with threads(right) as url:
        assert check not in found(url, small_contract(), *steps)
