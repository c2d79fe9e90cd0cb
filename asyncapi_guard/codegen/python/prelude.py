"""What every generated module, or the common one of a package, has besides its models.

It needs nothing of us: generated code runs where only the models' own library is installed.
"""

from __future__ import annotations

from asyncapi_guard.codegen.python.python_source import Import

__all__ = ["HELPERS", "NAMES", "READS", "imports", "prelude"]

#: What is defined here, and may be no model's name.
NAMES = ("Emitter", "EventForm", "EventModels", "ModelsSource", "EVENTS", "SOURCE")
#: What helpers of a package's modules take from its common one.
HELPERS = ("_wire", "_called", "_answered")
#: Styles whose library makes instances of what a client answers.
READS = frozenset(("pydantic", "msgspec"))

_COMMON = '''\
class ModelsSource(NamedTuple):
    """The document of the models, relative to this file, and where in it each model stands.

    `digest` is that of the document: where it is another one by now, the models are out of date.
    """

    file: str
    schemas: dict[Any, str]
    digest: str = ""


class EventForm(NamedTuple):
    """What the arguments of an event, or the values of an ack, may be.

    `kind` is the type of all together, `args` of each one, `rest` of any further ones (`None`:
    there are none). `required` says how many must be there, `message` where the document says so.
    """

    kind: Any
    args: tuple[Any, ...]
    required: int
    rest: Any
    message: str


class EventModels(NamedTuple):
    """The alternatives for an event's arguments, and for its ack; exactly one fits."""

    payloads: tuple[EventForm, ...]
    acks: tuple[EventForm, ...]


class Emitter(Protocol):
    """A SocketIO of Flask-SocketIO, an AsyncAPISocketIO, a Server of python-socketio."""

    def emit(self, event: str, *args: Any, **kwargs: Any) -> Any: ...

    def call(self, event: str, *args: Any, **kwargs: Any) -> Any: ...'''

_WIRE = {
    "pydantic": '''\
def _wire(value: Any) -> Any:
    """Plain data by the document's names, of what is set; bytes stay bytes."""
    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True, exclude_unset=True)
    if isinstance(value, dict):
        return {key: _wire(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_wire(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bytes, bytearray)):
        return value
    return to_jsonable_python(value)''',
    "dataclass": '''\
def _names(kind: type) -> dict[str, str]:
    """The properties of a class's fields that are called otherwise; its module has them."""
    found: dict[type, dict[str, str]] = getattr(modules.get(kind.__module__), "_NAMES", {})
    return found.get(kind, {})


def _wire(value: Any) -> Any:
    """Plain data by the document's names; a property that is `None` by default is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        names = {k: v for kind in type(value).__mro__ for k, v in _names(kind).items()}
        return {
            names.get(each.name, each.name): _wire(getattr(value, each.name))
            for each in fields(value)
            if each.default is not None or getattr(value, each.name) is not None
        }
    if isinstance(value, dict):
        return {key: _wire(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_wire(item) for item in value]
    return value''',
    "typeddict": '''\
def _wire(value: Any) -> Any:
    """Plain data, which it is; a tuple would be several arguments."""
    return list(value) if isinstance(value, tuple) else value''',
    "msgspec": '''\
def _wire(value: Any) -> Any:
    """Plain data by the document's names; bytes stay bytes."""
    return to_builtins(value, builtin_types=(bytes, bytearray))''',
}

_READ = {
    "pydantic": """\
def _read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)""",
    "msgspec": '''\
def _read(kind: Any, value: Any) -> Any:
    """An instance; of several Structs, which msgspec does not tell apart, the first that fits."""
    try:
        return convert(value, kind)
    except TypeError:
        if not isinstance(kind, UnionType):
            raise
    problem: Exception = ValueError("no type fits")
    for each in get_args(kind):
        try:
            return _read(each, value)
        except ValueError as error:
            problem = error
    raise problem''',
}
_PROBLEMS = {"pydantic": "ValidationError", "msgspec": "ValueError"}
_ANSWER = '''\
def _answer(forms: tuple[EventForm, ...], values: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a client answered, as the first form takes it that does."""
    problem: Exception = ValueError("the client answered with another number of values")
    for form in forms:
        kinds = [*form.args, *[form.rest] * (len(values) - len(form.args))]
        if len(values) < form.required or (len(values) > len(form.args) and form.rest is None):
            continue
        try:
            return tuple(map(_read, kinds, values))
        except {error} as error:
            problem = error
    raise problem'''
_PASSED = '''\
def _answer(forms: tuple[EventForm, ...], values: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a client answered, as it is: nothing here makes instances of it."""
    return values'''
_CALLED = '''\
def _called(forms: tuple[EventForm, ...], value: Any) -> Any:
    """What `call` gave for the values of an ack: nothing, one, or a tuple of several."""
    nothing = value is None and any(not form.args and form.rest is None for form in forms)
    values = () if nothing else value if isinstance(value, tuple) else (value,)
    found = _answer(forms, values)
    return found if len(found) > 1 else found[0] if found else None


def _answered(
    forms: tuple[EventForm, ...], callback: Callable[..., object] | None
) -> Callable[..., object] | None:
    """A callback that gets what its types say."""
    if callback is None:
        return None
    told = callback
    return lambda *values: told(*_answer(forms, values))'''

_ALWAYS = {
    "typing": ("Any", "NamedTuple", "Protocol", "TypeAlias", "overload"),
    "collections.abc": ("Callable",),
}
_BY_STYLE: dict[str, dict[str, tuple[str, ...]]] = {
    "pydantic": {
        "pydantic": ("BaseModel", "TypeAdapter"),
        "pydantic_core": ("ValidationError", "to_jsonable_python"),
    },
    "dataclass": {"dataclasses": ("fields", "is_dataclass"), "sys": ("modules",)},
    "typeddict": {},
    "msgspec": {
        "msgspec": ("convert", "to_builtins"),
        "types": ("UnionType",),
        "typing": ("get_args",),
    },
}


def imports(style: str) -> list[Import]:
    """What generated code may need, besides what the library imports."""
    modules = (*_ALWAYS.items(), *_BY_STYLE[style].items())
    return [Import(module, name, name) for module, names in modules for name in names]


def prelude(style: str, *, emits: bool, answers: bool) -> list[str]:
    """Its definitions, as far as they are needed.

    Args:
        style: what models are.
        emits: events are sent.
        answers: acks to them are declared.
    """
    blocks = [_COMMON]
    if emits:
        blocks.append(_WIRE[style])
    if answers and style in READS:
        blocks += [_READ[style], _ANSWER.replace("{error}", _PROBLEMS[style])]
    elif answers:
        blocks.append(_PASSED)
    if answers:
        blocks.append(_CALLED)
    return blocks
