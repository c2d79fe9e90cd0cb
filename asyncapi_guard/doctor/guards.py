"""Whether a guard is on a server, a client or a manager, and whether it still sees the traffic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.doctor.checks import Check, Status
from asyncapi_guard.integrations.installed import MARK
from asyncapi_guard.integrations.recording.source_lines import shown_path
from asyncapi_guard.integrations.targets import kind_of
from asyncapi_guard.integrations.what_to_pass import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["guard_checks", "guarding_of", "role_of"]

_PASSES = {
    "server": "events that it receives and sends aren't validated",
    "client": "events that it sends and receives aren't validated",
    "publisher": "events that it publishes are validated only by the servers that receive them",
}


def _adapter_of(target: Any) -> Any:
    """Return what a guard has put on a server, a client or a manager; `None` without a guard."""
    return getattr(target, "__dict__", {}).get(MARK)


def guarding_of(target: Any) -> Any:
    """Return the `AsyncAPIGuard` of a server, a client or a manager; `None` without one."""
    adapter = _adapter_of(target)
    # A simple client's makes those that decide each time that it connects.
    return getattr(getattr(adapter, "decide", adapter), "guarding", None)


def role_of(target: Any) -> str:
    """Return what something is for: `server`, `client` or `publisher`."""
    kind = kind_of(target)
    return "publisher" if kind == "manager" else kind


def guard_checks(target: Any, subject: str, *, named: bool = True) -> Iterator[Check]:
    """Look whether something is guarded.

    Args:
        target: a server, a client or a manager of python-socketio.
        subject: what people call it.
        named: somebody has asked for it; else it was found beside that.
    """
    adapter, kind = _adapter_of(target), role_of(target)
    if adapter is None:
        status = Status.ERROR if named or kind == "server" else Status.WARNING
        text = f"unguarded {kind} ({_called(target)}): {_PASSES[kind]}"
        remedy = "pass it to guard.protect(), or its SocketIO to guard.init_app()"
        yield Check(status, f"unguarded-{kind}", subject, text, remedy)
        return
    guarding = guarding_of(target)
    about = "" if guarding is None else f" by {_document(guarding.in_force.contract)}"
    yield Check(Status.OK, "guard", subject, f"guarded {kind} ({_called(target)}){about}")
    yield from _hook_checks(adapter, kind, subject)


def _hook_checks(adapter: Any, kind: str, subject: str) -> Iterator[Check]:
    replaced = getattr(adapter, "replaced", None)
    if replaced is None:
        return  # a simple client makes another one each time that it connects
    missing: list[str] = []
    wrapped: list[str] = []
    for name, reaches in replaced.displaced():
        (wrapped if reaches else missing).append(name)
    if missing:
        yield Check(
            Status.ERROR,
            "replaced-hook",
            subject,
            f"another library replaced {', '.join(missing)} of this {kind} after the guard, so "
            "some traffic might not be validated",
            "call guard.protect() last, or call the replaced method from the replacement",
        )
    if wrapped:
        yield Check(
            Status.OK,
            "wrapped-hook",
            subject,
            f"another library wraps {', '.join(wrapped)} of this {kind}, and calls the guard",
        )
    if not missing:
        yield Check(Status.OK, "hooks", subject, "all hooks are in place")


def _called(target: Any) -> str:
    """A class by the name that people import it by."""
    kind = type(target)
    package = kind.__module__.partition(".")[0]
    is_theirs = getattr(sys.modules.get(package), kind.__name__, None) is kind
    return f"{package}.{kind.__name__}" if is_theirs else dotted(kind)


def _document(contract: Any) -> str:
    """A document and how much is in it, for people."""
    name = contract.sources[0].name if contract.sources else "type hints"
    named = "a document passed as data" if name.startswith("<") else shown_path(Path(name))
    count = len(contract.operations)
    return f"{named} ({count} operation{'s' * (count != 1)})"
