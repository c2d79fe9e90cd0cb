"""A case: arguments at a boundary of one keyword, and whether they are valid."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Case"]


class Case(NamedTuple):
    """Arguments that try one keyword of a schema.

    Attributes:
        arguments: of the event, or of the ack.
        valid: whether the judge accepts the arguments.
        keyword: which keyword is tried; `arguments` for the number of arguments.
        path: a JSON Pointer to the value that is tried: into the argument, or into the list of
            arguments where the schema is positional.
        schema: where the keyword is, as `file#/json/pointer`.
        what: what is tried, in a few words and without values, such as `one longer than
            maxLength 10`.
    """

    arguments: list[Any]
    valid: bool
    keyword: str
    path: str
    schema: str
    what: str
