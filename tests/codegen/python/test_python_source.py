"""Generated source is taken apart as Python reads it."""

from __future__ import annotations

from asyncapi_guard.codegen.python.python_source import names_used


def test_names_are_looked_for_until_all_are_found() -> None:
    """Of the known ones, as they are used; what is only text is no use."""
    blocks = ['"""Any of them."""', "x: Any = 1", "y = not Python, but never read: Any", "z: Other"]
    known = {"Any", "Other", "Nowhere"}
    assert names_used([*blocks[:2], *blocks[3:]], known) == {"Any", "Other"}
    assert names_used(blocks[:3], {"Any"}) == {"Any"}
    assert names_used(blocks, set()) == set()
