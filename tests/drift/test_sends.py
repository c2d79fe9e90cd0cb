"""What is told of the payloads of the events that sources emit, and what is not."""

from __future__ import annotations

import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pydantic
import pytest

from asyncapi_guard.drift.applications import load_application
from asyncapi_guard.drift.code_document import CodeDocument, code_document
from asyncapi_guard.drift.discovery import handlers_of, inference_of, sources_of
from asyncapi_guard.drift.emits import find_emits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Read = Callable[..., CodeDocument]

SERVER = """\
import json, random, time
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, NamedTuple, Optional
from flask import Flask, request
from flask_socketio import SocketIO, call, emit, send
from pydantic import BaseModel
live = SocketIO(Flask(__name__), async_mode="threading")
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Makes the document of a module `shown` with a server `live`, and of `elsewhere` beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def read(text: str, elsewhere: str = "", target: str = "shown:live") -> CodeDocument:
        (tmp_path / "shown.py").write_text(SERVER + dedent(text))
        (tmp_path / "elsewhere.py").write_text(dedent(elsewhere))
        loaded = load_application(target)
        sources = sources_of(loaded)
        handlers = handlers_of(loaded, sources)
        inference = inference_of(loaded, sources, handlers)
        return code_document(loaded, handlers, find_emits(inference), inference)

    yield read
    for name in ("shown", "elsewhere"):
        sys.modules.pop(name, None)


def short(schema: Any) -> str:
    """A schema in a few letters: `{a: string, b?: [integer]}`; `*` is any value, `…` anything."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "…" if name == "Anything" else name
    if "items" in schema and "anyOf" in schema:
        return " or ".join(short(each) for each in schema["anyOf"])
    if "anyOf" in schema:
        return "*" if {} in schema["anyOf"] else " | ".join(map(short, schema["anyOf"]))
    if schema["type"] == "array" and isinstance(schema.get("items"), list):
        return f"({', '.join(map(short, schema['items']))})"
    if schema["type"] == "array":
        return f"[{short(schema['items'])}]" if "items" in schema else "()"
    if schema["type"] == "object":
        required = schema.get("required", [])
        parts = [
            f"{name}{'' if name in required else '?'}: {short(each)}"
            for name, each in schema.get("properties", {}).items()
        ]
        if "additionalProperties" in schema:
            parts.append(f"...: {short(schema['additionalProperties'])}")
        return f"{{{', '.join(parts)}}}"
    return "bytes" if schema.get("format") == "binary" else str(schema["type"])


def sent(document: CodeDocument) -> dict[str, str]:
    """The payloads of what is sent, by event."""
    messages = document.data["components"]["messages"]
    found = {}
    for operation in document.data["operations"].values():
        if operation["action"] == "send":
            for ref in operation["messages"]:
                message = messages[ref["$ref"].rpartition("/")[2]]
                found[message["name"]] = short(message["payload"])
    return found


#: By what they show: a source, and what is sent as `x`.
PAYLOADS: dict[str, tuple[str, str]] = {
    "a text": ("live.emit('x', 'a')", "string"),
    "nothing": ("live.emit('x')", "null"),
    "None": ("live.emit('x', None)", "null"),
    "bytes": ("live.emit('x', b'a')", "bytes"),
    "an object": (
        "live.emit('x', {'a': 1, 'b': 2.5, 'c': {'d': True}, 'e': None})",
        "{a: integer, b: number, c: {d: boolean}, e: null}",
    ),
    "a list": ("live.emit('x', [1, 'a', 2])", "[integer | string]"),
    "an empty list": ("live.emit('x', [])", "[*]"),
    "a tuple is several arguments": ("live.emit('x', (1, 'a'))", "(integer, string)"),
    "an f-string": ("live.emit('x', f'{live} is there')", "string"),
    "texts made of texts": (
        "live.emit('x', ['%s' % 1, 'a' + str(live), ', '.join(map(str, [])), 'a'.upper()])",
        "[string]",
    ),
    "numbers made of numbers": (
        "live.emit('x', {'a': len('abc') * 2, 'b': 1 / 2, 'c': round(2.5), 'd': -3, 'e': 1 + 2.5})",
        "{a: integer, b: number, c: integer, d: integer, e: number}",
    ),
    "truth": ("live.emit('x', [1 < 2, not live, 'a' in 'abc'])", "[boolean]"),
    "clocks and chance": (
        """
        live.emit("x", {
            "a": time.time(), "b": datetime.now().isoformat(), "c": random.randint(1, 6),
            "d": random.choice(["a", "b"]), "e": json.dumps({}), "f": datetime.now(),
        })
        """,
        "{a: number, b: string, c: integer, d: string, e: string, f: *}",
    ),
    "comprehensions": (
        "live.emit('x', {name: [n * 2 for n in range(3)] for name in 'ab'})",
        "{...: [integer]}",
    ),
    "either of two": ("live.emit('x', 1 if live else 'a')", "integer | string"),
    "one or nothing": ("live.emit('x', 'a' if live else None)", "string | null"),
    "a default after or": ("live.emit('x', None or 'a')", "string"),
    "dictionaries put together": (
        """
        base = {"a": 1, "b": "b"}
        def show(more):
            live.emit("x", {**base, "b": 2, **dict(c=True)})
        """,
        "{a: integer, b: integer, c: boolean}",
    ),
    "what may be put over what is known": (
        """
        def show(more):
            live.emit("x", {"a": 1, **more, "b": 2})
        """,
        "{a: *, b: integer, ...: *}",
    ),
    "what cannot be read": ("@live.on('go')\ndef go(data):\n    emit('x', data)", "…"),
    "what cannot be read, within": (
        "@live.on('go')\ndef go(data):\n    emit('x', {'a': data, 'b': [data['c']]})",
        "{a: *, b: [*]}",
    ),
    "anything handed on": ("def show(*args):\n    live.emit('x', *args)", "…"),
    "several places": (
        """
        def show():
            live.emit("x", 1)
            live.emit("x", 2.5)
            live.emit("x", "a")
            live.emit("x", 3)
        """,
        "number | string",
    ),
    "several numbers of arguments": (
        "live.emit('x', 1)\nlive.emit('x', ('a', 'b'))\nlive.emit('x')",
        "(integer) or (string, string) or ()",
    ),
    # variables
    "a variable": ("def show():\n    data = {'a': 1}\n    live.emit('x', data)", "{a: integer}"),
    "one that is given two things": (
        """
        def show():
            data = 1
            if live:
                data = "a"
            live.emit("x", data)
        """,
        "integer | string",
    ),
    "one that gets more": (
        """
        def show(b):
            data = {"a": 1}
            if b:
                data["b"] = "b"
            data.update(c=True)
            live.emit("x", data)
        """,
        "{a: integer, b?: string, c?: boolean}",
    ),
    "one that is changed": (
        "def show():\n    data = {'a': 1}\n    data['a'] = 'a'\n    live.emit('x', data)",
        "{a: integer | string}",
    ),
    "one whose entries are taken out": (
        "def show():\n    data = {'a': 1, 'b': 2}\n    del data['b']\n    live.emit('x', data)",
        "{a?: integer, b?: integer}",
    ),
    "one that somebody else may change": (
        """
        def show():
            data = {"a": 1}
            live.extra(data)
            live.emit("x", data)
        """,
        "{...: *}",
    ),
    "one that a function of ours changes": (
        """
        def spoil(data):
            data["a"] = "a"
        def show():
            data = {"a": 1}
            spoil(data)
            live.emit("x", data)
        """,
        "{...: *}",
    ),
    "one that a function of ours reads": (
        """
        def look(data):
            print(data["a"], len(data))
        def show():
            data = {"a": 1}
            look(data)
            live.emit("x", data)
        """,
        "{a: integer}",
    ),
    "one that has another name": (
        """
        def show():
            data = {"a": 1}
            other = data
            other["a"] = "a"
            live.emit("x", data)
        """,
        "{...: *}",
    ),
    "one of two names for the same": (
        """
        def show():
            data = other = {"a": 1}
            other["a"] = "a"
            live.emit("x", data)
        """,
        "{...: *}",
    ),
    "one that is reached through another": (
        """
        class Game:
            def __init__(self):
                self.state = {"a": 1}
            def spoil(self):
                state = self.state or {}
                state["a"] = "a"
            def whole(self):
                return self.state
            def show(self):
                live.emit("x", self.state)
        game = Game()
        """,
        "{...: *}",
    ),
    "one that a method gives away": (
        """
        class Game:
            def __init__(self):
                self.state = {"a": 1}
            def whole(self):
                return self.state
            def show(self):
                live.emit("x", self.state)
        game = Game()
        def spoil():
            game.whole()["a"] = "a"
        """,
        "{...: *}",
    ),
    "what stands within": (
        """
        rooms = {}
        def show(name, text: str):
            rooms.setdefault(name, []).append({"text": text})
            live.emit("x", rooms[name])
        """,
        "…",
    ),
    "what a loop changes": (
        """
        def show():
            for each in [{"a": 1}, {"a": 2}]:
                each["a"] = "a"
                live.emit("x", each)
        """,
        "{a: integer | string}",
    ),
    "one that a nested function changes": (
        """
        def show():
            data = {"a": 1}
            def spoil():
                data["a"] = None
            spoil()
            live.emit("x", data)
        """,
        "{a: integer | null}",
    ),
    "what one is told in terms of itself": (
        """
        def show():
            n = 1
            while live:
                n = n * 2
                n = n / 3
            live.emit("x", n)
        """,
        "number",
    ),
    "a list that grows": (
        """
        def show():
            data = []
            for n in range(3):
                data.append({"n": n})
            live.emit("x", data)
        """,
        "[{n: integer}]",
    ),
    "a counter": ("n = 0\ndef show():\n    global n\n    n += 1\n    live.emit('x', n)", "integer"),
    "a counter of fractions": (
        "n = 0\ndef show():\n    global n\n    n += 0.5\n    live.emit('x', n)",
        "number",
    ),
    "a variable of a module that is given something later": (
        """
        last = None
        def show():
            live.emit("x", last)
        def keep(data: str):
            global last
            last = data
        """,
        "null | string",
    ),
    "a dictionary of a module": (
        """
        users = {}
        def show(name):
            users[name] = {"name": str(name)}
            live.emit("x", list(users.values()))
        """,
        "[{name: string}]",
    ),
    "what was put into a list": (
        """
        messages = []
        def show(text: str):
            message = {"text": text}
            messages.append(message)
            live.emit("x", message)
        """,
        "{text: string}",
    ),
    "what was put into a list, and changed there": (
        """
        messages = []
        def show(text: str):
            message = {"text": text}
            messages.append(message)
            live.emit("x", message)
        def spoil():
            for each in messages:
                each["text"] = None
        """,
        "{...: *}",
    ),
    # functions
    "a parameter that all calls tell": (
        """
        def show(data, more="m"):
            live.emit("x", {"data": data, "more": more})
        show(1)
        show("a", None)
        """,
        "{data: integer, more: string} | {data: string, more: null}",
    ),
    "a parameter of a function that others call": (
        """
        app = live.app = Flask("x")
        @app.route("/<data>")
        def show(data):
            live.emit("x", data)
        def here():
            show(1)
        """,
        "…",
    ),
    "a parameter of a function that is handed on": (
        "def show(data):\n    live.emit('x', data)\nshow(1)\nother = show",
        "…",
    ),
    "a parameter with a hint": (
        """
        def show(data: dict[str, int], more: Optional[str] = None):
            live.emit("x", [data, more])
        """,
        "[{...: integer} | string | null]",
    ),
    "what a function returns": (
        """
        def state():
            if live:
                return {"a": 1}
            return {"a": "a"}
        live.emit("x", state())
        """,
        "{a: integer} | {a: string}",
    ),
    "what a function returns by its hint": (
        "def state() -> list[int]:\n    return live.state()\ndef show(): live.emit('x', state())",
        "[integer]",
    ),
    "a function that may return nothing": (
        "def state():\n    if live:\n        return 1\nlive.emit('x', state())",
        "integer | null",
    ),
    "a function under a decorator": (
        """
        def other(function):
            return lambda: "a"
        @other
        def state():
            return 1
        live.emit("x", state())
        """,
        "…",
    ),
    # objects
    "an attribute": (
        """
        class Game:
            def __init__(self):
                self.turn = 1
                self.winner = None
            def win(self, name: str):
                self.winner = name
                live.emit("x", {"turn": self.turn, "winner": self.winner})
        game = Game()
        """,
        "{turn: integer, winner: null | string}",
    ),
    "an attribute that somebody sets by its name": (
        """
        class Game:
            turn = 1
            def show(self):
                live.emit("x", self.turn)
        game = Game()
        def spoil(name, value):
            setattr(game, name, value)
        """,
        "…",
    ),
    "a property": (
        """
        class Game:
            @property
            def over(self):
                return not live
            def show(self):
                live.emit("x", self.over)
        game = Game()
        """,
        "boolean",
    ),
    "a model": (
        """
        class Move(BaseModel):
            cell: int
        live.emit("x", Move(cell=1))
        live.emit("y", Move(cell=1).model_dump())
        live.emit("z", [Move(cell=1).cell, Move(cell=1).model_dump_json()])
        """,
        "Move",
    ),
    "a dataclass": (
        """
        @dataclass
        class Move:
            cell: int
        def show(move: Move):
            live.emit("x", {"move": asdict(move), "cell": move.cell})
        """,
        "{move: Move, cell: integer}",
    ),
    "a named tuple": (
        """
        class Move(NamedTuple):
            cell: int
            mark: str
        def show(move: Move):
            live.emit("x", move)
        """,
        "(integer, string)",
    ),
    "an enumeration": (
        """
        class Mark(str, Enum):
            X = "x"
        live.emit("x", [Mark.X.value, Mark.X.name])
        """,
        "[string]",
    ),
    "a class that nobody knows": ("live.emit('x', Flask('x'))", "…"),
    # the ways to emit
    "a background task": ("live.start_background_task(live.emit, 'x', {'a': 1})", "{a: integer}"),
    "a function that hands on": (
        """
        def tell(event, data=None, **more):
            live.emit(event, {"data": data, **more})
        tell("x", 1, by="ann")
        """,
        "{data: integer, by: string}",
    ),
    "a partial": ("tell = partial(live.emit, 'x')\ntell(1)", "…"),
}


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.sampled(3)
def test_payloads(name: str, read: Read) -> None:
    """What may be sent is told as far as it is certain."""
    text, expected = PAYLOADS[name]
    need_pydantic2(text)
    assert sent(read(text))["x"] == expected


def need_pydantic2(text: str) -> None:
    """Skip a source that calls what Pydantic 1.10 does not have."""
    if "model_dump" in text and pydantic.VERSION.startswith("1."):
        pytest.skip("Pydantic 1.10 has no model_dump")


#: By what they show: a source, and what the notes say.
NOTES: dict[str, tuple[str, list[str]]] = {
    "nothing": ("live.emit('x', 1)", []),
    "all of it": (
        "@live.on('go')\ndef go(data):\n    emit('x', data)",
        ["shown.py:13: the payload of 'x' is known only at run time, so it accepts anything"],
    ),
    "parts of it": (
        "@live.on('go')\ndef go(data):\n    emit('x', {'a': data, 'b': [data]})",
        ["shown.py:13: part of the payload of 'x' is known only at run time: /a, /b/*"],
    ),
    "where it goes": (
        "def show(where):\n    live.emit('x', namespace=where)",
        [
            (
                "shown.py:12: the namespace of event 'x' is known only at run time, so it was "
                "added to all"
            ),
        ],
    ),
    "what no document can say": (
        "@live.on('*')\ndef any_event(event, *args):\n    pass",
        [
            (
                "shown.py:11: any_event handles any event of '/', which a document can't "
                "describe; a guard rejects the events that the document doesn't name"
            )
        ],
    ),
}


@pytest.mark.parametrize("name", NOTES)
def test_notes(name: str, read: Read) -> None:
    """What only the run knows is told, with its place."""
    text, expected = NOTES[name]
    assert [str(each) for each in read(text).notes] == expected


def message(document: CodeDocument, name: str) -> Any:
    return document.data["components"]["messages"][name]


def test_who_emits(read: Read) -> None:
    """The document says which functions emit an event, and not in which lines."""
    found = read(
        """
        class Game:
            def show(self):
                live.emit("x")
        def show():
            live.emit("x")
        def tell(event):
            live.emit(event)
        def other():
            tell("y")
        """
    )
    assert message(found, "x")["description"] == "Emitted by shown.Game.show, shown.show."
    assert message(found, "y")["description"] == "Emitted by shown.other."


def test_acks_of_clients(read: Read) -> None:
    """Where somebody waits for an ack, it may be anything."""
    found = read(
        """
        def show(then):
            live.emit("x", callback=print)
            live.emit("y", callback=then)
            live.emit("z", callback=None)
            live.call("w")
        """
    )
    anything = {"$ref": "#/components/schemas/Anything"}
    acks = [message(found, name).get("x-ack") for name in "xyzw"]
    assert acks == [anything, anything, None, anything]


def test_send(read: Read) -> None:
    """`send` is an event of its own, whoever has it and whatever it calls its argument."""
    found = read(
        """
        def show():
            send({"a": 1})
            live.send("a text", namespace="/a")
            send([1], json=True)
        """
    )
    assert sent(found) == {"message": "string", "json": "[integer]"}
    assert short(message(found, "message")["payload"]) == "{a: integer}"
    assert short(message(found, "a_message")["payload"]) == "string"


def test_namespaces(read: Read) -> None:
    """An event is sent in the namespaces that it may go to; in all, where only the run knows."""
    found = read(
        """
        @live.on("go", namespace="/a")
        def go():
            emit("x")
        @live.on("go", namespace="/b")
        def other(where):
            emit("y")
            emit("z", namespace=where)
        live.emit("w", namespace="/c")
        """
    )
    channels = found.data["channels"]
    assert {id: list(each["messages"]) for id, each in channels.items()} == {
        "a": ["a_go", "a_x", "a_z"],
        "b": ["b_go", "b_y", "b_z"],
        "c": ["c_w"],
    }
    assert list(found.data["operations"])[-2:] == ["b_send_z", "c_send_w"]


def test_handlers_of_all_namespaces(read: Read) -> None:
    """Their events are in every channel, for a channel of its own takes a namespace from others."""
    found = read(
        """
        @live.on("say")
        def say(text: str): ...
        @live.on("ping", namespace="*")
        def ping(data: int):
            emit("pong", "text")
        """
    )
    addresses = {
        each["address"]: list(each["messages"]) for each in found.data["channels"].values()
    }
    assert addresses["/"] == ["say", "ping", "pong"]
    assert [name.rpartition("_")[2] for name in addresses["/{namespace}"]] == ["ping", "pong"]


def test_a_handler_whose_hints_nobody_heeds(read: Read) -> None:
    """Flask-SocketIO looks at no hints: what is exported says them, so clients keep to them."""
    found = read("@live.on('say')\ndef say(text: str, n: int = 1):\n    emit('x', [text, n])")
    assert sent(found) == {"x": "[string | integer]"}
    assert short(message(found, "say")["payload"]) == "(string, integer)"


def test_a_drop_in_whose_hints_are_not_in_force(read: Read) -> None:
    """They are not in its document either, so what clients send may be anything."""
    found = read(
        """
        from asyncapi_guard import AsyncAPISocketIO
        guarded = AsyncAPISocketIO(Flask("x"), async_mode="threading")
        @guarded.on("say")
        def say(text: str):
            emit("x", text)
        @guarded.on("tell", get_from_typehint=True)
        def tell(text: str):
            emit("y", text)
        guarded.doc_emit("z", int)
        def show():
            guarded.emit("z", "a text")
        """,
        target="shown:guarded",
    )
    assert sent(found) == {"x": "…", "y": "string", "z": "integer"}
    assert short(message(found, "say")["payload"]) == "…"


def test_acks_of_handlers(read: Read) -> None:
    """What a hint forgets, and the end of a function shows, may be acknowledged."""
    found = read(
        """
        @live.on("a")
        def a(n: int) -> int:
            if n:
                return n
        @live.on("b")
        def b(n: int) -> int:
            return n
        @live.on("c")
        def c(n: int):
            return n
        """
    )
    assert short(message(found, "a")["x-ack"]) == "integer | null"
    assert short(message(found, "b")["x-ack"]) == "integer"
    assert "x-ack" not in message(found, "c")


def test_connects(read: Read) -> None:
    """A client may come without `auth` where nobody who looks at hints insists on it."""
    found = read("@live.on('connect')\ndef connect(auth: dict[str, str]): ...")
    assert short(message(found, "connect")["payload"]) == "{...: string} | null"


def test_a_variable_that_functions_give_their_own(read: Read) -> None:
    """What a function gives to a module's variable is read where the function is."""
    found = read(
        """
        data = 1
        last = None
        def keep(data: str):
            global last
            last = data
        def show():
            live.emit("x", last)
        """
    )
    assert sent(found) == {"x": "null | string"}


def test_modules(read: Read) -> None:
    """Names are followed to the modules that have them, and whoever changes them there."""
    found = read(
        """
        import elsewhere
        from elsewhere import NAME, state
        def show():
            live.emit("x", {"name": NAME, "count": elsewhere.count, "state": state()})
        def change():
            elsewhere.count = 2.5
        """,
        elsewhere="NAME = 'a'\ncount = 1\ndef state():\n    return [count]\n",
    )
    assert sent(found) == {"x": "{name: string, count: number, state: [number]}"}


def test_bytes_in_what_nobody_heeds(read: Read) -> None:
    """A handler that says `dict` gets bytes in it, where nobody looks at hints."""
    found = read(
        """
        @live.on("upload")
        def upload(data: dict, more: list) -> dict[str, Any]:
            return data
        """
    )
    assert short(message(found, "upload")["payload"]) == "({...: *}, [*])"
    assert short(message(found, "upload")["x-ack"]) == "{...: *}"
