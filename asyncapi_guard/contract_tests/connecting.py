"""How clients connect: with the credentials of the settings, or with a drawn `auth` value."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.places_in_values import leaves
from asyncapi_guard.contract_tests.secret_names import is_secret_name
from asyncapi_guard.contract_tests.steps import Action, Step
from asyncapi_guard.values import NoValue, RandomChoices, draw_arguments, example_arguments

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.judge import Judge
    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["auth_values", "connect_step", "secrets_of"]


def connect_step(settings: Settings, client: int, namespace: str, values: list[Any]) -> Step:
    """The step by which a client connects to a namespace.

    Args:
        settings: they may have an `auth` value.
        client: which client.
        namespace: the Socket.IO namespace.
        values: `auth` values otherwise, one for each client in turn.
    """
    if settings.auth is not None:
        return Step(Action.CONNECT, client, namespace, credentials=True)
    args = () if not values else (values[(client - 1) % len(values)],)
    return Step(Action.CONNECT, client, namespace, args=args, credentials=settings.has_credentials)


#: How many `auth` values are drawn.
_DRAWN = 8


def secrets_of(settings: Settings) -> frozenset[str]:
    """The secrets with which clients show who they are."""
    found: set[str] = set()
    auths = settings.auth if isinstance(settings.auth, tuple) else (settings.auth,)
    for path, value in leaves(auths):
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(value, str) and (is_secret_name(name) or not name):
            found.add(value)
    for texts in (settings.headers, settings.query, settings.cookies):
        for name, value in texts.items():
            if is_secret_name(name) or texts is settings.cookies:
                found.add(value.rpartition(" ")[2])
    return frozenset(found)


def auth_values(judge: Judge, settings: Settings, namespace: str) -> list[Any]:
    """`auth` values that the document allows: its examples, then others."""
    found: list[Any] = []
    for message in judge.connect_messages(namespace):
        if message.payload is None or message.payload.nothing:
            continue
        found += [args[0] for args in example_arguments(message) if args]
        for number in range(_DRAWN):
            with suppress(NoValue):
                drawn = draw_arguments(message.payload, RandomChoices(settings.seed + number))
                found += [each for each in drawn[:1] if each not in found]
    return [each for each in found if judge.connect(namespace, each) is None]
