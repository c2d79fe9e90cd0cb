"""`asyncapi-guard show`: what the guard reads."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from either_click import runner

from asyncapi_guard.cli import cli

ROOT = Path(__file__).parents[2]
HEAD = "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


@pytest.fixture
def show(tmp_path, monkeypatch):
    """Write a document, and show it."""
    monkeypatch.chdir(tmp_path)

    def run(text, *options):
        (tmp_path / "asyncapi.yml").write_text(text, encoding="utf-8")
        return runner().invoke(cli, ["show", "asyncapi.yml", *options])

    return run


def message(fields, action="receive"):
    return (
        f"{HEAD}channels: {{c: {{address: /, messages: {{m: {fields}}}}}}}\n"
        f"operations: {{o: {{action: {action}, channel: {{$ref: '#/channels/c'}}}}}}\n"
        "components: {schemas: {Move: {type: object, required: [x], properties: {x: {type: integer}, y: {type: integer}}}, "
        "Id: {type: integer}, Tree: {type: object, properties: {below: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}}}\n"
    )


def test_the_page_says_what_it_prints(show):
    """The example of docs/reference/profile.md."""
    page = (ROOT / "docs" / "reference" / "profile.md").read_text(encoding="utf-8")
    section = page.partition("## Check how the guard reads your document")[2]
    document, printed = re.findall(r"```(?:yaml|console)\n(.*?)```", section, re.DOTALL)[:2]
    command, _, output = printed.partition("\n")
    assert command == "$ asyncapi-guard show asyncapi.yml"
    result = show(document)
    assert (result.exit_code, result.stdout) == (0, output)


@pytest.mark.parametrize(
    ("fields", "printed"),
    [
        ("{payload: {type: string}}", "m(string)"), ("{}", "m(...any)"), ("{payload: {type: 'null'}}", "m()"), ("{payload: {}}", "m(any)"),
        ("{payload: {$ref: '#/components/schemas/Move'}}", "m({x: integer, y?: integer})"),
        ("{payload: {type: array, items: {$ref: '#/components/schemas/Move'}}}", "m(Move[])"),
        ("{payload: {properties: {id: {$ref: '#/components/schemas/Id'}, to: {$ref: '#/components/schemas/Move'}}}}", "m({id?: integer, to?: Move})"),
        ("{payload: {$ref: '#/components/schemas/Tree'}}", "m({below?: Tree[]})"),
        ("{payload: {type: array, items: [{type: string}, {type: integer}], minItems: 2, additionalItems: false}}", "m(string, integer)"),
        ("{payload: {type: array, items: [{type: string}, {type: integer}], minItems: 1, maxItems: 2}}", "m(string, integer?)"),
        ("{payload: {type: array, items: [{type: string}], minItems: 1, additionalItems: {type: boolean}}}", "m(string, ...boolean)"),
        ("{payload: {type: string, format: binary}}", "m(bytes)"), ("{payload: {enum: [a, 1, null]}}", 'm("a" | 1 | null)'), ("{payload: {const: é}}", 'm("é")'),
        ("{payload: {oneOf: [{type: string}, {type: integer}]}}", "m(string | integer)"), ("{payload: {type: array, items: {type: [string, integer]}}}", "m((string | integer)[])"),
        ("{payload: {type: object}}", "m({…})"), ("{payload: {type: object, additionalProperties: false}}", "m({})"), ("{payload: {type: array}}", "m(any[])"),
        ("{payload: {type: object, properties: {a: {type: object, properties: {b: {type: array, items: {type: array, items: {type: string}}}}}}}}", "m({a?: {b?: […][]}})"),
        ("{payload: {schemaFormat: application/vnd.oai.openapi;version=3.0.3, schema: {type: string, nullable: true}}}", "m(string | null)"),
        ("{payload: {type: string}, x-ack: {type: boolean}}", "m(string) → ack boolean"), ("{payload: {type: string}, x-ack: {type: 'null'}}", "m(string) → ack ()"),
        ("{payload: {type: string}, x-ack: {args: {type: array, items: [{}, {type: integer}], minItems: 2, maxItems: 2}}}", "m(string) → ack (any, integer)"),
        ("{payload: {type: string}, x-ack: {args: {type: boolean}, required: true, timeout: 2.5}}", "m(string) → ack boolean, required, within 2.5 s"),
        ("{payload: {type: string}, x-ack: false}", "m(string) → no ack"),
        ("{name: say, payload: {type: string}}", "say(string)"),
    ],
)  # fmt: skip
def test_events(show, fields, printed):
    """The event with its arguments and its ack, behind the line of its message."""
    result = show(message(fields))
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"  3  client → server  {printed}"


SECURED = (
    f"{HEAD}channels: {{c: {{address: /, messages: {{renew: {{payload: {{type: string}}, x-guard: {{reauthenticate: true}}}},"
    " over: {payload: {type: 'null'}, x-guard: {expired: true}}}}}\n"
    "operations:\n"
    "  in: {action: receive, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/renew'}], security: [{$ref: '#/components/securitySchemes/user'}]}\n"
    "  out: {action: send, channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/over'}]}\n"
    "components: {securitySchemes: {user: {type: http, scheme: bearer}}}\n"
)


def test_what_the_guard_does_by_itself(show):
    """It is said behind the event, and for programs."""
    text = show(SECURED).stdout
    assert "renew(string)  (shows again who the client is)\n" in text
    assert "over()  (tells that the client's identity has ended)\n" in text
    events = json.loads(show(SECURED, "--format", "json").stdout)["events"]
    assert [(e.get("reauthenticate"), e.get("expired")) for e in events] == [
        (True, None),
        (None, True),
    ]


def test_what_is_sent(show):
    """Directions are in words."""
    assert "server → client  m(string)" in show(message("{payload: {type: string}}", "send")).stdout


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/chat:join", "namespace /chat:join\n"), ("'chat:join'", "namespace chat:join, which is none: it doesn't start with '/'"),
        ("null", "channel 'c' has no address, so the guard serves none of its events"), ("null", "no events"),
    ],
)  # fmt: skip
def test_what_was_misunderstood(show, address, said):
    """It is there to be seen."""
    text = message("{payload: {type: string}}").replace("address: /,", f"address: {address},")
    assert said in show(text).stdout


@pytest.mark.parametrize(
    ("event", "action", "said"),
    [
        ("message", "send", "message(string)  (what send() emits)"),
        ("json", "receive", "json(string)  (what send(..., json=True) emits)"),
        ("error", "send", "error(string)  (an event of your own; a rejected connect is connect_"),
        ("disconnect", "receive", "disconnect(string)  (the end of a connection)"),
    ],
)
def test_names_that_make_people_think_of_something_else(show, event, action, said):
    """What they are stands behind them."""
    text = message("{payload: {type: string}}", action).replace("{m: {", f"{{{event}: {{")
    assert said in show(text).stdout


def test_a_reply_is_shown_as_the_ack(show):
    """As the guard reads it."""
    text = HEAD + (
        "channels: {c: {address: /, messages: {ask: {payload: {type: string}}, answer: {payload: {type: integer}}}}}\n"
        "operations:\n  o:\n    action: receive\n    channel: {$ref: '#/channels/c'}\n    messages: [{$ref: '#/channels/c/messages/ask'}]\n"
        "    reply: {channel: {$ref: '#/channels/c'}, messages: [{$ref: '#/channels/c/messages/answer'}]}\n"
    )
    assert "ask(string) → ack integer" in show(text).stdout
    assert "answer(" not in show(text).stdout


def test_options_of_acks_for_programs(show):
    """They are there where a document has them."""
    ack = "x-ack: {args: {type: boolean}, required: true, timeout: 5}"
    for fields, expected in (
        (ack, {"ack_required": True, "ack_timeout": 5.0}),
        ("x-ack: false", {"no_ack": True}),
    ):
        text = message(f"{{payload: {{type: string}}, {fields}}}")
        (event,) = json.loads(show(text, "--format", "json").stdout)["events"]
        assert {key: event[key] for key in event if "ack_" in key or key == "no_ack"} == expected


def test_for_programs(show):
    """The same as data."""
    result = show(message("{payload: {type: string}, x-ack: {type: boolean}}"), "--format", "json")
    assert json.loads(result.stdout) == {
        "title": "T",
        "version": "1",
        "namespaces": ["/"],
        "channels_without_namespace": [],
        "handshakes": [],
        "events": [
            {
                "namespace": "/",
                "direction": "client → server",
                "event": "m",
                "arguments": ["string"],
                "acks": [["boolean"]],
                "message": "m",
                "file": "asyncapi.yml",
                "line": 3,
            }
        ],
    }


def test_handshakes(show):
    """What of them is judged."""
    schema = "{type: object, properties: {a: {type: integer}}}"
    text = message("{payload: {type: string}}").replace(
        "address: /,", f"address: /, bindings: {{ws: {{query: {schema}, headers: {schema}}}}},"
    )
    assert "namespace /\n  validates the handshake: query and headers\n" in show(text).stdout
    found = json.loads(show(text, "--format", "json").stdout)
    assert found["handshakes"] == [{"namespace": "/", "judged": ["query", "headers"]}]


def test_messages_of_other_files(show, tmp_path):
    """Their lines are there."""
    (tmp_path / "messages.yml").write_text("\nsay: {payload: {type: string}}\n", encoding="utf-8")
    result = show(message("{$ref: './messages.yml#/say'}"))
    assert result.stdout.splitlines()[-1] == "  messages.yml:2  client → server  m(string)"


def test_a_document_with_errors(show):
    """Its errors are said, and nothing is shown."""
    result = show(message("{payload: {type: strng}}"))
    assert result.exit_code == 2
    assert "cannot show asyncapi.yml" in result.stderr
    assert result.stdout == ""


def test_under_flask(tmp_path):
    """All commands are there."""
    (tmp_path / "asyncapi.yml").write_text(message("{payload: {type: string}}"), encoding="utf-8")
    command = [sys.executable, "-m", "flask", "asyncapi", "show", "asyncapi.yml"]
    done = subprocess.run(
        command, capture_output=True, cwd=tmp_path, check=False, env=None, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "m(string)" in done.stdout
