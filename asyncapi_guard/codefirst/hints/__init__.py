"""Type hints by Pydantic: schemas for documents, instances for handlers, plain data for the wire.

The wire is judged by the document, which is made of the same hints; Pydantic only constructs. What
it would take beyond that (`"7"` for an integer) never gets here.

Pydantic 2 and Pydantic 1.10 have a module each. Where Pydantic 2 is installed, the other module is
for what applications have left of `pydantic.v1`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.codefirst.hints.hint import (
    ConstructionError,
    Definition,
    Direction,
    Hint,
    Written,
)
from asyncapi_guard.codefirst.hints.pydantic_versions import OLD, is_model
from asyncapi_guard.codefirst.hints.reading import read_hint

if TYPE_CHECKING or not OLD:
    from asyncapi_guard.codefirst.hints.pydantic2 import plain
else:
    from asyncapi_guard.codefirst.hints.pydantic1 import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ConstructionError",
    "Definition",
    "Direction",
    "Hint",
    "Written",
    "definitions_of",
    "is_model",
    "plain",
    "read_hint",
]


def definitions_of(hints: Sequence[tuple[str, Direction, Hint]]) -> Written:
    """The schemas of hints, and the definitions that they share.

    Args:
        hints: a key, how the hint is used, and the hint.
    """
    written = Written({}, {}, {})
    for kind in {type(hint): None for _, _, hint in hints}:
        more = kind.definitions([each for each in hints if type(each[2]) is kind])
        written.schemas.update(more.schemas)
        written.definitions.update(more.definitions)
        written.known.update(more.known)
    return written
