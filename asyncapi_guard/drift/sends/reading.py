"""What expressions of the sources may be, as shapes.

An object that the imported application has says little of what it will be when an event is sent.
So names and attributes are all that the sources give them, and what can be changed once it has been
given is an object or a list, and no more is said of it.
"""

from __future__ import annotations

import ast
from enum import Enum, EnumMeta
from types import ModuleType
from typing import TYPE_CHECKING, Any

from asyncapi_guard.drift.scopes import Assigned, Augmented, Element, Imported, Parameter
from asyncapi_guard.drift.sends.changes import Changes
from asyncapi_guard.drift.sends.facts import Facts
from asyncapi_guard.drift.sends.operators import changed, item, items, joined, merged
from asyncapi_guard.drift.sends.shapes import (
    ANYTHING,
    BOOLEAN,
    NEVER,
    NULL,
    STRING,
    Array,
    Modelled,
    Object,
    Property,
    Shape,
    Tuple,
    alternatives,
    loosened,
    union,
)
from asyncapi_guard.drift.sends.type_hints import TypeHints, field_hint, shape_of_value
from asyncapi_guard.drift.values import Argument, Known, Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from asyncapi_guard.drift.inference import Inference
    from asyncapi_guard.drift.scopes import Binding, Scope
    from asyncapi_guard.drift.values import CallSite, Chain, Value

__all__ = ["Reading"]

#: What is said in terms of itself is read so often until it stays the same.
_ROUNDS = 4
_DEEPEST = 12
#: Of one event, that are looked at.
_MOST_STEPS = 20_000


class Reading:
    """Reads expressions; what calls give is read by `Calls`.

    Args:
        inference: knows what names stand for, and who calls what.
        trusts: whether the hints of a handler's parameters are in force.
    """

    def __init__(self, inference: Inference, trusts: Callable[[Scope], bool]) -> None:
        self.inference: Inference = inference
        self._trusts = trusts
        self._facts = Facts(inference)
        self._hints = TypeHints(inference)
        self._changes = Changes(self._facts, self)
        self._assumed: dict[Any, Shape] = {}
        self._consulted: set[Any] = set()
        self._memo: dict[Any, Shape] = {}
        self._steps = 0

    def of(self, argument: Argument) -> Shape:
        """What an argument may be."""
        self._steps = 0
        try:
            return self.argument(argument)
        except RecursionError:  # nobody says how deep a source may be
            self._assumed.clear()
            self._consulted.clear()
            return ANYTHING

    def argument(self, argument: Argument) -> Shape:
        """What an argument may be, while something else is being read."""
        if argument.node is not None and argument.scope is not None:
            return self.shape(argument.node, argument.scope, argument.chain)
        value = argument.value
        return shape_of_value(value.value) if isinstance(value, Known) else ANYTHING

    def shape(self, node: ast.expr, scope: Scope, chain: Chain) -> Shape:
        """What an expression may be."""
        key = node, scope, chain
        if key in self._memo:
            return self._memo[key]
        self._steps += 1
        read = getattr(self, f"_{type(node).__name__.lower()}", None)
        if read is None or self._steps > _MOST_STEPS:
            return ANYTHING
        return self._remembered(key, lambda: read(node, scope, chain))

    def _remembered(self, key: Any, read: Callable[[], Shape]) -> Shape:
        """Read, and remember what is found, unless it stands on what is assumed further up."""
        before, self._consulted = self._consulted, set()
        try:
            found = read()
            self._consulted.discard(key)
            if not self._consulted:
                self._memo[key] = found
            return found
        finally:
            self._consulted |= before

    def settled(self, key: Any, read: Callable[[], Shape]) -> Shape:
        """What may be said in terms of itself: `count = count + 1`."""
        if key in self._memo:
            return self._memo[key]
        if key in self._assumed:
            self._consulted.add(key)
            return self._assumed[key]
        if len(self._assumed) > _DEEPEST:
            return ANYTHING
        self._assumed[key] = NEVER
        try:
            return self._remembered(key, lambda: self._repeated(key, read))
        finally:
            del self._assumed[key]

    def _repeated(self, key: Any, read: Callable[[], Shape]) -> Shape:
        """Read until what is assumed is what is found."""
        for _ in range(_ROUNDS):
            found = read()
            if key not in self._consulted or found == self._assumed[key]:
                return found
            self._assumed[key] = union([self._assumed[key], found])
        return ANYTHING

    # -- what is written down ----------------------------------------------------------------------

    def _constant(self, node: ast.Constant, _scope: Scope, _chain: Chain) -> Shape:
        return shape_of_value(node.value)

    def _joinedstr(self, _node: ast.JoinedStr, _scope: Scope, _chain: Chain) -> Shape:
        return STRING

    def _list(self, node: ast.List, scope: Scope, chain: Chain) -> Shape:
        return Array(union(self._elements(node.elts, scope, chain)))

    def _tuple(self, node: ast.Tuple, scope: Scope, chain: Chain) -> Shape:
        if any(isinstance(each, ast.Starred) for each in node.elts):
            return Tuple(None)
        return Tuple(tuple(self._elements(node.elts, scope, chain)))

    def _elements(self, nodes: Sequence[ast.expr], scope: Scope, chain: Chain) -> Iterator[Shape]:
        for each in nodes:
            if isinstance(each, ast.Starred):
                yield from items(self.shape(each.value, scope, chain))
            else:
                yield self.shape(each, scope, chain)

    def _dict(self, node: ast.Dict, scope: Scope, chain: Chain) -> Shape:
        parts = []
        for key, value in zip(node.keys, node.values, strict=True):
            shape = self.shape(value, scope, chain)
            parts.append(shape if key is None else self.entry(key, shape, scope, chain))
        return merged(parts)

    def entry(self, key: ast.expr, shape: Shape, scope: Scope, chain: Chain) -> Object:
        """A dictionary with one entry."""
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return Object({key.value: Property(shape)})
        values = self.inference.values(key, scope, chain)
        names = [each.value for each in values if isinstance(each, Known)]
        if len(names) == len(values) == 1 and type(names[0]) is str:
            return Object({names[0]: Property(shape, required=False)}, shape)
        return Object({}, shape)

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope, chain: Chain) -> Shape:
        return Array(self.shape(node.elt, scope, chain))

    _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp, scope: Scope, chain: Chain) -> Shape:
        return Object({}, self.shape(node.value, scope, chain))

    # -- operators ---------------------------------------------------------------------------------

    def _unaryop(self, node: ast.UnaryOp, scope: Scope, chain: Chain) -> Shape:
        if isinstance(node.op, ast.Not):
            return BOOLEAN
        return joined(ast.Mult(), shape_of_value(1), self.shape(node.operand, scope, chain))

    def _binop(self, node: ast.BinOp, scope: Scope, chain: Chain) -> Shape:
        left, right = (self.shape(each, scope, chain) for each in (node.left, node.right))
        return joined(node.op, left, right)

    def _compare(self, _node: ast.Compare, _scope: Scope, _chain: Chain) -> Shape:
        return BOOLEAN

    def _boolop(self, node: ast.BoolOp, scope: Scope, chain: Chain) -> Shape:
        *first, last = [self.shape(each, scope, chain) for each in node.values]
        if isinstance(node.op, ast.Or):  # of which nothing is passed over
            first = [s for each in first for s in alternatives(each) if s != NULL]
        return union([*first, last])

    def _ifexp(self, node: ast.IfExp, scope: Scope, chain: Chain) -> Shape:
        return union(self.shape(each, scope, chain) for each in (node.body, node.orelse))

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope, chain: Chain) -> Shape:
        return self.shape(node.value, scope, chain)

    def _await(self, node: ast.Await, scope: Scope, chain: Chain) -> Shape:
        return self.shape(node.value, scope, chain)

    # -- names -------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, scope: Scope, chain: Chain) -> Shape:
        return self._of_name(node.id, self.inference.home(node.id, scope), chain)

    def _of_name(self, name: str, home: Scope, chain: Chain) -> Shape:
        bindings = home.bindings.get(name, [])
        if not bindings or "*" in home.bindings:
            return ANYTHING
        if home.parent is None:
            chain = ()
        hinted = self._hinted((home, each) for each in bindings)
        if hinted is not None:
            return hinted
        found = self.settled((name, home, chain), lambda: self._given(name, bindings, home, chain))
        uses = self._uses(name, home)
        return self._changes.applied(uses, found, chain, (name, home), fresh=home.is_function)

    def _uses(self, name: str, home: Scope) -> list[ast.expr] | None:
        """Where a name is, as far as it is known."""
        if home.is_function:
            return list(self._facts.uses(name, home))
        return self._facts.uses_of_module(name, home) if home.parent is None else None

    def _hinted(self, bindings: Iterable[tuple[Scope, Binding]]) -> Shape | None:
        """What a hint says, which one of several bindings has."""
        for scope, binding in bindings:
            if isinstance(binding, Assigned):
                hinted = self._hints.shape(binding.annotation, scope)
                if hinted not in (None, ANYTHING):
                    return hinted
        return None

    def _given(self, name: str, bindings: Sequence[Binding], home: Scope, chain: Chain) -> Shape:
        """All that a name is given."""
        found: Shape = NEVER
        ordered = sorted(bindings, key=lambda each: isinstance(each, Augmented))
        for binding in ordered:
            if isinstance(binding, Parameter):
                shape = self.parameter(name, home, chain)
            elif isinstance(binding, Imported):
                shape = self._imported(name, home)
            else:
                shape = self.bound(binding, found, home, chain)
            found = union([found, shape])
        return found if home.parent else union([found, *self._stored_to_modules(name)])

    def bound(self, binding: Binding, before: Shape, scope: Scope, chain: Chain) -> Shape:
        """What a binding gives to a name or an attribute that was something else before."""
        if isinstance(binding, (Assigned, Augmented, Element)):
            # Functions give things to the names of what is around them.
            home = self._facts.home_of(binding)
            scope, chain = (scope, chain) if home is scope else (home, ())
        if isinstance(binding, Assigned):
            found = self.shape(binding.value, scope, chain)
            return loosened(found) if self._facts.is_shared(binding.value) else found
        if isinstance(binding, Augmented):
            return changed(binding.operator, before, self.shape(binding.value, scope, chain))
        if isinstance(binding, Element):
            return self._element(binding, scope, chain)
        return ANYTHING

    def _element(self, binding: Element, scope: Scope, chain: Chain) -> Shape:
        """What a loop's variable is."""
        found = self.looped(binding.iterable, scope, chain)
        return found if binding.index is None else item(found, binding.index)

    def looped(self, iterable: ast.expr, scope: Scope, chain: Chain) -> Shape:
        """What is in what a loop goes over, one after the other."""
        return union(items(self.shape(iterable, scope, chain)))

    def _imported(self, name: str, home: Scope) -> Shape:
        """What another module has by a name."""
        for binding in home.bindings[name]:
            if isinstance(binding, Imported):
                root = self.inference.root(self.inference.imported(binding, home))
                if root is not None and binding.name is not None:
                    return self._of_name(binding.name, root, ())
        return ANYTHING

    def _stored_to_modules(self, name: str) -> Iterator[Shape]:
        """What others give to a name of a module, as to an attribute of it."""
        if self._facts.is_set_by_name(name, surely=True):
            yield ANYTHING
        for scope, target, binding in self._facts.given(name):
            owners = self.inference.values(target.value, scope, ())
            if any(
                isinstance(each, Known) and isinstance(each.value, ModuleType) for each in owners
            ):
                yield self.bound(binding, NEVER, scope, ())

    # -- parameters --------------------------------------------------------------------------------

    def parameter(self, name: str, scope: Scope, chain: Chain) -> Shape:
        """What a parameter may be: what its hint says, or what all calls hand over."""
        node: Any = scope.node
        given = node.args
        every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
        parameter = next((each for each in every if each.arg == name), None)
        if parameter is None:
            is_dictionary = given.kwarg is not None and given.kwarg.arg == name
            rest = self._named_rest if is_dictionary else self._rest
            return rest(scope, chain)
        handles = self.inference.handler(scope) is not None
        hinted = self._hints.shape(parameter.annotation, scope.parent or scope)
        if hinted not in (None, ANYTHING) and (not handles or self._trusts(scope)):
            default = self.inference.default(name, scope)
            is_none = isinstance(default, ast.Constant) and default.value is None
            return union([hinted, NULL]) if is_none else hinted
        return self._handed(name, scope, chain)

    def _site(self, scope: Scope, chain: Chain) -> CallSite | None:
        """The call that is meant, if it is known what it hands over, and there are no others."""
        sites = [each for each in chain if each.callee is scope and each.complete]
        return sites[0] if sites and self._facts.is_closed(scope) else None

    def _named_rest(self, scope: Scope, chain: Chain) -> Shape:
        """What `**kwargs` has."""
        site = self._site(scope, chain)
        if site is None:
            return Object({}, ANYTHING)
        node: Any = scope.node
        own = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
        rest = {name: each for name, each in site.keywords.items() if name not in own}
        return Object({name: Property(self.argument(each)) for name, each in rest.items()})

    def _rest(self, scope: Scope, chain: Chain) -> Shape:
        """What `*args` has."""
        site = self._site(scope, chain)
        if site is None:
            return Tuple(None)
        node: Any = scope.node
        taken = len(node.args.posonlyargs) + len(node.args.args) - site.bound
        return Tuple(tuple(self.argument(each) for each in site.positional[taken:]))

    def _handed(self, name: str, scope: Scope, chain: Chain) -> Shape:
        if not self._facts.is_closed(scope):
            return ANYTHING
        for index, site in enumerate(chain):
            if site.callee is scope:
                return self._from(name, scope, site, chain[index + 1 :])
        sites = self.inference.sites(scope)
        return union(self._from(name, scope, site, ()) for site in sites) if sites else ANYTHING

    def _from(self, name: str, scope: Scope, site: Any, chain: Chain) -> Shape:
        argument = self.inference.handed(name, scope, site, chain)
        if argument is not None:
            return self.argument(argument)
        default = self.inference.default(name, scope)
        if not site.complete or default is None or scope.parent is None:
            return ANYTHING
        return self.shape(default, scope.parent, ())

    # -- attributes and items ----------------------------------------------------------------------

    def _subscript(self, node: ast.Subscript, scope: Scope, chain: Chain) -> Shape:
        owner = self.shape(node.value, scope, chain)
        if isinstance(node.slice, ast.Slice):
            parts = alternatives(owner)
            is_whole = all(isinstance(each, Array) or each == STRING for each in parts)
            return owner if is_whole else ANYTHING
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return union(self._item(each, key) for each in alternatives(owner))

    def _item(self, owner: Shape, key: object) -> Shape:
        if isinstance(owner, Modelled) and isinstance(key, str):
            return self._hints.shape_of(field_hint(owner.kind, key))
        return item(owner, key)

    def _attribute(self, node: ast.Attribute, scope: Scope, chain: Chain) -> Shape:
        owners = self.inference.values(node.value, scope, chain)
        if owners and all(isinstance(each, (Known, Made)) for each in owners):
            found = [self._attribute_of(each, node.attr) for each in owners]
            if None not in found:
                return union(each for each in found if each is not None)
        shapes = alternatives(self.shape(node.value, scope, chain))
        if shapes and all(isinstance(each, Modelled) for each in shapes):
            return union(self._field(each, node.attr) for each in shapes)
        return ANYTHING

    def _field(self, owner: Shape, name: str) -> Shape:
        assert isinstance(owner, Modelled)
        return self._hints.shape_of(field_hint(owner.kind, name))

    def _attribute_of(self, owner: Value, name: str) -> Shape | None:
        """What an attribute of something known may be; `None` where that says nothing."""
        value = owner.value if isinstance(owner, Known) else None
        if isinstance(value, ModuleType):
            root = self.inference.root(value.__name__)
            return None if root is None else self._of_name(name, root, ())
        if isinstance(value, EnumMeta) and name in value.__members__:
            return self._hints.shape_of(value)
        if isinstance(value, Enum):
            return self._of_member(value, name)
        kind = owner.kind if isinstance(owner, Made) else type(value)
        if isinstance(value, type):
            kind = value
        return self._stored(kind, name, owner) if self.inference.is_own(kind) else None

    def _of_member(self, member: Enum, name: str) -> Shape | None:
        if name == "name":
            return STRING
        return shape_of_value(member) if name == "value" else None

    def _stored(self, kind: type, name: str, owner: Value) -> Shape | None:
        key = kind, name
        return self.settled(key, lambda: self._all_stored(kind, name, owner) or ANYTHING)

    def _all_stored(self, kind: type, name: str, owner: Value) -> Shape | None:
        """All that the sources give to an attribute of a class of theirs."""
        getter = self.inference.getter(kind, name, owner)
        if getter is not None:
            return self.returned(getter, ())
        hint = self._hints.shape_of(field_hint(kind, name))
        if hint != ANYTHING:
            return hint
        if self._facts.is_set_by_name(name) or self._is_of_others(kind, name):
            return ANYTHING
        bindings = list(self._bindings(kind, name))
        hinted = self._hinted(bindings)
        if hinted is not None:
            return hinted
        found: Shape = NEVER
        for scope, binding in bindings:
            found = union([found, self.bound(binding, found, scope, ())])
        uses = self._facts.uses_of_attribute(name)
        return self._changes.applied(uses, found, (), name) if found != NEVER else None

    def _bindings(self, kind: type, name: str) -> Iterator[tuple[Scope, Binding]]:
        """What classes and whoever has an instance give to an attribute; `+=` comes last."""
        found: list[tuple[Scope, Binding]] = []
        for base in kind.__mro__:
            body = self.inference.class_body(base)
            if body is not None:
                found += [(body, each) for each in body.bindings.get(name, ())]
        found += [(scope, binding) for scope, _, binding in self._facts.given(name)]
        yield from sorted(found, key=lambda each: isinstance(each[1], Augmented))

    def _is_of_others(self, kind: type, name: str) -> bool:
        """Whether a class of somebody else's may give an attribute something."""
        own = ("__getattr__", "__getattribute__", "__setattr__")
        for base in kind.__mro__[:-1]:
            names = vars(base)
            if not self.inference.is_own(base) and name in names:
                return True
            if any(each in names for each in own):
                return True
        return False

    def returned(self, function: Any, chain: Chain) -> Shape:
        """What a function of the sources returns."""
        raise NotImplementedError
