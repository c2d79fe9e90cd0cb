"""Rules about what concerns other rules: comments that silence them, and rules of projects."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["CHECKED_IN", "RULES"]

#: Comments are read when everything else was found, and which rules were about anything is known
#: after the last document.
CHECKED_IN = ("lint.comments", "lint.own.unused")

_warning = group("Structure", Severity.WARNING)

RULES = (
    _warning(
        "bad-comment",
        "A `# guard:` comment should name existing rules.",
        """
        `# guard: ignore[CODE]` at the end of a line ignores a rule on that line, and `# guard:
        ignore-file[CODE]` in the whole file. A comment without a code, or with an unknown code, has
        no effect.
        """,
        "info: {title: Chat, version: 1.0.0}  # guard: ignore[unknown-feild]",
        "info: {title: Chat, version: 1.0.0, adress: /}  # guard: ignore[unknown-field]",
    ),
    _warning(
        "unused-ignore",
        "A `# guard: ignore` comment should match a finding.",
        "The finding it ignored is gone. Remove the comment so that it can't hide a new finding.",
        "info: {title: Chat, version: 1.0.0}  # guard: ignore[unknown-field]",
        "info: {title: Chat, version: 1.0.0}",
    ),
    _warning(
        "unused-rule",
        "A rule of your own is about something.",
        """
        A rule in `[tool.asyncapi-guard.rules]` that matches nothing in any document checks nothing,
        and looks as if it did. Mostly there is a typo in its `where` or `when`. `validate` says so
        once, after all documents, and only if it validated all that the configuration's `files`
        name.
        """,
        """
        # [tool.asyncapi-guard.rules.tag-names]
        # where = "/info/tag/*"
        # field = "name"
        # case = "kebab-case"
        info: {title: Chat, version: 1.0.0, tags: [{name: rooms}]}
        """,
        """
        # [tool.asyncapi-guard.rules.tag-names]
        # where = "/info/tags/*"
        # field = "name"
        # case = "kebab-case"
        info: {title: Chat, version: 1.0.0, tags: [{name: rooms}]}
        """,
    ),
)
