"""What a mock answers by itself: examples or drawn values, with fields of the request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard import testing
from asyncapi_guard.mock.refusals import is_refusal, without_error

if TYPE_CHECKING:
    from collections.abc import Callable

ADA = {"name": "Ada"}


def answers(game: Any, seed: int) -> list[Any]:
    """What three connections get that ask for the same things."""
    found = []
    with testing.mock(game, seed=seed) as mock:
        for _ in range(3):
            with testing.client(mock.url, game) as client:
                found.append([client.call("create_game", ADA) for _ in range(4)])
    return found


def test_a_seed_gives_the_same_answers(game: Any) -> None:
    """To each connection, whatever others did; another seed gives others."""
    one, two, three = answers(game, 3)
    assert one == two == three
    assert answers(game, 3) == [one, two, three]
    assert answers(game, 4)[0] != one


def test_the_name_of_the_file_has_no_part_in_it(game: Any, tmp_path: Any) -> None:
    """A document gives the same answers wherever it is."""
    found = []
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps(game))
        found += answers(tmp_path / name, 3)
    assert found == [found[0]] * 6 == [*answers(game, 3), *found[3:]]


def test_fields_of_the_request_are_echoed(game: Any) -> None:
    """At the top, and one level below it; and optional ones that the ack's schema has."""
    with testing.mock(game) as mock, testing.client(mock.url, game) as client:
        ack = client.call("create_game", {"name": "Ada", "size": 7})
        assert ack["name"] == "Ada"
        assert ack["owner"] == {"name": "Ada", "size": 7}


def test_what_would_break_the_ack_is_not_echoed(game: Any) -> None:
    """A field that the ack has by the same name and another type stays as it is."""
    ack = game["channels"]["game"]["messages"]["create_game"]["x-ack"]
    ack["oneOf"][0]["properties"]["name"] = {"type": "integer"}
    with testing.mock(game) as mock, testing.client(mock.url, game) as client:
        assert isinstance(client.call("create_game", ADA)["name"], int)


def test_secrets_are_not_echoed(game: Any) -> None:
    """What a client shows in secret does not come back, even where the ack has a field for it."""
    message = game["channels"]["game"]["messages"]["create_game"]
    secret = {"type": "string", "minLength": 3}
    message["payload"]["properties"]["password"] = secret
    message["x-ack"]["oneOf"][0]["properties"]["password"] = secret
    message["x-ack"]["oneOf"][0]["required"].append("password")
    with testing.mock(game) as mock, testing.client(mock.url, game) as client:
        ack = client.call("create_game", {"name": "Ada", "password": "correct horse"})
        assert ack["password"] != "correct horse"


def test_errors_are_answered_only_where_a_scenario_says_so(game: Any) -> None:
    """Of the alternatives of an ack, those for errors are not drawn."""
    with testing.mock(game) as mock, testing.client(mock.url, game) as client:
        for _ in range(60):
            assert "error" not in client.call("create_game", ADA)


def test_examples_come_first(game: Any) -> None:
    """The examples of an ack are answered in turn."""
    first = {"game_id": 5, "name": "x", "owner": {"size": 1}}
    second = {**first, "game_id": 6}
    ack = game["channels"]["game"]["messages"]["create_game"]["x-ack"]
    ack["examples"] = [first, {"error": "not this one"}, second, {"game_id": "invalid"}]
    with testing.mock(game) as mock, testing.client(mock.url, game) as client:
        found = [client.call("create_game", ADA) for _ in range(3)]
        assert [each["game_id"] for each in found] == [5, 6, 5]
        assert {each["name"] for each in found} == {"Ada"}


def test_one_of_each_event_on_connect(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """`on_connect` sends a client each event that there is in its namespace."""
    player = play(serve(game, on_connect=True))
    came = dict([player.next(), player.next()])
    assert came["news"] == "extra extra"
    assert came["game_created"]["game_id"] >= 1


def test_the_next_event_after_an_interval(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """`interval` sends one event after the other, in turn."""
    player = play(serve(game, interval=0.01))
    names = [player.next()[0] for _ in range(4)]
    assert names == ["game_created", "news"] * 2


def test_events_with_an_ack_ask_for_it(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """An event whose ack the document requires is sent with a callback, to a room as well."""
    messages = game["channels"]["game"]["messages"]
    messages["news"]["x-ack"] = {"args": {"type": "boolean"}, "required": True}
    then = {"emit": "news", "to": "everyone"}
    player = play(serve(game, scenario={"rules": [{"on": "look", "then": then}]}))
    player.io.on("news", lambda _: player._put("asked") or True)
    player.io.emit("look")
    assert player.next() == ("asked", ())


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"error": ""}, True),
        ({"error": "no"}, True),
        ({"error": None}, False),
        ({"error": False}, False),
        ({"errors": []}, False),
        ({"errors": ["x"]}, True),
        ({"ok": False}, True),
        ({"ok": True}, False),
        ({"success": False, "id": 1}, True),
        ({"status": "error"}, True),
        ({"status": "waiting"}, False),
        ({"status": 404}, True),
        ({"status": 200}, False),
        ({"status": True}, False),
        ({"error_code": 3}, True),
        ("error", False),
        ([{"error": "x"}], False),
    ],
)
def test_what_looks_like_an_error(value: Any, wrong: bool) -> None:
    """An ack says that something went wrong by a few names of fields."""
    assert is_refusal([value]) is wrong
    if wrong and "error" in value:
        assert not is_refusal(without_error([value]))
