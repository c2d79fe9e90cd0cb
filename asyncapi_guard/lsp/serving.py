"""A server with all its features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from asyncapi_guard.lsp.features import FEATURES
from asyncapi_guard.lsp.open_files import path_of_uri
from asyncapi_guard.lsp.server import GuardServer

if TYPE_CHECKING:
    from asyncapi_guard.lsp.surroundings import Surroundings

__all__ = ["make_server"]

_WATCHED = ("**/pyproject.toml", "**/asyncapi-guard.toml", "**/*.{yml,yaml,json}")


def make_server(surroundings: Surroundings) -> GuardServer:
    """A server with all features, not started."""
    server = GuardServer(surroundings)

    @server.feature(types.INITIALIZE)
    def initialize(_params: types.InitializeParams) -> None:
        if server.directories:
            surroundings.enter(server.directories[0])
        server.views.look_in(server.directories)

    @server.feature(types.INITIALIZED)
    async def initialized(_params: types.InitializedParams) -> None:
        await _watch_files(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        server.checks.files_changed([path_of_uri(each.uri) for each in params.changes])
        server.views.look_in(server.directories)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        # Clients that do not watch files tell at least of those that they write.
        server.checks.files_changed([path_of_uri(params.text_document.uri)])

    @server.feature(types.SHUTDOWN)
    def shutdown(_params: None) -> None:
        server.checks.stop()

    for feature in FEATURES:
        feature.register(server)
    return server


async def _watch_files(server: GuardServer) -> None:
    """Ask the client to tell of files that change."""
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is None or not watching.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions(
        [types.FileSystemWatcher(glob) for glob in _WATCHED]
    )
    registration = types.Registration(
        "asyncapi-guard-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options
    )
    await server.client_register_capability_async(types.RegistrationParams([registration]))
