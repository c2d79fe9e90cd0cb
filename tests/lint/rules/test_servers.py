"""Servers: hosts, variables and their defaults; and the defaults of parameters."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import RULES

CODES = [code for code, rule in RULES.items() if rule.group == "Semantics"]


def cases(*rows):
    """Documents, each with what is found in it."""
    return pytest.mark.parametrize(("text", "expected"), rows)


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
    found = folder.found(f"servers: {{s: {text}}}", *CODES)
    assert found == [(code, "/servers/s" + pointer) for code, pointer in expected]


def test_defaults_of_parameters(folder):
    """They are among the values as well."""
    text = "channels: {c: {address: '/{a}', parameters: {a: {enum: [x], default: y}}}}"
    assert folder.found(text) == [("default-not-in-enum", "/channels/c/parameters/a/default")]
