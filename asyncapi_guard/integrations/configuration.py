"""The options of a guard in a Flask application's configuration (`ASYNCAPI_GUARD_*`).

Values come from Python files, TOML and JSON, or from the environment
(`app.config.from_prefixed_env()`). The environment contains only strings, so strings such as
`true`, `/admin,/internal` and `{"onMove": "report"}` are also accepted.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.console.below import check_root
from asyncapi_guard.contract import Contract
from asyncapi_guard.errors import Finding, InstallationError, UnreadableDocument
from asyncapi_guard.guard import RESERVED_EVENTS, Policy
from asyncapi_guard.integrations.recording.log import logger
from asyncapi_guard.integrations.verifiers import check_timeout
from asyncapi_guard.schema import get_engine
from asyncapi_guard.spec.wording import nearest
from asyncapi_guard.usage.client_versions import check_source

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KEYS", "NO_DOCUMENT", "PREFIX", "Configured", "keys_in", "read_configuration"]

PREFIX = "ASYNCAPI_GUARD_"
NO_DOCUMENT = (
    "the guard has no document; set ASYNCAPI_GUARD_SPEC in the configuration of the Flask "
    "application before guard.init_app(app), or pass the document, as in "
    "AsyncAPIGuard('asyncapi.yml')"
)
_YES = ("true", "yes", "on", "1")
_NO = ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class Configured:
    """The options in a configuration.

    Attributes:
        spec: the document, its relative path resolved.
        options: the other options, as `AsyncAPIGuard` takes them, with `policy` among them.
    """

    spec: Any
    options: Mapping[str, Any]


def keys_in(config: Mapping[Any, Any]) -> list[str]:
    """The keys of ours that are set; `None` and an empty text are not."""
    keys = [key for key in config if isinstance(key, str) and key.startswith(PREFIX)]
    return [key for key in keys if config[key] is not None and config[key] != ""]


def read_configuration(
    config: Mapping[str, Any], root_path: str, given: Mapping[str, Any]
) -> Configured:
    """Read the options from a Flask configuration.

    Args:
        config: `app.config`.
        root_path: `app.root_path`, which relative paths are looked for in first.
        given: the options that were given to the constructor, which win.

    Raises:
        InstallationError: there is no document, a key is unknown, or a value is not allowed.
        UnreadableDocument: the document is neither in the application's directory nor in the
            working directory.
    """
    values = {key.removeprefix(PREFIX).lower(): config[key] for key in _known(config)}
    read = {name: _read(name, value, root_path) for name, value in values.items()}
    if "spec" not in read:
        raise InstallationError(NO_DOCUMENT)
    spec = read.pop("spec")
    fields = {name: read.pop(name) for name in list(read) if name in _POLICY}
    options = {**read, **given}
    if "policy" not in given:
        options["policy"] = _policy(fields)
    elif fields:
        ignored = ", ".join(sorted(PREFIX + name.upper() for name in fields))
        logger.warning("%s: ignored, because the guard was created with a policy", ignored)
    return Configured(spec, options)


def _policy(fields: Mapping[str, Any]) -> Policy:
    try:
        return Policy(**fields)
    except ValueError as error:  # one of them needs another one
        name = str(error).partition(" ")[0]
        raise InstallationError(f"{PREFIX}{name.upper()}: {error}") from error


def _known(config: Mapping[str, Any]) -> list[str]:
    keys = keys_in(config)
    for key in keys:
        if key not in KEYS:
            names = [known.removeprefix(PREFIX) for known in KEYS]
            meant = nearest(key.removeprefix(PREFIX), names).replace("'", f"'{PREFIX}", 1)
            raise InstallationError(f"{key} is not an option of asyncapi_guard{meant or _ALL}")
    return keys


def _read(name: str, value: Any, root_path: str) -> Any:
    """A value of the configuration, as the option takes it."""
    try:
        if name in ("spec", "root"):
            return _path(name, value, root_path)
        read = _READERS[name](value)
        if name in _POLICY:
            # Two of them are about another one, which may be set as well.
            needed = {"max_violations": 1} if name in ("then", "window") else {}
            Policy(**{**needed, name: read})
    except (TypeError, ValueError, ImportError) as error:
        raise InstallationError(f"{PREFIX}{name.upper()}: {error}") from error
    return read


# -- kinds of values -------------------------------------------------------------------------------


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in (*_YES, *_NO):
        raise ValueError(f"must be true or false, not {value!r}")
    return text in _YES


def _seconds(value: Any) -> float:
    try:
        return check_timeout(float(value) if isinstance(value, str) else value)
    except ValueError:
        raise ValueError(f"must be a number of seconds more than 0, not {value!r}") from None


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return int(value) if value.strip().lstrip("+-").isdecimal() else float(value)
    except ValueError:
        raise ValueError(f"must be a number, not {value!r}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be a string, not a {type(value).__name__}")
    return value


def _event(value: Any) -> str:
    name = _text(value)
    if name in RESERVED_EVENTS:
        raise ValueError(f"must not be {name!r}, which Socket.IO reserves for itself")
    return name


def _several(value: Any) -> Collection[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Mapping) or not isinstance(value, Collection):
        raise TypeError(f"must be a list, not a {type(value).__name__}")
    return value


def _hosts(value: Any) -> Collection[str]:
    if isinstance(value, bool):
        if value:
            raise TypeError("must be a list of hosts, such as ['example.com'], not true")
        return ()
    return _several(value)


def _mapping(value: Any) -> Mapping[Any, Any]:
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        read = None
    if not isinstance(read, Mapping):
        raise TypeError('must be a mapping, such as {"onMove": "report"}')
    return read


def _mode(value: Any) -> Any:
    # YAML and TOML read a bare off as false.
    return "off" if value is False else value


def _key(value: Any) -> Any:
    return value if isinstance(value, bytes) else _text(value)


def _engine(value: Any) -> Any:
    get_engine(value)
    return value


def _source(value: Any) -> Any:
    check_source(value)
    return value


def _callable(value: Any) -> Any:
    if not callable(value):
        raise TypeError(f"must be a function, not a {type(value).__name__}")
    return value


def _root(value: Any) -> Any:
    # YAML and TOML read a bare off as false.
    return None if value is False else check_root(value)


def _path(name: str, value: Any, root_path: str) -> Any:
    """The document, or a directory: where the application is, else in the working directory."""
    if isinstance(value, (Mapping, Contract)) and name == "spec":
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"must be a path, not a {type(value).__name__}")
    beside, here = Path(root_path, value), Path(value)
    if beside.exists() or here.exists() or beside == here:
        return beside if beside.exists() else here
    if name == "spec":
        message = f"is neither in {root_path} nor in the working directory, {Path.cwd()}"
        raise UnreadableDocument(Finding(str(value), 0, 0, "", message, "unreadable"))
    raise ValueError(f"{value} is neither in {root_path} nor in {Path.cwd()}")


def _file(value: Any) -> Any:
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"must be the name of a file, not a {type(value).__name__}")
    return value


def _bytes(value: Any) -> int:
    try:
        return int(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"must be a number of bytes, not {value!r}") from None


def _count(value: Any) -> int:
    try:
        return int(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"must be a number of processes, not {value!r}") from None


def _salt(value: Any) -> str | bytes:
    if not isinstance(value, (str, bytes)):
        return str(value)  # of digits alone, in the environment
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "addresses": _boolean,
    "allow_http": _hosts,
    "checkpoints": _mapping,
    "docs": _root,
    "docs_auth": _callable,
    "engine": _engine,
    "exclude": _several,
    "include_values": _boolean,
    "live": _boolean,
    "max_events_per_second": _number,
    "max_running_handlers": _number,
    "max_violations": _number,
    "mode": _mode,
    "on_violation": _callable,
    "operations": _mapping,
    "queue_control": _mode,
    "queue_key": _key,
    "reject_event": _event,
    "respond_unhandled": _boolean,
    "security": _mode,
    "security_timeout": _seconds,
    "server": _text,
    "then": _text,
    "undeclared_acks": _mode,
    "undeclared_events": _mode,
    "undeclared_namespaces": _mode,
    "usage": _file,
    "usage_size": _bytes,
    "usage_version": _source,
    "watch": _boolean,
    "window": _number,
    "violations": _file,
    "violations_keep": _count,
    "violations_salt": _salt,
    "violations_size": _bytes,
}
_POLICY = frozenset(field.name for field in dataclasses.fields(Policy))
#: Every key that a configuration can have.
KEYS = tuple(sorted(PREFIX + name.upper() for name in (*_READERS, "spec", "root")))
_ALL = f"; the options are {', '.join(KEYS)}"
