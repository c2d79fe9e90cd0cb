"""Document → models → a server typed with them → the server's document: nothing is lost."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import sys
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

import pydantic

from asyncapi_guard import AsyncAPISocketIO, load
from asyncapi_guard.codegen.python.models import Destination, generate_models
from asyncapi_guard.codegen.python.options import Options
from asyncapi_guard.errors import SpecError
from asyncapi_guard.spec.loader import open_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Contract

ROOT = Path(__file__).parents[3]
SPECS = sorted((ROOT / "specs").glob("*.yml"))
CORPUS = ROOT.parent / "shared" / "corpus" / "real"
numbers = itertools.count()


@pytest.fixture
def models(tmp_path: Path) -> Iterator[Any]:
    """Makes the models of a file beside it, and imports them."""
    names = []

    def make(file: Path, **options: Any) -> Any:
        target = tmp_path / f"generated_{next(numbers)}.py"
        spec = Path(*[".."] * len(tmp_path.parts[1:]), *file.parts[1:]).as_posix()
        made = generate_models(open_documents(file), Options(**options), Destination(spec, "m.py"))
        target.write_text(made.files[""])
        found = importlib.util.spec_from_file_location(target.stem, target)
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        sys.modules[target.stem] = module
        names.append(target.stem)
        found.loader.exec_module(module)
        return module

    yield make
    for name in names:
        del sys.modules[name]


def handler(form: Any, answer: Any) -> Any:
    """A function that takes and returns what a form of `EVENTS` says."""

    def handle(*args: Any) -> Any:
        raise AssertionError(args)

    parameters = [
        inspect.Parameter(
            f"p{index}",
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if index < form.required else None,
            annotation=kind,
        )
        for index, kind in enumerate(form.args)
    ]
    if form.rest is not None:
        parameters.append(
            inspect.Parameter("rest", inspect.Parameter.VAR_POSITIONAL, annotation=form.rest)
        )
    handle.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    handle.__annotations__ = {each.name: each.annotation for each in parameters}
    if answer is not inspect.Parameter.empty:
        handle.__annotations__["return"] = answer
    return handle


def union(forms: Any) -> Any:
    return typing.Union[tuple(form.kind for form in forms)]  # noqa: UP007  # of values


def is_concrete(namespace: str) -> bool:
    """Whether handlers can be registered under this name."""
    return namespace.startswith("/") and not set(namespace) & set("{},?#")


def typed_server(module: Any) -> AsyncAPISocketIO:
    """A server that has every event of generated models, in the generated types."""
    socketio = AsyncAPISocketIO(async_mode="threading")
    for (namespace, direction, event), known in module.EVENTS.items():
        if not is_concrete(namespace):
            continue
        answer = union(known.acks) if known.acks else inspect.Parameter.empty
        if direction == "send":
            ack = union(known.acks) if known.acks else None
            socketio.doc_emit(event, union(known.payloads), namespace=namespace, ack_model=ack)
            continue
        form = known.payloads[0]
        if len(known.payloads) > 1:
            form = form._replace(args=(union(known.payloads),), required=1, rest=None)
        socketio.on(event, namespace=namespace, get_from_typehint=True)(handler(form, answer))
    return socketio


def parts(contract: Contract) -> Any:
    return contract.channels, contract.operations


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
@pytest.mark.parametrize("options", [{}, {"optional": "missing", "pydantic": "2.14"}], ids=str)
def test_our_specs_come_back(file: Path, options: Any, models: Any) -> None:
    if options and not hasattr(pydantic, "MISSING"):
        pytest.skip("pydantic.MISSING came with Pydantic 2.14")
    socketio = typed_server(models(file, **options))
    assert load(socketio.asyncapi_doc.dict()) == load(file)


@pytest.mark.slow
def test_the_corpus_comes_back(models: Any) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real documents is not here")
    tried = 0
    for file in sorted(path for path in CORPUS.rglob("*") if path.suffix in (".yml", ".yaml")):
        try:
            original = load(file)
        except SpecError:
            continue
        module = models(file)
        if not any(is_concrete(namespace) for namespace, _, _ in module.EVENTS):
            continue
        tried += 1
        again = load(typed_server(module).asyncapi_doc.dict())
        assert parts(again) == parts(original), file
    assert tried > 20
