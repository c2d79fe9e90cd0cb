"""docs/how-to/publishers.md: its programs publish by a real Redis, and print what it says."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import redis
import socketio
import test_queue
from pages import Page

from asyncapi_guard import AsyncAPIGuard
from asyncapi_guard.integrations.deciding.queue_signing import is_signed

if TYPE_CHECKING:
    from pathlib import Path

redis_url = test_queue.redis_url
PAGE = Page("publishers.md")
PRICE = {"name": "tea", "price": 2.5}


@pytest.mark.parametrize(
    ("program", "channel"),
    [
        ("publish.py", "socketio"),
        pytest.param("publish_async.py", "socketio", marks=pytest.mark.slow),
        ("publish_flask.py", "flask-socketio"),
    ],
)
def test_the_programs_publish_what_the_page_says(
    program: str,
    channel: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    """The good event, and nothing else; the bad one is printed as the page has it."""
    (document,) = PAGE.blocks("yaml")
    (tmp_path / "asyncapi.yml").write_text(document, encoding="utf-8")
    text = PAGE.files[program].replace("redis://127.0.0.1:6379/0", redis_url)
    (tmp_path / program).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard:
        heard.subscribe(channel)
        assert heard.get_message(timeout=120)["type"] == "subscribe"
        if "async" in program:  # its connection is open when its loop ends
            subprocess.run([sys.executable, program], timeout=120, check=True)
        else:
            runpy.run_path(program)
        client.publish(channel, "{}")
        messages = iter(lambda: json.loads(heard.get_message(timeout=120)["data"]), {})
        published = [(each["event"], each["data"]) for each in messages]
    assert published == [("changed", [PRICE])]
    said = PAGE.blocks("text") if program == "publish.py" else []
    assert capsys.readouterr().out == "".join(said)


def test_the_snippet_of_the_key_signs(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is published then has a signature."""
    (tmp_path / "asyncapi.yml").write_text(PAGE.blocks("yaml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (snippet,) = [each for each in PAGE.blocks("python") if "queue_key" in each]
    manager = socketio.RedisManager(redis_url, write_only=True)
    names = {"AsyncAPIGuard": AsyncAPIGuard, "key": "k" * 16, "manager": manager}
    exec(compile(snippet, "publishers.md", "exec"), names)
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard:
        heard.subscribe("socketio")
        assert heard.get_message(timeout=120)["type"] == "subscribe"
        manager.emit("changed", PRICE, namespace="/prices")
        message = json.loads(heard.get_message(timeout=120)["data"])
    assert is_signed(message, b"k" * 16)


def test_it_names_every_manager_of_python_socketio() -> None:
    """And what works of it."""
    managers = [name for name in dir(socketio) if name.endswith("Manager")]
    rest = {"Manager", "AsyncManager", "PubSubManager", "AsyncPubSubManager"}
    assert {name for name in managers if f"`{name}`" not in PAGE.text} - rest == set()
