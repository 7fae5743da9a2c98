"""A formula that may use the names of an expression."""

import pytest

from matcalc import NotationError
from matcalc.expression.beside import beside


@pytest.mark.parametrize(
    ("expression", "formula", "text"),
    [
        ("p = f(x); sum(p)", "p", "p = f(x); p"),
        ("a = 2 * x; b = (a + x); sum(b)", "b", "a = 2 * x; b = (a + x); b"),
        ("a = 2 * x; b = a + x; sum(b)", "a", "a = 2 * x; a"),
        ("a = 2 * x; L = sum(a)", "x * L", "a = 2 * x; L = sum(a); x * L"),
        ("a = 2 * x; sum(a)", "a = x; a", "a = x; a"),
        ("sum(x)", "x", "x"),
    ],
)
def test_what_a_formula_needs_stands_in_front_of_it(
    expression: str, formula: str, text: str
) -> None:
    assert beside(expression, formula).text == text


def test_a_name_cannot_mean_two_things_at_once() -> None:
    with pytest.raises(NotationError, match="the expression gives a another meaning"):
        beside("a = 2 * x; b = a + x; sum(b)", "a = x; a * b")
