"""`report`, `off` and excluded namespaces change nothing: clients and handlers notice no guard.

Each frame goes to a server without a guard and to one with it, over real websockets: the clients
hear the same, and the handlers get the same.
"""

from __future__ import annotations

import json
import logging
import math
import queue
import threading
from functools import cache, partial
from typing import Any

import pytest

from asyncapi_guard import EmitValidationError, Policy

WATCHING = {
    "report": lambda: Policy(mode="report"),
    "off": lambda: Policy(mode="off"),
    "excluded": lambda: Policy(exclude=["/", "/locked", "/nope"]),
    "checkpoints": lambda: Policy(
        checkpoints=dict.fromkeys(
            ("connect", "receive_event", "send_ack", "send_event", "receive_ack"), "report"
        )
    ),
}
PLACE = '{"_placeholder":true,"num":%s}'
#: Frames, of which each may be a surprise to a guard.
FRAMES: dict[str, list[str | bytes]] = {
    "what keeps the contract": ['21["move",{"x":1}]'],
    "what breaks the contract": ['21["move",{"x":"1"}]'],
    "what breaks the contract without an ack": ['2["move",{"x":"1"}]'],
    "NaN": ['21["number",NaN]'],
    "an infinity": ['21["anything",[Infinity]]'],
    "a number beyond floats": ['21["number",1e400]'],
    "names that come twice": ['21["move",{"x":9,"x":1}]'],
    "half a surrogate pair": ['21["word","\\ud83d"]'],
    "half a surrogate pair in a name": ['21["anything",{"\\ud83d":1}]'],
    "a long integer": ['21["number",' + "9" * 101 + "]"],
    "no JSON": ['21["move"'],
    "no data": ["21"],
    "an object": ['21{"move":1}'],
    "a text": ['21"move"'],
    "a number": ["215"],
    "an empty list": ["21[]"],
    "a number as the name": ["21[5,1]"],
    "a list as the name": ['21[["move"],1]'],
    "an undeclared event": ['21["nope",1]'],
    "an event without a handler": ['21["unhandled",1]'],
    "too many arguments": ['21["begin",1,2]'],
    "an undeclared namespace": ["0/nope,"],
    "an event in it": ["0/nope,", '2/nope,1["move",1]'],
    "an auth that is rejected": ['0/locked,{"token":"a"}'],
    "an auth that is no JSON": ["0/locked,{"],
    "an auth with NaN": ['0/locked,{"token":NaN}'],
    "a connect handler that raises": ['0/locked,{"token":"raise"}', '2/locked,1["say","hi"]'],
    "a connect handler that rejects": ['0/locked,{"token":"false"}', '2/locked,1["say","hi"]'],
    "a handler that raises": ['21["word","raise"]'],
    "an ack that breaks the contract": ['21["word","wrong"]'],
    "an ack with NaN": ['21["word","nan"]'],
    "an ack that is no JSON": ['21["word","set"]'],
    "bytes": ['51-1["upload",{"name":"n","data":' + PLACE % 0 + "}]", b"x"],
    "bytes where no bytes may be": ['51-1["bag",{"a":' + PLACE % 0 + "}]", b"x"],
    "attachments that nobody names": ['51-1["word","w"]', b"x"],
    "a text as the attachment": ['51-1["upload",{"name":"n","data":' + PLACE % 0 + "}]", "hello"],
    "NaN beside bytes": ['51-1["anything",[NaN,' + PLACE % 0 + "]]", b"x"],
    "an ack that nobody waits for": ["39[1]"],
    "an ack that is no list": ['39{"a":1}'],
    "a letter": ["a"],
    "an unknown type": ["9[]"],
    "an error": ['4{"message":"no"}'],
    "a leave": ["1", '21["move",{"x":1}]', "0"],
}
RETURNS: dict[str, Any] = {"wrong": (1, 2, 3), "nan": math.nan, "set": object(), "word": (1, "a")}


class Application:
    """A server with handlers, and what they got.

    Attributes:
        ran: the event and the arguments of each handler that ran.
    """

    def __init__(self, made: Any, net: Any) -> None:
        self.made = made
        self.ran: list[Any] = []
        for event in ("move", "pair", "number", "word", "anything", "bag", "upload", "begin"):
            made.on(event)(self._handler(event))
        made.on("say", "/locked")(self._handler("say"))
        made.on("say", "/nope")(self._handler("say"))
        made.on("connect", "/locked")(self._connect)
        # What is declared for nobody else, and never validated: it tells that all before is done.
        made.on("sync", "/sync")(lambda: "done")
        self.url = net.serve(made.wsgi)

    def _handler(self, event: str) -> Any:
        def handle(*args: Any) -> Any:
            self.ran.append((event, repr(args)))
            if args == ("raise",):
                raise RuntimeError("in the handler")
            return RETURNS.get(str(args[0]) if args else "", 1)

        return handle

    def _connect(self, auth: Any) -> Any:
        self.ran.append(("connect", repr(auth)))
        token = auth.get("token") if isinstance(auth, dict) else None
        if token == "raise":
            raise RuntimeError("in the handler")
        return token != "false"


class Conversation:
    """A client of an application, and what it heard."""

    def __init__(self, application: Application, client: Any) -> None:
        self.application = application
        self.client = client
        application.ran.clear()
        application.made.violations.clear()
        self.sid = json.loads(client.enter()[1:])["sid"]
        self.heard: list[str] = []
        client.enter("/sync")

    def say(self, frames: list[str | bytes]) -> None:
        for frame in frames:
            self.client.send(frame)
            if isinstance(frame, str) and frame.startswith("5") and "[" in frame:
                continue  # its attachment comes first
            self.client.send('2/sync,77["sync"]')
            while (heard := self.client.receive()) != '3/sync,77["done"]':
                self.heard.append(heard.partition('{"sid"')[0])


SERVER = {"async_handlers": False, "namespaces": "*"}


@pytest.fixture(scope="module")
def applications(module_net: Any, entrances: Any) -> Any:
    """Applications by the way to guard them and by the policy; `None` for no guard."""

    @cache
    def application(way: str, policy: str | None) -> Application:
        options: dict[str, Any] = {"guarded": False} if policy is None else {}
        if policy is not None:
            options["policy"] = policy_for(policy)
        return Application(entrances(way, server=SERVER, **options), module_net)

    return application


@pytest.fixture(params=["init_app", "protect", "AsyncAPISocketIO"])
def talk(request: pytest.FixtureRequest, applications: Any, net: Any) -> Any:
    """A conversation with a server that has a policy, or no guard."""

    def start(policy: str | None) -> Conversation:
        made = applications(request.param, policy)
        return Conversation(made, net.raw(made.url))

    return start


def policy_for(made: str) -> Policy:
    policy = WATCHING[made]()
    return Policy(
        mode=policy.mode, checkpoints=policy.checkpoints, exclude=[*policy.exclude, "/sync"]
    )


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What handlers raise in threads of their own is the applications'."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(logging.getLogger("engineio.server"), "disabled", True)


@pytest.mark.parametrize("policy", WATCHING)
@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.sampled(4)
def test_frames_are_answered_as_without_the_guard(name: str, policy: str, talk: Any) -> None:
    """The client hears the same, and the handlers get the same."""
    found = []
    for each in (None, policy):
        conversation = talk(each)
        conversation.say(FRAMES[name])
        conversation.say(['2999["begin"]'])
        conversation.client.close()
        found.append((conversation.heard, list(conversation.application.ran)))
    assert found[0] == found[1]
    assert not [v for v in conversation.application.made.violations if v.rejected]


@pytest.mark.parametrize("name", [n for n in FRAMES if n.startswith(("NaN", "half", "names"))])
def test_what_would_have_been_rejected_is_reported(name: str, talk: Any) -> None:
    """With what is wrong, and the event's name; once."""
    conversation = talk("report")
    conversation.say(FRAMES[name])
    violations = conversation.application.made.violations
    (violation,) = [v for v in violations if v.checkpoint == "receive_event"]
    assert (violation.code, violation.rejected) == ("malformed_packet", False)
    assert violation.event in ("number", "word", "anything", "move")


@pytest.mark.parametrize("policy", WATCHING)
@pytest.mark.parametrize("event", ["connect", "disconnect", "*", "connect_error"])
@pytest.mark.parametrize("data", ["%s]", "%s,NaN]"])
def test_reserved_names_are_rejected_in_every_mode(
    data: str, event: str, policy: str, talk: Any
) -> None:
    """Also in packets that are malformed; python-socketio would run other clients' handlers."""
    conversation = talk(policy)
    star: list[Any] = []
    conversation.application.made.server.on("*", lambda *args: star.append(args))
    conversation.client.send("21[" + data % json.dumps(event))
    error = json.loads(conversation.client.receive()[2:])[0]["error"]
    assert error["code"] == "reserved_event"
    assert (conversation.application.ran, star) == ([], [])
    del conversation.application.made.server.handlers["/"]["*"]


@pytest.mark.parametrize("policy", WATCHING)
def test_a_text_whose_first_letter_is_a_star_runs_no_catch_all(policy: str, talk: Any) -> None:
    """python-socketio takes the first letter of a text for a name."""
    conversation = talk(policy)
    star: list[Any] = []
    conversation.application.made.server.on("*", lambda *args: star.append(args))
    conversation.say(['2"*"', '2"*x"'])
    assert star == []
    del conversation.application.made.server.handlers["/"]["*"]


@pytest.mark.parametrize("policy", WATCHING)
def test_an_attachment_that_did_not_come_costs_the_event_alone(policy: str, talk: Any) -> None:
    """Without the guard, it costs the client its connection; the handler runs in neither."""
    conversation = talk(policy)
    conversation.say(['51-1["bag",{"a":' + PLACE % 3 + "}]", b"x"])
    conversation.say(['2999["begin"]'])
    assert conversation.heard == ["3999[1]"]
    assert conversation.application.ran == [("begin", "()")]


EMITS: dict[str, tuple[Any, ...]] = {
    "good": ("moved", {"x": 1}),
    "bad": ("moved", {"x": "1"}),
    "NaN": ("bag_sent", {"mean": math.nan}),
    "an infinity": ("moved", {"x": math.inf}),
    "an object of Python": ("bag_sent", {"a": object()}),
    "half a surrogate pair": ("plain", "\ud83d"),
    "undeclared": ("nope", 1),
    "a client's event": ("move", {"x": 1}),
    "bytes where no bytes may be": ("bag_sent", {"a": b"x"}),
    "bytes where they may be": ("file", {"data": b"x"}),
    "NaN beside bytes": ("bag_sent", {"a": b"x", "b": math.nan}),
    "a tuple": ("spread", 1, "a"),
    "none": ("ended",),
    "a name that is a number": (5, 1),
}


@pytest.mark.parametrize("policy", WATCHING)
@pytest.mark.parametrize("name", EMITS)
@pytest.mark.sampled(4)
def test_emits_are_sent_as_without_the_guard(name: str, policy: str, talk: Any) -> None:
    """The same frames, or the same exception."""
    outcomes = []
    for each in (None, policy):
        conversation = talk(each)
        outcome: list[Any] = []
        try:
            conversation.application.made.emit(*EMITS[name], to=conversation.sid)
        except Exception as error:
            outcome.append(type(error))
        conversation.application.made.server.emit("plain", "last", to=conversation.sid)
        while (frame := conversation.client.ws.recv()) != '42["plain","last"]':
            outcome.append(frame)
        outcomes.append(outcome)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("connected", [True, False])
@pytest.mark.parametrize(
    "name", ["NaN", "an object of Python", "half a surrogate pair", "NaN beside bytes"]
)
def test_what_cannot_be_sent_is_one_error_where_it_is_enforced(
    name: str, connected: bool, entrance: Any, net: Any
) -> None:
    """Also when nobody is there to get it; whatever is wrong with it, and with any JSON module."""
    made = entrance()
    if connected:
        net.raw(net.serve(made.wsgi)).enter()
    with pytest.raises(EmitValidationError) as caught:
        made.emit(*EMITS[name])
    assert caught.value.violation.reason == "the event has a value that can't be sent as JSON"


@pytest.mark.parametrize("policy", WATCHING)
@pytest.mark.parametrize(
    "answer", ['3%s["a"]', '3%s[{"answer":1}]', "3%s[{}]", '3%s[{"answer":NaN}]']
)
def test_acks_of_clients_reach_their_callbacks(answer: str, policy: str, talk: Any) -> None:
    """Whatever is in them."""
    got = []
    for each in (None, policy):
        conversation = talk(each)
        values: queue.Queue[str] = queue.Queue()
        conversation.application.made.server.emit(
            "question", "q", to=conversation.sid, callback=partial(put, values)
        )
        conversation.client.receive()
        conversation.client.send(answer % 1)
        got.append(values.get(timeout=120))
    assert got[0] == got[1]


def put(values: queue.Queue[str], *ack: Any) -> None:
    values.put(repr(ack))


@pytest.mark.parametrize("policy", WATCHING)
def test_an_ack_with_the_id_0_does_what_it_does(policy: str, talk: Any) -> None:
    """Later emits with a callback fail, as without a guard."""
    outcomes = []
    for each in (None, policy):
        conversation = talk(each)
        emit = partial(
            conversation.application.made.server.emit,
            *("question", "q"),
            to=conversation.sid,
            callback=lambda *_: None,
        )
        emit()
        conversation.say(["30[]"])
        try:
            outcomes.append(emit())
        except KeyError as error:
            outcomes.append(repr(error))
    assert outcomes[0] == outcomes[1]
