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

_error = group("Code and document", Severity.ERROR, _SPEC)
_warning = group("Code and document", Severity.WARNING, _SPEC)

RULES = (
    _error(
        "handler-without-spec",
        "The document must declare every event that has a handler.",
        """
        The guard rejects events that the document doesn't declare, so the handler is never called.
        Clients generated from the document don't know the event either. Declare the event, or
        remove the handler. `connect` and `disconnect` need no declaration.
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
        "Every event that the server receives must have a handler.",
        """
        Clients that follow the document send the event, but the server ignores it. Register a
        handler, or remove the event from the document. A catch-all handler handles all events.
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
        "Types in the code must accept every payload the document allows, and send no other.",
        """
        A handler whose type hints are narrower than the payload rejects clients that follow the
        document. A `doc_emit` whose model is wider sends payloads that clients don't expect. The
        rule also covers schemas that can't be compared, type hints on other servers that contradict
        the document, and handlers with the wrong number of arguments. An emit whose arguments are
        in the source and invalid breaks it too. Change the code, or the payload in the document.
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
        "Acks in the code must stay within the acks the document allows.",
        """
        If a handler returns a value that the document's ack doesn't allow, the guard replaces the
        ack with an error response. An `ack_model` of `doc_emit` that is narrower than the document
        rejects acks of clients that follow it. The rule also covers handlers that return nothing or
        an invalid constant, callbacks with the wrong number of arguments, and callbacks that
        contradict `required` in `x-ack`. Change the code, or `x-ack` in the document.
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
        "Types in the code should match the payloads in the document.",
        """
        A handler whose type hints are wider than the payload, or a `doc_emit` whose model is
        narrower, breaks no client, because the guard enforces the document. The difference still
        misleads people who read the code or the document.
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
        "Types of acks in the code should match the acks in the document.",
        """
        A handler that returns less than the document's ack allows, or an ack that the document
        doesn't describe, breaks no client. Neither does an `ack_model` of `doc_emit` that accepts
        more than the document allows. The difference still misleads people who read the code or the
        document.
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
        "The document must declare every event that the code emits.",
        """
        The guard rejects undeclared events at run time. `check` finds every `emit`, `send`, `call`
        and `doc_emit` on a server of the application, under any variable name. If a
        function passes an event on, `check` also reads its callers. Declare the event, or correct
        its name or namespace. For emits whose names are known only at run time, see `unread-emit`.
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
        "Generated models must be up to date with the document.",
        """
        A module generated by `asyncapi-guard models` contains the digest of its document. If the
        document has changed since, the types reject clients that follow it and send payloads that
        it doesn't allow. No other rule finds this, because the types look like the document's own.
        Generate the module again with the command at its top. Layout, comments and the order of
        keys don't matter.
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
        "Every event that the server sends should be emitted by the code.",
        """
        Clients generated from the document wait for an event that never arrives. Emit the event, or
        remove it from the document. The rule reports nothing while an emit with an unknown name
        could be this event (see `unread-emit`). A `doc_emit` is an emit. If another program emits
        the event, ignore this finding with that reason.
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
        "The name of an emitted event should be readable from the source.",
        """
        `check` can't compare this emit with the document, so an application without other findings
        might still differ from it. The name can be a literal, a constant, a member of an enum, or a
        combination of them, and functions can pass it on. If the name is known only at run time,
        ignore the finding and give the reason. To forbid such emits, make the rule an error:
        `unread-emit = "error"` under `[tool.asyncapi-guard.severity]`.
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
