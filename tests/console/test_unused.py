"""What stands in a document and no operation uses: readers find it, apart from what can travel."""

from __future__ import annotations

import pytest
from page_reader import PageReader

from asyncapi_guard.console.edition import Edition
from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.site import site_files
from asyncapi_guard.guard import Guard
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents

DRAFT_7 = "application/schema+json;version=draft-07"
REF = "#/components/{}/{}".format


def document(components, *, messages=None, used=("say",)):
    """A document whose operation uses some messages of its channel."""
    messages = {"say": {"payload": {"type": "string"}}, **(messages or {})}
    references = [{"$ref": f"#/channels/main/messages/{name}"} for name in used]
    channel = {"$ref": "#/channels/main"}
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "channels": {"main": {"address": "/", "messages": messages}},
        "operations": {"all": {"action": "receive", "channel": channel, "messages": references}},
        "components": components,
    }


def pages_of(data):
    documents = open_documents(data)
    edition = Edition(Guard(compile_contract(documents, "auto")), documents)
    return Pages(edition.contract, components=edition.components)


def section(data):
    """The section's text; empty if there is none."""
    html = pages_of(data).read()
    start = html.find('<section class="ns" id="unused"')
    return PageReader(html[start : html.find("</main>", start)]).text if start >= 0 else ""


def test_all_in_use_is_no_section():
    """A document without leftovers has no heading for them, nor has its list of contents."""
    data = document({"schemas": {"Text": {"type": "string"}}})
    data["channels"]["main"]["messages"]["say"]["payload"] = {"$ref": REF("schemas", "Text")}
    assert section(data) == ""
    assert "Not used by any operation" not in pages_of(data).read()


@pytest.mark.parametrize(
    ("components", "messages", "found"),
    [
        ({"schemas": {"Old": {"type": "string", "maxLength": 7}}}, {}, "at most 7 characters"),
        ({"messages": {"Gone": {"payload": {"type": "integer"}}}}, {}, "whole number"),
        ({}, {"Gone": {"name": "gone", "summary": "No more."}}, "No more."),
        (
            {"messages": {"Gone": {"name": "gone", "x-ack": {"type": "boolean"}}}},
            {},
            "true or false",
        ),
    ],
    ids=["schema", "message of components", "message of a channel", "ack"],
)
def test_what_no_operation_uses_is_read_in_a_section_of_its_own(components, messages, found):
    """Schemas and messages, with their constraints in words."""
    text = section(document(components, messages=messages))
    assert "Not used by any operation" in text
    assert found in text


def test_each_has_a_deep_link_and_an_entry_in_the_contents():
    """And the page stays whole: ids are unique, and links lead somewhere."""
    data = document(
        {"schemas": {"Old": {"type": "object"}}, "messages": {"a b": {}, "a-b": {}}},
        messages={"Gone": {"name": "gone"}},
    )
    page = PageReader(pages_of(data).read())
    assert page.faults == []
    assert max(page.ids().values()) == 1
    assert {link[1:] for link in page.links() if link.startswith("#")} <= set(page.ids())
    for anchor in ("schema-Old", "unused-a-b", "unused-Gone"):
        assert page.links().count(f"#{anchor}") == 2, anchor


def test_nobody_sends_it_so_nothing_says_who():
    """No direction, no link to try it, and no number among the events."""
    data = document({"messages": {"Gone": {"x-ack": {"args": True, "required": True}}}})
    text = section(data)
    assert "Client to server" not in text
    assert "Try it" not in text
    assert "The sender must ask for it." in text
    assert "1 namespace, 1 event, 0 schemas, 1 not used" in PageReader(pages_of(data).read()).text


def test_what_another_unused_one_uses_says_where():
    """A schema that only an unused message has leads to that message."""
    payload = {"$ref": REF("schemas", "Note")}
    data = document(
        {"messages": {"Gone": {"payload": payload}}, "schemas": {"Note": {"type": "string"}}}
    )
    page = PageReader(pages_of(data).read())
    assert page.links().count("#unused-Gone") == 3
    assert section(data).count("Note") >= 2


@pytest.mark.parametrize(
    "schema",
    [{"not": {"$ref": REF("schemas", "Old")}}, {"if": {"$ref": REF("schemas", "Old")}, "then": {}}],
    ids=["not", "if"],
)
def test_what_an_event_uses_in_any_way_is_used(schema):
    """Also where its words say it without a link."""
    data = document({"schemas": {"Old": {"type": "string", "maxLength": 7}}})
    data["channels"]["main"]["messages"]["say"]["payload"] = schema
    assert section(data) == ""
    assert "schema-Old" in PageReader(pages_of(data).read()).ids()


@pytest.mark.parametrize(
    "broken",
    [{"$ref": REF("schemas", "Nowhere")}, {"type": "strange"}, 5, {"pattern": "("}],
    ids=["reference", "type", "no mapping", "pattern"],
)
def test_one_that_cannot_be_read_is_named_and_hides_no_other(broken):
    """Nothing that travels needs it, so the page is there, and says so."""
    inside = {"properties": {"x": {"$ref": REF("schemas", "Broken")}}}
    schemas = {"Broken": broken, "Beside": {"const": 7}, "Around": inside, "Also": inside}
    text = section(document({"schemas": schemas}))
    assert "Beside" in text
    for name in ("Broken", "Around", "Also"):
        assert f"/components/schemas/{name}" in text


def test_endless_schemas_and_deep_ones_do_no_harm():
    """They are read like those that events use."""
    deep = {"type": "string"}
    for _ in range(25):
        deep = {"type": "object", "properties": {"x": deep}}
    schemas = {"Tree": {"properties": {"next": {"$ref": REF("schemas", "Tree")}}}, "Deep": deep}
    assert "Tree" in section(document({"schemas": schemas}))


REPLIED = {"replied": {"payload": {"type": "boolean"}}}


@pytest.mark.parametrize("place", ["channel", "components"])
def test_a_reply_is_used(place):
    """A message that answers another one is its acknowledgement, and no leftover."""
    data = document({"messages": REPLIED})
    own = {"$ref": "#/components/messages/replied"} if place == "components" else REPLIED["replied"]
    data["channels"]["main"]["messages"]["replied"] = own
    reply = {"messages": [{"$ref": "#/channels/main/messages/replied"}]}
    data["operations"]["all"]["reply"] = {"channel": {"$ref": "#/channels/main"}, **reply}
    if place == "channel":
        del data["components"]["messages"]
    assert section(data) == ""


@pytest.mark.parametrize("is_used", [True, False])
def test_schemas_of_another_format_have_their_names(is_used):
    """What stands behind a `schemaFormat` is found like any other."""
    wrapped = {"schemaFormat": DRAFT_7, "schema": {"type": "string", "maxLength": 7}}
    data = document({"schemas": {"Old": wrapped}})
    if is_used:
        data["channels"]["main"]["messages"]["say"]["payload"] = {"$ref": REF("schemas", "Old")}
    assert ("at most 7 characters" in section(data)) is not is_used
    assert ("schema-Old" in PageReader(pages_of(data).read()).ids()) is not is_used


def test_a_schema_of_a_language_that_nobody_reads_is_named():
    """Avro stands in the document, but not in the page."""
    avro = {"schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": {"type": "int"}}
    assert "/components/schemas/Old can" in section(document({"schemas": {"Old": avro}}))


@pytest.mark.parametrize("components", [5, {"schemas": 5, "messages": []}, {"$ref": "#/nowhere"}])
def test_components_of_another_form_have_nothing(components):
    """The linter says what is wrong with them; the page is there."""
    assert section(document(components)) == ""


def test_markup_in_names_is_text():
    """A component is as hostile as any other part of a document."""
    name = "<script>alert(1)</script>"
    html = pages_of(document({"messages": {name: {"name": name}}, "schemas": {name: {}}})).read()
    assert name not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_site_of_files_has_the_section():
    """What is served and what is written say the same."""
    documents = open_documents(document({"schemas": {"Old": {"type": "string"}}}))
    edition = Edition(Guard(compile_contract(documents, "auto")), documents)
    assert b"Not used by any operation" in site_files(edition)["index.html"]
