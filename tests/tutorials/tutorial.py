"""A page as a script: what its reader saves, changes, types and sees, in order.

The fences of a page say what they are: `title=` names a file, and a fence without it whose language
is `console` has commands, each with what it prints. `terminal=` names the terminal, and `exit=` the
exit code of the block's last command. Bold text tells the reader to restart or stop the server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "tutorials"
#: The name of what the server prints.
SERVER = "server"
#: Where commands are run if their block names no terminal.
SECOND = "second"
#: Languages of fences that are files to save.
_FILES = {"python", "yaml", "json", "toml"}

_PART = re.compile(
    r"^```(?P<kind>\w+)(?P<info>[^\n]*)\n(?P<body>.*?)^```$"
    r"|\*\*(?P<order>Restart|Stop) the server[:.]?\*\*"
    r"|open <(?P<url>http://[^>]+)>(?P<then>.*?)\n\n",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Save:
    """A file to save."""

    name: str
    text: str
    line: int


@dataclass(frozen=True)
class Change:
    """A change of a file that is there."""

    name: str
    diff: str
    line: int

    def of(self, text: str) -> str:
        """The changed text; the lines that are there before must be there once."""
        lines = self.diff.splitlines()
        before = "".join(f"{each[1:]}\n" for each in lines if not each.startswith("+"))
        after = "".join(f"{each[1:]}\n" for each in lines if not each.startswith("-"))
        found = f"\n{text}".count(f"\n{before}")
        assert found == 1, f"line {self.line}: {self.name} has these lines {found} times:\n{before}"
        return f"\n{text}".replace(f"\n{before}", f"\n{after}", 1)[1:]


@dataclass(frozen=True)
class Run:
    """A command, and what it prints; `None` if the page doesn't show it."""

    command: str
    shown: str | None
    exit_code: int
    terminal: str
    line: int


@dataclass(frozen=True)
class See:
    """Lines that are in a file, or that the server prints."""

    name: str
    text: str
    line: int


@dataclass(frozen=True)
class Order:
    """What to do with the server: `Restart`, `Stop`."""

    verb: str
    line: int


@dataclass(frozen=True)
class Open:
    """An address to open in a browser, and the labels that are there."""

    url: str
    labels: tuple[str, ...]
    line: int


Step = Save | Change | Run | See | Order | Open


#: What a page names a link or a button.
_LABEL = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")


def read(page: Path) -> list[Step]:
    """The steps of a page, in its order."""
    steps: list[Step] = []
    text = page.read_text(encoding="utf-8")
    for found in _PART.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found["order"]:
            steps.append(Order(found["order"], line))
        elif found["url"]:
            steps.append(Open(found["url"], tuple(_LABEL.findall(found["then"])), line))
        else:
            steps += _fence(found["kind"], found["info"], found["body"], line)
    return steps


def _fence(kind: str, info: str, body: str, line: int) -> list[Step]:
    said = dict(part.split("=", 1) for part in info.split())
    title = said.get("title")
    if kind == "sh":
        return []
    if kind == "console":
        return list(_commands(body, said, line))
    assert title, f"line {line}: a block that is nothing to save, to change, to type or to see"
    if kind == "diff":
        return [Change(title, body, line)]
    if kind in _FILES and not said.get("part"):
        return [Save(title, body, line)]
    return [See(title, body, line)]


def _commands(body: str, said: dict[str, str], line: int) -> list[Run]:
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)
    assert not parts[0], f"line {line}: a console begins with a command"
    runs = []
    for number, part in enumerate(parts[1:], 2):
        command, _, shown = part.partition("\n")
        code = int(said.get("exit", "0")) if number == len(parts) else 0
        terminal = said.get("terminal", SECOND)
        runs.append(Run(command, shown or None, code, terminal, line))
    return runs


#: What is another one each time.
_PLACEHOLDERS = [
    (re.compile(pattern), name)
    for pattern, name in (
        (r"sid=\S+", "sid=…"),
        (r'"sid":"[^"]+"', '"sid":"…"'),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
        (r"\d+ events in [\d.]+ s to (\S+) \(.*\)", "EVENTS"),
        (r"\bin [\d.]+s\b", "in SECONDS"),
        (r"(http://127\.0\.0\.1|http://localhost):\d+", "http://HOST"),
        (r"[ \t]+$", ""),
        (r"\x1b\[[\d;]*m", ""),
    )
]


def settled(text: str) -> list[str]:
    """The lines of an output, with placeholders for what is another one each time."""
    lines = []
    for line in text.splitlines():
        for pattern, name in _PLACEHOLDERS:
            line = pattern.sub(name, line)  # noqa: PLW2901  # one placeholder after the other
        lines.append(line)
    return lines


def matches(shown: str, printed: str) -> bool:
    """Whether an output is what a page shows, in which `...` is any number of lines."""
    pattern = "".join(
        "(?:.*\n)*?" if line == "..." else f"{re.escape(line)}\n" for line in settled(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in settled(printed))) is not None
