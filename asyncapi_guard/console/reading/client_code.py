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
    Code,
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
        code: as colored text.
    """

    key: str
    name: str
    code: Code


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
    python = _py_emit(call) if call.is_sent else _py_on(call)
    if call.connects:
        python = _py_connected(call, python)
    typescript = Code().extend(_ts_socket(call.namespace, call.url, call.path, call.has_auth))
    typescript.add("\n\n").extend(javascript)
    if call.connects:
        javascript = (
            Code().extend(_js_socket(call.namespace, call.url, call.path)).extend(javascript)
        )
    return [
        *found,
        Sample("js", "JavaScript", javascript),
        Sample("ts", "TypeScript", typescript),
        Sample("py", "Python", python),
    ]


def example_of(arguments: Sequence[Any]) -> Code:
    """Arguments as JSON, one below the other."""
    code = Code()
    for number, argument in enumerate(arguments):
        if number:
            code.add("\n")
        code.extend(literal(argument, JSON))
    return code


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


def _text(text: str) -> Code:
    return Code().add(json.dumps(text, ensure_ascii=False), "s")


def _arguments(call: Call, language: Language, indent: int) -> list[Code]:
    made = [literal(argument, language, indent) for argument in call.arguments]
    is_unknown = call.takes_data and not made
    is_large = sum(len(code.text) for code in made) > _LARGEST
    return [Code().add("data")] if is_large or is_unknown else made


def _names(call: Call, *, snake: bool) -> list[str]:
    """Names of the arguments that are heard; each once."""
    names: list[str] = []
    for number, name in enumerate(call.names, 1):
        otherwise = "data" if len(call.names) == 1 else f"argument{number}"
        found = variable(name, otherwise, snake=snake)
        names.append(found if found not in names else f"{found}{number}")
    return names


# -- JavaScript and TypeScript ---------------------------------------------------------------------


def _js_emit(call: Call) -> Code:
    code = Code()
    if call.has_ack:
        code.add("const", "w").add(" answer = ").add("await", "w").add(" ")
    code.add(f"{_socket(call)}.{'emitWithAck' if call.has_ack else 'emit'}(")
    code.extend(_text(call.event))
    for argument in _arguments(call, JAVASCRIPT, 0):
        code.add(", ").extend(argument)
    return code.add(");")


def _js_on(call: Call) -> Code:
    names = [*_names(call, snake=False), *(["answer"] if call.has_ack else [])]
    code = Code().add(f"{_socket(call)}.on(").extend(_text(call.event))
    code.add(f", ({', '.join(names)}) => {{\n  ").add("// …", "c")
    if call.has_ack:
        code.add("\n  answer(")
        for number, value in enumerate(call.answer):
            code.add(", " if number else "").extend(literal(value, JAVASCRIPT, 2))
        code.add(");")
    return code.add("\n});")


def _address(call: Call) -> Code:
    return _text(call.url.rstrip("/") + call.namespace if call.url else call.namespace)


def _js_options(call: Call) -> Code:
    entries = []
    if call.path:
        entries.append(Code().add("path: ").extend(_text(call.path)))
    if _shows_auth(call):
        entries.append(Code().add("auth: ").extend(literal(call.arguments[0], JAVASCRIPT, 2)))
    elif call.has_auth:
        entries.append(Code().add("auth"))
    if len(entries) == 1 and not _shows_auth(call):
        return Code().add(", { ").extend(entries[0]).add(" }")
    code = Code()
    for number, entry in enumerate(entries):
        code.add("\n  " if number else ", {\n  ").extend(entry).add(",")
    return code.add("\n}") if entries else code


def _shows_auth(call: Call) -> bool:
    return call.event == "connect" and call.is_sent and call.has_auth and bool(call.arguments)


def _js_connect(call: Call) -> Code:
    code = Code().add("import", "w").add(" { io } ").add("from", "w").add(" ")
    code.extend(_text("socket.io-client")).add(";\n\n")
    code.add("const", "w").add(f" {_socket(call)} = io(").extend(_address(call))
    return code.extend(_js_options(call)).add(");")


@lru_cache(maxsize=256)
def _js_socket(namespace: str, url: str, path: str) -> Code:
    """The socket of a namespace that nobody describes."""
    return _js_connect(Call(namespace, "", is_sent=True, url=url, path=path)).add("\n\n")


@lru_cache(maxsize=256)
def _ts_socket(namespace: str, url: str, path: str, has_auth: bool) -> Code:  # noqa: FBT001  # lru_cache
    """The socket of a namespace: the same for all of its events."""
    return _ts_connect(Call(namespace, "", is_sent=True, url=url, path=path, has_auth=has_auth))


def _ts_connect(call: Call) -> Code:
    code = Code().add("import", "w").add(" { io, ").add("type", "w").add(" Socket } ")
    code.add("from", "w").add(" ").extend(_text("socket.io-client")).add(";\n")
    code.add("import", "w").add(" ").add("type", "w").add(" { Namespaces } ").add("from", "w")
    code.add(" ").extend(_text("./events")).add(";\n\n")
    code.add("type", "w").add(" Here = Namespaces[").extend(_text(call.namespace)).add("];\n")
    code.add("const", "w").add(f" {_socket(call)}: Socket<\n")
    code.add('  Here["serverToClient"],\n  Here["clientToServer"]\n> = io(')
    return code.extend(_address(call)).extend(_js_options(call)).add(");")


# -- Python ----------------------------------------------------------------------------------------


def _py_emit(call: Call) -> Code:
    several = len(call.arguments) > 1
    arguments = _arguments(call, PYTHON, 8 if several else 4)
    code = Code()
    if call.has_ack:
        code.add("answer = ")
    code.add("await", "w").add(f" sio.{'call' if call.has_ack else 'emit'}(\n    ")
    code.extend(_text(call.event)).add(",\n")
    if len(arguments) > 1:
        # A tuple is several arguments, and a list would be one.
        code.add("    (\n")
        for argument in arguments:
            code.add("        ").extend(argument).add(",\n")
        code.add("    ),\n")
    elif arguments:
        code.add("    ").extend(arguments[0]).add(",\n")
    return code.add("    namespace=").extend(_text(call.namespace)).add(",\n)")


def _py_on(call: Call) -> Code:
    names = _names(call, snake=True)
    code = Code().add("@sio.on(").extend(_text(call.event)).add(", namespace=")
    code.extend(_text(call.namespace)).add(")\n").add("async", "w").add(" ").add("def", "w")
    code.add(f" {variable(call.event, 'heard', snake=True)}({', '.join(names)}):\n    ")
    if not call.answer:
        return code.add("...")
    code.add("return", "w").add(" ")
    for number, value in enumerate(call.answer):
        code.add(", " if number else "").extend(literal(value, PYTHON, 4))
    return code


def _py_connected(call: Call, code: Code) -> Code:
    """Code with a client that is connected: after it hears, and before it sends."""
    client, connect = _py_client(), _py_connection(call)
    first, second = (connect, code) if call.is_sent else (Code().add("\n").extend(code), connect)
    return client.extend(first).add("\n\n").extend(second)


def _py_connect(call: Call) -> Code:
    return _py_client().extend(_py_connection(call))


def _py_client() -> Code:
    return Code().add("import", "w").add(" socketio\n\nsio = socketio.AsyncClient()\n")


def _py_connection(call: Call) -> Code:
    code = Code()
    code.add("await", "w").add(" sio.connect(\n    ")
    code.extend(_text(call.url or "http://localhost:5000"))
    code.add(",\n    namespaces=[").extend(_text(call.namespace)).add("],\n")
    if call.has_auth:
        shown = literal(call.arguments[0], PYTHON, 4) if _shows_auth(call) else Code().add("auth")
        code.add("    auth=").extend(shown).add(",\n")
    if call.path:
        code.add("    socketio_path=").extend(_text(call.path)).add(",\n")
    return code.add(")")
