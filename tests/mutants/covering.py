"""Which tests run which lines: measured once for each file of tests, and kept in `.cache/`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
from processes import environment, run

SETTINGS = """\
[run]
source = asyncapi_guard
data_file = {folder}/data
parallel = true
context = ${{PYTEST_CURRENT_TEST-}}
sigterm = true
patch = _exit
disable_warnings = no-data-collected,module-not-measured,module-not-imported,already-imported
"""
#: A file of tests may take so many seconds while it is measured.
MOST_SECONDS = 1200


@dataclass
class Coverage:
    """What all tests run.

    Attributes:
        seconds: how long each test took; of those that pass.
        lines: the tests that run a line; by module and line.
        failed: tests that fail without any mutant: they kill none.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    failed: list[str] = field(default_factory=list)

    def tests_of(self, module: str, reach: tuple[int, int]) -> list[str]:
        """The tests that run any of some lines, the fastest first."""
        of_module = self.lines.get(module, {})
        found: set[str] = set()
        for line in range(reach[0], reach[1] + 1):
            found |= of_module.get(line, set())
        return sorted(found, key=lambda test: (self.seconds[test], test))

    def leave_out(self, part: str) -> None:
        """Leave out the tests that have something in their names."""
        for lines in self.lines.values():
            for line, tests in lines.items():
                lines[line] = {test for test in tests if part not in test}

    def add(self, measured: dict[str, Any]) -> None:
        """Add what was measured of one file of tests."""
        for test, about in measured["tests"].items():
            if about["passed"] and about["ran"]:
                self.seconds[test] = about["seconds"]
            elif not about["passed"]:
                self.failed.append(test)
        names = measured["names"]
        for module, lines in measured["lines"].items():
            for line, tests in lines.items():
                known = {names[test] for test in tests if names[test] in self.seconds}
                self.lines[module].setdefault(int(line), set()).update(known)


def measure(root: Path, files: list[str], packages: list[str], *, jobs: int, say: Any) -> Coverage:
    """Measure what some files of tests run, but for those that are known from the last time.

    Args:
        root: the folder of the project.
        files: the files of tests.
        packages: the folders whose lines are of interest.
        jobs: how many processes measure.
        say: is called with what people may want to know.
    """
    kept = root / ".cache" / "mutants"
    kept.mkdir(parents=True, exist_ok=True)
    common = _digest(root, _common(root), repr(packages) + SETTINGS)
    whole = Coverage()

    def measured(file: str) -> dict[str, Any]:
        name = file.removesuffix(".py").replace("/", "-")
        known = kept / f"{name}-{_digest(root, [file], common)}.json"
        if known.exists():
            return json.loads(known.read_text(encoding="utf-8"))
        for old in kept.glob(f"{name}-{'?' * 16}.json"):
            old.unlink()
        say(f"measuring {file}")
        found = _measure_file(root, file, packages)
        known.write_text(json.dumps(found), encoding="utf-8")
        return found

    with ThreadPoolExecutor(jobs) as pool:
        for each in pool.map(measured, files):
            whole.add(each)
    return whole


def _common(root: Path) -> list[str]:
    """What all tests stand on: the package, and what the tests share."""
    shared = [
        path
        for folder in ("asyncapi_guard", "tests")
        for path in (root / folder).rglob("*.py")
        if not path.name.startswith("test_") and "mutants" not in path.parts
    ]
    return sorted(path.relative_to(root).as_posix() for path in shared)


def _digest(root: Path, files: list[str], begin: str = "") -> str:
    whole = hashlib.sha256(begin.encode())
    for file in files:
        whole.update(file.encode() + b"\0" + (root / file).read_bytes() + b"\0")
    return whole.hexdigest()[:16]


def _measure_file(root: Path, file: str, packages: list[str]) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    try:
        settings = folder / "coveragerc"
        settings.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
        env = environment(root, folder, MUTANTS_COVER=str(settings), COVERAGE_CORE="ctrace")
        command = [sys.executable, "-m", "pytest", *PYTEST, "-p", "mutants_cover", file]
        output = run(command, root, env, MOST_SECONDS)
        answer = folder / "tests.json"
        if not answer.exists():
            raise RuntimeError(f"{file} cannot be measured:\n{output}")
        tests = json.loads(answer.read_text(encoding="utf-8"))
        return {"tests": tests, **_lines(root, folder, tests, packages)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


#: How tests are run here: one after the other, in one process, which keeps nothing.
PYTEST = [
    *("-o", "addopts=", "--import-mode=importlib", "--strict-markers", "-q"),
    *("-p", "no:xdist", "-p", "no:cacheprovider", "-p", "no:cov"),
    # What is mutated may be there in part.
    *("-p", "no:asyncapi_guard.pytest_plugin"),
]


def _lines(root: Path, folder: Path, tests: dict[str, Any], packages: list[str]) -> dict[str, Any]:
    """The tests of each line.

    What a fixture of a module runs is said of the first test that asks for it, so a line that is
    run in a set-up counts for all tests of the file.
    """
    names = list(tests)
    numbers = {name: number for number, name in enumerate(names)}
    lines: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for path in folder.glob("data*"):
        data = coverage.CoverageData(str(path))
        data.read()
        for module in data.measured_files():
            name = os.path.relpath(module, root).replace(os.sep, "/")
            if not any(name.startswith(f"{package}/") for package in packages):
                continue
            for line, contexts in data.contexts_by_lineno(module).items():
                for context in contexts:
                    test, when = _test_in(context)
                    if when == "setup":
                        lines[name][line].update(range(len(names)))
                    elif test in numbers:
                        lines[name][line].add(numbers[test])
    found = {
        module: {line: sorted(tests) for line, tests in of_module.items()}
        for module, of_module in lines.items()
    }
    return {"names": names, "lines": found}


def _test_in(context: str) -> tuple[str, str]:
    """The test and its phase in the name of a context, which a sub-process has from its parent."""
    match = re.fullmatch(r"(.*?)(?: \((setup|call|teardown)\))?(?:\|.*)?", context, re.DOTALL)
    return (match[1], match[2] or "") if match else ("", "")
