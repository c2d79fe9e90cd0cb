"""Types as text: two spaces, semicolons, double quotes, and lines that fit where they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.codegen.typescript.comments import jsdoc
from asyncapi_guard.codegen.typescript.literals import key
from asyncapi_guard.codegen.typescript.type_model import (
    Alternatives,
    Array,
    Element,
    Function,
    Intersection,
    Literal,
    Member,
    Object,
    Parameter,
    Plain,
    Reference,
    Tuple,
    Type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["declaration", "shown"]

_WIDTH = 100
_STEP = "  "


def declaration(name: str, type_: Type, comment: tuple[str, ...] = ()) -> str:
    """An exported type: an interface for an object, else an alias."""
    head = jsdoc(comment, "")
    if isinstance(type_, Object):
        return f"{head}export interface {name} {shown(type_, room=0)}\n"
    start = f"export type {name} ="
    text = shown(type_, room=_WIDTH - len(start) - 2)
    return f"{head}{start}{_after(text)};\n"


def shown(type_: Type, indent: str = "", room: int = _WIDTH) -> str:
    """A type as text.

    Args:
        type_: any.
        indent: what its lines begin with, but for the first.
        room: how many characters the first one may have.
    """
    if isinstance(type_, (Plain, Literal, Reference)):
        return type_.name if isinstance(type_, Reference) else type_.text
    if isinstance(type_, Object):
        return _object(type_, indent, room)
    if isinstance(type_, Array):
        text = f"{_in_brackets(type_.item, indent, room - 4)}[]"
        return f"readonly {text}" if type_.readonly else text
    if isinstance(type_, Tuple):
        return _listed(
            "readonly [" if type_.readonly else "[", _elements(type_, indent), "]", indent, room
        )
    if isinstance(type_, Function):
        return _function(type_, indent, room)
    return _joined(type_, indent, room)


def _in_brackets(type_: Type, indent: str, room: int) -> str:
    """A type as a part of another: in brackets if it has parts itself."""
    text = shown(type_, indent, room)
    readonly = isinstance(type_, (Array, Tuple)) and type_.readonly
    if not readonly and not isinstance(type_, (Alternatives, Intersection, Function)):
        return text
    return f"({text}\n{indent})" if text.startswith("\n") else f"({text})"


def _object(type_: Object, indent: str, room: int) -> str:
    """An object: on one line if it says one thing and fits."""
    if not type_.members and type_.index is None:
        return "{}"
    inner = indent + _STEP
    lines = [_member(member, inner) for member in type_.members]
    if type_.index is not None:
        start = f"{inner}{'readonly ' if type_.readonly else ''}[key: string]:"
        text = shown(type_.index, inner, _WIDTH - len(start) - 2)
        lines.append(f"{start}{_after(text)};\n")
    line = f"{{ {''.join(lines).strip()[:-1]} }}"
    if len(lines) == 1 and "\n" not in line and len(line) <= room:
        return line
    return "{\n" + "".join(lines) + indent + "}"


def _member(member: Member, indent: str) -> str:
    word = "readonly " if member.readonly else ""
    start = f"{indent}{word}{key(member.name)}{'' if member.required else '?'}:"
    text = shown(member.type, indent, _WIDTH - len(start) - 2)
    return f"{jsdoc(member.comment, indent)}{start}{_after(text)};\n"


def _after(text: str) -> str:
    return text if text.startswith("\n") else f" {text}"


def _elements(type_: Tuple, indent: str) -> list[str]:
    inner = indent + _STEP
    labelled = bool(type_.elements) and all(element.label for element in type_.elements)
    texts = [_element(element, inner) for element in type_.elements]
    if type_.rest is not None:
        rest = shown(Array(type_.rest), inner)
        texts.append(f"...{'rest: ' if labelled else ''}{rest}")
    return texts


def _element(element: Element, indent: str) -> str:
    if element.label:
        start = f"{element.label}{'?' if element.optional else ''}:"
        return start + _after(shown(element.type, indent, _WIDTH - len(indent) - len(start)))
    if element.optional:
        return f"{_in_brackets(element.type, indent, _WIDTH - len(indent) - 3)}?"
    return shown(element.type, indent, _WIDTH - len(indent))


def _listed(start: str, texts: list[str], end: str, indent: str, room: int) -> str:
    line = f"{start}{', '.join(texts)}{end}"
    if _fits(line, room):
        return line
    inner = indent + _STEP
    return start + "\n" + "".join(f"{inner}{text},\n" for text in texts) + indent + end


def _fits(text: str, room: int) -> bool:
    return len(text.rpartition("\n")[2]) <= room and len(text.partition("\n")[0]) <= room


def _joined(type_: Alternatives | Intersection, indent: str, room: int) -> str:
    """A union or an intersection: on one line if it fits, else a line for each part.

    An object at the end of an intersection stays on the line on which it begins.
    """
    sign = "|" if isinstance(type_, Alternatives) else "&"
    line = f" {sign} ".join(_parts(type_, indent))
    if "\n" not in line and len(line) <= room:
        return line
    *others, last = type_.parts
    if isinstance(type_, Intersection) and isinstance(last, Object):
        start = "".join(f"{_in_brackets(part, indent, _WIDTH)} & " for part in others)
        if "\n" not in start:
            return start + shown(last, indent)
    inner = indent + _STEP
    return "".join(f"\n{inner}{sign} {part}" for part in _parts(type_, inner + _STEP))


def _parts(type_: Alternatives | Intersection, indent: str) -> Iterable[str]:
    for part in type_.parts:
        yield _in_brackets(part, indent, _WIDTH - len(indent) - 4)


# -- functions -------------------------------------------------------------------------------------


def _function(type_: Function, indent: str, room: int) -> str:
    calls = type_.calls
    if len(calls) == 1 and _is_list_of_parameters(calls[0]):
        (call,) = calls
        texts = [_parameter(parameter, indent + _STEP) for parameter in call]
        return _listed("(", texts, ")", indent, room - 8) + " => void"
    return f"(...args:{_after(_calls(type_, indent, room - 18))}) => void"


def _is_list_of_parameters(call: tuple[Parameter, ...]) -> bool:
    """Whether parameters can be written one by one: optional ones and the rest come last."""
    ranks = [2 if parameter.rest else int(parameter.optional) for parameter in call]
    return ranks == sorted(ranks)


def _calls(type_: Function, indent: str, room: int) -> str:
    inner = indent + _STEP
    calls = [_call(call, inner + _STEP) for call in type_.calls]
    line = " | ".join(calls)
    if "\n" not in line and len(line) <= room:
        return line
    return "".join(f"\n{inner}| {call}" for call in calls) + f"\n{indent}"


def _call(call: tuple[Parameter, ...], indent: str) -> str:
    texts = [_parameter(parameter, indent + _STEP) for parameter in call]
    return _listed("[", texts, "]", indent, _WIDTH - len(indent) - 2)


def _parameter(parameter: Parameter, indent: str) -> str:
    type_ = Array(parameter.type) if parameter.rest else parameter.type
    start = f"{'...' if parameter.rest else ''}{parameter.name}{'?' if parameter.optional else ''}:"
    return start + _after(shown(type_, indent, _WIDTH - len(indent) - len(start)))
