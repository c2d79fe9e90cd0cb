"""The page of the game: its files, and the headers of every answer. No server of any kind."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

HERE = Path(__file__).resolve().parent

#: What each path gives: the file's name, and its type. Types are written out because browsers
#: reject scripts and styles of another one, and what the system's own table says of .js differs
#: from one machine to the next.
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/static/app.js": ("app.js", "text/javascript; charset=utf-8"),
    "/static/contract.js": ("contract.js", "text/javascript; charset=utf-8"),
    "/static/faults.js": ("faults.js", "text/javascript; charset=utf-8"),
    "/static/game.js": ("game.js", "text/javascript; charset=utf-8"),
    "/static/wire.js": ("wire.js", "text/javascript; charset=utf-8"),
    "/static/style.css": ("style.css", "text/css; charset=utf-8"),
    "/static/socketio.js": ("", "text/javascript; charset=utf-8"),
}
PLAIN_HOST = re.compile(r"([\w.-]+|\[[\da-f:]+\])(:\d+)?", re.ASCII | re.IGNORECASE)


def contract_file() -> Path:
    """The contract: inside an installed package, else where the repository keeps it."""
    packaged = HERE / "specs" / "tictactoe.yml"
    return packaged if packaged.is_file() else HERE.parents[1] / "specs" / "tictactoe.yml"


def read_file(path: str) -> bytes:
    """What is at a path of `FILES`; the client for browsers is a part of `asyncapi_guard`."""
    name, _ = FILES[path]
    if name:
        return (HERE / "static" / name).read_bytes()
    return (files("asyncapi_guard") / "console" / "static" / "socketio.js").read_bytes()


def security_headers(scheme: str, host: str) -> list[tuple[str, str]]:
    """The headers that every answer has.

    Args:
        scheme: of the request, `http` or `https`.
        host: the request's `Host`, which is the client's text.
    """
    return [
        ("Content-Security-Policy", content_security_policy(scheme, host)),
        ("X-Content-Type-Options", "nosniff"),
    ]


def content_security_policy(scheme: str, host: str) -> str:
    """Only this server's own files, and a WebSocket to nowhere else."""
    # A semicolon in the host would begin a directive of its own. It is named at all because to some
    # browsers 'self' does not include WebSockets.
    websocket = "wss" if scheme in ("https", "wss") else "ws"
    socket = f" {websocket}://{host}" if PLAIN_HOST.fullmatch(host) else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'{socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
