"""A folder with a spec in it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.errors import Finding, SpecError
from asyncapi_guard.spec import load

if TYPE_CHECKING:
    from pathlib import Path

    from asyncapi_guard.contract import Contract

HEAD = "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


class Folder:
    """Writes files, loads `asyncapi.yml` among them, and says what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str | bytes) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return file

    def load(self, text: str | bytes | None = None, **options: Any) -> Contract:
        """The contract of a document; `HEAD` is put before it when it does not begin one."""
        if isinstance(text, str):
            text = textwrap.dedent(text)
            text = text if "asyncapi:" in text else HEAD + text
        if text is not None:
            self.write("asyncapi.yml", text)
        return load(self.path / "asyncapi.yml", **options)

    def faults(
        self, text: str | bytes | None = None, kind: type[SpecError] = SpecError, **options: Any
    ) -> list[Finding]:
        """The findings of a document that must not load, files named without their folder."""
        with pytest.raises(kind) as caught:
            self.load(text, **options)
        return list(caught.value.findings)

    def payload(self, text: str, more: str = "", **options: Any) -> Any:
        """The schema of the one message whose payload is `text` (one line of YAML)."""
        contract = self.load(MESSAGE.format(text) + textwrap.dedent(more), **options)
        return contract.channels["c"].messages["m"].payload

    def fault(self, text: str, more: str = "", **options: Any) -> Finding:
        """The one finding when the payload is `text`."""
        (finding,) = self.faults(MESSAGE.format(text) + textwrap.dedent(more), **options)
        return finding


MESSAGE = "channels:\n  c:\n    address: /\n    messages:\n      m:\n        payload: {}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
