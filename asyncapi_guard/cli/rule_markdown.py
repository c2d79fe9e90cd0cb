"""A rule in Markdown: for `docs/reference/rules.md`, and for the help that code scanning shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.lint.repairs import REPAIRS

if TYPE_CHECKING:
    from asyncapi_guard.lint.rules import Rule

__all__ = ["markdown_of", "repair_of"]


def markdown_of(rule: Rule) -> str:
    """What a rule wants, why, and an example of each side."""
    language = "python" if rule.about_code else "yaml"
    parts = [
        f"*{severity_of(rule)}*: {rule.title}",
        *([rule.why] if rule.why else ()),
        *([repair_of(rule)] if rule.code in REPAIRS else ()),
        *([f"Bad:\n\n{_fenced(rule.bad, language)}"] if rule.bad else ()),
        *([f"Good:\n\n{_fenced(rule.good, language)}"] if rule.good else ()),
    ]
    if rule.about_code:
        parts.append(f"Document:\n\n{_fenced(rule.spec, 'yaml')}")
    return "\n\n".join(parts)


def severity_of(rule: Rule) -> str:
    """How bad breaking a rule is, in a document for Socket.IO and in others, and if it is off."""
    if rule.optional:
        return f"{rule.severity.value}, off by default"
    if rule.elsewhere is None:
        return rule.severity.value
    return f"{rule.severity.value} ({rule.elsewhere.value} in documents for other protocols)"


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def repair_of(rule: Rule) -> str:
    """What `validate --fix` does about it."""
    return f"`validate --fix`: {REPAIRS[rule.code]}"
