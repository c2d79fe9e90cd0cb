"""Which functions may end without a value: what never returns is known by where it comes from."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest

from asyncapi_guard.drift.endings import may_return_nothing
from asyncapi_guard.drift.scopes import scopes_of

RAISING = {
    "a function of Flask": ("from flask import abort", "abort(404)"),
    "one of Werkzeug, by another name": (
        "from werkzeug.exceptions import abort as stop",
        "stop(4)",
    ),
    "one of a module": ("import flask as f", "f.abort(404)"),
    "one of Python": ("import sys", "sys.exit()"),
    "one that needs no import": ("", "exit()"),
    "one for type checkers": ("import typing", "typing.assert_never(data)"),
}
RETURNING = {
    "a function of the application": ("def abort(reason): print(reason)", "abort('no')"),
    "one of another module of it": ("from shop.helpers import abort", "abort('no')"),
    "a relative one": ("from .flask import abort", "abort('no')"),
    "one that somebody may have replaced": (
        "from flask import abort\nabort = print",
        "abort('no')",
    ),
    "one of an object": ("job = object()", "job.abort()"),
    "a builtin's name": ("exit = print", "exit('no')"),
    "another one": ("", "print('no')"),
}


def ends(head: str, last: str) -> bool:
    body = f"if data:\n    return 1\n{last}"
    text = f"{head}\ndef handler(data):\n{indent(body, '    ')}"
    (found,) = (
        scope
        for scope in scopes_of(ast.parse(text))
        if getattr(scope.node, "name", "") == "handler"
    )
    return may_return_nothing(found)


@pytest.mark.parametrize("name", RAISING)
def test_what_always_raises_is_no_end(name: str) -> None:
    assert not ends(*RAISING[name])


@pytest.mark.parametrize("name", RETURNING)
def test_what_has_the_name_of_it_may_return(name: str) -> None:
    assert ends(*RETURNING[name])
