"""Values by the schemas of a contract: valid, at each boundary, and nearly valid."""

from asyncapi_guard.values.arguments import draw_ack, draw_arguments
from asyncapi_guard.values.boundary_cases import boundary_cases
from asyncapi_guard.values.cases import Case
from asyncapi_guard.values.choices import Choices, RandomChoices
from asyncapi_guard.values.drawing import draw_value
from asyncapi_guard.values.examples import example_acks, example_arguments
from asyncapi_guard.values.invalid import invalid_arguments
from asyncapi_guard.values.judges import ack_judge, arguments_judge
from asyncapi_guard.values.no_value import NoValue

__all__ = [
    "Case",
    "Choices",
    "NoValue",
    "RandomChoices",
    "ack_judge",
    "arguments_judge",
    "boundary_cases",
    "draw_ack",
    "draw_arguments",
    "draw_value",
    "example_acks",
    "example_arguments",
    "invalid_arguments",
]
