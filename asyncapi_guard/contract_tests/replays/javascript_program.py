"""A failure as a JavaScript program that needs only socket.io-client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.replays import program
from asyncapi_guard.contract_tests.replays.literals import (
    JAVASCRIPT,
    accessed,
    is_exact_in_javascript,
    written,
)
from asyncapi_guard.contract_tests.steps import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.contract_tests.failures import Failure
    from asyncapi_guard.contract_tests.settings import Settings
    from asyncapi_guard.contract_tests.steps import Step

__all__ = ["javascript_program"]

_SLEEP = "const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));\n"
_CONNECT = """\
// A client that shows what it hears.
function connect(name, manager, namespace, auth) {
  const client = manager.socket(namespace, { auth });
  client.onAny((event, ...args) => {
    const acknowledge = typeof args.at(-1) === "function" ? args.pop() : () => {};
    heard.push({ namespace, event, args });
    console.log(`${name} hears ${event}:`, ...args);
    acknowledge(...(answers[event]?.shift() ?? []));
  });
  const connected = new Promise((done) => {
    client.once("connect", done);
    client.once("connect_error", (error) => {
      console.log(`${name} is rejected: ${error.message}`, error.data ?? "");
      done();
    });
  });
  client.connect();
  return connected.then(() => client);
}
"""
_CALL = """\
// Sends an event, and resolves to the values of its ack.
function call(client, event, ...args) {
  return new Promise((done) => {
    const late = setTimeout(() => {
      console.log(`${event} is not acknowledged within ${PATIENCE} s`);
      done([]);
    }, PATIENCE * 1000);
    client.emit(event, ...args, (...values) => {
      clearTimeout(late);
      console.log(`${event} is acknowledged with:`, ...values);
      done(values);
    });
  });
}
"""
_LAST = """\
// The arguments of an event that came, or comes soon.
async function last(namespace, event) {
  for (let round = 0; round < PATIENCE * 20; round += 1) {
    const found = heard.findLast((each) => each.namespace === namespace && each.event === event);
    if (found) return found.args;
    await sleep(0.05);
  }
  throw new Error(`${event} did not come`);
}
"""
_RAW = """\
// A connection that shows what it brings.
function connect(name, options = {}) {
  const client = new Socket(URL, { path: PATH, ...options });
  client.on("message", (data) => console.log(`${name} gets`, data));
  client.on("close", () => console.log(`${name} is disconnected`));
  return new Promise((done, failed) => {
    client.on("open", () => done(client));
    client.on("error", failed);
  });
}

// Sends a packet, and bytes that belong to it.
function send(client, ...data) {
  data.forEach((each) => client.send(each));
  return sleep(1);
}
"""


def javascript_program(failure: Failure, settings: Settings, command: str) -> str:
    """The text of the program, an ES module.

    Args:
        failure: what it shows.
        settings: of the run that found it.
        command: that runs it.
    """
    exact = all(is_exact_in_javascript(step.args) for step in failure.steps)
    raw = program.is_raw(failure) or not exact
    body = list(_raw_steps(failure) if raw else _steps(failure))
    uses_events = any("last(" in line for line in body)
    functions = [_SLEEP]
    functions += [_RAW] if raw else [_CONNECT, _CALL, *([_LAST] if uses_events else [])]
    return "\n".join(
        [
            *(f"// {line}" for line in program.about(failure)),
            "//",
            f"// Written by `asyncapi-guard test`. Run it with `{command} [URL]`;",
            "// it needs `npm install socket.io-client`.",
            *_on_credentials(failure),
            'import { Socket } from "engine.io-client";'
            if raw
            else 'import { Manager } from "socket.io-client";',
            "",
            *_constants(failure, settings, raw=raw),
            "",
            "\n".join(functions),
            *body,
            "process.exit(0);",
            "",
        ]
    )


def _on_credentials(failure: Failure) -> Iterator[str]:
    if program.has_credentials(failure):
        names = " and ".join(program.CREDENTIALS.values())
        yield f"// Credentials are taken from {names}, as JSON."


def _constants(failure: Failure, settings: Settings, *, raw: bool) -> Iterator[str]:
    yield f"const URL = process.argv[2] ?? {json.dumps(program.server_url(settings))};"
    yield f"const PATH = {json.dumps(f'/{program.engine_path(settings)}/')};"
    if program.has_credentials(failure):
        for name, variable in program.CREDENTIALS.items():
            empty = "null" if name == "auth" else "{}"
            yield f'const {name.upper()} = JSON.parse(process.env.{variable} ?? "{empty}");'
        yield "const authOf = (n) => (Array.isArray(AUTH) ? AUTH[(n - 1) % AUTH.length] : AUTH);"
    if not raw:
        yield f"const PATIENCE = {program.PATIENCE};"
        yield "const heard = [];"
        yield "// What clients answer to events of the server, in their order."
        yield f"const answers = {written(program.answers_of(failure), JAVASCRIPT)};"


# -- with a client of Socket.IO --------------------------------------------------------------------


def _steps(failure: Failure) -> Iterator[str]:
    used = program.taken_from(failure)
    doing: dict[Action, Callable[[Step], Iterator[str]]] = {
        Action.CONNECT: _connect,
        Action.EMIT: _emit,
        Action.WAIT: _wait,
        Action.DISCONNECT: _disconnect,
    }
    names = dict.fromkeys(_name(each) for each in failure.steps if each.action is Action.CONNECT)
    managers = program.clients_of(failure)
    yield f"let {', '.join([*names, *(f'manager{number}' for number in managers)])};"
    has_manager: set[int] = set()
    for index, step in enumerate(failure.steps):
        if step.note:
            yield f"// {program.in_one_line(step.note)}"
        if step.action is Action.CONNECT and step.client not in has_manager:
            has_manager.add(step.client)
            yield from _manager(step)
        if step.action is Action.DISCONNECT and not step.namespace:
            has_manager.discard(step.client)
        ack = f"const ack{index + 1} = " if index in used else ""
        for line in doing[step.action](step):
            yield f"{ack}{line}"
    yield "await sleep(1); // for late events"


def _manager(step: Step) -> Iterator[str]:
    more = "".join(f", {each}" for each in _request(step))
    options = f"{{ path: PATH, reconnection: false, autoConnect: false{more} }}"
    yield f"manager{step.client} = new Manager(URL, {options});"


def _request(step: Step) -> Iterator[str]:
    """The options about the request."""
    options = (("extraHeaders", "HEADERS"), ("query", "QUERY"))
    for (option, shown), besides in zip(options, program.request_of(step), strict=True):
        parts = [f"...{shown}"] * step.credentials
        parts += [f"...{written(besides, JAVASCRIPT)}"] * bool(besides)
        if parts:
            yield f"{option}: {{ {', '.join(parts)} }}"


def _name(step: Step) -> str:
    space = "".join(each if each.isalnum() else "_" for each in step.namespace.strip("/"))
    return f"client{step.client}_{space}" if space else f"client{step.client}"


def _connect(step: Step) -> Iterator[str]:
    name = _name(step)
    shown = [json.dumps(name), f"manager{step.client}", json.dumps(step.namespace)]
    if step.credentials:
        shown.append(f"authOf({step.client})")
    elif step.args:
        shown.append(written(step.args[0], JAVASCRIPT))
    yield f"{name} = await connect({', '.join(shown)});"


def _emit(step: Step) -> Iterator[str]:
    given = program.given_to(step, _of_ack, _of_event)
    args = [written(v, JAVASCRIPT, given, f"/{index}") for index, v in enumerate(step.args)]
    event = json.dumps(step.event)
    if step.ack:
        yield f"await call({', '.join([_name(step), event, *args])});"
    else:
        yield f"{_name(step)}.emit({', '.join([event, *args])});"
        yield "await sleep(0.2);"


def _of_ack(index: int, pointer: str) -> str:
    return accessed(f"ack{index + 1}", pointer)


def _of_event(namespace: str, event: str, pointer: str) -> str:
    return accessed(f"(await last({json.dumps(namespace)}, {json.dumps(event)}))", pointer)


def _wait(step: Step) -> Iterator[str]:
    yield f"await sleep({step.seconds:g});"


def _disconnect(step: Step) -> Iterator[str]:
    yield (
        f"{_name(step)}.disconnect();"
        if step.namespace
        else (f"manager{step.client}.engine.close();")
    )


# -- packet by packet ------------------------------------------------------------------------------


def _raw_steps(failure: Failure) -> Iterator[str]:
    opened: set[int] = set()
    numbers = program.clients_of(failure)
    yield f"let {', '.join(f'client{number}' for number in numbers)};"
    for index, step in enumerate(failure.steps):
        name = f"client{step.client}"
        if step.note:
            yield f"// {program.in_one_line(step.note)}"
        if step.action is Action.WAIT:
            yield f"await sleep({step.seconds:g});"
            continue
        if step.client not in opened:
            opened.add(step.client)
            options = f"{{ {', '.join(_request(step))} }}"
            yield f"{name} = await connect({json.dumps(name)}, {options});"
        if step.action is Action.DISCONNECT and not step.namespace:
            opened.discard(step.client)
            yield f"{name}.close();"
        elif step.action is Action.CONNECT and step.credentials:
            head = json.dumps(f"0{program.space_of(step)}")
            auth = f'(AUTH ? JSON.stringify(authOf({step.client})) : "")'
            yield f"await send({name}, {head} + {auth});"
        else:
            text, attachments = program.packet_of(step, index)
            parts = [written(each, JAVASCRIPT) for each in (text, *attachments)]
            yield f"await send({', '.join([name, *parts])});"
