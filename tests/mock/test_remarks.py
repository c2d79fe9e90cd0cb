"""What is not in force is said before clients come, and the page is for this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncapi_guard.mock.loading import _is_of_this_machine, load_mock
from asyncapi_guard.mock.options import MockOptions

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_scheme_that_nobody_can_check(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """Everybody is let in, and that is said."""
    game["components"] = {"securitySchemes": {"certificate": {"type": "X509"}}}
    reference = {"$ref": "#/components/securitySchemes/certificate"}
    game["servers"] = {"one": {"host": "localhost", "protocol": "ws", "security": [reference]}}
    (remark,) = load_mock(game, MockOptions()).remarks
    assert "can't check the security scheme 'certificate'" in remark
    assert play(serve(game)).ask("create_game", {"name": "Ada"})["name"] == "Ada"


def test_a_delay_that_is_too_long(game: Any) -> None:
    """The document's own timeout wins."""
    ack = game["channels"]["game"]["messages"]["create_game"]
    ack["x-ack"] = {"args": ack["x-ack"], "timeout": 0.1}
    (remark,) = load_mock(game, MockOptions(delay=1)).remarks
    assert "create_game" in remark
    assert load_mock(game, MockOptions()).remarks == ()


def test_a_document_without_namespaces() -> None:
    """No client can connect."""
    document = {"asyncapi": "3.1.0", "info": {"title": "Nothing", "version": "1"}}
    (remark,) = load_mock(document, MockOptions()).remarks
    assert "no namespace" in remark


@pytest.mark.parametrize(
    ("native", "is_here"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "::1"}, True),
        ({"REMOTE_ADDR": "192.0.2.1"}, False),
        ({"REMOTE_ADDR": ""}, False),
        ({"wsgi.version": (1, 0)}, False),
        ({"type": "http", "client": ("127.0.0.1", 5)}, True),
        ({"type": "http", "client": ("192.0.2.1", 5)}, False),
        ({"type": "http", "client": None}, False),
        ({"type": "http"}, False),
    ],
    ids=range(9),
)
def test_who_sees_the_page(native: Any, is_here: bool) -> None:
    """It shows who sends what, so it is for this machine, whatever host the mock listens on."""
    assert _is_of_this_machine(native) is is_here
