"""Values that are written down in a source, with holes where they are not."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.samples import sample_of
from asyncapi_guard.drift.scopes import Assigned
from asyncapi_guard.drift.values import Argument, Display, Known, Other, Unknown
from asyncapi_guard.spec.pointers import format_pointer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.drift.inference import Inference

__all__ = ["Literal", "literal_of", "together"]

_PLAIN = (str, int, float, bool, bytes, type(None))
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Literal:
    """A value, as far as it is written down.

    Attributes:
        value: plain data; `None` stands in holes.
        holes: where something is that only the run knows, as JSON Pointers.
        open: objects that may have more than is written down.
        samples: where a value stands that is only of the right type.
    """

    value: Any
    holes: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether anything of it is written down."""
        return "" not in self.holes

    @property
    def is_none(self) -> bool:
        """Whether it is `None`."""
        return self.value is None and self.is_told


class _Reading:
    """One value being read."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self.holes: list[str] = []
        self.open: list[str] = []
        self.samples: list[str] = []

    def read(self, argument: Argument, path: str, depth: int = 0) -> Any:
        node = argument.node
        if depth > _DEEPEST:
            return self._hole(path)
        if isinstance(node, ast.Dict):
            return self._object(node, argument, path, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            return self._array(node.elts, argument, path, depth)
        if isinstance(node, ast.Call) and self._makes_dict(node, argument):
            names = [each.arg for each in node.keywords]
            keys = [None if name is None else ast.Constant(name) for name in names]
            whole = ast.Dict(list(keys), [each.value for each in node.keywords])
            return self._object(whole, argument, path, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            found = self.read(Argument(node.operand, argument.scope, argument.chain), path, depth)
            return -found if type(found) in (int, float) else self._hole(path)
        return self._named(argument, path, depth)

    def _named(self, argument: Argument, path: str, depth: int) -> Any:
        """What a name or a constant stands for."""
        values = self._inference.of(argument)
        if _may_change(argument):
            return self._hole(path)
        if len(values) != 1 or isinstance(values[0], (Unknown, Other)):
            return self._sample(argument, path)
        (value,) = values
        if isinstance(value, Known) and type(value.value) in _PLAIN:
            return value.value
        if isinstance(value, Display):
            if not _is_read_once(argument):
                self.open.append(path)  # it has a name, so more may be put into it
            inner = Argument(value.node, value.scope, value.chain)
            return self.read(inner, path, depth + 1)
        return self._hole(path)

    def _makes_dict(self, node: ast.Call, argument: Argument) -> bool:
        """Whether a call is `dict(name=value)`."""
        if node.args or argument.scope is None or not isinstance(node.func, ast.Name):
            return False
        values = self._inference.values(node.func, argument.scope, argument.chain)
        return len(values) == 1 and isinstance(values[0], Known) and values[0].value is dict

    def _sample(self, argument: Argument, path: str) -> Any:
        """A value of the type that the text tells."""
        sample = sample_of(self._inference, argument)
        if sample is None:
            return self._hole(path)
        self.samples.append(path)
        if isinstance(sample, dict):
            self.open.append(path)
        return sample

    def _hole(self, path: str) -> None:
        self.holes.append(path)

    def _object(self, node: ast.Dict, argument: Argument, path: str, depth: int) -> Any:
        found: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name = None if key is None else self._key(key, argument)
            if name is None:
                self.open.append(path)
                continue
            below = Argument(value, argument.scope, argument.chain)
            found[name] = self.read(below, path + format_pointer((name,)), depth + 1)
        return found

    def _key(self, node: ast.expr, argument: Argument) -> str | None:
        values = self._inference.of(Argument(node, argument.scope, argument.chain)) or [Unknown()]
        known = [v.value for v in values if isinstance(v, Known) and type(v.value) is str]
        return known[0] if len(known) == len(values) == 1 else None

    def _array(self, nodes: list[ast.expr], argument: Argument, path: str, depth: int) -> Any:
        if any(isinstance(each, ast.Starred) for each in nodes):
            return self._hole(path)
        return [
            self.read(
                Argument(each, argument.scope, argument.chain),
                path + format_pointer((index,)),
                depth + 1,
            )
            for index, each in enumerate(nodes)
        ]


def _may_change(argument: Argument) -> bool:
    """Whether a variable's value is changed in its function: `data["at"] = now()`."""
    if not isinstance(argument.node, ast.Name) or argument.scope is None:
        return False
    name = argument.node.id
    for each in ast.walk(argument.scope.node):
        if isinstance(each, ast.Subscript) and not isinstance(each.ctx, ast.Load):
            owner: ast.expr = each.value
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            owner = each.func.value
        else:
            continue
        while isinstance(owner, (ast.Subscript, ast.Attribute)):
            owner = owner.value
        if isinstance(owner, ast.Name) and owner.id == name:
            return True
    return False


def _is_read_once(argument: Argument) -> bool:
    """Whether a variable is given its value and read here, and nobody else has it."""
    node, scope = argument.node, argument.scope
    if not isinstance(node, ast.Name) or scope is None or not scope.is_function:
        return False
    bindings = scope.bindings.get(node.id, ())
    if len(bindings) != 1 or not isinstance(bindings[0], Assigned):
        return False
    names = (each for each in ast.walk(scope.node) if isinstance(each, ast.Name))
    return sum(each.id == node.id and isinstance(each.ctx, ast.Load) for each in names) == 1


def literal_of(inference: Inference, argument: Argument) -> Literal:
    """What is written down of an argument."""
    reading = _Reading(inference)
    value = reading.read(argument, "")
    return Literal(value, tuple(reading.holes), tuple(reading.open), tuple(reading.samples))


def together(literals: Sequence[Literal]) -> Literal:
    """Several values as one array."""
    parts = list(enumerate(literals))
    return Literal(
        [each.value for each in literals],
        tuple(f"/{index}{hole}" for index, each in parts for hole in each.holes),
        tuple(f"/{index}{path}" for index, each in parts for path in each.open),
        tuple(f"/{index}{path}" for index, each in parts for path in each.samples),
    )
