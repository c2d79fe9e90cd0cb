"""The parts of replay programs that all languages share: steps, and their references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asyncapi_guard.contract_tests.frames import ACKS, EVENTS, attach, read, write
from asyncapi_guard.contract_tests.steps import Action, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract_tests.failures import Failure
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.steps import Step

__all__ = [
    "CREDENTIALS",
    "PATIENCE",
    "about",
    "answers_of",
    "clients_of",
    "engine_path",
    "given_to",
    "has_credentials",
    "in_one_line",
    "is_raw",
    "packet_of",
    "request_of",
    "server_url",
    "shown_url",
    "space_of",
    "taken_from",
]

#: For how many seconds a program awaits an ack.
PATIENCE = 5
#: Where a program takes credentials from, which are in no file: variables with JSON.
CREDENTIALS = {
    "auth": "ASYNCAPI_TEST_AUTH",
    "headers": "ASYNCAPI_TEST_HEADERS",
    "query": "ASYNCAPI_TEST_QUERY",
}


def about(failure: Failure) -> list[str]:
    """What a program shows, for people: one or two sentences, and the line of the document."""
    where = f"{failure.event} in {failure.namespace}" if failure.event else failure.namespace
    lines = [f"{where}: {failure.check.sentence}.", _sentence(failure.message)]
    if failure.place:
        lines.append(f"The document defines this at {failure.place}.")
    return list(map(in_one_line, lines))


def in_one_line(text: str) -> str:
    """Text that ends no comment and no docstring, whatever was in the document."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    return shown.replace("\\", "/").replace('"', "'")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def is_raw(failure: Failure) -> bool:
    """Whether a program sends what no client of Socket.IO would, or where none has connected."""
    entered: set[tuple[int, str]] = set()
    for step in failure.steps:
        where = step.client, step.namespace
        if step.action is Action.CONNECT:
            entered.add(where)
        elif step.action is Action.DISCONNECT and not step.namespace:
            entered = {each for each in entered if each[0] != step.client}
        elif step.action is Action.SEND or (step.action is Action.EMIT and where not in entered):
            return True
    return False


def has_credentials(failure: Failure) -> bool:
    """Whether a program shows who its clients are."""
    return any(step.credentials for step in failure.steps)


def clients_of(failure: Failure) -> list[int]:
    """The numbers of the clients."""
    return sorted({step.client for step in failure.steps if step.action is not Action.WAIT})


def taken_from(failure: Failure) -> set[int]:
    """The steps whose acks a later one uses."""
    return {
        taken.step for step in failure.steps for taken in step.taken if taken.source is Source.ACK
    }


def answers_of(failure: Failure) -> dict[str, list[list[Any]]]:
    """What clients answered to events of the server: the values of each ack, by the events."""
    asked: dict[tuple[int, str, int | None], str] = {}
    found: dict[str, list[list[Any]]] = {}
    for packet in failure.packets:
        frame = read(packet.text)
        key = (packet.client, frame.namespace, frame.id)
        if packet.direction == "in" and frame.type in EVENTS and frame.data:
            asked[key] = str(frame.data[0])
        elif packet.direction == "out" and frame.type in ACKS and key in asked:
            found.setdefault(asked[key], []).append(attach(frame.data, packet.attachments))
    return found


def given_to(
    step: Step, of_ack: Callable[[int, str], str], of_event: Callable[[str, str, str], str]
) -> dict[str, str]:
    """Expressions for the values that the server gave, by where they are in the arguments.

    Args:
        step: it.
        of_ack: the expression for a pointer into the values of a step's ack.
        of_event: the expression for a pointer into the arguments of an event, by its namespace and
            name.
    """
    return {
        taken.into: of_ack(taken.step, taken.pointer)
        if taken.source is Source.ACK
        else of_event(step.namespace, taken.event, taken.pointer)
        for taken in step.taken
    }


def shown_url(url: str) -> str:
    """An address without a user, a password and a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def server_url(settings: Settings) -> str:
    """The address without a path and credentials, with `http`."""
    parts = urlsplit(settings.url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{scheme}://{host}{f':{parts.port}' if parts.port else ''}"


def engine_path(settings: Settings) -> str:
    """Engine.IO's path, without slashes around it."""
    return urlsplit(settings.url).path.strip("/") or "socket.io"


def request_of(step: Step) -> tuple[dict[str, str], dict[str, str]]:
    """The headers and the query that the request of a step has besides."""
    headers = {name: value for kind, name, value in step.request if kind == "header"}
    query = {name: value for kind, name, value in step.request if kind == "query"}
    cookies = [f"{name}={value}" for kind, name, value in step.request if kind == "cookie"]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    return headers, query


def space_of(step: Step) -> str:
    """The namespace, as packets have it."""
    return "" if step.namespace == "/" else f"{step.namespace},"


def packet_of(step: Step, number: int) -> tuple[str, tuple[bytes, ...]]:
    """The packet of a step and its attachments, as they were when the failure was seen.

    Args:
        step: that sends something.
        number: of the ack that it asks for.
    """
    if step.action is Action.SEND:
        return step.text, step.attachments
    if step.action is Action.EMIT:
        id = number if step.ack else None
        return write("EVENT", step.namespace, id, [step.event, *step.args])
    if step.action is Action.DISCONNECT:
        return write("DISCONNECT", step.namespace)
    return write("CONNECT", step.namespace, None, step.args[0] if step.args else None)
