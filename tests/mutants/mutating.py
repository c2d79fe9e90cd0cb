"""Mutants of a source: each one small change that a test should notice.

A mutant is a span of the source and the text that takes its place, so that it can be shown as the
line it changes. What a test cannot notice, or need not, is left out: annotations, what only a type
checker reads, docstrings, texts for people (whatever has a space), and what would raise a
`NameError` at once.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Larger numbers are bounds that nobody reaches in a test.
SMALL = 100

_FIELDS_LEFT_OUT = {"annotation", "returns", "type_params", "decorator_list", "bases", "keywords"}
_NAMES_LEFT_OUT = {"__all__", "__slots__"}
#: Without these nothing works at all.
_VITAL_DECORATORS = {
    "asynccontextmanager",
    "classmethod",
    "contextmanager",
    "dataclass",
    "overload",
    "property",
    "setter",
    "staticmethod",
}
_COMPARISONS = {
    "is": "is not",
    "is not": "is",
    "==": "!=",
    "!=": "==",
    "in": "not in",
    "not in": "in",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
}
#: Turned around, these are the whole condition negated.
_OPPOSITES = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq, ast.In, ast.NotIn)
_COMPARISON = re.compile(
    rb"#[^\n]*|(\bis\s+not\b|\bis\b|\bnot\s+in\b|\bin\b|==|!=|<=|>=|<(?!<)|>(?!>))"
)
_BOOLEAN = re.compile(rb"#[^\n]*|\b(and|or)\b")
_SIGN = re.compile(rb"#[^\n]*|([+-])")


@dataclass(frozen=True)
class Mutant:
    """One change of one source.

    Attributes:
        module: the path of the source, from the root of the project.
        function: the names of the classes and functions around the change, with dots between.
        line: where it is.
        before: the lines that it touches, as one line.
        after: the same when it is made.
        start: the first byte that is replaced.
        end: the byte after the last one.
        text: what takes their place.
        reach: the first and the last line of what must run for a test to notice.
        number: counts equal changes of equal lines of one function.
    """

    module: str
    function: str
    line: int
    before: str
    after: str
    start: int
    end: int
    text: str
    reach: tuple[int, int]
    number: int = 1

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What stays the same when lines above are added or removed."""
        return self.module, self.function, self.before, self.after, self.number

    @property
    def id(self) -> str:
        """A short name of the key."""
        return hashlib.sha256(repr(self.key).encode()).hexdigest()[:8]

    def apply(self, source: str) -> str:
        """The source with the change."""
        data = source.encode()
        return (data[: self.start] + self.text.encode() + data[self.end :]).decode()


def mutants_of(source: str, module: str) -> list[Mutant]:
    """All mutants of a source, in their order."""
    tree = ast.parse(source)
    finder = _Finder(source, module)
    finder.visit_body(tree)
    as_it_is = ast.dump(tree)
    made: list[Mutant] = []
    numbers: Counter[Any] = Counter()
    for found in sorted(finder.found, key=lambda mutant: (mutant.start, mutant.end, mutant.text)):
        if not _is_another_program(found.apply(source), as_it_is):
            continue
        numbers[found.key] += 1
        made.append(Mutant(**{**vars(found), "number": numbers[found.key]}))
    return made


def _is_another_program(source: str, as_it_is: str) -> bool:
    try:
        return ast.dump(ast.parse(source)) != as_it_is
    except SyntaxError:
        return False


class _Finder:
    """Walks through a source and collects what can be changed."""

    def __init__(self, source: str, module: str) -> None:
        self.data = source.encode()
        self.module = module
        self.found: list[Mutant] = []
        self._seen: set[tuple[int, int, str]] = set()
        self._starts = [0]
        for line in self.data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._names: list[str] = []
        self._reach = (1, len(self._starts))
        self._in_function = False
        self._assigned: Counter[str] = Counter()

    # -- spans ---------------------------------------------------------------------------------

    def start(self, node: Any) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: Any) -> int:
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: Any) -> str:
        return self.data[self.start(node) : self.end(node)].decode()

    def add(self, start: int, end: int, text: str, reach: tuple[int, int] | None = None) -> None:
        """Note a change."""
        if (start, end, text) in self._seen:
            return
        self._seen.add((start, end, text))
        first = self.data.rfind(b"\n", 0, start) + 1
        last = self.data.find(b"\n", end)
        last = len(self.data) if last < 0 else last
        after = self.data[first:start] + text.encode() + self.data[end:last]
        self.found.append(
            Mutant(
                self.module,
                ".".join(self._names),
                self.data.count(b"\n", 0, start) + 1,
                _one_line(self.data[first:last]),
                _one_line(after),
                start,
                end,
                text,
                reach or self._reach,
            )
        )

    def replace(self, node: Any, text: str) -> None:
        self.add(self.start(node), self.end(node), text)

    # -- the walk ------------------------------------------------------------------------------

    def visit_body(self, node: Any) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def visit(self, node: Any) -> None:
        if _is_left_out(node):
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._visit_function(node)
        elif isinstance(node, ast.ClassDef):
            self._visit_class(node)
        else:
            outer = self._reach
            if self._in_function and isinstance(node, (ast.stmt, ast.ExceptHandler)):
                self._reach = _header(node)
            for change in _CHANGES:
                change(self, node)
            self._visit_children(node)
            self._reach = outer

    def _visit_children(self, node: Any) -> None:
        skipped = _FIELDS_LEFT_OUT - ({"keywords"} if isinstance(node, ast.Call) else set())
        for name, value in ast.iter_fields(node):
            if name in skipped:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self.visit(child)

    def _visit_function(self, node: Any) -> None:
        outer = self._reach, self._in_function, self._assigned
        self._names.append(node.name)
        self._reach = (node.body[0].lineno, node.end_lineno)
        _drop_decorators(self, node)
        self.visit(node.args)
        self._in_function, self._assigned = True, _assigned_in(node)
        for child in node.body:
            self.visit(child)
        self._names.pop()
        self._reach, self._in_function, self._assigned = outer

    def _visit_class(self, node: Any) -> None:
        outer = self._reach, self._in_function
        self._names.append(node.name)
        # What a class has may be used anywhere in its module.
        self._reach, self._in_function = (1, len(self._starts)), False
        for child in node.body:
            self.visit(child)
        self._names.pop()
        self._reach, self._in_function = outer

    def is_deletable(self, node: Any) -> bool:
        """Whether a statement can be left out without a name that nobody knows."""
        if not self._in_function:
            return False
        if isinstance(node, (ast.AugAssign, ast.Delete, ast.Raise)):
            return True
        if isinstance(node, ast.Expr):
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            return isinstance(value, ast.Call)
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        return bool(targets) and all(self._is_known_without(target) for target in targets)

    def _is_known_without(self, target: Any) -> bool:
        if isinstance(target, ast.Name):
            return self._assigned[target.id] > 1
        return isinstance(target, (ast.Attribute, ast.Subscript))


def _is_left_out(node: Any) -> bool:
    """Whether a part of a source has nothing to change."""
    if isinstance(node, ast.If) and ast.unparse(node.test) in (
        "TYPE_CHECKING",
        "not TYPE_CHECKING",
    ):
        return True
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(t, ast.Name) and t.id in _NAMES_LEFT_OUT for t in targets)
    # The places in f-strings are wrong before Python 3.12.
    if isinstance(node, (ast.JoinedStr, ast.Assert, ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.Raise):
        return node.exc is not None and ast.unparse(node.exc) == "NotImplementedError"
    if isinstance(node, ast.Call):
        return _called(node) in ("cast", "TypeVar", "ParamSpec", "getLogger")
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _called(node: Any) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _header(node: Any) -> tuple[int, int]:
    """The lines of a statement; of one that has a body, those before it."""
    if isinstance(node, ast.ExceptHandler):
        return node.body[0].lineno, node.body[0].end_lineno
    body = getattr(node, "body", None)
    if isinstance(node, ast.Try) or not body:
        return node.lineno, node.end_lineno
    return node.lineno, max(node.lineno, body[0].lineno - 1)


def _assigned_in(function: Any) -> Counter[str]:
    """How often a function gives each of its names a value."""
    counts: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            counts[node.arg] += 1
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            counts[node.id] += 1
    return counts


def _one_line(data: bytes) -> str:
    return " ".join(data.decode().split())


# -- the changes -----------------------------------------------------------------------------------


def _delete(finder: _Finder, node: Any) -> None:
    if isinstance(node, ast.stmt) and finder.is_deletable(node):
        finder.replace(node, "pass")


def _negate(finder: _Finder, node: Any) -> None:
    tests = node.ifs if isinstance(node, ast.comprehension) else []
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        tests = [node.test]
    for test in tests:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            finder.replace(test, f"({finder.text(test.operand)})")
        elif not (isinstance(test, ast.Compare) and isinstance(test.ops[0], _OPPOSITES)):
            finder.replace(test, f"not ({finder.text(test)})")


def _between(
    finder: _Finder,
    left: Any,
    right: Any,
    pattern: re.Pattern[bytes],
    other: Callable[[str], str | None],
) -> None:
    """Change the operator between two values."""
    begin, end = finder.end(left), finder.start(right)
    for match in pattern.finditer(finder.data, begin, end):
        if match[1] is not None:
            text = other(_one_line(match[1]))
            if text is not None:
                finder.add(match.start(1), match.end(1), text)
            return


def _swap_operators(finder: _Finder, node: Any) -> None:
    if isinstance(node, ast.BoolOp):
        for left, right in itertools.pairwise(node.values):
            _between(finder, left, right, _BOOLEAN, {"and": "or", "or": "and"}.get)
    elif isinstance(node, ast.Compare):
        values = [node.left, *node.comparators]
        for left, right in itertools.pairwise(values):
            _between(finder, left, right, _COMPARISON, _COMPARISONS.get)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        _between(finder, node.left, node.right, _SIGN, {"+": "-", "-": "+"}.get)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        _between(finder, node.target, node.value, _SIGN, {"+": "-", "-": "+"}.get)


def _change_constants(finder: _Finder, node: Any) -> None:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        finder.replace(node, str(not value))
    elif isinstance(value, int) and value <= SMALL:
        finder.replace(node, str(value + 1))
        if value > 0:
            finder.replace(node, str(value - 1))
    elif isinstance(value, str) and value and not re.search(r"\s", value):
        finder.replace(node, '""')


def _return_nothing(finder: _Finder, node: Any) -> None:
    """Return `None`; not for what means the same to most callers."""
    if isinstance(node, ast.Return) and node.value is not None:
        value = node.value
        empty = isinstance(value, (ast.Tuple, ast.List)) and not value.elts
        false = isinstance(value, ast.Constant) and not value.value
        if not empty and not false:
            finder.replace(value, "None")


def _leave_loops(finder: _Finder, node: Any) -> None:
    if isinstance(node, ast.Continue):
        finder.replace(node, "break")


def _drop_keywords(finder: _Finder, node: Any) -> None:
    for keyword in node.keywords if isinstance(node, ast.Call) else []:
        if keyword.arg is None:
            continue
        start, end = finder.start(keyword), finder.end(keyword)
        after = re.compile(rb"\s*,[^\S\n]*").match(finder.data, end)
        before = re.search(rb",\s*$", finder.data[:start])
        if after is not None:
            end = after.end()
        elif before is not None:
            start = before.start()
        finder.add(start, end, "")


def _raise_again(finder: _Finder, node: Any) -> None:
    """Handle no exception."""
    if isinstance(node, ast.ExceptHandler):
        finder.add(finder.start(node.body[0]), finder.end(node.body[-1]), "raise")
    elif isinstance(node, ast.With) and len(node.items) == 1:
        context = node.items[0].context_expr
        if isinstance(context, ast.Call) and _called(context) == "suppress":
            reach = node.lineno, node.body[-1].end_lineno or node.lineno
            finder.add(finder.start(node), finder.end(context), "if True", reach)


def _drop_decorators(finder: _Finder, node: Any) -> None:
    for decorator in node.decorator_list:
        name = ast.unparse(getattr(decorator, "func", decorator)).rpartition(".")[2]
        if name not in _VITAL_DECORATORS:
            at = finder.data.rfind(b"@", 0, finder.start(decorator))
            finder.add(at, finder.end(decorator), "")


_CHANGES: tuple[Callable[[_Finder, Any], None], ...] = (
    _delete,
    _negate,
    _swap_operators,
    _change_constants,
    _return_nothing,
    _leave_loops,
    _drop_keywords,
    _raise_again,
)


def sources(folders: list[str], root: Any) -> Iterator[tuple[str, str]]:
    """The modules in some folders of the project, and their texts."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
