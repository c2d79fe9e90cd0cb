"""Where the project is on the web: the one place that names it.

Everything else is derived from `SOURCE`: the links of rules, and the URLs and the description in
the metadata of releases, which `hatch_build.py` makes. It runs this module by itself, so nothing is
imported here.
"""

from __future__ import annotations

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
