"""docs/how-to/fastapi.md, docs/how-to/flask.md, docs/how-to/wsgi.md.

Their servers are served, and do what they say.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from pages import DOCS, Page, running

from asyncapi_guard import EmitValidationError, testing

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {name: Page(f"{name}.md") for name in ("fastapi", "flask", "wsgi")}
EXAMPLE = DOCS.parents[1] / "examples" / "asyncio_fastapi"
ADA = {"name": "ada", "password": "open sesame"}


@pytest.fixture(params=PAGES)
def name(request: pytest.FixtureRequest) -> Any:
    """Of a page."""
    return request.param


@pytest.fixture
def served(
    name: str, net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, str, Path]:
    """A page's module, where it is served, and its document."""
    PAGES[name].save(tmp_path)
    monkeypatch.chdir(tmp_path)  # the log has paths that begin there
    module = ModuleType("chat")
    module.__file__ = str(tmp_path / "chat.py")
    monkeypatch.setitem(sys.modules, "chat", module)
    source = compile(PAGES[name].files["chat.py"], module.__file__, "exec", dont_inherit=True)
    exec(source, vars(module))
    if name == "fastapi":
        from traffic_asyncio import Uvicorn

        url = net.also_serve(Uvicorn(module.app, lifespan="on")).url
    else:
        url = net.serve(module.app)
    return module, url, tmp_path / "asyncapi.yml"


def test_its_server_is_a_guarded_chat(served: Any) -> None:
    """Rooms, acks, events; what a client gets keeps the document."""
    _, url, document = served
    with (
        testing.client(url, document, auth=ADA) as ada,
        testing.client(url, document, auth={**ADA, "name": "bob"}) as bob,
    ):
        assert ada.call("join", "red") == 1
        assert bob.call("join", "red") == 2
        ada.emit("say", {"room": "red", "text": "hello"})
        assert bob.received("said") == {"name": "ada", "text": "hello"}


def test_a_rejected_event_looks_as_it_says(
    name: str, served: Any, net: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """As the ack, and in the log; and what a handler raises has the answer of the error handler."""
    _, url, _ = served
    page = PAGES[name]
    client = net.client(url, auth=ADA)
    ((event, sent),) = re.findall(r"emits `(\w+)` with `(\{.*\})`", page.text)
    (answer,) = page.blocks("json")
    assert client.ask(event, json.loads(sent)) == [json.loads(answer)]
    (line,) = page.blocks("text")
    (logged,) = [each for each in caplog.messages if each.startswith("rejected event")]
    assert _without_ids(logged) == _without_ids(line.strip())
    failed = {"error": {"code": "failed", "event": "say"}}
    assert client.ask("say", {"room": "red", "text": "hello"}) == [failed]


def _without_ids(line: str) -> str:
    return re.sub(r"(sid|address)=\S+", r"\1", line)


def test_clients_are_turned_away_as_it_says(name: str, served: Any, net: Any) -> None:
    """By the contract, and by the handler."""
    _, url, _ = served
    (auth,) = re.findall(r"connects with `(\{.*\})`", PAGES[name].text)
    broken, wrong = (
        json.loads(net.raw(url).enter(auth=each).removeprefix("4"))
        for each in (auth, json.dumps({**ADA, "password": "guess"}))
    )
    assert broken["data"]["error"]["problems"][0]["path"] == "/name"
    assert wrong == {"message": "the password is wrong"}


def test_its_route_emits_and_answers(served: Any) -> None:
    """202, or 422 for what breaks the contract."""
    _, url, document = served
    with testing.client(url, document, auth=ADA) as ada:
        assert _post(url, "tea time") == 202
        assert ada.received("announced") == "tea time"
        assert _post(url, "") == 422


def _post(url: str, text: str) -> int:
    target = f"{url}/announcements?text={quote(text)}"
    try:
        with urllib.request.urlopen(urllib.request.Request(target, method="POST")) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize("name", ["flask", "wsgi"], indirect=True)
def test_its_background_task_is_guarded(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its exception ends the task, as the page says."""
    module, *_ = served
    monkeypatch.setattr(module, "datetime", _NoDates)
    with pytest.raises(EmitValidationError, match="date-time"):
        module.tell_the_time()


class _NoDates:
    @staticmethod
    def now(_: Any) -> Any:
        return _NoDates

    @staticmethod
    def isoformat() -> str:
        return "now"


def test_the_fastapi_page_has_the_files_of_the_example() -> None:
    """Both are one text."""
    for name, text in PAGES["fastapi"].files.items():
        assert text == (EXAMPLE / name).read_text(encoding="utf-8"), name


def test_links_lead_somewhere(name: str) -> None:
    """To pages and to their headings."""
    for target in re.findall(r"\]\((?!https:)([^)]+)\)", PAGES[name].text):
        path, _, heading = target.partition("#")
        text = (DOCS / path).read_text(encoding="utf-8") if path.endswith(".md") else ""
        assert (DOCS / path).exists(), target
        headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        slugs = [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]
        assert not heading or heading in slugs, target


@pytest.mark.slow
def test_it_runs_as_it_says(name: str, tmp_path: Path) -> None:
    """By its own command, in a process; the background task is heard of."""
    assert PAGES[name].commands()[0] == "python chat.py"
    with (
        running([sys.executable, "chat.py"], tmp_path, PAGES[name]) as url,
        testing.client(url, tmp_path / "asyncapi.yml", auth=ADA, timeout=60) as ada,
    ):
        assert ada.call("join", "red") == 1
        assert "T" in ada.received("time")
