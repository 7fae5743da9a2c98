"""A label counts, whatever becomes of the factors that it stands on.

``MATCALC_LAW_CASES=20000`` draws so many products.
"""

import os
from random import Random
from typing import Any

import numpy as np
import pytest
from partnered_products import DECLARED, PROPERTIES, SIZES, Drawing, Valued, variables

import matcalc as mc
from matcalc.derivative import derivatives
from matcalc.graph import Node, einsum, symbol
from matcalc.notation import text, write
from matcalc.plan import evaluate
from matcalc.simplify import simplified

CASES = int(os.environ.get("MATCALC_LAW_CASES", "800"))
BATCH = 100


def drawn(seed: int) -> tuple[Valued, dict[str, Any]]:
    """A product of partners, with numbers for its variables."""
    known = variables(seed)
    random = Random(seed)  # noqa: S311 - the same products each time
    product = Drawing(random, known).multiplied(random.choice([0, 1, 2, 3]))
    return product, {name: one.entries for name, one in known.items()}


def short(node: Node) -> Node:
    return simplified([node], PROPERTIES)[node]


@pytest.mark.parametrize("first", range(0, CASES, BATCH))
def test_products_of_partners_have_the_value_that_loops_give(first: int) -> None:
    for seed in range(first, first + BATCH):
        product, arrays = drawn(seed)
        simple = short(product.node)
        values = [evaluate(node, arrays, SIZES) for node in (product.node, simple)]
        if len(simple.shape) <= 2:
            printed = text(write(simple, list(DECLARED)))
            values.append(mc.evaluate(printed, **SIZES, **arrays))
        for value in values:
            np.testing.assert_allclose(value, product.entries, 1e-8, 1e-8, err_msg=str(seed))


@pytest.mark.parametrize("first", range(0, CASES // 2, BATCH))
def test_so_do_their_derivatives(first: int) -> None:
    """Along a random direction, against a central difference of the product as it was built."""
    for seed in range(first, first + BATCH):
        product, arrays = drawn(seed)
        rng = np.random.default_rng(seed)
        for name in ("c", "W", "x", "A"):
            (derivative,) = derivatives(product.node, [symbol(name, DECLARED[name])])
            direction = 1e-5 * rng.normal(size=arrays[name].shape)
            ahead, behind = (
                evaluate(product.node, arrays | {name: arrays[name] + step}, SIZES)
                for step in (direction, -direction)
            )
            found = evaluate(short(derivative), arrays, SIZES)
            along = np.tensordot(found, direction, direction.ndim)
            size = 1e-3 * abs(direction).max() * max(1, abs(found).max(initial=0))
            np.testing.assert_allclose(along, (ahead - behind) / 2, 1e-4, size, err_msg=str(seed))


@pytest.mark.parametrize(
    ("expression", "wrt", "declared", "expected"),
    [
        ("sum(W / (c * W))", "c", "W[m,n] c", "-m * n / c**2"),
        ("tr((1 / W).T @ W) * c", "c", "W[m,n] c", "m * n"),
        ("(x.T @ (c / x)) * s", "s", "x[n] c s", "n * c"),
        ('einsum("ij,ij,j->", W, c / W, s)', "s", "W[m,n] c s[n]", "m * c * ones(n)"),
        ('einsum("ij,jk->", S, inv(S)) * s', "s", "S[n,n]:spd s", "n"),
        ("sum(x**1.5 * x**-1.5) * c", "c", "x[n] c", "n"),
        ("sum(R @ R.T) * c", "c", "R[n,n]:orthogonal c", "n"),
        ("kron(x, 1 / x).T @ kron(1 / x, x) * c", "c", "x[n] c", "n**2"),
        ("sum(p) * c", "c", "p[n]:simplex c", "1"),
    ],
)
def test_sums_over_what_cancelled_count_their_terms(
    expression: str, wrt: str, declared: str, expected: str
) -> None:
    derivative = mc.derive(expression, wrt=wrt, variables=declared, layout="denominator")
    assert derivative.text == expected


def test_a_label_that_is_given_counts_though_no_factor_has_it() -> None:
    node = einsum("->", sizes={"i": "n"})
    assert evaluate(node, {}, {"n": 3}) == 3
