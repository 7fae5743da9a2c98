"""Converting formulas between layouts."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_expressions import SIZES, Grammar, Kind

import matcalc as mc
from matcalc import dimensions
from matcalc.expression import read_formula
from matcalc.expression.terms import read_term
from matcalc.plan import evaluate
from matcalc.variables import Variable, parse_variable

SHAPES = "W[m,n] d[m] s[m] x[n] A[n,n] S[n,n]:symmetric T[m,n,p]"


def _texts(formula: str) -> list[str]:
    return [step.text for step in mc.convert_formula(formula, variables=SHAPES).steps]


def _matrix(formula: str, variables: dict[str, Variable], arrays: dict[str, Any]) -> Any:
    """The value of a formula with its vectors as columns and rows."""
    shape = read_term(formula, variables).term.value.matrix
    node = read_formula(formula, variables).node
    sizes = [dimensions.evaluate(size, SIZES) for size in shape]
    return np.reshape(evaluate(node, arrays, SIZES), sizes)


def test_a_product_is_turned_step_by_step() -> None:
    assert _texts("W.T @ (d * s)") == [
        "(W.T @ (d * s)).T",
        "(d * s).T @ W.T.T",
        "(d.T * s.T) @ W",
    ]


@pytest.mark.parametrize(
    ("formula", "other"),
    [
        ("W", "W.T"),
        ("d", "d.T"),
        ("x.T @ (A + A.T)", "(A.T + A) @ x"),
        ("2 / n * A @ x - S @ x", "2 / n * x.T @ A.T - x.T @ S"),
        ("d @ (x.T @ A)", "A.T @ x @ d.T"),
        ("x @ d.T @ d", "d.T @ (d @ x.T)"),
        ("diag(d) @ W", "W.T @ diag(d)"),
        ("inv(A) @ x", "x.T @ inv(A).T"),
        ("inv(A.T) @ x", "x.T @ inv(A)"),
        ("inv(A.T @ A) @ W.T", "W @ inv(A.T @ A)"),
        ("inv(S) @ x", "x.T @ inv(S)"),
        ("-inv(A) @ S @ inv(A)", "-inv(A).T @ S @ inv(A).T"),
        ("A @ -x", "-x.T @ A.T"),
        ("-A @ -x", "x.T @ A.T"),
        ("x.T @ (A / 2) @ (3 * A)", "3 * A.T @ A.T @ x / 2"),
        ("-2 / n * (x + x).T @ A", "-2 / n * A.T @ (x + x)"),
        ("W @ (-(x.T @ x) * A)", "-(x.T @ x) * A.T @ W.T"),
        ("kron(A @ A, W)", "kron(A.T @ A.T, W.T)"),
        ("outer(d, x)", "outer(x, d)"),
        ("kron(A, W)", "kron(A.T, W.T)"),
        ("x.T @ A @ x", "x.T @ A @ x"),
        ("A * A.T / 3", "A.T * A / 3"),
        ("z = W @ x; z.T @ W", "z = W @ x; W.T @ z"),
        ('einsum("i,jk->jki", d, A)', 'einsum("i,jk->ikj", d, A)'),
        ("2 * T - T", "2 * T.T - T.T"),
    ],
)
def test_the_other_layout_reads_as_a_person_would_write_it(formula: str, other: str) -> None:
    assert mc.convert_formula(formula, variables=SHAPES).text == other


@given(st.integers(0, 10**6))
def test_every_line_of_a_random_formula_is_its_transpose_and_twice_is_the_identity(
    seed: int,
) -> None:
    random = Random(seed)  # noqa: S311
    kind = random.choice([Kind(("i",)), Kind(("n",), row=True), Kind(("i", "n")), Kind(("n", "n"))])
    expression = Grammar(random).expression(2, kind)
    variables = {one.name: one for one in map(parse_variable, expression.declarations.split())}
    if not read_formula(expression.text, variables).columns:
        return
    arrays = expression.point(random)
    found = mc.convert_formula(expression.text, variables=expression.declarations)
    back = mc.convert_formula(found.text, variables=expression.declarations)
    with np.errstate(all="ignore"):
        value = _matrix(expression.text, variables, arrays)
        for text in (found.text, *(step.text for step in found.steps)):
            np.testing.assert_allclose(_matrix(text, variables, arrays), value.T, 1e-9, 1e-9)
        np.testing.assert_allclose(_matrix(back.text, variables, arrays), value, 1e-9, 1e-9)


@pytest.mark.parametrize(
    "formula",
    [
        "W.T @ (d * s)",
        "x.T @ A",
        "d @ x.T",
        "(A + S.T) @ x",
        "diag(d) @ W",
        "-W",
        "-inv(A) @ A @ x",
        "2 * inv(A).T @ x",
    ],
)
def test_converting_twice_gives_the_formula_back(formula: str) -> None:
    once = mc.convert_formula(formula, variables="W[m,n] d[m] s[m] x[n] A[n,n] S[n,n]")
    twice = mc.convert_formula(
        once.text,
        variables="W[m,n] d[m] s[m] x[n] A[n,n] S[n,n]",
        source="denominator",
        target="numerator",
    )
    assert twice.text == formula
    assert (twice.shape_from, twice.shape_to) == (once.shape_to, once.shape_from)


def test_the_same_layout_leaves_a_formula_as_it_is() -> None:
    found = mc.convert_formula("W.T@d", variables=SHAPES, source="numerator", target="numerator")
    assert (found.text, found.steps) == ("W.T @ d", ())


def test_a_derivative_in_one_layout_becomes_that_in_the_other() -> None:
    J = mc.derive("tanh(W @ x)", wrt="x", variables="W[m,n] x[n]", layout="numerator")
    found = mc.convert_formula(J.text, variables="W[m,n] x[n]")
    answer = mc.identify("tanh(W @ x)", wrt="x", variables="W[m,n] x[n]", formula=found.text)
    assert answer.agreeing == ("denominator",)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("x @ A @ x", "one-dimensional arrays, which have no rows and columns"),
        ("x + " * 300 + "x", "over 600 names, numbers and signs"),
        ("W @ W", "does not fit"),
        ("W @", "is missing at the end"),
    ],
)
def test_what_cannot_be_converted_is_refused(formula: str, message: str) -> None:
    with pytest.raises(mc.MatcalcError, match=message):
        mc.convert_formula(formula, variables=SHAPES)


def test_depth_does_not_meet_the_limit_of_recursion() -> None:
    for formula in (
        "x" + ".T" * 590,
        " + ".join(["x"] * 300),
        "(" * 90 + "x" + " + x)" * 90,
        "-(" * 90 + "x" + ")" * 90,
    ):
        mc.convert_formula(formula, variables="x[n]")


def test_conventions_that_do_not_compose_are_refused() -> None:
    with pytest.raises(mc.LayoutError, match="jax is a convention"):
        mc.convert_formula("W", variables=SHAPES, target="jax")


def test_a_sign_that_moves_to_the_front_is_said_with_its_rule() -> None:
    found = mc.convert_formula("-inv(A) @ x", variables=SHAPES)
    assert [step.text for step in found.steps] == ["(-inv(A) @ x).T", "-x.T @ inv(A).T"]
    assert "a sign moves to the front" in found.steps[-1].rule
