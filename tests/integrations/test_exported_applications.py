"""Servers that enforce what was exported from their own code: nothing that they do is rejected."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import socketio as pysocketio
from exported_applications import APPLICATIONS, Application

from asyncapi_guard import AsyncAPIGuard, AsyncAPISocketIO
from asyncapi_guard.drift.applications import Loaded, load_application
from asyncapi_guard.drift.code_document import CodeDocument, code_document
from asyncapi_guard.drift.comparing import drift
from asyncapi_guard.drift.discovery import declared_of, handlers_of, inference_of, sources_of
from asyncapi_guard.drift.emits import find_emits
from asyncapi_guard.lint import lint
from asyncapi_guard.spec.compiler import compile_contract
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.serializing import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asyncapi_guard.errors import Finding


class Home:
    """A folder with an application, which can be imported again and again."""

    def __init__(self, folder: Path, application: Application) -> None:
        self.file = folder / "asyncapi.yml"
        self._application = application
        for name, text in application.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def forget(self) -> None:
        """Leave nothing of it among the modules."""
        tops = {name.split("/")[0].removesuffix(".py") for name in self._application.files}
        for name in [each for each in sys.modules if each.split(".")[0] in tops]:
            del sys.modules[name]

    def load(self) -> Loaded:
        """Import it anew."""
        self.forget()
        return load_application(self._application.target)

    def export(self) -> CodeDocument:
        """Write its document."""
        loaded = self.load()
        sources = sources_of(loaded)
        handlers = handlers_of(loaded, sources)
        inference = inference_of(loaded, sources, handlers)
        found = code_document(loaded, handlers, find_emits(inference), inference)
        self.file.write_text(to_yaml(found.data))
        return found

    def check(self) -> list[Finding]:
        """What `check` finds."""
        loaded = self.load()
        sources = sources_of(loaded)
        handlers = handlers_of(loaded, sources)
        emissions = find_emits(inference_of(loaded, sources, handlers))
        documents = open_documents(self.file)
        contract = compile_contract(documents, "auto")
        declared = declared_of(loaded.server)
        return list(
            drift(handlers, emissions.emits, declared, contract, documents, emissions.unread)
        )


@pytest.fixture(params=APPLICATIONS)
def named(request: pytest.FixtureRequest) -> str:
    """The name of an application."""
    return str(request.param)


@pytest.fixture
def home(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """One of the applications, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    made = Home(tmp_path, APPLICATIONS[named])
    yield made
    made.forget()


@dataclass
class Guarded:
    """A server that enforces its own document, and what a web server runs."""

    wsgi: Any
    violations: list[Any]


def guarded(home: Home, monkeypatch: pytest.MonkeyPatch) -> Guarded:
    """The application as it enforces its file."""
    violations: list[Any] = []
    monkeypatch.setenv("CONTRACT", str(home.file))
    server = home.load().server
    if isinstance(server, AsyncAPISocketIO):
        assert server.spec == str(home.file)
        assert server._guarded is not None
        server._guarded.on_violation = violations.append
        return Guarded(server.sockio_mw.flask_app, violations)
    guard = AsyncAPIGuard(str(home.file), on_violation=violations.append)
    if isinstance(server, pysocketio.Server):
        guard.protect(server)
        return Guarded(pysocketio.WSGIApp(server), violations)
    app = server.sockio_mw.flask_app
    guard.init_app(app, server)
    return Guarded(app, violations)


def test_nothing_that_conforms_is_rejected(
    home: Home, named: str, net: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Export, enforce the export, and talk to the server: every event and every ack passes."""
    application = APPLICATIONS[named]
    home.export()
    server = guarded(home, monkeypatch)
    namespaces = sorted({namespace for namespace, _ in application.hears})
    client = net.client(net.serve(server.wsgi), namespaces=namespaces, auth=application.auth)
    client.answers = application.answers
    answers = [
        client.ask(say.event, *say.args, namespace=say.namespace) for say in application.talk
    ]
    missing = application.hears.copy()
    while missing:
        namespace, event, _ = client.receive()
        missing.discard((namespace, event))
    assert [str(each) for each in server.violations] == []
    assert not any("error" in str(answer) for answer in answers)


def test_the_export_is_green(home: Home) -> None:
    """Neither `validate` nor `check` finds anything, and it says what nobody has read."""
    home.export()
    assert [str(each) for each in lint(home.file)] == []
    assert [str(each) for each in home.check()] == []
