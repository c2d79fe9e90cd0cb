"""Which paths are the console's."""

from __future__ import annotations

import posixpath
import unicodedata
from typing import Any

__all__ = ["below", "check_root", "path_of_socketio"]

_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
#: Documents are also beside the console, as `/asyncapi.yml` is beside `/asyncapi`.
_BESIDE = (".yml", ".json")


def below(root: str, path: str) -> str | None:
    """A path below the console's root; `None` if it is another application's.

    Args:
        root: such as `/asyncapi`; empty for all paths.
        path: of the request, decoded.
    """
    if path == root:
        return ""
    if path.startswith(f"{root}/"):
        return path[len(root) :]
    beside = path[len(root) :] if root and path.startswith(root) else ""
    return f"/asyncapi{beside}" if beside in _BESIDE else None


def path_of_socketio(app: Any, root: str, mount: str = "") -> str:
    """Where the Socket.IO of an application is, relative to the console's root.

    Args:
        app: a `socketio.WSGIApp` or a `socketio.ASGIApp`; of any other, it is at `/socket.io/`.
        root: of the console.
        mount: where the application is mounted, if its own path has that before it.
    """
    path = getattr(app, "engineio_path", None)
    path = f"/{path.strip('/')}" if isinstance(path, str) else "/socket.io"
    if mount and path.startswith(f"{mount.rstrip('/')}/"):
        path = path[len(mount.rstrip("/")) :]
    return f"{posixpath.relpath(path, root or '/')}/"


def check_root(root: object) -> str:
    """The path of a console's root, as an application passes it; a slash at its end is left out.

    Raises:
        TypeError: it is not a text.
        ValueError: it is not such a path.
    """
    if not isinstance(root, str):
        raise TypeError(f"docs takes a path, such as '/asyncapi', not a {type(root).__name__}")
    if root == "/":
        raise ValueError("docs must be a path below '/', such as '/asyncapi': '/' is all others")
    # As browsers send what people type.
    path = unicodedata.normalize("NFC", root.removesuffix("/"))
    first, *parts = path.split("/")
    if first or not parts or not all(part.strip(".") and _is_legal(part) for part in parts):
        raise ValueError(
            "docs must be a path, such as '/asyncapi', of letters, digits, '-', '.', '_' and '~', "
            f"not {root!r}"
        )
    return path


def _is_legal(part: str) -> bool:
    return all(each in _ALLOWED or (not each.isascii() and each.isalnum()) for each in part)
