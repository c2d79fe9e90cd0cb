"""A document as people read it: namespaces, events, directions, acks, examples."""

from __future__ import annotations

import ast
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from levels import LEVEL
from page_reader import PageReader

from asyncapi_guard.cli import cli
from asyncapi_guard.console.pages import Pages
from asyncapi_guard.console.reading.anchors import event_anchor
from asyncapi_guard.console.reading.document import read_document
from asyncapi_guard.contract import Perspective
from asyncapi_guard.spec.loader import load

ROOT = Path(__file__).parents[2]
HARBOR = Path(__file__).with_name("harbor.yml")
#: Names that are alike, and one that a link of another namespace could be taken for.
NAMES = ("post_message", "a b", "a-b", "chat-post_message", "connect")
ROOM = "#/components/schemas/RoomName"
EXAMPLES = sorted(ROOT.glob("examples/*/asyncapi.yml"))


@pytest.fixture(scope="module")
def harbor():
    return read_document(load(HARBOR))


@pytest.fixture(scope="module")
def events(harbor):
    return {each.link.anchor: each for space in harbor.namespaces for each in space.events}


def document(messages, action="receive", **more):
    """A document with these messages in the main namespace."""
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "channels": {"main": {"address": "/", "messages": messages}},
        "operations": {"all": {"action": action, "channel": {"$ref": "#/channels/main"}}},
        **more,
    }


def only_event(messages, action="receive"):
    (space,) = read_document(load(document(messages, action))).namespaces
    (event,) = space.events
    return event


def sentences(part):
    return " ".join(filter(None, (part.title, part.aside, *part.sentences)))


def test_events_are_grouped_by_namespace_and_direction(harbor):
    """Connections first, then what clients send, then what the server sends."""
    chat, moderation = harbor.namespaces
    assert [each.name for each in chat.about_connections] == ["connect"]
    assert [each.name for each in chat.from_clients][:2] == ["join_room", "post_message"]
    assert [each.name for each in moderation.from_server] == ["report_filed", "member_muted"]
    assert harbor.counts == "2 namespaces, 16 events, 8 schemas"


def test_the_page_is_the_same_from_either_side():
    """A client's document says `send` for what clients send; people read one direction."""
    contract = load(document({"say": {"payload": {"type": "string"}}}, "send"))
    as_client = replace(contract, perspective=Perspective.CLIENT)
    (space,) = read_document(as_client).namespaces
    assert [each.from_client for each in space.events] == [True]


@pytest.mark.parametrize(
    ("ack", "said"),
    [
        (None, "Acknowledgement None described."),
        (False, "Acknowledgement None. Clients must not ask for one."),
        ({"type": "null"}, "Acknowledgement from the server Without a value."),
        ({"type": "string"}, "Acknowledgement from the server"),
        (
            {"args": {"type": "string"}, "required": True, "timeout": 2.5},
            ("Acknowledgement from the server Clients must ask for it. It must come within 2.5 s."),
        ),
    ],
)
def test_acknowledgements_say_whether_and_when(ack, said):
    """What the guard enforces of an ack is in words."""
    message = {"payload": {"type": "string"}} | ({} if ack is None else {"x-ack": ack})
    assert sentences(only_event({"say": message}).parts[1]) == said


@pytest.mark.parametrize(
    ("payload", "title"),
    [
        ({"type": "null"}, "No arguments"),
        (None, "Arguments Any arguments are accepted."),
        ({"type": "string"}, "Argument"),
        (
            {"type": "array", "items": [{}, {}], "minItems": 2, "additionalItems": False},
            "2 arguments, in this order",
        ),
        ({"type": "array", "items": [{}]}, "1 argument"),
    ],
)
def test_arguments_say_how_many(payload, title):
    """A payload with positions is several arguments; none is none."""
    message = {} if payload is None else {"payload": payload}
    assert sentences(only_event({"say": message}).parts[0]) == title


def test_several_messages_of_one_event_are_alternatives():
    """Exactly one must match."""
    event = only_event(
        {
            "Circle": {"name": "draw", "payload": {"type": "object", "properties": {"radius": {}}}},
            "Square": {"name": "draw", "payload": {"type": "object", "properties": {"side": {}}}},
        }
    )
    (group,) = event.parts[0].row.groups
    assert group.heading == "one of 2"
    assert [branch.title for branch in group.branches] == ["Circle", "Square"]
    assert len(event.examples) == 2


def test_traits_tags_docs_security_and_modes_are_shown(events):
    """What stands beside an event in the document stands beside it on the page."""
    assert events["chat-join_room"].tags == ("rooms",)
    assert events["chat-set_status"].is_deprecated
    assert events["moderation-mute_member"].mode == "report"
    assert [each.name for each in events["moderation-connect"].security] == ["moderatorToken"]
    found = only_event(
        {
            "say": {
                "payload": {"type": "string"},
                "traits": [
                    {"summary": "From a trait.", "externalDocs": {"url": "https://example.com/x"}}
                ],
                "bindings": {"http": {}},
                "headers": {"type": "object"},
                "contentType": "application/msgpack",
            }
        }
    )
    assert found.summary == "From a trait."
    assert found.docs[0].url == "https://example.com/x"
    assert "http" in sentences(found.parts[2])
    assert "headers" in sentences(found.parts[2])
    assert "msgpack" in sentences(found.parts[2])


def test_references_of_tags_and_bindings_are_followed():
    """A tag that is a reference has the name that it refers to."""
    made = load(
        document(
            {"say": {"payload": {"type": "string"}, "tags": [{"$ref": "#/components/tags/loud"}]}},
            components={"tags": {"loud": {"name": "Loud"}}},
        )
    )
    (space,) = read_document(made).namespaces
    assert space.events[0].tags == ("Loud",)


def test_what_a_connection_must_be_stands_at_connect_or_at_the_namespace():
    """The `ws` binding of a channel: the query and the headers."""
    for messages in ({}, {"connect": {"payload": {"type": "object"}}}):
        made = document(messages)
        made["channels"]["main"]["bindings"] = {
            "ws": {"query": {"type": "object", "properties": {"game": {"type": "integer"}}}}
        }
        text = PageReader(Pages(load(made)).read()).text
        assert text.count("The query of the URL") == 1
        assert "game" in text


def test_a_code_first_document_without_a_file_is_read():
    """A document that came as data has the same page."""
    text = PageReader(Pages(load(document({"say": {"payload": {"type": "string"}}}))).read()).text
    assert "say" in text
    assert "<mapping>" not in text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_each_example_of_ours_has_a_page_without_faults(path):
    """Elements are closed, ids are unique, links lead somewhere, no path of the machine is told."""
    html = Pages(load(path)).read()
    page = PageReader(html)
    assert page.faults == []
    assert max(page.ids().values()) == 1
    assert {url[1:] for url in page.links() if url.startswith("#")} <= set(page.ids())
    assert str(path.parent) not in html


# -- deep links ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("namespace", "event", "anchor"),
    [
        ("/chat", "post_message", "chat-post_message"),
        ("/", "say", "main-say"),
        ("/größe", "ü", "größe-ü"),
        ("/a-b", "c", "a-b--c"),
        ("/a", "b-c", "a-b-c"),
    ],
)
def test_deep_links_are_names(namespace, event, anchor):
    """The link of an event is its namespace and its name."""
    assert event_anchor(namespace, event) == anchor


def test_deep_links_survive_other_events():
    """A document that grows keeps its links, whatever else is called alike."""
    names = ["a b", "a-b", "a/b", "a.b", "A b", "a  b"]
    alone = {name: event_anchor("/x", name) for name in names}
    assert len(set(alone.values())) == len(names)
    messages = {
        f"m{n}": {"name": name, "payload": {"type": "string"}} for n, name in enumerate(names)
    }
    made = document(messages)
    made["channels"]["main"]["address"] = "/x"
    (space,) = read_document(load(made)).namespaces
    assert {each.name: each.link.anchor for each in space.events} == alone


def test_deep_links_survive_another_order_and_what_is_added_anywhere():
    """Events, namespaces and schemas keep their links when others come before them."""
    before = HARBOR.read_text("utf-8")
    data = yaml.safe_load(before)
    message = {"payload": {"type": "object", "properties": {"room": {"$ref": ROOM}}}}
    more = {"address": "/first-of-all", "messages": dict.fromkeys(NAMES, message)}
    data["channels"] = {"first": more, **dict(reversed(data["channels"].items()))}
    for channel in data["channels"].values():
        channel["messages"] = dict(reversed({**channel["messages"], "new": message}.items()))
    operation = {"action": "receive", "channel": {"$ref": "#/channels/first"}}
    renamed = {f"{name}_2": each for name, each in reversed(data["operations"].items())}
    data["operations"] = {"first": operation, **renamed}
    data["components"]["schemas"] = dict(reversed(data["components"]["schemas"].items()))
    old, new = (PageReader(Pages(load(each)).read()).ids() for each in (HARBOR, data))
    places = {each for each in old if each.startswith(("chat", "moderation", "schema-"))}
    assert len(places) > 50
    assert places <= set(new)
    assert {f"first-of-all--{event_anchor('/', name)[5:]}" for name in NAMES} <= set(new)


# -- examples and code -----------------------------------------------------------------------------


def samples(event, number=0):
    return {each.key: each.code for each in event.examples[number].samples}


def test_examples_are_the_documents_else_made_up_and_valid(events):
    """What is made up says so, and the schema accepts it."""
    assert [each.name for each in events["chat-post_message"].examples] == [
        "short",
        "reply with a mention",
    ]
    made_up = events["chat-message_posted"].examples[0]
    assert made_up.is_made_up
    assert '"room": "quayside"' in samples(events["chat-message_posted"])["json"]


def test_an_example_that_the_schema_rejects_says_so():
    """The document's examples are shown as they are, and not as if they were valid."""
    event = only_event({"say": {"payload": {"type": "string"}, "examples": [{"payload": 5}]}})
    assert event.examples[0].is_rejected


def test_nothing_is_made_up_that_the_schema_rejects():
    """A pattern for which no text is found has no example."""
    event = only_event({"say": {"payload": {"type": "string", "pattern": "^(?:q7){13}z$"}}})
    assert [each.key for each in event.examples[0].samples] == ["js", "ts", "py"]
    assert samples(event)["js"].endswith('\n\nsocket.emit("say", data);')
    assert "    data," in samples(event)["py"]


@pytest.mark.parametrize(
    "name",
    [
        "chat-join_room",
        "chat-typing",
        "chat-upload_attachment",
        "chat-message_posted",
        "chat-delivery_check",
        "chat-connect",
    ],
)
def test_python_code_is_python(events, name):
    """It compiles, with the awaits where they are allowed."""
    code = samples(events[name])["py"]
    compile(code, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_several_arguments_are_several_and_bytes_are_bytes(events):
    """A tuple in Python, and no text in the place of bytes."""
    found = samples(events["chat-upload_attachment"])
    assert "}, bytes);" in found["js"].replace("\n", "")
    assert "content," in found["py"]
    assert "<bytes>" in found["json"]
    assert (
        'sio.emit(\n    "typing",\n    (\n        "quayside",\n        True,\n    ),'
        in samples(events["chat-typing"])["py"]
    )


@pytest.mark.parametrize(
    "name", ['"); evil(); ("', "a\nb", "\u2028", "\\", "';--", "`${x}`", "class", "1", "ü b"]
)
def test_names_are_strings_in_code_and_never_code(name):
    """Whatever an event is called, the code has one call, with that name."""
    for action in ("receive", "send"):
        found = samples(only_event({"m": {"name": name, "payload": {"type": "string"}}}, action))
        tree = ast.parse(found["py"], mode="exec")
        strings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        assert name in strings
        assert not any(getattr(node, "id", "") == "evil" for node in ast.walk(tree))


def test_code_answers_with_a_valid_acknowledgement(events):
    """Who is asked sees what to answer."""
    found = samples(events["chat-delivery_check"])
    assert "answer(true);" in found["js"]
    assert found["py"].endswith("return True")


def test_javascript_is_javascript(events, tmp_path):
    """Also that of events whose names are quotes and backslashes."""
    if not shutil.which("node"):
        (pytest.fail if LEVEL.everything else pytest.skip)("node is not installed")
    odd = ['"); evil(); ("', "a\nb", "\u2028", "\\", "`${x}`", "class", "1"]
    more = [
        only_event({"m": {"name": name, "payload": {"type": "string"}}}, action)
        for name in odd
        for action in ("receive", "send")
    ]
    codes = [samples(event)["js"] for event in (*events.values(), *more)]
    imports = {line for code in codes for line in code.splitlines() if line.startswith("import ")}
    blocks = ["{\n" + code.replace(next(iter(imports)), "") + "\n}" for code in codes]
    file = tmp_path / "samples.mjs"
    file.write_text("\n".join((*imports, *blocks)), encoding="utf-8")
    command = ["node", "--check", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_typescript_has_the_types_that_we_generate(events, tmp_path):
    """Each sample compiles beside what `asyncapi-guard types` writes of the document."""
    modules = ROOT / "tests" / "types" / "node_modules"
    if not (modules / "typescript").is_dir():
        (pytest.fail if LEVEL.everything else pytest.skip)("run npm install in tests/types")
    done = CliRunner().invoke(cli, ["types", str(HARBOR), "-o", str(tmp_path / "events.ts")])
    assert done.exit_code == 0, done.output
    (tmp_path / "node_modules").symlink_to(modules)
    known = "declare const bytes: Uint8Array, auth: any;\n"
    for name, event in events.items():
        for number in range(len(event.examples)):
            code = f"{known}{samples(event, number)['ts']}\nexport {{}};\n"
            (tmp_path / f"{name}-{number}.ts").write_text(code)
    options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "es2022"]
    compiler = modules / "typescript" / "bin" / "tsc"
    files = map(str, tmp_path.glob("*-*.ts"))
    command = ["node", str(compiler), *options, "--moduleResolution", "bundler", *files]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
