"""Sites of documents that others have written.

The corpus is no part of the project; it lies beside the repository on machines that have it.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from page_reader import PageReader

from asyncapi_guard.console.files import FileDocument
from asyncapi_guard.console.site import site_files
from asyncapi_guard.errors import SpecError

REAL = Path(__file__).parents[3] / "shared" / "corpus" / "real"
DOCUMENTS = sorted(
    file.name for file in REAL.glob("*") if file.suffix in (".yml", ".yaml", ".json")
)

pytestmark = pytest.mark.skipif(
    not DOCUMENTS,
    reason="the corpus is not beside the repository: it is others', and not part of the project",
)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_link_of_a_site_is_dead(name: str) -> None:
    """Each leads to a file of the site, or to a place on a page of it."""
    document = FileDocument(REAL / name)
    try:
        edition = document.edition()
    except SpecError:
        return  # the page would be of nothing
    files = site_files(edition)
    pages = {each: PageReader(files[each].decode()) for each in files if each.endswith(".html")}
    for page, read in pages.items():
        assert read.faults == []
        assert [id for id, amount in read.ids().items() if amount > 1] == []
        for link in read.links():
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = posixpath.normpath(unquote(parts.path)) if parts.path else page
            assert target in files, link
            if target == "index.html" and parts.fragment:
                assert unquote(parts.fragment) in pages[target].ids(), link
