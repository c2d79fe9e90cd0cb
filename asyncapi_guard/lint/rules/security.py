"""Rules about security schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKED_IN", "CHECKS", "RULES"]

#: The walk by the grammar finds fields that are not known (`oauth2-field`).
CHECKED_IN = ("lint.grammar_walk",)

_warning = group("Semantics", Severity.WARNING)

RULES = (
    _warning(
        "oauth-scopes",
        "The scopes that are needed are offered by a flow.",
        "A scope that is in no flow's `availableScopes` cannot be asked for.",
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
        "A scheme of type `oauth2` has fields of the specification, and `x-` extensions.",
        """
        The prose gives it the same fixed fields as other schemes; but its JSON Schema takes
        any, and an example of the specification has a field of AsyncAPI 2. Nobody reads it: the
        scopes that are needed are `scopes`.
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
)


def _check_security_schemes(context: Context) -> None:
    for scheme in context.all("SecurityScheme"):
        _bearer_format(context, scheme)
        _scopes(context, scheme)


def _bearer_format(context: Context, scheme: Node) -> None:
    """The fields of a scheme of HTTP depend on a second field, which no table says."""
    is_bearer = str(scheme.value.get("scheme")).lower() == "bearer"
    if scheme.value.get("type") == "http" and "bearerFormat" in scheme.value and not is_bearer:
        message = "bearerFormat belongs to the scheme 'bearer' alone"
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
            message = f"the scope {shown(scope.value)} is in no flow's 'availableScopes'"
            context.report("oauth-scopes", scope, message + nearest(scope.value, available))


CHECKS = (_check_security_schemes,)
