"""What registrations and declarations say of an ack besides its type."""

from __future__ import annotations

from asyncapi_guard.errors import RegistrationError
from asyncapi_guard.spec.acks import AckOptions, fault_of_required, fault_of_timeout

__all__ = ["read_ack_options"]


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
        fault = "no_ack says that there is no ack, so nothing else can be said of it"
    if fault:
        raise RegistrationError(f"{place}: {fault}")
    return AckOptions(required, timeout, none)
