"""What must fit what: operations and channels, addresses, servers, headers and examples."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import RULES

SEMANTICS = [code for code, rule in RULES.items() if rule.group == "Semantics"]


def cases(*rows):
    """Documents, each with what is found in it."""
    return pytest.mark.parametrize(("text", "expected"), rows)


# -- operations, replies and their channels --------------------------------------------------------

CHANNELS = """
channels:
  c: {address: /c, messages: {m: {payload: {}}, 'a/b': {payload: {}}, n: {$ref: '#/components/messages/n'}}}
  d: {address: /d, messages: {m: {payload: {}}, only: {payload: {}}}}
  alias: {$ref: '#/components/channels/x'}
  'user/signed up': {address: /u, messages: {m: {payload: {}}}}
components:
  messages: {n: {payload: {}}}
  channels: {x: {address: /x, messages: {m: {payload: {}}}}}
"""
OPERATION = CHANNELS + "operations: {o: {action: send, <FIELDS>}}\n"
REPLY = (
    CHANNELS
    + "operations: {o: {action: send, channel: {$ref: '#/channels/d'}, reply: {<FIELDS>}}}\n"
)
ROOT = "/operations/o"


@pytest.mark.parametrize(
    ("form", "base", "name"), [(OPERATION, ROOT, "operation"), (REPLY, f"{ROOT}/reply", "reply")]
)
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("channel: {$ref: '#/channels/c'}", []),
        ("channel: {$ref: '#/channels/alias'}", []),
        ("channel: {$ref: '#/channels/user~1signed%20up'}", []),
        ("channel: {$ref: '#/components/channels/x'}", ["channel /channel"]),
        ("channel: {$ref: other.yml#/channels/c}", ["channel /channel"]),
        ("channel: {$ref: asyncapi.yml#/channels/c}", []),
        ("channel: {$ref: ./asyncapi.yml#/channels/c}", []),
        # messages, all in the channel
        ("channel: {$ref: '#/channels/c'}, messages: []", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m'}, {$ref: '#/channels/c/messages/n'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/a~1b'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/a%7E1b'}]", []),
        ("channel: {$ref: '#/channels/user~1signed%20up'}, messages: [{$ref: '#/channels/user%7e1signed up/messages/m'}]", []),
        ("channel: {$ref: '#/channels/alias'}, messages: [{$ref: '#/channels/alias/messages/m'}]", []),
        # another's
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/d/messages/m'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m'}, {$ref: '#/channels/d/messages/only'}]",
         ["messages /messages/1"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/components/messages/n'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/alias'}, messages: [{$ref: '#/components/channels/x/messages/m'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: other.yml}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m/payload'}]", ["messages /messages/0"]),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: other.yml#/channels/c/messages/m}]", ["messages /messages/0"]),
        # nothing more is said of what is wrong otherwise
        ("channel: {$ref: '#/channels/no'}, messages: [{$ref: '#/channels/c/messages/m'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/no'}]", []),
        ("channel: {address: /}, messages: [{$ref: '#/channels/c/messages/m'}]", []),
        ("channel: {$ref: '#/channels/c'}, messages: text", []),
        ("channel: {$ref: '#/channels/c'}, messages: [text, {}]", []),
    ],
)  # fmt: skip
def test_the_channel_and_its_messages(folder, form, base, name, fields, expected):
    """An operation, or a reply, has a channel of the document's own, and messages of that very channel."""
    folder.write("other.yml", "channels: {c: {address: /o, messages: {m: {payload: {}}}}}")
    found = folder.found(form.replace("<FIELDS>", fields), *SEMANTICS)
    assert found == [(f"{name}-{each.split()[0]}", base + each.split()[1]) for each in expected]


def test_what_to_write_instead(folder):
    """A message that the channel has by the same key is offered."""
    fields = "channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/components/messages/n'}]"
    (message,) = (
        f.message
        for f in folder.findings(OPERATION.replace("<FIELDS>", fields))
        if f.code == "operation-messages"
    )
    assert message.endswith(": write '#/channels/c/messages/n'")
    fields = "channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/d/messages/only'}]"
    (message,) = (
        f.message
        for f in folder.findings(OPERATION.replace("<FIELDS>", fields))
        if f.code == "operation-messages"
    )
    assert message.endswith(": expected '#/channels/c/messages/...'")


@cases(
    # operations of the components may have any channel, but messages of that one
    (("components:\n  channels: {x: {messages: {m: {payload: {}}}}}\n"
      "  operations: {o: {action: send, channel: {$ref: '#/components/channels/x'}, messages: [{$ref: '#/components/channels/x/messages/m'}]}}"), []),
    (("components:\n  channels: {x: {messages: {m: {payload: {}}}}, y: {}}\n"
      "  operations: {o: {action: send, channel: {$ref: '#/components/channels/y'}, messages: [{$ref: '#/components/channels/x/messages/m'}]}}"),
     [("operation-messages", "/components/operations/o/messages/0")]),
    # what a root operation refers to is a root operation
    (("operations: {o: {$ref: '#/components/operations/p'}}\ncomponents: {channels: {x: {}}, operations:"
      " {p: {action: send, channel: {$ref: '#/components/channels/x'}}}}"), [("operation-channel", "/components/operations/p/channel")]),
    (("operations: {o: {$ref: '#/components/operations/p'}}\nchannels: {x: {}}\ncomponents: {operations:"
      " {p: {action: send, channel: {$ref: '#/channels/x'}}}}"), []),
    (("operations: {o: {$ref: '#/components/operations/p'}}\nchannels: {x: {}}\ncomponents: {operations:"
      " {p: {$ref: '#/components/operations/q'}, q: {action: send, channel: {$ref: '#/components/channels/y'}}}, channels: {y: {}}}"),
     [("operation-channel", "/components/operations/q/channel")]),
)  # fmt: skip
def test_operations_on_the_shelf(folder, text, expected):
    """Components may refer to each other; what the root refers to may not."""
    assert folder.found(text, *SEMANTICS) == expected


SHELF = """
channels: {{c: {{address: /c, messages: {{m: {{payload: {{}}}}}}}}}}
components:
  channels: {{x: {{address: null, messages: {{n: {{payload: {{}}}}}}}}}}
  replyAddresses: {{a: {{location: $message.header}}}}
  replies: {{r: {}, other: {{}}}}
"""


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("{}", []), ("{channel: {$ref: '#/channels/c'}}", []), ("{channel: {$ref: '#/components/channels/x'}}", []),
        ("{channel: {$ref: '#/components/channels/x'}, messages: [{$ref: '#/components/channels/x/messages/n'}]}", []),
        ("{messages: [{$ref: '#/channels/c/messages/m'}]}", []), ("{$ref: '#/components/replies/other'}", []),
        ("{channel: {$ref: '#/components/channels/x'}, messages: [{$ref: '#/channels/c/messages/m'}]}", ["reply-messages /messages/0"]),
        ("{channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/m'}, {$ref: '#/components/channels/x/messages/n'}]}",
         ["reply-messages /messages/1"]),
        ("{address: {$ref: '#/components/replyAddresses/a'}, channel: {$ref: '#/components/channels/x'}}", []),
        ("{address: {$ref: '#/components/replyAddresses/a'}}", []),
        ("{address: {$ref: '#/components/replyAddresses/a'}, channel: {$ref: '#/channels/c'}}", ["reply-address /address"]),
        ("{channel: {address: /}}", ["reference-required /channel"]), ("{channel: {$ref: '#/components/replies/other'}}", ["wrong-kind /channel"]),
        ("{$ref: '#/components/replyAddresses/a'}", ["wrong-kind"]), ("{$ref: '#/components/replies/no'}", ["unresolvable-reference /$ref"]),
    ],
)  # fmt: skip
def test_replies_on_the_shelf(folder, reply, expected):
    """They may have any channel, and the messages of that one alone, whether or not somebody refers to them."""
    base = "/components/replies/r"
    codes = (*SEMANTICS, "reference-required", "wrong-kind", "unresolvable-reference")
    text = SHELF.format(reply)
    operation = "operations: {o: {action: send, channel: {$ref: '#/channels/c'}, reply: {$ref: '#/components/replies/r'}}}\n"
    for more in ("", operation):
        found = [
            (code, pointer)
            for code, pointer in folder.found(text + more, *codes)
            if not pointer.startswith("/operations")
        ]
        assert found == [(e.split()[0], base + "".join(e.split()[1:])) for e in expected]


ADDRESS = "channels:\n  a: {{address: {}}}\noperations: {{o: {{action: send, channel: {{$ref: '#/channels/a'}}, reply: {{{}}}}}}}"


@pytest.mark.parametrize(
    ("address", "reply", "expected"),
    [
        ("/a", "address: {location: $message.header}, channel: {$ref: '#/channels/a'}", [("reply-address", "/operations/o/reply/address")]),
        ("''", "address: {location: $message.header}, channel: {$ref: '#/channels/a'}", [("reply-address", "/operations/o/reply/address")]),
        ("null", "address: {location: $message.header}, channel: {$ref: '#/channels/a'}", []),
        ("/a", "channel: {$ref: '#/channels/a'}", []),
        ("/a", "address: {location: $message.header}", []),
        ("/a, address: /", "address: 1", []),
    ],
)  # fmt: skip
def test_a_reply_with_an_address(folder, address, reply, expected):
    """It needs a channel without one."""
    assert folder.found(ADDRESS.format(address, reply), "reply-address") == expected


# -- channels and servers --------------------------------------------------------------------------


@cases(
    ("servers: {s: {host: h, protocol: ws}}\nchannels: {c: {servers: [{$ref: '#/servers/s'}]}}", []),
    (("servers: {s: {$ref: '#/components/servers/s'}}\nchannels: {c: {servers: [{$ref: '#/servers/s'}]}}\n"
      "components: {servers: {s: {host: h, protocol: ws}}}"), []),
    ("channels: {c: {servers: [{$ref: '#/components/servers/s'}]}}\ncomponents: {servers: {s: {host: h, protocol: ws}}}",
     [("channel-servers", "/channels/c/servers/0")]),
    (("channels: {c: {$ref: '#/components/channels/x'}}\ncomponents: {servers: {s: {host: h, protocol: ws}}, channels: "
      "{x: {servers: [{$ref: '#/components/servers/s'}]}}}"), []),
    ("components: {servers: {s: {host: h, protocol: ws}}, channels: {x: {servers: [{$ref: '#/components/servers/s'}]}}}", []),
    ("channels: {c: {servers: [{$ref: '#/servers/no'}, text]}}", []), ("channels: {c: {servers: text}}", []),
)  # fmt: skip
def test_the_servers_of_a_channel(folder, text, expected):
    """Those of a channel that is located in the root are the document's own."""
    assert folder.found(text, "channel-servers") == expected


@pytest.mark.parametrize(
    ("address", "parameters", "expected"),
    [
        ("/rooms/{room}", "{room: {}}", []), ("/{a}/{b}/{a}", "{a: {}, b: {}}", []), ("/a", None, []), ("/", None, []),
        ("{a}", "{a: {$ref: '#/x-p'}}", []), ("/a%20b/:id;x,y@!$&'()*+=", None, []),
        ("/rooms/{room}", None, [("parameters-missing", "/address")]),
        ("/{a}/{b}", None, [("parameters-missing", "/address"), ("parameters-missing", "/address")]),
        ("/{a}/{a}", None, [("parameters-missing", "/address")]),
        ("/rooms/{room}", "{}", [("address-parameters", "/address")]),
        ("/rooms/{room}", "{rome: {}}", [("address-parameters", "/address"), ("address-parameters", "/parameters/rome")]),
        ("/rooms", "{room: {}}", [("address-parameters", "/parameters/room")]),
        ("/rooms", "{}", [("address-parameters", "/parameters")]),
        ("null", "{room: {}}", [("address-parameters", "/parameters/room")]), (None, "{room: {}}", [("address-parameters", "/parameters/room")]),
        ("/{}", None, [("address-expression", "/address")]), ("/{a b}", "{'a b': {}}", [("address-expression", "/address")]),
        ("/{a", None, [("address-expression", "/address")]), ("/a}", None, [("address-expression", "/address")]),
        ("/{{a}}", "{a: {}}", [("address-expression", "/address")]),
        ("/{a{b}}", "{b: {}}", [("address-expression", "/address")]),
        ("/a?b=c", None, [("address-query", "/address")]), ("/a#b", None, [("address-query", "/address")]),
        ("/a?b#c", None, [("address-query", "/address"), ("address-query", "/address")]),
        ("/{a?}", "{'a?': {}}", [("address-expression", "/address")]),
    ],
)  # fmt: skip
def test_addresses(folder, address, parameters, expected):
    """Names in braces and parameters are the same; no query, no fragment, no stray brace."""
    fields = (
        [f"address: {address if address == 'null' else repr(address)}"]
        if address is not None
        else []
    )
    fields += [f"parameters: {parameters}"] if parameters else []
    text = f"channels: {{c: {{{', '.join(fields)}}}}}\nx-p: {{}}"
    found = folder.found(text, *SEMANTICS)
    assert sorted(found) == sorted((code, "/channels/c" + pointer) for code, pointer in expected)


def test_an_address_that_is_no_string_is_one_finding(folder):
    """Nothing is said of what it could mean."""
    assert folder.found("channels: {c: {address: [a]}}") == [("wrong-type", "/channels/c/address")]


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "localhost:5000",
        "[::1]:80",
        "[fe80::1]",
        "{a}.example.com:{port}",
        "1.2.3.4",
        "{host}",
        "a_b",
    ],
)
def test_hosts(folder, host):
    """A name or an address with an optional port, variables among them."""
    variables = "{a: {}, port: {}, host: {}}"
    assert (
        folder.found(f"servers: {{s: {{host: '{host}', protocol: ws, variables: {variables}}}}}")
        == []
    )


@pytest.mark.parametrize(
    "host",
    [
        "https://example.com",
        "example.com/path",
        "a b",
        "",
        "example.com:port",
        "u@h",
        "h:123456",
        "::1",
        "h?a",
        "h:",
    ],
)
def test_what_is_no_host(folder, host):
    """A scheme, a path, a user, or a port that is no number."""
    assert folder.found(f"servers: {{s: {{host: '{host}', protocol: ws}}}}") == [
        ("server-host", "/servers/s/host")
    ]


@cases(
    ("{host: '{a}.b', protocol: ws}", [("server-variables", "/host")]),
    ("{host: h, pathname: '/{a}/{a}/{b}', protocol: ws, variables: {a: {}}}", [("server-variables", "/pathname")]),
    ("{host: h, pathname: '/{a}', protocol: ws, variables: {a: {}, unused: {}}}", []),
    ("{host: h, protocol: '{a}', description: '{b}'}", []),
    ("{host: h, protocol: ws, variables: {v: {enum: [a, b], default: c}}}", [("default-not-in-enum", "/variables/v/default")]),
    ("{host: h, protocol: ws, variables: {v: {enum: [a, b], default: a}, w: {default: a}, x: {enum: [a]}}}", []),
    ("{host: h, protocol: ws, variables: {v: {enum: text, default: c}}}", []),
    ("{host: h, protocol: ws, variables: {v: {enum: [], default: c}}}", [("default-not-in-enum", "/variables/v/default")]),
)  # fmt: skip
def test_variables_of_servers(folder, text, expected):
    """What stands in braces is defined, and defaults are among the values."""
    found = folder.found(f"servers: {{s: {text}}}", *SEMANTICS)
    assert found == [(code, "/servers/s" + pointer) for code, pointer in expected]


def test_defaults_of_parameters(folder):
    """They are among the values as well."""
    text = "channels: {c: {address: '/{a}', parameters: {a: {enum: [x], default: y}}}}"
    assert folder.found(text) == [("default-not-in-enum", "/channels/c/parameters/a/default")]


FLOWS = "flows: {implicit: {authorizationUrl: 'https://a.b', availableScopes: {r: R}}, password: {tokenUrl: 'https://a.b', availableScopes: {w: W}}}"


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (f"{{type: oauth2, {FLOWS}, scopes: [r, w]}}", []), (f"{{type: oauth2, {FLOWS}}}", []),
        (f"{{type: oauth2, {FLOWS}, scopes: [r, x]}}", ["/scopes/1"]),
        (f"{{type: oauth2, {FLOWS}, scopes: [1]}}", []),
        ("{type: oauth2, flows: {}, scopes: [r]}", ["/scopes/0"]),
        ("{type: oauth2, flows: text, scopes: [r]}", ["/scopes/0"]), ("{type: oauth2, scopes: [r]}", []),
        ("{type: openIdConnect, openIdConnectUrl: 'https://a.b', scopes: [r]}", []),
    ],
)  # fmt: skip
def test_scopes(folder, scheme, expected):
    """Those that are needed are offered by a flow; OpenID Connect offers them elsewhere."""
    base = "/components/securitySchemes/s"
    found = folder.found(f"components: {{securitySchemes: {{s: {scheme}}}}}", "oauth-scopes")
    assert found == [("oauth-scopes", base + pointer) for pointer in expected]


@pytest.mark.parametrize(
    ("schema", "is_map"),
    [
        ("{type: object, properties: {a: {}}}", True), ("{type: object, properties: {}}", True), ("{$ref: '#/x-s'}", True),
        ("{type: object}", False), ("{properties: {a: {}}}", False), ("{type: string}", False), ("{}", False),
        ("{type: [object], properties: {}}", False), ("{$ref: '#/x-t'}", False),
    ],
)  # fmt: skip
def test_schemas_of_bindings(folder, schema, is_map):
    """They are of `type: object`, and have properties."""
    text = f"channels: {{c: {{bindings: {{ws: {{query: {schema}}}}}}}}}\nx-s: {{type: object, properties: {{}}}}\nx-t: {{}}"
    assert bool(folder.found(text, "binding-schema")) != is_map


# -- messages --------------------------------------------------------------------------------------

MESSAGE = "components: {{messages: {{m: {}}}}}\nx-s: {{type: string}}\nx-o: {{type: object}}"
AT = "/components/messages/m"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("{type: object}", []), ("{}", []), ("{properties: {}}", []), ("{type: [object, 'null']}", []), ("true", []),
        ("{$ref: '#/x-o'}", []), ("{oneOf: [{type: string}]}", []),
        ("{type: string}", [AT + "/headers/type"]), ("{type: [string, 'null']}", [AT + "/headers/type"]), ("{$ref: '#/x-s'}", ["/x-s/type"]),
    ],
)  # fmt: skip
def test_headers(folder, headers, expected):
    """They are a map."""
    found = folder.found(MESSAGE.format(f"{{headers: {headers}}}"), "headers-type")
    assert found == [("headers-type", pointer) for pointer in expected]


def test_headers_in_another_format(folder):
    """They are a map, whatever the format of their schema."""
    headers = "{schemaFormat: application/schema+json;version=draft-07, schema: {type: string}}"
    assert folder.found(MESSAGE.format(f"{{headers: {headers}}}"), "headers-type") != []


def test_headers_of_traits(folder):
    """Those of a trait are a map, even if no message has the trait."""
    text = "components: {messageTraits: {t: {headers: {type: string}}}}"
    assert folder.found(text) == [("headers-type", "/components/messageTraits/t/headers/type")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # payload
        ("payload: {type: string}, examples: [{payload: a}, {payload: 1}]", ["payload /examples/1/payload"]),
        ("payload: {type: object, properties: {a: {items: {type: integer}}}}, examples: [{payload: {a: [1, x]}}]",
         ["payload /examples/0/payload/a/1"]),
        ("payload: {type: object, properties: {a/b: {type: integer}}}, examples: [{payload: {a/b: x}}]", ["payload /examples/0/payload/a~1b"]),
        ("payload: {required: [a]}, examples: [{payload: {}}]", ["payload /examples/0/payload"]),
        ("payload: {$ref: '#/x-s'}, examples: [{payload: 1}]", ["payload /examples/0/payload"]),
        ("payload: {type: 'null'}, examples: [{payload: null}]", []), ("payload: {type: string}, examples: [{payload: null}]", ["payload /examples/0/payload"]),
        ("payload: false, examples: [{payload: 1}]", ["payload /examples/0/payload"]), ("payload: true, examples: [{payload: 1}]", []),
        ("payload: {type: string, format: email}, examples: [{payload: a}]", ["payload /examples/0/payload"]),
        ("payload: {type: string, format: uuid}, examples: [{payload: a}]", ["payload /examples/0/payload"]),
        ("payload: {type: string, format: password}, examples: [{payload: a}]", []),
        # headers
        ("headers: {required: [a]}, examples: [{headers: {b: 1}}]", ["headers /examples/0/headers"]),
        ("headers: {properties: {a: {type: string}}}, payload: {type: string}, examples: [{headers: {a: 1}, payload: 1}]",
         ["payload /examples/0/payload", "headers /examples/0/headers/a"]),
        # nothing to judge, or by
        ("examples: [{payload: 1, headers: {a: 1}}]", []), ("payload: {type: string}, examples: [{name: a}, {}]", []),
        ("payload: {type: string}, examples: []", []), ("payload: {type: string}, examples: text", []), ("payload: {type: string}, examples: [text]", []),
        ("payload: {type: strin}, examples: [{payload: 1}]", []), ("payload: {$ref: '#/x-no'}, examples: [{payload: 1}]", []),
        ("payload: {schemaFormat: text/x, schema: a}, examples: [{payload: 1}]", []),
        ("payload: {type: string, format: binary}, examples: [{payload: 1}]", []),
        # other formats
        ("payload: {schemaFormat: application/schema+json;version=2020-12, schema: {prefixItems: [{type: string}]}}, examples: [{payload: [1]}]",
         ["payload /examples/0/payload/0"]),
        ("payload: {schemaFormat: application/vnd.oai.openapi;version=3.0.0, schema: {type: string, nullable: true}}, examples: [{payload: null}]", []),
        ("payload: {type: string, nullable: true}, examples: [{payload: null}]", ["payload /examples/0/payload"]),
        ("payload: {schemaFormat: application/schema+json;version=draft-04, schema: {maximum: 1, exclusiveMaximum: true}}, examples: [{payload: 1}]",
         ["payload /examples/0/payload"]),
        # several arguments are a list
        ("payload: {items: [{type: string}, {type: integer}]}, examples: [{payload: [a, 1]}, {payload: [1, a]}]",
         ["payload /examples/1/payload/0", "payload /examples/1/payload/1"]),
        # traits
        ("traits: [{examples: [{payload: 1}]}], payload: {type: string}", ["payload /traits/0/examples/0/payload"]),
        ("traits: [{examples: [{payload: 1}]}], payload: {type: string}, examples: [{payload: a}]", []),
        ("traits: [{headers: {required: [a]}}], examples: [{headers: {}}]", ["headers /examples/0/headers"]),
        ("traits: [{headers: {required: [a]}}], headers: {type: object}, examples: [{headers: {}}]", ["headers /examples/0/headers"]),
        ("traits: [{headers: {required: [a]}}, {headers: {required: [b]}}], examples: [{headers: {b: 1}}]", []),
        ("traits: [{headers: {required: [a]}}], headers: {required: null}, examples: [{headers: {}}]", []),
    ],
)  # fmt: skip
def test_examples(folder, fields, expected):
    """Each is valid under its payload and headers, with what traits add."""
    found = folder.found(MESSAGE.format(f"{{{fields}}}"), "example-payload", "example-headers")
    wanted = [(f"example-{each.split()[0]}", AT + each.split()[1]) for each in expected]
    assert sorted(found) == sorted(wanted)


def test_examples_of_messages_in_other_files(folder):
    """They are judged by the schemas of their own file."""
    folder.write(
        "m.yml", "m:\n  payload: {$ref: '#/s'}\n  examples: [{payload: 1}]\ns: {type: string}\n"
    )
    found = folder.found("channels: {c: {messages: {m: {$ref: 'm.yml#/m'}}}}", "example-payload")
    assert found == [("example-payload", "m.yml/m/examples/0/payload")]


def test_few_findings_for_one_example(folder):
    """At most three, however much is wrong."""
    names = ", ".join(f"p{i}: {{type: string}}" for i in range(20))
    values = ", ".join(f"p{i}: 1" for i in range(20))
    text = MESSAGE.format(
        f"{{payload: {{properties: {{{names}}}}}, examples: [{{payload: {{{values}}}}}]}}"
    )
    assert len(folder.found(text, "example-payload")) == 3


def test_examples_do_not_say_what_was_in_them_twice(folder):
    """A message that several channels have is judged once."""
    text = "channels: {a: {messages: {m: {$ref: '#/components/messages/m'}}}, b: {messages: {m: {$ref: '#/components/messages/m'}}}}\n"
    text += "components: {messages: {m: {payload: {type: string}, examples: [{payload: 1}]}}}"
    assert folder.found(text, "example-payload") == [
        ("example-payload", AT + "/examples/0/payload")
    ]


@pytest.mark.parametrize(
    ("example", "is_missing"),
    [
        ("{}", True), ("{name: a, summary: b}", True), ("{x-payload: 1}", True), ("{Payload: 1}", True), ("{payload: null}", False),
        ("{headers: {}}", False), ("{payload: 1, headers: {}}", False), ("{headers: null}", False), ("{payload: {}, name: a}", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["messages", "messageTraits"])
def test_an_example_of_nothing(folder, place, example, is_missing):
    """An example has a payload or headers, of whatever value, in messages and in their traits."""
    text = f"components: {{{place}: {{m: {{examples: [{{payload: 1}}, {example}]}}}}}}"
    expected = [("missing-field", f"/components/{place}/m/examples/1")] if is_missing else []
    assert folder.found(text, "missing-field") == expected
