"""The options of a mock, from a command or a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping

    from asyncapi_guard.mock.rules import Listed

__all__ = ["MockOptions"]


@dataclass(frozen=True, slots=True)
class MockOptions:
    """How a mock is to be.

    Attributes:
        scenario: the path of a scenario file, or its data; `None` for none.
        seed: of all values.
        delay: seconds before each ack.
        interval: the seconds after which each namespace gets its next event; `None` for never.
        on_connect: a client that connects gets one of each event that the server may send.
        credentials: those that are right; of a scheme without one, all that are well formed.
        origins: of pages that may connect besides the mock's own: `loopback`, `*`, or an origin.
        docs: the path of the console; `None` for none.
        perspective: the side that the document describes.
        server: the key of the document's server that the mock is.
        allow_http: hosts that references may lead to.
        root: the folder that references may not leave.

    Raises:
        TypeError: one of them is something else.
        ValueError: a number is out of its range.
    """

    scenario: str | os.PathLike[str] | Mapping[str, Any] | None = None
    seed: int = 0
    delay: float = 0
    interval: float | None = None
    on_connect: bool = False
    credentials: tuple[Listed, ...] = ()
    origins: tuple[str, ...] = ()
    docs: str | None = "/asyncapi"
    perspective: Literal["server", "client"] | None = None
    server: str | None = None
    allow_http: Collection[str] | bool = False
    root: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            raise TypeError(f"seed must be a whole number, not a {type(self.seed).__name__}")
        for name, least in (("delay", 0), ("interval", 1e-3)):
            value = getattr(self, name)
            if value is None and name == "interval":
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise TypeError(f"{name} must be a number of seconds, not a {type(value).__name__}")
            if not least <= value <= 86_400:
                raise ValueError(f"{name} must be from {least:g} to 86400 seconds, not {value:g}")
