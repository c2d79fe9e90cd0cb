"""The options of generated TypeScript."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULTS", "VALUES", "TypeOptions"]

#: The options by which a module has values, and not types alone.
VALUES = ("paths", "enums")


@dataclass(frozen=True, slots=True)
class TypeOptions:
    """The options of generated TypeScript.

    Attributes:
        sockets: each namespace has the type of its socket.
        paths: each namespace has its address as a constant, or a function that makes it.
        readonly: nobody may change what was received.
        enums: lists of texts, or of numbers, are objects with a constant for each.
        errors: an ack may be what the guard answers in its place.
    """

    sockets: bool = False
    paths: bool = False
    readonly: bool = False
    enums: bool = False
    errors: bool = False

    def arguments(self) -> list[str]:
        """How the command line says it."""
        names = ("sockets", "paths", "readonly", "enums", "errors")
        return [f"--{name}" for name in names if getattr(self, name)]


DEFAULTS = TypeOptions()
