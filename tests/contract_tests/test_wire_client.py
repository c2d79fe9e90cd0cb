"""The client speaks over WebSocket and over polling, and waits no longer than it must."""

from __future__ import annotations

import pytest
from small_servers import connect, contract, emit, found, threads

from asyncapi_guard.contract_tests.running import Patience, run_program
from asyncapi_guard.contract_tests.settings import NotLoopback, Settings, is_loopback
from asyncapi_guard.contract_tests.steps import Action, Source, Step, Taken

TRANSPORTS = {"websocket": ["websocket"], "polling": ["polling"], "both": None}


def register(sio):
    """Handlers that answer, emit, ask and hang up."""
    sio.numbers = iter(range(41, 99))

    @sio.event
    def new(_sid):
        return {"id": next(sio.numbers)}

    @sio.event
    def get(_sid, data):
        return data

    @sio.event
    def blob(sid, data):
        sio.emit("blob", {"data": data}, to=sid)
        return data + b"!"

    @sio.event
    def asks(sid):
        sio.start_background_task(sio.call, "question", 1, to=sid, timeout=60)
        return "asked"

    @sio.event
    def silent(_sid):
        raise RuntimeError

    @sio.event
    def bye(sid):
        sio.disconnect(sid)


def traced(url, *steps, **settings):
    """What comes of a program."""
    return run_program(steps, Settings(url, **settings), Patience(0.2), lambda _arrival: ("yes",))


@pytest.mark.parametrize("transports", TRANSPORTS.values(), ids=TRANSPORTS)
def test_every_transport_carries_the_same(transports):
    """Acks, events and bytes."""
    with threads(register, transports=transports) as url:
        trace = traced(url, connect(), emit("blob", b"\x00\xff"))
    assert trace.outcomes[0].accepted
    assert trace.outcomes[1].ack.args == (b"\x00\xff!",)
    assert [(each.event, each.args) for each in trace.arrivals if each.is_event] == [
        ("blob", ({"data": b"\x00\xff"},))
    ]
    assert [each.type for each in trace.packets if each.direction == "out"][:3] == [
        *("OPEN", "CONNECT", "BINARY_EVENT"),
    ]


def test_a_value_of_the_server_is_sent_again():
    """As it is in this run, and not as it was when the program was written."""
    taken = Taken("/0/id", 1, Source.ACK, "/0/id")
    with threads(register) as url:
        trace = traced(url, connect(), emit("new"), emit("get", {"id": 7}, taken=(taken,)))
    assert trace.outcomes[2].ack.args == ({"id": 41},)
    assert trace.steps[2].args == ({"id": 41},)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_does_not_come_is_not_awaited_for_ever():
    """Neither an ack, nor anything else after the connection has ended."""
    with threads(register) as url:
        trace = traced(url, connect(), emit("silent"), emit("bye"), emit("get", 1), emit("get", 2))
    _, silent, _, *after = trace.outcomes
    assert (silent.ack, silent.problem) == (None, "")
    assert [each.ack for each in after] == [None, None]
    assert not after[-1].accepted


def test_the_client_answers_events_that_ask_for_an_ack():
    """Otherwise a handler that calls it waits a minute."""
    with threads(register) as url:
        trace = traced(url, connect(), emit("asks"), Step(Action.WAIT, seconds=0.2))
    assert '["yes"]' in [each.text.lstrip("31") for each in trace.packets if each.type == "ACK"]


def test_clients_come_back_with_the_same_number():
    """As another connection, whose acks are counted anew."""
    away = Step(Action.DISCONNECT, 1, "")
    with threads(register) as url:
        nothing = contract({"get": {"x-ack": {}}})
        assert found(url, nothing, connect(), emit("get", 1), away, connect(), emit("get", 2)) == {}


@pytest.mark.parametrize(
    ("host", "own"),
    [
        *(("localhost", True), ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True)),
        *(("example.com", False), ("127.evil.example", False), ("10.0.0.1", False)),
    ],
)
def test_only_this_machine_is_tested_unasked(host, own):
    """Whatever a name begins with."""
    assert is_loopback(host) is own
    url = f"http://[{host}]:1" if ":" in host else f"http://{host}:1"
    if own:
        Settings(url)
    else:
        with pytest.raises(NotLoopback, match=host):
            Settings(url)
        Settings(url, own_this_server=True)


@pytest.mark.parametrize(
    "wrong",
    [{"time": 0}, {"max_examples": 0}, {"workers": 0}, {"max_failures": 0}, {"ack_timeout": -1}],
)
def test_settings_that_make_no_sense_are_rejected(wrong):
    """When they are made."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings("http://localhost:1", **wrong)
    with pytest.raises(ValueError, match="url"):
        Settings("localhost")
