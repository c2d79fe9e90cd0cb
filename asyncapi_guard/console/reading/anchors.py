"""Deep links that survive: a place's link depends on its own name alone, and not on its neighbors.

`/chat` and `post_message` give `chat-post_message`. After a namespace that has a hyphen there are
two: `/a-b` and `c` give `a-b--c`, because `a-b-c` is the event `b-c` of `/a`. Where characters have
to be left out, a short digest of the whole name stands at the end, so that two names never share a
link.
"""

from __future__ import annotations

import hashlib
import re

__all__ = ["Anchors", "event_anchor", "namespace_anchor", "schema_anchor", "unused_anchor"]

#: Letters and digits of any script, and what URLs have without escapes.
_UNFIT = re.compile(r"[^\w.]+")
#: What the page itself has, and the main namespace.
_TAKEN = frozenset(
    ("about", "filter", "keys", "main", "said", "schemas", "security", "side", "unused")
)
_LONGEST = 80


def namespace_anchor(namespace: str) -> str:
    """The link of a namespace: `chat` for `/chat`, `main-namespace` for `/`."""
    if namespace == "/":
        return "main-namespace"
    slug = _slug(namespace, namespace.removeprefix("/"))
    return slug if slug not in (*_TAKEN, "main-namespace", "schema") else _digested(slug, namespace)


def event_anchor(namespace: str, event: str, *, is_second: bool = False) -> str:
    """The link of an event: `chat-say`.

    Args:
        namespace: its address.
        event: its name.
        is_second: the server sends it, and clients send an event of the same name.
    """
    start = "main" if namespace == "/" else namespace_anchor(namespace)
    between = "--" if "-" in start else "-"
    return f"{start}{between}{_slug(event)}{'--sent' if is_second else ''}"


def schema_anchor(name: str) -> str:
    """The link of a schema: `schema-Message`."""
    return f"schema-{_slug(name)}"


def unused_anchor(id: str) -> str:
    """The link of a message that no operation has: `unused-Farewell`."""
    return f"unused-{_slug(id)}"


class Anchors:
    """Links that are given once."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def take(self, wanted: str, whole: str) -> str:
        """A link; one with a digest if something else has it.

        Args:
            wanted: the link as it should be.
            whole: what it stands for, which nothing else is.
        """
        anchor = wanted
        if self._given.setdefault(anchor, whole) != whole or anchor in _TAKEN:
            anchor = _digested(wanted, whole)
            self._given[anchor] = whole
        return anchor


def _slug(name: str, shown: str | None = None) -> str:
    text = _UNFIT.sub("-", name if shown is None else shown).strip("-")[:_LONGEST]
    return text if text == (name if shown is None else shown) else _digested(text, name)


def _digested(text: str, whole: str) -> str:
    digest = hashlib.blake2s(whole.encode(), digest_size=4).hexdigest()
    return f"{text}-{digest}".lstrip("-")
