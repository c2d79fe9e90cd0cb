"""Recognizes acks that report an error, by the usual names of their fields.

A document describes what a server answers if all is well and if it is not as alternatives of one
ack, and does not say which is which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_refusal", "without_error"]

#: They are there only if something is wrong.
_ERRORS = frozenset(("error", "errors", "err", "exception", "fault", "errorcode", "errormessage"))
#: They are false then.
_SUCCESSES = frozenset(("ok", "success", "successful", "succeeded", "valid", "accepted"))
#: They say then one of the words below, or a number as HTTP has them.
_STATES = frozenset(("status", "state", "result", "type", "kind", "outcome", "statuscode"))
_WORDS = frozenset(
    ("error", "err", "fail", "failed", "failure", "rejected", "refused", "denied", "invalid", "ko")
)


def is_refusal(args: Sequence[Any]) -> bool:
    """Whether the values of an ack say that something went wrong."""
    return any(map(_is_error, args))


def _is_error(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return any(_says_so(_plain(key), item) for key, item in value.items())


def _plain(key: object) -> str:
    return str(key).lower().replace("_", "").replace("-", "")


def _says_so(key: str, item: Any) -> bool:
    if key in _ERRORS:
        return not (item is None or item is False or (isinstance(item, (dict, list)) and not item))
    if key in _SUCCESSES:
        return item is False
    if key not in _STATES:
        return False
    if isinstance(item, str):
        return item.lower() in _WORDS
    return isinstance(item, (int, float)) and not isinstance(item, bool) and 400 <= item < 600


def without_error(args: Sequence[Any]) -> list[Any]:
    """The same values without the fields that are there only if something went wrong."""
    return [
        {key: item for key, item in each.items() if _plain(key) not in _ERRORS}
        if isinstance(each, dict)
        else each
        for each in args
    ]
