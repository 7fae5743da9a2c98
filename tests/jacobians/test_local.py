"""Local Jacobians by rule: what they are called, what they refuse, and chains of them."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pytest
from finite_differences import central_differences
from operations.oracles import rotation_axis_angle
from random_chains import in_layout

import matcalc as mc
from matcalc.graph import symbol
from matcalc.plan import evaluate

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 2))
B = RNG.normal(size=(2, 5))
LAYOUTS = ("numerator", "denominator")
both_layouts = pytest.mark.parametrize("layout", LAYOUTS)


# 1. Names


def test_operands_and_result_are_called_as_in_the_first_signature() -> None:
    J = mc.rules.matmul(A, B, wrt="B")
    assert repr(J) == "<∂C[3,5]/∂B[2,5], numerator layout, 3×5×5×2>"
    assert repr(mc.rules.inv(A[:2])) == "<∂Y[2,2]/∂X[2,2], numerator layout, 2×2×2×2>"


def test_keywords_give_operands_names_of_ones_own() -> None:
    J = mc.rules.matmul(W2=A, a1=B[:, 0], of="z2", wrt="W2", layout="denominator")
    assert (str(J.of), str(J.wrt), J.layout) == ("z2[3]", "W2[3,2]", "denominator")
    np.testing.assert_array_equal(
        J.as_convention("jax"), np.einsum("ik,j->ikj", np.eye(3), B[:, 0])
    )


def test_keywords_follow_the_operands_without_names() -> None:
    J = mc.rules.matmul(A, x=B, of="z", wrt="x")
    assert (J.of.name, J.wrt.name) == ("z", "x")
    assert J.allclose(mc.jacobian("z[3,5] / x[2,5]", mc.rules.matmul(A, B, wrt="B").array,
                                  layout="numerator"))  # fmt: skip
    assert mc.rules.matmul(A, x=B, wrt="A").wrt.name == "A"


def test_one_operand_needs_no_wrt_and_several_do() -> None:
    assert mc.rules.sigmoid(z=[0.0], of="a").wrt.name == "z"
    with pytest.raises(mc.NotationError) as several:
        mc.rules.matmul(A, B)
    assert str(several.value) == "matmul: name the operand; wrt is one of A, B"


def test_an_operand_that_is_not_there_is_refused_and_those_that_are_listed() -> None:
    with pytest.raises(mc.NotationError) as refused:
        mc.rules.matmul(W=A, x=B, wrt="A")
    assert str(refused.value) == "matmul: no operand 'A'; wrt is one of W, x"


def test_more_operands_of_one_kind_are_numbered() -> None:
    parts = [A, 2 * A, 3 * A, 4 * A]
    J = mc.rules.concatenate(*parts, wrt="B3")
    expected = central_differences(lambda x: np.concatenate([*parts[:3], x]), parts[3])
    np.testing.assert_allclose(J.as_convention("jax"), expected, atol=1e-8)
    with pytest.raises(mc.NotationError, match="wrt is one of A, B, B2, B3"):
        mc.rules.concatenate(*parts, wrt="C")


@pytest.mark.parametrize(
    "name", ["maximum", "inner", "outer", "cross_entropy", "half_squared_error"]
)
def test_an_operand_may_be_called_as_results_are(name: str) -> None:
    point = np.array([0.2, 0.3, 0.5])
    J = getattr(mc.rules, name)(point, 1 - point, wrt="y" if name != "cross_entropy" else "p")
    assert J.array.shape == J.shape
    assert J.of.name != J.wrt.name


def test_one_name_for_operand_and_result_is_refused() -> None:
    with pytest.raises(mc.NotationError, match="the result and the operand are both called x"):
        mc.rules.sigmoid(x=[0.0], of="x")


def test_rules_are_found_by_attribute_and_near_names_are_listed() -> None:
    with pytest.raises(mc.UnknownRuleError, match="near: sigmoid"):
        mc.rules.sigmoidd([0.0])
    assert not hasattr(type(mc.rules), "sigmoid")
    with pytest.raises(AttributeError):
        mc.rules.__wrapped__  # noqa: B018
    assert {"sigmoid", "matmul", "rotation_quaternion"} <= set(dir(mc.rules))
    assert repr(mc.rules.inv) == "<rule inv: dY = -Y dX Y>"
    assert "X[...,n,n]:invertible -> Y[...,n,n]" in str(mc.rules.inv.__doc__)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mc.rules.matmul(A, wrt="A"), "matmul takes .*; found 1 operands"),
        (lambda: mc.rules.matmul(A, B, B, wrt="A"), "matmul takes .*; found 3 operands"),
        (lambda: mc.rules.tril(A, A, wrt="X"), "tril takes .*; found 2 operands"),
        (mc.rules.inv, "inv takes .*; found 0 operands"),
        (mc.rules.concatenate, "concatenate takes .*; found 0 operands"),
        (mc.rules.pi, "wrt is one of none"),
        (lambda: mc.rules.pi(1.0), "pi takes .*; found 1 operands"),
        (lambda: mc.rules.matmul(A, A=B, wrt="A"), "A is given twice, by place and by name"),
        (lambda: mc.rules.inv("2X"), "."),
    ],
)
def test_a_wrong_number_of_operands_is_a_notation_error(
    call: Callable[[], Any], message: str
) -> None:
    with pytest.raises(mc.NotationError, match=message):
        call()


@pytest.mark.parametrize(
    ("name", "shapes", "found"),
    [
        ("matmul", [(2, 3), (2, 3)], "2×3 @ 2×3 does not fit: 3 against 2"),
        ("matmul", [(3,), (2, 3)], "(3,) @ 2×3 does not fit: 3 against 2"),
        ("matmul", [(4, 2, 3), (5, 3, 2)], "4×2×3 @ 5×3×2 does not fit"),
        ("hadamard", [(2, 3), (3, 2)], "2×3 and 3×2 do not match"),
        ("add", [(2, 3), (3,)], "2×3 and (3,) do not match"),
        ("subtract", [(2, 3), (3, 2)], "2×3 and 3×2 do not match"),
        ("quotient", [(2, 3), (3, 2)], "2×3 and 3×2 do not match"),
        ("pow", [(2, 3), (3, 2)], "2×3 and 3×2 do not match"),
        ("maximum", [(2, 3), (3, 2)], "found 2×3, 3×2"),
        ("bias", [(2, 3), (2,)], "a bias of (2,) on 2×3: it needs a vector of 3"),
        ("bias_columns", [(2, 3), (3,)], "a bias of (3,) on 2×3: it needs a vector of 2"),
        ("inv", [(2, 3)], "found 2×3"),
        ("det", [(2, 3)], "found 2×3"),
        ("expm", [(2, 3)], "found 2×3"),
        ("trace", [(2, 3)], "found 2×3"),
        ("diag", [(2, 3)], "found 2×3"),
        ("matrix_power", [(2, 3)], "found 2×3"),
        ("solve", [(2, 3), (3,)], "found 2×3"),
        ("solve", [(2, 2), (3,)], "2×2 @ (3,) does not fit: 2 against 3"),
        ("quadratic_form", [(3,), (2, 3)], "does not fit"),
        ("kron", [(2, 3), (3,)], "found 2×3 and (3,)"),
        ("concatenate", [(2, 3), (2, 4)], "2×3, 2×4"),
        ("half_squared_error", [(2,), (3,)], "found (2,) and (3,)"),
        ("cross_entropy", [(2,), (3,)], "found (2,) and (3,)"),
        ("layer_norm", [(4,), (3,), (4,)], "vectors of 4; found (3,) and (4,)"),
        ("batch_norm", [(4,), (4,), (4,)], "found (4,)"),
        ("attention", [(2, 3), (4, 5), (4, 2)], "does not fit: 3 against 5"),
        ("cross", [(2,), (3,)], "vectors of 3; found (2,)"),
        ("skew", [(3, 3)], "vectors of 3; found 3×3"),
        ("rotation", [(2,)], "found (2,)"),
        ("rotation_quaternion", [(3,)], "vectors of 4; found (3,)"),
        ("lstm_hidden", [(2,), (3,), (3,), (11, 2), (12, 3), (12,)], "11"),
    ],
)  # fmt: skip
def test_operands_that_do_not_fit_are_a_shape_error_with_their_shapes(
    name: str, shapes: list[tuple[int, ...]], found: str
) -> None:
    operands = {f"operand{k}": np.ones(shape) for k, shape in enumerate(shapes)}
    with pytest.raises(mc.ShapeError) as refused:
        getattr(mc.rules, name)(**operands, wrt="operand0")
    assert found in str(refused.value)


def test_operands_that_are_not_real_and_finite_are_refused_by_name() -> None:
    with pytest.raises(mc.ArrayError, match=r"W is not finite: nan at \[1\]"):
        mc.rules.sin(W=[0.0, np.nan])
    with pytest.raises(mc.ArrayError, match="complex"):
        mc.rules.sin([1j])


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(mc.LayoutError, match="jax is a convention, which does not compose"):
        mc.rules.sin([1.0], layout="jax")


# 2. Parameters


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "sum", "mean", "prod"])
def test_an_axis_is_a_parameter(name: str, axis: int) -> None:
    node = mc.find_rule(name).build(symbol("X", (3, 2)), axis=axis)
    J = getattr(mc.rules, name)(A, axis=axis)
    expected = central_differences(lambda x: evaluate(node, {"X": x}), A)
    np.testing.assert_allclose(J.as_convention("jax"), expected, atol=1e-8)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_softmax_of_a_matrix_is_over_an_axis_or_over_all_and_must_say_which(name: str) -> None:
    rule = getattr(mc.rules, name)
    with pytest.raises(mc.ShapeError, match="of 3×2 needs its axis"):
        rule(A)
    flat = rule(A.ravel()).as_convention("jax")
    whole = rule(A, axis="all").as_convention("jax")
    np.testing.assert_allclose(whole.reshape(6, 6), flat, rtol=1e-12)


def test_an_axis_that_is_not_there_is_refused() -> None:
    for name in ("softmax", "sum", "logsumexp", "slice"):
        with pytest.raises(mc.ShapeError, match="axis 2 of an array of 2 axes"):
            getattr(mc.rules, name)(A, axis=2)


def test_other_parameters() -> None:
    J = mc.rules.slice(A, axis=0, start=1, stop=3, of="part")
    np.testing.assert_array_equal(J.jvp(A), A[1:3])
    assert mc.rules.leaky_relu([-1.0], slope=0.25).array == 0.25
    np.testing.assert_allclose(mc.rules.power([4.0], exponent="1/2").array, [[0.25]])
    np.testing.assert_allclose(mc.rules.power([4.0], exponent=0.5).array, [[0.25]])
    np.testing.assert_array_equal(mc.rules.clip([0.5, 3.0], low=0, high=1).array, [[1, 0], [0, 0]])
    np.testing.assert_array_equal(mc.rules.clip([0.5, 3.0]).array, [[1, 0], [0, 0]])
    with pytest.raises(mc.ShapeError, match="low < high"):
        mc.rules.clip([0.5], low=1, high=0)
    with pytest.raises(mc.ShapeError, match="whole exponents up to 64"):
        mc.rules.matrix_power(np.eye(2), k=1.5)
    with pytest.raises(mc.ShapeError, match="slice 1:4 of an axis of 3"):
        mc.rules.slice(A, start=1, stop=4)
    with pytest.raises(mc.NotationError, match="'ij,j->i' names 2 operands, not 1"):
        mc.rules.einsum(A, subscripts="ij,j->i")
    with pytest.raises(mc.NotationError, match="not 'K'"):
        mc.rules.vec(A, order="K")


# 3. Symbols


def test_operands_may_be_symbols_and_the_shape_is_known() -> None:
    J = mc.rules.matmul("W2[3,2]", "x[2]", of="z2", wrt="A")
    assert J.shape == (3, 2, 3)
    assert mc.rules.matmul(W2="W2[3,2]", x="x[2]", of="z2", wrt="W2").to("denominator").shape == (
        3,
        2,
        3,
    )
    with pytest.raises(mc.UnboundError, match="x has no numbers"):
        J.array  # noqa: B018


def test_shapes_may_have_names() -> None:
    J = mc.rules.matmul(A="A[m,k]", B="B[k,n]", of="C", wrt="B")
    assert J.shape == ("m", "n", "n", "k")
    assert J.to("denominator").shape == ("k", "n", "n", "m")
    with pytest.raises(mc.ShapeError, match="m×k @ j×n does not fit: k against j"):
        mc.rules.matmul(A="A[m,k]", B="B[j,n]", wrt="B")


def test_a_variable_of_the_library_is_an_operand() -> None:
    J = mc.rules.softmax(mc.Variable("z", ("n",)), of="p")
    assert J.shape == ("n", "n")
    assert J.wrt.name == "x"


def test_symbols_with_numbers_agree_with_arrays() -> None:
    symbolic = mc.rules.matmul("W[3,2]", "X[2,5]", wrt="A")
    found = evaluate(symbolic.node, {"X": B})
    np.testing.assert_array_equal(found, mc.rules.matmul(A, B, wrt="A").as_convention("jax"))


# 4. Equal arrays


def test_two_operands_that_are_equal_arrays_are_not_mixed_up() -> None:
    X = RNG.normal(size=(3, 3))
    for wrt, alone in (("A", lambda x: x @ X), ("B", lambda x: X @ x)):
        found = mc.rules.matmul(X, X, wrt=wrt).as_convention("jax")
        np.testing.assert_allclose(found, central_differences(alone, X), atol=1e-8)
    both = central_differences(lambda x: x @ x, X)
    assert not np.allclose(mc.rules.matmul(X, X, wrt="A").as_convention("jax"), both)


def test_two_operands_that_are_the_same_symbol_are_not_mixed_up() -> None:
    X = RNG.normal(size=(3, 3))
    J = mc.rules.matmul("X[3,3]", "X[3,3]", wrt="A")
    found = evaluate(J.node, {"X": X})
    np.testing.assert_allclose(found, central_differences(lambda x: x @ X, X), atol=1e-8)


def test_an_operand_that_is_also_changed_later_is_not() -> None:
    x = np.array([1.0, 2.0])
    J = mc.rules.exp(x)
    before = J.array
    x[:] = 0.0
    np.testing.assert_array_equal(J.array, before)


# 5. Chains of rules: measured by central differences, and by JAX where it is there

Forward = Callable[..., Any]


def by_differences(alone: Callable[[Any], Any], array: np.ndarray) -> np.ndarray:
    """The derivative in the order of storage."""
    return central_differences(alone, np.asarray(array, dtype=float))


def by_jax(alone: Callable[[Any], Any], array: np.ndarray) -> np.ndarray:
    """The same, exactly."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return np.asarray(jax.jacrev(alone)(array))


class Agrees(Protocol):
    """Asserts that a Jacobian is the derivative of a function at a point, in every layout."""

    def __call__(
        self, J: mc.Jacobian[Any], function: Forward, point: dict[str, np.ndarray], wrt: str
    ) -> None: ...


@pytest.fixture(
    params=[("numpy", by_differences, 1e-6), ("jax.numpy", by_jax, 1e-9)],
    ids=["differences", "jax"],
)
def agrees(request: pytest.FixtureRequest) -> Agrees:
    library, measure, rtol = request.param
    xp = pytest.importorskip(library, reason="JAX is not installed; CI has it")

    def check(
        J: mc.Jacobian[Any], function: Forward, point: dict[str, np.ndarray], wrt: str
    ) -> None:
        expected = measure(lambda x: function(xp, **(point | {wrt: x})), point[wrt])
        scale = float(np.abs(expected).max())
        assert scale > 1e-3  # there is something to compare
        rank = expected.ndim - np.ndim(point[wrt])
        for layout in LAYOUTS:
            np.testing.assert_allclose(
                J.to(layout).array, in_layout(expected, rank, layout), rtol=0, atol=rtol * scale
            )

    return check


def sigmoid(xp: Any, z: Any) -> Any:
    return 1 / (1 + xp.exp(-z))


NETWORK: dict[str, np.ndarray] = {
    "W2": np.array([[0.4, -0.3], [0.7, 0.6], [-0.2, -0.9]]),
    "b2": np.array([0.1, -0.2, 0.3]),
    "W3": np.array([[0.5, -0.8, 0.3], [-0.6, 0.2, 0.9]]),
    "b3": np.array([-0.1, 0.2]),
    "x": np.array([0.5, -1.5]),
    "y": np.array([1.0, 0.0]),
}


def network(xp: Any, W2: Any, b2: Any, W3: Any, b3: Any, x: Any, y: Any) -> Any:
    a3 = sigmoid(xp, W3 @ xp.maximum(W2 @ x + b2, 0) + b3)
    return xp.sum((a3 - y) ** 2) / 2


def network_edges() -> list[mc.Jacobian[Any]]:
    """Every arrow of question two's network, as a rule."""
    p = NETWORK
    s2 = p["W2"] @ p["x"]
    z2 = s2 + p["b2"]
    a2 = np.maximum(z2, 0)
    s3 = p["W3"] @ a2
    z3 = s3 + p["b3"]
    a3 = sigmoid(np, z3)
    products = {"s2": {"W2": p["W2"], "x": p["x"]}, "s3": {"W3": p["W3"], "a2": a2}}
    sums = {"z2": {"s2": s2, "b2": p["b2"]}, "z3": {"s3": s3, "b3": p["b3"]}}
    return [
        *(mc.rules.matmul(**two, of=of, wrt=w) for of, two in products.items() for w in two),
        *(mc.rules.add(**two, of=of, wrt=w) for of, two in sums.items() for w in two),
        mc.rules.relu(z2=z2, of="a2"),
        mc.rules.sigmoid(z3=z3, of="a3"),
        mc.rules.half_squared_error(a3=a3, y=p["y"], of="L", wrt="a3"),
        mc.rules.half_squared_error(a3=a3, y=p["y"], of="L", wrt="y"),
    ]


def path(edges: list[mc.Jacobian[Any]], *names: str) -> list[mc.Jacobian[Any]]:
    pairs = {(edge.of.name, edge.wrt.name): edge for edge in edges}
    return [pairs[pair] for pair in pairwise(names)]


PATHS = {
    "W2": ("L", "a3", "z3", "s3", "a2", "z2", "s2", "W2"),
    "b2": ("L", "a3", "z3", "s3", "a2", "z2", "b2"),
    "W3": ("L", "a3", "z3", "s3", "W3"),
    "b3": ("L", "a3", "z3", "b3"),
    "x": ("L", "a3", "z3", "s3", "a2", "z2", "s2", "x"),
    "y": ("L", "y"),
}


@both_layouts
@pytest.mark.parametrize("wrt", PATHS)
def test_the_network_of_question_two_from_rules(wrt: str, layout: str, agrees: Agrees) -> None:
    gradient = mc.chain(*path(network_edges(), *PATHS[wrt]), layout=layout)
    agrees(gradient, network, NETWORK, wrt)
    assert gradient.to("denominator").shape == NETWORK[wrt].shape


def test_the_network_of_question_two_as_a_graph(agrees: Agrees) -> None:
    for wrt in PATHS:
        total = mc.total_derivative(network_edges(), of="L", wrt=wrt)
        agrees(total, network, NETWORK, wrt)


def test_the_gradient_of_the_first_weights_has_the_form_of_the_lesson() -> None:
    edges = path(network_edges(), *PATHS["W2"])
    p = NETWORK
    z2 = p["W2"] @ p["x"] + p["b2"]
    a3 = sigmoid(np, p["W3"] @ np.maximum(z2, 0) + p["b3"])
    delta = (p["W3"].T @ ((a3 - p["y"]) * a3 * (1 - a3))) * (z2 > 0)
    gradient = mc.chain(*edges, layout="denominator")
    np.testing.assert_allclose(gradient.array, delta[:, np.newaxis] @ p["x"][np.newaxis, :])


BATCH = 4
ROWS: dict[str, np.ndarray] = {
    "X": RNG.normal(size=(BATCH, 2)),
    "W": RNG.normal(size=(2, 3)),
    "b": RNG.normal(size=3),
    "V": RNG.normal(size=(3, 5)),
    "c": RNG.normal(size=5),
    "Y": RNG.dirichlet(np.ones(5), size=BATCH),
}


def rows(xp: Any, X: Any, W: Any, b: Any, V: Any, c: Any, Y: Any) -> Any:
    Z = xp.tanh(X @ W + b) @ V + c
    top = Z.max(axis=1, keepdims=True)
    return -xp.sum(Y * (Z - top - xp.log(xp.sum(xp.exp(Z - top), axis=1, keepdims=True))))


@pytest.mark.parametrize("wrt", ROWS)
def test_a_batch_with_samples_as_rows(wrt: str, agrees: Agrees) -> None:
    p = ROWS
    S = p["X"] @ p["W"]
    Z = S + p["b"]
    H = np.tanh(Z)
    T = H @ p["V"]
    R = T + p["c"]
    edges = [
        *(mc.rules.matmul(X=p["X"], W=p["W"], of="S", wrt=w) for w in "XW"),
        *(mc.rules.bias(S=S, b=p["b"], of="Z", wrt=w) for w in "Sb"),
        mc.rules.tanh(Z=Z, of="H"),
        *(mc.rules.matmul(H=H, V=p["V"], of="T", wrt=w) for w in "HV"),
        *(mc.rules.bias(T=T, c=p["c"], of="R", wrt=w) for w in "Tc"),
        *(mc.rules.cross_entropy_logits(Y=p["Y"], R=R, of="L", wrt=w) for w in "YR"),
    ]
    agrees(mc.total_derivative(edges, of="L", wrt=wrt), rows, p, wrt)


COLUMNS: dict[str, np.ndarray] = {
    name: np.ascontiguousarray(array.T) for name, array in ROWS.items()
}


def columns(xp: Any, X: Any, W: Any, b: Any, V: Any, c: Any, Y: Any) -> Any:
    return rows(xp, X.T, W.T, b, V.T, c, Y.T)


@pytest.mark.parametrize("wrt", COLUMNS)
def test_the_same_batch_with_samples_as_columns(wrt: str, agrees: Agrees) -> None:
    p = COLUMNS
    S = p["W"] @ p["X"]
    Z = S + p["b"][:, np.newaxis]
    H = np.tanh(Z)
    T = p["V"] @ H
    R = T + p["c"][:, np.newaxis]
    P = mc.operations.arrays.softmax(R, 0)
    edges = [
        *(mc.rules.matmul(W=p["W"], X=p["X"], of="S", wrt=w) for w in "XW"),
        *(mc.rules.bias_columns(S=S, b=p["b"], of="Z", wrt=w) for w in "Sb"),
        mc.rules.tanh(Z=Z, of="H"),
        *(mc.rules.matmul(V=p["V"], H=H, of="T", wrt=w) for w in "HV"),
        *(mc.rules.bias_columns(T=T, c=p["c"], of="R", wrt=w) for w in "Tc"),
        mc.rules.softmax(R=R, axis=0, of="P"),
        *(mc.rules.cross_entropy(Y=p["Y"], P=P, of="L", wrt=w) for w in "YP"),
    ]
    total = mc.total_derivative(edges, of="L", wrt=wrt)
    agrees(total, columns, p, wrt)
    by_rows = central_differences(lambda x: rows(np, **(ROWS | {wrt: x})), ROWS[wrt])
    np.testing.assert_allclose(total.to("denominator").array, by_rows.T, atol=1e-6)


n, d = 3, 2
STEP: dict[str, np.ndarray] = {
    "x": RNG.normal(size=d),
    "h": RNG.normal(size=n),
    "c": RNG.normal(size=n),
    "W": RNG.normal(size=(4 * n, d)),
    "U": RNG.normal(size=(4 * n, n)),
    "b": RNG.normal(size=4 * n),
}
G = np.array([1.0, -2.0, 0.5])


def lstm_loss(xp: Any, x: Any, h: Any, c: Any, W: Any, U: Any, b: Any) -> Any:
    i, f, g, o = xp.split(W @ x + U @ h + b, 4)
    cell = sigmoid(xp, f) * c + sigmoid(xp, i) * xp.tanh(g)
    return xp.sum(G * sigmoid(xp, o) * xp.tanh(cell))


@pytest.mark.parametrize("wrt", STEP)
def test_an_lstm_step_as_one_rule(wrt: str, agrees: Agrees) -> None:
    above = mc.jacobian(f"L / h1[{n}]", G, layout="denominator")
    below = mc.rules.lstm_hidden(**STEP, of="h1", wrt=wrt)
    agrees(mc.chain(above, below, layout="denominator"), lstm_loss, STEP, wrt)


@pytest.mark.parametrize("wrt", STEP)
def test_an_lstm_step_from_small_rules(wrt: str, agrees: Agrees) -> None:
    p, edges = STEP, []
    wx, uh = p["W"] @ p["x"], p["U"] @ p["h"]
    edges += [mc.rules.matmul(W=p["W"], x=p["x"], of="wx", wrt=w) for w in ("W", "x")]
    edges += [mc.rules.matmul(U=p["U"], h=p["h"], of="uh", wrt=w) for w in ("U", "h")]
    edges += [mc.rules.add(wx=wx, uh=uh, of="s", wrt=w) for w in ("wx", "uh")]
    edges += [mc.rules.add(s=wx + uh, b=p["b"], of="z", wrt=w) for w in ("s", "b")]
    z = wx + uh + p["b"]
    gates: dict[str, np.ndarray] = {}
    for k, name in enumerate("ifgo"):
        raw = z[k * n : (k + 1) * n]
        start = {"start": k * n, "stop": (k + 1) * n}
        edges.append(mc.rules.slice(z=z, **start, of=f"z{name}"))
        rule, function = ("tanh", np.tanh) if name == "g" else ("sigmoid", lambda t: sigmoid(np, t))
        edges.append(getattr(mc.rules, rule)(**{f"z{name}": raw}, of=name))
        gates[name] = function(raw)
    kept, entered = gates["f"] * p["c"], gates["i"] * gates["g"]
    cell = kept + entered
    shown = np.tanh(cell)
    edges += [mc.rules.hadamard(f=gates["f"], c=p["c"], of="kept", wrt=w) for w in ("f", "c")]
    edges += [mc.rules.hadamard(i=gates["i"], g=gates["g"], of="new", wrt=w) for w in ("i", "g")]
    edges += [mc.rules.add(kept=kept, new=entered, of="c1", wrt=w) for w in ("kept", "new")]
    edges += [mc.rules.tanh(c1=cell, of="t")]
    edges += [mc.rules.hadamard(o=gates["o"], t=shown, of="h1", wrt=w) for w in ("o", "t")]
    edges += [mc.jacobian(f"L / h1[{n}]", G, layout="denominator")]
    total = mc.total_derivative(edges, of="L", wrt=wrt, layout="denominator")
    agrees(total, lstm_loss, STEP, wrt)


ARM: dict[str, np.ndarray] = {
    "t": np.array([0.3, 0.8]),
    "l1": np.array([1.0, 0.2]),
    "l2": np.array([0.5, -0.1]),
}


def arm(xp: Any, t: Any, l1: Any, l2: Any) -> Any:
    def turned(angle: Any, v: Any) -> Any:
        cos, sin = xp.cos(angle), xp.sin(angle)
        return xp.stack([cos * v[0] - sin * v[1], sin * v[0] + cos * v[1]])

    return turned(t[0], l1 + turned(t[1], l2))


def arm_edges() -> list[mc.Jacobian[Any]]:
    t, l1, l2 = ARM.values()
    R1, R2 = ([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]] for a in t)
    v = np.asarray(R2) @ l2
    u = l1 + v
    return [
        mc.rules.inner([1.0, 0.0], t=t, of="t1", wrt="t"),
        mc.rules.inner([0.0, 1.0], t=t, of="t2", wrt="t"),
        mc.rules.rotation(t1=t[0], of="R1"),
        mc.rules.rotation(t2=t[1], of="R2"),
        *(mc.rules.matmul(R2=R2, l2=l2, of="v", wrt=w) for w in ("R2", "l2")),
        *(mc.rules.add(l1=l1, v=v, of="u", wrt=w) for w in ("l1", "v")),
        *(mc.rules.matmul(R1=R1, u=u, of="p", wrt=w) for w in ("R1", "u")),
    ]


@pytest.mark.parametrize("wrt", ARM)
def test_a_robot_arm_of_two_links(wrt: str, agrees: Agrees) -> None:
    agrees(mc.total_derivative(arm_edges(), of="p", wrt=wrt), arm, ARM, wrt)


def test_the_jacobian_of_the_arm_is_the_one_of_the_textbooks() -> None:
    t, l1, l2 = ARM.values()
    joint, tip = arm(np, t, l1, 0 * l2), arm(np, t, l1, l2)
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    expected = np.stack([turn @ tip, turn @ (tip - joint)], axis=1)
    total = mc.total_derivative(arm_edges(), of="p", wrt="t")
    np.testing.assert_allclose(total.array, expected)


def test_an_arm_in_space_turns_about_any_axes(agrees: Agrees) -> None:
    axes = {"u": np.array([0.1, -0.4, 0.9]), "v": np.array([1.1, 0.3, -0.2])}
    q = np.array([0.5, 0.7, -0.2])

    def placed(xp: Any, u: Any, v: Any) -> Any:
        def turned(axis: Any, p: Any) -> Any:
            angle = xp.sqrt(xp.sum(axis**2))
            k = axis / angle
            along = k * xp.sum(k * p) * (1 - xp.cos(angle))
            return p * xp.cos(angle) + xp.cross(k, p) * xp.sin(angle) + along

        return turned(u, turned(v, q))

    U, V = (rotation_axis_angle(axis) for axis in axes.values())
    edges = [
        mc.rules.rotation_axis_angle(u=axes["u"], of="U"),
        mc.rules.rotation_axis_angle(v=axes["v"], of="V"),
        *(mc.rules.matmul(U=U, V=V, of="M", wrt=w) for w in "UV"),
        mc.rules.matmul(M=U @ V, q=q, of="p", wrt="M"),
    ]
    for wrt in axes:
        agrees(mc.total_derivative(edges, of="p", wrt=wrt), placed, axes, wrt)


def test_operands_under_the_names_of_the_rule_are_bound_by_name() -> None:
    one, two = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(mc.rules.subtract(B=one, A=two, wrt="A").array, np.eye(2))
    np.testing.assert_array_equal(mc.rules.subtract(B=one, A=two, wrt="B").array, -np.eye(2))


def test_a_singular_matrix_is_a_typed_error() -> None:
    with pytest.raises(mc.NotDifferentiableError, match="inv has no value here: Singular matrix"):
        _ = mc.rules.inv(np.ones((2, 2))).array


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mc.rules.softmax(np.ones((3, 2)), axis="a"), 'an axis is a number, or "all"'),
        (lambda: mc.rules.softmax(np.ones((3, 2))), "needs its axis: axis=1 for each row"),
        (lambda: mc.rules.sum(np.ones((3, 2)), axis=1.5), r"sum does not take 3×2 with axis=1\.5"),
        (lambda: mc.rules.power([1.0], exponent="abc"), "power does not take"),
    ],
)
def test_a_parameter_that_means_nothing_is_a_typed_error(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(mc.MatcalcError, match=message):
        call()
