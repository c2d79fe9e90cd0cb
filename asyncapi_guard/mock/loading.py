"""Makes a mock from a document and a scenario; all errors are raised here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from asyncapi_guard.contract import Action, Contract, Perspective
from asyncapi_guard.errors import InvalidDocument, SpecError
from asyncapi_guard.guard import Guard
from asyncapi_guard.integrations.middleware import AsyncAPIGuard
from asyncapi_guard.integrations.recording.addresses import address_in
from asyncapi_guard.integrations.verifiers import on_server
from asyncapi_guard.mock.addresses import Addresses
from asyncapi_guard.mock.checking import Checker
from asyncapi_guard.mock.credentials import check_listed, unchecked_schemes, verifiers_of
from asyncapi_guard.mock.drawing import Drawer
from asyncapi_guard.mock.reading import Reader
from asyncapi_guard.mock.rules import Rule, Scenario
from asyncapi_guard.mock.script import Script
from asyncapi_guard.spec import load
from asyncapi_guard.spec.loader import open_documents
from asyncapi_guard.spec.references import Node
from asyncapi_guard.spec.source import Source, read_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from asyncapi_guard.contract import Message
    from asyncapi_guard.errors import Finding
    from asyncapi_guard.mock.options import MockOptions

__all__ = ["LoadedMock", "load_mock"]

#: What a message of a document says of the mock.
_EXTENSION = "x-mock"


class LoadedMock:
    """A mock that nobody serves yet.

    Attributes:
        guard: validates its traffic.
        script: decides what it does.
        options: how it is to be.
        remarks: what people should know of it before clients come.
        console: whether there are pages about it.
    """

    def __init__(
        self,
        guard: AsyncAPIGuard,
        script: Script,
        options: MockOptions,
        remarks: list[str],
        *,
        console: bool,
    ) -> None:
        self.guard: AsyncAPIGuard = guard
        self.script: Script = script
        self.options: MockOptions = options
        self.remarks: tuple[str, ...] = tuple(remarks)
        self.console: bool = console


def load_mock(
    spec: str | os.PathLike[str] | Mapping[str, Any] | Contract, options: MockOptions
) -> LoadedMock:
    """Read a document and its scenario.

    Args:
        spec: as for `AsyncAPIGuard`.
        options: how the mock is to be.

    Raises:
        InstallationError: it cannot be served under these options.
        SpecError: the document or the scenario cannot be used.
        ValueError: a credential is for no security scheme of the document, or `server` is none.
    """
    remarks: list[str] = []
    described = _contract(spec, options)
    server = options.server or _one_of_unlike(described, remarks)
    contract = described if server is None else on_server(described, server)
    findings: dict[Finding, None] = {}
    reader = Reader(findings.setdefault)
    scenario = _scenario(options, reader)
    for credential in options.credentials:
        fault = check_listed(credential, contract)
        if fault is not None:
            raise ValueError(fault)
    addresses, drawer = Addresses(contract), Drawer(options.seed)
    rules = (*scenario.rules, *_extensions(contract, reader))
    scenario = Scenario(rules, scenario.credentials)
    Checker(Guard(contract), addresses, drawer, findings.setdefault).check(scenario)
    if findings:
        raise InvalidDocument(sorted(findings))
    # A contract has no text to show.
    docs = None if isinstance(spec, Contract) else options.docs
    listed = (*options.credentials, *scenario.credentials)
    guard = AsyncAPIGuard(
        spec,
        perspective=options.perspective,
        server=server,
        allow_http=options.allow_http or None,
        root=options.root,
        security=verifiers_of(contract, listed),
        docs=docs,
        docs_auth=_is_of_this_machine if docs is not None else None,
        live=docs is not None,
    )
    script = Script(
        guard.guard,
        addresses,
        scenario,
        drawer,
        delay=options.delay,
        on_connect=options.on_connect,
    )
    remarks += _remarks(contract, options, addresses)
    return LoadedMock(guard, script, options, remarks, console=docs is not None)


def _contract(spec: Any, options: MockOptions) -> Contract:
    """The contract as a server sees it."""
    given = spec
    if not isinstance(spec, Contract):
        given = load(spec, allow_http=options.allow_http, root=options.root)
    contract: Contract = given
    if options.perspective == "client":
        contract = replace(contract, perspective=Perspective.CLIENT)
    return contract.seen_by(Perspective.SERVER)


def _is_of_this_machine(native: Any) -> bool:
    """Whether who asks for the console is on this machine: it shows who sends what."""
    if "REMOTE_ADDR" in native or "wsgi.version" in native:
        address = address_in(native)
    else:
        address = (native.get("client") or ("",))[0]
    return address is not None and (address.startswith("127.") or address in ("::1", "localhost"))


def _one_of_unlike(contract: Contract, remarks: list[str]) -> str | None:
    """The server that a mock is, where the document's require different things of clients."""
    if len({server.security for server in contract.servers.values()}) < 2:
        return None
    first, *others = contract.servers
    remarks.append(
        f"The mock is the document's server {first!r}; the others are {', '.join(others)} "
        "(choose one with --server)."
    )
    return first


def _remarks(contract: Contract, options: MockOptions, addresses: Addresses) -> Iterator[str]:
    if not addresses.names:
        yield "The document has no namespace, so no client can connect."
    for name in unchecked_schemes(contract):
        yield f"A mock can't check the security scheme {name!r}, so it accepts every client."
    timeouts = [
        (message.ack.timeout, message.event)
        for operation in contract.operations.values()
        for message in operation.messages
        if operation.action is Action.RECEIVE and message.ack and message.ack.timeout
    ]
    late = [event for timeout, event in timeouts if timeout <= options.delay]
    if late:
        yield (
            f"The delay is longer than the document allows for {', '.join(sorted(set(late)))}: "
            "these are answered with handler_timeout."
        )


# -- the scenario ----------------------------------------------------------------------------------


def _scenario(options: MockOptions, reader: Reader) -> Scenario:
    given = options.scenario
    if given is None:
        return Scenario()
    source = open_documents(given).main if not isinstance(given, Mapping) else _of_data(given)
    return reader.scenario(Node(source, (), source.data))


def _of_data(data: Mapping[str, Any]) -> Source:
    return Source("<scenario>", "mapping:", None, dict(data))


def _extensions(contract: Contract, reader: Reader) -> Iterator[Rule]:
    """The rules of all `x-mock`."""
    uses: dict[str, tuple[Message, set[tuple[Action, str]]]] = {}
    for operation in contract.operations.values():
        address = contract.channels[operation.channel].address
        for message in operation.messages:
            if _EXTENSION in message.meta and address is not None:
                key = message.location or message.id
                uses.setdefault(key, (message, set()))[1].add((operation.action, address))
    received = {
        (contract.channels[operation.channel].address, message.event)
        for operation in contract.operations.values()
        if operation.action is Action.RECEIVE
        for message in operation.messages
    }
    sources: dict[str, Source] = {}
    for message, where in uses.values():
        node = _node_of(message, contract, sources)
        for action, address in sorted(where):
            other = (action.mirrored, address) in where
            for rule in _rules_of(node, message, action, address, reader, both=other):
                # A message of several channels listens where there is what it listens to.
                heard = {each for each in where if (each[1], rule.on) in received}
                if not rule.listens or not heard or (action, address) in heard:
                    yield rule


def _rules_of(  # what is known of a message
    node: Node, message: Message, action: Action, address: str, reader: Reader, *, both: bool
) -> Iterator[Rule]:
    listed = isinstance(node.value, list)
    for each in [item for _, item in node.items()] if listed else [node]:
        is_sent = isinstance(each.value, dict) and ("on" in each.value or "every" in each.value)
        if both and is_sent is not (action is Action.SEND):
            continue
        if action is Action.SEND:
            rule = reader.of_sent(each, message.event, address)
        else:
            rule = reader.of_received(each, message.event, address)
        if rule is not None:
            yield rule


def _node_of(message: Message, contract: Contract, sources: dict[str, Source]) -> Node:
    """Where the `x-mock` of a message is."""
    file, _, pointer = message.location.rpartition("#")
    if file not in sources:
        sources[file] = _read(file, contract)
    path = tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    return Node(sources[file], (*path, _EXTENSION), message.meta[_EXTENSION])


def _read(name: str, contract: Contract) -> Source:
    """The text of a file of a contract, for the places in it."""
    found = next((each for each in contract.sources if each.name == name), None)
    if found is not None and found.digest and found.uri.startswith("file:"):
        path = Path(url2pathname(urlsplit(found.uri).path))
        try:
            return read_text(name, found.uri, path.read_bytes())
        except (OSError, SpecError):
            pass
    return Source(name, "mapping:", None, None)
