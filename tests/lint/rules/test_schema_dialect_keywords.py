"""Keywords that a schema's dialect does not have."""

from __future__ import annotations

import pytest

from asyncapi_guard import SpecError, load

SCHEMA = "components: {schemas: {s: <S>}}\n"
OLDER = [
    "application/schema+json;version=draft-04",
    "application/schema+json;version=draft-07",
    "application/schema+json;version=2019-09",
    "application/vnd.oai.openapi;version=3.0.3",
    "application/vnd.aai.asyncapi;version=3.1.0",
]


@pytest.mark.parametrize("form", OLDER)
@pytest.mark.parametrize(("protocol", "severity"), [("wss", "error"), ("kafka", "warning")])
def test_positional_items_in_a_newer_keyword(folder, form, protocol, severity):
    """Dialects before 2020-12 pass over `prefixItems`; the advice is their own keyword."""
    schema = f"{{schemaFormat: '{form}', schema: {{prefixItems: [{{type: string}}]}}}}"
    server = f"servers: {{main: {{host: example.com, protocol: {protocol}}}}}\n"
    found = folder.findings(server + SCHEMA.replace("<S>", schema))
    (finding,) = (each for each in found if each.code != "unused-component")
    assert (finding.code, finding.severity.value) == ("prefix-items", severity)
    assert finding.pointer.endswith("/schema/prefixItems")
    assert finding.message.endswith("; write 'items' instead")


def test_what_follows_positional_items(folder):
    """`items` beside `prefixItems` was about further items: older dialects have another name."""
    text = SCHEMA.replace("<S>", "{properties: {a: {prefixItems: [{}], items: false}}}")
    (finding,) = (f for f in folder.findings(text) if f.code == "prefix-items")
    assert finding.pointer == "/components/schemas/s/properties/a/prefixItems"
    assert finding.message.endswith(
        "; write 'items' instead and 'additionalItems' instead of 'items'"
    )


CHAT = """
channels:
  chat:
    address: /chat
    messages:
      say: {payload: <PAYLOAD>, x-ack: <ACK>}
operations:
  onSay:
    action: receive
    channel: {$ref: '#/channels/chat'}
    messages: [{$ref: '#/channels/chat/messages/say'}]
"""
LIST = "{type: array, prefixItems: [{type: string}]}"
NEWER = f"{{schemaFormat: 'application/schema+json;version=2020-12', schema: {LIST}}}"


@pytest.mark.parametrize(
    ("payload", "ack"),
    [
        (LIST, "true"),
        ("{type: string}", LIST),
        ("{type: string}", f"{{args: {LIST}}}"),
        (f"{{type: object, properties: {{cells: {LIST}}}}}", "true"),
    ],
)
def test_load_refuses_arguments_that_nothing_would_validate(folder, payload, ack):
    """Wherever they are; the linter reports the same."""
    text = CHAT.replace("<PAYLOAD>", payload).replace("<ACK>", ack)
    assert [f.code for f in folder.findings(text) if f.severity.value == "error"] == [
        "prefix-items"
    ]
    with pytest.raises(SpecError) as caught:
        load(folder.path / "asyncapi.yml")
    assert [finding.code for finding in caught.value.findings] == ["prefix-items"]


def test_load_takes_them_where_the_dialect_has_them(folder):
    """JSON Schema 2020-12 is a matter of `schemaFormat`."""
    folder.findings(CHAT.replace("<PAYLOAD>", NEWER).replace("<ACK>", "true"))
    assert load(folder.path / "asyncapi.yml").channels
