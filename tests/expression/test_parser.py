from contextlib import suppress
from itertools import product

import pytest

from matcalc.errors import NotationError
from matcalc.expression.parser import parse


def postfix(formula: str) -> str:
    return " ".join(step.value or "," for step in parse(formula)[-1].steps)


@pytest.mark.parametrize(
    ("formula", "steps"),
    [
        ("-x**2", "x 2 ** -"),
        ("2**-1 * X", "2 1 - ** X *"),
        ("a - b - c", "a b - c -"),
        ("a ** b ** c", "a b c ** **"),
        ("s * W.T @ d", "s W .T * d @"),
        ("a / b * c", "a b / c *"),
        ("-x.T @ x", "x .T - x @"),
        ("(A + B).T @ x", "A B + .T x @"),
        ("- - x", "x"),
        ("-+-- x", "x -"),
        ("f(x)(1)", None),
        ("x.T.T", "x .T .T"),
        ("sum(X, axis=0)", "X 0 sum"),
        ("ones((m, n))", "m n , ones"),
        ("1.5e-3 * x", "1.5e-3 x *"),
    ],
)
def test_precedence_is_that_of_python(formula: str, steps: str | None) -> None:
    if steps is None:
        with pytest.raises(NotationError):
            parse(formula)
    else:
        assert postfix(formula) == steps


def test_assignments_come_before_what_is_meant() -> None:
    first, second, last = parse("z = W @ x; a = relu(z)\n; sum(a)")
    assert (first.name, second.name, last.name) == ("z", "a", "")


def test_primes_are_derivatives_of_undeclared_functions() -> None:
    call = parse("g''(z)")[-1].steps[-1]
    assert (call.value, call.primes, call.takes) == ("g", 2, 1)


@pytest.mark.parametrize(
    ("formula", "message", "caret"),
    [
        ("X'", "a transpose is written X.T", "  ^^"),
        ("(A + B)'", "a transpose is written .T", "         ^"),
        ("x^2", "is not part of a formula; write **", "   ^"),
        ("2x", "a product is written * or @", "   ^"),
        ("A @", "missing at the end", "     ^"),
        ("(A", "this ( is not closed", "  ^"),
        ("A)", "there is no ( for this )", "   ^"),
        ("tr(A,,B)", "missing before ','", "       ^"),
        ("A..T", "after a dot there is T alone", "   ^"),
        ("A[0", "this [ is not closed", "   ^"),
        ("f(a=1,", "missing at the end", "        ^"),
        ("A[1:2:3:4]", "a slice has three parts", "         ^"),
        ("A[]", "missing before ']'", "    ^"),
        ("A]", "there is no [ for this ]", "   ^"),
        ("[a; b", "this [ is not closed", "  ^"),
        ("a : b", "a slice stands in brackets", "    ^"),
        ("a, b", "a comma belongs between arguments", "   ^"),
        ("a = b = c", "= names a formula", "        ^"),
        ("A\u202e@B", "U+202E", "   ^"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(formula: str, message: str, caret: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse(formula)
    assert message in caught.value.message
    assert str(caught.value).split("\n")[-1] == caret


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 10_000,
        "(" * 10_000 + "x" + ")" * 10_000,
        "x + " * 500_000 + "x",
        "9" * 6000,
        "1e999",
        "x" * 200_000,
    ],
)
def test_what_is_out_of_bounds_is_refused(formula: str) -> None:
    with pytest.raises(NotationError):
        parse(formula)


def test_a_long_sum_is_read_without_recursion() -> None:
    assert len(parse(" + ".join(["x"] * 5000))[-1].steps) == 9999


@pytest.mark.parametrize("sign", ["-", "+"])
def test_many_signs_are_read_without_recursion(sign: str) -> None:
    assert parse(sign * 3000 + "x")[-1].steps[0].value == "x"


@pytest.mark.parametrize("formula", ["B @ (x * (1 - x))", "((a)) + (-b).T @ ( c )", "(f(x)) * (2)"])
def test_every_operand_is_placed_with_the_parentheses_around_it(formula: str) -> None:
    for step in parse(formula)[-1].steps:
        text = formula[step.place.start : step.place.stop]
        assert text.count("(") == text.count(")"), text
        if step.kind in ("name", "number"):
            assert formula[step.bare.start : step.bare.stop] == step.value


def test_every_name_of_an_argument_has_an_argument_behind_it() -> None:
    parsed = 0
    for count in range(6):
        for pieces in product(("a=", "b=", " 1", ","), repeat=count):
            with suppress(NotationError):
                step = parse(f"f({''.join(pieces)})")[-1].steps[-1]
                assert pieces.count(" 1") == step.takes >= len(step.keywords), pieces
                parsed += 1
    assert parsed > 10
