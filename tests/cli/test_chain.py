from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import einops
import numpy as np
import pytest

_PATH = ("L", "a[2]", "z[2]", "x[3]")


def _code(text: str, layout: str) -> list[str]:
    """The two calls that are printed under the heading of a layout."""
    _, _, below = text.partition(f"\n{layout}")
    lines = below.partition("# an array")[2].splitlines()[1:]
    ends = [k for k, line in enumerate(lines) if line.endswith(")")][:2]
    calls = "\n".join(lines[: ends[0] + 1]), "\n".join(lines[ends[0] + 1 : ends[1] + 1])
    return [call.strip() for call in calls]


def test_a_path_of_variables_is_written_in_both_orders(matcalc: Any) -> None:
    assert matcalc("chain", *_PATH).out == (
        "∂L/∂x through a, z\n"
        "L taken as a scalar\n"
        "\n"
        "numerator layout: from the outside in\n"
        "\n"
        "  ∂L/∂a · ∂a/∂z · ∂z/∂x = ∂L/∂x\n"
        "   1×2     2×2     2×3     1×3\n"
        "\n"
        "  # an array of shape (3,) (vectors stay one-dimensional in arrays)\n"
        '  np.einsum("i,ij,jk->k", dL_da, da_dz, dz_dx, optimize=True)\n'
        '  einops.einsum(dL_da, da_dz, dz_dx, "a, a z, z x -> x")\n'
        "\n"
        "denominator layout: factors append to the left\n"
        "\n"
        "  ∂z/∂x · ∂a/∂z · ∂L/∂a = ∂L/∂x\n"
        "   3×2     2×2     2×1     3×1\n"
        "\n"
        "  # an array of shape (3,) (vectors stay one-dimensional in arrays)\n"
        '  np.einsum("kj,ji,i->k", dz_dx, da_dz, dL_da, optimize=True)\n'
        '  einops.einsum(dz_dx, da_dz, dL_da, "x z, z a, a -> x")\n'
    )


def test_json_says_what_the_text_says(matcalc: Any) -> None:
    document = matcalc("chain", *_PATH, "--json").json
    assert list(document["layouts"]) == ["numerator", "denominator"]
    assert document["layouts"].pop("numerator")["order"] == ["L/a", "a/z", "z/x"]
    assert document == {
        "of": "L",
        "wrt": "x",
        "assumed": ["L"],
        "layouts": {
            "denominator": {
                "order": ["z/x", "a/z", "L/a"],
                "shapes": [[3, 2], [2, 2], [2]],
                "matrix_shapes": [[3, 2], [2, 2], [2, 1]],
                "shape": [3],
                "matrix_shape": [3, 1],
                "einsum": "kj,ji,i->k",
                "einops": "x z, z a, a -> x",
            }
        },
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("L", "a=2", "z=2", "x=3"),
        ("z/x[3]", "L/a[2]", "a[2]/z[2]"),
        ("∂a[2]/∂z[2]", "z/x=3", "L/a"),
    ],
    ids=["without brackets", "factors in any order", "factors with ∂"],
)
def test_a_chain_can_be_written_in_several_ways(arguments: tuple[str, ...], matcalc: Any) -> None:
    assert matcalc("chain", *arguments, "--json").json == matcalc("chain", *_PATH, "--json").json


def test_named_dimensions_work_throughout(matcalc: Any) -> None:
    layouts = matcalc("chain", "L", "a[m]", "W[m,n]", "--json").json["layouts"]
    assert layouts["denominator"]["shapes"] == [["m", "n", "m"], ["m"]]
    assert layouts["denominator"]["matrix_shapes"] == [None, ["m", 1]]
    assert layouts["denominator"]["matrix_shape"] == ["m", "n"]


def test_mixed_transposes_the_jacobians(matcalc: Any) -> None:
    out = matcalc("chain", "L", "z[3]", "x[2]", "--layout", "mixed").out
    assert "  (∂z/∂x)ᵀ · ∂L/∂z = ∂L/∂x\n    2×3       3×1     2×1\n" in out
    assert '  np.einsum("ij,i->j", dz_dx, dL_dz)\n' in out


def test_mixed_of_vectors_alone_is_answered_and_related_to_a_gradient(matcalc: Any) -> None:
    out = matcalc("chain", "y[5]", "z[3]", "x[2]", "--layout", "mixed").out
    assert "mixed: from the outside in, as in numerator layout\n" in out
    assert "  ∂y/∂z · ∂z/∂x = ∂y/∂x\n   5×3     3×2     5×2\n" in out
    assert "No factor is a gradient, so nothing is transposed." in out
    assert out.endswith("\n\n  ∂L/∂x = (∂y/∂x)ᵀ · ∂L/∂y\n")


def test_a_gradient_within_a_mixed_chain_is_a_row_there(matcalc: Any) -> None:
    out = matcalc("chain", "L", "z[3]", "t", "--layout", "mixed").out
    assert "  (∂L/∂z)ᵀ · ∂z/∂t = ∂L/∂t\n    1×3       3×1     1×1\n" in out
    assert out.endswith("∂L/∂z is a column in mixed; here a row is needed, so .T.\n")


def test_names_that_begin_with_d_are_read_as_names_and_that_is_said(matcalc: Any) -> None:
    out = matcalc("chain", "dL/dz[3]", "dz/dx[2]").out
    assert "dL and dz are read as names of variables; ∂L/∂z is written L/z\n" in out
    assert "are read as names" not in matcalc("chain", "data/depth[3]").out


def test_mixed_is_refused_where_it_does_not_compose(matcalc: Any) -> None:
    result = matcalc("chain", "L", "W[3,2]", "x[2]", "--layout", "mixed")
    assert (result.code, result.out) == (1, "")
    assert "mixed does not compose" in result.err


def test_one_factor_has_a_shape_and_no_product(matcalc: Any) -> None:
    out = matcalc("chain", "L", "x[3]", "--layout", "denominator").out
    assert out.endswith("  ∂L/∂x\n   3×1\n")


def test_above_rank_2_the_sum_over_named_axes_is_said(matcalc: Any) -> None:
    out = " ".join(matcalc("chain", "L", "z[3]", "W[3,2]", "t", "X[4,5]").out.split())
    assert "∂z/∂W has more than two axes." in out
    assert (
        "At z and W this is no matrix product: it sums over the named axes z, W_1 and W_2." in out
    )
    assert "At t it is an outer product" in out


def test_a_trace_between_two_matrices_is_no_matrix_product(matcalc: Any) -> None:
    out = " ".join(matcalc("chain", "L", "W[3,2]", "t").out.split())
    assert "At W this is no matrix product: it sums over the named axes W_1 and W_2." in out
    assert "more than two" not in out


def test_vectors_between_scalars_are_plain_matrix_products(matcalc: Any) -> None:
    assert "product" not in matcalc("chain", "L", "z[3]", "t", "x[2]").out


_SHAPES = ((), (2,), (3, 4))


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize("shapes", list(product(_SHAPES, repeat=3)), ids=str)
def test_the_printed_code_runs_and_is_the_chain_rule(
    shapes: tuple[tuple[int, ...], ...], layout: str, matcalc: Any
) -> None:
    rng = np.random.default_rng(seed=0)
    names = [f"{name}[{','.join(map(str, s))}]" for name, s in zip("ybx", shapes, strict=True)]
    arrays = {
        "dy_db": rng.normal(size=(*shapes[0], *shapes[1])),
        "db_dx": rng.normal(size=(*shapes[1], *shapes[2])),
    }
    expected = np.tensordot(arrays["dy_db"], arrays["db_dx"], len(shapes[1]))
    ranks = {"dy_db": len(shapes[0]), "db_dx": len(shapes[1]), "": len(shapes[0])}
    known = {name: _in(layout, array, ranks[name]) for name, array in arrays.items()}
    for code in _code(matcalc("chain", *names, "--layout", layout).out, layout):
        found = eval(code, {"np": np, "einops": einops}, known)  # noqa: S307 - our own output
        np.testing.assert_allclose(found, _in(layout, expected, ranks[""]))


def _in(layout: str, array: np.ndarray[Any, Any], rank: int) -> np.ndarray[Any, Any]:
    """An array with the axes of y and then of x, as a layout writes it."""
    axes = [*range(rank), *reversed(range(rank, array.ndim))]
    return array.transpose(axes if layout == "numerator" else axes[::-1])


def test_long_code_is_broken_and_still_runs(matcalc: Any) -> None:
    names = [f"hidden_{k}[{2 + k % 2}]" for k in range(12)]
    out = matcalc("chain", *names, "--layout", "numerator").out
    assert max(map(len, out.splitlines())) <= 80
    rng = np.random.default_rng(seed=0)
    sizes = [2 + k % 2 for k in range(12)]
    factors = [rng.normal(size=pair) for pair in pairwise(sizes)]
    known = {f"dhidden_{k}_dhidden_{k + 1}": factor for k, factor in enumerate(factors)}
    for code in _code(out, "numerator"):
        found = eval(code, {"np": np, "einops": einops}, known)  # noqa: S307 - our own output
        np.testing.assert_allclose(found, np.linalg.multi_dot(factors))


def test_matrices_with_long_names_stay_within_the_width(matcalc: Any) -> None:
    names = [f"W{k}[heads_{k},d_model]" for k in range(6)]
    out = matcalc("chain", "L", *names).out
    assert max(map(len, out.splitlines())) <= 80


def test_more_axes_than_letters_is_said_and_null_in_json(matcalc: Any) -> None:
    names = [f"x{k}[2]" for k in range(60)]
    result = matcalc("chain", *names, "--layout", "numerator")
    assert "Over 52 axes" in result.out
    assert matcalc("chain", *names, "--json").json["layouts"]["numerator"]["einsum"] is None


def test_a_thousand_variables_are_a_chain_like_any_other(matcalc: Any) -> None:
    order = matcalc("chain", *(f"x{k}=2" for k in range(1000)), "--json").json
    assert len(order["layouts"]["denominator"]["order"]) == 999


@pytest.mark.parametrize(
    ("arguments", "code", "parts"),
    [
        (("L",), 2, ["a chain needs two variables", "  L\n  ^\n"]),
        (("L", "a[2]", "z/x"), 2, ["one of the two, not both", "  z/x\n  ^^^\n"]),
        (("L", "z[3]", "L"), 1, ["L is there twice"]),
        (("L/z[3]", "z[n]/x"), 1, ["its size is 3 in one place and n in another", "^^^^\n  z[n]"]),
        (("L/z[3]", "a/x"), 1, ["a gap: ∂L/∂z ends at z[3] and ∂a/∂x starts at a"]),
        (("L/z", "L/y"), 1, ["∂L/∂z and ∂L/∂y both start at L"]),
        (("a/b", "b/a"), 1, ["a cycle: ∂a/∂b, ∂b/∂a"]),
        (("L/L",), 1, ["a cycle: ∂L/∂L"]),
        (("L", "z[3"), 2, ["write a variable as z[3,2]", "  z[3\n   ^^\n"]),
        (("L", "z[0]"), 2, ["a dimension is at least 1, not 0"]),
        (("L", "z[-3]"), 2, ["a dimension is at least 1, not -3"]),
        (("L", "n", "z[n]"), 2, ["n is both a variable and a dimension"]),
        ((), 2, ["Missing argument"]),
        (("L", "x", "--layout", "nominator"), 2, ["'nominator' is not one of", "'denominator'"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_a_chain_is_an_error_at_its_place(
    arguments: tuple[str, ...], code: int, parts: list[str], matcalc: Any
) -> None:
    result = matcalc("chain", *arguments)
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("matcalc: error: ")
    for part in parts:
        assert part in result.err
