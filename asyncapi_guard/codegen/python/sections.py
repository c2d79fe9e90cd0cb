"""What stands below the models: further names, the index of events, handlers, helpers that emit."""

from __future__ import annotations

import json
import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.codegen.names import pascal, snake
from asyncapi_guard.codegen.python.dialect import plain_text
from asyncapi_guard.contract import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asyncapi_guard.codegen.catalogue import Event, Form
    from asyncapi_guard.codegen.names import TypeNames
    from asyncapi_guard.codegen.python.bundle import Arguments

__all__ = ["Section", "Writer", "quoted"]

#: Names in helpers, which no argument of an event may have.
_TAKEN = frozenset(
    (
        *("socketio", "to", "skip_sid", "callback", "namespace", "timeout", "self", "rest"),
        *("answer", "answered", "map"),
    )
)
#: Types that stand for anything.
_ANY = "Any"


class Signature(NamedTuple):
    """Arguments as a function takes them.

    Attributes:
        kinds: the type of each, as an annotation.
        rest: the type of further ones; `None` where there are none.
        called: what the document calls each, if anything; nothing where it does not say.
    """

    kinds: tuple[str, ...]
    rest: str | None = None
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The lines about the events of one namespace, and what they define.

    Attributes:
        events: entries of the index.
        blocks: definitions.
        names: what they define, in order.
    """

    events: tuple[str, ...]
    blocks: tuple[str, ...]
    names: tuple[str, ...]


def _is_templated(namespace: str) -> bool:
    """Whether a namespace has parameters, so that whoever emits must say which one is meant."""
    return "{" in namespace


class Writer:
    """Writes sections.

    Args:
        arguments: what each form stands for.
        names: gives names to classes.
        pointer: makes a pointer, relative to the spec, of a place.
        reads: whether acks become instances.
    """

    def __init__(
        self,
        arguments: Mapping[str, Arguments],
        names: TypeNames,
        pointer: Callable[[str], str],
        *,
        reads: bool,
    ) -> None:
        self._arguments = arguments
        self._names = names
        self._pointer = pointer
        self._reads = reads
        self._functions: set[str] = set()

    def section(self, namespace: str, events: Sequence[Event]) -> Section:
        """The lines about a namespace."""
        names: list[str] = []
        blocks: list[str] = []
        received = [event for event in events if event.direction is Action.RECEIVE]
        if received:
            name = self._names.take([f"{namespace} Handlers", f"{namespace} Namespace Handlers"])
            names.append(name)
            blocks.append(self._handlers(name, namespace, received))
        for event in events:
            if event.direction is Action.SEND:
                for found, block in self._helpers(event):
                    names.append(found)
                    blocks.append(block)
        return Section(tuple(map(self._entry, events)), tuple(blocks), tuple(names))

    def forget_functions(self) -> None:
        """Begin another module, in which names of functions are free again."""
        self._functions.clear()

    # -- the index ---------------------------------------------------------------------------------

    def _entry(self, event: Event) -> str:
        key = ", ".join(map(quoted, (event.namespace, event.direction.value, event.name)))
        lines = [f"    ({key}): EventModels("]
        for field, forms in (("payloads", event.payloads), ("acks", event.acks)):
            if forms:
                shown = [f"            {self._form(form)}," for form in forms]
                lines += [f"        {field}=(", *shown, "        ),"]
            else:
                lines.append(f"        {field}=(),")
        return "\n".join([*lines, "    ),"])

    def _form(self, form: Form) -> str:
        found = self._arguments[form.name]
        each = "".join(f"{kind or _ANY}, " for kind in found.each)
        args = f"({each.rstrip() if len(found.each) == 1 else each.rstrip(', ')})"
        anything = found.whole is None and found.rest is not None
        kind = _ANY if anything else found.whole
        rest = _ANY if found.rest == "" else found.rest
        pointer = quoted(self._pointer(form.message))
        return f"EventForm({kind}, {args}, {found.required}, {rest}, {pointer})"

    # -- handlers ----------------------------------------------------------------------------------

    def _handlers(self, name: str, namespace: str, events: Sequence[Event]) -> str:
        lines = [
            f"class {name}(Protocol):",
            f'    """Handlers of what clients send to {_prose(namespace)}."""',
        ]
        taken: set[str] = set()
        for event in events:
            method = _free([f"on_{_function(event.name)}"], taken)
            signature, required = self._taken_by_handler(event)
            params = self._params(signature)
            params = [
                param if index < required else f"{param} = ..."
                for index, param in enumerate(params[: len(signature.kinds)])
            ] + params[len(signature.kinds) :]
            given = ["self", *params[: len(signature.kinds)], "/", *params[len(signature.kinds) :]]
            lines += ["", *_def(method, given, self._returned(event), 4)]
            lines += [*_docstring(event, 8), "        ..."]
        return "\n".join(lines)

    def _taken_by_handler(self, event: Event) -> tuple[Signature, int]:
        """One signature that takes every form."""
        forms = [self._arguments[form.name] for form in event.payloads]
        most = max((len(form.each) for form in forms), default=0)
        kinds = []
        for index in range(most):
            here = [
                _shown(form.each[index]) if index < len(form.each) else _shown(form.rest or None)
                for form in forms
                if index < len(form.each) or form.rest is not None
            ]
            kinds.append(_union(here))
        rests = [_shown(form.rest or None) for form in forms if form.rest is not None]
        required = min((form.required for form in forms), default=0)
        called = forms[0].called if len(forms) == 1 else ()
        return Signature(tuple(kinds), _union(rests) if rests else None, called), required

    def _returned(self, event: Event) -> str:
        if not event.acks or event.name in ("connect", "disconnect"):
            return "object"
        return _union([self._value(form) for form in event.acks])

    def _value(self, form: Form) -> str:
        """The type of what a handler returns, or `call` gives, for a form of an ack."""
        found = self._arguments[form.name]
        if found.whole is None:
            return "None" if found.rest is None else _ANY
        if found.each == (found.whole,):
            return found.whole
        if found.rest is None and found.required == len(found.each) > 1:
            return f"tuple[{', '.join(map(_shown, found.each))}]"
        return _ANY

    # -- helpers -----------------------------------------------------------------------------------

    def _helpers(self, event: Event) -> Iterable[tuple[str, str]]:
        function = _function(event.name)
        inside = f"{_function(event.namespace)}_{function}".strip("_")
        signatures = self._signatures(event)
        target = _target(event.namespace)
        for verb in ("emit", "call") if event.acks else ("emit",):
            name = _free([f"{verb}_{function}", f"{verb}_{inside}"], self._functions)
            options, result, sending = self._sending(verb, event, target)
            yield name, _functionquoted(name, event, signatures, self, options, result, sending)

    def _sending(
        self, verb: str, event: Event, target: str
    ) -> tuple[list[str], str, tuple[str, str]]:
        """A helper's options, its result, and what stands before and after the arguments sent."""
        options = ["namespace: str"] if _is_templated(event.namespace) else []
        key = ", ".join(map(quoted, (event.namespace, "send", event.name)))
        acks = f"EVENTS[{key}].acks"
        where = f"namespace={target}, to=to"
        if verb == "call":
            result = _union([self._value(form) for form in event.acks]) if self._reads else _ANY
            before = (
                f"answer: {result} = _called(\n        {acks},\n"
                f"        socketio.call({quoted(event.name)}, "
            )
            after = f", {where}, timeout=timeout),\n    )\n    return answer"
            return [*options, "to: str", "timeout: float = 60"], result, (before, after)
        options += ["to: str | list[str] | None = None", "skip_sid: str | list[str] | None = None"]
        before, after = f"socketio.emit({quoted(event.name)}, ", f", {where}, skip_sid=skip_sid)"
        if event.acks:
            options.append(f"callback: {self._callback(event)} | None = None")
            before = (
                f"answered = _answered({acks}, callback)\n    socketio.emit({quoted(event.name)}, "
            )
            after = f", {where}, skip_sid=skip_sid, callback=answered)"
        return options, "None", (before, after)

    def _callback(self, event: Event) -> str:
        found = [self._arguments[form.name] for form in event.acks]
        counts = {len(each.each) for each in found}
        fixed = all(each.rest is None and each.required == len(each.each) for each in found)
        if not self._reads or not fixed or len(counts) > 1:
            return "Callable[..., object]"
        kinds = [
            _union(map(_shown, kinds)) for kinds in zip(*(each.each for each in found), strict=True)
        ]
        return f"Callable[[{', '.join(kinds)}], object]"

    def _signatures(self, event: Event) -> list[Signature]:
        """The ways in which an event may be sent."""
        found: dict[tuple[tuple[str, ...], str | None], Signature] = {}
        for form in event.payloads:
            arguments = self._arguments[form.name]
            kinds, called = tuple(map(_shown, arguments.each)), arguments.called
            for count in range(arguments.required, len(kinds)):
                found.setdefault((kinds[:count], None), Signature(kinds[:count], None, called))
            rest = None if arguments.rest is None else _shown(arguments.rest or None)
            found.setdefault((kinds, rest), Signature(kinds, rest, called))
        single = [kinds for kinds, rest in found if len(kinds) == 1 and rest is None]
        if len(single) == len(found):
            return [Signature((_union(kind for (kind,) in single),))]
        return list(found.values())

    def _params(self, signature: Signature) -> list[str]:
        names = _parameter_names(signature)
        params = [f"{name}: {kind}" for name, kind in zip(names, signature.kinds, strict=True)]
        if signature.rest is not None:
            params.append(f"*rest: {signature.rest}")
        return params

    def params(self, signature: Signature) -> list[str]:
        """The parameters of a signature."""
        return self._params(signature)


def _functionquoted(
    name: str,
    event: Event,
    signatures: Sequence[Signature],
    writer: Writer,
    options: list[str],
    result: str,
    sending: tuple[str, str],
) -> str:
    lines: list[str] = []
    if len(signatures) > 1:
        for signature in signatures:
            lines += ["@overload"]
            params = [*writer.params(signature)]
            marker = [] if signature.rest is not None else ["*"]
            given = ["socketio: Emitter", *params]
            if signature.kinds:
                given.insert(1 + len(signature.kinds), "/")
            lines += _def(name, [*given, *marker, *options], result, 0)
            lines[-1] += " ..."
        params, values = ["*args: Any"], "tuple(map(_wire, args))"
        marker = []
    else:
        (signature,) = signatures
        params = writer.params(signature)
        marker = [] if signature.rest is not None else ["*"]
        values = _values(signature)
    lines += _def(name, ["socketio: Emitter", *params, *marker, *options], result, 0)
    lines += _docstring(event, 4) or [f'    """Emit `{_prose(event.name)}`."""']
    before, after = sending
    lines.append(f"    {before}{values}{after}")
    return "\n".join(lines)


def _values(signature: Signature) -> str:
    """A tuple of what is sent."""
    names = _parameter_names(signature)
    items = [f"_wire({name})" for name in names]
    if signature.rest is not None:
        items.append("*map(_wire, rest)")
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _parameter_names(signature: Signature) -> list[str]:
    """`payload` for one; several are called as in the document, or by their position."""
    if len(signature.kinds) == 1:
        return ["payload"]
    names = [f"arg{index + 1}" for index in range(len(signature.kinds))]
    for index, text in enumerate(signature.called[: len(names)]):
        name = snake(text)
        usable = name.isidentifier() and not keyword.iskeyword(name) and name not in _TAKEN
        if usable and name not in names:
            names[index] = name
    return names


def _target(namespace: str) -> str:
    return "namespace" if _is_templated(namespace) else quoted(namespace)


def _def(name: str, params: list[str], result: str, indent: int) -> list[str]:
    """The head of a function, on one line if it fits."""
    space = " " * indent
    # Nothing may follow a bare `*`, and nothing stand before a `/`.
    if params and params[-1] == "*":
        params = params[:-1]
    if len(params) > 1 and params[:2] == ["self", "/"]:
        params = ["self", *params[2:]]
    line = f"{space}def {name}({', '.join(params)}) -> {result}:"
    if len(line) <= 96:
        return [line]
    return [
        f"{space}def {name}(",
        *(f"{space}    {param}," for param in params),
        f"{space}) -> {result}:",
    ]


def _docstring(event: Event, indent: int) -> list[str]:
    text = _prose(event.description or event.title)
    if event.deprecated:
        text = f"{text}\n\nDeprecated." if text else "Deprecated."
    if not text:
        return []
    space = " " * indent
    lines = [f"{space}{line}".rstrip() for line in text.splitlines()]
    lines[0] = f'{space}"""{lines[0].strip()}'
    if len(lines) == 1:
        return [f'{lines[0]}"""']
    return [*lines, f'{space}"""']


def _prose(text: str) -> str:
    """Text that may stand in a docstring."""
    clean = plain_text(text).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f"{clean}." if clean.endswith('"') else clean


def _union(kinds: Iterable[str]) -> str:
    found = list(dict.fromkeys(kinds))
    return _ANY if _ANY in found else " | ".join(found)


def _shown(kind: str | None) -> str:
    return kind or _ANY


def quoted(value: str) -> str:
    """A text as Python code."""
    return json.dumps(value, ensure_ascii=not value.isprintable())


def _function(text: str) -> str:
    """A name for a part of a function's name; it may begin with a digit."""
    return snake(text) or pascal(text).lower() or "event"


def _free(wanted: Sequence[str], taken: set[str]) -> str:
    """The first name that is free, else the last with a number."""
    found = next((name for name in wanted if name not in taken), None)
    number = 2
    while found is None:
        name = f"{wanted[-1]}_{number}"
        found, number = (name, number) if name not in taken else (None, number + 1)
    taken.add(found)
    return found
