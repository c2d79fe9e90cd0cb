"""What the rules of style take: the cases of names, by what has them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from asyncapi_guard.lint.cases import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["StyleOptions"]


@dataclass(frozen=True, slots=True)
class StyleOptions:
    """The cases of names. Where there are several, a name may be in any of them.

    Attributes:
        events: Socket.IO events: each part between `:`, `.` and `/`.
        namespaces: addresses of channels: each part between `/`, `:` and `.`, but for `{names}`.
        channels: keys of channels.
        operations: keys of operations.
        schemas: keys of schemas among the components.
        properties: properties of schemas, but for headers.
        parameters: parameters of addresses.
    """

    events: tuple[str, ...] = ("snake_case",)
    namespaces: tuple[str, ...] = ("kebab-case",)
    channels: tuple[str, ...] = ("camelCase",)
    operations: tuple[str, ...] = ("camelCase",)
    schemas: tuple[str, ...] = ("PascalCase",)
    properties: tuple[str, ...] = ("camelCase",)
    parameters: tuple[str, ...] = ("camelCase",)

    def __post_init__(self) -> None:
        for name, cases in self.items():
            object.__setattr__(self, name, tuple(cases))
            for case in cases:
                if case not in CASES:
                    raise ValueError(f"{name}: {case!r} is not one of {', '.join(CASES)}")

    def items(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The cases, by what has them."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)
