from __future__ import annotations

from typing import Any

import pytest

from matcalc.layout import CONVENTIONS, TABLE, LayoutRow


def _variable(name: str, shape: tuple[Any, ...]) -> str:
    return f"{name}[{','.join(map(str, shape))}]"


def test_the_table_has_every_convention_with_its_shape_and_axes(matcalc: Any) -> None:
    assert matcalc("shape", "z[3] / W[4,2]").out == (
        "∂z[3]/∂W[4,2]\n"
        "\n"
        "  numerator layout    3×2×4      z W_2 W_1\n"
        "  denominator layout  4×2×3      W_1 W_2 z\n"
        "  mixed               3×4×2      z W_1 W_2\n"
        "  JAX, PyTorch        (3, 4, 2)  z W_1 W_2\n"
        "  vec, column-major   3×8        z (W_2 W_1)\n"
        "  vec, row-major      3×8        z (W_1 W_2)\n"
    )


def test_a_gradient_is_a_column_in_denominator_layout_and_a_row_in_numerator_layout(
    matcalc: Any,
) -> None:
    result = matcalc("shape", "L / x[3]")
    assert "  numerator layout    1×3   1 x\n" in result.out
    assert "  denominator layout  3×1   x 1\n" in result.out
    assert "  JAX, PyTorch        (3,)  x\n" in result.out
    assert "L taken as a scalar\n" in result.out


def test_json_has_a_shape_and_a_matrix_shape_for_each_convention(matcalc: Any) -> None:
    assert matcalc("shape", "L / W[3,2]", "--json").json == {
        "of": "L",
        "wrt": "W",
        "assumed": ["L"],
        "shapes": {
            "numerator": [2, 3],
            "denominator": [3, 2],
            "mixed": [3, 2],
            "jax": [3, 2],
            "vec": [1, 6],
        },
        "matrix_shapes": {
            "numerator": [2, 3],
            "denominator": [3, 2],
            "mixed": [3, 2],
            "jax": [3, 2],
            "vec": [1, 6],
        },
        "axes": {
            "numerator": "W_2 W_1",
            "denominator": "W_1 W_2",
            "mixed": "W_1 W_2",
            "jax": "W_1 W_2",
            "vec-F": "1 (W_2 W_1)",
            "vec-C": "1 (W_1 W_2)",
        },
    }


def test_above_rank_2_there_is_no_matrix_shape_except_in_vec(matcalc: Any) -> None:
    shapes = matcalc("shape", "z[3] / W[3,2]", "--json").json["matrix_shapes"]
    assert shapes == {
        "numerator": None,
        "denominator": None,
        "mixed": None,
        "jax": None,
        "vec": [3, 6],
    }


def test_named_dimensions_stay_names(matcalc: Any) -> None:
    document = matcalc("shape", "z=m/W=m,2*n", "--json").json
    assert document["shapes"]["numerator"] == ["m", "2*n", "m"]
    assert document["shapes"]["vec"] == ["m", "2*m*n"]


@pytest.mark.parametrize("cell", TABLE, ids=lambda cell: f"{len(cell.of)} by {len(cell.wrt)}")
def test_the_nine_cells_are_what_the_command_says(cell: LayoutRow, matcalc: Any) -> None:
    asked = f"{_variable('Y', cell.of)} / {_variable('X', cell.wrt)}"
    rows = [line.split("  ") for line in matcalc("shape", asked).out.splitlines() if "  " in line]
    shown = [next(part for part in row[2:] if part).strip() for row in rows]
    assert shown == [*cell[2:], cell.vec]
    assert len(shown) == len(CONVENTIONS)


def test_an_absurd_literal_size_is_a_number_like_any_other(matcalc: Any) -> None:
    document = matcalc("shape", "L / x[10**30]", "--json").json
    assert document["shapes"]["denominator"] == [10**30]
    assert document["matrix_shapes"]["numerator"] == [1, 10**30]


def test_the_widest_shape_that_can_be_asked_for_is_printed(matcalc: Any) -> None:
    axes = ",".join(["9" * 60] * 16)
    result = matcalc("shape", f"Y[{axes}] / X[{axes}]")
    assert result.code == 0
    assert "9" * 60 in result.out


def test_a_table_that_is_too_wide_has_the_axes_below_the_shape(matcalc: Any) -> None:
    out = matcalc("shape", f"z[{'a' * 40}] / W[{'b' * 30},2]").out
    assert f"  numerator layout    {'a' * 40}×2×{'b' * 30}\n    z W_2 W_1\n" in out
