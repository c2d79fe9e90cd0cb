"""What a JSON Schema engine must do for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.schema.dialects import Dialect

__all__ = ["Engine", "EngineName", "MetaProblem", "is_panic"]

EngineName = Literal["auto", "rust", "jsonschema"]


class MetaProblem(NamedTuple):
    """What a metaschema says of a schema; without a sentence, which each library has its own of.

    Attributes:
        path: to the value at fault.
        keyword: the keyword of the metaschema that the value breaks; empty where the schema holds
            what JSON cannot say.
        wanted: what the keyword asks for.
    """

    path: tuple[str | int, ...]
    keyword: str
    wanted: Any = None


class Engine(Protocol):
    """A JSON Schema implementation behind two functions. It never fetches anything."""

    name: str

    def compile(
        self, document: Any, dialect: Dialect, *, cyclic: bool, binary: bool
    ) -> Callable[[Any], bool]:
        """A predicate for values, that never raises: what it cannot judge is not valid.

        Args:
            document: a self-contained schema, formats rewritten (`asyncapi_guard.schema.adapt`).
            dialect: how to read it.
            cyclic: values may be judged to any depth, so depth is limited first.
            binary: the document has the keyword `formats.BINARY`.

        Raises:
            ValueError: the schema is not valid, or refers to something that is not in it.
        """
        ...

    def check(self, schema: Any, dialect: Dialect) -> list[MetaProblem]:
        """Where a schema breaks its metaschema; nothing if it is fine."""
        ...


def is_panic(error: BaseException) -> bool:
    """Whether compiled code gave up on a value, as it does where Python's stack ends."""
    return type(error).__module__ == "pyo3_runtime"
