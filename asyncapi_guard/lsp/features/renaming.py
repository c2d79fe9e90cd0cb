"""Renames components, channels, messages and their like, with all references to them."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from asyncapi_guard.errors import EditRefused, UnreadableDocument
from asyncapi_guard.lint.grammar import KEYS, OBJECTS
from asyncapi_guard.lsp.findings import to_range
from asyncapi_guard.lsp.followed_references import Reference, all_references, place_of
from asyncapi_guard.lsp.open_files import identity
from asyncapi_guard.lsp.text_edits import workspace_edit
from asyncapi_guard.lsp.texts import Text
from asyncapi_guard.spec.edit import Edit, Rename, SetValue, apply_edits

if TYPE_CHECKING:
    from asyncapi_guard.lsp.fixes import Changed
    from asyncapi_guard.lsp.followed_references import Place
    from asyncapi_guard.lsp.open_files import Document
    from asyncapi_guard.lsp.server import GuardServer
    from asyncapi_guard.lsp.snapshots import Snapshot
    from asyncapi_guard.spec.pointers import Path

__all__ = ["register"]

_ROOT_MAPS = ("channels", "operations", "servers")
#: Maps in channels and servers whose keys are names, and the fields with such a name in braces.
_INNER_MAPS = {
    "messages": ("channels", ()),
    "parameters": ("channels", ("address",)),
    "variables": ("servers", ("host", "pathname")),
}
_DEFINITIONS = ("definitions", "$defs")


class _Refused(JsonRpcException):
    """A place or a name with which no rename is possible; editors show the message."""

    CODE = -32803  # RequestFailed


def register(server: GuardServer) -> None:
    """Add the handlers of the feature."""

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder:
        document, snapshot = _document(server, params.text_document.uri)
        offset = document.text.offset(params.position.line, params.position.character)
        (_, path), (start, end), _ = _target(server, document, snapshot, offset)
        place = to_range(document.text.place(start), document.text.place(end))
        return types.PrepareRenamePlaceholder(place, str(path[-1]))

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def rename(params: types.RenameParams) -> types.WorkspaceEdit:
        document, snapshot = _document(server, params.text_document.uri)
        offset = document.text.offset(params.position.line, params.position.character)
        target, _, references = _target(server, document, snapshot, offset)
        return workspace_edit(server, _renamed(server, target, params.new_name, references))


def _document(server: GuardServer, uri: str) -> tuple[Document, Snapshot]:
    document = server.files.document(uri)
    snapshot = document.snapshot() if document is not None else None
    if document is None or snapshot is None or not document.is_readable:
        raise _Refused("this file can't be read as it is now; fix it before you rename")
    return document, snapshot


# -- what is to be renamed -------------------------------------------------------------------------


def _target(
    server: GuardServer, document: Document, snapshot: Snapshot, offset: int
) -> tuple[Place, tuple[int, int], list[Reference]]:
    """The place that gets another name, where its name is written here, and all references.

    Raises:
        _Refused: the cursor is on nothing that can be renamed.
    """
    spot = snapshot.spot(offset)
    if spot is None:
        raise _Refused("put the cursor on a name, or on a reference to one")
    references, unreadable = all_references(
        _documents(server, document), server.files, server.surroundings
    )
    file = identity(document.path)
    if spot.on_key:
        target: Place = (file, spot.path)
        span = spot.start, spot.end
    else:
        reference = _reference_at(references, file, spot.path)
        if reference is None:
            raise _Refused("only names can be renamed, and this is a value")
        last = reference.places[-1]
        if last is None:
            raise _Refused("this reference does not resolve, so its target can't be renamed")
        target, span = last, (spot.start, spot.end)
    why_not = _why_not(server, target, references) or _why_not_now(server, target, unreadable)
    if why_not is not None:
        raise _Refused(why_not)
    return target, span, references


def _documents(server: GuardServer, document: Document) -> list[FilePath]:
    """The documents that may use a name: all of the workspace, and those that are open."""
    opened = [
        each
        for each in server.files.documents()
        if server.surroundings.is_document(each.text.value)
    ]
    paths = {identity(each.path): each.path for each in opened}
    for directory in server.directories or [document.path.parent]:
        for path in server.surroundings.documents_below(directory):
            paths.setdefault(identity(path), path)
    return list(paths.values())


def _reference_at(references: list[Reference], file: str, path: Path) -> Reference | None:
    if not path or path[-1] != "$ref":
        return None
    return next((each for each in references if place_of(each.node) == (file, path[:-1])), None)


def _why_not(server: GuardServer, target: Place, references: list[Reference]) -> str | None:
    """Why a place can't be renamed; `None` if it can."""
    file, path = target
    name = path[-1] if path else None
    if not isinstance(name, str):
        return "an item of a list has no name"
    if _is_name(path):
        return None
    snapshot = server.files.snapshot(FilePath(file))
    is_document = (
        isinstance(snapshot.source.data, dict) and "asyncapi" in snapshot.source.data
        if snapshot
        else False
    )
    is_used = any(target in each.places for each in references)
    if is_used and len(path) == 1 and not is_document:
        return None
    if is_used and len(path) > 1 and path[-2] in _DEFINITIONS:
        return None
    if len(path) > 1 and path[-2] == "properties":
        return f"'{name}' is a property that clients send, and not a name of the document"
    return f"'{name}' is not a name that the document's author chose"


def _why_not_now(server: GuardServer, target: Place, unreadable: list[FilePath]) -> str | None:
    """Which document may refer to a place, and can't be read as it is now."""
    for path in unreadable:
        document = server.files.at(path)
        try:
            text = document.text.value if document else path.read_text("utf-8", "replace")
        except OSError:
            continue
        if str(target[1][-1]) in text:
            return f"{path.name} might use '{target[1][-1]}' and can't be read; fix it first"
    return None


def _is_name(path: Path) -> bool:
    """Whether a path is that of an entry in a map whose keys are names."""
    if path[0] == "components":
        rest = path[1:]
        if len(rest) == 2:
            return rest[0] in OBJECTS["Components"]
    else:
        rest = path
        if len(rest) == 2:
            return rest[0] in _ROOT_MAPS
    return len(rest) == 4 and rest[2] in _INNER_MAPS and _INNER_MAPS[str(rest[2])][0] == rest[0]


# -- the new name ----------------------------------------------------------------------------------


def _renamed(server: GuardServer, target: Place, name: str, references: list[Reference]) -> Changed:
    """The files with another name for a place.

    Raises:
        _Refused: the name is invalid or taken, or a file is written so that it can't be edited.
    """
    file, path = target
    snapshot = server.files.snapshot(FilePath(file))
    holder = snapshot.node(path[:-1]) if snapshot is not None else None
    if snapshot is None or holder is None:
        raise _Refused(f"{file} can't be read as it is now; fix it before you rename")
    if name == path[-1]:
        return {}
    _check_name(path, name, holder.value)
    edits: dict[str, list[Edit]] = {
        file: [Rename(path, name), *_uses_in_texts(snapshot, path, name)]
    }
    for reference in references:
        place = place_of(reference.node)
        if place is not None and target in reference.places:
            new = reference.renamed(target, name)
            edits.setdefault(place[0], []).append(SetValue((*place[1], "$ref"), new))
    changed: Changed = {}
    for each, several in edits.items():
        uri = server.files.uri_of(FilePath(each))
        changed[uri] = _edited(server, FilePath(each), several)
    return changed


def _check_name(path: Path, name: str, taken: dict[str, Any]) -> None:
    kind = str(path[-2]) if len(path) > 1 else ""
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise _Refused("a name must have a character, and no blanks around it")
    pattern = None
    if len(path) == 3 and path[0] == "components":
        pattern = KEYS["component"]
    elif kind in ("servers", "parameters"):
        pattern = KEYS["server"]
    if pattern is not None and pattern.fullmatch(name) is None:
        allowed = "letters, digits, '-' and '_'" + (
            " or '.'" if pattern is KEYS["component"] else ""
        )
        raise _Refused(f"'{name}' is not a valid name here; use {allowed}")
    if name in taken:
        raise _Refused(f"'{name}' already exists in '{kind or 'this file'}'; choose another name")


def _uses_in_texts(snapshot: Snapshot, path: Path, name: str) -> list[Edit]:
    """The edits of addresses and hosts that have a parameter's or a variable's name in braces."""
    if len(path) < 4 or path[-2] not in _INNER_MAPS:
        return []
    found: list[Edit] = []
    for key in _INNER_MAPS[str(path[-2])][1]:
        node = snapshot.node((*path[:-2], key))
        if node is not None and isinstance(node.value, str) and f"{{{path[-1]}}}" in node.value:
            found.append(SetValue(node.path, node.value.replace(f"{{{path[-1]}}}", f"{{{name}}}")))
    return found


def _edited(server: GuardServer, path: FilePath, edits: list[Edit]) -> tuple[Text, str]:
    document = server.files.at(path)
    try:
        if document is not None:
            text, raw = document.text, document.text.value.encode("utf-8", "surrogatepass")
        else:
            raw = path.read_bytes()
            text = Text(raw.decode("utf-8"))
        new = apply_edits(path.name, path.as_uri(), raw, edits)
    except EditRefused as error:
        raise _Refused(str(error)) from None
    except (OSError, UnicodeDecodeError, UnreadableDocument) as error:
        raise _Refused(f"{path.name} can't be edited: {error}") from None
    return text, new.decode("utf-8", "surrogatepass")
