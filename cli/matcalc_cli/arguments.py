"""Arguments and options that several commands share."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NamedTuple

import typer

from matcalc.variables import Variable, parse_derivative, parse_ratio, resolve


def option(name: str, metavar: str, text: str, **more: Any) -> Any:
    """An option with a value, and what its help says of it."""
    return typer.Option(name, metavar=metavar, help=text, **more)


def argument(metavar: str, text: str, **more: Any) -> Any:
    """An argument, and what its help says of it."""
    return typer.Argument(metavar=metavar, help=text, **more)


def variables_option(text: str) -> Any:
    """The option that declares variables, with what it says of them."""
    return option("--vars", "VARIABLES", text)


Derivative = Annotated[
    str,
    argument("DERIVATIVE", "What by what: 'z[3] / W[3,2]', or z=3/W=3,2 without quotes."),
]
Notation = Annotated[
    Literal["numpy", "math", "matlab", "latex"] | None,
    typer.Option("--notation", help="How the formula is written, if its signs do not say so."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


_WITH_A_D = re.compile(r"d(?P<name>[^\W\d_][0-9]*)")  # dL and dz1, but not data


class AskedDerivative(NamedTuple):
    """A derivative as it was asked for, and the names that were given no shape."""

    of: Variable
    wrt: Variable
    assumed: tuple[str, ...]

    @property
    def title(self) -> str:
        """The derivative with its shapes: ``∂z[3]/∂W[3,2]``."""
        return f"∂{self.of}/∂{self.wrt}"


def read_derivative(text: str) -> AskedDerivative:
    """Read the argument of ``shape`` and ``convert``.

    Raises:
        MatcalcError: It cannot be read.
    """
    return AskedDerivative(*parse_derivative(text), resolve(parse_ratio(text)).taken_as_scalar)


def read_as(of: Variable, wrt: Variable) -> list[str]:
    """A line for ``dL/dx``, which is written ``L/x``: what it is read as."""
    above, below = (_WITH_A_D.fullmatch(one.name) for one in (of, wrt))
    if above is None or below is None:
        return []
    y, x = above["name"], below["name"]
    return [
        f"{of.name} and {wrt.name} are read as names of variables; ∂{y}/∂{x} is written {y}/{x}"
    ]
