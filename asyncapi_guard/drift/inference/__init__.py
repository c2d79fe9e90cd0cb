"""What the expressions of an application may stand for.

The application was imported, so most of it is there: modules, classes, servers, constants, the
attributes of instances. Only what a function makes of its parameters and variables is followed in
the text: assignments, loops over what is written down, defaults, annotations, and the arguments of
the calls that the sources make of it. Nothing of the application is run to find out.

A parameter has the values of all calls. Where two of them belong together, such as an event and a
namespace, a *chain* of calls says which one is meant.
"""

from asyncapi_guard.drift.inference.call_sites import Call
from asyncapi_guard.drift.inference.expressions import Inference
from asyncapi_guard.drift.inference.program import Source

__all__ = ["Call", "Inference", "Source"]
