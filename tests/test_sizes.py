"""Sizes of named dimensions are read from the axes of arrays, whatever their order."""

import pickle
from itertools import permutations

import numpy as np
import pytest
from generated_sources import function_in

import matcalc as mc
from matcalc import dimensions
from matcalc.arrays import Claimed, bind_all
from matcalc.sizes import solve

# what is differentiated, what by, the variables, and sizes by which these are made
COMPOSITE = [
    ("vec(A @ B).T @ y", "y", ["y[m*k]", "A[m,n]", "B[n,k]"], {"m": 2, "n": 3, "k": 5}),
    ("kron(A, B) @ y", "A", ["y[m*n]", "A[m,m]", "B[n,n]"], {"m": 2, "n": 3}),
    (
        "sum(tanh(W @ concatenate(x, y)))",
        "W",
        ["W[k,m+n]", "x[m]", "y[n]"],
        {"k": 5, "m": 2, "n": 3},
    ),
    ("sum(W @ x)", "W", ["W[4*h,d]", "x[d]"], {"h": 2, "d": 3}),
    ("squared_norm(lower(v, n) @ x)", "v", ["v[n**2/2+n/2]", "x[n]"], {"n": 3}),
    ("sum(y)", "y", ["y[m*n]"], {"m": 2, "n": 3}),
    ("sum(vech(S) * v)", "v", ["v[n**2/2+n/2]", "S[n,n]"], {"n": 3}),
]


@pytest.mark.parametrize(("expression", "wrt", "declared", "sizes"), COMPOSITE)
def test_compiled_and_evaluated_agree_in_every_order_of_declarations(
    expression: str, wrt: str, declared: list[str], sizes: dict[str, int]
) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        one.name: rng.normal(size=[dimensions.evaluate(size, sizes) for size in one.shape])
        for one in map(mc.parse_variable, declared)
    }
    for order in permutations(declared):
        d = mc.derive(expression, wrt=wrt, variables=" ".join(order), layout="denominator")
        value = d.evaluate(**arrays)
        assert value.shape == arrays[wrt].shape or value.ndim > arrays[wrt].ndim
        given = {
            key: array
            for key, array in arrays.items()
            if key in d.compile().__signature__.parameters
        }
        np.testing.assert_allclose(d.compile()(**given), value)
        np.testing.assert_allclose(mc.evaluate(d.text, **arrays, **sizes), value)


def test_a_size_is_solved_from_what_it_stands_in() -> None:
    sizes: dict[str, int] = {}
    solve(["m*n+1", "4*m", "k**2/2+k/2", "k-n"], [7, 8, 21, 3], sizes)
    assert sizes == {"m": 2, "n": 3, "k": 6}


def test_a_size_that_no_axis_tells_stays_open() -> None:
    sizes: dict[str, int] = {}
    solve(["m*n", "n**2-3*n"], [6, 4], sizes)
    assert sizes == {}


@pytest.mark.parametrize(
    ("claimed", "message"),
    [
        ([("W", ("4*h",), (9,))], r"no size of h makes 4·h that"),
        ([("v", ("n**2/2+n/2",), (5,))], r"no size of n makes \(n²\+n\)/2 that"),
        ([("y", ("m*n",), (6,)), ("x", ("m",), (4,))], r"y needs .* no size of n makes m·n that"),
        (
            [("y", ("m+n",), (6,)), ("x", ("m",), (4,)), ("z", ("n",), (3,))],
            r"m\+n = 7, not \(6,\)",
        ),
        ([("y", ("m*n",), (6,)), ("z", ("m*n",), (8,))], r"z needs .* with m\*n = 6, not \(8,\)"),
    ],
)
def test_sizes_in_conflict_are_named(
    claimed: list[tuple[str, tuple[str, ...], tuple[int, ...]]], message: str
) -> None:
    with pytest.raises(mc.ShapeError, match=message):
        bind_all([Claimed(*one, str(one[2])) for one in claimed], {})


def test_a_size_is_written_down_in_code_as_it_is_solved() -> None:
    lines = {
        "c[4*h]": "h = c.shape[0] // 4",
        "c[h-2]": "h = c.shape[0] + 2",
        "c[2*h+3]": "h = (c.shape[0] - 3) // 2",
        "c[h/2]": "h = 2 * c.shape[0]",
    }
    for declared, line in lines.items():
        d = mc.derive("c / norm(c)", wrt="c", variables=declared, layout="denominator")
        assert line in d.numpy, d.numpy
        close_to_evaluated(
            d, {"c": np.arange(1.0, 6.0) if "3" in declared else np.arange(1.0, 5.0)}
        )
    d = mc.derive("y / norm(y)", wrt="y", variables="y[m*n]", layout="denominator")
    assert "np.eye(y.shape[0], dtype=y.dtype)" in d.numpy


def close_to_evaluated(d: mc.Jacobian, arrays: dict[str, np.ndarray]) -> None:
    value = d.evaluate(**arrays)
    np.testing.assert_allclose(function_in(d.numpy)(**arrays), value)
    np.testing.assert_allclose(d.compile()(**arrays), value)


def test_a_compiled_function_can_be_pickled() -> None:
    d = mc.derive(
        "lambda * x.T @ A @ x", wrt="x", variables="lambda x[n] A[n,n]", layout="numerator"
    )
    compute = d.compile()
    again = pickle.loads(pickle.dumps(compute))  # noqa: S301 - our own bytes
    given = {"lambda": 2.0, "x": [1.0, 2.0], "A": np.eye(2)}
    np.testing.assert_array_equal(again(**given), compute(**given))
    assert (again.source, again.__name__, repr(again)) == (compute.source, "df_dx", repr(compute))
