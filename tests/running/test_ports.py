"""Ports that servers of tests are told to listen on."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from ports import free_port, free_ports


def test_each_is_another_one_and_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


def test_none_is_taken() -> None:
    """The next ones are passed over while others listen there."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port + 1)):
        assert free_port() not in (port, port + 1)


def test_the_system_gives_none_of_them_away() -> None:
    """A server that takes any port takes one of another range."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert server.getsockname()[1] not in range(20_000, 32_000)


def test_processes_have_their_own() -> None:
    """Those of pytest-xdist, by their numbers."""
    code = "import ports; print(ports.free_port())"
    found = []
    for worker in ("gw0", "gw1", "gw15"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parent,
            env={"PYTEST_XDIST_WORKER": worker},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append((int(done.stdout) - 20_000) // 750)
    assert found == [0, 1, 15]
