"""Two versions of a document, compared: what changes for those who follow the old one."""

from asyncapi_guard.compatibility.changes import Change, Direction, Level
from asyncapi_guard.compatibility.contracts import compare

__all__ = ["Change", "Direction", "Level", "compare"]
