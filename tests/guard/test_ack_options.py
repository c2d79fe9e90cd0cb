"""Whether an ack is asked for, judged with the event; and what nobody looks at."""

from __future__ import annotations

from typing import Any

import pytest

from asyncapi_guard import Guard, Policy, load
from asyncapi_guard.guard.ack_options import judge_asking, judge_overdue, timeout_of

TIMED = {"args": True, "required": True, "timeout": 2}


def rule_of(ack: Any, sent: bool = False, **policy: Any) -> Any:
    """The rule of an event whose payload is a text."""
    message = {"payload": {"type": "string"}, "x-ack": ack}
    here = {"action": "send" if sent else "receive", "channel": {"$ref": "#/channels/c"}}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"say": message}}},
        "operations": {"o": here},
    }
    guard = Guard(load(document), Policy(**policy))
    return (guard.rule_of_sent if sent else guard.rule_of_received)("/", "say")


@pytest.mark.parametrize(
    ("ack", "asked", "fault"),
    [
        (TIMED, True, None),
        (TIMED, False, "/required"),
        (False, False, None),
        (False, True, ""),
        (True, True, None),
        (True, False, None),
    ],
    ids=str,
)
@pytest.mark.parametrize("sent", [False, True])
def test_an_ack_is_asked_for_as_the_contract_says(
    ack: Any, asked: bool, fault: str | None, sent: bool
) -> None:
    """Or ruled out; who asks is told apart in the words."""
    rule = rule_of(ack, sent)
    verdict = judge_asking(rule, "/", rule.judge("/", ("text",)), asked=asked)
    assert (verdict.violation is not None) is (fault is not None)
    if verdict.violation is not None:
        assert verdict.rejected
        assert ("emit" in verdict.violation.problems[0].message) is sent
        assert verdict.violation.problems[0].schema.endswith(f"/x-ack{fault}")


@pytest.mark.parametrize("ack", [TIMED, False], ids=str)
def test_what_is_wrong_with_the_arguments_comes_first(ack: Any) -> None:
    """One violation is told of each event."""
    rule = rule_of(ack)
    wrong = rule.judge("/", (5,))
    for asked in (False, True):
        assert judge_asking(rule, "/", wrong, asked=asked) is wrong


def test_a_time_counts_where_the_ack_is_looked_at() -> None:
    """And where there is one."""
    for policy, seconds in (({}, 2), ({"mode": "report"}, 2), ({"mode": "off"}, None)):
        rule = rule_of(TIMED, **policy)
        message = rule.offers[0].message
        assert timeout_of(rule, message) == seconds
    assert timeout_of(rule_of(TIMED), None) is None
    plain = rule_of(True)
    assert timeout_of(plain, plain.offers[0].message) is None
    assert judge_overdue(plain, "/", plain.offers[0].message).violation is None
