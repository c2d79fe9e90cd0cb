"""The console of a guard: its data, and its WSGI, ASGI and Flask entrances."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.application_routes import route_below
from asyncapi_guard.console.below import check_root
from asyncapi_guard.console.gate import Gate, is_coroutine_function
from asyncapi_guard.errors import InstallationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from flask import Flask

    from asyncapi_guard.console.asgi import ConsoleASGI
    from asyncapi_guard.console.edition import Edition
    from asyncapi_guard.console.routes import Console
    from asyncapi_guard.console.wsgi import ConsoleWSGI
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.integrations.recording.statistics import Statistic
    from asyncapi_guard.spec.references import Documents
    from asyncapi_guard.violations import Violation

__all__ = ["ConsoleOptions", "ServesConsole", "Serving", "Shown"]

#: How often, and seconds after which, a guard and its documents are asked for that belong together.
_TRIES = 100
_PAUSE = 0.01
#: Managers of python-socketio through which processes share events.
_QUEUES = frozenset({"AsyncPubSubManager", "PubSubManager"})
#: Violations that `/live` shows.
VIOLATIONS = 100


class ConsoleOptions:
    """What an application says of its console.

    Args:
        docs: the path of its root; `None`, `False` or an empty text for no console.
        docs_auth: says who can see it.
        live: show the traffic of this process.

    Attributes:
        root: the path of its root, without a slash at its end; `None` for no console.
        docs_auth: as it was given.
        live: as well.

    Raises:
        TypeError: one of them is something else.
        ValueError: `docs` is not such a path.
    """

    def __init__(self, docs: object, docs_auth: Any, live: object) -> None:
        wanted = docs is not None and docs is not False and docs != ""
        self.root: str | None = check_root(docs) if wanted else None
        if docs_auth is not None and not callable(docs_auth):
            kind = type(docs_auth).__name__
            raise TypeError(f"docs_auth must be a function, not a {kind}")
        if live is not None and not isinstance(live, bool):
            raise TypeError(f"live must be True or False, not a {type(live).__name__}")
        self.docs_auth: Callable[[Any], object] | None = docs_auth
        self.live: bool = bool(live)

    def check(self) -> None:
        """See that they go together, once all of them are known.

        Raises:
            InstallationError: one of them has no effect, or shows the traffic to everybody.
        """
        if self.root is None and (self.live or self.docs_auth is not None):
            name = "live" if self.live else "docs_auth"
            raise InstallationError(
                f"{name}= has no effect without the console; pass docs='/asyncapi'"
            )
        if self.live and self.docs_auth is None:
            raise InstallationError(
                "live=True would show the traffic to everyone who can open the page; pass "
                "docs_auth=, which decides who can see the console"
            )


class Shown:
    """What a console shows of a guard: its document, and its traffic.

    Args:
        guard: returns the guard in force.
        documents: returns what its contract was made of.
        statistics: as `AsyncAPIGuard.statistics`.
        violations: the last ones.
        adapters: what was put on servers.
    """

    def __init__(
        self,
        guard: Callable[[], Guard],
        documents: Callable[[], Documents],
        statistics: Callable[[], Iterable[Statistic]],
        violations: Callable[[], Sequence[tuple[float, Violation]]],
        adapters: Callable[[], Iterable[Any]],
    ) -> None:
        self._guard = guard
        self._documents = documents
        self.statistics: Callable[[], Iterable[Statistic]] = statistics
        self.violations: Callable[[], Sequence[tuple[float, Violation]]] = violations
        self._adapters = adapters
        self._edition: Edition | None = None

    def edition(self) -> Edition:
        """The document in force; made again where handlers have been registered since."""
        from asyncapi_guard.console.edition import Edition

        guard = self._guard()
        active = any(adapter.active for adapter in self._adapters())
        made = self._edition
        if made is None or made.guard is not guard or made.active is not active:
            guard, documents = self._of_one_moment()
            mode = guard.policy.mode
            made = self._edition = Edition(guard, documents, mode, active=active)
        return made

    def _of_one_moment(self) -> tuple[Guard, Documents]:
        """The guard in force and its documents, which can be replaced while somebody looks."""
        guard, documents = self._guard(), self._documents()
        for _ in range(_TRIES):
            if _belong(guard, documents):
                break
            time.sleep(_PAUSE)
            guard, documents = self._guard(), self._documents()
        return guard, documents

    def forget(self) -> None:
        """Keep nothing of a document that is no longer in force."""
        self._edition = None

    def clients(self) -> Mapping[str, int]:
        """How many clients are connected, by namespaces."""
        counts: Counter[str] = Counter()
        for adapter in self._adapters():
            rooms = getattr(getattr(adapter.target, "manager", None), "rooms", {})
            for namespace in list(rooms):
                counts[namespace] += len(rooms.get(namespace, {}).get(None) or ())
        return +counts

    def several(self) -> bool:
        """Whether other processes have traffic of the same server, as far as this one knows.

        They do if the server shares its events through a queue, or was started with several workers
        by the variable that Gunicorn and uvicorn read.
        """
        managers = (getattr(each.target, "manager", None) for each in self._adapters())
        kinds = {kind.__name__ for manager in managers for kind in type(manager).__mro__}
        workers = os.environ.get("WEB_CONCURRENCY", "")
        return bool(kinds & _QUEUES) or (workers.isdecimal() and workers not in ("0", "1"))


def _belong(guard: Guard, documents: Documents) -> bool:
    """Whether the contract of a guard was made of these documents."""
    read = {source.uri: source.digest for source in documents.sources()}
    return all(read.get(each.uri) == each.digest for each in guard.contract.sources if each.digest)


class Serving:
    """The console of a guard, and whether anything serves it.

    Args:
        shown: what it shows.
        options: what the application says of it; there is a root among them.

    Attributes:
        served: an entrance was made for it.
    """

    def __init__(self, shown: Shown, options: ConsoleOptions) -> None:
        assert options.root is not None
        self._shown = shown
        self._root: str = options.root
        self._options = options
        self.served: bool = False

    @property
    def has_auth(self) -> bool:
        """Whether something says who can see the console."""
        return self._options.docs_auth is not None

    def forget(self) -> None:
        """Keep nothing of a document that is no longer in force."""
        self._shown.forget()

    def wsgi(self, app: Any) -> ConsoleWSGI:
        """Put the console before a WSGI application."""
        from asyncapi_guard.console.wsgi import ConsoleWSGI

        self._check(app, "WSGI")
        self._check_routes(app)
        self.served = True
        return ConsoleWSGI(app, self._console(), self._root, self._gate())

    def asgi(self, app: Any) -> ConsoleASGI:
        """Put the console before an ASGI application."""
        from asyncapi_guard.console.asgi import ConsoleASGI

        self._check_path(app)
        self._check_routes(app)
        self.served = True
        return ConsoleASGI(app, self._console(), self._root, self._gate())

    def check_flask(self, app: Flask) -> None:
        """See whether `flask` works for an application; arguments and exceptions as there."""
        from asyncapi_guard.integrations.flask_console import check

        self._check(app.wsgi_app, "Flask")
        check(app, self._root)

    def flask(self, app: Flask) -> None:
        """Give a Flask application routes for the console.

        Raises:
            InstallationError: it has other routes there, or answers requests already; or
                `docs_auth` is a coroutine function.
        """
        from asyncapi_guard.integrations.flask_console import serve

        serve(app, self._root, self._console(lambda: bool(app.debug)), self._gate())
        self.served = True

    def unserved(self) -> str | None:
        """What to say of a console that nothing serves."""
        if self.served:
            return None
        return (
            f"docs={self._root!r} has no effect, because nothing serves the console; wrap your "
            "application in guard.wsgi(app) or guard.asgi(app)"
        )

    def _check(self, app: Any, kind: str) -> None:
        if is_coroutine_function(self._options.docs_auth):
            raise InstallationError(
                f"docs_auth is a coroutine function, which {kind} never awaits; use def"
            )
        self._check_path(app)

    def _check_path(self, app: Any) -> None:
        """See that the console does not take the requests of Socket.IO."""
        path = getattr(app, "engineio_path", None)
        if isinstance(path, str) and f"/{path.strip('/')}/".startswith(f"{self._root}/"):
            raise InstallationError(
                f"docs={self._root!r} is the path of Socket.IO; choose a different path"
            )

    def _check_routes(self, app: Any) -> None:
        """See that the console hides no route of the application, as far as they are known."""
        taken = route_below(app, self._root)
        if taken is not None:
            raise InstallationError(
                f"the application already has the route {taken!r}; choose a different path for "
                "docs="
            )

    def _console(self, debug: Callable[[], bool] = bool) -> Console:
        from asyncapi_guard.console.routes import Console  # only those who ask for it pay for it

        return Console(
            self._shown,
            private=self._options.docs_auth is not None,
            traffic=self._shown if self._options.live else None,
            debug=debug,
        )

    def _gate(self) -> Gate:
        return Gate(self._options.docs_auth)


class ServesConsole:
    """A guard that can have a console."""

    _serving: Serving | None

    def wsgi(self, app: Any) -> ConsoleWSGI:
        """Serve the console (`docs=`) in front of a WSGI application.

        Args:
            app: the application for all other requests, such as a `socketio.WSGIApp`.

        Returns:
            The application for your web server.

        Raises:
            InstallationError: no console, the path of Socket.IO as its path, or a coroutine
                function as `docs_auth`.
        """
        return self._console().wsgi(app)

    def asgi(self, app: Any) -> ConsoleASGI:
        """Serve the console (`docs=`) in front of an ASGI application.

        Args:
            app: the application for everything else, including WebSockets and lifespans, such as a
                `socketio.ASGIApp` or a `FastAPI`.

        Returns:
            The application for your web server.

        Raises:
            InstallationError: no console, or the path of Socket.IO as its path.
        """
        return self._console().asgi(app)

    def _console(self) -> Serving:
        if self._serving is None:
            raise InstallationError(
                "the guard has no console; pass its path, as in "
                "AsyncAPIGuard('asyncapi.yml', docs='/asyncapi')"
            )
        return self._serving
