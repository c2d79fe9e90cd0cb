"""Login sessions of Flask: the user in the session, or the current user of Flask-Login.

The session is read from the credential, not from the cookies of the handshake. So the verifier
checks the cookie that the document names, even if a client later shows a newer one.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.guard.identity import Identity
from asyncapi_guard.security.complaints import Complaint
from asyncapi_guard.security.credentials import ForText
from asyncapi_guard.security.session_options import (
    checked_key,
    checked_scopes,
    checked_seconds,
    subject_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from flask import Flask

    from asyncapi_guard.integrations.handshake import Handshake

__all__ = ["flask_login", "session_user"]

#: What a cookie can be, without quotes (RFC 6265, 4.1.1).
_COOKIE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+")
_NO_APPLICATION = (
    "a verifier of Flask sessions doesn't know the Flask application, because this server isn't "
    "Flask-SocketIO's; pass app="
)


class _FlaskSession(ForText):
    """A verifier that reads a session of Flask, in a request context of its own."""

    def __init__(self, app: Any, scopes: Any, expires_in: Any) -> None:
        from flask import Flask

        if app is not None and not isinstance(app, Flask):
            raise TypeError(f"app must be a Flask application, not {type(app).__name__}")
        self._app: Flask | None = app
        self._scopes = checked_scopes(scopes)
        self._seconds = checked_seconds(expires_in)
        self._lacks_application = Complaint(_NO_APPLICATION)

    def __call__(self, credential: Any, handshake: Handshake) -> Identity | None:
        if not isinstance(credential, str) or not _COOKIE.fullmatch(credential):
            return None
        app = self._application()
        if app is None:
            self._lacks_application.make()
            return None
        cookie = f"{app.session_interface.get_cookie_name(app)}={credential}"
        environ = {**handshake.environ, "HTTP_COOKIE": cookie}
        # A context of its own: `flask.g` may have the user of another session.
        with app.app_context(), app.request_context(environ):
            found = self._user()
        if found is None:
            return None
        end = None if self._seconds is None else time.time() + self._seconds
        return Identity(found[0], frozenset(found[1]), end)

    def _application(self) -> Flask | None:
        import flask

        if self._app is not None:
            return self._app
        if not flask.has_app_context():
            return None
        current: Any = flask.current_app
        app: Flask = current._get_current_object()  # noqa: SLF001  # it is how Flask says it
        return app

    def _user(self) -> tuple[str, Iterable[str]] | None:
        """Return the subject and the scopes of the session."""
        raise NotImplementedError


class _SessionUser(_FlaskSession):
    __name__ = "session_user"

    def __init__(self, key: str, app: Any, scopes: Any, expires_in: Any) -> None:
        super().__init__(app, scopes, expires_in)
        self._key = checked_key(key)

    def _user(self) -> tuple[str, Iterable[str]] | None:
        import flask

        session: Any = flask.session
        subject = subject_in(session, self._key)
        if subject is None:
            return None
        return subject, self._scopes(session)


class _FlaskLogin(_FlaskSession):
    __name__ = "flask_login"

    def _user(self) -> tuple[str, Iterable[str]] | None:
        import flask
        import flask_login

        proxy: Any = flask_login.current_user
        user = proxy._get_current_object()  # noqa: SLF001  # it is how Flask says it
        if not user.is_authenticated:
            return None
        subject = str(user.get_id())
        if flask.session.get("_user_id") != subject:
            return None  # Flask-Login knows the user by something else that the client has sent
        return subject, self._scopes(user)


def session_user(
    key: str = "user_id",
    *,
    app: Flask | None = None,
    scopes: Callable[[Mapping[str, Any]], Iterable[str]] | None = None,
    expires_in: float | None = None,
) -> _SessionUser:
    """Make a verifier of Flask's session cookie, whose subject is the user in the session.

    It reads `flask.session` as your application does, whether the session is in the cookie or
    kept on the server.

    Args:
        key: the session key of the user, whose value is a string or an integer.
        app: the application. A server of Flask-SocketIO knows it; others need it.
        scopes: called with the session, returns the scopes.
        expires_in: how many seconds after the connect the client must show a session again.

    Raises:
        TypeError: an option is of another type.
        ValueError: `expires_in` is none of seconds.
    """
    return _SessionUser(key, app, scopes, expires_in)


def flask_login(
    *,
    app: Flask | None = None,
    scopes: Callable[[Any], Iterable[str]] | None = None,
    expires_in: float | None = None,
) -> _FlaskLogin:
    """Make a verifier of Flask-Login's sessions, whose subject is the id of `current_user`.

    Args:
        app: the application. A server of Flask-SocketIO knows it; others need it.
        scopes: called with the user, returns the scopes.
        expires_in: how many seconds after the connect the client must show a session again.

    Raises:
        InstallationError: Flask-Login isn't installed.
        TypeError: an option is of another type.
        ValueError: `expires_in` is none of seconds.
    """
    try:
        import flask_login  # noqa: F401  # to fail here, and not at the first client
    except ImportError:
        raise InstallationError(
            "security.flask_login needs Flask-Login. Run: pip install flask-login"
        ) from None
    return _FlaskLogin(app, scopes, expires_in)
