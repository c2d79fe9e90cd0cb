"""Models that lead to one another in long chains or rings: built when used, one beside another.

Pydantic builds a model when its class is made, and all that it leads to on the way: a recursion
that is as deep as the longest chain. From some 80 models on it is deeper than Python's stack, and
the module cannot be imported; in a ring, each of them would build all others as well. So models in
long chains derive from `_Deep`: they are built when somebody first uses them, with more room on the
stack, and are kept apart where Pydantic would put each into the one that has it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.codegen.python.python_source import Import

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asyncapi_guard.codegen.python.python_source import Part

__all__ = ["BASE", "IMPORTS", "deepened", "definition"]

#: The class that deep models derive from.
BASE = "_Deep"
#: A model that leads to more types than these, one through the other, is deep.
_MOST = 25

IMPORTS = (
    Import("sys", "getrecursionlimit", "getrecursionlimit"),
    Import("sys", "setrecursionlimit", "setrecursionlimit"),
    Import("threading", "RLock", "RLock"),
    Import("typing", "Any", "Any"),
    Import("pydantic", "ConfigDict", "ConfigDict"),
)
_DEFINITION = '''\
_STACK = RLock()
_ROOM = 100_000


class _Deep({base}):
    """A model in a long chain of models: built when it is first used, with room on the stack."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        with _STACK:
            usual = getrecursionlimit()
            setrecursionlimit(max(usual, _ROOM))
            try:
                return super().model_rebuild(**options)
            finally:
                setrecursionlimit(usual)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any, /) -> Any:
        with _STACK:
            if getrecursionlimit() < _ROOM and not cls.__pydantic_complete__:
                cls.model_rebuild()
            found: Any = handler(source)
        inner, others = found, []
        if found["type"] == "definitions":
            inner, others = found["schema"], found["definitions"]
        if inner["type"] != "definition-ref":
            others = [*others, inner]
            inner = {"type": "definition-ref", "schema_ref": inner["ref"]}
        # With metadata, Pydantic does not put the one into the other.
        apart = {**inner, "metadata": {"apart": True}}
        return {"type": "definitions", "schema": apart, "definitions": others}'''


def definition(base: str) -> str:
    """The class that deep models derive from, which derives from what the others do."""
    return _DEFINITION.replace("{base}", base)


def deepened(parts: Sequence[Part], base: str) -> tuple[Part, ...]:
    """The statements of a module, in which deep models derive from `BASE` in place of `base`."""
    uses = {name: part.uses for part in parts for name in part.names}
    deep = {name for name, height in _heights(uses).items() if height > _MOST}
    return tuple(_deep(part, base) if part.names[0] in deep else part for part in parts)


def _deep(part: Part, base: str) -> Part:
    text, count = re.subn(
        rf"^(class \w+)\({base}\):", rf"\1({BASE}):", part.text, flags=re.MULTILINE
    )
    # Nothing is built at the end of the module, either.
    return part._replace(text=text, uses=part.uses | ({BASE} if count else set()), after="")


def _heights(uses: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """How many types the longest way from each goes through; a ring is gone through once."""
    heights: dict[str, int] = {}
    for ring in _rings({name: [u for u in used if u in uses] for name, used in uses.items()}):
        below = (heights.get(used, 0) for name in ring for used in uses[name])
        height = len(ring) + max(below, default=0)
        heights |= dict.fromkeys(ring, height)
    return heights


def _rings(uses: Mapping[str, Sequence[str]]) -> Iterable[list[str]]:
    """Names that lead to one another, together; each after all that it leads to (Tarjan's way)."""
    found: dict[str, int] = {}  # when each was found, and the earliest that it leads back to
    low: dict[str, int] = {}
    path: dict[str, None] = {}
    for start in uses:
        todo = [(start, iter(uses[start]))] if start not in found else []
        found.setdefault(start, len(found))
        if todo:
            low[start], path[start] = found[start], None
        while todo:
            name, rest = todo[-1]
            step = next((used for used in rest if used not in found or used in path), None)
            if step is None:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[name])
                if low[name] == found[name]:
                    yield _taken(path, name)
            elif step in found:
                low[name] = min(low[name], found[step])
            else:
                found[step] = low[step] = len(found)
                path[step] = None
                todo.append((step, iter(uses[step])))


def _taken(path: dict[str, None], last: str) -> list[str]:
    """Take names off the end of a path, down to one."""
    taken: list[str] = []
    while not taken or taken[-1] != last:
        taken.append(path.popitem()[0])
    return taken
