"""What a browser would make of a page, as far as tests need it."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

#: Elements that have no end.
EMPTY = {"meta", "link", "img", "input", "br", "hr"}


class PageReader(HTMLParser):
    """Reads a page: its elements with their attributes, and its text.

    Attributes:
        elements: names with attributes, in order.
        text: all that is shown.
        faults: elements that are not closed, or closed twice.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self._text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += self._open

    @property
    def text(self) -> str:
        return "".join(self._text)

    def ids(self) -> Counter[str]:
        return Counter(a["id"] for _, a in self.elements if a.get("id"))

    def links(self) -> list[str]:
        return [a["href"] or "" for name, a in self.elements if name == "a" and "href" in a]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.faults.append(f"/{tag}")

    def handle_data(self, data):
        self._text.append(data)
