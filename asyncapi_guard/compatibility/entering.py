"""How clients enter one namespace, in two versions: the request, the auth value, credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncapi_guard.compatibility.changes import Area, Change, Direction, Kind, Level
from asyncapi_guard.compatibility.events import judge_of
from asyncapi_guard.compatibility.judged_values import Slot, compare_judges
from asyncapi_guard.compatibility.judges import ANYTHING, Judge
from asyncapi_guard.compatibility.requirements import compare_requirements
from asyncapi_guard.contract import header_key
from asyncapi_guard.schema.compiled import CompiledSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncapi_guard.compatibility.judged_values import Budget
    from asyncapi_guard.contract import TextSchema
    from asyncapi_guard.guard.plans import Plan
    from asyncapi_guard.violations import Problem

__all__ = ["compare_entrances"]


def compare_entrances(namespace: str, old: Plan, new: Plan, budget: Budget) -> Iterator[Change]:
    """The changes of what clients must show to enter a namespace, and to send events in it."""
    before = judge_of(old.connect, namespace) if old.connect is not None else ANYTHING
    after = judge_of(new.connect, namespace) if new.connect is not None else ANYTHING
    slot = Slot(
        Direction.TO_SERVER, Area.CONNECT, namespace, "connect", f"the auth data of {namespace}"
    )
    yield from compare_judges(slot, before, after, budget)
    yield from _requests(namespace, old, new, budget)
    yield from _security(namespace, old, new)


def _security(namespace: str, old: Plan, new: Plan) -> Iterator[Change]:
    for event in ("connect", *dict.fromkeys([*old.receive, *new.receive])):
        required = old.entrance.connects, new.entrance.connects
        if event == "connect":
            before, after = old.entrance.own_connects, new.entrance.own_connects
            text = f"to connect to namespace {namespace}"
        elif event in old.receive and event in new.receive:
            before, after = (tuple(each.entrance.of_event(event, None)) for each in (old, new))
            text = f"to send {event}"
        else:
            continue
        change = Change(
            Level.COMPATIBLE, Direction.TO_SERVER, Area.SECURITY, text, namespace, event,
            old=_place(old, event), new=_place(new, event), kind=Kind.OTHER,
        )  # fmt: skip
        schemes = [[each.schemes for each in several] for several in (before, after, *required)]
        yield from compare_requirements(
            schemes[0], schemes[1], change, shown=(schemes[2], schemes[3])
        )


def _place(plan: Plan, event: str) -> str:
    rule = plan.connect if event == "connect" else plan.receive.get(event)
    return rule.offers[0].message.location if rule is not None and rule.offers else ""


def _requests(namespace: str, old: Plan, new: Plan, budget: Budget) -> Iterator[Change]:
    """The changes of the query and of the headers of the request."""
    for part in ("query", "headers"):
        before, after = (_judge_of_text(each.handshake.schemas(part), part) for each in (old, new))
        if part == "headers" and before.schemas != after.schemas:
            before, after = _in_one_case(before), _in_one_case(after)
        name = {"query": "the query", "headers": "the headers"}[part]
        slot = Slot(
            Direction.TO_SERVER, Area.BINDING, namespace, "", f"{name} of the request to connect"
        )
        yield from compare_judges(slot, before, after, budget)


def _judge_of_text(schemas: Sequence[TextSchema], part: str) -> Judge:
    """What schemas of text say, all of them, of one object of values."""
    if not schemas:
        return ANYTHING

    def accepts(args: Sequence[Any]) -> bool:
        return not problems(args)

    def problems(args: Sequence[Any]) -> tuple[Problem, ...]:
        texts = _as_texts(args, header_key if part == "headers" else str)
        if texts is None:
            return ()  # it cannot be in a request
        explained = (schema.explain(texts) for schema in schemas)
        return next((each.problems for each in explained if each is not None), ())

    several = [each.schema for each in schemas]
    return Judge(several, accepts, problems, several[0].location, together=len(several) > 1)


def _in_one_case(judge: Judge) -> Judge:
    """The same with schemas whose names of headers are written in one way."""
    schemas = [
        each.part(each.location, _renamed(each.bundle.root))
        if isinstance(each, CompiledSchema)
        else each
        for each in judge.schemas
    ]
    return replace(judge, schemas=schemas)


def _renamed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    renamed = dict(schema)
    if isinstance(schema.get("properties"), dict):
        named = schema["properties"].items()
        renamed["properties"] = {header_key(name): below for name, below in named}
    if isinstance(schema.get("required"), list):
        renamed["required"] = [header_key(name) for name in schema["required"]]
    for keyword in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(keyword), list):
            renamed[keyword] = [_renamed(each) for each in schema[keyword]]
    return renamed


def _as_texts(args: Sequence[Any], key: Callable[[str], str]) -> dict[str, list[str]] | None:
    """Values as a request has them; `None` where it cannot."""
    if len(args) != 1 or not isinstance(args[0], dict):
        return None
    found: dict[str, list[str]] = {}
    for name, value in args[0].items():
        several = value if isinstance(value, list) else [value]
        texts = [_text(each) for each in several]
        if any(each is None for each in texts):
            return None
        found[key(name)] = [each for each in texts if each is not None]
    return found


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return value if isinstance(value, str) else None
