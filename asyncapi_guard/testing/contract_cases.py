"""`from_path`: tests of a server against its document, in your own test suite.

The tests are the same as in `asyncapi-guard test`, with a case for each event and phase. The code
that sends and validates is imported when a case runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract_tests.failures import Phase
from asyncapi_guard.testing.documents import contract_of
from asyncapi_guard.testing.replaying import ServerBrokeContract

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    from asyncapi_guard.contract import Contract

__all__ = ["Case", "ContractSchema", "from_path"]

#: Phases about one event; the others are about a whole namespace.
_OF_EVENTS = (Phase.EXAMPLES, Phase.COVERAGE, Phase.RANDOM)


@dataclass(frozen=True)
class Case:
    """One test of a server: an event in one phase, or a namespace.

    Attributes:
        namespace: the Socket.IO namespace.
        event: the event that is sent; empty for a test of the whole namespace.
        phase: the part of a run of `asyncapi-guard test`.
    """

    namespace: str
    event: str
    phase: Phase
    _contract: Contract = field(repr=False)
    _options: Mapping[str, Any] = field(repr=False)

    def check(self, url: str, **options: Any) -> None:
        """Run the test.

        Args:
            url: the URL of the server.
            options: the options of `from_path`, for this case only.

        Raises:
            ServerBrokeContract: the server broke the contract. It is an AssertionError that lists
                the packets.
            CannotConnect: no Socket.IO server responds at the URL.
        """
        from asyncapi_guard.contract_tests.engine import run
        from asyncapi_guard.contract_tests.settings import Settings
        from asyncapi_guard.contract_tests.wording import secrets_of

        settings = Settings(
            url,
            namespaces=(self.namespace,),
            events=(self.event,) if self.event else (),
            phases=(self.phase,),
            **{**self._options, **options},
        )
        report = run(self._contract, settings)
        if report.failures:
            raise ServerBrokeContract(report.failures, secrets_of(settings))

    def __str__(self) -> str:
        space = self.namespace if self.event else f"{self.namespace} all"
        return f"{space} {self.event} {self.phase}".replace("  ", " ")


@dataclass(frozen=True)
class ContractSchema:
    """The tests of a server against one document.

    Attributes:
        contract: the contract compiled from the document.
    """

    contract: Contract
    _options: Mapping[str, Any] = field(repr=False)

    def cases(
        self,
        *,
        phases: Iterable[str] | None = None,
        namespaces: Iterable[str] = (),
        events: Iterable[str] = (),
    ) -> list[Case]:
        """List the tests: each phase of each event, and the tests of whole namespaces.

        Args:
            phases: only those; all but `transport` by default.
            namespaces: only those.
            events: only those.
        """
        from asyncapi_guard.contract_tests.judge import Judge

        judge, chosen = Judge(self.contract), _phases(phases)
        only, wanted = tuple(namespaces), tuple(events)
        found = []
        for namespace in judge.namespaces():
            if only and namespace not in only:
                continue
            received = [each.event for each in judge.received(namespace)]
            names = [each for each in received if not wanted or each in wanted]
            for phase in chosen:
                subjects = names if phase in _OF_EVENTS else [""] if not wanted else []
                found += [self._case(namespace, event, phase) for event in subjects]
        return found

    def _case(self, namespace: str, event: str, phase: Phase) -> Case:
        return Case(namespace, event, phase, self.contract, self._options)

    def parametrize(
        self,
        *,
        phases: Iterable[str] | None = None,
        namespaces: Iterable[str] = (),
        events: Iterable[str] = (),
    ) -> Callable[[Any], Any]:
        """Parametrize a pytest test with the cases, as its argument `case`.

            schema = testing.from_path("asyncapi.yml")

            @schema.parametrize()
            def test_api(case):
                case.check("http://localhost:5000")

        Args:
            phases: only those; all but `transport` by default.
            namespaces: only those.
            events: only those.
        """
        import pytest

        cases = self.cases(phases=phases, namespaces=namespaces, events=events)
        return pytest.mark.parametrize("case", cases, ids=str)


def _phases(names: Iterable[str] | None) -> tuple[Phase, ...]:
    if names is None:
        return tuple(each for each in Phase if each is not Phase.TRANSPORT)
    return tuple(map(Phase, names))


def from_path(
    spec: str | os.PathLike[str] | Mapping[str, Any] | Contract, **options: Any
) -> ContractSchema:
    """Read a document and return tests of servers against it.

    Args:
        spec: the document: a path, data, or what `load` returned.
        options: the options of `asyncapi-guard test`, as keyword arguments: `auth`, `headers`,
            `query`, `cookies`,
            `seed`, `max_examples`, `time` (seconds for each case), `ack_timeout`, `workers`,
            `rejected_when` (a function of the tuple of an ack's values), `own_this_server`.

    Raises:
        SpecError: an invalid document.
        TypeError: an unknown option.
        ValueError: an option with an invalid value.
    """
    from asyncapi_guard.contract_tests.settings import Settings

    Settings("http://localhost", **options)
    return ContractSchema(contract_of(spec), options)
