"""Rules about the form of a document: files, references, objects, fields, types."""

from asyncapi_guard.errors import Severity
from asyncapi_guard.lint.rule import group

__all__ = ["RULES"]

_error = group("Structure", Severity.ERROR)
_warning = group("Structure", Severity.WARNING)

RULES = (
    _error(
        "unreadable",
        "A file is YAML 1.2 or JSON.",
        """
        Keys are strings and stand once in a mapping, tags are those of YAML's JSON
        schema, and there are limits on size, depth and aliases. A second key of the same name would
        silently replace the first: that is how half of a document disappears.
        """,
        """
        info: {title: Chat, version: 1.0.0}
        channels: {chat: {address: /chat}}
        channels: {news: {address: /news}}
        """,
        """
        info: {title: Chat, version: 1.0.0}
        channels: {chat: {address: /chat}, news: {address: /news}}
        """,
    ),
    _error(
        "unsupported-version",
        "`asyncapi` is a version that is known: 3.0 or 3.1.",
        """
        The version is a string of three numbers; the last of them never matters. Documents of
        AsyncAPI 2 are built otherwise: `asyncapi-guard upgrade` converts them.
        """,
        "asyncapi: 3.1",
        "asyncapi: 3.1.0",
    ),
    _error(
        "unresolvable-reference",
        "A `$ref` leads to something.",
        """
        A reference is a JSON Pointer into a file: `#/components/schemas/User`, or
        `./user.yml#/User`. It may not leave the folder of the document (see `--root`), go over http
        (see `--allow-http`), or lead in a circle and never arrive.
        """,
        """
        channels:
          chat:
            messages: {say: {$ref: '#/components/messages/Say'}}
        """,
        """
        channels:
          chat:
            messages: {say: {$ref: '#/components/messages/Say'}}
        components:
          messages: {Say: {payload: {type: string}}}
        """,
    ),
    _error(
        "wrong-kind",
        "A `$ref` leads to an object of the wanted kind.",
        """
        Where a message is wanted, a reference must not lead to a channel, a schema, or a whole map
        of messages, even if what stands there happens to look alike.
        """,
        """
        channels:
          chat:
            messages: {say: {$ref: '#/components/schemas/Say'}}
        components:
          schemas: {Say: {title: Say}}
        """,
        """
        channels:
          chat:
            messages: {say: {payload: {$ref: '#/components/schemas/Say'}}}
        components:
          schemas: {Say: {title: Say}}
        """,
    ),
    _error(
        "missing-field",
        "A required field is there.",
        """
        The specification marks these fields REQUIRED; without them the object says nothing that a
        tool could use.
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _error(
        "unknown-field",
        "An object has fields of the specification, and `x-` extensions.",
        """
        An unknown field is almost always a typo, or belongs to another version or object. No tool
        reads it. Your own fields begin with `x-`.
        """,
        "channels: {chat: {adress: /chat}}",
        "channels: {chat: {address: /chat}}",
    ),
    _error(
        "wrong-type",
        "A field is of its type.",
        """
        Most often a number or a boolean stands where a string belongs, because YAML reads `1.0` as
        a number: write it in quotes.
        """,
        "info: {title: Chat, version: 1.0}",
        "info: {title: Chat, version: '1.0'}",
    ),
    _error(
        "bad-value",
        "A field that has a fixed set of values has one of them.",
        "The values are case-sensitive: `receive`, not `Receive`.",
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: Receive, channel: {$ref: '#/channels/chat'}}
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _error(
        "bad-format",
        "URLs are absolute, e-mail addresses, media types and expressions are well-formed.",
        """
        `url` and `termsOfService` are absolute URLs, `id` is a URI, `contentType` a specific media
        type without wildcards, and `location` a runtime expression such as
        `$message.payload#/user/id`.
        """,
        "info: {title: Chat, version: 1.0.0, termsOfService: /terms}",
        "info: {title: Chat, version: 1.0.0, termsOfService: 'https://example.com/terms'}",
    ),
    _error(
        "bad-key",
        "Names of servers, parameters and components have letters, digits, `-`, `_` (and `.`).",
        """
        Names of channels, operations and messages are free. These are not: the specification gives
        them a pattern (`.` is for components alone).
        """,
        "components: {schemas: {'chat message': {type: string}}}",
        "components: {schemas: {chat_message: {type: string}}}",
    ),
    _error(
        "bad-extension-name",
        "The name of an extension is `x-` with letters, digits, `.`, `-` and `_`.",
        "With other characters the field is neither an extension nor one of the specification.",
        "info: {title: Chat, version: 1.0.0, 'x-our team': chat}",
        "info: {title: Chat, version: 1.0.0, x-our-team: chat}",
    ),
    _error(
        "reference-forbidden",
        "References stand only where the specification allows them.",
        """
        Info, message examples, OAuth flows and whole maps are written where they belong. What is
        *in* a map may be a reference.
        """,
        """
        channels: {$ref: '#/components/channels'}
        components: {channels: {chat: {address: /chat}}}
        """,
        """
        channels: {chat: {$ref: '#/components/channels/chat'}}
        components: {channels: {chat: {address: /chat}}}
        """,
    ),
    _error(
        "reference-required",
        "Some places take references only.",
        """
        The channel of an operation, the messages that it lists, and the servers of a channel are
        written in their own places, and referred to here.
        """,
        """
        operations:
          say: {action: receive, channel: {address: /chat}}
        """,
        """
        channels: {chat: {address: /chat}}
        operations:
          say: {action: receive, channel: {$ref: '#/channels/chat'}}
        """,
    ),
    _error(
        "equal-items",
        "Items of tags, of a channel's servers and of a variable's `enum` differ.",
        "These lists are sets: an item that stands twice says nothing new.",
        "info: {title: Chat, version: 1.0.0, tags: [{name: chat}, {name: chat}]}",
        "info: {title: Chat, version: 1.0.0, tags: [{name: chat}, {name: beta}]}",
    ),
    _warning(
        "ref-siblings",
        "Nothing stands beside a `$ref`.",
        """
        Whatever stands beside a `$ref` is ignored, in Reference Objects and in schemas of the
        AsyncAPI dialect alike: a `maxLength` there limits nothing. In a schema, write both into an
        `allOf`. (From JSON Schema 2019-09 on, siblings count.)
        """,
        """
        components:
          schemas:
            Name: {type: string}
            Nick: {$ref: '#/components/schemas/Name', maxLength: 9}
        """,
        """
        components:
          schemas:
            Name: {type: string}
            Nick: {allOf: [{$ref: '#/components/schemas/Name'}, {maxLength: 9}]}
        """,
    ),
    _warning(
        "unused-component",
        "Something refers to each component.",
        """
        Components are a shelf: what nothing refers to has no effect. It may be left over from an
        edit, or a reference has a typo.
        """,
        """
        components: {schemas: {Say: {type: string}}}
        """,
        """
        channels:
          chat:
            messages: {say: {payload: {$ref: '#/components/schemas/Say'}}}
        components: {schemas: {Say: {type: string}}}
        """,
    ),
    _error(
        "too-many-findings",
        "There are fewer than 5,000 findings.",
        """
        After so many the linter ends: nobody reads more. Mend what was found, and look again.
        """,
        "# A document with 5,000 findings.",
        "# Any other document.",
    ),
    _warning(
        "bad-comment",
        "A `# guard:` comment names rules that there are.",
        """
        `# guard: ignore[CODE]` at the end of a line silences a rule there, and
        `# guard: ignore-file[CODE]` in the whole file. A comment without a code, or with one that
        does not exist, silences nothing.
        """,
        "info: {title: Chat, version: 1.0.0}  # guard: ignore[unknown-feild]",
        "info: {title: Chat, version: 1.0.0, adress: /}  # guard: ignore[unknown-field]",
    ),
    _warning(
        "unused-ignore",
        "A `# guard: ignore` comment silences something.",
        "What it silenced was mended: remove the comment, lest it hide the next fault.",
        "info: {title: Chat, version: 1.0.0}  # guard: ignore[unknown-field]",
        "info: {title: Chat, version: 1.0.0}",
    ),
)
