"""Runs actionlint and zizmor over workflows and the action, and hadolint over the Dockerfile."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["LINTERS", "Linter"]

ROOT = Path(__file__).parents[2]
ACTIONLINT = ROOT / "tests" / "actionlint" / "node_modules" / "@tktco" / "node-actionlint"
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))


class Linter:
    """A program that exits with 0 where it has nothing to say.

    Attributes:
        name: of the program.
        command: what is run, but the files.
        files: what it looks at in this project.
    """

    def __init__(self, name: str, command: list[str], files: list[Path]) -> None:
        self.name = name
        self.command = command
        self.files = files

    def missing(self) -> str | None:
        """What is not installed."""
        if shutil.which(self.command[0]) is None:
            return self.command[0]
        script = next((arg for arg in self.command if arg.endswith(".js")), None)
        return self.name if script is not None and not Path(script).exists() else None

    def run(self, *files: Path) -> subprocess.CompletedProcess[str]:
        """Look at some files, or at those of the project."""
        # Relative paths: actionlint takes them for patterns.
        named = [file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else str(file)
                 for file in files or self.files]  # fmt: skip
        return subprocess.run(
            [*self.command, *named], cwd=ROOT, capture_output=True, text=True, check=False
        )


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else name


LINTERS = [
    Linter("actionlint", ["node", str(ACTIONLINT / "bin" / "node-actionlint.js")], WORKFLOWS),
    Linter(
        "zizmor",
        # Online it asks GitHub for each action: it is the same with nobody to ask.
        [_program("zizmor"), "--offline", "--persona", "pedantic", "--no-progress", "--quiet"],
        [ROOT / ".github", ROOT / "action.yml"],
    ),
    Linter("hadolint", [_program("hadolint")], [ROOT / "Dockerfile"]),
]


def main() -> None:
    """Print what they find."""
    failed = False
    for linter in LINTERS:
        if missing := linter.missing():
            # hadolint has wheels for one system.
            print(f"{linter.name}: not run, because {missing} is not installed")
            failed |= linter.name != "hadolint"
            continue
        done = linter.run()
        said = "nothing to say" if done.returncode == 0 else done.stdout + done.stderr
        print(f"{linter.name}: {said}")
        failed |= done.returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
