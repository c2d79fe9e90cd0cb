"""Events are added to a file, or nothing is: for `add event`, and for whoever finds them missing.

The new text must load, say of every operation what it said before, have the new events, and give no
finding that the file did not give.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.cli.command_errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.settings import Settings
    from asyncapi_guard.spec.additions import NewEvent

__all__ = ["Addition", "CannotAdd", "add_events"]


class CannotAdd(CannotRun):
    """Nothing is written: the message says why."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A file with events added; not yet written.

    Attributes:
        path: the file.
        old: what is in it.
        new: what is to be in it.
    """

    path: Path
    old: bytes
    new: bytes


def add_events(
    file: str,
    events: Sequence[NewEvent],
    *,
    settings: Settings,
    root: str | None = None,
    allow_http: Sequence[str] = (),
) -> Addition:
    """The content of a file with events added as its author would; the file is only read.

    `write_whole(addition.path, addition.new)` writes it, `unified` shows it.

    Args:
        file: the AsyncAPI document.
        events: what to add: namespace, event, direction, schemas of payload and ack, and the
            component schemas that these refer to.
        settings: which findings count.
        root: the folder that references may not leave; by default the file's own.
        allow_http: hosts that references may lead to over http(s).

    Raises:
        CannotAdd: the file has errors, an event is there already, the edit would change more than
            was meant, or the result would have findings that the file does not have.
    """
    from asyncapi_guard.errors import EditRefused, SpecError
    from asyncapi_guard.spec.additions import CannotAddError, additions
    from asyncapi_guard.spec.compiler import compile_contract
    from asyncapi_guard.spec.edit import apply_edits
    from asyncapi_guard.spec.loader import open_documents

    options: dict[str, Any] = {"root": root, "allow_http": allow_http}
    path = Path(file)
    try:
        old = path.read_bytes()
        documents = open_documents(path, raw=old, **options)
        before = compile_contract(documents, "auto")
        edits = additions(documents, before, events)
        new = apply_edits(file, path.absolute().as_uri(), old, edits)
        after = compile_contract(open_documents(path, raw=new, **options), "auto")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotAdd(f"{file} cannot be read: {reason}") from error
    except SpecError as error:
        raise CannotAdd(f"{error}\nnothing was added: the document does not load") from error
    except EditRefused as error:
        raise CannotAdd(f"{error}\nnothing was added") from error
    except CannotAddError as error:
        raise CannotAdd(f"{file}: {error}") from error
    _check_contract(file, before, after, events)
    _check_findings(file, old, new, {**options, "settings": settings})
    return Addition(path, old, new)


def _check_contract(
    file: str, before: Contract, after: Contract, events: Sequence[NewEvent]
) -> None:
    wanted = {(new.namespace, new.action, new.event) for new in events}
    old, now = _events(before), _events(after)
    if now == old | wanted:
        return
    other = sorted(f"{action} {event}" for _, action, event in now ^ (old | wanted))
    raise CannotAdd(
        f"{file}: the event was not added, because that would also change {', '.join(other)}; give "
        "each operation and each reply of this channel its own `messages` first"
    )


def _events(contract: Contract) -> set[tuple[str | None, Any, str]]:
    return {
        (contract.channels[each.channel].address, each.action, message.event)
        for each in contract.operations.values()
        for message in each.messages
    }


def _check_findings(file: str, old: bytes, new: bytes, options: dict[str, Any]) -> None:
    from asyncapi_guard.lint import lint

    known = {_identity(each) for each in lint(file, raw=old, **options)}
    more = [each for each in lint(file, raw=new, **options) if _identity(each) not in known]
    if more:
        found = "\n".join(f"  {each.code}: {each.message} (at {each.pointer})" for each in more)
        raise CannotAdd(f"{file}: nothing was added: validate would find\n{found}")


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.file, finding.code, finding.pointer
