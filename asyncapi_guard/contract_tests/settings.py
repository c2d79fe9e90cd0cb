"""The settings of a run: what to test, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asyncapi_guard.contract_tests.failures import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["NotInDocument", "NotLoopback", "Settings", "is_loopback"]

#: The names that are this machine, whatever else it is called.
_LOOPBACK = ("localhost", "0.0.0.0")  # noqa: S104  # a name to compare with


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


class NotLoopback(ValueError):
    """The server is not on this machine, and nobody said whose it is."""


class NotInDocument(ValueError):
    """The settings name a namespace or an event that the document does not have."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run: what to test, and for how long.

    Attributes:
        url: of the server, e.g. `http://localhost:5000`. A path in it is Engine.IO's path; without
            one, that is `/socket.io/`.
        auth: the `auth` value with which clients connect; `None` for none. A tuple has one for each
            client, in turn.
        headers: of the request with which clients connect.
        query: parameters of its URL.
        cookies: of that request.
        namespaces: only those; empty for all that the document has.
        events: only those; empty for all.
        seed: of all that is drawn.
        max_examples: how many values the phase `random` draws for each event.
        time: how many seconds the whole run takes at most.
        phases: the parts of the run.
        workers: how many connections test single events at the same time.
        max_failures: the run ends when it has found so many; `None` for no end.
        rejected_when: whether an ack (the tuple of its values) rejects the event. Answers of the
            guard's own form, and those that the document declares for errors, do so anyway.
        own_this_server: the server may be on another machine.
        transport_fails: failures of the group `transport` are failures, not warnings.
        ack_timeout: for how many seconds an ack is awaited where the document says nothing.

    Raises:
        NotLoopback: the server is on another machine, and `own_this_server` is false.
        ValueError: a number makes no sense, or the URL is none.
    """

    url: str
    auth: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=_no_texts, repr=False)
    query: Mapping[str, str] = field(default_factory=_no_texts, repr=False)
    cookies: Mapping[str, str] = field(default_factory=_no_texts, repr=False)
    namespaces: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    seed: int = 0
    max_examples: int = 50
    time: float = 45.0
    phases: tuple[Phase, ...] = tuple(Phase)
    workers: int = 2
    max_failures: int | None = None
    rejected_when: Callable[[tuple[Any, ...]], bool] | None = None
    own_this_server: bool = False
    transport_fails: bool = False
    ack_timeout: float = 3.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
            raise ValueError(f"url must be a URL such as 'http://localhost:5000', not {self.url!r}")
        if not self.own_this_server and not is_loopback(parts.hostname):
            raise NotLoopback(
                f"{parts.hostname} is not this machine. The tests send invalid and hostile traffic;"
                " run them against a server that is yours, and say so (own_this_server)"
            )
        for name in ("time", "ack_timeout"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0 seconds")
        for name in ("workers", "max_examples"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.max_failures is not None and self.max_failures < 1:
            raise ValueError("max_failures must be at least 1")

    @property
    def has_credentials(self) -> bool:
        """Whether clients show who they are."""
        return self.auth is not None or bool(self.headers or self.query or self.cookies)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address."""
    if host in _LOOPBACK or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
