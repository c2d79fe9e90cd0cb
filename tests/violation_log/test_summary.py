"""What lines add up to."""

from __future__ import annotations

import io
from typing import Any

import pytest
from made_lines import at, client, counters, dropped, head, problem, violation

from asyncapi_guard.violation_log import summary as module
from asyncapi_guard.violation_log.distinct import Distinct
from asyncapi_guard.violation_log.reading import LogReader
from asyncapi_guard.violation_log.summary import OTHER, Summary


def summed(*lines: bytes, **options: Any) -> Summary:
    summary = Summary(**options)
    summary.add(LogReader().read(io.BytesIO(b"".join(lines))))
    return summary


def test_violations_of_one_kind_are_one_group() -> None:
    """How often, by how many, since when; the example is that of the last one."""
    lines = [
        violation(20, client=client(1), problems=[problem("/last")]),
        violation(10, client=client(2), outcome="rejected"),
        violation(0, client=client(1)),
    ]
    for order in (lines, lines[::-1]):
        (group,) = summed(*order).groups
        assert (group.count, group.rejected, group.reported) == (3, 1, 2)
        assert (group.first, group.last) == (at(0), at(20))
        assert (group.clients.number, group.clients.exact) == (2, True)
        assert group.example.path == "/last"


@pytest.mark.parametrize(
    "other",
    [
        {"event": "shout"},
        {"channel": "/other"},
        {"checkpoint": "send_ack"},
        {"side": "client"},
        {"code": "undeclared_event"},
        {"problems": [problem(keyword="minLength")]},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_kinds_are_other_groups(other: dict[str, Any]) -> None:
    assert len(summed(violation(), violation(**other)).groups) == 2


@pytest.mark.parametrize(
    "same",
    [
        {"namespace": "/chat/7"},
        {"contract": "c2"},
        {"problems": [problem("/items/7/text", place="asyncapi.yml:12:20")]},
    ],
    ids=lambda same: next(iter(same)),
)
def test_what_clients_choose_makes_no_groups(same: dict[str, Any]) -> None:
    """Rooms of one channel are one kind, and so are the items of a list."""
    assert len(summed(violation(), violation(**same)).groups) == 1


def test_each_problem_counts_for_its_place() -> None:
    """A violation with two problems is one violation, of two kinds."""
    found = summed(violation(problems=[problem(), problem(keyword="minLength")]))
    assert (found.violations, [each.count for each in found.groups]) == (1, [1, 1])


def test_groups_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that clients invent share one group in the end; none is lost."""
    monkeypatch.setattr(module, "_MOST_GROUPS", 3)
    found = summed(*(violation(event=f"e{index}") for index in range(9)))
    assert len(found.groups) == 4
    assert (found.groups[0].kind.event, found.groups[0].count) == (OTHER, 6)
    assert found.violations == 9


def test_operations_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of contracts, of counters and of violations alike."""
    monkeypatch.setattr(module, "_MOST_OPERATIONS", 3)
    many = [counters(**{f"o{index}": ("report", 1, 0, 0)}) for index in range(9)]
    lines = [violation(operations=[f"o{index}"]) for index in range(9)]
    found = summed(*many, *lines)
    assert len(found.operations()) == len(found._last_violations) == 3


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([counters(onSay=("report", 5, 0, 0))], True),
        ([counters(onSay=("report", 0, 0, 0))], False),
        ([counters(onSay=("enforce", 5, 0, 0))], False),
        ([counters(onSay=("report", 5, 0, 1))], False),
        ([counters(onSay=("report", 5, 0, 0)), violation()], False),
        ([counters(onSay=("report", 5, 0, 0)), violation(operations=["onMove"])], True),
        ([counters(0, onSay=("enforce", 5, 9, 0)), counters(onSay=("report", 5, 0, 0))], False),
    ],
    ids=["clean", "unseen", "enforced", "counted", "written", "another's", "before"],
)
def test_what_can_be_enforced(lines: list[bytes], expected: bool) -> None:
    """Operations in report mode that were seen, and of which nothing broke the contract."""
    for order in (lines, lines[::-1]):
        (say,) = (each for each in summed(*order).operations() if each.operation == "onSay")
        assert say.can_be_enforced is expected


def test_counters_add_up_over_processes_and_time() -> None:
    """And are those of the contract that is in force, of each document."""
    found = summed(
        counters(60, "old", onSay=("report", 100, 0, 50)),
        counters(120, onSay=("report", 5, 0, 0)),
        counters(180, onSay=("report", 2, 0, 0)),
        counters(90, "shop", "Shop", onBuy=("report", 1, 0, 0)),
    )
    buy, say = sorted(found.operations(), key=lambda each: each.operation)
    assert (say.seen, say.since, say.until) == (7, at(60), at(180))
    assert (buy.seen, found.earlier_contracts) == (1, 1)


def test_what_was_before_is_left_out() -> None:
    """But for who wrote the lines."""
    found = summed(head(), violation(0), dropped(3), violation(10), since=at(5))
    assert (found.violations, found.dropped, found.first, found.processes) == (1, 0, at(10), 1)


def test_salts_and_drops_are_known() -> None:
    found = summed(head(), head("1" * 8, 8), head(), dropped(3), dropped(4))
    assert (found.processes, len(found.salts), found.dropped) == (2, 2, 7)


@pytest.mark.parametrize(
    ("number", "off"), [(0, 0), (64, 0), (65, 3), (5_000, 350), (60_000, 4_200)]
)
def test_distinct_numbers(number: int, off: int) -> None:
    """Exact for few, within a few percent for many, however often each comes."""
    found = Distinct()
    for index in range(number):
        found.add(client(index))
        found.add(client(index // 2))
    assert abs(found.number - number) <= off
    assert found.exact is (number <= 64)


def test_distinct_numbers_add_up() -> None:
    """Few and few, few and many, many and many."""
    parts = [range(40), range(20, 50), range(30, 2_000), range(1_000, 4_000)]
    whole = Distinct()
    for part in parts:
        one = Distinct()
        for index in part:
            one.add(client(index))
        whole.add_all(one)
    assert abs(whole.number - 4_000) <= 300


def test_what_is_no_hash_is_not_counted() -> None:
    """Whoever can write to a file can write anything."""
    found = Distinct()
    for index in range(100):
        found.add(client(index))
        found.add("no hexadecimal!!")
    assert abs(found.number - 100) <= 5
