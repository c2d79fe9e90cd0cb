"""The code-first examples run as users start them, over real sockets."""

from __future__ import annotations

import functools
import itertools
import json
import os
import queue
import re
import subprocess
import sys
import types
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pydantic
import pytest
import requests
import socketio as pysocketio
from either_pydantic import OLD, spelled
from hasty_websocket import Hasty

from asyncapi_guard import Guard, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PATIENCE = 120


def address_in(log: Iterable[str]) -> str:
    """The address in Werkzeug's log, which has the port that it was given."""
    lines = []
    for line in log:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
        lines.append(line)
    raise AssertionError("".join(lines))


def program(script: str) -> list[str]:
    """What Python runs for an example, as one would write it for the Pydantic that is installed."""
    path = EXAMPLES / script
    text = path.read_text(encoding="utf-8")
    if spelled(text) == text:
        return [str(path)]
    return ["-c", f"__file__ = {str(path)!r}; exec(compile({spelled(text)!r}, __file__, 'exec'))"]


@contextmanager
def started(script: str) -> Iterator[str]:
    """An example's process, serving on a free port: its address."""
    with subprocess.Popen(
        [sys.executable, "-u", *program(script)],
        env={**os.environ, "PORT": "0", "PYTHONPATH": str((EXAMPLES / script).parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            yield address_in(process.stderr)
        finally:
            process.terminate()
            process.stderr.read()


class Client:
    """A real client over a websocket, which keeps what it receives."""

    def __init__(self, url: str, namespace: str = "/", auth: Any = None) -> None:
        self.namespace = namespace
        self.inbox: queue.Queue[tuple[str, list[Any]]] = queue.Queue()
        self.refusals: queue.Queue[Any] = queue.Queue()
        self.io = pysocketio.Client(
            reconnection=False,
            handle_sigint=False,
            websocket_extra_options={"class_": Hasty},
        )
        self.io.on("*", lambda event, *args: self.inbox.put((event, list(args))), namespace)
        self.io.on("connect_error", self.refusals.put, namespace)
        self.io.connect(
            url, auth=auth, transports=["websocket"], namespaces=[namespace], wait_timeout=PATIENCE
        )

    def ask(self, event: str, *args: Any) -> Any:
        """Emit an event, and wait for its ack."""
        return self.io.call(event, args, namespace=self.namespace, timeout=PATIENCE)

    def ask_nothing(self, event: str, *args: Any) -> None:
        """Emit an event, and wait for nothing."""
        self.io.emit(event, args, namespace=self.namespace)

    def hear(self) -> tuple[str, list[Any]]:
        return self.inbox.get(timeout=PATIENCE)

    def close(self) -> None:
        self.io.disconnect()
        self.io.eio.wait()


@contextmanager
def clients(url: str, count: int = 1, **options: Any) -> Iterator[list[Client]]:
    made: list[Client] = []
    try:
        made += [Client(url, **options) for _ in range(count)]
        yield made
    finally:
        for client in made:
            client.close()


#: What `asyncapi-guard models` writes is for Pydantic 2.
generated = pytest.mark.skipif(OLD, reason="generated models are Pydantic 2's")
fastapi = pytest.mark.skipif(OLD, reason="FastAPI is for Pydantic 2")


@pytest.mark.skipif(
    (2, 0) <= tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 10),
    reason="earlier versions of Pydantic 2 write a Literal of one value in another way",
)
@pytest.mark.parametrize(
    ("folder", "module", "server"),
    [
        ("simple", "sign_up", "socketio"),
        ("tictactoe_codefirst", "codefirst", "socketio"),
        pytest.param("spec_first_typed", "typed_chat", "socketio", marks=generated),
        pytest.param("code_first_fastapi", "rooms", "sio", marks=fastapi),
        pytest.param("code_first_fastapi", "rooms", "app", marks=fastapi),
    ],
)
def test_the_exported_document_is_up_to_date(folder: str, module: str, server: str) -> None:
    """The asyncapi.yml beside an example is what it exports; a document's server exports that."""
    if spelled(text := (EXAMPLES / folder / f"{module}.py").read_text(encoding="utf-8")) != text:
        program = types.ModuleType(module)
        # Hints are looked up in the module.
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, module, program)
            exec(spelled(text), vars(program))
        exported = program.socketio.asyncapi_doc.get_yaml()
        file = (EXAMPLES / folder / "asyncapi.yml").read_text(encoding="utf-8")
        assert exported == re.sub(r"\A(#.*\n)*", "", file)
        return
    command = [sys.executable, "-m", "asyncapi_guard", "export", f"{module}:{server}"]
    done = subprocess.run(
        [*command, "-o", "asyncapi.yml", "--check"],
        cwd=EXAMPLES / folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(OLD, reason="the examples are written for Pydantic 2")
@pytest.mark.parametrize(
    ("folder", "module"),
    [
        ("simple", "sign_up"),
        ("tictactoe_codefirst", "codefirst"),
        ("spec_first_typed", "typed_chat"),
    ],
)
def test_check_finds_nothing_about_them(folder: str, module: str) -> None:
    """Code and document of an example say the same, down to the types."""
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "check", f"{module}:socketio", "asyncapi.yml"],
        cwd=EXAMPLES / folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "asyncapi.yml: no findings\n"), done.stderr


@pytest.mark.parametrize(
    "file", sorted(EXAMPLES.glob("*/asyncapi.yml")), ids=lambda file: file.parent.name
)
def test_documents_of_examples_are_clean(file: Path) -> None:
    """Even for validate --strict."""
    command = [sys.executable, "-m", "asyncapi_guard", "validate", "--strict", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_signing_up() -> None:
    """A sign-up is answered and told to all; a bad one is answered by `on_error_default`."""
    with started("simple/sign_up.py") as url, clients(url) as (client,):
        good = {"email": "ann@example.com", "password": "correct horse"}
        assert client.ask("user_sign_up", good) == {"success": True, "error": ""}
        assert client.hear() == ("user_signed_up", [{"email": "ann@example.com"}])
        answer = client.ask("user_sign_up", {"email": "ann", "password": "hunter2"})
        assert answer["success"] is False
        assert "/email" in answer["error"]
        assert "/password" in answer["error"]
        assert "hunter2" not in answer["error"]
        assert client.ask("user_sign_up")["success"] is False


def test_two_play_tic_tac_toe() -> None:
    """Two clients play a game to its end, and what breaks rules or contract is answered."""
    with started("tictactoe_codefirst/codefirst.py") as url, clients(url, 2) as (ann, bob):
        assert ann.ask("create_game") == {"game_id": 1, "player": "X"}
        assert bob.hear() == ("game_created", [{"game_id": 1}])
        assert ann.hear() == ("game_created", [{"game_id": 1}])
        joined = bob.ask("join_game", {"game_id": 1})
        assert joined == {"game_id": 1, "board": [[""] * 3] * 3, "turn": "X", "player": "O"}
        assert bob.ask("make_move", {"game_id": 1, "x": 0, "y": 0}) == {"error": "It is X's turn."}
        for x, y, refused in ((3, 0, "/x"), ("0", 0, "/x"), (0, None, "/y")):
            answer = ann.ask("make_move", {"game_id": 1, "x": x, "y": y})
            assert [one["path"] for one in answer["error"]["problems"]] == [refused]
        assert "error" in ann.ask("join_game", {"game_id": 7})
        moves = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]
        for (x, y), player in zip(moves, itertools.cycle((ann, bob))):
            assert player.ask("make_move", {"game_id": 1, "x": x, "y": y}) == {}
            for client in (ann, bob):
                event, (position,) = client.hear()
                assert event == "move_made"
                assert position["board"][y][x] == ("X" if player is ann else "O")
        for client in (ann, bob):
            assert client.hear() == ("game_won", [{"game_id": 1, "winner": "X"}])
        over = bob.ask("make_move", {"game_id": 1, "x": 2, "y": 2})
        assert over == {"error": "Game 1 is over."}


def test_a_cell_can_be_a_number_with_a_point() -> None:
    """1.0 is an integer in JSON Schema, so it reaches the handler of the example as a float."""
    with started("tictactoe/server.py") as url, clients(url, 2) as (ann, bob):
        ann.ask("create_game")
        bob.ask("join_game", {"game_id": 1})
        assert "error" not in ann.ask("make_move", {"game_id": 1, "x": 1.0, "y": 2.0})


def test_code_first_and_specification_first_agree() -> None:
    """What the hints say is what people have written into specs/tictactoe.yml."""
    cells = [
        {"game_id": number, "x": x, "y": y}
        for number, x, y in itertools.product((0, 1, "1", 1.0, None), (-1, 0, 2, 3, True), (2, 9))
    ]
    odd = ({}, None, [], "x", {"game_id": 1, "x": 0}, {"game_id": 1, "x": 0, "y": 0, "z": 0})
    received = [
        ("create_game", []),
        *((name, [value]) for name in ("create_game", "join_game", "make_move") for value in odd),
        *(("join_game", [{"game_id": number}]) for number in (0, 1, "1")),
        *(("make_move", [cell]) for cell in cells),
        ("make_move", [cells[-1], 1]),
        ("game_won", [{"game_id": 1, "winner": "X"}]),
        ("unknown", []),
    ]
    board = [["X", "", "O"]] * 3
    sent = [
        ("game_created", [{"game_id": 1}]),
        *(("game_won", [{"game_id": 1, "winner": who}]) for who in ("X", "O", "", None)),
        *(
            ("move_made", [{"game_id": 1, "board": rows, "turn": "X"}])
            for rows in (board, board[:2], [["X"]], [["Z"] * 3] * 3)
        ),
        ("game_drawn", []),
    ]
    exported = Guard(load(EXAMPLES / "tictactoe_codefirst" / "asyncapi.yml"))
    written = Guard(load(ROOT / "specs" / "tictactoe.yml"))
    for event, args in received:
        verdicts = [guard.receive_event("/", event, args).rejected for guard in (exported, written)]
        assert verdicts in ([True, True], [False, False]), (event, args)
    for event, args in sent:
        verdicts = [guard.send_event("/", event, args).rejected for guard in (exported, written)]
        assert verdicts in ([True, True], [False, False]), (event, args)


def test_an_agent_needs_no_more_than_the_files(tmp_path: Path) -> None:
    """A program that reads nothing but the agent schema finds an event, and calls it."""
    script = "agentic_doc/agentic.py"
    done = subprocess.run([sys.executable, EXAMPLES / script, tmp_path], check=False)
    assert done.returncode == 0
    load(tmp_path / "asyncapi.yml")
    schema = json.loads((tmp_path / "agent_schema.json").read_text(encoding="utf-8"))
    events = {event["name"]: event for event in schema["events"]}
    assert events["book_lent"]["direction"] == "server_to_client"
    borrow = next(e for e in events.values() if "borrow" in e["description"].lower())
    judge = jsonschema.Draft7Validator(borrow["input_schema"])
    assert not judge.is_valid(["Solaris", "Ann"])
    args = [2, "Ann"]
    assert judge.is_valid(args)
    with started(script) as url, clients(url) as (client,):
        (word,) = events["find_books"]["input_schema"]["examples"]
        books = client.ask("find_books", word)
        assert [book["title"] for book in books] == ["Solaris"]
        jsonschema.validate(books, events["find_books"]["ack_schema"])
        loan = client.ask(borrow["name"], *args)
        jsonschema.validate(loan, borrow["ack_schema"])
        assert client.hear() == ("book_lent", [loan])
        assert client.ask(borrow["name"], *args) == {"reason": "lent already"}
        assert "error" in client.ask(borrow["name"], "2", "Ann")


@generated
def test_typed_handlers_under_a_document() -> None:
    """The file judges, also what hints do not say; handlers get and return instances."""
    chat = {"namespace": "/chat", "auth": {"nickname": "ann"}}
    with started("spec_first_typed/typed_chat.py") as url:
        with (
            pytest.raises(pysocketio.exceptions.ConnectionError),
            clients(url, namespace="/chat", auth={"nickname": "Ann!"}),
        ):
            pass
        with clients(url, **chat) as (client,):
            assert client.ask("join", "kitchen") == 1
            assert "error" in client.ask("join", "cellar")
            receipt = client.ask("say", "kitchen", {"body": "hello", "shout": True})
            assert receipt["number"] == 1
            event, (said,) = client.hear()
            text = {"body": "HELLO", "shout": True}
            assert (event, said) == ("said", {"room": "kitchen", "from": "ann", "text": text})
            answer = client.ask("say", "kitchen", {"body": ""})
            assert answer["error"]["problems"][0]["keyword"] == "minLength"
            assert "error" in client.ask("say", "kitchen")


# -- asyncio ---------------------------------------------------------------------------------------


def visitor(name: str = "ada", password: str = "open sesame") -> dict[str, str]:
    return {"name": name, "password": password}


@fastapi
def test_the_asyncio_example_is_a_chat() -> None:
    """Auth, rooms, a background task, and a REST route, each by the contract."""
    with started("asyncio_fastapi/chat.py") as url:
        with clients(url, auth=visitor()) as (ada,), clients(url, auth=visitor("bob")) as (bob,):
            assert ada.ask("join", "red") == 1
            assert bob.ask("join", "red") == 2
            rejected = bob.ask("join", "Red!")
            assert rejected["error"]["code"] == "request_validation_error"
            bob.ask("say", {"room": "red", "text": "hi"})
            assert without_time(ada) == ("said", [{"name": "bob", "text": "hi"}])
            failed = bob.ask("say", {"room": "blue", "text": "hi"})
            assert failed == {"error": {"code": "failed", "event": "say"}}
            assert requests.post(f"{url}/announcements?text=soon", timeout=PATIENCE).ok
            assert without_time(ada) == ("announced", ["soon"])
            bad = requests.post(f"{url}/announcements?text=", timeout=PATIENCE)
            assert bad.json()["detail"][0]["keyword"] == "minLength"
            while ada.hear()[0] != "time":
                pass
        for auth in (visitor(password="x"), {"name": ""}, None):
            with pytest.raises(pysocketio.exceptions.ConnectionError):
                Client(url, auth=auth)


def without_time(client: Client) -> tuple[str, list[Any]]:
    """The next event that is not the time."""
    while (event := client.hear())[0] == "time":
        pass
    return event


@fastapi
def test_its_code_first_client_visits_it() -> None:
    """And is compared with its document."""
    folder = EXAMPLES / "code_first_fastapi"
    with started("code_first_fastapi/rooms.py") as url:
        said = subprocess.run(
            [sys.executable, "visitor.py", url, "Ada", "hi", ""],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    assert said.stdout.splitlines() == ["1 in the room", "Ada: hi", "emit_validation_error"], said
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "check", "visitor:sio", "asyncapi.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[0] == "asyncapi.yml: no findings", done.stdout + done.stderr


@fastapi
def test_the_code_first_example_on_asyncio_is_a_chat() -> None:
    """Its hints are the contract: of auth, events, emits, and of what a client answers."""
    with started("code_first_fastapi/rooms.py") as url:
        with clients(url, auth=visitor()) as (ada,), clients(url, auth=visitor("bob")) as (bob,):
            assert ada.ask("join", "red") == 1
            assert bob.ask("join", "red") == 2
            rejected = bob.ask("join", "Red!")
            assert rejected["error"]["code"] == "request_validation_error"
            assert bob.ask("say", {"room": "red", "text": "hi"}) is None
            assert ada.hear() == ("said", [{"name": "bob", "text": "hi"}])
            assert bob.ask("say", {"room": "red", "text": ""})["error"]["event"] == "say"
            assert bob.ask("shout", "hi") == "HI"
            assert "error" in bob.ask("shout", 7)
            assert requests.post(f"{url}/announcements?text=soon", timeout=PATIENCE).ok
            assert ada.hear() == ("announced", ["soon"])
            mood = f"{url}/clients/{ada.io.get_sid()}/mood"
            for answer, status in [
                ({"mood": "fine", "score": 7}, 200),
                ({"mood": "fine", "score": 11}, 502),
            ]:
                ada.io.on("mood", functools.partial(dict, answer))
                assert requests.get(mood, timeout=PATIENCE).status_code == status
        for auth in (visitor(password="x"), {"name": ""}, None):
            with pytest.raises(pysocketio.exceptions.ConnectionError):
                Client(url, auth=auth)
