"""The code that every generated module, or a package's common one, has besides its models.

It needs nothing of us: generated code runs where only the models' own library is installed.
"""

from __future__ import annotations

from asyncapi_guard.codegen.python.python_source import Import

__all__ = ["HELPERS", "NAMES", "READS", "imports", "prelude"]

#: What is defined here, and may be no model's name.
NAMES = (
    *("AsyncClientSocket", "AsyncEmitter", "ClientSocket", "Emitter", "EventForm", "EventModels"),
    *("ModelsSource", "Registrar", "EVENTS", "SOURCE"),
)
#: What code of a package's modules takes from its common one.
HELPERS = (
    *("_answered", "_answered_async", "_awaited", "_called", "_done", "_hear", "_of", "_register"),
    "_wire",
)
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
    acks: tuple[EventForm, ...]'''

_SENDS = '''\
class Emitter(Protocol):
    """A SocketIO of Flask-SocketIO, an AsyncAPISocketIO, a Server of python-socketio."""

    def emit(self, event: str, *args: Any, **kwargs: Any) -> None: ...

    def call(self, event: str, *args: Any, **kwargs: Any) -> Any: ...


class AsyncEmitter(Protocol):
    """An AsyncServer of python-socketio."""

    def emit(self, event: str, *args: Any, **kwargs: Any) -> Awaitable[Any]: ...

    def call(self, event: str, *args: Any, **kwargs: Any) -> Awaitable[Any]: ...


def _of(socketio: Any) -> Any:
    """A server; one that follows models is told that its events are of this document."""
    follow = getattr(socketio, "use_models", None)
    if follow is not None:
        follow(__name__)
    return socketio'''
_GIVES = '''\
def _done(given: Any) -> Any:
    """What a server or a client with threads gave."""
    if isawaitable(given):
        if iscoroutine(given):
            given.close()
        raise TypeError(
            "nothing was sent, for this is asynchronous: await the function that ends in _async, "
            "or use an AsyncClient"
        )
    return given


async def _awaited(given: Any) -> Any:
    """What an asynchronous server or client gave."""
    if not isawaitable(given):
        raise TypeError(
            "this is not asynchronous: call the function that does not end in _async, or use a "
            "Client"
        )
    return await given'''
_REGISTERS = '''\
class Registrar(Protocol):
    """A SocketIO of Flask-SocketIO, an AsyncAPISocketIO, a server of python-socketio."""

    def on(self, event: str, /, *args: Any, **kwargs: Any) -> Any: ...


def _register(
    socketio: Any,
    namespace: str,
    methods: dict[str, tuple[Callable[..., object], tuple[EventForm, ...]]],
) -> None:
    """Register handlers of a namespace; what makes instances by itself gets them as they are."""
    for event, (method, forms) in methods.items():
        if iscoroutinefunction(method) and not iscoroutinefunction(socketio.emit):
            raise TypeError(f"the handler of {event!r} is a coroutine function: nobody awaits it")
        if hasattr(socketio, "use_models"):
            hints = bool(getattr(method, "__annotations__", None)) or None
            socketio.on(event, namespace=namespace, get_from_typehint=hints)(method)
        elif hasattr(socketio, "on_event"):
            socketio.on_event(event, _reading(method, forms, event, 0), namespace=namespace)
        else:
            before = 2 if event == "connect" else 1
            socketio.on(event, _reading(method, forms, event, before), namespace=namespace)
    _of(socketio)'''
_READING = '''\
def _reading(
    handler: Callable[..., Any], forms: tuple[EventForm, ...], event: str, before: int
) -> Callable[..., Any]:
    """A handler that gets instances, after what the server puts before them, and returns data."""

    def read(args: tuple[Any, ...]) -> tuple[Any, ...]:
        values = args[before:]
        if event in ("connect", "disconnect"):  # there may be no auth, and no reason
            if all(form.rest is None for form in forms):
                values = values[: max(len(form.args) for form in forms)]
            if values == (None,) and any(not form.required for form in forms):
                values = ()
        try:
            return (*args[:before], *_answer(forms, values))
        except Exception as error:
            if event == "connect":
                raise ConnectionRefusedError("the auth is not what the document says") from error
            raise

    @wraps(handler)
    def call(*args: Any) -> Any:
        return _returned(handler(*read(args)))

    @wraps(handler)
    async def call_async(*args: Any) -> Any:
        return _returned(await handler(*read(args)))

    return call_async if iscoroutinefunction(handler) else call


def _returned(value: Any) -> Any:
    """The values of an ack: a tuple is several."""
    return tuple(map(_wire, value)) if isinstance(value, tuple) else _wire(value)'''
_HEARS = '''\
class ClientSocket(Protocol):
    """A Client of python-socketio."""

    def emit(self, event: str, *args: Any, **kwargs: Any) -> None: ...

    def call(self, event: str, *args: Any, **kwargs: Any) -> Any: ...

    def on(self, event: str, /, *args: Any, **kwargs: Any) -> Any: ...


class AsyncClientSocket(Protocol):
    """An AsyncClient of python-socketio."""

    def emit(self, event: str, *args: Any, **kwargs: Any) -> Awaitable[Any]: ...

    def call(self, event: str, *args: Any, **kwargs: Any) -> Awaitable[Any]: ...

    def on(self, event: str, /, *args: Any, **kwargs: Any) -> Any: ...'''
_HEAR = '''\
def _hear(
    socketio: Any,
    namespace: str,
    event: str,
    handler: Callable[..., Any],
    forms: tuple[EventForm, ...],
) -> None:
    """Register a handler for an event of the server."""
    if iscoroutinefunction(handler) and not iscoroutinefunction(socketio.emit):
        raise TypeError(f"what hears {event!r} is a coroutine function: nobody awaits it")
    socketio.on(event, _reading(handler, forms, event, 0), namespace=namespace)'''

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
        known = {each.name: each.default for each in fields(value)}
        return {
            names.get(name, name): _wire(item)
            for name, item in vars(value).items()  # those that are not listed, too
            if item is not None or known.get(name, ...) is not None
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
            return value  # such as a list of itself, which msgspec does not know
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
    return lambda *values: told(*_answer(forms, values))


def _answered_async(
    forms: tuple[EventForm, ...], callback: Callable[..., object] | None
) -> Callable[..., object] | None:
    """The same, of a callback that may be a coroutine function."""
    if callback is None:
        return None
    told = callback

    async def call(*values: Any) -> object:
        given = told(*_answer(forms, values))
        return await given if isawaitable(given) else given

    return call'''

_ALWAYS = {
    "typing": ("Any", "NamedTuple", "Protocol", "TypeAlias", "overload"),
    "collections.abc": ("Awaitable", "Callable"),
    "functools": ("wraps",),
    "inspect": ("isawaitable", "iscoroutine", "iscoroutinefunction"),
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


def prelude(style: str, *, received: bool, sent: bool, answered: bool) -> list[str]:
    """Its definitions, as far as they are needed.

    Args:
        style: what models are.
        received: events are received: they have handlers, and clients send them.
        sent: events are sent: they have helpers, and clients hear them.
        answered: acks are declared.
    """
    blocks = [_COMMON]
    if not received and not sent:
        return blocks
    if received:
        blocks.append(_REGISTERS)
    blocks += [_SENDS, _GIVES, _HEARS, _WIRE[style], _READING, *_answers(style)]
    if sent:
        blocks.append(_HEAR)
    if answered:
        blocks.append(_CALLED)
    return blocks


def _answers(style: str) -> list[str]:
    """What makes instances of values, if anything does."""
    if style in READS:
        return [_READ[style], _ANSWER.replace("{error}", _PROBLEMS[style])]
    return [_PASSED]
