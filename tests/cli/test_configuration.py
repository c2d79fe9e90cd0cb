"""Where the configuration is found, and what it may say."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import fields

from asyncapi_guard.cli.configuration import Configuration, Configurations
from asyncapi_guard.cli.configuration_keys import ChoiceKeys, GeneralKeys, ModelsKeys, TypesKeys
from asyncapi_guard.cli.configuration_table import ConfigurationError, Table, read_table
from asyncapi_guard.errors import Finding

if TYPE_CHECKING:
    from msgspec import Struct

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
TABLE = "[tool.asyncapi-guard]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, the root of a repository."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.absolute()


def configured(text: str, file: str = "a.yml") -> Configuration:
    write("asyncapi-guard.toml", text)
    return Configurations().of_file(file)


def found(configuration: Configuration, file: str, code: str = "bad-value") -> bool:
    return bool(configuration.settings.apply([Finding(file, 1, 1, "", "", code)]))


def test_without_a_configuration() -> None:
    """Nothing is configured by default."""
    configuration = Configurations().of_file("a.yml")
    assert configuration.path is None
    assert not configuration.settings.strict
    assert found(configuration, "a.yml")


def test_all_keys(folder: Path) -> None:
    """Each key ends where it counts; names are relative to the file."""
    (folder / "specs").mkdir()
    configuration = configured("""
        select = ["ALL"]
        ignore = ["unknown-*"]
        strict = true
        exclude = ["drafts", "specs/old/*.yml"]
        files = ["specs"]
        clients = ["client.yml"]
        root = "specs"
        allow-http = ["schemas.example.com"]
        severity = {bad-value = "warning"}
        [per-file."specs/*.yml"]
        ignore = ["missing-field"]
    """)
    assert configuration.path == folder / "asyncapi-guard.toml"
    assert configuration.settings.strict
    assert configuration.settings.ignore == ("unknown-*",)
    assert configuration.settings.severity == {"bad-value": "warning"}
    base = folder.as_posix()
    assert configuration.exclude == (f"{base}/**/drafts", f"{base}/specs/old/*.yml")
    assert configuration.files == ("specs",)
    sides = map(configuration.settings.describes, ("specs/client.yml", "specs/a.yml"))
    assert list(sides) == ["client", "server"]
    assert configuration.root == str(folder / "specs")
    assert configuration.allow_http == ("schemas.example.com",)
    assert not found(configuration, "specs/a.yml", "missing-field")
    assert found(configuration, "a.yml", "missing-field")


def test_the_nearest_counts() -> None:
    """Each file has the nearest configuration above it, and only that."""
    write("pyproject.toml", TABLE + "strict = true\n")
    write("service/asyncapi-guard.toml", 'ignore = ["bad-value"]\n')
    configurations = Configurations()
    outer = configurations.of_file("specs/a.yml")
    inner = configurations.of_file("service/specs/a.yml")
    assert outer.settings.strict
    assert not inner.settings.strict
    assert found(outer, "specs/a.yml")
    assert not found(inner, "service/specs/a.yml")
    assert configurations.of_file("service/b.yml") is inner


def test_its_own_file_wins_in_a_folder() -> None:
    """asyncapi-guard.toml comes before pyproject.toml beside it."""
    write("pyproject.toml", TABLE + "strict = true\n")
    write("asyncapi-guard.toml", "strict = false\n")
    assert not Configurations().of_file("a.yml").settings.strict


@pytest.mark.parametrize("text", ["", "[tool.ruff]\n", "# asyncapi-guard\n", "[project\n"])
def test_a_pyproject_without_a_table_is_passed_over(text: str) -> None:
    """Others' settings, and others' mistakes, are no configuration of ours."""
    write("asyncapi-guard.toml", "strict = true\n")
    write("service/pyproject.toml", text)
    assert Configurations().of_file("service/a.yml").settings.strict


def test_a_repository_is_a_border() -> None:
    """What stands above the folder with .git does not count."""
    write("asyncapi-guard.toml", "strict = true\n")
    Path("inner/.git").mkdir(parents=True)
    assert Configurations().of_file("inner/specs/a.yml").path is None


def test_config_names_the_file() -> None:
    """--config counts for every file, whatever is nearer; its globs are relative to it."""
    write("asyncapi-guard.toml", "strict = true\n")
    write("ci/guard.toml", 'per-file = {"../specs/*.yml" = {ignore = ["ALL"]}}\n')
    configuration = Configurations("ci/guard.toml").of_file("specs/a.yml")
    assert not configuration.settings.strict
    assert not found(configuration, "specs/a.yml")
    write("ci/pyproject.toml", TABLE + "strict = true\n")
    assert Configurations("ci/pyproject.toml").of_file("a.yml").settings.strict
    assert Configurations(none=True).of_file("a.yml").path is None


def test_what_was_looked_for_is_known(folder: Path) -> None:
    """A configuration that appears is a change, as is one that changes."""
    configurations = Configurations()
    configurations.of_file("specs/a.yml")
    assert configurations.looked_at == {
        folder / place / name
        for place in ("", "specs")
        for name in ("asyncapi-guard.toml", "pyproject.toml")
    }


def test_a_byte_order_mark() -> None:
    """Editors on Windows leave one."""
    assert configured("\ufeffstrict = true\n").settings.strict


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("strct = true", "strct: unknown key; did you mean 'strict'?"),
        ("allow_http = []", "allow_http: unknown key; did you mean 'allow-http'?"),
        ("zzz = 1", "zzz: unknown key; there are select, extend-select, ignore, severity, strict"),
        (f"strict = {10**30}", "strict: must be true or false, not a number"),
        ("strict = 1", "strict: must be true or false, not a number"),
        ('ignore = "bad-value"', "ignore: must be a list of strings, not a string"),
        ("ignore = [1]", "ignore: must be a list of strings, not a list with a number in it"),
        ("root = false", "root: must be a string, not false"),
        ("files = {}", "files: must be a list of strings, not a table"),
        ("files = 2020-01-01", "not a date or time"),
        ('root = "nowhere"', "root: 'nowhere' is not a directory"),
        (
            'ignore = ["bad-valeu"]',
            "ignore: unknown rule code 'bad-valeu'; did you mean 'bad-value'?",
        ),
        ('ignore = ["unreadable"]', "'unreadable' can't be ignored"),
        ('severity = "off"', "severity: must be a table of codes and severities"),
        ("severity = {bad-value = 1}", "not a table with a number in it"),
        ('severity = {bad-value = "of"}', "must be error, warning or off, not 'of'"),
        ("per-file = []", "per-file: must be a table of globs"),
        ("per-file = {a = 1}", "per-file.a: must be a table, not a number"),
        ('per-file = {"a.yml" = {strict = true}}', 'per-file."a.yml".strict: unknown key'),
        ('per-file = {"a" = {ignore = ["x"]}}', "per-file.a.ignore: unknown rule code 'x'"),
        ("strict = ", "not TOML"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    """A mistake is an error that names the file, the key, what was expected, and what is near."""
    with pytest.raises(ConfigurationError) as caught:
        configured(text)
    assert caught.value.message.startswith("asyncapi-guard.toml: ")
    assert message in caught.value.message
    assert caught.value.exit_code == 2


def test_mistakes_in_pyproject_have_the_whole_name() -> None:
    """The key is named as it is found in the file."""
    write("pyproject.toml", TABLE + "[tool.asyncapi-guard.severity]\nx = 'off'\n")
    with pytest.raises(
        ConfigurationError, match=r"pyproject\.toml: tool\.asyncapi-guard\.severity"
    ):
        Configurations().of_file("a.yml")
    write("pyproject.toml", "tool = 1 # asyncapi-guard\n")
    with pytest.raises(ConfigurationError, match="tool: must be a table"):
        Configurations().of_file("a.yml")


def test_a_file_that_cannot_be_used(folder: Path) -> None:
    """A configuration that was asked for must be there, be TOML, and have a table for us."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Configurations("nowhere.toml").of_file("a.yml")
    write("pyproject.toml", "")
    with pytest.raises(ConfigurationError, match=r"no \[tool\.asyncapi-guard\] in it"):
        Configurations("pyproject.toml").of_file("a.yml")
    Path("asyncapi-guard.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="not TOML"):
        Configurations().of_file("a.yml")


def test_other_commands_have_tables() -> None:
    """A command reads its own table, and validate leaves it alone."""
    path = write("asyncapi-guard.toml", "[models]\nreport = true\nbase-class = 'a.B'\n")
    assert Configurations().of_file("a.yml").path == path
    table = read_table(path)
    keys = table.table("models").read(ModelsKeys)
    assert keys.report
    assert keys.base_class == "a.B"
    with pytest.raises(ConfigurationError, match=r"models\.report: unknown key; there are spec"):
        table.table("models").read(TypesKeys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('style = "pydantc"', "msgspec, not 'pydantc'; did you mean 'pydantic'?"),
        ('python = "2.7"', "must be one of 3.10, 3.11, 3.12, 3.13, 3.14, not '2.7'"),
        ('python = "3x10"', "not '3x10'"),
        ("style = 1", "must be one of pydantic, dataclass, typeddict, msgspec, not a number"),
        ('style = ""', "not ''"),
        ('base_class = "a.B"', "unknown key; did you mean 'base-class'?"),
        ("spec = 1", "models.spec: must be a string, not a number"),
        ("report = 1", "must be true or false, not a number"),
    ],
)
def test_mistakes_about_models(text: str, message: str) -> None:
    """One of several words is told which they are, and which is near."""
    path = write("asyncapi-guard.toml", f"[models]\n{text}\n")
    with pytest.raises(ConfigurationError) as caught:
        read_table(path).table("models").read(ModelsKeys)
    assert message in caught.value.message


@pytest.mark.parametrize("keys", [ChoiceKeys, GeneralKeys, ModelsKeys, TypesKeys])
def test_each_key_says_what_it_takes(keys: type[Struct]) -> None:
    """A value that no key takes is told what would do; other commands' tables are theirs."""
    for field in fields(keys):
        table = Table(Path("a.toml"), "", {field.encode_name: dt.date(2020, 1, 1)})
        if field.type is Any:
            table.read(keys)
            continue
        with pytest.raises(ConfigurationError, match=r"must be .+, not a date or time"):
            table.read(keys)


def test_what_others_write_into_pyproject_is_no_concern() -> None:
    """Numbers beyond those of most languages, dates and times are valid TOML."""
    others = f"x = {10**30}\nd = 2020-01-01T10:00:00Z\nt = 10:00:00\nn = nan\n"
    write("pyproject.toml", f"[tool.other]\n{others}{TABLE}strict = true\n")
    assert Configurations().of_file("a.yml").settings.strict


def test_the_documentation_has_every_key() -> None:
    """Each key stands in docs/reference/configuration.md, and its examples can be used."""
    text = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert examples
    Path("shared").mkdir()
    used: set[str] = set()
    for example in examples:
        table = tomllib.loads(example)
        if "tool" in table:
            Path("asyncapi-guard.toml").unlink(missing_ok=True)
            write("pyproject.toml", example)
            Configurations().of_file("a.yml")
            table = table["tool"]["asyncapi-guard"]
        else:
            configured(example)
        used |= table.keys()
    assert used == set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE))
    with pytest.raises(ConfigurationError) as caught:
        configured("zzz = 1")
    listed = caught.value.message.split("there are ")[1].split(", ")
    assert used == set(listed) - {"diff", "docs", "export"}
