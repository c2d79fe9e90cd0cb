"""The rules: a code, a severity, why, and an example of each side.

This is the catalogue of all that findings can be about, so that one configuration speaks of all:
the rules of `drift` are looked for by `asyncapi-guard check`, the others by `lint`. `asyncapi-guard
rules` prints them, and `docs/rules.md` is made of them. What the specification says with MUST or
REQUIRED, or its own JSON Schema forbids, is an error; what it implies or recommends, and what the
Socket.IO profile cannot do, is a warning. The examples are parts of documents: `asyncapi` and
`info` are added where they are missing (`Rule.document`); tests run each.
"""

from asyncapi_guard.lint.rule import Rule
from asyncapi_guard.lint.rules import drift, profile, schemas, semantics, structure

__all__ = ["RULES", "Rule"]

#: By code, group by group.
RULES: dict[str, Rule] = {
    rule.code: rule
    for module in (structure, semantics, schemas, profile, drift)
    for rule in module.RULES
}
