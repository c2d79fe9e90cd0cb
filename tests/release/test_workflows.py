"""Workflows are sound, and do no more than they have to."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from built import ROOT
from levels import LEVEL
from look_at_workflows import LINTERS, WORKFLOWS, Linter

if TYPE_CHECKING:
    from pathlib import Path

JOB = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
#: A fault that each linter has to find, so that "nothing found" means something.
FAULTS = {
    "actionlint": ("ci.yml", JOB + "      - run: echo ${{ nope.x }}\n"),
    "zizmor": ("ci.yml", JOB + "      - uses: actions/checkout@v4\n"),
    "hadolint": ("Dockerfile", "FROM python:latest\nRUN cd /x\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("linter", LINTERS, ids=lambda each: each.name)
def test_linters_have_nothing_to_say(linter: Linter, tmp_path: Path) -> None:
    """Of ours; and they do find faults where some are."""
    if missing := linter.missing():
        if LEVEL.everything and (linter.name != "hadolint" or sys.platform == "linux"):
            pytest.fail(f"{missing} is not installed")
        pytest.skip(f"{missing} is not installed: see CONTRIBUTING.md")
    done = linter.run()
    assert done.returncode == 0, done.stdout + done.stderr
    name, fault = FAULTS[linter.name]
    faulty = tmp_path / ".github" / "workflows" / name
    faulty.parent.mkdir(parents=True)
    faulty.write_text(fault)
    assert linter.run(faulty).returncode != 0


def workflow(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "action.yml"], ids=lambda path: path.name)
def test_actions_are_pinned(path: Path) -> None:
    """To a commit, with the release beside it; one and the same in all files."""
    used = re.findall(r"uses: (\S+)(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    for action, comment in used:
        if action.startswith("./"):
            continue
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
        name = action.partition("@")[0]
        everywhere = {
            each
            for file in (*WORKFLOWS, ROOT / "action.yml")
            for each in re.findall(rf"{name}@\S+ # \S+", file.read_text(encoding="utf-8"))
        }
        assert everywhere == {action + comment}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_permissions_are_the_least(path: Path) -> None:
    """None by default; what writes is in a job of its own, which runs no code of the repository."""
    said = workflow(path)
    assert said["permissions"] == {}
    for name, job in said["jobs"].items():
        writes = {key for key, value in job["permissions"].items() if value == "write"}
        steps = job.get("steps", [])
        if writes:
            assert not any("checkout" in step.get("uses", "") for step in steps), name
        for step in steps:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
        if "uses" not in job:
            assert job["timeout-minutes"]


def test_the_release_runs_on_tags_after_everything() -> None:
    """By trusted publishing: nothing secret is in the workflow."""
    path = ROOT / ".github" / "workflows" / "release.yml"
    said = workflow(path)
    assert said[True] == {"push": {"tags": ["v*"]}}  # `on` is a boolean of YAML 1.1
    jobs = said["jobs"]
    assert set(jobs["publish"]["needs"]) == {"tests", "build", "attest"}
    assert jobs["publish"]["environment"]["name"] == "pypi"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in path.read_text(encoding="utf-8")


def test_ci_has_all_pythons_on_all_systems() -> None:
    """As the classifiers say."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    pythons = re.findall(r'"(3\.\d+)"', re.search(r"^PYTHONS = .*$", text, re.MULTILINE)[0])
    matrix = workflow(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["tests"]["strategy"][
        "matrix"
    ]
    assert matrix["python"] == pythons
    assert {each.partition("-")[0] for each in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert {each["versions"] for each in matrix["include"]} == {"lowest"}


def test_sessions_that_workflows_run_exist() -> None:
    """Each `nox -s NAME`."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    known = set(re.findall(r"^def (\w+)\(session", text, re.MULTILINE))
    for path in WORKFLOWS:
        if path.name == "docs.yml" and not (ROOT / "docs" / "conf.py").exists():
            continue  # there is no site to build
        for names in re.findall(r"nox -s ([\w ]+?)(?: --|\n|$)", path.read_text(encoding="utf-8")):
            assert set(names.split()) <= known, path.name


def test_dependabot_knows_where_packages_are() -> None:
    """Each package.json, and the Dockerfile."""
    said = workflow(ROOT / ".github" / "dependabot.yml")["updates"]
    listed = {
        (each["package-ecosystem"], directory)
        for each in said
        for directory in each.get("directories", [each.get("directory")])
    }
    found = {
        ("npm", "/" + path.parent.relative_to(ROOT).as_posix())
        for path in ROOT.glob("tests/*/package.json")
    }
    assert {each for each in listed if each[0] == "npm"} >= found
    assert {("github-actions", "/"), ("pip", "/"), ("docker", "/")} <= listed
    for _, directory in listed:
        assert (ROOT / directory.strip("/")).is_dir()


def test_the_script_of_ci_can_be_run() -> None:
    """ci.yml calls it by its name."""
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
