"""The namespaces of a contract, and the values of their parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncapi_guard.guard.plans import by_address, template

if TYPE_CHECKING:
    from asyncapi_guard.contract import Contract

__all__ = ["Addresses"]

_NAME = re.compile(r"\{([^{}]*)\}")
#: A longer namespace matches no template, as in the guard.
_LONGEST = 256


class Addresses:
    """The addresses of a contract's channels, as namespaces.

    Args:
        contract: what has them.

    Attributes:
        names: the addresses, as they are written.
    """

    def __init__(self, contract: Contract) -> None:
        found = by_address(contract)
        self._values = {
            address: {
                name: values[0]
                for channel in reversed(channels)
                for name, values in channel.parameters.items()
                if values
            }
            for address, channels in found.items()
        }
        self.names: tuple[str, ...] = tuple(found)
        self._templates = {
            address: (template(channels[0]), _NAME.findall(address))
            for address, channels in found.items()
            if "{" in address
        }

    def of(self, namespace: str) -> str | None:
        """The address of a namespace; `None` for one that is not declared."""
        if namespace in self.names and "{" not in namespace:
            return namespace
        if len(namespace) > _LONGEST:
            return None
        return next(
            (name for name, (form, _) in self._templates.items() if form.fullmatch(namespace)), None
        )

    def parameters(self, namespace: str) -> dict[str, str]:
        """The values of the parameters in a namespace, by their names."""
        address = self.of(namespace)
        if address not in self._templates:
            return {}
        pattern = "".join(
            re.escape(part) if index % 2 == 0 else "([^/]+)"
            for index, part in enumerate(_NAME.split(address or ""))
        )
        found = re.fullmatch(pattern, namespace)
        names = self.parameter_names(address or "")
        return dict(zip(names, found.groups(), strict=True)) if found is not None else {}

    def parameter_names(self, address: str) -> list[str]:
        """The names of the parameters of an address."""
        return _NAME.findall(address)

    def example(self, address: str) -> str:
        """A namespace of an address."""
        known = self._values.get(address, {})
        return _NAME.sub(lambda found: known.get(found[1], found[1]), address)
