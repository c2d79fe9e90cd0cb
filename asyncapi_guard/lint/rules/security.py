"""Rules about security schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.errors import Severity
from asyncapi_guard.guard.credentials import source_of
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.protocols import is_for_socketio, may_carry_socketio
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKED_IN", "CHECKS", "RULES"]

#: The walk by the grammar finds fields that are not known (`oauth2-field`).
CHECKED_IN = ("lint.grammar_walk",)

#: Types whose credential is in no place of a handshake; `http` has some schemes that are.
_IN_NO_PLACE = (
    *("http", "X509", "symmetricEncryption", "asymmetricEncryption"),
    *("plain", "scramSha256", "scramSha512", "gssapi"),
)
_warning = group("Semantics", Severity.WARNING)
_of_profile = group("Socket.IO profile", Severity.WARNING)

RULES = (
    _warning(
        "oauth-scopes",
        "Required scopes should be available in a flow.",
        "Clients can't request a scope that no flow lists in `availableScopes`.",
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              scopes: [chat:wirte]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              scopes: [chat:write]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
    ),
    _warning(
        "oauth2-field",
        "An `oauth2` scheme should have only fields of the specification and `x-` extensions.",
        """
        The text of the AsyncAPI specification gives this scheme the same fixed fields as other
        schemes. Its JSON Schema accepts any field, and one of its examples uses a field of AsyncAPI
        2, which tools ignore. List the required scopes in `scopes`.
        """,
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              login: [chat:write]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
        """
        components:
          securitySchemes:
            login:
              type: oauth2
              scopes: [chat:write]
              flows:
                implicit:
                  authorizationUrl: https://example.com/login
                  availableScopes: {chat:write: Say something}
        """,
    ),
    _of_profile(
        "handshake-credential",
        "A Socket.IO client should be able to send the credential of a security scheme.",
        """
        A Socket.IO client can send credentials in its `auth` data, headers, query and cookies.
        Other schemes use none of these, so the guard doesn't start unless you register a verifier
        that reads the whole handshake. If your clients have a token or a key, use a scheme that
        describes it.
        """,
        """
        servers:
          chat:
            host: example.com
            protocol: wss
            security: [{$ref: '#/components/securitySchemes/client'}]
        components:
          securitySchemes:
            client: {type: scramSha256}
        """,
        """
        servers:
          chat:
            host: example.com
            protocol: wss
            security: [{$ref: '#/components/securitySchemes/client'}]
        components:
          securitySchemes:
            client: {type: http, scheme: bearer}
        """,
    ),
)


def _check_security_schemes(context: Context) -> None:
    for scheme in context.all("SecurityScheme"):
        _bearer_format(context, scheme)
        _scopes(context, scheme)


def _check_handshakes(context: Context) -> None:
    """Schemes of Socket.IO's servers and operations whose credential is in no place of ours."""
    if not is_for_socketio(context.documents):
        return
    for scheme in {each.place: each for each in _required(context)}.values():
        kind, named = scheme.value.get("type"), scheme.value.get("scheme")
        if kind not in _IN_NO_PLACE or (kind == "http" and not isinstance(named, str)):
            continue  # others are in a place, or are none of the specification
        if source_of(SecurityScheme("", kind, str(named).lower() if kind == "http" else "")):
            continue
        what = f"HTTP scheme {shown(named)}" if kind == "http" else f"type {shown(kind)}"
        text = (
            f"a Socket.IO handshake has no place for the credential of {what}; register a verifier "
            "that reads the whole handshake, or use another scheme"
        )
        context.report("handshake-credential", scheme.child("type"), text)


def _required(context: Context) -> Iterator[Node]:
    """The security schemes of servers that are ours, and of operations."""
    for _, _, server in context.entries(context.main, "servers"):
        protocol = server.value.get("protocol")
        if may_carry_socketio(protocol if isinstance(protocol, str) else None):
            yield from (scheme for _, _, scheme in context.entries(server, "security"))
    for _, _, operation in context.entries(context.main, "operations"):
        if operation.value.get("action") != "receive":
            continue
        security = context.resolve(context.merged(operation).get("security"))
        if security is not None and isinstance(security.value, list):
            for item in security.values():
                scheme = context.resolve(item)
                if scheme is not None and isinstance(scheme.value, dict):
                    yield scheme


def _bearer_format(context: Context, scheme: Node) -> None:
    """The fields of a scheme of HTTP depend on a second field, which no table says."""
    is_bearer = str(scheme.value.get("scheme")).lower() == "bearer"
    if scheme.value.get("type") == "http" and "bearerFormat" in scheme.value and not is_bearer:
        message = "'bearerFormat' applies only to the scheme 'bearer'; remove it"
        context.report("unknown-field", scheme.child("bearerFormat"), message, key=True)


def _scopes(context: Context, scheme: Node) -> None:
    if scheme.value.get("type") != "oauth2" or "flows" not in scheme.value:
        return
    available = {
        name
        for _, flow in context.items(scheme, "flows")
        for name, _ in context.items(flow, "availableScopes")
    }
    for _, scope in context.items(scheme, "scopes"):
        if isinstance(scope.value, str) and scope.value not in available:
            message = f"scope {shown(scope.value)} is not in a flow's 'availableScopes'"
            context.report("oauth-scopes", scope, message + nearest(scope.value, available))


CHECKS = (_check_security_schemes, _check_handshakes)
