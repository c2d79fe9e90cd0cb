"""What importing an application leaves behind: nothing."""

from __future__ import annotations

import sys
from asyncio import BaseEventLoop
from pathlib import Path
from socketserver import BaseServer

import pytest
from flask import Flask
from flask_socketio import SocketIO

from asyncapi_guard.drift.applications import ApplicationError, _replaced, load_application


def starters() -> list[object]:
    """What may start a server, and our arguments."""
    return [
        SocketIO.run,
        Flask.run,
        BaseServer.serve_forever,
        BaseEventLoop.create_server,
        sys.argv,
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from flask import Flask\nFlask(__name__).run()\n", "calls app.run"),
        ("raise RuntimeError('broken')\n", "broken"),
        ("import sys\nsys.argv.append('--more')\nsys.exit(1)\n", "exits"),
    ],
)
def test_an_import_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    """Servers can be started again, and our arguments are ours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    Path("fails_at_once.py").write_text(text, encoding="utf-8")
    before, arguments = starters(), sys.argv[:]
    with pytest.raises(ApplicationError, match=message):
        load_application("fails_at_once:app")
    sys.modules.pop("fails_at_once", None)
    assert all(now is then for now, then in zip(starters(), before, strict=True))
    assert sys.argv == arguments


def test_attributes_are_put_back() -> None:
    """What a class has itself returns, and what it inherits is inherited again."""

    class Base:
        name = "base"
        other = "other"

    class Derived(Base):
        other = "own"

    with _replaced(Derived, "name", 1):
        assert Derived.name == 1
    with _replaced(Derived, "other", 2):
        assert Derived.other == 2
    assert vars(Derived)["other"] == "own"
    assert "name" not in vars(Derived)
