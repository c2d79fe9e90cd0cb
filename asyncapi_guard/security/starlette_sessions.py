"""Login sessions of Starlette and FastAPI: the cookie of `SessionMiddleware`.

A `socketio.ASGIApp` around an application handles its own requests before the middleware of that
application. So the verifier reads the cookie itself, with the secret of the middleware. Without the
secret, it uses the session in the ASGI scope, which exists if the middleware is around the
Socket.IO application.
"""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from asyncapi_guard.guard.credentials import MalformedCredential, reading_of
from asyncapi_guard.guard.identity import Identity
from asyncapi_guard.integrations.wire.requests import request_in
from asyncapi_guard.security.complaints import Complaint
from asyncapi_guard.security.credentials import ForText
from asyncapi_guard.security.session_options import (
    checked_key,
    checked_scopes,
    checked_seconds,
    subject_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncapi_guard.contract import SecurityScheme
    from asyncapi_guard.integrations.handshake import Handshake

__all__ = ["starlette_session"]

#: What `SessionMiddleware` has by default.
_TWO_WEEKS = 14 * 24 * 60 * 60
_NO_SESSION = (
    "the ASGI scope has no session: pass secret_key= to security.starlette_session, or put "
    "SessionMiddleware around the Socket.IO application"
)


class _StarletteSession(ForText):
    """A verifier that knows the user in a session."""

    __name__ = "starlette_session"

    def __init__(self, key: str, scopes: Any, expires_in: Any) -> None:
        self._key = checked_key(key)
        self._scopes = checked_scopes(scopes)
        self._seconds = checked_seconds(expires_in)

    def __call__(self, credential: Any, handshake: Handshake) -> Identity | None:
        session, end = self._session(credential, handshake)
        if not isinstance(session, Mapping):
            return None
        subject = subject_in(session, self._key)
        if subject is None:
            return None
        ends = [] if end is None else [end]
        if self._seconds is not None:
            ends.append(time.time() + self._seconds)
        return Identity(subject, frozenset(self._scopes(session)), min(ends, default=None))

    def _session(self, credential: Any, handshake: Handshake) -> tuple[Any, float | None]:
        """Return the session, and the time when it expires."""
        raise NotImplementedError


class _SignedSession(_StarletteSession):
    """A verifier that reads the cookie itself."""

    def __init__(
        self, key: str, scopes: Any, expires_in: Any, secret_key: Any, max_age: int | None
    ) -> None:
        from itsdangerous import TimestampSigner

        super().__init__(key, scopes, expires_in)
        self._signer = TimestampSigner(str(secret_key))
        self._max_age = max_age

    def _session(self, credential: Any, handshake: Handshake) -> tuple[Any, float | None]:  # noqa: ARG002  # see above
        from itsdangerous import BadSignature

        if not isinstance(credential, str) or not credential.isascii():
            return None, None
        try:
            data, signed = self._signer.unsign(
                credential.encode(), self._max_age, return_timestamp=True
            )
        except BadSignature:
            return None, None
        end = None if self._max_age is None else signed.timestamp() + self._max_age
        return json.loads(b64decode(data)), end


class _SessionInScope(_StarletteSession):
    """A verifier that uses the session that the middleware has read."""

    def __init__(self, key: str, scopes: Any, expires_in: Any, session_cookie: str) -> None:
        super().__init__(key, scopes, expires_in)
        self._source = "cookie", session_cookie
        self._lacks_session = Complaint(_NO_SESSION)

    def unfit(self, scheme: SecurityScheme) -> str | None:
        """Why this is no verifier of a scheme; `None` if it is one."""
        if (scheme.place, scheme.parameter) == self._source and scheme.type == "httpApiKey":
            return None
        return f"without secret_key, it reads only the cookie {self._source[1]!r}"

    def _session(self, credential: Any, handshake: Handshake) -> tuple[Any, float | None]:
        try:
            shown = reading_of(self._source, None, request_in(handshake.environ)).credential
        except MalformedCredential:
            return None, None
        if shown is None or shown != credential:
            return None, None  # the middleware has read another cookie
        session = handshake.environ.get("asgi.scope", {}).get("session")
        if session is None:
            self._lacks_session.make()
        return session, None


def starlette_session(
    key: str = "user_id",
    *,
    secret_key: object = None,
    session_cookie: str = "session",
    max_age: int | None = _TWO_WEEKS,
    scopes: Callable[[Mapping[str, Any]], Iterable[str]] | None = None,
    expires_in: float | None = None,
) -> _StarletteSession:
    """Make a verifier of Starlette's session cookie, whose subject is the user in the session.

    Args:
        key: the session key of the user, whose value is a string or an integer.
        secret_key: the secret of `SessionMiddleware`. Without it, the middleware must be around the
            Socket.IO application; it isn't in `ASGIApp(sio, other_asgi_app=app)`.
        session_cookie: the name of the cookie, as in the middleware.
        max_age: the number of seconds that a session is valid, as in the middleware; `None` for no
            limit.
            With `secret_key`, the identity ends with the session.
        scopes: called with the session, returns the scopes.
        expires_in: how many seconds after the connect the client must show a session again.

    Raises:
        TypeError: an option is of another type.
        ValueError: the secret is empty, or `expires_in` is none of seconds.
    """
    if not isinstance(session_cookie, str):
        kind = type(session_cookie).__name__
        raise TypeError(f"session_cookie must be the name of the cookie, not {kind}")
    if isinstance(max_age, bool) or not isinstance(max_age, (int, type(None))):
        raise TypeError(f"max_age must be a number of seconds, not {type(max_age).__name__}")
    if secret_key is None:
        return _SessionInScope(key, scopes, expires_in, session_cookie)
    if not str(secret_key):
        raise ValueError("secret_key is empty")
    return _SignedSession(key, scopes, expires_in, secret_key, max_age)
