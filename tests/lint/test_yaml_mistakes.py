"""What people write who mean YAML: each mistake is one finding, at its line, with what to do."""

# ruff: noqa: E501  # the cases are tables, one to a line
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
    "// behind brackets": ([("pattern: '^[a-z]+$'}", "pattern: '^[a-z]+$'} // name")], "// name", "comments begin with '#'"),
    "// behind a quoted text": ([("              $ref: '#/components/schemas/Cups'", "              $ref: '#/components/schemas/Cups' // number")], "// number", "comments begin with '#'"),
    "// on a line of its own": ([("    address: /tea\n", "    // where it is\n    address: /tea\n")], "// where", "comments begin with '#'"),
    "// above everything": ([("asyncapi: 3.1.0\n", "// the tea house\nasyncapi: 3.1.0\n")], "// the tea", "comments begin with '#'"),
    "// at the end of a mapping": ([("    protocol: wss\n", "    protocol: wss\n    // encrypted\n")], "// encrypted", "comments begin with '#'"),
    "/* */ on a line of its own": ([("    address: /tea\n", "    /* where it is */\n    address: /tea\n")], "/* where", "comments begin with '#'"),
    "/* */ behind brackets": ([("x-ack: {type: boolean}", "x-ack: {type: boolean} /* done */")], "/* done", "comments begin with '#'"),
    "-- on a line of its own": ([("    address: /tea\n", "    -- where it is\n    address: /tea\n")], "-- where", "comments begin with '#'"),
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
    "an unquoted reference in brackets": ([("channel: {$ref: '#/channels/tea'}", "channel: {$ref: #/channels/tea}")], "{$ref: #/channels/tea}", "# begins a comment; put the reference in quotes: $ref: '#/channels/tea'"),
    "an unquoted reference in a list in brackets": ([("[{$ref: '#/channels/tea/messages/served'}]", "[{$ref: #/channels/tea/messages/served}]")], "[{$ref: #/", "# begins a comment; put the reference in quotes"),
    "an unquoted reference in brackets as payload": ([("served:\n        payload: {type: string}", "served:\n        payload: {$ref: #/components/schemas/Cups}")], "payload: {$ref: #", "# begins a comment; put the reference in quotes"),
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
    "a key that stands twice": ([("    protocol: wss\n", "    protocol: wss\n    host: tea.example.org\n")], "tea.example.org", "stands twice, first on line 8"),
    "a message that stands twice": ([("      served:\n", "      order: {payload: {type: string}}\n      served:\n")], "order: {payload", "stands twice"),
    "a list further to the left than its key": ([("      - $ref: '#/channels/tea/messages/order'", "  - $ref: '#/channels/tea/messages/order'")], "- $ref", "begins further to the left or right"),
    "a list whose items begin differently": ([("      - $ref: '#/channels/tea/messages/order'", "      - $ref: '#/channels/tea/messages/order'\n       - $ref: '#/channels/tea/messages/served'\n     - $ref: '#/channels/tea/messages/served'")], "       - $ref: '#/channels/tea/messages/served'", "further to the left or right"),
    "a list behind its key": ([("    messages:\n      - $ref: '#/channels/tea/messages/order'", "    messages: - $ref: '#/channels/tea/messages/order'")], "messages: - $ref", "a list cannot begin here"),
    "a key further to the right": ([("    protocol: wss", "     protocol: wss")], "protocol: wss", "too far to the right"),
    "a key further to the left": ([("    protocol: wss", "   protocol: wss")], "protocol: wss", "further to the left"),
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
