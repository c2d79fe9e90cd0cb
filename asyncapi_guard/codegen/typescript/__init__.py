"""The events of a document and its schemas, as TypeScript for clients of socket.io.

`type_model` has types as values, `schemas` makes them of schemas, `events` of events, `printing`
writes them. What is written are types alone: it may be a `.d.ts` or a `.ts` file.
"""

from __future__ import annotations

from asyncapi_guard.codegen.typescript.module import RESERVED, typescript

__all__ = ["RESERVED", "typescript"]
