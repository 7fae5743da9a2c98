# ruff: noqa: S311 - random for tests, not for secrets

"""Derivatives of random expressions over the whole language, against numbers and against JAX.

``MATCALC_EXAMPLES=20000`` draws so many, other ones in every run.
"""

import os
from random import Random
from typing import Any

import numpy as np
import pytest
from derivative_checks import check, check_second, close, measured
from hypothesis import Phase, assume, given, note, settings
from hypothesis import strategies as st
from language import words
from random_chains import in_layout
from random_expressions import PRODUCTIONS, SIZES, Expression, Grammar, Kind

import matcalc as mc

special, linalg = pytest.importorskip("scipy.special"), pytest.importorskip("scipy.linalg")

NUMPY = words(np, special, linalg)
EXAMPLES = int(os.environ.get("MATCALC_EXAMPLES", "150"))
CHOSEN = settings(max_examples=EXAMPLES, derandomize=EXAMPLES == 150)
UNSHRUNK = settings(CHOSEN, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # or it is slow
FEWER = settings(max_examples=EXAMPLES // 10, derandomize=EXAMPLES == 150)
SLOW = settings(max_examples=EXAMPLES // 20, derandomize=EXAMPLES == 150)

randoms = st.randoms(use_true_random=False)


def drawn(random: Random, depth: int = 3, kind: Kind | None = None) -> Expression:
    """An expression of one variable or more."""
    while True:
        found = Grammar(random).expression(depth, kind)
        if found.variables:
            return found


def numbers(
    expression: Expression, wrt: str, point: dict[str, Any], library: Any = NUMPY
) -> np.ndarray | None:
    """The derivative by central differences, if the point is no kink."""
    return measured(lambda x: expression.value(library, point | {wrt: x}), point[wrt])


@CHOSEN
@given(randoms)
def test_derivatives_agree_with_central_differences_in_numbers_code_and_text(
    random: Random,
) -> None:
    expression = drawn(random)
    point = expression.point(random)
    wrt = random.choice([*expression.variables, *expression.named])
    with np.errstate(all="ignore"):
        if wrt not in point:
            point[wrt] = np.array(expression.parts(NUMPY, point)[wrt])
    expected = numbers(expression, wrt, point)
    assume(expected is not None)
    assert expected is not None
    check(expression.text, expression.declarations, wrt, SIZES | point, expected)


@FEWER
@given(randoms)
def test_expressions_have_the_values_that_numpy_gives_them(random: Random) -> None:
    expression = drawn(random, depth=4)
    point = expression.point(random)
    with np.errstate(all="ignore"):
        expected = np.asarray(expression.value(NUMPY, point))
    assume(np.isfinite(expected).all())
    close(mc.evaluate(expression.text, **SIZES, **point), expected, 1e-9)


@FEWER
@given(randoms)
def test_derivatives_with_respect_to_several_variables_are_those_of_each(random: Random) -> None:
    expression = drawn(random)
    names = list(expression.variables)
    wrt = random.sample(names, min(len(names), 3))
    point = expression.point(random)
    assume(np.isfinite(expression.value(NUMPY, point)).all())
    declared = expression.declarations
    together = mc.derive(expression.text, wrt=wrt, variables=declared, layout="numerator")
    for name, one in zip(wrt, together, strict=True):
        alone = mc.derive(expression.text, wrt=name, variables=declared, layout="numerator")
        assert one.shape == alone.shape
        close(one.evaluate(**SIZES, **point), alone.evaluate(**SIZES, **point), 1e-10)


@UNSHRUNK
@given(randoms)
def test_second_derivatives_agree_with_differences_of_the_first(random: Random) -> None:
    kind = random.choice([Kind(), Kind(), Kind((random.choice(tuple(SIZES)),))])
    expression = drawn(random, depth=random.choice([2, 3]), kind=kind)
    names = list(expression.variables)
    pair = random.choice(names), random.choice(names)
    note(f"{expression.text} by {pair}; {expression.declarations}")
    assume(
        check_second(
            expression.text, expression.declarations, pair, SIZES, expression.point(random)
        )
    )


def test_at_most_one_point_in_ten_is_near_a_kink_or_out_of_range() -> None:
    randoms = map(Random, range(200))
    found = [
        numbers(expression, random.choice(list(expression.variables)), expression.point(random))
        for random in randoms
        for expression in [drawn(random)]
    ]
    assert sum(one is None for one in found) <= 20


def test_random_expressions_have_every_operator_and_function() -> None:
    text = "\n".join(drawn(Random(seed)).text for seed in range(1500))
    for word in ("@", "* ", "/ ", "+ ", "- ", "**", ".T", "-", ";", "solve(", "expm(", "kron("):
        assert word in text
    for word in ("einsum(", "rearrange(", "slice(", "concatenate(", "stack(", "vec(", "diag("):
        assert word in text
    assert all(PRODUCTIONS.values())


def test_the_check_notices_a_derivative_of_something_else() -> None:
    x = np.array([0.3, 0.5])
    with pytest.raises(AssertionError):
        check("sum(sin(x))", "x[n]", "x", {"x": x, "n": 2}, np.cos(x) * 1.001)
    with pytest.raises(AssertionError):
        check("tr(A @ X)", "A[n,n] X[n,n]", "X", {"A": np.eye(2), "X": np.eye(2)}, np.ones((2, 2)))


@pytest.fixture(scope="module")
def jax() -> Any:
    found = pytest.importorskip("jax")
    found.config.update("jax_enable_x64", True)
    return found


def test_derivatives_agree_with_those_of_jax(jax: Any) -> None:
    library = words(jax.numpy, jax.scipy.special, jax.scipy.linalg)

    @SLOW
    @given(randoms)
    def agree(random: Random) -> None:
        expression = drawn(random)
        point = expression.point(random)
        wrt = random.choice(list(expression.variables))
        by_jax = jax.jacrev(lambda x: expression.value(library, point | {wrt: x}) + 0.0 * x.sum())
        expected = np.asarray(by_jax(point[wrt]))
        assume(np.isfinite(expected).all() and np.abs(expected).max(initial=0.0) < 1e8)
        rank = expected.ndim - point[wrt].ndim
        for layout in ("numerator", "denominator"):
            d = mc.derive(
                expression.text, wrt=wrt, variables=expression.declarations, layout=layout
            )
            close(d.evaluate(**SIZES, **point), in_layout(expected, rank, layout), 1e-8)

    agree()
