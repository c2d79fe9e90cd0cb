"""The options of an ack, besides its type, in registrations and declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from asyncapi_guard.errors import RegistrationError
from asyncapi_guard.spec.acks import NO_OPTIONS, AckOptions, fault_of_required, fault_of_timeout

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ack_options", "has_ack_options", "options_of", "read_ack_options"]

_Handler = TypeVar("_Handler", bound="Callable[..., Any]")
#: Where a function keeps what the decorator says of its ack; `functools.wraps` takes it along.
_KEPT = "_asyncapi_guard_ack_options"
#: Nobody answers them.
_UNANSWERED = ("connect", "disconnect")


def ack_options(
    *, ack_required: bool = False, ack_timeout: float | None = None, no_ack: bool = False
) -> Callable[[_Handler], _Handler]:
    """Say of the handler below what `on` takes as options, such as of a namespace's method.

    Code-first servers and clients read it when the handler, or its class-based namespace, is
    registered. A method that overrides another one has only the options of its own decorators.

    Args:
        ack_required: the other side must ask for an ack.
        ack_timeout: within how many seconds the handler must answer.
        no_ack: the other side must not ask for an ack.

    Raises:
        RegistrationError: it contradicts itself, or is of another kind.
    """
    options = read_ack_options(
        "ack_options", required=ack_required, timeout=ack_timeout, none=no_ack
    )

    def decorator(handler: _Handler) -> _Handler:
        setattr(handler, _KEPT, options)
        return handler

    return decorator


def has_ack_options(handler: Any) -> bool:
    """Whether the decorator stands above a handler."""
    return getattr(handler, _KEPT, NO_OPTIONS) != NO_OPTIONS


def options_of(handler: Any, given: AckOptions, event: str, place: str) -> AckOptions:
    """What is said of the ack of a handler, where it is registered or above itself.

    Args:
        handler: it.
        given: what its registration says.
        event: the name of its event.
        place: who it is, for people.

    Raises:
        RegistrationError: both say something, and not the same; or nobody answers such an event.
    """
    above = getattr(handler, _KEPT, NO_OPTIONS)
    if NO_OPTIONS not in (above, given) and above != given:
        raise RegistrationError(
            f"{place}: ack_options above it and its registration differ; keep one of them"
        )
    options: AckOptions = given if above == NO_OPTIONS else above
    if event in _UNANSWERED and options != NO_OPTIONS:
        raise RegistrationError(
            f"{place}: Socket.IO never acknowledges {event!r}, so options of its ack have no "
            "effect; remove them"
        )
    return options


def read_ack_options(
    place: str,
    *,
    required: bool = False,
    timeout: float | None = None,
    none: bool = False,
    typed: bool = False,
) -> AckOptions:
    """What was given, checked.

    Args:
        place: where, for people.
        required: `ack_required`.
        timeout: `ack_timeout`.
        none: `no_ack`.
        typed: a type of the ack was given, too.

    Raises:
        RegistrationError: it is of another kind, or contradicts itself.
    """
    faults = (
        fault_of_required(required, "ack_required"),
        "" if timeout is None else fault_of_timeout(timeout, "ack_timeout"),
        fault_of_required(none, "no_ack"),
    )
    fault = next(filter(None, faults), "")
    if not fault and none and (required or timeout is not None or typed):
        fault = "no_ack excludes an ack, so it can't be combined with other options of the ack"
    if fault:
        raise RegistrationError(f"{place}: {fault}")
    return AckOptions(required, timeout, none)
