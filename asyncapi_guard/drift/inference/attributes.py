"""What attributes and items stand for: of modules, classes, instances and displays."""

from __future__ import annotations

import ast
import functools
import inspect
from contextlib import suppress
from dataclasses import replace
from enum import Enum, EnumMeta
from types import FunctionType, MappingProxyType, MemberDescriptorType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import flask
import flask_socketio
from socketio.base_client import BaseClient
from socketio.base_namespace import BaseClientNamespace, BaseNamespace
from socketio.base_server import BaseServer
from socketio.client import Client
from socketio.server import Server
from werkzeug.local import LocalProxy

from asyncapi_guard.drift.inference.emitters import METHODS, emits, is_likely
from asyncapi_guard.drift.inference.parameters import Parameters
from asyncapi_guard.drift.python_source import starred
from asyncapi_guard.drift.values import (
    Chain,
    Code,
    Display,
    Emits,
    Known,
    Made,
    Other,
    Parent,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asyncapi_guard.drift.scopes import Scope

__all__ = ["Attributes"]

_MISSING = object()


class Attributes(Parameters):
    """Reads attributes and items."""

    def _attribute(self, node: ast.Attribute, scope: Scope, chain: Chain) -> list[Value]:
        owners = self.values(node.value, scope, chain)
        if node.attr in METHODS and all(isinstance(each, Unknown) for each in owners):
            return [Emits(node.attr, ("/",))] if is_likely(node.value) else [Unknown()]
        return [v for owner in owners for v in self._attribute_of(owner, node.attr)]

    def _attribute_of(self, owner: Value, name: str) -> list[Value]:
        if isinstance(owner, Made):
            return self._of_instance(_MISSING, owner.kind, name, owner)
        if isinstance(owner, Parent):
            return self._of_parent(owner, name)
        if isinstance(owner, Known):
            return self._of_object(owner, name)
        return [owner] if isinstance(owner, Other) else [Unknown()]

    def _of_object(self, owner: Known, name: str) -> list[Value]:
        value = owner.value
        if value is flask.current_app:
            applications = self._instances_of(flask.Flask)
            return [v for each in applications for v in self._attribute_of(each, name)]
        if type(value) is LocalProxy:
            return [Unknown()]
        if isinstance(value, ModuleType):
            return self._of_module(value, name)
        if isinstance(value, Enum) and name in ("value", "name"):
            return [replace(owner, value=value._value_ if name == "value" else value._name_)]
        if isinstance(value, type):
            return self._of_class(owner, value, name)
        return self._of_instance(value, type(value), name, owner)

    def _of_module(self, module: ModuleType, name: str) -> list[Value]:
        root = self._roots.get(module.__name__)
        if root is not None and name in root.bindings:
            return self._named(name, root, ())
        found = vars(module).get(name, _MISSING)
        return [Unknown()] if found is _MISSING else [Known(found)]

    def _of_class(self, owner: Known, kind: type, name: str) -> list[Value]:
        if isinstance(kind, EnumMeta) and name in kind.__members__:
            return [replace(owner, value=kind.__members__[name])]
        method = self._member(kind, name, None)
        if method is not None:
            return [method]
        found = inspect.getattr_static(kind, name, _MISSING)
        return [Unknown()] if found is _MISSING else [Known(found)]

    def _of_instance(self, live: Any, kind: type, name: str, owner: Value) -> list[Value]:
        method = self._member(kind, name, owner)
        if name in METHODS and emits(kind):
            return [method or self._emits(name, kind, live)]
        own = _attributes(live)
        if own.get(name) is not None and not self._varies(own[name], kind, name):
            return [Known(own[name])]
        if name == "server" and issubclass(kind, (flask_socketio.SocketIO, BaseNamespace)):
            return [Made(Server)]
        if name == "client" and issubclass(kind, BaseClientNamespace):
            return [Made(Client)]
        if method is not None:
            return [method]
        return self._of_its_class(live, kind, name, owner) or self._delegated(own, kind, name)

    def _of_its_class(self, live: Any, kind: type, name: str, owner: Value) -> list[Value]:
        """What an instance has because its class says so, or its methods assign it."""
        static = inspect.getattr_static(kind, name, _MISSING)
        if isinstance(static, MemberDescriptorType) and live is not _MISSING:
            static = getattr(live, name, None)
        if isinstance(static, (property, functools.cached_property)):
            getter = self.getter(kind, name, owner)
            return [Unknown()] if getter is None else self._returned(getter, None)
        if isinstance(live, tuple) and name in getattr(kind, "_fields", ()):
            return [Known(tuple.__getitem__(live, kind._fields.index(name)))]  # type: ignore[attr-defined]  # a named tuple's
        assigned = self._assigned(kind, name)
        if static is not _MISSING and (static is not None or not assigned):
            return [Known(static), *assigned]
        return assigned

    def _varies(self, value: Any, kind: type, name: str) -> bool:
        """Whether an attribute has one text after the other, so that the one it has says little."""
        if not isinstance(value, str):
            return False
        scopes = (self._classes.get((each.__module__, each.__qualname__)) for each in kind.__mro__)
        return any(
            getattr(method, "name", "") != "__init__"
            for scope in scopes
            if scope is not None
            for method, _ in _given_to_self(scope.node, name)
        )

    def _delegated(self, own: Mapping[str, Any], kind: type, name: str) -> list[Value]:
        """What a class with a `__getattr__` has from the one server that it holds."""
        held = [each for each in own.values() if emits(type(each))]
        if name in METHODS and hasattr(kind, "__getattr__") and len(held) == 1:
            return self._attribute_of(Known(held[0]), name)
        if hasattr(kind, "__getattr__"):
            return [Unknown()]
        return [Other()] if name in METHODS else [Unknown()]

    def _emits(self, name: str, kind: type, live: Any) -> Value:
        function = inspect.getattr_static(kind, name, None)
        if function is None or self._is_of_others(live) or self._is_of_the_other_side(kind):
            return Other()
        if issubclass(kind, BaseNamespace):
            namespaces = self._namespaces.get(kind, ())
            if live is not _MISSING:
                namespaces = (str(live.namespace),)
            return Emits(name, namespaces, function)
        return Emits(name, ("/",), function)

    def _is_of_others(self, live: Any) -> bool:
        """Whether it is a server that is not asked about, or a namespace of one."""
        if isinstance(live, BaseNamespace):
            owners = (getattr(live, name, None) for name in ("socketio", "server", "client"))
            live = next(filter(None, owners), None)
        if not isinstance(live, (flask_socketio.SocketIO, BaseServer, BaseClient)):
            return False
        return not any(live is each for each in self._servers)

    def _is_of_the_other_side(self, kind: type) -> bool:
        """Whether it is a client where a server is asked about, or the other way round."""
        asked = any(isinstance(each, BaseClient) for each in self._servers)
        return issubclass(kind, (BaseClient, BaseClientNamespace)) is not asked

    def _of_parent(self, owner: Parent, name: str) -> list[Value]:
        instance = owner.instance
        live = instance.value if isinstance(instance, Known) else _MISSING
        kind = instance.kind if isinstance(instance, Made) else type(live)
        order = kind.__mro__
        after = order[order.index(owner.kind) + 1 :] if owner.kind in order else ()
        for base in after:
            if name not in vars(base):
                continue
            code = self.function(vars(base)[name])
            if code is not None:
                return [Code(code, instance)]
            if name in METHODS and emits(base):
                return [self._emits(name, kind, live)]
        return [Unknown()]

    def _member(self, kind: type, name: str, bound: Value | None) -> Code | None:
        """A method of ours."""
        static = inspect.getattr_static(kind, name, None)
        if isinstance(static, (staticmethod, classmethod)):
            bound = None if isinstance(static, staticmethod) else Known(kind)
            static = static.__func__
        code = self.function(static)
        return None if code is None else Code(code, bound)

    def getter(self, kind: type, name: str, owner: Value) -> Code | None:
        """The function behind a property; `None` for any other attribute."""
        static = inspect.getattr_static(kind, name, None)
        if not isinstance(static, (property, functools.cached_property)):
            return None
        code = self.function(static.fget if isinstance(static, property) else static.func)
        return None if code is None else Code(code, owner)

    def function(self, function: Any) -> Scope | None:
        """The source of a function, inside of decorators that say what they decorate."""
        if isinstance(function, MethodType):
            function = function.__func__
        if not isinstance(function, FunctionType):
            return None
        code = inspect.unwrap(function).__code__
        return self._functions.get((code.co_filename, code.co_firstlineno))

    def _assigned(self, kind: type, name: str) -> list[Value]:
        """What the methods of a class, or its annotations, say of an attribute."""
        found: list[Value] = []
        annotated: list[Value] = []
        for base in kind.__mro__:
            scope = self._classes.get((base.__module__, base.__qualname__))
            if scope is None:
                continue
            for method, value in _given_to_self(scope.node, name):
                found += self.values(value, self._by_node[method], ())
            for each in scope.node.body:  # type: ignore[union-attr]  # a class's
                if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == name:
                    annotated += self._instances_named(each.annotation, scope)
        some = [v for v in found if not (isinstance(v, Known) and v.value is None)]
        return some or annotated or found

    def _subscript(self, node: ast.Subscript, scope: Scope, chain: Chain) -> list[Value]:
        keys = self.values(node.slice, scope, chain)
        return [
            v
            for owner in self.values(node.value, scope, chain)
            for key in keys
            for v in self._item(owner, key)
        ]

    def _item(self, owner: Value, key: Value) -> list[Value]:
        if isinstance(key, Known) and isinstance(owner, Display):
            return self._displayed(owner, key.value)
        if isinstance(key, Known) and isinstance(owner, Known):
            holder = owner.value
            if isinstance(holder, EnumMeta):
                holder = dict(holder.__members__)
            if type(holder) in (dict, list, tuple, MappingProxyType):
                with suppress(LookupError, TypeError):
                    return [Known(holder[key.value])]
        return [Unknown()]

    def _displayed(self, owner: Display, wanted: Any) -> list[Value]:
        node = owner.node
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                keys = self.values(key, owner.scope, owner.chain)
                if any(isinstance(k, Known) and k.value == wanted for k in keys):
                    return self.values(value, owner.scope, owner.chain)
            return [Unknown()]
        parts = getattr(node, "elts", [])
        if isinstance(wanted, int) and -len(parts) <= wanted < len(parts) and not starred(parts):
            return self.values(parts[wanted], owner.scope, owner.chain)
        return [Unknown()]

    def _named(self, name: str, scope: Scope, chain: Chain) -> list[Value]:
        raise NotImplementedError

    def _returned(self, function: Code, call: tuple[ast.Call, Scope, Chain] | None) -> list[Value]:
        raise NotImplementedError


def _attributes(live: Any) -> Mapping[str, Any]:
    """The attributes that an instance has itself; nothing of it is run."""
    try:
        found = object.__getattribute__(live, "__dict__")
    except AttributeError:
        return {}
    return found if isinstance(found, dict) else {}


def _given_to_self(node: ast.AST, name: str) -> Iterator[tuple[ast.AST, ast.expr]]:
    """The methods of a class that assign an attribute of theirs, with what it is given."""
    for method in getattr(node, "body", ()):
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or not method.args.args:
            continue
        wanted = f"{method.args.args[0].arg}.{name}"
        for each in ast.walk(method):
            targets = getattr(each, "targets", [getattr(each, "target", None)])
            given = isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value
            if given and any(
                isinstance(t, ast.Attribute) and ast.unparse(t) == wanted for t in targets
            ):
                yield method, given
