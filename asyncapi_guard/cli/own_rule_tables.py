"""`[tool.asyncapi-guard.rules]`: the rules of a project, read from its configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.cli.configuration_table import ConfigurationError
from asyncapi_guard.cli.shown_path import shown_path

if TYPE_CHECKING:
    from asyncapi_guard.cli.configuration_table import Table
    from asyncapi_guard.lint.own.rule import OwnRule

__all__ = ["own_rules"]


def own_rules(table: Table) -> tuple[OwnRule, ...]:
    """The rules of a configuration, in its order.

    Raises:
        ConfigurationError: one of them cannot be meant; with its file and key.
    """
    rules = table.table("rules")
    if not rules.values:
        return ()
    from asyncapi_guard.lint.settings import STYLE, known_codes

    text = table.path.read_text(encoding="utf-8-sig", errors="replace")
    found = []
    for name in rules.values:
        if name in known_codes() or name in (STYLE, "ALL"):
            raise rules.fault(name, f"there is a rule {name} already; choose another name")
        found.append(_own_rule(rules.table(name), name, _line_of(text, name)))
    return tuple(found)


def _own_rule(table: Table, name: str, line: int) -> OwnRule:
    from asyncapi_guard.lint.own.reading import own_rule
    from asyncapi_guard.lint.own.rule import OwnRuleError

    try:
        return own_rule(name, table.values, file=shown_path(table.path), line=line)
    except OwnRuleError as error:
        dotted = f"{table.name}.{error.key}" if error.key else table.name
        message = f"{shown_path(table.path)}: {dotted}: {error.problem}"
        raise ConfigurationError(message) from error


def _line_of(text: str, name: str) -> int:
    """The line with a rule's table, however that is written; the first line if it is not found."""
    quoted = rf"[\"']?{re.escape(name)}[\"']?"
    forms = (
        rf"^[ \t]*\[[^\]\n]*\brules[ \t]*\.[ \t]*{quoted}[ \t]*\]",
        rf"(?<![\w-]){quoted}[ \t]*[=.]",
    )
    for form in forms:
        found = re.search(form, text, re.MULTILINE)
        if found is not None:
            return text.count("\n", 0, found.start()) + 1
    return 1
