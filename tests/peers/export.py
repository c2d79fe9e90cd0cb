"""Exports the documents of other libraries, each installed in an environment of its own.

    python tests/peers/export.py FOLDER [PEER...]

writes FOLDER/PEER.json for each of the applications beside this file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

APPLICATIONS = Path(__file__).parent / "applications"
_LONG = 300


class CannotInstallError(Exception):
    """A library, or what it needs, cannot be installed here; the message says why."""


@dataclass(frozen=True)
class Peer:
    """A library that has documents of its own.

    Attributes:
        packages: what is installed.
        application: the file that prints a document.
    """

    packages: tuple[str, ...]
    application: str

    @property
    def is_python(self) -> bool:
        """Whether it is a package of Python's, and not of npm's."""
        return self.application.endswith(".py")


PEERS = {
    "pydantic-socketio": Peer(("pydantic-socketio==0.2.1",), "pydantic_socketio_chat.py"),
    "sio-asyncapi": Peer(("sio-asyncapi==1.0.0",), "sio_asyncapi_chat.py"),
    "asynction": Peer(("asynction==0.8.3",), "asynction_chat.py"),
    "zod-sockets": Peer(("zod-sockets@2.3.0", "zod@3.25.76"), "zod_sockets_chat.mjs"),
}


def export(name: str, folder: Path, given: str = "") -> tuple[Path, str]:
    """Install a library and write the document of its application.

    Args:
        name: which of `PEERS`.
        folder: where the environment and the document go.
        given: what the application gets on standard input.

    Returns:
        The document, and what the application wrote to standard error.

    Raises:
        CannotInstallError: the library cannot be installed here.
    """
    peer = PEERS[name]
    home = folder / f"{name}-environment"
    install = install_python if peer.is_python else _install_node
    program = install(peer, home)
    application = APPLICATIONS / peer.application
    if not peer.is_python:
        # Node looks for packages beside the program.
        application = Path(shutil.copy(application, home))
    # The environment alone: nothing of the caller's.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [*program, str(application)],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONG,
        env=environment,
    )
    if done.returncode:
        raise RuntimeError(f"{name} exported nothing:\n{done.stderr}")
    document = folder / f"{name}.json"
    document.write_text(done.stdout, encoding="utf-8")
    return document, done.stderr


def install_python(peer: Peer, home: Path) -> list[str]:
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    _run([sys.executable, "-m", "venv", str(home)])
    python = str(scripts / "python")
    _run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *peer.packages])
    return [python]


def _install_node(peer: Peer, home: Path) -> list[str]:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise CannotInstallError("node and npm are not installed")
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    quietly = ["--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    _run([npm, "install", *quietly, "--prefix", str(home), *peer.packages])
    return [node]


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONG)
    except subprocess.TimeoutExpired as error:
        raise CannotInstallError(f"{command[0]} did not end in {_LONG} s") from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise CannotInstallError(lines[-1] if lines else f"{command[0]} failed")


def main(folder: str, *names: str) -> None:
    """Export the documents of all peers, or of some."""
    place = Path(folder).resolve()
    place.mkdir(parents=True, exist_ok=True)
    for name in names or PEERS:
        try:
            print(export(name, place)[0])  # noqa: T201
        except CannotInstallError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
