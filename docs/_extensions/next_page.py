"""The link at the end of each page: what to read next, by default the page below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinx.errors import ConfigError

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["NEXT", "setup"]

#: Pages after which another page than the one below it helps more.
NEXT = {
    "index": "tutorials/index",
    "how-to/flask": "how-to/test",
    "how-to/wsgi": "how-to/test",
    "how-to/asyncio": "how-to/fastapi",
    "how-to/fastapi": "how-to/test",
    "how-to/servers": "how-to/running",
    "how-to/security": "how-to/verifiers",
    "how-to/deployment": "how-to/queues",
    "how-to/ci": "how-to/checking",
    "how-to/types": "how-to/clients",
    "how-to/code-first": "how-to/exporting",
    "how-to/migrating": "how-to/code-first",
    "how-to/migrating-from-fastapi-sio": "how-to/code-first-servers",
    "how-to/migrating-from-fastapi-socketio": "how-to/code-first-servers",
    "how-to/migrating-from-pydantic-socketio": "how-to/code-first-servers",
    "how-to/moving": "reference/index",
    "how-to/upgrading": "reference/profile",
    "reference/rules": "reference/configuration",
    "explanation/architecture": "index",
    "genindex": "reference/index",
    "search": "index",
}


def _set(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    target = NEXT.get(pagename)
    if target in app.env.titles:
        relative = app.builder.get_relative_uri(pagename, target)
        context["next"] = {"link": relative, "title": app.env.titles[target].astext()}


def _check(app: Sphinx) -> None:
    unknown = {*NEXT, *NEXT.values()} - app.env.found_docs - {"genindex", "search"}
    if unknown:
        raise ConfigError(f"next_page.NEXT names pages that don't exist: {sorted(unknown)}")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", _set)
    app.connect("env-check-consistency", lambda app, _env: _check(app))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
