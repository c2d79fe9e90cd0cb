"""Where a schema is in the files of a contract, as log lines name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard import load
from asyncapi_guard.contract import SourceFile
from asyncapi_guard.integrations.recording.source_lines import SourceLines, shown_path

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = """\
asyncapi: 3.1.0
info: {title: T, version: '1'}
channels:
  c:
    address: /
    messages:
      move:
        payload:
          type: integer
operations:
  o:
    action: receive
    channel: {$ref: '#/channels/c'}
"""
POINTER = "/channels/c/messages/move/payload/type"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The document, in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "api.yml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def places_of(spec: Any) -> tuple[SourceLines, str]:
    """The places of a document, and the location of the payload's type."""
    contract = load(spec)
    (operation,) = contract.operations.values()
    name = operation.messages[0].location.partition("#/")[0]
    return SourceLines(contract.sources), f"{name}#{POINTER}"


def test_a_place_is_a_line_and_a_column(file: Path) -> None:
    """In the file, as it is called from the working directory."""
    places, location = places_of(file)
    assert places.of(location) == "api.yml:9:11"


def test_a_file_elsewhere_is_named_in_full(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there is no working directory any more."""
    places, location = places_of(file)
    elsewhere = file.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert places.of(location) == f"{file}:9:11"
    elsewhere.rmdir()
    assert shown_path(file) == str(file)


@pytest.mark.parametrize("change", ["changed", "gone", "too large", "no text"])
def test_a_file_that_is_another_now_has_no_lines(change: str, file: Path) -> None:
    """They would be wrong; the pointer stays right."""
    places, location = places_of(file)
    if change == "changed":
        file.write_text("# more\n" + DOCUMENT, encoding="utf-8")
    elif change == "gone":
        file.unlink()
    elif change == "too large":
        with file.open("r+b") as opened:
            opened.truncate(10**9)
    else:
        file.write_bytes(b"\xff\xfe\xff")
    assert places.of(location) == f"api.yml#{POINTER}"


def test_a_file_is_read_once(file: Path) -> None:
    """For the first place in it; what it becomes afterwards changes nothing."""
    places, location = places_of(file)
    first = places.of(location)
    file.unlink()
    assert places.of(location) == first
    assert places.of(location.removesuffix("/type")) == "api.yml:8:9"


def test_a_document_without_a_file_has_pointers() -> None:
    """And no name for itself; neither has what is in no file."""
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"address": "/", "messages": {"move": {"payload": {}}}}},
        "operations": {"o": {"action": "receive", "channel": {"$ref": "#/channels/c"}}},
    }
    places, location = places_of(document)
    assert places.of(location) == f"#{POINTER}"
    assert places.of(f"other.yml#{POINTER}") == f"other.yml#{POINTER}"


def test_the_name_of_a_file_may_have_what_parts_it_from_a_pointer(file: Path) -> None:
    """A `#`, and spaces."""
    named = file.rename(file.with_name("my #1 api.yml"))
    places, location = places_of(named)
    assert places.of(location) == "my #1 api.yml:9:11"


@pytest.mark.parametrize(
    ("uri", "digest"), [("https://example.com/api.yml", "d"), ("file:///api.yml", "")]
)
def test_what_was_not_read_from_a_file_has_the_location_itself(uri: str, digest: str) -> None:
    """It came over a network, or as data that says where it is from."""
    places = SourceLines([SourceFile(uri, uri, digest)])
    assert places.of(f"{uri}#{POINTER}") == f"{uri}#{POINTER}"
