"""`asyncapi-guard validate --fix`: what it repairs, what it leaves, and what it writes."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from asyncapi_guard.cli import cli
from asyncapi_guard.lint import Settings, lint
from asyncapi_guard.lint.repairs import REPAIRS, meant
from asyncapi_guard.lint.rules import RULES, Rule

ROOT = Path(__file__).parents[2]
HEAD = "asyncapi: 3.1.0\ninfo: {title: Chat, version: '1'}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, the root of a repository."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    return tmp_path


def run(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")
    }
    return subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "validate", "--fix", *args],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=300,
        env=environment,
    )


def fixed(text: str, *args: str) -> str:
    """What becomes of `asyncapi.yml`."""
    file = Path("asyncapi.yml")
    file.write_bytes(text.encode())
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        cli(["validate", "--fix", "asyncapi.yml", *args])
    return file.read_bytes().decode()


# -- each code -------------------------------------------------------------------------------------

#: By code: a part of a document, and the same repaired.
CASES = {
    "unsupported-version": [
        ("asyncapi: 3.1  # yes\ninfo: {title: C, version: '1'}\n", "3.1  #", "3.1.0  #"),
        ("asyncapi: '3.0'\ninfo: {title: C, version: '1'}\n", "'3.0'", "'3.0.0'"),
    ],
    "unresolvable-reference": [
        (
            (
                "channels: {c: {messages: {m: {payload: {$ref: '#/components/schemas/a'}}}}}\n"
                "components: {schemas: {A: {type: string}}}\n"
            ),
            "schemas/a'",
            "schemas/A'",
        )
    ],
    "missing-field": [
        (
            (
                "servers: {s: {host: a, protocol: ws, security: [{key: []}]}}\n"
                "components: {securitySchemes: {key: {type: userPassword}}}\n"
            ),
            "{key: []}",
            "{$ref: '#/components/securitySchemes/key'}",
        )
    ],
    "unknown-field": [
        ("channels:\n  c:\n    adress: /  # x\n", "adress", "address"),
        ("Channels: {c: {address: /}}\n", "Channels", "channels"),
        ("components: {security_schemes: {}}\n", "security_schemes", "securitySchemes"),
    ],
    "wrong-type": [
        ("channels: {c: {address: /, title: 1.10}}\n", "1.10", "'1.10'"),
        ("channels: {c: {address: /, title: true}}\n", "true", "'true'"),
        (
            (
                "channels:\n  c:\n    address: /\n    messages:\n      m:\n        payload:\n"
                "          externalDocs: {url: 'https://a.b', description: 0o7}\n"
            ),
            "0o7",
            "'0o7'",
        ),
    ],
    "bad-value": [
        (
            (
                "channels: {c: {address: /}}\n"
                "operations: {o: {action: Recieve, channel: {$ref: '#/channels/c'}}}\n"
            ),
            "Recieve",
            "receive",
        )
    ],
    "equal-items": [
        (
            "servers: {s: {host: a, protocol: ws, tags: [{name: a}, {name: a}]}}\n",
            "[{name: a}, {name: a}]",
            "[{name: a}]",
        ),
    ],
    "operation-channel": [
        (
            (
                "channels: {c: {$ref: '#/components/channels/k'}}\n"
                "operations: {o: {action: send, channel: {$ref: '#/components/channels/k'}}}\n"
                "components: {channels: {k: {address: /}}}\n"
            ),
            "send, channel: {$ref: '#/components/channels/k'}",
            "send, channel: {$ref: '#/channels/c'}",
        )
    ],
    "operation-messages": [
        (
            (
                "channels: {c: {address: /, messages: {m: {$ref: '#/components/messages/M'}}}}\n"
                "operations:\n  o:\n    action: send\n    channel: {$ref: '#/channels/c'}\n"
                "    messages:\n      - $ref: '#/components/messages/M'  # this\n"
                "components: {messages: {M: {payload: {}}}}\n"
            ),
            "- $ref: '#/components/messages/M'",
            "- $ref: '#/channels/c/messages/m'",
        )
    ],
    "reply-channel": [
        (
            (
                "channels: {c: {address: /}, d: {$ref: '#/components/channels/k'}}\n"
                "operations: {o: {action: send, channel: {$ref: '#/channels/c'},\n"
                "  reply: {channel: {$ref: '#/components/channels/k'}}}}\n"
                "components: {channels: {k: {address: /k}}}\n"
            ),
            "reply: {channel: {$ref: '#/components/channels/k'}",
            "reply: {channel: {$ref: '#/channels/d'}",
        )
    ],
    "reply-messages": [
        (
            (
                "channels: {c: {address: /, messages: {m: {$ref: '#/components/messages/M'}}}}\n"
                "operations:\n  o:\n    action: send\n    channel: {$ref: '#/channels/c'}\n"
                "    reply:\n      channel: {$ref: '#/channels/c'}\n"
                "      messages: [{$ref: '#/components/messages/M'}]\n"
                "components: {messages: {M: {payload: {}}}}\n"
            ),
            "[{$ref: '#/components/messages/M'}]",
            "[{$ref: '#/channels/c/messages/m'}]",
        )
    ],
    "channel-servers": [
        (
            (
                "servers: {s: {$ref: '#/components/servers/k'}}\n"
                "channels: {c: {address: /, servers: [{$ref: '#/components/servers/k'}]}}\n"
                "components: {servers: {k: {host: a, protocol: ws}}}\n"
            ),
            "servers: [{$ref: '#/components/servers/k'}]",
            "servers: [{$ref: '#/servers/s'}]",
        )
    ],
    "parameters-missing": [
        (
            "channels:\n  c:\n    address: /{a}/{b}  # x\n    title: T\n",
            "# x\n",
            "# x\n    parameters:\n      a: {}\n      b: {}\n",
        )
    ],
    "invalid-schema": [
        ("components: {schemas: {A: {type: String}}}\n", "String", "string"),
        ("components: {schemas: {A: {type: strnig}}}\n", "strnig", "string"),
        ("components: {schemas: {A: {type: int}}}\n", "int", "integer"),
        ("components: {schemas: {A: {items: {type: Bool}}}}\n", "Bool", "boolean"),
    ],
    "prefix-items": [
        (
            "components:\n  schemas:\n    A:\n      prefixItems:  # two\n        - type: string\n",
            "prefixItems:  #",
            "items:  #",
        ),
        (
            "components: {schemas: {A: {items: false, prefixItems: [{type: string}]}}}\n",
            "{items: false, prefixItems: ",
            "{additionalItems: false, items: ",
        ),
        (
            "components: {schemas: {A: {prefixItems: [{}], items: {type: string}, title: T}}}\n",
            "{prefixItems: [{}], items: ",
            "{items: [{}], additionalItems: ",
        ),
        (
            "components: {schemas: {A: {prefixItems: [{}], additionalItems: false}}}\n",
            "prefixItems",
            "items",
        ),
    ],
    "default-type": [
        ("components: {schemas: {A: {type: integer, default: '5'}}}\n", "'5'", "5"),
        ("components: {schemas: {A: {type: boolean, default: 'true'}}}\n", "'true'", "true"),
        ("components: {schemas: {A: {type: string, default: 010}}}\n", "010", "'010'"),
    ],
    "unknown-keyword": [
        ("components: {schemas: {A: {type: string, minLenght: 3}}}\n", "minLenght", "minLength"),
    ],
    "unknown-format": [
        ("components: {schemas: {A: {type: string, format: emial}}}\n", "emial", "email"),
        ("components: {schemas: {A: {format: datetime}}}\n", "datetime", "date-time"),
    ],
    "summary-form": [
        ("channels: {c: {address: /, summary: Talk here.}}  # x\n", "Talk here.", "Talk here"),
        ("channels:\n  c:\n    address: /\n    summary: 'A.'  # x\n", "'A.'  #", "'A'  #"),
    ],
    "tags-order": [
        (
            (
                "asyncapi: 3.1.0\n# all of them\ninfo:\n  title: C\n  version: '1'\n  tags:\n"
                "    - name: b\n      description: B\n    - name: a\n  # the end\n"
            ),
            "- name: b\n      description: B\n    - name: a\n",
            "- name: a\n    - name: b\n      description: B\n",
        ),
        (
            (
                "asyncapi: 3.1.0\ninfo:\n  title: C\n  version: '1'\n"
                "  tags:\n    - $ref: '#/components/tags/b'\n    - name: a\n"
                "components: {tags: {b: {name: b}}}\n"
            ),
            "- $ref: '#/components/tags/b'\n    - name: a\n",
            "- name: a\n    - $ref: '#/components/tags/b'\n",
        ),
    ],
    "server-slash": [
        (
            "servers: {s: {host: a, pathname: /socket.io/, protocol: socketio}}  # x\n",
            "/socket.io/",
            "/socket.io",
        ),
    ],
}


def test_each_code_that_can_be_repaired_is_tested_and_documented() -> None:
    """At least six; each is a rule about documents, says what is done, and stands in the docs."""
    assert CASES.keys() == REPAIRS.keys()
    assert len(REPAIRS) >= 6
    page = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    for code, text in REPAIRS.items():
        assert not RULES[code].about_code
        assert f"`validate --fix`: {text}" in page
    page = (ROOT / "docs" / "how-to" / "editing.md").read_text(encoding="utf-8")
    listed = page.partition("<!-- codes -->")[2].partition(".")[0]
    assert re.findall("`([a-z-]+)`", listed) == list(REPAIRS)


@pytest.mark.parametrize(
    ("code", "text", "old", "new"),
    [
        pytest.param(code, *case, id=f"{code} {number}")
        for code, cases in CASES.items()
        for number, case in enumerate(cases)
    ],
)
def test_a_repair(code: str, text: str, old: str, new: str) -> None:
    """The finding goes, and only this part of the text has changed."""
    text = text if "asyncapi:" in text else HEAD + text
    assert text.count(old) == 1
    Path("asyncapi.yml").write_text(text)
    before = pointers(code)
    assert before
    assert fixed(text, "--select", code) == text.replace(old, new)
    assert pointers(code) < before


def pointers(code: str) -> set[str]:
    """Where a rule is broken in `asyncapi.yml`."""
    found = lint("asyncapi.yml", settings=Settings(extend_select=(code,)))
    return {finding.pointer for finding in found if finding.code == code}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        # A comment would have to move with its tag, or not.
        (
            "tags-order",
            "info:\n  title: C\n  version: '1'\n  tags:\n    - name: b  # x\n    - name: a\n",
        ),
        ("tags-order", "info: {title: C, version: '1', tags: [{name: b}, {name: a}]}  # x\n"),
        # Where the path is no prefix of Socket.IO's, the slash may mean something.
        ("server-slash", "servers: {s: {host: a, pathname: /b/, protocol: mqtt}}\n"),
        (
            "summary-form",
            "channels:\n  c:\n    address: /\n    summary: |\n      One.\n      Two.\n",
        ),
    ],
)
def test_style_that_is_left_to_people(code: str, text: str) -> None:
    """The finding stays, and the file as well."""
    text = "asyncapi: 3.1.0\n" + text if "info:" in text else HEAD + text
    assert fixed(text, "--extend-select", code) == text
    assert pointers(code)


@pytest.mark.parametrize("code", [code for code in RULES if not RULES[code].about_code])
def test_the_examples_of_the_rules_stay_or_are_repaired(code: str) -> None:
    """What is repaired has fewer findings afterwards, what is not is untouched; twice is once."""
    text = Rule.document(RULES[code].bad)
    Path("asyncapi.yml").write_text(text)
    before = [f.code for f in lint("asyncapi.yml")]
    new = fixed(text)
    after = [f.code for f in lint("asyncapi.yml")]
    assert (new == text) == (before == after)
    assert new == text or (code in REPAIRS or set(before) & set(REPAIRS))
    assert fixed(new) == new


@pytest.mark.parametrize(
    "text",
    [
        # Two words are as near.
        "components: {schemas: {A: {minItms: 1, maxItms: 1, tile: x, itms: {}, not_: {}}}}",
        # The right word is there already, or its value would be wrong.
        "channels: {c: {address: /, adress: /}}",
        "channels: {c: {adress: [1]}}",
        # Other languages' types may be several things.
        *(
            f"components: {{schemas: {{A: {{type: '{type}'}}}}}}"
            for type in ("string?", "?string", "strings", "numbers", "string[]", "string!", "float")
        ),
        "components: {schemas: {A: {prefixItems: [{}], items: {}, additionalItems: false}}}",
        "components: {schemas: {A: {prefixItems: [{}], items: [{}]}}}",
        "components: {schemas: {A: {prefixItems: {type: string}}}}",
        "servers: {s: {host: a, protocol: ws, tag: chat}}",
        # A name of the author's own that is near another is another.
        "components: {schemas: {A: {required: [item], properties: {items: {}}}}}",
        "components: {schemas: {A: {required: [a1], properties: {a2: {}}}}}",
        (
            "channels: {c: {messages: {m: {payload: {$ref: '#/components/schemas/V1'}}}}}\n"
            "components: {schemas: {V2: {type: string}}}"
        ),
        # Nobody knows which.
        "components: {schemas: {A: {type: integer, default: large}}}",
        "components: {schemas: {A: {$ref: '#/components/schemas/B', maxLength: 1}, B: {}}}",
        "defaultContentType: 1",
        "components: {schemas: {A: {type: integer, format: uint32}}}",
        "info2: 5",
        # Words of their own, near one that would refuse everything, or say the contrary.
        "components: {schemas: {A: {type: object, cost: {type: number}}}}",
        "components: {schemas: {A: {type: object, note: true}}}",
        "components: {schemas: {A: {noneOf: [{type: string}]}}}",
        "components: {schemas: {A: {when: {required: [a]}, else: {required: [b]}}}}",
        "components: {schemas: {A: {type: object, propertyName: {type: integer}}}}",
        # What stands beside a `$ref` would count no more.
        (
            "components: {schemas: {A: {maxLength: 3, ref: '#/components/schemas/B'}, "
            "B: {type: string}}}"
        ),
        # The same letters, and another word.
        "components: {schemas: {A: {required: [time], properties: {item: {}}}}}",
        # The property may be what is misspelt: clients send the one or the other.
        "components: {schemas: {A: {required: [password], properties: {passowrd: {}}}}}",
        "components: {schemas: {A: {required: [userid], properties: {userId: {}}}}}",
        "components: {schemas: {A: {type: string, format: item}}}",
        # The key is the event's name: clients send the one or the other.
        (
            "channels: {c: {address: /, messages: {Say: {payload: {}}}}}\n"
            "operations: {o: {action: send, channel: {$ref: '#/channels/c'}, "
            "messages: [{$ref: '#/channels/c/messages/say'}]}}"
        ),
        # Two keys that mean the same.
        "components: {schemas: {A: {minlength: 3, min_length: 4}}}",
        # One message is not a map of messages.
        "channels: {c: {address: /, message: {payload: {type: string}}}}",
        "channels: {c: {address: /, message: {payload: {$ref: '#/components/schemas/A'}}}}",
    ],
)
def test_what_is_not_safe_is_left(text: str) -> None:
    """The file is not touched, and the finding stays."""
    document = Rule.document(text)
    Path("asyncapi.yml").write_text(document)
    kept = [(f.code, f.pointer) for f in lint("asyncapi.yml")]
    new = fixed(document)
    if "Itms" in text:
        assert new == document.replace("minItms", "minItems").replace(
            "maxItms", "maxItems"
        ).replace("tile", "title").replace("itms", "items").replace("not_", "not")
        return
    assert new == document
    assert kept


@pytest.mark.parametrize("text", ["", "# nothing\n", "[1]\n", "5\n", "a: [", "---\n...\n"])
def test_what_is_no_document_stays(text: str) -> None:
    """It is reported as ever."""
    assert fixed(text) == text


@pytest.mark.parametrize(
    ("name", "names", "found"),
    [
        ("adress", ["address", "title"], "address"),
        ("recieve", ["send", "receive"], "receive"),
        ("MinLength", ["minLength", "maxLength"], "minLength"),
        ("min_length", ["minLength", "maxLength"], "minLength"),
        ("mnLength", ["minLength", "maxLength"], "minLength"),
        ("mixLength", ["minLength", "maxLength"], None),
        ("maxltems", ["maxItems", "minItems"], "maxItems"),
        ("nane", ["name", "nana"], None),
        ("int23", ["int32", "int64"], None),
        ("tag", ["tags"], "tags"),
        ("if", ["id"], None),
        ("", ["a", "abcd"], None),
        ("x", [], None),
        ("same", ["same"], None),
    ],
)
def test_what_was_meant(name: str, names: list[str], found: str | None) -> None:
    """One slip away from one name; digits are never guessed."""
    assert meant(name, names) == found


# -- files -----------------------------------------------------------------------------------------

BAD = HEAD + "channels:\r\n  c: {adress: /}   # typo\r\n"
GOOD = BAD.replace("adress", "address")


def test_what_was_done_and_what_is_left() -> None:
    """Repairs are told on stderr with their places; report and exit code are about the rest."""
    Path("asyncapi.yml").write_bytes((BAD + "components: {schemas: {A: {type: zzz}}}\n").encode())
    done = run("asyncapi.yml", "--format", "concise")
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "asyncapi.yml:4:7: fixed: unknown-field: renamed 'adress' to 'address'\n"
    )
    codes = re.findall(r"(?:error|warning)\S* *\[?([a-z-]+)", done.stdout.decode())
    assert "unknown-field" not in codes
    assert b"unknown type" in done.stdout
    Path("asyncapi.yml").write_bytes(BAD.encode())
    assert run("asyncapi.yml", "-q").stderr == b""
    assert run("asyncapi.yml").returncode == 0


def test_the_docs() -> None:
    """What docs/how-to/editing.md shows is what is printed."""
    page = (ROOT / "docs" / "how-to" / "editing.md").read_text(encoding="utf-8")
    printed = page.split("$ asyncapi-guard validate --fix\n")[1].split("```")[0]
    Path("asyncapi.yml").write_text(
        "asyncapi: 3.1.0\ninfo: {title: T, version: '1'}\nchannels: {c:\n   {adress: /}}\n"
    )
    done = run()
    assert done.stderr.decode() + done.stdout.decode() == printed


def test_a_file_keeps_all_but_what_is_repaired() -> None:
    """Its line breaks, comments, byte order mark and permissions; a link stays a link."""
    real = Path("real.yml")
    real.write_bytes(b"\xef\xbb\xbf" + BAD.encode())
    real.chmod(0o640)
    Path("asyncapi.yml").symlink_to("real.yml")
    assert run("asyncapi.yml").returncode == 0
    assert real.read_bytes() == b"\xef\xbb\xbf" + GOOD.encode()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert Path("asyncapi.yml").is_symlink()
    assert sorted(path.name for path in Path().iterdir()) == [".git", "asyncapi.yml", "real.yml"]


def test_diff_writes_nothing() -> None:
    """`--diff` prints a patch and the report of what would be left, and leaves the file alone."""
    file = Path("asyncapi.yml")
    file.write_bytes(BAD.encode())
    before = file.stat()
    done = run("asyncapi.yml", "--diff")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[-4:] == [
        " info: {title: Chat, version: '1'}",
        " channels:",
        "-  c: {adress: /}   # typo",
        "+  c: {address: /}   # typo",
    ]
    assert b"would be fixed: unknown-field" in done.stderr
    assert file.read_bytes() == BAD.encode()
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert file.stat().st_ino == before.st_ino


def test_a_patch_can_be_applied() -> None:
    """What `--diff` prints is a patch that makes of the files what `--fix` makes of them."""
    text = HEAD + "channels:\n  c: {adress: /}\ncomponents: {schemas: {A: {type: String}}}"
    Path("asyncapi.yml").write_text(text)
    patch = run("asyncapi.yml", "--diff").stdout
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "-p0"], input=patch, check=True)
    patched = Path("asyncapi.yml").read_text()
    assert patched == text.replace("adress", "address").replace("String", "string")


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        pytest.param("asyncapi.yml", b"\xef\xbb\xbf" + BAD.encode(), id="byte order mark"),
        pytest.param("asyncapi.yml", BAD.replace("\r\n", "\n").encode(), id="LF"),
        pytest.param("asyncapi.yml", BAD.replace("\r\n", "\r").encode(), id="CR"),
        pytest.param("asyncapi.yml", BAD.replace("\n", "\r", 1).encode(), id="mixed"),
        pytest.param("asyncapi.yml", BAD.replace("Chat", "Ch\u2028at").encode(), id="U+2028"),
        pytest.param("our file.yml", BAD.encode(), id="a name with a blank"),
    ],
)
def test_a_patch_is_about_bytes(name: str, raw: bytes) -> None:
    """Whatever ends the lines, and whatever stands before the first."""
    file = Path(name)
    file.write_bytes(raw.replace(b"3.1.0", b"3.1"))
    patch = run(name, "--diff").stdout
    run(name)
    wanted = file.read_bytes()
    assert wanted == raw.replace(b"adress", b"address")
    file.write_bytes(raw.replace(b"3.1.0", b"3.1"))
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "-p0"], input=patch, check=True)
    assert file.read_bytes() == wanted


def test_other_files_of_a_document() -> None:
    """What it refers to is repaired where it stands, once, even if two documents refer to it."""
    for name in ("a.yml", "b.yml"):
        Path(name).write_text(
            HEAD + "channels: {c: {address: /, messages: {m: {$ref: 'parts/m.yml#/M'}}}}\n"
            "operations: {o: {action: send, channel: {$ref: '#/channels/c'}}}\n"
        )
    Path("parts").mkdir()
    other = Path("parts/m.yml")
    other.write_text("# mine\nM:\n  payload: {type: string, minLenght: 3}  # here\n")
    done = run(".", "--diff")
    assert done.stdout.decode().count("+++ parts/m.yml") == 1
    assert done.returncode == 0
    assert "minLenght" in other.read_text()
    done = run("*.yml")
    assert done.returncode == 0
    assert done.stderr.decode().startswith("parts/m.yml:3:27: fixed: unknown-keyword")
    assert other.read_text() == "# mine\nM:\n  payload: {type: string, minLength: 3}  # here\n"


def test_standard_input_goes_to_standard_output() -> None:
    """The repaired document alone; the report goes to stderr."""
    done = run("-", stdin=BAD.encode())
    assert done.stdout == GOOD.encode()
    assert b"fixed: unknown-field" in done.stderr
    assert done.returncode == 0
    done = run("-", "--stdin-name", "x.yml", stdin=b"asyncapi: [")
    assert (done.returncode, done.stdout) == (1, b"asyncapi: [")
    assert b"x.yml:" in done.stderr
    assert not Path("x.yml").exists()


def test_what_is_refused_is_told_and_stays() -> None:
    """A repair that the file does not allow is left, the others are made."""
    text = HEAD + ("channels:\n  a: &a {adress: /a}\n  b: *a\n  c: {adress: /c}\n")
    Path("asyncapi.yml").write_text(text)
    done = run("asyncapi.yml")
    assert done.returncode == 1
    assert Path("asyncapi.yml").read_text() == text.replace("{adress: /c}", "{address: /c}")
    assert "cannot be edited: it is at the anchor &a" in done.stderr.decode()


def test_a_file_in_which_everything_is_refused_stays() -> None:
    """It is not written at all."""
    file = Path("asyncapi.yml")
    file.write_text(HEAD + "channels:\n  a: &a {adress: /a}\n  b: *a\n")
    before = file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino
    assert run("asyncapi.yml").returncode == 1
    assert (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_a_file_with_two_names() -> None:
    """It is repaired by each of them, and written once."""
    Path("a.yml").write_bytes(BAD.encode())
    Path("b.yml").symlink_to("a.yml")
    assert run("a.yml", "b.yml").returncode == 0
    assert Path("a.yml").read_bytes() == GOOD.encode()
    Path("a.yml").write_bytes(BAD.encode().replace(b"Chat", b"1"))
    Path("asyncapi-guard.toml").write_text('[per-file]\n"b.yml" = {ignore = ["wrong-type"]}\n')
    assert run("b.yml", "a.yml").returncode == 0
    assert Path("a.yml").read_bytes() == GOOD.encode().replace(b"Chat", b"'1'")
    assert Path("b.yml").is_symlink()


def test_what_is_ignored_is_not_repaired() -> None:
    """By a comment, by the command line, or by the configuration."""
    text = BAD.replace("# typo", "# guard: ignore[unknown-field]")
    assert fixed(text) == text
    assert fixed(BAD, "--ignore", "unknown-field") == BAD
    Path("asyncapi-guard.toml").write_text('ignore = ["unknown-field"]\n')
    assert fixed(BAD) == BAD


def test_a_name_that_is_missing_because_it_is_misspelt() -> None:
    """The parameters of an address are not added beside those that are there already."""
    text = HEAD + "channels:\n  c:\n    address: /{a}\n    paramaters: {a: {description: A}}\n"
    assert fixed(text) == text.replace("paramaters", "parameters")


def test_repairs_that_show_others() -> None:
    """What was misspelt is looked into when it has its name."""
    text = HEAD + "chanels:\n  c: {adress: '/{room}', titel: T}\n"
    assert fixed(text) == HEAD + (
        "channels:\n  c: {address: '/{room}', parameters: {room: {}}, title: T}\n"
    )


def test_a_file_that_may_not_be_written(folder: Path) -> None:
    """The command could not run; nothing has changed."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    Path("asyncapi.yml").write_bytes(BAD.encode())
    folder.chmod(0o500)
    try:
        done = run("asyncapi.yml")
    finally:
        folder.chmod(0o700)
    assert done.returncode == 2
    assert b"asyncapi.yml cannot be written" in done.stderr
    assert Path("asyncapi.yml").read_bytes() == BAD.encode()


def test_a_file_that_is_read_only() -> None:
    """It is not replaced by another, which its folder would allow."""
    file = Path("asyncapi.yml")
    file.write_bytes(BAD.encode())
    file.chmod(0o444)
    before = file.stat()
    done = run("asyncapi.yml")
    assert done.returncode == 2
    assert b"asyncapi.yml cannot be written" in done.stderr
    assert file.read_bytes() == BAD.encode()
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [each.name for each in Path().glob("*.tmp")] == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--watch",), "Pass either --watch or --fix, not both."),
        (("missing.yml",), "cannot be read"),
    ],
)
def test_mistakes_in_usage(args: tuple[str, ...], said: str) -> None:
    """They are told, with 2."""
    done = run(*args)
    assert done.returncode == 2
    assert said in (done.stderr + done.stdout).decode()


def test_diff_alone_is_a_mistake() -> None:
    """It shows what --fix does."""
    command = [sys.executable, "-m", "asyncapi_guard", "validate", "--diff", "x.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--diff shows the changes of --fix. Pass" in done.stderr
