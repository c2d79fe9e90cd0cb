"""The document that models were generated from, which becomes the contract.

A module that `asyncapi-guard models` has written says where its document is (`SOURCE`), and which
types each event has (`EVENTS`). A server whose handlers are typed with such models has the document
for its own: what came from there stays as its author wrote it, with everything that types cannot
say, and only what people wrote themselves is derived from their types:

- an event whose handler has the types of `EVENTS`, or wider ones, keeps its message;
- an event whose handler has others keeps it but for the payload, the ack, or both;
- an event that the document does not know is added as `additions` adds one; where its types use
  generated models, it refers to the document's schemas;
- whatever else the document has stays. An event that nobody handles is found by
  `asyncapi-guard check`, not lost.
"""

from __future__ import annotations

import os
import re
import typing
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncapi_guard.codefirst.generated_models import generated_by, homes_of
from asyncapi_guard.contract import Action, Perspective
from asyncapi_guard.schema.comparison import differences, is_anything

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from asyncapi_guard.codefirst.hints import Hint
    from asyncapi_guard.codefirst.registry import Receiver, Registry, Sender
    from asyncapi_guard.contract import Schema

__all__ = [
    "Origin",
    "has_ack",
    "is_sent",
    "models_of",
    "origin_of",
    "serves",
    "takes_all",
    "takes_payload",
]

_PARAMETER = re.compile(r"\{[^{}]*\}")
_NONE = type(None)


@dataclass(frozen=True, slots=True)
class Origin:
    """The document that models were generated from.

    Attributes:
        file: where it is.
        schemas: where in it each type stands, as a JSON Pointer in a URI fragment.
        events: the types of its events: of each, what the generated modules have in `EVENTS`.
        mirrored: the application is the other side than the document describes, so what that
            receives, it sends. The events are the application's.
    """

    file: Path
    schemas: Mapping[Any, str]
    events: Mapping[tuple[str, str, str], tuple[Any, ...]]
    mirrored: bool = False

    def event(self, namespace: str, action: Action, name: str) -> tuple[Any, ...]:
        """The types of an event in each module; nothing when the document does not have it."""
        found = self.events.get((namespace, str(action), name))
        if found is not None:
            return found
        for (address, direction, event), models in self.events.items():
            if (direction, event) == (str(action), name) and serves(address, namespace):
                return models
        return ()


def origin_of(registry: Registry, side: Perspective | None = None) -> Origin | None:
    """The document that the models of an application were generated from; `None` without one.

    Args:
        registry: what is registered.
        side: the application's; the server by default.

    A document that is not where the models say is no origin, nor are several; a warning says so.
    Models of an application whose code made their document have none.
    """
    found: dict[Path, Origin] = {}
    mirrored = side is Perspective.CLIENT
    for module in models_of(registry):
        if module.__file__ and module.SOURCE.file:
            folder = Path(module.__file__).resolve().parent
            file = Path(os.path.normpath(folder / module.SOURCE.file))
            known = found.get(file, Origin(file, {}, {}, mirrored))
            # A package's modules have a part each; two modules may both have all.
            events = dict(known.events)
            for (namespace, action, event), models in module.EVENTS.items():
                does = str(Action(action).mirrored) if mirrored else action
                key = namespace, does, event
                events[key] = (*events.get(key, ()), models)
            schemas = {**known.schemas, **module.SOURCE.schemas}
            found[file] = Origin(file, schemas, events, mirrored)
    if not found:
        return None
    if len(found) > 1:
        files = ", ".join(map(str, sorted(found)))
        warnings.warn(
            f"models were generated from several documents ({files}), so none of them can be the "
            "document of the server; the document is derived only from the types",
            stacklevel=2,
        )
        return None
    (origin,) = found.values()
    if origin.file.is_file():
        return origin
    warnings.warn(
        f"{origin.file}, which models were generated from, doesn't exist; the document is derived "
        "from the types alone",
        stacklevel=2,
    )
    return None


def models_of(registry: Registry) -> dict[ModuleType, None]:
    """The generated modules that a server uses, in the order in which one meets them."""
    names = dict.fromkeys(name for hint in _hints(registry) for name in homes_of(hint.hint))
    names.update(dict.fromkeys(registry.models))
    return {module: None for module in map(generated_by, names) if module is not None}


def _hints(registry: Registry) -> Iterator[Hint]:
    for receiver in registry.receivers():
        everything = (*(receiver.arguments or ()), receiver.rest, receiver.ack)
        yield from (hint for hint in everything if hint is not None)
    for sender in registry.senders():
        yield from (hint for hint in (*sender.payloads, sender.ack) if hint is not None)


def serves(address: str, namespace: str) -> bool:
    """Whether an address is a template of a namespace."""
    parts = _PARAMETER.split(address)
    return len(parts) > 1 and bool(re.fullmatch("[^/]+".join(map(re.escape, parts)), namespace))


# -- whether types are the document's own ----------------------------------------------------------


def takes_payload(receiver: Receiver, models: Any) -> bool:
    """Whether a handler takes what the document says, in the types that were generated."""
    if receiver.arguments is None:
        return True  # nothing is said
    given = tuple(hint.hint for hint in receiver.arguments)
    rest = receiver.rest.hint if receiver.rest is not None else None
    forms = models.payloads
    if any(_same(given, receiver.required, rest, form) for form in forms):
        return len(forms) == 1 or len(given) == 0
    return len(given) == 1 and rest is None and _is_any_of(given[0], forms)


def has_ack(ack: Hint | None, models: Any) -> bool:
    """Whether an ack is of the types that were generated, or nothing is said of it on one side."""
    if ack is None or not models.acks:
        return ack is None or ack.hint in (None, _NONE, Any, object)
    return _is_any_of(ack.hint, models.acks)


def is_sent(sender: Sender, models: Any) -> bool:
    """Whether what is declared to be sent is of the types that were generated."""
    given = [hint.hint for hint in sender.payloads]
    kinds = [form.kind if form.args or form.rest is not None else _NONE for form in models.payloads]
    if len(given) == 1 and _is_any_of(given[0], models.payloads):
        return True
    return len(given) == len(kinds) and all(kind in given for kind in kinds)


def takes_all(code: Sequence[Schema] | None, file: Sequence[Schema] | None) -> bool:
    """Whether a hint's schemas accept all that the document's do; `None` is anything.

    Such a hint says nothing that the document does not say better.
    """
    if code is None or file is None:
        return code is None or all(map(is_anything, code))
    return not any(each.narrower for each in differences(code, file))


def _same(given: tuple[Any, ...], required: int, rest: Any, form: Any) -> bool:
    if (len(given), required, rest) != (len(form.args), form.required, form.rest):
        return False
    optional = [index >= required for index in range(len(given))]
    return all(
        one == other or (may_miss and one == typing.Optional[other])  # noqa: UP045  # of a value
        for one, other, may_miss in zip(given, form.args, optional, strict=True)
    )


def _is_any_of(hint: Any, forms: Sequence[Any]) -> bool:
    """Whether a type is that of one form, or the union of several."""
    kinds = [_NONE if form.kind is None else form.kind for form in forms]
    given = None if hint is None else hint
    if len(kinds) == 1:
        return (_NONE if given is None else given) == kinds[0]
    return typing.Union[tuple(kinds)] == given  # noqa: UP007  # of values
