"""Coverage of a document by the traffic of guards: `AsyncAPIGuard.measure_coverage`."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.errors import InstallationError
from asyncapi_guard.integrations.recording.log import write
from asyncapi_guard.integrations.traffic import observe_traffic

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.contract import Contract
    from asyncapi_guard.coverage.data_files import Data, DataFile
    from asyncapi_guard.coverage.facts import Key
    from asyncapi_guard.coverage.recording import Recording
    from asyncapi_guard.coverage.report import Report
    from asyncapi_guard.integrations.traffic import Traffic

__all__ = ["VARIABLE", "MeasuresCoverage", "installed"]

#: The environment variable by which a test run has all guards of its processes measured.
VARIABLE = "ASYNCAPI_GUARD_COVERAGE"
_NOT_MEASURED = (
    "the guard does not measure coverage: call guard.measure_coverage('guard-{pid}.cov') before "
    "traffic comes"
)


class Coverage:
    """What was seen of each document, by this process.

    Args:
        pattern: the name of the file of each process; `None` for no files.
    """

    def __init__(self, pattern: str | None) -> None:
        from asyncapi_guard.coverage.data_files import DataFile

        self._file: DataFile | None = None if pattern is None else DataFile(pattern, _complain)
        self._recordings: list[_OfDocument] = []

    def of(self, contract: Contract, perspective: str) -> _OfDocument:
        """What was seen of a document; equal ones are one."""
        for each in self._recordings:
            if each.is_of(contract):
                return each
        made = _OfDocument(contract, perspective, self._file)
        for each in self._recordings:
            if each.document == made.document and made.document:
                made.recording.model.mark(each.recording.keys())
        self._recordings.append(made)
        if self._file is not None:  # from its first line it is known that there is a guard
            self._file.add([], made.data())
        # Another thread may have been here.
        return next(each for each in self._recordings if each.is_of(contract))

    def begin(self, guarding: Any) -> _Observer:
        """As `observer`, for a guard that is known from now on."""
        self.of(guarding.in_force.contract, str(guarding.perspective))
        return self.observer(guarding)

    def observer(self, guarding: Any) -> _Observer:
        """What sees the traffic of a guard."""
        return _Observer(self, guarding)

    def data(self, own: _OfDocument) -> list[Data]:
        """What this process, and others by their files, have seen of a document."""
        from asyncapi_guard.coverage.data_files import NotCoverage, names_like, read_data

        found = [own.data()]
        paths = [] if self._file is None else names_like(self._file.pattern)
        for path in paths:
            if self._file is not None and path == self._file.path:
                continue
            try:
                found += [each for each in read_data(path) if each.digest == own.digest]
            except (NotCoverage, OSError) as error:
                _complain(f"coverage is not merged: {error}")
        return found


class _OfDocument:
    """What was seen of one document."""

    def __init__(self, contract: Contract, perspective: str, file: DataFile | None) -> None:
        from asyncapi_guard.coverage.data_files import digest_of
        from asyncapi_guard.coverage.places import path_of
        from asyncapi_guard.coverage.recording import Recording

        self.recording: Recording = Recording(contract, self._add)
        self.digest: str = digest_of(self.recording.model)
        main = next((each for each in contract.sources if each.name == contract.file), None)
        path = None if main is None else path_of(main)
        self.document: str = "" if path is None else str(path)
        self._perspective = perspective
        self._file = file

    def is_of(self, contract: Contract) -> bool:
        """Whether a contract says the same."""
        own = self.recording.model.contract
        if contract is own:
            return True
        texts = [[(each.uri, each.digest) for each in one.sources] for one in (own, contract)]
        if all(digest for one in texts for _, digest in one) and texts[0] != texts[1]:
            return False
        return contract == own

    def data(self) -> Data:
        """All of it."""
        from asyncapi_guard.coverage.data_files import Data

        keys = set(self.recording.keys())
        return Data(self.document, self.digest, self._perspective, keys)

    def _add(self, keys: list[Key]) -> None:
        if self._file is not None:
            self._file.add(keys, self.data())


class _Observer:
    """Sees the traffic of one guard; whichever document is in force there."""

    def __init__(self, coverage: Coverage, guarding: Any) -> None:
        self._coverage = coverage
        self._guarding = guarding
        self._contract: Contract | None = None
        self._recording: Recording | None = None

    def seen(self, traffic: Traffic) -> None:
        """Mark what a piece of traffic shows."""
        contract = self._guarding.in_force.contract
        recording = self._recording
        if recording is None or contract is not self._contract:
            found = self._coverage.of(contract, str(self._guarding.perspective))
            recording = self._recording = found.recording
            self._contract = contract
        recording.see(traffic)


def _complain(text: str) -> None:
    write(logging.ERROR, "%s", text)


class MeasuresCoverage:
    """A guard that may measure how much of its document traffic shows."""

    _coverage: Coverage | None = None

    def observe_adapters(self, look: Callable[[Any], object]) -> None:
        """Call a function with what is put on each server and client, now and later."""
        raise NotImplementedError

    def _now(self) -> Any:
        """The guard of the application, or of the current one of several."""
        raise NotImplementedError

    def measure_coverage(self, file: str | os.PathLike[str] | None = None) -> None:
        """Measure from now on which parts of the document traffic shows; see `coverage`.

        No values are kept. What was seen once is no news, so it costs little after a while.

        Args:
            file: the name of a file for each process, with `{pid}` in it, such as
                `guard-{pid}.cov`; then `coverage` counts what all of them have seen. By default,
                it counts what this process has seen.

        Raises:
            InstallationError: the guard measures already.
            ValueError: the name is not that of a file for each process.
        """
        if self._coverage is not None:
            raise InstallationError("the guard measures coverage already")
        name = None if file is None else os.fsdecode(file)
        if name is not None:
            _check_name(name)
        coverage = self._coverage = Coverage(name)
        self.observe_adapters(lambda adapter: observe_traffic(adapter, coverage.observer))

    def coverage(self) -> Report:
        """Return how much of the document traffic has shown since `measure_coverage`.

        Raises:
            InstallationError: the guard does not measure it, or several applications have their
                own documents.
        """
        if self._coverage is None:
            raise InstallationError(_NOT_MEASURED)
        from asyncapi_guard.coverage.report import Report

        guarding = self._now()
        own = self._coverage.of(guarding.in_force.contract, str(guarding.perspective))
        return Report.of(guarding.in_force.contract, self._coverage.data(own))


def _check_name(name: str) -> None:
    if "{pid}" not in name:
        raise ValueError(
            f"each process needs a file of its own: put {{pid}} into the name, not {name!r}"
        )
    if not Path(name).name or Path(name).is_dir():
        raise ValueError(f"the name of a file is needed, not of a directory: {name!r}")


#: Of a test run, by the value of the variable.
_of_runs: dict[str, Coverage] = {}


def installed(adapter: Any) -> None:
    """A guard was put on something; if this is a process of a test run, it is measured."""
    pattern = os.environ.get(VARIABLE)
    if pattern:
        if pattern not in _of_runs:
            _of_runs[pattern] = Coverage(pattern)
        observe_traffic(adapter, _of_runs[pattern].begin)
