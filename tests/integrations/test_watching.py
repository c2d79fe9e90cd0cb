"""`watch=True`: a document is read again when its files change, however that happens."""

from __future__ import annotations

import gc
import json
import logging
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import socketio
from conftest import PATIENCE
from reload_stage import ON_ASYNCIO, Guarded, code_of, document, write

from asyncapi_guard import AsyncAPIGuard, AsyncAPIServer, InstallationError, Policy, load
from asyncapi_guard.integrations.watching import waking
from asyncapi_guard.integrations.watching.files import Look, directories_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=["watchfiles", "without"])
def _sleep(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without watchfiles; without it, looks follow one another sooner than elsewhere."""
    if request.param == "watchfiles":
        pytest.importorskip("watchfiles")
    else:
        monkeypatch.setitem(sys.modules, "watchfiles", None)
        monkeypatch.setattr(waking, "EVERY", 0.02)


with_and_without = pytest.mark.usefixtures("_sleep")


class Lines(logging.Handler):
    """The lines of the guard's log, and a way to wait for some."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self._more = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self._more:
            self.lines.append(record.getMessage())
            self._more.notify_all()

    def wait_for(self, text: str, count: int = 1) -> str:
        """Wait until so many lines have a text; the last of them."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.having(text)) >= count, PATIENCE), (
                self.lines
            )
            return self.having(text)[-1]

    def having(self, text: str) -> list[str]:
        return [line for line in self.lines if text in line]


IN_FORCE, UNUSABLE, USABLE = "in force as it is now", "cannot be used", "can be used again"


@pytest.fixture
def lines() -> Iterator[Lines]:
    logger, handler = logging.getLogger("asyncapi_guard"), Lines()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.setLevel(level)
    logger.removeHandler(handler)


class Watching:
    """Guards that watch, until the test is over."""

    def __init__(self) -> None:
        self._guards: list[Any] = []

    def __call__(self, path: Path, **options: Any) -> AsyncAPIGuard:
        guard = AsyncAPIGuard(path, watch=True, **options)
        guard.protect(socketio.Server(async_mode="threading"))
        self._guards.append((guard, guard._adapters()))
        return guard

    def close(self) -> None:
        """Stop watching, and wait for the last line of each thread: none is of the next test."""
        for guard, _ in self._guards:
            running = guard._watcher._thread
            guard.uninstall()
            running.join(PATIENCE)


@pytest.fixture
def watching() -> Iterator[Watching]:
    """Makes guards that watch a file."""
    made = Watching()
    yield made
    made.close()


# -- ways to save a file ---------------------------------------------------------------------------


def in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def by_rename(path: Path, text: str) -> None:
    new = path.with_name(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def by_backup(path: Path, text: str) -> None:
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text(text, encoding="utf-8")


def anew(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, encoding="utf-8")


@with_and_without
@pytest.mark.sampled(3)
@pytest.mark.parametrize("save", [in_place, by_rename, by_backup, anew])
def test_a_file_that_was_saved_is_in_force(
    save: Callable[[Path, str], None], watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """In all the ways in which editors do that, and again after that."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = watching(path)
    for count, kind in enumerate(("word", "number"), 1):
        save(path, json.dumps(document(kind)))
        lines.wait_for(IN_FORCE, count)
        assert guard.contract.title == kind


@with_and_without
def test_other_files_of_the_document_are_watched(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """Also those that it refers to since it was reloaded."""
    path, other = tmp_path / "asyncapi.json", tmp_path / "schemas" / "say.json"
    other.parent.mkdir()
    write(path, "number")
    guard = watching(path)
    spec = document("number")
    spec["channels"]["main"]["messages"]["say"] = {"payload": {"$ref": "schemas/say.json"}}
    other.write_text('{"type": "integer"}', encoding="utf-8")
    by_rename(path, json.dumps(spec))
    lines.wait_for(IN_FORCE)
    by_rename(other, '{"type": "string"}')
    lines.wait_for(IN_FORCE, 2)
    assert guard.guard.receive_event("/", "say", ["one"]).violation is None


@with_and_without
def test_a_link_that_is_swapped_is_a_change(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """As Kubernetes does it for a ConfigMap: a link to a directory, behind the link to the file."""
    for name, kind in (("..1", "number"), ("..2", "word")):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "asyncapi.json", kind)
    (tmp_path / "..data").symlink_to("..1")
    path = tmp_path / "asyncapi.json"
    path.symlink_to("..data/asyncapi.json")
    guard = watching(path)
    (tmp_path / "..data_tmp").symlink_to("..2")
    (tmp_path / "..data_tmp").replace(tmp_path / "..data")
    lines.wait_for(IN_FORCE)
    assert guard.contract.title == "word"


@with_and_without
def test_of_many_saves_the_last_is_in_force(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """Also of those that come within one tick of the file system's clock, with equal sizes."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = watching(path)
    for number in range(30):
        spec = document("number")
        spec["info"]["title"] = f"title {number:02}"
        in_place(path, json.dumps(spec))
    while guard.contract.title != "title 29":
        lines.wait_for(IN_FORCE, len(lines.having(IN_FORCE)) + 1)


# -- files that cannot be used ---------------------------------------------------------------------


@with_and_without
def test_a_document_that_cannot_be_used_is_told_once(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """With the place and the finding; and when it can be used again, that is told as well."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = watching(path)
    spec = document("word")
    spec["channels"]["main"]["address"] = 1
    by_rename(path, json.dumps(spec, indent=1))
    line = lines.wait_for(UNUSABLE)
    assert f"{path}:9:" in line
    assert guard.contract.title == "number"
    in_place(path, path.read_text(encoding="utf-8"))
    by_rename(path, "{")
    assert "asyncapi.json:1:" in lines.wait_for(UNUSABLE, 2)
    path.unlink()
    assert "cannot be read" in lines.wait_for(UNUSABLE, 3)
    write(path, "word")
    lines.wait_for(USABLE)
    assert guard.contract.title == "word"
    assert len(lines.having(UNUSABLE)) == 3


@with_and_without
def test_what_a_reference_names_in_vain_is_waited_for(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """The file may come later than the reference to it."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = watching(path)
    spec = document("word")
    spec["channels"]["main"]["messages"]["say"] = {"payload": {"$ref": "say.json"}}
    by_rename(path, json.dumps(spec))
    lines.wait_for(UNUSABLE)
    (tmp_path / "say.json").write_text("{", encoding="utf-8")
    lines.wait_for(UNUSABLE, 2)
    by_rename(tmp_path / "say.json", "{}")
    lines.wait_for(USABLE)
    assert guard.contract.title == "word"


def test_the_old_document_again_is_no_other_one(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """What was broken and is undone is said to be usable, and nothing changes."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = watching(path)
    before = guard.guard
    by_rename(path, "{")
    lines.wait_for(UNUSABLE)
    write(path, "number")
    by_rename(path, json.dumps(document("number"), indent=1))
    lines.wait_for(USABLE)
    assert guard.guard is before
    assert not lines.having(IN_FORCE)


def test_options_that_do_not_fit_are_told(watching: Watching, lines: Lines, tmp_path: Path) -> None:
    """As faults of the document are."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    watching(path, policy=Policy(operations={"onSay": "report"}))
    spec = document("number")
    del spec["operations"]["onSay"]
    by_rename(path, json.dumps(spec))
    assert "the policy names unknown operations: 'onSay'" in lines.wait_for(UNUSABLE)


@pytest.mark.parametrize("way", ["init_app", "AsyncAPISocketIO", "AsyncAPIServer", *ON_ASYNCIO])
def test_every_guard_can_watch(way: str, net: Any, lines: Lines, tmp_path: Path) -> None:
    """A client that is connected sees the change."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    made = Guarded(net, way, path, watch=True)
    made.on("say", lambda value: value)
    client = net.client(made.url)
    assert client.ask("say", 1) == [1]
    write(path, "word")
    lines.wait_for(IN_FORCE)
    assert client.ask("say", "one") == ["one"]
    assert code_of(client.ask("say", 1)) == "request_validation_error"
    running = made.guard._watcher._thread
    made.guard.uninstall()
    running.join(PATIENCE)


# -- begin and end ---------------------------------------------------------------------------------


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "asyncapi_guard-watch"]


def test_nothing_is_watched_without_a_server(watching: Watching, tmp_path: Path) -> None:
    """Watching begins with the first server, and ends when the guard is taken off."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    before = threads()
    guard = AsyncAPIGuard(path, watch=True)
    assert threads() == before
    servers = [socketio.Server(async_mode="threading") for _ in range(2)]
    for server in servers:
        guard.protect(server)
    (thread,) = set(threads()) - set(before)
    guard.uninstall()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    guard.protect(servers[0])
    (thread,) = set(threads()) - set(before)
    assert thread.daemon
    guard.uninstall()
    thread.join(PATIENCE)


def test_a_guard_that_is_gone_is_not_watched_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread keeps nothing alive, and ends."""
    monkeypatch.setattr(waking, "EVERY", 0.02)
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    before = threads()
    server = AsyncAPIServer(async_mode="threading", spec=path, watch=True)
    gone = weakref.ref(server.guard)
    (thread,) = set(threads()) - set(before)
    del server
    while gone() is not None:
        gc.collect()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("make", "error", "expected"),
    [
        (lambda: AsyncAPIGuard(document("word"), watch=True), InstallationError, "as data"),
        (
            lambda: AsyncAPIGuard(load(document("word")), watch=True),
            InstallationError,
            "a Contract",
        ),
        (lambda: AsyncAPIGuard("a.yml", watch="yes"), TypeError, "watch must be True or False"),
        (lambda: AsyncAPIServer(watch=True), TypeError, "spec="),
        (
            lambda: AsyncAPIServer(watch=True, spec="a.yml", validate=False),
            InstallationError,
            "validate",
        ),
    ],
)
def test_a_watch_without_effect_is_an_error(
    make: Callable[[], Any], error: type[Exception], expected: str
) -> None:
    """Nothing is watched in silence."""
    with pytest.raises(error, match=expected):
        make()


def test_where_the_system_cannot_tell_it_is_looked_at(
    watching: Watching, lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where watchfiles fails, that is said, and the files are polled."""
    watchfiles = pytest.importorskip("watchfiles")

    def watch(*_paths: Any, **_options: Any) -> Any:
        raise OSError("no space left on device")
        yield

    monkeypatch.setattr(watchfiles, "watch", watch)
    monkeypatch.setattr(waking, "EVERY", 0.02)
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    watching(path)
    lines.wait_for("watchfiles cannot watch the document (OSError)")
    write(path, "word")
    lines.wait_for(IN_FORCE)


PROGRAM = """
import os, sys, time, json, signal
from pathlib import Path
import logging
import socketio
from asyncapi_guard import AsyncAPIGuard
from reload_stage import write

logging.basicConfig(level=logging.CRITICAL)
path = Path(sys.argv[1])
guard = AsyncAPIGuard(path, watch=True)
server = socketio.Server(async_mode="threading")
guard.protect(server)
"""
FORKING = """
child = os.fork()
if not child:
    write(path, "word")
    while guard.contract.title != "word":
        time.sleep(0.01)
    print("child", flush=True)
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
while guard.contract.title != "word":
    time.sleep(0.01)
print("parent", flush=True)
"""


def run(program: str, path: Path) -> list[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + program, str(path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environ,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_watches_as_well(tmp_path: Path) -> None:
    """As with gunicorn's --preload; and both processes end as if nothing were watched."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    assert run(FORKING, path) == ["child", "parent"]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "sys.exit(0)", "write(path, 'word')"])
def test_a_process_ends_although_it_watches(end: str, tmp_path: Path) -> None:
    """At once, and without a word."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    assert run(end, path) == []


# -- what is looked at -----------------------------------------------------------------------------


def test_a_file_that_has_not_changed_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless it is so young that its time may be that of another save."""
    path = tmp_path / "asyncapi.yml"
    path.write_text("a", encoding="utf-8")
    look, reads = Look(), []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: reads.append(self) or read(self))
    first = look.at([path])
    assert look.at([path]) == first
    assert len(reads) == 2
    os.utime(path, (1_000_000_000, 1_000_000_000))
    for _ in range(3):
        assert look.at([path]) == first
    assert len(reads) == 3


@pytest.mark.parametrize("text", [b"\xff", b"\xef\xbb\xbfa", b""])
def test_files_that_are_no_text_have_contents(text: bytes, tmp_path: Path) -> None:
    """And what is no file has none."""
    path = tmp_path / "asyncapi.yml"
    path.write_bytes(text)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
    found = Look().at([path, tmp_path, tmp_path / "pipe", tmp_path / "missing"])
    assert [bool(digest) for digest in found.values()] == [True, False, False, False]


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    """Nothing hangs on them."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert directories_of([tmp_path / "a" / "asyncapi.yml"]) == {tmp_path}
