"""Credentials are kept out of the logs of all that has a hand in a connection.

A filter stands on the loggers by which they write. It changes a record before any handler sees it,
wherever handlers are attached, and it stays when logging is configured anew. A server may have a
logger of another kind, which has no filters: something stands in front of that one. Where a level
is off, neither of them is asked.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any
from weakref import finalize, ref

from asyncapi_guard.integrations.recording.log import logger as own_logger
from asyncapi_guard.integrations.recording.secrets import REDACTED, Secrets, forms_of, secrets_in

if TYPE_CHECKING:
    from asyncapi_guard.contract import Contract

__all__ = ["Redaction", "mark", "quiet"]

#: Who writes about connections, their requests and their packets.
_LOGGERS = (
    "asyncapi_guard",
    "socketio",
    "socketio.server",
    "socketio.client",
    "engineio.server",
    "engineio.client",
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "uvicorn.asgi",
    "hypercorn.access",
    "hypercorn.error",
    "gunicorn.access",
    "gunicorn.error",
    "werkzeug",
    "aiohttp.access",
    "aiohttp.client",
    "aiohttp.server",
    "aiohttp.web",
    "tornado.access",
    "sanic.access",
    "websockets",
    "websockets.client",
    "websockets.server",
    "websocket",
    "urllib3.connectionpool",
    "asyncio",
)
#: Those whose formatters take their arguments apart.
_TAKEN_APART = frozenset(("uvicorn.access",))
#: What other kinds of loggers write by.
_LEVELS = frozenset(
    (
        *("trace", "debug", "info", "notice", "success", "warn", "warning", "error"),
        *("exception", "fatal", "critical", "log"),
    )
)
#: What every record has.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
#: The attribute of an exception with what its client showed.
_SHOWN = "_asyncapi_guard_shown"


def mark(error: BaseException, shown: Iterable[str]) -> None:
    """Remember what a client showed for as long as there is the exception that may quote it.

    Args:
        error: what the application's code raised.
        shown: the credentials.
    """
    texts = tuple(shown)
    if texts:
        vars(error)[_SHOWN] = _Shown(texts)


class _Shown:
    """What a client showed, for nobody else: it is not in a `repr`, nor in a pickle."""

    __slots__ = ("texts",)

    def __init__(self, texts: tuple[str, ...] = ()) -> None:
        self.texts = texts

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ()


def quiet(error: BaseException) -> None:
    """Take what a client showed out of an exception that goes to whoever is above all handlers.

    Args:
        error: it, marked; the application has seen it as it was.
    """
    chain = list(_chain(error))
    forms = forms_of(_marks(chain))
    for each in chain if forms else ():
        each.args = tuple(
            _without(arg, forms) if isinstance(arg, str) else arg for arg in each.args
        )


def _marks(errors: Iterable[BaseException]) -> set[str]:
    found = (vars(each).get(_SHOWN) for each in errors)
    return {text for each in found if isinstance(each, _Shown) for text in each.texts}


def _without(text: str, forms: Iterable[str]) -> str:
    for form in forms:
        text = text.replace(form, REDACTED)
    return text


class _Quotes:
    """What exceptions quote of the credentials with which they are marked.

    Args:
        error: the exception that is logged.
        secrets: what else is secret.
    """

    def __init__(self, error: BaseException | None, secrets: Secrets) -> None:
        self._secrets = secrets
        self._errors = list(_chain(error))
        self._forms = forms_of(_marks(self._errors))

    def without(self, text: str) -> str:
        """A text, in which a word stands for what is secret."""
        return self._secrets.redact(_without(text, self._forms))

    def without_in_line(self, text: str) -> str:
        """The same of a line whose parts have been looked at one by one."""
        return self._secrets.redact_line(_without(text, self._forms))

    @property
    def quoted(self) -> bool:
        """Whether one of the exceptions says what is secret."""
        lines = (traceback.format_exception_only(type(each), each) for each in self._errors)
        return any(self.without(text) != text for text in map("".join, lines))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, and all that a traceback shows with it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        group = getattr(each, "exceptions", ())  # of an ExceptionGroup, which Python 3.10 lacks
        inner = group if isinstance(group, tuple) else ()
        waiting += (each.__cause__, each.__context__)
        waiting += (one for one in inner if isinstance(one, BaseException))


class _Filter(logging.Filter):
    """Changes records."""

    def __init__(self, secrets: Secrets, *, ours: bool) -> None:
        super().__init__()
        self._secrets = secrets
        self._ours = ours

    def filter(self, record: logging.LogRecord) -> bool:
        """Write every line, without what is secret."""
        try:
            self._redact(record)
        except Exception as error:  # noqa: BLE001  # whatever it is: better no line than that one
            kind = type(error).__name__
            record.msg, record.args = f"a line that could not be redacted: {kind}", None
            record.exc_info = record.exc_text = None
        return True

    def _redact(self, record: logging.LogRecord) -> None:
        info = record.exc_info
        error = info[1] if isinstance(info, tuple) else None
        quotes = _Quotes(error, self._secrets)
        if not self._ours:  # the guard writes nothing that a client shows, but quotes names
            self._redact_message(record, quotes)
        if error is not None and quotes.quoted:
            # A formatter, or whoever sends exceptions elsewhere, would look at the exception.
            lines = traceback.format_exception(type(error), error, error.__traceback__)
            record.exc_text = quotes.without("".join(lines)).rstrip("\n")
            record.exc_info = None
        for name in vars(record).keys() - _OWN:
            vars(record)[name] = self._plain(vars(record)[name], quotes)

    def _redact_message(self, record: logging.LogRecord, quotes: _Quotes) -> None:
        args: Any = record.args
        if not args:
            record.msg = self._argument(record.msg, quotes)
            return
        if isinstance(args, Mapping):
            # Of an access log, whose values may be headers; it may have more than the line shows.
            known: Any = copy(args)
            known.update({key: self._value(key, args[key], quotes) for key in args})
            record.args = known
        else:
            # One by one: no part that a client chooses hides what follows it.
            record.args = tuple(self._argument(each, quotes) for each in args)
        text = record.getMessage()
        clean = quotes.without_in_line(text)
        if clean != text and record.name not in _TAKEN_APART:
            record.msg, record.args = clean, None

    def _argument(self, value: Any, quotes: _Quotes) -> Any:
        """What is written, as it is where nothing of it is secret."""
        if value is None or isinstance(value, (int, float)):
            return value
        text = str(value)
        clean = quotes.without(text)
        return value if clean == text else clean

    def _value(self, key: object, value: Any, quotes: _Quotes) -> Any:
        return REDACTED if self._secrets.is_header(_header_in(key)) else self._plain(value, quotes)

    def _plain(self, value: Any, quotes: _Quotes) -> Any:
        if isinstance(value, str):
            return quotes.without(value)
        if type(value) is dict:
            return {key: self._value(key, each, quotes) for key, each in value.items()}
        return value


def _header_in(key: object) -> object:
    """The header that gunicorn has under a key such as `{x-key}i`."""
    found = isinstance(key, str) and key.startswith("{") and key[-2:] in ("}i", "}o")
    return key[1:-2] if found and isinstance(key, str) else key


class _InFront:
    """Stands in front of a logger that is none of `logging`.

    Args:
        logger: it.
        redaction: knows what it does not get.
    """

    def __init__(self, logger: Any, redaction: Redaction) -> None:
        self._logger = logger
        self._redaction = redaction

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._logger, name)
        if name not in _LEVELS or not callable(found):
            return found

        def write(*args: Any, **kwargs: Any) -> Any:
            quotes = _Quotes(sys.exc_info()[1], self._redaction.secrets)
            if name == "exception" and quotes.quoted:
                text = quotes.without(f"{_joined(args)}\n{traceback.format_exc()}")
                return self._logger.error(text)
            level, rest = args[: name == "log"], args[name == "log" :]
            clean = [quotes.without(each) if isinstance(each, str) else each for each in rest]
            text = _joined(clean)
            if quotes.without_in_line(text) != text:
                clean = [quotes.without_in_line(text)]
            return found(*level, *clean, **kwargs)

        return write


def _joined(args: Iterable[Any]) -> str:
    """What a line says, if it is formatted as `logging` does."""
    first, *others = args
    try:
        return str(first) % tuple(others) if others else str(first)
    except (TypeError, ValueError):
        return " ".join(map(str, (first, *others)))


#: Held while it is counted; what is collected as garbage meanwhile, by whatever thread, waits.
_counting = threading.Lock()
_gone: deque[list[tuple[logging.Logger, Secrets]]] = deque()
#: How many guarded servers and clients want a filter on a logger.
_wanted: Counter[tuple[logging.Logger, Secrets]] = Counter()
_filters: dict[tuple[logging.Logger, Secrets], _Filter] = {}


class Redaction:
    """Keeps what is secret out of the logs about one server or client, until it is taken away.

    Args:
        target: it; nothing is left when it is gone.
        replace: puts something into the place of an attribute.
        contract: what says what is secret.
        declared: also if it is said of no server and of no operation.

    Attributes:
        secrets: what is secret now.
    """

    def __init__(self, target: Any, replace: Any, contract: Contract, *, declared: bool) -> None:
        self._declared = declared
        self.secrets: Secrets = secrets_in(contract, declared=declared)
        loggers = dict.fromkeys(map(logging.getLogger, _LOGGERS))
        for owner in (target, getattr(target, "eio", None), getattr(target, "manager", None)):
            given = getattr(owner, "logger", None)
            logger = _of_logging(given)
            if logger is not None:
                loggers[logger] = None
            elif given is not None:
                replace(owner, "logger", _InFront(given, self))
        self._loggers = tuple(loggers)
        self._target = ref(target)
        self._finalizer = self._begin(target)

    def _begin(self, target: Any) -> finalize[..., Any]:
        keys = [(logger, self.secrets) for logger in self._loggers]
        _want(keys)
        found = finalize(target, _leave, keys)
        found.atexit = False
        return found

    def follow(self, contract: Contract) -> None:
        """Keep out of the logs what another contract says, unless it was taken away."""
        secrets = secrets_in(contract, declared=self._declared)
        target, before = self._target(), self._finalizer
        if target is not None and before.alive and secrets != self.secrets:
            self.secrets = secrets
            self._finalizer = self._begin(target)
            before()

    def remove(self) -> None:
        """Take it away."""
        self._finalizer()


def _of_logging(logger: Any) -> logging.Logger | None:
    """The logger of the standard library that something is, or writes by."""
    while isinstance(logger, logging.LoggerAdapter):
        logger = logger.logger
    return logger if isinstance(logger, logging.Logger) else None


def _want(keys: list[tuple[logging.Logger, Secrets]]) -> None:
    with _counting:
        for key in keys:
            logger, secrets = key
            _wanted[key] += 1
            wanted = _filters.setdefault(key, _Filter(secrets, ours=logger is own_logger))
            if wanted not in logger.filters:
                # Before those of the application: they may send records elsewhere.
                logger.filters.insert(0, wanted)
    _count_out()


def _leave(keys: list[tuple[logging.Logger, Secrets]]) -> None:
    _gone.append(keys)
    _count_out()


def _count_out() -> None:
    """Take the filters away that nobody wants any more; who counts now, does it afterwards."""
    while _gone and _counting.acquire(blocking=False):
        try:
            for key in _gone.popleft() if _gone else ():
                _wanted[key] -= 1
                if _wanted[key] == 0:
                    del _wanted[key]
                    key[0].removeFilter(_filters.pop(key))
        finally:
            _counting.release()
