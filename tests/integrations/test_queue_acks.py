"""Acks for other processes: those without a guard get nothing that breaks the contract."""

from __future__ import annotations

import json
from typing import Any

import pytest
from queue_managers import Place
from queue_traffic import HOST, MARK, emit

from asyncapi_guard.integrations.deciding.queue_signing import is_signed, sign

KEY = "k" * 32
own_kinds = pytest.mark.parametrize("kind", ["own", "own on asyncio"])
ASKED = {"callback": ["a room", "/", 7]}
GOOD, BAD = [{"answer": "a"}], [{"answer": MARK, "more": MARK}]


def asked(at: Place, raw: Any = None, event: str = "question") -> int:
    """Let another process ask for an ack: the ack id that the client is asked with."""
    at.put(raw or emit(event, "q", **ASKED))
    frame = at.receive()
    id, _, rest = frame[1:].partition("[")
    assert rest == f'"{event}","q"]'
    return int(id)


def answer(at: Place, id: int, values: Any) -> list[Any]:
    """Let the client answer: what is published because of it."""
    at.manager.published.clear()
    at.client.send(f"3{id}{json.dumps(values)}")
    at.client.send('2999["begin"]')
    assert at.receive() == "3999[]"  # acks are handled in the order in which they come
    return list(at.manager.published)


def returned(*args: Any) -> dict[str, Any]:
    return {
        "method": "callback",
        "host_id": HOST,
        "sid": "a room",
        "namespace": "/",
        "id": 7,
        "args": args,
    }


@own_kinds
def test_an_ack_that_breaks_the_contract_is_not_returned(kind: str, net: Any) -> None:
    """Whoever asked waits for its timeout; the violation tells which client answered so."""
    at = Place(net, kind)
    assert answer(at, asked(at), BAD) == []
    (violation,) = at.violations
    assert (violation.checkpoint, violation.event) == ("receive_ack", "question")
    assert (violation.sid, violation.rejected) == (at.sid, True)
    assert MARK not in violation.line()


@own_kinds
def test_an_ack_that_keeps_the_contract_is_returned(kind: str, net: Any) -> None:
    """As without the guard."""
    at = Place(net, kind)
    assert answer(at, asked(at), GOOD) == [returned({"answer": "a"})]
    assert at.violations == []


@own_kinds
def test_a_guarded_process_validates_its_acks_itself(kind: str, net: Any) -> None:
    """So that they are counted once, and raise where they were asked for."""
    at = Place(net, kind)
    id = asked(at, emit("question", "q", asyncapi_guard=1, **ASKED))
    assert answer(at, id, BAD) == [returned(*BAD)]
    assert at.violations == []


@own_kinds
@pytest.mark.parametrize("mode", ["report", "off"])
def test_in_other_modes_every_ack_is_returned(kind: str, mode: str, net: Any) -> None:
    """It is a violation in `report`."""
    at = Place(net, kind, mode=mode)
    assert answer(at, asked(at), BAD) == [returned(*BAD)]
    assert [v.rejected for v in at.violations] == ([False] if mode == "report" else [])


@own_kinds
def test_each_client_of_a_room_is_asked_and_judged(kind: str, net: Any) -> None:
    """By the event that was sent, whichever other events wait for their acks."""
    at = Place(net, kind)
    first = asked(at)
    second = asked(at, emit("plain", "q", callback=["a room", "/", 8]), "plain")
    assert answer(at, second, ["anything"]) == [{**returned("anything"), "id": 8}]
    assert answer(at, first, BAD) == []


@own_kinds
@pytest.mark.parametrize("values", [GOOD, {"not": "a list"}], ids=["ack", "rejection"])
def test_what_is_returned_is_signed(kind: str, values: Any, net: Any) -> None:
    """Acks, and the news of one that was rejected, which a guarded process gets at once."""
    at = Place(net, kind, queue_key=KEY)
    message = emit("question", "q", asyncapi_guard=1, **ASKED)
    id = asked(at, sign(message, KEY.encode()))
    (message,) = answer(at, id, values)
    assert ("asyncapi_guard_rejection" in message) is (values is not GOOD)
    assert is_signed(json.loads(json.dumps(message)), KEY.encode())


@own_kinds
def test_what_a_server_publishes_is_signed(kind: str, net: Any) -> None:
    """Events and control; another guarded server with the key takes them, and none without it."""
    at = Place(net, kind, queue_key=KEY)
    at.manager.published.clear()
    at.run(lambda: at.server.emit("plain", "a"))
    at.run(lambda: at.server.emit("file", {"data": b"x"}))
    at.run(at.server.close_room, "a room")
    at.run(at.server.enter_room, "the client of another host", "a room")
    sent = [json.loads(json.dumps(each)) for each in at.manager.published]
    assert [each["method"] for each in sent] == ["emit", "emit", "close_room", "enter_room"]
    assert all(is_signed(each, KEY.encode()) for each in sent)
    other = Place(net, kind, queue_key=KEY, queue_control="own-hosts")
    for each in sent:
        other.put(each)
        other.put({**each, "namespace": "/rooms/red"})
    assert other.settle()[0] == '2["plain","a"]'
    assert [v.code for v in other.violations] == ["unauthorized"] * 4
