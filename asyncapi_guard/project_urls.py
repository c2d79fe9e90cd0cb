"""Where the project is on the web: the one place that names it.

Everything else is derived from `SOURCE`: the links of rules, and the URLs and the description in
the metadata of releases, which `hatch_build.py` makes. It runs this module by itself, so nothing is
imported here.
"""

from __future__ import annotations

import re

__all__ = [
    "CHANGELOG",
    "DOCUMENTATION",
    "HOMEPAGE",
    "ISSUES",
    "SECURITY",
    "SOURCE",
    "page",
    "picture",
    "project_urls",
    "with_absolute_links",
]

#: The repository. To move the project, change this line; a test names what else has to follow.
SOURCE = "https://github.com/asyncapi-guard/asyncapi-guard"

_HOST, _OWNER, _NAME = SOURCE.rsplit("/", 2)
#: The site that `.github/workflows/docs.yml` publishes.
DOCUMENTATION = f"https://{_OWNER}.github.io/{_NAME}/"
HOMEPAGE = SOURCE
ISSUES = f"{SOURCE}/issues"
SECURITY = f"{SOURCE}/security/advisories/new"
CHANGELOG = f"{SOURCE}/blob/main/CHANGELOG.md"


def page(path: str, ref: str = "main") -> str:
    """Return the URL that shows a file or a directory of the repository.

    Args:
        path: Path from the root of the repository; it can end with an anchor.
        ref: Branch, tag or commit. Defaults to `main`.
    """
    return f"{SOURCE}/blob/{ref}/{path}"


def picture(path: str, ref: str = "main") -> str:
    """Return the URL of the content of a file in the repository, as pictures need it.

    Args:
        path: Path from the root of the repository.
        ref: Branch, tag or commit. Defaults to `main`.
    """
    return f"https://raw.githubusercontent.com/{_OWNER}/{_NAME}/{ref}/{path}"


def project_urls() -> dict[str, str]:
    """Return the URLs in the metadata of a release, with the labels that PyPI knows."""
    return {
        "Homepage": HOMEPAGE,
        "Documentation": DOCUMENTATION,
        "Source": SOURCE,
        "Issues": ISSUES,
        "Changelog": CHANGELOG,
    }


def with_absolute_links(text: str, ref: str) -> str:
    """Return Markdown whose links and pictures have absolute URLs. Code is left as it is.

    Args:
        text: Markdown with links that are relative to the root of the repository.
        ref: Branch, tag or commit that the links lead to.
    """
    code = re.compile(
        r"^(```+|~~~+).*?^\1[^\n]*$|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL
    )
    # Inline, in a definition, and in HTML.
    targets = re.compile(
        r"""(?<=\]\()[^()\s]+|(?<=^\[)(?P<label>[^\]]+\]:[ ]*)\S+"""
        r"""|(?P<html><(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=["'])[^"']+""",
        re.MULTILINE,
    )
    absolute = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#")
    left = [match.span() for match in code.finditer(text)]

    def replaced(match: re.Match[str]) -> str:
        before = match["label"] or match["html"] or ""
        target = match[0][len(before) :]
        in_code = any(start <= match.start() < end for start, end in left)
        if in_code or absolute.match(target):
            return match[0]
        path = target.removeprefix("./")
        is_picture = path.lower().endswith((".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"))
        return before + (picture if is_picture else page)(path, ref)

    return targets.sub(replaced, text)
