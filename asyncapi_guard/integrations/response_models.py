"""What a client answers to `call`, as an instance of the type that the caller names.

A schema of the type judges what came, as strictly as a document does; then the instance is made.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst import About, ConstructionError, Registry, build_document
from asyncapi_guard.guard import Guard, Policy, Verdict
from asyncapi_guard.spec import load
from asyncapi_guard.violations import Checkpoint, Code, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.codefirst.hints import Hint
    from asyncapi_guard.schema import EngineName

__all__ = ["ResponseModels"]


class ResponseModels:
    """The types that callers have named.

    Args:
        engine: what judges.
    """

    def __init__(self, engine: EngineName) -> None:
        self._engine: EngineName = engine
        self._known: list[tuple[Any, tuple[Hint, Guard]]] = []

    def read(self, model: Any) -> tuple[Hint, Guard]:
        """What a type says.

        Raises:
            RegistrationError: it cannot be modelled.
        """
        for known, read in self._known:
            if known is model or (type(known) is type(model) and known == model):
                return read
        registry = Registry()
        registry.send("/", "call", Any, ack_model=model)
        hint = next(registry.senders()).ack
        assert hint is not None
        guard = Guard(load(build_document(registry, About()), engine=self._engine), Policy())
        self._known.append((model, (hint, guard)))
        return hint, guard

    def instance(self, model: Any, namespace: str, event: str, value: Any) -> tuple[Any, Verdict]:
        """An instance for what `call` gave, and what is wrong with that.

        Args:
            model: the type.
            namespace: of the event.
            event: the one that was sent.
            value: what python-socketio makes of the client's ack.
        """
        hint, guard = self.read(model)
        values = _values(value)
        verdict = guard.receive_ack("/", "call", values)
        if verdict.violation is not None and value is None:
            values, verdict = (), guard.receive_ack("/", "call", ())
        if verdict.violation is None:
            try:
                return hint.construct(_one(hint, values)), verdict
            except ConstructionError as error:
                verdict = _rejected(error)
        assert verdict.violation is not None
        named = dataclasses.replace(verdict.violation, namespace=namespace, event=event)
        return None, dataclasses.replace(verdict, violation=named)


def _values(value: Any) -> tuple[Any, ...]:
    """The values of an ack: `call` gives several as a tuple, and `None` also for none."""
    return value if isinstance(value, tuple) else (value,)


def _one(hint: Hint, values: Sequence[Any]) -> Any:
    if hint.positional:
        return list(values)
    return values[0] if values else None


def _rejected(error: ConstructionError) -> Verdict:
    return Verdict(
        Violation(
            Checkpoint.RECEIVE_ACK,
            Code.ACK,
            "/",
            "call",
            error.problems,
            "the ack does not fit the type that the caller names",
        )
    )
