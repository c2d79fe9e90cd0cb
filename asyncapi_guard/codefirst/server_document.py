"""The document of a server: that which its models came from, or one derived from its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.document import About, build_document
from asyncapi_guard.codefirst.origin import origin_of

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.registry import Registry

__all__ = ["document_of"]


def document_of(registry: Registry, about: About) -> dict[str, Any]:
    """The document of a server: that of its models, as far as they came from one.

    Raises:
        SpecError: the document of the models cannot be used.
    """
    origin = origin_of(registry)
    if origin is None:
        return build_document(registry, about)
    from asyncapi_guard.codefirst.merging import merge

    return merge(origin, registry, about)
