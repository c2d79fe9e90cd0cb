"""The canary of the table of traffic rings on each path, wherever there is no guard.

So where it is silent nothing leaked, in whichever way the table is spoken. It is asked about the
rows of the table as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import document
from test_client_traffic import TALKS, Talk
from test_traffic import (
    BAD_ACKS,
    BAD_CLIENT_ACKS,
    BAD_CONNECT_PACKETS,
    BAD_CONNECTS,
    BAD_EMITS,
    BAD_EVENTS,
    BAD_PACKETS,
    CYCLE,
    GOOD_ACKS,
    GOOD_CLIENT_ACKS,
    GOOD_CONNECTS,
    GOOD_EMITS,
    GOOD_EVENTS,
)
from traffic_canary import Canary
from traffic_frames import HEARD, SENT, read
from traffic_ways import WAYS, conversation_over

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=WAYS)
def conversation(
    request: pytest.FixtureRequest,
    module_net: Any,
    skip_or_fail: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A conversation whose server has lost its guard."""
    with conversation_over(request.param, module_net, tmp_path_factory.mktemp, skip_or_fail) as one:
        one.application.unguard()
        yield one


@pytest.fixture(scope="module", params=TALKS)
def talk(request: pytest.FixtureRequest, module_net: Any) -> Talk:
    """A conversation whose client has lost its guard."""
    made = Talk(module_net, *request.param.split("-"))
    made.client.unguard()
    return made


def event_in(conversation: Any) -> None:
    conversation.ask(("move", {"x": "1"}))


def event_that_is_not_there(conversation: Any) -> None:
    conversation.application.emit("nope", 1)


def ack_out(conversation: Any) -> None:
    conversation.application.returning("move", {"ok": 1})
    conversation.ask(("move", {"x": 1}))


def emit_out(conversation: Any) -> None:
    conversation.application.emit("moved", {"x": "1"})


def emit_out_with_bytes(conversation: Any) -> None:
    conversation.application.emit("bag_sent", {"k": [b"x"]})


def ack_in(conversation: Any) -> None:
    conversation.answering(['3%d[{"answer":1}]'])
    conversation.application.question(conversation.sid)
    conversation.acknowledged()


def connect(conversation: Any) -> None:
    assert conversation.enter("/locked", {"token": "abc"}) is None


@pytest.mark.parametrize(
    "leak",
    [
        *(event_in, event_that_is_not_there, ack_out, emit_out, emit_out_with_bytes),
        *(ack_in, connect),
    ],
)
def test_it_rings_where_a_server_has_no_guard(leak: Any, conversation: Any) -> None:
    """Once for each leak, and for nothing else."""
    conversation.forget()
    conversation.application.reset()
    assert conversation.leaks(Canary(document())) == []
    leak(conversation)
    assert len(conversation.leaks(Canary(document()))) == 1


def client_event_in(talk: Talk) -> None:
    talk.ask(("move", {"x": "1"}))


def client_ack_out(talk: Talk) -> None:
    talk.client.returns["move"] = {"ok": 1}
    talk.ask(("move", {"x": 1}))


def client_emit_out(talk: Talk) -> None:
    talk.client.emit("moved", {"x": "1"})


def client_ack_in(talk: Talk) -> None:
    talk.rogue.ack = ['3%s[{"answer":1}]']
    talk.client.call("question", "q")


@pytest.mark.parametrize("leak", [client_event_in, client_emit_out, client_ack_in])
def test_it_rings_where_a_client_has_no_guard(leak: Any, talk: Talk) -> None:
    """Once for each leak, and for nothing else."""
    _rings(leak, talk)


@pytest.mark.parametrize("talk", [each for each in TALKS if "Simple" not in each], indirect=True)
def test_it_rings_for_the_ack_of_a_client_without_a_guard(talk: Talk) -> None:
    """Simple clients have no handlers, so nothing of theirs is an ack."""
    _rings(client_ack_out, talk)


def _rings(leak: Any, talk: Talk) -> None:
    talk.fresh()
    assert talk.leaks(Canary(document())) == []
    leak(talk)
    assert len(talk.leaks(Canary(document()))) == 1


def test_frames_are_read_as_what_they_are() -> None:
    """With attachments, ids of events in flight, namespaces, and what let a client in."""
    heard = read(
        [
            (SENT, '0/locked,{"token":"abcd"}'),
            (HEARD, '0/locked,{"sid":"s"}'),
            (SENT, '2/locked,1["say","x"]'),
            (SENT, '21["move",{"x":1}]'),
            (HEARD, '51-["file",{"data":{"_placeholder":true,"num":0}}]'),
            (HEARD, b"\x00"),
            (HEARD, '31[{"ok":true}]'),
            (HEARD, '3/locked,1["a"]'),
            (HEARD, "37[]"),
        ]
    )
    assert heard.entered == [("/locked", {"token": "abcd"})]
    assert heard.events == [("/", "file", [{"data": b"\x00"}])]
    assert heard.acks == [
        ("/", "move", [{"ok": True}]),
        ("/locked", "say", ["a"]),
        ("/", "nobody asked", []),
    ]


@pytest.mark.parametrize("auth", ['{"token":NaN}', '{"token":1,"token":"abcd"}', "[" * 99_999, ""])
def test_an_auth_that_must_not_let_anybody_in_rings(auth: str) -> None:
    """Whether it breaks the contract, or cannot be read."""
    heard = read([(SENT, f"0/locked,{auth}"), (HEARD, '0/locked,{"sid":"s"}')])
    assert len(Canary(document()).entered(heard.entered)) == 1


def test_the_rows_of_the_table_are_for_it_what_they_are_called() -> None:
    """Whatever is no raw packet: it has good rows for good, and bad ones for bad."""
    canary = Canary(document())
    for rows, leaks in ((GOOD_EVENTS, 0), (BAD_EVENTS, 1)):
        for sent, _ in rows.values():
            if isinstance(sent, tuple):
                assert len(canary.handled([("/", sent[0], sent[1:])])) == leaks, sent
    for rows, leaks in ((GOOD_ACKS, 0), (BAD_ACKS, 1)):
        for row in rows.values():
            values = row[2] if isinstance(row[2], tuple) else () if row[2] is None else (row[2],)
            if values != (CYCLE,) and row[2] != {"ok": CYCLE}:
                assert len(canary.acknowledged([("/", row[0], values)])) == leaks, row
    for event, data, _ in GOOD_EMITS.values():
        args = data if isinstance(data, tuple) else () if data is None else (data,)
        assert canary.delivered([("/", event, args)]) == []
    for event, data, namespace in BAD_EMITS.values():
        args = data if isinstance(data, tuple) else () if data is None else (data,)
        assert len(canary.delivered([(namespace, event, args)])) == 1
    assert canary.called([("/", "question", [{"answer": "a"}])]) == []
    assert len(canary.called([("/", "question", [{"answer": float("nan")}])])) == 1


def test_the_connects_of_the_table_are_for_it_what_they_are_called() -> None:
    """Good rows are good, and bad ones bad."""
    canary = Canary(document())
    for namespace, auth in GOOD_CONNECTS.values():
        assert canary.entered([(namespace, auth)]) == []
    for namespace, auth, _ in BAD_CONNECTS.values():
        assert len(canary.entered([(namespace, auth)])) == 1


def test_the_table_is_large_enough() -> None:
    """At least 170 rows, and every path has good and bad ones."""
    good = (GOOD_EVENTS, GOOD_ACKS, GOOD_EMITS, GOOD_CLIENT_ACKS, GOOD_CONNECTS)
    bad = (BAD_EVENTS, BAD_PACKETS, BAD_ACKS, BAD_EMITS, BAD_CLIENT_ACKS, BAD_CONNECTS)
    assert all(good)
    assert all(bad)
    assert sum(map(len, (*good, *bad, BAD_CONNECT_PACKETS))) >= 170
