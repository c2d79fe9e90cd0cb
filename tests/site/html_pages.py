"""The built site, as tests read it: links, anchors, and what a page loads."""

from __future__ import annotations

import functools
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HtmlPage", "broken_links", "pages"]

#: Elements that load what their attribute names.
_LOADS = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "object": "data",
    "script": "src",
    "source": "src",
    "video": "src",
}
#: Links that browsers don't load.
_NOT_LOADED = {"author", "canonical", "index", "next", "prev", "search", "top"}


class HtmlPage(HTMLParser):
    """A page.

    Attributes:
        path: the file.
        text: its HTML.
        links: where its links lead.
        loaded: what a browser loads for it.
        anchors: its ids.
        refresh: where it sends browsers to; empty for nowhere.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.refresh = ""
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag has."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "name" in given:
            self.anchors.add(given["name"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") not in _NOT_LOADED:
            self.loaded.append(given.get("href", ""))
        if tag in _LOADS and given.get(_LOADS[tag]):
            self.loaded.append(given[_LOADS[tag]])
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.refresh = given["content"].partition("url=")[2].strip("'\"")


@functools.cache
def _page(path: Path) -> HtmlPage:
    return HtmlPage(path)


def pages(site: Path) -> list[HtmlPage]:
    """All pages of a site."""
    return [_page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]


def broken_links(page: HtmlPage) -> list[str]:
    """The links of a page to files and anchors of the site that don't exist."""
    broken = []
    for link in [*page.links, *page.loaded, *filter(None, [page.refresh])]:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = page.path
        if parts.path:
            target = (page.path.parent / unquote(parts.path)).resolve()
        if not target.is_file():
            broken.append(link)
        elif parts.fragment and target.suffix == ".html":
            found = unquote(parts.fragment) in _page(target).anchors
            broken += [] if found else [link]
    return broken
