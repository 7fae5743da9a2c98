"""A worked example of each command: what to type, and what it prints, or how that begins."""

from __future__ import annotations

from shlex import split
from typing import NamedTuple

from matcalc_cli.output import shell_lines


class Example(NamedTuple):
    """What is typed after the name of a command, and what it prints at 80 columns.

    Attributes:
        arguments: As a shell takes them.
        shown: The first lines of what is printed.
        goes_on: Whether more lines are printed.
    """

    arguments: str
    shown: str
    goes_on: bool = False


EXAMPLES = {
    "derive": Example(
        "'x.T @ A @ x' --wrt x --vars 'x[n] A[n,n]' --layout denominator --format text",
        "(A + A.T) @ x",
    ),
    "check": Example(
        "'2 * A @ x' --of 'x.T @ A @ x' --wrt x --vars 'x[n] A[n,n]' --short",
        "wrong: the values differ\n"
        "symmetric-part at 2 * A (characters 1 to 5): that would need a symmetric matrix;\n"
        "  in general it is A + A.T\n"
        "repaired: (A + A.T) @ x",
    ),
    "chain": Example(
        "L 'a[2]' 'x[3]' --layout numerator",
        "∂L/∂x through a\n"
        "L taken as a scalar\n"
        "\n"
        "numerator layout: from the outside in\n"
        "\n"
        "  ∂L/∂a · ∂a/∂x = ∂L/∂x\n"
        "   1×2     2×3     1×3",
        goes_on=True,
    ),
    "fit": Example(
        "'dz1[n1] = ? @ dz2[n2]' --from 'W2[n2,n1]'",
        "  dz1  =   ?   @ dz2\n  n1×1   n1×n2   n2×1\n\n? is n1×n2: only W2.T fits",
        goes_on=True,
    ),
    "shape": Example(
        "'z[3] / W[3,2]'",
        "∂z[3]/∂W[3,2]\n"
        "\n"
        "  numerator layout    3×2×3      z W_2 W_1\n"
        "  denominator layout  3×2×3      W_1 W_2 z",
        goes_on=True,
    ),
    "convert": Example(
        "--formula 'W.T @ d' --vars 'W[m,n] d[m]' --from denominator --to numerator",
        "denominator layout, n×1\n\n  W.T @ d\n\nnumerator layout, 1×n\n\n  d.T @ W",
    ),
    "identify": Example(
        "'z[m] / x[n]' --shape m,n",
        "m×n as ∂z[m]/∂x[n]\n"
        "\n"
        "  ✓   numerator layout     m×n      agrees\n"
        "  ✗   denominator layout   n×m      the shape is m×n",
        goes_on=True,
    ),
    "layouts": Example("", "The shape of ∂y/∂x", goes_on=True),
    "rules": Example(
        "softmax",
        "softmax\n  dp = p ⊙ (dx - sum(p ⊙ dx)): the Jacobian diag(p) - p pᵀ",
        goes_on=True,
    ),
}


def command_line(name: str) -> str:
    """What is typed: ``matcalc shape 'z[3] / W[3,2]'``."""
    return f"matcalc {name} {EXAMPLES[name].arguments}".rstrip()


def worked(name: str) -> list[str]:
    """The example as lines of a terminal of 80 columns."""
    example = EXAMPLES[name]
    first, *others = shell_lines(split(command_line(name)), 78)
    more = ["..."] if example.goes_on else []
    return [f"$ {first}", *others, *example.shown.splitlines(), *more]
