"""Derivatives over entries that are not independent, against differences over the free ones."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.formulas import check_derivative
from matcalc.structures import STRUCTURES

N = 3
STEP = 1e-5
rng = np.random.default_rng(7)
ROOT = rng.normal(size=(N, N))
SPD = ROOT @ ROOT.T / N + np.eye(N)
GIVEN = {"A": rng.normal(size=(N, N)), "x": rng.normal(size=N)}
FORMULAS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tr(A @ S)": lambda S: np.trace(GIVEN["A"] @ S),
    "logdet(S)": lambda S: np.linalg.slogdet(S)[1],
    "x.T @ S @ A @ S @ x": lambda S: GIVEN["x"] @ S @ GIVEN["A"] @ S @ GIVEN["x"],
    "inv(S) @ x": lambda S: np.linalg.inv(S) @ GIVEN["x"],
    "S @ A @ S": lambda S: S @ GIVEN["A"] @ S,
}
VARIABLES = "S[n,n]:spd A[n,n] x[n]"


def places(structure: str) -> Iterator[tuple[int, int]]:
    """The free entries, column by column from the diagonal down."""
    for column in range(N):
        for row in range(column, N):
            if structure != "diagonal" or row == column:
                yield row, column


def moved(structure: str, row: int, column: int) -> np.ndarray:
    """What of S moves with an entry: in a gradient among symmetric matrices by half each."""
    unit = np.zeros((N, N))
    unit[row, column] = unit[column, row] = 1
    return unit / 2 if structure == "symmetrised" and row != column else unit


def expected(function: Callable[[np.ndarray], np.ndarray], structure: str) -> np.ndarray:
    """The derivative of a function of S, axes of the result first, by central differences."""
    slopes = {}
    for row, column in places(structure):
        step = STEP * moved(structure, row, column)
        slopes[row, column] = (function(SPD + step) - function(SPD - step)) / (2 * STEP)
    shape = np.shape(next(iter(slopes.values())))
    if structure == "vech":
        return np.stack(list(slopes.values()), axis=-1)
    result = np.zeros((*shape, N, N))
    for (row, column), slope in slopes.items():
        result[..., row, column] = result[..., column, row] = slope
    return result


def evaluated(J: mc.Jacobian) -> np.ndarray:
    """The entries in the order of the axes: of what is differentiated, then of S."""
    found = J.to("numerator").evaluate(S=SPD, **GIVEN)
    rank = found.ndim - J.wrt.rank
    return found.transpose(*range(rank), *reversed(range(rank, found.ndim)))


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_structure_is_the_derivative_over_free_entries(formula: str, structure: str) -> None:
    J = mc.derive(formula, wrt="S", variables=VARIABLES, layout="numerator", structure=structure)
    np.testing.assert_allclose(
        evaluated(J), expected(FORMULAS[formula], structure), rtol=1e-6, atol=1e-7
    )


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("formula", ["logdet(S)", "x.T @ S @ A @ S @ x"])
def test_a_second_derivative_has_the_structure_on_both_sides(formula: str, structure: str) -> None:
    H = mc.derive(
        formula, wrt="S", variables=VARIABLES, layout="numerator", structure=structure, order=2
    )

    def gradient(S: np.ndarray) -> np.ndarray:
        J = mc.derive(
            formula,
            wrt="S",
            variables=VARIABLES.replace(":spd", ""),
            layout="numerator",
            structure=structure,
        )
        return J.evaluate(S=S, **GIVEN)

    np.testing.assert_allclose(evaluated(H), expected(gradient, structure), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("order", [1, 2])
def test_the_check_moves_free_entries_alone(structure: str, order: int) -> None:
    J = mc.derive(
        "logdet(S)",
        wrt="S",
        variables=VARIABLES,
        layout="denominator",
        structure=structure,
        order=order,
    )
    assert check_derivative(J, variables=VARIABLES, structure=structure)


@pytest.mark.parametrize(
    ("derived", "checked"), [(None, "symmetric"), ("symmetric", "symmetrised")]
)
def test_the_check_tells_structures_apart(derived: str | None, checked: str) -> None:
    J = mc.derive(
        "tr(A @ S)", wrt="S", variables=VARIABLES, layout="denominator", structure=derived
    )
    assert not check_derivative(J, variables=VARIABLES, structure=checked)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_check_keeps_what_is_declared_and_other_variables(structure: str) -> None:
    variables = "t W[m,n] S[14,14]:spd"  # of a matrix that is no more than symmetric, no logarithms
    J = mc.derive(
        "t * sum(log(diag(S))) + sum(W)",
        wrt="S",
        variables=variables,
        layout="denominator",
        structure=structure,
    )
    assert check_derivative(J, variables=variables, structure=structure, points=3)


def test_a_vech_has_its_name_and_its_length() -> None:
    J = mc.derive(
        "logdet(S2)",
        wrt="S2",
        variables="S2[n,n]:spd",
        layout="numerator",
        structure="vech",
    )
    assert J.matrix_shape == (1, "n**2/2+n/2")
    assert J.equation() == "∂f/∂vech(S₂) = vech(2 S₂⁻¹ − diag(diag(S₂⁻¹)))ᵀ"
    assert r"\partial \operatorname{vech}(S_{2})^\top" in J.equation("latex")
    assert "def df_dvech_S2(S2):" in J.numpy
    np.testing.assert_allclose(J.compile()(S2=np.diag([1.0, 2.0, 4.0])), [1, 0, 0, 0.5, 0, 0.25])
