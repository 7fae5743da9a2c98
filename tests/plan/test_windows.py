"""Products with several windows: as with the matrices that they stand for."""

from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.errors import ShapeError
from matcalc.graph import contract, symbol
from matcalc.graph.nodes import Factor
from matcalc.operations.parts import window
from matcalc.plan import evaluate

SIZE = 6
rng = np.random.default_rng(5)
ARRAYS = {"X": rng.normal(size=(SIZE, SIZE)), "Y": rng.normal(size=SIZE), "z": rng.normal(size=2)}

# subscripts as in NumPy; V picks 3 of 6 from the second on, W picks 2 of 6 from the first on, and
# U picks 2 of 3 from the second on
CASES = [
    "kl,ik,jk->ijl:X V W",
    "k,ik,jk->ij:Y V W",
    "ik,jk->ij:V W",
    "k,ik,jk->k:Y V W",
    "kl,ik,jl->ij:X V W",
    "kl,ik,jk,al->ija:X V W V",
    "l,kl,ik->i:Y V U",
    "l,kl,ik,k->i:Y V U v",
    "ik,kl->il:U V",
    "k,ik,ik->k:Y V V",
    "k,ik->ik:Y V",
    "z,zk,ik->i:z W V",
    "z,zk->kz:z W",
]


@pytest.mark.parametrize("case", CASES)
def test_windows_are_the_matrices_that_they_stand_for(case: str) -> None:
    subscripts, _, names = case.partition(":")
    matrices = {
        "V": (window(1, 3, SIZE), np.eye(3, SIZE, 1)),
        "W": (window(0, 2, SIZE), np.eye(2, SIZE, 0)),
        "U": (window(1, 2, 3), np.eye(2, 3, 1)),
    }
    arrays = ARRAYS | {"v": np.arange(1.0, 4.0)}
    nodes = {name: symbol(name, array.shape) for name, array in arrays.items()}
    left, _, output = subscripts.partition("->")
    factors = [
        Factor(matrices[name][0] if name in matrices else nodes[name], tuple(labels))
        for labels, name in zip(left.split(","), names.split(), strict=True)
    ]
    numbers = [matrices[name][1] if name in matrices else arrays[name] for name in names.split()]
    found = evaluate(contract(factors, tuple(output)), arrays, {})
    np.testing.assert_allclose(found, np.einsum(subscripts, *numbers), atol=1e-12)


@pytest.mark.parametrize("inner", ["x", "tanh(x)"])
def test_windows_that_overlap_are_returned_as_an_array_of_their_own(inner: str) -> None:
    d = mc.derive(f"convolve({inner}, w)", wrt="w", variables="x[n] w[k]", layout="numerator")
    for found in (d.evaluate(x=np.ones(4), w=np.ones(3)), d.compile()(x=np.ones(4), w=np.ones(3))):
        kept = found.copy()
        found[1, 1] = 7.0
        assert (found != kept).sum() == 1


@pytest.mark.parametrize(("size", "stop"), [(1, 2), (2, 5)])
def test_entries_beyond_the_end_of_an_axis_are_an_error(size: int, stop: int) -> None:
    formula = f"c * mean(slice(x, stop={stop}))"
    derivative = mc.derive(formula, wrt="x", variables="x[n] c", layout="denominator")
    with pytest.raises(ShapeError, match=f"a slice 0:{stop} of an axis of {size}"):
        derivative.evaluate(x=np.ones(size), c=1.0)


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (2, 2), (5, 7)])
def test_a_slice_may_be_empty(shape: tuple[int, int], layout: str) -> None:
    """All of an axis of 2 is moved by a roll of 2: the part that stays is of length 0."""
    X, W = rng.normal(size=shape), rng.normal(size=shape)
    for shift, axis in ((-2, 0), (2, 1)):
        formula = f"sum(W * tanh(roll(X, shift={shift}, axis={axis})))"
        made = mc.derive(formula, wrt="X", variables="X[n,m] W[n,m]", layout=layout)
        slope = np.roll(W * (1 - np.tanh(np.roll(X, shift, axis)) ** 2), -shift, axis)
        for found in (made.evaluate(X=X, W=W), made.compile()(X=X, W=W)):
            np.testing.assert_allclose(found, slope.T if layout == "numerator" else slope)


def _convolution(x: Any, w: Any) -> Any:
    """A convolution as sums of slices, its squares added up."""
    parts = [
        np.einsum("bcij,oc->boij", x[:, :, i : i + 4, j : j + 4], w[:, :, i, j])
        for i in range(2)
        for j in range(2)
    ]
    return np.sum(sum(parts) ** 2)


@pytest.mark.parametrize("wrt", ["x", "w"])
def test_code_slices_and_fills_slices_and_multiplies_by_no_slice_of_an_identity(wrt: str) -> None:
    traced = mc.trace(_convolution, "x[2,3,5,5] w[2,3,2,2]")
    derivative = mc.derive(traced, wrt=wrt, layout="denominator")
    for source in (derivative.numpy, derivative.torch, derivative.jax):
        assert "eye(" not in source
        assert source.count("einsum(") <= 8
    arrays = {"x": rng.normal(size=(2, 3, 5, 5)), "w": rng.normal(size=(2, 3, 2, 2))}
    found = derivative.compile()(**arrays)
    np.testing.assert_allclose(found, derivative.evaluate(**arrays), rtol=1e-9)
    direction = rng.normal(size=arrays[wrt].shape)
    steps = [
        _convolution(**arrays | {wrt: arrays[wrt] + step * direction}) for step in (1e-5, -1e-5)
    ]
    np.testing.assert_allclose(np.sum(found * direction), (steps[0] - steps[1]) / 2e-5, rtol=1e-6)
