"""What stands beside a `$ref` and is ignored; the walks over objects and schemas ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.lint.mock_extension import mock_faults
from asyncapi_guard.spec.own_extensions import extension_faults, own_extension
from asyncapi_guard.spec.schema_habits import null_advice
from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from asyncapi_guard.lint.findings import Findings
    from asyncapi_guard.spec.references import Node

__all__ = ["check_siblings"]

#: Beside a reference these are read by people, and ignored by tools without harm.
_PROSE = frozenset(("$ref", "$comment", "description", "summary", "title"))


def check_siblings(report: Findings, ref: Node, *, in_schema: bool) -> None:
    """Report what stands beside a `$ref` and is ignored."""
    hint = "; put both into an allOf" if in_schema else _where(ref)
    for finding in (*extension_faults(ref, "Reference"), *mock_faults(ref, "Reference")):
        report.add(finding)
    for key, item in ref.items():
        if key not in _PROSE and not key.startswith("x-") and own_extension(key) is None:
            message = f"{shown(key)} beside a $ref is ignored{hint}"
            if in_schema and key == "nullable" and item.value is True:
                message = "'nullable' beside a $ref is ignored, so null is rejected; "
                message += null_advice(ref.value)
            report("ref-siblings", item, message, key=True)


def _where(ref: Node) -> str:
    """Where to write what is ignored."""
    return f"; move it to {shown(ref.value['$ref'])}, or write the whole object instead of the $ref"
