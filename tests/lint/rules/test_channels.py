"""Channels: their servers, their addresses, the parameters of these."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import RULES

CODES = [code for code, rule in RULES.items() if rule.group == "Semantics"]


def cases(*rows):
    """Documents, each with what is found in it."""
    return pytest.mark.parametrize(("text", "expected"), rows)


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
    found = folder.found(text, *CODES)
    assert sorted(found) == sorted((code, "/channels/c" + pointer) for code, pointer in expected)


def test_an_address_that_is_no_string_is_one_finding(folder):
    """Nothing is said of what it could mean."""
    assert folder.found("channels: {c: {address: [a]}}") == [("wrong-type", "/channels/c/address")]
