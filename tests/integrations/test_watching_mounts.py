"""Documents that are watched on mounts: replaced folders, copied times, and two reloads at once."""

from __future__ import annotations

import json
import os
import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
import test_watching
from conftest import PATIENCE
from reload_stage import document, write
from test_watching import IN_FORCE, UNUSABLE, USABLE, Lines, Watching, with_and_without

from asyncapi_guard import Policy
from asyncapi_guard.integrations.watching.files import Look

if TYPE_CHECKING:
    from pathlib import Path

_sleep, lines, watching = test_watching._sleep, test_watching.lines, test_watching.watching


def put_in(folder: Path, kind: str, schema: str) -> None:
    """A document and a file that it refers to."""
    folder.mkdir()
    spec = document("number")
    spec["info"]["title"] = kind
    spec["channels"]["main"]["messages"]["say"] = {"payload": {"$ref": "say.json"}}
    (folder / "asyncapi.json").write_text(json.dumps(spec), encoding="utf-8")
    (folder / "say.json").write_text(json.dumps({"type": schema}), encoding="utf-8")


@with_and_without
def test_a_config_map_is_swapped_with_all_its_files(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """Each file is a link; what they led to before is removed right after that."""
    names = ("asyncapi.json", "say.json")
    put_in(tmp_path / "..1", "first", "integer")
    (tmp_path / "..data").symlink_to("..1")
    for name in names:
        (tmp_path / name).symlink_to(f"..data/{name}")
    guard = watching(tmp_path / "asyncapi.json")
    for number, (title, schema, value) in enumerate(
        [("second", "string", "one"), ("second", "integer", 1), ("third", "string", "one")], 2
    ):
        put_in(tmp_path / f"..{number}", title, schema)
        (tmp_path / "..data_tmp").symlink_to(f"..{number}")
        (tmp_path / "..data_tmp").replace(tmp_path / "..data")
        shutil.rmtree(tmp_path / f"..{number - 1}")
        while (
            guard.contract.title != title
            or guard.guard.receive_event("/", "say", [value]).violation is not None
        ):
            lines.wait_for(IN_FORCE, len(lines.having(IN_FORCE)) + 1)
    assert not lines.having(UNUSABLE)


@pytest.mark.slow
@with_and_without
def test_a_folder_that_is_gone_may_come_back(
    watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """As a mount does; meanwhile the old document stays in force."""
    folder = tmp_path / "mount"
    put_in(folder, "first", "integer")
    guard = watching(folder / "asyncapi.json")
    for count, title in enumerate(("second", "third"), 1):
        told = len(lines.having(UNUSABLE))
        shutil.rmtree(folder)
        lines.wait_for(UNUSABLE, told + 1)
        assert guard.contract.title != title
        put_in(folder, title, "string")
        lines.wait_for(USABLE, count)
        assert guard.contract.title == title


@pytest.mark.parametrize("mode", ["report", "off"])
def test_what_is_not_enforced_is_watched_as_well(
    mode: str, watching: Watching, lines: Lines, tmp_path: Path
) -> None:
    """The mode stays."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = watching(path, policy=Policy(mode=mode))
    write(path, "word")
    lines.wait_for(IN_FORCE)
    assert guard.contract.title == "word"
    assert str(guard.guard.policy.mode) == mode


def test_a_save_with_a_copied_time_is_a_change(tmp_path: Path) -> None:
    """`cp -p` and `rsync --inplace --times` may leave time, size and inode as they were."""
    path, look = tmp_path / "asyncapi.yml", Look()
    path.write_text("a: 1", encoding="utf-8")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    before = look.at([path])
    assert look.at([path]) == before
    path.write_text("a: 2", encoding="utf-8")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assert look.at([path]) != before


def test_a_reload_waits_for_the_one_that_runs(
    watching: Watching, lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`guard.reload()` while the watcher reads: what is in force at last is what was saved last."""
    path = tmp_path / "asyncapi.json"
    write(path, "number")
    guard = watching(path)
    reading, go_on = threading.Event(), threading.Event()
    loaded = guard._loaded_by

    def slowly(*args: Any, **options: Any) -> Any:
        found = loaded(*args, **options)
        if threading.current_thread().name == "asyncapi_guard-watch" and not reading.is_set():
            reading.set()
            assert go_on.wait(PATIENCE)
        return found

    monkeypatch.setattr(guard, "_loaded_by", slowly)
    write(path, "word")
    assert reading.wait(PATIENCE)
    spec = document("number")
    spec["info"]["title"] = "last"
    path.write_text(json.dumps(spec), encoding="utf-8")
    reloading = threading.Thread(target=guard.reload)
    reloading.start()
    assert guard.contract.title == "number"
    go_on.set()
    reloading.join(PATIENCE)
    lines.wait_for(IN_FORCE, 2)
    assert guard.contract.title == "last"
