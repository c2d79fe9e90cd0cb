"""The console of a file that its author edits."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from console_chat import CHAT, ask, judge

from asyncapi_guard.console.files import FileDocument, console_of_file
from asyncapi_guard.contract import Perspective

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SAY = {"namespace": "/", "event": "say", "args": [{"text": "123456"}]}


def write(path: Path, text: str) -> None:
    """Write a file, and see that its time is another one."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1, before + 1))


def test_it_is_at_the_root(net: Any, chat: Path) -> None:
    """With all that a guard's has, but live numbers."""
    url = net.serve(console_of_file(FileDocument(chat), connect="http://localhost:5000"))
    assert ask(f"{url}/").status == 200
    policy = ask(f"{url}/try").headers["Content-Security-Policy"]
    assert "http://localhost:5000 ws://localhost:5000" in policy
    assert ask(f"{url}/asyncapi.yml").body == chat.read_bytes()
    assert judge(url, SAY).json["verdicts"][0]["verdict"] == "rejected"
    assert [ask(f"{url}/{path}").status for path in ("live", "live.json", "x")] == [404] * 3


def test_it_follows_the_file(net: Any, chat: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Also through a text that cannot be used, which is said with its line in the log."""
    url = net.serve(console_of_file(FileDocument(chat)))
    assert b"Chat" in ask(f"{url}/").body
    write(chat, CHAT.replace("title: Chat", "title: Talk").replace("maxLength: 5", "maxLength: 9"))
    assert b"Talk" in ask(f"{url}/").body
    assert judge(url, SAY).json["verdicts"][0]["verdict"] == "accepted"
    write(chat, CHAT.replace("title: Chat", "title: ["))
    broken = ask(f"{url}/")
    assert (broken.status, broken.headers["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert f"{chat}:" in broken.body.decode()
    assert f"{chat}:" in caplog.text
    chat.unlink()
    assert ask(f"{url}/").status == 500
    write(chat, CHAT)
    assert b"Chat" in ask(f"{url}/").body


def test_it_follows_what_the_file_refers_to(tmp_path: Path) -> None:
    """And is the same for as long as none of them changes."""
    (tmp_path / "text.yml").write_text("type: string\n")
    path = tmp_path / "asyncapi.yml"
    path.write_text(CHAT.replace("said:\n        payload: {type: string}", _SAID))
    document = FileDocument(path)
    first = document.edition()
    assert document.edition() is first
    write(tmp_path / "text.yml", "type: integer\n")
    second = document.edition()
    assert second is not first
    assert second.guard.send_event("/", "said", [1]).violation is None


_SAID = "said:\n        payload: {$ref: text.yml}"


def test_a_document_of_clients_is_seen_from_the_server(chat: Path) -> None:
    """So directions are in the same words."""
    guard = FileDocument(chat, perspective=Perspective.CLIENT).edition().guard
    assert guard.receive_event("/", "said", ["hi"]).violation is None
    assert guard.send_event("/", "said", ["hi"]).violation is not None


def test_many_ask_at_once(net: Any, chat: Path) -> None:
    """While the file changes."""
    url = net.serve(console_of_file(FileDocument(chat)))
    found: list[tuple[int, str]] = []

    def read() -> None:
        for _ in range(5):
            answer = ask(f"{url}/asyncapi.json")
            found.append((answer.status, answer.json["info"]["title"]))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for each in threads:
        each.start()
    other = chat.with_name("other.yml")
    other.write_text(CHAT.replace("title: Chat", "title: Talk"))
    other.replace(chat)
    for each in threads:
        each.join()
    assert len(found) == 40
    assert set(found) <= {(200, "Chat"), (200, "Talk")}
    assert ask(f"{url}/asyncapi.json").json["info"]["title"] == "Talk"
