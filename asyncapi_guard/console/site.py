"""The console as files: a folder whose pages open without a server, also from the disk.

Nothing validates there, so the Try page says "Not checked", and there is no Live page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.console.classic_scripts import classic_scripts, file_of
from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.static_files import static_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.console.edition import Edition

__all__ = ["site_files"]

#: What pages load as they are; modules become a part of each page's script.
_AS_THEY_ARE = (".css", ".svg", "theme.js")
#: Of a page that a site does not have.
_LIVE = "live.css"
_VIEWS = ("read", "try")


def site_files(
    edition: Edition, *, title: str | None = None, connect: str | None = None
) -> Mapping[str, bytes]:
    """The files of a site, by their paths.

    Args:
        edition: the document.
        title: of the pages; by default the document's.
        connect: the URL of the Socket.IO server that the Try page connects to.

    Raises:
        TooLong: a page would be longer than any browser shows.
    """
    pages = Pages(
        edition.contract, title=title, connect=connect, components=edition.components, site=True
    )
    texts = {
        "index.html": pages.read(),
        "try.html": pages.try_out(),
        "asyncapi.yml": edition.yaml,
        "asyncapi.json": edition.json,
    }
    for view in _VIEWS:
        scripts = classic_scripts(("page.js", f"{view}.js"), _module)
        texts[f"static/{file_of(view)}"] = scripts.text
        texts |= {f"static/{name}": text for name, text in scripts.later.items()}
    files = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    for name, file in static_files().items():
        if name.endswith(_AS_THEY_ARE) and name != _LIVE:
            files[f"static/{name}"] = file.body
    return files


def _module(name: str) -> str:
    # The lines of a bundle are no file's, so empty ones are good for nothing.
    return "\n".join(filter(None, static_files()[name].body.decode().split("\n")))
