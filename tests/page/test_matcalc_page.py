"""What the page asks the engine, and what it is answered: JSON in, JSON out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

ENGINE = Path(__file__).parents[2] / "docs" / "page" / "engine"


@pytest.fixture(scope="module")
def ask() -> Any:
    """The engine of the page, on NumPy."""
    sys.path.append(str(ENGINE))  # at the end: NumPy is not what stands in for it
    try:
        from matcalc_page import answer  # noqa: PLC0415 - it is in no package
    finally:
        sys.path.remove(str(ENGINE))
    return lambda **question: json.loads(answer(json.dumps(question)))


def test_a_formula_is_derived_in_both_layouts_and_says_what_was_assumed(ask: Any) -> None:
    found = ask(text="x'Ax")
    assert found["kind"] == "derivative"
    assert found["read"]["latex"] == ["f = x^\\top A x"]
    shapes = [(one["declaration"], one["assumed"]) for one in found["read"]["shapes"]]
    assert shapes == [("x[n]", True), ("A[n,n]", True)]
    layouts = {name: (one["text"], one["shape"]) for name, one in found["layouts"].items()}
    assert layouts == {
        "denominator": ("(A + A.T) @ x", "n×1"),
        "numerator": ("x.T @ (A + A.T)", "1×n"),
    }


def test_what_was_read_stands_in_the_order_that_was_typed(ask: Any) -> None:
    assert ask(text="tr(A X B)")["read"]["latex"] == [r"f = \operatorname{tr}(A X B)"]
    assert ask(text="sqrt(norm(x)) + sum(A x)")["read"]["latex"] == [
        r"f = \sqrt{\lVert x \rVert} + \operatorname{sum}(A x)"
    ]


@pytest.mark.parametrize("text", ["x'Ax", "tr(A X B)", "sum(log(softmax(W x)))"])
@pytest.mark.parametrize("order", [1, 2])
def test_a_derivative_has_a_graph_and_its_shapes_to_scale(ask: Any, text: str, order: int) -> None:
    for what in ("picture", "scale"):
        drawn = ask(ask=what, text=text, order=order)
        if drawn["kind"] == "error":  # four axes have no picture, and it is said
            assert (what, order) == ("scale", 2)
            continue
        assert drawn["svg"].startswith("<svg")
        assert drawn["alt"]


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("logdet(X)", "inv(X).T"),  # a function of X, no piece of size X
        ("A*exp(x)", "diag(exp(x)) @ A.T"),
        ("norm1(A*x-y)", "A.T @ sign(A @ x - y)"),
    ],
)
def test_what_is_pasted_from_elsewhere_is_derived(ask: Any, text: str, derivative: str) -> None:
    found = ask(text=text)
    assert found["layouts"]["denominator"]["text"] == derivative
    assert ("*" in text) == any("MATLAB" in note for note in found["read"]["notes"])
    assert ask(text=text, ask="steps")["kind"] == "steps"
    assert ask(text=text, ask="code")["kind"] == "code"


@pytest.mark.parametrize(
    "text",
    [
        *("0.5*x'*A*x", "A*exp(x)", "(y.*v)'*x", "a^b", "norm1(A*x-y)", "norm2(A*x-y)^2"),
        *("sum(log(exp(-y.*(X*w)) + vector(1)))", "tr(A*X'*B*X*C)", "log(det(inv(X)))"),
    ],
)
def test_the_examples_of_matrixcalculus_org_can_be_pasted(ask: Any, text: str) -> None:
    found = ask(text=text)
    assert found["kind"] == "derivative"
    assert all(one["verified"] is not False for one in found["layouts"].values())


def test_a_shape_that_was_changed_is_no_assumption_and_the_others_follow(ask: Any) -> None:
    found = ask(text="x'Ax", declared=["A[3,3]"], taken=["x[n]", "A[n,n]"])
    shapes = [(one["declaration"], one["assumed"]) for one in found["read"]["shapes"]]
    assert shapes == [("A[3,3]", False), ("x[3]", True)]


def test_a_declaration_that_is_left_from_another_formula_is_not_shown(ask: Any) -> None:
    found = ask(text="max(S @ y)", declared=["x[n]", "y[m]", "S[n,m]"])
    assert found["names"] == ["y", "S"]


@pytest.mark.parametrize(
    ("question", "verdict", "cause"),
    [
        (
            {"text": "dz1 = W2 @ dz2 * g1'(z1)", "because": "z2 = W2 @ g1(z1)"},
            "not_conformable",
            "transpose",
        ),
        ({"text": "2 A x", "because": "x'Ax"}, "wrong_value", "symmetric-part"),
        ({"text": "∂(x'Ax)/∂x = 2Ax"}, "wrong_value", "symmetric-part"),
        (
            {"text": "2x1 · 2x3 · 3x1 · 1x2", "because": "3x2"},
            "not_conformable",
            "transpose",
        ),
        ({"text": "z = W x\ndW = dz x^T"}, "right", ""),
    ],
)
def test_one_field_tells_claims_from_formulas(
    ask: Any, question: dict[str, str], verdict: str, cause: str
) -> None:
    found = ask(**question)
    assert found["kind"] == "claim"
    assert [(one["verdict"], one["cause"]) for one in found["lines"]] == [(verdict, cause)]


def test_hints_come_in_steps_and_the_first_says_no_cause(ask: Any) -> None:
    (line,) = ask(text="2 A x", because="x'Ax")["lines"]
    titles = [[part["title"] for part in hint] for hint in line["hints"]]
    assert "symmetric-part" not in str(line["hints"][:2])
    assert titles[1][2] == "The place"
    assert titles[2][2] == "The mistake: symmetric-part (symmetry)"
    assert "Repaired" in titles[3]


def test_several_lines_are_judged_each_given_the_ones_before(ask: Any) -> None:
    found = ask(text="z = W x\ny = tanh(z)\ndz = dy\ndW = dz x^T")
    assert found["because"] == "z = W x; y = tanh(z)"
    assert found["summary"] == "line 1 is wrong; line 2 follows rightly from what is wrong"


def test_a_line_alone_is_asked_what_it_comes_from(ask: Any) -> None:
    assert ask(text="dW2 = d3 x^T") == {"kind": "wanting", "name": "dW2", "by": "W2"}


def test_a_name_that_begins_with_d_is_no_derivative_where_others_use_it(ask: Any) -> None:
    assert ask(text="dist = norm(x - y); dist**2")["kind"] == "derivative"


def test_an_error_has_a_place_and_what_can_be_done(ask: Any) -> None:
    error = ask(text="x'(Ax")["error"]
    assert error["places"] == [{"text": "x'(Ax", "start": 2, "stop": 3}]
    assert ask(text="softmax(W*x)", notation="matlab")["kind"] == "derivative"


@pytest.mark.parametrize(
    "question",
    [
        {"text": "x'Ax", "order": 2},
        {"text": "W @ x", "by": "W", "layout": "numerator"},
        {"text": "softmax(W @ x)", "by": "x", "layout": "numerator"},
        {"text": "a * b", "declared": ["a", "b"], "by": "a"},
        {"text": "log(det(A)) + sum(log(x))", "by": "A"},
    ],
)
def test_a_file_checks_its_derivative_where_it_is_run(
    ask: Any, question: dict[str, Any], tmp_path: Path
) -> None:
    source = ask(ask="file", **question)["source"]
    file = tmp_path / "derivative.py"
    file.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(file)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert "largest difference from central differences" in done.stdout


def test_steps_code_and_picture_are_of_the_same_question(ask: Any) -> None:
    question = {"text": "½‖Ax − b‖²", "by": "x"}
    assert "A.T @ (A @ x - b)" in ask(ask="code", **question)["jax"]
    assert ask(ask="steps", **question)["agrees"] is True
    picture = ask(ask="picture", **question)
    assert picture["svg"].startswith("<svg")
    assert picture["alt"].startswith("Computation graph of f, paths from x: A, m×n; x, n×1; ")


def test_a_claim_is_typeset_as_it_was_typed(ask: Any) -> None:
    (line,) = ask(text="dz1 = W2 @ dz2 * g1'(z1)", because="z2 = W2 @ g1(z1)")["lines"]
    cells = line["hints"][0][0]["items"][0]["cells"]
    assert [one["latex"] for one in cells][-1] == "g_{1}'(z_{1})"
    (repaired,) = [one for one in line["hints"][3][3]["items"] if one["kind"] == "formula"]
    assert (
        repaired["latex"]
        .partition(" = ")[2]
        .startswith("\\left(W_{2}^\\top \\, \\mathit{dz}_{2}\\right) \\odot")
    )


def test_what_a_lesson_opens_in_the_page_is_answered(ask: Any) -> None:
    lessons = sorted(ENGINE.parents[1].glob("lessons/*.md"))
    address = re.compile(r"\]\(\.\./page/index\.html#([^)\s]+)\)")
    for lesson in lessons:
        opened = address.findall(lesson.read_text(encoding="utf-8"))
        assert opened, f"{lesson.name} has nothing to try in the page"
        for each in opened:
            parts = parse_qs(each)
            (because,), (by,) = parts.get("from", [""]), parts.get("by", [""])
            declared = parts.get("let", [])
            found = ask(text=parts["q"][0], because=because, by=by, declared=declared)
            assert found["kind"] in ("derivative", "claim"), (lesson.name, each)


def test_what_has_a_name_in_a_derivative_stands_before_it_on_a_line_of_its_own(ask: Any) -> None:
    found = ask(text="(x - mean(x)) / sqrt(var(x) + eps) * g + b")
    for layout in found["layouts"].values():
        *named, whole = layout["lines"]
        assert [one["unicode"].partition(" = ")[0] for one in named] == ["t₁", "t₂"]
        assert "=" not in whole["latex"] + whole["unicode"]
        assert layout["latex"].endswith(whole["latex"])
