"""Trees can be made whenever the garbage collector runs."""

from __future__ import annotations

import ast
import gc

SOURCE = "f(a, b)[c] + d.e(1, 2, [3, 4, {5: 6}])\n" * 50


class _Parsing:
    """A cycle that makes a tree when it is collected."""

    def __init__(self) -> None:
        self.myself = self

    def __del__(self) -> None:
        ast.parse("a + b")


def test_what_is_collected_may_make_a_tree() -> None:
    """And that disturbs no tree that is being made; the collector runs as before."""
    thresholds = gc.get_threshold()
    gc.collect()
    gc.set_threshold(5, 1, 1)
    try:
        for _ in range(50):
            _Parsing()
            assert len(ast.parse(SOURCE).body) == 50
    finally:
        gc.set_threshold(*thresholds)
    assert gc.isenabled()
