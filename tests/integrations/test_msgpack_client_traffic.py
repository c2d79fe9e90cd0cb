"""The table of traffic in MessagePack against clients: what a server sends.

The rows are those of `test_msgpack_traffic.py`, with the document's directions swapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from client_conversations import Guarded
from conftest import document
from test_client_traffic import EMITS_ELSEWHERE, FINAL, TALKS, swapped, whole_clients
from test_msgpack_traffic import ACKS, BAD, CALLS, GOOD, NO_FORM, PACKETS, event
from test_strict_msgpack import UNDEFINED
from test_traffic import BAD_EMITS, GOOD_ACKS, GOOD_EMITS, MALFORMED, RESPONSE, problem
from traffic_canary import Canary
from traffic_msgpack import MessagePackRogue, packed, read

from asyncapi_guard import AckValidationError, EmitValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.crossed
EVENTS = {**BAD, **FINAL}
#: A server may say that a client cannot connect.
PACKETS_OF_SERVERS = {
    **{name: frames for name, frames in PACKETS.items() if name != "a connect error"},
    "a connect to a namespace that nobody asked for": [
        packed(type=0, data={"sid": "s2"}, nsp="/rooms/red")
    ],
    "a connect error for a namespace that nobody asked for": [
        packed(type=4, data={"message": "no"}, nsp="/rooms/red")
    ],
    "a disconnect from a namespace that nobody asked for": [packed(type=1, nsp="/rooms/red")],
    "a second connect": [packed(type=0, data={"sid": "s2"})],
    "a second connect that is no object": [packed(type=0, data=[1])],
    "a second connect with bytes": [packed(type=0, data={"sid": b"s2"})],
    "a connect to a star": [packed(type=0, data={"sid": "s2"}, nsp="*")],
}


class Talk:
    """A server without manners, and the guarded client that it speaks to."""

    def __init__(self, net: Any, kind: str, transport: str) -> None:
        self.rogue: MessagePackRogue = net.also_serve(MessagePackRogue("word"))
        self.client = net.also_close(Guarded(kind, swapped(), serializer="msgpack"))
        self.client.connect(net.serve(self.rogue.wsgi), transport)

    def fresh(self) -> None:
        """Have no past."""
        self.rogue.heard()
        self.client.forget()
        self.rogue.tapped.clear()
        self.rogue.ack = lambda nsp, number: []
        if not self.client.is_simple:
            self.client.returns.update(move={"ok": True}, upload=1, word=(1, "a"))

    def leaks(self, canary: Canary) -> list[str]:
        """What got to either side, and must not have."""
        self.rogue.heard()
        heard = read(self.rogue.tapped)
        return [
            *canary.handled(self.client.ran),
            *canary.delivered(heard.events),
            *canary.called(("/", "question", values) for values in self.client.called),
            # Simple clients have no handlers whose acks could be.
            *(() if self.client.is_simple else canary.acknowledged(heard.acks)),
        ]

    def send(self, sent: Any) -> None:
        """Send an event with an ack id, or frames as they are."""
        self.rogue.send(*(event(*sent) if isinstance(sent, tuple) else sent))

    def ask(self, sent: Any) -> list[Any]:
        """Send an event, and wait for the values of its ack."""
        self.send(sent)
        frame = self.rogue.received()
        assert {**frame, "data": None} == {"type": 3, "nsp": "/", "id": 777, "data": None}
        values: list[Any] = frame["data"]
        return values


@pytest.fixture(scope="module", params=TALKS)
def talk(request: pytest.FixtureRequest, module_net: Any) -> Talk:
    """A conversation with a client of one kind."""
    return Talk(module_net, *request.param.split("-"))


@pytest.fixture(scope="module")
def canary() -> Canary:
    """Looks at what got through; it has the document as it is read at the client's side."""
    return Canary(document())


@pytest.fixture(autouse=True)
def _fresh(talk: Talk, canary: Canary) -> Iterator[None]:
    """Each row finds a conversation without a past, and leaves one without a leak."""
    talk.fresh()
    yield
    assert talk.leaks(canary) == []
    assert talk.client.connected


# -- events in -------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GOOD, ids=str)
def test_what_keeps_the_contract_reaches_the_application(row: str, talk: Talk) -> None:
    """And what a handler returns is the ack; simple clients have no handlers."""
    sent, ack = GOOD[row]
    answer = talk.ask(sent)
    assert len(talk.client.ran) == 1
    if not talk.client.is_simple:
        assert answer == ack
        assert talk.client.violations == []


@pytest.mark.parametrize("row", EVENTS, ids=str)
def test_what_breaks_the_contract_is_answered_and_reaches_nobody(row: str, talk: Talk) -> None:
    """The ack says what is wrong; it is on record, and the connection is alive."""
    sent, expected = EVENTS[row]
    assert problem(talk.ask(sent)) == expected
    assert talk.client.ran == []
    assert [each.checkpoint for each in talk.client.violations] == ["receive_event"]


@pytest.mark.parametrize("row", PACKETS_OF_SERVERS, ids=str)
def test_what_cannot_be_answered_reaches_nobody_either(row: str, talk: Talk) -> None:
    """And nothing is broken for the next event."""
    talk.rogue.send(*PACKETS_OF_SERVERS[row])
    assert talk.rogue.heard() == []
    assert [ran for ran in talk.client.ran if ran[1] != "word"] == []
    talk.rogue.ack = lambda nsp, number: [
        packed(type=3, data=[{"answer": "a"}], nsp=nsp, id=number)
    ]
    assert talk.client.call("question", "q") == {"answer": "a"}


# -- acks out --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GOOD_ACKS, ids=str)
@whole_clients
def test_an_ack_that_keeps_the_contract_is_sent(row: str, talk: Talk) -> None:
    """As the handler returned it."""
    event, args, returned, expected = GOOD_ACKS[row]
    talk.client.returns[event] = returned
    assert talk.ask((event, *args)) == expected


@pytest.mark.parametrize("row", ACKS, ids=str)
@whole_clients
def test_an_ack_that_breaks_the_contract_is_replaced(row: str, talk: Talk) -> None:
    """The server learns that the client failed, not how."""
    event, args, returned = ACKS[row]
    talk.client.returns[event] = returned
    (answer,) = talk.ask((event, *args))
    assert answer["error"].pop("code") in (RESPONSE, MALFORMED)
    assert answer == {"error": {"namespace": "/", "event": event}}
    assert [each.checkpoint for each in talk.client.violations] == ["send_ack"]


# -- emits out -------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GOOD_EMITS, ids=str)
def test_an_emit_that_keeps_the_contract_leaves(row: str, talk: Talk) -> None:
    """The server gets what the application sent."""
    event, data, args = GOOD_EMITS[row]
    talk.client.emit(event, data)
    assert talk.rogue.received() == {"type": 2, "data": [event, *args], "nsp": "/"}


@pytest.mark.parametrize("row", [row for row in BAD_EMITS if row not in EMITS_ELSEWHERE], ids=str)
def test_an_emit_that_breaks_the_contract_raises_and_does_not_leave(row: str, talk: Talk) -> None:
    """The emitter gets the error, the server gets nothing."""
    event, data, _ = BAD_EMITS[row]
    with pytest.raises(EmitValidationError) as caught:
        talk.client.emit(event, data)
    assert caught.value.event == event
    assert talk.rogue.heard() == []


@pytest.mark.parametrize("name", ["connect", "disconnect", "connect_error", "*"])
def test_a_reserved_name_does_not_leave(name: str, talk: Talk) -> None:
    """A server would reject it."""
    with pytest.raises(EmitValidationError):
        talk.client.emit(name)
    assert talk.rogue.heard() == []


@pytest.mark.parametrize("value", NO_FORM, ids=lambda value: type(value).__name__)
def test_what_no_contract_speaks_of_raises_and_does_not_leave(value: Any, talk: Talk) -> None:
    """Without the guard that is a `TypeError`, or the server's trouble."""
    with pytest.raises(EmitValidationError):
        talk.client.emit("bag_sent", {"k": value})
    assert talk.rogue.heard() == []


# -- acks in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", CALLS, ids=str)
def test_only_an_ack_that_keeps_the_contract_ends_a_call(row: str, talk: Talk) -> None:
    """`call` returns what keeps the contract, and raises for all else at once."""
    frames, called = CALLS[row]
    talk.rogue.ack = lambda nsp, number: [each(number) for each in frames]
    if called:
        assert talk.client.call("question", "q") == called[0][0]
        return
    with pytest.raises(AckValidationError):
        talk.client.call("question", "q")
    assert [each.checkpoint for each in talk.client.violations] == ["receive_ack"]


@pytest.mark.parametrize("row", CALLS, ids=str)
@whole_clients
def test_only_an_ack_that_keeps_the_contract_runs_a_callback(row: str, talk: Talk) -> None:
    """A callback never sees another ack; the rejection is on record."""
    frames, expected = CALLS[row]
    talk.rogue.ack = lambda nsp, number: [each(number) for each in frames]
    called: list[Any] = []
    talk.client.emit("question", "q", callback=lambda *values: called.append(values))
    talk.rogue.received()
    talk.rogue.heard()
    assert called == expected
    checkpoints = [each.checkpoint for each in talk.client.violations]
    assert checkpoints == ([] if expected else ["receive_ack"])


# -- connects --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Client", "AsyncClient", "SimpleClient", "AsyncSimpleClient"])
def test_a_server_of_javascript_lets_a_client_in(kind: str, net: Any) -> None:
    """What it says of a session has an undefined part."""
    rogue = net.also_serve(MessagePackRogue())
    rogue.welcome = lambda nsp: [packed(type=0, data={"sid": "s1", "pid": UNDEFINED}, nsp=nsp)]
    client = net.also_close(Guarded(kind, swapped(), serializer="msgpack"))
    client.connect(net.serve(rogue.wsgi))
    assert client.connected
    assert client.violations == []


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_auth_that_breaks_the_contract_does_not_leave(kind: str, net: Any) -> None:
    """Nor what MessagePack has a form for, and JSON has none."""
    rogue = net.also_serve(MessagePackRogue())
    url = net.serve(rogue.wsgi)
    for auth in ({"token": 1}, {"token": b"abcd"}, {1: "abcd"}):
        client = net.also_close(Guarded(kind, swapped(), serializer="msgpack"))
        with pytest.raises(EmitValidationError):
            client.connect(url, namespaces=["/locked"], auth=auth)
    client.connect(url, namespaces=["/locked"], auth={"token": "abcd"})
    connect = rogue.connects.get(timeout=120)
    assert connect == {"type": 0, "data": {"token": "abcd"}, "nsp": "/locked"}
