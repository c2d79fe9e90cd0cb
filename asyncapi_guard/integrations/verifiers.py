"""Whether an application says who its clients are, wherever its document requires that."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import Mode
from asyncapi_guard.errors import InstallationError
from asyncapi_guard.guard.policy import Policy, with_near_names
from asyncapi_guard.guard.security import used_schemes
from asyncapi_guard.integrations.recording.log import write

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from asyncapi_guard.contract import Contract, SecurityScheme
    from asyncapi_guard.guard import Guard
    from asyncapi_guard.integrations.deciding.decisions import Guarding

__all__ = ["check_security", "check_timeout", "check_verifiers", "on_server", "with_names"]

_EXAMPLE = "{'bearer': verify_bearer}"


def check_verifiers(given: Any, option: str) -> Mapping[str, Callable[..., Any]]:
    """The verifiers that an application passes.

    Args:
        given: they, by the names of security schemes; `None` for none.
        option: what they are passed as.

    Raises:
        TypeError: they are something else.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        kind = type(given).__name__
        raise TypeError(f"{option} takes verifiers by names, such as {_EXAMPLE}, not a {kind}")
    for name, verify in given.items():
        if not callable(verify):
            kind = type(verify).__name__
            raise TypeError(f"{option}[{name!r}] takes a function, not a {kind}")
    return dict(given)


def with_names(verifiers: Collection[str], contract: Contract, option: str) -> None:
    """See that verifiers are for schemes that the document has.

    Raises:
        ValueError: one is not; with the names that were probably meant.
    """
    known = {*contract.security_schemes, *(each.name for each in used_schemes(contract))}
    unknown = set(map(str, verifiers)) - known
    if unknown:
        named = with_near_names(unknown, sorted(known))
        raise ValueError(f"{option} has verifiers for schemes that the document lacks: {named}")


def check_timeout(given: Any) -> float:
    """How many seconds verifiers have.

    Raises:
        TypeError: it is no number.
        ValueError: it is none of seconds.
    """
    if given is None:
        return 5.0
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(
            f"security_timeout must be a number of seconds, not a {type(given).__name__}"
        )
    if not 0 < given < float("inf"):
        raise ValueError(f"security_timeout must be more than 0 seconds, not {given}")
    return float(given)


def on_server(contract: Contract, name: str, policy: Policy | None = None) -> Contract:
    """The contract as one of its servers sees it.

    Args:
        contract: of all servers.
        name: of one of them.
        policy: what is done there.

    Raises:
        ValueError: there is no such server, or the policy names operations of others only.
    """
    if name not in contract.servers:
        named = with_near_names([name], contract.servers)
        raise ValueError(f"server is none of the document's servers: {named}")
    here = contract.on_server(name)
    modes = policy.operations if isinstance(policy, Policy) else {}
    elsewhere = sorted(modes.keys() & contract.operations.keys() - here.operations.keys())
    if elsewhere:
        raise ValueError(
            f"the policy names operations that server={name!r} leaves out, because their channels "
            f"are on other servers: {', '.join(map(repr, elsewhere))}"
        )
    return here


def check_security(guarding: Guarding, server: Any, guard: Guard) -> None:
    """See that a server can know who its clients are, before the first one comes.

    Args:
        guarding: whose guard is put on it.
        server: a `socketio.Server` or a `socketio.AsyncServer`.
        guard: what will judge there.

    Raises:
        InstallationError: it cannot; the mode is `enforce`.
    """
    mode = guard.policy.of_security
    if mode is Mode.OFF:
        return
    trusts, contract = guarding.trusts_handlers, guard.contract
    schemes = tuple(contract.security_schemes.values()) if trusts else used_schemes(contract)
    missing = [each for each in schemes if each.name not in guarding.verifiers]
    if missing and trusts:
        write(logging.WARNING, "%s", _left_to_handlers(missing))
        schemes = tuple(each for each in schemes if each not in missing)
    elif missing:
        _fail(mode, _without_verifier(missing, guarding))
    unfit = _unfit_verifiers(schemes, guarding.verifiers)
    for text in (*unfit, *_unlike_servers(contract), *_unchecked_origins(schemes, server)):
        _fail(mode, text)


def _fail(mode: Mode, text: str) -> None:
    if mode is Mode.ENFORCE:
        raise InstallationError(text)
    write(logging.WARNING, "%s", text)


def _left_to_handlers(missing: list[SecurityScheme]) -> str:
    names = ", ".join(repr(each.name) for each in missing)
    line = ", ".join(f"{each.name!r}: verify_{_identifier(each.name)}" for each in missing)
    return (
        f"no verifier is there for {names}, so that is left to your connect handlers; to have it "
        f"enforced, pass verifiers={{{line}}}"
    )


def _without_verifier(missing: list[SecurityScheme], guarding: Guarding) -> str:
    inline = [each for each in missing if not each.name]
    if inline:
        return (
            f"the security scheme at {inline[0].location} has no name, so nothing can verify it: "
            "move it to components.securitySchemes, and refer to it"
        )
    names, given = ", ".join(repr(each.name) for each in missing), guarding.verifiers
    parts = [
        *(f"{name!r}: {getattr(verify, '__name__', '...')}" for name, verify in given.items()),
        *(f"{each.name!r}: verify_{_identifier(each.name)}" for each in missing),
    ]
    return (
        f"the document requires {names} of clients, and nothing verifies that; pass\n"
        f"    {guarding.verifiers_option}={{{', '.join(parts)}}}\n"
        "or policy=Policy(security='off'), if your application verifies its clients itself"
    )


def _unfit_verifiers(
    schemes: tuple[SecurityScheme, ...], verifiers: Mapping[str, Callable[..., Any]]
) -> Iterator[str]:
    """Verifiers that would reject everybody, as those of `asyncapi_guard.security` know it."""
    for scheme in schemes:
        unfit = getattr(verifiers.get(scheme.name), "unfit", None)
        reason = unfit(scheme) if callable(unfit) else None
        if reason:
            yield f"the verifier of {scheme.name!r} does not fit that scheme: {reason}"


def _identifier(name: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in name).lower()


def _unlike_servers(contract: Contract) -> Iterator[str]:
    """Servers that require different things: which of them is this one?"""
    if len({server.security for server in contract.servers.values()}) > 1:
        *others, last = map(repr, contract.servers)
        yield (
            f"the servers {', '.join(others)} and {last} of the document require different things "
            f"of clients: say which of them this one is, as in AsyncAPIGuard(..., server={last})"
        )


def _unchecked_origins(schemes: tuple[SecurityScheme, ...], server: Any) -> Iterator[str]:
    """Cookies, which browsers send along with the requests of any site."""
    cookies = [each for each in schemes if each.place == "cookie"]
    allowed = server.eio.cors_allowed_origins
    if cookies and _allows_everybody(allowed):
        yield (
            f"the security scheme {cookies[0].name!r} is a cookie, and cors_allowed_origins="
            f"{allowed!r} accepts connections from pages of any site, which browsers send the "
            "cookie along with: list the origins of your own pages"
        )


def _allows_everybody(origins: Any) -> bool:
    """Whether engine.io takes what it is given as `cors_allowed_origins` for any origin.

    The origin `null` is that of a sandboxed frame, which any page can have.
    """
    if origins is None or callable(origins):
        return False
    if isinstance(origins, str):
        return origins in ("*", "null")
    return origins == [] or "*" in origins or "null" in origins
