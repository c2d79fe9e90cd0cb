"""The meaning of an ack: whether the server accepted or rejected an event.

A server need not be guarded, so an answer that the document declares for errors is a rejection,
too. The document does not say which ones those are; they are known by their names: a field `error`,
`ok: false`, `status: "invalid"`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from asyncapi_guard.violations import Code

__all__ = ["Answer", "guard_code", "has_error_form", "leak_in", "looks_like_error", "meaning"]


class Answer(str, Enum):
    """What an answer means."""

    ACCEPTED = "accepted"
    #: An answer of the guard's own form.
    REJECTED_BY_GUARD = "rejected_by_guard"
    #: An answer that the document declares for errors, or that the settings describe.
    REJECTED = "rejected"

    __hash__ = str.__hash__
    __str__ = str.__str__


_ERROR_KEYS = frozenset(
    (
        "error", "errors", "err", "errormessage", "errorcode", "fault", "faults", "problem",
        "problems", "violation", "violations", "exception", "rejection", "refusal", "refused",
        "rejected", "denied", "failure", "failed", "invalid", "denial", "complaint", "warning",
    )
)  # fmt: skip
_GOOD_KEYS = frozenset(
    ("ok", "success", "succeeded", "successful", "accepted", "valid", "done", "allowed", "granted",
     "isok", "passed", "authorized", "authenticated")
)  # fmt: skip
_STATUS_KEYS = frozenset(
    ("status", "result", "outcome", "state", "kind", "type", "code", "reason", "level", "event",
     "answer", "verdict", "response", "tag", "title", "detail")
)  # fmt: skip
_BAD_WORDS = re.compile(
    r"err|fail|invalid|reject|denied|deny|refus|forbid|unauth|bad|unknown|missing|illegal|not[ _-]?"
    r"(found|allowed|valid|permitted|ok|your)|nok|malformed|unprocess|conflict|expired|wrong",
    re.IGNORECASE,
)
_GUARD_CODES = frozenset(str(code) for code in Code)


def guard_code(values: tuple[Any, ...]) -> str:
    """The code of an answer of the guard's own form; empty for other answers."""
    error = values[0].get("error") if len(values) == 1 and isinstance(values[0], dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code in _GUARD_CODES else ""


def has_error_form(values: tuple[Any, ...]) -> bool:
    """Whether an answer has the form of the guard's rejections, whatever its code is.

    An application's own error handler may answer so, as well.
    """
    error = values[0].get("error") if len(values) == 1 and isinstance(values[0], dict) else None
    return isinstance(error, dict) and isinstance(error.get("code"), str)


def meaning(values: tuple[Any, ...], rejected_when: Any = None) -> Answer:
    """What the values of an ack mean.

    Args:
        values: all of them.
        rejected_when: says of values whether they reject, besides.
    """
    if guard_code(values):
        return Answer.REJECTED_BY_GUARD
    if rejected_when is not None and rejected_when(values):
        return Answer.REJECTED
    return (
        Answer.REJECTED if any(looks_like_error(each) for each in values[:2]) else Answer.ACCEPTED
    )


def looks_like_error(value: Any) -> bool:
    """Whether a value says that something went wrong, by its names."""
    if value is False:
        return True
    if isinstance(value, str):
        return bool(_BAD_WORDS.match(value))
    if not isinstance(value, dict):
        return False
    return any(_says_error(_plain(key), each) for key, each in value.items())


def _says_error(key: str, value: Any) -> bool:
    if key in _ERROR_KEYS or key.endswith("error"):
        return value not in (None, False, "", [], {}, 0)
    if key in _GOOD_KEYS:
        return value in (False, "no", "false") or value is None
    if key in _STATUS_KEYS and isinstance(value, str):
        return bool(_BAD_WORDS.search(value))
    if key in ("status", "code", "statuscode"):
        number = isinstance(value, int) and not isinstance(value, bool)
        return number and (400 <= value < 600 or value < 0)
    return False


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


#: What only the insides of a server say.
_LEAK = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|\n\s+at .+:\d+:\d+\)?"
    r"|'NoneType' object|unsupported operand type|object is not subscriptable"
    r"|object has no attribute|index out of range|positional argument|invalid literal for int\(\)"
    r"|must be str, not|is not JSON serializable|<class '|TypeError:|KeyError|AttributeError"
    r"|IndexError|ValueError:|ZeroDivisionError|division by zero|AssertionError|NameError:"
    r"|UnicodeEncodeError|Cannot read propert|is not a function|undefined is not"
)


def leak_in(value: Any, sent: str = "") -> bool:
    """Whether a value has text in it that comes from an exception.

    Args:
        value: what the server sent.
        sent: what the client sent: text that stands there is an echo.
    """
    if isinstance(value, dict):
        return any(leak_in(each, sent) for each in value.values())
    if isinstance(value, (list, tuple)):
        return any(leak_in(each, sent) for each in value)
    found = _LEAK.search(value) if isinstance(value, str) else None
    return found is not None and found[0] not in sent
