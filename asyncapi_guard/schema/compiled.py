"""`contract.Schema`, compiled when a value is first judged.

A document has thousands of schemas and a process judges by a few of them, so the validator is made
on first use; that it *can* be made was checked while loading. Two threads may compile the same
schema at the same time: they make the same validator, and one is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.schema.adapt import adapt
from asyncapi_guard.schema.engine_choice import get_engine
from asyncapi_guard.schema.explain import explain
from asyncapi_guard.schema.unreadable_values import is_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Explanation
    from asyncapi_guard.schema.bundle import Bundle
    from asyncapi_guard.schema.dialects import Dialect
    from asyncapi_guard.schema.engine import EngineName

__all__ = ["CompiledSchema"]


class CompiledSchema:
    """A schema of a document, with its validator.

    Attributes:
        location: where it stands, as `file#/json/pointer`.
        dialect: how it is read.
        positional: it stands for several arguments.
        nothing: it stands for no arguments at all.
    """

    __slots__ = (
        "_bundle",
        "_collect",
        "_engine",
        "accepts",
        "dialect",
        "location",
        "nothing",
        "positional",
    )

    def __init__(
        self,
        location: str,
        dialect: Dialect,
        collect: Callable[[], Bundle],
        engine: EngineName,
        *,
        positional: bool,
        nothing: bool,
    ) -> None:
        self.location: str = location
        self.dialect: Dialect = dialect
        self.positional: bool = positional
        self.nothing: bool = nothing
        self._collect = collect
        self._engine: EngineName = engine
        self._bundle: Bundle | None = None
        #: A predicate for what a strict reader made of JSON text. It never raises. No method: it is
        #: replaced, and called for every event.
        self.accepts: Callable[[Any], bool] = self._first

    @property
    def bundle(self) -> Bundle:
        """The schema with all that it refers to, collected on first use."""
        if self._bundle is None:
            self._bundle = self._collect()
        return self._bundle

    @property
    def document(self) -> Any:
        """The schema as written, self-contained."""
        return self.bundle.document()

    @property
    def binary(self) -> bool:
        """Whether some place in it takes bytes."""
        return self.bundle.binary

    def part(self, location: str, schema: Any) -> CompiledSchema:
        """A schema that stands in this one, by itself.

        Args:
            location: where it stands, as `file#/json/pointer`.
            schema: it, as the bundle has it.
        """
        return CompiledSchema(
            location,
            self.dialect,
            lambda: self.bundle.rooted(schema),
            self._engine,
            positional=False,
            nothing=False,
        )

    def compile(self) -> Callable[[Any], bool]:
        """The validator.

        Raises:
            ValueError: the schema is not valid; found while loading, so never later.
        """
        bundle = self.bundle
        # To jsonschema-rs, bytes are numbers that are unequal to themselves.
        engine = "jsonschema" if bundle.compares_bytes else self._engine
        adapted = {name: adapt(s, bundle.dialect) for name, s in bundle.schemas.items()}
        return get_engine(engine).compile(
            bundle.document(adapted), bundle.dialect, cyclic=bundle.cyclic, binary=bundle.binary
        )

    @property
    def in_use(self) -> bool:
        """Whether a value was judged by it, or its validator was made in advance."""
        return self.accepts != self._first

    def prepare(self) -> None:
        """Make the validator now, so that the first value does not wait for it."""
        if not self.in_use:
            self.accepts = self.compile()

    def _first(self, value: Any) -> bool:
        self.accepts = self.compile()
        return self.accepts(value)

    def is_valid(self, value: Any) -> bool:
        """Whether any value is valid; text that is no Unicode is not, wherever it stands."""
        return self.accepts(value) and is_text(value)

    def explain(
        self, value: Any, *, include_values: bool = False, read: bool = False
    ) -> Explanation:
        """Why a value is not valid, within a fixed budget."""
        engine = "jsonschema" if self.bundle.compares_bytes else self._engine
        return explain(self.bundle, engine, value, include_values=include_values, read=read)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CompiledSchema):
            return NotImplemented
        return self.bundle == other.bundle

    def __hash__(self) -> int:
        return hash(self.bundle.dialect)

    def __repr__(self) -> str:
        return f"CompiledSchema({self.location!r})"
