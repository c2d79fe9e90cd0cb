"""What others' pipelines use.

The GitHub action, the pre-commit hook, what docs/how-to/ci.md shows.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GOOD = """\
asyncapi: 3.1.0
info: {title: Good, version: '1'}
channels:
  root: {address: /, messages: {hi: {payload: {type: string}}}}
operations:
  hi: {action: receive, channel: {$ref: '#/channels/root'}}
"""
BAD = GOOD.replace("title: Good", "title: Bad, titel: Bad")
#: What pip says when it cannot reach, or find, what it needs.
NO_NETWORK = re.compile(
    r"No matching distribution|Could not fetch|NewConnectionError|ConnectTimeout"
    r"|Temporary failure in name resolution|Could not find a version"
)
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")


def action() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def step(name: str) -> dict[str, Any]:
    (found,) = (each for each in action()["runs"]["steps"] if each["name"] == name)
    return found


# -- the action ------------------------------------------------------------------------------------


def test_the_action_is_composite() -> None:
    """It runs steps; each script says its shell, and each input is described and has a default."""
    runs = action()["runs"]
    assert runs["using"] == "composite"
    for each in runs["steps"]:
        assert ("uses" in each) != ("run" in each)
        assert each.get("shell") == "bash" or "uses" in each
    assert set(action()["inputs"]) == {"files", "args", "python-version", "sarif"}
    assert all({"description", "default"} <= each.keys() for each in action()["inputs"].values())


def test_no_input_becomes_a_command() -> None:
    """Scripts have no expressions in them: what a runner would put there would be run."""
    scripts = [each["run"] for each in action()["runs"]["steps"] if "run" in each]
    assert len(scripts) == 2
    assert not any("${{" in script for script in scripts)


def expanded(name: str, inputs: dict[str, str]) -> dict[str, str]:
    """The environment of a step, as a runner fills it in."""
    values = {key: each["default"] for key, each in action()["inputs"].items()} | inputs
    facts = {
        "github.action_path": str(ROOT),
        "steps.python.outputs.python-path": sys.executable,
        **{f"inputs.{key}": value for key, value in values.items()},
    }
    return {
        key: re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: facts[found[1]], text)
        for key, text in step(name)["env"].items()
    }


def perform(name: str, temporary: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step's script as a runner does."""
    environment = {**os.environ, "RUNNER_TEMP": str(temporary), "GITHUB_ACTIONS": "true"}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**environment, **expanded(name, inputs)},
    )


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runner's temporary folder after the step that installs; the workspace is empty."""
    temporary = tmp_path / "runner temp"
    script = temporary / "asyncapi-guard" / "bin" / "asyncapi-guard"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m asyncapi_guard "$@"\n')
    script.chmod(0o755)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    monkeypatch.chdir(workspace)
    return temporary


@needs_bash
def test_the_action_annotates(installed: Path) -> None:
    """A good file passes in a sentence, a bad one fails with an annotation."""
    Path("asyncapi.yml").write_text(GOOD)
    done = perform("Check", installed)
    assert (done.returncode, done.stderr) == (0, "")
    assert "::error" not in done.stdout
    Path("asyncapi.yml").write_text(BAD)
    done = perform("Check", installed)
    assert done.returncode == 1
    assert "::error " in done.stdout


@needs_bash
@pytest.mark.slow
def test_files_are_lines_and_options_are_words(installed: Path) -> None:
    """Names may have spaces and be globs; options are separated by spaces and lines."""
    Path("my specs").mkdir()
    Path("my specs/a b.yml").write_text(BAD)
    Path("c.yml").write_text(GOOD)
    files = "my specs/*.yml\r\n\nc.yml\n"
    assert perform("Check", installed, files=files).returncode == 1
    args = "--ignore unknown-field\n  --strict"
    assert perform("Check", installed, files=files, args=args).returncode == 0
    assert perform("Check", installed, files="gone.yml").returncode == 2


@needs_bash
@pytest.mark.slow
def test_inputs_are_not_run(installed: Path) -> None:
    """What looks like a command stays text, and a file's name is no option."""
    Path("asyncapi.yml").write_text(GOOD)
    evil = '$(touch pwned) `touch pwned`; touch pwned; "$(touch pwned)"'
    for key in ("files", "args", "sarif"):
        assert perform("Check", installed, **{key: evil}).returncode in (0, 2)
    assert perform("Check", installed, files="--help").returncode == 2
    assert not Path("pwned").exists()


@needs_bash
@pytest.mark.slow
def test_the_action_writes_sarif(installed: Path) -> None:
    """With `sarif` the report is there, whether the check fails or not; where it cannot be, 2."""
    for text, code in ((BAD, 1), (GOOD, 0)):
        Path("asyncapi.yml").write_text(text)
        assert perform("Check", installed, sarif="out.sarif").returncode == code
        (run,) = json.loads(Path("out.sarif").read_text())["runs"]
        assert len(run["results"]) == code
    assert perform("Check", installed, sarif="nowhere/out.sarif").returncode == 2


@needs_bash
@pytest.mark.slow
def test_the_action_installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step that installs makes an environment in which the step that checks finds us."""
    source = sources(tmp_path / "source")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", source)
    done = perform("Install asyncapi-guard", tmp_path)
    skip_without_network(done)
    assert done.returncode == 0, done.stderr
    monkeypatch.chdir(tmp_path)
    Path("asyncapi.yml").write_text(BAD)
    assert perform("Check", tmp_path).returncode == 1


# -- the hook --------------------------------------------------------------------------------------


def hook(id: str = "asyncapi-guard-validate") -> dict[str, Any]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (found,) = (each for each in hooks if each["id"] == id)
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("asyncapi.yml", True),
        ("asyncapi.yaml", True),
        ("specs/asyncapi.json", True),
        ("chat.asyncapi.yml", True),
        ("specs/chat-asyncapi.yml", True),
        ("asyncapi-v2.yaml", True),
        ("asyncapi.v2.json", True),
        ("asyncapi_guard.yml", True),
        ("asyncapi.md", False),
        ("myasyncapi.yml", False),
        ("asyncapi/user.yml", False),
        ("asyncapi.yml.bak", False),
    ],
)
def test_the_hook_takes_asyncapi_files(name: str, expected: bool) -> None:
    """By default, files that are called so are checked."""
    assert bool(re.search(hook()["files"], name)) is expected


def git(folder: Path, *args: str) -> str:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    command = ["git", *who, "-c", "commit.gpgsign=false", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def sources(folder: Path) -> Path:
    """A copy of the repository as it stands, committed."""
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "as it stands")
    return folder


def skip_without_network(done: subprocess.CompletedProcess[str]) -> None:
    said = NO_NETWORK.search(done.stdout + done.stderr)
    if said:
        pytest.skip(f"pip cannot install here: {said[0]}")


@pytest.mark.slow
def test_the_hook_runs_in_pre_commit(tmp_path: Path) -> None:
    """pre-commit builds the hook, gives it the AsyncAPI files, and fails as it fails."""
    program = shutil.which("pre-commit") or shutil.which(Path(sys.executable).parent / "pre-commit")
    if program is None:
        pytest.skip("pre-commit is not installed")
    source = sources(tmp_path / "source")
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    (work / "asyncapi.yml").write_text(GOOD)
    (work / "user.yml").write_text("type: nothing that is AsyncAPI\n")

    def commit_hook() -> subprocess.CompletedProcess[str]:
        command = [program, "try-repo", str(source), hook()["id"], "--verbose"]
        return subprocess.run(
            [*command, "--files", "asyncapi.yml", "user.yml"],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "GITHUB_ACTIONS": ""},
        )

    done = commit_hook()
    skip_without_network(done)
    assert done.returncode == 0, done.stdout
    assert "asyncapi.yml: no findings" in done.stdout
    (work / "asyncapi.yml").write_text(BAD)
    done = commit_hook()
    assert done.returncode == 1, done.stdout
    assert "error[unknown-field]" in done.stdout


@pytest.mark.slow
def test_the_hook_for_types_runs_in_pre_commit(tmp_path: Path) -> None:
    """It does what is configured, whichever file changed, and fails when the types are stale."""
    program = shutil.which("pre-commit") or shutil.which(Path(sys.executable).parent / "pre-commit")
    if program is None:
        pytest.skip("pre-commit is not installed")
    source = sources(tmp_path / "source")
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    configuration = '[tool.asyncapi-guard.types]\nspec = "asyncapi.yml"\noutput = "events.d.ts"\n'
    (work / "pyproject.toml").write_text(configuration)
    (work / "asyncapi.yml").write_text(GOOD)
    generate = [sys.executable, "-m", "asyncapi_guard", "types"]
    subprocess.run(generate, cwd=work, capture_output=True, check=True)

    def commit_hook(file: str) -> subprocess.CompletedProcess[str]:
        command = [program, "try-repo", str(source), "asyncapi-guard-types", "--verbose"]
        return subprocess.run(
            [*command, "--files", file],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache")},
        )

    done = commit_hook("asyncapi.yml")
    skip_without_network(done)
    assert done.returncode == 0, done.stdout
    assert "events.d.ts is up to date" in done.stdout
    (work / "asyncapi.yml").write_text(GOOD.replace("string", "integer"))
    for file in ("asyncapi.yml", "events.d.ts", "pyproject.toml"):
        done = commit_hook(file)
        assert done.returncode == 1, done.stdout
        assert "+export type HiPayload = number;" in done.stdout


@pytest.mark.slow
def test_the_hook_for_models_runs_in_pre_commit(tmp_path: Path) -> None:
    """pre-commit builds it with what it needs; it is told no files, and fails on stale models."""
    program = shutil.which("pre-commit") or shutil.which(Path(sys.executable).parent / "pre-commit")
    if program is None:
        pytest.skip("pre-commit is not installed")
    source = sources(tmp_path / "source")
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    (work / "asyncapi.yml").write_text(GOOD)
    table = '[tool.asyncapi-guard.models]\nspec = "asyncapi.yml"\noutput = "models.py"\n'
    (work / "pyproject.toml").write_text(table)
    git(work, "add", "--all")

    def commit_hook() -> subprocess.CompletedProcess[str]:
        name = hook("asyncapi-guard-models")["id"]
        return subprocess.run(
            [program, "try-repo", str(source), name, "--verbose", "--all-files"],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "GITHUB_ACTIONS": ""},
        )

    done = commit_hook()
    skip_without_network(done)
    assert done.returncode == 1, done.stdout
    assert "models.py is missing" in done.stdout
    command = [sys.executable, "-m", "asyncapi_guard", "models"]
    subprocess.run(command, cwd=work, check=True)
    git(work, "add", "--all")
    done = commit_hook()
    assert done.returncode == 0, done.stdout
    assert "models.py is up to date" in done.stdout


# -- the documentation -----------------------------------------------------------------------------


def snippets(kind: str) -> list[str]:
    text = (ROOT / "docs/how-to/ci.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_snippets_name_what_there_is() -> None:
    """Each YAML snippet can be read, and uses the hook and the inputs by their names."""
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    known = set(re.findall(r"^- id: (\S+)", hooks, re.MULTILINE))
    assert len(snippets("yaml")) == 6
    for text in snippets("yaml"):
        data = yaml.safe_load(text)
        for repo in data.get("repos", ()):
            assert {each["id"] for each in repo["hooks"]} <= known
        for job in data.get("jobs", {}).values():
            for each in job["steps"]:
                if each["uses"].startswith("asyncapi-guard/"):
                    assert each["with"].keys() <= action()["inputs"].keys()


@needs_bash
@pytest.mark.parametrize(("document", "fails"), [(GOOD, False), (BAD, True)])
def test_the_job_for_gitlab(tmp_path: Path, document: str, fails: bool) -> None:
    """Its script writes the report that it names, and fails for errors."""
    pages = [yaml.safe_load(text) for text in snippets("yaml")]
    (job,) = (page["contract"] for page in pages if "contract" in page)
    (tmp_path / "asyncapi.yml").write_text(document)
    (tmp_path / "asyncapi-guard").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m asyncapi_guard "$@"\n'
    )
    (tmp_path / "asyncapi-guard").chmod(0o755)
    script = "\n".join(each for each in job["script"] if not each.startswith("pip "))
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    command = ["bash", "-ec", script]
    done = subprocess.run(
        command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == int(fails), done.stderr
    written = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [issue["location"]["path"] for issue in written] == ["asyncapi.yml"] * fails
    assert ("1  error    unknown-field" in done.stdout) is fails


def test_the_commands_have_their_options() -> None:
    """Each command line in the page is understood."""
    text = "\n".join([*snippets("sh"), *snippets("yaml")])
    options = set(re.findall(r"asyncapi-guard validate[^\n|#]*", text))
    assert len(options) > 4
    done = subprocess.run(
        [sys.executable, "-m", "asyncapi_guard", "validate", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for line in options:
        for option in re.findall(r"--[\w-]+", line):
            assert option in done.stdout, option
