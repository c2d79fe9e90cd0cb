"""Python source in parts: the imports of a module, and the role of each statement."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

__all__ = ["Import", "Part", "closure", "import_lines", "names_used", "parts_of"]

# Python before 3.12 cannot read `type X = ...`; an assignment of the same length it can.
_TYPE_STATEMENT = re.compile(r"^type (\w+) = ", re.MULTILINE)
#: Calls whose keyword arguments are data, and subscripts that are.
_DATA_CALLS = frozenset(("ConfigDict", "Field", "Meta", "field"))
_WORD = re.compile(r"[^\W\d]\w*")


class Import(NamedTuple):
    """One name that a module imports, `from module import name as known`."""

    module: str
    name: str
    known: str


class Part(NamedTuple):
    """A statement at the top of a module, with what belongs to it.

    Attributes:
        names: what it defines; nothing for a call.
        uses: the names that it needs from elsewhere.
        text: its source, without blank lines around it.
        after: what is done when everything is there, such as `X.model_rebuild()`; maybe nothing.
    """

    names: tuple[str, ...]
    uses: frozenset[str]
    text: str
    after: str = ""

    @property
    def is_class(self) -> bool:
        """Whether it defines a class, and not an alias."""
        return re.search("^class ", self.text, re.MULTILINE) is not None


def parts_of(text: str) -> tuple[tuple[Import, ...], tuple[Part, ...]]:
    """The imports of a generated module, and its other statements in order."""
    module = ast.parse(_TYPE_STATEMENT.sub(r"\1 =      ", text))
    lines = text.split("\n")  # what else `splitlines` splits at is text to Python
    imports: list[Import] = []
    parts: list[Part] = []
    indexes: dict[str, int] = {}
    for statement in module.body:
        if isinstance(statement, ast.ImportFrom):
            source = statement.module or ""
            imports += [Import(source, n.name, n.asname or n.name) for n in statement.names]
            continue
        names, uses = _names_of(statement), frozenset(_uses(statement))
        source = "\n".join(lines[_first_line(statement) - 1 : statement.end_lineno])
        if names:
            indexes |= dict.fromkeys(names, len(parts))
            parts.append(Part(names, uses - {*names}, _quoted_alias(statement) or source))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            known = [indexes[name] for name in uses if name in indexes]
            if known:
                parts[known[0]] = parts[known[0]]._replace(after=source)
            else:
                parts.append(Part((), uses, source))
        elif parts:  # a docstring of the last one
            parts[-1] = parts[-1]._replace(text=f"{parts[-1].text}\n{source}")
    return tuple(i for i in imports if i.module != "__future__"), tuple(parts)


def names_used(blocks: Iterable[str], known: AbstractSet[str]) -> set[str]:
    """Which of the known names some blocks of statements use.

    Reading Python takes time, so only blocks are read that may use what none before them does.
    """
    found: set[str] = set()
    for block in blocks:
        if not (known - found).isdisjoint(_WORD.findall(block)):
            found |= {name for part in parts_of(block)[1] for name in part.uses if name in known}
    return found


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _names_of(statement: ast.stmt) -> tuple[str, ...]:
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return (statement.name,)
    if isinstance(statement, ast.Assign):
        return tuple(target.id for target in statement.targets if isinstance(target, ast.Name))
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return (statement.target.id,)
    return ()


def _quoted_alias(statement: ast.stmt) -> str | None:
    """An alias that refers to itself, with all of its value in quotes: mypy understands no less."""
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)):
        return None
    call = statement.value
    if _called(call) != "TypeAliasType" or len(call.args) != 2:  # a name and a value
        return None
    bare = _Unquoted()
    value = ast.unparse(bare.visit(call.args[1]))
    if not bare.found:
        return None
    name = ast.unparse(call.args[0])
    return f"{ast.unparse(statement.targets[0])} = TypeAliasType({name}, {value!r})"


class _Unquoted(ast.NodeTransformer):
    """Takes the quotes off the types in an expression, not off what is data."""

    found = False

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, str):
            return node
        self.found = True
        return ast.parse(node.value, mode="eval").body

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return node if _is_literal(node) else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node if _called(node) in _DATA_CALLS else self.generic_visit(node)


def _uses(statement: ast.stmt) -> Iterator[str]:
    """The names in a statement, also in text that is an annotation; not in what is data."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield from _WORD.findall(node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        elif isinstance(node, ast.Subscript) and _is_literal(node):
            stack.append(node.value)
        elif isinstance(node, ast.Call) and _called(node) in _DATA_CALLS:
            stack.append(node.func)
            values = (k.value for k in node.keywords if k.arg in ("default", "default_factory"))
            stack.extend(value for value in values if not isinstance(value, ast.Constant))
        else:
            _add_children(stack, node)


def _add_children(stack: list[ast.AST], node: ast.AST) -> None:
    """Put what is in a node on a stack, without contexts: they are half of all nodes."""
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            stack.extend(each for each in value if isinstance(each, ast.AST))
        elif isinstance(value, ast.AST) and field != "ctx":
            stack.append(value)


def _is_literal(node: ast.Subscript) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "Literal"


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def closure(names: Iterable[str], uses: dict[str, frozenset[str]]) -> set[str]:
    """Names with all that they need, directly or not; those that nobody defines are left out."""
    found: set[str] = set()
    stack = [name for name in names if name in uses]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(used for used in uses[name] if used in uses)
    return found


def import_lines(imports: Iterable[Import]) -> list[str]:
    """Import statements, the standard library's first, sorted."""
    by_module: dict[str, set[str]] = {}
    for each in imports:
        shown = each.name if each.name == each.known else f"{each.name} as {each.known}"
        by_module.setdefault(each.module, set()).add(shown)
    groups: list[list[str]] = [[], [], []]
    for module in sorted(by_module):
        names = sorted(by_module[module], key=lambda name: (name.casefold(), name))
        line = f"from {module} import {', '.join(names)}"
        if len(line) > _WIDTH:
            line = "\n".join([f"from {module} import (", *(f"    {n}," for n in names), ")"])
        group = 2 if module.startswith(".") else module.partition(".")[0] not in _STANDARD
        groups[group].append(line)
    lines: list[str] = []
    for group_lines in filter(None, groups):
        lines += [*([""] if lines else []), *group_lines]
    return lines


_WIDTH = 100
_STANDARD = sys.stdlib_module_names
