"""A document as the other side sees it."""

from __future__ import annotations

from typing import Any

from asyncapi_guard.contract import Action

__all__ = ["mirror"]


def mirror(data: dict[str, Any]) -> None:
    """Let a document describe the other side: what one of them sends, the other receives.

    Args:
        data: the document, in one piece; it is changed.
    """
    shelf = data.get("components", {}).get("operations", {})
    operations = [*data.get("operations", {}).values(), *shelf.values()]
    for each in {id(each): each for each in operations if "action" in each}.values():
        each["action"] = str(Action(each["action"]).mirrored)
