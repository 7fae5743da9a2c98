"""Identifying the layout of a shape, an array, a formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc as mc
from matcalc.layout import CONVENTIONS, TABLE, written
from matcalc.variables import Variable

PAIRS = [(above, below) for above in range(4) for below in range(4)]
_OF_VECTOR = ("numerator", "mixed", "jax", "vec-F", "vec-C")


def _expression(above: int, below: int) -> tuple[str, str, tuple[int, ...]]:
    """An expression of ranks that are asked for, its variables and the shape of the factor."""
    sizes = (2, 3, 5, 4, 7, 6)
    shapes = sizes[:above], sizes[3 : 3 + below]
    factor = shapes[0] + shapes[1]
    labels = "abc"[:above], "xyz"[:below]
    if not factor:
        return "C * X", "C X", ()
    text = f'einsum("{labels[0]}{labels[1]},{labels[1]}->{labels[0]}", C, X)'
    stated = [Variable("C", factor), Variable("X", shapes[1])]
    return text, " ".join(map(str, stated)), factor


@pytest.mark.parametrize(("above", "below"), PAIRS)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_convention_of_an_array_is_found_for_every_pair_of_ranks(
    above: int, below: int, convention: str
) -> None:
    text, variables, shape = _expression(above, below)
    rng = np.random.default_rng(above * 4 + below)
    at: dict[str, Any] = {"C": rng.normal(size=shape), "X": rng.normal(size=shape[above:])}
    J = mc.derive(text, wrt="X", variables=variables, layout="numerator")
    values = J.evaluate(**at)
    of, wrt = Variable("f", shape[:above]), Variable("X", shape[above:])
    numbers = mc.jacobian(f"{of} / {wrt}", values, layout="numerator")
    array = numbers.as_convention(convention)
    found = mc.identify(text, wrt="X", variables=variables, array=array, at=at)
    assert convention in found.agreeing
    for other in found.agreeing:  # what agrees holds the same array
        np.testing.assert_allclose(numbers.as_convention(other).ravel(), array.ravel())
    for reading in found.readings:
        form = written(of, wrt, reading.convention)
        same = array.shape in (form.shape, form.matrix_shape)
        if not reading.agrees and same:
            assert not np.allclose(numbers.as_convention(reading.convention).ravel(), array.ravel())


@given(
    st.sampled_from(["numerator", "denominator"]),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 99),
)
def test_at_equal_sizes_values_decide(layout: str, m: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    at = {"A": rng.normal(size=(m, n)), "x": rng.normal(size=n)}
    array = at["A"] if layout == "numerator" else at["A"].T
    found = mc.identify("A @ x", wrt="x", variables="A[m,n] x[n]", array=array, at=at)
    assert layout in found.agreeing
    assert ({"numerator", "denominator"} <= set(found.agreeing)) == (m == n == 1)


@pytest.mark.parametrize("cell", TABLE, ids=lambda cell: f"{len(cell.of)}-{len(cell.wrt)}")
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_shape_of_the_table_is_that_of_its_convention(cell: Any, convention: str) -> None:
    of, wrt = Variable("y", cell.of), Variable("x", cell.wrt)
    shape = written(of, wrt, convention).shape
    assert convention in mc.identify(f"{of} / {wrt}", shape=shape).agreeing


def test_a_shape_says_what_named_sizes_must_be() -> None:
    found = mc.identify("z[m] / x[n]", shape=(3, 2))
    sizes = {one.convention: one.sizes for one in found.readings}
    assert sizes["numerator"] == {"m": 3, "n": 2}
    assert sizes["denominator"] == {"n": 3, "m": 2}
    assert "numerator layout and denominator layout have the same shape here" in found.hints[0]
    assert mc.identify("z[3] / x[2]", shape=(3, 2)).agreeing == _OF_VECTOR
    assert mc.identify("z[3] / x[2]", shape=(2, 3)).agreeing == ("denominator",)
    assert not mc.identify("z[3] / x[2]", shape=(3, 3))
    assert mc.identify("Y[m,n] / X[p,q]", shape=(6, 20)).agreeing == ("vec-F", "vec-C")


def test_an_array_without_a_point_is_known_by_its_shape() -> None:
    assert mc.identify("z[3] / x[2]", array=np.ones((2, 3))).agreeing == ("denominator",)


@pytest.mark.parametrize(
    ("expression", "formula", "agreeing"),
    [
        ("A @ x", "A", _OF_VECTOR),
        ("A @ x", "A.T", ("denominator",)),
        ("x.T @ S @ x", "x.T @ (S + S.T)", ("numerator", "jax", "vec-F", "vec-C")),
        ("x.T @ S @ x", "(S + S.T) @ x", ("denominator", "mixed", "jax")),
        ("trace(S @ B)", "S", ("numerator",)),
        ("trace(S @ B)", "S.T", ("denominator", "mixed", "jax")),
        ("x.T @ x / 2", "x", ("denominator", "mixed", "jax")),
        ("S @ B", "kron(eye(n), S)", ("vec-F",)),
        ("S @ B", "kron(S, eye(n))", ("vec-C",)),
        ("S @ B", 'einsum("ik,jl->ijkl", S, eye(n))', ("mixed", "jax")),
        ("S @ B", 'einsum("ik,jl->ijlk", S, eye(n))', ("numerator",)),
    ],
)
def test_a_formula_is_decided_by_value(
    expression: str, formula: str, agreeing: tuple[str, ...]
) -> None:
    shapes = "A[m,n] x[n] S[n,n] B[n,n]"
    wrt = "B" if "B" in expression else "x"
    found = mc.identify(expression, wrt=wrt, variables=shapes, formula=formula)
    assert found.agreeing == agreeing


def test_a_formula_that_agrees_with_none_comes_with_the_right_one() -> None:
    shapes = "A[n,n] x[n]"
    found = mc.identify("x.T @ A @ x", wrt="x", variables=shapes, formula="2 * A @ x")
    assert not found
    assert found.right is not None
    assert (found.right.layout, found.right.text) == ("denominator", "(A + A.T) @ x")
    assert found.right.factor is None
    doubled = mc.identify("x.T @ A @ x", wrt="x", variables=shapes, formula="2 * x.T @ (A + A.T)")
    assert doubled.right is not None
    assert doubled.right.layout == "numerator"
    assert doubled.right.factor == pytest.approx(2)


_LOGISTIC = "p = sigmoid(X @ w); -sum(y * log(p) + (1 - y) * log(1 - p))"


@pytest.mark.parametrize(
    ("expression", "formula", "layout"),
    [
        (_LOGISTIC, "(p - y).T @ X", "numerator"),
        (_LOGISTIC, "X.T @ (p - y)", "denominator"),
        (_LOGISTIC, "p = sigmoid(X @ w); X.T @ (p - y)", "denominator"),
        ("z = X @ w; z.T @ z", "2 * z.T @ X", "numerator"),
        ("z = X @ w; q = 2 * z; L = z.T @ q", "2 * q.T @ X", "numerator"),
        ("r = w.T @ A; r @ w", "r + w.T @ A.T", "numerator"),  # r is a row
        ("k = X @ w; k.T @ k", "2 * X.T @ k", "denominator"),  # and k no dimension
        ("z = X @ w; L = sum(z) ** 2", "2 * sum(z) * X.T @ ones(m)", "denominator"),
    ],
)
def test_a_formula_knows_the_names_of_the_expression(
    expression: str, formula: str, layout: str
) -> None:
    shapes = "X[m,n] w[n] y[m] A[n,n]"
    found = mc.identify(expression, wrt="w", variables=shapes, formula=formula)
    assert layout in found.agreeing
    assert not found.notes


def test_a_derivative_by_a_name_may_use_the_name() -> None:
    found = mc.identify("z = X @ w; z.T @ z", wrt="z", variables="X[m,n] w[n]", formula="2 * z.T")
    assert "numerator" in found.agreeing


def test_a_name_that_is_taken_as_a_dimension_is_noted() -> None:
    found = mc.identify("x.T @ x", wrt="x", variables="x[n]", formula="2 * k * x.T")
    assert found.notes == ("k is not declared: taken as a dimension, a whole number",)


def test_a_name_of_two_meanings_is_refused_at_its_place() -> None:
    with pytest.raises(mc.NotationError, match="the expression gives r another meaning") as error:
        mc.identify(
            "r = X @ w; s = r.T @ r; s**2", wrt="w", variables="X[m,n] w[n]", formula="r = w; s * r"
        )
    assert error.value.places[0].text == "r = w; s * r"


def test_an_error_of_a_formula_points_into_the_formula() -> None:
    with pytest.raises(mc.NotationError, match="name it there: 'q = …; …'") as error:
        mc.identify("z = X @ w; z.T @ z", wrt="w", variables="X[m,n] w[n]", formula="z.T @ q")
    (place,) = error.value.places
    assert (place.text, place.start, place.stop) == ("z.T @ q", 6, 7)


@pytest.mark.parametrize(
    ("formula", "factor", "multiple"),
    [
        ("2 * X.T @ (X @ w - y)", None, "m"),
        ("4 * X.T @ (X @ w - y) / m**2", None, "2/m"),
        ("-2 / m * X.T @ (X @ w - y)", -1, "-1"),
        ("n * X.T @ (X @ w - y)", None, "0.5*m*n"),
        ("X.T @ X @ w", None, ""),
    ],
)
def test_a_multiple_is_named_after_the_sizes_that_it_depends_on(
    formula: str, factor: float | None, multiple: str
) -> None:
    found = mc.identify(
        "sum((X @ w - y)**2) / m", wrt="w", variables="X[m,n] w[n] y[m]", formula=formula
    )
    assert found.right is not None
    assert found.right.multiple == multiple
    assert found.right.factor == (factor if factor is None else pytest.approx(factor))


def test_sizes_are_bounded() -> None:
    with pytest.raises(mc.TooLargeError, match="declare dimensions by name"):
        mc.identify("A @ x", wrt="x", variables="A[n,n] x[n] B[10**9]", formula="A")


def test_what_is_declared_is_used() -> None:
    shapes = "S[n,n]:symmetric x[n]"
    found = mc.identify("x.T @ S @ x", wrt="x", variables=shapes, formula="2 * S @ x")
    assert "denominator" in found.agreeing
    assert mc.identify("logdet(P)", wrt="P", variables="P[n,n]:spd", formula="inv(P)")


def test_sources_are_those_of_the_table_of_sources() -> None:
    found = mc.identify("z[3] / x[2]", shape=(2, 3))
    (denominator,) = [one for one in found.readings if one.agrees]
    assert [usage.name for usage in denominator.sources] == ["SymPy diff"]


def test_hints_say_which_derivative_tells_conventions_apart() -> None:
    found = mc.identify("L / x[n]", shape=("n",))
    assert found.agreeing == ("numerator", "denominator", "mixed", "jax")
    (hint,) = found.hints
    assert hint.endswith(
        "Look in the same source for a derivative of a vector m by a vector n: it is m×n in "
        "numerator layout and mixed; n×m in denominator layout; (m, n) in JAX/PyTorch."
    )
    (same,) = mc.identify("z[m] / W[p,q]", shape=("m", "p", "q")).hints
    assert same == (
        "mixed and JAX/PyTorch order all derivatives alike; a gradient is n×1 in mixed, and stays "
        "(n,) in JAX/PyTorch."
    )


@pytest.mark.parametrize(("above", "below"), [(a, b) for a in range(3) for b in range(3)])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_no_hint_is_of_scalars_alone_or_of_the_kind_that_is_there(
    above: int, below: int, convention: str
) -> None:
    of, wrt = Variable("y", (2, 3)[:above]), Variable("x", (5, 7)[:below])
    kinds = ("a scalar", "a vector", "a matrix")
    for hint in mc.identify(f"{of} / {wrt}", shape=written(of, wrt, convention).shape).hints:
        _, _, advice = hint.partition("Look in the same source")
        assert "a scalar by a scalar" not in advice
        assert not (above and f"{kinds[above]} by {kinds[below]}" in advice)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"derivative": "z[2] / x[2]"}, "one of shape, formula and array"),
        ({"derivative": "z[2] / x[2]", "formula": "A"}, "need an expression"),
        (
            {"derivative": "A @ x", "wrt": "x", "variables": "A[m,n] x[n]", "formula": "A @ A"},
            "A @ A does not fit|needs",
        ),
        (
            {"derivative": "x", "wrt": "x", "variables": "x", "formula": "log(-x**2)"},
            "not finite at random points",
        ),
        (
            {
                "derivative": "A @ x",
                "wrt": "x",
                "variables": "A[2,2] x[2]",
                "array": np.eye(2),
                "at": {"x": np.ones(2), "A": np.ones((3, 3))},
            },
            "A",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(mc.MatcalcError, match=message):
        mc.identify(**arguments)


_COLUMNS = {"numerator", "denominator", "mixed", "vec-F", "vec-C"}


@pytest.mark.parametrize(
    ("expression", "wrt", "variables", "formula"),
    [
        ("sum((W @ a - y)**2)/2", "a", "W[2,3] a[3] y[2]", "(W @ a - y) @ W"),
        ("y.T @ (W @ x)", "x", "W[m,n] x[n] y[m]", "y @ W"),
        ("norm(A @ x - b)**2", "x", "A[m,n] x[n] b[m]", "2 * (A @ x - b) @ A"),
    ],
)
def test_what_fits_as_one_dimensional_arrays_alone_is_in_no_layout_of_columns(
    expression: str, wrt: str, variables: str, formula: str
) -> None:
    found = mc.identify(expression, wrt=wrt, variables=variables, formula=formula)
    assert found.agreeing == ("jax",)
    assert {one.verdict for one in found.readings if one.convention in _COLUMNS} == {
        "not_conformable"
    }
    assert "one-dimensional arrays" in found.notes[0]
    assert "does not fit" in found.notes[0]
    assert found.right is not None
    again = mc.identify(expression, wrt=wrt, variables=variables, formula=found.right.text)
    assert found.right.layout in again.agreeing


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("2 * A @ w - lam", "lam is a number beside n×1"),
        ("(2 * A @ w).T - lam", "lam is a number beside 1×n"),
        ("2 * A @ w - lam * ones(n)", ""),
        ("2 * A @ w + 0 * 3 - lam * ones(n)", ""),
    ],
)
def test_a_number_in_place_of_a_vector_is_said(formula: str, said: str) -> None:
    found = mc.identify(
        "w.T @ A @ w - lam * (sum(w) - 1)",
        wrt="w",
        variables="w[n] A[n,n]:symmetric lam",
        formula=formula,
    )
    assert found
    assert bool([one for one in found.notes if "beside" in one]) is bool(said)
    assert said in "".join(found.notes)


@pytest.mark.parametrize(
    ("expression", "variables", "formula", "condition"),
    [
        ("x.T @ A @ x", "A[n,n] x[n]", "2 * A @ x", "A[n,n]:symmetric"),
        ("-(y.T @ log(softmax(x)))", "x[n] y[n]", "softmax(x) - y", "y[n]:simplex"),
        ("sum(abs(x) * x)", "x[n]", "2 * x", "x[n]:positive"),
        ("norm(Q @ x)**2", "Q[m,n] x[n]", "2 * x", "Q[m,n]:orthogonal"),
    ],
)
def test_a_wrong_formula_comes_with_what_would_make_it_right(
    expression: str, variables: str, formula: str, condition: str
) -> None:
    found = mc.identify(expression, wrt="x", variables=variables, formula=formula)
    assert not found
    assert [one.variable for one in found.right_when] == [condition]
    name = condition.partition("[")[0]
    declared = " ".join(
        condition if one.startswith(f"{name}[") else one for one in variables.split()
    )
    again = mc.identify(expression, wrt="x", variables=declared, formula=formula)
    assert again.agreeing == found.right_when[0].conventions


def test_a_second_derivative_is_identified() -> None:
    asked: dict[str, Any] = {"wrt": "x", "variables": "x[n] A[n,n]:symmetric", "order": 2}
    expression = "(x.T @ A @ x)**2"
    assert not mc.identify(expression, formula="12 * A @ x @ x.T @ A", **asked)
    right = "8 * A @ x @ x.T @ A + 4 * (x.T @ A @ x) * A"
    assert {"numerator", "denominator"} <= set(
        mc.identify(expression, formula=right, **asked).agreeing
    )
    array = mc.evaluate(right, x=[1.0, 2.0], A=np.eye(2))
    at = {"x": [1.0, 2.0], "A": np.eye(2)}
    assert mc.identify(expression, array=array, at=at, **asked)
    with pytest.raises(mc.NotationError, match="a second derivative needs an expression"):
        mc.identify("z[2] / x[2]", shape=(2, 2), order=2)
