"""Names of fields whose values are secret."""

from __future__ import annotations

import re

__all__ = ["is_secret_name"]

_SECRET = re.compile(
    r"pass(word|wd|phrase|code)?$|^pwd$|secret|token$|api_?key|access_?key|private_?key|credential"
    r"|^otp$|^cvv$|^cvc$|^ssn$|^pin$|jwt|^auth(orization)?$",
    re.IGNORECASE,
)


def is_secret_name(name: object) -> bool:
    """Whether a field of that name is nobody else's business."""
    return isinstance(name, str) and bool(_SECRET.search(name))
