"""A document at one moment: what judges by it, its text, and the lines that decide."""

from __future__ import annotations

import functools
import os
import re
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

from asyncapi_guard.spec.components import Components, read_components
from asyncapi_guard.spec.export import bundle
from asyncapi_guard.spec.serializing import to_json, to_yaml
from asyncapi_guard.spec.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from asyncapi_guard.contract import Contract, Mode
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.spec.references import Documents

__all__ = ["Edition", "Served", "relative_name"]

_ModeName = Literal["enforce", "report", "off"]
#: Lines shown on each side of the one that decides, and characters of each.
_AROUND = 3
_WIDEST = 200
#: As YAML 1.2 counts lines, and JSON.
_BREAK = re.compile("\r\n|[\r\n]")


class Served(Protocol):
    """A document that a console shows, and that can change while it does."""

    def edition(self) -> Edition:
        """The document as it is in force now; the same object for as long as nothing changes.

        Raises:
            SpecError: the document cannot be used now.
        """
        ...


class Edition:
    """A document at one moment.

    Args:
        guard: validates by it, as the server sees the traffic.
        documents: what the contract was made of.
        mode: what is done about violations, if there is a guard to do it.
        active: that guard is on a server. Without a guard, it stands for what one would do.
        faults: what is wrong with the files of the document now; it is what it was before.

    Attributes:
        guard: as it was given.
        active: as well.
        faults: as well.
        mode: as well; `off` if it is not active.
        contract: of the guard.
    """

    def __init__(
        self,
        guard: Guard,
        documents: Documents,
        mode: Mode | None = None,
        *,
        active: bool = True,
        faults: Sequence[Finding] = (),
    ) -> None:
        self.guard: Guard = guard
        self.active: bool = active
        self.faults: tuple[Finding, ...] = tuple(faults)
        self.mode: _ModeName | None = None if mode is None else mode.value
        if not active:
            self.mode = "off"
        self.contract: Contract = guard.contract
        self._documents = documents
        self._main = documents.main
        names = [source.name for source in self.contract.sources]
        #: The other files first: the name of one can begin with the name of another.
        self._sources = {
            source.name: source
            for source in sorted(documents.sources(), key=lambda each: -len(each.name))
            if source.name in names
        }

    def with_faults(self, faults: Sequence[Finding]) -> Edition:
        """The same document, whose files have faults now."""
        kept = copy(self)
        kept.faults = tuple(faults)
        return kept

    # -- the document ------------------------------------------------------------------------------

    @functools.cached_property
    def yaml(self) -> str:
        """The document as YAML: the author's own file if there is one YAML file, else all of it."""
        return self._main.text if self._is_own(json=False) else to_yaml(self._data)  # type: ignore[return-value]  # `_is_own` looks at it

    @functools.cached_property
    def json(self) -> str:
        """The document as JSON: the author's own file if there is one JSON file, else all of it."""
        return self._main.text if self._is_own(json=True) else to_json(self._data)  # type: ignore[return-value]  # as above

    def _is_own(self, *, json: bool) -> bool:
        is_json = self._main.uri.lower().endswith(".json")
        return self._main.text is not None and len(self._sources) == 1 and is_json is json

    @functools.cached_property
    def _data(self) -> Any:
        return bundle(self._documents) if len(self._sources) > 1 else self._main.data

    def components(self, known: AbstractSet[str]) -> Components:
        """The components of the document, but for those at some locations."""
        return read_components(self._documents, known)

    # -- places ------------------------------------------------------------------------------------

    def place(self, location: str) -> tuple[str, str]:
        """Where something stands in the document, without a path of this machine.

        Args:
            location: `file#/json/pointer`; empty for nowhere.

        Returns:
            The file, and the JSON Pointer in it. The file is as references of the document write
            it; empty for data, which is in no file.
        """
        source = self._source(location)
        if source is None:
            return "", ""
        return self._file(source), location[len(source.name) + 1 :]

    def _file(self, source: Source) -> str:
        return "" if source.text is None else relative_name(source.uri, self._main.uri)

    def clause(self, location: str) -> dict[str, Any] | None:
        """The lines around what stands at a location; `None` if nothing stands there.

        Returns:
            `line` and `column`, the place that decides; `lines`, each with `number` and `text`; and
            `served`, the path below the console where the whole text is, `None` if it is nowhere.
        """
        source = self._source(location)
        if source is None:
            return None
        texts = self._lines[source.name]
        pointer = location[len(source.name) + 1 :]
        line, column = self._with_text(source).position_of(pointer)
        if not 0 < line <= len(texts):
            return None
        numbers = range(max(1, line - _AROUND), min(len(texts), line + _AROUND) + 1)
        lines = [
            {"number": n, "text": _cut(texts[n - 1], column if n == line else 1)} for n in numbers
        ]
        return {"line": line, "column": column, "served": self._served, "lines": lines}

    @property
    def _served(self) -> str | None:
        """Where the text that lines are counted in is served: that of several files is nowhere."""
        if len(self._sources) > 1:
            return None
        return "asyncapi.json" if self._is_own(json=True) else "asyncapi.yml"

    def _source(self, location: str) -> Source | None:
        names = (name for name in self._sources if location.startswith(f"{name}#"))
        return self._sources.get(next(names, ""))

    @functools.cached_property
    def _lines(self) -> dict[str, list[str]]:
        texts = ((name, self._with_text(each).text) for name, each in self._sources.items())
        return {name: _BREAK.split(text or "") for name, text in texts}

    def _with_text(self, source: Source) -> Source:
        """A file that has a text; of a document that came as data, the text that is shown."""
        return self._shown if source.text is None else source

    @functools.cached_property
    def _shown(self) -> Source:
        text = to_yaml(self._main.data)
        return Source(self._main.name, self._main.uri, text, self._main.data)


def relative_name(uri: str, base: str) -> str:
    """The URI of a file as the document can write it, without what nobody else should see."""
    there, here = urlsplit(uri), urlsplit(base)
    if there.scheme == "file" and here.scheme == "file":
        path, folder = Path(url2pathname(there.path)), Path(url2pathname(here.path)).parent
        # The way through the root of the disk, or another disk, would tell the whole path.
        shared = [each for each in folder.parents if each in path.parents and each != each.parent]
        if folder not in path.parents and not shared:
            return path.name
        return os.path.relpath(path, folder).replace(os.sep, "/")
    host = there.netloc.rpartition("@")[2]
    return urlunsplit((there.scheme, host, there.path, "", "")) if host else ""


def _cut(text: str, column: int) -> str:
    """A line; of one that is too long, the part with a column."""
    if len(text) <= _WIDEST:
        return text
    start = max(0, min(column - 1 - _WIDEST // 4, len(text) - _WIDEST))
    part = text[start : start + _WIDEST]
    return f"{'…' if start else ''}{part}{'…' if start + _WIDEST < len(text) else ''}"
