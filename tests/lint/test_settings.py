"""Which findings are reported, and how severe they are."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.lint.own.reading import own_rule
from asyncapi_guard.lint.settings import (
    ALWAYS,
    Choice,
    Settings,
    SettingsError,
    known_codes,
    optional_codes,
)

ERROR, WARNING = Severity.ERROR, Severity.WARNING
CODES = sorted(known_codes() - ALWAYS - optional_codes())


def finding(code: str, severity: Severity = ERROR, file: str = "a.yml") -> Finding:
    return Finding(file, 1, 1, "", "", code, severity)


FIELD, MISSING = finding("unknown-field"), finding("missing-field")
UNREAD = finding("unreadable")


def test_everything_is_reported_by_default() -> None:
    """Without settings, findings pass as they are, in their order."""
    found = (MISSING, FIELD, finding("bad-value", WARNING))
    assert Settings().apply(found) == found


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        (["unknown-field"], [], [FIELD]),
        ([], ["unknown-field"], [MISSING]),
        ([], ["ALL"], []),
        ([], ["unknown-*"], [MISSING]),
        ([], ["*-field"], []),
        (["ALL"], ["unknown-field"], [MISSING]),
        (["unknown-field"], ["ALL"], [FIELD]),
        (["*-field"], ["unknown-*"], [MISSING]),
        (["unknown-field"], ["unknown-field"], []),
        (["ALL"], ["ALL"], []),
    ],
)
def test_the_most_specific_decides(
    select: list[str], ignore: list[str], expected: list[Finding]
) -> None:
    """Of all that match, the code or group with the most letters decides; else ignore."""
    settings = Settings(tuple(select), tuple(ignore))
    assert settings.apply([FIELD, MISSING]) == tuple(expected)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ({"unknown-field": "warning"}, [finding("unknown-field", WARNING), MISSING]),
        ({"unknown-field": "off"}, [MISSING]),
        ({"*-field": "off", "missing-field": "error"}, [MISSING]),
        ({"ALL": "warning", "missing-field": "off"}, [finding("unknown-field", WARNING)]),
    ],
)
def test_severity(severity: dict[str, str], expected: list[Finding]) -> None:
    """A finding is as severe as the most specific entry says, and gone when that is off."""
    assert Settings(severity=severity).apply([FIELD, MISSING]) == tuple(expected)


def test_a_warning_can_become_an_error() -> None:
    """Severity goes both ways."""
    settings = Settings(severity={"bad-value": "error"})
    assert settings.apply([finding("bad-value", WARNING)]) == (finding("bad-value", ERROR),)


def test_files_have_their_own() -> None:
    """What is said of a file counts after what is said in general, in the order it is said."""
    settings = Settings(
        ignore=("missing-field",),
        per_file={
            "old/*.yml": Choice(ignore=("unknown-field",)),
            "old/a.yml": Choice(severity={"bad-value": "warning"}),
            "strict.yml": Choice(select=("missing-field",)),
        },
    )

    def codes(file: str) -> list[str]:
        found = [finding(code, file=file) for code in ("missing-field", "unknown-field")]
        return [each.code for each in settings.apply(found)]

    assert codes("b.yml") == ["unknown-field"]
    assert codes("old/a.yml") == []
    assert codes("old/deep/a.yml") == ["unknown-field"]
    assert codes("strict.yml") == ["missing-field"]
    (changed,) = settings.apply([finding("bad-value", file="old/a.yml")])
    assert changed.severity is WARNING


def test_relative_names_meet_absolute_globs() -> None:
    """With a folder, names are below it before they are compared, `..` and all."""
    settings = Settings(
        per_file={"/repo/specs/*.yml": Choice(ignore=("ALL",))}, folder="/repo/service"
    )
    inside = finding("bad-value", file="../specs/a.yml")
    absolute = finding("bad-value", file="/repo/specs/a.yml")
    outside = finding("bad-value", file="specs/a.yml")
    assert settings.apply([inside, absolute, outside]) == (outside,)


@given(
    select=st.lists(st.sampled_from([*CODES, "ALL", "bad-*"])),
    ignore=st.lists(st.sampled_from([*CODES, "ALL", "un*"])),
    severity=st.dictionaries(
        st.sampled_from([*CODES, "ALL", "un*"]), st.sampled_from(["error", "warning", "off"])
    ),
    code=st.sampled_from(sorted(ALWAYS)),
)
def test_what_was_not_read_is_never_clean(
    select: list[str], ignore: list[str], severity: dict[str, str], code: str
) -> None:
    """Nothing that can be set hides or softens that a document was not read."""
    choice = Choice(tuple(select), tuple(ignore), severity)
    settings = Settings(tuple(select), tuple(ignore), severity, per_file={"**": choice})
    assert settings.apply([finding(code)]) == (finding(code),)


@given(
    ignore=st.lists(st.sampled_from(CODES)),
    severity=st.dictionaries(st.sampled_from(CODES), st.sampled_from(["error", "warning", "off"])),
    codes=st.lists(st.sampled_from(CODES)),
)
def test_apply_is_what_it_says(
    ignore: list[str], severity: dict[str, str], codes: list[str]
) -> None:
    """Ignored codes and those that are off go, the others stay in order with their severity."""
    found = Settings((), tuple(ignore), severity).apply(map(finding, codes))
    expected = [code for code in codes if code not in ignore and severity.get(code) != "off"]
    assert [each.code for each in found] == expected
    assert all(each.severity == severity.get(each.code, "error") for each in found)


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ({"ignore": ["unknown-feild"]}, "ignore", "did you mean 'unknown-field'?"),
        ({"select": ["nonsense"]}, "select", "`asyncapi-guard rules` lists them"),
        ({"select": ["nonsense-*"]}, "select", "unknown group of rule codes"),
        ({"severity": {"bad-valu": "off"}}, "severity", "did you mean 'bad-value'?"),
        ({"severity": {"bad-value": "info"}}, "severity", "error, warning or off, not 'info'"),
        ({"ignore": ["unreadable"]}, "ignore", "'unreadable' can't be ignored"),
        ({"severity": {"unsupported-version": "off"}}, "severity", "can't be off"),
    ],
)
def test_what_cannot_be_meant_is_an_error(
    values: dict[str, object], field: str, problem: str
) -> None:
    """An unknown code, severity, or one that cannot be changed is refused, with what is near."""
    with pytest.raises(SettingsError) as caught:
        Settings(**values)
    assert caught.value.field == field
    assert problem in caught.value.problem
    assert str(caught.value) == f"{field}: {caught.value.problem}"


def test_settings_travel() -> None:
    """Settings are equal after a journey to another process, hashable, and cannot be changed."""
    settings = Settings(
        ("ALL",), severity={"bad-value": "off"}, per_file={"a": Choice()}, strict=True, folder="/x"
    )
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert hash(settings) == hash(pickle.loads(pickle.dumps(settings)))
    with pytest.raises(TypeError):
        settings.severity["bad-value"] = "error"


# -- rules that are off by default -----------------------------------------------------------------

STYLE = finding("tags-order", WARNING)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), False),
        (Settings(select=("ALL",)), False),
        (Settings(select=("*",)), False),
        (Settings(severity={"ALL": "error"}), False),
        (Settings(select=("style",)), True),
        (Settings(select=("tags-*",)), True),
        (Settings(extend_select=("style",)), True),
        (Settings(extend_select=("tags-order",)), True),
        (Settings(extend_select=("style",), ignore=("tags-order",)), False),
        (Settings(extend_select=("style",), ignore=("tags-*",)), False),
        (Settings(extend_select=("style",), ignore=("ALL",)), True),
        (Settings(extend_select=("tags-order",), ignore=("style",)), True),
        (Settings(ignore=("style",)), False),
        (Settings(severity={"tags-order": "error"}), True),
        (Settings(severity={"style": "warning"}), True),
        (Settings(severity={"style": "off"}), False),
        (Settings(extend_select=("style",), severity={"tags-order": "off"}), False),
        (Settings(severity={"tags-order": "error"}, ignore=("tags-order",)), False),
        (Settings(per_file={"a.yml": Choice(extend_select=("style",))}), True),
        (Settings(per_file={"b.yml": Choice(extend_select=("style",))}), False),
        (Settings(extend_select=("style",), per_file={"a.yml": Choice(ignore=("style",))}), False),
    ],
)
def test_style_is_on_when_it_is_asked_for(settings: Settings, expected: bool) -> None:
    """By group, code, glob or severity; `ALL` is what there is without a word."""
    assert bool(settings.apply([STYLE])) == expected
    may = settings.may_report("tags-order")
    assert may or not expected
    # What is on for another file only is looked for, and not reported here.
    assert may == expected or "b.yml" in settings.per_file or "a.yml" in settings.per_file


def test_extending_leaves_the_rest_as_it_is() -> None:
    """Unlike `select`, which leaves out what it does not name."""
    assert Settings(extend_select=("style",)).apply([FIELD, STYLE]) == (FIELD, STYLE)
    assert Settings(select=("style",)).apply([FIELD, STYLE]) == (STYLE,)
    both = Settings(select=("unknown-field",), extend_select=("tags-order",))
    assert both.apply([FIELD, MISSING, STYLE]) == (FIELD, STYLE)


def test_own_rules_are_codes() -> None:
    """They can be named wherever codes can, and are on without a word."""
    rule = own_rule("event-names", {"where": "event", "field": "@key", "case": "snake_case"})
    settings = Settings(rules=(rule,), ignore=("event-names",))
    own = finding("event-names", WARNING)
    assert settings.apply([own]) == ()
    assert not settings.may_report("event-names")
    assert Settings(rules=(rule,)).apply([own]) == (own,)
    assert Settings(rules=(rule,), select=("ALL",)).apply([own]) == (own,)
    assert Settings(rules=(rule,), select=("unknown-field",)).apply([own]) == ()
    with pytest.raises(
        SettingsError, match="unknown rule code 'event-nams'; did you mean 'event-names'"
    ):
        Settings(rules=(rule,), ignore=("event-nams",))
    taken = own_rule("wrong-type", {"where": "info", "required": ["description"]})
    with pytest.raises(SettingsError, match=r"rules\.wrong-type: there is a rule of that name"):
        Settings(rules=(taken,))


def test_settings_with_rules_travel() -> None:
    """To the processes that check files."""
    values = {"where": ["event"], "field": "@key", "in": ["a", 1, True], "when": {"name": "a"}}
    settings = Settings(
        extend_select=("style",),
        rules=(own_rule("mine", values),),
        per_file={"a": Choice(ignore=("mine",), own=frozenset({"mine"}))},
    )
    assert pickle.loads(pickle.dumps(settings)) == settings
