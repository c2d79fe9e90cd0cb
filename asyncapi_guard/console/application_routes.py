"""The paths of an application's own routes, as far as its framework tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ENDPOINT", "is_own", "route_below"]

#: Where wrappers keep what they wrap, python-socketio's and most middleware.
_WRAPPED = ("other_asgi_app", "wsgi_app", "app")
#: Mappings whose keys are paths: python-socketio's, and the dispatcher of Werkzeug.
_BY_PATH = ("static_files", "mounts")
_DEEPEST = 20


#: How the endpoints of a console's own routes begin, in Flask.
ENDPOINT = "asyncapi_guard"


def is_own(endpoint: str) -> bool:
    """Whether a route of Flask is that of a console."""
    return endpoint.startswith(f"{ENDPOINT}:")


def route_below(app: Any, root: str) -> str | None:
    """A route of an application that is at a path or below it; `None` if none is known.

    Args:
        app: a WSGI or ASGI application, which can wrap others.
        root: the path, such as `/asyncapi`.
    """
    taken = (root, f"{root}.yml", f"{root}.json")
    found = (path for path in _paths(app) if path in taken or path.startswith(f"{root}/"))
    return next(found, None)


def _paths(app: Any) -> Iterator[str]:
    for _ in range(_DEEPEST):
        for name in _BY_PATH:
            mapping = _get(app, name)
            if isinstance(mapping, dict):
                yield from (each for each in mapping if isinstance(each, str))
        routes = _get(app, "routes")
        if isinstance(routes, (list, tuple)):
            paths = (_get(each, "path") for each in routes)
            yield from (each for each in paths if isinstance(each, str))
        rules = _get(app, "url_map")
        if rules is not None and callable(getattr(rules, "iter_rules", None)):
            others = (each for each in rules.iter_rules() if not is_own(each.endpoint))
            yield from (str(rule.rule) for rule in others)
            return  # its `wsgi_app` is a method of itself
        wrapped = (_get(app, name) for name in _WRAPPED)
        app = next((each for each in wrapped if callable(each)), None)
        if app is None:
            return


def _get(thing: Any, name: str) -> Any:
    """An attribute; none where whatever makes it fails."""
    try:
        return getattr(thing, name, None)
    except Exception:  # noqa: BLE001  # a stranger's property, of which nothing is known then
        return None
