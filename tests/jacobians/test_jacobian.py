import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest
from scipy.sparse.linalg import aslinearoperator, lsqr, svds

import matcalc as mc
from matcalc.graph import topological

RNG = np.random.default_rng(0)
W3 = RNG.normal(size=(2, 3))
J = mc.jacobian("z[2] / a[3]", W3, layout="numerator")
K = mc.jacobian("a[3] / x[5]", RNG.normal(size=(3, 5)), layout="numerator")
G = mc.jacobian("L / z[2]", [1.0, -2.0], layout="numerator")
TENSOR = mc.product("z[3] / W[3,2]", "j -> i, i j", [5.0, 7.0])


def test_converting_touches_no_number() -> None:
    assert J.to("denominator").node is J.node
    assert J.to("denominator").to("numerator").path == J.path
    np.testing.assert_array_equal(J.to("denominator").array, W3.T)


def test_the_transpose_is_the_derivative_in_the_other_layout() -> None:
    assert J.T.layout == "denominator"
    np.testing.assert_array_equal(J.T.array, W3.T)
    assert J.T.T.layout == "numerator"
    assert J.T.allclose(J)


def test_shapes_are_those_of_the_layout() -> None:
    assert (G.shape, G.matrix_shape) == ((2,), (1, 2))
    assert (G.T.shape, G.T.matrix_shape) == ((2,), (2, 1))
    assert (TENSOR.shape, TENSOR.matrix_shape) == ((3, 2, 3), None)


def test_a_jacobian_is_frozen() -> None:
    with pytest.raises((AttributeError, TypeError)):
        J.tag = mc.Denominator


def test_a_product_runs_in_the_order_of_its_layout() -> None:
    np.testing.assert_allclose((G @ J @ K).array, np.array([1.0, -2.0]) @ W3 @ K.array)
    backwards = K.T @ J.T @ G.T
    assert backwards.matrix_shape == (5, 1)
    assert backwards.allclose(G @ J @ K)
    assert [v.name for v in backwards.path] == ["L", "z", "a", "x"]


@pytest.mark.parametrize(
    ("product", "message"),
    [
        (
            lambda: J @ G,
            "∂z/∂a @ ∂L/∂z is the wrong way round: numerator layout multiplies ∂L/∂z @ ∂z/∂a",
        ),
        (
            lambda: G.T @ J.T,
            "∂L/∂z @ ∂z/∂a is the wrong way round: denominator layout multiplies ∂z/∂a @ ∂L/∂z",
        ),
    ],
)
def test_a_wrong_order_shows_the_right_one(product: object, message: str) -> None:
    assert callable(product)
    with pytest.raises(mc.ChainError, match=message):
        product()


def test_a_product_of_two_layouts_is_refused_with_both() -> None:
    with pytest.raises(mc.LayoutError) as caught:
        G @ J.T  # type: ignore[operator]
    assert "∂L/∂z is in numerator layout and ∂z/∂a in denominator layout" in str(caught.value)
    assert 'layout="numerator") converts and orders them' in str(caught.value)


def test_a_product_with_a_gap_names_the_missing_link() -> None:
    with pytest.raises(mc.ChainError, match="∂z/∂a would link them"):
        G @ K


def test_a_product_of_shapes_that_disagree_names_both() -> None:
    other = mc.jacobian("a[7] / x[5]", np.ones((7, 5)), layout="numerator")
    with pytest.raises(mc.ChainError, match=r"disagree about a: a\[3\] in the one, a\[7\]"):
        J @ other


def test_with_an_array_the_written_matrix_multiplies() -> None:
    v, u, several = RNG.normal(size=3), RNG.normal(size=2), RNG.normal(size=(3, 4))
    np.testing.assert_allclose(J @ v, W3 @ v)
    np.testing.assert_allclose(u @ J, u @ W3)
    np.testing.assert_allclose(J @ several, W3 @ several)
    np.testing.assert_allclose(several.T @ J.T, several.T @ W3.T)
    np.testing.assert_allclose(J.T @ u, W3.T @ u)
    np.testing.assert_allclose(J.T @ u, J.vjp(u))
    np.testing.assert_allclose(v @ J.T, J.jvp(v))


@pytest.mark.parametrize(
    ("jacobian", "array"),
    [
        (G, np.ones((2, 4))),
        (G, np.ones(2)),
        (G.T, np.ones((1, 4))),
        (G.T, np.ones(1)),
        (mc.jacobian("L / t", 3.0, layout="numerator"), np.ones((1, 4))),
        (mc.jacobian("y[3] / t", [1.0, 2.0, 3.0], layout="numerator"), np.ones((1, 2))),
        (mc.jacobian("y[3] / t", [1.0, 2.0, 3.0], layout="denominator"), np.ones((3, 2))),
        (mc.jacobian("L / W[3,2]", np.ones((2, 3)), layout="numerator"), np.ones((3, 4))),
        (mc.jacobian("L / W[3,2]", np.ones((2, 3)), layout="numerator"), np.ones(3)),
        (mc.jacobian("L / W[3,2]", np.ones((3, 2)), layout="denominator"), np.ones((2, 4))),
    ],
)
def test_rows_and_columns_multiply_as_matrices_do(jacobian: mc.Jacobian, array: np.ndarray) -> None:
    matrix = jacobian.array.reshape(jacobian.matrix_shape)
    np.testing.assert_allclose(jacobian @ array, matrix @ array)
    left = array.T if array.ndim == 2 else array
    flipped = jacobian.T
    np.testing.assert_allclose(left @ flipped, left @ flipped.array.reshape(flipped.matrix_shape))


@pytest.mark.parametrize(
    ("product", "message"),
    [
        (lambda: J @ np.ones(2), r"2×3 @ \(2,\) does not fit: in numerator layout ∂z/∂a is 2×3"),
        (lambda: np.ones(3) @ J, r"\(3,\) @ 2×3 does not fit"),
        (lambda: J @ np.ones((2, 3)), r"2×3 @ \(2, 3\) does not fit"),
        (lambda: J.T @ np.ones(3), r"3×2 @ \(3,\) does not fit: in denominator layout"),
        (lambda: J @ np.ones((3, 1, 1)), "an array of 3 axes"),
        (lambda: J @ np.ones(()), "an array of 0 axes"),
        (lambda: J @ np.ones((1, 3)), r"2×3 @ \(1, 3\) does not fit"),
    ],
)
def test_an_array_that_does_not_fit_is_refused_with_both_shapes(
    product: object, message: str
) -> None:
    assert callable(product)
    with pytest.raises(mc.ShapeError, match=message):
        product()


def test_above_matrix_rank_products_point_at_jvp_and_vjp() -> None:
    for product in (lambda: TENSOR @ np.ones(3), lambda: np.ones(3) @ TENSOR):
        with pytest.raises(
            mc.LayoutError, match=r"3×2×3 in numerator layout.*\.jvp\(v\) or \.vjp\(u\)"
        ):
            product()


@pytest.mark.parametrize(
    ("apply", "message"),
    [
        (lambda: J.jvp(np.ones(2)), r"a\[3\] needs an array of shape \(3,\), not \(2,\)"),
        (lambda: J.vjp(np.ones(3)), r"z\[2\] needs an array of shape \(2,\), not \(3,\)"),
        (lambda: J.jvp(np.ones((3, 1))), r"not \(3, 1\); J @ V takes several columns"),
        (
            lambda: TENSOR.jvp(np.ones((2, 3))),
            r"W\[3,2\] needs an array of shape \(3, 2\), not \(2, 3\)",
        ),
        (lambda: TENSOR.jvp(np.ones(6)), r"not \(6,\)"),
    ],
)
def test_jvp_and_vjp_refuse_another_shape(apply: object, message: str) -> None:
    assert callable(apply)
    with pytest.raises(mc.ShapeError, match=message):
        apply()


def test_sums_and_multiples_are_entry_by_entry() -> None:
    other = mc.jacobian("z[2] / a[3]", np.ones((3, 2)), layout="denominator").to("numerator")
    np.testing.assert_allclose((J + other).array, W3 + 1)
    np.testing.assert_allclose((J - other).array, W3 - 1)
    np.testing.assert_allclose((2 * J).array, 2 * W3)
    np.testing.assert_allclose((J * 0.1).array, 0.1 * W3)
    np.testing.assert_allclose((np.float64(0.5) * J / 4).array, W3 / 8)
    np.testing.assert_allclose((-J + +J).array, 0 * W3)
    np.testing.assert_allclose((J * Fraction(1, 3)).array, W3 / 3)


def test_multiples_are_exact_fractions() -> None:
    assert ((J * 0.1) * 10).node is J.node
    assert (J + J + J - 3 * J + J).node is J.node


def test_a_sum_needs_one_layout_and_the_same_variables() -> None:
    with pytest.raises(mc.LayoutError, match="numerator and denominator layout; convert one"):
        J + J.T
    with pytest.raises(mc.ChainError, match=r"same variables: <∂z\[2\]/∂a\[3\].*<∂L/∂z\[2\]"):
        J + G


ARRAY = np.ones((2, 3))


@pytest.mark.parametrize(
    "combine",
    [
        lambda: J + ARRAY,
        lambda: ARRAY + J,
        lambda: J - ARRAY,
        lambda: ARRAY - J,
        lambda: J * ARRAY,
        lambda: ARRAY * J,
        lambda: J + 1,
        lambda: 1 - J,
        lambda: ARRAY / J,
        lambda: 2 / J,
        lambda: J / ARRAY,
        lambda: np.float64(1) + J,
        lambda: np.add(ARRAY, J),
        lambda: np.exp(J),
        lambda: J**2,
        lambda: J * J,
    ],
)
def test_arithmetic_without_a_layout_raises(combine: object) -> None:
    assert callable(combine)
    with pytest.raises(TypeError):
        combine()


def test_the_refusal_of_an_array_says_what_to_do() -> None:
    for combine in (lambda: J + ARRAY, lambda: ARRAY + J, lambda: ARRAY - J, lambda: J - ARRAY):
        with pytest.raises(TypeError, match=r"ndarray has no meaning.*matcalc\.jacobian.*J\.array"):
            combine()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_multiple_is_finite(number: float) -> None:
    with pytest.raises(mc.MatcalcError, match=str(number)):
        J * number


def test_equality_and_truth_are_refused_in_favour_of_allclose() -> None:
    for compare in (lambda: J == J, lambda: J != K, lambda: bool(J), lambda: J == 1):  # noqa: PLR0124
        with pytest.raises(TypeError, match="allclose"):
            compare()
    with pytest.raises(TypeError, match="unhashable"):
        hash(J)


def test_allclose_compares_derivatives_in_any_layout_and_arrays_in_this_one() -> None:
    assert J.allclose(J.T)
    assert J.allclose(W3)
    assert J.T.allclose(W3.T)
    assert not J.allclose(1.001 * J)
    assert not J.allclose(1.001 * W3)
    with pytest.raises(mc.ShapeError, match=r"against an array of shape \(3, 2\)"):
        J.allclose(W3.T)
    with pytest.raises(mc.ChainError, match="derivatives of other variables"):
        J.allclose(G)


def test_an_array_is_an_explicit_export() -> None:
    np.testing.assert_array_equal(np.asarray(J), W3)
    np.testing.assert_array_equal(np.asarray(J.T), W3.T)
    assert np.asarray(J, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="no array inside to share"):
        np.array(J, copy=False)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_pickle_keeps_tag_path_and_structure(layout: str, protocol: int) -> None:
    product = mc.chain(G, J, K, layout=layout)
    again = pickle.loads(pickle.dumps(product, protocol))  # noqa: S301
    assert again.tag is product.tag
    assert again.path == product.path
    assert again.node is product.node


def test_copies_keep_the_tag_and_share_the_entries() -> None:
    for again in (copy.copy(J.T), copy.deepcopy(J.T)):
        assert again.tag is mc.Denominator
        assert again.node is J.node


def test_a_jacobian_of_five_thousand_factors_pickles_and_applies() -> None:
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    product = mc.jacobian("x0[2] / x1[2]", turn, layout="numerator")
    for k in range(1, 5000):
        product = product @ mc.jacobian(f"x{k}[2] / x{k + 1}[2]", turn, layout="numerator")
    assert pickle.loads(pickle.dumps(product)).node is product.node  # noqa: S301
    assert copy.deepcopy(product).node is product.node
    np.testing.assert_allclose(product.jvp([1.0, 2.0]), [1.0, 2.0])


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_scipy_solves_with_the_operator(layout: str, order: str) -> None:
    structured = (
        mc.product("Z[3,2] / X[3,2]", "i j -> i k, j k", RNG.normal(size=(3, 3)))
        + 3 * mc.identity("Z[3,2] / X[3,2]")
    ).to(layout)
    vec = structured.as_convention("vec", order=order)
    matrix = vec if layout == "numerator" else vec.T
    operator = aslinearoperator(structured.as_operator(order))
    assert operator.shape == matrix.shape == (6, 6)
    right = RNG.normal(size=6)
    np.testing.assert_allclose(operator.matvec(right), matrix @ right)
    np.testing.assert_allclose(operator.rmatvec(right), matrix.T @ right)
    solution = lsqr(operator, right, atol=1e-14, btol=1e-14, iter_lim=1000)[0]
    np.testing.assert_allclose(matrix @ solution, right, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_scipy_finds_the_singular_values_of_a_product(layout: str) -> None:
    product = mc.chain(
        mc.jacobian("z[7] / a[5]", RNG.normal(size=(7, 5)), layout="numerator"),
        mc.diagonal("a[5] / x[5]", RNG.normal(size=5)),
        layout=layout,
    )
    operator = aslinearoperator(product.as_operator())
    assert operator.shape == product.shape
    found = svds(operator, k=2, return_singular_vectors=False, random_state=0)
    expected = np.linalg.svd(product.array, compute_uv=False)[:2]
    np.testing.assert_allclose(sorted(found, reverse=True), expected, rtol=1e-8)


def test_an_operator_flattens_the_variable_in_its_order() -> None:
    v = RNG.normal(size=(3, 2))
    for order in ("F", "C"):
        flat = TENSOR.as_operator(order).matvec(v.ravel(order=order))
        np.testing.assert_allclose(flat, TENSOR.jvp(v))


def test_the_representation_is_one_line_of_names_shapes_and_layout() -> None:
    assert repr(J) == "<∂z[2]/∂a[3], numerator layout, 2×3>"
    assert repr(J.T) == "<∂z[2]/∂a[3], denominator layout, 3×2>"
    assert repr(G @ J) == "<∂L/∂a[3], numerator layout, 1×3, through z[2]>"


def test_printing_shows_the_product_with_a_shape_under_each_factor() -> None:
    assert str(G @ J @ K).splitlines() == [
        "numerator layout",
        "∂L/∂z · ∂z/∂a · ∂a/∂x = ∂L/∂x",
        " 1×2     2×3     3×5     1×5",
    ]
    assert str((G @ J @ K).T).splitlines() == [
        "denominator layout",
        "∂a/∂x · ∂z/∂a · ∂L/∂z = ∂L/∂x",
        " 5×3     3×2     2×1     5×1",
    ]


def test_latex_shows_a_brace_under_each_factor() -> None:
    latex = (G @ J)._repr_latex_()
    assert latex.startswith("$")
    assert latex.endswith("$")
    assert latex.count(r"\underbrace") == 3
    assert r"\frac{\partial L}{\partial z}}_{1 \times 2}" in latex


def test_a_jacobian_has_no_meaning_as_a_sequence_or_a_number() -> None:
    for convert in (len, float, iter, list):
        with pytest.raises(TypeError):
            convert(J)


def test_conventions_are_numpys_order_of_axes() -> None:
    stored = RNG.normal(size=(2, 3, 5, 7))
    T = mc.jacobian("Y[2,3] / X[5,7]", stored, layout="numerator", convention="jax")
    np.testing.assert_array_equal(T.array, stored.transpose(0, 1, 3, 2))
    np.testing.assert_array_equal(T.T.array, stored.transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(T.as_convention("mixed"), stored)
    np.testing.assert_array_equal(T.as_convention("vec", order="C"), stored.reshape(6, 35))
    reversed_axes = stored.transpose(1, 0, 3, 2)
    np.testing.assert_array_equal(T.as_convention("vec", order="F"), reversed_axes.reshape(6, 35))
    assert T.as_convention("jax").flags.c_contiguous


def test_jax_agrees_about_its_own_convention() -> None:
    jax = pytest.importorskip("jax", reason="jax is not installed")
    x = RNG.normal(size=(2, 3)).astype(np.float32)
    A, B = (RNG.normal(size=shape).astype(np.float32) for shape in ((5, 2), (3, 7)))
    theirs = np.asarray(jax.jacobian(lambda X: A @ X @ B)(x))
    ours = mc.product("Y[5,7] / X[2,3]", "i k, l j -> i j, k l", A, B)
    assert theirs.shape == ours.as_convention("jax").shape == (5, 7, 2, 3)
    np.testing.assert_allclose(ours.as_convention("jax"), theirs, rtol=1e-5)
    read = mc.jacobian("Y[5,7] / X[2,3]", theirs, layout="denominator", convention="jax")
    assert read.shape == (2, 3, 7, 5)


def test_tensordot_pairs_the_axes_of_a_matrix_wrongly_and_the_chain_rightly() -> None:
    stored_g, stored_j = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3, 5))
    gradient = mc.jacobian("L / Y[3,3]", stored_g, layout="numerator", convention="jax")
    local = mc.jacobian("Y[3,3] / x[5]", stored_j, layout="numerator", convention="jax")
    right = np.einsum("ij,ijk->k", stored_g, stored_j)
    wrong = np.tensordot(gradient.array, local.array, 2)
    np.testing.assert_allclose((gradient @ local).array, right)
    assert not np.allclose(wrong, right)


def test_structure_is_kept_in_products() -> None:
    n = 10**9
    product = mc.chain(
        mc.identity(f"a[{n}] / b[{n}]"), mc.identity(f"b[{n}] / c[{n}]"), layout="numerator"
    )
    assert product.node is mc.identity(f"x[{n}] / y[{n}]").node
    assert len(topological(product.node)) == 1


def test_a_derivative_of_a_formula_prints_its_formula() -> None:
    J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    assert str(J) == "denominator layout, n×1\n∂f/∂x = (A + Aᵀ) x"
    assert J._repr_latex_() == (
        r"$\displaystyle \frac{\partial f}{\partial x} = \left(A + A^\top\right) x$"
    )
    assert "<math" in str(J._repr_html_())  # a notebook shows the formula with its layout


def test_a_composed_derivative_prints_its_chain() -> None:
    outer = mc.derive("sum(z**2)", wrt="z", variables="z[2]", layout="numerator")
    J = mc.chain(
        mc.jacobian("f / z[2]", [1.0, 2.0], layout="numerator"),
        mc.jacobian("z[2] / x[3]", [[1, 2, 3], [4, 5, 6]], layout="numerator"),
        layout="numerator",
    )
    assert str(outer).startswith("numerator layout, 1×2\n∂f/∂z = 2 zᵀ")
    assert str(J).startswith("numerator layout\n∂f/∂z · ∂z/∂x = ∂f/∂x")
    assert J._repr_html_()
