"""Rules about components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

if TYPE_CHECKING:
    from asyncapi_guard.lint.context import Context

__all__ = ["CHECKS", "RULES"]

_warning = group("Structure", Severity.WARNING)

RULES = (
    _warning(
        "unused-component",
        "A component should be referenced.",
        """
        A component has no effect until something references it. It might be left over from an edit,
        or a reference to it might have a typo.
        """,
        """
        components: {schemas: {Say: {type: string}}}
        """,
        """
        channels:
          chat:
            messages: {say: {payload: {$ref: '#/components/schemas/Say'}}}
        components: {schemas: {Say: {type: string}}}
        """,
    ),
)


#: Of references, and of what stands in place of one.
_BROKEN = ("reference-required", "unresolvable-reference", "wrong-kind")


def _check_components(context: Context) -> None:
    """Report components that nothing refers to, but perhaps themselves."""
    components = context.main.get("components")
    if components is None or not isinstance(components.value, dict):
        return
    if context.report.is_hiding or context.report.has(*_BROKEN):
        return  # what is wrong there, mended, may be the use that is missing
    used = {
        pointer[1:3]
        for ref, pointer in context.uses()
        if pointer[:1] == ("components",) and ref.path[:3] != pointer[:3]
    }
    for section, entries in components.items():
        if section.startswith("x-") or not isinstance(entries.value, dict):
            continue
        for name, item in entries.items():
            if (section, name) not in used:
                message = f"unused component '#/components/{section}/{name}'; use it, or remove it"
                context.report("unused-component", item, message, key=True)


CHECKS = (_check_components,)
