"""Pairs of one server that keeps to its file and one that does not, told apart by `check`.

In each text, `<<right|wrong>>` stands for either.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pydantic
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from applications import Application
from test_planted import findings

TEXT = {"type": "string"}
SAID = {"type": "object", "required": ["text"], "properties": {"text": TEXT}}
PAIR = {"type": "array", "items": [TEXT, {"type": "integer"}], "minItems": 2}
FLASK = """\
import dataclasses, enum, functools, threading, typing
from flask import Flask
from flask_socketio import Namespace, SocketIO, emit, send
io = SocketIO(Flask(__name__), async_mode="threading")
"""
BARE = """\
import functools, typing, socketio
io = socketio.Server(async_mode="threading")
"""
ASYNC = """\
import asyncio, typing, socketio
io = socketio.AsyncServer(async_mode="asgi")
"""


def document() -> dict[str, Any]:
    root: dict[str, Any] = {
        "say": {"payload": SAID, "x-ack": {"type": "integer"}},
        "said": {"payload": SAID},
        "count": {"payload": {"type": "integer"}, "x-ack": TEXT},
        "pair": {"payload": PAIR},
        "message": {"payload": TEXT},
    }
    sent = [{"$ref": f"#/channels/root/messages/{name}"} for name in root if name != "say"]
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Pairs", "version": "1"},
        "channels": {
            "root": {"address": "/", "messages": root},
            "chat": {"address": "/chat", "messages": {"told": {"payload": TEXT}}},
        },
        "operations": {
            "in": {
                "action": "receive",
                "channel": {"$ref": "#/channels/root"},
                "messages": [{"$ref": "#/channels/root/messages/say"}],
            },
            "out": {
                "action": "send",
                "channel": {"$ref": "#/channels/root"},
                "messages": sent,
            },
            "chat": {"action": "send", "channel": {"$ref": "#/channels/chat"}},
        },
    }


NAMES = {
    "an alias of a module's function": (
        FLASK,
        """
        import flask_socketio as theirs
        shout = theirs.emit
        def tell(): shout("<<said|sayd>>", {"text": "a"}, namespace="/", broadcast=True)
        """,
    ),
    "a server named on the way": (
        FLASK,
        'def tell():\n    if (here := io): here.emit("<<said|sayd>>", {"text": "a"})\n',
    ),
    "an import that may fail": (
        FLASK,
        """
        try:
            from flask_socketio import emit as shout
        except ImportError:
            shout = None
        @io.on("say")
        def say(data): shout("<<said|sayd>>", {"text": "a"}); return 1
        """,
    ),
    "a name of the module that a function gives a parameter": (
        FLASK,
        """
        name, EVENT = 5, None
        def choose(name):
            global EVENT
            EVENT = name
        choose("<<said|sayd>>")
        EVENT = None
        def tell(): io.emit(EVENT, {"text": "a"})
        """,
    ),
    "a room that is called as a namespace is": (
        FLASK,
        'def tell(): io.emit("told", "a", <<namespace|to>>="/chat")\n',
    ),
    "a field of a dataclass": (
        FLASK,
        """
        @dataclasses.dataclass
        class Hub:
            server: SocketIO
            def tell(self): self.server.emit("<<said|sayd>>", {"text": "a"})
        hub = Hub(io)
        """,
    ),
    "a namespace below another": (
        BARE,
        """
        class Base(socketio.Namespace):
            def on_say(self, sid, data): self.emit("<<said|sayd>>", {"text": "a"}); return 1
        class Room(Base): pass
        io.register_namespace(Room("/"))
        """,
    ),
    "a function in a dictionary": (
        FLASK,
        """
        def tell(): io.emit("<<said|sayd>>", {"text": "a"})
        ALL = {"tell": tell}
        def run(name): ALL[name]()
        """,
    ),
    "a name in a dictionary": (
        FLASK,
        'NAMES = {"a": "<<said|sayd>>"}\ndef tell(): io.emit(NAMES["a"], {"text": "a"})\n',
    ),
    "a comprehension": (
        FLASK,
        'def tell():\n    [io.emit(e, {"text": "a"}) for e in ("said", "<<said|sayd>>")]\n',
    ),
    "a case of a match": (
        FLASK,
        """
        def tell(x):
            match x:
                case 1: io.emit("<<said|sayd>>", {"text": "a"})
        """,
    ),
    "arguments that are a constant": (
        FLASK,
        'ALL = ("<<said|sayd>>", {"text": "a"})\ndef tell(): io.emit(*ALL)\n',
    ),
    "a namespace in further arguments": (
        FLASK,
        'MORE = {"namespace": "<</chat|/>>"}\ndef tell(): io.emit("told", "a", **MORE)\n',
    ),
    "several at once, asynchronously": (
        ASYNC,
        """
        async def tell():
            await asyncio.gather(*(io.emit("<<said|sayd>>", {"text": "a"}) for _ in range(2)))
        """,
    ),
}
VALUES = {
    "a hint of a parameter": (
        FLASK,
        'def tell(text: <<str|int>>): io.emit("said", {"text": text})\n',
    ),
    "what a function says that it returns": (
        FLASK,
        """
        def name() -> <<str|int>>: ...
        def tell(): io.emit("said", {"text": name()})
        """,
    ),
    "what a coroutine function returns": (
        ASYNC,
        """
        async def name() -> <<str|int>>: ...
        async def tell(): await io.emit("said", {"text": await name()})
        """,
    ),
    "a variable": (
        FLASK,
        'def tell():\n    said = {"<<text|txt>>": "a"}\n    io.emit("said", said)\n',
    ),
    "a call of dict": (FLASK, 'def tell(): io.emit("said", dict(<<text|txt>>="a"))\n'),
    "a function of Python's": (
        FLASK,
        'def tell(x): io.emit("said", {"text": <<str|len>>(x)})\n',
    ),
    "a text with holes": (FLASK, 'def tell(x): io.emit("count", <<len(x)|f"{x}">>)\n'),
    "a list": (FLASK, 'def tell(x): io.emit("count", <<1|[e for e in x]>>)\n'),
    "a comparison": (FLASK, 'def tell(x): io.emit("said", {"text": <<"a"|x > 1>>})\n'),
    "a sum of texts": (FLASK, 'def tell(x): io.emit("count", <<x + 1|x + "!">>)\n'),
    "a tuple": (FLASK, 'def tell():\n    both = ("a", <<1|"b">>)\n    io.emit("pair", both)\n'),
    "a message": (FLASK, 'def tell(): io.send(<<"a"|1>>)\n'),
    "a message in a handler": (
        FLASK,
        '@io.on("say")\ndef say(data): send(<<"a"|{"a": 1}>>); return 1\n',
    ),
    "a call": (BARE, 'def ask(sid): return io.call("count", <<1|"1">>, sid=sid)\n'),
}
VALUES |= {
    "a dictionary within another": (
        FLASK,
        """
        BASE = {"by": 1}
        def tell(): io.emit("said", {**BASE, "text": <<"a"|1>>})
        """,
    ),
    "a dictionary put together line by line": (
        FLASK,
        """
        def tell():
            said = {}
            said["text"] = <<"a"|1>>
            io.emit("said", said)
        """,
    ),
    "a dictionary that is updated": (
        FLASK,
        """
        def tell():
            said = dict(by="me")
            said.update(text=<<"a"|1>>)
            io.emit("said", said)
        """,
    ),
    "a dataclass as a dictionary": (
        FLASK,
        """
        @dataclasses.dataclass
        class Said:
            text: <<str|int>>
        def tell(text): io.emit("said", dataclasses.asdict(Said(text)))
        """,
    ),
    "a dataclass without a field": (
        FLASK,
        """
        @dataclasses.dataclass
        class Said:
            <<text|texts>>: str
        def tell(text): io.emit("said", dataclasses.asdict(Said(text)))
        """,
    ),
    "a model that is dumped": (
        FLASK,
        """
        import pydantic
        class Said(pydantic.BaseModel):
            text: <<str|int>>
        def tell(data): io.emit("said", Said(**data).model_dump())
        """,
    ),
    "an item of a list of models": (
        FLASK,
        """
        @dataclasses.dataclass
        class Count:
            number: <<int|str>>
        def tell(count: Count): io.emit("count", count.number)
        """,
    ),
    "an answer of a coroutine": (
        ASYNC,
        """
        async def name() -> <<str|int>>: ...
        async def tell():
            said = {}
            said["text"] = await name()
            await io.emit("said", said)
        """,
    ),
    "a parameter that is needed by name": (
        FLASK,
        '@io.on("say")\ndef say(data, *, loud<<=False|>>): return 1\n',
    ),
}
ACKS = {
    "a way out without an answer": (
        FLASK,
        """
        @io.on("say")
        def say(data):
            if data: return 1
            <<return 2|print(data)>>
        """,
    ),
    "a way out of a match": (
        FLASK,
        """
        @io.on("say")
        def say(data):
            match data["text"]:
                case "a": return 1
                case <<_|"b">>: return 2
        """,
    ),
    "a way out beside a hint": (
        FLASK,
        """
        @io.on("say")
        def say(data: dict) -> int:
            try: return int(data["text"])
            except ValueError: <<return 0|pass>>
        """,
    ),
    "a callback": (
        FLASK,
        'def heard(a<<|, b>>): ...\ndef tell(): io.emit("count", 1, callback=heard)\n',
    ),
    "a callback with its first argument": (
        FLASK,
        """
        def heard(mine, a<<|, b>>): ...
        def tell(): io.emit("count", 1, callback=functools.partial(heard, 1))
        """,
    ),
    "an answer": (FLASK, '@io.on("say")\ndef say(data): return <<1|"1">>\n'),
    "several values": (FLASK, '@io.on("say")\ndef say(data): return <<1|1, 2>>\n'),
    "one of the answers": (
        FLASK,
        '@io.on("say")\ndef say(data):\n    if data: return <<1|"no">>\n    return 2\n',
    ),
    "an answer of a coroutine function": (
        ASYNC,
        '@io.on("say")\nasync def say(sid, data): return <<1|{"ok": True}>>\n',
    ),
    "an answer of a class": (
        BARE,
        """
        class Room(socketio.Namespace):
            def on_say(self, sid, data): return <<len(data)|str(data)>>
        io.register_namespace(Room("/"))
        """,
    ),
}


def found(
    pair: tuple[str, str], which: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """The codes of what is found, other than that something is not there."""
    head, text = pair
    lines = text.splitlines()
    indent = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
    plain = "\n".join(line[indent:] for line in lines)
    chosen = re.sub(r"<<(.*?)\|(.*?)>>", lambda m: str(m.group(1 + which)), plain)
    application = Application("paired:io", {}, {}, {"paired.py": f"{head}{chosen}\n"})
    # In a folder of its own: Python takes a text of the same second and size for the compiled one.
    home = folder / str(which)
    home.mkdir()
    every = findings(home, application, document(), monkeypatch)
    return [each.code for each in every if not each.code.startswith("spec-without")]


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        *(pytest.param(pair, "undeclared-emit", id=id) for id, pair in NAMES.items()),
        *(pytest.param(pair, "payload-differs", id=id) for id, pair in VALUES.items()),
        *(pytest.param(pair, "ack-differs", id=id) for id, pair in ACKS.items()),
    ],
)
@pytest.mark.sampled(3)
def test_what_is_wrong_is_told_from_what_is_right(
    pair: tuple[str, str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "model_dump" in pair[1] and pydantic.VERSION.startswith("1."):
        pytest.skip("Pydantic 1.10 has no model_dump")
    assert found(pair, 0, tmp_path, monkeypatch) == []
    assert found(pair, 1, tmp_path, monkeypatch) == [code]


SILENT = {
    "a name of the module that has a parameter's name": """
        text, last = 5, None
        def remember(text):
            global last
            last = text
        def tell(): io.emit("said", {"text": last})
        """,
    "an end that never comes": """
        @io.on("say")
        def say(data):
            if data: return 1
            typing.assert_never(data)
        """,
    "a room with a name like an address": """
        def tell(): io.emit("said", {"text": "a"}, to="/lobby")
        """,
    "a dictionary with what only the run knows": """
        def tell(name, text):
            said = {}
            said[name] = 1
            io.emit("said", said)
            io.emit("said", {**text})
        """,
    "one of several models": """
        @dataclasses.dataclass
        class One:
            text: int
        @dataclasses.dataclass
        class Two:
            text: str
        def tell(data: One | Two): io.emit("said", dataclasses.asdict(data))
        """,
    "a model whose other fields may be there": """
        import pydantic
        class Said(pydantic.BaseModel):
            model_config = {"extra": "allow"}
        def tell(data): io.emit("said", Said(**data).model_dump())
        """,
    "a hint that is asked about": """
        def tell(text: int | str):
            if isinstance(text, str): io.emit("said", {"text": text})
        def tell_one(text: int):
            if isinstance(text, str): io.emit("said", {"text": text})
        """,
    "a parameter that gets another value": """
        def tell(text: int):
            text = unknown(text)
            io.emit("said", {"text": text})
        """,
    "an object that grows": """
        def tell():
            said = {}
            said["text"] = "a"
            io.emit("said", said)
        """,
    "an object that somebody else fills": """
        def tell():
            said = {}
            fill(said)
            io.emit("said", said)
        """,
    "a number that may be whole": 'def tell(x: float): io.emit("count", x)\n',
    "a decorator that answers": """
        def as_number(handler):
            @functools.wraps(handler)
            def wrapper(*args): return len(handler(*args))
            return wrapper
        @io.on("say")
        @as_number
        def say(data): return "one"
        """,
    "a coroutine that is not awaited yet": """
        async def name() -> int: ...
        def tell(): io.emit("said", {"text": name()})
        """,
    "an answer that only the run knows": '@io.on("say")\ndef say(data): return data["n"]\n',
}


@pytest.mark.parametrize("name", SILENT)
def test_what_may_be_right_is_not_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found((FLASK, SILENT[name]), 0, tmp_path, monkeypatch) == []
