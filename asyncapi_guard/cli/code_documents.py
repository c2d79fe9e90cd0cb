"""The document that an application's code makes, for commands that write it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from asyncapi_guard.cli.command_errors import CannotRun
from asyncapi_guard.cli.reporters import FileReport, render, wants_color

if TYPE_CHECKING:
    from asyncapi_guard.drift.applications import Loaded

__all__ = ["document_of_code", "refuse"]


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
