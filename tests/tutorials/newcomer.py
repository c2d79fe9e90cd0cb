"""Somebody who does a tutorial from nothing, in an environment that has nothing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from ports import free_port
from tutorial import SERVER, Change, Open, Order, Run, Save, See, matches, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutorial import Step

ROOT = Path(__file__).parents[2]
#: Where the servers of all pages are.
PORT = "8000"
#: What `venv` and its `activate` need of a system.
PROGRAMS = ["bash", "mkdir", "uname"]
#: Commands that change the terminal: what comes later is run after them.
_STATE = re.compile(r"(cd|\.) ")
#: How long a server may need for what a page says of it.
PATIENCE = 60


class Newcomer:
    """Does what a page says in a directory, and compares what happens with it.

    A server is what a page runs in the terminal that it calls the first, beside what changes that
    terminal and what installs.
    """

    def __init__(self, home: Path) -> None:
        """Begin in an empty directory, with a Python and nothing else.

        Args:
            home: the directory.
        """
        self._home = home
        self._work = home / "work"
        self._work.mkdir()
        self._port = free_port()
        self._states: dict[str, list[str]] = {}
        self._folders: dict[str, Path] = {}
        self._server: subprocess.Popen[bytes] | None = None
        self._command = ""
        self._log = home / "server.log"
        self._actions: dict[type[Step], Callable[[Step], None]] = {
            Save: self._save,
            Change: self._change,
            Run: self._run,
            See: self._see,
            Order: self._obey,
            Open: self._open,
        }
        self.environment = _environment(home)

    def do(self, steps: list[Step]) -> None:
        """Do each step; the server ends with the last one, or with what goes wrong."""
        try:
            for step in steps:
                self._actions[type(step)](step)
        finally:
            if self._server:
                os.killpg(self._server.pid, signal.SIGKILL)
                self._server.wait()

    def _folder(self, terminal: str) -> Path:
        return self._folders.get(terminal, self._work)

    def _file(self, name: str) -> Path:
        return self._folder("first") / name

    def _ported(self, text: str) -> str:
        return text.replace(PORT, str(self._port))

    def _save(self, step: Save) -> None:
        self._file(step.name).write_text(self._ported(step.text), encoding="utf-8")

    def _change(self, step: Change) -> None:
        file = self._file(step.name)
        file.write_text(step.of(file.read_text(encoding="utf-8")), encoding="utf-8")

    def _run(self, step: Run) -> None:
        states = self._states.setdefault(step.terminal, [])
        if _STATE.match(step.command):
            states.append(step.command)
            if step.command.startswith("cd "):
                self._folders[step.terminal] = self._folder(step.terminal) / step.command[3:]
        if step.terminal == "first" and re.match(r"(flask|gunicorn) ", step.command):
            self._command = step.command
            self._start()
            return
        done = subprocess.run(
            self._shell(step.terminal, step.command),
            cwd=self._work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=500,
        )
        told = f"line {step.line}: {step.command}\n{done.stdout}"
        assert done.returncode == step.exit_code, f"{told}\nexit code {done.returncode}"
        if step.shown is not None:
            assert matches(step.shown, done.stdout), f"{told}\nbut the page shows\n{step.shown}"

    def _shell(self, terminal: str, command: str) -> list[str]:
        command = re.sub(r'"asyncapi-guard(\[[\w,]+\])?"', self._checkout, command)
        states = [each for each in self._states[terminal] if each != command]
        return ["bash", "-c", " && ".join([*states, self._ported(command)])]

    def _checkout(self, found: re.Match[str]) -> str:
        return shlex.quote(f"{ROOT}{found[1] or ''}")

    def _start(self) -> None:
        command = self._shell("first", self._command)
        command[-1] = re.sub(r"(.*&& )", r"\1exec ", command[-1])
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                command,
                cwd=self._work,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until(self._listens, f"`{self._command}` did not start")

    def _listens(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, self._said()
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except OSError:
            return False
        return True

    def _stop(self) -> None:
        """Press Ctrl+C."""
        assert self._server is not None, "there is no server to stop"
        os.killpg(self._server.pid, signal.SIGINT)
        try:
            self._server.wait(PATIENCE)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"Ctrl+C does not stop it:\n{self._said()}") from late
        self._server = None

    def _obey(self, step: Order) -> None:
        self._stop()
        if step.verb == "Restart":
            self._start()

    def _said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _see(self, step: See) -> None:
        """Look for lines in their order: at once in a file, soon in what the server prints."""
        if step.name != SERVER:
            text = self._file(step.name).read_text(encoding="utf-8")
            assert f"\n{step.text}" in f"\n{text}", f"line {step.line}: {step.name} is\n{text}"
            return
        wanted = settled(step.text)

        def printed() -> bool:
            lines = iter(settled(self._said()))
            return all(line in lines for line in wanted)

        self._wait_until(printed, f"line {step.line}: the server does not print\n{step.text}")

    def _open(self, step: Open) -> None:
        with urllib.request.urlopen(self._ported(step.url), timeout=PATIENCE) as response:
            text = response.read().decode()
        missing = [label for label in step.labels if f">{label}<" not in text]
        assert not missing, f"line {step.line}: {step.url} has no {missing}"

    def _wait_until(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{otherwise}\n{self._said()}"
            time.sleep(0.05)


def _environment(home: Path) -> dict[str, str]:
    """Nothing but a Python, what its environments need, and the user's package index."""
    programs = home / "programs"
    programs.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found, f"there is no {name}"
        (programs / name).symlink_to(found)
    (programs / "python3").symlink_to(Path(sys.executable).resolve())
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {
        **pip,
        "HOME": os.environ.get("HOME", str(home)),  # pip's configuration and cache
        "PATH": str(programs),
        "PYTHONUNBUFFERED": "1",
    }
