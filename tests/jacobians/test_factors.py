import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc as mc

ENTRIES = np.arange(6.0).reshape(3, 2)
sizes = st.sampled_from([1, 2, 3, 5, 7])
shapes = st.lists(sizes, max_size=3).map(tuple)


def _bracketed(shape: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, shape))}]"


@given(shapes, shapes, st.sampled_from(["numerator", "denominator", "mixed", "jax"]))
def test_an_array_reads_in_and_writes_out_as_itself(of: tuple, wrt: tuple, convention: str) -> None:
    y, x = mc.parse_variable(f"y{_bracketed(of)}"), mc.parse_variable(f"x{_bracketed(wrt)}")
    shape = mc.written(y, x, convention).shape
    array = np.arange(np.prod(shape), dtype=float).reshape(shape)
    J = mc.jacobian(f"{y} / {x}", array, layout="denominator", convention=convention)
    np.testing.assert_array_equal(J.as_convention(convention), array)


@given(shapes, shapes, st.sampled_from(["F", "C"]))
def test_vec_is_numpys_reshape_in_its_order(of: tuple, wrt: tuple, order: str) -> None:
    stored = np.arange(np.prod(of + wrt), dtype=float).reshape(of + wrt)
    derivative = f"y{_bracketed(of)} / x{_bracketed(wrt)}"
    J = mc.jacobian(derivative, stored, layout="numerator", convention="jax")
    rows = [
        np.reshape(stored[..., *index] if index else stored, -1, order=order)
        for index in np.ndindex(wrt)
    ]
    columns = np.arange(len(rows)).reshape(wrt).ravel(order=order)
    expected = np.stack([rows[k] for k in columns], axis=1)
    np.testing.assert_array_equal(J.as_convention("vec", order=order), expected)
    again = mc.jacobian(derivative, expected, layout="numerator", convention="vec", order=order)
    assert again.node is J.node


@pytest.mark.parametrize(
    ("derivative", "layout", "shape"),
    [
        ("L / x[3]", "denominator", (3, 1)),
        ("L / x[3]", "numerator", (1, 3)),
        ("y[3] / t", "numerator", (3, 1)),
        ("y[3] / t", "denominator", (1, 3)),
        ("L / t", "numerator", (1, 1)),
    ],
)
def test_columns_and_rows_are_read_too(derivative: str, layout: str, shape: tuple) -> None:
    entries = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    J = mc.jacobian(derivative, entries, layout=layout)
    assert J.matrix_shape == shape
    np.testing.assert_array_equal(J.array, entries.reshape(J.shape))


def test_the_layout_of_the_result_need_not_be_that_of_the_array() -> None:
    J = mc.jacobian("z[3] / x[2]", ENTRIES, layout="denominator", convention="jax")
    assert J.layout == "denominator"
    np.testing.assert_array_equal(J.array, ENTRIES.T)


def test_the_array_is_copied() -> None:
    mine = ENTRIES.copy()
    J = mc.jacobian("z[3] / x[2]", mine, layout="numerator")
    mine[0, 0] = 100.0
    np.testing.assert_array_equal(J.array, ENTRIES)
    J.array[0, 0] = 100.0
    np.testing.assert_array_equal(J.array, ENTRIES)


def test_named_dimensions_take_their_sizes_from_the_array() -> None:
    J = mc.jacobian("z[m] / x[n]", ENTRIES, layout="numerator")
    assert (str(J.of), str(J.wrt)) == ("z[3]", "x[2]")
    K = mc.jacobian("z[m] / x[n]", ENTRIES, layout="denominator")
    assert (str(K.of), str(K.wrt)) == ("z[2]", "x[3]")
    assert str(mc.diagonal("a[n] / z[n]", [1.0, 2.0]).of) == "a[2]"
    assert (
        str(mc.product("z[m] / W[m,n]", "j, k -> k, k j", [5.0, 7.0], np.ones(3)).wrt) == "W[3,2]"
    )


@pytest.mark.parametrize(
    ("derivative", "shape"),
    [
        ("z[2*n] / x[n]", (4, 2)),
        ("x[n] / z[2*n]", (2, 4)),
        ("W[m,n] / z[m*n]", (2, 3, 6)),
        ("z[m*n] / W[m,n]", (6, 3, 2)),
    ],
)
def test_a_product_of_names_is_held_against_the_names_wherever_they_stand(
    derivative: str, shape: tuple
) -> None:
    assert mc.jacobian(derivative, np.ones(shape), layout="numerator").shape == shape
    for axis in range(len(shape)):
        wrong = (*shape[:axis], shape[axis] + 1, *shape[axis + 1 :])
        with pytest.raises(mc.LayoutError, match=r"the array has shape \("):
            mc.jacobian(derivative, np.ones(wrong), layout="numerator")


def test_a_product_of_names_alone_tells_neither_of_them() -> None:
    with pytest.raises(mc.UnboundError, match="the dimension m has no size"):
        mc.jacobian("L / z[m*n]", np.ones(6), layout="numerator")


def test_one_name_has_one_size() -> None:
    with pytest.raises(mc.LayoutError, match=r"n×n in numerator layout, .* shape \(3, 2\)"):
        mc.jacobian("z[n] / x[n]", ENTRIES, layout="numerator")


def test_without_an_array_a_derivative_is_a_symbol() -> None:
    J = mc.jacobian("z[3] / x[2]", layout="numerator")
    assert J.shape == (3, 2)
    with pytest.raises(mc.UnboundError, match="∂z/∂x has no numbers"):
        assert J.array is None


@pytest.mark.parametrize(
    ("layout", "shape", "wanted", "other"),
    [
        ("numerator", (2, 3), "3×2", "denominator"),
        ("denominator", (3, 2), "2×3", "numerator"),
    ],
)
def test_the_shape_of_the_other_layout_is_recognised(
    layout: str, shape: tuple, wanted: str, other: str
) -> None:
    with pytest.raises(mc.LayoutError) as caught:
        mc.jacobian("z[3] / x[2]", np.ones(shape), layout=layout)
    assert caught.value.message == (
        f"∂z[3]/∂x[2] is {wanted} in {layout} layout, but the array has shape {shape}. "
        f'This is the shape of {other} layout. Pass layout="{other}".'
    )


def test_the_shape_of_a_convention_is_recognised() -> None:
    with pytest.raises(mc.LayoutError, match=r"3×2×5 in denominator layout.*\(5, 3, 2\).*of mixed"):
        mc.jacobian("z[5] / W[3,2]", np.ones((5, 3, 2)), layout="denominator")
    with pytest.raises(
        mc.LayoutError, match=r"5×2×3 in numerator layout.*\(5, 6\).*of vec, column-major"
    ):
        mc.jacobian("z[5] / W[3,2]", np.ones((5, 6)), layout="numerator")


@pytest.mark.parametrize("shape", [(), (6,), (4, 2), (3, 2, 1), (1, 3, 2), (0, 2)])
def test_a_shape_of_no_layout_is_refused_with_both_shapes(shape: tuple) -> None:
    with pytest.raises(mc.LayoutError) as caught:
        mc.jacobian("z[3] / x[2]", np.ones(shape), layout="numerator")
    assert "is 3×2 in numerator layout" in caught.value.message
    assert f"has shape {shape}." in caught.value.message


@pytest.mark.parametrize(
    "make",
    [
        lambda value: mc.jacobian("z[2] / t", value, layout="numerator"),
        lambda value: mc.diagonal("z[2] / x[2]", value),
        lambda value: mc.product("z[2] / x[2]", "i -> i, i", value),
        lambda value: mc.identity("z[2] / x[2]").jvp(value),
        lambda value: mc.identity("z[2] / x[2]").vjp(value),
        lambda value: mc.identity("z[2] / x[2]") @ np.asarray(value),
    ],
    ids=["jacobian", "diagonal", "product", "jvp", "vjp", "matmul"],
)
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([1, 1j]), "is complex; matcalc differentiates real functions"),
        (np.array([1.0, np.nan]), r"is not finite: nan at \[1\]"),
        (np.array([-np.inf, 1.0]), r"is not finite: -inf at \[0\]"),
        (np.array([object(), 1]), "is not an array of numbers: its dtype is object"),
        (np.array(["a", "b"]), "is not an array of numbers: its dtype is <U1"),
        (np.array(["2026-01-01"] * 2, dtype="datetime64[D]"), "its dtype is datetime64"),
    ],
    ids=["complex", "nan", "inf", "object", "text", "dates"],
)
def test_only_finite_real_numbers_are_taken(make: object, value: np.ndarray, message: str) -> None:
    assert callable(make)
    with pytest.raises(mc.ArrayError, match=message):
        make(value)


def test_a_ragged_list_is_no_array() -> None:
    with pytest.raises(mc.ArrayError, match=r"z\[2\] / x\[2\] is not an array of numbers"):
        mc.jacobian("z[2] / x[2]", [[1.0, 2.0], [3.0]], layout="numerator")


def test_an_empty_array_gives_no_name_the_size_zero() -> None:
    with pytest.raises(mc.ShapeError, match=r"\(0,\), and no axis may have size 0"):
        mc.diagonal("a[n] / z[n]", [])
    with pytest.raises(mc.LayoutError, match=r"n×2 in numerator layout, .* shape \(0, 2\)"):
        mc.jacobian("z[n] / x[2]", np.ones((0, 2)), layout="numerator")


def test_integers_and_booleans_become_floats_and_floats_keep_their_type() -> None:
    z2 = np.array([1.5, -2.0, 0.5])
    relu = mc.diagonal("a[3] / z[3]", z2 > 0)
    np.testing.assert_array_equal(relu.array, np.diag([1.0, 0.0, 1.0]))
    assert relu.array.dtype == np.float64
    single = mc.jacobian("z[3] / x[2]", ENTRIES.astype(np.float32), layout="numerator")
    assert single.array.dtype == np.float32


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("nominator", "no layout 'nominator'"),
        ("Numerator", "no layout 'Numerator'"),
        ("jax", "jax is a convention, which does not compose"),
    ],
)
def test_an_unknown_layout_is_refused_by_every_maker(layout: str, message: str) -> None:
    makers = [
        lambda: mc.jacobian("z[3] / x[2]", ENTRIES, layout=layout),
        lambda: mc.diagonal("z[2] / x[2]", [1, 2], layout=layout),
        lambda: mc.identity("z[2] / x[2]", layout=layout),
        lambda: mc.product("z[2] / x[2]", "-> i, j", layout=layout),
        lambda: mc.identity("z[2] / x[2]").to(layout),
        lambda: mc.chain(mc.identity("z[2] / x[2]"), layout=layout),
    ]
    for make in makers:
        with pytest.raises(mc.LayoutError, match=message):
            make()


def test_a_diagonal_needs_two_variables_of_one_shape() -> None:
    for make in (lambda d: mc.diagonal(d, [1.0, 2.0]), mc.identity):
        with pytest.raises(mc.ShapeError, match=r"one shape, not z\[3\] and x\[2\]"):
            make("z[3] / x[2]")


def test_a_diagonal_has_the_shape_of_its_variables() -> None:
    with pytest.raises(mc.ShapeError, match=r"an array of shape \(3,\), not \(2,\)"):
        mc.diagonal("z[3] / x[3]", [1.0, 2.0])
    with pytest.raises(mc.ShapeError, match=r"an array of shape \(3, 2\), not \(6,\)"):
        mc.diagonal("Z[3,2] / X[3,2]", np.ones(6))


@pytest.mark.parametrize(
    ("pattern", "error", "message"),
    [
        ("i j, j k -> i, k", mc.ShapeError, "sizes 1 and 3 share one label, j"),
        (
            "i j, k l -> i k",
            mc.NotationError,
            r"each axis of z\[2\] \(1\), a comma, and one for each axis of x\[2\] \(1\)",
        ),
        ("i j, k l -> i k, l", mc.NotationError, r"each axis of z\[2\] \(1\), a comma"),
        ("i j, k l -> i, k, l", mc.NotationError, r"each axis of z\[2\] \(1\), a comma"),
        ("i j, k l", mc.NotationError, r"each axis of z\[2\] \(1\), a comma"),
        ("i k -> i, j", mc.NotationError, "names 1 factors; 2 were given"),
        ("i, k l -> i, l", mc.ShapeError, "1 labels for an array of 2 axes"),
        (
            "i j, k l -> i, k",
            mc.ShapeError,
            "label k is an axis of 2, but array 2 has 3",
        ),
    ],
)
def test_a_pattern_that_does_not_fit_is_refused(pattern: str, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        mc.product("z[2] / x[2]", pattern, np.ones((2, 1)), np.ones((3, 2)))


def test_a_product_is_what_its_pattern_says() -> None:
    x = np.array([5.0, 7.0])
    dz_dW = mc.product("z[3] / W[3,2]", "j -> i, i j", x)
    expected = np.einsum("ik,j->ikj", np.eye(3), x)  # of, then wrt
    np.testing.assert_array_equal(dz_dW.as_convention("jax"), expected)
    assert dz_dW.shape == (3, 2, 3)
    assert dz_dW.to("denominator").shape == (3, 2, 3)
    np.testing.assert_array_equal(dz_dW.array, expected.transpose(0, 2, 1))


def test_malformed_notation_is_refused_by_every_maker() -> None:
    makers = [
        lambda: mc.jacobian("z[3 / x[2]", ENTRIES, layout="numerator"),
        lambda: mc.diagonal("z[2] x[2]", [1, 2]),
        lambda: mc.identity("z[0] / x[0]"),
        lambda: mc.product("z[-1] / x[2]", "-> i, j"),
    ]
    for make in makers:
        with pytest.raises(mc.NotationError) as caught:
            make()
        assert caught.value.places


def test_an_absurd_size_is_fine_until_numbers_are_asked_for() -> None:
    J = mc.identity("z[10**30] / x[10**30]")
    assert J.shape == (10**30, 10**30)
    with pytest.raises(mc.TooLargeError, match=r"takes 8e\+60 bytes"):
        assert J.array is None


def test_an_array_that_refuses_to_be_one_is_an_array_error() -> None:
    class Tensor:
        shape = (3,)

        def __array__(self, *_: object, **__: object) -> np.ndarray:
            raise RuntimeError("no values while its gradient is wanted; detach it")

    with pytest.raises(mc.ArrayError, match=r"is not an array of numbers: .*detach it"):
        mc.jacobian("L / x[3]", Tensor(), layout="numerator")
