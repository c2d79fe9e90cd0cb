"""Checks at registration whether a type's schema makes a valid document.

A document is made when it is needed, which is long after the line that is to blame has run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.codefirst.components import components_of
from asyncapi_guard.errors import RegistrationError, SpecError
from asyncapi_guard.spec.ids import Names
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.references import Documents, Node
from asyncapi_guard.spec.schemas import Schemas
from asyncapi_guard.spec.source import Source, check_data

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.hints import Direction, Hint
    from asyncapi_guard.errors import Finding

__all__ = ["check_hint"]

_FIELD = "schema"


def check_hint(hint: Hint, direction: Direction) -> None:
    """See that a document can say what a hint means where it is used.

    Args:
        hint: of an argument, an ack, or what is sent.
        direction: whether it is received or sent.

    Raises:
        RegistrationError: it cannot be written down, or no document with it could be used.
        RecursionError: it needs more room on the stack.
    """
    try:
        schemas, components = components_of([(_FIELD, direction, hint)], Names())
    except RecursionError:
        raise  # with more room on the stack, it can be said
    except (TypeError, NameError, ValueError, LookupError, RuntimeError) as error:
        raise _rejection(hint, str(error).partition("\n")[0]) from error
    data = {**schemas, "components": {"schemas": components}}
    source = Source(hint.place, "hint:", None, data)
    found: list[Finding] = []
    try:
        check_data(hint.place, data, DEFAULT_LIMITS)
        checker = Schemas(Documents(source), "auto", found.append)
        checker.compile(Node(source, (), data).child(_FIELD))
        checker.check_circles()
    except SpecError as error:
        found.extend(error.findings)
    if found:
        finding = min(found)
        raise _rejection(hint, f"{finding.message} (at {finding.pointer or '/'})")


def _rejection(hint: Hint, reason: str) -> RegistrationError:
    return RegistrationError(f"{hint.place}: {hint.hint!r} cannot be modelled: {reason}")
