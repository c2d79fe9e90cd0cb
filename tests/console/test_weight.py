"""How much a page loads beside its HTML: bytes as the browser has them, without compression."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest
from page_reader import PageReader

from asyncapi_guard.console.edition import Edition
from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.site import site_files
from asyncapi_guard.console.static_files import static_files
from asyncapi_guard.guard import Guard
from asyncapi_guard.spec.loader import compile_contract, open_documents

SPEC = Path(__file__).with_name("harbor.yml")
MOST = 150_000
VIEWS = ("read", "try", "live", "site: read", "site: try")
_IMPORTED = re.compile(r'^import (?:[^"]*from )?"\./([^"]+)";$', re.MULTILINE)
_LATER = re.compile(r'import\("\./([^"]+)"\)|\$later\("[^"]*", "([^"]+)"\)')
_URL = re.compile(r'url\("([^"]+)"\)')


class Loaded:
    """What a page loads at once, and what it loads when somebody needs it."""

    def __init__(self, html: str, files: dict[str, bytes]) -> None:
        self.files = files
        self.at_once: set[str] = set()
        for name, attributes in PageReader(html).elements:
            if name in ("link", "script", "img"):
                self.add(attributes.get("href") or attributes.get("src") or "", self.at_once)
        self.later: set[str] = set()
        for name in sorted(self.at_once):
            for found in _LATER.finditer(self.text(name)):
                self.add(f"static/{found[1] or found[2]}", self.later)

    def text(self, name: str) -> str:
        return self.files[name].decode()

    def add(self, url: str, into: set[str]) -> None:
        name = posixpath.normpath(url)
        if name in self.at_once or name in into:
            return
        into.add(name)
        pattern = {".js": _IMPORTED, ".css": _URL}.get(posixpath.splitext(name)[1])
        for found in pattern.findall(self.text(name)) if pattern else ():
            self.add(f"static/{found}", into)

    def weight(self, names: set[str]) -> int:
        return sum(len(self.files[name]) for name in names)


def loaded(view: str) -> Loaded:
    """What a page loads."""
    documents = open_documents(SPEC)
    contract = compile_contract(documents, "auto")
    if view.startswith("site"):
        files = dict(site_files(Edition(Guard(contract), documents)))
        return Loaded(files["index.html" if view.endswith("read") else "try.html"].decode(), files)
    pages = Pages(contract, live=True, judge=True, mode="enforce")
    html = {"read": pages.read, "try": pages.try_out, "live": pages.live}[view]()
    return Loaded(html, {f"static/{name}": file.body for name, file in static_files().items()})


@pytest.mark.parametrize("view", VIEWS)
def test_what_a_page_loads_is_small(view, record_property):
    """Scripts, styles and pictures together, also with all that it loads later."""
    page = loaded(view)
    sizes = {
        kind: page.weight({name for name in page.at_once if name.endswith(kind)})
        for kind in (".js", ".css", ".svg")
    }
    at_once, later = page.weight(page.at_once), page.weight(page.later)
    parts = ", ".join(f"{size:,} of {kind[1:]}" for kind, size in sizes.items())
    record_property("figures", f"{view}: {at_once:,} bytes ({parts}); {later:,} when needed")
    assert sum(sizes.values()) == at_once
    assert at_once + later < MOST


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_loads_what_it_uses(view):
    """Neither the styles nor the scripts of another page."""
    page = loaded(view)
    own = view.rpartition(" ")[2]
    names = {posixpath.basename(name) for name in page.at_once | page.later}
    for other in {"read", "try", "live"} - {own}:
        assert f"{other}.css" not in names
        assert not any(re.match(rf"{other}(_|\.)", name) for name in names)
    assert f"{own}.css" in names
    if own == "try":
        assert "sequences" in " ".join(page.later)
        assert not any("sequences" in name for name in page.at_once)


def test_every_file_is_of_some_page():
    """What no page loads is not in the package."""
    pages = map(loaded, VIEWS[:3])
    used = {name for page in pages for name in page.at_once | page.later}
    assert used == {f"static/{name}" for name in static_files()}
