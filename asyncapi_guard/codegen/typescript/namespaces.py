"""The names that a namespace can have, as a type: one name, or a template of many."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from asyncapi_guard.codegen.typescript.literals import literal, quoted
from asyncapi_guard.codegen.typescript.parameter_names import camel, told_apart
from asyncapi_guard.codegen.typescript.printing import shown
from asyncapi_guard.codegen.typescript.type_model import Literal, Plain, Type, either

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncapi_guard.contract import Contract

__all__ = ["namespace_type", "path_constant", "plain_address"]

_PARAMETER = re.compile(r"\{([^{}]*)\}")
#: More names than this are a pattern: TypeScript would write each of them out.
_MOST_NAMES = 100


def namespace_type(contract: Contract, address: str) -> Type:
    """`"/admin"`, or `` `/rooms/${string}` ``; the values of a parameter that lists them."""
    texts, names = _PARAMETER.split(address)[::2], _PARAMETER.split(address)[1::2]
    values = _parameters(contract, address)
    chosen = [values.get(name) for name in names]
    if prod(len(options) for options in chosen if options) > _MOST_NAMES:
        chosen = [None] * len(names)
    parts = [options or (None,) for options in chosen]
    return either(_one(texts, combination) for combination in product(*parts))


def path_constant(contract: Contract, address: str, name: str) -> str:
    """The address as a constant, or as a function of its parameters."""
    texts, parameters = _PARAMETER.split(address)[::2], _PARAMETER.split(address)[1::2]
    if not parameters:
        return f"export const {name} = {quoted(address)};\n"
    values = _parameters(contract, address)
    called = told_apart(camel(parameter) or "part" for parameter in parameters)
    taken = [
        f"{parameter}: {shown(_type_of(values.get(text)))}"
        for parameter, text in zip(called, parameters, strict=True)
    ]
    holes = [f"${{{parameter}}}" for parameter in called]
    text = "".join(_alternate([_escaped(each) for each in texts], holes))
    return f"export const {name} = ({', '.join(taken)}) => `{text}` as const;\n"


def _type_of(values: tuple[str, ...] | None) -> Type:
    return either(map(literal, values)) if values else Plain("string")


def plain_address(address: str) -> str:
    """An address without its parameters."""
    return _PARAMETER.sub("", address)


def _one(texts: list[str], values: tuple[str | None, ...]) -> Type:
    if None not in values:
        return literal("".join(_alternate(texts, [value or "" for value in values])))
    holes = ["${string}" if value is None else _escaped(value) for value in values]
    return Literal(f"`{''.join(_alternate([_escaped(text) for text in texts], holes))}`", "string")


def _alternate(texts: list[str], values: list[str]) -> list[str]:
    return [part for pair in zip(texts, [*values, ""], strict=True) for part in pair]


def _escaped(text: str) -> str:
    """A text for a template literal."""
    return quoted(text)[1:-1].replace('\\"', '"').replace("`", "\\`").replace("${", "\\${")


def _parameters(contract: Contract, address: str) -> Mapping[str, tuple[str, ...] | None]:
    for channel in contract.channels.values():
        if channel.address == address:
            return channel.parameters
    return {}
