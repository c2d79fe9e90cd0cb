"""docs/how-to/asyncio.md: its programs run, with the document of the example that it names."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "asyncio.md"
EXAMPLE = ROOT / "examples" / "asyncio_fastapi"
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def run(index: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    (folder / "asyncapi.yml").write_bytes((EXAMPLE / "asyncapi.yml").read_bytes())
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(PROGRAMS[index], str(PAGE), "exec", dont_inherit=True), names)
    return names


def exchange(sio: Any, *frames: str) -> list[str]:
    """What a server sends to a client that enters and then sends frames."""
    sent: list[str] = []

    async def send(_: str, data: str) -> None:
        sent.append(data)

    async def talk() -> None:
        sio.eio.send = send
        await sio._handle_eio_connect("c", {"REMOTE_ADDR": "192.0.2.7"})
        for frame in ('0{"name":"ada","password":"x"}', *frames):
            await sio._handle_eio_message("c", frame)
            for _ in range(5):
                await asyncio.sleep(0)

    asyncio.run(talk())
    return sent[1:]


def test_the_first_program_guards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps the contract is handled, and the rest is answered."""
    names = run(0, tmp_path, monkeypatch)
    good, bad = exchange(names["sio"], '21["join","red"]', '22["join","Red!"]')
    assert good == "31[1]"
    assert '"request_validation_error"' in bad


def test_the_second_program_hears_of_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a violation by its hook, and of what a handler raises by its error handler."""
    names = run(1, tmp_path, monkeypatch)

    @names["sio"].on("join")
    async def join(sid: str, room: str) -> None:
        raise LookupError("no such room")

    raised, bad = exchange(names["sio"], '21["join","red"]', '22["join","Red!"]')
    assert raised == '31[{"error":{"code":"failed","event":"join"}}]'
    assert '"request_validation_error"' in bad
    said = capsys.readouterr().out
    assert "request_validation_error join" in said
    assert "192.0.2.7" in said


def test_all_programs_are_run() -> None:
    """There are no others."""
    assert len(PROGRAMS) == 2
