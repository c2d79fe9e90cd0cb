"""Rules about the variables of servers and the parameters of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.wording import nearest, shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_warning = group("Semantics", Severity.WARNING)

RULES = (
    _warning(
        "default-not-in-enum",
        "The default of a variable or a parameter should be one of its values.",
        "`enum` lists every allowed value, so this default can never be used.",
        """
        servers:
          main:
            host: '{stage}.example.com'
            protocol: wss
            variables: {stage: {enum: [test, live], default: dev}}
        """,
        """
        servers:
          main:
            host: '{stage}.example.com'
            protocol: wss
            variables: {stage: {enum: [test, live], default: live}}
        """,
    ),
)


def _check_variables(context: Context) -> None:
    for name in ("ServerVariable", "Parameter"):
        for variable in context.all(name):
            _default_in_enum(context, variable)


def _default_in_enum(context: Context, variable: Node) -> None:
    values, default = variable.value.get("enum"), variable.get("default")
    if isinstance(values, list) and default is not None and default.value not in values:
        message = f"default {shown(default.value)} is not in 'enum'"
        context.report("default-not-in-enum", default, message + nearest(default.value, values))


CHECKS = (_check_variables,)
