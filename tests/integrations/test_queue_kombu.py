"""What kombu cannot decode, or decodes into what JSON does not have; in memory."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from queue_managers import KombuManager, Place, publish
from queue_traffic import MARK, emit

from asyncapi_guard.integrations.replacing import Replacements
from asyncapi_guard.integrations.wire.undecoded import tell_of_undecoded

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = {"content_type": "application/json", "content_encoding": "utf-8"}
modes = pytest.mark.parametrize("mode", ["enforce", "report", "off"])


@pytest.fixture
def place(net: Any, skip_or_fail: Any) -> Callable[..., Place]:
    """Makes guarded servers with kombu."""
    try:
        import kombu  # noqa: F401  # to see whether it is there
    except ImportError:
        skip_or_fail("kombu is not installed")
    return lambda **options: Place(net, "kombu", **options)


def put_as(at: Place, raw: bytes, options: dict[str, Any]) -> None:
    """Publish a message, and say what it is."""
    with at.manager._connection() as connection:
        publish(connection, at.manager._exchange(), raw, **options)


@modes
def test_what_cannot_be_decoded_costs_nothing(mode: str, place: Any) -> None:
    """In no mode: python-socketio would connect again, and lose the events that come before."""
    at = place(mode=mode)
    before = sum(each.seen for each in at.guard.statistics())
    for number in range(5):
        put_as(at, b"{", JSON)
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(5)]
    expected = {"enforce": [True] * 5, "report": [False] * 5, "off": []}[mode]
    assert [violation.rejected for violation in at.violations] == expected
    assert sum(each.seen for each in at.guard.statistics()) - before == 5 + 6


def test_a_listener_from_before_connects_again_once(place: Any) -> None:
    """The connection that it has then is a guarded one."""
    at = place(late=True)
    put_as(at, b"{", JSON)
    at.hear()
    at.violations.clear()
    for number in range(5):
        put_as(at, b"{", JSON)
        at.put(emit("plain", str(number)))
    assert at.settle() == [f'2["plain","{n}"]' for n in range(5)]
    assert len(at.violations) == 5


@pytest.mark.parametrize("kind", ["datetime", "bytes", "decimal"])
def test_what_kombu_revives_is_rejected(kind: str, place: Any) -> None:
    """It has no form in JSON, and a packet could not carry it."""
    at, values = place(), {"datetime": "2026-01-01T00:00:00", "decimal": "1.5"}
    value = {"__type__": kind, "__value__": values.get(kind, MARK)}
    put_as(at, json.dumps(emit("bag_sent", {"k": value})).encode(), JSON)
    assert at.settle() == []
    assert [violation.event for violation in at.violations] == ["bag_sent"]


@pytest.mark.parametrize("kind", ["another", "the same again"])
def test_a_connection_of_ones_own(kind: str, place: Any) -> None:
    """A manager may give one that it has given before, or that is not kombu's."""
    connection = place().manager.publisher_connection if kind != "another" else SimpleNamespace()
    manager = KombuManager.__new__(KombuManager)
    manager._connection = lambda: connection
    tell_of_undecoded(manager, Replacements().replace, [].append)
    made = [manager._connection() for _ in range(3)]
    assert all(each is connection for each in made)
    depth, method = 0, getattr(connection, "SimpleQueue", None)
    while (method := getattr(method, "__wrapped__", None)) is not None:
        depth += 1
    assert depth == (0 if kind == "another" else 1)
