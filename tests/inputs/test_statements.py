"""Statements in the order in which papers write them: the loss first, then what stands in it."""

from itertools import permutations

import numpy as np
import pytest

import matcalc as mc

NETWORK = ("L = ½‖y − t‖²", "y = W₂ h", "h = tanh(W₁ x)")


@pytest.mark.parametrize("lines", [*permutations(NETWORK)])
def test_the_order_of_lines_is_that_in_which_they_are_computed(lines: tuple[str, ...]) -> None:
    J = mc.derive(", ".join(lines), wrt="W1", layout="denominator")
    assert J.of.name == "L"
    assert J.text == "h = tanh(W1 @ x); y = W2 @ h; ((1 - h**2) * (W2.T @ (y - t))) @ x.T"
    assert J.formula is not None
    moved = any("in the order" in said for said in J.formula.assumptions)
    assert moved == (lines != NETWORK[::-1])


@pytest.mark.parametrize(
    "line",
    [
        r"L = -\sum_k t_k \ln y_k,\quad y_k = \frac{e^{a_k}}{\sum_j e^{a_j}}",
        r"L = -t^T \log(y), y = \mathrm{softmax}(a)",
        r"-t^T \log(y); y = \mathrm{softmax}(a)",
    ],
)
def test_what_stands_in_a_loss_may_be_said_behind_it(line: str) -> None:
    assert mc.derive(line, wrt="a", layout="denominator").text == "y = softmax(a); sum(t) * y - t"


def test_a_number_below_makes_another_name() -> None:
    J = mc.derive("f = x_2^T x_2, x_2 = A x_1", wrt="x_1", layout="denominator")
    assert J.text == "x_2 = A @ x_1; 2 * A.T @ x_2"


def test_lines_in_the_language_are_refused_with_what_works() -> None:
    with pytest.raises(mc.MatcalcError, match="write that line first"):
        mc.derive("L = sum((y - t)**2); y = W @ x", wrt="W", layout="denominator")
    with pytest.raises(mc.MatcalcError):
        mc.derive("a = b^T b, b = a^T a", wrt="x", layout="denominator")


def test_a_derivative_that_later_lines_use_keeps_its_name() -> None:
    """Alone ``df_da1 = …`` says of what and by what; used again, it is a name."""
    x = np.array([1.0, 3.0])
    found = mc.evaluate("df_da1 = 2 * x; x * df_da1", x=x)
    np.testing.assert_allclose(found, 2 * x**2)
