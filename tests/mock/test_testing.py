"""`asyncapi_guard.testing.mock` and `async_mock`: a server for the tests of clients."""

from __future__ import annotations

import asyncio
import json
import queue
import urllib.error
import urllib.request
from typing import Any

import pytest
import socketio

from asyncapi_guard import EmitValidationError, load, testing
from asyncapi_guard.mock.origins import check_origin

ADA = {"name": "Ada"}
PATIENCE = 60


def test_what_a_client_sends_can_be_expected(game: Any, play: Any) -> None:
    """Events are taken in order; what the test emits reaches the client."""
    with testing.mock(game) as mock:
        player = play(mock.url)
        player.ask("create_game", ADA)
        player.ask("look")
        assert mock.received("create_game") == ADA
        assert mock.received("look") is None
        assert [each.event for each in mock.events] == ["create_game", "look"]
        mock.emit("news", "hello")
        assert player.next() == ("news", "hello")
        mock.emit("game_created", to=player.io.get_sid())
        name, value = player.next()
        assert (name, set(value) >= {"game_id"}) == ("game_created", True)


def test_a_client_that_breaks_the_contract_fails_the_test(game: Any, play: Any) -> None:
    """When the block ends, whatever the client was told."""
    with pytest.raises(testing.ContractBroken, match="'name' is a required property") as caught:
        with_a_client_that_breaks_it(game, play)
    assert [each.event for each in caught.value.violations] == ["create_game", "nothing"]


def with_a_client_that_breaks_it(game: Any, play: Any) -> None:
    with testing.mock(game) as mock:
        player = play(mock.url)
        assert "error" in player.ask("create_game", {})
        assert "error" in player.ask("nothing", {})


def test_a_violation_that_the_test_expects(game: Any, play: Any) -> None:
    """Taken, it breaks nothing."""
    with testing.mock(game) as mock:
        play(mock.url).io.emit("create_game", {})
        assert mock.violation().event == "create_game"
        assert mock.violations == ()


def test_what_does_not_happen(game: Any) -> None:
    """Waiting has an end, and says what was waited for."""
    with testing.mock(game, timeout=0.01) as mock:
        with pytest.raises(testing.NotReceived, match="look"):
            mock.received("look")
        with pytest.raises(testing.NotReceived, match="none occurred"):
            mock.violation()


@pytest.mark.parametrize("payload", [7, {"x": 1}, ["a", "b"], None])
def test_a_test_cannot_emit_what_the_document_does_not_allow(game: Any, payload: Any) -> None:
    """The mock is guarded as any server is."""
    with testing.mock(game) as mock:
        with pytest.raises(EmitValidationError):
            mock.emit("news", payload)
        with pytest.raises(EmitValidationError):
            mock.emit("nwes", payload)
        assert len([mock.violation(), mock.violation()]) == 2


@pytest.mark.parametrize("spec", ["file", "mapping", "contract"])
def test_documents_of_all_kinds(spec: str, game: Any, play: Any, tmp_path: Any) -> None:
    """A path, data, or a contract that was loaded."""
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(game))
    document = {"file": file, "mapping": game, "contract": load(file)}[spec]
    with testing.mock(document) as mock:
        assert play(mock.url).ask("create_game", ADA)["name"] == "Ada"


def test_in_coroutines(game: Any) -> None:
    """`async_mock` waits without stopping the event loop, and tells at the end as well."""

    async def tested() -> Any:
        async with testing.async_mock(game) as mock:
            client = socketio.AsyncSimpleClient()
            await client.connect(mock.url, transports=["websocket"])
            waiting = asyncio.create_task(mock.received("create_game", timeout=PATIENCE))
            await asyncio.sleep(0)
            answer = await client.call("create_game", ADA, timeout=PATIENCE)
            assert await waiting == ADA
            await mock.emit("news", "hello")
            assert await client.receive(timeout=PATIENCE) == ["news", "hello"]
            await client.emit("create_game", {})
            assert (await mock.violation(PATIENCE)).event == "create_game"
            assert mock.violations == ()
            assert len(mock.events) == 1
            await client.call("create_game", {}, timeout=PATIENCE)
            await client.disconnect()
            return answer

    with pytest.raises(testing.ContractBroken):
        asyncio.run(tested())


def test_an_error_of_the_test_comes_first(game: Any, play: Any) -> None:
    """What the test itself raises is raised, and the mock ends."""
    urls: list[str] = []

    def fail() -> None:
        with testing.mock(game) as mock:
            urls.append(mock.url)
            play(mock.url).ask("create_game", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(urls[0], timeout=PATIENCE)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"seed": "x"}, TypeError),
        ({"delay": -1}, ValueError),
        ({"delay": "1"}, TypeError),
        ({"interval": 0}, ValueError),
        ({"interval": float("nan")}, ValueError),
        ({"credentials": "bearer=x"}, TypeError),
        ({"cors": "loopback"}, TypeError),
        ({"cors": ["localhost:5173"]}, ValueError),
        ({"server": "nowhere"}, ValueError),
        ({"seed": True}, TypeError),
    ],
)
def test_options_that_are_none(game: Any, options: Any, error: type[Exception]) -> None:
    """They are refused before anything listens."""
    with pytest.raises(error), testing.mock(game, **options):
        pass


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("loopback", True),
        ("*", True),
        ("http://localhost:5173", True),
        ("https://app.example", True),
        ("http://[::1]:3000", True),
        ("http://localhost:5173/", False),
        ("localhost:5173", False),
        ("http://", False),
        ("http://x:99999", False),
        ("null", False),
        ("", False),
    ],
)
def test_origins(text: str, is_one: bool) -> None:
    """A scheme, a host, a port, and nothing after them."""
    if is_one:
        assert check_origin(text) == text
    else:
        with pytest.raises(ValueError, match="isn't an origin"):
            check_origin(text)


@pytest.mark.crossed
@pytest.mark.parametrize(
    ("cors", "origin", "is_in"),
    [
        ([], "http://localhost:5173", False),
        ([], "own", True),
        (["loopback"], "http://localhost:5173", True),
        (["loopback"], "http://127.0.0.1:1", True),
        (["loopback"], "http://[::1]:1", True),
        (["loopback"], "http://localhost.evil.example", False),
        (["loopback"], "http://127.evil.example", False),
        (["loopback"], "null", False),
        (["loopback"], "own", True),
        (["https://app.example"], "https://app.example", True),
        (["https://app.example"], "https://app.example:8443", False),
        (["https://app.example"], "own", True),
        (["*"], "https://app.example", True),
    ],
)
def test_pages_that_connect(cors: Any, origin: str, is_in: bool, game: Any, serve: Any) -> None:
    """Only those of the mock's own origin, unless options name others."""
    url = serve(game, cors=cors)
    request = urllib.request.Request(f"{url}/socket.io/?EIO=4&transport=polling")
    request.add_header("Origin", url if origin == "own" else origin)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            told = answer.headers["Access-Control-Allow-Origin"]
    except urllib.error.HTTPError as error:
        told = error.code
    assert told == (request.get_header("Origin") if is_in else 400)


@pytest.mark.crossed
@pytest.mark.parametrize(
    ("event", "wrong"),
    [("create_game", {"name": 7}), ("news", "x"), ("connect", {}), ("*", 1), ("say", "x")],
)
def test_what_is_wrong_is_rejected(
    event: str, wrong: Any, game: Any, serve: Any, play: Any
) -> None:
    """The guard's own answer, on threads and on asyncio."""
    answer = play(serve(game)).ask(event, wrong)
    assert answer["error"]["code"] in (
        "request_validation_error",
        "undeclared_event",
        "reserved_event",
    )


def test_the_page_shows_what_was_wrong(game: Any, play: Any, tmp_path: Any) -> None:
    """The console is there, with the violations of clients and no values."""
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(game))
    with testing.mock(file) as mock:
        play(mock.url).ask("create_game", {"name": "Ada", "secret": 1})
        mock.violation()
        with urllib.request.urlopen(f"{mock.url}/asyncapi/live", timeout=PATIENCE) as answer:
            page = answer.read().decode()
        assert "create_game" in page
        assert "Ada" not in page


def test_the_page_is_there(game: Any, serve: Any, tmp_path: Any) -> None:
    """On threads and on asyncio, for clients of this machine."""
    file = tmp_path / "asyncapi.json"
    file.write_text(json.dumps(game))
    with urllib.request.urlopen(f"{serve(file)}/asyncapi/live", timeout=PATIENCE) as answer:
        assert answer.status == 200


def test_the_server_that_it_is(game: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Where the document's servers require different things, the mock says which one it is."""
    game["components"] = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    token = [{"$ref": "#/components/securitySchemes/token"}]
    game["servers"] = {
        "one": {"host": "one.example", "protocol": "ws"},
        "two": {"host": "two.example", "protocol": "ws", "security": token},
    }
    with testing.mock(game):
        assert "'one'; the others are two" in caplog.text


def test_a_client_that_cuts_its_connection(game: Any) -> None:
    """What engine.io does then in a thread of its own ends without an exception."""

    def cut() -> None:
        raise ConnectionResetError

    with testing.mock(game) as mock:
        mock.io.eio.start_background_task(cut).join(PATIENCE)


def test_bytes(game: Any, serve: Any, play: Any) -> None:
    """Binary values are drawn, sent and echoed as bytes."""
    data = {"type": "string", "format": "binary"}
    message = game["channels"]["game"]["messages"]["create_game"]
    message["payload"]["properties"]["data"] = data
    message["x-ack"]["oneOf"][0]["properties"]["data"] = data
    message["x-ack"]["oneOf"][0]["required"].append("data")
    player = play(serve(game))
    assert isinstance(player.ask("create_game", ADA)["data"], bytes)
    assert player.ask("create_game", {**ADA, "data": b"abc"})["data"] == b"abc"


@pytest.mark.crossed
@pytest.mark.parametrize(
    ("payload", "ack", "args", "wanted"),
    [
        ({"type": "null"}, {"type": "null"}, None, None),
        ({"type": "integer"}, {"type": "integer", "const": 7}, 5, 7),
        ({"type": "integer"}, {"type": "array", "items": {"const": 1}, "minItems": 2}, 5, list),
        (
            {"type": "array", "items": [{"type": "integer"}, {"type": "string"}], "minItems": 2},
            {"args": {"type": "array", "items": [{"const": 1}, {"const": "b"}], "minItems": 2}},
            (5, "x"),
            (1, "b"),
        ),
        ({"type": "array", "items": {"type": "integer"}}, {"const": None}, [1, 2], None),
    ],
)
def test_arguments_of_all_kinds(
    payload: Any, ack: Any, args: Any, wanted: Any, game: Any, serve: Any, play: Any
) -> None:
    """None, one, several, and one that is a list."""
    messages = game["channels"]["game"]["messages"]
    messages["look"] = {"payload": payload, "x-ack": ack}
    found = play(serve(game)).ask("look", args)
    assert isinstance(found, wanted) if isinstance(wanted, type) else found == wanted


def test_a_delay(game: Any, serve: Any, play: Any) -> None:
    """Each ack waits; the delay of a rule counts instead of it."""
    rules = [{"on": "look", "delay": 0}]
    player = play(serve(game, delay=0.2, scenario={"rules": rules}))
    answered: queue.Queue[str] = queue.Queue()
    player.io.emit("create_game", ADA, callback=lambda _: answered.put("create_game"))
    player.io.emit("look", callback=lambda: answered.put("look"))
    assert [answered.get(timeout=PATIENCE) for _ in range(2)] == ["look", "create_game"]


def test_it_is_the_other_side_of_a_document_of_a_client(game: Any, serve: Any, play: Any) -> None:
    """With `perspective="client"`, what the document sends is what the mock receives."""
    for operation in game["operations"].values():
        operation["action"] = "send" if operation["action"] == "receive" else "receive"
    player = play(serve(game, perspective="client"))
    assert player.ask("create_game", ADA)["name"] == "Ada"


def test_events_in_modes_that_let_through(game: Any, serve: Any, play: Any) -> None:
    """`x-guard: {mode: report}` lets a wrong event pass, which is answered all the same."""
    game["channels"]["game"]["messages"]["create_game"]["x-guard"] = {"mode": "report"}
    assert play(serve(game)).ask("create_game", {"nam": "x"})["game_id"] >= 1
