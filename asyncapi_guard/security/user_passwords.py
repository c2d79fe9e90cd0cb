"""Users and passwords, checked in the same time for known and unknown users.

The password of an unknown user is compared with a decoy: the hash of a random password, made with
the same method and the same cost as the users' hashes.
"""

from __future__ import annotations

import inspect
import logging
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from asyncapi_guard.guard.identity import Identity, UserPassword
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.security.complaints import Complaint
from asyncapi_guard.security.credentials import ForUsers
from asyncapi_guard.security.owners import identity_named

if TYPE_CHECKING:
    from asyncapi_guard.integrations.handshake import Handshake

__all__ = ["passwords"]

#: How many passwords are hashed at once: scrypt takes tens of megabytes for each.
_AT_ONCE = 4
_HASH = re.compile(r"((?:scrypt|pbkdf2):[0-9a-z:]+)\$[^$]+\$[0-9a-f]+")
_HOW = "make one with werkzeug.security.generate_password_hash"
_NO_PAIR = (
    "the function of security.passwords must return a user and the hash of a password; " + _HOW
)
_DIFFERS = (
    "the function of security.passwords returned a hash of a different method from method=, so "
    "the duration of a login reveals who is a user; pass method="
)


class _Passwords(ForUsers):
    """A verifier that knows the users and the hashes of their passwords."""

    __name__ = "passwords"

    def __init__(self, find: Callable[[str], tuple[Identity, str] | None], method: str) -> None:
        from werkzeug.security import check_password_hash, generate_password_hash

        self._known = find
        self._is_hash_of = check_password_hash
        self._decoy = generate_password_hash(secrets.token_urlsafe(), method)
        self._places = threading.Semaphore(_AT_ONCE)

    def __call__(self, credential: Any, handshake: Handshake) -> Identity | None:  # noqa: ARG002  # what verifiers get
        if not isinstance(credential, UserPassword):
            return None
        user, hashed, password = None, self._decoy, ""
        if _is_unicode("".join(credential)):  # else looking for it, or hashing it, would raise
            user, hashed = self._find(credential.username) or (None, self._decoy)
            password = credential.password
        with self._places:
            right = self._is_hash_of(hashed, password)
        return user if right else None

    def _find(self, name: str) -> tuple[Identity, str] | None:
        """Find a user, and the hash of the password."""
        return self._known(name)


class _AskedPasswords(_Passwords):
    """A verifier that asks the application for users and hashes."""

    def __init__(self, find: Callable[[str], Any], method: str) -> None:
        super().__init__(find, method)
        self._method = _method_of(self._decoy, "nobody")
        self._is_no_pair = Complaint(_NO_PAIR)
        self._differs = Complaint(_DIFFERS, logging.WARNING)

    def _find(self, name: str) -> tuple[Identity, str] | None:
        found: Any = super()._find(name)
        if found is None:
            return None
        try:
            whose, hashed = found
            user, method = identity_named(whose, "passwords"), _method_of(hashed, "a user")
        except (TypeError, ValueError):
            self._is_no_pair.make()
            return None
        if method != self._method:
            self._differs.make()
        return user, hashed


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def passwords(
    users: Mapping[str | Identity, str] | Callable[[str], tuple[str | Identity, str] | None],
    *,
    method: str | None = None,
) -> _Passwords:
    """Make a verifier of users and passwords: for schemes `userPassword` and `http` basic.

    A wrong user and a wrong password take the same time, as long as all hashes are made with one
    method.

    Args:
        users: a mapping of users to the hashes of their passwords, made by
            `werkzeug.security.generate_password_hash`. A user is a name, or an `Identity` that also
            has scopes. Or a function that is called with the name that a client sent, and returns
            the user and the hash, or `None` for an unknown user.
        method: the method of the hashes, such as `scrypt:32768:8:1`. Defaults to the method of the
            hashes in a mapping, or to Werkzeug's default for a function.

    Raises:
        TypeError: an argument of the wrong type.
        ValueError: an invalid hash, or an empty mapping.
    """
    if inspect.iscoroutinefunction(users):
        raise TypeError(
            "passwords needs a plain function, not a coroutine function, because verifiers run in "
            "threads"
        )
    if callable(users):
        return _AskedPasswords(users, method or "scrypt")
    if not isinstance(users, Mapping):
        kind = type(users).__name__
        raise TypeError(
            f"passwords needs a mapping of users to hashes, or a function, not a {kind}"
        )
    known: dict[str, tuple[Identity, str]] = {}
    methods: dict[str, None] = {}
    for whose, hashed in users.items():
        user = identity_named(whose, "passwords")
        if user.subject in known:
            raise ValueError(f"passwords has two hashes for {user.subject!r}")
        methods[_method_of(hashed, user.subject)] = None
        known[user.subject] = user, hashed
    if not known:
        raise ValueError("passwords needs at least one user")
    if len(methods) > 1:
        write(
            logging.WARNING,
            "passwords are hashed with several methods (%s), so the duration of a login reveals "
            "who is a user; hash all of them with one method",
            ", ".join(methods),
        )
    return _Passwords(known.get, method or next(iter(methods)))


def _method_of(hashed: Any, user: str) -> str:
    """Return the method of a hash.

    Raises:
        TypeError: a hash that isn't a string.
        ValueError: a hash that Werkzeug didn't make.
    """
    if not isinstance(hashed, str):
        kind = type(hashed).__name__
        raise TypeError(f"the hash of the password of {user!r} must be a string, not {kind}")
    found = _HASH.fullmatch(hashed)
    if found is None:
        raise ValueError(
            f"the value of passwords for {user!r} isn't the hash of a password; {_HOW}"
        )
    return found[1]
