"""The tables of the grammar, and the walk by them: every field of every object."""

from __future__ import annotations

from collections import deque

import pytest

from asyncapi_guard.lint import RULES, lint
from asyncapi_guard.lint.binding_tables import OPEN, PROTOCOLS
from asyncapi_guard.lint.forms import FORMS
from asyncapi_guard.lint.grammar import (
    CLOSED,
    KEYS,
    OBJECTS,
    ONE_OF,
    VARIANTS,
    Type,
)
from asyncapi_guard.lint.habits import habit_of
from asyncapi_guard.spec.pointers import format_pointer

#: Objects that are no tables: schemas are judged by their metaschemas.
SCHEMAS = {"Schema", "ObjectSchema", "Ack"}
#: In which map of the components objects of a kind stand.
SECTIONS = {
    field.type.item.name: name for name, field in OBJECTS["Components"].items() if field.type.item
}
PLAIN = {
    "string": "text",
    "short": "text",
    "any": 1,
    "open": "text",
    "natural": 0,
    "positive": 1,
    "boolean": True,
    "number": 1.5,
    "integer": 1,
    "url": "https://example.com",
    "uri": "urn:example:chat",
    "email": "a@example.com",
    "media-type": "application/json",
    "expression": "$message.payload#/a",
    "scalar": None,
    "-1..": -1,
    "0..231": 231,
    "0..255": 0,
    "0..900": 900,
    "0..43200": 0,
    "0..999999": 0,
    "0..104857600": 1,
    "0..4294967295": 0,
    "1..4294967295": 1,
    "60..1209600": 60,
    "string(48)": "x" * 48,
    "string(160)": "text",
    "string(10240)": "text",
}


# -- documents made from the grammar ---------------------------------------------------------------


def valid(type):
    """A value of a type."""
    if type.kind == "plain":
        return PLAIN[type.name]
    if type.kind == "choice":
        return type.choices[0]
    if type.kind == "list":
        return [valid(type.item)]
    if type.kind == "map":
        return {"k": valid(type.item)}
    if type.kind == "union":
        return valid(type.several[0])
    if type.reference == "must":
        section = SECTIONS[type.name]
        return {"$ref": f"#/{section if section != 'messages' else 'components/messages'}/known"}
    return minimal(type.name)


def minimal(name):
    """The smallest object of a kind, references to others among its fields."""
    base, _, variant = name.partition(" ")
    if name in SCHEMAS:
        return {"type": "object", "properties": {"a": {}}}
    fields = {**OBJECTS[base], **(OBJECTS[name] if variant else {})}
    required = [field for field in fields.values() if field.required and not field.until]
    value = {field.name: valid(field.type) for field in required}
    if base in ONE_OF:
        field = ONE_OF[base][0]
        value[field] = {} if base == "MessageExample" else valid(fields[field].type)
    if name == "SecurityScheme http":
        value["scheme"] = "bearer"  # only this one may have a bearerFormat
    if variant and base != "OAuthFlow":
        value[VARIANTS[base][0]] = variant
    return value


def whole():
    """A document with a component of each kind; nothing is wrong with it."""
    document = {"asyncapi": "3.1.0", "info": {"title": "T", "version": "1"}}
    document["components"] = {
        section: {"known": minimal(name)} for name, section in SECTIONS.items()
    }
    document["channels"] = {"known": {}}
    document["servers"] = {"known": minimal("Server")}
    document["x-guard-known"] = minimal("Guard")
    return document


def places():
    """Where an object of each kind can stand: the steps from the root, nearest first."""
    found = {"AsyncAPI": ()}
    todo = deque(["AsyncAPI"])
    while todo:
        name = todo.popleft()
        base = name.partition(" ")[0]
        for field in {**OBJECTS.get(base, {}), **OBJECTS.get(name, {})}.values():
            steps, inner = [field.name], field.type
            while inner.kind in ("list", "map"):
                steps.append(0 if inner.kind == "list" else "mine")
                inner = inner.item
            if inner.kind == "union":
                inner = next((each for each in inner.several if each.kind == "object"), inner)
            if inner.kind != "object" or inner.reference == "must":
                continue
            for kind in [
                inner.name,
                *(each for each in OBJECTS if each.startswith(f"{inner.name} ")),
            ]:
                if kind not in found:
                    found[kind] = (*found[name], (name, tuple(steps)))
                    todo.append(kind)
    return found


PLACES = places()
KINDS = sorted(set(OBJECTS) - {"OAuthFlow"})


def build(name):
    """A document with an object of a kind, the object in it, and its path."""
    document = whole()
    document.setdefault("operations", {})
    value, path = document, ()
    if not PLACES[name]:
        return document, document, ()
    kinds = [kind for kind, _ in PLACES[name][1:]] + [name]
    for (_, steps), kind in zip(PLACES[name], kinds, strict=True):
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            path = (*path, step)
            fresh = minimal(kind) if following is None else [] if following == 0 else {}
            if isinstance(value, list):
                value.append(fresh)
            elif not isinstance(value, dict) or not isinstance(value.get(step), (dict, list)):
                value[step] = fresh
            value = value[step]
    return document, value, path


def fields_of(name):
    base = name.partition(" ")[0]
    return {**OBJECTS[base], **OBJECTS[name]}


FIELDS = [(name, field) for name in KINDS for field in sorted(fields_of(name))]
ids = [f"{name}.{field}" for name, field in FIELDS]
each_field = pytest.mark.parametrize(("name", "field"), FIELDS, ids=ids)
each_kind = pytest.mark.parametrize("name", KINDS)


def found(document, *codes):
    """Code and pointer of the findings: of some codes, or all errors but what must fit what."""
    return [
        (finding.code, finding.pointer)
        for finding in lint(document)
        if (
            finding.code in codes
            if codes
            else finding.severity == "error" and RULES[finding.code].group != "Semantics"
        )
    ]


# -- the tables ------------------------------------------------------------------------------------


def types_in(type):
    yield type
    for inner in (type.item, *type.several):
        if inner is not None:
            yield from types_in(inner)


def test_every_object_is_defined_and_used():
    """A field names objects that are there, and each object is a field of another."""
    used = {
        inner.name
        for fields in OBJECTS.values()
        for field in fields.values()
        for inner in types_in(field.type)
        if inner.kind == "object"
    }
    tables = {name.partition(" ")[0] for name in OBJECTS} | set(OBJECTS)
    assert used - tables == SCHEMAS
    variants = {name for name in OBJECTS if " " in name}
    assert tables - used - variants == {"AsyncAPI", "OAuthFlow"}
    assert set(KINDS) | SCHEMAS <= set(PLACES)


def is_written(type):
    """What tells a type from the others of a union."""
    if type.kind == "plain":
        return "text" if isinstance(PLAIN[type.name], str) else "number"
    return "list" if type.kind == "list" else "mapping"


def test_types_are_of_known_kinds():
    """Plain types have a sample here, forms are among them, and keys are patterns."""
    for fields in OBJECTS.values():
        for field in fields.values():
            for inner in types_in(field.type):
                assert inner.kind in ("plain", "choice", "list", "map", "object", "union")
                assert inner.kind != "plain" or inner.name in PLAIN
                assert inner.kind != "choice" or len(set(inner.choices)) > 1
                assert inner.keys is None or inner.keys in KEYS
                written = [is_written(each) for each in inner.several]
                assert len(set(written)) == len(written)
    assert set(FORMS) <= set(PLAIN)


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("Channel", "address", Type("plain", "string", nullable=True)),
        ("Operation", "channel", Type("object", "Channel", reference="must")),
        ("Operation", "action", Type("choice", choices=("send", "receive"))),
        ("Info", "contact", Type("object", "Contact")),
        ("Info", "tags", Type("list", item=Type("object", "Tag", reference="may"), unique=True)),
        (
            "AsyncAPI",
            "servers",
            Type("map", item=Type("object", "Server", reference="may"), keys="server"),
        ),
        ("OAuthFlow", "availableScopes", Type("map", item=Type("plain", "string"))),
        (
            "SolaceOperationBinding",
            "priority",
            Type(
                "union",
                several=(Type("plain", "0..255"), Type("object", "Schema", reference="may")),
            ),
        ),
        (
            "SnsOperationBinding",
            "consumers",
            Type("list", item=Type("object", "SnsConsumer"), filled=True),
        ),
        (
            "KafkaTopicConfiguration",
            "cleanup.policy",
            Type("list", item=Type("choice", choices=("delete", "compact"))),
        ),
    ],
)
def test_notation(name, field, expected):
    """Each sign of the tables means what the module says."""
    assert OBJECTS[name][field].type == expected


REQUIRED = {
    "AsyncAPI": "asyncapi info",
    "Info": "title version",
    "License": "name",
    "Server": "host protocol",
    "Operation": "action channel",
    "ReplyAddress": "location",
    "Tag": "name",
    "ExternalDocs": "url",
    "CorrelationId": "location",
    "SecurityScheme": "type",
    "SecurityScheme apiKey": "in",
    "SecurityScheme httpApiKey": "in name",
    "SecurityScheme http": "scheme",
    "SecurityScheme oauth2": "flows",
    "SecurityScheme openIdConnect": "openIdConnectUrl",
    "OAuthFlow": "availableScopes",
    "OAuthFlow implicit": "authorizationUrl",
    "OAuthFlow password": "tokenUrl",
    "OAuthFlow clientCredentials": "tokenUrl",
    "OAuthFlow authorizationCode": "authorizationUrl tokenUrl",
    "HttpOperationBinding": "type",
    "AmqpChannelBinding queue": "queue",
    "AmqpChannelBinding routingKey": "exchange",
    "GooglePubSubChannelBinding": "schemaSettings topic",
    "GooglePubSubSchemaSettings": "encoding name",
    "GooglePubSubSchemaDefinition": "name type",
    "SnsChannelBinding": "name",
    "SnsOrdering": "type",
    "SnsPolicy": "statements",
    "AwsStatement": "action effect principal",
    "SnsConsumer": "endpoint protocol rawMessageDelivery",
    "SnsRedrivePolicy": "deadLetterQueue",
    "SqsChannelBinding": "queue",
    "SqsOperationBinding": "queues",
    "SqsQueue": "fifoQueue name",
    "SqsRedrivePolicy": "deadLetterQueue",
    "SqsStatement": "action effect principal",
    "PulsarChannelBinding": "namespace persistence",
    "IbmMqChannelBinding queue": "queue",
    "IbmMqQueue": "objectName",
    "JmsServerBinding": "jmsConnectionFactory",
    "JmsProperty": "name value",
    "Ros2OperationBinding": "node role",
    "Guard": "mode",
}


def test_required_fields():
    """They are those that the specification marks REQUIRED."""
    required = {
        name: " ".join(sorted(field.name for field in fields.values() if field.required))
        for name, fields in OBJECTS.items()
    }
    assert {name: names for name, names in required.items() if names} == REQUIRED


def test_bindings_have_every_protocol():
    """Each of the four bindings objects takes each protocol of the specification."""
    for kind in ("Server", "Channel", "Operation", "Message"):
        assert set(OBJECTS[f"{kind}Bindings"]) == PROTOCOLS


# -- the walk --------------------------------------------------------------------------------------


@each_kind
def test_the_smallest_object_is_valid(name):
    """What has the required fields alone has no errors: the ground of the tests below."""
    document, _, _ = build(name)
    assert found(document) == []


#: What the first value of a field asks for.
COMPANIONS = {
    ("AmqpChannelBinding", "is"): {"queue": {}},
    ("HttpOperationBinding", "bindingVersion"): {"type": "request"},
    ("GooglePubSubChannelBinding", "bindingVersion"): {"topic": "chat"},
}


def build_for(name, field):
    """A document with an object that may have a field: its binding is of a version that has it."""
    document, value, path = build(name)
    until = fields_of(name)[field].until
    if until:
        binding = document
        for step in path:
            binding = binding[step]
            if step in PROTOCOLS:
                break
        binding["bindingVersion"] = until
        value.setdefault(field, valid(fields_of(name)[field].type))
    return document, value, path


@each_field
@pytest.mark.sampled(4)
def test_a_valid_value_is_accepted(name, field):
    """Every field of every object takes a value of its type."""
    document, value, _ = build_for(name, field)
    value.setdefault(field, valid(fields_of(name)[field].type))
    value.update(COMPANIONS.get((name, field), {}))
    assert found(document) == []


LEAST = {"natural": -1, "positive": 0, "short": "x" * 256}
INTEGERS = ("integer", "natural", "positive")


def bounds(name):
    """Values that are just too small, too large or too long for a type."""
    if name in LEAST:
        yield LEAST[name]
    least, _, most = name.partition("..")
    if ".." in name:
        yield int(least) - 1
        yield from [int(most) + 1] if most else []
    if name.startswith("string("):
        yield "x" * (int(name[7:-1]) + 1)


def wrong_plain(type):
    """Values that a plain type does not take, with the rule that they break."""
    if type.name == "scalar":
        yield from (([], "wrong-type"), ({}, "wrong-type"))
        return
    is_integer = type.name in INTEGERS or ".." in type.name
    numeric = type.name in ("boolean", "number") or is_integer
    others = ["text", [], {}] if numeric else [42, True, [], {}]
    others += [1.5, "1"] if is_integer else []
    others += [True] if numeric and type.name != "boolean" else []
    others += [None] if not type.nullable else []
    yield from ((bad, "wrong-type") for bad in others)
    yield from ((bad, "bad-value") for bad in bounds(type.name))
    if type.name in FORMS:
        yield "no such form", "bad-format"


def wrong_union(type, path):
    """What none of the types takes, and what is written as one of them is and is none."""
    written = {is_written(each) for each in type.several}
    samples = {"text": "text", "number": 42, "list": [], "mapping": {}}
    others = [None, True, *(value for key, value in samples.items() if key not in written)]
    yield from ((bad, "wrong-type", path) for bad in others)
    for each in type.several:
        if each.kind == "plain":
            yield from ((bad, "bad-value", path) for bad in bounds(each.name))
        elif each.kind == "list":
            yield from (([bad], code, (*path, 0)) for bad, code, _ in wrong_values(each.item, ()))


def wrong_values(type, path):
    """Values that a type does not take, with the finding for each."""
    if type.kind == "union":
        yield from wrong_union(type, path)
    elif type.kind == "plain" and type.name not in ("any", "open"):
        yield from ((bad, code, path) for bad, code in wrong_plain(type))
    elif type.kind == "choice":
        text = isinstance(type.choices[0], str)
        yield from ((bad, "wrong-type", path) for bad in (42 if text else "text", None, True))
        yield "nonsense" if text else 42, "bad-value", path
    elif type.kind in ("list", "map"):
        other = {} if type.kind == "list" else []
        yield from ((bad, "wrong-type", path) for bad in ("text", 1, None, other))
        for bad, code, where in wrong_values(type.item, (*path, 0 if type.kind == "list" else "k")):
            yield ([bad] if type.kind == "list" else {"k": bad}), code, where
    elif type.kind == "object":
        code = {"Ack": "ack-schema"}.get(type.name, "invalid-schema")
        code = code if type.name in SCHEMAS else "wrong-type"
        code = code if type.reference != "must" else "reference-required"
        yield from ((bad, code, path) for bad in ("text", 1, [], None))


@each_field
@pytest.mark.sampled(4)
def test_a_value_of_another_type_is_found(name, field):
    """At every field of every object, however deep in lists and maps, there and nowhere else."""
    for bad, code, where in wrong_values(fields_of(name)[field].type, (field,)):
        document, value, path = build_for(name, field)
        value[field] = bad
        if (name, field) == ("AsyncAPI", "asyncapi"):
            code = "unsupported-version"  # noqa: PLW2901
        assert (code, format_pointer((*path, *where))) in found(document), bad


@each_field
def test_a_required_field_that_is_missing_is_found(name, field):
    """At the object that should have it."""
    if not fields_of(name)[field].required:
        return
    document, value, path = build_for(name, field)
    del value[field]
    value["x-more"] = "nothing is left out by leaving out everything"
    code = "unsupported-version" if field == "asyncapi" else "missing-field"
    assert (code, format_pointer(path)) in found(document)


@pytest.mark.parametrize("name", sorted(ONE_OF))
def test_one_of_several_fields_is_there(name):
    """Any of them will do; without any, it is found at the object."""
    for field in ONE_OF[name]:
        document, value, path = build(name)
        for other in ONE_OF[name]:
            value.pop(other, None)
        assert found(document) == [("missing-field", format_pointer(path))]
        value[field] = {} if name == "MessageExample" else valid(fields_of(name)[field].type)
        assert found(document) == []


def unknown_code(name):
    return "oauth2-field" if name == "SecurityScheme oauth2" else "unknown-field"


@each_kind
def test_an_unknown_field_is_found(name):
    """At the field, in every object but those that may have fields of any name."""
    document, value, path = build(name)
    value["zzUnknown"] = 1
    mine = [(unknown_code(name), format_pointer((*path, "zzUnknown")))]
    assert found(document, "unknown-field", "oauth2-field") == ([] if name in OPEN else mine)


@each_field
@pytest.mark.sampled(4)
def test_a_typo_says_what_was_meant(name, field):
    """A long name without its last letter is followed by the name."""
    typo = field[:-1]
    if len(field) < 6 or typo in fields_of(name) or field.startswith("x-"):
        return
    if name in OPEN or fields_of(name)[field].until:
        return
    if habit_of(name, typo, 1) is not None:
        return  # which says more
    document, value, path = build(name)
    value[typo] = 1
    messages = [
        finding.message
        for finding in lint(document)
        if (finding.code, finding.pointer) == (unknown_code(name), format_pointer((*path, typo)))
    ]
    assert len(messages) == 1
    assert messages[0].lower().endswith(f"; did you mean {field!r}?".lower())


@each_kind
def test_extensions(name):
    """Every object takes `x-` fields of any value, but those that must be empty."""
    document, value, path = build(name)
    before = found(document)
    value["x-ok.name_1-A"] = {"$ref": 1}
    mine = [("unknown-field", format_pointer((*path, "x-ok.name_1-A")))]
    assert found(document) == before + (mine if name in CLOSED else [])
    value["x-bad name"] = value.pop("x-ok.name_1-A")
    code = "unknown-field" if name in CLOSED else "bad-extension-name"
    mine = [(code, format_pointer((*path, "x-bad name")))]
    assert found(document) == before + mine


# -- references ------------------------------------------------------------------------------------


def slots(reference):
    """The fields that hold objects of which references must, may, or may not stand there."""
    for name, field in FIELDS:
        steps, inner = [field], fields_of(name)[field].type
        while inner.kind in ("list", "map"):
            steps.append(0 if inner.kind == "list" else "k")
            inner = inner.item
        if inner.kind == "object" and inner.reference == reference:
            yield pytest.param(name, tuple(steps), inner.name, id=f"{name}.{field}")


def put(value, steps, inner):
    """Put a value where a slot is; what else is in a map stays, others refer to it."""
    field, *below = steps
    if not below:
        value[field] = inner
    elif below == [0]:
        value[field] = [inner]
    else:
        value[field] = {**value.get(field, {}), below[0]: inner}


MUST, MAY, NO = (list(slots(reference)) for reference in ("must", "may", "no"))


@pytest.mark.parametrize(("name", "steps", "kind"), MUST)
def test_an_object_where_only_references_stand(name, steps, kind):
    """Written in place, it is a fault, however valid it is."""
    document, value, path = build(name)
    put(value, steps, minimal(kind))
    assert found(document) == [("reference-required", format_pointer((*path, *steps)))]


@pytest.mark.parametrize(("name", "steps", "kind"), NO)
def test_a_reference_where_only_objects_stand(name, steps, kind):
    """It is a fault, whatever it leads to."""
    document, value, path = build(name)
    put(value, steps, {"$ref": "#/x-any"})
    document["x-any"] = minimal(kind)
    assert ("reference-forbidden", format_pointer((*path, *steps))) in found(document)


@pytest.mark.parametrize(
    ("name", "steps", "kind"), [each for each in MAY if len(each.values[1]) > 1]
)
def test_a_reference_in_place_of_a_map_or_list(name, steps, kind):
    """A whole map cannot be a reference, and neither can a list; what is in it can."""
    document, value, path = build(name)
    document["x-any"] = {} if steps[1] == "k" else []
    put(value, steps[:1], {"$ref": "#/x-any"})
    code = "reference-forbidden" if steps[1] == "k" else "wrong-type"
    assert (code, format_pointer((*path, steps[0]))) in found(document)


def target(kind):
    """A reference to something of a kind."""
    if kind in ("Guard", "MessageGuard"):  # no section of the components has them
        return "#/x-guard-known"
    section = SECTIONS["Schema" if kind in SCHEMAS else kind]
    return f"#/components/{section}/known"


@pytest.mark.parametrize(
    ("name", "steps", "kind"), [each for each in MAY if each.values[2] != "SqsQueue"]
)
def test_a_reference_to_the_wanted_kind(name, steps, kind):
    """It is accepted wherever the tables say so, and followed."""
    document, value, _ = build(name)
    put(value, steps, {"$ref": target(kind)})
    assert found(document) == []
    if kind in SECTIONS and kind not in SCHEMAS:
        document["components"][SECTIONS[kind]]["known"]["zzUnknown"] = 1
        assert len(found(document)) == 1


def is_same(kind, other):
    return other == ("Schema" if kind in SCHEMAS else kind)


def wrong_kind(name, steps, other):
    """What is said of a slot that refers to a component of another kind, and where it is."""
    document, value, path = build(name)
    section = SECTIONS[other]
    document["components"][section]["wrong"] = minimal(other)
    put(value, steps, {"$ref": f"#/components/{section}/wrong"})
    return found(document, "wrong-kind"), format_pointer((*path, *steps))


@pytest.mark.parametrize(("name", "steps", "kind"), MAY + MUST)
def test_a_reference_to_another_kind(name, steps, kind):
    """It is one fault, at the reference."""
    wrong, pointer = wrong_kind(name, steps, "Tag" if kind != "Tag" else "Message")
    assert wrong == [("wrong-kind", pointer)]


@pytest.mark.parametrize("kind", sorted(SECTIONS))
def test_every_kind_is_told_from_every_other(kind):
    """A reference to a component of any other kind is a fault, even if that looks alike."""
    for other in SECTIONS:
        wrong, pointer = wrong_kind("Components", (SECTIONS[kind], "k"), other)
        assert wrong == ([] if is_same(kind, other) else [("wrong-kind", pointer)]), other


@pytest.mark.parametrize("kind", sorted(SECTIONS))
def test_a_reference_to_a_map_or_into_an_object(kind):
    """What is no object of its own is no target for a reference to one."""
    section = SECTIONS[kind]
    for ref in (f"#/components/{section}", "#/info", "#/info/title", "#", "#/components"):
        document = whole()
        document["components"][section]["mine"] = {"$ref": ref}
        mine = f"/components/{section}/mine"
        assert ("wrong-kind", mine) in found(document), ref


def test_a_chain_of_references_is_followed():
    """What the last of them leads to is judged, once."""
    document = whole()
    tags = document["components"]["tags"]
    tags["a"] = {"$ref": "#/components/tags/b"}
    tags["b"] = {"$ref": "#/components/tags/c"}
    tags["c"] = {"name": 1}
    assert found(document) == [("wrong-type", "/components/tags/c/name")]


@pytest.mark.parametrize(
    ("keys", "good", "bad"),
    [
        ("servers", "a-B_9", "a.b"),
        ("components/schemas", "a.b-C_9", "a b"),
        ("components/messages", "a.b", "a/b"),
        ("components/tags", "x", ""),
        ("channels/known/parameters", "a_b", "a.b"),
    ],
)
def test_names_in_maps(keys, good, bad):
    """Servers, parameters and components have names of a pattern."""
    steps = keys.split("/")
    for key, expected in ((good, []), (bad, [("bad-key", format_pointer([*steps, bad]))])):
        document = whole()
        value = document
        for step in steps:
            value = value.setdefault(step, {})
        value[key] = minimal({v: k for k, v in SECTIONS.items()}[steps[-1]])
        assert found(document, "bad-key") == expected


@pytest.mark.parametrize("section", ["channels", "operations"])
@pytest.mark.parametrize("key", ["", "a b", "a/b", "user~1", "{x}", "ü", "a?b#c", "$ref-1", "x-a"])
def test_free_names(section, key):
    """Channels, operations and messages may be called anything."""
    document = whole()
    document[section] = {"known": minimal(section.title()[:-1]), key: minimal(section.title()[:-1])}
    document["channels"] = {**document.get("channels", {}), "known": {"messages": {key: {}}}}
    assert found(document) == []
