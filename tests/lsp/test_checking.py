"""What is validated again: files can change while a document that refers to them is validated."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from asyncapi_guard.cli.editor_surroundings import EditorSurroundings
from asyncapi_guard.lsp.checking import Checks
from asyncapi_guard.lsp.open_files import OpenFiles

if TYPE_CHECKING:
    from pathlib import Path

    from asyncapi_guard.spec.source import Source

DOCUMENT = """\
asyncapi: 3.1.0
info: {title: Quay, version: 1.0.0}
channels:
  quay: {address: /quay, messages: {moor: {payload: {$ref: 'schemas.yml#/Text'}}}}
operations:
  moor: {action: receive, channel: {$ref: '#/channels/quay'}}
"""


class Slow(OpenFiles):
    """A disk that is slow the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.has_read, self.goes_on = threading.Event(), threading.Event()

    def read(self, name: str, uri: str, path: Path) -> Source | None:
        source = super().read(name, uri, path)
        self.has_read.set()
        assert self.goes_on.wait(60)
        return source


def published_after(tmp_path: Path, happens: Any) -> dict[str, list[str]]:
    """Messages by file, when something has happened while a document was first validated."""
    (tmp_path / "schemas.yml").write_text("Text: {type: string}\n")
    found: dict[str, list[str]] = {}

    async def main() -> None:
        files, news = Slow(), asyncio.Event()

        def publish(uri: str, _version: int | None, diagnostics: list[Any]) -> None:
            found[uri.rpartition("/")[2]] = [each.message for each in diagnostics]
            if any(found.values()):
                news.set()

        checks = Checks(files, EditorSurroundings(), publish)
        uri = (tmp_path / "asyncapi.yml").as_uri()
        checks.opened(files.open(uri, "yaml", 1, DOCUMENT))
        await asyncio.get_running_loop().run_in_executor(None, files.has_read.wait, 60)
        happens(files, checks)
        files.goes_on.set()
        await asyncio.wait_for(news.wait(), 60)
        checks.stop()

    asyncio.run(main())
    return found


def test_a_file_that_is_opened_meanwhile(tmp_path: Path) -> None:
    """Its text in the editor counts, and not the one on the disk."""

    def happens(files: OpenFiles, checks: Checks) -> None:
        text = "Text: {type: string, format: emial}\n"
        checks.opened(files.open((tmp_path / "schemas.yml").as_uri(), "yaml", 1, text))

    found = published_after(tmp_path, happens)
    assert "emial" in found["schemas.yml"][0]


def test_a_file_that_is_written_meanwhile(tmp_path: Path) -> None:
    def happens(_files: OpenFiles, checks: Checks) -> None:
        (tmp_path / "schemas.yml").write_text("Text: {type: string, format: uuuid}\n")
        checks.files_changed([tmp_path / "schemas.yml"])

    found = published_after(tmp_path, happens)
    assert "uuuid" in found["schemas.yml"][0]


def test_a_configuration_that_is_written_meanwhile(tmp_path: Path) -> None:
    def happens(_files: OpenFiles, checks: Checks) -> None:
        file = tmp_path / "asyncapi-guard.toml"
        file.write_text("extend-select = ['style']\n")
        checks.files_changed([file])

    found = published_after(tmp_path, happens)
    assert found["asyncapi.yml"]
