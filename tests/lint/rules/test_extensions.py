"""Rules about our own extensions."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

CODES = ("misplaced-extension", "misspelt-extension", "unknown-field", "bad-value", "wrong-type", "missing-field")  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        *("x-akc", "x-acks", "x-ak", "x-ck", "x-aack", "x-ackk", "x-cak", "x-aks"),
        *("x-acknowledgement", "x-acknowledgment", "x-acknowledge", "x-ack-schema", "x-ack-args"),
        *("x-Ack", "X-Ack", "X-ACK", "x_ack", "xack"),
    ],
)  # fmt: skip
def test_nearly_an_ack(folder, name):
    """Whoever writes it believes that acks are judged."""
    text = f"channels: {{c: {{address: /c, messages: {{m: {{payload: {{}}, {name}: {{type: string}}}}}}}}}}"
    (finding,) = (f for f in folder.findings(text) if f.code in CODES)
    assert (finding.code, finding.severity) == ("misspelt-extension", "error")
    assert finding.pointer == f"/channels/c/messages/m/{name}"
    assert "it validates no ack" in finding.message
    assert finding.message.endswith("; did you mean 'x-ack'?")


@pytest.mark.parametrize(
    "name", ["x-gaurd", "x-gurad", "x-guards", "x-gard", "x-guad", "X-Guard", "x-guard-mode", "x_guard"]
)  # fmt: skip
def test_nearly_a_guard(folder, name):
    """Whoever writes it believes that the mode counts."""
    text = f"channels: {{c: {{address: /c}}}}\noperations: {{o: {{action: send, channel: {{$ref: '#/channels/c'}}, {name}: {{mode: report}}}}}}"
    (finding,) = (f for f in folder.findings(text) if f.code in CODES)
    assert (finding.code, finding.severity) == ("misspelt-extension", "error")
    assert finding.message.endswith("; did you mean 'x-guard'?")


@pytest.mark.parametrize(
    "name",
    [
        *("x-acme", "x-acl", "x-ask", "x-act", "x-ace", "x-pack", "x-back", "x-stack", "x-track", "x-hack"),
        *("x-apk", "x-response", "x-handler", "x-tag", "x-guid", "x-grid", "x-board", "x-guarantee", "x-card"),
        *("x-guild", "x-backend", "x-acknowledged-by", "x-lock", "x-feedback"),
    ],
)  # fmt: skip
def test_extensions_of_others(folder, name):
    """They are none of our business, wherever they stand."""
    text = (
        f"{name}: 1\nchannels: {{c: {{address: /c, {name}: 1, messages: {{m: {{payload: {{{name}: 1}}, {name}: 1}}}}}}}}\n"
        f"operations: {{o: {{action: send, channel: {{$ref: '#/channels/c'}}, {name}: 1}}}}"
    )
    assert folder.found(text) == []


CHANNEL = "channels: {c: {address: /c, messages: {m: {payload: {type: string}}}}}\n"
ONE = "operations: {{o: {{action: receive, channel: {{$ref: '#/channels/c'}}{}}}}}\n"


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("x-ack: {type: string}\n", "/x-ack"), ("x-guard: {mode: report}\n", "/x-guard"), ("x-akc: {}\n", "/x-akc"),
        ("info: {title: T, version: '1', x-guard: {mode: report}}\n", "/info/x-guard"),
        ("servers: {s: {host: h, protocol: ws, x-guard: {mode: 'off'}}}\n", "/servers/s/x-guard"),
        ("components: {x-ack: {}}\n", "/components/x-ack"),
        ("components: {schemas: {S: {type: object, x-ack: {}}}}\n", "/components/schemas/S/x-ack"),
        ("components: {schemas: {S: {properties: {p: {oneOf: [{x-ack: {}}]}}}}}\n", "/components/schemas/S/properties/p/oneOf/0/x-ack"),
        ("components: {schemas: {S: {schemaFormat: application/schema+json, schema: {}, x-ack: {}}}}\n", "/components/schemas/S/x-ack"),
        ("components: {schemas: {S: {schemaFormat: text/x, schema: {}, x-ack: {}}}}\n", "/components/schemas/S/x-ack"),
        ("components: {replies: {r: {x-ack: {}}}}\n", "/components/replies/r/x-ack"),
        ("components: {operationTraits: {t: {x-ack: {}}}}\n", "/components/operationTraits/t/x-ack"),
        ("components: {messages: {m: {payload: {}, bindings: {x-ack: {}}}}}\n", "/components/messages/m/bindings/x-ack"),
        (ONE.format(", x-ack: {type: string}"), "/operations/o/x-ack"),
        (ONE.format(", reply: {x-ack: {}}"), "/operations/o/reply/x-ack"),
        (ONE.format(", x-acknowledgement: {}"), "/operations/o/x-acknowledgement"),
    ],
)  # fmt: skip
def test_where_nobody_reads_them(folder, text, pointer):
    """One error, at its key, with where it belongs."""
    found = [f for f in folder.findings(CHANNEL + text) if f.code in CODES]
    assert [(f.code, f.pointer, f.severity) for f in found] == [
        ("misplaced-extension", pointer, "error")
    ]
    effect = "sets no mode" if "x-guard" in found[0].message else "validates no ack"
    assert f"is not read here, so it {effect}; write it on the message" in found[0].message


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("channels: {c: {address: /c, x-guard: {mode: report}}}", "/channels/c/x-guard"),
        ("channels: {c: {address: '/c/{p}', parameters: {p: {x-ack: {}}}}}", "/channels/c/parameters/p/x-ack"),
        ("channels: {c: {address: /c, messages: {m: {payload: {x-ack: {}}}}}}", "/channels/c/messages/m/payload/x-ack"),
        ("channels: {c: {address: /c, messages: {m: {payload: {}, examples: [{payload: 1, x-ack: 1}]}}}}", "/channels/c/messages/m/examples/0/x-ack"),
    ],
)  # fmt: skip
def test_in_channels(folder, text, pointer):
    """A channel has neither, and nor has what is in a message."""
    found = [f for f in folder.findings(text) if f.code in CODES]
    assert [(f.code, f.pointer) for f in found] == [("misplaced-extension", pointer)]


@pytest.mark.parametrize("beside", ["messages: {{m: {{$ref: '#/components/messages/m', {}: {{}}}}}}", "messages: {{m: {{payload: {{$ref: '#/components/messages/m/payload', {}: {{}}}}}}}}"])  # fmt: skip
@pytest.mark.parametrize("name", ["x-ack", "x-acks", "X-Ack"])
def test_beside_a_reference(folder, beside, name):
    """There nobody reads anything."""
    text = f"channels: {{c: {{address: /c, {beside.format(name)}}}}}\ncomponents: {{messages: {{m: {{payload: {{type: string}}}}}}}}"
    found = [
        f for f in folder.findings(text) if f.code in (*CODES, "ref-siblings", "unknown-keyword")
    ]
    assert [f.code for f in found] == ["misplaced-extension"]
    assert "beside a $ref" in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "{payload: {properties: {x-ack: {type: string}}}}", "{payload: {const: {x-ack: 1}}}", "{payload: {default: {x-ack: 1}}}",
        "{payload: {}, headers: {type: object, properties: {X-Ack: {type: string}}}}", "{payload: {}, x-ack: {properties: {x-ack: {}}}}",
        "{payload: {}, x-guard: {mode: report}, traits: [{x-ack: {}, x-guard: {mode: enforce}}]}", "{payload: {}, examples: [{payload: {x-ack: 1}}]}",
    ],
)  # fmt: skip
def test_names_of_data(folder, text):
    """What is called so in payloads is data."""
    found = folder.found(f"channels: {{c: {{address: /c, messages: {{m: {text}}}}}}}", *CODES)
    assert found == []


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("{mode: report}", []), ("{mode: silent}", ["bad-value /mode"]), ("{mode: report, mdoe: 'off'}", ["unknown-field /mdoe"]),
        ("report", ["wrong-type "]), ("{}", ["missing-field "]), ("{mode: report, events: [say]}", ["unknown-field /events"]),
        ("{mode: [report]}", ["wrong-type /mode"]),
    ],
)  # fmt: skip
def test_what_is_in_a_guard(folder, guard, expected):
    """A mode, one of three, and nothing else."""
    found = folder.findings(CHANNEL + ONE.format(f", x-guard: {guard}"))
    base = "/operations/o/x-guard"
    several = [f"{f.code} {f.pointer.removeprefix(base)}" for f in found if f.code in CODES]
    assert several == expected


def test_documents_for_other_protocols(folder):
    """There nobody judges acks anyway."""
    text = "servers: {s: {host: h, protocol: kafka}}\nchannels: {c: {address: c, x-ack: {}}}"
    (finding,) = folder.findings(text)
    assert (finding.code, finding.severity) == ("misplaced-extension", "warning")


@pytest.mark.parametrize("name", ["x-mock", "x-mok", "x-mocks", "x-Mock"])
@pytest.mark.parametrize("place", ["operation", "channel", "schema", "reference", "document"])
def test_a_mark_that_no_mock_reads(folder, name, place):
    """It is reported wherever it has no effect, and the document loads all the same."""
    marks = dict.fromkeys(("operation", "channel", "schema", "reference", "document"), "")
    marks[place] = f", {name}: {{every: 5}}"
    text = (
        f"channels: {{c: {{address: /c{marks['channel']}, messages: {{m: {{payload: {{type: string{marks['schema']}}}}}}}}}}}\n"
        f"operations: {{o: {{action: send, channel: {{$ref: '#/channels/c'{marks['reference']}}}{marks['operation']}}}}}\n"
    ) + (f"{name}: {{every: 5}}\n" if place == "document" else "")
    (finding,) = folder.findings(text)
    assert (finding.code, finding.severity) == ("unread-mock", "warning")
    assert finding.pointer.endswith(f"/{name}")


def test_a_mark_that_a_mock_reads(folder):
    """On a message and a message trait it is read."""
    text = (
        "channels: {c: {address: /c, messages: {m: {payload: {type: string}, x-mock: {every: 5}, traits: [{x-mock: {every: 1}}]}}}}\n"
        "operations: {o: {action: send, channel: {$ref: '#/channels/c'}}}\n"
    )
    assert folder.found(text) == []


@pytest.mark.parametrize("name", ["x-lock", "x-dock", "x-model", "x-microcks", "x-mode", "x-monk"])
def test_what_is_no_mark_of_a_mock(folder, name):
    """Extensions of others."""
    text = f"channels: {{c: {{address: /c, {name}: 1, messages: {{m: {{payload: {{type: string}}}}}}}}}}\noperations: {{o: {{action: send, channel: {{$ref: '#/channels/c'}}}}}}"
    assert folder.found(text) == []
