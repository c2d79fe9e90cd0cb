"""Request contexts of events that cost less: what is the same for all events of a client is kept.

Flask-SocketIO makes a request context of each event. Flask opens a session for it, from the cookies
of the connect, which Flask-SocketIO at once replaces by the client's own; it reads the environment
and matches the URL, which never change. Together they take more than half of what an event takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import flask.ctx
import werkzeug
from flask import Flask

__all__ = ["make_lighter"]

if TYPE_CHECKING:
    from flask.ctx import RequestContext
else:
    # Flask 3.2 has one class for both kinds of context, and this name for it only on demand.
    RequestContext = vars(flask.ctx).get("RequestContext")


#: Where a client's environment keeps its stand-in between events.
_KEY = "asyncapi_guard.application"
#: What reads the environment, and what it reads there besides headers.
_reads_environ: Any = werkzeug.Request.__init__
_READ = (
    "REQUEST_METHOD",
    "wsgi.url_scheme",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "REMOTE_ADDR",
)


def make_lighter(environ: dict[str, Any]) -> None:
    """Have a client's next event make a lighter context, if Flask and the application allow it.

    Args:
        environ: the client's, in which Flask-SocketIO has put its application and its session. What
            it makes the context with stands in for the application until that is done.
    """
    app = environ["flask.app"]
    if (
        RequestContext is not None
        and isinstance(app, Flask)
        and _is_flasks_own(app, "request_context")
        and _is_flasks_own(app, "create_url_adapter")
        and "saved_session" in environ
    ):
        stand_in = environ.get(_KEY)
        if stand_in is None or stand_in.app is not app:
            stand_in = environ[_KEY] = _Application(app)
        environ["flask.app"] = stand_in


def _is_flasks_own(app: Flask, method: str) -> bool:
    return getattr(type(app), method) is getattr(Flask, method) and method not in vars(app)


class _Read(NamedTuple):
    """What a request is before anybody has asked it for anything.

    Attributes:
        kind: its class.
        environ: what was read.
        values: what stood there.
        state: what the request has of it.
    """

    kind: Any
    environ: dict[str, Any]
    values: tuple[Any, ...]
    state: dict[str, Any]


class _Application:
    """Stands in for the application where the contexts of one client are made."""

    __slots__ = ("_adapter", "_read", "_route", "app")

    def __init__(self, app: Flask) -> None:
        self.app: Flask = app
        self._adapter: Any = None
        self._read: _Read | None = None
        self._route: tuple[Any, Any, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """As `Flask.request_context`, with the client's own session."""
        environ["flask.app"] = self.app  # handlers see no stand-in
        return _EventContext(self, environ)

    def request_class(self, environ: dict[str, Any]) -> Any:
        """As the class of the application's requests, which reads the same again for each event."""
        kind: Any = self.app.request_class
        values, read = tuple(map(environ.get, _READ)), self._read
        if (
            read is not None
            and read.kind is kind
            and read.environ is environ
            and read.values == values
        ):
            made = kind.__new__(kind)
            vars(made).update(read.state)
            environ["werkzeug.request"] = made
            return made
        made = kind(environ)
        if kind.__init__ is _reads_environ:
            self._read = _Read(kind, environ, values, dict(vars(made)))
        return made

    def create_url_adapter(self, request: Any) -> Any:
        """As in `Flask`; made once: it knows nothing that differs between events."""
        if self._adapter is None:
            self._adapter = self.app.create_url_adapter(request)
        return self._adapter

    def match(self, context: _EventContext) -> None:
        """Match the URL of a context's request, once."""
        request = context.request
        if self._route is None:
            super(_EventContext, context).match_request()
            self._route = request.url_rule, request.view_args, _unraised(request.routing_exception)
        request.url_rule, args, exception = self._route
        # Copies of what a handler can change: the next one sees what was matched.
        request.view_args = None if args is None else dict(args)
        request.routing_exception = _unraised(exception)


def _unraised(exception: Any) -> Any:
    """A copy of an exception that holds no frames, as one that was raised does."""
    if exception is None:
        return None
    kind = type(exception)
    copy = kind.__new__(kind, *exception.args)
    vars(copy).update(vars(exception))
    return copy


class _EventContext(RequestContext or object):  # type: ignore[misc]  # see above
    """The context of an event."""

    def __init__(self, application: _Application, environ: dict[str, Any]) -> None:
        stand_in: Any = application
        super().__init__(stand_in, environ, session=environ.get("saved_session"))
        self.application = application
        self.app: Flask = application.app

    def copy(self) -> RequestContext:
        """As in the base class, which makes another of the same class, by its own arguments."""
        return RequestContext(
            self.app, self.request.environ, request=self.request, session=self.session
        )

    def match_request(self) -> None:
        """As in the base class."""
        self.application.match(self)
