"""The command: what it says without its extra, over TCP, and of a port that is taken."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "asyncapi_guard", "lsp")


def test_without_pygls_one_line_says_what_to_install() -> None:
    code = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'pygls' else find(name, *a)\n"
        "sys.argv = ['asyncapi-guard', 'lsp']\n"
        "from asyncapi_guard.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 2
    assert done.stderr == (
        'Error: the language server needs pygls: pip install "asyncapi-guard[lsp]"\n'
    )
    assert done.stdout == ""


def test_help_has_an_example() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "asyncapi-guard lsp --tcp 2087" in done.stdout


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--tcp", str(port)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "choose another --tcp PORT" in done.stderr


def test_over_tcp(tmp_path: Path) -> None:
    """The server says where it listens, serves one editor, and ends with it."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = await asyncio.create_subprocess_exec(
            *COMMAND, "--tcp", str(port), stderr=asyncio.subprocess.PIPE
        )
        assert server.stderr is not None
        try:
            line = await asyncio.wait_for(server.stderr.readline(), 60)
            assert f"127.0.0.1:{port}" in line.decode()
            client = LanguageClient("tests", "1")
            for attempt in range(200):
                try:
                    await client.start_tcp("127.0.0.1", port)
                    break
                except ConnectionRefusedError:
                    assert attempt < 199
                    await asyncio.sleep(0.05)
            found = await client.initialize_async(
                types.InitializeParams(
                    capabilities=types.ClientCapabilities(), root_uri=tmp_path.as_uri()
                )
            )
            assert found.server_info.name == "asyncapi-guard"
            await client.shutdown_async(None)
            client.exit(None)
            await asyncio.wait_for(server.wait(), 60)
            await client.stop()
        finally:
            if server.returncode is None:
                server.kill()
                await server.wait()

    asyncio.run(main())
