"""What `lint` does beside its rules."""

from __future__ import annotations

from asyncapi_guard.lint import Settings, lint


def test_it_ends_after_many_findings():
    """After 5,000 errors it says so and looks no further."""
    channels = {f"c{n}": {"adress": "/"} for n in range(6_000)}
    found = lint(
        {"asyncapi": "3.1.0", "info": {"title": "a", "version": "1"}, "channels": channels}
    )
    assert len(found) == 5_001
    (last,) = (finding for finding in found if finding.code == "too-many-findings")
    assert last.message == "5,000 errors found; the linter stopped here"


def test_many_warnings_hide_no_error():
    """What is wrong in the last schema is found behind more warnings than are listed."""
    schemas = {f"s{n}": {"type": "string", "minLenght": 1} for n in range(6_000)}
    schemas["z"] = {"type": "strng"}
    found = lint(
        {
            "asyncapi": "3.1.0",
            "info": {"title": "a", "version": "1"},
            "components": {"schemas": schemas},
        }
    )
    assert sum(finding.severity == "warning" for finding in found) == 5_000
    (last, wrong) = sorted(
        (finding for finding in found if finding.severity == "error"),
        key=lambda one: one.code,
        reverse=True,
    )
    assert last.message == "5,000 warnings found; further warnings are left out"
    assert (wrong.code, wrong.pointer) == ("invalid-schema", "/components/schemas/z/type")


def test_what_is_not_reported_does_not_count():
    """A document with many findings of an ignored rule is looked through to its end."""
    schemas = {f"s{n}": {"type": "string", "minLenght": 1} for n in range(6_000)}
    schemas["last"] = {"type": "strng"}
    document = {
        "asyncapi": "3.1.0",
        "info": {"title": "a", "version": "1"},
        "components": {"schemas": schemas},
    }
    ignoring = Settings(ignore=("unknown-keyword", "unused-component"))
    (found,) = lint(document, settings=ignoring)
    assert (found.code, found.pointer) == ("invalid-schema", "/components/schemas/last/type")
