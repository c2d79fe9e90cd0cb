"""Generated types, as TypeScript's compiler sees them; and a client of them that talks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from levels import LEVEL

from asyncapi_guard import load
from asyncapi_guard.codegen.catalogue import read_catalogue
from asyncapi_guard.codegen.typescript import RESERVED, typescript
from asyncapi_guard.codegen.typescript.options import DEFAULTS, TypeOptions
from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
TYPES = ROOT / "tests" / "types"
CORPUS = ROOT.parent / "shared" / "corpus" / "real"
EVERYTHING = LEVEL.everything
#: The newest compiler, and an old one that people may still have.
COMPILERS = ("typescript", "typescript-old")
STRICT = {
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "noEmit": True,
    "module": "nodenext",
    "target": "es2022",
    "lib": ["es2022", "dom"],
    "types": [],
}
needs_patience = pytest.mark.skipif(
    not EVERYTHING, reason="compilers and servers take seconds: set REQUIRE_ALL=1"
)
DIAGNOSTIC = re.compile(r"^(?P<file>[^(]+)\((?P<line>\d+),\d+\): error (?P<code>TS\d+): ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which TypeScript finds socket.io-client."""
    reasons = [
        *(["node is not installed"] if shutil.which("node") is None else []),
        *(
            f"{name} is not installed: run npm install in tests/types"
            for name in (*COMPILERS, "socket.io-client")
            if not (TYPES / "node_modules" / name).is_dir()
        ),
    ]
    if reasons:
        (pytest.fail if EVERYTHING else pytest.skip)(reasons[0])
    (tmp_path / "node_modules").symlink_to(TYPES / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


def generated(document: Any, options: TypeOptions = DEFAULTS) -> str:
    """The types of a document."""
    catalogue = read_catalogue(open_documents(document), reserved=RESERVED)
    return typescript(catalogue, ["Generated."], options)


def run_compiler(folder: Path, compiler: str, **options: Any) -> str:
    """What a compiler says of the TypeScript in a folder."""
    config = {
        "compilerOptions": {**STRICT, **options},
        "include": ["*.ts", "first/*.ts", "second/*.ts"],
    }
    (folder / "tsconfig.json").write_text(json.dumps(config))
    program = TYPES / "node_modules" / compiler / "bin" / "tsc"
    done = subprocess.run(
        ["node", program, "-p", folder, "--pretty", "false"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    # A compiler that could not run must not look like one that has nothing to say.
    assert (done.returncode == 0) == (done.stdout == ""), done.stdout + done.stderr
    assert done.returncode in (0, 1, 2), done.stderr
    return done.stdout


def refused(
    folder: Path, compiler: str = "typescript", **options: Any
) -> set[tuple[str, int, str]]:
    """The places that a compiler refuses: file, line and code."""
    said = run_compiler(folder, compiler, **options).splitlines()
    found = [DIAGNOSTIC.match(line) for line in said if not line.startswith(" ")]
    assert all(found), said
    return {(f["file"], int(f["line"]), f["code"]) for f in found if f is not None}


# -- clients ---------------------------------------------------------------------------------------

PRELUDE = """\
import type { Socket } from "socket.io-client";
import type {
  AdminClientToServerEvents, AdminConnectAuth, AdminServerToClientEvents, ClientToServerEvents,
  Credentials, Namespaces, ServerToClientEvents, Text, User,
} from "./chat.events.js";
declare const lobby: Socket<ServerToClientEvents, ClientToServerEvents>;
declare const admin: Socket<AdminServerToClientEvents, AdminClientToServerEvents>;
declare const credentials: Credentials;
declare const user: User;
"""


def mistakes() -> list[tuple[str, str, str]]:
    """Each planted mistake: code, what it is, program."""
    text = (TYPES / "mistakes.txt").read_text(encoding="utf-8")
    return re.findall(r"^//! (TS\d+) (.*)\n((?:.+\n)+)", text, re.MULTILINE)


def test_a_correct_client_compiles_and_each_mistake_is_refused(folder: Path) -> None:
    """One run for all: every mistake is refused for its own reason, and nothing else is."""
    (folder / "chat.events.d.ts").write_text(generated(TYPES / "chat.yml"))
    shutil.copy(TYPES / "chat.ts", folder / "chat.ts")
    shutil.copy(TYPES / "tictactoe.ts", folder / "tictactoe.ts")
    (folder / "tictactoe.events.d.ts").write_text(generated(ROOT / "specs" / "tictactoe.yml"))
    expected = set()
    for number, (code, _, program) in enumerate(mistakes()):
        text = PRELUDE + program
        (line,) = (n for n, said in enumerate(text.splitlines(), 1) if said.endswith("// <--"))
        (folder / f"mistake{number}.ts").write_text(text)
        expected.add((f"mistake{number}.ts", line, code))
    assert len(expected) >= 30
    assert refused(folder) == expected


WITH_A_TIMEOUT = """\
import type { Socket } from "socket.io-client";
import type { ClientToServerEvents, ServerToClientEvents } from "./document.js";
declare const socket: Socket<ServerToClientEvents, ClientToServerEvents>;
export const one: string | null | undefined = await socket.emitWithAck("find", "a");
export const two: string | null | undefined = await socket.timeout(9).emitWithAck("find", "a");
socket.timeout(9).emit("find", "a", (error: Error, found?: string | null) => [error, found]);
socket.on("ask", (answer) => answer());
"""


def test_answers_that_may_be_missing(folder: Path) -> None:
    """socket.io's types make no error of them, when somebody waits no longer than for a time."""
    messages = {
        name: {"payload": {"type": kind}, "x-ack": {"type": ["string", "null"]}}
        for name, kind in (("find", "string"), ("ask", "null"))
    }
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "Answers", "version": "1"},
        "channels": {"main": {"address": "/", "messages": messages}},
        "operations": {
            action: {"action": action, "channel": {"$ref": "#/channels/main"}}
            for action in ("send", "receive")
        },
    }
    (folder / "document.d.ts").write_text(generated(document))
    (folder / "client.ts").write_text(WITH_A_TIMEOUT)
    assert refused(folder) == set()


@needs_patience
def test_clients_compile_with_other_options(folder: Path) -> None:
    """Without the options that few people set, as a module of types that is no declaration file."""
    (folder / "chat.events.ts").write_text(generated(TYPES / "chat.yml"))
    shutil.copy(TYPES / "chat.ts", folder / "chat.ts")
    options = {"exactOptionalPropertyTypes": False, "noUncheckedIndexedAccess": False}
    assert refused(folder, verbatimModuleSyntax=True, isolatedModules=True, **options) == set()


@needs_patience
def test_clients_compile_with_an_old_compiler(folder: Path) -> None:
    """People have it still."""
    (folder / "chat.events.d.ts").write_text(generated(TYPES / "chat.yml"))
    shutil.copy(TYPES / "chat.ts", folder / "chat.ts")
    assert refused(folder, "typescript-old", skipLibCheck=True) == set()


# -- documents -------------------------------------------------------------------------------------

#: What a document may have in it that TypeScript must not stumble over.
HOSTILE_NAMES = [
    *(
        "a",
        "a b",
        "1",
        "1.5",
        "-1",
        "",
        "'",
        '"',
        "`",
        "\\",
        "${x}",
        "*/",
        "/*",
        "//",
        "<a>",
        "ä",
        "💥",
    ),
    *("new", "class", "constructor", "__proto__", "toString", "get", "readonly", "any", "@type"),
    *("line\nbreak", "\r", "\u2028", "\u202e", "\t", "\x7f", "\ufeff", "null", "[key: string]"),
]
OF_ITSELF: dict[str, Any] = {
    "LoopA": {"$ref": "#/components/schemas/LoopB"},
    "LoopB": {"oneOf": [{"$ref": "#/components/schemas/LoopA"}, {"type": "string"}]},
    "LoopC": {"allOf": [{"$ref": "#/components/schemas/LoopC"}, {"type": "object"}]},
    "Tree": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Tree"}},
    "List": {"type": "array", "items": {"$ref": "#/components/schemas/List"}},
    "Pair": {"items": [{"$ref": "#/components/schemas/Pair"}], "minItems": 1},
    "Json": {
        "anyOf": [
            {"type": ["string", "number", "boolean", "null"]},
            {"type": "array", "items": {"$ref": "#/components/schemas/Json"}},
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Json"}},
        ]
    },
    "Grown": {
        "allOf": [
            {"$ref": "#/components/schemas/Tree"},
            {"properties": {"child": {"$ref": "#/components/schemas/Grown"}}},
        ]
    },
}
ODD: dict[str, Any] = {
    **{name: {"type": "object"} for name in (*RESERVED, "ConnectAuth", "Object", "String", "Any")},
    "values": {
        "enum": [*HOSTILE_NAMES, 1, 1.0, -2.5, 1e21, True, None, [1, [2]], {"a": {"b": []}}, {}]
    },
    "no values": {"type": "string", "enum": [1]},
    "nothing": False,
    "anything": True,
    "impossible": {"allOf": [{"type": "string"}, {"type": "number"}]},
    "names": {"properties": {name: {"type": "string"} for name in HOSTILE_NAMES}},
    "all needed": {"required": HOSTILE_NAMES},
    "said twice": {
        "type": ["null", "string", "null"],
        "oneOf": [{"type": "string"}, {"const": "a"}],
    },
    "closed": {"type": "object", "additionalProperties": False, "required": ["a"]},
    "both": {
        "properties": {"a": {"type": "string"}, "b": {"type": "number"}},
        "required": ["a"],
        "patternProperties": {"^x-": {"type": "boolean"}},
        "additionalProperties": {"type": "array", "items": {"type": ["string", "null"]}},
    },
    "functions": {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "object"}]}},
    "places": {
        "items": [{"oneOf": [{"type": "string"}, {"type": "object"}]}, {"title": "x"}],
        "minItems": 4,
        "additionalItems": {"type": ["string", "number"]},
    },
    "long": {"type": "array", "items": [{"type": "string"}] * 300, "additionalItems": False},
    "comment": {
        "title": "*/ } //",
        "description": "\n\n a\n\n\n*/ b\r\n\x0c`c` @d\n",
        "default": "*/",
    },
    "deep": {
        "type": "array",
        "items": {"anyOf": [{"type": "null"}, {"items": [{"allOf": [True]}]}]},
    },
}


def hostile() -> dict[str, Any]:
    """A document of them: one namespace with an event of each name, and a namespace of each."""
    names = [name for name in HOSTILE_NAMES if name]
    titles = {"payload": {"items": [{"title": name} for name in HOSTILE_NAMES]}, "x-ack": True}
    addresses = [name for name in names if not set("{}#?") & set(name)]
    few = {"m": {"name": "*/", "title": "*/", "payload": {"items": [True, True]}, "x-ack": {}}}
    channels = {
        f"c{n}": {
            "title": "*/",
            "description": "*/",
            "address": f"/{name}/{{a}}",
            "parameters": {"a": {"enum": names[:2]}},
            "messages": few,
        }
        for n, name in enumerate(addresses)
    }
    channels["all"] = {
        "address": "/",
        "messages": {
            **{f"m{n}": {"name": name} for n, name in enumerate(names)},
            "titles": titles,
            "empty": {"name": ""},
        },
    }
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "*/", "version": "\n"},
        "channels": channels,
        "operations": {
            f"{action}-{id}": {"action": action, "channel": {"$ref": f"#/channels/{id}"}}
            for id in channels
            for action in ("send", "receive")
        },
        "components": {"schemas": {**OF_ITSELF, **ODD}},
    }


@pytest.mark.parametrize("exact", [True, False] if EVERYTHING else [True])
def test_hostile_documents_compile(folder: Path, exact: bool) -> None:
    """Whatever names, texts and circles a document has."""
    (folder / "hostile.ts").write_text(generated(hostile()), encoding="utf-8")
    assert refused(folder, exactOptionalPropertyTypes=exact) == set()


def documents() -> Iterator[Path]:
    """Our own documents, and those of others where they are."""
    yield from sorted((ROOT / "specs").glob("*.yml"))
    yield from sorted((ROOT / "examples").glob("*/asyncapi.yml"))
    if CORPUS.is_dir() and EVERYTHING:
        yield from sorted(CORPUS.iterdir())


def compiled_documents(folder: Path) -> int:
    """Write the types of each document that loads; how many there are."""
    number = 0
    for document in documents():
        try:
            text = generated(document)
        except SpecError:
            continue
        number += 1
        (folder / f"document{number}.ts").write_text(text, encoding="utf-8")
    return number


def test_the_types_of_every_document_compile(folder: Path) -> None:
    """Under the newest compiler, with and without exact optional properties."""
    number = compiled_documents(folder)
    assert number >= (170 if CORPUS.is_dir() and EVERYTHING else 3)
    assert refused(folder) == set()
    assert refused(folder, exactOptionalPropertyTypes=False) == set()


@needs_patience
def test_the_types_of_every_document_compile_with_an_old_compiler(folder: Path) -> None:
    """Nothing in them is new."""
    compiled_documents(folder)
    (folder / "hostile.ts").write_text(generated(hostile()), encoding="utf-8")
    assert refused(folder, "typescript-old") == set()


def test_the_compiler_would_say_so(folder: Path) -> None:
    """That nothing is refused means something: it refuses what it should, in a document's types."""
    text = generated(ROOT / "specs" / "tictactoe.yml") + "type A = Missing;\ntype A = string;\n"
    (folder / "document.ts").write_text(text)
    lines = len(text.splitlines())
    assert {(line, code) for _, line, code in refused(folder)} == {
        (lines - 1, "TS2304"),
        (lines - 1, "TS2300"),
        (lines, "TS2300"),
    }


# -- a client that talks ---------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[str]:
    """The example as users start it, on a free port: its address."""
    command = [sys.executable, "-u", str(ROOT / "examples" / "tictactoe" / "server.py")]
    with subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            # Werkzeug's log has the port that it was given.
            line = next(
                filter(None, map(re.compile(r"http://127\.0\.0\.1:\d+").search, process.stderr))
            )
            yield line.group()
        finally:
            process.terminate()
            process.stderr.read()


@needs_patience
def test_a_client_of_the_types_plays_on_the_guarded_server(folder: Path, server: str) -> None:
    """Compiled to JavaScript against the generated types, run in Node, over a real socket."""
    shutil.copy(TYPES / "tictactoe.ts", folder / "tictactoe.ts")
    (folder / "tictactoe.events.d.ts").write_text(generated(ROOT / "specs" / "tictactoe.yml"))
    assert refused(folder, noEmit=False) == set()
    done = subprocess.run(
        ["node", "tictactoe.js", server],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("X has won\n", "", 0)


# -- values ----------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b c", "1", "new", "é"])
TEXTS = st.sampled_from(["", "a", "b", '"', "\u2028", "💥"])
NUMBERS = st.sampled_from([0, 1, -1, 2.5, 1e21])
#: In every document of a run; it refers to itself.
TREE = {
    "type": "object",
    "properties": {
        "label": {"type": "string"},
        "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    },
    "required": ["label"],
    "additionalProperties": False,
}
TREES = st.recursive(
    st.just({"label": "leaf"}),
    lambda below: st.fixed_dictionaries({"label": TEXTS, "below": st.lists(below, max_size=2)}),
    max_leaves=3,
)


@st.composite
def plain(draw: Any) -> tuple[Any, Any]:
    """A schema of a plain value, and a value."""
    schema, values = draw(
        st.sampled_from(
            [
                ({"type": "string"}, TEXTS),
                ({"type": "number"}, NUMBERS),
                ({"type": "boolean"}, st.booleans()),
                ({"type": "null"}, st.none()),
                ({"type": ["string", "null"]}, TEXTS | st.none()),
                ({"const": "a"}, st.just("a")),
                ({"const": {"a": [1, None]}}, st.just({"a": [1, None]})),
                ({"enum": ["a", 1, None, True]}, st.sampled_from(["a", 1, None, True])),
                ({"type": "string", "enum": ["a", "b", 5]}, st.sampled_from(["a", "b"])),
                ({"$ref": "#/components/schemas/Tree"}, TREES),
                ({"allOf": [{"type": ["string", "number"]}, {"type": ["string", "null"]}]}, TEXTS),
            ]
        )
    )
    return schema, draw(values)


@st.composite
def pairs(draw: Any, depth: int = 3) -> tuple[Any, Any]:
    """A schema of features that have a type, and a value that it accepts."""
    if depth == 0:
        return draw(plain())
    return draw(draw(st.sampled_from([plain(), *(kind(depth - 1) for kind in COMPOSED)])))


@st.composite
def lists(draw: Any, depth: int) -> tuple[Any, Any]:
    schema, value = draw(pairs(depth))
    return {"type": "array", "items": schema}, draw(st.sampled_from([[], [value], [value] * 2]))


@st.composite
def records(draw: Any, depth: int) -> tuple[Any, Any]:
    schema, value = draw(pairs(depth))
    names = draw(st.lists(NAMES, unique=True, max_size=2))
    return {"type": "object", "additionalProperties": schema}, dict.fromkeys(names, value)


@st.composite
def tuples(draw: Any, depth: int) -> tuple[Any, Any]:
    items = draw(st.lists(pairs(depth), min_size=1, max_size=3))
    least = draw(st.integers(0, len(items)))
    schema = {"type": "array", "items": [schema for schema, _ in items], "minItems": least}
    length = draw(st.integers(least, len(items)))
    return {**schema, "additionalItems": False}, [value for _, value in items][:length]


@st.composite
def objects(draw: Any, depth: int, *, required: bool | None = None) -> tuple[Any, Any]:
    members = draw(st.dictionaries(NAMES, pairs(depth), min_size=1, max_size=3))
    needed = [name for name in members if required or draw(st.booleans())]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: schema for name, (schema, _) in members.items()},
        "required": needed,
    }
    left = [name for name in members if name not in needed and draw(st.booleans())]
    return schema, {name: value for name, (_, value) in members.items() if name not in left}


@st.composite
def both(draw: Any, depth: int) -> tuple[Any, Any]:
    """Two objects at once; the second has other properties."""
    one, value = draw(objects(depth))
    inner, other = draw(pairs(depth))
    extension = {"type": "object", "properties": {"more": inner}, "required": ["more"]}
    return {"allOf": [one, extension]}, {**value, "more": other}


@st.composite
def alternatives(draw: Any, depth: int) -> tuple[Any, Any]:
    """An object, a string or nothing; or objects told apart by a constant."""
    one, value = draw(objects(depth))
    if draw(st.booleans()):
        return {
            draw(st.sampled_from(["oneOf", "anyOf"])): [one, {"type": ["string", "null"]}]
        }, value
    other, _ = draw(objects(depth))
    told = [
        {
            **schema,
            "properties": {**schema["properties"], "kind": {"const": kind}},
            "required": [*schema["required"], "kind"],
        }
        for kind, schema in (("one", one), ("other", other))
    ]
    return {"oneOf": told}, {**value, "kind": "one"}


COMPOSED = (lists, records, tuples, objects, both, alternatives)
OTHERS = (None, True, 7.25, "none of the enums", [], {})


def variants(value: Any) -> Iterator[Any]:
    """A value with something else in one place, or without one of its properties."""
    yield from OTHERS
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in variants(item))
        yield from ([*value[:at], *value[at + 1 :]] for at in range(len(value)))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from ({**value, name: other} for other in variants(item))
            yield {key: inner for key, inner in value.items() if key != name}


def document_of(schemas: list[Any]) -> dict[str, Any]:
    """A document in which each schema has a name, and is a payload."""
    messages = {
        f"m{n}": {"payload": {"$ref": f"#/components/schemas/T{n}"}} for n in range(len(schemas))
    }
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": messages}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        "components": {"schemas": {"Tree": TREE, **{f"T{n}": s for n, s in enumerate(schemas)}}},
    }


def test_types_accept_what_schemas_accept_and_refuse_what_they_refuse(folder: Path) -> None:
    """Of features that have types; each run is one document of many schemas."""
    counts = {True: 0, False: 0}

    @settings(
        max_examples=20 if EVERYTHING else 1,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if EVERYTHING else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @seed(5)
    @given(st.lists(pairs(), min_size=20, max_size=30))
    def check(drawn: list[tuple[Any, Any]]) -> None:
        # A component that is a reference only has the name of what it refers to.
        drawn = [
            ({"type": "array", "items": schema}, [value]) if "$ref" in schema else (schema, value)
            for schema, value in drawn
        ]
        document = document_of([schema for schema, _ in drawn])
        messages = load(document).channels["c"].messages
        lines, wrong = [], set()
        for n, (_, value) in enumerate(drawn):
            judge = messages[f"m{n}"].payload
            assert judge is not None
            assert judge.is_valid(value)
            seen = {json.dumps(each): each for each in [value, *variants(value)]}
            for text, each in list(seen.items())[:60]:
                lines.append(f"const v{len(lines)}: T.T{n} = {text};")
                valid = judge.is_valid(each)
                counts[valid] += 1
                if not valid:
                    wrong.add(len(lines) + 1)
        (folder / "types.ts").write_text(generated(document), encoding="utf-8")
        program = "\n".join(['import type * as T from "./types.js";', *lines])
        (folder / "values.ts").write_text(program, encoding="utf-8")
        found = {line for file, line, _ in refused(folder) if file == "values.ts"}
        assert [program.splitlines()[line - 1] for line in sorted(wrong ^ found)] == []

    check()
    assert min(counts.values()) > (1000 if EVERYTHING else 10)


# -- options ---------------------------------------------------------------------------------------

ALL_OPTIONS = TypeOptions(sockets=True, paths=True, readonly=True, enums=True, errors=True)
LIGHTS: dict[str, Any] = {
    "asyncapi": "3.1.0",
    "info": {"title": "Lights", "version": "1"},
    "channels": {
        "house": {
            "address": "/",
            "messages": {
                "dim": {
                    "payload": {"$ref": "#/components/schemas/Lamp"},
                    "x-ack": {"$ref": "#/components/schemas/Lamp"},
                },
                "off": {"payload": {"type": "null"}, "x-ack": {"type": "null"}},
                "both": {
                    "payload": {"type": "null"},
                    "x-ack": {"type": "array", "items": [{"type": "integer"}], "minItems": 1},
                },
            },
        },
        "floor": {
            "address": "/floors/{floorId}/{side}",
            "parameters": {"floorId": {}, "side": {"enum": ["left", "right"]}},
            "messages": {"dimmed": {"payload": {"$ref": "#/components/schemas/Lamp"}}},
        },
    },
    "operations": {
        "in": {"action": "receive", "channel": {"$ref": "#/channels/house"}},
        "out": {"action": "send", "channel": {"$ref": "#/channels/floor"}},
    },
    "components": {
        "schemas": {
            "ErrorResponse": {"type": "string"},
            "Colour": {"enum": ["red", "deep blue", "__proto__", "constructor", "1"]},
            "Level": {"enum": [-1, 0, 1.5, 10]},
            "Words": {"type": "array", "items": {"type": "string"}},
            "Maybe": {"type": ["string", "null"], "enum": ["yes", "no", None]},
            "Lamp": {
                "type": "object",
                "required": ["colour", "level", "tags"],
                "properties": {
                    "colour": {"$ref": "#/components/schemas/Colour"},
                    "level": {"$ref": "#/components/schemas/Level"},
                    "mood": {"type": ["string", "null"], "enum": ["warm", "cold", None]},
                    "tags": {
                        "type": "array",
                        "items": {"type": "array", "items": {"type": "string"}},
                    },
                    "spot": {
                        "type": "array",
                        "items": [{"type": "number"}, {"type": "number"}],
                        "minItems": 2,
                        "additionalItems": False,
                    },
                },
                "additionalProperties": {"type": "array", "items": {"enum": ["a", "b"]}},
            },
        }
    },
}
HOUSE = """\
import { io } from "socket.io-client";
import {
  Colour, floorsPath, LampMood, Level, path,
  type ErrorResponse2, type FloorsSocket, type Lamp, type Socket,
} from "./lights.js";
const socket: Socket = io(`http://localhost${path}`);
const floor: FloorsSocket = io(floorsPath("7", "left"));
const there: `/floors/${string}/${"left" | "right"}` = floorsPath("7", "left");
const colour = Colour["deep blue"];
const lamp: Lamp = { colour, level: Level["-1"], mood: LampMood.warm, tags: [] };
floor.on("dimmed", (given) => console.log(there, given.colour === Colour.red));
floor.on("dimmed", (given) => console.log(given.level === Level[10]));
socket.emit("dim", lamp, (ack) => console.log("error" in ack ? ack : ack.tags[0]?.[0]));
const error = (await socket.emitWithAck("off"))?.error;
const problem: string | undefined = error?.problems?.[0]?.path;
const failed = (given: ErrorResponse2): boolean => given.error.code === "unhandled_event";
const proto: "__proto__" = Colour["__proto__"];
console.log(problem, failed, proto);
"""
WRONG = (
    "lamp.level = Level[0];",
    'lamp.tags.push(["x"]);',
    'lamp.tags[0]?.push("x");',
    "const one: [number, number] = lamp.spot ?? [1, 2];",
    'Colour.red = "red";',
    'floorsPath("7", "middle");',
    'socket.emit("dim", lamp, (ack) => console.log(ack.tags));',
    'socket.emit("dim", { ...lamp, colour: "green" }, () => {});',
    'floor.emit("dim", lamp, () => {});',
    'const code: "other" = (await socket.emitWithAck("off"))!.error.code;',
)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_options_compile_and_mistakes_are_refused(folder: Path, compiler: str) -> None:
    (folder / "lights.ts").write_text(generated(LIGHTS, ALL_OPTIONS), encoding="utf-8")
    lines = len(HOUSE.splitlines())
    (folder / "house.ts").write_text(HOUSE + "\n".join(WRONG), encoding="utf-8")
    found = refused(folder, compiler)
    assert {(file, line) for file, line, _ in found} == {
        ("house.ts", lines + number) for number in range(1, len(WRONG) + 1)
    }


def test_hostile_documents_compile_with_all_options(folder: Path) -> None:
    for number, spec in enumerate((hostile(), TYPES / "chat.yml")):
        text = generated(spec, ALL_OPTIONS)
        (folder / f"events{number}.ts").write_text(text, encoding="utf-8")
    assert refused(folder) == set()


def test_every_error_response_is_of_the_type(folder: Path) -> None:
    """Those that docs/reference/errors.md shows, which are what real servers send."""
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    shown = [block for block in blocks if "error" in json.loads(block)]
    assert len(shown) > 10
    (folder / "lights.ts").write_text(generated(LIGHTS, ALL_OPTIONS), encoding="utf-8")
    lines = ['import type { ErrorResponse2 } from "./lights.js";']
    lines += [f"export const shown{n}: ErrorResponse2 = {each}" for n, each in enumerate(shown)]
    (folder / "shown.ts").write_text("\n".join(lines), encoding="utf-8")
    assert refused(folder) == set()


@needs_patience
def test_constants_are_what_they_say_when_they_run(folder: Path) -> None:
    (folder / "lights.ts").write_text(generated(LIGHTS, ALL_OPTIONS), encoding="utf-8")
    (folder / "run.ts").write_text(
        'import { Colour, floorsPath, Level, path } from "./lights.js";\n'
        "export const shown = [path, floorsPath('7', 'left'), Object.values(Colour), "
        "Level['-1'], Level['1.5']];\n",
        encoding="utf-8",
    )
    assert run_compiler(folder, "typescript", noEmit=False, outDir=str(folder / "out")) == ""
    script = 'import("./out/run.js").then((m) => console.log(JSON.stringify(m.shown)))'
    done = subprocess.run(
        ["node", "-e", script], cwd=folder, capture_output=True, text=True, check=True
    )
    colours = ["1", "red", "deep blue", "__proto__", "constructor"]
    assert json.loads(done.stdout) == ["/", "/floors/7/left", colours, -1, 1.5]


# -- the page --------------------------------------------------------------------------------------


def test_the_page_shows_what_is_made(folder: Path) -> None:
    """The document gives the types that the page shows, and its client compiles."""
    text = (ROOT / "docs" / "how-to" / "types.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    specs, types, clients = (
        [body for kind, body in blocks if kind == wanted] for wanted in ("yaml", "ts", "client")
    )
    (folder / "asyncapi.yml").write_text(specs[0], encoding="utf-8")
    commands = re.findall(r"^asyncapi-guard (types .*)$", text, re.MULTILINE)
    assert len(commands) == len(clients) == 2
    for name, command, client in zip(("first", "second"), commands, clients, strict=True):
        place = folder / name
        place.mkdir()
        shutil.copy(folder / "asyncapi.yml", place)
        words = [sys.executable, "-m", "asyncapi_guard", *command.split()]
        subprocess.run(words, cwd=place, capture_output=True, check=True)
        (place / "client.ts").write_text(client, encoding="utf-8")
    assert (folder / "first" / "events.d.ts").read_text(encoding="utf-8") == types[0]
    assert refused(folder) == set()
