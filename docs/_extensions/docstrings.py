"""Docstrings as Sphinx reads them: examples are indented by four, as in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sphinx import addnodes

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

__all__ = ["setup", "with_code_blocks"]

#: What begins a section of a docstring: what is indented below it is no example.
_SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Yields|Example|Note)s?:$")

_CODE = re.compile(r"(?<![`:\\\w])`([^`]+)`(?![`_\w])")

#: What functions return and nobody makes: their own arguments help no reader.
_RETURNED = frozenset(
    f"asyncapi_guard.testing.{name}"
    for name in (
        "AsyncMockServer",
        "AsyncTestedServer",
        "Case",
        "ContractSchema",
        "MockServer",
        "TestedServer",
    )
)

#: Types whose short name two classes have: the full name, unless a module says `steps.Action`.
_AMBIGUOUS = {
    "Message": "asyncapi_guard.contract.Message",
    "Action": "asyncapi_guard.contract.Action",
}


def with_code_blocks(lines: list[str]) -> list[str]:
    """The lines of a docstring, with its indented examples as blocks of code."""
    result: list[str] = []
    in_section = False
    in_code = False
    for number, line in enumerate(lines):
        indented = line.startswith("    ")
        if line and not indented:
            in_section, in_code = bool(_SECTION.match(line)), False
        elif indented and not in_code and not in_section and number and not lines[number - 1]:
            language = (
                "text" if re.search(r"[├└]──", "\n".join(lines[number : number + 4])) else "python"
            )
            result += [f".. code-block:: {language}", ""]
            in_code = True
        result.append(line if in_code else _CODE.sub(r"``\1``", line))
    return result


def _process(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    lines: list[str],
) -> None:
    lines[:] = with_code_blocks(lines)
    if what in ("attribute", "data", "property"):
        # Or napoleon takes what is before a colon for the type.
        lines.insert(0, "")


def _is_others(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    skip: bool,
    options: Any,
) -> bool | None:
    """Leave out what a class has from a class of another package: that package documents it."""
    target = getattr(obj, "fget", None) or getattr(obj, "__func__", obj)
    home = getattr(target, "__module__", None) or ""
    if callable(target) and not home.startswith("asyncapi_guard"):
        return True
    return None


def _without_arguments(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    signature: str | None,
    returned: Any,
) -> tuple[str, None] | None:
    return ("", None) if name in _RETURNED else None


def _name_in_full(app: Sphinx, document: nodes.document) -> None:
    for reference in document.findall(addnodes.pending_xref):
        full = _AMBIGUOUS.get(reference["reftarget"])
        module = reference.get("py:module")
        if full and reference["refdomain"] == "py" and not str(module).endswith(".steps"):
            reference["reftarget"] = full


def setup(app: Sphinx) -> dict[str, Any]:
    # Before napoleon.
    app.connect("autodoc-process-docstring", _process, priority=100)
    app.connect("autodoc-process-signature", _without_arguments)
    app.connect("doctree-read", _name_in_full)
    app.connect("autodoc-skip-member", _is_others)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
