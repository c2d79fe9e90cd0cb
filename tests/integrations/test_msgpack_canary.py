"""The canary rings on each path of MessagePack where there is no guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgpack
import pytest
from conftest import document
from test_client_traffic import TALKS
from test_msgpack_client_traffic import Talk
from test_msgpack_traffic import event
from traffic_canary import Canary
from traffic_msgpack import OverMessagePack, packed
from traffic_ways import WAYS, conversation_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.crossed


@pytest.fixture(scope="module", params=WAYS)
def conversation(
    request: pytest.FixtureRequest,
    module_net: Any,
    skip_or_fail: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A conversation whose server has lost its guard."""
    folder = tmp_path_factory.mktemp
    with conversation_over(request.param, module_net, folder, skip_or_fail, OverMessagePack) as one:
        one.application.unguard()
        yield one


@pytest.fixture(scope="module", params=TALKS)
def talk(request: pytest.FixtureRequest, module_net: Any) -> Any:
    """A conversation whose client has lost its guard."""
    made = Talk(module_net, *request.param.split("-"))
    made.client.unguard()
    return made


def an_ack(conversation: Any) -> None:
    conversation.application.returning("move", {"ok": 1})
    conversation.ask(("move", {"x": 1}))


def an_ack_of_the_client(conversation: Any) -> None:
    conversation.answering([lambda number: event({"answer": b"a"}, type=3, id=number)[0]])
    conversation.application.question(conversation.sid)
    conversation.acknowledged()


RINGS: dict[str, Callable[[Any], Any]] = {
    "an event": lambda one: one.ask(event("move", {"x": "1"})),
    "bytes": lambda one: one.ask(event("word", b"w")),
    "NaN": lambda one: one.ask(event("anything", float("nan"))),
    "an extension": lambda one: one.ask(event("anything", msgpack.ExtType(5, b""))),
    "an emit": lambda one: one.application.emit("moved", {"x": "1"}),
    "an ack": an_ack,
    "an ack of the client": an_ack_of_the_client,
    "a connect": lambda one: one.enter("/locked", {"token": b"abcd"}),
}


@pytest.mark.parametrize("row", RINGS, ids=str)
def test_it_rings_for_servers(row: str, conversation: Any) -> None:
    """For what reaches handlers and callbacks, and for what reaches a client."""
    conversation.forget()
    conversation.application.reset()
    RINGS[row](conversation)
    assert len(conversation.leaks(Canary(document()))) == 1


@pytest.mark.parametrize("sent", [event("move", {"x": "1"}), event("word", b"w")], ids=str)
def test_it_rings_for_clients(sent: Any, talk: Any) -> None:
    """For what reaches the application, of handlers or without them."""
    talk.fresh()
    talk.rogue.send(packed(data=["word", "first"]), *sent)
    assert len(talk.leaks(Canary(document()))) >= 1
