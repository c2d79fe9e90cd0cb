"""Rules about messages that `x-guard` marks for what the guard does itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity, SpecError
from asyncapi_guard.guard.marks import MARKS, mark_faults
from asyncapi_guard.lint.profile import profile_of
from asyncapi_guard.lint.rule import group
from asyncapi_guard.spec.compiler import compile_contract

if TYPE_CHECKING:
    from asyncapi_guard.contract import Contract
    from asyncapi_guard.lint.context import Context
    from asyncapi_guard.spec.references import Node

__all__ = ["CHECKS", "RULES"]

_error = group("Socket.IO profile", Severity.ERROR, elsewhere=Severity.WARNING)
_START = """
        servers:
          main:
            host: example.com
            protocol: wss
            security: [{$ref: '#/components/securitySchemes/user'}]
        channels:
          chat:
            address: /chat
            messages:
              renew: {payload: {type: string}, x-guard: {reauthenticate: true}}
        operations:
          renew: {action: %s, channel: {$ref: '#/channels/chat'}}
        components:
          securitySchemes:
            user: {type: http, scheme: bearer}
        """

RULES = (
    _error(
        "guard-mark",
        "The effect of an `x-guard` mark must be possible.",
        """
        Clients send a message marked `reauthenticate` to renew their identity. It needs a namespace
        whose security schemes use a token, a user name and password, or a key. The server sends a
        message marked `expired` when a client's identity has ended. Its payload must accept the
        error object, or no arguments. The guard doesn't start with a mark that has no effect.
        """,
        _START % "send",
        _START % "receive",
    ),
)


def _check_marks(context: Context) -> None:
    marked = {
        message.place.location: guard
        for message in profile_of(context).messages
        if (guard := context.resolve(message.fields.get("x-guard"))) is not None
        and isinstance(guard.value, dict)
    }
    for guard in marked.values():
        _check_it_says_something(context, guard)
    if not any(guard.value.get(mark) is True for guard in marked.values() for mark in MARKS):
        return
    contract = _contract(context)
    for message, mark, text in mark_faults(contract) if contract is not None else ():
        if message.location in marked:
            context.report("guard-mark", marked[message.location].child(mark), text, key=True)


def _check_it_says_something(context: Context, guard: Node) -> None:
    # A field of another name is a finding of its own.
    if all(str(field).startswith("x-") for field in guard.value):
        text = "'x-guard' must have a 'mode', 'reauthenticate' or 'expired'"
        context.report("guard-mark", guard, text, key=True)


def _contract(context: Context) -> Contract | None:
    """What the document means; `None` where a fault of it hides that."""
    try:
        contract = compile_contract(context.documents, "auto")
    except SpecError:
        return None
    return replace(contract, perspective=context.perspective)


CHECKS = (_check_marks,)
