"""`testing.from_path` and `testing.Replay`: what `asyncapi-guard test` does, in your own tests."""

from __future__ import annotations

import subprocess
import sys

import pytest
from planted_bugs import HERE, launched

from asyncapi_guard import load, testing
from asyncapi_guard.contract_tests.engine_io import CannotConnect
from asyncapi_guard.contract_tests.steps import Source, Taken

GAMES, ORDERS = HERE / "games.yml", HERE / "orders.yml"


def test_nothing_is_imported_before_it_is_needed():
    """Neither what sends, nor what draws."""
    code = (
        "import sys; from asyncapi_guard import testing\n"
        f"schema = testing.from_path({str(GAMES)!r}); replay = testing.Replay(schema.contract, "
        "'http://localhost'); replay.client().connect()\n"
        "print([m for m in ('hypothesis', 'websocket', 'asyncapi_guard.contract_tests.engine') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # python-socketio's own client imports websocket where it is installed.
    assert "hypothesis" not in done.stdout
    assert "engine" not in done.stdout


def test_there_is_a_case_for_each_event_and_phase():
    """And one for each namespace where it is about more than one event."""
    cases = {str(each) for each in testing.from_path(ORDERS).cases()}
    assert {"/ place_order coverage", "/kitchen set_oven random", "/kitchen all security"} <= cases
    assert not any("transport" in each for each in cases)
    few = testing.from_path(ORDERS).cases(
        phases=["coverage", "transport"], namespaces=["/"], events=["latest"]
    )
    assert list(map(str, few)) == ["/ latest coverage"]


def test_a_document_can_be_data_or_a_contract():
    """As everywhere."""
    contract = load(GAMES)
    assert testing.from_path(contract).contract is contract


def test_wrong_options_are_said_at_once():
    """Not when a case runs."""
    with pytest.raises(TypeError, match="tokens"):
        testing.from_path(GAMES, tokens=1)
    with pytest.raises(ValueError, match="time"):
        testing.from_path(GAMES, time=0)
    with pytest.raises(ValueError, match="slow"):
        testing.from_path(GAMES).cases(phases=["slow"])


schema = testing.from_path(GAMES, time=10)


@pytest.fixture(scope="module")
def server():
    """The right one."""
    with launched("games") as url:
        yield url


@schema.parametrize(phases=["coverage"], events=["list_games"])
def test_a_right_server_passes(case, server):
    """As users write it, with a fixture for the server."""
    case.check(server, time=5)


@pytest.mark.slow
def test_a_wrong_server_fails():
    """With the packets in the text of the error."""
    (case,) = schema.cases(phases=["coverage"], events=["list_games"])
    with launched("games", "undeclared_field") as url:
        with pytest.raises(testing.ServerBrokeContract) as caught:
            case.check(url, max_failures=1)
        assert "ack_breaks_contract: list_games in /" in str(caught.value)
        assert '["list_games"' in str(caught.value)
        assert caught.value.failures[0].event == "list_games"


def test_values_that_the_server_gives():
    """May stand anywhere in arguments."""
    replay = testing.Replay(GAMES, "http://localhost:5000")
    ann = replay.client(1)
    ann.connect()
    created = ann.call("create_game", {"name": "a", "size": 2})
    ann.call("join_game", {"a/b": [created.ack[0]["game_id"], created.event("game_created")[0]]})
    assert replay.steps[2].taken == (
        Taken("/0/a~1b/0", 1, Source.ACK, "/0/game_id"),
        Taken("/0/a~1b/1", 1, Source.EVENT, "/0", "game_created"),
    )


def test_nobody_is_there():
    """Then nothing is said of the contract."""
    replay = testing.Replay(GAMES, "http://127.0.0.1:9")
    replay.client().connect()
    with pytest.raises(CannotConnect):
        replay.check()


def test_a_replay_can_be_checked_twice(server):
    """With new clients each time."""
    replay = testing.Replay(GAMES, server)
    bob = replay.client()
    bob.connect()
    created = bob.call("create_game", {"name": "a", "size": 2})
    bob.call("leave_game", {"game_id": created.ack[0]["game_id"]})
    replay.check()
    replay.check()


def test_a_replay_knows_the_secrets_of_its_clients():
    """And does not print them."""
    auth = {"name": "ann", "password": "open sesame"}
    with launched("chat", "password_is_told") as url:
        replay = testing.Replay(HERE / "chat.yml", url, auth=auth)
        replay.client().connect("/chat", credentials=True)
        replay.client().call("who_am_i", namespace="/chat")
        with pytest.raises(testing.ServerBrokeContract, match="secret_echoed") as caught:
            replay.check()
    assert "open sesame" not in str(caught.value)
