"""References: from a `$ref` to the place it means, across files.

AsyncAPI's Reference Object follows JSON Reference: the fragment is a JSON Pointer into the file,
siblings of `$ref` are ignored, and a pointer may run *through* another reference
(`#/channels/alias/messages/m`, where `alias` is a `$ref`), which no JSON Schema library follows.
So walking a pointer is ours; finding and keeping documents is `referencing`'s (its `Registry`,
with our retrieval). It is imported when a document refers to another file: most do not, and the
import costs more than reading them.

Nothing is fetched that was not allowed: files only below the root folder, symlinks followed first
and checked then; http only from hosts that were listed, redirects included.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin, urlsplit

from asyncapi_guard.errors import Finding, UnreadableDocument
from asyncapi_guard.spec.pointers import Path, format_pointer, parse_fragment
from asyncapi_guard.spec.source import DEFAULT_LIMITS, Limits, Source, read_source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["Documents", "Node", "Unresolvable", "is_reference"]

_NO_ROOT = "a document that came as data refers to no files; give root="
_TIMEOUT = 10  # seconds for a document over http


class Unresolvable(Exception):
    """A reference has no target; carries the findings, made where the reference stands."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(*findings)


def is_reference(value: Any) -> bool:
    """Whether a value is a Reference Object: a mapping whose `$ref` is a string.

    A mapping may have a property that is called `$ref`, whose value is a mapping then.
    """
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and where it stands.

    Attributes:
        source: the document.
        path: the unescaped parts of the pointer to it.
        value: plain data; shared, never to be changed.
    """

    source: Source
    path: Path
    value: Any

    def child(self, key: str | int) -> Node:
        """The value below a key or an index; `KeyError` or `IndexError` if there is none."""
        return Node(self.source, (*self.path, key), self.value[key])

    def get(self, key: str) -> Node | None:
        """The value below a key, or `None`."""
        return self.child(key) if isinstance(self.value, dict) and key in self.value else None

    def items(self) -> Iterator[tuple[Any, Node]]:
        """Keys or indexes with their values, of a mapping or a sequence."""
        keys = self.value if isinstance(self.value, dict) else range(len(self.value))
        return ((key, self.child(key)) for key in keys)

    @property
    def place(self) -> tuple[str, Path]:
        """What identifies it, hashable."""
        return self.source.uri, self.path

    @property
    def location(self) -> str:
        """`file#/json/pointer`."""
        return f"{self.source.name}#{format_pointer(self.path)}"

    def finding(self, message: str, *, key: bool = False) -> Finding:
        """A finding about this value (with `key`, about its key)."""
        return self.source.finding(self.path, message, key=key)


class Documents:
    """The files of one spec, read when a reference first needs them."""

    def __init__(
        self,
        main: Source,
        *,
        root: FilePath | None = None,
        allow_http: Collection[str] = (),
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.main = main
        self._root = root.resolve() if root is not None else None
        self._hosts = frozenset(allow_http)
        self._limits = limits
        self._sources = {main.uri: main}
        self._registry: Any = None

    def resolve(self, node: Node, *, _through: frozenset[tuple[str, Path]] = frozenset()) -> Node:
        """The value that a node means: itself, or what its chain of references leads to.

        Raises:
            Unresolvable: a reference has no target, may not be followed, or leads to itself.
        """
        while is_reference(node.value):
            if node.place in _through:
                raise Unresolvable(node.finding("the reference leads back to itself, to no value"))
            _through |= {node.place}
            node = self._target(node, _through)
        return node

    def target(self, node: Node) -> Node:
        """The value that a node's `$ref` names, one step; it may be a reference again.

        Raises:
            Unresolvable: see `resolve`.
        """
        return self._target(node, frozenset((node.place,)))

    def _target(self, node: Node, through: frozenset[tuple[str, Path]]) -> Node:
        reference: str = node.value["$ref"]
        at = node.child("$ref")
        try:
            uri, fragment = urldefrag(reference)
            target = urljoin(node.source.uri, uri)
            parts = parse_fragment(fragment)
        except ValueError as error:
            raise Unresolvable(at.finding(f"{reference!r} cannot be followed: {error}")) from None
        source = self._open(at, target) if uri else node.source
        found = Node(source, (), source.data)
        for part in parts:
            if is_reference(found.value) and part not in found.value:
                found = self.resolve(found, _through=through)
            below = _step(found, part)
            if below is None:
                raise Unresolvable(at.finding(_nothing_there(at, found, part)))
            found = below
        return found

    # -- other documents ---------------------------------------------------------------------------

    def _open(self, at: Node, uri: str) -> Source:
        if uri in self._sources:
            return self._sources[uri]
        from referencing import Registry, exceptions

        if self._registry is None:
            self._registry = Registry(retrieve=self._retrieve)  # type: ignore[call-arg]  # attrs class that mypy cannot see into
        try:
            retrieved = self._registry.get_or_retrieve(uri)
        except exceptions.Unretrievable as error:
            cause = error.__cause__
            if isinstance(cause, UnreadableDocument):
                reason = f"{at.value!r} cannot be read: {cause}"
                raise Unresolvable(at.finding(reason), *cause.findings) from None
            raise Unresolvable(at.finding(f"{at.value!r} cannot be read: {cause}")) from None
        self._registry = retrieved.registry
        source: Source = retrieved.value.contents
        return self._sources.setdefault(uri, source)

    def _retrieve(self, uri: str) -> Any:
        from referencing import Resource, Specification

        scheme = urlsplit(uri).scheme
        if scheme == "file":
            source = self._read_file(uri)
        elif scheme in ("http", "https"):
            source = self._read_http(uri)
        elif not scheme:
            raise ValueError(_NO_ROOT)
        else:
            raise ValueError(f"only files and http are read, not {scheme}: URIs")
        return Resource(contents=source, specification=Specification.OPAQUE)  # type: ignore[call-arg]  # see above

    def _read_file(self, uri: str) -> Source:
        path = FilePath(urllib.request.url2pathname(urlsplit(uri).path))
        if self._root is None:
            raise ValueError(_NO_ROOT)
        real = path.resolve()
        if not real.is_relative_to(self._root):
            raise ValueError(f"it is outside of the spec's folder {self._root.name!r}; see root=")
        name = _shown(path, self.main)
        if not real.is_file():
            raise ValueError("there is no such file")
        if real.stat().st_size > self._limits.size:
            raise ValueError(f"the file is larger than {self._limits.size:,} bytes")
        return read_source(name, uri, real.read_bytes(), self._limits)

    def _read_http(self, uri: str) -> Source:
        self._check_host(uri)
        opener = urllib.request.build_opener(_Redirects(self._check_host))
        try:
            with opener.open(uri, timeout=_TIMEOUT) as response:
                raw: bytes = response.read(self._limits.size + 1)
        except urllib.error.HTTPError as error:
            error.close()
            raise ValueError(str(error)) from None
        return read_source(uri, uri, raw, self._limits)

    def _check_host(self, uri: str) -> None:
        parts = urlsplit(uri)
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"{parts.scheme}: is not http")
        if not {parts.netloc, parts.hostname} & self._hosts:
            raise ValueError(
                "references over http are not followed"
                if not self._hosts
                else f"the host {parts.hostname!r} is not allowed"
            )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to allowed hosts only."""

    def __init__(self, check: Any) -> None:
        self._check = check

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            self._check(newurl)
        except ValueError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _shown(path: FilePath, main: Source) -> str:
    """The name of a file as people would type it: relative to the main document's."""
    folder = FilePath(urllib.request.url2pathname(urlsplit(main.uri).path)).parent
    try:
        relative = path.relative_to(folder)
    except ValueError:
        return str(path)
    return str(FilePath(main.name).parent / relative)


def _step(node: Node, part: str) -> Node | None:
    value = node.value
    if isinstance(value, dict):
        return node.child(part) if part in value else None
    if isinstance(value, list) and (part == "0" or (part.isdecimal() and part[0] != "0")):
        index = int(part) if len(part) < 10 else len(value)
        return node.child(index) if index < len(value) else None
    return None


def _nothing_there(at: Node, node: Node, part: str) -> str:
    from difflib import get_close_matches

    where = f"{format_pointer(node.path) or 'the root'}"
    if node.source is not at.source:
        where += f" of {node.source.name}"
    message = f"{at.value!r} leads nowhere: {where} has no {part!r}"
    names = (
        [key for key in node.value if isinstance(key, str)] if isinstance(node.value, dict) else []
    )
    near = get_close_matches(part, names, n=1)
    return message + (f"; did you mean {near[0]!r}?" if near else "")
