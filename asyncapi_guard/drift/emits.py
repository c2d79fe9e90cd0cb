"""What an application emits: the events in its sources' `emit("…")`, `send` and `call`.

What is called, and with what, `inference` knows. An emit in a function that only hands on what it
is given is one for each call of that function, and is found at the argument there. What only the
run knows is not passed over: it is listed (`Unread`), so that nothing found never means that nobody
looked. What clients emit is none of it.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.literals import Literal, literal_of
from asyncapi_guard.drift.scopes import functions_around
from asyncapi_guard.drift.values import (
    Argument,
    Code,
    Display,
    Emits,
    Known,
    Partial,
    Place,
    Unknown,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncapi_guard.drift.inference import Call, Inference
    from asyncapi_guard.drift.scopes import Scope
    from asyncapi_guard.drift.values import CallSite, Chain

__all__ = ["Answer", "Emissions", "Emit", "Unread", "find_emits", "is_generated"]

#: Of one call in a source, that are followed.
_MOST_CHAINS = 300
_LONGEST_CHAIN = 5
_Numbers = tuple[int, "int | None"]
#: The values of one answer.
Answer = tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Emit:
    """An event that the sources emit.

    Attributes:
        event: its name.
        namespaces: where it may go; empty when the text does not say.
        file: the source.
        line: 1-based.
        column: 1-based.
        declares: it is a `doc_emit`, which only says so.
        arguments: what is sent, as far as it is written down; `None` when nobody can tell.
        callback: how many values the callback takes, at least and at most; `None` without one.
        acknowledged: somebody waits for the client's ack, or may.
        asks: whether it asks for an ack, by a callback or by `call`; `None` when nobody can tell.
        sent: what may be sent, by each way to the call: the expressions, or `None` where nobody
            knows which these are.
        told: a sample of each form that may be sent (`with_told_types`).
        is_told: the sources tell all of what is sent, or the types of all.
        rooms: where it goes within its namespaces (`to`, `room`), as far as it is written down.
    """

    event: str
    namespaces: tuple[str, ...]
    file: str
    line: int
    column: int
    declares: bool = False
    arguments: tuple[Literal, ...] | None = None
    callback: _Numbers | None = None
    acknowledged: bool = field(default=False, compare=False)
    asks: bool | None = field(default=None, compare=False)
    sent: tuple[tuple[Argument, ...] | None, ...] = field(default=(), compare=False, repr=False)
    told: tuple[Answer, ...] = field(default=(), compare=False, repr=False)
    is_told: bool = field(default=True, compare=False)
    rooms: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """An emit whose event only the run knows.

    Attributes:
        namespaces: where it may go; empty when the text does not say.
        file: the source.
        line: 1-based.
        column: 1-based.
        event: its name, where it is only not known whether a server emits it.
    """

    namespaces: tuple[str, ...]
    file: str
    line: int
    column: int
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Emissions:
    """What an application's sources emit.

    Attributes:
        emits: the events.
        unread: those of which only the run knows.
        answers: what the functions of the sources return, as far as it is written down, by their
            files and first lines.
    """

    emits: tuple[Emit, ...]
    unread: tuple[Unread, ...]
    answers: Mapping[tuple[str, int], tuple[Answer, ...]] = field(default_factory=dict)


def find_emits(inference: Inference) -> Emissions:
    """What the sources emit, in the order of files and lines."""
    found: dict[Any, Emit | Unread] = {}
    for scope in inference.scopes:
        if not _is_idle(inference, scope):
            for node in scope.calls:
                for each in _Reader(inference, scope, node).read():
                    found[_key(each)] = _both(found.get(_key(each)), each)
    ordered = sorted(found.values(), key=lambda each: (each.file, each.line, each.column))
    return Emissions(
        tuple(each for each in ordered if isinstance(each, Emit)),
        tuple(each for each in ordered if isinstance(each, Unread)),
        _answers(inference),
    )


def _both(known: Emit | Unread | None, found: Emit | Unread) -> Emit | Unread:
    """What is emitted at one place, to which several ways may lead."""
    if not isinstance(known, Emit) or not isinstance(found, Emit):
        return found
    return replace(
        known if known.arguments is not None else found,
        acknowledged=known.acknowledged or found.acknowledged,
        asks=known.asks if known.asks is found.asks else None,
        sent=(*known.sent, *found.sent),
    )


def _answers(inference: Inference) -> dict[tuple[str, int], tuple[Answer, ...]]:
    """What the handlers return, each of their `return`s by itself."""
    handlers = (s for s in inference.scopes if s.is_function and inference.handler(s) is not None)
    return {
        (inference.file(scope), scope.first_line): tuple(
            answer
            for node in scope.returns
            if (answer := sent_of(inference, Argument(node, scope))) is not None
        )
        for scope in handlers
        if not scope.yields
    }


def _key(found: Emit | Unread) -> tuple[Any, ...]:
    kind = found.declares if isinstance(found, Emit) else None
    return found.file, found.line, found.column, found.event, found.namespaces, kind


def _is_idle(inference: Inference, scope: Scope) -> bool:
    """Whether it is a function of a generated module that nobody calls."""
    generated = is_generated(vars(inference.module(scope)))
    return generated and scope.is_function and not inference.sites(scope)


def is_generated(module: Mapping[str, Any]) -> bool:
    """Whether a module has the names of those that `asyncapi-guard models` writes."""
    return "SOURCE" in module and isinstance(module.get("EVENTS"), dict)


class _Reader:
    """Reads one call."""

    def __init__(self, inference: Inference, scope: Scope, node: ast.Call) -> None:
        self._inference = inference
        self._scope = scope
        self._node = node

    def read(self) -> Iterator[Emit | Unread]:
        """What the call emits; in a function that hands on, for each call of that function."""
        todo: list[Chain] = [()]
        steps = 0
        while todo:
            chain = todo.pop()
            steps += 1
            found, opened = self._inference.watched(partial(self._emitted, chain))
            further = self._further(chain, opened) if found and steps < _MOST_CHAINS else []
            if further:
                todo += reversed(further)
            else:
                yield from found

    def _further(self, chain: Chain, opened: set[Scope]) -> list[Chain]:
        """The same with the calls of the function that decides what is emitted."""
        if len(chain) >= _LONGEST_CHAIN:
            return []
        base = chain[-1].scope if chain else self._scope
        for scope in functions_around(base):
            if scope in opened:
                known = {site.callee for site in chain}
                sites = self._inference.sites(scope)
                return [(*chain, site) for site in sites if site.scope not in known]
        return []

    def _emitted(self, chain: Chain) -> list[Emit | Unread]:
        return list(self._found(chain))

    def _found(self, chain: Chain) -> Iterator[Emit | Unread]:
        calls = list(self._inference.calls(self._node, self._scope, chain))
        merged: dict[tuple[str, Any, int], tuple[Emits, Call]] = {}
        for call in calls:
            function = call.function
            if isinstance(function, Emits):
                key = function.method, function.function, id(call.positional)
                known = merged.get(key)
                if known is not None and known[0].namespaces and function.namespaces:
                    both = dict.fromkeys((*known[0].namespaces, *function.namespaces))
                    function = replace(function, namespaces=tuple(both))
                merged[key] = function, call
        for function, call in merged.values():
            yield from self._emission(function, call, chain)
        if not merged and all(isinstance(each.function, Unknown) for each in calls):
            yield from self._likely(calls)

    def _likely(self, calls: Sequence[Call]) -> Iterator[Unread]:
        """An `emit` of something that may be a server, and may be something else."""
        function = self._node.func
        if isinstance(function, ast.Attribute) and function.attr == "emit":
            for call in calls[:1]:
                for value in self._inference.of(call.positional[0]) if call.positional else ():
                    text = text_of(value)
                    if text is not None:
                        yield Unread((), *self._position(Place("", self._node)), text)

    def _emission(self, function: Emits, call: Call, chain: Chain) -> Iterator[Emit | Unread]:
        given = _given(function, call)
        places = self._namespaces(function, given, call, chain)
        for event, place in self._events(function, given, call):
            for namespaces in places:
                position = self._position(place)
                if event is None:
                    yield Unread(namespaces, *position)
                    continue
                yield Emit(
                    event,
                    namespaces,
                    *position,
                    declares=function.method == "doc_emit",
                    arguments=self._payload(function, given, call),
                    callback=self._callback(given),
                    acknowledged=function.method == "call" or self._calls_back(given) is not False,
                    asks=self._asks(function, given, call),
                    sent=(self._sent_by(function, given, call),),
                    rooms=self._rooms(given),
                )

    def _rooms(self, given: _Given) -> tuple[str, ...]:
        arguments = (given.named.get(name) for name in ("to", "room"))
        values = (v for each in arguments if each is not None for v in self._inference.of(each))
        return tuple(text for each in values if (text := text_of(each)) is not None)

    def _position(self, place: Place) -> tuple[str, int, int]:
        file = place.file or self._inference.file(self._scope)
        return file, place.node.lineno, self._inference.column(file, place.node)

    # -- what is emitted, and where ----------------------------------------------------------------

    def _events(
        self, function: Emits, given: _Given, call: Call
    ) -> Iterator[tuple[str | None, Place]]:
        if function.method == "send":
            yield self._sent(given), Place("", call.node)
            return
        argument = given.named.get("event")
        here = self._here(argument, call)
        if argument is None:
            if not call.complete:
                yield None, here
            return
        values = self._inference.of(argument) or [Unknown()]
        if all(isinstance(each, Known) and each.value is None for each in values):
            values = [Unknown()]  # it is given its value later
        for value in values:
            text = text_of(value)
            place = getattr(value, "place", None) or here
            if text is not None or not isinstance(value, Known):
                yield text, place

    def _sent(self, given: _Given) -> str | None:
        json = given.named.get("json")
        if json is None:
            return "message"
        values = self._inference.of(json)
        known = [v.value for v in values if isinstance(v, Known)]
        if len(known) != 1 or len(values) != 1:
            return None
        return "json" if known[0] else "message"

    def _here(self, argument: Argument | None, call: Call) -> Place:
        if argument is None or argument.node is None or argument.scope is None:
            return Place("", call.node)
        return Place(self._inference.file(argument.scope), argument.node)

    def _namespaces(
        self, function: Emits, given: _Given, call: Call, chain: Chain
    ) -> list[tuple[str, ...]]:
        """Where a call emits to, for each that it may be; empty where nobody can tell."""
        argument = given.named.get("namespace")
        if argument is None and not call.complete:
            return [()]
        default = function.namespaces
        if default is None:
            default = self._of_handler(self._scope, chain) or ()
        if argument is None:
            # What is declared goes along with the handlers beside it, which the server knows.
            return [() if function.method == "doc_emit" else default]
        found = []
        for value in self._inference.of(argument) or [Unknown()]:
            if isinstance(value, Known) and value.value is None:
                found.append(default)
                continue
            text = text_of(value)
            found.append(() if text is None else (text,))
        return list(dict.fromkeys(found))

    def _of_handler(self, scope: Scope, chain: Chain, depth: int = 0) -> tuple[str, ...] | None:
        """The namespaces of the handlers that a place belongs to; `None` when there are others."""
        for around in functions_around(scope):
            found = self._inference.handler(around)
            if found is not None:
                return found
        home = next(functions_around(scope), None)
        if home is None or depth > _LONGEST_CHAIN:
            return None
        callers: list[CallSite] = [site for site in chain if site.callee is home][:1]
        namespaces: dict[str, None] = {}
        for site in callers or self._inference.sites(home):
            found = self._of_handler(site.scope, chain, depth + 1)
            if found is None:
                return None
            namespaces.update(dict.fromkeys(found))
        return tuple(namespaces) or None

    # -- with what ---------------------------------------------------------------------------------

    def _payload(self, function: Emits, given: _Given, call: Call) -> tuple[Literal, ...] | None:
        if (
            call.later
            or not call.complete
            or function.method == "doc_emit"
            or function.function is None
        ):
            return None
        if len(given.payload) == 1:
            return sent_of(self._inference, given.payload[0])
        return tuple(literal_of(self._inference, each) for each in given.payload)

    def _sent_by(self, function: Emits, given: _Given, call: Call) -> tuple[Argument, ...] | None:
        """The expressions of what is sent; `None` where they are not all there."""
        if call.later or not call.complete or (function.function is None and given.payload[1:]):
            return None
        return tuple(given.payload)

    def _asks(self, function: Emits, given: _Given, call: Call) -> bool | None:
        """Whether an ack is asked for; `None` when nobody can tell."""
        if function.method == "call":
            return True
        # More may be handed over, and a function that nobody knows may take it by position.
        is_told = call.complete and not call.later and function.function is not None
        return self._calls_back(given) if is_told else None

    def _calls_back(self, given: _Given) -> bool | None:
        """Whether a callback is given; `None` where it may be."""
        argument = given.named.get("callback")
        if argument is None:
            return False
        found = {_is_given(each) for each in self._inference.of(argument) or [Unknown()]}
        return found.pop() if len(found) == 1 else None

    def _callback(self, given: _Given) -> _Numbers | None:
        argument = given.named.get("callback")
        if argument is None:
            return None
        values = self._inference.of(argument)
        if len(values) != 1:
            return None
        (value,) = values
        if isinstance(value, Known):
            value = self._inference.written(value.value) or value
        if isinstance(value, Partial) and isinstance(value.function, Code) and not value.keywords:
            least, most = _numbers_of(value.function)
            given_before = len(value.positional)
            return max(least - given_before, 0), most and max(most - given_before, 0)
        return _numbers_of(value) if isinstance(value, Code) else None


def _is_given(value: Any) -> bool | None:
    """Whether a value is another one than None; `None` where nobody can tell."""
    if isinstance(value, Known):
        return value.value is not None
    return True if isinstance(value, (Code, Partial)) else None


def sent_of(inference: Inference, argument: Argument) -> tuple[Literal, ...] | None:
    """The values that one value is sent as; `None` when nobody can tell."""
    several = _several(inference, argument)
    if several is not None:
        return tuple(literal_of(inference, each) for each in several)
    literal = literal_of(inference, argument)
    if literal.is_none:
        return ()
    # What is not written down may be a tuple, which is several values.
    return (literal,) if literal.is_told else None


def _several(inference: Inference, argument: Argument) -> list[Argument] | None:
    """The elements of a tuple, which is sent as several values."""
    values = inference.of(argument)
    if len(values) != 1 or not isinstance(values[0], Display):
        return None
    display = values[0]
    node = display.node
    if not isinstance(node, ast.Tuple) or _has_stars(node.elts):
        return None
    return [Argument(each, display.scope, display.chain) for each in node.elts]


@dataclass(frozen=True, slots=True)
class _Given:
    """The arguments of a call that emits, by what they are.

    Attributes:
        named: by the names of the library's parameters.
        payload: what is sent.
    """

    named: dict[str, Argument]
    payload: list[Argument]


#: What the functions of Flask-SocketIO's kind take, where nobody knows which function it is.
_USUAL = ("event", "*")


def _given(function: Emits, call: Call) -> _Given:
    """The arguments of a call, by what they are to the function of the library."""
    names = _USUAL if function.function is None else _parameters(function.function)
    named: dict[str, Argument] = dict(call.keywords)
    payload: list[Argument] = []
    for index, argument in enumerate(call.positional):
        name = names[index] if index < len(names) else ("*" if "*" in names else "")
        if name == "*":
            payload.append(argument)
        elif name:
            named[name] = argument
    if "message" in names and "event" not in names:
        named.setdefault("event", named.get("message", Argument(None)))
    data = named.get("data")
    if data is None and function.method == "send":
        data = named.get("message")
    return _Given(named, payload if data is None else [data])


def _parameters(function: Any) -> list[str]:
    """The names of positional parameters; `*` for any further ones."""
    names = []
    for each in inspect.signature(function).parameters.values():
        if each.kind is each.VAR_POSITIONAL:
            names.append("*")
        elif each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD):
            names.append(each.name)
    return names[1:] if names[:1] == ["self"] else names


def _numbers_of(function: Code) -> _Numbers:
    """How many positional arguments a function of the sources takes."""
    given: ast.arguments = function.scope.node.args  # type: ignore[union-attr]  # a function's
    count = len(given.posonlyargs) + len(given.args) - (function.bound is not None)
    least = count - len(given.defaults)
    return max(least, 0), None if given.vararg is not None else count


def _has_stars(nodes: Sequence[ast.expr]) -> bool:
    return any(isinstance(each, ast.Starred) for each in nodes)
