"""The request that opens a connection, validated against the `ws` bindings of channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.violations import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asyncapi_guard.contract import Channel, TextSchema, WebSocketBinding

__all__ = ["HandshakeRequest", "HandshakeRule"]


class HandshakeRequest(NamedTuple):
    """The parts of an HTTP request that a contract can describe.

    Attributes:
        method: such as `GET`.
        query: the parameters of its URL, with all values of each.
        headers: by their names, as `header_key` has them.
    """

    method: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, Sequence[str]]


class HandshakeRule:
    """The requirements of a namespace's channels for its handshakes."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        found = (channel.websocket for channel in channels)
        self._bindings: tuple[WebSocketBinding, ...] = tuple(b for b in found if b is not None)

    def __bool__(self) -> bool:
        """Return whether the channels require anything."""
        return bool(self._bindings)

    def schemas(self, part: str) -> list[TextSchema]:
        """Return the schemas that must all match: for the `query`, or for the `headers`."""
        found = (getattr(binding, part) for binding in self._bindings)
        return [schema for schema in found if schema is not None]

    def problems(
        self, request: HandshakeRequest, *, include_values: bool
    ) -> tuple[tuple[Problem, ...], bool]:
        """Return the problems of a request, and whether there are more than listed."""
        found: dict[Problem, None] = {}
        truncated = False
        for binding in self._bindings:
            if binding.method is not None and request.method != binding.method:
                text = f"the request's method must be {binding.method}"
                found.setdefault(Problem("/method", "method", text))
            for name, schema, texts in _parts(binding, request):
                # Headers are where credentials are, whatever a document says of them.
                quotes = include_values and name != "headers"
                explained = schema.explain(texts, include_values=quotes)
                if explained is not None:
                    truncated = truncated or explained.truncated
                    below = (replace(p, path=f"/{name}{p.path}") for p in explained.problems)
                    found.update(dict.fromkeys(below))
        return tuple(found), truncated


def _parts(
    binding: WebSocketBinding, request: HandshakeRequest
) -> Iterator[tuple[str, TextSchema, Mapping[str, Sequence[str]]]]:
    if binding.query is not None:
        yield "query", binding.query, request.query
    if binding.headers is not None:
        yield "headers", binding.headers, request.headers
