"""What a scenario says happens: on threads and on asyncio, with a real client."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import socketio
import websocket

from asyncapi_guard.mock.loading import load_mock
from asyncapi_guard.mock.options import MockOptions

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 120
ADA = {"name": "Ada"}
ROOM = "game-{$ack#/game_id}"


def rules(*several: dict[str, Any]) -> dict[str, Any]:
    return {"rules": list(several)}


def test_an_ack_and_then_an_event_to_the_room(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """The client enters a room, is answered, and then hears in that room what the answer says."""
    then = [{"emit": "game_created", "payload": {"game_id": "$ack#/game_id"}, "to": {"room": ROOM}}]
    url = serve(game, scenario=rules({"on": "create_game", "join": ROOM, "then": then}))
    player, stranger = play(url), play(url)
    done = player.ask("create_game", ADA)
    assert player.next() == ("game_created", {"game_id": done["game_id"]})
    stranger.ask("look")
    assert stranger.came == []


def test_the_ack_is_on_the_wire_before_the_event(game: Any, serve: Callable[..., str]) -> None:
    """What follows an ack comes after it, in the frames themselves."""
    url = serve(game, scenario=rules({"on": "look", "then": {"emit": "news", "payload": "x"}}))
    wire = websocket.create_connection(
        f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket", timeout=PATIENCE
    )
    try:
        assert wire.recv()[0] == "0"
        wire.send("40")
        assert wire.recv()[:2] == "40"
        for id in range(5):
            wire.send(f'42{id}["look"]')
            assert [wire.recv(), wire.recv()] == [f"43{id}[]", '42["news","x"]']
    finally:
        wire.close(timeout=0)


@pytest.mark.crossed
@pytest.mark.parametrize(
    ("when", "name", "refused"),
    [
        ({"$message.payload#/name": "Ada"}, "Ada", True),
        ({"$message.payload#/name": "Ada"}, "Ben", False),
        ({"$message.payload#/name": {"minLength": 4}}, "Bert", True),
        ({"$message.payload#/name": {"minLength": 4}}, "Ben", False),
        ({"$message.payload#/size": {}}, "Ben", False),
        ({"$message.payload": {"required": ["name"]}, "$namespace": "/"}, "Ben", True),
    ],
    ids=["equal", "not equal", "schema", "not by schema", "not there", "two"],
)
def test_an_error_where_a_condition_holds(
    when: Any, name: str, refused: bool, game: Any, serve: Callable[..., str], play: Any
) -> None:
    """Conditions choose the rule; its error is one of the document's."""
    url = serve(game, scenario=rules({"on": "create_game", "when": when, "error": True}))
    answer = play(url).ask("create_game", {"name": name})
    assert ("error" in answer) is refused


def test_the_first_rule_whose_conditions_hold(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """A rule without conditions stands for all that no rule before it is for."""
    taken = {"on": "create_game", "when": {"$message.payload#/name": "Ada"}}
    url = serve(
        game,
        scenario=rules(
            {**taken, "ack": {"error": "{$message.payload#/name} is taken."}},
            {"on": "create_game", "then": {"emit": "news", "payload": "a game"}},
        ),
    )
    player = play(url)
    assert player.ask("create_game", ADA) == {"error": "Ada is taken."}
    assert player.came == []
    player.ask("create_game", {"name": "Ben"})
    assert player.next() == ("news", "a game")


@pytest.mark.crossed
@pytest.mark.parametrize(
    ("refuse", "told"),
    [
        ("Too many players.", {"message": "Too many players."}),
        ({"message": "Full", "data": {"most": 4}}, {"message": "Full", "data": {"most": 4}}),
        (True, {"message": "refused"}),
    ],
)
def test_a_connect_is_refused(
    refuse: Any, told: Any, game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """The client learns from `connect_error` what the scenario says."""
    when = {"$auth#/name": "Ada"}
    url = serve(game, scenario=rules({"on": "connect", "when": when, "refuse": refuse}))
    client = socketio.Client(reconnection=False, handle_sigint=False)
    heard: list[Any] = []
    client.on("connect_error", heard.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(url, auth=ADA, transports=["websocket"])
    assert heard == [told]
    assert "error" not in play(url, auth={"name": "Ben"}).ask("create_game", ADA)


def test_a_refusal_that_points_to_nothing(game: Any, serve: Callable[..., str]) -> None:
    """The client is refused all the same."""
    url = serve(game, scenario=rules({"on": "connect", "refuse": "$auth#/nothing"}))
    client = socketio.Client(reconnection=False, handle_sigint=False)
    heard: list[Any] = []
    client.on("connect_error", heard.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(url, auth=ADA, transports=["websocket"])
    assert heard == [{"message": "refused"}]


def test_connecting_is_answered_by_an_event(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """A client that connects gets what the scenario says, when it is connected."""
    then = [{"emit": "news", "payload": "hello {$auth#/name}"}]
    url = serve(game, scenario=rules({"on": "connect", "then": then}))
    assert play(url, auth=ADA).next() == ("news", "hello Ada")


def test_leaving_is_told_to_the_others(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """`disconnect` is something that happens, too."""
    then = {"emit": "news", "payload": "somebody left"}
    url = serve(game, scenario=rules({"on": "disconnect", "then": then}))
    stays, leaves = play(url), play(url)
    leaves.io.disconnect()
    assert stays.next() == ("news", "somebody left")


def test_others_rooms_and_leaving_them(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """Events go to the others, to everyone or to a room; who has left it hears nothing there."""
    room = {"room": "{$message.payload#/name}"}
    url = serve(
        game,
        scenario=rules(
            {
                "on": "create_game",
                "join": room["room"],
                "then": [
                    {"emit": "news", "payload": "others", "to": "others"},
                    {"emit": "news", "payload": "room", "to": room, "skip_sender": True},
                    {"leave": room["room"]},
                    {"emit": "news", "payload": "left", "to": room},
                    {"emit": "news", "payload": "all", "to": "everyone"},
                    {"disconnect": True},
                ],
            },
        ),
    )
    one, two = play(url), play(url)
    gone = threading.Event()
    one.io.on("disconnect", lambda *_: gone.set())
    one.ask("create_game", ADA)
    assert [two.next(), two.next()] == [("news", "others"), ("news", "all")]
    assert one.next() == ("news", "all")
    assert gone.wait(PATIENCE)


def test_namespaces_with_parameters(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """A rule for a template is for all of its namespaces, and knows their parameters."""
    then = {"emit": "said", "payload": "in {$parameters#/room}", "to": "everyone"}
    rule = {"on": "say", "namespace": "/rooms/{room}", "then": then}
    url = serve(game, scenario=rules(rule))
    blue, red = play(url, "/rooms/blue"), play(url, "/rooms/red")
    assert blue.ask("say", "hi") == {"room": "blue"}
    assert blue.next() == ("said", "in blue")
    assert red.ask("say", "hi") == {"room": "red"}
    assert red.next() == ("said", "in red")


def test_what_recurs(game: Any, serve: Callable[..., str], play: Callable[..., Any]) -> None:
    """`every` emits again and again, to everyone, as soon as somebody is there."""
    then = [{"emit": "news", "payload": "tick"}]
    player = play(serve(game, scenario=rules({"every": 0.01, "then": then})))
    assert [player.next() for _ in range(3)] == [("news", "tick")] * 3


def test_what_recurs_in_another_namespace_is_emitted_once(game: Any) -> None:
    """However many namespaces have clients."""
    then = [{"emit": "said", "payload": "x", "namespace": "/rooms/red", "to": "everyone"}]
    loaded = load_mock(game, MockOptions(scenario=rules({"every": 1, "then": then})))
    (rule,) = loaded.script.recurring()
    turn = loaded.script.recurs(rule, ["/", "/rooms/red", "/rooms/blue"])
    assert [(act.event, act.namespace) for act in turn.after] == [("said", "/rooms/red")]


def test_a_mark_on_a_sent_message(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """`x-mock` on a message says when it is emitted; not after an answer that is an error."""
    messages = game["channels"]["game"]["messages"]
    messages["game_created"]["x-mock"] = {"on": "create_game"}
    messages["create_game"]["x-mock"] = [
        {"when": {"$message.payload#/name": "Ben"}, "error": True},
        {"ack": {"game_id": 77, "name": "$message.payload#/name", "owner": {}}},
    ]
    player = play(serve(game))
    assert "error" in player.ask("create_game", {"name": "Ben"})
    assert player.ask("create_game", ADA)["game_id"] == 77
    assert player.next() == ("game_created", {"game_id": 77, "name": "Ada"})
    assert player.came == []


def test_a_mark_on_the_connect_message(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """It is about connecting."""
    game["channels"]["game"]["messages"]["connect"] = {
        "payload": {"type": "object"},
        "x-mock": {"when": {"$auth#/name": "Ada"}, "refuse": "no"},
    }
    game["operations"]["receive"]["messages"].append({"$ref": "#/channels/game/messages/connect"})
    url = serve(game)
    with pytest.raises(socketio.exceptions.ConnectionError):
        play(url, auth=ADA)
    assert play(url, auth={"name": "Ben"}).ask("create_game", ADA)["name"] == "Ada"


def test_rules_are_for_namespaces_that_have_all_that_they_emit(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """A rule without a namespace emits nothing that a namespace does not have."""
    then = {"emit": "news", "payload": "hello"}
    url = serve(game, scenario=rules({"on": "connect", "then": then}))
    assert play(url).next() == ("news", "hello")
    guest = play(url, "/rooms/red")
    assert guest.ask("say", "hi") == {"room": "red"}
    assert guest.came == []


def test_a_message_of_several_channels_listens_where_it_can(game: Any) -> None:
    """It is no fault that another channel with it has no such event."""
    news = {"payload": {"type": "string"}, "x-mock": {"on": "look"}}
    game["components"] = {"messages": {"News": {"name": "news", **news}}}
    for channel, operation in (("game", "send"), ("room", "tell")):
        reference = {"$ref": "#/components/messages/News"}
        game["channels"][channel]["messages"]["news"] = reference
        game["operations"][operation]["messages"].append(
            {"$ref": f"#/channels/{channel}/messages/news"}
        )
    load_mock(game, MockOptions())


def test_the_scenario_stands_before_the_document(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """A rule of the scenario file wins over the `x-mock` of a message."""
    game["channels"]["game"]["messages"]["create_game"]["x-mock"] = {"error": True}
    own = {"ack": {"error": "of the file"}, "on": "create_game"}
    assert play(serve(game, scenario=rules(own))).ask("create_game", ADA) == {
        "error": "of the file"
    }


def test_what_is_not_there_is_left_out(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """A field whose expression leads to nothing is left out, and `$$` is a dollar."""
    owner = {"size": "$message.payload#/size", "name": "$$5"}
    ack = {"game_id": 1, "name": "x", "owner": owner}
    player = play(serve(game, scenario=rules({"on": "create_game", "ack": ack})))
    assert player.ask("create_game", ADA)["owner"] == {"name": "$5"}
    assert player.ask("create_game", {**ADA, "size": 3})["owner"] == {"name": "$5", "size": 3}
