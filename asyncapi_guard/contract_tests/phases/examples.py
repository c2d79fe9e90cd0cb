"""The phase `examples`: the examples in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncapi_guard.contract_tests.composing import event_step
from asyncapi_guard.contract_tests.inputs import examples_of

if TYPE_CHECKING:
    from asyncapi_guard.contract_tests.laboratory import Laboratory

__all__ = ["examples"]


def examples(lab: Laboratory) -> None:
    """Send each example of the document."""
    for namespace in lab.namespaces:
        with lab.session() as session:
            if not session.do(lab.connect(1, namespace)).accepted:
                continue
            for received in lab.received(namespace):
                for args in examples_of(received, lab.judge):
                    if lab.is_over:
                        break
                    outcome = session.do(event_step(received, 1, args, note="an example"))
                    if outcome.problem:
                        session.do(lab.connect(1, namespace))
            lab.examine(session)
