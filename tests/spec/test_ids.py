"""Ids are legal, readable, and never collide."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard import Policy, RegistrationError, load
from asyncapi_guard.codefirst import About, Registry, build_document
from asyncapi_guard.guard import Guard
from asyncapi_guard.lint import lint
from asyncapi_guard.spec.ids import Names, check_names, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user/create", "user_create"),
        ("a-b", "a_b"),
        ("Ünïcode", "u_ni_code"),
        ("событие", "event"),
        ("*", "event"),
        ("", "event"),
        ("__x__", "x"),
        ("A  B", "a_b"),
    ],
)
def test_a_slug_reads_like_its_name(name: str, expected: str) -> None:
    """Letters, digits, underscores; something, in any case."""
    assert slug(name, "event") == expected


@given(st.lists(st.text(max_size=6), max_size=12))
def test_names_are_taken_once(wanted: list[str]) -> None:
    """Whatever was wanted, also names that look like ours."""
    names = Names()
    taken = [names.take(slug(name, "event")) for name in (*wanted, "a", "a", "a_2", "a")]
    assert len(set(taken)) == len(taken)
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in taken)


def test_the_first_one_has_the_name_itself() -> None:
    """Later ones are numbered in order."""
    names = Names()
    assert [names.take("a") for _ in range(3)] == ["a", "a_2", "a_3"]


NAMESPACES = [
    *(
        "/",
        "/chat",
        "/a b",
        "/a\nb",
        "/чат",
        "/🎲",
        "/a//b",
        "/..",
        "/a%41",
        "/a%zz",
        "/a:b@c",
        "//",
    ),
    *("/\x7f", "/~1", "/*", "/a*", "/[a]", "/<x>", "/a&b=c", '/"', "/ "),
]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_namespace_that_clients_can_reach_is_declared_and_judged(namespace: str) -> None:
    """The document has no errors, and what comes there is not undeclared.

    That a namespace is an odd one is a warning: its server has it, whatever clients think.
    """

    def handler(number: int) -> int:
        return number

    registry = Registry()
    registry.receive(namespace, "e", handler, hints=True)
    registry.send(namespace, "s", int)
    document = build_document(registry, About())
    odd = {"address-expression", "odd-namespace"}
    assert [finding for finding in lint(document) if finding.code not in odd] == []
    guard = Guard(load(document), Policy())
    assert guard.receive_event(namespace, "e", [1]).violation is None
    refused = guard.receive_event(namespace, "e", ["1"])
    assert refused.declared
    assert refused.violation is not None


@pytest.mark.parametrize(
    ("namespace", "event", "words"),
    [
        ("chat", "e", "write '/chat'"),
        (" /chat", "e", "does not begin with '/'"),
        ("", "e", "write '/'"),
        ("{room}", "e", "does not begin with '/'"),
        ("/rooms/{room}", "e", "has '{' in it: .* or '\\*'"),
        ("/a}", "e", "has '}' in it"),
        ("/a?b=c", "e", "no client can reach it"),
        ("/a,b", "e", "no client can reach it"),
        ("/a#b", "e", "fragments"),
        ("/\ud800", "e", "the namespace '/\\\\ud800' has half of a surrogate pair"),
        ("/", "\udfff", "the event '\\\\udfff' has half of a surrogate pair"),
    ],
)
def test_names_that_no_document_can_say_are_refused(namespace: str, event: str, words: str) -> None:
    """Where they are registered, with who it was and what to do."""

    def handler() -> None: ...

    with pytest.raises(RegistrationError, match=words) as caught:
        Registry().receive(namespace, event, handler, hints=False)
    assert "handler" in str(caught.value)
    with pytest.raises(RegistrationError, match=words) as caught:
        Registry().send(namespace, event, int)
    assert str(caught.value).startswith(f"doc_emit({event!r})")


def test_all_namespaces_have_a_name() -> None:
    """That of handlers for every one."""
    check_names("*", "e", "here")
