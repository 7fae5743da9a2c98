"""Time against size, in steps, which are the same on every machine: nothing hangs.

``MATCALC_GROWTH_SIZES=8,16`` measures larger sizes.
"""

import os
from itertools import pairwise
from math import log

import pytest
from growth_families import FAMILIES, Program

import matcalc as mc
from matcalc.errors import NotDifferentiableError, TooLargeError
from matcalc.steps import MOST, counted

SIZES = [int(size) for size in os.environ.get("MATCALC_GROWTH_SIZES", "6,10").split(",")]
GROWTH = 2.2  # the power of the size that steps grow with, at most
LONG_ANSWERS = {  # sums over positions, where each term is as long; graphs of n * n edges
    "sum of a power": 3.2,
    "quadratic form of a power": 3.2,
    "a power": 3.8,
    "sum of a chain of equal matrices": 3.2,
    "sum of a chain of equal symmetric matrices": 3.2,
    "by the middle of a chain": 3.2,
    "a Hessian of a power": 3.4,
    "a sum of many powers": 3.2,
    "a complete graph of matrices": 4.2,
    "a complete graph of symmetric matrices": 6.6,
    "squared again and again, trace": 3.2,
    "squared again and again, sum": 3.2,
    "a Gram matrix of a Gram matrix": 3.2,
    "a ladder of symmetric matrices": 3.2,
    "a linear recurrence": 3.2,
    "costs along a recurrence": 3.2,
    "a tower of cross products": 2.5,
}


def steps(program: Program) -> int:
    """How many steps it takes to derive a formula and to write its derivative."""
    formula, wrt, variables, order = program
    with counted() as count:
        try:
            derivative = mc.derive(
                formula, wrt=wrt, variables=variables, layout="denominator", order=order
            )
            assert derivative.text
        except (NotDifferentiableError, TooLargeError):
            pass
    return count.spent


@pytest.mark.parametrize("name", FAMILIES)
def test_steps_grow_as_a_power_of_the_size_that_is_small(name: str) -> None:
    found = [steps(FAMILIES[name](size)) for size in SIZES]
    for (n, few), (m, many) in pairwise(zip(SIZES, found, strict=True)):
        assert many < 3 * MOST
        assert log(many / few) / log(m / n) <= LONG_ANSWERS.get(name, GROWTH)


def test_what_takes_too_many_steps_is_refused() -> None:
    program = FAMILIES["a complete graph of symmetric matrices"](16)
    with pytest.raises(TooLargeError, match=r"takes more than 1,000,000 steps"):
        mc.derive(
            program.formula, wrt=program.wrt, variables=program.variables, layout="denominator"
        )
