import re
from itertools import chain
from pathlib import Path

import pytest
from typesetting import PDFLATEX, assert_amsmath_typesets, assert_katex_renders, has_katex
from written_formulas import FORMULAS, declared, oracle_derivatives, rule_derivatives, written

from matcalc.notation import WrittenFormula, phrases, tree
from matcalc.notation.parameters import Subscripts
from matcalc.notation.printers.latex import latex


def _formulas() -> list[str]:
    table = [expected for *_, expected in FORMULAS]
    derivatives = chain(rule_derivatives(), oracle_derivatives())
    return list(dict.fromkeys([*table, *(latex(one.formula) for one in derivatives)]))


@pytest.mark.parametrize(
    ("formula", "wrt", "expected"), [(formula, wrt, latex) for formula, wrt, _, latex in FORMULAS]
)
def test_formulas_read_as_in_books(formula: str, wrt: str, expected: str) -> None:
    assert latex(written(formula, wrt)) == expected


def test_names_for_what_recurs_come_first() -> None:
    x = tree.name("x", ("n",))
    p = tree.name("p1", ("n",))
    shown = WrittenFormula((("p1", tree.call("softmax", [x], ("n",))),), phrases.transpose(p))
    assert latex(shown) == r"p_{1} = \operatorname{softmax}(x),\quad p_{1}^\top"


def test_every_derivative_has_balanced_braces_and_no_two_exponents_at_once() -> None:
    for shown in _formulas():
        assert shown.count("{") == shown.count("}"), shown
        assert shown.count(r"\left") == shown.count(r"\right"), shown
        assert not re.search(r"\^(\\top|\{[^{}]*\})(\^|_\{)", shown), shown
        assert not re.search(r"_\{[^{}]*\}_", shown), shown
        outside = re.sub(r"\\texttt\{[^{}]*\}|\\text\{[^{}]*\}", "", shown)
        assert not re.search(r'einsum|\*|@|"|#|%|&|\$|[^\x20-\x7e]', outside), shown


@pytest.mark.skipif(not has_katex(), reason="KaTeX is not installed: npm install katex")
def test_katex_renders_every_derivative() -> None:
    assert_katex_renders(_formulas())


@pytest.mark.skipif(not PDFLATEX, reason="pdflatex is not installed")
def test_amsmath_typesets_every_derivative(tmp_path: Path) -> None:
    assert_amsmath_typesets(_formulas(), tmp_path)


@pytest.mark.parametrize(
    ("formula", "variables", "expected"),
    [
        ("x1 + x_1", "x1[n] x_1[n]", r"\mathit{x1} + \mathit{x\_1}"),
        (
            "lambda * x + λ * y",
            "lambda λ x[n] y[n]",
            r"\mathit{lambda} \, x + \mathit{\lambda } \, y",
        ),
        ("sigma * sigmoid(x)", "sigma x[n]", r"\sigma \operatorname{sigmoid}(x)"),
        ("pi * x * pi()", "pi x[n]", r"\pi \operatorname{pi}() x"),
        ("I3 + eye(3)", "I3[3,3]", r"I_{3} + \operatorname{eye}(3)"),
    ],
)
def test_two_things_are_never_written_alike(formula: str, variables: str, expected: str) -> None:
    assert latex(written(formula, variables=declared(variables))) == expected


@pytest.mark.parametrize(
    ("formula", "variables", "expected"),
    [
        ("loss_fn * x_a", "loss_fn x_a[n]", r"\mathit{loss\_fn} \, \mathit{x\_a}"),
        ("act'(x_a)", "x_a[n]", r"\mathit{act}'(\mathit{x\_a})"),
        ("ones(batch_size) * x", "x[batch_size]", "x"),
        (
            "ones(batch_size) + A @ x",
            "A[batch_size,n] x[n]",
            r"\mathbf{1}_{\mathit{batch\_size}} + A x",
        ),
        ("eye(k_1) - K", "K[k_1,k_1]", "I_{k_{1}} - K"),
    ],
)
def test_names_are_never_read_as_latex(formula: str, variables: str, expected: str) -> None:
    assert latex(written(formula, variables=declared(variables))) == expected


def test_an_entry_of_a_name_with_an_index_has_one_index() -> None:
    shown = latex(written("T3", "", declared("T3[2,3,2]")))
    assert shown == "T_{3}"
    T = tree.name("T3", (2, 3, 2))
    einsum = tree.einsum(Subscripts(("jik",), "ijk"), [T], (3, 2, 2))
    assert latex(WrittenFormula((), einsum)) == r"(i,j,k) \mapsto \left(T_{3}\right)_{jik}"


def test_depth_meets_no_limit() -> None:
    deep = tree.name("x", ("n",))
    for _ in range(2000):
        deep = tree.call("exp", [phrases.negative(deep)], ("n",))
    assert latex(WrittenFormula((), deep)).endswith(r"\exp(-x" + ")" * 2000)
