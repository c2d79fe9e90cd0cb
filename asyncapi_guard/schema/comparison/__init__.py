"""Whether two JSON Schemas accept the same values, as far as their structure shows.

Each schema is read as alternatives: flat maps of keywords, of one type each, in which only what
judges is left. `type: [string, 'null']` and `anyOf: [{type: string}, {type: 'null'}]` are the same
two alternatives, a `const` is an `enum` of one, `additionalItems: false` is a `maxItems`; titles,
descriptions, defaults, unknown formats, extensions and every order are gone. Two schemas are the
same when their alternatives match one to one.

Equal means equal. Different may be two ways of saying the same that this does not see through; so
a difference says where and how, and people judge. It also says which side may accept what the
other refuses: where only one is named, the other accepts nothing more there. Recursion is followed
with the assumption that what is being compared further up is the same.

    compared_schema.py   a schema, and what its references lead to
    keywords.py          what the keywords judge: tables
    flat_schemas.py      flat schemas              alternatives.py   a schema as several of them
    exclusive.py         where `oneOf` is `anyOf`
    comparing.py         two schemas               wording.py        how a difference is said
    contradictions.py    where types exclude each other
"""

from asyncapi_guard.schema.comparison.comparing import Difference, differences, is_anything
from asyncapi_guard.schema.comparison.contradictions import argument_counts, contradictions

__all__ = ["Difference", "argument_counts", "contradictions", "differences", "is_anything"]
