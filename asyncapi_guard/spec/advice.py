"""What to do about text that is no YAML: PyYAML says what it found, in its own words."""

from __future__ import annotations

__all__ = ["advice_for"]

#: What to do, by the beginning of what PyYAML says.
_ADVICE = {
    "mapping values are not allowed": "text with ': ' in it needs quotes; else the line above "
    "lacks its ':', or this one begins too far to the right",
    "did not find expected key": "this line begins further to the left or right than its "
    "neighbours, or something stands behind a quoted text",
    "could not find expected ':'": "a key needs a ':' behind it",
}


def advice_for(problem: str, text: str, index: int) -> str:
    """How to mend what PyYAML found at a place, where that is known."""
    if problem.startswith("found character"):
        begin = text[index : index + 1]
        if begin == "\t":
            return ": indent with spaces, not with tabs"
        return f": text that begins with {begin!r} needs quotes" if begin in ("@", "`", "%") else ""
    found = (advice for said, advice in _ADVICE.items() if problem.startswith(said))
    return "".join(f": {advice}" for advice in found)
