"""Security schemes: the scopes of OAuth 2."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

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
    ("scheme", "found"),
    [
        ("{type: http, scheme: Bearer}", False), ("{type: http, scheme: basic}", False),
        ("{type: oauth2, flows: {}}", False), ("{type: openIdConnect, openIdConnectUrl: 'https://a.b'}", False),
        ("{type: userPassword}", False), ("{type: apiKey, in: user}", False),
        ("{type: httpApiKey, in: cookie, name: sid}", False),
        ("{type: bearer}", False), ("{type: http}", False), ("{type: [X509]}", False),
        ("{type: http, scheme: digest}", True), ("{type: X509}", True), ("{type: plain}", True),
        ("{type: gssapi}", True), ("{type: asymmetricEncryption}", True),
    ],
)  # fmt: skip
def test_what_clients_can_show(folder, scheme, found):
    """By `auth`, headers, the query and cookies; of what they must show to us."""
    used = "{$ref: '#/components/securitySchemes/s'}"
    schemes = f"components: {{securitySchemes: {{s: {scheme}}}}}\n"
    server = f"servers: {{a: {{host: h, protocol: PROTOCOL, security: [{used}]}}}}\n"
    channel = "channels: {c: {address: /}}\n"
    operation = f"operations: {{o: {{action: ACTION, channel: {{$ref: '#/channels/c'}}, security: [{used}]}}}}\n"
    here = [("handshake-credential", "/components/securitySchemes/s/type")] if found else []
    code = "handshake-credential"
    assert folder.found(schemes + server.replace("PROTOCOL", "wss"), code) == here
    assert folder.found(schemes + server.replace("PROTOCOL", "kafka"), code) == []
    assert folder.found(schemes + channel + operation.replace("ACTION", "receive"), code) == here
    assert folder.found(schemes + channel + operation.replace("ACTION", "send"), code) == []
    assert folder.found(schemes, code) == []
