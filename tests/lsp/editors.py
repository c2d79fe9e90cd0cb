"""An editor for tests: a client of the real server, over the streams of a real process."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

#: Seconds for what ought to come at once; a busy machine may take some.
_PATIENCE = 60


class Editor:
    """A client, and what it was told.

    Attributes:
        client: asks the server.
        published: by URI, what was published last.
        messages: what the server wanted to show.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.client = LanguageClient("tests", "1")
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.messages: list[str] = []
        self.registered: list[types.Registration] = []
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self._news = asyncio.Condition()
        self._listen()

    def _listen(self) -> None:
        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        async def published(params: types.PublishDiagnosticsParams) -> None:
            async with self._news:
                self.published[params.uri] = params
                self._news.notify_all()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def message(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.registered.extend(params.registrations)

    # -- documents ---------------------------------------------------------------------------------

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str, language: str = "yaml") -> None:
        uri = self.uri(name)
        self.versions[name], self.texts[name] = 1, text
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
        )

    def change(self, name: str, *changes: Any) -> int:
        """Send changes, of ranges or of the whole text; the new version."""
        self.versions[name] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(
                    version=self.versions[name], uri=self.uri(name)
                ),
                list(changes),
            )
        )
        return self.versions[name]

    def write(self, name: str, text: str) -> int:
        """Replace the whole text."""
        self.texts[name] = text
        return self.change(name, types.TextDocumentContentChangeWholeDocument(text))

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace a part of the text, as a keystroke does."""
        text = self.texts[name]
        start = text.index(old)
        self.texts[name] = text[:start] + new + text[start + len(old) :]
        place = types.Range(position(text, start), position(text, start + len(old)))
        return self.change(name, types.TextDocumentContentChangePartial(place, new))

    def close(self, name: str) -> None:
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(self.uri(name)))
        )

    def changed_on_disk(self, name: str) -> None:
        event = types.FileEvent(self.uri(name), types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    async def diagnostics(self, name: str) -> list[types.Diagnostic]:
        """What is published about the present version of a document."""
        await self.until(
            lambda: (
                (found := self.published.get(self.uri(name))) is not None
                and found.version == self.versions[name]
            )
        )
        return list(self.published[self.uri(name)].diagnostics)

    async def until(self, happens: Any) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(happens), _PATIENCE)

    def at(self, name: str, marked: str) -> types.TextDocumentPositionParams:
        """The place of `|` in a part of the text."""
        offset = self.texts[name].index(marked.replace("|", "", 1)) + marked.index("|")
        return types.TextDocumentPositionParams(
            types.TextDocumentIdentifier(self.uri(name)), position(self.texts[name], offset)
        )


def run(root: Path, test: Callable[[Editor], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a test of an editor that has a folder open."""

    async def main() -> None:
        async with editing(root, **options) as editor:
            await test(editor)

    asyncio.run(main())


def position(text: str, offset: int) -> types.Position:
    """An offset as clients count: lines, and UTF-16 units."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    line = before.rpartition("\n")[2]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


@asynccontextmanager
async def editing(root: Path, *, capabilities: Any = None) -> AsyncIterator[Editor]:
    """An editor with a folder open, and its server; both end."""
    editor = Editor(root)
    client = editor.client
    await client.start_io(sys.executable, "-m", "asyncapi_guard", "lsp")
    try:
        await asyncio.wait_for(
            client.initialize_async(
                types.InitializeParams(
                    capabilities=capabilities or types.ClientCapabilities(),
                    root_uri=root.as_uri(),
                    workspace_folders=[types.WorkspaceFolder(root.as_uri(), root.name)],
                )
            ),
            _PATIENCE,
        )
        client.initialized(types.InitializedParams())
        yield editor
        await asyncio.wait_for(client.shutdown_async(None), _PATIENCE)
        client.exit(None)
        assert client._server is not None
        assert await asyncio.wait_for(client._server.wait(), _PATIENCE) == 0
    finally:
        server = client._server
        if server is not None and server.returncode is None:
            server.kill()  # the test has failed
            await server.wait()
        await client.stop()
