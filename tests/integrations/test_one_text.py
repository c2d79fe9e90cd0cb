"""The adapter for asyncio is the text of the one for threads, with `async` and `await`.

So what one of them does, the other does as well. What only one kind of server has stands in modules
of its own, which both texts call by the same names, or which only asyncio has.
"""

from __future__ import annotations

import ast
import difflib
import importlib
from pathlib import Path
from typing import Any

import pytest

import asyncapi_guard

INTEGRATIONS = Path(asyncapi_guard.__file__).parent / "integrations"
THREADS, AIO = INTEGRATIONS / "threads", INTEGRATIONS / "aio"

#: Modules that both have, each in its own words: how to call what is the application's, and how to
#: wait for what may never return.
OWN_WORDS = {"__init__", "calling", "timing", "verifying"}
#: Modules that only asyncio has, and what for.
ONLY_ASYNCIO = {
    "awaiting": "handlers are awaited, and CancelledError surfaces",
    "cancelling": "who cancelled",
    "frames": "engine.io's asyncio server keeps connections by which broken frames came",
}
#: What is named otherwise on asyncio: python-socketio's classes, and those that stand for them.
NAMES = {
    "AsyncioClient": "ThreadedClient",
    "AsyncioPublisher": "ThreadedPublisher",
    "AsyncioServer": "ThreadedServer",
    "AsyncApplication": "Application",
    "AsyncClient": "Client",
    "AsyncManager": "Manager",
    "InstrumentedAsyncServer": "InstrumentedServer",
    "asyncapi_guard.integrations.aio": "asyncapi_guard.integrations.threads",
    "socketio.async_admin": "socketio.admin",
}


class _WithoutAsync(ast.NodeTransformer):
    """A text as it is for threads."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self.visit_FunctionDef(_as(ast.FunctionDef, node))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return _without_docstring(self.generic_visit(node))

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = _name(node.name)
        return _without_docstring(self.generic_visit(node))

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return _without_docstring(self.generic_visit(node))

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        return self.generic_visit(_as(ast.For, node))

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        return self.generic_visit(_as(ast.With, node))

    def visit_Await(self, node: ast.Await) -> ast.AST:
        found: ast.AST = self.visit(node.value)
        return found

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = _name(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = _name(node.attr)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            node.value = _name(node.value)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        node.module = _name(node.module or "")
        node.names = [ast.alias(_name(each.name), each.asname) for each in node.names]
        return node


def _as(kind: Any, node: ast.AST) -> Any:
    """A node of another kind, with the same parts."""
    made = kind(**{name: getattr(node, name) for name in node._fields})
    return ast.copy_location(made, node)


def _name(name: str) -> str:
    package, _, rest = name.rpartition(".")
    return f"{NAMES[package]}.{rest}" if package in NAMES else NAMES.get(name, name)


def _without_docstring(node: ast.AST) -> ast.AST:
    body = getattr(node, "body", [])
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        del body[0]
    return node


def _tree(path: Path) -> str:
    """A text's syntax tree; imports and `__all__` in an order of their own."""
    tree = _WithoutAsync().visit(ast.parse(path.read_text(encoding="utf-8")))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            first = [each for each in body if isinstance(each, (ast.Import, ast.ImportFrom))]
            first.sort(key=ast.dump)
            body[:] = [*first, *(each for each in body if each not in first)]
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            assert isinstance(node.value, ast.List)
            node.value.elts.sort(key=ast.dump)
    return ast.unparse(tree)


def _modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py")}


@pytest.mark.parametrize("module", sorted(_modules(THREADS) - OWN_WORDS))
def test_both_texts_are_one(module: str) -> None:
    """But for `async`, `await`, and the names above."""
    theirs, ours = (_tree(folder / f"{module}.py") for folder in (THREADS, AIO))
    assert list(difflib.unified_diff(theirs.splitlines(), ours.splitlines(), lineterm="")) == []


@pytest.mark.parametrize("kind", ["Server", "Client"])
def test_the_drop_ins_are_one_text(kind: str) -> None:
    """Those for python-socketio's two servers stand in one module, as do those for its clients."""
    path = INTEGRATIONS / f"asyncapi_{kind.lower()}s.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found = [_unparsed(classes[f"AsyncAPI{each}{kind}"].body) for each in ("", "Async")]
    assert "super().call(" in found[0]
    assert found[0] == found[1]


def _unparsed(body: list[ast.stmt]) -> str:
    """The methods of a class, without what says which class it is."""
    methods = [each for each in body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return ast.unparse(_WithoutAsync().visit(ast.Module(methods, [])))


def test_what_only_asyncio_has_is_listed() -> None:
    """And nothing is left out."""
    assert _modules(AIO) == _modules(THREADS) | set(ONLY_ASYNCIO)


@pytest.mark.parametrize("module", sorted(OWN_WORDS - {"__init__"}))
def test_both_call_by_the_same_names(module: str) -> None:
    """What is said in own words has the same names, and is of the same kind."""
    theirs, ours = (
        importlib.import_module(f"asyncapi_guard.integrations.{each}.{module}")
        for each in ("threads", "aio")
    )
    assert ours.__all__ == theirs.__all__
    for name in ours.__all__:
        assert callable(getattr(ours, name)) == callable(getattr(theirs, name)), name


def test_the_comparison_sees_differences(tmp_path: Path) -> None:
    """A text with one statement more is another text; one with `await` is not."""
    plain, other, awaiting = (tmp_path / f"{name}.py" for name in "abc")
    plain.write_text("def f(x):\n    return g(x)\n")
    other.write_text("def f(x):\n    h(x)\n    return g(x)\n")
    awaiting.write_text('async def f(x):\n    """Waits."""\n    return await g(x)\n')
    assert _tree(plain) == _tree(awaiting) != _tree(other)
