"""Hosts that speak MessagePack to their clients, and JSON to one another by the message queue."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import msgpack
import pytest
import test_queue
from test_msgpack_traffic import CALLS, event
from test_queue import BAD_EVENTS, GOOD, answer_with, clustered, settle

from asyncapi_guard import AckValidationError, EmitValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

redis_url = test_queue.redis_url
hosts, outside = test_queue.hosts, test_queue.outside


@pytest.fixture(scope="module")
def cluster(redis_url: str, contract: Any, module_net: Any) -> Iterator[Any]:
    """Two hosts and an outside publisher, all of which hear one another."""
    yield from clustered(redis_url, contract, module_net, "msgpack")


def test_good_events_reach_every_client(cluster: Any, hosts: Any, outside: Any) -> None:
    """Of another process, and of one of the hosts."""
    for emit in (outside.emit, hosts[0].server.emit):
        emit("moved", GOOD)
        emit("spread", (1, "a"))
        emit("file", {"data": b"\x00\xff"})
        expected = [("moved", [GOOD]), ("spread", [1, "a"]), ("file", [{"data": b"\x00\xff"}])]
        assert settle(cluster) == [expected, expected]


@pytest.mark.parametrize("row", BAD_EVENTS, ids=str)
def test_bad_events_of_another_process_reach_nobody(
    row: str, cluster: Any, hosts: Any, outside: Any
) -> None:
    """Each host rejects for its own clients, and has it on record."""
    name, data, namespace = BAD_EVENTS[row]
    outside.emit(name, data, namespace=namespace)
    assert settle(cluster) == [[], []]
    for host in hosts:
        violation = host.violations.get(timeout=120)
        assert (violation.checkpoint, violation.event) == ("queue_event", name)


@pytest.mark.parametrize("value", [{1: 2}, 2**64, msgpack.ExtType(5, b""), float("nan")], ids=repr)
def test_what_no_contract_speaks_of_raises_where_it_was_emitted(
    value: Any, cluster: Any, hosts: Any
) -> None:
    """And is not published."""
    with pytest.raises(EmitValidationError):
        hosts[0].server.emit("bag_sent", {"k": value})
    assert settle(cluster) == [[], []]


@pytest.mark.parametrize("of", [0, 1], ids=["own client", "another host's client"])
@pytest.mark.parametrize("row", CALLS, ids=str)
def test_only_an_ack_that_keeps_the_contract_ends_a_call(
    row: str, of: int, cluster: Any, hosts: Any
) -> None:
    """Wherever the client is; and the hosts go on hearing each other."""
    frames, called = CALLS[row]
    answer_with(hosts[of], frames)
    if called:
        got = hosts[0].server.call("question", "q", to=hosts[of].sid, timeout=120)
        assert got == called[0][0]
    else:
        with pytest.raises(AckValidationError):
            hosts[0].server.call("question", "q", to=hosts[of].sid, timeout=120)
    hosts[0].server.emit("moved", GOOD)
    assert settle(cluster) == [[("moved", [GOOD])]] * 2


def test_an_ack_with_bytes_for_another_host_is_rejected(cluster: Any, hosts: Any) -> None:
    """The queue cannot carry them."""
    done = answer_with(hosts[1], [lambda number: event(b"x", type=3, id=number)[0]])
    got: queue.Queue[Any] = queue.Queue()
    hosts[0].server.emit("question", "q", to=hosts[1].sid, callback=got.put)
    assert done.wait(120)
    assert hosts[1].violations.get(timeout=120).checkpoint == "receive_ack"
    assert settle(cluster) == [[], []]
    assert got.empty()
