"""Request contexts of events that cost less: what is the same for all events of a client is kept.

Flask-SocketIO makes a request context of each event. Flask opens a session for it, from the cookies
of the connect, which Flask-SocketIO at once replaces by the client's own; and it matches the URL,
which never changes. Together they take more than half of what an event takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask.ctx
from flask import Flask

__all__ = ["make_lighter"]

#: Where the environment of a client keeps what its URL was matched to.
_ROUTE = "asyncapi_guard.route"
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
        and "saved_session" in environ
    ):
        environ["flask.app"] = _Application(app)


class _Application:
    """Stands in for the application where contexts are made."""

    __slots__ = ("_app",)

    def __init__(self, app: Any) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """As `Flask.request_context`, with the client's own session."""
        return _EventContext(self._app, environ, session=environ.get("saved_session"))


class _EventContext(RequestContext or object):  # type: ignore[misc]  # see above
    """A request context whose URL is matched once for each client."""

    def match_request(self) -> None:
        """As in the base class."""
        request = self.request
        known = request.environ.get(_ROUTE)
        if known is None:
            super().match_request()
            if request.routing_exception is not None:
                request.routing_exception.__traceback__ = None  # it holds this context
            known = request.url_rule, request.view_args, request.routing_exception
            request.environ[_ROUTE] = known
        request.url_rule, request.view_args, request.routing_exception = known
