"""References: where they lead, and where they may not lead."""

# ruff: noqa: E501, ISC004  # the cases are tables, one to a line
from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager

import pytest

from asyncapi_guard.errors import UnresolvableReference

SHARED = "schemas: {S: {type: integer}}\nmessages: {M: {name: far, payload: {type: string}}}\n"


@pytest.mark.parametrize(
    ("ref", "more"),
    [
        ("#/components/schemas/S", "components: {schemas: {S: {type: integer}}}"),
        ("#/components/schemas/a~1b", "components: {schemas: {'a/b': {type: integer}}}"),
        ("#/components/schemas/m~0n", "components: {schemas: {'m~n': {type: integer}}}"),
        ("#/components/schemas/a%20b", "components: {schemas: {'a b': {type: integer}}}"),
        ("#/components/schemas/%C3%A9", "components: {schemas: {é: {type: integer}}}"),
        ("#/x-list/1", "x-list: [1, {type: integer}]"),
        ("#/components/schemas/A/properties/p", "components: {schemas: {A: {$ref: '#/x-b'}}}\n"
         "x-b: {properties: {p: {type: integer}}}"),
        ("#/components/schemas/A", "components: {schemas: {A: {$ref: '#/x-b'}}}\n"
         "x-b: {$ref: '#/x-c'}\nx-c: {type: integer}"),
        ("#/x-ref/$ref", "x-ref: {$ref: {type: integer}}"),
    ],
)  # fmt: skip
def test_a_reference_leads_to_its_target(folder, ref, more):
    """RFC 6901 and percent escapes, indexes, chains, and pointers through other references."""
    payload = folder.payload(f"{{$ref: '{ref}'}}", more)
    assert payload.is_valid(1)
    assert not payload.is_valid("1")


def test_a_pointer_may_run_through_a_channel_that_is_a_reference(folder):
    """`#/channels/alias/messages/m` is the message of what `alias` refers to."""
    contract = folder.load("""
        channels:
          real: {address: /, messages: {m: {payload: {type: integer}}}}
          alias: {$ref: '#/channels/real'}
        operations:
          o:
            action: receive
            channel: {$ref: '#/channels/real'}
            messages: [{$ref: '#/channels/alias/messages/m'}]
        """)
    (message,) = contract.operations["o"].messages
    assert message is contract.channels["real"].messages["m"]


def test_the_siblings_of_a_reference_are_ignored(folder):
    """Beside `$ref` nothing counts, not even what would be a fault."""
    payload = folder.payload(
        "{$ref: '#/x-s', type: 3, minimum: x, enum: []}", "x-s: {type: integer}"
    )
    assert payload.is_valid(1)


def test_a_property_that_is_called_ref_is_none(folder):
    """`$ref` as the name of a property, whose value is a mapping, refers to nothing."""
    payload = folder.payload("{type: object, properties: {$ref: {type: string}}}")
    assert payload.is_valid({"$ref": "x"})
    assert not payload.is_valid({"$ref": 1})


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("#/components/schemas/Usr", "did you mean 'User'"),
        ("#/components/nothing", "no 'nothing' in"),
        ("#/x-list/2", "unresolved reference"), ("#/x-list/01", "unresolved reference"),
        ("#/x-list/99999999999999999999", "unresolved reference"), ("#/x-list/-", "unresolved reference"),
        ("#/asyncapi/x", "unresolved reference"), ("#anchor", "start references to this document"),
        ("#/~2", "'~' is written '~0'"), ("#/%ff", "invalid reference"),
        ("http://[", "invalid reference"), ("//[x", "invalid reference"),
        ("missing.yml", "there is no such file"), ("missing.yml#/a", "there is no such file"),
        (".", "there is no such file"), ("ftp://example.com/a.yml", "not ftp: URIs"),
        ("urn:a:b", "not urn: URIs"), ("data:,x", "not data: URIs"),
        ("http://example.com/a.yml", "references over http are not followed"),
        ("//example.com/a.yml", "outside the document's directory"),
        ("%00.yml", "can't read"),
    ],
)  # fmt: skip
def test_a_reference_without_a_target_is_a_fault_where_it_stands(folder, ref, message):
    """The finding has the place of the `$ref` and says why."""
    more = "components: {schemas: {User: {}}}\nx-list: [1, 2]"
    (finding,) = folder.faults(
        f"channels: {{c: {{address: /, messages: {{m: {{payload: {{$ref: '{ref}'}}}}}}}}}}\n{more}",
        UnresolvableReference,
    )
    assert message in finding.message
    assert finding.line == 3
    assert finding.pointer == "/channels/c/messages/m/payload/$ref"


@pytest.mark.parametrize(
    ("ref", "more"),
    [
        ("#/x-a", "x-a: {$ref: '#/x-a'}"),
        ("#/x-a", "x-a: {$ref: '#/x-b'}\nx-b: {$ref: '#/x-a'}"),
        ("#/x-a", "x-a: {$ref: '#/x-a/b'}"),
        ("#/channels/c/messages/m/payload", ""),
        ("loop.yml", ""),
    ],
)
def test_a_loop_of_references_is_refused(folder, ref, more):
    """References that lead to each other, and to no value, are a fault; also across files."""
    folder.write("loop.yml", "$ref: other.yml")
    folder.write("other.yml", "$ref: loop.yml")
    finding = folder.fault(f"{{$ref: '{ref}'}}", more)
    assert "circular reference" in finding.message


def test_files_may_refer_to_each_other(folder):
    """Two files that need each other's parts are read once each, whatever the order."""
    folder.write("sub/a.yml", "A: {type: object, properties: {b: {$ref: '../b.yml#/B'}}}")
    folder.write("b.yml", "B: {type: object, properties: {a: {$ref: './sub/a.yml#/A'}}}")
    payload = folder.payload("{$ref: 'sub/a.yml#/A'}")
    assert payload.is_valid({"b": {"a": {"b": {}}}})
    assert not payload.is_valid({"b": {"a": {"b": 1}}})


def test_messages_and_channels_may_stand_in_other_files(folder):
    """Relative references lead to other YAML and JSON files, and back."""
    folder.write("shared.yml", SHARED)
    folder.write(
        "more.json", '{"c": {"address": "/", "messages": {"m": {"$ref": "#/m"}}}, "m": {}}'
    )
    contract = folder.load("""
        channels:
          a: {address: /a, messages: {m: {$ref: 'shared.yml#/messages/M'}}}
          b: {$ref: 'more.json#/c'}
          d: {address: /d, messages: {m: {payload: {$ref: './shared.yml#/schemas/S'}}}}
        """)
    assert contract.channels["a"].messages["m"].event == "far"
    assert contract.channels["b"].address == "/"
    assert contract.channels["d"].messages["m"].payload.is_valid(1)
    assert contract.channels["a"].messages["m"].location.endswith("shared.yml#/messages/M")


def test_a_whole_file_may_be_the_target(folder):
    """A reference without a fragment means the whole file; names may have percent escapes."""
    folder.write("a schema.yml", "type: integer")
    assert folder.payload("{$ref: 'a%20schema.yml'}").is_valid(1)
    assert folder.payload("{$ref: 'a%20schema.yml#'}").is_valid(1)


def test_a_fault_in_another_file_is_reported_there(folder):
    """A target that cannot be read gives both places: the reference, and the fault in the file."""
    folder.write("bad.yml", "a: 1\na: 2")
    findings = folder.faults(
        "channels: {c: {address: /, messages: {m: {$ref: 'bad.yml#/x'}}}}", UnresolvableReference
    )
    assert [(f.file.rpartition("/")[2], f.line) for f in findings] == [
        ("asyncapi.yml", 3),
        ("bad.yml", 2),
    ]


def test_a_pointer_that_leads_nowhere_in_another_file_names_it(folder):
    """The message names the file that has no such part."""
    folder.write("shared.yml", SHARED)
    message = folder.fault("{$ref: 'shared.yml#/schemas/T'}").message
    assert "no 'T' in /schemas of" in message
    assert message.endswith("shared.yml")


def test_a_referenced_file_is_held_to_the_limits(folder):
    """Limits hold for every file."""
    folder.write("big.yml", b"#" * 10_000_001)
    folder.write("deep.yml", "[" * 70 + "]" * 70)
    assert "larger than 10,000,000 bytes" in folder.fault("{$ref: big.yml}").message
    findings = folder.faults("channels: {c: {$ref: deep.yml}}")
    assert any("64 levels" in f.message for f in findings)


# -- the root folder -------------------------------------------------------------------------------


@pytest.fixture
def outside(folder):
    """A file beside the spec's folder; the folder becomes `inner`."""
    folder.write("secret.yml", "type: integer")
    folder.path = folder.path / "inner"
    folder.path.mkdir()
    return folder.path.parent / "secret.yml"


@pytest.mark.parametrize(
    "ref",
    [
        "../secret.yml",
        "x/../../secret.yml",
        "%2E%2E/secret.yml",
        "..%2fsecret.yml",
        "{uri}",
        "{path}",
    ],
)
def test_files_outside_of_the_folder_are_refused(folder, outside, ref):
    """No way leads out of the spec's folder: `..`, escapes, absolute paths, file: URIs."""
    ref = ref.format(uri=outside.as_uri(), path=outside)
    message = folder.fault(f"{{$ref: '{ref}'}}").message
    assert "outside the document's directory 'inner'; see root=" in message


def test_a_symlink_that_leads_out_is_refused(folder, outside):
    """Symlinks are followed before the folder is checked."""
    (folder.path / "link.yml").symlink_to(outside)
    (folder.path / "dir").symlink_to(outside.parent)
    for ref in ("link.yml", "dir/secret.yml"):
        assert "outside the document's directory" in folder.fault(f"{{$ref: {ref}}}").message


def test_a_symlink_inside_of_the_folder_is_followed(folder):
    """Symlinks within the folder are files like others."""
    folder.write("real.yml", "type: integer")
    (folder.path / "link.yml").symlink_to("real.yml")
    assert folder.payload("{$ref: link.yml}").is_valid(1)


def test_root_widens_the_folder(folder, outside):
    """`root=` names the folder that references may not leave."""
    payload = folder.payload("{$ref: ../secret.yml}", root=outside.parent)
    assert payload.is_valid(1)


def test_root_narrows_the_folder(folder):
    """`root=` may be smaller than the spec's own folder."""
    folder.write("a.yml", "type: integer")
    (folder.path / "sub").mkdir()
    assert "outside" in folder.fault("{$ref: a.yml}", root=folder.path / "sub").message


# -- http ------------------------------------------------------------------------------------------


@contextmanager
def serve(answers):
    """A server on a free port; `answers` are texts by path, or where to redirect to."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer = answers.get(self.path)
            if answer is None:
                self.send_error(404)
            elif answer.startswith("->"):
                self.send_response(302)
                self.send_header("Location", answer[2:])
                self.end_headers()
            else:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer.encode())

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("with_port", [True, False])
def test_an_allowed_host_is_asked(folder, with_port):
    """A host of `allow_http`, with or without its port, is asked, once a document."""
    with serve({"/s.yml": "A: {$ref: 'r.json#/B'}\nB: {type: string}", "/r.json": '{"B": {"type": "integer"}}'}) as (url, asked):  # fmt: skip
        host = url.removeprefix("http://") if with_port else "127.0.0.1"
        payload = folder.payload(
            f"{{properties: {{a: {{$ref: '{url}/s.yml#/A'}}, b: {{$ref: '{url}/s.yml#/B'}}}}}}",
            allow_http=[host],
        )
        assert payload.is_valid({"a": 1, "b": "x"})
        assert not payload.is_valid({"a": "x"})
        assert sorted(asked) == ["/r.json", "/s.yml"]


def test_a_host_that_is_not_allowed_is_not_asked(folder):
    """Without `allow_http`, and from other hosts, nothing is fetched: not by us, not by an engine."""
    with serve({"/s.yml": "type: integer"}) as (url, asked):
        assert "not followed" in folder.fault(f"{{$ref: '{url}/s.yml'}}").message
        message = folder.fault(f"{{$ref: '{url}/s.yml'}}", allow_http=["example.com"]).message
        assert "the host '127.0.0.1' is not allowed" in message
        for engine in ("rust", "jsonschema"):
            folder.faults(
                f"""
                channels:
                  c:
                    address: /
                    messages:
                      m:
                        payload:
                          schemaFormat: application/schema+json;version=2020-12
                          schema: {{$id: '{url}/root', $ref: s.yml}}
                """,
                engine=engine,
                allow_http=["127.0.0.1"],
            )
        assert asked == []


def test_a_redirect_may_only_lead_to_an_allowed_host(folder):
    """Redirects within the list are followed, others are refused before they are."""
    with serve({"/s.yml": "type: integer"}) as (other, asked):
        answers = {"/in": "->/t.yml", "/t.yml": "type: integer", "/out": f"->{other}/s.yml"}
        answers["/file"] = "->file:///etc/passwd"
        answers["/ftp"] = "->ftp://127.0.0.1/x"
        with serve(answers) as (url, _):
            host = url.removeprefix("http://")
            assert folder.payload(f"{{$ref: '{url}/in'}}", allow_http=[host]).is_valid(1)
            for path in ("out", "file", "ftp"):
                fault = folder.fault(f"{{$ref: '{url}/{path}'}}", allow_http=[host])
                assert "can't read" in fault.message
        assert asked == []


def test_what_http_answers_is_held_to_the_limits(folder):
    """Errors of a server, and documents that are too large, are faults of the reference."""
    with serve({"/big": "#" * 10_000_001}) as (url, _):
        assert "404" in folder.fault(f"{{$ref: '{url}/none'}}", allow_http=["127.0.0.1"]).message
        text = f"channels: {{c: {{$ref: '{url}/big'}}}}"
        findings = folder.faults(text, allow_http=["127.0.0.1"])
        assert any("10,000,000" in f.message for f in findings)


def test_a_host_that_does_not_answer_is_a_fault(folder):
    """A connection that is refused is a fault of the reference, not a crash."""
    with serve({}) as (url, _):
        pass
    assert "can't read" in folder.fault(f"{{$ref: '{url}/x'}}", allow_http=["127.0.0.1"]).message


@pytest.mark.parametrize("allow_http", [True, "example.com"])
def test_allow_http_must_say_which(folder, allow_http):
    """`allow_http=True` and a bare string are mistakes of the caller."""
    with pytest.raises(TypeError, match="allow_http takes the allowed hosts"):
        folder.load("channels: {}", allow_http=allow_http)
