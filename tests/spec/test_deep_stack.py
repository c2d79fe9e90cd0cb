"""Room on Python's stack, for those who need it, and no longer than they do."""

from __future__ import annotations

import sys

import pytest

from asyncapi_guard.spec.deep_stack import with_room


def depth(count: int) -> int:
    return depth(count - 1) + 1 if count else 0


def test_what_does_not_fit_is_tried_again_with_more_room() -> None:
    before = sys.getrecursionlimit()
    calls: list[int] = []

    def make() -> int:
        calls.append(sys.getrecursionlimit())
        return depth(before + 500)

    assert with_room(make) == before + 500
    assert calls[0] == before < calls[1]
    assert sys.getrecursionlimit() == before


def test_what_fits_is_called_once() -> None:
    calls: list[int] = []
    assert with_room(lambda: calls.append(1)) is None
    assert calls == [1]


def test_what_never_ends_is_an_error_and_the_limit_is_as_before() -> None:
    before = sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        with_room(lambda: depth(-1))
    assert sys.getrecursionlimit() == before


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)
