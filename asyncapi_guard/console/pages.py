"""The console's pages as HTML: reading the document, trying it, and watching it.

Pages know no web framework and do no I/O but reading their own templates: whoever serves them, or
writes them to files, asks for the text. All that comes from the document is escaped by the
templates; only `reading` makes HTML of descriptions, limits, code and trees itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jinja2

from asyncapi_guard.console.page_length import bounded
from asyncapi_guard.console.reading.code_text import code_html
from asyncapi_guard.console.reading.document import ReadDocument, read_document
from asyncapi_guard.console.reading.markdown import inline, is_long, markdown
from asyncapi_guard.console.reading.tree_html import tree_html
from asyncapi_guard.console.reading.wording import count
from asyncapi_guard.console.trying.contract_data import contract_markup
from asyncapi_guard.spec.deep_stack import with_room
from asyncapi_guard.spec.source import no_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.components import Components

__all__ = ["Pages", "Urls", "environment"]

#: Faults of a file that are named.
_FAULTS = 5
_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the console's pages and data are, relative to the page that links to them."""

    read: str = "./"
    try_out: str = "./try"
    live: str = "./live"
    yaml: str = "./asyncapi.yml"
    json: str = "./asyncapi.json"
    judge: str = "./judge"
    live_data: str = "./live.json"

    @classmethod
    def below(cls, base: str) -> Urls:
        """Those below a console's root, which ends with `/`."""
        return cls(**{name: base + path.removeprefix("./") for name, path in _PATHS.items()})

    @classmethod
    def of_files(cls) -> Urls:
        """Those of a site that is opened without a server, so that names have suffixes."""
        return cls(read="index.html", try_out="try.html", live="", judge="", live_data="")


_PATHS = {
    "read": "",
    "try_out": "try",
    "live": "live",
    "yaml": "asyncapi.yml",
    "json": "asyncapi.json",
    "judge": "judge",
    "live_data": "live.json",
}


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates: everything is escaped, and a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(markdown=markdown, inline=inline, is_long=is_long)
    made.filters.update(code=code_html, tree=tree_html)
    made.filters["events"] = _events
    return made


def _events(amount: int) -> str:
    return count(amount, "event")


class Pages:
    """The pages about one contract.

    Args:
        contract: what the document means.
        title: the name in the bar and in headings; the document's own by default.
        base: the console's root as its pages link to it, with a `/` at its end.
        static: where the files of `static/` are, as pages link to them, with a `/` at its end.
        connect: the Socket.IO server's URL that the Try page connects to; `None` for the server
            that serves the page.
        socketio: where Socket.IO is on that server, relative to the page; a path with a `/` at its
            end, such as `../socket.io/`.
        live: whether there is a Live page.
        judge: whether something answers at `judge`; else the Try page says "Not checked".
        mode: what the guard does about violations, if there is a guard: shown in the bar.
        faults: what is wrong with the files now, of which `contract` is an earlier state.
        components: what else the document has, but for those at the locations that it is given.
        site: the pages are files that open without a server: links have suffixes, and scripts are
            classic ones.
    """

    def __init__(  # noqa: PLR0913  # options, each by its name
        self,
        contract: Contract,
        *,
        title: str | None = None,
        base: str = "./",
        static: str = "./static/",
        connect: str | None = None,
        socketio: str = "../socket.io/",
        live: bool = False,
        judge: bool = False,
        mode: Literal["enforce", "report", "off"] | None = None,
        faults: Sequence[Finding] = (),
        components: Callable[[AbstractSet[str]], Components] | None = None,
        site: bool = False,
    ) -> None:
        self.contract = contract
        self.title: str = title or contract.title
        self.version: str = contract.version
        self.static = static
        self.connect = connect
        self.socketio = socketio
        self.has_live: bool = live and not site
        self.judge: bool = judge and not site
        self.mode = mode
        self.faults: Sequence[Finding] = faults[:_FAULTS]
        self.more_faults: int = max(0, len(faults) - _FAULTS)
        self._components = components
        self.site = site
        self.urls: Urls = Urls.of_files() if site else Urls.below(base)

    @property
    def tabs(self) -> list[tuple[str, str, str]]:
        """The views: each one's name, its text and its URL."""
        tabs = [("read", "Read", self.urls.read), ("try", "Try", self.urls.try_out)]
        return [*tabs, ("live", "Live", self.urls.live)] if self.has_live else tabs

    @cached_property
    def document_line(self) -> str:
        """What the pages are about, in one line."""
        version = f" {self.version}" if self.version else ""
        return f"{self.contract.title}{version}, AsyncAPI {self.contract.asyncapi}"

    @cached_property
    def document(self) -> ReadDocument:
        """The document as pages show it, made when the first page needs it."""
        with no_garbage_collection():  # thousands of rows, none of which is garbage
            return with_room(lambda: read_document(self.contract, self._components))

    def read(self) -> str:
        """The page to read the document on; made once, because a contract never changes.

        Raises:
            TooLong: it would be longer than anybody can read; so do the others.
        """
        return self._read

    @cached_property
    def _read(self) -> str:
        with no_garbage_collection():  # once for all of it: each end of it is a collection
            return self._render("read", document=self.document)

    def try_out(self) -> str:
        """The page to send events from, and to see what comes back; made once, as `read` is."""
        return self._try

    @cached_property
    def _try(self) -> str:
        with no_garbage_collection():
            document = self.document
            data = with_room(lambda: contract_markup(self.contract, document))
            server = next((each.address for each in document.servers), "")
            return self._render("try", document=document, data=data, server_url=server)

    def live(self) -> str:
        """The page that shows what the guard counts."""
        return self._render("live", document=self.document)

    def _render(self, view: str, **values: Any) -> str:
        template = environment().get_template(f"{view}.html.jinja")
        return bounded(template.generate(page=self, view=view, **values))
