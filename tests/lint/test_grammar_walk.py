"""The walk over a document: what the tables of `test_grammar` do not say."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import json

import pytest

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint import RULES, lint

#: All of the group but those about comments and what is not used.
STRUCTURE = [
    code
    for code, rule in RULES.items()
    if rule.group == "Structure"
    and code not in ("bad-comment", "unused-ignore", "unused-component")
] + ["oauth2-field"]


# -- documents that are not looked into ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("asyncapi: 2.6.0", "unsupported-version", 1), ("asyncapi: 4.0.0", "unsupported-version", 1),
        ("asyncapi: 3.1", "unsupported-version", 1), ("info: {}", "unsupported-version", 1),
        ("[]", "unsupported-version", 1), ("text", "unsupported-version", 1), ("", "unsupported-version", 1),
        ("a: 1\na: 2", "unreadable", 2), ("a: [", "unreadable", 1), ("a: !!python/name:os.x", "unreadable", 1),
    ],
)  # fmt: skip
def test_a_document_that_is_not_ours_has_one_finding(folder, text, code, line):
    """Nothing else is said of what was not read."""
    (finding,) = lint(folder.write("a.yml", text))
    assert (finding.code, finding.severity) == (code, Severity.ERROR)
    assert abs(finding.line - line) <= 1


def test_a_file_that_is_not_there_is_a_finding(folder):
    """`lint` does not raise for a document."""
    (finding,) = lint(folder.path / "none.yml")
    assert (finding.code, finding.line) == ("unreadable", 0)


def test_a_document_given_as_data_has_no_lines():
    """Its findings have pointers alone."""
    (finding,) = lint({"asyncapi": "3.1.0", "info": {"title": "T"}})
    assert (finding.file, finding.line, finding.pointer) == ("<mapping>", 0, "/info")


def test_json_is_read_too(folder):
    """With lines."""
    text = json.dumps({"asyncapi": "3.0.0", "info": {"title": 1, "version": "1"}}, indent=1)
    (finding,) = lint(folder.write("a.json", text))
    assert (finding.code, finding.line, finding.pointer) == ("wrong-type", 4, "/info/title")


# -- forms -----------------------------------------------------------------------------------------

URL, URI, EMAIL, MEDIA, EXPRESSION = (
    "info: {{title: T, version: '1', termsOfService: {}}}",
    "id: {}",
    "info: {{title: T, version: '1', contact: {{email: {}}}}}",
    "defaultContentType: {}",
    "components: {{correlationIds: {{c: {{location: {}}}}}}}",
)


def quoted(form, text):
    return form.format(json.dumps(text, ensure_ascii=False))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (URL, "https://example.com"), (URL, "http://a.b/c?d#e"), (URL, "mailto:a@b.c"), (URL, "https://h:80/"),
        (URL, "HTTPS://example.com/%20"), (URL, "https://[::1]/"), (URL, "file:///a"), (URL, "urn:a:b"),
        (URI, "urn:example:a"), (URI, "https://a.b"), (URI, "tag:a,2020:b"), (URI, "a:b"),
        (EMAIL, "a@b.c"), (EMAIL, "a.b+c@d-e.org"), (EMAIL, "x@localhost"), (EMAIL, '"a b"@c.d'), (EMAIL, "a@[127.0.0.1]"),
        (MEDIA, "application/json"), (MEDIA, "application/vnd.a.b+json;version=1"), (MEDIA, 'text/plain; charset="utf-8"'),
        (MEDIA, "APPLICATION/X"), (MEDIA, "text/x-a.b+c"),
        (EXPRESSION, "$message.payload"), (EXPRESSION, "$message.header#/a~1b/~0"), (EXPRESSION, "$message.payload#"),
        (EXPRESSION, "$message.payload#/a b/ü/"), (EXPRESSION, "$message.header#/"),
    ],
)  # fmt: skip
def test_well_formed(folder, form, text):
    """URLs, URIs, e-mail addresses, media types and runtime expressions that are right."""
    assert folder.found(quoted(form, text), "bad-format") == []


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (URL, "/terms"), (URL, "example.com"), (URL, ""), (URL, "https://"), (URL, "https:example.com"), (URL, "https://a b"),
        (URL, "//example.com"), (URL, "https://h:x/"), (URL, "https://a/%zz"), (URL, "https://[::1"), (URL, ":"),
        (URI, "urn"), (URI, "1a:b"), (URI, "a b:c"), (URI, "#a"),
        (EMAIL, "a"), (EMAIL, "a@"), (EMAIL, "@b.c"), (EMAIL, "a..b@c.d"), (EMAIL, "a@-b.c"), (EMAIL, "A <a@b.c>"), (EMAIL, f"a@{64 * 'b'}.c"),
        (MEDIA, "json"), (MEDIA, "application/*"), (MEDIA, "*/*"), (MEDIA, "a/b/c"), (MEDIA, "application/json; a"), (MEDIA, "application/json;"), (MEDIA, "-a/b"), (MEDIA, ""),
        (EXPRESSION, "$message.body#/a"), (EXPRESSION, "message.payload"), (EXPRESSION, "$message.payload/a"),
        (EXPRESSION, "$message.payload#a"), (EXPRESSION, "$message.payload#/~2"), (EXPRESSION, "$message.payload#/~"),
        (EXPRESSION, "$message.headers#/a"),
    ],
)  # fmt: skip
def test_ill_formed(folder, form, text):
    """And such that are wrong."""
    assert [code for code, _ in folder.found(quoted(form, text), "bad-format")] == ["bad-format"]


# -- lists, maps and keys --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # equal items
        ("info: {title: T, version: '1', tags: [{name: a}, {name: b}, {name: a}]}", [("equal-items", "/info/tags/2")]),
        ("info: {title: T, version: '1', tags: [{name: a, description: b}, {description: b, name: a}]}",
         [("equal-items", "/info/tags/1")]),
        ("info: {title: T, version: '1', tags: [{name: a}, {name: a, description: b}]}", []),
        ("info: {title: T, version: '1', tags: [{name: a}, {name: A}]}", []),
        ("servers: {s: {host: h, protocol: ws, variables: {v: {enum: [a, a, b, a]}}}}",
         [("equal-items", "/servers/s/variables/v/enum/1"), ("equal-items", "/servers/s/variables/v/enum/3")]),
        ("components: {parameters: {p: {enum: [a, a], examples: [b, b]}}}", []),
        # a hint for strings that YAML reads as something else
        ("info: {title: T, version: 1.0}", [("wrong-type", "/info/version")]),
        # null
        ("channels: {c: {address: null}}", []), ("channels: {c: {title: null}}", [("wrong-type", "/channels/c/title")]),
        ("channels: {c: null}", [("wrong-type", "/channels/c")]), ("channels:", [("wrong-type", "/channels")]),
        ("operations: null", [("wrong-type", "/operations")]),
        # names of extensions
        ("x-: 1", [("bad-extension-name", "/x-")]), ("x-a: {$ref: 3}", []), ("'x-é': 1", [("bad-extension-name", "/x-é")]),
        ("'x-a/b': 1", [("bad-extension-name", "/x-a~1b")]), ("X-a: 1", [("unknown-field", "/X-a")]),
        ("info: {title: T, version: '1', x_a: 1}", [("unknown-field", "/info/x_a")]),
    ],
)  # fmt: skip
def test_fields(folder, text, expected):
    """Each is found where it stands; a near miss is not."""
    assert folder.found(text, *STRUCTURE) == expected


def test_hints(folder):
    """A message says what was expected, what stands there, and what to do."""

    def message(text):
        (finding,) = folder.findings(text)
        return finding.message

    assert (
        message("info: {title: T, version: 1.0}")
        == "expected a string, got a number; put it in quotes"
    )
    assert message("info: {title: T, version: []}") == "expected a string, got a list"
    text = "channels: {c: {address: /c}}\noperations: {o: {action: recieve, channel: {$ref: '#/channels/c'}}}"
    assert message(text) == "expected one of send, receive; got 'recieve'; did you mean 'receive'?"
    assert message("components: {schemas: {a b: {}}}\nx-a: {$ref: '#/components/schemas/a b'}") == (
        "invalid key 'a b'; use only letters, digits, '.', '-' and '_'"
    )
    text = "servers: {a.b: {host: h, protocol: ws}}"
    assert message(text) == "invalid key 'a.b'; use only letters, digits, '-' and '_'"
    assert (
        message("channels: {c: {$ref: '#/info'}}")
        == "expected a reference to a Channel Object, but '#/info' is an Info Object"
    )


# -- security of version 2 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("security", "hint"),
    [
        ("[{login: []}]", "; write a reference: $ref: '#/components/securitySchemes/login'"),
        ("[{login: [read, write]}]", "; write a reference: $ref: '#/components/securitySchemes/login'"),
        ("[{login: x}]", ""), ("[{}]", ""), ("[{a: [], b: []}]", ""),
    ],
)  # fmt: skip
def test_security_of_version_2(folder, security, hint):
    """A map of scopes is no scheme; where it is one of version 2, the finding says what to write."""
    findings = folder.findings(f"servers: {{s: {{host: h, protocol: ws, security: {security}}}}}")
    (message,) = (finding.message for finding in findings if finding.code == "missing-field")
    assert message == "missing required field 'type' of a Security Scheme Object" + hint


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("{type: http, scheme: bearer, bearerFormat: JWT}", []),
        ("{type: http, scheme: Bearer, bearerFormat: JWT}", []),
        ("{type: http, scheme: basic, bearerFormat: JWT}", [("unknown-field", "/bearerFormat")]),
        ("{type: http, scheme: basic}", []),
        ("{type: apiKey, in: header}", [("bad-value", "/in")]),
        ("{type: apiKey, in: user, name: n}", [("unknown-field", "/name")]),
        ("{type: httpApiKey, in: header}", [("missing-field", "")]),
        ("{type: nonsense, in: user}", [("bad-value", "/type"), ("unknown-field", "/in")]),
        ("{type: oauth2, flows: {}}", []),
        ("{type: oauth2, flows: {implicit: {availableScopes: {}}}}", [("missing-field", "/flows/implicit")]),
        ("{type: oauth2, flows: {device: {}}}", [("unknown-field", "/flows/device")]),
        ("{type: oauth2, flows: {}, name: a}", [("oauth2-field", "/name")]),
        ("{type: [], name: a}", [("wrong-type", "/type"), ("unknown-field", "/name")]),
    ],
)  # fmt: skip
def test_security_schemes(folder, scheme, expected):
    """Each type has fields of its own."""
    base = "/components/securitySchemes/s"
    text = f"components: {{securitySchemes: {{s: {scheme}}}}}"
    assert folder.found(text, *STRUCTURE) == [(code, base + pointer) for code, pointer in expected]


# -- references ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # leading nowhere
        ("channels: {c: {$ref: '#/components/channels/no'}}", [("unresolvable-reference", "/channels/c/$ref")]),
        ("channels: {c: {$ref: no.yml}}", [("unresolvable-reference", "/channels/c/$ref")]),
        ("channels: {c: {$ref: '../out.yml'}}", [("unresolvable-reference", "/channels/c/$ref")]),
        ("channels: {c: {$ref: 'http://example.com/a.yml'}}", [("unresolvable-reference", "/channels/c/$ref")]),
        ("channels: {c: {$ref: '#anchor'}}", [("unresolvable-reference", "/channels/c/$ref")]),
        ("channels: {c: {$ref: '#/channels/c'}}", [("unresolvable-reference", "/channels/c")]),
        ("channels: {a: {$ref: '#/channels/b'}, b: {$ref: '#/channels/a'}}",
         [("unresolvable-reference", "/channels/a"), ("unresolvable-reference", "/channels/b")]),
        ("channels: {c: {$ref: '#/channels/d/'}, d: {}}", [("unresolvable-reference", "/channels/c/$ref")]),
        ("channels: {c: {$ref: '#/channels/c/messages'}}", [("unresolvable-reference", "/channels/c")]),
        ("x-l: [{}]\nchannels: {c: {$ref: '#/x-l/00'}}", [("unresolvable-reference", "/channels/c/$ref")]),
        # no reference at all
        ("channels: {c: {$ref: 1}}", [("wrong-type", "/channels/c/$ref")]),
        ("channels: {c: {$ref: null}}", [("wrong-type", "/channels/c/$ref")]),
        ("channels: {c: {messages: {m: {payload: {properties: {$ref: {type: string}}}}}}}", []),
        # through others, and written in several ways
        ("channels: {c: {$ref: '#/channels/a~1b'}, a/b: {$ref: '#/x-c'}}\nx-c: {address: /}", []),
        ("channels: {c: {$ref: '#/channels/a%20b'}, a b: {address: /}}", []),
        ("channels: {c: {$ref: '#/channels/a~1%7Bb%7D'}, 'a/{b}': {}}", []),
        ("channels: {c: {messages: {m: {$ref: '#/channels/d/messages/n'}}}, d: {$ref: '#/x-d'}}\nx-d: {messages: {n: {}}}", []),
        ("components: {tags: {a: {name: a}}}\ninfo: {title: T, version: '1', tags: [{$ref: '#/x-l/0'}]}\nx-l: [{name: b}]", []),
        # what is behind a reference is judged as what is wanted there
        ("channels: {c: {$ref: '#/x-c'}}\nx-c: {adress: /}", [("unknown-field", "/x-c/adress")]),
        ("channels: {c: {$ref: '#/x-c'}, d: {$ref: '#/x-c'}}\nx-c: {adress: /}", [("unknown-field", "/x-c/adress")]),
        ("channels: {c: {$ref: '#/x-c'}}\nx-c: text", [("wrong-type", "/x-c")]),
        # the wrong kind
        ("channels: {c: {$ref: '#/components'}}\ncomponents: {}", [("wrong-kind", "/channels/c")]),
        ("channels: {c: {$ref: '#'}}", [("wrong-kind", "/channels/c")]),
        ("channels: {c: {$ref: '#/channels'}}", [("wrong-kind", "/channels/c")]),
        (("channels: {c: {messages: {m: {$ref: '#/components/schemas/s/properties/p'}}}}\n"
          "components: {schemas: {s: {properties: {p: {}}}}}"), [("wrong-kind", "/channels/c/messages/m")]),
        ("components: {messages: {m: {payload: {$ref: '#/components/messages/n'}}, n: {}}}",
         [("wrong-kind", "/components/messages/m/payload")]),
        # schemas stand in other schemas, in acks and in bindings
        (("components: {messages: {m: {payload: {$ref: '#/components/schemas/s/properties/p'}, x-ack: {$ref: '#/components/messages/m/payload'}}},"
          " schemas: {s: {properties: {p: {}}}}}"), []),
        ("components: {messages: {m: {payload: {$ref: '#/components/messages/n/payload/items'}}, n: {payload: {items: {}}}}}", []),
    ],
)  # fmt: skip
def test_references(folder, text, expected):
    """They are followed as JSON Reference says, and what they lead to has to be what is wanted."""
    assert folder.found(text, *STRUCTURE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("channels: {c: {$ref: '#/x-c', address: /}}\nx-c: {}", [("ref-siblings", "/channels/c/address")]),
        ("channels: {c: {$ref: '#/x-c', title: a, summary: b, description: c, x-a: d}}\nx-c: {}", []),
        ("components: {schemas: {s: {$ref: '#/x-s', maxLength: 9}}}\nx-s: {}", [("ref-siblings", "/components/schemas/s/maxLength")]),
        ("components: {schemas: {s: {properties: {a: {$ref: '#/x-s', maxLength: 9}}}}}\nx-s: {}",
         [("ref-siblings", "/components/schemas/s/properties/a/maxLength")]),
        ("components: {schemas: {s: {properties: {a: {$ref: '#/x-s', $comment: c, title: t}}}}}\nx-s: {}", []),
    ],
)  # fmt: skip
def test_what_stands_beside_a_reference(folder, text, expected):
    """It is ignored, which is a warning unless it is there for people alone."""
    assert folder.found(text) == expected


def test_what_stands_beside_a_reference_can_be_written_elsewhere(folder):
    """A name that is ignored means another event, so the finding says where it belongs."""
    text = (
        "channels: {c: {messages: {m: {$ref: '#/components/messages/m', name: n, payload: {}}}}}\n"
        "components: {messages: {m: {payload: {}}}}"
    )
    told = [each.message for each in folder.findings(text) if each.code == "ref-siblings"]
    advice = "move it to '#/components/messages/m', or write the whole object instead of the $ref"
    assert told == [f"{key!r} beside a $ref is ignored; {advice}" for key in ("name", "payload")]


def test_what_stands_beside_a_reference_is_not_judged(folder):
    """However invalid it is."""
    text = "channels: {c: {$ref: '#/x-c', address: [], nonsense: 1}}\nx-c: {}"
    assert {code for code, _ in folder.found(text)} == {"ref-siblings"}


# -- other files -----------------------------------------------------------------------------------


def test_faults_in_other_files_are_found_there(folder):
    """A finding has the file and the line of what is wrong."""
    folder.write(
        "parts/channel.yml", "chat:\n  adress: /chat\n  messages: {m: {$ref: 'message.yml'}}\n"
    )
    folder.write("parts/message.yml", "payload: {type: strin}\n")
    findings = folder.findings("channels: {chat: {$ref: 'parts/channel.yml#/chat'}}")
    found = [(f.file.removeprefix(str(folder.path)), f.line, f.code, f.pointer) for f in findings]
    assert ("/parts/channel.yml", 2, "unknown-field", "/chat/adress") in found
    assert ("/parts/message.yml", 1, "invalid-schema", "/payload/type") in found
    assert {code for _, _, code, _ in found} <= {
        "unknown-field",
        "invalid-schema",
        "orphan-message",
    }


def test_a_file_that_cannot_be_read_is_a_finding_in_both(folder):
    """At the reference, and where the file is broken."""
    folder.write("bad.yml", "a: 1\na: 2\n")
    found = folder.found("channels: {c: {$ref: bad.yml}}")
    assert found == [("unresolvable-reference", "/channels/c/$ref"), ("unreadable", "bad.yml")]


def test_the_root_may_be_wider(folder):
    """`root` allows references into other folders."""
    folder.write("shared/c.yml", "address: /c\n")
    path = folder.write(
        "api/a.yml",
        "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\nchannels: {c: {$ref: ../shared/c.yml}}\n",
    )
    assert [finding.code for finding in lint(path)] == ["unresolvable-reference"]
    assert lint(path, root=folder.path) == ()


def test_a_document_of_data_refers_to_files_below_its_root(folder):
    """With `root`; without it there is no place to look."""
    folder.write("c.yml", "adress: /c\n")
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "channels": {"c": {"$ref": "c.yml"}},
    }
    assert [finding.code for finding in lint(document)] == ["unresolvable-reference"]
    (finding,) = lint(document, root=folder.path)
    assert (finding.code, finding.pointer, finding.line) == ("unknown-field", "/adress", 1)


def test_findings_are_sorted_and_stand_once(folder):
    """By line, however often a fault is come across."""
    text = "channels: {b: {$ref: '#/x-c'}, a: {$ref: '#/x-c'}}\nx-c:\n  zz: 1\n  aa: 1\n"
    found = [(finding.line, finding.code) for finding in folder.findings(text)]
    assert found == sorted(set(found))
    assert [code for _, code in found] == ["unknown-field", "unknown-field"]
