"""`load`: from a file, or a mapping, to a `Contract`."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import Finding, UnreadableDocument
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.limits import DEFAULT_LIMITS, TOO_DEEP, Limits, refuse
from asyncapi_guard.spec.references import Documents
from asyncapi_guard.spec.source import Source, check_data, read_source

if TYPE_CHECKING:
    import os
    from collections.abc import Collection

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.schema import EngineName

__all__ = ["load", "open_documents"]


def load(
    spec: str | os.PathLike[str] | Mapping[str, Any],
    *,
    allow_http: Collection[str] | bool = False,
    root: str | os.PathLike[str] | None = None,
    engine: EngineName = "auto",
    limits: Limits = DEFAULT_LIMITS,
) -> Contract:
    """Read an AsyncAPI 3.0 or 3.1 document and all that it refers to.

    Args:
        spec: the path of a YAML or JSON file, or the document as data.
        allow_http: the hosts that references can point to over http(s), for example
            `["schemas.example.com"]`. None by default. `True` is rejected, because it names no
            hosts.
        root: the directory that references must not leave. Defaults to the document's own.
        engine: `rust` (jsonschema-rs), `jsonschema`, or `auto` for the first that is installed.
        limits: how large a document can be.

    Raises:
        SpecError: the guard can't use the document. `.findings` has every finding, with its file,
            line, column, and JSON Pointer.
    """
    documents = open_documents(spec, allow_http=allow_http, root=root, limits=limits)
    return compile_contract(documents, engine)


def open_documents(
    spec: str | os.PathLike[str] | Mapping[str, Any],
    *,
    raw: bytes | None = None,
    allow_http: Collection[str] | bool = False,
    root: str | os.PathLike[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Documents:
    """A document, read, and the rules by which it may refer to others.

    Arguments as in `load`, and `raw`: what is in the file, if it is not to be read.

    Raises:
        UnreadableDocument: it cannot be read.
    """
    if isinstance(allow_http, (bool, str)):
        if allow_http:
            raise TypeError("allow_http takes the allowed hosts, for example ['example.com']")
        allow_http = ()
    if isinstance(spec, Mapping):
        folder = Path(root) if root is not None else None
        main = _from_data(spec, folder, limits)
    else:
        path = Path(spec)
        main = _from_file(path, limits) if raw is None else _from_text(path, raw, limits)
        folder = Path(root) if root is not None else path.parent
    return Documents(main, root=folder, allow_http=allow_http, limits=limits)


def _from_file(path: Path, limits: Limits) -> Source:
    name = str(path)
    try:
        if path.stat().st_size > limits.size:
            size = path.stat().st_size
            message = f"the file has {size:,} bytes; at most {limits.size:,} are read"
            raise UnreadableDocument(Finding(name, 0, 0, "", message, "unreadable"))
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot be read: {reason}"
        if isinstance(error, FileNotFoundError) and not path.is_absolute():
            # Servers are started from other folders than their authors think.
            message += f" (in the working directory, {Path.cwd()})"
        raise UnreadableDocument(Finding(name, 0, 0, "", message, "unreadable")) from error
    return read_source(name, path.absolute().as_uri(), raw, limits)


def _from_text(path: Path, raw: bytes, limits: Limits) -> Source:
    uri = path.absolute().as_uri()
    # Without a suffix the text says by itself what it is.
    if not path.suffix and _is_json(raw):
        uri += ".json"
    return read_source(str(path), uri, raw, limits)


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (RecursionError, ValueError):
        return False
    return True


def _from_data(spec: Mapping[str, Any], folder: Path | None, limits: Limits) -> Source:
    name = "<mapping>"
    data = dict(spec)
    check_data(name, data, limits)
    # Its references are relative to the root, as those of a file that lies there are.
    uri = "mapping:" if folder is None else (folder / name).absolute().as_uri()
    # A copy: schemas are compiled later, and what the caller changes then must not reach them.
    try:
        return Source(name, uri, None, copy.deepcopy(data))
    except RecursionError:
        refuse(name, TOO_DEEP)
