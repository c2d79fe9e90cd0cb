"""Two versions of a document, compared: what changes for those who follow the old one."""

from asyncapi_guard.compatibility.changes import Change, Direction, Level
from asyncapi_guard.compatibility.contracts import compare
from asyncapi_guard.compatibility.impact import Affected, Impact, impact_of

__all__ = ["Affected", "Change", "Direction", "Impact", "Level", "compare", "impact_of"]
