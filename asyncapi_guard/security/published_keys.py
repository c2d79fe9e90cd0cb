"""The keys that an issuer publishes: fetched, kept for a while, and fetched again for new ones.

A client can show tokens that name any key. So only one fetch runs at a time, and the next one
starts after a delay; until then, tokens that name an unknown key are rejected. A fetch runs in a
thread of its own, and verifiers wait for it with a timeout. So an issuer that hangs doesn't block
them for long. The number of waiting verifiers is limited, so that verifiers of other schemes can
run.
"""

from __future__ import annotations

import json
import logging
import threading
import urllib.request
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.security.token_keys import key_for, published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.security.token_keys import TokenKey

__all__ = ["PublishedKeys", "checked_url"]

#: How many seconds a verifier waits for a fetch.
_PATIENCE = 3.0
#: How many wait at once: half of those that run at once.
_MOST_WAITING = 16
#: How many seconds after a fetch an unknown name may cause another; and after one that failed.
_PAUSE, _PAUSE_AFTER_FAILURE = 30.0, 5.0
#: How many seconds until a fetch that does not end is given up.
_ABANDONED = 30.0
_MOST_BYTES = 1_000_000
_HERE = ("localhost", "127.0.0.1", "::1")


def checked_url(given: Any) -> str:
    """Check the URL of an issuer's keys.

    Raises:
        TypeError: a URL that isn't a string.
        ValueError: a URL that others than the issuer can answer.
    """
    if not isinstance(given, str):
        raise TypeError(f"jwks_url must be a URL, not {type(given).__name__}")
    parts = urlsplit(given)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not secure or not parts.hostname:
        raise ValueError(
            "jwks_url must be an https URL, because anyone on the network can replace keys sent "
            "over http"
        )
    return given


class PublishedKeys:
    """The keys at a URL.

    Args:
        url: the URL of the keys.
        algorithms: the algorithms that the application accepts.
        lifespan: the number of seconds that keys are valid without a new fetch.
    """

    def __init__(self, url: str, algorithms: Sequence[str], lifespan: float) -> None:
        self._url = url
        self._algorithms = algorithms
        self._lifespan = lifespan
        self._lock = threading.Lock()
        self._waiting = threading.Semaphore(_MOST_WAITING)
        self._keys: tuple[TokenKey, ...] = ()
        #: When what is there was asked for, and when there may be another fetch.
        self._asked = self._next = float("-inf")
        self._fetch: _Fetch | None = None

    def find(self, algorithm: str, kid: str | None) -> TokenKey | None:
        """Find the key of a token; `None` without one, or after a timeout.

        Args:
            algorithm: the algorithm of the token's signature.
            kid: the name of the key in the token.
        """
        keys = self._in_force()
        if not keys:
            self._wait_for(self._begin())
            keys = self._in_force()
        found = key_for(keys, algorithm, kid)
        if found is None and kid is not None and all(key.kid != kid for key in keys):
            self._wait_for(self._begin())
            found = key_for(self._in_force(), algorithm, kid)
        elif monotonic() - self._asked > self._lifespan / 2:
            self._begin()  # nobody has to wait for it
        return found

    def _in_force(self) -> tuple[TokenKey, ...]:
        with self._lock:
            return self._keys if monotonic() - self._asked < self._lifespan else ()

    def _wait_for(self, fetch: _Fetch | None) -> None:
        if fetch is not None and self._waiting.acquire(blocking=False):
            try:
                fetch.done.wait(_PATIENCE)
            finally:
                self._waiting.release()

    def _begin(self) -> _Fetch | None:
        """Return the running fetch, or start a new one if it is time, or return `None`."""
        with self._lock:
            now, running = monotonic(), self._fetch
            if running is not None and now - running.began < _ABANDONED:
                return running
            if running is None and now < self._next:
                return None
            fetch = self._fetch = _Fetch(now)
            try:
                threading.Thread(target=self._run, args=(fetch,), daemon=True).start()
            except RuntimeError:  # no more threads
                self._fetch = None
                return None
            return fetch

    def _run(self, fetch: _Fetch) -> None:
        keys: tuple[TokenKey, ...] = ()
        problem: str | None = None
        try:
            keys = published(_json_at(self._url), self._algorithms)
            if not keys:
                problem = "none of the keys fits the algorithms"
        except HTTPError as error:
            problem = f"the status is {error.code}"
            error.close()
        except Exception as error:  # noqa: BLE001  # not its words, which may quote what came
            problem = type(error).__name__
        if problem is not None:
            write(logging.ERROR, "the keys at %s can't be used: %s", _shown(self._url), problem)
        self._end(fetch, keys)

    def _end(self, fetch: _Fetch, keys: tuple[TokenKey, ...]) -> None:
        with self._lock:
            if keys and fetch.began > self._asked:
                self._keys, self._asked = keys, fetch.began
            if self._fetch is fetch:
                pause = min(_PAUSE if keys else _PAUSE_AFTER_FAILURE, self._lifespan / 2)
                self._fetch, self._next = None, monotonic() + pause
        fetch.done.set()


class _Fetch:
    """A running or finished fetch."""

    __slots__ = ("began", "done")

    def __init__(self, began: float) -> None:
        self.began = began
        self.done = threading.Event()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A handler that doesn't follow redirects, because others could answer at the target."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _json_at(url: str) -> Any:
    """Fetch JSON from a URL.

    Raises:
        OSError: a URL that can't be reached in time.
        ValueError: invalid JSON, or too much of it.
    """
    ends = monotonic() + _PATIENCE
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310  # checked
    opener = urllib.request.build_opener(_NoRedirects)
    with opener.open(request, timeout=_PATIENCE) as response:
        if response.status != HTTPStatus.OK:
            raise HTTPError(url, response.status, "", response.headers, None)
        text = b""
        while chunk := response.read1(65_536):
            text += chunk
            if len(text) > _MOST_BYTES:
                raise ValueError("the response is too long")
            if monotonic() > ends:
                raise TimeoutError
    return json.loads(text)


def _shown(url: str) -> str:
    """Return a URL for the log: without users and parameters."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"
