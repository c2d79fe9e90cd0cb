"""What a release says of itself is true."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tarfile
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import yaml
from built import ROOT
from markdown_it import MarkdownIt
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import asyncapi_guard
from asyncapi_guard import project_urls
from asyncapi_guard.cli.rule_links import PAGE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: What is written by hand and cannot be derived: documents that people copy from, and workflows.
TEXTS = (".md", ".yml", ".yaml", ".json", ".toml", ".py", ".txt", ".ts", ".js", ".mjs", ".jinja")
LEFT_OUT = {".git", ".nox", ".venv", ".cache", "node_modules", "dist", ".mypy_cache", ".ruff_cache"}


def test_the_version(metadata: Message) -> None:
    """It is that of the package, and the newest heading of the changelog is about it."""
    assert metadata["Version"] == asyncapi_guard.__version__
    assert str(Version(metadata["Version"])) == metadata["Version"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == metadata["Version"]
    assert headings[1][1], "the heading of a release has a date"


def test_the_urls(metadata: Message) -> None:
    """All of them come from one line."""
    said = dict(each.split(", ", 1) for each in metadata.get_all("Project-URL") or ())
    assert said == project_urls.project_urls()
    assert set(said) == {"Homepage", "Documentation", "Source", "Issues", "Changelog"}
    assert all(urlsplit(url).scheme == "https" for url in said.values())
    assert PAGE.startswith(project_urls.SOURCE + "/")


def files_of_the_project() -> list[Path]:
    found = []
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if not LEFT_OUT.intersection(parts) and path.suffix in TEXTS and path.is_file():
            found.append(path)
    return found


def test_the_project_is_named_in_one_place() -> None:
    """Code derives its URL; texts that people copy have the same one."""
    (owner, name) = urlsplit(project_urls.SOURCE).path.strip("/").split("/")
    url = re.compile(rf"(github\.com|githubusercontent\.com)/([\w.-]+)/{name}\b")
    site = re.compile(rf"([\w-]+)\.github\.io/{name}\b")
    other, derived = [], []
    for path in files_of_the_project():
        text = path.read_text(encoding="utf-8")
        owners = {match[2] for match in url.finditer(text)} | set(site.findall(text))
        if owners - {owner}:
            other.append(str(path.relative_to(ROOT)))
        if owners and path.suffix in (".py", ".jinja", ".js", ".mjs"):
            derived.append(str(path.relative_to(ROOT)))
    assert not other, "these name another repository than asyncapi_guard/project_urls.py"
    assert derived == ["asyncapi_guard/project_urls.py"]


# -- the description -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("[a](docs/a.md#b)", "[a](P/docs/a.md#b)"),
        ("[`a`](./docs/a.md)", "[`a`](P/docs/a.md)"),
        ("[![p](docs/p.png)](docs/a.md)", "[![p](C/docs/p.png)](P/docs/a.md)"),
        ("[a](https://a.example/b.md)", "[a](https://a.example/b.md)"),
        ("[a](#below)", "[a](#below)"),
        ('<img alt="p" src="docs/p.svg">', '<img alt="p" src="C/docs/p.svg">'),
        ('<a href="LICENSE">l</a>', '<a href="P/LICENSE">l</a>'),
        ("[a]: docs/a.md", "[a]: P/docs/a.md"),
        ("[a]: https://a.example", "[a]: https://a.example"),
        ("`[a](b.md)`", "`[a](b.md)`"),
        ("```md\n[a](b.md)\n```\n[a](c.md)", "```md\n[a](b.md)\n```\n[a](P/c.md)"),
        ("x = a[0](1)", "x = a[0](P/1)"),
    ],
)
def test_links_are_made_absolute(written: str, made: str) -> None:
    """Wherever Markdown and HTML have some, and not in code."""
    result = project_urls.with_absolute_links(written, "v1")
    page, picture = project_urls.page("", "v1"), project_urls.picture("", "v1")
    assert result == made.replace("P/", page).replace("C/", picture)


def links(text: str) -> list[str]:
    """Where the links and the pictures of a Markdown text lead."""
    found = []

    def walk(tokens) -> None:
        for token in tokens:
            found.extend(str(token.attrs[n]) for n in ("href", "src") if n in token.attrs)
            if token.type in ("html_block", "html_inline"):
                found.extend(re.findall(r"""(?:href|src|srcset)=["']([^"']+)""", token.content))
            walk(token.children or ())

    walk(MarkdownIt("commonmark").enable("table").parse(text))
    return found


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a text."""
    found: set[str] = set(re.findall(r"""<a (?:id|name)=["']([^"']+)""", text))
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        said = "".join(
            c.content for c in inline.children or () if c.type in ("text", "code_inline")
        )
        slug = re.sub(r"[^\w\- ]", "", said.strip().lower()).replace(" ", "-")
        numbers = (f"{slug}-{n}" for n in range(1, 100))
        found.add(
            slug if slug not in found else next(each for each in numbers if each not in found)
        )
    return found


def test_the_description_has_no_relative_or_broken_link(metadata: Message) -> None:
    """On PyPI nobody has the rest of the repository beside it."""
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = metadata.get_payload()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = links(text)
    assert len(targets) == len(links(readme))
    ref = f"v{metadata['Version']}"
    pages, pictures = project_urls.page("", ref), project_urls.picture("", ref)
    broken = []
    for target in targets:
        if target.startswith("#"):
            if target[1:] not in anchors(text):
                broken.append(target)
        elif target.startswith((pages, pictures)):
            path, _, anchor = target.removeprefix(pages).removeprefix(pictures).partition("#")
            file = ROOT / path
            known = not anchor or anchor in anchors(file.read_text(encoding="utf-8"))
            if not file.exists() or not known:
                broken.append(target)
        elif urlsplit(target).scheme not in ("https", "http", "mailto"):
            broken.append(target)
    assert not broken
    assert any(target.startswith(pages) for target in targets)


# -- requirements ----------------------------------------------------------------------------------


def test_the_extras(metadata: Message) -> None:
    """`all` has what each of the others has."""
    extras = set(metadata.get_all("Provides-Extra") or ())
    (everything,) = map(Requirement, PROJECT["optional-dependencies"]["all"])
    assert everything.name == metadata["Name"]
    assert everything.extras == extras - {"all"}
    assert extras >= {
        *("models", "pydantic", "jwt", "prometheus", "opentelemetry", "lsp", "testing", "watch"),
    }


def test_the_hook_installs_what_the_extra_does() -> None:
    """pre-commit knows no extras."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    said = {each["id"]: each.get("additional_dependencies", []) for each in hooks}
    assert said.pop("asyncapi-guard-models") == PROJECT["optional-dependencies"]["models"]
    assert not any(said.values())


def test_the_pythons(metadata: Message) -> None:
    """The classifiers are those that nox tests."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    tested = re.findall(r'"(3\.\d+)"', re.search(r"^PYTHONS = .*$", text, re.MULTILINE)[0])
    said = metadata.get_all("Classifier") or []
    prefix = "Programming Language :: Python :: 3."
    assert [c.removeprefix(prefix[:-2]) for c in said if c.startswith(prefix)] == tested
    assert metadata["Requires-Python"] == f">={tested[0]}"
    stage = "4 - Beta" if Version(metadata["Version"]).is_prerelease else "5 - Production/Stable"
    assert f"Development Status :: {stage}" in said


# -- licenses --------------------------------------------------------------------------------------

#: What others' files usually have in them.
FOREIGN = re.compile(
    r"copyright|SPDX-|@license|@preserve|all rights reserved|permission is hereby granted"
    r"|sourceMappingURL|/\*!",
    re.IGNORECASE,
)
#: Files that are no text: fonts, pictures, compiled code.
KINDS = {".css", ".html", ".jinja", ".js", ".py", ".svg", ".typed", ".yml"}


def test_no_file_of_others_is_in_the_wheel(wheel: Path) -> None:
    """Else THIRD-PARTY.md has to list it, and its license has to be shipped."""
    listed = (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")
    found = []
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if ".dist-info/" in name:
                continue
            suffix = name[name.rindex(".") :]
            content = archive.read(name)
            foreign = suffix not in KINDS
            if suffix in (".js", ".css", ".svg", ".html") and not foreign:
                text = content.decode()
                minified = max(map(len, text.splitlines()), default=0) > 1000
                foreign = bool(FOREIGN.search(text)) or minified
            elif suffix == ".py":
                foreign = bool(re.search(rb"(?im)^# *(copyright|SPDX-)", content))
            if foreign and f"`{name}`" not in listed:
                found.append(name)
    assert not found


def test_licenses_are_shipped(metadata: Message, wheel: Path, sdist: Path) -> None:
    """By PEP 639, in both."""
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE", "THIRD-PARTY.md"]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for file in ("LICENSE", "THIRD-PARTY.md"):
        assert any(name.endswith(f".dist-info/licenses/{file}") for name in names)
    with tarfile.open(sdist) as archive:
        tops = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "THIRD-PARTY.md"} <= tops


def license_rows() -> dict[str, tuple[str, str]]:
    """The extra and the license of each package in THIRD-PARTY.md."""
    text = (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \[(.+?)\]\(\S+\)[^|]*\|(?: `(\w+)` \|)? ([^|]+?) \|$", text, re.MULTILINE
    )
    return {canonicalize_name(name): (extra, license) for name, extra, license in rows}


def test_each_dependency_has_its_license_listed() -> None:
    """And nothing else is listed."""
    needed = {canonicalize_name(Requirement(each).name): "" for each in PROJECT["dependencies"]}
    for extra, requirements in PROJECT["optional-dependencies"].items():
        if extra != "all":
            needed |= {canonicalize_name(Requirement(each).name): extra for each in requirements}
    assert {name: extra for name, (extra, _) in license_rows().items()} == needed


@pytest.mark.parametrize("name", sorted(license_rows()))
def test_licenses_are_those_of_the_packages(name: str) -> None:
    """As the packages that are installed say it."""
    if name == "tomli" and sys.version_info >= (3, 11):
        return  # Python's own takes its place
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    classifiers = " ".join(c for c in said.get_all("Classifier") or () if "License" in c)
    text = f"{said.get('License-Expression') or ''} {said.get('License') or ''} {classifiers}"
    words = {"MPL": "MPL|Mozilla", "MIT": "MIT", "BSD": "BSD", "Apache": "Apache"}
    listed = license_rows()[name][1]
    stated = {key for key, pattern in words.items() if re.search(pattern, text)}
    expected = {key for key in words if key in listed}
    if f"{name}=={said['Version']}\n" in (ROOT / "tests" / "lowest.txt").read_text("utf-8"):
        assert stated <= expected  # the newest releases are listed; old ones stated less
    else:
        assert stated == expected
