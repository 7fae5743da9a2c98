"""Explanations: what they say of known derivations, and that they notice what is wrong."""

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from explanation_checks import complaints

import matcalc as mc
from matcalc.explanation import Chain, Equation
from matcalc.explanation.model import Table
from matcalc.notation.phrases import times
from matcalc.notation.tree import numeral

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


@pytest.mark.parametrize(
    ("formula", "wrt", "variables", "program"),
    [
        ("x[0] * x[1]", "x", "x[n]", "f = x[0] * x[1]"),
        ("exp(x)[0:2] @ y", "x", "x[n] y[2]", "a1 = exp(x); f = a1[0:2] @ y"),
        ("x[[0, 2]] @ c", "x", "x[4] c[2]", "f = x[[0, 2]] @ c"),
        ("[x; y].T @ c", "x", "x[2] y[3] c[5]", "z1 = [x; y]; f = z1.T @ c"),
        (
            "softmax([A @ x; y])",
            "x",
            "A[m,n] x[n] y[k]",
            "z1 = A @ x; z2 = [z1; y]; f = softmax(z2)",
        ),
        (
            "logdet([A, B; C, D])",
            "A",
            "A[n,n] B[n,k] C[k,n] D[k,k]",
            "Z1 = [A, B; C, D]; f = logdet(Z1)",
        ),
        (
            "sum(x[:, None] * y[None, :] * A)",
            "x",
            "x[m] y[n] A[m,n]",
            "f = sum(x[:, None] * y[None, :] * A)",
        ),
    ],
)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_entries_slices_and_blocks_are_operations(
    formula: str, wrt: str, variables: str, program: str, layout: str
) -> None:
    steps = mc.explain(formula, wrt=wrt, variables=variables, layout=layout)
    assert steps.program == program
    assert steps.agrees
    assert complaints(steps, arrays(variables), SIZES) == []


def test_a_wrong_line_is_noticed() -> None:
    steps = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator")
    numbers = arrays(SHAPES)
    for number, section in enumerate(steps.sections):
        for place, item in enumerate(section.items):
            if isinstance(item, Equation) and item.wrt:
                read = item.right.read
                doubled = times([numeral(2), read.phrase])
                right = replace(item.right, read=read._replace(phrase=doubled))
                wrong = item._replace(right=right)
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
        "z1 = W2 @ x; a1 = relu(z1); z2 = W3 @ a1; a2 = sigmoid(z2); f = sum((a2 - y)**2)"
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


def test_the_short_level_has_five_parts_and_says_where_a_transpose_comes_from() -> None:
    steps = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator", level="short")
    assert [one.title for one in steps.sections] == [
        "The variables and their shapes",
        "Forward: one operation at a time",
        "The chain rule",
        "The index form: where a transpose comes from",
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
        assert {name for name, _ in attrs} <= {"class", "width"}

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
    assert "currentColor" in steps.html  # a notebook may be dark where the system is light


def test_markdown_has_formulas_that_github_shows() -> None:
    steps = mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator")
    fences = re.findall(r"```math\n(.*?)\n```", steps.markdown, re.DOTALL)
    assert len(fences) > 15
    for formula in fences:
        assert formula.count("{") == formula.count("}")
        assert "operatorname" not in formula
    assert r"\underbrace{\frac{\partial z_{3}}{\partial a_{2}}}_{3 \times 2}" in steps.markdown


def sections(steps: mc.Explanation) -> dict[str, str]:
    """The text of every part under its title."""
    parts = re.split(r"\n\d\. (.*)\n", steps.text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def explained(formula: str, wrt: str, variables: str, layout: str = "denominator") -> Any:
    return mc.explain(formula, wrt=wrt, variables=variables, layout=layout)


MORE = [
    ("-y.T @ log(softmax(W @ x + b))", "W", "W[k,n] x[n] b[k] y[k]"),
    ("sum(log(1 + exp(-y * (X @ w))))", "w", "X[m,n] w[n] y[m]"),
    ("norm(X - U @ V)**2", "U", "X[m,n] U[m,k] V[k,n]"),
    ("norm(X - U.T @ V)**2", "U", "X[m,n] U[k,m] V[k,n]"),
    ("tr(X.T @ A @ X)", "X", "A[n,n] X[n,k]"),
    ("tr(X @ X @ X)", "X", "X[n,n]"),
    ("sum(c * (x - mean(x)) / sqrt(mean((x - mean(x))**2) + e))", "x", "x[n] c[n] e"),
    ("y.T @ inv(H @ P @ H.T + R) @ y", "P", "y[m] H[m,n] P[n,n] R[m,m]"),
    ("A @ tanh(B @ x)", "x", "A[m,k] B[k,n] x[n]"),
    ("sin(x) * exp(x)", "x", "x[n]"),
    ("sin(exp(x**2))", "x", "x"),
    ("tr(B.T @ X.T @ A @ X @ B) + sum(X)", "X", "A[n,n] B[k,m] X[n,k]"),
]


@pytest.mark.parametrize(("formula", "wrt", "variables"), MORE)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_every_formula_of_what_students_derive_is_true(
    formula: str, wrt: str, variables: str, layout: str
) -> None:
    steps = explained(formula, wrt, variables, layout)
    assert complaints(steps, arrays(variables), SIZES) == []
    assert "DOES NOT AGREE" not in steps.text


def test_only_a_diagonal_matrix_is_called_one() -> None:
    softmax = explained("-y.T @ log(softmax(x))", "x", "x[n] y[n]")
    notes = {one.left.unicode: one.note for one in softmax.equations if one.local and one.note}
    assert notes["∂z₁/∂x"] == "by softmax"
    assert "a diagonal matrix" in notes["∂a₁/∂z₁"]
    negative = explained("sum(exp(-y * x))", "x", "x[n] y[n]")
    notes = {one.left.unicode: one.note for one in negative.equations if one.local and one.note}
    assert "a diagonal matrix" in notes["∂z₁/∂x"]


def test_a_line_does_not_stand_there_twice() -> None:
    for formula, wrt, variables in (*CASES, *MORE):
        lines = explained(formula, wrt, variables).text.splitlines()
        again = [
            (one, two)
            for one, two in pairwise(lines)
            if two.lstrip().startswith("= ") and one.partition("= ")[2] == two.partition("= ")[2]
        ]
        assert not again


def test_a_line_that_only_moves_parentheses_is_left_out() -> None:
    steps = mc.explain(
        "sum(log(1 + exp(-y * (X @ w))))",
        wrt="w",
        variables="X[m,n] w[n] y[m]",
        layout="denominator",
        order=2,
    )
    assert "(−Xᵀ diag(y))" not in steps.text
    assert "= Xᵀ diag(y⊙² ⊙ a₁ ⊙ (1 − a₁)) X" in steps.text


def test_places_of_a_variable_are_differentiated_one_by_one() -> None:
    steps = explained("x.T @ A @ x", "x", "x[n] A[n,n]")
    found = sections(steps)
    product = found["The product, simplified step by step"]
    assert "∂f/∂x = Aᵀ x + A x" in product
    assert "x stands in f 2 times: each place is differentiated alone" in product
    assert "= (A + Aᵀ) x" in product
    entries = found["The index form: where a transpose comes from"]
    assert "f        = Σᵢⱼ x[i] A[i,j] x[j]" in entries
    assert "forward: sums over i and j" in entries
    assert "backward: sums over i" in entries
    assert "A[i,j] is read from its second" in entries


def test_a_product_of_matrices_says_what_is_transposed() -> None:
    variables = "X[m,n] U[m,k] V[k,n]"
    shown = explained("norm(X - U @ V)**2", "U", variables).text
    for line in (
        "in ∂f/∂U = ∂f/∂Z₁ · ?, numbers left out,",
        "Vᵀ · ∂f/∂Z₁  n×k · m×n  k is not m: no product",
        "∂f/∂Z₁ · Vᵀ  m×n · n×k  gives m×k: fits",
        "∂f/∂U[i,l] = −Σⱼ ∂f/∂Z₁[i,j] V[l,j]",
        "Beginning with i, V[l,j] is read from its second",
        "∂f/∂U  = (i,j) ↦ −Σₗₚ V[j,l] δ[p,i] ∂f/∂Z₁[p,l]",
    ):
        assert line in shown
    row = explained("norm(X - U @ V)**2", "U", variables, "numerator").text
    assert "Beginning with l, V[l,j] stands as it is." in row


def test_two_factors_may_be_missing() -> None:
    shown = explained("logdet(H @ P @ H.T)", "P", "H[m,n] P[n,n]").text
    assert "in ∂f/∂P = ? · ∂f/∂Z₁ · ? the missing" in shown
    assert "Hᵀ · ∂f/∂Z₁ · H   n×m · m×m · m×n  gives n×n: fits" in shown
    assert "Hᵀ · ∂f/∂Z₁ · Hᵀ  n×m · m×m · n×m  m is not n: no product" in shown


def test_every_factor_without_a_matrix_form_is_named() -> None:
    shown = explained("tr(inv(H @ P @ H.T))", "P", "H[m,n] P[n,n]").text
    assert "∂Z₂/∂Z₁ has 4 axes and ∂Z₁/∂P has 4 axes" in shown


def test_each_index_of_a_derivative_stands_where_it_belongs() -> None:
    steps = explained("A @ tanh(B @ x)", "x", "A[m,k] B[k,n] x[n]")
    assert "∂f[l]/∂x[j] = Σᵢ ∂f[l]/∂z₁[i] B[i,j]" in steps.text
    assert (
        r"\frac{\partial f_{l}}{\partial x_{j}} = \sum_{i} \frac{\partial f_{l}}" in steps.markdown
    )
    assert r"\frac{\partial f_{l}}{\partial \left(z_{1}\right)_{i}}" in steps.markdown


def test_the_lines_are_put_together_one_by_one() -> None:
    shown = explained("sum(log(1 + exp(-y * (X @ w))))", "w", "X[m,n] w[n] y[m]").text
    together = shown.partition("Put together")[2]
    for line in ("∂f/∂w = −Xᵀ (y ⊙ ∂f/∂z₁)", "⊙ ∂f/∂a₁)", "= −Xᵀ (y ⊙ a₁ ⊘ (1 + a₁))"):
        assert line in together
    assert "σ(z) is 1 / (1 + exp(−z))" in together


@pytest.mark.parametrize(
    ("formula", "wrt", "variables", "said"),
    [
        ("sum(exp(X))", "X", "X[m,n]", "the shape of X: ∂f/∂X is m×n."),
        ("exp(A @ x)", "x", "A[m,n] x[n]", "a row for each entry of x, a"),
        ("exp(t * x)", "t", "t x[n]", "the shape of f, transposed: ∂f/∂t is 1×n."),
        ("exp(sin(t))", "t", "t", "f and t are numbers, so ∂f/∂t is a number."),
        ("inv(X)", "X", "X[n,n]", "the axes of X first, then those"),
    ],
)
def test_the_shape_of_the_whole_is_accounted_for(
    formula: str, wrt: str, variables: str, said: str
) -> None:
    found = sections(explained(formula, wrt, variables))
    assert said in found["The dimension check: which factor fits"]


def test_numbers_may_be_multiplied_in_any_order() -> None:
    found = sections(explained("sin(exp(x))", "x", "x"))
    assert "so here the order does not matter" in found["The chain rule"]
    assert "(AB)ᵀ" not in found["The chain rule"]


def test_one_operation_has_a_chain_of_one_factor() -> None:
    found = sections(explained("logdet(X)", "X", "X[n,n]"))
    assert "There is one operation, so the chain has one factor" in found["The chain rule"]
    assert "The product, simplified step by step" not in found


def test_shapes_stay_apart_in_latex() -> None:
    steps = explained("sum(exp(A @ x))", "x", "A[m,n] x[n]")
    assert r"_{n \times m} \cdot \underbrace" in steps.markdown


def test_the_work_grows_with_the_number_of_layers_alone() -> None:
    few, some, many = [_calls(layers) for layers in (8, 16, 32)]
    assert many - some < 2.8 * (some - few)  # 2 where it is linear, 4 where it is quadratic


def _calls(layers: int) -> int:
    """How many functions an explanation calls: a measure that no other process disturbs."""
    shapes = " ".join(f"W{k}[n{k},n{k - 1}]" for k in range(1, layers + 1))
    network = "; ".join(f"a{k} = tanh(W{k} @ a{k - 1})" for k in range(1, layers + 1))
    variables = f"a0[n0] {shapes}"
    counted = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        explained(f"{network}; sum(a{layers})", "W1", variables)
    finally:
        sys.setprofile(before)
    return counted


SECOND = [
    ("x.T @ A @ x", "x", "x[n] A[n,n]"),
    ("norm(A @ x - b)**2", "x", "x[n] A[m,n] b[m]"),
    ("sum(log(1 + exp(-y * (X @ w))))", "w", "X[m,n] w[n] y[m]"),
    ("log(sum(exp(x)))", "x", "x[n]"),
    ("z = A @ x; sum(tanh(z)**2) + g", "x", "x[n] A[m,n] g"),
    ("sin(t**2)", "t", "t"),
    ("b.T @ x", "x", "b[n] x[n]"),
]


@pytest.mark.parametrize(("formula", "wrt", "variables"), SECOND)
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_a_second_derivative_is_the_derivative_of_the_gradient(
    formula: str, wrt: str, variables: str, layout: str
) -> None:
    steps = mc.explain(formula, wrt=wrt, variables=variables, layout=layout, order=2)
    numbers = arrays(variables)
    assert complaints(steps, numbers, SIZES) == []
    last = [one for one in steps.equations if one.wrt][-1:]
    expected = mc.derive(formula, wrt=wrt, variables=variables, layout=layout, order=2)
    for one in last:
        found = mc.evaluate(one.program, **SIZES, **numbers)
        np.testing.assert_allclose(found, expected.evaluate(**numbers), rtol=1e-9, atol=1e-12)
    assert steps.title.startswith("∂²")
    assert steps.sections[0].title == "The gradient first"
    assert steps.text.count("agrees with central differences") == 2


@pytest.mark.parametrize(
    ("formula", "wrt", "variables", "message"),
    [
        ("tr(X.T @ X)", "X", "X[m,n]", "X is a matrix"),
        ("A @ exp(x)", "x", "x[n] A[m,n]", "f is no number"),
    ],
)
def test_a_second_derivative_of_more_than_two_axes_is_refused(
    formula: str, wrt: str, variables: str, message: str
) -> None:
    with pytest.raises(mc.NotationError, match=message):
        mc.explain(formula, wrt=wrt, variables=variables, layout="numerator", order=2)


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(mc.NotationError, match="order of a derivative is 1 or 2"):
        mc.explain("x", wrt="x", variables="x", layout="numerator", order=3)


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_an_entry_map_counts_the_rows_and_columns_of_its_layout(layout: str) -> None:
    steps = mc.explain("sum(relu(V @ x))", wrt="V", variables="V[m,n] x[n]", layout=layout)
    (line,) = [one for one in steps.equations if "↦" in one.right.unicode and one.of == "f"]
    row, column = ("i", "j") if layout == "denominator" else ("j", "i")
    assert line.right.unicode == f"(i,j) ↦ Σₖ x[{column}] δ[k,{row}] ∂f/∂z₁[k]"
    assert line.layout == layout
    assert line.shape == (("m", "n") if layout == "denominator" else ("n", "m"))


def test_an_index_says_with_respect_to_which_entry_in_every_form() -> None:
    steps = mc.explain("sum(relu(V @ x))", wrt="V", variables="V[m,n] x[n]", layout="numerator")
    entries = [one.left for one in steps.equations if one.layout == "entries" and one.wrt == "V"]
    assert (r"\frac{\partial f}{\partial V_{ij}}", "∂f/∂V[i,j]") in [
        (one.latex, one.unicode) for one in entries
    ]


@pytest.mark.parametrize("order", [1, 2])
def test_what_is_assumed_where_nothing_is_declared_is_said(order: int) -> None:
    steps = mc.explain("x.T @ A @ x", wrt="x", layout="denominator", order=order)
    assert [one.partition(" is ")[0] for one in steps.assumptions] == ["x[n]", "A[n,n]"]
    assert set(steps.assumptions) <= set(steps.sections[0].items)
    assert steps.to_json()["assumptions"] == steps.assumptions


def test_the_identities_that_made_the_result_short_are_named_where_all_is_told() -> None:
    asked = {"wrt": "X", "variables": "X[m,n]", "layout": "denominator"}
    full = mc.explain("logdet(X.T @ X)", **asked)
    assert Table((("inv(X.T @ X) @ X.T -> pinv(X) | X tall",),)) in full.sections[-1].items
    assert "->" not in mc.explain("logdet(X.T @ X)", **asked, level="short").text
    assert "identity" not in mc.explain("sum(X**2)", **asked).sections[-1].items


def test_an_identity_of_a_form_that_was_not_taken_is_not_named() -> None:
    found = mc.explain("sum(tanh(x))", wrt="x", variables="x[n]", layout="numerator")
    assert not [one for one in found.sections[-1].items if isinstance(one, Table)]


def test_a_terminal_spells_no_latex(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> str:
        raise AssertionError("LaTeX that nobody asked for")

    monkeypatch.setattr("matcalc.explanation.model.latex", refused)
    assert "∂L/∂W₂" in mc.explain(NETWORK, wrt="W2", variables=SHAPES, layout="denominator").text


def test_a_derivative_is_a_piece_of_a_formula_and_no_text_in_it() -> None:
    steps = mc.explain("exp(x.T @ x) * (x.T @ x)", wrt="x", variables="x[n]", layout="numerator")
    whole = " ".join(one.right.unicode for one in steps.equations)
    assert "((∂" not in whole
    assert "df_dz" not in whole
    latex = " ".join(one.right.latex for one in steps.equations)
    assert r"\mathit" not in latex
