"""The document of a server or a client: its models' own, or one derived from its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.document import About, build_document
from asyncapi_guard.codefirst.origin import origin_of

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.registry import Registry
    from asyncapi_guard.violations import Perspective

__all__ = ["document_of"]


def document_of(
    registry: Registry, about: About, side: Perspective | None = None
) -> dict[str, Any]:
    """The document of a server or a client: that of its models, as far as they came from one.

    Args:
        registry: what is registered.
        about: what the document says of the application.
        side: of the application. Models come from the document of a server, which a client sees
            mirrored.

    Raises:
        SpecError: the document of the models cannot be used.
    """
    origin = origin_of(registry, side)
    if origin is None:
        return build_document(registry, about)
    from asyncapi_guard.codefirst.merging import merge

    return merge(origin, registry, about)
