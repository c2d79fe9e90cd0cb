"""The server: synchronization of documents, and what features have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from asyncapi_guard import __version__
from asyncapi_guard.lsp.checking import Checks
from asyncapi_guard.lsp.open_files import OpenFiles, path_of_uri
from asyncapi_guard.lsp.texts import Place
from asyncapi_guard.lsp.views import Views

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from asyncapi_guard.lsp.snapshots import Spot
    from asyncapi_guard.lsp.surroundings import Surroundings
    from asyncapi_guard.lsp.views import View

    #: Calls that pygls makes, one after the other.
    _Steps: TypeAlias = Generator[Any, Any, None]

__all__ = ["GuardServer"]


class _Protocol(LanguageServerProtocol):
    """The protocol, with documents kept by us.

    pygls splits lines where Python does, at U+2028 and others; the protocol has three line ends.
    """

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, Any]:
        """Agree on UTF-16 positions, which every client knows."""
        if params.capabilities.general is not None:
            params.capabilities.general.position_encodings = None
        return (yield from super().lsp_initialize(params))

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> _Steps:
        """Take a document."""
        item = params.text_document
        server = _of(self)
        server.checks.opened(server.files.open(item.uri, item.language_id, item.version, item.text))
        yield from self._features(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> _Steps:
        """Take changes of a document."""
        server = _of(self)
        changes = [_change(each) for each in params.content_changes]
        item = params.text_document
        document = server.files.change(item.uri, item.version, changes)
        if document is not None:
            server.checks.changed(document)
        yield from self._features(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> _Steps:
        """Forget a document."""
        server = _of(self)
        document = server.files.close(params.text_document.uri)
        if document is not None:
            server.checks.closed(document)
        yield from self._features(types.TEXT_DOCUMENT_DID_CLOSE, params)

    def _features(self, method: str, params: Any) -> _Steps:
        """Let pygls call the feature that a module has added for a notification."""
        feature = self.fm.features.get(method)
        if feature is not None:
            yield feature, (params,), None


def _of(protocol: LanguageServerProtocol) -> GuardServer:
    server = protocol._server  # noqa: SLF001  # pygls hands it to subclasses so
    if not isinstance(server, GuardServer):
        raise TypeError("this protocol is for GuardServer")
    return server


def _change(change: types.TextDocumentContentChangeEvent) -> tuple[Place, Place, str] | str:
    if isinstance(change, types.TextDocumentContentChangePartial):
        start, end = change.range.start, change.range.end
        return Place(start.line, start.character), Place(end.line, end.character), change.text
    return change.text


class GuardServer(LanguageServer):
    """The language server.

    Attributes:
        files: open documents, and files.
        checks: what was found.
        views: documents with all that they refer to.
        surroundings: configuration, and pages about rules.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(
            "asyncapi-guard",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=_Protocol,
        )
        self.surroundings: Surroundings = surroundings
        self.files: OpenFiles = OpenFiles()
        self.views: Views = Views(self.files, surroundings)
        self.checks: Checks = Checks(self.files, surroundings, self._publish, self.views.owners)

    def _publish(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, diagnostics, version)
        )

    def spot(self, uri: str, position: types.Position) -> tuple[View, Spot] | None:
        """The view of a document, and what is at a position of it.

        `None` between values, where the text has changed since it could be read, and for documents
        that are not open.
        """
        document = self.files.document(uri)
        view = self.views.of(document) if document is not None else None
        if document is None or view is None:
            return None
        offset = document.in_snapshot(position.line, position.character)
        spot = view.snapshot.spot(offset) if offset is not None else None
        return (view, spot) if spot is not None else None

    @property
    def directories(self) -> list[Path]:
        """The directories that are open in the editor."""
        folders = [folder.uri for folder in self.workspace.folders.values()]
        if not folders and self.workspace.root_uri:
            folders = [self.workspace.root_uri]
        return [path_of_uri(uri) for uri in folders]
