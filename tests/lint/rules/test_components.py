"""Components that nothing refers to."""

# ruff: noqa: E501  # the cases are tables, one to a line
from __future__ import annotations

import pytest


def cases(*rows):
    return pytest.mark.parametrize(("text", "expected"), rows)


@cases(
    ("components: {schemas: {a: {}}}", ["schemas/a"]), ("components: {schemas: {a: {}}}\nx-a: {$ref: '#/components/schemas/a'}", []),
    ("components: {schemas: {a: {properties: {a: {$ref: '#/components/schemas/a'}}}}}", ["schemas/a"]),
    ("components: {schemas: {a: {$ref: '#/components/schemas/b'}, b: {}}}", ["schemas/a"]),
    ("components: {schemas: {a: {$ref: '#/components/schemas/b/items'}, b: {items: {}}}}", ["schemas/a"]),
    ("components: {tags: {a: {name: a}}, schemas: {b: {}}}", ["tags/a", "schemas/b"]), ("components: {x-a: {b: {}}}", []),
    ("components: {schemas: text}", []), ("components: text", []), ("channels: {c: {}}", []),
    ("components: {schemas: {a%20b: {}, 'c': {}}}\nx-a: [{$ref: '#/components/schemas/a%2520b'}, {$ref: 'asyncapi.yml#/components/schemas/c'}]", []),
    ("components: {schemas: {a: {}}}\nchannels: {c: {$ref: c.yml}}", []),
)  # fmt: skip
def test_components_that_nothing_refers_to(folder, text, expected):
    """References of any place and any file count, but those in the component itself."""
    folder.write("c.yml", "x-a: {$ref: 'asyncapi.yml#/components/schemas/a'}\n")
    found = folder.found(text, "unused-component")
    assert found == [("unused-component", f"/components/{each}") for each in expected]


def test_components_of_other_protocols_are_looked_at(folder):
    """The rule is about every document."""
    text = "servers: {k: {host: h, protocol: kafka}}\ncomponents: {schemas: {a: {}}}"
    assert folder.found(text, "unused-component") == [("unused-component", "/components/schemas/a")]


def test_files_that_only_data_names_are_not_read(folder):
    """A `$ref` in an example is somebody's data, and opens no file."""
    folder.write("secret.yml", "a: 1  # guard: ignore[nonsense-code]\n")
    text = """
    channels:
      c: {messages: {m: {payload: {}, examples: [{payload: {$ref: secret.yml}}]}}}
    components: {}
    """
    assert [f.file for f in folder.findings(text) if f.file.endswith("secret.yml")] == []
