"""Request contexts of events that cost less: what is the same for all events of a client is kept.

Flask-SocketIO makes a request context of each event. Flask opens a session for it, from the cookies
of the connect, which Flask-SocketIO at once replaces by the client's own; and it matches the URL,
which never changes. Together they take more than half of what an event takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import flask.ctx
from flask import Flask

__all__ = ["make_lighter"]

if TYPE_CHECKING:
    from flask.ctx import RequestContext
else:
    # Flask 3.2 has one class for both kinds of context, and this name for it only on demand.
    RequestContext = vars(flask.ctx).get("RequestContext")


def make_lighter(environ: dict[str, Any]) -> None:
    """Have the events of a client make lighter contexts, if Flask and the application allow it.

    Args:
        environ: the client's, in which Flask-SocketIO has put its application and its session.
    """
    app = environ["flask.app"]
    if (
        RequestContext is not None
        and isinstance(app, Flask)
        and type(app).request_context is Flask.request_context
        and type(app).create_url_adapter is Flask.create_url_adapter
        and "saved_session" in environ
    ):
        environ["flask.app"] = _Application(app)


class _Application:
    """Stands in for the application where the contexts of one client are made."""

    __slots__ = ("_adapter", "_route", "app")

    def __init__(self, app: Flask) -> None:
        self.app: Flask = app
        self._adapter: Any = None
        self._route: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """As `Flask.request_context`, with the client's own session."""
        return _EventContext(self, environ)

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
            if request.routing_exception is not None:
                request.routing_exception.__traceback__ = None  # it holds the context
            self._route = request.url_rule, request.view_args, request.routing_exception
        request.url_rule, request.view_args, request.routing_exception = self._route


class _EventContext(RequestContext or object):  # type: ignore[misc]  # see above
    """The context of an event."""

    def __init__(self, application: _Application, environ: dict[str, Any]) -> None:
        stand_in = cast("Flask", application)
        super().__init__(stand_in, environ, session=environ.get("saved_session"))
        self.application = application
        self.app: Flask = application.app

    def match_request(self) -> None:
        """As in the base class."""
        self.application.match(self)
