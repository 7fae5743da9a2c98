import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

import numpy as np
import pytest
from unicode_reader import read_unicode
from written_formulas import (
    FORMULAS,
    Derivative,
    declared,
    oracle_derivatives,
    rule_derivatives,
    table_formulas,
    written,
)

import matcalc as mc
from matcalc.dimensions import Dimension, Shape
from matcalc.notation import WrittenFormula, phrases, tree
from matcalc.notation.names import unicode_name
from matcalc.notation.parameters import Subscripts
from matcalc.notation.printers.unicode import unicode
from matcalc.plan import evaluate


@pytest.mark.parametrize(("formula", "wrt", "expected"), [row[:3] for row in FORMULAS])
def test_formulas_read_as_in_books(formula: str, wrt: str, expected: str) -> None:
    assert unicode(written(formula, wrt)) == expected


def test_names_for_what_recurs_come_first() -> None:
    x = tree.name("x", ("n",))
    p = tree.name("p1", ("n",))
    shown = WrittenFormula((("p1", tree.call("softmax", [x], ("n",))),), phrases.transpose(p))
    assert unicode(shown) == "p₁ = softmax(x); p₁ᵀ"


def test_every_derivative_is_spelled_on_one_line_of_narrow_characters() -> None:
    for derivative in chain(rule_derivatives(), oracle_derivatives()):
        shown = unicode(derivative.formula)
        mathematics = re.sub(r'"[^"]*"|\w+=-?\w+', "", shown)
        assert not re.search(r"einsum|\n|\*|@|-", mathematics), shown
        assert shown.count("(") == shown.count(")"), shown
        for character in shown:
            assert unicodedata.east_asian_width(character) not in "WF"
            assert not unicodedata.combining(character)


@pytest.mark.parametrize(
    ("formula", "variables", "expected"),
    [
        ("x1 + x_1", "x1[n] x_1[n]", "x1 + x_1"),
        ("lambda * x + λ * y", "lambda λ x[n] y[n]", "lambda x + λ y"),
        ("sigma * sigmoid(x)", "sigma x[n]", "σ sigmoid(x)"),
        ("pi * x * pi()", "pi x[n]", "π pi() x"),
        ("I3 + eye(3)", "I3[3,3]", "I₃ + eye(3)"),
        ("Phi @ Phi(x)", "Phi[n,n] x[n]", "Φ Phi(x)"),
    ],
)
def test_two_things_are_never_written_alike(formula: str, variables: str, expected: str) -> None:
    assert unicode(written(formula, variables=declared(variables))) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ("W[m,n] x[n]", "(i,j,k) ↦ x[k] δ[i,j]"),
        ("W[i,j] x[j]", "(k,l,m) ↦ x[m] δ[k,l]"),
        ("W[k,q] x[q]", "(i,j,l) ↦ x[l] δ[i,j]"),
    ],
)
def test_no_index_has_the_name_of_a_dimension(variables: str, expected: str) -> None:
    assert unicode(written("W @ x", "W", declared(variables))) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (3, "I₃"),
        ("n", "Iₙ"),
        ("2*n", "I₂ₙ"),
        ("n+1", "Iₙ₊₁"),
        ("m*n", "Iₘₙ"),
        ("d", "I_d"),
        ("batch", "I_batch"),
        ("d+1", "I_(d+1)"),
        ("n**2", "I_(n²)"),
    ],
)
def test_sizes_are_indices_where_unicode_has_them(size: Dimension, expected: str) -> None:
    assert unicode(WrittenFormula((), tree.eye(size))) == expected


@pytest.mark.parametrize(
    ("function", "shape", "expected"),
    [
        ("ones", ("m", "n"), "1ₘₓₙ"),
        ("zeros", (3, 2), "0₃ₓ₂"),
        ("ones", ("d", "n+1"), "1_(d×(n+1))"),
    ],
)
def test_constant_matrices_have_their_shape(function: str, shape: Shape, expected: str) -> None:
    assert unicode(WrittenFormula((), tree.call(function, (), shape))) == expected


def test_depth_meets_no_limit() -> None:
    x, T = tree.name("x", ("n",)), tree.name("T", ("n", "n", "n"))
    deep = nested = x
    for _ in range(2000):
        deep = tree.call("exp", [phrases.negative(deep)], ("n",))
    subscripts = Subscripts(("ijk", "j", "k"), "i")
    for _ in range(1000):
        nested = tree.einsum(subscripts, [T, nested, x], ("n",))
    assert unicode(WrittenFormula((), deep)).endswith("exp(−x" + ")" * 2000)
    assert unicode(WrittenFormula((), nested)).startswith("i ↦ Σⱼₖ T[i,j,k] (Σ")


def _matrix_notation() -> Iterator[tuple[str, str, Derivative]]:
    for one in chain(table_formulas(), rule_derivatives(), oracle_derivatives()):
        shown = unicode(one.formula)
        if not re.search(r"[\[↦Σ′″]|\bg\(|rearrange|levi_civita|0ₙ|ₓ|×|pi\(", shown):
            yield one.source, shown, one


def test_what_is_shown_means_what_it_should() -> None:
    count = 0
    for source, shown, one in _matrix_notation():
        arrays = {unicode_name(name): array for name, array in one.arrays.items()}
        arrays["π"] = np.pi
        found = read_unicode(shown, arrays, one.sizes)
        expected = np.asarray(evaluate(one.node, one.arrays, one.sizes))
        if one.formula.phrase.kind == "row":
            expected = expected[None, :]
        elif expected.ndim == 1:
            expected = expected[:, None]
        expected = np.broadcast_to(expected, np.broadcast_shapes(expected.shape, found.shape))
        message = f"{source}: {shown}"
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9, err_msg=message)
        count += 1
    assert count > 200


@pytest.mark.parametrize(
    ("expression", "variables", "printed"),
    [
        ("(1 - sum(x) * x) / norm(x)", "x[n]", "(1ₙ − sum(x) x) / ‖x‖"),
        ("A @ (1 - x)", "A[m,n] x[n]", "A (1ₙ − x)"),
        ("1 / (1 + x)", "x[n]", "1 ⊘ (1 + x)"),
        ("y * (1 - x)", "x[n] y[n]", "y ⊙ (1 − x)"),
        ("t * (1 - sigmoid(x))", "x[n] t", "t (1 − σ(x))"),
        ("sum(A @ x)", "A[m,n] x[n]", "sum(A x)"),
    ],
)
def test_a_one_beside_a_vector_is_a_column_unless_it_acts_entry_by_entry(
    expression: str, variables: str, printed: str
) -> None:
    derivative = mc.derive(
        f"c * ({expression})", wrt="c", variables=f"{variables} c", layout="numerator"
    )
    assert derivative.unicode == printed
