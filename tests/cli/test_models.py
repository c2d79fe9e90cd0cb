"""`asyncapi-guard models`, as users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("datamodel_code_generator", reason="the extra `models` is not installed")

from typing import TYPE_CHECKING

from either_background import running
from either_click import runner

from asyncapi_guard.cli import cli

if TYPE_CHECKING:
    from click.testing import Result

SPEC = """\
asyncapi: 3.1.0
info: {title: Chat, version: '1'}
channels:
  root: {address: /, messages: {hi: {$ref: '#/components/messages/Hi'}}}
  chat: {address: /chat, messages: {said: {$ref: '#/components/messages/Said'}}}
operations:
  hear: {action: receive, channel: {$ref: '#/channels/root'}}
  tell: {action: send, channel: {$ref: '#/channels/chat'}}
components:
  messages:
    Hi:
      name: hi
      payload: {$ref: '#/components/schemas/Name'}
    Said:
      name: said
      payload:
        type: object
        properties:
          who: {$ref: '#/components/schemas/Name'}
          tags:
            type: array
            uniqueItems: true
            items: {type: string}
  schemas:
    Name: {type: string, minLength: 1}
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec and a repository's root, in which commands run."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "asyncapi.yml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return runner().invoke(cli, ["models", *args])


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir()) if path.is_file()}


def test_a_module_is_written_once() -> None:
    """What has not changed is not touched."""
    done = run("asyncapi.yml", "-o", "models.py")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "Wrote models.py\n")
    assert "class SaidPayload(BaseModel)" in Path("models.py").read_text()
    before = Path("models.py").stat()
    done = run("asyncapi.yml", "-o", "models.py")
    assert (done.exit_code, done.stderr) == (0, "models.py is up to date\n")
    assert Path("models.py").stat().st_mtime_ns == before.st_mtime_ns


def test_without_an_output_it_goes_to_stdout() -> None:
    done = run("asyncapi.yml")
    assert done.exit_code == 0
    compile(done.stdout, "models.py", "exec")


def test_check() -> None:
    """0 when up to date; 1 with a diff when stale, and when there is nothing."""
    done = run("asyncapi.yml", "-o", "models.py", "--check")
    assert done.exit_code == 1
    assert "models.py is missing" in done.stderr
    assert not Path("models.py").exists()
    run("asyncapi.yml", "-o", "models.py")
    assert run("asyncapi.yml", "-o", "models.py", "--check").exit_code == 0
    Path("asyncapi.yml").write_text(SPEC.replace("minLength: 1", "minLength: 2"))
    before = Path("models.py").read_bytes()
    done = run("asyncapi.yml", "-o", "models.py", "--check")
    assert done.exit_code == 1
    assert "-Name =" in done.stdout
    assert "+Name =" in done.stdout
    assert "models.py is out of date" in done.stderr
    assert Path("models.py").read_bytes() == before


def test_where_it_is_run_makes_no_difference(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in a module tells the working folder."""
    run("asyncapi.yml", "-o", "models.py")
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    done = run("../asyncapi.yml", "-o", "../models.py", "--check")
    assert done.exit_code == 0, done.output
    assert run(str(project / "asyncapi.yml"), "-o", "../models.py", "--check").exit_code == 0


def test_a_package_is_written_whole() -> None:
    """Modules of earlier runs go when nothing makes them any more; other files stay."""
    assert run("asyncapi.yml", "--package", "models").exit_code == 0
    assert set(files(Path("models"))) == {"__init__.py", "chat.py", "common.py", "root.py"}
    Path("models/own.py").write_text("mine = 1\n")
    Path("asyncapi.yml").write_text(SPEC.replace("address: /chat", "address: /talk"))
    done = run("asyncapi.yml", "--package", "models", "--check")
    assert done.exit_code == 1
    assert "models/chat.py is no longer generated. To remove it, run" in done.stderr.replace(
        "\\", "/"
    )
    done = run("asyncapi.yml", "--package", "models")
    assert done.exit_code == 0
    assert set(files(Path("models"))) == {
        "__init__.py", "common.py", "own.py", "root.py", "talk.py",
    }  # fmt: skip
    assert run("asyncapi.yml", "--package", "models", "--check").exit_code == 0


def test_what_was_not_generated_is_not_overwritten() -> None:
    """Unless somebody insists."""
    Path("models.py").write_text("mine = 1\n")
    done = run("asyncapi.yml", "-o", "models.py")
    assert done.exit_code == 2
    assert "was not generated. To overwrite it, pass --force." in done.stderr
    assert Path("models.py").read_text() == "mine = 1\n"
    Path("package").mkdir()
    Path("package/common.py").write_text("mine = 1\n")
    assert run("asyncapi.yml", "--package", "package").exit_code == 2
    assert set(files(Path("package"))) == {"common.py"}
    assert run("asyncapi.yml", "-o", "models.py", "--force").exit_code == 0


def test_nothing_is_written_for_a_bad_document() -> None:
    """Its faults are shown as ever."""
    run("asyncapi.yml", "-o", "models.py")
    before = Path("models.py").read_bytes()
    Path("asyncapi.yml").write_text(SPEC.replace("type: string, minL", "type: strong, minL"))
    done = run("asyncapi.yml", "-o", "models.py")
    assert done.exit_code == 2
    line = SPEC.split("\n").index("    Name: {type: string, minLength: 1}") + 1
    assert f"--> asyncapi.yml:{line}:18" in done.stderr
    assert "cannot generate models from asyncapi.yml: it has errors" in done.stderr
    assert Path("models.py").read_bytes() == before
    assert run("gone.yml", "-o", "models.py").exit_code == 2


def test_nothing_is_written_where_writing_fails() -> None:
    done = run("asyncapi.yml", "-o", "nowhere/models.py")
    assert done.exit_code == 2
    assert "nowhere/models.py cannot be written" in done.stderr.replace("\\", "/")
    done = run("asyncapi.yml", "--package", "nowhere/models")
    assert done.exit_code == 2
    assert "cannot be made: there is no directory nowhere\n" in done.stderr
    assert [path.name for path in Path().iterdir() if path.is_file()] == ["asyncapi.yml"]


def test_the_report_says_what_types_cannot() -> None:
    """Each with file, line and pointer, and in the end who minds."""
    done = run("asyncapi.yml", "-o", "models.py", "--report")
    line = SPEC.split("\n").index("            uniqueItems: true") + 1
    place = "/components/messages/Said/payload/properties/tags/uniqueItems"
    assert done.stdout.splitlines() == [
        f"asyncapi.yml:{line}:13: uniqueItems: equal items are accepted (at {place})",
        "Types can't express 1 constraint; the guard still enforces it.",
    ]
    Path("asyncapi.yml").write_text(SPEC.replace("uniqueItems: true", "maxItems: 3"))
    done = run("asyncapi.yml", "--report")
    assert done.stderr == "The types express everything that the document requires of values.\n"


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["asyncapi.yml", "-o", "a.py", "--package", "b"], "exclude one another"),
        (["asyncapi.yml", "--check"], "--check needs -o or --package"),
        (["--style", "msgspec"], "--style needs FILE"),
        (["asyncapi.yml", "--pydantic", "1"], "writes for Pydantic 2 only"),
        (
            ["asyncapi.yml", "--optional", "missing", "--pydantic", "2"],
            "--optional: missing needs pydantic 2.12",
        ),
        (["asyncapi.yml", "--style", "typeddict", "--optional", "missing"], "style pydantic"),
        ([], "nothing to do: name a file, or configure [tool.asyncapi-guard.models]"),
    ],
)
def test_wrong_usage(args: list[str], problem: str) -> None:
    done = run(*args)
    assert done.exit_code == 2
    assert problem in done.stderr


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Base", "'Base' names no module"),
        ("project.Handlers", "generated code means something else by 'Handlers'"),
        ("project.Field", "generated code means something else by 'Field'"),
        ("a b.C", "'a b.C' is not a valid class name"),
        ("a.class", "'a.class' is not a valid class name"),
    ],
)
def test_a_base_class_that_cannot_be_one(name: str, problem: str) -> None:
    """Told before anything is written that cannot be imported, with the option's name."""
    done = run("asyncapi.yml", "--base-class", name)
    assert done.exit_code == 2
    assert f"--base-class: {problem}" in done.stderr
    table = f'spec = "asyncapi.yml"\noutput = "m.py"\nbase-class = "{name}"\n'
    Path("pyproject.toml").write_text(f"[tool.asyncapi-guard.models]\n{table}")
    done = run()
    assert done.exit_code == 2
    assert f"models.base-class: {problem}" in done.stderr


def test_a_base_class_may_be_called_as_that_of_pydantic(project: Path) -> None:
    (project / "base.py").write_text(
        "import pydantic\nclass BaseModel(pydantic.BaseModel):\n    def ours(self): pass\n"
    )
    run("asyncapi.yml", "-o", "models.py", "--base-class", "base.BaseModel")
    assert Path("models.py").read_text().count("import BaseModel") == 1
    program = "from models import *; print(SaidPayload.ours.__name__, emit_said.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "ours emit_said\n"


def test_a_base_class() -> None:
    Path("asyncapi.yml").write_text(SPEC.replace("Name", "Base"))
    done = run("asyncapi.yml", "--base-class", "project.models.Base")
    assert "from project.models import Base\n" in done.stdout
    assert "class SaidPayload(Base):" in done.stdout
    assert "Base2 = TypeAliasType(" in done.stdout


# -- configuration ---------------------------------------------------------------------------------


def test_the_configuration_does_the_whole_job(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several entries, from any folder of the project."""
    Path("pyproject.toml").write_text(
        """
[[tool.asyncapi-guard.models]]
spec = "asyncapi.yml"
output = "one.py"
style = "typeddict"

[[tool.asyncapi-guard.models]]
spec = "asyncapi.yml"
package = "several"
report = true
"""
    )
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    done = run()
    assert done.exit_code == 0, done.stderr
    assert "class SaidPayload(TypedDict)" in (project / "one.py").read_text()
    assert (project / "several" / "chat.py").exists()
    assert "Types can't express 1 constraint" in done.stdout
    assert run("--check").exit_code == 0
    monkeypatch.chdir(project)
    flags = "--style typeddict"
    assert run("asyncapi.yml", "-o", "one.py", *flags.split(), "--check").exit_code == 0
    Path("one.py").write_text(Path("one.py").read_text() + "\n")
    assert run("--check").exit_code == 1


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('spec = "asyncapi.yml"', "tool.asyncapi-guard.models.output: give either"),
        ('output = "m.py"', "tool.asyncapi-guard.models.spec: is missing"),
        ('spec = 1\noutput = "m.py"', "tool.asyncapi-guard.models.spec: must be a string"),
        ('spec = "a"\noutput = "m.py"\nstile = "x"', "did you mean 'style'"),
        ('spec = "a"\noutput = "m.py"\nstyle = "x"', "must be one of pydantic, dataclass"),
    ],
)
def test_a_wrong_configuration(table: str, problem: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.asyncapi-guard.models]\n{table}\n")
    done = run()
    assert done.exit_code == 2
    assert problem in done.stderr


def test_one_bad_document_of_several_stops_all() -> None:
    """Nothing is written unless everything could be made."""
    Path("pyproject.toml").write_text(
        """
[[tool.asyncapi-guard.models]]
spec = "asyncapi.yml"
output = "one.py"

[[tool.asyncapi-guard.models]]
spec = "gone.yml"
output = "two.py"
"""
    )
    assert run().exit_code == 2
    assert not Path("one.py").exists()


# -- processes -------------------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["datamodel_code_generator"] = None
from asyncapi_guard.cli import cli
cli(["models", "asyncapi.yml", "-o", "models.py"])
"""


def test_without_the_library() -> None:
    """The message says how to get it."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert 'pip install "asyncapi-guard[models]"' in done.stderr
    assert not Path("models.py").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="nothing to interrupt it with")
def test_watch() -> None:
    """A change to the document is a change to the models; their own is none."""
    with running("models", "asyncapi.yml", "-o", "models.py", "--watch") as models:
        models.await_line("Watching")
        Path("asyncapi.yml").write_text(SPEC.replace("minLength: 1", "minLength: 2"))
        models.await_line("Watching")
        assert models.interrupt() == 0
    assert models.said.count("Wrote models.py\n") == 2
    assert "min_length=2" in Path("models.py").read_text()


def test_help_has_an_example() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "models", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert "Example: asyncapi-guard models asyncapi.yml -o models.py" in done.stdout


def test_frozen_is_refused_where_it_means_nothing() -> None:
    done = run("asyncapi.yml", "--style", "typeddict", "--frozen")
    assert done.exit_code == 2
    assert "--frozen: is not for the style typeddict" in done.stderr


def test_enums_and_frozen_are_in_the_configuration_and_the_header() -> None:
    Path("pyproject.toml").write_text(
        '[tool.asyncapi-guard.models]\nspec = "asyncapi.yml"\noutput = "models.py"\n'
        "enums = true\nfrozen = true\n"
    )
    assert run().exit_code == 0
    text = Path("models.py").read_text()
    assert "models asyncapi.yml -o models.py --enums --frozen\n" in text
    assert "frozen=True" in text
    assert "--enums --frozen" in run("--help").output
