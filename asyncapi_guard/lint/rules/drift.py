"""Rules about an application's code beside its document; `asyncapi-guard check` looks for them."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["CHECKED_IN", "RULES"]

#: The checks compare an application with its document; they are no part of the linter.
CHECKED_IN = ("drift.comparing", "drift.comparing_emits", "drift.comparing_handlers")

_SPEC = """
channels:
  root:
    address: /
    messages:
      say: {payload: {type: string}, x-ack: {type: integer}}
      said: {payload: {type: string}}
operations:
  say:
    action: receive
    channel: {$ref: '#/channels/root'}
    messages: [{$ref: '#/channels/root/messages/say'}]
  said:
    action: send
    channel: {$ref: '#/channels/root'}
    messages: [{$ref: '#/channels/root/messages/said'}]
"""

_error = group("Code and file", Severity.ERROR, _SPEC)
_warning = group("Code and file", Severity.WARNING, _SPEC)

RULES = (
    _error(
        "handler-without-spec",
        "A handler's event is declared to be received.",
        """
        The guard rejects events that the file does not have, so the handler is never called; and
        clients that are made from the file do not know of it. Declare the event, or remove the
        handler. `connect` and `disconnect` need no declaration.
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit("said", text)
            return len(text)

        @socketio.on("shout")
        def shout(text):
            return len(text)
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit("said", text)
            return len(text)
        """,
    ),
    _error(
        "spec-without-handler",
        "An event that is declared to be received has a handler.",
        """
        Clients that keep to the file send it, and nobody answers. Register a handler, or remove
        the event from the file; for a catch-all handler all events are handled.
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("sya")
        def say(text):
            socketio.emit("said", text)
            return len(text)
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit("said", text)
            return len(text)
        """,
    ),
    _error(
        "payload-differs",
        "The types in the code take what the file allows, and send nothing else.",
        """
        A handler whose hints are narrower than the payload rejects clients that keep to the file;
        a `doc_emit` whose model is wider lets out what they do not expect. Where it cannot be told
        which of two schemas is the wider one, it is this rule as well. So are hints on other
        servers that the file contradicts, a handler that takes another number of arguments than
        the file allows, and an emit whose arguments stand in the source and are not valid. Change
        the code, or the payload in the file.
        """,
        """
        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: int):
            socketio.emit("said", text)
            return 1
        """,
        """
        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: str):
            socketio.emit("said", text)
            return 1
        """,
    ),
    _error(
        "ack-differs",
        "The types of acks in the code promise no more than the file.",
        """
        A handler that may return what the file's ack does not allow is found out when it does: the
        guard replaces its answer. An `ack_model` of `doc_emit` that is narrower than the file
        rejects answers of clients that keep to it. A handler that returns nothing where the file
        promises an ack, or something that stands in the source and is not valid, and a callback
        that takes another number of values than the ack has, are found as well. So is an emit
        without a callback where `x-ack` says `required: true`, and one with a callback where it is
        `false`: the guard rejects both. Change the code, or `x-ack` in the file.
        """,
        """
        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: str) -> str:
            socketio.emit("said", text)
            return text
        """,
        """
        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: str) -> int:
            socketio.emit("said", text)
            return len(text)
        """,
    ),
    _warning(
        "payload-inexact",
        "The types in the code are those of the file.",
        """
        A handler whose hints are wider than the payload, or a `doc_emit` whose model is narrower,
        hurts nobody: what passes is what the file says. It is still not what the file says, and
        the next reader believes one of the two.
        """,
        """
        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: str | None):
            socketio.emit("said", text)
            return 1
        """,
        """
        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: str):
            socketio.emit("said", text)
            return 1
        """,
    ),
    _warning(
        "ack-inexact",
        "The types of acks in the code are those of the file.",
        """
        A handler that returns less than the file's ack allows, or an ack of which the file says
        nothing, and an `ack_model` of `doc_emit` that takes more than the file allows, hurt
        nobody: what passes is what the file says. As with `payload-inexact`, the next reader
        believes one of the two.
        """,
        """
        from typing import Literal

        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: str) -> Literal[1]:
            socketio.emit("said", text)
            return 1
        """,
        """
        from asyncapi_guard import AsyncAPISocketIO

        socketio = AsyncAPISocketIO(typed=True)

        @socketio.on("say")
        def say(text: str) -> int:
            socketio.emit("said", text)
            return 1
        """,
    ),
    _error(
        "undeclared-emit",
        "An event that the code emits is declared to be sent.",
        """
        The guard rejects it when it happens. The sources are read for `emit`, `send`, `call` and
        `doc_emit` of everything that is a server of the application, whatever it is called there;
        functions that hand on an event are followed to their callers. Declare the event, or
        correct its name or namespace. `unread-emit` lists the emits whose names only the run knows.
        """,
        """
        from flask_socketio import SocketIO, emit

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            emit("sad", text, broadcast=True)
            return len(text)
        """,
        """
        from flask_socketio import SocketIO, emit

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            emit("said", text, broadcast=True)
            return len(text)
        """,
    ),
    _error(
        "stale-models",
        "Generated models are those of the document as it is.",
        """
        A module of `asyncapi-guard models` has the digest of its document. If the document says
        something else by now, the types reject clients that keep to it and send what it does not
        allow, and no other rule can tell: the types look like the document's own. Generate the
        module again; the command is at its head. Layout, comments and the order of keys make no
        difference.
        """,
        """
        from typing import NamedTuple

        from flask_socketio import SocketIO

        class ModelsSource(NamedTuple):
            file: str
            schemas: dict
            digest: str

        SOURCE = ModelsSource("asyncapi.yml", {}, "that of an older document")
        EVENTS = {}
        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit("said", text)
            return len(text)
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit("said", text)
            return len(text)
        """,
    ),
    _warning(
        "spec-without-emit",
        "An event that is declared to be sent is emitted.",
        """
        Clients that are made from the file wait for it in vain. Emit the event, or remove it from
        the file. Nothing is found as long as an emit that cannot be read may be the one
        (`unread-emit`), and a `doc_emit` counts as an emit. If another program emits the event,
        ignore this rule with that reason.
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            return len(text)
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit("said", text)
            return len(text)
        """,
    ),
    _warning(
        "unread-emit",
        "The name of an event that the code emits can be read.",
        """
        Nobody compares this emit with the file before it happens, so an application without other
        findings is not known to keep to its file. The name may be a literal, a constant, a member
        of an enum, or made of these; functions may hand it on. If only the run can know it, ignore
        the rule there and say why. To let no such emit in, make the rule an error:
        `unread-emit = "error"` below `[tool.asyncapi-guard.severity]`.
        """,
        """
        from flask_socketio import SocketIO

        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit(text.split()[0], text)
            return len(text)
        """,
        """
        from flask_socketio import SocketIO

        EVENTS = {"loud": "said"}
        socketio = SocketIO()

        @socketio.on("say")
        def say(text):
            socketio.emit(EVENTS["loud"], text)
            return len(text)
        """,
    ),
)
