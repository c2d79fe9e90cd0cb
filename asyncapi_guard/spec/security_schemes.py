"""Security schemes: what servers and operations say of how clients show who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncapi_guard.contract import SecurityScheme
from asyncapi_guard.spec.references import Unresolvable, is_reference
from asyncapi_guard.spec.wording import kind_of, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncapi_guard.errors import Finding
    from asyncapi_guard.spec.references import Documents, Node

__all__ = ["SecuritySchemes"]

#: Where keys are, by the type of a scheme.
_PLACES = {"httpApiKey": ("header", "query", "cookie"), "apiKey": ("user", "password")}
_SECTION = ("components", "securitySchemes")
_COMPILED = frozenset(("type", "scheme", "in", "name", "scopes"))


class SecuritySchemes:
    """Reads the security schemes of one document.

    Args:
        documents: resolves references.
        report: takes what is wrong.
    """

    def __init__(self, documents: Documents, report: Callable[[Finding], None]) -> None:
        self._documents = documents
        self._report = report

    def of_components(self, root: Node) -> dict[str, SecurityScheme]:
        """Those that the document's components have, by their keys."""
        node: Node | None = root
        for name in _SECTION:
            node = node.get(name) if node is not None and isinstance(node.value, dict) else None
        if node is None or not isinstance(node.value, dict):
            return {}
        found = ((key, self._scheme(each, key)) for key, each in node.items())
        return {key: scheme for key, scheme in found if scheme is not None}

    def required(self, node: Node | None) -> tuple[SecurityScheme, ...]:
        """Those of a `security` field."""
        if node is None:
            return ()
        if not isinstance(node.value, list):
            self._fault(node, f"security must be a list, not {kind_of(node.value)}")
            return ()
        found = (self._scheme(item, "") for _, item in node.items())
        return tuple(scheme for scheme in found if scheme is not None)

    def _scheme(self, node: Node, name: str) -> SecurityScheme | None:
        try:
            passed = list(self._chain(node))
        except Unresolvable as error:
            for finding in error.findings:
                self._report(finding)
            return None
        place = passed[-1]
        if not isinstance(place.value, dict):
            self._fault(node, f"a security scheme must be a mapping, not {kind_of(place.value)}")
            return None
        for each in passed:
            if not name and tuple(map(str, each.path[-3:-1])) == _SECTION:
                name = str(each.path[-1])
        kind = self._text(place, "type")
        return SecurityScheme(
            name=name or self._name_of_its_like(place.value),
            type=kind,
            scheme=self._text(place, "scheme").lower() if kind == "http" else "",
            place=self._place(place, kind),
            parameter=self._text(place, "name") if kind == "httpApiKey" else "",
            scopes=frozenset(self._scopes(place)),
            location=place.location,
            meta={k: v for k, v in place.value.items() if k not in _COMPILED},
        )

    def _name_of_its_like(self, scheme: dict[str, Any]) -> str:
        """The name of the one component that is the same scheme, whatever scopes it asks for.

        A reference has no place for scopes, so who asks for some writes the scheme out, as
        `asyncapi-guard upgrade` does.
        """
        data: Any = self._documents.main.data
        for name in _SECTION:
            data = data.get(name) if isinstance(data, dict) else None
        known = data if isinstance(data, dict) else {}
        alike = [str(key) for key, each in known.items() if _bare(each) == _bare(scheme)]
        return alike[0] if len(alike) == 1 else ""

    def _chain(self, node: Node) -> Iterator[Node]:
        """A node, and what its references lead to, one after the other."""
        end = self._documents.resolve(node)  # raises for circles
        while is_reference(node.value):
            yield node
            node = self._documents.target(node)
        yield end

    def _text(self, place: Node, name: str) -> str:
        node = place.get(name)
        if node is None:
            self._fault(place, f"the required field {name!r} is missing")
        elif not isinstance(node.value, str):
            self._fault(node, f"{name} must be a string, not {kind_of(node.value)}")
        else:
            return node.value
        return ""

    def _place(self, place: Node, kind: str) -> str:
        allowed = _PLACES.get(kind)
        where = self._text(place, "in") if allowed is not None else ""
        if allowed is None or not where or where in allowed:
            return where
        *others, last = map(repr, allowed)
        said = f"in must be {', '.join(others)} or {last}, not {shown(where)}"
        self._fault(place.child("in"), said)
        return ""

    def _scopes(self, place: Node) -> Iterator[str]:
        node = place.get("scopes")
        if node is None:
            return
        if not isinstance(node.value, list):
            self._fault(node, f"scopes must be a list, not {kind_of(node.value)}")
            return
        for scope in node.values():
            if isinstance(scope.value, str):
                yield scope.value
            else:
                self._fault(scope, f"a scope must be a string, not {kind_of(scope.value)}")

    def _fault(self, node: Node, message: str) -> None:
        self._report(node.finding(message))


def _bare(scheme: Any) -> Any:
    """A scheme without what one use of it asks for, and without prose."""
    if not isinstance(scheme, dict):
        return None
    return {key: value for key, value in scheme.items() if key not in ("scopes", "description")}
