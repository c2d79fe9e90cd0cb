"""A handler's hints are read, whatever kind of callable it is."""

from __future__ import annotations

import functools
from typing import Annotated, Any

import pytest

from asyncapi_guard import RegistrationError
from asyncapi_guard.codefirst.signatures import (
    MISSING,
    Argument,
    describe,
    is_hinted,
    read_signature,
)


class Callables:
    def method(self, a: int, b: str = "") -> bool:
        return True

    @classmethod
    def of_class(cls, a: int) -> bool:
        return True

    @staticmethod
    def static(a: int) -> bool:
        return True

    def __call__(self, a: int) -> bool:
        return True


def function(a: int, b: str = "", *rest: float, option: int = 1) -> bool:
    """With everything."""
    return True


def bare(a, b=1, *rest): ...


def wrapped(inner: Any) -> Any:
    @functools.wraps(inner)
    def outer(*args: Any) -> Any:
        return inner(*args)

    return outer


ONE = ((Argument("a", int),), None)
KINDS: dict[str, tuple[Any, Any]] = {
    "function": (
        function,
        ((Argument("a", int), Argument("b", str, True)), Argument("rest", float, True)),
    ),
    "bound method": (Callables().method, ((Argument("a", int), Argument("b", str, True)), None)),
    "class method": (Callables.of_class, ONE),
    "static method": (Callables.static, ONE),
    "callable object": (Callables(), ONE),
    "partial": (
        functools.partial(function, 1),
        ((Argument("b", str, True),), Argument("rest", float, True)),
    ),
    "partial of a partial": (
        functools.partial(functools.partial(Callables().method, 1), "b"),
        ((), None),
    ),
    "wrapped": (
        wrapped(Callables().method),
        ((Argument("a", int), Argument("b", str, True)), None),
    ),
    "partial of wrapped": (functools.partial(wrapped(Callables.static)), ONE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_callable_has_a_signature(kind: str) -> None:
    """Without `self`, and without what a partial has given."""
    handler, (arguments, rest) = KINDS[kind]
    signature = read_signature(handler)
    assert (signature.arguments, signature.rest, signature.returns) == (arguments, rest, bool)
    assert signature.hinted
    assert is_hinted(handler)


def test_a_partial_by_keyword_takes_the_argument_away() -> None:
    """Nobody can give it by its place."""
    signature = read_signature(functools.partial(Callables().method, b="x"))
    assert signature.arguments == (Argument("a", int),)


def test_a_partial_by_keyword_of_all_arguments() -> None:
    """What comes after it is by keyword only; here it has a value."""
    signature = read_signature(functools.partial(Callables().method, a=1))
    assert signature.arguments == ()


def test_hints_may_be_missing() -> None:
    """That is for the registry to judge."""
    signature = read_signature(bare)
    assert [a.hint for a in signature.arguments] == [MISSING, MISSING]
    assert signature.returns is MISSING
    assert not signature.hinted
    assert not is_hinted(bare)
    assert not is_hinted(lambda data: data)


def test_annotated_is_kept() -> None:
    """The limits stand in it."""

    def handler(a: Annotated[int, "limits"]) -> None: ...

    assert read_signature(handler).arguments[0].hint == Annotated[int, "limits"]


def test_names_of_the_function_around_are_found() -> None:
    """The nearest ones, also two functions up."""

    class Local: ...

    def register(handler: Any) -> Any:
        return read_signature(handler)

    def decorated() -> Any:
        def handler(a: Local) -> Local: ...

        return register(handler)

    signature = decorated()
    assert signature.arguments[0].hint is Local
    assert signature.returns is Local


def test_a_name_of_the_module_is_not_taken_for_a_local_one() -> None:
    """What a caller happens to call the same does not count."""
    Callables = "something else"  # noqa: F841  # found, if the stack were asked first

    def handler(a: Argument) -> None: ...

    assert read_signature(handler).arguments[0].hint is Argument


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def handler(a: Nowhere): ...", "Nowhere"),
        ("def handler(a: 'x y'): ...", "can't be resolved"),
        ("def handler(a: '1 +'): ...", "can't be resolved"),
        ("def handler(*, key): ...", "'key'"),
    ],
)
def test_what_cannot_be_read_names_the_handler(source: str, words: str) -> None:
    """By its name, and with the reason."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    with pytest.raises(RegistrationError, match=words) as caught:
        read_signature(namespace["handler"])
    assert "handler" in str(caught.value)


@pytest.mark.parametrize("hint", ["Tree", "'Tree'", "'dict[str, Tree]'"])
def test_an_alias_that_names_itself_is_told_apart(hint: str) -> None:
    """Its own module knows its name; the handler's need not, and Pydantic could not read it."""
    namespace: dict[str, Any] = {"Known": int | list["Tree"]}  # noqa: F821  # its own module's
    source = f"def handler(a: {hint.replace('Tree', 'Known')}): ..."
    exec(compile(source, "<source>", "exec", dont_inherit=True), namespace)
    with pytest.raises(RegistrationError, match=r"'Tree' isn't defined here.*TypeAliasType"):
        read_signature(namespace["handler"])


def test_a_callable_without_a_signature_is_an_error() -> None:
    """Some builtins have none."""
    with pytest.raises(RegistrationError):
        read_signature(type)


@pytest.mark.parametrize("kind", KINDS)
def test_every_handler_has_a_name(kind: str) -> None:
    """With its place, where it has one."""
    name = describe(KINDS[kind][0])
    assert "test_signatures.py:" in name
    assert "object at 0x" not in name
