"""What the sources of an application emit, and register."""

from __future__ import annotations

import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from asyncapi_guard.drift.applications import load_application
from asyncapi_guard.drift.discovery import emissions_of, handlers_of, sources_of
from asyncapi_guard.drift.registrations import Registration, find_registrations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from asyncapi_guard.drift.emits import Emissions

    Read = Callable[..., Emissions]

SERVER = """\
from flask import Flask
from flask_socketio import SocketIO, call, emit, send
live = SocketIO(Flask(__name__), async_mode="threading")
"""
_NAMES = ("shown", "elsewhere")


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Reads a module `shown` with a server `live`, and perhaps a module `elsewhere` beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def read(text: str, elsewhere: str = "", target: str = "shown:live") -> Emissions:
        (tmp_path / "shown.py").write_text(SERVER + dedent(text))
        (tmp_path / "elsewhere.py").write_text(dedent(elsewhere))
        loaded = load_application(target)
        sources = sources_of(loaded)
        handlers = handlers_of(loaded, sources)
        return emissions_of(loaded, sources, handlers)

    yield read
    for name in _NAMES:
        sys.modules.pop(name, None)


def told(found: Emissions) -> list[str]:
    """Events with their namespaces, and a question mark for each that only the run knows."""
    events = [f"{each.event} {'|'.join(each.namespaces)}".strip() for each in found.emits]
    return sorted([*events, *("?" for _ in found.unread)])


#: By what they show: a source, and what it emits.
FORMS: dict[str, tuple[str, list[str]]] = {
    "an attribute of an instance": (
        """
        class Board:
            def __init__(self, wire):
                self._wire = wire
            def show(self):
                self._wire.emit("shown")
        board = Board(live)
        """,
        ["shown /"],
    ),
    "an attribute of an instance that is made later": (
        """
        class Board:
            def __init__(self, wire):
                self._wire = wire
            def show(self):
                self._wire.emit("shown")
        def build():
            Board(live).show()
        """,
        ["shown /"],
    ),
    "a slot": (
        """
        class Board:
            __slots__ = ("wire",)
            def __init__(self, wire):
                self.wire = wire
            def show(self):
                self.wire.emit("shown")
        board = Board(live)
        """,
        ["shown /"],
    ),
    "an attribute of an attribute": (
        """
        class Holder: ...
        class Board:
            def __init__(self, app):
                self.app = app
            def show(self):
                self.app.wire.emit("shown")
        holder = Holder()
        holder.wire = live
        board = Board(holder)
        """,
        ["shown /"],
    ),
    "a parameter by its callers": ("def f(w):\n    w.emit('shown')\nf(live)", ["shown /"]),
    "a parameter by its annotation": ("def f(w: 'SocketIO | None'):\n    w.emit('a')", ["a /"]),
    "a parameter that has a protocol": (
        """
        from typing import Protocol
        class Emitter(Protocol):
            def emit(self, event: str) -> None: ...
        def f(wire: Emitter):
            wire.emit("a")
        def g():
            f(live)
        """,
        ["a /"],
    ),
    "a parameter by its name": ("def f(socketio):\n    socketio.emit('a')", ["a /"]),
    "an alias": ("wire = live\ndef f():\n    w = wire\n    w.emit('a')", ["a /"]),
    "a bound method": ("tell = live.emit\ndef f():\n    tell('a')", ["a /"]),
    "a method in a variable": ("def f():\n    tell = live.emit\n    tell('a')", ["a /"]),
    "the server inside": ("def f():\n    live.server.emit('a', namespace='/x')", ["a /x"]),
    "a partial": (
        "import functools\ntell = functools.partial(live.emit, 'a')\ndef f():\n    tell(1)",
        ["a /", "a /"],  # where it is made, and where it is called
    ),
    "a partial of a namespace": (
        "from functools import partial\ndef f():\n    partial(live.emit, namespace='/x')('a')",
        ["a /x"],
    ),
    "getattr": ("def f():\n    getattr(live, 'emit')('a')", ["a /"]),
    "a constant": ("SHOWN = 'a'\ndef f():\n    live.emit(SHOWN)", ["a /"]),
    "a constant of a class": (
        "class E:\n    SHOWN = 'a'\nclass F(E): ...\ndef f():\n    live.emit(F.SHOWN)",
        ["a /"],
    ),
    "members of enums": (
        """
        import enum
        class E(enum.Enum):
            ONE = "a"
            TWO = "b"
        def f(which):
            live.emit(E.ONE.value)
            live.emit(E["TWO"].value)
            for each in E:
                live.emit(each.value, namespace="/all")
        """,
        ["a /", "a /all", "b /", "b /all"],
    ),
    "a default": ("def f(event='a'):\n    live.emit(event)\nf()", ["a /"]),
    "a default beside a call": ("def f(e='a'):\n    live.emit(e)\nf()\nf('b')", ["a /", "b /"]),
    "a keyword": ("def f(*, e='a'):\n    live.emit(event=e)\nf(e='b')", ["b /"]),
    "a loop over literals": (
        "def f():\n    for e in ['a', 'b']:\n        live.emit(e)",
        ["a /", "b /"],
    ),
    "a loop over pairs": (
        "def f():\n    for e, n in (('a', '/x'), ('b', '/x')):\n        live.emit(e, namespace=n)",
        ["a /x", "b /x"],
    ),
    "a comprehension": ("def f():\n    [live.emit(e) for e in ('a', 'b')]", ["a /", "b /"]),
    "the entries of a dictionary": (
        "E = {'x': 'a'}\ndef f():\n    for k, e in E.items():\n        live.emit(e)",
        ["a /"],
    ),
    "f-strings and sums": (
        "P = 'room'\ndef f():\n    live.emit(f'{P}:in')\n    live.emit(P + '.' + 'out')",
        ["room.out /", "room:in /"],
    ),
    "other ways to make a text": (
        "def f():\n    live.emit('%s-%s' % ('a', 'b'))\n    live.emit('{}!'.format('c'.upper()))",
        ["C! /", "a-b /"],
    ),
    "what a function returns": (
        "def name(k):\n    return f'x:{k}'\ndef f():\n    live.emit(name('a'))\n    name('b')",
        ["x:a /"],
    ),
    "a choice": ("def f(x):\n    live.emit('a' if x else 'b')", ["a /", "b /"]),
    "what is handed to somebody else": (
        """
        import threading
        def f():
            live.start_background_task(live.emit, "a", 1)
            threading.Thread(target=live.emit, args=("b",)).start()
        """,
        ["a /", "b /"],
    ),
    "a function that is handed to somebody else": (
        "def g(e):\n    live.emit(e)\ndef f():\n    live.start_background_task(g, 'a')",
        ["a /"],
    ),
    "a function that only hands on": (
        """
        def tell(event, *rest, **options):
            live.emit(event, *rest, **options)
        def f():
            tell("a", 1)
            tell("b", 1, namespace="/x")
        """,
        ["a /", "b /x"],
    ),
    "functions that hand on to one another": (
        """
        class Out:
            def one(self, event):
                self.two(event)
            def two(self, event, where="/x"):
                live.emit(event, namespace=where)
        def f():
            Out().one("a")
        """,
        ["a /x"],
    ),
    "everything that is handed on": ("def t(*a):\n    live.emit(*a)\nt('a', 1)", ["a /"]),
    "a subclass that emits otherwise": (
        """
        class Loud(SocketIO):
            def emit(self, event, *args, **kwargs):
                super().emit(event, *args, **kwargs)
        live = Loud()
        def f():
            live.emit("a")
        """,
        ["a /"],
    ),
    "one that stands for a server": (
        """
        class Front:
            def __init__(self, wire):
                self._wire = wire
            def __getattr__(self, name):
                return getattr(self._wire, name)
        front = Front(live)
        def f():
            front.emit("a")
        """,
        ["a /"],
    ),
    "a namespace that a handler has": (
        "@live.on('x', namespace='/n')\ndef h():\n    emit('a')\n    g()\ndef g():\n    send('b')",
        ["a /n", "message /n"],
    ),
    "json and calls": (
        "def f():\n    live.send({}, json=True)\n    live.call('a')",
        ["a /", "json /"],
    ),
    "a client": (
        """
        import socketio
        sio = socketio.Client()
        def f():
            sio.emit("a")
            socket_io = live.test_client(None)
            socket_io.emit("b")
        """,
        [],
    ),
    "another server": ("other = SocketIO()\ndef f():\n    other.emit('a')", []),
    "what is no server": (
        "class Signal:\n    def emit(self, n): ...\nsio = Signal()\ndef f():\n    sio.emit('a')",
        [],
    ),
    "what only the run knows": (
        "def f():\n    live.emit(input())\n    live.emit(f'{id(f)}')",
        ["?", "?"],
    ),
    "a function that nobody calls": ("def f(event):\n    live.emit(event)", ["?"]),
    "what clients say": ("@live.on('x')\ndef h(event):\n    live.emit(event)", ["?"]),
    "something that may be a server": ("def f(thing):\n    thing.emit('a')", ["?"]),
    "a variable that grows": (
        "def f():\n    e = 'a'\n    e += input()\n    live.emit(e)",
        ["?", "a /"],
    ),
    "an attribute that changes": (
        """
        class Phase:
            def __init__(self):
                self.name = "a"
            def go(self):
                self.name = "b"
                live.emit(self.name)
        phase = Phase()
        """,
        ["a /", "b /"],
    ),
    "a name that is given several things": (
        "E = 1\nE = 'a'\nfor F in ('b', 'c'):\n    pass\ndef f():\n    live.emit(E); live.emit(F)",
        ["a /", "b /", "c /"],
    ),
    "what classes below have": (
        """
        class Base:
            EVENT = None
            def name(self):
                raise NotImplementedError
            def tell(self):
                live.emit(self.EVENT)
                live.emit(self.name())
        class One(Base):
            EVENT = "a"
            def name(self):
                return "b"
        """,
        ["a /", "b /"],
    ),
    "tuples with names, and what cannot be changed": (
        """
        from types import MappingProxyType
        from typing import NamedTuple
        class Names(NamedTuple):
            shown: str = "a"
        NAMES, TABLE = Names(), MappingProxyType({"x": "b"})
        def f():
            live.emit(NAMES.shown)
            live.emit(TABLE["x"])
            live.emit({"y": "c"}.get("y"))
        """,
        ["a /", "b /", "c /"],
    ),
    "what a generator yields": (
        """
        def names():
            yield "a"
            yield "b"
        def f():
            for each in names():
                live.emit(each)
        """,
        ["a /", "b /"],
    ),
    "a variable by its annotation": (
        "def f(app):\n    wire: SocketIO = app.thing\n    wire.emit('a')",
        ["a /"],
    ),
    "what is not given yet": ("E = None\ndef f():\n    live.emit(E)", ["?"]),
    "a global that a function gives": (
        "hub = None\ndef start():\n    global hub\n    hub = live\ndef f():\n    hub.emit('a')",
        ["a /"],
    ),
    "what a client's name hides": ("def f(live, emit):\n    live.bark('a')\n    emit('b')", []),
    "what cannot be told apart": ("def f(**o):\n    live.emit('a', **o)", ["a"]),
    "nothing": ("def f():\n    live.emit\n    live.emit()\n    live.emit(5)", []),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.sampled(3)
def test_what_is_emitted(read: Read, form: str) -> None:
    """Servers are known by what they are, and events by what their names stand for."""
    text, expected = FORMS[form]
    assert told(read(text)) == expected


def test_the_place_is_where_the_name_stands(read: Read) -> None:
    """Handed on, it is the argument of the call; columns are characters, where Python has bytes."""
    found = read(
        """
        import elsewhere
        def f():
            elsewhere.tell(live, "é", event="said")
            "ключ", live.emit("b")
        """,
        "def tell(wire, data, event):\n    wire.emit(event, data)\n",
    )
    places = [(each.event, each.file, each.line, each.column) for each in found.emits]
    assert places == [("said", "shown.py", 7, 37), ("b", "shown.py", 8, 23)]


def test_modules_that_need_one_another(read: Read) -> None:
    """Names under TYPE_CHECKING, `current_app`, and what another module has."""
    found = read(
        """
        from flask import Flask
        import elsewhere
        app = Flask(__name__)
        app.wire = live
        board = elsewhere.Board(app)
        """,
        """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from flask import current_app
        if TYPE_CHECKING:
            import shown
        class Board:
            def __init__(self, app):
                self.app = app
            def show(self):
                self.app.wire.emit("a")
                current_app.wire.emit("b")
        def late():
            import shown
            shown.live.emit("c")
        """,
    )
    assert told(found) == ["a /", "b /", "c /"]


def test_arguments_and_callbacks(read: Read) -> None:
    """What is written down, with holes; how many values a callback takes."""
    found = read(
        """
        def answer(one, two=None): ...
        def f(x):
            live.emit("a", {"n": 1, "x": x, **x}, callback=answer)
            live.emit("b", 1, -2, [x])
            live.emit("c")
            live.emit("d", x)
            data = {"n": 1}
            data["n"] = x
            live.emit("e", data)
            live.emit("f", (1, x))
        """
    )
    by_event = {each.event: each for each in found.emits}
    assert by_event["a"].callback == (1, 2)
    (literal,) = by_event["a"].arguments or ()
    assert (literal.value, literal.holes, literal.open) == ({"n": 1, "x": None}, ("/x",), ("",))
    assert [each.value for each in by_event["b"].arguments or ()] == [1, -2, [None]]
    assert by_event["c"].arguments == ()
    assert by_event["d"].arguments is None
    assert by_event["e"].arguments is None
    assert [each.holes for each in by_event["f"].arguments or ()] == [(), ("",)]


def test_whether_an_ack_is_asked_for(read: Read) -> None:
    """By a callback or by `call`; where nobody can tell, nothing is said."""
    found = read(
        """
        import functools
        def answer(one): ...
        def send(event, then=None):
            live.emit(event, 1, callback=then)
        def f(x, *more, **options):
            live.emit("no")
            live.emit("none", callback=None)
            live.emit("yes", callback=answer)
            live.emit("partial", callback=functools.partial(answer, 1))
            live.emit("lambda", callback=lambda value: None)
            live.call("call", to=x)
            live.emit("unknown", callback=x)
            live.emit("open", **options)
            live.emit("more", *more)
            live.emit("either", callback=answer if x else None)
            send("by hand")
            send("with hand", answer)
        """
    )
    asks = {each.event: each.asks for each in found.emits}
    assert asks == {
        **dict.fromkeys(("no", "none", "by hand"), False),
        **dict.fromkeys(("yes", "partial", "lambda", "call", "with hand"), True),
        **dict.fromkeys(("unknown", "open", "more", "either"), None),
    }


def test_what_calls_itself(read: Read) -> None:
    """Functions that call one another for ever are followed to an end."""
    found = read(
        """
        def one(event):
            two(event + "!")
        def two(event):
            one(event)
            live.emit(event)
        def start():
            two("a")
        """
    )
    assert "a /" in told(found)


def test_what_is_too_much_is_told(read: Read) -> None:
    """Of very many values some are read, and that there are others is said."""
    found = read(
        """
        EVENTS = [f"e{number}" for number in range(500)]
        def f():
            for each in EVENTS:
                live.emit(each)
        """
    )
    assert "?" in told(found)
    assert "e0 /" in told(found)


def test_very_many_callers_are_all_read(read: Read) -> None:
    """A function that hands on may be called from everywhere."""
    calls = "\n".join(f"    tell('e{number}')" for number in range(400))
    found = read(f"def tell(event):\n    live.emit(event)\ndef f():\n{calls}\n")
    assert len(found.emits) == 400
    assert not found.unread


def test_deep_sources_are_read(read: Read) -> None:
    """A source may be nested as deep as Python reads it; deeper, the rest is read all the same."""
    deep = "+".join(["'a'"] * 900)
    found = read(f"def f():\n    live.emit({deep})\n    live.emit('b')")
    assert "b /" in told(found)


REGISTERED = """\
@socketio.on("a")
@unnamed
def first(): ...

class Events:
    @sio.on(EVENT, namespace=NS)
    @sio.on("c", "/given")
    async def second(self): ...

@socketio.on(computed())
@socketio.on()
@on("d")
@socketio.event
@socketio.on("e", **options)
def third(): ...

socketio.on_event("f", print)
socketio.on_event("g", x.y, NS)
socketio.on_event("h", lambda: 1, namespace="/h")
socketio.on_event(computed(), print)
on_event("i", print)
"""


def test_where_handlers_are_registered() -> None:
    """By decorators with an event that can be told; each at its first decorator's line."""
    texts = {"EVENT": "b", "NS": "/ns"}
    assert find_registrations("app.py", REGISTERED, texts.get) == [
        Registration("a", "/", "first", "app.py", 1),
        Registration("e", None, "third", "app.py", 10),
        Registration("b", "/ns", "second", "app.py", 6),
        Registration("c", "/given", "second", "app.py", 6),
        Registration("f", "/", "print", "app.py", 17, called=True),
        Registration("g", "/ns", "x.y", "app.py", 18, called=True),
        Registration("h", "/h", "a lambda", "app.py", 19, called=True),
    ]
    assert find_registrations("app.py", "def (", texts.get) == []
