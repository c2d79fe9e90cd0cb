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
