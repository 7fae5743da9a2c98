"""MathML: well formed, escaped, and with every name and number of the formula in it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

import matcalc as mc
from matcalc.notation.printers.mathml import elements

_TAGS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace"}
_TAGS |= {"mfrac", "msup", "msub", "munder", "msqrt"}
_CASES = [
    ("x.T @ A @ x", "x", "x[n] A[n,n]"),
    ("norm(A @ x - b)", "x", "A[m,n] x[n] b[m]"),
    ("softmax(W @ x)", "W", "W[m,n] x[n]"),
    ("sum(tanh(W2 @ x)**2) / n", "W2", "W2[m,n] x[n]"),
    ("logdet(X) + tr(inv(X))", "X", "X[n,n]"),
    ("1 / sqrt(x.T @ x) + 1e-5 * sum(abs(x)**lambda)", "x", "x[n] lambda"),
    ("kron(A, B)", "A", "A[m,n] B[p,q]"),
    ("where(x > 0, x, exp(x))", "x", "x[n]"),
]


@pytest.mark.parametrize(("formula", "wrt", "variables"), _CASES)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_a_notebook_shows_the_formula_its_layout_and_its_shape(
    formula: str, wrt: str, variables: str, layout: str
) -> None:
    J = mc.derive(formula, wrt=wrt, variables=variables, layout=layout)
    page = ElementTree.fromstring(f"<div>{J._repr_html_()}</div>")  # noqa: S314 - our own
    math, small = page
    shown = "".join(math.itertext())
    assert set(re.findall(r"[a-zA-Zλ]", J.unicode)) <= set(shown)
    assert f"{layout} layout" in str(small.text)
    assert {one.tag for one in math.iter()} <= _TAGS
    for one in math.iter():
        assert len(one) == 2 or one.tag not in ("mfrac", "msup", "munder")


def test_what_could_be_a_tag_is_escaped() -> None:
    assert elements("<b>") == "<mrow><mo>&lt;</mo><mi>b</mi><mo>&gt;</mo></mrow>"
    assert elements('f("<i>")').count("<mtext>&quot;&lt;i&gt;&quot;</mtext>") == 1


def test_an_explanation_is_a_page_of_formulas() -> None:
    steps = mc.explain("sum(W2 @ x)", wrt="W2", variables="W2[m,n] x[n]", layout="denominator")
    shown = steps._repr_html_()
    assert shown.count("<math") > 10
    assert "```" not in shown
    assert str(steps) == steps.text
    assert repr(steps).startswith("<∂f/∂W₂ in denominator layout")


def test_a_picture_is_shown_and_is_that_of_the_command_line() -> None:
    J = mc.derive("x.T @ x", wrt="x", variables="x[n]", layout="denominator")
    picture = J.svg()
    assert picture._repr_svg_() == str(picture) == J.svg("graph")
    assert str(picture).startswith("<svg")
    assert repr(picture).startswith("<picture")
