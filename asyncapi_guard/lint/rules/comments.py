"""Rules about comments that silence other rules."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["CHECKED_IN", "RULES"]

#: Comments are read when everything else was found.
CHECKED_IN = ("lint.comments",)

_warning = group("Structure", Severity.WARNING)

RULES = (
    _warning(
        "bad-comment",
        "A `# guard:` comment names rules that there are.",
        """
        `# guard: ignore[CODE]` at the end of a line silences a rule there, and
        `# guard: ignore-file[CODE]` in the whole file. A comment without a code, or with one that
        does not exist, silences nothing.
        """,
        "info: {title: Chat, version: 1.0.0}  # guard: ignore[unknown-feild]",
        "info: {title: Chat, version: 1.0.0, adress: /}  # guard: ignore[unknown-field]",
    ),
    _warning(
        "unused-ignore",
        "A `# guard: ignore` comment silences something.",
        "What it silenced was mended: remove the comment, lest it hide the next fault.",
        "info: {title: Chat, version: 1.0.0}  # guard: ignore[unknown-field]",
        "info: {title: Chat, version: 1.0.0}",
    ),
)
