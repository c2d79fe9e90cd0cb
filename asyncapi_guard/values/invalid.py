"""Arguments that a schema does not accept, and nearly does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.values.boundary_cases import boundary_cases
from asyncapi_guard.values.no_value import NoValue

if TYPE_CHECKING:
    from asyncapi_guard.contract import Schema
    from asyncapi_guard.values.cases import Case
    from asyncapi_guard.values.choices import Choices

__all__ = ["invalid_arguments"]


def invalid_arguments(schema: Schema, choices: Choices) -> Case:
    """Random valid arguments, changed in one place so that the judge refuses them.

    Args:
        schema: of the arguments of an event, or of an ack.
        choices: where decisions come from.

    Raises:
        NoValue: no such arguments were found; a schema may accept everything.
    """
    wrong = [case for case in boundary_cases(schema) if not case.valid]
    if not wrong:
        raise NoValue(schema.location)
    return choices.one_of(wrong)
