"""The steps of the Dockerfile do what they say: run here, as there is no Docker where tests run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pytest
from built import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def steps() -> list[list[tuple[str, str]]]:
    """The instructions of each stage, with what follows their names."""
    lines = [line for line in TEXT.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    stages: list[list[tuple[str, str]]] = [[]]
    for line in filter(str.strip, joined.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, " ".join(rest.split())))
    return stages


def test_the_base_image_is_an_argument() -> None:
    """In each stage the same."""
    before, *stages = steps()
    assert before == [("ARG", "BASE=python:3.13-slim")]
    assert [stage[0][1].split()[0] for stage in stages] == ["${BASE}", "${BASE}"]


def test_it_runs_as_somebody_who_is_not_root() -> None:
    """By a number, and with the command line as its entry point."""
    last = dict(steps()[-1])
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", last["USER"])
    assert last["ENTRYPOINT"] == '["asyncapi-guard"]'
    names = [name for name, _ in steps()[-1]]
    assert names.index("USER") > max(n for n, name in enumerate(names) if name == "RUN")
    assert "pip" not in " ".join(rest for _, rest in steps()[-1])


def ignored(path: str) -> bool:
    """Whether .dockerignore leaves a file out: the last line that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        fits = (
            fnmatch(path, pattern)
            or path.startswith(pattern + "/")
            or (pattern.startswith("**/") and any(fnmatch(p, pattern[3:]) for p in path.split("/")))
        )
        if fits:
            out = not line.startswith("!")
    return out


def copy_context(sources: list[str], directory: Path, target: str) -> None:
    """Do what COPY does: of directories the content, and only what is not ignored."""
    for source in sources:
        paths = [ROOT / source] if (ROOT / source).is_file() else sorted((ROOT / source).rglob("*"))
        assert paths, f"COPY {source}: there is no such file"
        for path in paths:
            name = path.relative_to(ROOT).as_posix()
            if not path.is_file() or ignored(name):
                continue
            within = path.name if path.samefile(ROOT / source) else path.relative_to(ROOT / source)
            to = directory / target / within
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)


def test_what_is_not_needed_is_not_sent() -> None:
    """To the daemon that builds."""
    for name in (".git/HEAD", "tests/conftest.py", ".env", "docs/how-to/ci.md", "a/b.pyc"):
        assert ignored(name)
    for name in ("asyncapi_guard/__init__.py", "examples/tictactoe/server.py", "README.md"):
        assert not ignored(name)


@pytest.mark.skipif(sys.platform == "win32", reason="the image runs Linux")
@pytest.mark.parametrize(
    ("extras", "installed"), [("", "."), ("jwt", ".[jwt]"), ("models,jwt", ".[models,jwt]")]
)
def test_the_extras_are_an_argument(extras: str, installed: str) -> None:
    """One, several, or none."""
    (quoted,) = re.findall(r'pip install ("[^"]+")', TEXT)
    done = subprocess.run(
        ["/bin/sh", "-c", f"printf %s {quoted}"], env={**os.environ, "EXTRAS": extras},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == installed


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the image runs Linux")
def test_the_stage_that_builds(tmp_path: Path) -> None:
    """Its commands, one after the other, with what COPY has put there and nothing else."""
    extras = "watch"
    source, installed = tmp_path / "source", tmp_path / "opt"
    source.mkdir()
    environment = {**os.environ, "EXTRAS": extras}
    environment.pop("PYTHONPATH", None)
    for name, rest in steps()[1]:
        rest = rest.replace("/opt/asyncapi-guard", str(installed))  # noqa: PLW2901  # where it may be written
        if name == "COPY":
            *sources, target = shlex.split(rest)
            copy_context(sources, source, target)
        elif name == "RUN":
            done = subprocess.run(
                ["/bin/sh", "-c", rest], cwd=source, env=environment,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    shutil.rmtree(source)
    entry = [str(installed / "bin" / "asyncapi-guard")]
    for arguments in (["--version"], ["validate", str(ROOT / "specs" / "tictactoe.yml")]):
        subprocess.run([*entry, *arguments], cwd=tmp_path, check=True, env=environment)
    python = installed / "bin" / "python"
    for module, there in (("watchfiles", True), ("pip", False)):
        done = subprocess.run(
            [str(python), "-I", "-c", f"import {module}"], capture_output=True, check=False
        )
        assert (done.returncode == 0) == there, module
