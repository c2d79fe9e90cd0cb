"""A mock lets in whoever shows a credential of the right form, or one of those that are listed."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import socketio

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "key": {"type": "apiKey", "in": "password"},
    "header": {"type": "httpApiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "httpApiKey", "in": "query", "name": "key"},
    "oauth": {
        "type": "oauth2",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "https://id.example/token",
                "availableScopes": {"read": "Read.", "write": "Write."},
            }
        },
        "scopes": ["read"],
    },
}


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def token(**claims: Any) -> dict[str, str]:
    parts = [{"alg": "none"}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts]
    return {"token": ".".join([*(text.rstrip("=") for text in texts), "signature"])}


def secured(game: Any, name: str) -> Any:
    game["components"] = {"securitySchemes": {name: SCHEMES[name]}}
    game["servers"] = {
        "here": {
            "host": "localhost",
            "protocol": "ws",
            "security": [{"$ref": f"#/components/securitySchemes/{name}"}],
        }
    }
    return game


def enters(url: str, auth: Any = None, headers: Any = None, query: str = "") -> bool:
    client = socketio.Client(reconnection=False, handle_sigint=False)
    try:
        client.connect(
            url + query, auth=auth, headers=headers or {}, transports=["websocket"], wait_timeout=60
        )
    except socketio.exceptions.ConnectionError:
        return False
    finally:
        client.disconnect()
    return True


@pytest.mark.crossed
@pytest.mark.parametrize(
    ("scheme", "shown", "is_in"),
    [
        ("bearer", {"auth": {"token": "anything"}}, True),
        ("bearer", {"headers": {"Authorization": "Bearer abc.def"}}, True),
        ("bearer", {"auth": {"token": "two words"}}, False),
        ("bearer", {"auth": {"token": 7}}, False),
        ("bearer", {"auth": {"token": ""}}, False),
        ("bearer", {"headers": basic("ada:secret")}, False),
        ("bearer", {}, False),
        ("basic", {"headers": basic("ada:secret")}, True),
        ("basic", {"headers": basic("ada")}, False),
        ("basic", {"auth": {"username": "ada", "password": "secret"}}, True),
        ("basic", {"auth": {"username": "ada"}}, False),
        ("basic", {"auth": {"token": "ada:secret"}}, False),
        ("key", {"auth": {"key": "abc"}}, True),
        ("key", {}, False),
        ("header", {"headers": {"X-Key": "abc"}}, True),
        ("header", {"auth": {"key": "abc"}}, False),
        ("query", {"query": "?key=abc"}, True),
        ("query", {"query": "?kye=abc"}, False),
        ("oauth", {"auth": {"token": "opaque"}}, True),
        ("oauth", {"auth": token(sub="ada", scope="read write")}, True),
        ("oauth", {"auth": token(sub="ada", scope="write")}, False),
        ("bearer", {"auth": token(exp=time.time() + 1e6)}, True),
        ("bearer", {"auth": token(exp=1)}, False),
        ("bearer", {"auth": token(exp="soon")}, False),
    ],
    ids=range(24),
)
def test_the_form_of_a_credential(
    scheme: str, shown: Any, is_in: bool, game: Any, serve: Callable[..., str]
) -> None:
    """The right scheme in the right place lets in; what a JSON Web Token says of itself counts."""
    assert enters(serve(secured(game, scheme)), **shown) is is_in


@pytest.mark.crossed
@pytest.mark.parametrize(
    ("scheme", "listed", "shown", "is_in"),
    [
        ("bearer", "bearer=dev", {"auth": {"token": "dev"}}, True),
        ("bearer", "bearer=dev", {"auth": {"token": "other"}}, False),
        ("basic", "basic=ada:s=c:t", {"headers": basic("ada:s=c:t")}, True),
        ("basic", "basic=ada:secret", {"headers": basic("ada:other")}, False),
        ("key", "key=abc", {"auth": {"key": "abc"}}, True),
    ],
)
def test_listed_credentials(
    scheme: str, listed: str, shown: Any, is_in: bool, game: Any, serve: Callable[..., str]
) -> None:
    """Where some are listed, no others are right."""
    assert enters(serve(secured(game, scheme), credentials=[listed]), **shown) is is_in


@pytest.mark.slow
def test_scopes_and_the_end_of_a_listed_one(
    game: Any, serve: Callable[..., str], play: Callable[..., Any]
) -> None:
    """A scenario lists what its owner may do, and when it ends; the guard sees to both."""
    secured(game, "oauth")
    own = {"scheme": "oauth", "token": "a", "scopes": ["read"], "expires": 0.3}
    few = {"scheme": "oauth", "token": "b", "scopes": ["write"]}
    url = serve(game, scenario={"credentials": [own, few]})
    assert not enters(url, {"token": "b"})
    player = play(url, auth={"token": "a"})
    player.io.wait()  # until the server ends the connection
    assert not player.io.connected


@pytest.mark.crossed
@pytest.mark.parametrize("text", ["bearer", "=x", "bearer=", ""])
def test_what_is_no_credential(text: str, game: Any, serve: Callable[..., str]) -> None:
    """The form is said, and not what was given."""
    with pytest.raises(ValueError, match="SCHEME=VALUE"):
        serve(game, credentials=[text])


@pytest.mark.parametrize(
    ("listed", "said"),
    [("baerer=x", "did you mean 'bearer'"), ("other=x", "there are bearer")],
)
def test_a_credential_of_no_scheme(
    listed: str, said: str, game: Any, serve: Callable[..., str]
) -> None:
    """A scheme that the document lacks is an error, with those that it has."""
    with pytest.raises(ValueError, match=said):
        serve(secured(game, "bearer"), credentials=[listed])


@pytest.mark.slow
def test_renewing_and_the_end(game: Any, serve: Callable[..., str], play: Any) -> None:
    """Events that `x-guard` marks do what the guard does on any server."""
    secured(game, "bearer")
    messages = game["channels"]["game"]["messages"]
    messages["look"] = {
        "payload": {"type": "object", "properties": {"token": {"type": "string"}}},
        "x-guard": {"reauthenticate": True},
    }
    messages["news"]["x-guard"] = {"expired": True}
    messages["news"]["payload"] = {"type": "object"}
    now = time.time()
    player = play(serve(game), auth=token(sub="ada", exp=now + 0.5))
    assert player.ask("look", token(sub="ada", exp=now + 1)) is None
    name, told = player.next()
    assert (name, told["error"]["code"]) == ("news", "unauthorized")
    assert time.time() >= now + 1
