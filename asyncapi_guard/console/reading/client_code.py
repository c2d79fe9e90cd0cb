"""Client code for one event: JavaScript, TypeScript and Python, as the clients' own docs write it.

A name or a value of the document is a string literal here, never code.
"""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.reading.code_text import (
    JAVASCRIPT,
    JSON,
    PYTHON,
    Language,
    literal,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Call", "Sample", "samples_of"]

#: Characters of arguments that are written into code; larger ones stand in a variable.
_LARGEST = 4_000
_WORD = re.compile(r"[A-Za-z0-9]+")
_RESERVED = frozenset(
    [
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "io",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
        "sio",
        "url",
        "answer",
        "data",
        "bytes",
        "content",
    ]
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent, or heard.

    Attributes:
        namespace: where.
        event: the Socket.IO event.
        is_sent: the client sends it; else it listens.
        arguments: what is sent, as far as it is known.
        names: of the arguments that are heard, as the document calls them.
        takes_data: it has arguments, also where none are known.
        has_ack: whoever sends it can be answered.
        answer: what a client can answer with, as far as it is known.
        url: of the server.
        path: where Socket.IO is on it, if that is not `/socket.io/`.
        has_auth: clients connect with `auth`.
        connects: no event says how clients connect, so the code does.
    """

    namespace: str
    event: str
    is_sent: bool
    arguments: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    takes_data: bool = False
    has_ack: bool = False
    answer: tuple[Any, ...] = ()
    url: str = ""
    path: str = ""
    has_auth: bool = False
    connects: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """Code in one language.

    Attributes:
        key: `json`, `js`, `ts` or `py`.
        name: for people.
        code: its text.
    """

    key: str
    name: str
    code: str


def samples_of(call: Call) -> list[Sample]:
    """The values alone, and the code that sends them or hears them."""
    found = [Sample("json", "Example", example_of(call.arguments))] if call.arguments else []
    if call.event == "connect" and call.is_sent:
        return [
            *found,
            Sample("js", "JavaScript", _js_connect(call)),
            Sample("ts", "TypeScript", _ts_connect(call)),
            Sample("py", "Python", _py_connect(call)),
        ]
    javascript = _js_emit(call) if call.is_sent else _js_on(call)
    typescript = f"{_ts_socket(call.namespace, call.url, call.path, call.has_auth)}\n\n{javascript}"
    python = _py_emit(call) if call.is_sent else _py_on(call)
    if call.connects:
        python = _py_connected(call, python)
        javascript = f"{_js_socket(call.namespace, call.url, call.path)}\n\n{javascript}"
    return [
        *found,
        Sample("js", "JavaScript", javascript),
        Sample("ts", "TypeScript", typescript),
        Sample("py", "Python", python),
    ]


def example_of(arguments: Sequence[Any]) -> str:
    """Arguments as JSON, one below the other."""
    return "\n".join(literal(argument, JSON) for argument in arguments)


# -- names -----------------------------------------------------------------------------------------


def variable(text: str, otherwise: str, *, snake: bool = False) -> str:
    """A name for a variable, from a name of the document."""
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        return otherwise
    name = "_".join(words) if snake else words[0] + "".join(map(str.title, words[1:]))
    is_bad = name[0].isdigit() or name in _RESERVED or keyword.iskeyword(name)
    return otherwise if is_bad or len(name) > 40 else name


def _socket(call: Call) -> str:
    return variable(call.namespace, "socket")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _arguments(call: Call, language: Language, indent: int) -> list[str]:
    made = [literal(argument, language, indent) for argument in call.arguments]
    is_unknown = call.takes_data and not made
    is_large = sum(map(len, made)) > _LARGEST
    return ["data"] if is_large or is_unknown else made


def _names(call: Call, *, snake: bool) -> list[str]:
    """Names of the arguments that are heard; each once."""
    names: list[str] = []
    for number, name in enumerate(call.names, 1):
        otherwise = "data" if len(call.names) == 1 else f"argument{number}"
        found = variable(name, otherwise, snake=snake)
        names.append(found if found not in names else f"{found}{number}")
    return names


# -- JavaScript and TypeScript ---------------------------------------------------------------------


def _js_emit(call: Call) -> str:
    begin = "const answer = await " if call.has_ack else ""
    method = "emitWithAck" if call.has_ack else "emit"
    arguments = ", ".join([_text(call.event), *_arguments(call, JAVASCRIPT, 0)])
    return f"{begin}{_socket(call)}.{method}({arguments});"


def _js_on(call: Call) -> str:
    names = ", ".join([*_names(call, snake=False), *(["answer"] if call.has_ack else [])])
    answer = ", ".join(literal(value, JAVASCRIPT, 2) for value in call.answer)
    answers = f"\n  answer({answer});" if call.has_ack else ""
    return f"{_socket(call)}.on({_text(call.event)}, ({names}) => {{\n  // …{answers}\n}});"


def _address(call: Call) -> str:
    return _text(call.url.rstrip("/") + call.namespace if call.url else call.namespace)


def _js_options(call: Call) -> str:
    entries = [f"path: {_text(call.path)}"] if call.path else []
    if _shows_auth(call):
        entries.append(f"auth: {literal(call.arguments[0], JAVASCRIPT, 2)}")
    elif call.has_auth:
        entries.append("auth")
    if len(entries) == 1 and not _shows_auth(call):
        return f", {{ {entries[0]} }}"
    inner = "".join(f"  {entry},\n" for entry in entries)
    return f", {{\n{inner}}}" if entries else ""


def _shows_auth(call: Call) -> bool:
    return call.event == "connect" and call.is_sent and call.has_auth and bool(call.arguments)


def _js_connect(call: Call) -> str:
    socket = f"const {_socket(call)} = io({_address(call)}{_js_options(call)});"
    return f'import {{ io }} from "socket.io-client";\n\n{socket}'


@lru_cache(maxsize=256)
def _js_socket(namespace: str, url: str, path: str) -> str:
    """The socket of a namespace that nobody describes."""
    return _js_connect(Call(namespace, "", is_sent=True, url=url, path=path))


@lru_cache(maxsize=256)
def _ts_socket(namespace: str, url: str, path: str, has_auth: bool) -> str:  # noqa: FBT001  # lru_cache
    """The socket of a namespace: the same for all of its events."""
    return _ts_connect(Call(namespace, "", is_sent=True, url=url, path=path, has_auth=has_auth))


def _ts_connect(call: Call) -> str:
    return (
        'import { io, type Socket } from "socket.io-client";\n'
        'import type { Namespaces } from "./events";\n\n'
        f"type Here = Namespaces[{_text(call.namespace)}];\n"
        f"const {_socket(call)}: Socket<\n"
        '  Here["serverToClient"],\n  Here["clientToServer"]\n'
        f"> = io({_address(call)}{_js_options(call)});"
    )


# -- Python ----------------------------------------------------------------------------------------


def _py_emit(call: Call) -> str:
    several = len(call.arguments) > 1
    arguments = _arguments(call, PYTHON, 8 if several else 4)
    begin = "answer = await sio.call(" if call.has_ack else "await sio.emit("
    lines = [_text(call.event), *arguments, f"namespace={_text(call.namespace)}"]
    if len(arguments) > 1:
        # A tuple is several arguments, and a list would be one.
        inner = "".join(f"        {argument},\n" for argument in arguments)
        lines[1:-1] = [f"(\n{inner}    )"]
    inner = "".join(f"    {line},\n" for line in lines)
    return f"{begin}\n{inner})"


def _py_on(call: Call) -> str:
    names = ", ".join(_names(call, snake=True))
    name = variable(call.event, "heard", snake=True)
    answer = ", ".join(literal(value, PYTHON, 4) for value in call.answer)
    body = f"return {answer}" if call.answer else "..."
    place = f"{_text(call.event)}, namespace={_text(call.namespace)}"
    return f"@sio.on({place})\nasync def {name}({names}):\n    {body}"


def _py_connected(call: Call, code: str) -> str:
    """Code with a client that is connected: after it hears, and before it sends."""
    connect = _py_connection(call)
    parts = f"{connect}\n\n{code}" if call.is_sent else f"\n{code}\n\n{connect}"
    return f"{_PY_CLIENT}\n{parts}"


def _py_connect(call: Call) -> str:
    return f"{_PY_CLIENT}\n{_py_connection(call)}"


_PY_CLIENT = "import socketio\n\nsio = socketio.AsyncClient()"


def _py_connection(call: Call) -> str:
    lines = [_text(call.url or "http://localhost:5000"), f"namespaces=[{_text(call.namespace)}]"]
    if call.has_auth:
        shown = literal(call.arguments[0], PYTHON, 4) if _shows_auth(call) else "auth"
        lines.append(f"auth={shown}")
    if call.path:
        lines.append(f"socketio_path={_text(call.path)}")
    inner = "".join(f"    {line},\n" for line in lines)
    return f"await sio.connect(\n{inner})"
