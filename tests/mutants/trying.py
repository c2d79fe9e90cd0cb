"""Whether the tests notice a mutant."""

from __future__ import annotations

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

#: How many tests a mutant must survive before it meets others, and how many of them come next.
FIRST, SECOND = 100, 100
#: Of those that have killed other mutants, so many come early.
KILLERS = 10
#: So many files of tests are few.
FEW = 3
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
        seconds: the most that a round may take.
        most: how many tests a mutant meets at most.
    """

    def __init__(self, root: Path, coverage: Coverage, seconds: float, most: int | None) -> None:
        self._root = root
        self._coverage = coverage
        self._seconds = seconds
        self._most = most
        #: Which tests have killed mutants of a module: they come first.
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)
        self._idle: queue.SimpleQueue[Nursery] = queue.SimpleQueue()

    def close(self) -> None:
        """End the processes behind it."""
        while not self._idle.empty():
            self._idle.get().close()

    def of(self, mutant: Mutant, source: str) -> Outcome:
        """Run the tests that run a mutant's line, until one of them fails."""
        rounds = self.rounds_for(mutant)
        total = sum(map(len, rounds))
        for tests in rounds:
            outcome = self._run(mutant, mutant.apply(source), tests)
            if outcome.kind != "survived":
                self._killers[mutant.module][outcome.test] += 1
                return replace(outcome, tests=total)
        return Outcome("survived", tests=total)

    def unchanged(self, mutant: Mutant, source: str) -> Outcome:
        """Run the first tests of a mutant without it: they must not fail."""
        rounds = self.rounds_for(mutant)
        return self._run(mutant, source, rounds[0]) if rounds else Outcome("survived")

    def rounds_for(self, mutant: Mutant) -> list[list[str]]:
        """The tests that run a mutant's line, those first that are likely to notice."""
        tests = self._coverage.tests_of(mutant.module, mutant.reach)
        killers = self._killers[mutant.module]
        near = self._near(mutant.module, tests)
        first = [test for test in tests if file_of(test) in near]
        first = sorted(first, key=lambda test: -killers[test])[:FIRST]
        known = {test for test, _ in killers.most_common(KILLERS)}
        taken = set(first)
        later = self._spread([test for test in tests if test not in taken], known)[: self._most]
        return [some for some in (first, later[:SECOND], later[SECOND:]) if some]

    def _near(self, module: str, tests: list[str]) -> set[str]:
        """The files of tests to begin with: collecting a file takes longer than most tests do."""
        path = Path(module)
        own = [test for test in tests if test.startswith(f"tests/{path.parts[1]}/")]
        files = {file_of(test) for test in own}
        if len(files) <= FEW:
            return files
        names = path.stem, path.parent.name  # of the module, and of its room
        named = {file for file in files if any(name in Path(file).stem for name in names)}
        fastest = Counter(file_of(test) for test in own[:FIRST])
        return named or {fastest.most_common(1)[0][0]}

    def _spread(self, tests: list[str], known: set[str]) -> list[str]:
        """Those first that have killed others, and then the fastest of each file."""
        ranks: Counter[str] = Counter()
        order: dict[str, tuple[int, float]] = {}
        for test in tests:
            ranks[file_of(test)] += 1
            rank = 0 if test in known else ranks[file_of(test)]
            order[test] = rank, self._coverage.seconds[test]
        return sorted(tests, key=order.__getitem__)

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
