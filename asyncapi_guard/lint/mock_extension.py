"""`x-mock` where `asyncapi-guard mock` does not read it, and what is nearly its name.

Unlike `x-ack` and `x-guard`, it changes nothing for a server: a document with such a fault loads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.spec.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.references import Node

__all__ = ["mock_faults"]

_NAME = "x-mock"
_READ = ("Message", "MessageTrait")
#: One slip of the hand away from it.
_SLIPS = re.compile(r"x-(?i:mocks?|mok|moc|mcok|mokc|mocck|moock|mmock|mockk|mocking)")


def mock_faults(node: Node, kind: str) -> Iterator[Finding]:
    """The fields of an object that look like `x-mock` and are not read.

    Args:
        node: the object, or a reference.
        kind: its name in the grammar, such as `Message`; `Reference` for a reference.
    """
    for key in node.value:
        if not isinstance(key, str) or not _SLIPS.fullmatch(key):
            continue
        if key == _NAME and kind in _READ:
            continue
        if key == _NAME:
            where = "beside a $ref" if kind == "Reference" else "here"
            text = f"{shown(key)} has no effect {where}; write it on the message"
        else:
            text = f"unknown extension {shown(key)}, which has no effect; did you mean {_NAME!r}?"
        yield node.child(key).finding(text, "unread-mock", key=True)
