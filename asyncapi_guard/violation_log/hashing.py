"""Salted hashes of clients, which hide the client, but let you recognize it again."""

from __future__ import annotations

import hashlib
import os

__all__ = ["ClientHashes"]


class ClientHashes:
    """Hashes clients.

    Args:
        salt: the same for all processes whose clients are to be counted together; by default a
            random one, which processes share that were forked after this.

    Attributes:
        salt_id: equal where salts are equal; says nothing else of them.
    """

    def __init__(self, salt: str | bytes | None = None) -> None:
        raw = salt.encode("utf-8", "surrogatepass") if isinstance(salt, str) else salt
        self._key = hashlib.blake2b(os.urandom(32) if raw is None else raw).digest()
        self.salt_id: str = self("salt")[:8]

    def __call__(self, text: str) -> str:
        """Return the hash of an address or a session id: 16 digits."""
        raw = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(raw, digest_size=8, key=self._key).hexdigest()
