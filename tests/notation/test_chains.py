from functools import reduce
from itertools import pairwise
from random import Random

import einops
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_chains import in_layout, random_shape

import matcalc as mc
from matcalc.notation import written_chain
from matcalc.variables import Variable


def _path(*texts: str) -> list[Variable]:
    return [mc.parse_variable(text) for text in texts]


@given(st.randoms(use_true_random=False), st.sampled_from(["numerator", "denominator"]))
def test_the_einsum_and_the_einops_pattern_compute_the_chain(random: Random, layout: str) -> None:
    path = [Variable(f"v{k}", random_shape(random)) for k in range(random.randint(2, 5))]
    rng = np.random.default_rng(random.getrandbits(32))
    stored = [rng.normal(size=a.shape + b.shape) for a, b in pairwise(path)]
    written = written_chain(path, layout)
    arrays = {
        f"{a.name}/{b.name}": in_layout(array, a.rank, layout)
        for (a, b), array in zip(pairwise(path), stored, strict=True)
    }
    operands = [arrays[name] for name in written.order]
    expected = stored[0]
    for variable, array in zip(path[1:-1], stored[1:], strict=True):
        expected = np.tensordot(expected, array, axes=variable.rank)
    expected = in_layout(expected, path[0].rank, layout)
    assert [factor.shape for factor in written.factors] == [array.shape for array in operands]
    np.testing.assert_allclose(np.einsum(written.einsum, *operands), expected, atol=1e-9)
    np.testing.assert_allclose(einops.einsum(*operands, written.einops), expected, atol=1e-9)


def test_numerator_layout_runs_from_the_outside_in_and_denominator_layout_back() -> None:
    path = _path("L", "a[2]", "z[3]", "x[5]")
    assert written_chain(path, "numerator").order == ("L/a", "a/z", "z/x")
    assert written_chain(path, "denominator").order == ("z/x", "a/z", "L/a")
    assert written_chain(path, "numerator").matrix_shapes == ((1, 2), (2, 3), (3, 5))
    assert written_chain(path, "denominator").matrix_shapes == ((5, 3), (3, 2), (2, 1))


def test_a_shape_stands_under_each_factor() -> None:
    lines = written_chain(_path("L", "a[2]", "x[n]"), "denominator").lines()
    assert lines == ["∂a/∂x · ∂L/∂a = ∂L/∂x", " n×2     2×1     n×1"]


def test_long_chains_break_at_the_width() -> None:
    path = _path(*(f"v{k}[{k + 2}]" for k in range(30)))
    lines = written_chain(path, "numerator").lines(width=80)
    assert len(lines) > 2
    assert max(map(len, lines)) <= 80
    assert " ".join(lines[::2]).split()[::2] == [
        *(f"∂v{k}/∂v{k + 1}" for k in range(29)),
        "∂v0/∂v29",
    ]


def test_in_mixed_all_but_the_gradient_are_transposed() -> None:
    written = written_chain(_path("L", "z[3]", "x[2]"), "mixed")
    assert written.lines() == ["(∂z/∂x)ᵀ · ∂L/∂z = ∂L/∂x", "  2×3       3×1     2×1"]
    J, g = np.arange(6.0).reshape(3, 2), np.arange(3.0)
    np.testing.assert_array_equal(np.einsum(written.einsum, J, g), J.T @ g)


_SCALARS_AND_VECTORS = [
    ("y[2]", "x[3]"),
    ("y[2]", "z[3]", "x[4]"),
    ("y[2]", "t", "x[4]"),
    ("L", "z[3]", "t"),
    ("L", "y[2]", "t", "x[4]"),
    ("L", "t", "x[4]"),
    ("L", "t", "s"),
]


@pytest.mark.parametrize("texts", _SCALARS_AND_VECTORS, ids=" ".join)
def test_in_mixed_scalars_and_vectors_compose_as_matrices(texts: tuple[str, ...]) -> None:
    path = _path(*texts)
    chain = written_chain(path, "mixed")
    rng = np.random.default_rng(0)
    arrays = {f"{a.name}/{b.name}": rng.normal(size=a.shape + b.shape) for a, b in pairwise(path)}
    expected = reduce(
        lambda one, two: np.tensordot(one, two[0], two[1]),
        [(arrays[f"{a.name}/{b.name}"], a.rank) for a, b in pairwise(path)][1:],
        arrays[f"{path[0].name}/{path[1].name}"],
    )
    in_order = [arrays[name] for name in chain.order]
    np.testing.assert_allclose(np.einsum(chain.einsum, *in_order), expected)
    matrices = [
        array.reshape(one.matrix_shape) for array, one in zip(in_order, chain.factors, strict=True)
    ]
    turned = [
        matrix.T if chain.is_transposed(one) else matrix
        for matrix, one in zip(matrices, chain.factors, strict=True)
    ]
    assert [matrix.shape for matrix in turned] == list(chain.matrix_shapes)
    np.testing.assert_allclose(
        reduce(np.matmul, turned), expected.reshape(chain.result.matrix_shape)
    )


def test_in_mixed_vectors_alone_are_as_in_numerator_layout() -> None:
    path = _path("y[5]", "z[3]", "x[2]")
    assert written_chain(path, "mixed").lines() == written_chain(path, "numerator").lines()
    assert written_chain(path, "mixed").rule == "mixed: from the outside in, as in numerator layout"


@pytest.mark.parametrize(
    "texts", [("L", "z[3]", "W[3,2]"), ("L", "W[3,2]", "t"), ("Y[3,2]", "z[3]", "x[2]")]
)
def test_in_mixed_matrices_do_not_compose(texts: tuple[str, ...]) -> None:
    with pytest.raises(mc.LayoutError, match=r"mixed does not compose with [WY]\[3,2\]"):
        written_chain(_path(*texts), "mixed")


def test_in_mixed_one_derivative_of_a_matrix_is_written_as_it_is() -> None:
    assert written_chain(_path("L", "W[3,2]"), "mixed").lines() == ["∂L/∂W", " 3×2"]


@pytest.mark.parametrize("name", ["jax", "vec-F", "vec-C"])
def test_other_conventions_do_not_compose(name: str) -> None:
    with pytest.raises(mc.LayoutError, match="is a convention, which does not compose"):
        written_chain(_path("L", "x[3]"), name)


def test_where_letters_run_out_einops_goes_on() -> None:
    written = written_chain(_path(*(f"v{k}[2]" for k in range(60))), "numerator")
    assert written.einsum is None
    assert written.einops.endswith("-> v0 v59")


def test_latex_has_a_brace_and_a_shape_for_each_factor() -> None:
    latex = written_chain(_path("L", "z2[m]", "W[m,n]"), "denominator").latex()
    assert latex.count(r"\underbrace") == 3
    assert r"\underbrace{\frac{\partial z_{2}}{\partial W}}_{m \times n \times m}" in latex
    assert r"\underbrace{\frac{\partial L}{\partial z_{2}}}_{m \times 1}" in latex
    assert latex.count("{") == latex.count("}")
