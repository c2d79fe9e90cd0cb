"""Whether the tests notice a mutant."""

from __future__ import annotations

import itertools
import json
import queue
import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from covering import PYTEST
from processes import Nursery, environment

if TYPE_CHECKING:
    from covering import Coverage
    from mutating import Mutant

#: How many tests a mutant must survive before it meets more.
ROUNDS = (30, 200)
#: The first of them are from so many files, and so many that have killed others.
FILES, KILLERS = 2, 10
#: Hypothesis is there before pytest is.
WITH_NURSERY = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
#: A test may take so many seconds, and so many times as long as it did when it was measured.
SECONDS, TIMES = 20.0, 20.0


@dataclass(frozen=True)
class Outcome:
    """What happened to a mutant.

    Attributes:
        kind: `killed`, `timeout` or `survived`.
        test: the test that noticed.
        tests: how many tests there are for it.
        why: what that test said.
    """

    kind: str
    test: str = ""
    tests: int = 0
    why: str = field(default="", compare=False)


def file_of(test: str) -> str:
    """The file that a test is in."""
    return test.partition("::")[0]


class Trial:
    """Tries mutants; any thread can.

    Args:
        root: the folder of the project.
        coverage: which tests run what.
        seconds: the most that one mutant may take.
    """

    def __init__(self, root: Path, coverage: Coverage, seconds: float) -> None:
        self._root = root
        self._coverage = coverage
        self._seconds = seconds
        #: Which tests have killed mutants of a module: they come first.
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._idle: queue.SimpleQueue[Nursery] = queue.SimpleQueue()

    def close(self) -> None:
        """End the processes behind it."""
        while not self._idle.empty():
            self._idle.get().close()

    def of(self, mutant: Mutant, source: str) -> Outcome:
        """Run the tests that run a mutant's line, until one of them fails."""
        tests = self.tests_for(mutant)
        for begin, end in itertools.pairwise((0, *ROUNDS, max(len(tests), *ROUNDS))):
            some = tests[begin:end]
            if not some:
                break
            outcome = self._run(mutant, mutant.apply(source), some)
            if outcome.kind != "survived":
                self._killers[mutant.module][outcome.test] += 1
                return replace(outcome, tests=len(tests))
        return Outcome("survived", tests=len(tests))

    def unchanged(self, mutant: Mutant, source: str) -> Outcome:
        """Run the first tests of a mutant without it: they must not fail."""
        tests = self.tests_for(mutant)[: ROUNDS[0]]
        return self._run(mutant, source, tests) if tests else Outcome("survived")

    def tests_for(self, mutant: Mutant) -> list[str]:
        """The tests that run a mutant's line, those first that are likely to notice."""
        tests = self._coverage.tests_of(mutant.module, mutant.reach)
        killers = self._killers[mutant.module]
        known = {test for test, _ in killers.most_common(KILLERS)}
        # Collecting takes longer than most tests, so the first of them are of a few files.
        counts = Counter(file_of(test) for test in tests[: 2 * ROUNDS[0]])
        near = {file for file, _ in counts.most_common(FILES)}
        first = [t for t in tests if t in known or file_of(t) in near][: ROUNDS[0]]
        first.sort(key=lambda test: -killers[test])
        taken = set(first)
        return [*first, *(test for test in tests if test not in taken)]

    def _run(self, mutant: Mutant, source: str, tests: list[str]) -> Outcome:
        folder = Path(tempfile.mkdtemp(prefix="mutants-"))
        try:
            asked = folder / "asked.json"
            answer = folder / "answer.json"
            seconds = self._coverage.seconds
            limits = {test: SECONDS + TIMES * seconds[test] for test in tests}
            name = mutant.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            about = {"module": name, "source": source, "limits": limits, "answer": str(answer)}
            asked.write_text(json.dumps(about), encoding="utf-8")
            files = sorted({file_of(test) for test in tests})
            env = environment(self._root, folder, MUTANTS_TRY=str(asked))
            output = self._pytest([*PYTEST, *WITH_NURSERY, "-p", "mutants_try", *files], env)
            if answer.exists():
                said = json.loads(answer.read_text(encoding="utf-8"))
                if said["outcome"] == "no tests":
                    raise RuntimeError(f"pytest finds none of {tests}:\n{output}")
                return Outcome(said["outcome"], said["test"], why=said["why"])
            if output is None:
                return Outcome("timeout", "all of them")
            return Outcome("killed", "pytest itself", why=output)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _pytest(self, arguments: list[str], env: dict[str, str]) -> str | None:
        try:
            nursery = self._idle.get_nowait()
        except queue.Empty:
            nursery = Nursery(self._root)
        try:
            return nursery.run(arguments, env, self._seconds)
        finally:
            self._idle.put(nursery)
