"""What the sources of an application emit, and register."""

from __future__ import annotations

from asyncapi_guard.drift.emits import Names, find_emits
from asyncapi_guard.drift.registrations import Registration, find_registrations

SOURCE = """\
import flask_socketio
from flask_socketio import emit as tell, send

@socketio.on("a", namespace="/chat")
@other
def handler(data):
    tell("in handler")
    def inner():
        tell("in inner", namespace="/given")

def anywhere(sio, queue):
    tell("anywhere", {}, to=1)
    tell("", namespace=variable)
    flask_socketio.emit("dotted")
    socketio.emit("server")
    socketio.call("call", to=1, namespace=None)
    self.socketio.emit("likely")
    app.extensions["socketio"].emit(event="keyword")
    sio.emit("parameter")
    send("text")
    send({}, json=True)
    send({}, json=unknown)
    socketio.emit(name)
    queue.send("text")
    client.emit("not ours")
    client.socketio.emit("not ours either")
    subprocess.call("ls")
    shared.socketio.doc_emit("declared", Model)

class Chat(Namespace):
    def on_hi(self):
        self.emit("from class")
        self.send("text")

class Other:
    def emit_all(self):
        self.emit("no namespace")
"""


def test_literals_are_found_by_what_names_stand_for() -> None:
    """Each with where it may go: to the handler's, server's, class's or given namespace."""
    names = Names(
        functions={"tell": "emit", "send": "send", "flask_socketio.emit": "emit"},
        servers={"socketio": "/", "shared.socketio": "/"},
        classes={"Chat": ("/c", "/d")},
        others=frozenset({"client", "subprocess"}),
        handlers={4: ("/chat",)},
    )
    found = find_emits("app.py", SOURCE, names)
    assert [(each.line, each.event, each.namespaces) for each in found] == [
        (7, "in handler", ("/chat",)),
        (9, "in inner", ("/given",)),
        (12, "anywhere", ()),
        (13, "", ()),
        (14, "dotted", ()),
        (15, "server", ("/",)),
        (16, "call", ("/",)),
        (17, "likely", ("/",)),
        (18, "keyword", ("/",)),
        (19, "parameter", ("/",)),
        (20, "message", ()),
        (21, "json", ()),
        (28, "declared", ("/",)),
        (32, "from class", ("/c", "/d")),
        (33, "message", ("/c", "/d")),
    ]
    assert {(each.file, each.column) for each in found[:1]} == {("app.py", 10)}


WRAPPED = """\
@socketio.on("a", namespace="/chat")
def handler(data):
    socketio.server.emit("a")
    shared.socketio.server.emit("b", namespace="/given")
    shared.server.emit("module's own")

class Chat(Namespace):
    def on_hi(self):
        self.server.emit("c")
        self._sio.emit("d")
        self.chat_sio.server.emit("e")

class Other:
    def go(self):
        self.server.emit("no server of Socket.IO")
        other.server.emit("no server of Socket.IO")
        self.physio.emit("no server of Socket.IO")
"""


def test_a_server_may_be_of_something() -> None:
    """Of a `SocketIO`, of a class-based namespace; it emits to `/`, whoever asks."""
    names = Names(
        servers={"socketio": "/", "shared.socketio": "/", "shared.server": "/"},
        classes={"Chat": ("/c",)},
        others=frozenset({"shared", "other"}),
        handlers={1: ("/chat",)},
    )
    found = find_emits("app.py", WRAPPED, names)
    assert [(each.line, each.event, each.namespaces) for each in found] == [
        (3, "a", ("/",)),
        (4, "b", ("/given",)),
        (5, "module's own", ("/",)),
        (9, "c", ("/",)),
        (10, "d", ("/",)),
        (11, "e", ("/",)),
    ]


def test_what_is_no_python_emits_nothing() -> None:
    """A source that cannot be parsed was imported by other means; it is passed over."""
    assert find_emits("app.py", "def (", Names()) == []


CONSTANTS = {"SAID": "said", "names.SAID": "dotted", "NS": "/ns", "event": "a module's", "SIO": "x"}
CONSTANTS |= {"SEVERAL": "the last", "TWICE": "the second"}
COMPUTED = """\
def anywhere(text, *names, SIO=1, **options):
    emit(SAID)
    emit(names.SAID)
    emit(SIO)
    emit("a" if text else SAID, namespace=NS)
    emit("b", namespace=NS if text else UNKNOWN)
    emit(f"plain")
    emit(f"{text}")
    emit("a" + "b")
    emit("c", **options)
    emit(*names)
    emit()
    emit(5)
    "ключ", emit("d")

def local():
    event = input()
    emit(event)
    def inner():
        emit(event)

def shared():
    global event
    event = "x"
    emit(event)

def imports():
    from flask_socketio import emit as tell, send, Namespace as emit
    tell("e")
    send("text")
    emit("no longer Flask-SocketIO's")

def given(emit, socketio):
    emit("a parameter")
    socketio.emit("f")

async def clients():
    sio = socketio.AsyncClient()
    sio.emit("of a client")
    client = other = socketio.test_client(app)
    client.emit("of a client")
    await socketio.emit("g")

class Room(Namespace):
    def on_hi(self):
        super().emit("h")
        self.other.emit("not ours")

sio = SimpleClient()
sio.emit("of a client")
for SEVERAL in CONSTANTS:
    emit(SEVERAL)
TWICE = 1
TWICE = "x"
emit(TWICE)
"""


def test_what_is_emitted_is_told_where_it_can_be() -> None:
    """Constants, choices and imports in functions; not what is bound, computed or a client's."""
    names = Names(
        functions={"emit": "emit"},
        servers={"socketio": "/"},
        classes={"Room": ("/r",)},
        text={**CONSTANTS, "names.SAID": "shadowed"}.get,
    )
    found = find_emits("app.py", COMPUTED, names)
    assert [(each.line, each.event, each.namespaces) for each in found] == [
        (2, "said", ()),
        (5, "a", ("/ns",)),
        (5, "said", ("/ns",)),
        (6, "b", ("/ns",)),
        (6, "b", ()),
        (7, "plain", ()),
        (10, "c", ()),
        (14, "d", ()),
        (29, "e", ()),
        (30, "message", ()),
        (35, "f", ("/",)),
        (42, "g", ("/",)),
        (46, "h", ("/r",)),
    ]
    assert [each.column for each in found if each.event == "d"] == [18]


def test_what_python_warns_of_is_not_told() -> None:
    """Warnings fail tests: an escape that means nothing gives none."""
    (found,) = find_emits("app.py", 'emit("\\d")', Names(functions={"emit": "emit"}))
    assert found.event == "\\d"


def test_deep_sources_are_read() -> None:
    """A source may be nested as deep as Python reads it; deeper, it is passed over."""
    text = "emit('a')\n" + "+".join(["1"] * 5_000)
    names = Names(functions={"emit": "emit"})
    assert [each.event for each in find_emits("app.py", text, names)] in (["a"], [])


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
