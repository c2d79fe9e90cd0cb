"""Says, after all documents, which of a project's own rules were about nothing in any of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncapi_guard.cli.lint_jobs import Checked, Job
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.lint.own.rule import OwnRule

__all__ = ["with_unused_rules"]


def with_unused_rules(jobs: Sequence[Job], checked: list[Checked]) -> list[Checked]:
    """What was found, with a finding for each rule that applied nowhere.

    It stands in the report of the first document for which the rule is on. Nothing is said of a
    rule if one of its documents could not be looked at to its end: it may be about something there.
    """
    if not any(job.settings.rules for job in jobs):
        return checked
    pairs = list(zip(jobs, checked, strict=True))
    found: dict[int, list[Finding]] = {}
    rules = dict.fromkeys(rule for job in jobs for rule in job.settings.rules)
    for rule in rules:
        having = [at for at, (job, _) in enumerate(pairs) if _has(job, rule)]
        applied = [pairs[at][1].applied for at in having]
        if having and all(each is not None and rule.name not in each for each in applied):
            from asyncapi_guard.lint.own.unused import unused_rule

            settings = pairs[having[0]][0].settings
            reported = settings.apply([unused_rule(rule, len(having))])
            found.setdefault(having[0], []).extend(reported)
    return [_with(each, found.get(at, [])) for at, each in enumerate(checked)]


def _has(job: Job, rule: OwnRule) -> bool:
    """Whether a rule is on for a document."""
    settings = job.settings
    return rule in settings.rules and settings.reports_in(job.name or job.file, rule.name)


def _with(checked: Checked, more: list[Finding]) -> Checked:
    if not more:
        return checked
    findings = (*checked.report.findings, *more)
    return replace(checked, report=replace(checked.report, findings=findings))
