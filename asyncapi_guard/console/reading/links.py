"""Links to elsewhere that a document has: only those that are safe to press become links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["DocsLink", "external_docs", "safe_url"]

_SAFE = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocsLink:
    """A link to elsewhere.

    Attributes:
        text: what it is about.
        url: empty for one that is not safe to press.
    """

    text: str
    url: str


def safe_url(url: Any) -> str:
    """A URL that may be pressed; empty for any other."""
    return url if isinstance(url, str) and _SAFE.fullmatch(url) else ""


def external_docs(metas: Iterable[Mapping[str, Any]]) -> tuple[DocsLink, ...]:
    """The external documentation of some objects, each once."""
    found: dict[DocsLink, None] = {}
    for meta in metas:
        docs = meta.get("externalDocs")
        if isinstance(docs, dict) and isinstance(docs.get("url"), str):
            url, text = docs["url"], docs.get("description")
            shown = " ".join(text.split()) if isinstance(text, str) and text.strip() else url
            found.setdefault(DocsLink(shown, safe_url(url)))
    return tuple(found)
