"""The console's pages as HTML, without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncapi_guard.console.pages import Pages
from asyncapi_guard.spec.loader import load

SPEC = Path(__file__).parents[2] / "specs" / "tictactoe.yml"


@pytest.fixture(scope="module")
def pages():
    return Pages(load(SPEC), live=True, mode="enforce")


@pytest.mark.parametrize("view", ["read", "try_out", "live"])
def test_each_page_is_whole_and_links_the_others(pages, view):
    """All three have the bar with links that are relative to the console's root."""
    text = getattr(pages, view)()
    assert text.startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    for url in ("./", "./try", "./live", "./static/style.css"):
        assert f'"{url}"' in text


@pytest.mark.parametrize("view", ["read", "try_out", "live"])
def test_no_page_needs_more_than_the_policy_of_its_own_origin(pages, view):
    """No style and no script stands within a page, and nothing comes from elsewhere."""
    text = getattr(pages, view)()
    assert " style=" not in text
    assert "<style" not in text
    assert " on" + "click" not in text
    assert 'src="http' not in text
    for script in text.split("<script")[1:]:
        assert script.partition(">")[2].startswith("</script>")
