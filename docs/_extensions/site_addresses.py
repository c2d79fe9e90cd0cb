"""Pages that had another address: `docs/x.md`, before they were sorted."""

from __future__ import annotations

__all__ = ["MOVED"]

_HOW_TO = (
    "asyncio checking ci clients code-first code-first-clients code-first-servers console coverage "
    "deployment diff doctor editing exporting fastapi flask learn limits migrating "
    "migrating-from-fastapi-sio migrating-from-fastapi-socketio migrating-from-pydantic-socketio "
    "mock models moving publishers queues reloading running security serializers servers test "
    "types upgrading usage verifiers wsgi"
)
_REFERENCE = "configuration errors metrics output profile rules violations"

#: The old address of a page, and its new one, as sphinx-reredirects reads them.
MOVED: dict[str, str] = {
    **{name: f"how-to/{name}.html" for name in _HOW_TO.split()},
    **{name: f"reference/{name}.html" for name in _REFERENCE.split()},
    "architecture": "explanation/architecture.html",
}
