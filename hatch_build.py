"""Metadata that a build derives: the project's URLs, and a description with absolute links.

Links in the README are relative, so that they work in each branch and in a clone. On PyPI a
relative link is broken. So the description of a release links to the files at the release's tag.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


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
        text = urls["with_absolute_links"](text, f"v{version[1]}")
        metadata["urls"] = urls["project_urls"]()
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
