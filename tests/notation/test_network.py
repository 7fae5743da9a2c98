"""Products with labels in matrix notation: labels are eliminated until a product is left."""

from fractions import Fraction

import pytest

from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.network import Network, NoMatrixNotation
from matcalc.notation.printers.text import text
from matcalc.notation.tree import name

SIZES = {"i": "m", "j": "n", "k": "n", "l": "m"}


def _solved(output: str, *factors: tuple[str, str]) -> str:
    network = Network(SIZES)
    for letters, labels in factors:
        shape = tuple(SIZES[label] for label in labels)
        network.take(name(letters, shape), labels, Fraction(1))
    return text(WrittenFormula((), network.solve(output)))


@pytest.mark.parametrize(
    ("output", "factors", "expected"),
    [
        ("i", [("W", "ij"), ("x", "j")], "W @ x"),
        ("j", [("W", "ij"), ("d", "i")], "W.T @ d"),
        ("ij", [("d", "i"), ("x", "j")], "d @ x.T"),
        ("", [("x", "j"), ("y", "j")], "x.T @ y"),
        ("", [("A", "jj")], "tr(A)"),
        ("j", [("A", "jj")], "diag(A)"),
        ("ij", [("s", "i"), ("W", "ij")], "diag(s) @ W"),
        ("i", [("s", "i"), ("W", "ij"), ("x", "j")], "s * (W @ x)"),
        ("i", [("W", "ij")], "sum(W, axis=1)"),
        ("j", [("W", "ij")], "sum(W, axis=0)"),
        ("j", [("A", "kk"), ("x", "j")], "tr(A) * x"),
    ],
)
def test_a_product_is_written_as_books_do(
    output: str, factors: list[tuple[str, str]], expected: str
) -> None:
    assert _solved(output, *factors) == expected


def test_a_factor_of_three_axes_has_no_matrix_notation() -> None:
    with pytest.raises(NoMatrixNotation):
        _solved("i", ("T", "ijk"), ("x", "j"), ("y", "k"))
