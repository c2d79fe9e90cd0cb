"""A failure as a Python program that needs only python-socketio."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.replays import program
from asyncapi_guard.contract_tests.replays.literals import PYTHON, accessed, written
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.contract_tests.failures import Failure
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.steps import Step

__all__ = ["python_program"]

_CONNECT = """\
def connect(name, namespace, auth=None, headers=None, query=None):
    \"\"\"Connect a client, which prints what it hears.\"\"\"
    client = socketio.Client(reconnection=False, handle_sigint=False)

    def hear(event, *args):
        heard.append((namespace, event, args))
        print(f"{name} hears {event}:", *map(repr, args))
        return tuple(answers[event].pop(0)) if answers.get(event) else None

    client.on("*", hear, namespace=namespace)
    try:
        client.connect(
            f"{URL}?{urlencode(query or {})}",
            auth=auth,
            headers=headers or {},
            namespaces=[namespace],
            socketio_path=PATH,
        )
    except socketio.exceptions.ConnectionError as error:
        print(f"{name} is rejected: {error}")
    return client
"""
_CALL = """\
def call(client, namespace, event, *args):
    \"\"\"Send an event, and return the values of its ack.\"\"\"
    came, values = threading.Event(), []

    def answered(*answer):
        values.extend(answer)
        came.set()

    client.emit(event, args, namespace, answered)
    if came.wait(PATIENCE):
        print(f"{event} is acknowledged with:", *map(repr, values))
    else:
        print(f"{event} is not acknowledged within {PATIENCE} s")
    return values
"""
_LAST = """\
def last(namespace, event):
    \"\"\"The arguments of an event that came, or comes soon.\"\"\"
    for _ in range(PATIENCE * 20):
        for each in heard[::-1]:
            if each[:2] == (namespace, event):
                return each[2]
        time.sleep(0.05)
    raise SystemExit(f"{event} did not come")
"""
_RAW = """\
def connect(name, headers=None, query=None):
    \"\"\"Open a connection, and print what it brings.\"\"\"
    client = engineio.Client(handle_sigint=False)
    client.on("message", lambda data: print(f"{name} gets {data!r}"))
    client.on("disconnect", lambda *_: print(f"{name} is disconnected"))
    client.connect(f"{URL}?{urlencode(query or {})}", headers=headers or {}, engineio_path=PATH)
    return client


def send(client, *data):
    \"\"\"Send a packet, and bytes that belong to it.\"\"\"
    for each in data:
        client.send(each)
    time.sleep(1)
"""


def python_program(failure: Failure, settings: Settings, command: str) -> str:
    """The text of the program.

    Args:
        failure: what it shows.
        settings: of the run that found it.
        command: that runs it.
    """
    raw = program.is_raw(failure)
    body = list(_raw_steps(failure) if raw else _steps(failure))
    uses_events = any("last(" in line for line in body)
    functions = [_RAW] if raw else [_CONNECT, _CALL, *([_LAST] if uses_events else [])]
    return "\n".join(
        [
            *_docstring(failure, command, raw=raw),
            "",
            *_imports(failure, raw=raw),
            "",
            *_constants(failure, settings, raw=raw),
            "",
            "",
            "\n\n\n".join(each.rstrip("\n") for each in functions).replace("\n\n\n\n", "\n\n\n"),
            "",
            "",
            *body,
            "",
        ]
    )


def _docstring(failure: Failure, command: str, *, raw: bool) -> Iterator[str]:
    needs = "python-engineio[client]" if raw else "python-socketio[client]"
    first, *rest = program.about(failure)
    yield f'"""{first}'
    yield ""
    yield from rest
    yield ""
    yield f"Written by `asyncapi-guard test`. Run it with `{command} [URL]`;"
    yield f'it needs `pip install "{needs}"`.'
    if program.has_credentials(failure):
        names = " and ".join(program.CREDENTIALS.values())
        yield f"Credentials are taken from {names}, as JSON."
    yield '"""'


def _imports(failure: Failure, *, raw: bool) -> Iterator[str]:
    if program.has_credentials(failure):
        yield from ("import json", "import os")
    yield "import sys"
    if not raw:
        yield "import threading"
    yield "import time"
    yield "from urllib.parse import urlencode"
    yield ""
    yield "import engineio" if raw else "import socketio"


def _constants(failure: Failure, settings: Settings, *, raw: bool) -> Iterator[str]:
    yield f"URL = sys.argv[1] if len(sys.argv) > 1 else {json.dumps(program.server_url(settings))}"
    yield f"PATH = {json.dumps(program.engine_path(settings))}"
    if program.has_credentials(failure):
        named = program.CREDENTIALS
        yield f'AUTH = json.loads(os.environ.get("{named["auth"]}", "null"))'
        yield f'HEADERS = json.loads(os.environ.get("{named["headers"]}", "{{}}"))'
        yield f'QUERY = json.loads(os.environ.get("{named["query"]}", "{{}}"))'
    if not raw:
        yield f"PATIENCE = {program.PATIENCE}"
        yield "heard = []"
        yield "# What clients answer to events of the server, in their order."
        yield f"answers = {written(program.answers_of(failure), PYTHON)}"


# -- with a client of Socket.IO --------------------------------------------------------------------


def _steps(failure: Failure) -> Iterator[str]:
    used = program.taken_from(failure)
    doing: dict[Action, Callable[[Step, str], Iterator[str]]] = {
        Action.CONNECT: _connect,
        Action.EMIT: _emit,
        Action.WAIT: _wait,
        Action.DISCONNECT: _disconnect,
    }
    names: dict[str, Step] = {}
    for index, step in enumerate(failure.steps):
        if step.note:
            yield f"# {program.in_one_line(step.note)}"
        ack = f"ack_{index + 1} = " if index in used else ""
        if step.action is Action.CONNECT:
            names[_name(step)] = step
        if step.action is Action.DISCONNECT and not step.namespace:
            yield from (
                f"{name}.disconnect()" for name, each in names.items() if each.client == step.client
            )
        else:
            yield from doing[step.action](step, ack)
    yield "time.sleep(1)  # for late events"
    yield from (f"{name}.disconnect()" for name in names)


def _name(step: Step) -> str:
    """The variable of a client: python-socketio's has its namespaces from the beginning."""
    space = "".join(each if each.isalnum() else "_" for each in step.namespace.strip("/"))
    return f"client_{step.client}_{space}" if space else f"client_{step.client}"


def _connect(step: Step, _ack: str) -> Iterator[str]:
    shown = [json.dumps(_name(step)), json.dumps(step.namespace)]
    if step.credentials:
        shown.append(_auth(step))
    elif step.args:
        shown.append(written(step.args[0], PYTHON))
    shown += _request(step)
    yield f"{_name(step)} = connect({', '.join(shown)})"


def _request(step: Step) -> Iterator[str]:
    """The arguments about the request."""
    for name, besides in zip(("headers", "query"), program.request_of(step), strict=True):
        parts = [name.upper()] * step.credentials + [written(besides, PYTHON)] * bool(besides)
        if parts:
            yield f"{name}={' | '.join(parts)}"


def _auth(step: Step) -> str:
    return f"AUTH[{step.client - 1} % len(AUTH)] if isinstance(AUTH, list) else AUTH"


def _emit(step: Step, ack: str) -> Iterator[str]:
    given = program.given_to(step, _of_ack, _of_event)
    args = [written(v, PYTHON, given, f"/{index}") for index, v in enumerate(step.args)]
    event, namespace = json.dumps(step.event), json.dumps(step.namespace)
    if step.ack:
        yield f"{ack}call({', '.join([_name(step), namespace, event, *args])})"
    else:
        several = f"({', '.join(args)}{',' if len(args) == 1 else ''})"
        yield f"{_name(step)}.emit({event}, {several}, {namespace})"
        yield "time.sleep(0.2)"


def _of_ack(index: int, pointer: str) -> str:
    return accessed(f"ack_{index + 1}", pointer)


def _of_event(namespace: str, event: str, pointer: str) -> str:
    return accessed(f"last({json.dumps(namespace)}, {json.dumps(event)})", pointer)


def _wait(step: Step, _ack: str) -> Iterator[str]:
    yield f"time.sleep({step.seconds:g})"


def _disconnect(step: Step, _ack: str) -> Iterator[str]:
    yield f"{_name(step)}.disconnect()"


# -- packet by packet ------------------------------------------------------------------------------


def _raw_steps(failure: Failure) -> Iterator[str]:
    opened: dict[int, None] = {}
    for index, step in enumerate(failure.steps):
        name = f"client_{step.client}"
        if step.note:
            yield f"# {program.in_one_line(step.note)}"
        if step.action is Action.WAIT:
            yield f"time.sleep({step.seconds:g})"
            continue
        if step.client not in opened:
            opened[step.client] = None
            yield f"{name} = connect({', '.join([json.dumps(name), *_request(step)])})"
        if step.action is Action.DISCONNECT and not step.namespace:
            del opened[step.client]
            yield f"{name}.disconnect()"
        elif step.action is Action.CONNECT and step.credentials:
            head = json.dumps(f"0{program.space_of(step)}")
            yield f'send({name}, {head} + (json.dumps({_auth(step)}) if AUTH else ""))'
        else:
            text, attachments = program.packet_of(step, index)
            yield f"send({', '.join([name, written(text, PYTHON), *map(repr, attachments)])})"
    yield from (f"client_{number}.disconnect()" for number in opened)
