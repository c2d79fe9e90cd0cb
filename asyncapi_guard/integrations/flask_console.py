"""The console as routes of a Flask application.

So hooks and sessions of the application are around `docs_auth`, and a prefix that a web server or
`APPLICATION_ROOT` puts before the application is before the console.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import flask

from asyncapi_guard.console.application_routes import ENDPOINT, is_own
from asyncapi_guard.console.below import below, path_of_socketio
from asyncapi_guard.console.exchange import MOST_BYTES, Request, Response, Unanswerable
from asyncapi_guard.console.routes import Console, too_large
from asyncapi_guard.errors import InstallationError

if TYPE_CHECKING:
    from asyncapi_guard.console.gate import Gate

__all__ = ["check", "serve"]

#: Where an application has its consoles by their paths.
_EXTENSION = "asyncapi_guard_consoles"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_RULES = ("", "/", "/<path:below>", ".yml", ".json")


def check(app: flask.Flask, root: str) -> None:
    """See whether an application can serve a console.

    Raises:
        InstallationError: it has other routes there, or answers requests already.
    """
    if root in app.extensions.get(_EXTENSION, {}):
        return
    rules = {root + rule for rule in _RULES}
    for rule in app.url_map.iter_rules():
        below_it = rule.rule.startswith(f"{root}/") and not is_own(rule.endpoint)
        if rule.rule in rules or below_it:
            raise InstallationError(
                f"the application already has the route {rule.rule!r}; "
                "choose a different path for docs="
            )
    if getattr(app, "_got_first_request", False):
        raise InstallationError(
            "docs= adds routes, which Flask rejects after its first request; call init_app earlier"
        )


def serve(app: flask.Flask, root: str, console: Console, gate: Gate) -> None:
    """Serve a console, in the place of one that was there before.

    Args:
        app: the application, of which `check` says that it can.
        root: the path of the console's root.
        console: what is served.
        gate: who can see it; called with Flask's request.
    """
    consoles: dict[str, tuple[Console, Gate]] = app.extensions.setdefault(_EXTENSION, {})
    is_new = root not in consoles
    consoles[root] = console, gate
    if not is_new:
        return

    def view(**_variables: str) -> flask.Response:
        response = _answer(root, *consoles[root])
        return flask.Response(response.body, response.status, dict(response.headers))

    endpoint = f"{ENDPOINT}:{root}".replace(".", ":")
    options: dict[str, Any] = {"host": "<host>"} if app.url_map.host_matching else {}
    for rule in _RULES:
        app.add_url_rule(
            root + rule,
            endpoint,
            view,
            methods=_METHODS,
            provide_automatic_options=False,
            **options,
        )


def _answer(root: str, console: Console, gate: Gate) -> Response:
    path = below(root, flask.request.path) or ""
    request = _request(root, path)
    if not gate.permits(flask.request):
        return console.forbidden(request)
    refused = console.before_reading(request)
    if refused is not None:
        return refused
    if console.reads(request):
        try:
            request = replace(request, body=_body())
        except Unanswerable as error:
            return console.finish(request, error.response)
    return console.respond(request)


def _request(root: str, path: str) -> Request:
    asked = flask.request
    return Request(
        asked.method,
        path,
        root,
        asked.query_string.decode("latin-1"),
        {name.lower(): value for name, value in asked.headers.items()},
        asked.remote_addr,
        path_of_socketio(flask.current_app.wsgi_app, root),
    )


def _body() -> bytes:
    """The body of a request that `before_reading` allows; a hook can have read it before.

    Raises:
        Unanswerable: nobody knows where it ends, or it is too long.
    """
    length = flask.request.content_length
    if length is None and not flask.request.environ.get("wsgi.input_terminated"):
        error = "the request needs a Content-Length"
        raise Unanswerable(Response.of_json(411, {"error": error}))
    if length is not None:
        return flask.request.get_data()
    body: bytes = flask.request.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Unanswerable(too_large())
    return body
