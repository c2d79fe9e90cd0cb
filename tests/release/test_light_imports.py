"""A server imports what it needs to guard, and nothing of the tools."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from built import ROOT

#: What is for the command line, for tests, or for pages that nobody has asked for.
TOOLS = (
    *("cli", "codegen", "compatibility", "contract_tests", "coverage", "doctor", "drift", "lint"),
    *(
        "lsp",
        "metrics",
        "mock",
        "pytest_plugin",
        "security",
        "spec.edit",
        "spec.upgrade",
        "testing",
    ),
    *("values", "console.pages", "console.site", "schema.comparison", "schema.boundary_values"),
)
#: Packages for these, which are installed where the tests run.
HEAVY = (
    *("aiohttp", "black", "click", "datamodel_code_generator", "email_validator", "hypothesis"),
    *("isort", "jinja2", "jsonschema", "jwt", "markdown_it", "msgspec", "opentelemetry"),
    *("pathspec", "prometheus_client", "pydantic", "pygls", "pytest", "requests", "tomli"),
    *("tomllib", "uvicorn", "watchfiles"),
)

MODULES = "import json, sys; print(json.dumps(sorted(sys.modules)))"
THREADS = f"""
import logging, socketio
from asyncapi_guard import AsyncAPIGuard
logging.disable(logging.CRITICAL)
server = socketio.Server(async_mode="threading", async_handlers=False)
server.on("create_game", lambda sid: {{"game_id": "1"}})
AsyncAPIGuard({str(ROOT / "specs" / "tictactoe.yml")!r}).protect(server)
environ = {{"REQUEST_METHOD": "GET", "QUERY_STRING": "EIO=4&transport=polling", "PATH_INFO": "/"}}
app = socketio.WSGIApp(server)
answer = b"".join(app({{**environ, "PATH_INFO": "/socket.io/", "wsgi.input": None}}, print_nothing))
assert b"sid" in answer
"""
FLASK = f"""
import logging
from flask import Flask
from flask_socketio import SocketIO
from asyncapi_guard import AsyncAPIGuard
logging.disable(logging.CRITICAL)
app = Flask("app")
socketio = SocketIO(app, async_mode="threading")
socketio.on("make_move")(lambda move: {{}})
AsyncAPIGuard({str(ROOT / "specs" / "tictactoe.yml")!r}).init_app(app, socketio)
client = socketio.test_client(app)
answer = client.emit("make_move", {{"x": 9}}, callback=True)
assert answer["error"]["problems"] if AsyncAPIGuard.__module__ != "__main__" else answer == {{}}
"""
ASYNC = f"""
import asyncio, logging, socketio
from asyncapi_guard import AsyncAPIGuard
logging.disable(logging.CRITICAL)
async def main():
    server = socketio.AsyncServer(async_mode="asgi")
    AsyncAPIGuard({str(ROOT / "specs" / "tictactoe.yml")!r}).protect(server)
asyncio.run(main())
"""


#: In the place of the guard.
NO_GUARD = """
class AsyncAPIGuard:
    def __init__(self, *_): pass
    protect = init_app = __init__
"""


def imported(program: str) -> set[str]:
    program = "def print_nothing(*_): pass\n" + program + "\n" + MODULES
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("program", [THREADS, FLASK, ASYNC], ids=["threads", "flask", "asyncio"])
def test_a_guarded_server_imports_no_tools(program: str) -> None:
    """Of ours and of others', while it starts and rejects an event."""
    guarded = imported(program)
    unguarded = imported(program.replace("from asyncapi_guard import AsyncAPIGuard", NO_GUARD))
    ours = {
        module
        for module in guarded
        for tool in TOOLS
        if f"{module}.".startswith(f"asyncapi_guard.{tool}.")
    }
    assert not ours
    # engine.io and Flask import some of these themselves.
    assert not {module.partition(".")[0] for module in guarded - unguarded} & set(HEAVY)
    assert "asyncapi_guard" in guarded - unguarded


def test_the_package_imports_nothing() -> None:
    """Names are looked up when they are used."""
    modules = imported("import asyncapi_guard")
    assert {m for m in modules if m.startswith("asyncapi_guard")} == {"asyncapi_guard"}
