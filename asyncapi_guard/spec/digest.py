"""A digest of what a document says: the same for every layout, comment and order of keys."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncapi_guard.spec.references import Documents

__all__ = ["digest_of"]

_SIZE = 16


def digest_of(documents: Documents) -> str:
    """A digest of a document and of the files that it refers to, as far as they were read.

    Args:
        documents: compiled before, so that all of its references were followed.
    """
    # Not their names and not their order: both depend on where and how a document was opened.
    parts = sorted(
        json.dumps(source.data, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
        for source in documents.sources()
    )
    found = hashlib.blake2b(digest_size=_SIZE)
    for part in parts:
        found.update(hashlib.blake2b(part, digest_size=_SIZE).digest())
    return found.hexdigest()
