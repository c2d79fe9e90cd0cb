"""Which documents are ours."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.errors import InvalidDocument, SpecError, UnsupportedVersion
from asyncapi_guard.spec.limits import DEFAULT_LIMITS
from asyncapi_guard.spec.references import Node
from asyncapi_guard.spec.source import read_source
from asyncapi_guard.spec.versions import check_version


def root(text):
    source = read_source("a.yml", "file:///a.yml", text.encode(), DEFAULT_LIMITS)
    return Node(source, (), source.data)


def fault(text, kind=UnsupportedVersion):
    with pytest.raises(SpecError) as caught:
        check_version(root(text))
    assert type(caught.value) is kind
    (finding,) = caught.value.findings
    assert finding.code == "unsupported-version"
    return finding


@pytest.mark.parametrize(
    "version", ["3.0.0", "3.1.0", "3.0.17", "3.1.7", "3.1.0-rc.1", "3.0.0-next-major"]
)
def test_versions_that_are_known(version):
    """3.0 and 3.1, whatever the patch and the name of a release candidate."""
    check_version(root(f"asyncapi: {version}"))


@pytest.mark.parametrize(
    "version",
    ["2.6.0", "1.2.0", "3.2.0", "3.10.0", "4.0.0", "'3.1'", "'3'", "v3.1.0", "3.1.0.0", "' 3.1.0'", "3.1.0+b", "03.1.0", "latest", "''"],
)  # fmt: skip
def test_versions_that_are_not(version):
    """They are named, at their place."""
    finding = fault(f"info: {{}}\nasyncapi: {version}")
    assert (finding.line, finding.pointer) == (2, "/asyncapi")
    assert (
        f"AsyncAPI {version.strip(chr(39))!r} is not supported; 3.0 and 3.1 are" in finding.message
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("asyncapi: 2.6.0", "convert the file first: asyncapi-guard upgrade FILE -o asyncapi.yml"),
        ("asyncapi: '3.1'", "write '3.1.0'"), ("asyncapi: '3.0'", "write '3.0.0'"), ("asyncapi: '3'", "write '3.1.0'"), ("asyncapi: v3.1.2", "write '3.1.0'"),
        ("asyncapi: 3.1", "must be a string, but 3.1 is a number; write '3.1.0'"), ("asyncapi: 2.6", "write '2.6.0'; convert the file first: asyncapi-guard upgrade"), ("asyncapi: true", "must be a string such as '3.1.0', not a boolean"), ("asyncapi: [3]", "not a list"), ("asyncapi: null", "not null"),
        ("openapi: 3.1.0", "this looks like an OpenAPI document"), ("swagger: '2.0'", "this looks like an OpenAPI document"),
        ("info: {}", "begins with a line such as 'asyncapi: 3.1.0'"),
    ],
)  # fmt: skip
def test_what_to_do(text, hint):
    """The message says what to write, or what the document may be."""
    assert hint in fault(text).message


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("[]", "a list"),
        ("text", "a string"),
        ("1", "a number"),
        ("true", "a boolean"),
    ],
)
def test_what_is_no_mapping(text, what):
    """It is no document of any version."""
    assert (
        fault(text, InvalidDocument).message
        == f"the document is {what}; expected a mapping with 'asyncapi'"
    )
