"""A plain installation is small, does what needs no extra, and names the extra of all else."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from built import ROOT

from asyncapi_guard.cli import cli

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

SPEC = ROOT / "specs" / "tictactoe.yml"
#: Generators, models and tools for tests have no place on a server.
NOT_ON_SERVERS = (
    *("aiohttp", "black", "datamodel_code_generator", "hypothesis", "isort", "jwt", "pydantic"),
    *("pygls", "pytest", "requests"),
)

pytestmark = pytest.mark.slow


def weight() -> ModuleType:
    """benchmarks/weight.py, which measures the same."""
    folder = str(ROOT / "benchmarks")
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location("weight", ROOT / "benchmarks" / "weight.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["weight"] = module  # dataclasses look there
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the wheel and what it brings."""
    made = weight().make_environment(tmp_path_factory.mktemp("plain") / "env")
    error = weight().install(made, str(wheel))
    assert error == ""
    return made


def run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=environment, timeout=300
    )


@pytest.fixture
def command(python: Path, tmp_path: Path):
    """Run `asyncapi-guard` in a folder that has a document and applications."""
    (tmp_path / "asyncapi.yml").write_text(SPEC.read_text(encoding="utf-8"))
    (tmp_path / "server.py").write_text(
        "import socketio\n"
        "from asyncapi_guard import AsyncAPIGuard\n"
        "sio = socketio.Server(async_mode='threading')\n"
        "AsyncAPIGuard('asyncapi.yml').protect(sio)\n"
        "@sio.on('create_game')\n"
        "def create_game(sid):\n"
        "    return {}\n"
    )
    (tmp_path / "typed.py").write_text(
        "from asyncapi_guard import AsyncAPIServer\nsio = AsyncAPIServer(async_mode='threading')\n"
    )
    script = python.with_name("asyncapi-guard.exe" if os.name == "nt" else "asyncapi-guard")

    def do(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run([str(script), *arguments], tmp_path)

    return do


# -- what it weighs --------------------------------------------------------------------------------


def test_what_it_brings(python: Path) -> None:
    """Few packages, few MB, and nothing that generates code or tests."""
    sizes = weight().packages_of(python)
    packages, megabytes = weight().GOALS[""]
    assert len(sizes) <= packages, sorted(sizes)
    assert sum(sizes.values()) / 1e6 <= megabytes, sizes
    listing = (
        f"import importlib.util as u; print([n for n in {NOT_ON_SERVERS!r} if u.find_spec(n)])"
    )
    done = run([str(python), "-I", "-c", listing], ROOT)
    assert done.stdout.strip() == "[]", done.stderr


# -- extras ----------------------------------------------------------------------------------------

DOCUMENT = "{'asyncapi': '3.1.0', 'info': {'title': 'T', 'version': '1'}}"
GUARD = f"from asyncapi_guard import AsyncAPIGuard, metrics\nguard = AsyncAPIGuard({DOCUMENT})\n"
FLASK = (
    "from flask import Flask\nfrom flask_socketio import SocketIO\n"
    "app = Flask('app')\nserver = SocketIO(app, async_mode='threading')\n"
)
ASYNC = (
    "import asyncio\nfrom asyncapi_guard import testing\nasync def main():\n"
    f"    async with testing.async_client('http://127.0.0.1:9', {DOCUMENT}): pass\n"
    "asyncio.run(main())"
)
CLIENT = (
    "from asyncapi_guard import testing\n"
    f"testing.client('http://127.0.0.1:9', {DOCUMENT}).__enter__()"
)
CASES = (
    "from asyncapi_guard import testing\n"
    f"testing.from_path({str(SPEC)!r}).cases()[0].check('http://127.0.0.1:9')"
)
#: Programs that need an extra.
ENTRANCES = {
    "AsyncAPISocketIO": ("pydantic", "from asyncapi_guard import AsyncAPISocketIO"),
    "AsyncAPIServer": ("pydantic", "from asyncapi_guard import AsyncAPIServer"),
    "AsyncAPIAsyncServer": ("pydantic", "from asyncapi_guard import AsyncAPIAsyncServer"),
    "AsyncAPIClient": ("pydantic", "from asyncapi_guard import AsyncAPIClient"),
    "AsyncAPIAsyncClient": ("pydantic", "from asyncapi_guard import AsyncAPIAsyncClient"),
    "protect(typed=True)": (
        "pydantic",
        GUARD
        + "import socketio\nguard.protect(socketio.Server(async_mode='threading'), typed=True)",
    ),
    "init_app(typed=True)": ("pydantic", GUARD + FLASK + "guard.init_app(app, server, typed=True)"),
    "security.jwt": (
        "jwt",
        "from asyncapi_guard import security\nsecurity.jwt(key='k' * 40, algorithms=['HS256'])",
    ),
    "metrics.prometheus": ("prometheus", GUARD + "metrics.prometheus(guard)"),
    "metrics.opentelemetry": ("opentelemetry", GUARD + "metrics.opentelemetry(guard)"),
    "testing.from_path": ("testing", CASES),
    "testing.client": ("testing", CLIENT),
    "testing.client, websocket": ("testing", CLIENT.replace("})", "}, transports=['websocket'])")),
    "testing.async_client": ("testing", ASYNC),
    "values.hypothesis_choices": ("testing", "import asyncapi_guard.values.hypothesis_choices"),
}


@pytest.mark.parametrize("name", ENTRANCES)
def test_a_missing_extra_is_named(name: str, python: Path, tmp_path: Path) -> None:
    """In one line that can be copied; the error is an ImportError."""
    extra, program = ENTRANCES[name]
    done = run([str(python), "-I", "-c", program], tmp_path)
    assert done.returncode == 1, done.stdout
    said = done.stderr.strip().splitlines()[-1]
    assert said.startswith("asyncapi_guard.errors.MissingExtraError: ")
    assert said.endswith(f'pip install "asyncapi-guard[{extra}]"')
    caught = "\n".join(
        ["try:", *(f"    {line}" for line in program.splitlines()), "except ImportError as error:",
         "    print(error)"]
    )  # fmt: skip
    done = run([str(python), "-I", "-c", caught], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == said.partition(": ")[2]


#: What each command is run with, and the extra that it needs.
COMMANDS = {
    "add": (
        ["event", "say", "asyncapi.yml", "--direction", "receive", "--payload", "string"],
        None,
    ),
    "check": (["typed:sio", "asyncapi.yml"], "pydantic"),
    "export": (["typed:sio"], "pydantic"),
    "init": (["--from", "typed:sio", "-o", "new.yml"], "pydantic"),
    "doctor": (["typed:sio"], "pydantic"),
    "models": (["asyncapi.yml", "-o", "models.py"], "models"),
    "test": (["asyncapi.yml", "--url", "http://127.0.0.1:9"], "testing"),
    "lsp": ([], "lsp"),
    "coverage": (["--help"], None),
    "demo": (["--help"], None),
    "diff": (["asyncapi.yml", "asyncapi.yml"], None),
    "docs": (["asyncapi.yml", "-o", "site"], None),
    "learn": (["--help"], None),
    "mock": (["--help"], None),
    "report": (["--help"], None),
    "rules": ([], None),
    "show": (["asyncapi.yml"], None),
    "types": (["asyncapi.yml", "-o", "events.d.ts"], None),
    "upgrade": (["--help"], None),
    "validate": (["asyncapi.yml"], None),
}


def test_each_command_is_tried() -> None:
    """A new one is added above."""
    names = set(cli.list_commands(None))
    assert names <= set(COMMANDS)
    assert set(COMMANDS) - names <= {"lsp"}


@pytest.mark.parametrize("name", cli.list_commands(None))
def test_commands(name: str, command) -> None:
    """They work, or exit with 2 and one line that names the extra."""
    arguments, extra = COMMANDS[name]
    done = command(name, *arguments)
    if extra is None:
        assert done.returncode == 0, done.stdout + done.stderr
        return
    assert done.returncode == 2, done.stdout + done.stderr
    named = [line for line in done.stderr.splitlines() if "pip install" in line]
    assert len(named) == 1
    assert re.search(rf'needs [\w-]+: pip install "asyncapi-guard\[{extra}\]"', named[0])
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["check", "export", "doctor"])
def test_servers_without_hints_need_no_extra(name: str, command) -> None:
    """What needs Pydantic is only what reads hints."""
    arguments = {"check": ["server:sio", "asyncapi.yml"]}.get(name, ["server:sio"])
    done = command(name, *arguments)
    assert done.returncode in (0, 1), done.stderr
    # `check` lists the hints that it could not compare, and goes on.
    assert "pip install" not in done.stdout
    assert name == "check" or "pip install" not in done.stderr


def test_files_are_watched_without_the_extra(python: Path, tmp_path: Path) -> None:
    """They are looked at now and then."""
    (tmp_path / "asyncapi.yml").write_text(SPEC.read_text(encoding="utf-8"))
    program = (
        "import socketio\nfrom asyncapi_guard import AsyncAPIGuard\n"
        "guard = AsyncAPIGuard('asyncapi.yml', watch=True)\n"
        "guard.protect(socketio.Server(async_mode='threading'))\nguard.uninstall()\n"
    )
    done = run([str(python), "-I", "-c", program], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
