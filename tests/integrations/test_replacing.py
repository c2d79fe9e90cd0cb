"""What is replaced is put back, and what somebody else has put there meanwhile stays."""

from __future__ import annotations

from asyncapi_guard.integrations.replacing import Replacements


def test_an_item_is_put_back_unless_it_is_another_by_then() -> None:
    """Of a dictionary, such as engine.io's handlers."""
    items = {"ours": 1, "theirs": 2}
    made = Replacements()
    made.replace_item(items, "ours", "a")
    made.replace_item(items, "theirs", "b")
    assert items == {"ours": "a", "theirs": "b"}
    items["theirs"] = 3
    made.put_back()
    assert items == {"ours": 1, "theirs": 3}
