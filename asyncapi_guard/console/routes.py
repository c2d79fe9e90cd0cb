"""`Console`: which request gets which response, whatever serves it.

Below the console's root, which an entrance (`wsgi`, `asgi`, or a route of Flask) decides:

    /                 the document, to read
    /try              the document, to try out
    /live             the traffic of this process; only with `live`
    /asyncapi.yml     the document as YAML (`application/yaml`)
    /asyncapi.json    the document as JSON
    /static/...       the console's own files
    /live.json        the numbers of `/live`; see `live` for its form
    POST /judge       what the guard makes of some traffic; see `judge` for its form

`docs_auth` decides about every one of them. Nothing here opens a file that a request names, and no
response names a handler, a file of this machine, or an exception.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, quote

from asyncapi_guard.console.exchange import MOST_BYTES, Request, Response
from asyncapi_guard.console.failures import log_failure
from asyncapi_guard.console.judge import Judge, NotABatch
from asyncapi_guard.console.live import Live, Traffic
from asyncapi_guard.console.origins import is_local, is_same_origin
from asyncapi_guard.console.page_length import TooLong
from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.security_headers import allowed_origins, security_headers
from asyncapi_guard.console.static_files import static_files, tag_of
from asyncapi_guard.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.console.edition import Edition, Served

__all__ = ["Console", "too_large"]

logger: logging.Logger = logging.getLogger("asyncapi_guard")

_READING = ("GET", "HEAD")
_HTML = "text/html; charset=utf-8"
_STATIC = "/static/"


class _Made(NamedTuple):
    """What was made of the document that was shown last, by the paths of requests."""

    edition: Edition
    socketio: str
    pages: Pages
    responses: dict[str, Response]


class Console:
    """The console of one document.

    Args:
        served: the document.
        private: somebody is asked who can see it (`docs_auth`), so nothing of it is cached.
        title: of the pages; by default the document's.
        connect: the URL of the server that pages connect to; by default the one that serves them.
        traffic: what counts, for `/live`; `None` for no such page.
        debug: says whether the application is in debug mode, in which the judge answers others
            than this machine.
        judge: validates what pages ask about.
        says_faults: the document is its author's own file, so a response says what is wrong with
            it, and `served` has told the log; else only the log is told.

    Raises:
        ValueError: `connect` is not such a URL.
    """

    def __init__(  # noqa: PLR0913  # options, each by its name
        self,
        served: Served,
        *,
        private: bool = False,
        title: str | None = None,
        connect: str | None = None,
        traffic: Traffic | None = None,
        debug: Callable[[], bool] = bool,
        judge: Judge | None = None,
        says_faults: bool = False,
    ) -> None:
        self.private: bool = private
        self._served = served
        self._origins = allowed_origins(connect)
        self._live = None if traffic is None else Live(traffic)
        self._debug = debug
        self._judge = judge or Judge()
        self._says_faults = says_faults
        self._title = title
        self._connect = connect
        self._made: _Made | None = None
        self._routes: dict[str, tuple[str, Callable[[Request], Response]]] = {
            "/": ("GET", self._page),
            "/try": ("GET", self._page),
            "/asyncapi.yml": ("GET", self._page),
            "/asyncapi.json": ("GET", self._page),
            "/judge": ("POST", self._judged),
        }
        if self._live is not None:
            self._routes["/live"] = "GET", self._page
            self._routes["/live.json"] = "GET", self._numbers

    def reads(self, request: Request) -> bool:
        """Whether a request has a body that matters; without one, nothing is read of it."""
        return request.method == "POST" and request.path == "/judge"

    def before_reading(self, request: Request) -> Response | None:
        """The response to a request whose body is not even read; `None` for any other."""
        if not self.reads(request):
            return None
        refusal = self._refused(request)
        if refusal is None and _is_long(request.headers.get("content-length", "")):
            refusal = too_large()
        return None if refusal is None else self.finish(request, refusal)

    def forbidden(self, request: Request) -> Response:
        """The response where `docs_auth` did not return `True`."""
        return self.finish(request, Response.of_text(403, "Forbidden\n"))

    def respond(self, request: Request) -> Response:
        """The response to a request that `docs_auth` allows. Never raises."""
        try:
            response = self._answer(request)
        except SpecError as error:
            if not self._says_faults:  # which files these are, only the log says
                logger.error(  # noqa: TRY400  # its text says it all
                    "the console cannot show the document: %s", error
                )
            reason = f": {error}" if self._says_faults else "; the log says why"
            response = Response.of_text(500, f"The document cannot be used{reason}\n")
        except Exception as error:  # noqa: BLE001  # whatever it is, the browser gets an answer
            log_failure(f"the console failed at {request.path[:100]!r}", error)
            response = Response.of_text(500, f"The console failed ({type(error).__name__})\n")
        return self.finish(request, response)

    def finish(self, request: Request, response: Response) -> Response:
        """A response with the headers that all have, and without a body that the browser has."""
        keeps = "ETag" in response.headers and not self.private
        headers = {
            **security_headers(request.headers.get("host", ""), self._origins),
            # The policy names the host of the request, so no cache that others share keeps it.
            "Cache-Control": "private, no-cache" if keeps else "no-store",
            **response.headers,
        }
        tag = headers.get("ETag")
        if tag is not None and response.status == 200 and _has(request, tag):
            return Response(304, {k: v for k, v in headers.items() if k != "Content-Type"})
        return Response(response.status, headers, response.body)

    def _answer(self, request: Request) -> Response:
        path = request.path
        method: str
        answer: Callable[[Request], Response]
        if path.startswith(_STATIC):
            method, answer = "GET", self._static
        elif path in self._routes:
            method, answer = self._routes[path]
        elif path == "" or (path.endswith("/") and path.rstrip("/") in self._routes):
            return _moved(request)
        else:
            return _not_found()
        allowed = _READING if method == "GET" else (method,)
        if request.method not in allowed:
            allow = ", ".join(allowed)
            return Response.of_text(405, f"Method not allowed; use {allow}\n", Allow=allow)
        return answer(request)

    # -- what is made of the document --------------------------------------------------------------

    def _page(self, request: Request) -> Response:
        edition = self._served.edition()
        made = self._made
        if made is None or made.edition is not edition or made.socketio != request.socketio:
            made = self._made = _Made(edition, request.socketio, self._pages(edition, request), {})
        found = made.responses.get(request.path)
        if found is None:
            found = made.responses[request.path] = self._make(made, request.path)
        return found

    def _pages(self, edition: Edition, request: Request) -> Pages:
        return Pages(
            edition.contract,
            title=self._title,
            connect=self._connect,
            socketio=request.socketio,
            live=self._live is not None,
            judge=True,
            mode=edition.mode,
            faults=edition.faults,
            components=edition.components,
        )

    def _make(self, made: _Made, path: str) -> Response:
        if path == "/asyncapi.yml":
            kind, text = "application/yaml", made.edition.yaml
        elif path == "/asyncapi.json":
            kind, text = "application/json", made.edition.json
        else:
            pages = made.pages
            write = {"/": pages.read, "/try": pages.try_out, "/live": pages.live}[path]
            try:
                kind, text = _HTML, write()
            except TooLong as error:
                return Response.of_text(500, f"The document cannot be shown: {error}\n")
        body = text.encode("utf-8", "replace")
        return Response(200, {"Content-Type": kind, "ETag": tag_of(body)}, body)

    def _static(self, request: Request) -> Response:
        found = static_files().get(request.path[len(_STATIC) :])
        if found is None:
            return _not_found()
        # The same in every installation, so the browser can keep it.
        headers = {
            "Content-Type": found.type,
            "ETag": found.tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding",
        }
        if not _takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(200, headers, found.body)
        packed = {"Content-Encoding": "gzip", "ETag": tag_of(found.packed)}
        return Response(200, {**headers, **packed}, found.packed)

    # -- what is asked of the guard ----------------------------------------------------------------

    def _refused(self, request: Request) -> Response | None:
        """The response to what may not ask the judge."""
        if not is_same_origin(request.headers):
            return Response.of_json(403, {"error": "only pages of this origin can ask"})
        if not (self.private or is_local(request) or self._debug()):
            reason = "without docs_auth, only this machine can ask, or anybody in debug mode"
            return Response.of_json(403, {"error": reason})
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return Response.of_json(415, {"error": "the body must be application/json"})
        return None

    def _judged(self, request: Request) -> Response:
        refusal = self._refused(request)
        if refusal is not None:
            return refusal
        if len(request.body) > MOST_BYTES:
            return too_large()
        try:
            data = self._judge.judge(self._served.edition(), request)
        except NotABatch as error:
            return Response.of_json(400, {"error": str(error)})
        return Response.of_json(200, data)

    def _numbers(self, request: Request) -> Response:
        assert self._live is not None  # else there is no such route
        return Response.of_json(
            200, self._live.shown(self._served.edition(), _after(request.query))
        )


def too_large() -> Response:
    """The response to a body that is longer than anybody reads."""
    return Response.of_json(413, {"error": f"the body has more than {MOST_BYTES} bytes"})


def _is_long(length: str) -> bool:
    """Whether a body says of itself that it is too long."""
    digits = length.strip().lstrip("0")
    known = digits.isascii() and digits.isdecimal()
    return known and (len(digits) > 18 or int(digits) > MOST_BYTES)


def _after(query: str) -> float | None:
    try:
        return float(parse_qs(query, max_num_fields=10).get("after", [""])[-1])
    except ValueError:
        return None


def _moved(request: Request) -> Response:
    """To the address below which the links of pages are right; it is relative, as they are."""
    name = request.path.strip("/")
    location = f"../{name}" if name else f"{quote(request.root.rpartition('/')[2])}/"
    return Response.of_text(308, f"Moved to {location}\n", Location=location)


def _takes_gzip(accepted: str) -> bool:
    """Whether a browser takes what is compressed; `;q=0` says that it does not."""
    codings = (each.replace(" ", "").lower().partition(";") for each in accepted.split(","))
    return any(name == "gzip" and not re.fullmatch(r"q=0(\.0*)?", q) for name, _, q in codings)


def _not_found() -> Response:
    return Response.of_text(404, "Not found\n")


def _has(request: Request, tag: str) -> bool:
    """Whether the browser has a response already."""
    tags = request.headers.get("if-none-match", "").split(",")
    return any(each.strip().removeprefix("W/") == tag for each in tags)
