import pytest

from matcalc.notation import latex_derivative, latex_name, latex_shape
from matcalc.variables import Variable


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x", "x"),
        ("W2", "W_{2}"),
        ("W_2", "W_{2}"),
        ("a12", "a_{12}"),
        ("alpha", r"\alpha"),
        ("σ", r"\sigma"),
        ("lambda1", r"\lambda_{1}"),
        ("loss", r"\mathit{loss}"),
        ("loss_fn", r"\mathit{loss\_fn}"),
        ("_", r"\mathit{\_}"),
    ],
)
def test_names_are_written_as_books_write_them(name: str, latex: str) -> None:
    assert latex_name(name) == latex


def test_a_derivative_is_a_fraction() -> None:
    found = latex_derivative(Variable("L", ()), Variable("theta", (3,)))
    assert found == r"\frac{\partial L}{\partial \theta}"


@pytest.mark.parametrize(
    ("shape", "latex"),
    [((3, 2), r"3 \times 2"), (("4*h", "m+1"), r"4 \cdot h \times (m+1)"), (("n**2",), "n^{2}")],
)
def test_shapes_have_crosses(shape: tuple, latex: str) -> None:
    assert latex_shape(shape) == latex
