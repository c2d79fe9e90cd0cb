"""Generated modules whose document says something else by now."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.codefirst.stale_models import stale_models

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = """\
asyncapi: 3.1.0
info: {title: Orders, version: '1'}
channels:
  shop:
    address: /
    messages:
      order: {payload: {$ref: 'shared.yml#/Order'}, x-ack: {type: integer}}
operations:
  take: {action: receive, channel: {$ref: '#/channels/shop'}}
"""
SHARED = "Order: {type: object, required: [dish], properties: {dish: {type: string}}}\n"


@pytest.fixture(params=["-o", "--package"])
def generated(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Any) -> Any:
    """A generated module, or package, that was just imported."""
    pytest.importorskip("datamodel_code_generator")
    (tmp_path / "orders.yml").write_text(DOCUMENT)
    (tmp_path / "shared.yml").write_text(SHARED)
    name = f"orders_{'module' if request.param == '-o' else 'package'}"
    target = f"{name}.py" if request.param == "-o" else name
    command = ["models", "orders.yml", request.param, target]
    subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", *command], check=True, cwd=tmp_path, timeout=300
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(name)
    modules = [m for n, m in sys.modules.items() if n.partition(".")[0] == name]
    yield module, modules, " ".join(["asyncapi-guard", *command])
    for each in modules:
        del sys.modules[each.__name__]


def test_models_are_those_of_their_document(generated: Any, tmp_path: Path) -> None:
    """Layout, comments and the order of keys make no difference; what is said does."""
    module, modules, command = generated
    assert stale_models(modules) == []
    order = "      order: {payload: {$ref: 'shared.yml#/Order'}, x-ack: {type: integer}}"
    again = """\
      order:  # as before
        x-ack: {type: integer}
        payload: {$ref: 'shared.yml#/Order'}"""
    text = DOCUMENT.replace(order, again)
    assert text != DOCUMENT
    (tmp_path / "orders.yml").write_text(text)
    assert stale_models(modules) == []
    (tmp_path / "orders.yml").write_text(DOCUMENT.replace("x-ack: {type: integer}", "x-ack: true"))
    (stale,) = stale_models(modules)
    assert (stale.module, stale.document) == (module.__name__, tmp_path / "orders.yml")
    assert str(stale.file) == module.__file__
    assert stale.command == command
    assert command in str(stale)


def test_what_the_document_refers_to_counts(generated: Any, tmp_path: Path) -> None:
    """A change in another file makes the models old as well."""
    _, modules, _ = generated
    (tmp_path / "shared.yml").write_text(SHARED.replace("string", "integer"))
    assert len(stale_models(modules)) == 1


def test_what_others_tell_is_passed_over(generated: Any, tmp_path: Path) -> None:
    """A document that is not there, or has errors; modules that nobody has generated."""
    _, modules, _ = generated
    (tmp_path / "orders.yml").write_text("asyncapi: 3.1.0\n")
    assert stale_models(modules) == []
    (tmp_path / "orders.yml").unlink()
    assert stale_models([*modules, sys]) == []
