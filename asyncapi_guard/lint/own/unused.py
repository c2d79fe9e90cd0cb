"""Rules of a project that were about nothing in any document: a typo hides in them, mostly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.spec.wording import cut, shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.own.rule import OwnRule

__all__ = ["unused_rule"]


def unused_rule(rule: OwnRule, documents: int) -> Finding:
    """The finding about a rule that applied nowhere.

    Args:
        rule: the rule.
        documents: in how many documents it was looked for.
    """
    several = f"any of {documents:,} documents" if documents > 1 else "the document"
    where = f"where = {', '.join(map(shown, rule.where))}"
    if rule.when:
        where += f", when = {{{', '.join(each.field for each in rule.when)}}}"
    message = cut(
        f"rule {shown(rule.name)} checks nothing, because nothing in {several} matches {where}; "
        "correct the rule, or remove it"
    )
    return Finding(rule.file, rule.line, 1, "", message, "unused-rule", Severity.WARNING)
