"""Acks by which a guarded server rejects an event, told to the caller as what they are.

The answer of a guard has the form that docs/reference/errors.md describes. It is no ack of the
contract, so the caller gets an error in any case; but "the ack has no 'ok'" would hide what the
server said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.violations import Code, Problem, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["rejection_by_server"]

_REASONS = {
    Code.RESPONSE: "the server's handler ran, and its ack breaks the contract",
    Code.EMIT: "the server's handler emitted an event that breaks the contract",
    Code.ACK: "an ack that the server's handler waited for breaks the contract",
    Code.HANDLER: "the server's handler raised an exception",
    Code.UNHANDLED: "the server has no handler for the event",
    Code.HANDLER_TIMEOUT: "the server's handler took longer than the contract allows",
    Code.ACK_TIMEOUT: "an ack that the server's handler waited for did not come in time",
    Code.GUARD: "the server's guard failed to validate the event",
}
_REJECTED = "the server rejected the event"
_CODES = {str(code): code for code in Code}
#: How much of what a server says is kept.
_MOST_PROBLEMS = 20
_LONGEST = 500


def rejection_by_server(violation: Violation, values: Sequence[Any]) -> Violation:
    """Return the violation for an ack that breaks the contract.

    Args:
        violation: what the contract has against the ack.
        values: the ack.

    Returns:
        What the server's guard said, if the ack is its answer about this event; else the same.
    """
    error = _error_in(values)
    own = violation.as_dict(details=False)["error"]
    code = _CODES.get(error["code"]) if isinstance(error.get("code"), str) else None
    if code is None or any(error.get(name) != own[name] for name in ("namespace", "event")):
        return violation
    reason = _REASONS.get(code, _REJECTED)
    problems = tuple(_problems_in(error)) or (Problem("", "server", reason),)
    return replace(violation, code=code, reason=reason, problems=problems, truncated=False)


def _error_in(values: Sequence[Any]) -> dict[str, Any]:
    """The object within the one value of such an ack."""
    value = values[0] if len(values) == 1 else None
    error = value.get("error") if isinstance(value, dict) and len(value) == 1 else None
    return error if isinstance(error, dict) else {}


def _problems_in(error: dict[str, Any]) -> list[Problem]:
    given = error.get("problems")
    found = []
    for each in given[:_MOST_PROBLEMS] if isinstance(given, list) else ():
        parts = [
            each.get(n) if isinstance(each, dict) else None for n in ("path", "keyword", "message")
        ]
        if all(isinstance(part, str) for part in parts):
            found.append(Problem(*(str(part)[:_LONGEST] for part in parts)))
    return found
