"""Built-in verifiers, which identify a client by a token, a key, a password, or a login session.

    from asyncapi_guard import AsyncAPIGuard, security

    verify = security.jwt(key=KEY, algorithms=["RS256"], audience="chat", issuer="https://id.example")
    guard = AsyncAPIGuard("asyncapi.yml", security={"user": verify})

Each function makes a verifier for `security=` of the guard, or `verifiers=` of the drop-ins. A
verifier is called with the credential and the handshake, and returns an `Identity` or `None`. So
your own verifier can call it, and check more.
"""

from __future__ import annotations

from asyncapi_guard.security.flask_sessions import flask_login, session_user
from asyncapi_guard.security.secret_keys import api_keys
from asyncapi_guard.security.starlette_sessions import starlette_session
from asyncapi_guard.security.user_passwords import passwords
from asyncapi_guard.security.web_tokens import jwt

__all__ = [
    "api_keys",
    "flask_login",
    "jwt",
    "passwords",
    "session_user",
    "starlette_session",
]
