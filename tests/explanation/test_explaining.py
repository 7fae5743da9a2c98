"""Explanations: what they say of known derivations, and that they notice what is wrong."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from explanation_checks import complaints

import matcalc as mc
from matcalc.explanation import Chain, Equation

NETWORK = (
    "z2 = W2 @ x + b2; a2 = relu(z2); z3 = W3 @ a2 + b3; a3 = sigmoid(z3); "
    "L = 0.5 * sum((a3 - y)**2)"
)
SHAPES = "x[2] W2[3,2] b2[3] W3[2,3] b3[2] y[2]"
CASES = [
    (NETWORK, "W2", SHAPES),
    ("x.T @ A @ x", "x", "x[n] A[n,n]"),
    ("norm(A @ x - b)**2 + c * norm(x)**2", "x", "x[n] A[m,n] b[m] c"),
    ("x + tanh(W @ x)", "x", "W[n,n] x[n]"),
    ("sum(sigmoid(X @ W))", "W", "X[m,n] W[n,k]"),
    ("log(sum(exp(x)))", "x", "x[n]"),
    ("logdet(A @ X @ A.T)", "X", "X[n,n] A[n,n]"),
    ("sigmoid(A @ x) * (B @ x)", "x", "A[m,n] B[m,n] x[n]"),
    ("exp(t * x)", "t", "x[n] t"),
    ("softmax(A @ x)", "x", "A[m,n] x[n]"),
    ("A @ X @ B", "X", "A[k,m] X[m,n] B[n,p]"),
    ("x @ A @ x", "x", "x[n] A[n,n]"),
    ("sum(b)", "x", "b[m] x[n]"),
]
SIZES = {"n": 3, "m": 4, "k": 2, "p": 5}


def arrays(variables: str) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    found: dict[str, Any] = {}
    for one in map(mc.parse_variable, variables.split()):
        shape = [SIZES.get(str(size), size) for size in one.shape]
        found[one.name] = rng.uniform(0.3, 1.0, size=shape)
        if len(shape) == 2 and shape[0] == shape[1]:
            found[one.name] += 2 * np.eye(int(shape[0]))
    return found


@pytest.mark.parametrize(("formula", "wrt", "variables"), CASES)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_every_formula_is_true(formula: str, wrt: str, variables: str, layout: str) -> None:
    steps = mc.explain(formula, wrt=wrt, variables=variables, layout=layout)
    assert complaints(steps, arrays(variables), SIZES) == []


def test_a_wrong_line_is_noticed() -> None:
    steps = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator")
    numbers = arrays(SHAPES)
    for number, section in enumerate(steps.sections):
        for place, item in enumerate(section.items):
            if isinstance(item, Equation) and item.wrt:
                wrong = item._replace(text=f"2 * ({item.text})")
                items = (*section.items[:place], wrong, *section.items[place + 1 :])
                sections = list(steps.sections)
                sections[number] = section._replace(items=items)
                changed = mc.Explanation(
                    steps.of, steps.wrt, steps.layout, steps.level, steps.program, tuple(sections)
                )
                assert len(complaints(changed, numbers, SIZES)) == 1, item


def test_the_second_question_is_answered_by_one_text() -> None:
    shown = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator").text
    for line in (
        "∂z₂/∂W₂ · ∂a₂/∂z₂ · ∂z₃/∂a₂ · ∂a₃/∂z₃ · ∂L/∂a₃ = ∂L/∂W₂",
        "3×2×3      3×3       3×2       2×2      2×1      3×2",
        "W₃ · ∂L/∂z₃   2×3 · 2×1  3 is not 2: no product",
        "W₃ᵀ · ∂L/∂z₃  3×2 · 2×1  gives 3×1: fits",
        "∂L/∂a₂[j] = Σᵢ W₃[i,j] ∂L/∂z₃[i]",
        "= step(z₂) ⊙ ∂L/∂a₂",
        "= ∂L/∂z₂ xᵀ",
        "it agrees with central differences",
    ):
        assert line in shown
    wide = [line for line in shown.partition("In NumPy")[0].splitlines() if len(line) > 80]
    assert not wide


def test_parts_without_names_get_some() -> None:
    steps = mc.explain(
        "sum((sigmoid(W3 @ relu(W2 @ x)) - y)**2)",
        wrt="W2",
        variables="x[2] W2[3,2] W3[2,3] y[2]",
        layout="numerator",
    )
    assert steps.program == (
        "z1 = W2 @ x; a1 = relu(z1); z2 = W3 @ a1; a2 = sigmoid(z2); f = sum((a2 - y) ** 2)"
    )


def test_names_in_use_are_not_given_again() -> None:
    steps = mc.explain("sum(exp(A1 @ z1))", wrt="z1", variables="A1[m,n] z1[n]", layout="numerator")
    assert steps.program == "z2 = A1 @ z1; a2 = exp(z2); f = sum(a2)"


def test_square_matrices_leave_the_dimension_check_undecided() -> None:
    shown = mc.explain(
        "sum(exp(W @ x))", wrt="x", variables="W[3,3] x[3]", layout="denominator"
    ).text
    assert "shapes alone do not decide" in shown


def test_many_paths_are_counted_and_swept() -> None:
    formula = "; ".join(f"y{k + 1} = y{k} + tanh(y{k})" for k in range(6)) + "; sum(y6)"
    steps = mc.explain(formula, wrt="y0", variables="y0[n]", layout="denominator")
    assert "64 paths" in steps.text
    assert not any(isinstance(item, Chain) for one in steps.sections for item in one.items)
    assert complaints(steps, arrays("y0[n]"), SIZES) == []


def test_a_result_of_many_axes_says_why_there_is_no_matrix() -> None:
    shown = mc.explain("inv(A)", wrt="A", variables="A[n,n]", layout="numerator").text
    assert "there is no matrix form" in shown


def test_the_short_level_has_four_parts() -> None:
    steps = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator", level="short")
    assert [one.title for one in steps.sections] == [
        "The variables and their shapes",
        "Forward: one operation at a time",
        "The chain rule",
        "The result",
    ]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(mc.NotationError, match="short or full"):
        mc.explain("x", wrt="x", variables="x", layout="numerator", level="long")  # type: ignore[arg-type]


def test_expressions_of_python_are_explained() -> None:
    W, x = mc.symbols("W[3,2] x[2]")
    steps = mc.explain(mc.tanh(W @ x), wrt=x, layout="numerator")
    assert complaints(steps, arrays("W[3,2] x[2]"), SIZES) == []


def test_json_holds_what_is_needed_to_evaluate_every_formula() -> None:
    steps = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator")
    document = json.loads(json.dumps(steps.to_json()))
    equations = [
        item for one in document["sections"] for item in one["items"] if item["kind"] == "equation"
    ]
    numbers = arrays(SHAPES)
    for one in equations:
        lets = [f"{name} = {meaning}" for name, meaning in one["uses"].items()]
        value = mc.evaluate("; ".join([*lets, one["text"]]), **numbers)
        assert list(value.shape) == one["shape"]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        self.open.append(tag)
        assert {name for name, _ in attrs} <= {"class"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_one_fragment_without_scripts() -> None:
    steps = mc.explain("sum(relu(x))", wrt="x", variables="x[n]", layout="numerator")
    reader = _Tags()
    reader.feed(steps.html)
    assert not reader.open
    assert not reader.seen & {"script", "link", "img", "iframe"}
    assert "http" not in steps.html
    assert "z &gt; 0" in steps.html
    assert "prefers-color-scheme: dark" in steps.html


def test_markdown_has_formulas_that_github_shows() -> None:
    steps = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator")
    fences = re.findall(r"```math\n(.*?)\n```", steps.markdown, re.DOTALL)
    assert len(fences) > 15
    for formula in fences:
        assert formula.count("{") == formula.count("}")
        assert "operatorname" not in formula
    assert r"\underbrace{\frac{\partial z_{3}}{\partial a_{2}}}_{3 \times 2}" in steps.markdown
