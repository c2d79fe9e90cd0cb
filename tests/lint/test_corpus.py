"""Documents of others, and mutants of them: what we say of each, and what the official parser says.

The corpus is no part of the project; it lies beside the repository on machines that have it.

`differences.txt` lists the documents of which the official parser (3.6.3) and the linter think
differently, with the codes of our errors. Why each code is right, by the specification (AsyncAPI
3.1.0), is said in `UNCHECKED`. `mutations.txt` lists what the linter says of each kind of mutation
that it did not say of the document before.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from asyncapi_guard import load
from asyncapi_guard.errors import SpecError
from asyncapi_guard.lint import RULES, lint
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.pointers import format_pointer
from asyncapi_guard.spec.protocols import is_for_socketio
from asyncapi_guard.spec.references import Node

HERE = Path(__file__).parent
CORPUS = HERE.parents[2] / "shared" / "corpus"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "verdicts.jsonl").is_file(),
    reason="the corpus is not beside the repository: it is others', and not part of the project",
)

#: What the official parser does not look at, with the clause that asks for it.
UNCHECKED = {
    "example-payload": "Message Example Object, payload: MUST validate against the payload field",
    "example-headers": "Message Example Object, headers: MUST validate against the headers field",
    "reply-address": "Operation Reply Object, channel: when address is specified, the address of "
    "the channel MUST be either null or not defined",
    "parameters-missing": "Parameters Object: the map MUST contain all the parameters used in the "
    "parent channel address",
    "address-query": "Channel Object, address: query parameters and fragments SHALL NOT be used",
    "bad-key": "Servers Object, Components Object: all keys MUST match the regular expression",
    "discriminator": "Schema Object, discriminator: MUST be defined at this schema and it MUST be "
    "in the required property list",
    "default-type": "Schema Object, default: the value MUST conform to the defined type",
    "reference-format": "Multi Format Schema Object, schema: the schemaFormat of what is being "
    "referenced MUST match that of the schema that contains the reference",
    "endless-schema": "JSON Schema draft-07, 8.3: schemas MUST NOT make use of infinite recursion",
    "binding-fields": "Message Binding Object of Kafka, schemaIdLocation: MUST NOT be specified if "
    "schemaRegistryUrl is not specified at the Server level",
}
#: Where it does not look at what it checks elsewhere: the ends of pointers, by code.
UNCHECKED_PLACES = {
    # Bindings of AMQP on a server, of NATS on a server or a channel, and of others: this object
    # MUST NOT contain any properties. Its JSON Schema takes any.
    "unknown-field": r"/(?:bindings|\w+Bindings/[^/]+)/(?:amqp|nats)/[^/]+",
    # Binding Objects of SQS, Queue, fifoQueue: Required. The JSON Schema for operations forgot it.
    "missing-field": r"/bindings/sqs/queues/\d+",
}
#: What it checks elsewhere, and not in one document of the corpus.
PARTLY_CHECKED = {
    "missing-field": "Multi Format Schema Object, schema: Required; the parser takes any object. "
    "Queue of SQS, fifoQueue: Required",
    "unknown-field": "Server Binding Object of AMQP and others: MUST NOT contain any properties",
    "reference-required": "Operation Object, channel: `$ref` pointer REQUIRED; the parser takes "
    "the object in its place",
}


# -- the corpus ------------------------------------------------------------------------------------


@cache
def verdicts(folder):
    """The rows about the documents of a folder."""
    with (CORPUS / "verdicts.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["file"].startswith(folder + "/")]


@cache
def findings(file):
    return lint(CORPUS / file)


def errors(file):
    return [finding for finding in findings(file) if finding.severity == "error"]


def by_specification(several):
    """Findings but those of what AsyncAPI allows, and a guard cannot do."""
    return [finding for finding in several if RULES[finding.code].elsewhere is None]


def faults(file):
    """The errors that the specification's text decides."""
    return by_specification(errors(file))


def codes(several):
    return " ".join(sorted({finding.code for finding in several}))


def table(name):
    """A data file: the first column by what it is about, `#` begins a comment."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def mutants(expected, *levels):
    return [
        row for row in verdicts("mutants") if row["expected"] == expected and row["level"] in levels
    ]


# -- real documents --------------------------------------------------------------------------------


def test_we_agree_with_the_official_parser_but_for_listed_documents():
    """A document has errors exactly when the parser refuses it, or else is in the list."""
    different = {
        row["file"]: codes(faults(row["file"]))
        for row in verdicts("real")
        if bool(faults(row["file"])) != (row["official"] != "valid")
    }
    assert different == table("differences.txt")


def test_every_difference_is_explained():
    """All of our errors in these documents are of codes that the parser does not check."""
    listed = table("differences.txt").values()
    assert {code for several in listed for code in several.split()} == {
        *UNCHECKED,
        *PARTLY_CHECKED,
    }


def is_unchecked(finding):
    """Whether the parser does not look at what an error is about."""
    place = UNCHECKED_PLACES.get(finding.code)
    return finding.code in UNCHECKED or (
        place is not None and re.search(f"{place}$", finding.pointer) is not None
    )


def test_how_often_we_agree():
    """With 151 of 213 documents, and without what the parser never checks with 211."""
    plain = checked = 0
    for row in verdicts("real"):
        refused = row["official"] != "valid"
        found = faults(row["file"])
        plain += bool(found) == refused
        checked += (not all(is_unchecked(finding) for finding in found)) == refused
    assert (plain, checked, len(verdicts("real"))) == (151, 211, 213)
    assert checked / 213 >= 0.99


def test_every_document_that_the_parser_refuses_has_errors():
    """Nothing that it refuses passes here."""
    refused = [row["file"] for row in verdicts("real") if row["official"] != "valid"]
    assert len(refused) == 46
    assert [file for file in refused if not faults(file)] == []


# -- mutants: what is new in them ------------------------------------------------------------------


def leaves(value, path=()):
    """Every plain value in a document, with the path to it."""
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from leaves(inner, (*path, key))
    else:
        yield path, repr(value)


@cache
def data(file):
    return open_documents(CORPUS / file).main.data


@cache
def shape(file):
    """The leaves of a document; none if it cannot be read."""
    try:
        return frozenset(leaves(data(file)))
    except SpecError:
        return frozenset()


def likeness(one, other):
    """How much two documents have in common, from 0 to 1."""
    both = len(shape(one) & shape(other))
    return both / (len(shape(one)) + len(shape(other)) - both or 1)


def relatives(row):
    """The documents that a mutant was made of, or that were made of the same one otherwise.

    Mutants were made of real documents, of which some are not in the corpus.
    """
    for other in [*verdicts("real"), *verdicts("mutants")]:
        is_other = other.get("mutation") != row["mutation"]
        if is_other and likeness(row["file"], other["file"]) > LIKE:
            yield other["file"]


LIKE = 0.6


@cache
def known(file):
    """What is found in a document, without its lines."""
    return {(finding.code, finding.pointer, finding.message) for finding in findings(file)}


@cache
def all_new(file):
    row = next(row for row in verdicts("mutants") if row["file"] == file)
    before = set().union(*(known(other) for other in relatives(row)))
    return [f for f in findings(file) if (f.code, f.pointer, f.message) not in before]


def new(file, *severities):
    """The findings that a mutant has and the document had not of which it was made."""
    return [finding for finding in all_new(file) if finding.severity in severities]


def places(file, where):
    """The pointers to a place: as it is written, and behind each reference on the way.

    Keys may have slashes in them. What is not there any more is looked for at what held it.
    """
    document = open_documents(CORPUS / file)
    node, parts = Node(document.main, (), document.main.data), where.split("/")
    found = []
    while parts and isinstance(node.value, (dict, list)):
        if isinstance(node.value, list):
            return [*found, node.path]
        length = next(
            (n for n in range(len(parts), 0, -1) if "/".join(parts[:n]) in node.value), None
        )
        if length is None:
            break
        node = node.child("/".join(parts[:length]))
        parts = parts[length:]
        found = [node.path]
        try:
            behind = document.resolve(node)
        except Exception:  # a reference that leads nowhere may be the mutation
            continue
        found += [behind.path] if behind.path != node.path else []
        node = behind
    return found or [node.path]


def is_at(finding, file, where):
    return any(
        (finding.pointer + "/").startswith(format_pointer(path) + "/")
        for path in places(file, where)
    )


@pytest.mark.slow
def test_what_must_not_be_is_an_error_at_its_place():
    """Each document that breaks a MUST has a new error, where it was broken if that is known."""
    rows = mutants("invalid", "must")
    assert len(rows) == 196
    missed = []
    for row in rows:
        found = new(row["file"], "error")
        if "where" in row:
            found = [finding for finding in found if is_at(finding, row["file"], row["where"])]
        if not found:
            missed.append(row["file"])
    assert missed == []


def test_what_should_not_be_is_a_finding():
    """What only the JSON Schema forbids, or the text implies, is a warning at least."""
    rows = mutants("invalid", "schema", "implied", "should")
    assert len(rows) == 18
    assert [row["file"] for row in rows if not new(row["file"], "error", "warning")] == []


def test_what_may_be_is_no_error():
    """A document that the specification allows has no error that it did not have before."""
    rows = mutants("valid", "must")
    assert len(rows) == 62
    found = {row["file"]: by_specification(new(row["file"], "error")) for row in rows}
    assert {file: several for file, several in found.items() if several} == {}


def test_what_each_mutation_gives():
    """The errors of each kind of mutation are those of the list; else the warnings are."""
    found = {}
    for row in verdicts("mutants"):
        several = by_specification(new(row["file"], "error")) or new(
            row["file"], "error", "warning"
        )
        found.setdefault(row["mutation"], set()).update(finding.code for finding in several)
    shown = {name: " ".join(sorted(each)) or "-" for name, each in found.items()}
    assert shown == table("mutations.txt")


#: Mutations whose error the parser reports at another line, and why ours is the better one.
OTHER_LINES = {
    "operation-messages-object": "the parser judges the message as a list, where that is written",
    "ref-dangling-channel-server": "the parser says it of `servers`, in which nothing was found",
    "ref-no-slash": "the parser says it of the whole document, at its first line",
    "schema-id-anchor-ref": "the parser says it of the whole document, at its first line",
    "security-ref-to-server": "the parser judges the server as a scheme, where that is written",
}


def is_about(finding, official):
    """Whether an error of the parser's is at our line, or about something around our place."""
    if official["line"] is None:
        return True
    path = official["path"].split("/") if official["path"] else []
    around = format_pointer(path)
    return abs(finding.line - official["line"]) <= 1 or (
        bool(around) and finding.pointer.startswith(around)
    )


def test_errors_are_where_the_parser_has_them():
    """Our new errors are at the line of its first error, or inside of what that is about."""
    elsewhere = {
        row["mutation"]
        for row in mutants("invalid", "must")
        if row["official_errors"]
        and not any(
            is_about(finding, row["official_errors"][0]) for finding in new(row["file"], "error")
        )
    }
    assert elsewhere == set(OTHER_LINES)


# -- the linter and the loader ---------------------------------------------------------------------

#: What is a warning in documents for other protocols, and the guard cannot judge by.
REFUSED_BY_LOAD = {"bad-pattern", "unjudged-format"}


def test_what_has_no_errors_can_be_loaded():
    """`load` takes each document without errors, but what it cannot judge of other protocols."""
    for row in [*verdicts("real"), *verdicts("mutants")]:
        file = CORPUS / row["file"]
        if not errors(row["file"]) and refused(file):
            assert not is_for_socketio(open_documents(file))
            assert refused(file) <= REFUSED_BY_LOAD


def refused(file):
    """The codes of what `load` finds."""
    try:
        load(file)
    except SpecError as error:
        return {finding.code for finding in error.findings}
    return set()


#: Documents of version 2 that are not YAML: the parser refuses them, too.
UNREADABLE = 8


def test_documents_of_version_2_are_told_so_and_nothing_else():
    """Each has one finding: its version, or that it cannot be read."""
    rows = verdicts("v2")
    assert len(rows) == 401
    found = [(row, codes(findings(row["file"])), len(findings(row["file"]))) for row in rows]
    unread = [row for row, code, number in found if (code, number) == ("unreadable", 1)]
    assert len(unread) == UNREADABLE
    assert {row["official"] for row in unread} == {"invalid"}
    others = {(code, number) for row, code, number in found if row not in unread}
    assert others == {("unsupported-version", 1)}
