"""Counts by the day, the version, the event and its message; and what they cost at most."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from asyncapi_guard import load
from asyncapi_guard.usage.adding import Sum, add_up
from asyncapi_guard.usage.client_versions import OTHERS, UNKNOWN, Label, Labels
from asyncapi_guard.usage.counting import Counter, Subject
from asyncapi_guard.usage.lines import VERSION, DroppedLine, PlaceCount, UseLine, encode

ONE = Label("version", "1")


def subject(payload: Any = None) -> Subject:
    contract = load(
        {
            "asyncapi": "3.1.0",
            "info": {"title": "Words", "version": "1"},
            "channels": {"c": {"address": "/", "messages": {"say": {"payload": payload or {}}}}},
            "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
        }
    )
    (message,) = contract.operations["o"].messages
    return Subject("/", "say", "client", "event", "say", [message.payload])


class Clock:
    """A time that stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_days_are_apart() -> None:
    """What began on one day is written as of that day."""
    clock = Clock()
    counter, say = Counter(clock), subject()
    for clock.now in (86_399, 86_400, 86_401):
        counter.count(ONE, say, ["x"], asked=True)
    found = [(line.day, line.count, line.looked, line.asked) for line in counter.take()]
    assert found == [(date(1970, 1, 1), 1, 1, 1), (date(1970, 1, 2), 2, 2, 2)]
    assert counter.take() == []


def test_only_so_much_is_looked_at_in_a_second() -> None:
    """The first values always; what comes is counted all the same, and the next second is new."""
    clock = Clock()
    counter, say = Counter(clock), subject({"type": "array", "items": {}})
    for _ in range(3_000):
        counter.count(ONE, say, [[1] * 9])
    other = Label("version", "2")
    counter.count(other, say, [[]])
    clock.now = 1
    counter.count(ONE, say, [[1]])
    lines = {line.client: line for line in counter.take()}
    assert (lines["1"].count, lines["1"].looked) == (3_001, 1_001)
    assert (lines["2"].count, lines["2"].looked) == (1, 1)


def test_threads_lose_nothing() -> None:
    """Eight of them count the same."""
    counter, say = Counter(), subject({"type": "object", "properties": {"x": {"enum": [1]}}})

    def count() -> None:
        for _ in range(500):
            counter.count(ONE, say, [{"x": 1}], times=2)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = counter.take()
    assert sum(line.count for line in lines) == 8_000
    sum_of = Sum()
    for line in lines:
        sum_of.add(line)
    (line, *_) = sum_of.by_key.values()
    assert line.places["/x"].members == {"1": line.looked}


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("1.4", Label("version", "1.4")),
        (14, Label("version", "14")),
        (1.5, Label("version", "1.5")),
        ("  ", UNKNOWN),
        (None, UNKNOWN),
        (True, UNKNOWN),
        (["1"], UNKNOWN),
        ("1" * 1_000, Label("version", "1" * 40)),
        ("1\x00\ud800\u202e<2>", Label("version", "12")),
        (10**400, UNKNOWN),
    ],
)
def test_a_label_is_clean(said: Any, label: Label) -> None:
    """Whatever a client says."""
    found = Labels().of(said)
    assert found == label or (label is UNKNOWN and len(found.text or "") <= 40)
    encode(_line(found.text or "", date(2026, 1, 1)))


def test_versions_are_bounded() -> None:
    """The rest has one label."""
    labels = Labels(most=2)
    found = [labels.of(each) for each in ("1", "2", "3", "1", "4")]
    assert [each.text for each in found] == ["1", "2", None, "1", None]
    assert found[2] is OTHERS


# -- adding up -------------------------------------------------------------------------------------


def _line(client: str, day: date, count: int = 1) -> UseLine:
    place = PlaceCount(
        types={"string": count},
        members={'"a"': count},
        others=count,
        lengths={"1": count},
        sizes={"0": count},
        unknown=count,
        fits={"/oneOf/0": count},
    )
    places = {"": place}
    about = ("/", "say", "client", "event", "say")
    return UseLine(VERSION, day, client, "version", *about, count, count, count, count, places)


def test_lines_add_up() -> None:
    """Numbers do, all of them; what is no line is left out."""
    days = date(2026, 1, 1), date(2026, 1, 2)
    lines = [encode(_line(c, d)) for c in "12" for d in days for _ in range(3)]
    found = add_up([b"{", *lines, b"", b'{"type":"usage"}'], 1 << 20)
    assert [each + b"\n" for each in found] == [encode(_line(c, d, 3)) for c in "12" for d in days]


def test_the_first_days_go() -> None:
    """Where lines have more bytes than they may; of the last day, what is used least."""
    lines = [encode(_line("1", date(2026, 1, day))) for day in range(1, 11)]
    found = add_up(lines, 3 * len(lines[0]) + 100)
    assert found == [
        encode(DroppedLine(VERSION, date(2026, 1, 7)))[:-1],
        *(x[:-1] for x in lines[7:]),
    ]
    same = [encode(_line(str(n), date(2026, 1, 1), n)) for n in range(1, 11)]
    found = add_up(same, 4 * len(same[0]))
    assert found[0] == encode(DroppedLine(VERSION, date(2026, 1, 1)))[:-1]
    assert found[-1] == same[-1][:-1]
