"""Arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from matcalc.variables import Variable, parse_derivative, parse_ratio, resolve

Derivative = Annotated[
    str,
    typer.Argument(
        metavar="DERIVATIVE",
        help="What by what: 'z[3] / W[3,2]', or z=3/W=3,2 without quotes.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Asked(NamedTuple):
    """A derivative as it was asked for, and the names that were given no shape."""

    of: Variable
    wrt: Variable
    assumed: tuple[str, ...]

    @property
    def title(self) -> str:
        """The derivative with its shapes: ``∂z[3]/∂W[3,2]``."""
        return f"∂{self.of}/∂{self.wrt}"


def read_derivative(text: str) -> Asked:
    """Read the argument of ``shape`` and ``convert``.

    Raises:
        MatcalcError: It cannot be read.
    """
    return Asked(*parse_derivative(text), resolve(parse_ratio(text)).taken_as_scalar)
