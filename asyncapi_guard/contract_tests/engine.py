"""Runs the tests: phase after phase, within the time of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.failures import Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.contract_tests.failures import Phase
    from asyncapi_guard.contract_tests.settings import Settings

__all__ = ["run"]


def run(
    contract: Contract,
    settings: Settings,
    progress: Callable[[Phase, int, int], None] | None = None,
) -> Report:
    """Test a server against its contract.

    Args:
        contract: of the server, as `asyncapi_guard.load` returns it.
        settings: what is tested, and how long.
        progress: called now and then with the phase that runs, how many events it has sent, and how
            many failures there are.

    Raises:
        CannotConnect: nobody answers at the URL, or it is no Socket.IO server.
    """
    raise NotImplementedError
