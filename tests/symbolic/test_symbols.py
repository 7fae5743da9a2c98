import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from derivative_checks import close, differences

import matcalc as mc

DECLARED = "W[m,n] x[n] y[m] A[n,n] b[n] s"


def point() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    shapes = {"W": (2, 3), "x": 3, "y": 2, "A": (3, 3), "b": 3, "s": ()}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return arrays | {"A": arrays["A"] + 3 * np.eye(3)}


W, x, y, A, b, s = mc.symbols(DECLARED)

#: A formula from Python, and the same as text.
WRITTEN: dict[str, tuple[Any, str]] = {
    "least squares": (mc.sum((W @ x - y) ** 2), "sum((W @ x - y)**2)"),
    "a quadratic form": (x.T @ A @ x / 2, "x.T @ A @ x / 2"),
    "an outer product": (x @ y.T, "x @ y.T"),
    "a row": (y.T @ W, "y.T @ W"),
    "numbers on the left": (2 - 3 * x / 4 + 1, "2 - 3 * x / 4 + 1"),
    "powers": (x**2 + 2**x + mc.exp(x) ** s, "x**2 + 2**x + exp(x)**s"),
    "signs": (-x + +b, "-x + b"),
    "division by a formula": (1 / (1 + mc.exp(-x)), "1 / (1 + exp(-x))"),
    "a bias": (A @ A * s + W.T @ W, "A @ A * s + W.T @ W"),
    "functions": (mc.tr(mc.inv(A)) + mc.logdet(A @ A.T), "tr(inv(A)) + logdet(A @ A.T)"),
    "parameters": (mc.sum(W, axis=0) + mc.softmax(x), "sum(W, axis=0) + softmax(x)"),
    "parameters by place": (mc.sum(W, 1), "sum(W, 1)"),
    "many operands": (mc.concatenate(x, b, y), "concatenate(x, b, y)"),
    "an einsum": (mc.einsum("ij,j->i", W, x), 'einsum("ij,j->i", W, x)'),
    "a scalar and an array": (mc.maximum(x, 0), "maximum(x, 0)"),
    "numbers as parameters": (mc.leaky_relu(x, slope=0.1), "leaky_relu(x, slope=0.1)"),
    "constants": (
        A + mc.eye("n") * mc.pi() + mc.ones("n", "n"),
        "A + eye(n) * pi() + ones((n, n))",
    ),
    "vec": (mc.vec(W, order="C"), 'vec(W, order="C")'),
    "NumPy's functions": (np.exp(W @ x) + np.tanh(y), "exp(W @ x) + tanh(y)"),
    "NumPy's reductions": (
        np.sum(x) + np.mean(W) + np.linalg.norm(x),
        "sum(x) + mean(W) + norm(x)",
    ),
    "NumPy's algebra": (
        np.linalg.solve(A, x) + np.diag(np.linalg.inv(A)),
        "solve(A, x) + diag(inv(A))",
    ),
    "NumPy's products": (np.outer(x, y), "x @ y.T"),
    "a row of functions": (np.exp(x.T) @ b, "exp(x).T @ b"),
    "stacked": (np.stack([x, b]) @ np.concatenate([b]), "stack(x, b) @ b"),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_formula_from_python_is_that_of_its_text(case: str) -> None:
    formula, text = WRITTEN[case]
    arrays = point()
    expected = mc.evaluate(text, **(arrays | ({"n": 3} if "eye" in text else {})))
    np.testing.assert_allclose(formula.evaluate(**arrays), expected, rtol=1e-12)


@pytest.mark.parametrize("case", WRITTEN)
@pytest.mark.parametrize("wrt", ["x", "W", "A"])
def test_its_derivative_is_that_of_its_text(case: str, wrt: str) -> None:
    formula, text = WRITTEN[case]
    for layout in ("numerator", "denominator"):
        found = mc.derive(formula, wrt=wrt, layout=layout)
        expected = mc.derive(text, wrt=wrt, variables=DECLARED, layout=layout)
        assert found.shape == expected.shape
        assert len(found.text) == len(expected.text)  # terms may stand in another order
        close(found.evaluate(**point()), expected.evaluate(**point()), 1e-12)


def test_a_derivative_agrees_with_central_differences() -> None:
    arrays = point()
    formula = mc.sum(mc.softmax(W @ x) * y) + x.T @ mc.inv(A) @ b

    def value(x: Any) -> Any:
        return formula.evaluate(**(arrays | {"x": x}))

    d = mc.derive(formula, wrt=x, layout="denominator")
    close(d.evaluate(**arrays), differences(value, arrays["x"]), 1e-8)


def test_variables_to_differentiate_by_are_names_or_values() -> None:
    loss = mc.sum((W @ x - y) ** 2)
    by_name = mc.derive(loss, wrt="W", layout="denominator")
    assert by_name.text == "2 * (W @ x - y) @ x.T"
    assert mc.derive(loss, wrt=W, layout="denominator").text == by_name.text
    both = mc.derive(loss, wrt=[W, x], layout="denominator")
    assert [d.wrt.name for d in both] == ["W", "x"]
    second = mc.derive(loss, wrt=x, layout="denominator", order=2)
    assert second.text == "2 * W.T @ W"
    mixed = mc.derive(loss, wrt=(x, y), layout="denominator", order=2)
    assert mixed.evaluate(**point()).shape == (2, 3)


def test_properties_are_used() -> None:
    S, v = mc.symbols("S[n,n]:symmetric v[n]")
    assert mc.derive(v.T @ S @ v, wrt=v, layout="denominator").text == "2 * S @ v"


def test_one_name_gives_a_value_and_several_a_tuple() -> None:
    assert isinstance(mc.symbols("x[n]"), mc.Symbolic)
    assert len(mc.symbols("x[n] y")) == 2
    assert mc.symbols({"A": (2, "n")}).shape == (2, "n")
    with pytest.raises(mc.NotationError, match="no variable is declared"):
        mc.symbols("")


def test_variables_of_several_declarations_meet() -> None:
    u, v = mc.symbols("u[n]"), mc.symbols("v[n]")
    found = mc.derive(u.T @ v, wrt="v", layout="denominator")
    assert found.text == "u"
    assert sorted((u.T @ v + v.T @ u).declared) == ["u", "v"]


def test_a_name_has_one_shape_and_one_meaning() -> None:
    with pytest.raises(mc.ShapeError, match=r"x is declared with two shapes, x\[n\] and x\[3\]"):
        mc.sum(x) + mc.sum(mc.symbols("x[3]"))
    with pytest.raises(mc.NotationError, match="both a variable and a dimension"):
        mc.derive(mc.sum(x) * mc.symbols("n"), wrt="x", layout="numerator")


def test_properties_of_both_declarations_count() -> None:
    plain, known = mc.symbols("S[n,n]"), mc.symbols("S[n,n]:symmetric")
    assert (plain + known).properties == {"S": frozenset(["symmetric"])}


def test_arrays_are_constants_that_have_names_in_print() -> None:
    data = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    x3 = mc.symbols("x[3]")
    loss = mc.sum((data @ x3 - np.array([1.0, -1.0])) ** 2)
    d = mc.derive(loss, wrt=x3, layout="denominator")
    at = np.array([1.0, 2.0, 3.0])
    expected = 2 * data.T @ (data @ at - [1.0, -1.0])
    np.testing.assert_allclose(d.evaluate(x=at), expected)
    np.testing.assert_allclose(d.compile()(at), expected)
    assert set(loss.constants) == {"c1", "c2"}


def test_an_array_that_is_changed_later_stays_as_it_was() -> None:
    data = np.array([1.0, 2.0, 3.0])
    total = mc.symbols("x[3]").T @ data
    data[:] = 0
    assert total.evaluate(x=[1.0, 1.0, 1.0]) == 6


#: What does not fit, and what is said.
MISFITS: dict[str, tuple[Callable[[], Any], type[mc.MatcalcError], str]] = {
    "a column times a column": (lambda: x @ b, mc.ShapeError, "n×1 @ n×1 does not fit"),
    "a written transpose": (lambda: A @ x.T, mc.ShapeError, "n×n @ 1×n does not fit"),
    "a scalar": (lambda: A @ s, mc.ShapeError, r"a product with a scalar is written \*"),
    "a matrix and a vector": (lambda: A * x, mc.ShapeError, r"n×n \* n×1 does not fit"),
    "a row and a column": (lambda: x + b.T, mc.ShapeError, r"n×1 \+ 1×n does not fit"),
    "a row in a function": (lambda: mc.diag(x.T), mc.ShapeError, "diag takes a column"),
    "a row in a function of NumPy": (lambda: np.outer(x.T, b), mc.ShapeError, "np.outer takes a"),
    "zero": (lambda: x / 0, mc.NotationError, "a division by zero"),
    "a missing operand": (lambda: mc.solve(A), mc.NotationError, r"solve is written solve\(A, b\)"),
    "an unknown parameter": (
        lambda: mc.exp(x, axis=0),
        mc.NotationError,
        r"exp is written exp\(x\)",
    ),
    "a complex array": (lambda: x * np.array([1j]), mc.ArrayError, "complex"),
    "another function": (lambda: np.partition(x, 1), mc.NotDifferentiableError, r"np\.partition"),
    "a formula as a variable": (
        lambda: mc.derive(x.T @ b, wrt=W @ x, layout="numerator"),
        mc.NotationError,
        "a variable is asked for",
    ),
    "variables twice": (
        lambda: mc.derive(x.T @ b, wrt=x, variables="x[n]", layout="numerator"),
        mc.NotationError,
        "leave variables= out",
    ),
    "an unknown variable": (
        lambda: mc.derive(x.T @ b, wrt="z", layout="numerator"),
        mc.NotationError,
        "not a variable; there are W, x, y",
    ),
}


@pytest.mark.parametrize("case", MISFITS)
def test_what_does_not_fit_is_a_typed_error(case: str) -> None:
    made, kind, message = MISFITS[case]
    with pytest.raises(kind, match=message):
        made()


#: What asks a formula for values.
ASKED: dict[str, Callable[[], Any]] = {
    "bool(x)": lambda: bool(x),
    "float(x)": lambda: float(s),
    "int(x)": lambda: int(s),
    "complex(x)": lambda: complex(s),
    "a whole number": lambda: range(s),
    "len(x)": lambda: len(x),
    "iteration over x": lambda: list(x),
    "np.array(x)": lambda: np.array([x, b]),
    "np.array(x), alone,": lambda: np.asarray(x),
    **{
        f"the comparison x {sign} y": lambda compare=compare: compare(x, 0)
        for sign, compare in {
            "==": operator.eq,
            "!=": operator.ne,
            "<": operator.lt,
            "<=": operator.le,
            ">": operator.gt,
            ">=": operator.ge,
        }.items()
    },
    "the comparison x > y": lambda: np.greater(x, 0),
}


@pytest.mark.parametrize("what", ASKED)
def test_what_asks_for_values_is_a_typed_error_that_names_it(what: str) -> None:
    with pytest.raises(mc.UnboundError) as caught:
        ASKED[what]()
    assert str(caught.value).startswith(what.partition(",")[0])
    assert "a formula has none" in str(caught.value)


def test_foreign_operands_are_left_to_python() -> None:
    for operand in ("x", None, {1}):
        with pytest.raises(TypeError, match="unsupported operand"):
            x + operand


def test_formulas_have_shapes_and_print() -> None:
    assert (W @ x).shape == ("m",)
    assert ((W @ x).ndim, W.size, s.shape) == (1, "m*n", ())
    assert repr(x.T @ W.T) == "<x.T @ W.T, 1×m>"
    assert str(mc.sum(x)) == "sum(x)"
    assert (A @ x).unicode == "A x"
    assert (A @ x).latex == "A x"
    assert (A @ x)._repr_latex_() == r"$\displaystyle A x$"


def test_a_formula_survives_a_pickle() -> None:
    again = pickle.loads(pickle.dumps(mc.sum(W @ x)))  # noqa: S301 - our own
    assert again.text == mc.sum(W @ x).text


def test_a_rule_of_ones_own_is_a_function() -> None:
    def pull(y: Any, operand: int, bar: Any) -> Any:
        from matcalc.operations import algebra  # noqa: PLC0415

        return algebra.entrywise(bar, algebra.multiple(3, algebra.power(y.arguments[0], 2)))

    mc.register_rule("cubed", "x[...] -> y[...]", lambda x: x**3, pull, formula="dy = 3 x² ⊙ dx")
    try:
        assert mc.cubed(x).text == "cubed(x)"
    finally:
        mc.unregister_rule("cubed")
    with pytest.raises(AttributeError, match="no attribute 'cubed'"):
        mc.cubed  # noqa: B018


def test_a_long_formula_is_cut_in_its_repr() -> None:
    whole = x
    for k in range(2, 40):
        whole = np.exp(whole) + k * b
    assert len(repr(whole)) < 250


def test_thousands_of_operations_are_no_trouble() -> None:
    whole = x
    for _ in range(2000):
        whole = np.tanh(A @ whole)
    d = mc.derive(mc.sum(whole), wrt=x, layout="denominator")
    assert d.shape == ("n",)
