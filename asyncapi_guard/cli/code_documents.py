"""The documents of applications, for commands that write them or make something of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from asyncapi_guard.cli.application_import import application, is_target
from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.reporters import FileReport, render, wants_color

if TYPE_CHECKING:
    from asyncapi_guard.drift.applications import Loaded
    from asyncapi_guard.spec.references import Documents

__all__ = [
    "document_of",
    "document_of_code",
    "documents_of_server",
    "opened_document",
    "refuse",
]


def document_of(
    source: str | None, root: str | None, allow_http: tuple[str, ...], *, bundle: bool
) -> tuple[str, Any]:
    """What it is a document of, and the document.

    Args:
        source: an application, or a file; without one, the application of Flask's command line.
        root: the folder that references of a file may not leave.
        allow_http: hosts that they may lead to.
        bundle: with all that it refers to.
    """
    if source is None or is_target(source):
        loaded = application(source)
        return loaded.name, _of_application(loaded, root, allow_http, bundle=bundle)
    if not Path(source).exists():
        raise CannotRun(f"{source!r} is neither a file nor MODULE:ATTRIBUTE")
    documents = opened_document(source, root, allow_http)
    return source, _bundled(documents) if bundle else documents.main.data


def documents_of_server(target: str) -> tuple[Documents, str | None]:
    """The document of an application's server, opened: of a client, as its server sees it.

    Returns:
        It, and the file that it is; `None` where code makes it, or it is the client's.

    Raises:
        SpecError: it cannot be used.
    """
    from asyncapi_guard.contract import Perspective
    from asyncapi_guard.drift.enforcement import described_side
    from asyncapi_guard.drift.found_servers import is_client
    from asyncapi_guard.spec.loader import open_documents
    from asyncapi_guard.spec.mirroring import mirror

    loaded = application(target)
    spec = _spec_of(loaded.server)
    is_its_own = spec is None or described_side(loaded.server) is Perspective.CLIENT
    turned = is_client(loaded.server) and is_its_own
    if isinstance(spec, (str, os.PathLike)) and not turned:
        return open_documents(spec), os.fspath(spec)
    data = _of_application(loaded, None, (), bundle=True)
    if turned:
        mirror(data)
    return open_documents(data), None


def _of_application(
    loaded: Loaded, root: str | None, allow_http: tuple[str, ...], *, bundle: bool
) -> Any:
    from asyncapi_guard.drift.factories import is_empty, is_initialised

    server = loaded.server
    spec = _spec_of(server)
    if spec is None and not is_initialised(server) and is_empty(server):
        raise CannotRun(f"{loaded.name!r} has nothing to export")
    if spec is None or (hasattr(server, "asyncapi_doc") and not bundle):
        return document_of_code(loaded)
    documents = opened_document(spec, root, allow_http)
    return _bundled(documents) if bundle else documents.main.data


def _spec_of(server: Any) -> Any:
    """The document that a server is guarded by; `None` where its code is its document."""
    from asyncapi_guard.drift.enforcement import own_file

    return server.spec if hasattr(server, "asyncapi_doc") else own_file(server)


def opened_document(
    spec: Any, root: str | None, allow_http: tuple[str, ...], wanted: str = "exported"
) -> Documents:
    """A document, read; its faults are shown, and what it is not for them."""
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.loader import open_documents

    try:
        return open_documents(spec, root=root, allow_http=allow_http)
    except SpecError as error:
        refuse(error, wanted)


def _bundled(documents: Documents) -> Any:
    from asyncapi_guard.errors import SpecError
    from asyncapi_guard.spec.export import bundle

    try:
        return bundle(documents)
    except SpecError as error:
        refuse(error)


def document_of_code(loaded: Loaded) -> Any:
    """The document that code makes; what it does not say is told on standard error."""
    from asyncapi_guard.cli.unread_emits import say_unread
    from asyncapi_guard.drift.code_document import code_document
    from asyncapi_guard.drift.discovery import (
        emissions_from,
        handlers_of,
        inference_of,
        sources_of,
    )
    from asyncapi_guard.errors import SpecError

    sources = sources_of(loaded)
    try:
        handlers = handlers_of(loaded, sources)
        inference = inference_of(loaded, sources, handlers)
        emissions = emissions_from(loaded, inference)
        document = code_document(loaded, handlers, emissions, inference)
    except SpecError as error:
        refuse(error)
    except RuntimeError as error:  # generate_docs=False
        raise CannotRun(str(error)) from error
    except ModuleNotFoundError as error:
        if "pydantic" not in (error.name, getattr(error.__cause__, "name", None)):
            raise
        raise CannotRun(f"{error}; export needs it for every document") from error
    for note in document.notes:
        click.echo(str(note), err=True)
    if document.is_of_code:
        say_unread(emissions)
    return document.data


def refuse(error: Any, wanted: str = "exported") -> NoReturn:
    """Show the faults of a document, and what it is not for them; nothing is written then."""
    report = render("full", [FileReport(error.file, error.findings)], quiet=True)
    click.echo(report + "\n", err=True, color=wants_color(sys.stderr))
    raise CannotRun(f"{error.file} cannot be {wanted}: it has errors") from error
