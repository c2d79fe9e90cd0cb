"""Documents of strangers: what is in them is text on the page, and never markup, script or code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from page_reader import PageReader

from asyncapi_guard.console.pages import Pages
from asyncapi_guard.spec.limits import Limits
from asyncapi_guard.spec.loader import load

HARBOR = Path(__file__).with_name("harbor.yml")
EVIL = """<script>alert(1)</script>'"><img src=x onerror=alert(2)></pre><!--`{{7*7}}"""
#: Elements that the templates and our Markdown make.
OURS = {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "script",
    "body",
    "a",
    "svg",
    "symbol",
    "path",
    "use",
    "header",
    "img",
    "span",
    "nav",
    "button",
    "main",
    "section",
    "article",
    "footer",
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "code",
    "pre",
    "b",
    "details",
    "summary",
    "label",
    "input",
    "kbd",
    "select",
    "option",
    "strong",
    "em",
    "br",
    "hr",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "caption",
    "i",
    "noscript",
    "small",
    "template",
}
#: Words that mean something in a document, and must stay.
KEPT = re.compile(
    r"receive|send|3\.\d\.\d|string|object|array|integer|number|boolean|null|binary|uuid|date-time|"
    r"report|enforce|off|http|bearer|oauth2|wss?|#/.*|https://harbor.example/token"
)


def poisoned(value, word=EVIL):
    """A document with a text in front of each string, and of each key that people choose."""
    names = {"channels", "messages", "operations", "schemas", "properties", "servers"}
    if isinstance(value, dict):
        return {
            key: (
                {key + word: poisoned(item, word) for key, item in below.items()}
                if key in names and isinstance(below, dict)
                else below
                if key in ("pattern", "host", "address")
                else poisoned(below, word)
            )
            for key, below in value.items()
        }
    if isinstance(value, list):
        return [poisoned(item, word) for item in value]
    if not isinstance(value, str) or KEPT.fullmatch(value):
        return value
    return value + word


def poisoned_harbor(word=EVIL):
    """The chat with a text in each string and in each name, references following the names."""
    document = yaml.safe_load(HARBOR.read_text())
    text = json.dumps(poisoned(document, word))
    escaped = quote(word.replace("~", "~0").replace("/", "~1"), safe="~")

    def followed(match):
        parts = match[1].split("/")
        at = {"components": (2,), "channels": (1, 3), "servers": (1,)}[parts[0]]
        if parts[:2] == ["components", "securitySchemes"]:
            at = ()
        return '"#/' + "/".join(p + escaped if i in at else p for i, p in enumerate(parts)) + '"'

    document = json.loads(re.sub(r'"#/([^"]*)"', followed, text))
    for schema in document["components"]["schemas"].values():
        if isinstance(schema.get("required"), list):
            schema["required"] = [*schema["properties"]]
    for channel in document["channels"].values():
        channel["address"] += word
    document["info"]["license"]["url"] = "javascript:alert(3)"
    return document


@pytest.mark.parametrize("view", ["read", "try_out", "live"])
@pytest.mark.parametrize("is_site", [False, True])
def test_markup_in_each_string_and_each_name_is_text(view, is_site):
    """No element but ours, no handler, no address that runs: in all pages."""
    contract = load(poisoned_harbor())
    page = PageReader(getattr(Pages(contract, live=True, site=is_site), view)())
    assert page.faults == []
    assert {name for name, _ in page.elements} <= OURS
    for name, attributes in page.elements:
        assert not any(key.startswith("on") for key in attributes), attributes
        if name in ("img", "script", "link"):
            source = attributes.get("src") or attributes.get("href")
            assert re.fullmatch(r"\./static/[\w.]+|static/[\w.]+", source or ""), attributes
    assert [url for url in page.links() if url.lower().startswith(("javascript", "data"))] == []
    assert EVIL in page.text or view != "read"
    assert "49" not in page.text.replace("`{{7*7}}", "")


def test_links_of_a_page_lead_somewhere_whatever_the_names():
    """Each link within the page has its target, and no two targets share an id."""
    for document in (poisoned_harbor(), poisoned_harbor(' "x" م/ü\u202e~%&#'), HARBOR):
        page = PageReader(Pages(load(document)).read())
        ids = page.ids()
        assert {id: n for id, n in ids.items() if n > 1} == {}
        wanted = {url[1:] for url in page.links() if url.startswith("#")}
        assert wanted - set(ids) == set()


@pytest.mark.parametrize(
    "text",
    [
        "[press](javascript:alert(1))",
        "[press](JaVaScRiPt:alert(1))",
        "[press](&#106;avascript:alert(1))",
        "[press](data:text/html;base64,PHNjcmlwdD4=)",
        "[press](vbscript:x)",
        "<javascript:alert(1)>",
        "[press][x]\n\n[x]: javascript:alert(1)",
        "![picture](javascript:alert(1))",
        "<a href='javascript:alert(1)'>press</a>",
        "[press](//evil.example/x)",
        "[press](\x01javascript:alert(1))",
    ],
)
def test_markdown_has_no_links_that_run(text):
    """What is no http, https, mailto or place on the page stays text."""
    document = minimal()
    document["info"]["description"] = text
    page = PageReader(Pages(load(document)).read())
    links = [url for url in page.links() if not url.startswith(("#", "./"))]
    assert links == []


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("[docs](https://example.com/a?b=c)", "https://example.com/a?b=c"),
        ("[mail](mailto:ada@example.com)", "mailto:ada@example.com"),
        ("[there](#main-say)", "#main-say"),
        ("![picture](https://example.com/a.png)", "https://example.com/a.png"),
    ],
)
def test_markdown_has_links_that_are_safe(text, url):
    """Such links are pressed without telling the other side where from; pictures are links."""
    document = minimal()
    document["info"]["description"] = text
    page = PageReader(Pages(load(document)).read())
    assert url in page.links()
    found = [a.get("rel") or "" for name, a in page.elements if name == "a" and a["href"] == url]
    assert any("noopener" in rel for rel in found)
    assert [a for name, a in page.elements if name == "img" and "mark.svg" not in a["src"]] == []


def minimal(payload=None, **components):
    """A document with one event."""
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "channels": {"main": {"address": "/", "messages": {"say": {"payload": payload or {}}}}},
        "operations": {"say": {"action": "receive", "channel": {"$ref": "#/channels/main"}}},
        "components": components,
    }


def test_a_description_of_nine_megabytes_is_on_the_page():
    """It is shown as it is written, cut where a script can show the rest, and found by search."""
    document = minimal()
    document["info"]["description"] = "*word* " * 1_300_000 + "the end"
    text = Pages(load(document)).read()
    assert "the end" in text
    assert "<em>" not in text
    assert "long" in text


@pytest.mark.parametrize("text", ["[" * 50_000, "> " * 20_000, "*a " * 16_000, "`" * 40_000])
def test_markdown_that_parsers_choke_on_ends(text):
    """Nested and unclosed marks take no longer than other text."""
    document = minimal()
    document["info"]["description"] = text
    assert "</html>" in Pages(load(document)).read()


def nested(depth):
    """An object in an object in an object."""
    schema = {"type": "string", "description": "the innermost"}
    for level in reversed(range(depth)):
        schema = {
            "type": "object",
            "properties": {f"level{level}": schema},
            "required": [f"level{level}"],
        }
    return schema


def test_schemas_that_are_300_levels_deep_are_all_there(tmp_path):
    """What is nested too deep for a browser's parser has places of its own, with links."""
    file = tmp_path / "deep.json"
    file.write_text(json.dumps(minimal(nested(300))))
    page = PageReader(Pages(load(file, limits=Limits(depth=2_000))).read())
    assert page.faults == []
    for level in (0, 100, 299):
        assert f"level{level}" in page.text
    assert "the innermost" in page.text


def test_chains_of_300_schemas_with_names_are_all_there():
    """Each refers to the next; each has its place on the page."""
    schemas = {
        f"S{n}": {
            "type": "object",
            "properties": {"next": {"$ref": f"#/components/schemas/S{n + 1}"}},
        }
        for n in range(300)
    }
    schemas["S300"] = {"type": "string"}
    document = minimal({"$ref": "#/components/schemas/S0"}, schemas=schemas)
    page = PageReader(Pages(load(document)).read())
    assert {f"schema-S{n}" for n in range(301)} <= set(page.ids())


def test_a_page_does_not_grow_with_the_ways_through_a_document():
    """Twenty schemas that each refer twice to the next are a million ways, and few rows."""
    schemas = {
        f"S{n}": {
            "type": "object",
            "properties": {side: {"$ref": f"#/components/schemas/S{n + 1}"} for side in ("a", "b")},
        }
        for n in range(20)
    }
    schemas["S20"] = {"type": "object", "properties": {"end": {"type": "string"}}}
    text = Pages(load(minimal({"$ref": "#/components/schemas/S0"}, schemas=schemas))).read()
    assert len(text) < 1_500_000


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}},
        {
            "A": {
                "oneOf": [
                    {"type": "null"},
                    {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}},
                ]
            }
        },
        {"A": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/A"}}},
        {
            "A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
            "B": {
                "type": "object",
                "properties": {"a": {"allOf": [{"$ref": "#/components/schemas/A"}]}},
            },
        },
        {
            "A": {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"$ref": "#/components/schemas/A"}},
            }
        },
    ],
)
def test_recursive_schemas_end(schemas):
    """A schema within itself is a link."""
    document = minimal({"$ref": "#/components/schemas/A"}, schemas=schemas)
    page = PageReader(Pages(load(document)).read())
    assert page.faults == []
    assert "the same again" in page.text or "again" in page.text
