"""The table of traffic against clients: what a server sends that breaks the contract.

A server that sends whatever is in a row speaks to each kind of client, over a websocket and over
polling. The document is the servers' one with its directions swapped, so the rows are the same.
A canary looks at each frame that reaches the server, and at all that reaches the application
(test_canary.py has what makes it ring).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from client_conversations import KINDS, Guarded, Rogue
from conftest import document
from socketio import packet
from test_traffic import (
    BAD_ACKS,
    BAD_CLIENT_ACKS,
    BAD_EMITS,
    BAD_EVENTS,
    BAD_PACKETS,
    GOOD_ACKS,
    GOOD_CLIENT_ACKS,
    GOOD_EMITS,
    GOOD_EVENTS,
    MALFORMED,
    PLACE,
    RESERVED,
    RESPONSE,
)
from traffic_canary import Canary
from traffic_frames import read
from traffic_ways import TRANSPORTS

from asyncapi_guard import AckValidationError, EmitValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.crossed
TALKS = [f"{kind}-{transport}" for kind in KINDS for transport in TRANSPORTS]
#: Simple clients have one namespace, and neither handlers nor callbacks.
whole_clients = pytest.mark.parametrize(
    "talk", [each for each in TALKS if "Simple" not in each], indirect=True
)
FINAL = {"the name of the last disconnect": (("__disconnect_final",), (RESERVED, "event", ""))}
EVENTS = {**BAD_EVENTS, **FINAL}
#: A client waits for bytes that were announced.
PACKETS = {
    **BAD_PACKETS,
    "bytes in a namespace that was not entered": [
        '51-/rooms/red,["say",' + PLACE % 0 + "]",
        b"x",
    ],
    "a connect to a namespace that nobody asked for": ['0/rooms/red,{"sid":"s2"}'],
    "a connect error for a namespace that nobody asked for": ['4/rooms/red,{"message":"no"}'],
    "a disconnect from a namespace that nobody asked for": ["1/rooms/red,"],
    "a second connect": ['0{"sid":"s2"}'],
    "a second connect that is no object": ["0[1]"],
}
EMITS_ELSEWHERE = [row for row, (_, _, namespace) in BAD_EMITS.items() if namespace != "/"]


def swapped() -> dict[str, Any]:
    """The document of a server that sends what the other one receives."""
    made = document()
    for operation in made["operations"].values():
        reference = operation["messages"][0]["$ref"]
        if not reference.endswith("/connect"):
            operation["action"] = "send" if operation["action"] == "receive" else "receive"
    return made


class Talk:
    """A server without manners, and the guarded client that it speaks to."""

    def __init__(self, net: Any, kind: str, transport: str) -> None:
        self.rogue: Rogue = net.also_serve(Rogue("word"))
        self.client = net.also_close(Guarded(kind, swapped()))
        self.client.connect(net.serve(self.rogue.wsgi), transport)

    def fresh(self) -> None:
        """Have no past."""
        self.rogue.heard()
        self.client.forget()
        self.rogue.tapped.clear()
        self.rogue.ack = []
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
        if isinstance(sent, tuple):
            made = packet.Packet(packet.EVENT, list(sent), namespace="/", id=777).encode()
            sent = made if isinstance(made, list) else [made]
        self.rogue.send(*sent)

    def ask(self, sent: Any) -> list[Any]:
        """Send an event, and wait for the values of its ack."""
        self.send(sent)
        frame = self.rogue.received()
        assert frame.startswith("3777")
        values: list[Any] = json.loads(frame.removeprefix("3777"))
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


def problem(ack: list[Any]) -> tuple[str, str, str]:
    (answer,) = ack
    assert list(answer) == ["error"]
    first = answer["error"]["problems"][0]
    return answer["error"]["code"], first["keyword"], first["path"]


# -- events in -------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GOOD_EVENTS, ids=str)
def test_what_keeps_the_contract_reaches_the_application(row: str, talk: Talk) -> None:
    """And what a handler returns is the ack; simple clients have no handlers."""
    sent, ack = GOOD_EVENTS[row]
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
    assert {each.perspective for each in talk.client.violations} == {"client"}


@pytest.mark.parametrize("row", PACKETS, ids=str)
def test_what_cannot_be_answered_reaches_nobody_either(row: str, talk: Talk) -> None:
    """And nothing is broken for the next event."""
    talk.rogue.send(*PACKETS[row])
    assert talk.rogue.heard() == []
    assert [ran for ran in talk.client.ran if ran[1] != "word"] == []
    talk.rogue.ack = ['3%s[{"answer":"a"}]']
    assert talk.client.call("question", "q") == {"answer": "a"}


# -- acks out --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GOOD_ACKS, ids=str)
@whole_clients
def test_an_ack_that_keeps_the_contract_is_sent(row: str, talk: Talk) -> None:
    """As the handler returned it."""
    event, args, returned, expected = GOOD_ACKS[row]
    talk.client.returns[event] = returned
    talk.send((event, *args))
    frames = [talk.rogue.received()]
    while isinstance(frames[0], str) and frames[0].startswith("6") and len(frames) < 2:
        frames.append(talk.rogue.received())
    made = packet.Packet(packet.ACK, list(expected), namespace="/", id=777).encode()
    assert frames == (made if isinstance(made, list) else [made])


@pytest.mark.parametrize("row", BAD_ACKS, ids=str)
@whole_clients
def test_an_ack_that_breaks_the_contract_is_replaced(row: str, talk: Talk) -> None:
    """The server learns that the client failed, not how."""
    event, args, returned = BAD_ACKS[row]
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
    made = packet.Packet(packet.EVENT, [event, *args], namespace="/").encode()
    frames = made if isinstance(made, list) else [made]
    assert [talk.rogue.received() for _ in frames] == frames


@pytest.mark.parametrize("row", [row for row in BAD_EMITS if row not in EMITS_ELSEWHERE], ids=str)
def test_an_emit_that_breaks_the_contract_raises_and_does_not_leave(row: str, talk: Talk) -> None:
    """The emitter gets the error, the server gets nothing."""
    event, data, _ = BAD_EMITS[row]
    with pytest.raises(EmitValidationError) as caught:
        talk.client.emit(event, data)
    assert caught.value.event == event
    assert talk.rogue.heard() == []


@pytest.mark.parametrize("row", EMITS_ELSEWHERE, ids=str)
@whole_clients
def test_an_emit_to_another_namespace_does_not_leave_either(row: str, talk: Talk) -> None:
    """The contract is asked before python-socketio is, which is not connected there."""
    event, data, namespace = BAD_EMITS[row]
    with pytest.raises(EmitValidationError):
        talk.client.emit(event, data, namespace=namespace)
    assert talk.rogue.heard() == []


@pytest.mark.parametrize("event", ["connect", "disconnect", "connect_error", "*"])
def test_a_reserved_name_does_not_leave(event: str, talk: Talk) -> None:
    """A server would reject it."""
    with pytest.raises(EmitValidationError):
        talk.client.emit(event)
    assert talk.rogue.heard() == []


@pytest.mark.parametrize("value", [{1}, float("nan"), object()], ids=["set", "nan", "object"])
def test_what_is_no_json_raises_and_does_not_leave(value: Any, talk: Talk) -> None:
    """Without the guard that is a `TypeError`, and so it is with it."""
    with pytest.raises(EmitValidationError) as caught:
        talk.client.emit("bag_sent", {"k": value})
    assert isinstance(caught.value, TypeError)
    assert talk.rogue.heard() == []


# -- acks in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [*GOOD_CLIENT_ACKS, *BAD_CLIENT_ACKS], ids=str)
def test_only_an_ack_that_keeps_the_contract_ends_a_call(row: str, talk: Talk) -> None:
    """`call` returns what keeps the contract, and raises for all else at once."""
    frames, called = GOOD_CLIENT_ACKS.get(row) or (BAD_CLIENT_ACKS[row], [])
    talk.rogue.ack = [
        each.replace("%d", "%s") if isinstance(each, str) else each for each in frames
    ]
    if called:
        assert talk.client.call("question", "q") == called[0][0]
        return
    with pytest.raises(AckValidationError):
        talk.client.call("question", "q")
    assert [each.checkpoint for each in talk.client.violations] == ["receive_ack"]


@pytest.mark.parametrize("row", [*GOOD_CLIENT_ACKS, *BAD_CLIENT_ACKS], ids=str)
@whole_clients
def test_only_an_ack_that_keeps_the_contract_runs_a_callback(row: str, talk: Talk) -> None:
    """A callback never sees another ack; the rejection is on record."""
    frames, expected = GOOD_CLIENT_ACKS.get(row) or (BAD_CLIENT_ACKS[row], [])
    talk.rogue.ack = [
        each.replace("%d", "%s") if isinstance(each, str) else each for each in frames
    ]
    called = talk.client.called
    talk.client.emit("question", "q", callback=lambda *values: called.append(values))
    talk.rogue.received()
    talk.rogue.heard()
    assert called == expected
    checkpoints = [each.checkpoint for each in talk.client.violations]
    assert checkpoints == ([] if expected else ["receive_ack"])


def test_the_table_is_large_enough() -> None:
    """Every path has good and bad rows."""
    tables = (EVENTS, PACKETS, BAD_ACKS, BAD_EMITS, BAD_CLIENT_ACKS)
    assert sum(map(len, tables)) >= 110
