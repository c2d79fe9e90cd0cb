"""Documents of strangers, as browsers get them: bounded, decodable, and without any markup."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from console_chat import ask, judge
from entrances import Site
from page_reader import PageReader
from test_hostile_documents import EVIL, OURS, minimal, poisoned_harbor

from asyncapi_guard import Policy
from asyncapi_guard.console import page_length
from asyncapi_guard.console.pages import Pages
from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.loader import load

if TYPE_CHECKING:
    from pathlib import Path

#: Right to left, combining, an emoji of several parts, controls, separators, no characters.
UNICODE = "\u202e\u2066a\u0301\u0323\U0001f469\u200d\U0001f680\x00\x1b\x85\u2028\ufeff\uffff"
SIZE = 9_000_000
UNVERIFIED = Policy(security="off")
WAYS = ("flask", "wsgi", "asgi")


@pytest.mark.crossed
@pytest.mark.parametrize("word", [EVIL, UNICODE], ids=["markup", "unicode"])
@pytest.mark.parametrize("way", WAYS)
def test_a_document_of_strangers_is_served(
    net: Any, tmp_path: Path, way: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    """All pages, documents and verdicts are well-formed UTF-8, whatever is in each string."""
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(poisoned_harbor(word)))
    site = Site(way, net, file, docs_auth=lambda _request: True, live=True, policy=UNVERIFIED)
    for path in ("/", "/try", "/live"):
        answer = ask(site.root + path)
        page = PageReader(answer.body.decode("utf-8"))
        assert (answer.status, page.faults) == (200, [])
        assert {name for name, _ in page.elements} <= OURS | {"small", "meter", "caption"}
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        links = [url.strip().lower() for url in page.links()]
        assert not [url for url in links if url.startswith(("javascript:", "data:", "vbscript:"))]
    assert ask(f"{site.root}/asyncapi.json").body == file.read_bytes()
    assert ask(f"{site.root}/asyncapi.yml").body.decode("utf-8")
    names = {"namespace": f"/chat{word}", "event": f"post_message{word}"}
    verdict, connect = judge(
        site.root, {**names, "args": [{word: word}]}, {**names, "auth": {word: word}}
    ).json["verdicts"]
    assert {verdict["verdict"], connect["verdict"]} <= {"accepted", "rejected"}
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


def test_half_of_a_pair_is_no_text_and_harms_nothing(net: Any, tmp_path: Path) -> None:
    """JSON can say it, UTF-8 cannot: it is shown as a question mark, or the document is refused."""
    document = minimal({"type": "string", "enum": ["\ud800"], "description": "\udfff"})
    document["info"]["title"] = "\ud800"
    document["channels"]["main"]["messages"]["say\ud800"] = {"payload": {"const": "\ud800"}}
    file = tmp_path / "half.json"
    file.write_text(json.dumps(document))
    try:
        site = Site("wsgi", net, file)
    except SpecError as error:
        assert "half.json" in str(error)  # noqa: PT017  # either will do
        return
    for path in ("/", "/try", "/asyncapi.yml", "/asyncapi.json"):
        answer = ask(site.root + path)
        assert answer.status == 200
        assert answer.body.decode("utf-8")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "java\tscript:x",
        "data:text/html,<script>1</script>", "vbscript:x", "\x01javascript:x", "//evil.example",
        "/x", "https:javascript:x", "blob:https://x/y", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_no_url_field_runs(url: str) -> None:
    """Neither that of a license, nor of a contact, nor of docs elsewhere, nor terms of service."""
    document = minimal()
    document["info"] |= {
        "license": {"name": "L", "url": url},
        "contact": {"name": "C", "url": url, "email": url},
        "termsOfService": url,
        "externalDocs": {"url": url, "description": url},
        "tags": [{"name": "t", "externalDocs": {"url": url}}],
    }
    channel = document["channels"]["main"]
    channel["externalDocs"] = {"url": url}
    channel["messages"]["say"] |= {"externalDocs": {"url": url}}
    found = set(PageReader(Pages(load(document)).read()).links())
    # Each other link is one of the page itself, or a safe scheme that a person has to press.
    for link in found:
        assert link.startswith(("#", "./", "https://", "http://", "mailto:")), link


def very_long(kind: str) -> dict[str, Any]:
    """A document with one string that is nearly as long as a file can be."""
    text = "<b>&" * (SIZE // 4)
    document = minimal({"type": "object", "properties": {"a": {"type": "string"}}})
    channel = document["channels"]["main"]
    message = channel["messages"]["say"]
    if kind == "event":
        channel["messages"] = {text: message}
    elif kind == "example":
        message["examples"] = [{"payload": {text: "a"}}]
    else:
        message[kind] = text
    return document


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    ["description", "summary", "event", "example"],
)
def test_nine_megabytes_anywhere_are_served(net: Any, tmp_path: Path, kind: str) -> None:
    """With all of it, or with the reason why not; and other requests are answered after it."""
    file = tmp_path / "long.json"
    file.write_text(json.dumps(very_long(kind)))
    site = Site("asgi", net, file)
    for path in ("/", "/try"):
        answer = ask(site.root + path)
        assert len(answer.body) < 2 * page_length.LONGEST
        assert answer.status == 200 or b"cannot be shown: the page would have more" in answer.body
        assert b"<b>&" not in answer.body
    assert ask(f"{site.root}/asyncapi.json").body == file.read_bytes()
    assert judge(site.root, {"namespace": "/", "event": "x", "args": []}).status == 200


@pytest.mark.parametrize("repeated", ["address", "message", "schema"])
def test_a_long_text_in_many_places_ends(
    net: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, repeated: str
) -> None:
    """What would be many times as long as the document is not made, and the page says why."""
    monkeypatch.setattr(page_length, "LONGEST", 200_000)
    text = "x" * 50_000
    document = minimal()
    channel = document["channels"]["main"]
    channel["messages"] = {f"e{number}": {"payload": {}} for number in range(100)}
    if repeated == "address":
        channel["address"] = f"/{text}"
    elif repeated == "message":
        document["components"] = {"messages": {"M": {"summary": text, "payload": {}}}}
        shared = {"$ref": "#/components/messages/M"}
        channel["messages"] = dict.fromkeys(channel["messages"], shared)
    else:
        document["components"] = {"schemas": {"M": {"enum": [text]}}}
        shared = {"payload": {"$ref": "#/components/schemas/M"}}
        channel["messages"] = dict.fromkeys(channel["messages"], shared)
    file = tmp_path / "long.json"
    file.write_text(json.dumps(document))
    site = Site("wsgi", net, file)
    for path in ("/", "/try"):
        answer = ask(site.root + path)
        assert (answer.status, len(answer.body) < 1_000) == (500, True)
        assert b"shorten them, or read asyncapi.yml" in answer.body
    # Nor is it begun again.
    monkeypatch.setattr(page_length, "LONGEST", 1 << 40)
    assert ask(f"{site.root}/").status == 500
    assert ask(f"{site.root}/asyncapi.json").body == file.read_bytes()
