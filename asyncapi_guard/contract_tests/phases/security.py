"""The phase `security`: clients without credentials, and with wrong ones."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.places_in_values import leaves, pointer_of, put
from asyncapi_guard.contract_tests.secret_names import is_secret_name
from asyncapi_guard.contract_tests.steps import Action, Step
from asyncapi_guard.guard.credentials import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import SecurityScheme
    from asyncapi_guard.contract_tests.laboratory import Laboratory

__all__ = ["security"]

#: Well formed, and signed by nobody: `{"alg":"HS256","typ":"JWT"}`, `{"sub":"1"}`.
_TOKENS = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxIn0.",
    "0123456789abcdef0123456789abcdef",
)


def security(lab: Laboratory) -> None:
    """Connect in wrong ways, and send what only some clients may send."""
    for namespace in lab.judge.namespaces():
        if lab.settings.namespaces and namespace not in lab.settings.namespaces:
            continue
        without = Step(Action.CONNECT, 1, namespace, args=_auth(lab, namespace), note="")
        _play(lab, [without, *_secured(lab, namespace)])
        nothing = Step(Action.CONNECT, 1, namespace)
        for step in _wrong(lab, namespace):
            _play(lab, [nothing, replace(step, client=2)])


def _play(lab: Laboratory, steps: list[Step]) -> None:
    if lab.is_over:
        return
    with lab.session() as session:
        for step in steps:
            session.do(step)
        lab.examine(session)


def _auth(lab: Laboratory, namespace: str) -> tuple[Any, ...]:
    """What a client sends that has no credentials: what the document allows, if that has none."""
    if lab.settings.auth is not None:
        return ()
    return lab.connect(1, namespace).args


def _secured(lab: Laboratory, namespace: str) -> Iterator[Step]:
    """The events for which the document requires credentials."""
    for received in lab.received(namespace):
        steps = lab.contexts.get((namespace, received.event))
        if received.secured and steps:
            yield replace(steps[-1], client=1, taken=())


def _wrong(lab: Laboratory, namespace: str) -> Iterator[Step]:
    """Connects with credentials that are well formed and wrong."""
    connect = Step(Action.CONNECT, 1, namespace)
    auth = lab.settings.auth
    for each in auth if isinstance(auth, tuple) else (auth,):
        for path, value in leaves(each):
            name = next((part for part in reversed(path) if isinstance(part, str)), "")
            if isinstance(value, str) and (is_secret_name(name) or not path):
                changed = put(each, pointer_of(path), _changed(value))
                if lab.judge.connect(namespace, changed) is None:
                    yield replace(connect, args=(changed,), note=f"wrong {name or 'auth value'}")
        break
    if not lab.judge.requires_security(namespace):
        return
    for scheme in lab.judge.schemes(namespace):
        yield from _of_scheme(connect, scheme)


def _changed(secret: str) -> str:
    """A secret that is not the right one, and looks like it."""
    last = "b" if secret[-1:] != "b" else "a"
    if secret[-1:].isdigit():
        last = "1" if secret[-1:] != "1" else "2"
    # The last character of a token may say nothing: one in the middle is changed as well.
    middle = len(secret) // 2
    swapped = "b" if secret[middle : middle + 1] != "b" else "a"
    return secret[:middle] + swapped + secret[middle + 1 : -1] + last if len(secret) > 2 else last


def _of_scheme(connect: Step, scheme: SecurityScheme) -> Iterator[Step]:
    kind, *rest = source_of(scheme) or ("",)
    note = f"wrong credentials for {scheme.name or scheme.type}"
    if kind == "token":
        for token in _TOKENS:
            yield replace(connect, args=({"token": token},), note=note)
            header = ("header", "Authorization", f"Bearer {token}")
            yield replace(connect, request=(header,), note=note)
    elif kind == "user":
        pair = base64.b64encode(b"nobody:wrong-password").decode()
        header = ("header", "Authorization", f"Basic {pair}")
        yield replace(connect, request=(header,), note=note)
        auth = {"username": "nobody", "password": "wrong-password"}
        yield replace(connect, args=(auth,), note=note)
    elif kind in ("header", "query", "cookie") and rest:
        yield replace(connect, request=((kind, rest[0], _TOKENS[2]),), note=note)
    elif kind == "key":
        yield replace(connect, args=({"apiKey": _TOKENS[2], "key": _TOKENS[2]},), note=note)
