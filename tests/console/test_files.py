"""The console of a file that its author edits."""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
from console_chat import CHAT, ask, judge

from asyncapi_guard.console.files import FileDocument, console_of_file
from asyncapi_guard.contract import Perspective

if TYPE_CHECKING:
    from pathlib import Path

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


def test_it_follows_the_file(net: Any, chat: Path) -> None:
    """Pages and verdicts are those of the text that was saved last."""
    url = net.serve(console_of_file(FileDocument(chat)))
    assert b"Chat" in ask(f"{url}/").body
    write(chat, CHAT.replace("title: Chat", "title: Talk").replace("maxLength: 5", "maxLength: 9"))
    assert b"Talk" in ask(f"{url}/").body
    assert judge(url, SAY).json["verdicts"][0]["verdict"] == "accepted"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (CHAT.replace("title: Chat", "title: ["), r"chat\.yml:\d+:\d+</code> .*not YAML"),
        (CHAT[:700], r"chat\.yml:\d+:\d+</code>"),
        ("", r"chat\.yml:1:1</code>"),
        ("\0\0\0", r"chat\.yml:\d+:\d+</code>"),
        (
            CHAT.replace("maxLength: 5", "maxLength: five"),
            r"chat\.yml:15:26</code> .*expected an integer",
        ),
        (
            CHAT.replace("payload: {type: string}", "payload: {$ref: text.yml}", 1),
            r"chat\.yml:\d+:\d+</code> .*text\.yml.*: there is no such file",
        ),
        (None, r"chat\.yml</code> there is no such file; restore it"),
    ],
)
def test_a_file_that_breaks_leaves_what_it_was(
    net: Any, chat: Path, broken: str | None, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Pages say so, with the place and without a path, until the file is mended."""
    url = net.serve(console_of_file(FileDocument(chat)))
    whole = ask(f"{url}/").body
    assert b'id="faults"' not in whole
    if broken is None:
        chat.unlink()
    else:
        write(chat, broken)
    for page in ("", "try"):
        shown = ask(f"{url}/{page}")
        text = shown.body.decode()
        assert shown.status == 200
        assert re.search(said, text), text[text.index('id="faults"') :][:1000]
        assert "Fix it, save it, and reload this page" in text
        assert str(chat.parent) not in text
    assert ask(f"{url}/asyncapi.yml").body.decode() == CHAT
    assert judge(url, SAY).json["verdicts"][0]["verdict"] == "rejected"
    assert [str(chat) in each.getMessage() for each in caplog.records] == [True]
    write(chat, CHAT)
    assert ask(f"{url}/").body == whole


def test_a_file_that_is_missed_is_looked_for_again(tmp_path: Path) -> None:
    """So is one that broke beside the document."""
    text = tmp_path / "text.yml"
    path = tmp_path / "asyncapi.yml"
    path.write_text(CHAT)
    document = FileDocument(path)
    document.edition()
    write(path, CHAT.replace("said:\n        payload: {type: string}", _SAID))
    assert document.edition().faults
    write(text, "{")
    here, there = document.edition().faults
    assert (here.file, there.file) == ("asyncapi.yml", "text.yml")
    assert str(tmp_path) not in f"{here}{there}"
    write(text, "type: integer\n")
    assert not document.edition().faults
    text.unlink()
    assert document.edition().faults
    assert document.edition().guard.send_event("/", "said", [1]).violation is None
    write(text, "type: string\n")
    assert document.edition().guard.send_event("/", "said", [1]).violation is not None


def test_a_file_that_could_never_be_used_is_said(net: Any, chat: Path) -> None:
    """There is nothing else to show."""
    write(chat, CHAT.replace("title: Chat", "title: ["))
    url = net.serve(console_of_file(FileDocument(chat)))
    broken = ask(f"{url}/")
    assert (broken.status, broken.headers["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert re.search(r"cannot be used: chat\.yml:\d+:\d+: ", broken.body.decode())
    assert str(chat.parent) not in broken.body.decode()
    write(chat, CHAT)
    assert ask(f"{url}/").status == 200


def test_a_file_that_is_being_written_is_whole_in_the_end(net: Any, chat: Path) -> None:
    """However little of it is there when somebody looks."""
    url = net.serve(console_of_file(FileDocument(chat)))
    assert ask(f"{url}/").status == 200
    with chat.open("w") as file:
        for start in range(0, len(CHAT), 300):
            file.write(CHAT[start : start + 300])
            file.flush()
            assert ask(f"{url}/").status == 200
        file.write("x-last: true\n")
    assert ask(f"{url}/asyncapi.yml").body.endswith(b"x-last: true\n")
    assert b'id="faults"' not in ask(f"{url}/").body


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
