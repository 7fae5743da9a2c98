from collections.abc import Sequence
from itertools import pairwise

import pytest
from pictures.svg_reader import Picture

from matcalc import MatcalcError, parse_variable
from matcalc.pictures import FACTORS, chain_svg, product_svg

MISFIT = (["δ³", "W³", "relu′(z²)", "xᵀ"], [(2, 1), (2, 3), (3, 1), (1, 2)])
CHAINS = [
    "L z2[n2] a1[n1]",
    "L a3[2] z3[2] a2[3] z2[3] W2[3,2]",
    "L a[batch] b[n] c[m] d[n+1] e[4*h] f[k]",
    "y[1000] z[1] x[30]",
    "y[4] z[3] W[3,2]",
    "y[4] s x[3]",
    "L Y[3,2] X[5,4]",
    "Y[3,2] s X[5,4]",
    "z[2] x[3]",
    "L x",
]


def _chain(chain: str, layouts: Sequence[str] = ("numerator", "denominator")) -> Picture:
    return Picture(chain_svg([parse_variable(text) for text in chain.split()], layouts))


@pytest.mark.parametrize("chain", CHAINS)
def test_everything_lies_inside_the_picture(chain: str) -> None:
    picture = _chain(chain)
    assert picture.whole.right < 1000
    for box in (*picture.rectangles, *picture.texts):
        assert picture.whole.holds(box), box


@pytest.mark.parametrize("chain", CHAINS)
def test_a_picture_says_in_words_what_it_shows(chain: str) -> None:
    picture = _chain(chain)
    assert picture.root.attrib["role"] == "img"
    assert picture.title.startswith("Chain rule for ∂")
    assert "numerator layout: from the outside in" in picture.description
    assert "denominator layout: factors append to the left" in picture.description


@pytest.mark.parametrize("chain", CHAINS)
def test_texts_lie_apart_from_factors_and_from_each_other(chain: str) -> None:
    picture = _chain(chain)
    shapes = [box for box in picture.rectangles if box.kind in ("factor", "result")]
    for k, text in enumerate(picture.texts):
        assert not any(text.overlaps(box, slack=4) for box in shapes), text
        assert not any(text.overlaps(other, slack=2) for other in picture.texts[:k]), text


@pytest.mark.parametrize("chain", CHAINS[:4])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_the_sides_that_must_agree_enclose_a_square(chain: str, layout: str) -> None:
    picture = _chain(chain, [layout])
    factors, fields = picture.of_kind("factor"), picture.of_kind("joint")
    assert len(fields) == len(factors) - 1
    for (left, right), field in zip(pairwise(factors), fields, strict=True):
        assert field.width == field.height
        assert (field.left, field.right, field.top) == (left.left, left.right, left.bottom)
        assert (field.top, field.bottom, field.right) == (right.top, right.bottom, right.left)


def test_the_result_has_the_rows_of_the_first_factor_and_the_columns_of_the_last() -> None:
    picture = _chain("y[2] a[5] b[3] x[7]", ["numerator"])
    first, *_, last = picture.of_kind("factor")
    (result,) = picture.of_kind("result")
    assert (result.top, result.bottom) == (first.top, first.bottom)
    assert (result.left, result.right) == (last.left, last.right)


def test_one_layout_is_the_mirror_image_of_the_other() -> None:
    chain = "y[m] a[5] b[n] x[7]"
    one, other = (_chain(chain, [layout]) for layout in ("numerator", "denominator"))
    mirrored = [(box.height, box.width) for box in reversed(other.of_kind("factor"))]
    assert [(box.width, box.height) for box in one.of_kind("factor")] == mirrored


def test_a_mismatch_is_written_hatched_and_marked_at_both_sides() -> None:
    picture = Picture(product_svg(*MISFIT))
    (field,) = picture.of_kind("wrong")
    first, second = picture.of_kind("factor")[:2]
    assert "1 ≠ 2" in picture.words
    assert "no product" in picture.words
    assert picture.description.endswith("does not fit: 1 ≠ 2.")
    assert not picture.of_kind("result")
    assert (field.width, field.height) == (first.width, second.height)
    sides = [points for kind, points in picture.lines if kind == "side"]
    assert sides == [
        [(first.left, first.bottom), (first.right, first.bottom)],
        [(second.left, second.top), (second.left, second.bottom)],
    ]
    hatches = [points for kind, points in picture.lines if kind == "hatch"]
    assert len(hatches) > 3
    for points in hatches:
        assert all(field.left <= x <= field.right for x, _ in points)
        assert all(field.top <= y <= field.bottom for _, y in points)


def test_what_fits_has_no_mark_of_a_mismatch() -> None:
    picture = Picture(product_svg(["W³ᵀ", "δ³"], [(3, 2), (2, 1)]))
    assert not picture.of_kind("wrong")
    assert "= 3×1" in picture.words
    assert picture.description == "W³ᵀ 3×2 times δ³ 2×1 fits, and is 3×1."


def test_a_larger_size_is_a_longer_side_and_both_1_and_1000_can_be_seen() -> None:
    sizes = [1, 2, 3, 10, 1000]
    picture = Picture(product_svg(["A"] * 4, list(pairwise(sizes))))
    widths = [box.width for box in picture.of_kind("factor")]
    assert widths == sorted(widths)
    assert len(set(widths)) == 4
    assert min(box.height for box in picture.of_kind("factor")) >= 20
    assert widths[-1] < 300


def test_a_factor_of_three_axes_is_a_stack() -> None:
    picture = _chain("y[4] z[3] W[3,2]", ["numerator"])
    assert len(picture.of_kind("sheet")) == 2
    assert "∂z/∂W  3×2×3" in picture.words


def test_matrices_between_factors_are_summed_over_and_scalars_multiply_everything() -> None:
    assert "Σ Y" in _chain("L Y[3,2] X[5,4]", ["numerator"]).words
    assert "⊗" in _chain("Y[3,2] s X[5,4]", ["numerator"]).words


def test_mixed_transposes_all_but_the_gradient() -> None:
    picture = _chain("L z[3] x[2]", ["mixed"])
    assert "(∂z/∂x)ᵀ  2×3" in picture.words
    assert "= ∂L/∂x  2×1" in picture.words


@pytest.mark.parametrize("chain", [*CHAINS, "L y[5] z[3] x[2]", "L a[4] b[3] h[5] u[2] x[2]"])
def test_no_line_runs_through_a_text(chain: str) -> None:
    layouts = ["numerator", "denominator"]
    if "," not in chain:
        layouts.append("mixed")
    picture = _chain(chain, layouts)
    guides = [points for kind, points in picture.lines if kind == "guide"]
    for (left, top), (right, bottom) in guides:
        for text in picture.texts:
            across = left < text.right - 2 and right > text.left
            assert not (across and top < text.bottom - 2 and bottom > text.top + 2), text


def test_no_product_stands_apart_from_the_first_factor() -> None:
    picture = Picture(product_svg(["J", "g"], [(3, 2), (3, 1)]))
    (said,) = [text for text in picture.texts if text.text == "no product"]
    assert said.left >= picture.of_kind("factor")[0].right + 10


def test_a_chain_that_is_too_long_says_so() -> None:
    chain = " ".join(f"v{k}[2]" for k in range(FACTORS + 2))
    assert f"{FACTORS + 1} factors: too many to draw, the most are {FACTORS}" in _chain(chain).words


def test_labels_are_escaped_and_cut() -> None:
    svg = product_svg(["<script>&\"'\x00", "W" * 500], [(2, 1), (1, 3)])
    assert "<script" not in svg
    picture = Picture(svg)
    assert "<script>&\"'�  2×1" in picture.words
    assert max(map(len, picture.words)) < 60


@pytest.mark.parametrize(
    ("labels", "shapes"),
    [([], []), (["A"], [(1, 2, 3)]), (["A"], []), (["A"], [(0, 1)]), (["A"], [("<", 1)])],
)
def test_what_has_no_picture_is_refused(
    labels: list[str], shapes: list[tuple[int | str, ...]]
) -> None:
    with pytest.raises(MatcalcError):
        product_svg(labels, shapes)


def test_huge_sizes_fit_the_picture() -> None:
    picture = _chain(f"L x[{10**90}] y[10**12]")
    assert picture.whole.right < 1600
    assert picture.whole.bottom < 1600
