"""Metadata that a build derives: the project's URLs, and a description with absolute links.

Links in the README are relative, so that they work in each branch and in a clone. On PyPI a
relative link is broken. So the description of a release links to the files at the release's tag.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

if TYPE_CHECKING:
    from collections.abc import Callable

#: Code is left as it is: fences, and spans between backticks.
_CODE = re.compile(
    r"^(```+|~~~+).*?^\1[^\n]*$|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL
)
#: Where a link leads: inline, in a definition, and in HTML.
_TARGET = re.compile(
    r"""(?<=\]\()[^()\s]+|(?<=^\[)(?P<label>[^\]]+\]:[ ]*)(?P<defined>\S+)"""
    r"""|(?P<html><(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=["'])(?P<value>[^"']+)""",
    re.MULTILINE,
)
_ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#")
_PICTURES = (".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")


class CustomMetadataHook(MetadataHookInterface):
    """Sets `urls` and `readme`, which pyproject.toml declares as dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add what this hook derives to the metadata of the project."""
        root = Path(self.root)
        urls = runpy.run_path(str(root / "asyncapi_guard" / "project_urls.py"))
        said = (root / "asyncapi_guard" / "__init__.py").read_text(encoding="utf-8")
        version = re.search(r'^__version__ = "(.+)"$', said, re.MULTILINE)
        if version is None:
            raise ValueError('asyncapi_guard/__init__.py: expected a line __version__ = "..."')
        text = (root / "README.md").read_text(encoding="utf-8")
        text = with_absolute_links(text, urls["page"], urls["picture"], f"v{version[1]}")
        metadata["urls"] = urls["project_urls"]()
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def with_absolute_links(
    text: str, page: Callable[[str, str], str], picture: Callable[[str, str], str], ref: str
) -> str:
    """Return Markdown whose links and pictures have absolute URLs.

    Args:
        text: The Markdown. Its links are relative to the root of the repository.
        page: Gives the URL that shows a path, at a ref.
        picture: Gives the URL of the content of a path, at a ref.
        ref: The tag of the release.
    """
    code = [match.span() for match in _CODE.finditer(text)]

    def replaced(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in code):
            return match[0]
        before = match["label"] or match["html"] or ""
        target = match[0][len(before) :]
        if _ABSOLUTE.match(target):
            return match[0]
        path = target.removeprefix("./")
        url = picture if path.lower().endswith(_PICTURES) else page
        return f"{before}{url(path, ref)}"

    return _TARGET.sub(replaced, text)
