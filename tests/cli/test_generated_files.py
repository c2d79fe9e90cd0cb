"""What `models` and `types` must not write: their own documents, and what nobody can import."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from either_click import runner

from asyncapi_guard.cli import cli
from asyncapi_guard.cli.atomic_writes import write_whole
from asyncapi_guard.cli.command_errors import CannotRun

if TYPE_CHECKING:
    from click.testing import Result

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

SPEC = """\
asyncapi: 3.1.0
info: {title: Radio, version: '1'}
channels:
  root: {address: /, messages: {tune: {payload: {$ref: 'shared/waves.py#/Wave'}}}}
operations:
  hear: {action: receive, channel: {$ref: '#/channels/root'}}
"""
WAVES = '{"Wave": {"type": "number"}}\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document in two files, with names that a module may have, and links to them."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "radio.py").write_text(SPEC)
    (tmp_path / "shared" / "waves.py").write_text(WAVES)
    (tmp_path / "link.py").symlink_to("radio.py")
    os.link(tmp_path / "radio.py", tmp_path / "second.py")
    (tmp_path / "folder").symlink_to("shared", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return runner().invoke(cli, [*args])


@pytest.mark.parametrize("command", ["models", "types"])
@pytest.mark.parametrize(
    "output",
    [
        *("radio.py", "./radio.py", "shared/../radio.py", "link.py", "second.py"),
        *("shared/waves.py", "folder/waves.py"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--force"], ["--check"]], ids=["", "force", "check"])
def test_a_document_is_never_overwritten(command: str, output: str, options: list[str]) -> None:
    """Whatever its file is called in the command, and whatever is forced."""
    done = run(command, "radio.py", "-o", output, *options)
    assert done.exit_code == 2
    assert "is a file of the document itself, which would be lost" in done.stderr
    assert Path("radio.py").read_text() == Path("second.py").read_text() == SPEC
    assert Path("shared/waves.py").read_text() == WAVES
    assert Path("link.py").is_symlink()


def test_a_document_is_not_overwritten_by_its_absolute_name(project: Path) -> None:
    done = run("types", str(project / "radio.py"), "-o", "radio.py", "--force")
    assert done.exit_code == 2
    assert Path("radio.py").read_text() == SPEC


def test_a_module_of_a_package_is_not_written_over_the_document() -> None:
    Path("pkg").mkdir()
    Path("radio.py").rename("pkg/root.py")
    Path("shared").rename("pkg/shared")
    done = run("models", "pkg/root.py", "--package", "pkg", "--force")
    assert (done.exit_code, Path("pkg/root.py").read_text()) == (2, SPEC)
    assert not Path("pkg/__init__.py").exists()


def test_configured_output_is_not_written_over_the_document() -> None:
    Path("pyproject.toml").write_text(
        '[tool.asyncapi-guard.types]\nspec = "radio.py"\noutput = "shared/../radio.py"\n'
    )
    done = run("types", "--force")
    assert done.exit_code == 2
    assert Path("radio.py").read_text() == SPEC


@pytest.mark.parametrize(
    ("option", "name", "better"),
    [
        ("-o", "radio-models.py", "radio_models.py"),
        ("-o", "class.py", "class_.py"),
        ("-o", "2models.py", "models_2models.py"),
        ("-o", "radio.models.py", "radio_models.py"),
        ("-o", ".py", "models.py"),
        ("-o", "models", "models.py"),
        ("-o", "models.txt", "models_txt.py"),
        ("--package", "radio-models", "radio_models"),
        ("--package", "import", "import_"),
        ("--package", "folder/../a b", "a_b"),
    ],
)
def test_names_that_nobody_can_import_are_refused(option: str, name: str, better: str) -> None:
    done = run("models", "radio.py", option, name)
    assert done.exit_code == 2
    assert "so your code can't import it" in done.stderr
    assert better in done.stderr
    assert not Path(name).exists()


def test_configured_names_are_checked_as_well() -> None:
    Path("pyproject.toml").write_text(
        '[tool.asyncapi-guard.models]\nspec = "radio.py"\noutput = "radio-models.py"\n'
    )
    done = run("models")
    assert done.exit_code == 2
    assert "radio_models.py" in done.stderr
    assert "pyproject.toml: tool.asyncapi-guard.models.output" in done.stderr


def test_good_names_are_taken() -> None:
    assert run("models", "radio.py", "-o", "wörter.py").exit_code == 0
    assert run("models", "radio.py", "--package", "wellen").exit_code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("command", ["models", "types"])
def test_what_is_no_file_is_left_as_it_is(command: str) -> None:
    """A rename would put a file in its place."""
    os.mkfifo("pipe")
    done = run(command, "radio.py", "-o", "pipe", "--force")
    assert done.exit_code == 2
    assert "is a device or a pipe" in done.stderr
    assert Path("pipe").is_fifo()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_no_command_replaces_what_is_no_file(project: Path) -> None:
    os.mkfifo("pipe")
    with pytest.raises(CannotRun, match="a device or a pipe"):
        write_whole(project / "pipe", "text")
    assert Path("pipe").is_fifo()
    assert not list(project.glob(".*.tmp"))
