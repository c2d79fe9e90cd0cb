"""A Redis of our own, on a free port, without a file."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120


class RedisServer:
    """It runs from the beginning.

    Attributes:
        url: for managers.
    """

    def __init__(self, folder: Path, skip_or_fail: Any) -> None:
        program = shutil.which("redis-server")
        if program is None:
            skip_or_fail("redis-server is not installed")
        try:
            import redis  # noqa: F401  # managers need it
        except ImportError:
            skip_or_fail("redis is not installed")
        self.port: int = free_port()
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "dir": folder}
        # Else it drops listeners that are slow.
        options["client-output-buffer-limit"] = "pubsub 0 0 0"
        self._command = [str(program)]
        for name, value in options.items():
            self._command += [f"--{name}", str(value)]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Run it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
            except OSError:
                assert self._process.poll() is None, "redis-server ended"
                assert time.monotonic() < deadline, "redis-server does not answer"
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def connection(self) -> Any:
        """A connection for what no manager would publish."""
        import redis

        return redis.Redis(port=self.port)
