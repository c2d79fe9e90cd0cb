"""A RabbitMQ of our own, on free ports, with everything it writes in a folder of its own.

Debian's `rabbitmq-server` is a wrapper that becomes another user; the script behind it runs as
whoever starts it, so it needs neither root nor a service. Nodes of Erlang find each other by epmd:
this one has its own, which ends with it and is no daemon.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from ports import free_ports

PATIENCE = 120
#: Where Debian has the script behind the wrapper.
DEBIAN = "/usr/lib/rabbitmq/lib"
#: Where Linux lists them.
CONNECTIONS = Path("/proc/net/tcp")


def program() -> str | None:
    """The script that starts a node as whoever calls it."""
    behind = sorted(Path(DEBIAN).glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    return str(behind[-1]) if behind else shutil.which("rabbitmq-server")


def answers(port: int) -> bool:
    """Whether something listens on a port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class RabbitMQServer:
    """It runs from the beginning.

    Attributes:
        url: for managers.
        port: of AMQP.
    """

    def __init__(self, folder: Path, skip_or_fail: Any) -> None:
        found, mapper = program(), shutil.which("epmd")
        if found is None or mapper is None:
            skip_or_fail("rabbitmq-server is not installed")
        for name in ("kombu", "aio_pika"):
            try:
                importlib.import_module(name)  # managers need it
            except ImportError:
                skip_or_fail(f"{name} is not installed")
        if not CONNECTIONS.exists():
            skip_or_fail(f"there is no {CONNECTIONS}, which tells the connections of a broker")
        self._program = str(found)
        self._folder = folder
        self.port, node_port, mapper_port = free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        (folder / "plugins").write_text("[].")
        (folder / "environment.conf").write_text("")
        self._environment = {
            **os.environ,
            "HOME": str(folder),  # of the cookie
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(mapper_port),
            "RABBITMQ_NODENAME": f"guard{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(node_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "environment.conf"),
        }
        options = ["-port", str(mapper_port), "-address", "127.0.0.1"]
        self._mapper = subprocess.Popen(
            [str(mapper), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait_for(mapper_port, self._mapper)
        self.start()

    @property
    def log(self) -> Path:
        """What it writes."""
        return self._folder / "log.txt"

    def start(self) -> None:
        """Run it, and wait until it answers."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                # Erlang has room for as many files as it may open: in containers, for a billion.
                ["sh", "-c", 'ulimit -Sn 4096; exec "$0"', self._program],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # it has children, which end with it
            )
        self._wait_for(self.port, self._process)

    def _wait_for(self, port: int, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not answers(port):
            assert process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a crash would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while answers(self.port):  # the node is a child of what was waited for
            assert time.monotonic() < deadline, "the node does not end"
            time.sleep(0.01)

    def close(self) -> None:
        """End it, and what maps names to its port."""
        self.kill()
        self._mapper.kill()
        self._mapper.wait(PATIENCE)

    def connection(self) -> Any:
        """A connection for what no manager would publish."""
        import kombu

        return kombu.Connection(self.url)

    def connections(self) -> int:
        """How many there are from this machine, as its kernel lists them."""
        lines = CONNECTIONS.read_text().splitlines()[1:]
        remote = f":{self.port:04X}"
        rows = [line.split() for line in lines]
        return sum(row[2].endswith(remote) and row[3] == "01" for row in rows)
