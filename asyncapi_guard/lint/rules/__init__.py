"""The rules: a code, a severity, why, an example of each side, and the check.

Each module has the rules about one kind of object. It exports `RULES`, the texts, and `CHECKS`, the
functions that report them. Some checks are part of something else, such as the walk by the grammar:
then the module says in `CHECKED_IN` where they are. To add a rule, add a text and a check to one of
these modules. Add a new module to the lists below.

This is the catalogue of all that findings can be about, so that one configuration speaks of all:
the rules of `drift` are looked for by `asyncapi-guard check`, the others by `lint`. `asyncapi-guard
rules` prints them, and `docs/reference/rules.md` is made of them. What the specification says
with MUST or REQUIRED, or its own JSON Schema forbids, is an error, and so is what stops a guard
in documents for Socket.IO (`Rule.elsewhere`); what it implies or recommends, and what is hardly
meant in the Socket.IO profile, is a warning. What is a matter of taste is a rule of style, which is
off until a configuration turns it on (`Rule.optional`). The examples are parts of documents:
`asyncapi` and `info` are added where they are missing (`Rule.document`); tests run each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.lint.rule import Rule
from asyncapi_guard.lint.rules import (
    acks,
    bindings,
    channels,
    closed_objects,
    comments,
    components,
    document,
    drift,
    events,
    extensions,
    fields,
    locations,
    marks,
    messages,
    namespaces,
    operations,
    references,
    schema_contradictions,
    schema_formats,
    schema_idle_keywords,
    schema_overlaps,
    schema_unions,
    schema_values,
    schemas,
    security,
    servers,
    socketio,
    style_addresses,
    style_names,
    style_tags,
    style_texts,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncapi_guard.lint.context import Context

__all__ = ["CHECKS", "RULES", "Rule"]

#: By code, in the order of the page.
RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        *document.RULES,
        *fields.RULES,
        *references.RULES,
        *components.RULES,
        *comments.RULES,
        *operations.RULES,
        *channels.RULES,
        *servers.RULES,
        *variables.RULES,
        *security.RULES,
        *messages.RULES,
        *locations.RULES,
        *bindings.RULES,
        *schemas.RULES,
        *schema_contradictions.RULES,
        *closed_objects.RULES,
        *schema_idle_keywords.RULES,
        *schema_formats.RULES,
        *schema_values.RULES,
        *schema_unions.RULES,
        *schema_overlaps.RULES,
        *namespaces.RULES,
        *socketio.RULES,
        *acks.RULES,
        *events.RULES,
        *extensions.RULES,
        *marks.RULES,
        *style_names.RULES,
        *style_texts.RULES,
        *style_tags.RULES,
        *style_addresses.RULES,
        *drift.RULES,
    )
}

#: What the linter runs, in this order: values are judged by schemas that were checked, and which
#: components are used is known when all files were read.
CHECKS: tuple[Callable[[Context], None], ...] = (
    *operations.CHECKS,
    *channels.CHECKS,
    *servers.CHECKS,
    *variables.CHECKS,
    *security.CHECKS,
    *bindings.CHECKS,
    *schemas.CHECKS,
    *schema_values.CHECKS,
    *schema_overlaps.CHECKS,
    *messages.CHECKS,
    *locations.CHECKS,
    *socketio.CHECKS,
    *marks.CHECKS,
    *components.CHECKS,
    *style_names.CHECKS,
    *style_texts.CHECKS,
    *style_tags.CHECKS,
    *style_addresses.CHECKS,
)
