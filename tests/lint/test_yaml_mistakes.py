"""What people write who mean YAML: each mistake is one finding, at its line, with what to do."""

# ruff: noqa: E501, RUF001  # the cases are tables, one to a line
from __future__ import annotations

import pytest

from asyncapi_guard.lint import lint

GOOD = """\
asyncapi: 3.1.0
info:
  title: Tea house
  version: 1.2.0
  description: Orders and tables
servers:
  main:
    host: tea.example.com
    protocol: wss
channels:
  tea:
    address: /tea
    messages:
      order:
        payload:
          type: object
          required: [tea]
          properties:
            tea: {type: string, minLength: 1, pattern: '^[a-z]+$'}
            cups:
              $ref: '#/components/schemas/Cups'
        x-ack: {type: boolean}
      served:
        payload: {type: string}
operations:
  onOrder:
    action: receive
    channel:
      $ref: '#/channels/tea'
    messages:
      - $ref: '#/channels/tea/messages/order'
  sendServed:
    action: send
    channel: {$ref: '#/channels/tea'}
    messages: [{$ref: '#/channels/tea/messages/served'}]
components:
  schemas:
    Cups: {type: integer, minimum: 1}
"""


def written(*replaced):
    """The document with texts replaced by others; each stands in it once."""
    text = GOOD
    for old, new in replaced:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def found(folder, text, name="asyncapi.yml"):
    return lint(folder.write(name, text))


def test_the_document_without_mistakes(folder):
    """Nothing is found in it, so that whatever is found is about the mistake."""
    assert found(folder, GOOD) == ()


#: What is replaced by what, where the finding is (a text of its line), and what it advises.
NO_YAML = {
    "a backslash in double quotes": ([("'^[a-z]+$'", '"^\\d+$"')], "tea: {type: string", "use single quotes"),
    "a backslash in double quotes, in a block": ([("{type: string, minLength: 1, pattern: '^[a-z]+$'}", '\n              type: string\n              pattern: "^\\w+$"')], 'pattern: "', "use single quotes"),
    "a path of Windows in double quotes": ([("'#/components/schemas/Cups'", '"C:\\me\\cups.yml"')], "C:", "use single quotes"),
    "// behind brackets": ([("pattern: '^[a-z]+$'}", "pattern: '^[a-z]+$'} // name")], "// name", "comments start with '#'"),
    "// behind a quoted text": ([("              $ref: '#/components/schemas/Cups'", "              $ref: '#/components/schemas/Cups' // number")], "// number", "comments start with '#'"),
    "// on a line of its own": ([("    address: /tea\n", "    // where it is\n    address: /tea\n")], "// where", "comments start with '#'"),
    "// above everything": ([("asyncapi: 3.1.0\n", "// the tea house\nasyncapi: 3.1.0\n")], "// the tea", "comments start with '#'"),
    "// at the end of a mapping": ([("    protocol: wss\n", "    protocol: wss\n    // encrypted\n")], "// encrypted", "comments start with '#'"),
    "/* */ on a line of its own": ([("    address: /tea\n", "    /* where it is */\n    address: /tea\n")], "/* where", "comments start with '#'"),
    "/* */ behind brackets": ([("x-ack: {type: boolean}", "x-ack: {type: boolean} /* done */")], "/* done", "comments start with '#'"),
    "-- on a line of its own": ([("    address: /tea\n", "    -- where it is\n    address: /tea\n")], "-- where", "comments start with '#'"),
    "a tab as indentation": ([("    address: /tea", "\taddress: /tea")], "address: /tea", "spaces, not with tabs"),
    "a tab in the middle of indentation": ([("    protocol: wss", "  \tprotocol: wss")], "protocol: wss", "spaces, not with tabs"),
    "no blank behind a colon, last in its mapping": ([("    protocol: wss", "    protocol:wss")], "protocol:wss", "'protocol: wss'"),
    "no blank behind a colon, first in its mapping": ([("    host: tea", "    host:tea")], "host:tea", "'host: tea.example.com'"),
    "no blank behind a colon, before others": ([("    address: /tea", "    address:/tea")], "address:/tea", "'address: /tea'"),
    "no blank behind a colon, at the root": ([("asyncapi: 3.1.0", "asyncapi:3.1.0")], "asyncapi:3", "'asyncapi: 3.1.0'"),
    "no blank behind a colon in an operation": ([("    action: receive", "    action:receive")], "action:receive", "'action: receive'"),
    "no blank behind a colon in a schema": ([("          type: object", "          type:object")], "type:object", "'type: object'"),
    "no blank behind a colon before quotes": ([("          required: [tea]", "          required:'tea'")], "required:'tea'", "'required: "),
    "no colon": ([("    protocol: wss", "    protocol wss")], "protocol wss", "needs a ':'"),
    "no colon, before others": ([("    host: tea", "    host tea")], "host tea", "needs a ':'"),
    "an equals sign": ([("    host: tea", "    host = tea")], "host = tea", "needs a ':'"),
    "an unquoted reference in brackets": ([("channel: {$ref: '#/channels/tea'}", "channel: {$ref: #/channels/tea}")], "{$ref: #/channels/tea}", "'#' starts a comment; put the reference in quotes: $ref: '#/channels/tea'"),
    "an unquoted reference in a list in brackets": ([("[{$ref: '#/channels/tea/messages/served'}]", "[{$ref: #/channels/tea/messages/served}]")], "[{$ref: #/", "'#' starts a comment; put the reference in quotes"),
    "an unquoted reference in brackets as payload": ([("served:\n        payload: {type: string}", "served:\n        payload: {$ref: #/components/schemas/Cups}")], "payload: {$ref: #", "'#' starts a comment; put the reference in quotes"),
    "text that begins with @": ([("title: Tea house", "title: @tea")], "@tea", "'@' needs quotes"),
    "text that begins with %": ([("description: Orders and tables", "description: %orders")], "%orders", "'%' needs quotes"),
    "text that begins with a backtick": ([("description: Orders and tables", "description: `order` a tea")], "`order`", "'`' needs quotes"),
    "text that begins with *": ([("'^[a-z]+$'", "*tea*")], "*tea*", "'*' needs quotes"),
    "text that begins with * alone": ([("title: Tea house", "title: * tea")], "* tea", "'*' needs quotes"),
    "text that begins with &": ([("title: Tea house", "title: & tea")], "& tea", "'&' needs quotes"),
    "text that begins with !": ([("title: Tea house", "title: !Tea house")], "!Tea", "text that begins with '!' needs quotes"),
    "an included file": ([("served:\n        payload: {type: string}", "served: !include served.yml")], "!include", "$ref"),
    "text that begins with [": ([("'^[a-z]+$'}", "[a-z]+}")], "[a-z]+", "text with brackets, braces or commas in it needs quotes"),
    "a pattern in a block that begins with [": ([("description: Orders and tables", "description: [old] orders")], "[old]", "text with brackets in it needs quotes"),
    "a placeholder in braces": ([("host: tea.example.com", "host: {{ host }}")], "{{ host", "needs quotes"),
    "a placeholder in braces alone": ([("title: Tea house", "title: {{title}}")], "{{title", "needs quotes"),
    "text with a colon": ([("description: Orders and tables", "description: Note: orders")], "Note:", "text with ': ' in it needs quotes"),
    "text behind quotes": ([("title: Tea house", 'title: "Tea" house')], '"Tea" house', "put quotes around all of it"),
    "an apostrophe in single quotes": ([("title: Tea house", "title: 'Anna's tea'")], "Anna's", "quote"),
    "a bracket that is not closed": ([("required: [tea]", "required: [tea")], "required: [tea", "']' is missing"),
    "a bracket that is not closed, items below": ([("messages: [{$ref: '#/channels/tea/messages/served'}]", "messages: [{$ref: '#/channels/tea/messages/served'}")], "messages: [{$ref", "']' is missing"),
    "a brace that is not closed": ([("x-ack: {type: boolean}", "x-ack: {type: boolean")], "x-ack:", "'}' is missing"),
    "a brace that is not closed at the end": ([("Cups: {type: integer, minimum: 1}", "Cups: {type: integer, minimum: 1")], "Cups: {", "'}' is missing"),
    "a brace that is closed by a bracket": ([("x-ack: {type: boolean}", "x-ack: {type: boolean]")], "x-ack:", "'}' is missing"),
    "a comma that is missing": ([("{type: string, minLength: 1, pattern", "{type: string minLength: 1, pattern")], "minLength: 1", "','"),
    "a double quote that is not closed": ([("title: Tea house", 'title: "Tea house')], 'title: "Tea', "is not closed"),
    "a double quote that is not closed before others": ([("title: Tea house", 'title: "Tea house'), ("version: 1.2.0", 'version: "1.2.0"')], 'title: "Tea', "is not closed"),
    "a single quote that is not closed before others": ([("'#/components/schemas/Cups'", "'#/components/schemas/Cups")], "$ref: '#/components", "is not closed"),
    "a single quote that is not closed in brackets": ([("channel: {$ref: '#/channels/tea'}", "channel: {$ref: '#/channels/tea}")], "channel: {$ref: '#", "is not closed"),
    "duplicate a key that": ([("    protocol: wss\n", "    protocol: wss\n    host: tea.example.org\n")], "tea.example.org", "duplicate key 'host', first defined on line 8; merge the two"),
    "a message that stands twice": ([("      served:\n", "      order: {payload: {type: string}}\n      served:\n")], "order: {payload", "duplicate key"),
    "a list further to the left than its key": ([("      - $ref: '#/channels/tea/messages/order'", "  - $ref: '#/channels/tea/messages/order'")], "- $ref", "indented differently"),
    "a list whose items begin differently": ([("      - $ref: '#/channels/tea/messages/order'", "      - $ref: '#/channels/tea/messages/order'\n       - $ref: '#/channels/tea/messages/served'\n     - $ref: '#/channels/tea/messages/served'")], "       - $ref: '#/channels/tea/messages/served'", "indented differently"),
    "a list behind its key": ([("    messages:\n      - $ref: '#/channels/tea/messages/order'", "    messages: - $ref: '#/channels/tea/messages/order'")], "messages: - $ref", "a list cannot begin here"),
    "a key further to the right": ([("    protocol: wss", "     protocol: wss")], "protocol: wss", "too far to the right"),
    "a key further to the left": ([("    protocol: wss", "   protocol: wss")], "protocol: wss", "indented differently"),
    "a no-break space in indentation": ([("    address: /tea", "  \u00a0 address: /tea")], "address: /tea", "no-break space"),
    "a merge conflict": ([("    address: /tea\n", "<<<<<<< HEAD\n    address: /tea\n=======\n    address: /teas\n>>>>>>> other\n")], "<<<<<<<", "merge conflict"),
    "a fence of Markdown": ([("asyncapi: 3.1.0\n", "```yaml\nasyncapi: 3.1.0\n")], "```yaml", "remove the line"),
    "an alias that nothing defines": ([("title: Tea house", "title: *house")], "*house", "text that begins with '*' needs quotes"),
    "a second document": ([("channels:\n", "---\nchannels:\n")], "---", "a file holds one"),
    "a number as key": ([("      served:\n", "      1: {payload: {type: string}}\n      served:\n")], "1: {", "put it in quotes"),
}  # fmt: skip


@pytest.mark.parametrize(("replaced", "at", "advice"), NO_YAML.values(), ids=list(NO_YAML))
def test_what_is_no_yaml(folder, replaced, at, advice):
    """The finding is at the line that the author has to mend, and says how."""
    text = written(*replaced)
    (finding,) = found(folder, text)
    assert finding.code == "unreadable"
    assert at in text.split("\n")[finding.line - 1], finding
    assert advice in finding.message


#: YAML that says something else than was meant: the code of the rule, too.
OTHER_YAML = {
    "an unquoted reference to a channel": ([("      $ref: '#/channels/tea'\n", "      $ref: #/channels/tea\n")], "$ref: #/channels/tea", "wrong-type", "'#' starts a comment; put the reference in quotes: $ref: '#/channels/tea'"),
    "an unquoted reference to a message": ([("- $ref: '#/channels/tea/messages/order'", "- $ref: #/channels/tea/messages/order")], "- $ref: #", "wrong-type", "'#' starts a comment; put the reference in quotes"),
    "an unquoted reference as payload": ([("        payload: {type: string}", "        payload:\n          $ref: #/components/schemas/Cups")], "$ref: #/components", "wrong-type", "'#' starts a comment; put the reference in quotes"),
    "an unquoted reference in a schema": ([("$ref: '#/components/schemas/Cups'", "$ref: #/components/schemas/Cups")], "$ref: #/components", "wrong-type", "'#' starts a comment; put the reference in quotes"),
    "an unquoted reference in place of a message": ([("      served:\n        payload: {type: string}", "      served:\n        $ref: #/components/messages/served")], "$ref: #/components", "wrong-type", "'#' starts a comment; put the reference in quotes"),
    "a reference without a value": ([("      $ref: '#/channels/tea'\n", "      $ref:\n")], "      $ref:", "wrong-type", "'$ref' has no value; write a reference"),
    "an unquoted # as address": ([("    address: /tea", "    address: #tea")], "address: #tea", "wrong-type", "'#' starts a comment; put the text in quotes: address: '#tea'"),
    "no blank behind a colon in brackets": ([("x-ack: {type: boolean}", "x-ack: {type:boolean}")], "x-ack:", "unknown-field", "key 'type:boolean' has no value: missing space after the colon; write 'type: boolean'"),
    "no blank behind a colon in the brackets of a payload": ([("        payload: {type: string}", "        payload: {type:string}")], "payload: {type:string}", "unknown-field", "write 'type: string'"),
    "no blank behind a colon among others in brackets": ([("{type: string, minLength: 1, pattern", "{type: string, minLength:1, pattern")], "minLength:1", "unknown-field", "write 'minLength: 1'"),
    "no blank behind the colon of a property": ([("tea: {type: string, minLength: 1, pattern: '^[a-z]+$'}", "{tea:string}"), ("          properties:\n            {", "          properties: {"), ("            cups:\n              $ref: '#/components/schemas/Cups'\n", ""), ("Cups: {type", "x: {type"), ("          required: [tea]\n", ""), ("components:\n  schemas:\n    x: {type: integer, minimum: 1}\n", "")], "{tea:string}", "unknown-field", "write 'tea: string'"),
    "no blank behind the only colon of a payload": ([("        payload: {type: string}", "        payload:\n          type:string")], "type:string", "wrong-type", "write 'type: string'"),
    "no blank behind any colon of a payload": ([("        payload: {type: string}", "        payload:\n          type:string\n          minLength:1")], "type:string", "wrong-type", "write 'type: string'"),
    "no blank behind the only colon of a channel's reference": ([("      $ref: '#/channels/tea'\n", "      $ref:'#/channels/tea'\n")], "$ref:'", "wrong-type", "write '$ref: '#/channels/tea''"),
    "no blank behind the colon of a reference in brackets": ([("channel: {$ref: '#/channels/tea'}", "channel: {$ref:'#/channels/tea'}")], "{$ref:'", "unknown-field", "missing space after the colon"),
    "no blank behind a colon in a server's brackets": ([("  main:\n    host: tea.example.com\n    protocol: wss", "  main: {host:tea.example.com, protocol:wss}")], "{host:", "unknown-field", "write 'host: tea.example.com'"),
    "typographic quotes around a type": ([("        payload: {type: string}", "        payload: {type: “string”}")], "“string”", "bad-value", "typographic quotes"),
    "typographic quotes around a reference": ([("      $ref: '#/channels/tea'\n", "      $ref: “#/channels/tea”\n")], "“#/channels", "bad-value", "typographic quotes"),
    "typographic quotes around a number": ([("x-ack: {type: boolean}", "x-ack: {type: string, minLength: ‘1’}")], "‘1’", "bad-value", "typographic quotes"),
    "typographic quotes around a key": ([("        payload: {type: string}", "        payload: {“type”: string}")], "“type”", "unknown-field", "typographic quotes"),
    "a reference whose quote does not close": ([("      $ref: '#/channels/tea'\n", "      $ref: '#/channels/tea\n")], "$ref: '#/channels/tea", "bad-value", "unclosed quote in this reference; close it"),
    "a reference whose quote does not open": ([("      $ref: '#/channels/tea'\n", "      $ref: #/channels/tea'\n")], "$ref: #/channels/tea'", "wrong-type", "put the reference in quotes: $ref: '#/channels/tea'"),
    "a reference without a colon": ([("      $ref: '#/channels/tea'\n", "      $ref '#/channels/tea'\n")], "$ref '", "wrong-type", "missing ':' after '$ref'; add it"),
    "an item without a blank": ([("      - $ref: '#/channels/tea/messages/order'", "      -$ref: '#/channels/tea/messages/order'")], "    messages:", "wrong-type", "a blank is missing behind the '-'"),
    "a list with nothing in it": ([("    messages:\n      - $ref: '#/channels/tea/messages/order'\n", "    messages:\n")], "    messages:", "wrong-type", "indent its entries further"),
    "a comma at the end of a line": ([("    action: receive", "    action: receive,")], "receive,", "bad-value", "ends with ',', which is part of the text; remove"),
    "a semicolon at the end of a line": ([("    protocol: wss", "    protocol: wss;")], "wss;", "bad-value", "ends with ';'"),
    "yes for true": ([("x-ack: {type: boolean}", "x-ack: {type: boolean}\n        deprecated: yes")], "deprecated: yes", "wrong-type", "YAML 1.2 reads 'yes' as text: write true"),
    "no for false": ([("          required: [tea]", "          required: [tea]\n          additionalProperties: no")], "additionalProperties: no", "invalid-schema", "YAML 1.2 reads 'no' as text: write false"),
    "On for true": ([("x-ack: {type: boolean}", "x-ack: {type: array, uniqueItems: On}")], "uniqueItems: On", "invalid-schema", "write true"),
    "// behind a plain text": ([("    action: receive", "    action: receive // from clients")], "// from", "bad-value", "comments start with '#'"),
    "// behind a type": ([("          type: object", "          type: object // an order")], "// an order", "bad-value", "comments start with '#'"),
    "// behind a number": ([("x-ack: {type: boolean}", "x-ack:\n          type: string\n          minLength: 1 // a word")], "// a word", "bad-value", "comments start with '#'"),
    "# without a blank": ([("    protocol: wss", "    protocol: wss# encrypted")], "wss#", "bad-value", "comments start with '#'"),
    "the version as a number": ([("asyncapi: 3.1.0", "asyncapi: 3.1")], "asyncapi: 3.1", "unsupported-version", "write '3.1.0'"),
    "the old version as a number": ([("asyncapi: 3.1.0", "asyncapi: 3.0")], "asyncapi: 3.0", "unsupported-version", "write '3.0.0'"),
    "the version as a whole number": ([("asyncapi: 3.1.0", "asyncapi: 3")], "asyncapi: 3", "unsupported-version", "write '3.1.0'"),
    "the version in two parts": ([("asyncapi: 3.1.0", "asyncapi: '3.1'")], "asyncapi: '3.1'", "unsupported-version", "write '3.1.0'"),
    "the version with a v": ([("asyncapi: 3.1.0", "asyncapi: v3.1.0")], "asyncapi: v3", "unsupported-version", "write '3.1.0'"),
    "the version in other case": ([("asyncapi: 3.1.0", "asyncAPI: 3.1.0")], "asyncAPI: 3", "unsupported-version", "write 'asyncapi'"),
    "the version of OpenAPI": ([("asyncapi: 3.1.0", "openapi: 3.1.0")], "openapi: 3.1.0", "unsupported-version", "write 'asyncapi: 3.1.0'"),
    "a version of AsyncAPI 2 as a number": ([("asyncapi: 3.1.0", "asyncapi: 2.6")], "asyncapi: 2.6", "unsupported-version", "asyncapi-guard upgrade"),
    "the version of the document as a number": ([("  version: 1.2.0", "  version: 1.0")], "version: 1.0", "wrong-type", "put it in quotes"),
    "the version of the document as a whole number": ([("  version: 1.2.0", "  version: 2")], "version: 2", "wrong-type", "put it in quotes"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("replaced", "at", "code", "advice"), OTHER_YAML.values(), ids=list(OTHER_YAML)
)
def test_yaml_that_means_something_else(folder, replaced, at, code, advice):
    """One error says what the text means to YAML, and what to write."""
    text = written(*replaced)
    (finding,) = found(folder, text)
    assert (finding.code, finding.severity) == (code, "error")
    assert at in text.split("\n")[finding.line - 1], finding
    assert advice in finding.message


def test_a_slip_in_another_file(folder):
    """It is found there, and explains what is wrong there."""
    folder.write("cups.yml", "Cups:\n  $ref: #/Cup\nCup: {type: integer}\n")
    text = written(("payload: {type: string}", "payload: {$ref: 'cups.yml#/Cups'}"))
    (finding,) = found(folder, text)
    assert (finding.file.rpartition("/")[2], finding.line) == ("cups.yml", 2)
    assert "put the reference in quotes: $ref: '#/Cup'" in finding.message


RIGHT_YAML = {
    "a date": [("  version: 1.2.0", "  version: 2026-01-31")],
    "yes as a text": [("title: Tea house", "title: yes")],
    "yes and no as values": [("        payload: {type: string}", "        payload: {enum: [yes, no, on, off], type: string}")],
    "anchors and merges": [("x-ack: {type: boolean}", "x-ack: &ack {type: boolean}"), ("        payload: {type: string}", "        payload: *ack")],
    "colons in keys and values of data": [("        payload: {type: string}", "        payload: {type: object, properties: {'urn:a': {type: string, default: 'type:x'}}}")],
    "keys without values in data": [("        payload: {type: string}", "        payload: {type: object, default: {a:b}}")],
    "keys without values in an extension": [("      served:\n", "      served:\n        x-tags: {a:b, c:d}\n")],
    "a port": [("    host: tea.example.com", "    host: host:5000")],
    "slashes in a text": [("description: Orders and tables", "description: Orders // and tables")],
    "a comment behind a null": [("    address: /tea", "    address: /tea # null")],
    "typographic quotes in a text": [("title: Tea house", "title: “Tea” and “coffee”")],
    "# in a text": [("title: Tea house", "title: Tea#house")],
}  # fmt: skip


@pytest.mark.parametrize("replaced", RIGHT_YAML.values(), ids=list(RIGHT_YAML))
def test_yaml_that_means_what_it_says(folder, replaced):
    """What only looks like a slip is none."""
    assert found(folder, written(*replaced)) == ()


def test_a_byte_order_mark_is_no_mistake(folder):
    """Editors of Windows write one."""
    assert lint(folder.path / "asyncapi.yml", raw=b"\xef\xbb\xbf" + GOOD.encode()) == ()


JSON = '{\n "asyncapi": "3.1.0",\n "info": {"title": "T", "version": "1"}\n}\n'
NO_JSON = {
    "// as a comment": ('T",', 'T", // the title\n  ', 3, "JSON has no comments: remove it"),
    "/* as a comment": ('{\n "asyncapi"', '{\n /* AsyncAPI */\n "asyncapi"', 2, "JSON has no comments: remove it"),
    "# as a comment": ('{\n "asyncapi"', '{\n # AsyncAPI\n "asyncapi"', 2, "JSON has no comments: remove it"),
    "a comma at the end of an object": ('"1"}', '"1",}', 3, "JSON does not allow a ',' before the closing '}'"),
    "a comma at the end": ('"1"}\n', '"1"},\n', 3, "JSON does not allow a ',' before the closing '}'"),
    "a comma that is missing": ('"3.1.0",', '"3.1.0"', 3, "a ','"),
    "single quotes": ('"T"', "'T'", 3, "double quotes"),
    "a key without quotes": ('"info"', "info", 3, "a key in double quotes"),
    "a backslash": ('"T"', '"\\d"', 3, "write the backslash twice"),
    "a brace that is not closed": ('"1"}\n}', '"1"}\n', 5, "is not closed"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "advice"), NO_JSON.values(), ids=list(NO_JSON))
def test_what_is_no_json(folder, old, new, line, advice):
    """A file that is called JSON is held to JSON, and its fault has its line."""
    assert old in JSON
    (finding,) = found(folder, JSON.replace(old, new), "asyncapi.json")
    assert (finding.code, finding.line) == ("unreadable", line)
    assert advice in finding.message
