"""A mock does what its document says: a test of it finds nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from levels import LEVEL

from asyncapi_guard import AsyncAPIGuardError, Guard, load, testing
from asyncapi_guard.contract_tests.engine import run
from asyncapi_guard.contract_tests.failures import Phase
from asyncapi_guard.contract_tests.settings import Settings

ROOT = Path(__file__).parents[2]
#: Documents of others, on machines that have them.
CORPUS = ROOT.parent / "shared" / "corpus" / "real"
#: A mock takes any credential that is well formed, unless it is told which are right.
PHASES = tuple(each for each in Phase if each is not Phase.SECURITY)
OURS = sorted([*ROOT.glob("examples/*/asyncapi.yml"), *ROOT.glob("specs/*.yml")])


def documents() -> list[Any]:
    theirs = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []
    some = theirs if LEVEL.fuzzing > 30 else theirs[::60]  # all of them take an hour
    gone = pytest.mark.skip(reason="the documents of others are not here")
    return [
        *(pytest.param(each, id=f"{each.parent.name}-{each.name}") for each in OURS),
        *(pytest.param(each, id=each.name) for each in some),
        *([] if theirs else [pytest.param(CORPUS, id="others", marks=gone)]),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("file", documents())
def test_a_test_of_a_mock_finds_nothing(file: Path) -> None:
    """Neither a failure, nor a warning about what frameworks let through."""
    try:
        contract = load(file)
        Guard(contract)
    except AsyncAPIGuardError:
        pytest.skip("it is no contract of Socket.IO; the loader's own tests look at it")
    if any("?" in (channel.address or "") for channel in contract.channels.values()):
        pytest.skip("clients take the ? of an address for a query; validate says so")
    servers = contract.servers
    server = next(iter(servers), None) if len({s.security for s in servers.values()}) > 1 else None
    found: list[Any] = []
    # What the test sends is wrong on purpose.
    with suppress(testing.ContractBroken), testing.mock(file, server=server) as mock:
        report = run(contract, Settings(mock.url, time=5, phases=PHASES, transport_fails=True))
        found = [(each.check, each.event, each.message) for each in report.failures]
    assert found == []
