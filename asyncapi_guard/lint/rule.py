"""What a rule is."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.errors import Severity

__all__ = ["Rule", "group"]

_HEAD = {"asyncapi:": "asyncapi: 3.1.0", "info:": "info: {title: Example, version: 1.0.0}"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        group: what it is about.
        code: its stable name.
        severity: by default; configuration can say otherwise.
        elsewhere: that in documents that are for other protocols than Socket.IO, if it is another.
        optional: whether it is off until a configuration turns it on.
        title: the rule in a sentence.
        why: a paragraph: what goes wrong, and what to do.
        bad: a part of a document that breaks it.
        good: the same, mended.
        spec: a part of the document that the examples are compared with, which are Python then;
            empty for rules about documents alone.
    """

    group: str
    code: str
    severity: Severity
    title: str
    why: str
    bad: str
    good: str
    spec: str = ""
    elsewhere: Severity | None = None
    optional: bool = False

    @property
    def about_code(self) -> bool:
        """Whether it compares code with a document (`asyncapi-guard check`)."""
        return bool(self.spec)

    def severity_in(self, *, socketio: bool) -> Severity:
        """The severity by default, in a document that is for Socket.IO or is not."""
        return self.severity if socketio or self.elsewhere is None else self.elsewhere

    @staticmethod
    def document(example: str) -> str:
        """An example as a whole document."""
        lines = example.splitlines()
        head = [text for key, text in _HEAD.items() if not any(x.startswith(key) for x in lines)]
        return "\n".join([*head, *lines]) + "\n"


def group(
    name: str,
    severity: Severity,
    spec: str = "",
    *,
    elsewhere: Severity | None = None,
    optional: bool = False,
) -> Callable[[str, str, str, str, str], Rule]:
    """A maker of the rules of a group: `code, title, why, bad, good`, indented as it is handy."""
    beside = dedent(spec).strip() + "\n" if spec else ""

    def rule(code: str, title: str, why: str, bad: str, good: str) -> Rule:
        paragraph = " ".join(why.split())
        bad, good = (dedent(text).strip() + "\n" for text in (bad, good))
        return Rule(name, code, severity, title, paragraph, bad, good, beside, elsewhere, optional)

    return rule
