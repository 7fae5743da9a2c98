from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc as mc
from matcalc.layout import (
    CONVENTIONS,
    TABLE,
    LayoutRow,
    axis_names,
    find_convention,
    find_layout,
    pattern,
    written,
)
from matcalc.variables import Variable


def _title(cell: LayoutRow, convention: str) -> str:
    return written(Variable("Y", cell.of), Variable("X", cell.wrt), convention).title


def _id(cell: LayoutRow) -> str:
    return f"{cell.of}/{cell.wrt}"


@pytest.mark.parametrize("cell", TABLE, ids=_id)
@pytest.mark.parametrize("convention", ["numerator", "denominator", "mixed", "jax"])
def test_a_convention_writes_every_cell_as_the_table_says(cell: LayoutRow, convention: str) -> None:
    assert _title(cell, convention) == getattr(cell, convention)


@pytest.mark.parametrize("cell", TABLE, ids=_id)
@pytest.mark.parametrize("order", ["vec-F", "vec-C"])
def test_vec_writes_every_cell_as_the_table_says_in_both_orders(
    cell: LayoutRow, order: str
) -> None:
    assert _title(cell, order) == cell.vec


def test_the_table_has_every_pair_of_a_scalar_a_vector_and_a_matrix() -> None:
    ranks = [(len(cell.of), len(cell.wrt)) for cell in TABLE]
    assert ranks == [(y, x) for y in range(3) for x in range(3)]


@pytest.mark.parametrize(
    ("of", "wrt", "numerator", "denominator", "jax", "vec"),
    [
        ("L", "x[3]", (3,), (3,), (3,), (1, 3)),
        ("L", "W[3,2]", (2, 3), (3, 2), (3, 2), (1, 6)),
        ("y[5]", "x[3]", (5, 3), (3, 5), (5, 3), (5, 3)),
        ("y[5]", "W[3,2]", (5, 2, 3), (3, 2, 5), (5, 3, 2), (5, 6)),
        ("Y[5,7]", "x[3]", (5, 7, 3), (3, 7, 5), (5, 7, 3), (35, 3)),
        ("Y[5,7]", "X[3,2]", (5, 7, 2, 3), (3, 2, 7, 5), (5, 7, 3, 2), (35, 6)),
        ("Y[2,3,5]", "x[7]", (2, 3, 5, 7), (7, 5, 3, 2), (2, 3, 5, 7), (30, 7)),
    ],
)
def test_arrays_have_the_shapes_that_books_print(
    of: str, wrt: str, numerator: tuple, denominator: tuple, jax: tuple, vec: tuple
) -> None:
    above, below = mc.parse_variable(of), mc.parse_variable(wrt)
    stored = np.arange(prod(above.shape + below.shape), dtype=float)
    J = mc.jacobian(
        f"{of} / {wrt}",
        stored.reshape(above.shape + below.shape),
        layout="numerator",
        convention="jax",
    )
    assert J.array.shape == J.shape == numerator
    assert J.to("denominator").array.shape == J.to("denominator").shape == denominator
    assert J.as_convention("jax").shape == jax
    assert J.as_convention("mixed").shape == jax
    for order in ("F", "C"):
        assert J.as_convention("vec", order=order).shape == vec


@pytest.mark.parametrize(
    ("of", "wrt", "numerator", "denominator", "mixed"),
    [
        ("L", "t", (1, 1), (1, 1), (1, 1)),
        ("L", "x[3]", (1, 3), (3, 1), (3, 1)),
        ("y[5]", "t", (5, 1), (1, 5), (5, 1)),
        ("y[5]", "x[3]", (5, 3), (3, 5), (5, 3)),
        ("L", "W[3,2]", (2, 3), (3, 2), (3, 2)),
        ("Y[5,7]", "t", (5, 7), (7, 5), (5, 7)),
        ("y[5]", "W[3,2]", None, None, None),
    ],
)
def test_a_vector_is_a_column_or_a_row_by_its_layout(
    of: str, wrt: str, numerator: tuple, denominator: tuple, mixed: tuple
) -> None:
    above, below = mc.parse_variable(of), mc.parse_variable(wrt)
    for name, shape in (("numerator", numerator), ("denominator", denominator), ("mixed", mixed)):
        assert written(above, below, name).matrix_shape == shape


shapes = st.lists(st.sampled_from([1, 2, 3, 5, 7]), max_size=4).map(tuple)


@given(shapes, shapes)
def test_denominator_layout_is_the_transpose_of_numerator_layout(of: tuple, wrt: tuple) -> None:
    y, x = Variable("y", of), Variable("x", wrt)
    numerator, denominator = written(y, x, "numerator"), written(y, x, "denominator")
    assert numerator.form == denominator.form[::-1]
    assert numerator.shape == of + wrt[::-1]
    if numerator.matrix_shape is not None:
        assert denominator.matrix_shape == numerator.matrix_shape[::-1]


def test_patterns_name_axes_after_their_variables() -> None:
    z, W = Variable("z", (3,)), Variable("W", (3, 2))
    assert written(z, W, "numerator").pattern == "z W_2 W_1"
    assert written(z, W, "denominator").pattern == "W_1 W_2 z"
    assert written(z, W, "vec-F").pattern == "z (W_2 W_1)"
    assert written(z, W, "vec-C").pattern == "z (W_1 W_2)"
    assert pattern(((), ("a",))) == "1 a"


@pytest.mark.parametrize(
    ("variables", "count"),
    [
        ([Variable("W", (3, 2)), Variable("W_1", (3,))], 3),
        ([Variable("_", (3,)), Variable("__", (2,)), Variable("v", (5, 7))], 4),
        ([Variable("axis", (3,)), Variable("class", (2,)), Variable("lambda", (5, 7))], 4),
    ],
)
def test_axis_names_never_meet(variables: list[Variable], count: int) -> None:
    names = [name for axes in axis_names(variables).values() for name in axes]
    assert len(set(names)) == len(names) == count


def test_named_dimensions_multiply_in_vec() -> None:
    Y, X = Variable("Y", ("m", "n")), Variable("X", ("p", "q"))
    assert written(Y, X, "vec-F").shape == ("m*n", "p*q")


def test_an_unknown_layout_is_refused_with_the_known_ones() -> None:
    with pytest.raises(mc.LayoutError, match=r"no layout 'nominator': .*numerator and denominator"):
        find_layout("nominator")


@pytest.mark.parametrize("name", ["mixed", "jax", "vec", "vec-F", "vec-C"])
def test_a_convention_is_no_layout(name: str) -> None:
    with pytest.raises(mc.LayoutError, match=f"{name} is a convention, which does not compose"):
        find_layout(name)


def test_an_unknown_convention_is_refused_with_the_known_ones() -> None:
    with pytest.raises(mc.LayoutError, match="no layout or convention 'vex'") as caught:
        find_convention("vex")
    assert all(name in str(caught.value) for name in CONVENTIONS)


def test_vec_needs_its_order_named() -> None:
    with pytest.raises(mc.LayoutError, match=r"order F, Magnus & Neudecker.*order C, NumPy"):
        find_convention("vec")
    with pytest.raises(mc.LayoutError, match="name the order"):
        find_convention("vec", "K")
    with pytest.raises(mc.LayoutError, match="an order belongs to vec alone, not to jax"):
        find_convention("jax", "F")
