"""What stands in front of a formula, and declarations as mathematics writes them."""

from __future__ import annotations

import random

import pytest

import matcalc as mc
from matcalc.expression import parse_declarations
from matcalc.inputs.entrance import entered

_SHAPES = "A[n,n] x[n] b[n]"
_SOUGHT = [
    r"\min_x {}", r"\arg\min_x {}", r"\min_{{x \in \mathbb{{R}}^n}} {}", r"\inf_{{x}} {}",
    r"\operatorname*{{arg\,min}}_x {}", r"\underset{{x}}{{\min}} {}", "min_x {}", "argmin_x {}",
    r"\underset{{x}}{{\text{{minimize}}}} {}", "arg min_x {}", r"x = \arg\max_x {}",
]  # fmt: skip
_FRONTS = [
    "@(x) {}", "x -> {}", "(x, b) -> {}", "f(x) -> {}", "x ↦ {}", "function(x) {}",
    "lambda x: {}", "f = @(x) {}",
]  # fmt: skip


@pytest.mark.parametrize("front", _FRONTS)
def test_arguments_in_front_change_nothing(front: str) -> None:
    typed = front.format("x' A x + x' b")
    assert entered(typed, _SHAPES).text.removeprefix("f = ") == "x.T @ A @ x + x.T @ b"


@pytest.mark.parametrize("front", _SOUGHT)
def test_what_is_sought_is_refused_with_the_formula_alone(front: str) -> None:
    formula = "||A x - b||^2"
    for shapes in (_SHAPES, None):
        with pytest.raises(mc.NotationError, match="over all x") as caught:
            entered(front.format(formula), shapes)
        assert caught.value.args[0].splitlines()[0].endswith(f": {formula}")


@pytest.mark.parametrize("line", [r"\max_i x_i", "min_k x_k", "max_val * x' b"])
def test_a_front_of_an_index_or_of_what_is_not_there_is_no_front(line: str) -> None:
    with pytest.raises(mc.MatcalcError):
        mc.derive(line, wrt="x", variables=_SHAPES, layout="denominator")


def test_a_declared_name_is_no_front() -> None:
    assert "min_x" in entered("min_x' x", "min_x[n] x[n]").text


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("A ∈ ℝ^{m×n}, x ∈ ℝ^n", "A[m,n] x[n]"),
        (r"A \in \mathbb{R}^{m \times n} x \in \mathbb{R}^3", "A[m,n] x[3]"),
        ("A[m x n] B[m×n] C[3x2]", "A[m,n] B[m,n] C[3,2]"),
        (r"\Sigma[n,n]:spd \mathbf{x}[n]", "Sigma[n,n]:spd x[n]"),
        ("W^{(1)}[2,3] W^{[2]}[4,2]", "W1[2,3] W2[4,2]"),
    ],
)
def test_declarations_as_mathematics_writes_them(typed: str, plain: str) -> None:
    found = [(one.variable, one.properties) for one in parse_declarations(typed).values()]
    assert found == [(one.variable, one.properties) for one in parse_declarations(plain).values()]


@pytest.mark.parametrize(
    ("line", "declared", "shapes"),
    [
        (r"x^T A x, x \in \mathbb{R}^n", None, "x[n] A[n,n]"),
        (r"xᵀ A x, x ∈ ℝⁿ", "A[n,n]", "A[n,n] x[n]"),
        (r"\|Ax - b\|^2 \quad A \in \mathbb{R}^{k \times p}", None, "A[k,p] x[p] b[k]"),
        (r"a^T b c, \text{ where } a, b \in \mathbb{R}^n, c \in \mathbb{R}", None, "a[n] b[n] c"),
    ],
)
def test_shapes_behind_the_formula_are_declarations(
    line: str, declared: str | None, shapes: str
) -> None:
    found = entered(line, declared)
    found.formula()
    assert " ".join(map(str, found.shapes.values())) == shapes


def test_what_is_no_shape_behind_the_formula_is_answered_with_where_it_stands() -> None:
    with pytest.raises(mc.NotationError, match=r"declared apart.*'A\[n\]'"):
        entered(r"x^T A x, A \in \mathcal{S}_n")
    with pytest.raises(mc.ShapeError, match="two shapes"):
        entered("x^T x, x ∈ ℝ^3", "x[4]")


def test_bars_that_open_twice_are_two() -> None:
    assert entered("||x|-1|", "x").text == "abs(abs(x) - 1)"
    assert entered("||A x||", _SHAPES).text == "norm(A @ x)"


def test_repeated_columns_and_rows() -> None:
    assert entered("X - repmat(b,1,n)", "X[m,n] b[m]").text == "X - b @ ones(n).T"
    assert entered("X - repmat(b',m,1)", "X[m,n] b[n]").text == "X - ones(m) @ b.T"
    assert entered("sum(pmax(A %*% x, 0))", _SHAPES).text == "sum(maximum(A @ x, 0))"
    with pytest.raises(mc.NotationError, match="ones"):
        entered("sum(sweep(A, 2, b))", _SHAPES).formula()


_PIECES = r"""A x b \min _ { } ( ) [ ] \arg \underset @ -> ↦ ∈ \in lambda : function , = ' ^ T
|| | \| * .* + - / 2 i \sum_i \frac \mathbb{R} \operatorname* repmat sweep pmax ; . ∂ ∇ ½ ᵀ ₁ ⊙
\begin{cases} \end{cases} \text{if} < ≠ s.t. where ∑ ᵢ ₓ \mathbb{I} _\times _Q _{ ^{ -1/2 .size ℝⁿ
x_1x_2 ∇f(x) ^*
^{+} \Gamma log .x xTAx dL/dx \hat{\mathbf{x}} t( \sum_{i<j} xᵗ derivative of 1./ ^\mathsf{H} eˣ
%*% \left( \right) \top \begin{bmatrix} \end{bmatrix} \\ & f' "i,j->ij" """


def test_pieces_in_any_order_are_read_or_refused() -> None:
    pick = random.Random(13)  # noqa: S311
    pieces = _PIECES.split()
    for _ in range(400):
        line = pick.choice(["", " "]).join(pick.choices(pieces, k=pick.randrange(1, 14)))
        for shapes in (_SHAPES, None):
            try:
                entered(line, shapes)
            except mc.MatcalcError:
                continue
