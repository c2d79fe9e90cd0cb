"""The error for an extra that is not installed, with the command that installs it."""

from __future__ import annotations

from asyncapi_guard.errors import MissingExtraError

__all__ = ["install_line", "missing_extra"]


def install_line(extra: str) -> str:
    """Return the command that installs an extra, quoted as shells on each system read it."""
    return f'pip install "asyncapi-guard[{extra}]"'


def missing_extra(what: str, package: str, extra: str) -> MissingExtraError:
    """Return the error to raise where the package of an extra can't be imported.

    Args:
        what: The function or option that needs the extra, such as `metrics.prometheus`.
        package: The package or module that is missing.
        extra: The extra that installs it.
    """
    return MissingExtraError(f"{what} needs {package}: {install_line(extra)}", name=package)
