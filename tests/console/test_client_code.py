"""The client code of the Read page runs as it is, against a guarded server of its document.

What the page can't know is defined around it: the bytes of a file, and `auth` where the code for
one event leaves it out.
"""

from __future__ import annotations

import ast
import asyncio
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import socketio
import yaml
from click.testing import CliRunner
from conftest import PATIENCE
from levels import LEVEL

from asyncapi_guard import AsyncAPIGuard, Identity
from asyncapi_guard.cli import cli
from asyncapi_guard.console.reading.document import read_document
from asyncapi_guard.console.reading.sample_values import Bytes
from asyncapi_guard.console.reading.samples import Samples
from asyncapi_guard.contract import Action
from asyncapi_guard.spec.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Serving

    from asyncapi_guard.console.reading.events import Namespace, ReadEvent

TESTS = Path(__file__).parents[1]
#: Events that have a server send all that it can send, by their namespaces.
TRIGGERS = {"/chat": "set_status", "/moderation": "hide_message", "/": "tell me", "/a/b-c": "class"}
#: Names that are no identifiers, no arguments, bytes alone, and namespaces without `auth`.


def on_wire(value: Any) -> Any:
    """A sample as a server sends it."""
    if isinstance(value, Bytes):
        return b"abc"
    if isinstance(value, list):
        return [on_wire(each) for each in value]
    return {k: on_wire(v) for k, v in value.items()} if isinstance(value, dict) else value


@dataclass
class Here:
    """A guarded server: its document, and what came to it."""

    file: Path
    namespaces: list[Namespace]
    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    asks: set[tuple[str, str]] = field(default_factory=set)

    @property
    def events(self) -> Iterator[tuple[Namespace, ReadEvent]]:
        return ((space, each) for space in self.namespaces for each in space.events)

    async def is_answered(self, code: str) -> None:
        """Wait until the questions that some code answers have their answers."""
        asked = {(space, name) for space, name in self.asks if f'@sio.on("{name}"' in code}
        while not asked <= set(self.answers):  # noqa: ASYNC110  # filled by another thread
            await asyncio.sleep(0.01)

    def check(self) -> None:
        """All that clients can send came and was accepted, and each question has an answer."""
        wanted = {
            (space.address, each.name)
            for space, each in self.events
            if each.from_client and not each.is_connect
        }
        assert set(self.received) == wanted
        assert set(self.answers) == self.asks


def verify(token: Any, _handshake: Any) -> Identity | None:
    return Identity("ada", frozenset({"moderate"})) if str(token).startswith("eyJ") else None


@pytest.fixture(
    params=[("harbor", "/socket.io/"), ("harbor", "/my/sockets"), ("odd_names", "/my/sockets")],
    ids=["auth", "auth and path", "odd names and path"],
)
def here(request: pytest.FixtureRequest, net: Serving, tmp_path: Path) -> Here:
    """A server whose document names its own address."""
    apps: list[Any] = []
    url = net.serve(lambda *args: apps[0](*args))  # noqa: PLW0108  # it is made later
    name, path = request.param
    data = yaml.safe_load(Path(__file__).with_name(f"{name}.yml").read_text("utf-8"))
    here = {"host": url.removeprefix("http://"), "protocol": "ws", "pathname": path}
    data["servers"] = {"here": here}
    file = tmp_path / "here.yml"
    file.write_text(yaml.safe_dump(data), "utf-8")
    server = socketio.Server(async_mode="threading")
    contract = load(file)
    security = dict.fromkeys(contract.security_schemes, verify)
    AsyncAPIGuard(file, security=security).protect(server)
    made = Here(file, read_document(contract).namespaces)
    add_events(made, server, contract)
    apps.append(socketio.WSGIApp(server, socketio_path=path))
    return made


def add_events(here: Here, server: socketio.Server, contract: Any) -> None:
    samples = Samples()
    sent: dict[str, list[Any]] = {}
    for operation in contract.operations.values():
        address = contract.channels[operation.channel].address
        for message in operation.messages:
            if operation.action is Action.SEND:
                sent.setdefault(address, []).append(message)
            elif message.event != "connect":
                add_event(here, server, (address, message.event), samples.ack(message.ack), sent)
    for address, messages in sent.items():
        here.asks |= {(address, each.event) for each in messages if each.ack is not None}


def add_event(here: Here, server: Any, key: tuple[str, str], ack: Any, sent: Any) -> None:
    address, event = key
    samples = Samples()

    def answered(*args: Any, name: str) -> None:
        here.answers[address, name] = args

    def handle(sid: str, *_args: Any) -> Any:
        here.received[key] += 1
        for message in sent.get(address, ()) if event == TRIGGERS[address] else ():
            name = message.event
            callback = None
            if message.ack is not None:
                callback = lambda *args, name=name: answered(*args, name=name)  # noqa: E731  # short
            args = tuple(map(on_wire, samples.arguments(message.payload)))
            server.emit(name, args, to=sid, namespace=address, callback=callback)
        return tuple(map(on_wire, ack)) if len(ack) != 1 else on_wire(ack[0])

    server.on(event, handle, namespace=address)


def code_of(event: ReadEvent, language: str) -> str:
    found = {each.key: each.code for each in event.examples[0].samples}
    return found[language]


def programs(here: Here, language: str) -> Iterator[tuple[str, str, str]]:
    """For each event the code that connects, if it does not itself, its own, and a trigger's."""
    for space, event in here.events:
        (trigger,) = (each for each in space.from_clients if each.name == TRIGGERS[space.address])
        code = "" if event.is_connect else code_of(event, language)
        connects = [each for each in space.about_connections if each.is_connect]
        if connects and (language != "ts" or event.is_connect):
            code = f"{code_of(connects[0], language)}\n\n{code}"
        call = code_of(trigger, language).rpartition("\n\n")[2]
        yield event.link.anchor, code, call


def node(folder: Path, *command: str) -> None:
    done = subprocess.run(
        ["node", *command], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def modules(name: str, folder: Path) -> None:
    """Let node find what npm has installed for a folder of tests."""
    found = TESTS / name / "node_modules"
    if not (found.is_dir() and shutil.which("node")):
        (pytest.fail if LEVEL.everything else pytest.skip)(f"run npm install in tests/{name}")
    (folder / "node_modules").symlink_to(found)


def script(code: str, call: str) -> str:
    """A module that ends when its socket has said everything."""
    (socket,) = re.findall(r"^const (\w+)(?:: Socket<[^;]*?>)? = io\(", code, re.MULTILINE)
    return f"{code}\n{{\n{call}\n}}\n{socket}.close();\nexport {{}};\n"


def test_javascript_runs(here: Here, tmp_path: Path) -> None:
    """With socket.io-client, in node."""
    modules("js", tmp_path)
    lines = ["globalThis.bytes = new Uint8Array([1, 2, 3]);"]
    for number, (_, code, call) in enumerate(programs(here, "js")):
        (tmp_path / f"{number}.mjs").write_text(script(code, call), "utf-8")
        lines.append(f"await import('./{number}.mjs');")
    (tmp_path / "all.mjs").write_text("\n".join(lines))
    node(tmp_path, "all.mjs")
    here.check()


@pytest.mark.slow
def test_typescript_compiles_and_runs(here: Here, tmp_path: Path) -> None:
    """Beside the types that `asyncapi-guard types` writes, and then as JavaScript, in node."""
    modules("types", tmp_path)
    done = CliRunner().invoke(cli, ["types", str(here.file), "-o", str(tmp_path / "events.ts")])
    assert done.exit_code == 0, done.output
    (tmp_path / "package.json").write_text('{"type": "module"}')
    known = "declare const bytes: Uint8Array, auth: { token: string };\n"
    lines = [
        "globalThis.bytes = new Uint8Array([1, 2, 3]);",
        "globalThis.auth = { token: 'eyJ' };",
    ]
    for number, (_, code, call) in enumerate(programs(here, "ts")):
        (tmp_path / f"at{number}.ts").write_text(known + script(code, call), "utf-8")
        lines.append(f"await import('./at{number}.js');")
    (tmp_path / "all.js").write_text("\n".join(lines))
    options = ["--strict", "--skipLibCheck", "--target", "es2022", "--module", "es2022"]
    compiler = str(tmp_path / "node_modules" / "typescript" / "bin" / "tsc")
    files = [each.name for each in tmp_path.glob("at*.ts")]
    node(tmp_path, compiler, *options, "--moduleResolution", "bundler", *files)
    node(tmp_path, "all.js")
    here.check()


def test_python_runs(here: Here) -> None:
    """With python-socketio, where `await` is allowed at the top, as in `python -m asyncio`."""

    async def run() -> None:
        for name, code, call in programs(here, "py"):
            known: dict[str, Any] = {"content": b"abc", "auth": {"token": "eyJ"}}
            await asyncio.wait_for(execute(f"{code}\n{call}", name, known), PATIENCE)
            # Handlers are tasks: an answer goes out when it is made.
            await asyncio.wait_for(here.is_answered(code), PATIENCE)
            await known["sio"].disconnect()

    asyncio.run(run())
    here.check()


async def execute(code: str, name: str, known: dict[str, Any]) -> None:
    made = compile(code, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(made, known)
    if waiting is not None:
        await waiting
