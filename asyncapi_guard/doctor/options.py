"""Options that let through what a document does not allow, or show what few should see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.doctor.checks import Check, Status
from asyncapi_guard.doctor.guards import guarding_of, role_of
from asyncapi_guard.guard.security import used_schemes
from asyncapi_guard.schema import get_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.guard import Policy

__all__ = ["engine_check", "option_checks"]

#: So many names stand in a sentence.
_MOST = 5


def option_checks(target: Any, subject: str) -> Iterator[Check]:
    """Look at the options of a guarded server, client or manager, and of its guard.

    Args:
        target: it.
        subject: what people call it.
    """
    guarding = guarding_of(target)
    is_server = role_of(target) == "server"
    found: list[tuple[Status, str, str, str]] = []
    if guarding is not None:
        guard = guarding.in_force
        found += _of_policy(guard.policy)
        found += _of_document(guard.contract)
        if is_server:
            found += _of_security(guarding, guard)
            found += _of_answers(guarding)
            found += _of_console(guarding)
    if is_server:
        found += _of_origins(target)
    for status, code, text, remedy in found:
        yield Check(status, code, subject, text, remedy)


def engine_check() -> Check:
    """Look at what validates."""
    name = get_engine("auto").name
    if name == "rust":
        return Check(Status.OK, "engine", "schemas", "validated by jsonschema-rs")
    return Check(
        *(Status.WARNING, "engine", "schemas", f"validated by {name}, which is slow"),
        "pip install jsonschema-rs",
    )


def _of_policy(policy: Policy) -> Iterator[tuple[Status, str, str, str]]:
    if policy.mode is Mode.OFF:
        yield (
            *(Status.ERROR, "mode", "the mode is off, so nothing is validated"),
            "set Policy(mode='report') to log violations without rejecting events",
        )
    elif policy.mode is Mode.REPORT:
        yield (
            *(Status.WARNING, "mode", "the mode is report, so violations aren't rejected"),
            "set Policy(mode='enforce'), the default, to reject them",
        )
    for name in ("checkpoints", "operations"):
        weak = {key: mode for key, mode in getattr(policy, name).items() if mode != Mode.ENFORCE}
        if weak:
            listed = _listed([f"{key} ({mode})" for key, mode in weak.items()])
            yield Status.WARNING, f"policy-{name}", f"not enforced: {listed}", f"see Policy.{name}"
    for name in ("undeclared_events", "undeclared_namespaces"):
        mode = getattr(policy, name)
        if mode is not None and mode is not Mode.ENFORCE:
            code = f"policy-{name.replace('_', '-')}"
            text = f"{name.replace('_', ' ')} are accepted ({mode})"
            yield Status.WARNING, code, text, f"declare them, and remove Policy.{name}"
    if policy.exclude:
        text = f"not validated: namespaces {_listed(sorted(policy.exclude))}"
        yield Status.WARNING, "policy-exclude", text, "declare them, and remove Policy.exclude"
    if policy.include_values:
        text = "violations contain payload values, which might be passwords"
        yield Status.WARNING, "policy-include-values", text, "remove Policy.include_values"


def _of_document(contract: Contract) -> Iterator[tuple[Status, str, str, str]]:
    modes = {
        name: mode
        for operation in contract.operations.values()
        for name, mode in (
            (operation.id, operation.mode),
            *((f"{operation.id}/{message.id}", message.mode) for message in operation.messages),
        )
    }
    weak = [f"{name} ({mode})" for name, mode in modes.items() if mode not in (None, Mode.ENFORCE)]
    if weak:
        text = f"not enforced by the document: {_listed(weak)}"
        yield Status.WARNING, "x-guard-mode", text, "remove x-guard.mode from them"


def _of_security(guarding: Any, guard: Any) -> Iterator[tuple[Status, str, str, str]]:
    schemes = [each.name or each.type for each in used_schemes(guard.contract)]
    if not schemes:
        return
    mode = guard.policy.of_security
    if mode is not Mode.ENFORCE:
        text = f"security is not enforced ({mode}), but the document requires {_listed(schemes)}"
        yield Status.WARNING, "security", text, "pass security= with a verifier for each"
        return
    without = [name for name in schemes if name not in guarding.verifiers]
    if without:
        text = f"no verifier for {_listed(without)}, so your connect handler must verify it"
        yield Status.WARNING, "security", text, f"pass {guarding.verifiers_option}="


def _of_answers(guarding: Any) -> Iterator[tuple[Status, str, str, str]]:
    if guarding.reject_event is None:
        yield (
            *(Status.WARNING, "reject-event"),
            "clients that don't request an ack don't learn that their event was rejected",
            "pass reject_event= with the name of an event",
        )


def _of_console(guarding: Any) -> Iterator[tuple[Status, str, str, str]]:
    serving = guarding._serving  # noqa: SLF001  # applications have no business with it
    if serving is not None and not serving.has_auth:
        text = "anyone who can reach the console can read the document"
        yield Status.WARNING, "open-console", text, "pass docs_auth= to require a login"


def _of_origins(server: Any) -> Iterator[tuple[Status, str, str, str]]:
    origins = getattr(server.eio, "cors_allowed_origins", None)
    if origins == []:
        what = "[] turns the origin check off"
    elif origins == "*" or (isinstance(origins, (list, tuple)) and "*" in origins):
        what = "'*' lets pages of every site connect with the cookies of their visitors"
    else:
        return
    yield (
        *(Status.WARNING, "cors-origins", f"cors_allowed_origins={what}"),
        "list the origins of your own pages",
    )


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f", and {more} more" if more > 0 else "")
