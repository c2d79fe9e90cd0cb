"""`drift`: where the code of an application and its AsyncAPI file say different things.

Both sides are given as values: handlers with their places and what their hints say, the events that
the sources emit, and the contract of the file. Every difference is a finding, at the code where
there is code, and its message names the place in the file; what only the file has is found there.

`connect` and `disconnect` need not be on both sides: the guard judges what the file says of them
without a handler, and handlers of them are no events. Catch-all handlers handle whatever the file
has in their namespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract import Action, Contract
from asyncapi_guard.drift.applications import short_name
from asyncapi_guard.drift.compared import ANY, CODES, RESERVED
from asyncapi_guard.drift.comparing_emits import ComparedEmits
from asyncapi_guard.drift.comparing_handlers import ComparedHandlers
from asyncapi_guard.drift.declared_events import DeclaredEvents
from asyncapi_guard.drift.document_lines import DocumentLines
from asyncapi_guard.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncapi_guard.codefirst.stale_models import StaleModels
    from asyncapi_guard.drift.compared import Declared, Handler
    from asyncapi_guard.drift.emits import Answer, Emit, Unread
    from asyncapi_guard.spec.references import Documents

__all__ = ["drift", "missing_events"]


def drift(  # noqa: PLR0913  # what an application has, and what its file says
    handlers: Sequence[Handler],
    emits: Sequence[Emit],
    declared: Sequence[Declared],
    contract: Contract,
    documents: Documents,
    unread: Sequence[Unread] = (),
    *,
    enforced: bool = False,
    stale: Sequence[StaleModels] = (),
    answers: Mapping[tuple[str, int], Sequence[Answer]] | None = None,
    partial: bool = False,
) -> tuple[Finding, ...]:
    """Every difference, in the order of files and lines.

    Args:
        handlers: those of the application.
        emits: what its sources emit or declare to.
        declared: the models of what it sends.
        contract: what the file says.
        documents: the file, for its lines.
        unread: emits of which only the run knows what they emit.
        enforced: the server enforces the file, whatever the types in the code say.
        stale: generated modules that are out of date.
        answers: what functions return, by their files and first lines (`Emissions.answers`).
        partial: the file is the other side's, of which the application need not use everything.
    """
    file = DeclaredEvents(contract, DocumentLines(documents))
    handled, emitted = ComparedHandlers(file, enforced=enforced), ComparedEmits(file)
    found: dict[Finding, None] = {}
    found.update(dict.fromkeys(handled.of_handlers(handlers)))
    found.update(dict.fromkeys(handled.of_answers(handlers, answers or {})))
    if not partial:
        found.update(dict.fromkeys(handled.unhandled(handlers)))
        found.update(dict.fromkeys(emitted.unsent(emits, declared, unread)))
    found.update(dict.fromkeys(emitted.of_emits(emits)))
    found.update(dict.fromkeys(emitted.of_declared(declared, emits)))
    found.update(dict.fromkeys(emitted.of_unread(unread)))
    found.update(dict.fromkeys(map(_stale, stale)))
    return tuple(sorted(found))


def _stale(models: StaleModels) -> Finding:
    code = "stale-models"
    file = short_name(str(models.file))
    return Finding(file, 1, 1, "", str(models), code, CODES[code])


def missing_events(
    handlers: Sequence[Handler],
    declared: Sequence[Declared],
    contract: Contract,
    documents: Documents,
) -> list[tuple[str, Action, str]]:
    """Namespace, direction and name of what is handled, or declared to be sent, beside the file.

    Handlers of all events or of all namespaces have no place in it.
    """
    file = DeclaredEvents(contract, DocumentLines(documents))
    wanted = [(each.namespace, Action.RECEIVE, each.event) for each in handlers]
    wanted += [(each.namespace, Action.SEND, each.event) for each in declared]
    return [
        key
        for key in dict.fromkeys(wanted)
        if ANY not in (key[0], key[2]) and key[2] not in RESERVED and not file.has(*key)
    ]
