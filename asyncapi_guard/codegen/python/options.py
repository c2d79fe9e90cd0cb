"""The options of generated models."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULTS", "OPTIONALS", "PYDANTICS", "PYTHONS", "STYLES", "Options"]

STYLES = ("pydantic", "dataclass", "typeddict", "msgspec")
OPTIONALS = ("plain", "missing")
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
#: The lowest versions of Pydantic that the library tells apart.
PYDANTICS = ("2", "2.11", "2.12", "2.14")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of generated models.

    Attributes:
        style: what classes they are.
        optional: what stands for an absent property: `None`, or Pydantic's `MISSING`.
        python: the lowest version that is to run them.
        pydantic: the lowest version of it that is to be used.
        base_class: a class that all models derive from, as `module.Class`.
        enums: lists of texts, or of integers, are classes of Python's enum.
        frozen: instances cannot be changed.
    """

    style: str = "pydantic"
    optional: str = "plain"
    python: str = "3.10"
    pydantic: str = "2"
    base_class: str | None = None
    enums: bool = False
    frozen: bool = False

    def arguments(self) -> list[str]:
        """How the command line says it; nothing for what goes without saying."""
        told = (
            ("--style", self.style, DEFAULTS.style),
            ("--optional", self.optional, DEFAULTS.optional),
            ("--python", self.python, DEFAULTS.python),
            ("--pydantic", self.pydantic, DEFAULTS.pydantic),
            ("--base-class", self.base_class, None),
        )
        flags = (("--enums", self.enums), ("--frozen", self.frozen))
        return [
            *(part for flag, value, usual in told if value != usual for part in (flag, str(value))),
            *(flag for flag, given in flags if given),
        ]


DEFAULTS = Options()
