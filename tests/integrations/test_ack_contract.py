"""Acks that must be asked for, that must not be, and that must come in time: events of clients."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from ack_stages import SHORT, STAGES, Stage, Threads, document, error
from traffic_processes import GREENLETS, PROGRAM, THREADING, is_missing, serving

from asyncapi_guard import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

#: One on threads, and one on asyncio.
TWO = ("protect", "AsyncServer")
ways = pytest.mark.parametrize("way", STAGES)
both = pytest.mark.parametrize("way", TWO)


#: Handlers raise in threads of their own, some too late.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def stage(net: Any) -> Callable[..., Stage]:
    """Makes guarded servers; options go to the guard."""

    def make(way: str, **options: Any) -> Stage:
        options.setdefault("spec", document())
        made: Stage = STAGES[way](way, net, **options)
        return made

    return make


def entered(net: Any, stage: Stage) -> Any:
    """A raw client in the namespace."""
    client = net.raw(stage.url)
    client.enter()
    return client


def heard(client: Any) -> list[str]:
    """What came to a client until the server answers the next event."""
    client.send('299["plain"]')
    got = [client.receive()]
    while got[-1] != "399[1]":
        got.append(client.receive())
    return got[:-1]


# -- asked for or not ------------------------------------------------------------------------------


@ways
def test_an_ack_that_is_required_must_be_asked_for(way: str, stage: Any, net: Any) -> None:
    """The event is rejected before its handler runs; with an ack id it is accepted."""
    at = stage(way)
    client = entered(net, at)
    client.send('2["must"]')
    violation = at.violation()
    assert (violation.code, violation.checkpoint) == ("request_validation_error", "receive_event")
    text = "the contract requires an ack, but the client asks for none"
    assert violation.reason == text
    assert str(violation).startswith(f"rejected event 'must' from a client in '/': {text} [")
    assert at.began.empty()
    client.send('25["must"]')
    assert client.receive() == "35[1]"
    assert heard(client) == []


@ways
def test_an_ack_that_there_is_not_must_not_be_asked_for(way: str, stage: Any, net: Any) -> None:
    """The client is answered with the error, so it does not wait."""
    at = stage(way)
    client = entered(net, at)
    client.send('25["never"]')
    answer = json.loads(client.receive().removeprefix("35"))[0]["error"]
    assert (answer["code"], answer["event"]) == ("request_validation_error", "never")
    text = "the contract defines no ack for this event, but the client asks for one"
    assert answer["problems"] == [{"path": "", "keyword": "x-ack", "message": text}]
    assert at.violation().reason == text
    assert at.began.empty()
    client.send('2["never"]')
    assert heard(client) == []
    assert at.began.get() == "never"
    assert at.violations.empty()


@both
def test_the_place_of_the_option_is_told(way: str, stage: Any, net: Any, tmp_path: Any) -> None:
    """So whoever reads the log finds what is required."""
    file = tmp_path / "asyncapi.yml"
    file.write_text(json.dumps(document(), indent=1))
    at = stage(way, spec=file)
    client = entered(net, at)
    client.send('2["must"]')
    place = at.violation().problems[0].schema
    assert place.endswith("#/channels/main/messages/must/x-ack/required")


@both
@pytest.mark.parametrize("mode", ["report", "off"])
def test_other_modes_stop_nothing(mode: str, way: str, stage: Any, net: Any) -> None:
    """In `report` it is written down, in `off` it is not."""
    at = stage(way, policy=Policy(mode=mode))
    client = entered(net, at)
    client.send('2["must"]')
    at.results["never"] = None
    client.send('25["never"]')
    assert client.receive() == "35[]"
    assert heard(client) == []
    found = [at.violations.get().rejected for _ in range(at.violations.qsize())]
    assert found == ([False] * 2 if mode == "report" else [])


# -- in time ---------------------------------------------------------------------------------------


@ways
def test_a_handler_that_takes_too_long_is_answered_for(way: str, stage: Any, net: Any) -> None:
    """Once; what it returns later is neither judged nor sent."""
    at = stage(way)
    at.waits.add("soon")
    at.results["soon"] = "not an integer"
    client = entered(net, at)
    client.send('25["soon"]')
    assert client.receive() == f"35{error('handler_timeout', 'soon')}"
    violation = at.violation()
    assert (violation.code, violation.checkpoint) == ("handler_timeout", "send_ack")
    assert violation.reason == "the handler did not answer within 0.02 s"
    assert violation.sid is not None
    assert at.ended.empty()
    at.go_on()
    assert at.ended.get() == "soon"
    assert heard(client) == []
    assert at.violations.empty()


@ways
def test_a_handler_in_time_is_not(way: str, stage: Any, net: Any) -> None:
    """Nothing happens when its time is over; what it returns is judged as ever."""
    at = stage(way)
    at.waits.add("late")
    client = entered(net, at)
    client.send('25["late"]')
    at.began.get()
    assert heard(client) == []
    at.go_on()
    assert client.receive() == "35[1]"
    at.results["late"] = "x"
    at.go_on()
    client.send('26["late"]')
    assert client.receive() == f"36{error('response_validation_error', 'late')}"
    assert at.violation().code == "response_validation_error"


@both
def test_nobody_waits_who_asks_for_no_ack(way: str, stage: Any, net: Any) -> None:
    """The time is that of an ack."""
    at = stage(way)
    at.waits.add("soon")
    client = entered(net, at)
    client.send('2["soon"]')
    at.began.get()
    client.send('25["soon"]')  # answered after more than the time of the first
    assert client.receive() == f"35{error('handler_timeout', 'soon')}"
    at.go_on()
    at.go_on()
    assert heard(client) == []
    assert at.violation().code == "handler_timeout"
    assert at.violations.empty()


@both
@pytest.mark.parametrize("error_handler", [False, True])
def test_a_handler_that_raises_too_late_is_logged(
    error_handler: bool, way: str, stage: Any, net: Any, caplog: Any
) -> None:
    """Its client was answered; its exception is not lost."""
    at = stage(way)
    seen = []
    if error_handler:

        @at.guard.on_error
        def on_error(raised: Exception, event: str, sid: str) -> str:
            seen.append(str(raised))
            return "from the error handler"

    at.waits.add("soon")
    at.results["soon"] = ValueError("a late one")
    client = entered(net, at)
    with caplog.at_level(logging.ERROR):
        client.send('25["soon"]')
        first = client.receive()
        at.violation()
        at.go_on()
        at.ended.get()
        assert heard(client) == []
    if error_handler:
        assert seen[-1] == "a late one"
        assert first == '35["from the error handler"]'
    else:
        assert first == f"35{error('handler_timeout', 'soon')}"


@both
def test_report_answers_as_without_the_guard(way: str, stage: Any, net: Any) -> None:
    """A late answer is written down, and sent."""
    at = stage(way, policy=Policy(mode="report"))
    at.waits.add("soon")
    client = entered(net, at)
    client.send('25["soon"]')
    violation = at.violation()
    assert (violation.code, violation.rejected) == ("handler_timeout", False)
    at.go_on()
    assert client.receive() == "35[1]"
    assert heard(client) == []
    assert at.violations.empty()


@both
def test_off_waits_for_nothing(way: str, stage: Any, net: Any) -> None:
    """Not for acks alone, if only these are let be."""
    at = stage(way, policy=Policy(checkpoints={"send_ack": "off"}))
    at.waits |= {"soon", "late"}
    client = entered(net, at)
    client.send('25["soon"]')
    at.began.get()
    assert heard(client) == []
    at.go_on()
    assert client.receive() == "35[1]"
    assert at.violations.empty()


@both
def test_a_guard_that_goes_meanwhile_leaves_the_answer_to_the_handler(
    way: str, stage: Any, net: Any
) -> None:
    """No ack is lost."""
    at = stage(way)
    at.waits.add("late")
    client = entered(net, at)
    client.send('25["late"]')
    at.began.get()
    at.uninstall()
    at.go_on()
    assert client.receive() == "35[1]"


@both
def test_many_at_once_share_a_timer(way: str, stage: Any, net: Any) -> None:
    """Each is answered once, some by their handlers and some for them."""
    at = stage(way)
    at.waits.add("soon")
    client = entered(net, at)
    for id in range(10, 30):
        client.send(f'2{id}["{"soon" if id % 2 else "late"}"]')
    got = sorted(client.receive() for _ in range(20))
    late = error("handler_timeout", "soon")
    assert got == sorted(f"3{id}{late if id % 2 else '[1]'}" for id in range(10, 30))
    for _ in range(10):
        assert at.violation().code == "handler_timeout"
        at.go_on()
    assert heard(client) == []


@pytest.mark.parametrize("way", ["protect", "init_app"])
def test_without_threads_for_events(way: str, stage: Any, net: Any) -> None:
    """The handler runs where frames are read; the answer comes from the timer."""
    at = stage(way, server={"async_handlers": False})
    at.waits.add("soon")
    client = entered(net, at)
    client.send('25["soon"]')
    assert client.receive() == f"35{error('handler_timeout', 'soon')}"
    at.go_on()
    assert heard(client) == []


@both
def test_a_client_that_polls(way: str, stage: Any, net: Any) -> None:
    """It is answered as well, while its handler runs."""
    at = stage(way)
    at.waits.add("soon")
    client = net.client(at.url, transports=["polling"])
    answer = client.ask("soon")[0]["error"]
    assert answer == {"code": "handler_timeout", "namespace": "/", "event": "soon"}
    at.go_on()
    assert client.ask("plain") == [1]


@both
def test_a_client_that_leaves_meanwhile(way: str, stage: Any, net: Any) -> None:
    """Its handler is late all the same, and nothing is kept."""
    at = stage(way)
    at.waits.add("soon")
    client = entered(net, at)
    client.send('25["soon"]')
    at.began.get()
    client.close()
    assert at.violation().code == "handler_timeout"
    at.go_on()
    at.ended.get()
    assert heard(entered(net, at)) == []


# -- kinds of handlers -----------------------------------------------------------------------------


@both
@pytest.mark.parametrize("kind", ["namespace", "catch-all", "plain function"])
def test_kinds_of_handlers(kind: str, way: str, stage: Any, net: Any) -> None:
    """Methods of namespaces, catch-alls; a function that blocks an event loop is late, too."""
    at = stage(way)
    slow = at.handler("soon")
    at.waits.add("soon")
    del at.io.handlers["/"]["soon"]
    if kind == "namespace":
        base = socketio.Namespace if isinstance(at, Threads) else socketio.AsyncNamespace

        def on_soon(self: Any, sid: str) -> Any:
            return slow() if isinstance(at, Threads) else slow(sid)

        at.io.handlers.clear()
        methods = {"on_soon": on_soon, "on_plain": lambda self, sid: 1}
        at.io.register_namespace(type("Main", (base,), methods)("/"))
    elif kind == "catch-all":
        at.io.on("*", lambda event, sid: slow() if isinstance(at, Threads) else slow(sid))
    else:

        def blocks(sid: str) -> int:
            time.sleep(10 * SHORT)
            return int(at.result("soon"))

        at.io.on("soon", blocks)
    client = entered(net, at)
    client.send('25["soon"]')
    assert client.receive() == f"35{error('handler_timeout', 'soon')}"
    at.go_on()
    at.ended.get()
    assert heard(client) == []
    assert at.violation().code == "handler_timeout"
    assert at.violations.empty()


@pytest.mark.parametrize("way", ["init_app", "AsyncAPISocketIO"])
def test_flask_socketio_s_test_client(way: str, stage: Any) -> None:
    """It replaces what sends, and sees the answer in place of the handler's."""
    at = stage(way)
    client = at.at.io.test_client(at.at.app)
    assert client.emit("must", callback=True) == 1
    with pytest.raises(AssertionError):
        assert client.emit("must") == 1
    assert at.violation().reason.startswith("the contract requires an ack")


def test_an_error_handler_of_flask_socketio_has_its_say(stage: Any, net: Any) -> None:
    """What it returns for a late handler is the ack."""
    at = stage("init_app")
    at.at.io.on_error_default(lambda raised: raised.violation.code)
    at.waits.add("soon")
    client = entered(net, at)
    client.send('25["soon"]')
    assert client.receive() == '35["handler_timeout"]'
    at.go_on()
    assert heard(client) == []


def test_several_messages_of_one_event(net: Any, stage: Any) -> None:
    """What is required is what the message says that matched."""
    spec = document()
    messages = spec["channels"]["main"]["messages"]
    ack = {"args": True, "required": True}
    messages["one"] = {"name": "either", "payload": {"const": 1}, "x-ack": ack}
    messages["two"] = {"name": "either", "payload": {"const": 2}, "x-ack": False}
    references = [{"$ref": f"#/channels/main/messages/{name}"} for name in ("one", "two")]
    spec["operations"]["receive"]["messages"] += references
    at = stage("protect", spec=spec)
    at.io.on("either", lambda sid, number: at.began.put(number))
    client = entered(net, at)
    for frame in ('2["either",1]', '21["either",1]', '2["either",2]', '22["either",2]'):
        client.send(frame)
    assert client.receive() == "31[]"
    assert client.receive().startswith('32[{"error"')
    assert [at.violation().message_id for _ in range(2)] == ["one", "two"]
    assert sorted(at.began.get() for _ in range(2)) == [1, 2]


@pytest.mark.parametrize("mode", [THREADING, *GREENLETS])
def test_servers_of_every_kind(mode: str, net: Any, tmp_path: Any, skip_or_fail: Any) -> None:
    """The timer is of the server's own kind: threads, or greenlets."""
    if reason := is_missing(mode):
        skip_or_fail(reason)
    with serving(tmp_path / "log", mode, program=PROGRAM.with_name("serve_late.py")) as url:
        client = net.raw(url)
        client.enter()
        for id in range(10, 14):
            client.send(f'2{id}["soon"]')
        client.send('25["late"]')
        late = error("handler_timeout", "soon")
        expected = {"35[1]", *(f"3{id}{late}" for id in range(10, 14))}
        assert {client.receive() for _ in range(5)} == expected
        client.send('26["must"]')
        assert client.receive() == '21["soon_sent"]'
        assert client.receive() == "36[1]"
        assert heard(client) == []
