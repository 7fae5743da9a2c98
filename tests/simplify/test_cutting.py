"""A part of what is put together: only functions of each entry alone let a cut through."""

from typing import Any

import numpy as np
import pytest
from finite_differences import central_differences

import matcalc as mc

MATRICES = "A[n,n] B[n,m] C[m,n] D[m,m]"
VECTORS = "x[n] y[m]"
BORDERED = "A[n,n] b[n] c x[n] y"
SIZES = {"n": 3, "m": 2}
CASES = [
    ("logdet([A, b; b.T, c])", BORDERED, "A b c"),
    ("sum(solve([A, b; b.T, c], [x; y]))", BORDERED, "A b x y"),
    ("tr(expm([A, B; C, D]))", MATRICES, "A C"),
    ("tr(inv([A, B; C, D]))", MATRICES, "B D"),
    ("sum(inv([A, B; C, D]))", MATRICES, "C"),
    ("sum(cholesky([A, b; b.T, c])**2)", BORDERED, "c"),
    ("sum(max([A, B], axis=1)**2)", MATRICES, "A B"),
    ("sum(softmax([A, B], axis=1)**2)", MATRICES, "B"),
    ("sum(inv([c, y; y, 7]))", BORDERED, "c y"),
    ("logdet([x, 2 * y])", "x[2] y[2]", "x"),
    ("max([x; y])**2", VECTORS, "x y"),
    ("sum(softmax([x; y])**2)", VECTORS, "y"),
    ("logsumexp([x; 2 * x; y])", VECTORS, "x"),
    ("sum(cumsum([x; y])**2)", VECTORS, "x"),
    ("sum(sort([x; y]) * [y; x])", VECTORS, "y"),
    ("sum(tanh([x; y])**3)", VECTORS, "x"),  # entry by entry: this one is cut
]


def point(variables: str) -> dict[str, Any]:
    """Numbers at which every case is defined."""
    rng = np.random.default_rng(0)
    found: dict[str, Any] = {}
    for word in variables.split():
        variable = mc.parse_variable(word)
        shape = [SIZES.get(str(size), size) for size in variable.shape]
        found[variable.name] = rng.normal(size=shape)
    for name in {"A", "D"} & found.keys():
        found[name] = found[name] @ found[name].T + 4 * np.eye(len(found[name]))
    return found | ({"c": np.array(30.0)} if "c" in found else {})


@pytest.mark.parametrize(("formula", "variables", "wrt"), CASES)
def test_derivatives_by_blocks_agree_with_central_differences(
    formula: str, variables: str, wrt: str
) -> None:
    arrays = point(variables)
    for name in wrt.split():
        J = mc.derive(formula, wrt=name, variables=variables, layout="denominator")
        expected = central_differences(
            lambda value, name=name: mc.evaluate(formula, **arrays | {name: value}),
            arrays[name],  # type: ignore[misc]
        )
        given = SIZES | arrays
        for found in (J.evaluate(**arrays), J.compile().of(given), mc.evaluate(J.text, **given)):
            scale = max(1.0, np.abs(expected).max())
            np.testing.assert_allclose(
                np.reshape(found, expected.shape) / scale, expected / scale, atol=1e-6
            )
