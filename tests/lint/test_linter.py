"""What `lint` does beside its rules."""

from __future__ import annotations

from asyncapi_guard.lint import Settings, lint


def test_it_ends_after_many_findings():
    """After 5,000 findings it says so and looks no further."""
    channels = {f"c{n}": {"adress": "/"} for n in range(6_000)}
    found = lint(
        {"asyncapi": "3.1.0", "info": {"title": "a", "version": "1"}, "channels": channels}
    )
    assert len(found) == 5_001
    (last,) = (finding for finding in found if finding.code == "too-many-findings")
    assert last.message == "there are 5,000 findings; what else there may be was not looked for"


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
