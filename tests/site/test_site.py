"""The documentation site: built once, read as files, and opened in a browser.

`SITE_SHOTS=FOLDER` keeps the screenshots.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import need_browser, run_in_browser, running, wait_for
from docstring_gaps import public_names
from html_pages import HtmlPage, broken_links, pages
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NEEDED = (
    "sphinx",
    "myst_parser",
    "furo",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_reredirects",
)
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: The site has no tests of its own to be slow by: it is built for them.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, skip_or_fail: Callable[[str], NoReturn]) -> Path:
    """The folder of the built site; warnings are errors."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        skip_or_fail(f"the site needs {', '.join(missing)}: pip install --group docs")
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "-n", "--keep-going", "-q", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, "-b", "html", DOCS, folder / "html"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def sources() -> list[str]:
    """The pages in Markdown, without their endings."""
    return sorted(path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))


def entries(page: str) -> list[str]:
    """The pages in the toctrees of a page."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    folder = Path(page).parent
    lines = "\n".join(TOCTREE.findall(text)).splitlines()
    names = [line.strip() for line in lines if line.strip() and not line.startswith(":")]
    return [(folder / name).as_posix() for name in names]


def page_of(site: Path, name: str) -> HtmlPage:
    return next(each for each in pages(site) if each.path == site / f"{name}.html")


def test_each_page_is_in_one_toctree() -> None:
    """But the home page, in which they begin."""
    found = [entry for page in sources() for entry in entries(page)]
    assert sorted(found) == [page for page in sources() if page != "index"]


@pytest.mark.parametrize("index", ["tutorials", "how-to", "reference", "explanation"])
def test_an_index_says_what_each_page_is_for(index: str) -> None:
    """Its list has one line for each page of its toctrees, in the same order."""
    text = (DOCS / index / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^(?:- |\d+\. )\[[^\]]+\]\(([\w/-]+)\.md\): \S.*$", text, re.MULTILINE)
    assert [f"{index}/{name}" for name in listed] == entries(f"{index}/index")


def test_each_page_is_built(site: Path) -> None:
    assert [name for name in sources() if not (site / f"{name}.html").is_file()] == []


def test_links_within_the_site_lead_somewhere(site: Path) -> None:
    """To a file, and to an anchor of it; also those that Sphinx and the theme write."""
    broken = {page.path.name: found for page in pages(site) if (found := broken_links(page))}
    assert broken == {}


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html">b</a> <a href="#c">c</a> <a href="a.html">')
    assert broken_links(HtmlPage(tmp_path / "a.html")) == ["b.html", "#c"]


def test_nothing_comes_from_elsewhere(site: Path) -> None:
    """No script, style, font or picture of another host, in pages and in style sheets."""
    loaded = {each for page in pages(site) for each in page.loaded}
    assert [each for each in loaded if re.match(r"(\w+:)?//", each)] == []
    assert len(loaded) > 5
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert re.findall(r"@import[^;]*;|url\(\s*['\"]?(?:\w+:)?//[^)]*\)", text) == [], sheet


def test_each_page_ends_with_what_to_read_next(site: Path) -> None:
    """One link, and it says where it leads."""
    for name in sources():
        text = page_of(site, name).text
        (link,) = re.findall(r'<a class="next-page"[^>]*>(.*?)</a>', text, re.DOTALL)
        assert re.search(r'class="title">\s*\S', link), name


def test_old_addresses_lead_to_the_pages(site: Path) -> None:
    """`x.html` of a page that was `docs/x.md`."""
    assert page_of(site, "security").refresh == "how-to/security.html"
    old = [page for page in pages(site) if page.refresh]
    assert len(old) == 46


def test_anchors_are_those_of_github(site: Path) -> None:
    """Of rules, whose addresses the command line prints, and of headings with an underscore."""
    from asyncapi_guard.lint.rules import RULES

    anchors = page_of(site, "reference/rules").anchors
    assert [code for code in RULES if code not in anchors] == []
    assert "rate_limited" in page_of(site, "reference/errors").anchors


def test_each_public_name_is_on_a_page(site: Path) -> None:
    """Of the package, and of `security`, `metrics` and `testing`."""
    anchors = {anchor for page in pages(site) for anchor in page.anchors}
    assert [name for name in public_names() if name not in anchors] == []


def test_options_of_the_guard_and_of_policies_are_explained(site: Path) -> None:
    """Each parameter has an entry on the page."""
    import inspect

    from asyncapi_guard import AsyncAPIGuard, Policy

    text = page_of(site, "reference/api/guard").text
    explained = set(re.findall(r"<strong>(\w+)</strong>", text))
    for kind in (AsyncAPIGuard, Policy):
        options = set(inspect.signature(kind).parameters)
        assert len(options) > 5
        assert options - explained == set()


def plain(html: str) -> str:
    """The text of HTML, without white space and backticks: lines are broken elsewhere."""
    return re.sub(r"[\s`]+", "", unescape(re.sub(r"<[^>]+>", "", html)))


def test_the_page_of_commands_says_what_help_says(site: Path) -> None:
    """Usage, each option with its default and its description, and the examples."""
    text = page_of(site, "reference/cli").text
    found = dict(
        re.findall(
            r'<section id="(asyncapi-guard-[\w-]+)">(.*?)(?=<section|</article)', text, re.DOTALL
        )
    )
    assert len(found) > 19
    for anchor, html in found.items():
        words = anchor.removeprefix("asyncapi-guard-").split("-")
        command = [sys.executable, "-m", "asyncapi_guard", *words, "--help"]
        env = {**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=env)
        usage, _, rest = done.stdout.partition("Options:\n")
        options, *examples = re.split(r"(?m)^\s*Examples?: ", rest)
        options = options.partition("\nCommands:\n")[0]
        section = plain(re.sub(r'<a class="headerlink".*?</a>', "", html))
        line, _, said = usage.removeprefix("Usage: ").partition("\n\n")
        assert plain(line) in section, anchor
        for paragraph in said.split("\n\n"):
            assert plain(paragraph) in section, anchor
        assert plain(options) in section, anchor
        for example in examples:
            assert plain(example) in section, anchor


def test_the_site_in_a_browser(site: Path, tmp_path: Path) -> None:
    """axe-core on each kind of page in three widths, light and dark; search; keys; no error."""
    need_browser()
    port = str(free_port())
    shots = Path(os.environ.get("SITE_SHOTS") or tmp_path / "shots")
    shots.mkdir(parents=True, exist_ok=True)
    server = ["-m", "http.server", port, "--bind", "127.0.0.1", "--directory", str(site)]
    with running(tmp_path, {"site": server}):
        wait_for(f"http://127.0.0.1:{port}/")
        values = {"SITE": f"http://127.0.0.1:{port}/", "SHOTS": str(shots)}
        told = run_in_browser("../site/site.test.mjs", values)
    assert "# fail 0" in told
    assert len(list(shots.glob("*.png"))) >= 54
