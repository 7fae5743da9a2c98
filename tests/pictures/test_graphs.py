from itertools import pairwise

import pytest
from pictures.svg_reader import Box, Picture

import matcalc as mc
from matcalc.pictures.graphs import NODES

NETWORK = "z2 = W2 @ x + b2; a2 = relu(z2); z3 = W3 @ a2 + b3; a3 = sigmoid(z3); L = sum((a3-y)**2)"
FORMULAS = {
    "network": (NETWORK, "a2", "x[2] W2[3,2] b2[3] W3[2,3] b3[2] y[2]"),
    "softmax": (
        "Z = X @ W; P = diag(1 / sum(exp(Z), axis=1)) @ exp(Z); -sum(Y * log(P)) / m",
        "W",
        "X[m,n] W[n,k] Y[m,k]",
    ),
    "attention": (
        "Q = X @ Wq; K = X @ Wk; A = softmax(Q @ K.T / sqrt(d), axis=1); A @ (X @ Wv)",
        "X",
        "X[t,e] Wq[e,d] Wk[e,d] Wv[e,d]",
    ),
    "traces": (
        "logdet(A @ X @ A.T + r * eye(n)) - tr(inv(X) @ S) + x.T @ X @ x",
        "X",
        "A[n,n] X[n,n] S[n,n] x[n] r",
    ),
    "quadratic": ("x.T @ A @ x", "x", "x[n] A[n,n]"),
    "variable": ("-A.T", "A", "A[2,3]"),
    "constant": ("eye(3)", "A", "A[2,3]"),
    "kron": ("vec(kron(A, B))", "A", "A[2,3] B[2,2]"),
}


def _picture(name: str) -> Picture:
    formula, wrt, variables = FORMULAS[name]
    jacobian = mc.derive(formula, wrt=wrt, variables=variables, layout="numerator")
    return Picture(jacobian.svg("graph"))


def _nodes(picture: Picture) -> list[Box]:
    return [box for box in picture.rectangles if box.kind != "paper"]


@pytest.mark.parametrize("name", FORMULAS)
def test_nodes_lie_apart_and_inside_and_hold_their_labels(name: str) -> None:
    picture = _picture(name)
    nodes = _nodes(picture)
    for k, box in enumerate(nodes):
        assert picture.whole.holds(box)
        assert not any(box.overlaps(other, slack=-4) for other in nodes[:k])
    for text in picture.texts:
        assert picture.whole.holds(text), text
        around = [box for box in nodes if text.overlaps(box, slack=4)]
        assert len(around) == (text.kind == "inside"), text
        assert all(box.left - 4 <= text.left and text.right <= box.right + 4 for box in around)


@pytest.mark.parametrize("name", FORMULAS)
def test_arrows_run_from_left_to_right(name: str) -> None:
    for kind, points in _picture(name).lines:
        if not kind.endswith("head"):
            assert all(a[0] <= b[0] for a, b in pairwise(points))


def test_nodes_are_variables_operations_and_names() -> None:
    picture = _picture("network")
    assert {"W₂", "x", "W₂ x + b₂", "relu(z₂)", "a₃"} <= set(picture.words)
    assert picture.title == "Computation graph of L, paths from a₂"
    assert "z₂ = W₂ x + b₂, 3×1; a₂ = relu(z₂), 3×1" in picture.description


def test_every_operand_has_its_shape_at_its_arrows() -> None:
    shapes = [text.text for text in _picture("quadratic").texts if text.kind == "small"]
    assert sorted(shapes) == ["n×1", "n×n"]


def test_the_paths_from_the_variable_to_the_result_are_marked() -> None:
    picture = _picture("network")
    marked = [
        text.text
        for text in picture.texts
        for box in picture.of_kind("chosen")
        if text.kind == "inside" and box.overlaps(text)
    ]
    assert "relu(z₂)" in marked
    assert "W₃ a₂ + b₃" in marked
    assert "W₂ x + b₂" not in marked
    assert "y" not in marked


def test_a_part_that_a_derivative_shortens_keeps_its_name() -> None:
    formula = "a = 1 / (1 + exp(-W @ x)); sum((a - y)**2)"
    variables = "W[m,n] x[n] y[m]"
    jacobian = mc.derive(formula, wrt="W", variables=variables, layout="numerator")
    words = Picture(jacobian.svg("graph")).words
    assert {"σ(W x)", "a", "a − y", "□ᵀ □"} <= set(words)


def test_equal_parts_are_one_node() -> None:
    jacobian = mc.derive(
        "exp(A@x).T @ exp(A@x)", wrt="x", variables="A[m,n] x[n]", layout="numerator"
    )
    assert Picture(jacobian.svg("graph")).words.count("exp(□)") == 1


def test_the_result_is_one_node_under_its_own_name() -> None:
    for formula in ("L = exp(x)", "exp(x)", "a = exp(x); a"):
        jacobian = mc.derive(formula, wrt="x", variables="x[n]", layout="numerator")
        assert len(_nodes(Picture(jacobian.svg("graph")))) == 2
    assert _picture("network").words.count("L") == 1


def test_a_graph_that_is_too_large_says_so() -> None:
    lines = "; ".join(f"x{k + 1} = sin(x{k})" for k in range(NODES + 1))
    jacobian = mc.derive(
        f"{lines}; sum(x{NODES + 1})", wrt="x0", variables="x0[n]", layout="numerator"
    )
    picture = Picture(jacobian.svg("graph"))
    assert any("too many to draw" in text for text in picture.words)


def test_a_deep_formula_does_not_meet_the_recursion_limit() -> None:
    y = mc.symbols("x[n]")
    for _ in range(2000):
        y = mc.sin(y)
    jacobian = mc.derive(y, wrt="x", layout="numerator")
    assert "too many to draw" in jacobian.svg("graph")
