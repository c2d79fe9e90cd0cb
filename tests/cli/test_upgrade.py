"""`asyncapi-guard upgrade`, as a process."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from asyncapi_guard.spec import load

if TYPE_CHECKING:
    from pathlib import Path

OLD = """\
asyncapi: 2.6.0
info: {title: Chat, version: '1'}
channels:
  /:
    publish:
      message:
        name: say
        payload: {type: string}
"""


def run(folder: Path, *args: object, given: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asyncapi_guard", "upgrade", *map(str, args)]
    environment = {
        k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "GITHUB_ACTIONS")
    }
    return subprocess.run(
        command,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env=environment,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old.yml").write_text(OLD)
    return tmp_path


def test_a_file_is_written(folder: Path) -> None:
    """`-o` names the file that is written; it can be loaded, and says nothing on stdout."""
    done = run(folder, "old.yml", "-o", "new.yml")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Upgraded old.yml to new.yml\n"
    assert load(folder / "new.yml").operations["receiveRoot"].messages[0].event == "say"
    assert sorted(path.name for path in folder.iterdir()) == ["new.yml", "old.yml"]


def test_without_a_name_it_goes_to_stdout(folder: Path) -> None:
    """Without `-o` the YAML goes to stdout, and nothing else does."""
    done = run(folder, "old.yml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("asyncapi: 3.1.0\ninfo:\n  title: Chat\n  version: '1'\n")


def test_json_is_written_to_json(folder: Path) -> None:
    """A name that ends in .json makes JSON."""
    assert run(folder, "old.yml", "-o", "new.json").returncode == 0
    assert json.loads((folder / "new.json").read_text())["asyncapi"] == "3.1.0"


def test_nothing_is_overwritten_unasked(folder: Path) -> None:
    """A file that is there stays, unless --force is said; then it keeps its permissions."""
    new = folder / "new.yml"
    new.write_text("mine")
    new.chmod(0o640)
    done = run(folder, "old.yml", "-o", "new.yml")
    assert (done.returncode, new.read_text()) == (2, "mine")
    assert "new.yml already exists. To overwrite it, pass --force." in done.stderr
    assert run(folder, "old.yml", "-o", "new.yml", "--force").returncode == 0
    assert new.read_text().startswith("asyncapi: 3.1.0")
    assert stat.S_IMODE(new.stat().st_mode) == 0o640


def test_notes_show_the_old_file(folder: Path) -> None:
    """What could not be carried is shown with the line of the old file; it fails nothing."""
    (folder / "old.yml").write_text(
        OLD.replace("    publish:", "    deprecated: true\n    publish:")
    )
    done = run(folder, "old.yml", "-o", "new.yml")
    assert done.returncode == 0
    assert "warning[upgrade]: 3.x has no 'deprecated' here; left out" in done.stderr
    assert "old.yml:5:5" in done.stderr
    assert "5 |     deprecated: true" in done.stderr
    assert done.stderr.endswith("Upgraded old.yml to new.yml (1 note)\n")


@pytest.mark.parametrize("name", ["new.yml", "new.json"])
def test_a_faulty_result_is_written_by_force_only(folder: Path, name: str) -> None:
    """Errors of the result are shown at its lines; it is written with --force, and exits with 1."""
    (folder / "old.yml").write_text(OLD.replace("type: string", "type: strng"))
    done = run(folder, "old.yml", "-o", name)
    assert done.returncode == 1
    assert f"--> {name}:" in done.stderr
    assert "strng" in done.stderr
    assert (
        "The result has 1 error, so no file was written. To write it, pass --force." in done.stderr
    )
    assert not (folder / name).exists()
    forced = run(folder, "old.yml", "-o", name, "--force")
    assert forced.returncode == 1
    assert "strng" in (folder / name).read_text()


def test_what_stops_a_guard_alone_is_written(folder: Path) -> None:
    """An address that is no namespace was there before: it is shown, and the result is written."""
    server = "servers: {main: {url: example.com, protocol: socketio}}\n"
    (folder / "old.yml").write_text(OLD.replace("  /:", "  chat:") + server)
    done = run(folder, "old.yml", "-o", "new.yml")
    assert done.returncode == 1
    assert "error[namespace-slash]" in done.stderr
    assert done.stderr.endswith("1 error is left, so the guard can't start: correct new.yml\n")
    assert (folder / "new.yml").read_text().startswith("asyncapi: 3.1.0")
    printed = run(folder, "old.yml")
    assert (printed.returncode, printed.stdout[:15]) == (1, "asyncapi: 3.1.0")
    assert printed.stderr.endswith("so the guard can't start: correct the result\n")


def test_a_faulty_result_is_not_printed(folder: Path) -> None:
    """Without --force, a result with errors does not go to stdout either."""
    (folder / "old.yml").write_text(OLD.replace("type: string", "type: strng"))
    done = run(folder, "old.yml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "<stdout>:" in done.stderr
    assert "strng" in run(folder, "old.yml", "--force").stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("asyncapi: 3.9.0\n", "'3.9.0' is not supported"),
        ("asyncapi: 2.0.0-rc1\n", "release candidates"),
        ("openapi: 3.0.0\n", "looks like an OpenAPI document"),
        ("asyncapi: [\n", "not YAML"),
    ],
)
def test_what_cannot_be_converted_exits_with_2(folder: Path, text: str, said: str) -> None:
    """Other versions and other kinds of files are told apart, with their place."""
    (folder / "old.yml").write_text(text)
    done = run(folder, "old.yml", "-o", "new.yml")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "new.yml").exists()


def test_what_cannot_be_read_exits_with_2(folder: Path) -> None:
    """A file that is not there is said to be so."""
    done = run(folder, "nowhere.yml")
    assert done.returncode == 2
    assert f"cannot be read: {os.strerror(errno.ENOENT)}" in done.stderr


def test_where_nothing_can_be_written_exits_with_2(folder: Path) -> None:
    """A folder that is not there, and a folder in place of a file, give a sentence."""
    missing = run(folder, "old.yml", "-o", "nowhere/new.yml")
    assert missing.returncode == 2
    assert "nowhere/new.yml cannot be written: there is no directory" in missing.stderr
    (folder / "there").mkdir()
    taken = run(folder, "old.yml", "-o", "there", "--force")
    assert taken.returncode == 2
    assert "there cannot be written: it is a directory" in taken.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["old.yml", "there"]


def test_references_are_followed_from_the_new_place(folder: Path) -> None:
    """References to other files are checked from where the result goes."""
    (folder / "text.yml").write_text("type: string\n")
    (folder / "specs").mkdir()
    (folder / "old.yml").write_text(OLD.replace("{type: string}", "{$ref: text.yml}"))
    assert run(folder, "old.yml").returncode == 0
    assert run(folder, "old.yml", "-o", "new.yml").returncode == 0
    done = run(folder, "old.yml", "-o", "specs/new.yml")
    assert done.returncode == 1
    assert "there is no such file" in done.stderr


def test_a_document_does_not_steer_the_terminal(folder: Path) -> None:
    """Control characters of the old document are escaped in notes."""
    text = OLD.replace("    publish:", '    "\\e[31m": 1\n    publish:')
    (folder / "old.yml").write_text(text)
    assert "\x1b" not in run(folder, "old.yml").stderr


def test_the_old_file_can_be_replaced(folder: Path) -> None:
    """With --force, the result may take the place of the old file."""
    assert run(folder, "old.yml", "-o", "old.yml", "--force").returncode == 0
    assert load(folder / "old.yml").asyncapi == "3.1.0"


def test_help_has_an_example(folder: Path) -> None:
    """`--help` shows an example."""
    done = run(folder, "--help")
    assert done.returncode == 0
    assert "Example: asyncapi-guard upgrade old.yml -o asyncapi.yml" in done.stdout


# -- standard input --------------------------------------------------------------------------------


def test_standard_input_is_converted_to_standard_output(folder: Path) -> None:
    """`-` reads the document from standard input; notes name it, and go to stderr."""
    done = run(folder, "-", given=OLD.replace("    publish:", "    deprecated: true\n    publish:"))
    assert done.returncode == 0
    assert done.stdout.startswith("asyncapi: 3.1.0\n")
    assert "<stdin>:5:5" in done.stderr
    assert "5 |     deprecated: true" in done.stderr


def test_standard_input_has_a_name(folder: Path) -> None:
    """`--stdin-name` is what notes say, and where references begin."""
    (folder / "specs").mkdir()
    (folder / "specs" / "text.yml").write_text("type: string\n")
    text = OLD.replace("{type: string}", "{$ref: text.yml}").replace("        name: say\n", "")
    done = run(folder, "-", "--stdin-name", "specs/old.yml", given=text)
    assert done.returncode == 0
    assert "specs/old.yml:7" in done.stderr
    assert run(folder, "-", given=text).returncode == 1


def test_standard_input_that_is_no_document_exits_with_2(folder: Path) -> None:
    """A fault of the text is shown with its line."""
    done = run(folder, "-", given="asyncapi: [\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "<stdin>:" in done.stderr
    assert "not YAML" in done.stderr


# -- AsyncAPI 3 ------------------------------------------------------------------------------------

NEW = """\
asyncapi: 3.0.0  # the version
info: {title: Chat, version: '1'}
channels:
  root:
    address: /
    messages:
      say:  # what people say
        payload:
          type: array
          prefixItems: [{type: string}]  # one text
operations:
  in:
    action: receive
    channel: {$ref: '#/channels/root'}
"""


def test_a_3_x_document_keeps_its_lines(folder: Path) -> None:
    """Only what is rewritten changes; comments and the version stay."""
    (folder / "old.yml").write_text(NEW)
    done = run(folder, "old.yml", "-o", "new.yml")
    assert done.returncode == 0
    assert done.stderr.endswith("Upgraded old.yml to new.yml (1 note)\n")
    old, new = NEW.splitlines(), (folder / "new.yml").read_text().splitlines()
    assert [line for line in old if line not in new] == [old[9]]
    assert [line for line in new if line not in old] == [old[9].replace("prefixItems", "items")]


def test_nothing_to_change_is_said(folder: Path) -> None:
    """A document that fits comes out byte by byte, and the exit code is 0."""
    fits = "\ufeff" + NEW.replace("prefixItems", "items").replace("\n", "\r\n")
    (folder / "old.yml").write_bytes(fits.encode())
    done = run(folder, "old.yml", "-o", "new.yml")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "old.yml: nothing to change\n"
    assert (folder / "new.yml").read_bytes() == fits.encode()


def test_lost_comments_are_said(folder: Path) -> None:
    """Where the way of writing allows no edit, the file is written as a whole, and that is told."""
    text = NEW.replace("payload:\n", "payload: &p\n") + "components: {schemas: {S: *p}}\n"
    (folder / "old.yml").write_text(text)
    done = run(folder, "old.yml", "-o", "new.yml")
    assert done.returncode == 0
    assert done.stderr.endswith("3 comments are lost, because the lines were rewritten\n")
    (folder / "old.yml").write_text(OLD.replace("publish:", "publish:  # they do"))
    assert "1 comment is lost" in run(folder, "old.yml").stderr


def test_json_stays_json(folder: Path) -> None:
    """A 3.x document in JSON is edited as JSON, also on standard output."""
    text = json.dumps({"asyncapi": "3.0.0", "info": {"title": "# T", "version": "1"}})
    (folder / "old.json").write_text(text)
    done = run(folder, "old.json")
    assert (done.returncode, done.stdout) == (0, text)
    assert done.stderr == "old.json: nothing to change\n"


def test_3_x_under_the_heading_of_2_x_is_refused(folder: Path) -> None:
    """Nothing is written, rather than a document without its operations."""
    (folder / "old.yml").write_text(NEW.replace("3.0.0", "2.6.0"))
    done = run(folder, "old.yml", "-o", "new.yml")
    assert done.returncode == 2
    assert "this looks like AsyncAPI 3" in done.stderr
    assert "change the version: asyncapi: 3.1.0" in done.stderr
    assert not (folder / "new.yml").exists()
