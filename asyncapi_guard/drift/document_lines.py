"""The lines of what a contract's locations name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Finding

if TYPE_CHECKING:
    from asyncapi_guard.errors import Severity
    from asyncapi_guard.spec.pointers import Path
    from asyncapi_guard.spec.references import Documents

__all__ = ["DocumentLines"]


class DocumentLines:
    """The lines of what a contract's locations name."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def finding(self, location: str, message: str, code: str, severity: Severity) -> Finding:
        """A finding at a location."""
        return replace(self._at(location), message=message, code=code, severity=severity)

    def name(self, location: str) -> str:
        """`file:line` of a location."""
        found = self._at(location)
        return f"{found.file}:{found.line}" if found.line else found.file

    def _at(self, location: str) -> Finding:
        for source in self._documents.sources():
            if location.startswith(f"{source.name}#"):
                path = _path(source.data, location.removeprefix(f"{source.name}#"))
                return source.finding(path, "")
        return Finding(location.partition("#")[0], 0, 0, "", "")


def _path(data: Any, pointer: str) -> Path:
    """The path that a pointer writes down."""
    path: list[str | int] = []
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        is_index = isinstance(data, list)
        path.append(int(key) if is_index else key)
        data = data[path[-1]]
    return tuple(path)
