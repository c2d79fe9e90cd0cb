"""What has no errors and is for Socket.IO can be served: the property, on documents of all kinds.

Documents are the project's own, the examples of the rules and of the profile, and those of others
beside the repository; each as it is, and changed at random places. With `REQUIRE_ALL=1` there are
many more of them.
"""

from __future__ import annotations

import copy
import json
import random
import re
from functools import cache
from pathlib import Path

import pytest
from levels import LEVEL

from asyncapi_guard import Guard, load
from asyncapi_guard.contract import Action
from asyncapi_guard.errors import Severity, SpecError
from asyncapi_guard.lint import RULES, lint
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.protocols import is_for_socketio

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
#: How often each document is changed.
OFTEN = 12 if LEVEL.everything else 4
SEED = 12

ARGUMENTS = ([], [None], ["a"], [1], [{}], [{"a": 1}], [[1, "b"]], [1, "b", {}])
#: What takes the place of a value.
VALUES = (
    *(None, True, False, 0, -1, 1.5, "", "/", "/a", "chat", "a:b", "*", "connect", "null", [], {}),
    *("string", "object", "(?i)a", "^[a-z", "(?=a)", {"type": "string"}, {"type": ["object"]}),
    *({"$ref": "#/components/schemas/Game"}, {"$ref": "#"}, {"$ref": "#/channels"}, {"x-ack": {}}),
    *({"schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": {"type": "int"}},),
    *({"schemaFormat": "application/schema+json;version=2020-12", "schema": {"$id": "a:b"}},),
    *({"pattern": "[\\w-_]"}, {"oneOf": []}, {"not": {}}, {"$id": "#x"}, [{"type": "integer"}]),
    *({"mode": "off"}, {"mode": "report", "a": 1}, "off", ["send"], "receive", "socketio", "kafka"),
)
#: Fields that are given to an object.
FIELDS = (
    *("x-ack", "x-guard", "x-akc", "name", "address", "payload", "headers", "traits", "messages"),
    *("reply", "parameters", "pattern", "patternProperties", "$ref", "$id", "$anchor", "format"),
    *("items", "prefixItems", "not", "allOf", "const", "type", "required", "minimum", "action"),
    *("schemaFormat", "schema", "discriminator", "propertyNames", "dependencies", "servers"),
)


def test_documents_of_the_project_are_served():
    """Each of them, and most of the examples of good documents."""
    served = [name for name, data in own().items() if serve(data)]
    assert {"specs/tictactoe.yml", "examples/simple/asyncapi.yml"} <= set(served)
    assert len(served) > 60


@pytest.mark.parametrize("name", sorted(p.name for p in [*ROOT.glob("specs/*.yml")]))
def test_a_document_of_the_project_is_served_or_has_errors(name):
    """However it is changed."""
    check(f"specs/{name}", own()[f"specs/{name}"], 40 * OFTEN)


def test_documents_of_the_project_are_served_or_have_errors():
    """However they are changed."""
    for name, data in own().items():
        check(name, data, OFTEN)


@pytest.mark.skipif(
    not (CORPUS / "verdicts.jsonl").is_file(),
    reason="the corpus is not beside the repository: it is others', and not part of the project",
)
def test_documents_of_others_are_served_or_have_errors():
    """Each as it is, and some changed: first so that they are for Socket.IO."""
    served = 0
    for number, (name, data) in enumerate(others().items()):
        served += serve(data)
        changed = for_socketio(data)
        serve(changed)
        if number % 8 == 0 or OFTEN > 4:
            check(name, changed, OFTEN // 2)
    assert served > 20


# -- documents -------------------------------------------------------------------------------------


@cache
def own():
    """Documents of the project, as data."""
    files = [*ROOT.glob("specs/*.yml"), *ROOT.glob("examples/*/*.yml")]
    found = {str(path.relative_to(ROOT)): open_documents(path).main.data for path in files}
    for code, rule in RULES.items():
        if not rule.about_code:
            found |= read({f"{code}, bad": rule.bad, f"{code}, good": rule.good})
    page = (ROOT / "docs" / "reference" / "profile.md").read_text(encoding="utf-8")
    parts = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    return found | read({f"profile, {number}": text for number, text in enumerate(parts)})


def read(texts):
    """Parts of documents as whole ones; those that are no YAML are left out."""
    rule, found = RULES["missing-field"], {}
    for name, text in texts.items():
        try:
            documents = open_documents(Path("a.yml"), raw=rule.document(text).encode())
        except SpecError:
            continue
        found[name] = documents.main.data
    return found


@cache
def others():
    rows = map(json.loads, (CORPUS / "verdicts.jsonl").read_text(encoding="utf-8").splitlines())
    found = {}
    for row in rows:
        if not row["file"].startswith("v2/"):
            try:
                found[row["file"]] = open_documents(CORPUS / row["file"]).main.data
            except SpecError:
                continue
    return {name: data for name, data in found.items() if isinstance(data, dict)}


def for_socketio(data):
    """A document with namespaces for addresses, and a server for them."""
    if not isinstance(data.get("channels"), dict):
        return data
    changed = copy.deepcopy(data)
    changed["servers"] = {"main": {"host": "example.com", "protocol": "socketio"}}
    for channel in changed["channels"].values():
        if isinstance(channel, dict):
            channel.pop("servers", None)
            if isinstance(channel.get("address"), str):
                channel["address"] = "/" + channel["address"].lstrip("/")
    return changed


# -- the property ----------------------------------------------------------------------------------


def check(name, data, times):
    """Change a document so many times, each time anew, and serve what has no errors."""
    source = random.Random(f"{SEED} {name}")
    for _ in range(times):
        changed = copy.deepcopy(data)
        for _ in range(source.randint(1, 3)):
            change(changed, source)
        try:
            serve(changed)
        except Exception as error:
            raise AssertionError(f"{name}: {json.dumps(changed)}") from error


def serve(data):
    """Whether a document is without errors and for Socket.IO; then a guard serves it."""
    if any(finding.severity is Severity.ERROR for finding in lint(data)):
        return False
    if not is_for_socketio(open_documents(data)):
        return False
    contract = load(data)
    guard = Guard(contract)
    for operation in contract.operations.values():
        namespace = contract.channels[operation.channel].address or ""
        for message in operation.messages:
            judge(guard, operation.action, namespace.replace("{", "").replace("}", ""), message)
    return True


def judge(guard, action, namespace, message):
    """Judge an event and its ack; nothing may be raised."""
    for args in ARGUMENTS:
        if action is Action.RECEIVE:
            guard.receive_event(namespace, message.event, args)
            guard.send_ack(namespace, message.event, args)
            guard.connect(namespace, args[0] if args else None)
        else:
            guard.send_event(namespace, message.event, args)
            guard.receive_ack(namespace, message.event, args)
        if message.payload is not None:
            message.payload.is_valid(args)  # whatever the address


# -- changes ---------------------------------------------------------------------------------------


def holders(value):
    """Every mapping and list in a document."""
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from holders(inner)


def change(data, source):
    """Change one thing: leave it out, put another in its place, or add one."""
    several = list(holders(data))
    holder = source.choice(several)
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    kind = source.randrange(4)
    if kind == 0 and isinstance(holder, dict):
        holder[source.choice(FIELDS)] = copy.deepcopy(value(several, source))
    elif not keys:
        return
    elif kind == 1:
        del holder[source.choice(keys)]
    elif kind == 2 and isinstance(holder, dict):
        holder[source.choice(FIELDS)] = holder.pop(source.choice(keys))
    else:
        holder[source.choice(keys)] = copy.deepcopy(value(several, source))


def value(several, source):
    """One of the values above, or something that stands elsewhere in the document."""
    return source.choice(VALUES) if source.random() < 0.6 else source.choice(several)
