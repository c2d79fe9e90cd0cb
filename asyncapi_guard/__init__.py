"""Validate Socket.IO traffic against an AsyncAPI document.

    from asyncapi_guard import AsyncAPIGuard

    guard = AsyncAPIGuard("asyncapi.yml")
    guard.init_app(app, socketio)

Names are imported when they are first used, so that a script that only loads a document does not
pay for Flask.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncapi_guard.codefirst.ack_options import ack_options
    from asyncapi_guard.contract import Contract, Mode
    from asyncapi_guard.errors import (
        AckValidationError,
        AsyncAPIGuardError,
        ContractViolation,
        EmitValidationError,
        Finding,
        InstallationError,
        InvalidDocument,
        RegistrationError,
        RequestValidationError,
        ResponseValidationError,
        SpecError,
        UnreadableDocument,
        UnresolvableReference,
        UnsupportedVersion,
    )
    from asyncapi_guard.guard import Guard, Identity, Policy, UserPassword, Verdict
    from asyncapi_guard.integrations.asyncapi_clients import AsyncAPIAsyncClient, AsyncAPIClient
    from asyncapi_guard.integrations.asyncapi_servers import AsyncAPIAsyncServer, AsyncAPIServer
    from asyncapi_guard.integrations.asyncapi_socketio import AsyncAPISocketIO
    from asyncapi_guard.integrations.handshake import Handshake, SessionId
    from asyncapi_guard.integrations.message import Message
    from asyncapi_guard.integrations.middleware import AsyncAPIGuard
    from asyncapi_guard.integrations.recording.statistics import Statistic
    from asyncapi_guard.spec import load
    from asyncapi_guard.violations import Checkpoint, Code, Problem, Violation

__all__ = [
    "AckValidationError",
    "AsyncAPIAsyncClient",
    "AsyncAPIAsyncServer",
    "AsyncAPIClient",
    "AsyncAPIGuard",
    "AsyncAPIGuardError",
    "AsyncAPIServer",
    "AsyncAPISocketIO",
    "Checkpoint",
    "Code",
    "Contract",
    "ContractViolation",
    "EmitValidationError",
    "Finding",
    "Guard",
    "Handshake",
    "Identity",
    "InstallationError",
    "InvalidDocument",
    "Message",
    "Mode",
    "Policy",
    "Problem",
    "RegistrationError",
    "RequestValidationError",
    "ResponseValidationError",
    "SessionId",
    "SpecError",
    "Statistic",
    "UnreadableDocument",
    "UnresolvableReference",
    "UnsupportedVersion",
    "UserPassword",
    "Verdict",
    "Violation",
    "__version__",
    "ack_options",
    "load",
]

__version__ = "1.0.0rc1"

_HOMES = {
    "asyncapi_guard.codefirst.ack_options": ("ack_options",),
    "asyncapi_guard.contract": ("Contract", "Mode"),
    "asyncapi_guard.errors": (
        "AckValidationError",
        "AsyncAPIGuardError",
        "ContractViolation",
        "EmitValidationError",
        "Finding",
        "InstallationError",
        "InvalidDocument",
        "RegistrationError",
        "RequestValidationError",
        "ResponseValidationError",
        "SpecError",
        "UnreadableDocument",
        "UnresolvableReference",
        "UnsupportedVersion",
    ),
    "asyncapi_guard.guard": ("Guard", "Identity", "Policy", "UserPassword", "Verdict"),
    "asyncapi_guard.integrations.asyncapi_clients": ("AsyncAPIAsyncClient", "AsyncAPIClient"),
    "asyncapi_guard.integrations.asyncapi_servers": ("AsyncAPIAsyncServer", "AsyncAPIServer"),
    "asyncapi_guard.integrations.asyncapi_socketio": ("AsyncAPISocketIO",),
    "asyncapi_guard.integrations.handshake": ("Handshake", "SessionId"),
    "asyncapi_guard.integrations.message": ("Message",),
    "asyncapi_guard.integrations.middleware": ("AsyncAPIGuard",),
    "asyncapi_guard.integrations.recording.statistics": ("Statistic",),
    "asyncapi_guard.spec": ("load",),
    "asyncapi_guard.violations": ("Checkpoint", "Code", "Problem", "Violation"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
