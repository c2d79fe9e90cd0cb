"""The document: text to data, references, and the meaning of it all (`load`)."""

from asyncapi_guard.spec.loader import load

__all__ = ["load"]
