"""Slices, differences and convolutions in source: no product with a slice of eye, none dense."""

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from derivative_checks import check, close
from finite_differences import central_differences
from generated_sources import RECORDS_BY_TURNS, Example, name_of, of_record
from operations.cases import CASES as CASES_OF_RULES
from operations.cases import NO_FIRST_ORDER, NO_SECOND_ORDER, Case
from products_with_windows import products_with_windows

import matcalc as mc
from matcalc.jacobians.written import symbols_of
from matcalc.layout import Denominator
from matcalc.operations.arrays import windows

SIZES = {"b": 2, "c": 3, "h": 5, "k": 4, "m": 4, "n": 6, "o": 2, "p": 3, "q": 2}

# formula, what it is derived by, the shapes of all that is in it
CASES = [
    ("sum((x[1:] - x[:-1])**2)", "x", "x[n]"),
    ("sum(diff(x)**2)", "x", "x[n]"),
    ("sum((x[2:] - 2*x[1:-1] + x[:-2])**2)", "x", "x[n]"),
    ("sum(abs(x[1:] - x[:-1]))", "x", "x[n]"),
    ("sum(diff(diff(x))**4)", "x", "x[n]"),
    ("sum(roll(x, 1) * x)", "x", "x[n]"),
    ("sum(x[1:] * x[:-1])", "x", "x[n]"),
    ("x[0] * x[1]", "x", "x[n]"),
    ("x[0]**2 * sum(x[1:]**3)", "x", "x[n]"),
    ("sum(X[0,:] * X[1,:])", "X", "X[m,n]"),
    ("sum(X[:,0] * X[:,1])", "X", "X[m,n]"),
    ("sum(X[:,0,:] * X[:,1,:])", "X", "X[m,n,p]"),
    ("sum((X[1:,1:] - X[:-1,:-1])**2)", "X", "X[m,n]"),
    ("sum((X[:,1:,:] - X[:,:-1,:])**2)", "X", "X[m,n,p]"),
    ("sum(tanh(A @ (x[1:] - x[:-1])))", "x", "A[m,n-1] x[n]"),
    ("sum(diff(x @ A)**2)", "x", "x[n] A[n,m]"),
    ("tr(X[1:,:] @ A)", "X", "X[m,n] A[n,m-1]"),
    ("tanh(diff(x))", "x", "x[n]"),
    ("sum((block_diag(A, B) @ x)**2)", "A", "A[m,n] B[p,q] x[n+q]"),
    ("sum(convolve(x, w)**2)", "x", "x[n] w[k]"),
    ("sum(convolve(x, w)**2)", "w", "x[n] w[k]"),
    ("sum(toeplitz(c, r) @ y)", "c", "c[m] r[n] y[n]"),
    ("sum(tanh(conv2d(x, w)) * G)", "w", "x[b,c,h,k] w[o,c,3,2] G[b,o,h-2,k-1]"),
    ("sum(tanh(conv2d(x, w)) * G)", "x", "x[b,c,h,k] w[o,c,3,2] G[b,o,h-2,k-1]"),
    ("sum(tanh(conv1d(x, w, 2, 1)) * G)", "x", "x[b,c,7] w[o,c,3] G[b,o,4]"),
    ("sum(tanh(conv1d(x, w, 2, 1, 2)) * G)", "w", "x[b,c,9] w[o,c,3] G[b,o,4]"),
    ("sum(tanh(conv1d(conv1d(x, w), w, 2)) * G)", "w", "x[b,o,9] w[o,o,3] G[b,o,3]"),
    ("conv1d(x, w)", "x", "x[b,c,n] w[o,c,k]"),
    ("sum(tanh(avg_pool1d(x)) * G)", "x", "x[b,c,6] G[b,c,3]"),
    ("sum(max_pool1d(x)**2)", "x", "x[b,c,6]"),
    ("skew(w) @ y", "w", "w[3] y[3]"),
]


def _arrays(variables: str) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    declared = [mc.parse_variable(word) for word in variables.split()]
    sizes = SIZES | {"n-1": 5, "m-1": 3, "n+q": 8, "h-2": 3, "k-1": 3}
    return {v.name: rng.normal(size=[sizes.get(k, k) for k in v.shape]) for v in declared}


@pytest.mark.parametrize(
    "source",
    [
        "y = np.eye(n - 1, n, 1) @ x",
        "y = (np.eye(n)[1:] - np.eye(n)[:-1]) @ x",
        "w = -np.eye(n - 1, n).T\ny = w @ x",
        'y = np.einsum("ij,j->i", np.eye(n - 1, n, 1), x)',
        "y = np.eye(n)[0] * x",
        "y = sliding(n, k, 1, 1, 0)",
    ],
)
def test_a_product_with_a_slice_of_eye_is_found(source: str) -> None:
    assert len(products_with_windows(source)) == 1
    assert products_with_windows("y = np.eye(n) @ x[1:] * x[0] + np.eye(n - 1, n)") == []


@pytest.mark.parametrize(("formula", "wrt", "variables"), CASES)
def test_windows_are_slices_in_every_library(formula: str, wrt: str, variables: str) -> None:
    d = mc.derive(formula, wrt=wrt, variables=variables, layout="denominator")
    for source in (d.numpy, d.torch, d.jax):
        assert products_with_windows(source) == []
    arrays = _arrays(variables)

    def value(x: Any) -> Any:
        return mc.evaluate(formula, **{**arrays, wrt: x})

    inside = re.findall(r"[a-z]", "".join(re.findall(r"\[.*?\]", variables)))
    sizes = {name: size for name, size in SIZES.items() if name in inside}
    check(formula, variables, wrt, arrays | sizes, central_differences(value, arrays[wrt]))
    expected = d.evaluate(**arrays)
    close(d.compile()(**arrays), expected, 1e-12)
    example = Example(d, arrays, {})
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    close(example.run(d.torch, torch.tensor), expected, 1e-12)
    close(example.run(d.jax, jax.numpy.asarray, jax.jit), expected, 1e-12)
    close(
        np.asarray(d.evaluate(**{k: torch.tensor(one) for k, one in arrays.items()})),
        expected,
        1e-12,
    )


@pytest.mark.parametrize(("formula", "wrt", "variables"), CASES)
def test_second_derivatives_multiply_by_no_slice_of_eye(
    formula: str, wrt: str, variables: str
) -> None:
    d = mc.derive(formula, wrt=wrt, variables=variables, layout="denominator", order=2)
    found = [one for one in products_with_windows(d.numpy) if "sliding" not in one]
    assert found == []  # a sum over where windows overlap may be dense
    arrays = _arrays(variables)
    used = {name: one for name, one in arrays.items() if name in symbols_of(d)}
    close(d.compile()(**used), d.evaluate(**used), 1e-12)


#: A sum over the places of windows that slide, which may overlap, is itself dense zeros and ones.
_OVERLAPPING = ("avg_pool1d", "avg_pool2d")


@pytest.mark.parametrize("case", CASES_OF_RULES, ids=str)
def test_no_jacobian_of_a_rule_multiplies_by_a_slice_of_eye(case: Case) -> None:
    if case.rule.name in NO_FIRST_ORDER:
        return
    of = mc.Variable("F", case.result.shape)
    for name, node in case.first.items():
        by = mc.Variable(name, case.symbols[name].shape)
        try:
            source = mc.Jacobian(node, (of, by), Denominator).numpy
        except mc.NotDifferentiableError:
            assert case.rule.name in NO_SECOND_ORDER
            continue
        found = products_with_windows(source)
        if case.rule.name in _OVERLAPPING:
            found = [one for one in found if not one.startswith("sliding(")]
        assert found == []


def test_an_axis_seen_along_two_is_what_its_definition_says() -> None:
    rng = np.random.default_rng(1)
    for _ in range(500):
        size, count, width, by = (int(one) for one in rng.integers(1, 6, 4))
        start, a, b = (int(one) for one in rng.integers(-4, 5, 3))
        x = rng.normal(size=(2, size, 3))
        found = windows(x, 1, start, (count, a), (width, b), by)
        assert found.shape == (2, count, 3, width)
        for i, j in np.ndindex(count, width):
            place, rest = divmod(start + a * i + b * j, by)
            there = not rest and 0 <= place < size
            np.testing.assert_array_equal(found[:, i, :, j], x[:, place] if there else 0 * x[:, 0])


@pytest.mark.parametrize("way", [(1, 0, 1), (2, 1, 1), (2, 2, 2), (3, 0, 2)])
def test_convolutions_have_the_values_of_pytorch(way: tuple[int, int, int]) -> None:
    torch = pytest.importorskip("torch")
    arrays = _arrays("x[b,c,9] w[o,c,3]")
    x, w = (torch.tensor(one) for one in arrays.values())
    expected = torch.nn.functional.conv1d(x, w, None, *way).numpy()
    found = mc.evaluate(f"conv1d(x, w, {', '.join(map(str, way))})", **arrays)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_hessian_of_scaled_rows_and_an_outer_product_has_no_dense_diagonal() -> None:
    d = mc.derive(
        "logsumexp(A @ x)", wrt="x", variables="A[m,n] x[n]", layout="denominator", order=2
    )
    assert "diag" not in d.numpy
    arrays = _arrays("A[m,n] x[n]")
    close(d.compile()(**arrays), d.evaluate(**arrays), 1e-12)


@pytest.mark.parametrize(
    ("formula", "wrt", "variables", "count"),
    [
        ("sum(convolve(x, w)**2)", ["x", "w"], "x[6] w[4]", 4),
        ("sum((convolve(x, w) - t)**2)", ["w", "x"], "x[6] w[4] t[9]", 4),
        ('sum(einsum("ijk,k->ij", T, v)**2)', ["T", "v"], "T[m,n,k] v[k]", 2),
    ],
)
def test_a_product_in_the_value_is_that_of_the_gradients(
    formula: str, wrt: list[str], variables: str, count: int
) -> None:
    """Its factors stand in another order in each; ``count`` is of products in all."""
    loss = mc.value_and_grad(formula, wrt=wrt, variables=variables, layout="denominator")
    assert len(re.findall(r" @ |np\.einsum", loss.numpy)) == count
    arrays = _arrays(variables)
    close(loss.compile()(**arrays)[1][0], loss(**arrays)[1][0], 1e-12)


@pytest.mark.parametrize(("record", "layout"), RECORDS_BY_TURNS, ids=name_of)
def test_no_recorded_formula_multiplies_by_a_slice_of_eye(
    record: dict[str, Any], layout: str
) -> None:
    d = of_record(record, layout).jacobian
    for source in (d.numpy, d.torch, d.jax):
        assert products_with_windows(source) == []


_MOVES = [
    "roll({}, 1)",
    "roll({}, -1)",
    "diff({})",
    "({})[1:]",
    "({})[:-1]",
    "({})[::2]",
    "cumsum({})",
]


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize(("outer", "inner"), list(product(_MOVES, _MOVES)))
def test_two_moves_of_a_vector_are_computed_as_they_are_planned(
    outer: str, inner: str, layout: str
) -> None:
    for size in (3, 4, 6):
        moved = outer.format(inner.format("x"))
        J = mc.derive(moved, wrt="x", variables=f"x[{size}]", layout=layout)
        x = np.arange(1.0, size + 1)
        np.testing.assert_array_equal(J.compile()(x=x), J.evaluate(x=x), moved)
