"""Sizes alone: every arrangement that fits is found, and every one that is found fits."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import permutations, product
from typing import NamedTuple

import pytest

import matcalc as mc
from matcalc.claims.arranging import arrangements
from matcalc.claims.sizes_text import is_sizes, read_shape, read_sizes

CASES = int(os.environ.get("MATCALC_LAW_CASES", "12"))


class Sized(NamedTuple):
    """A matrix without entries, which Python multiplies by the rules of paper."""

    rows: int
    columns: int

    @property
    def T(self) -> Sized:  # noqa: N802
        return Sized(self.columns, self.rows)

    def __matmul__(self, other: Sized) -> Sized:
        if self.columns != other.rows:
            raise ValueError(f"{self} @ {other}")
        return Sized(self.rows, other.columns)

    def __mul__(self, other: object) -> Sized:
        assert isinstance(other, Sized)
        if Sized(1, 1) in (self, other):
            return other if self == Sized(1, 1) else self
        if self != other:
            raise ValueError(f"{self} * {other}")
        return self


def _trees(pieces: list[Sized]) -> Iterator[Sized]:
    """What every way to put pieces together in their order gives."""
    if len(pieces) == 1:
        yield pieces[0]
        return
    for k in range(1, len(pieces)):
        for left, right in product(_trees(pieces[:k]), _trees(pieces[k:])):
            if left.columns == right.rows:
                yield left @ right
            if left == right or Sized(1, 1) in (left, right):
                yield left * right


def _by_trying(pieces: list[Sized]) -> set[tuple[int, int]]:
    """The shapes that pieces can be put together to, found the long way."""
    found: set[tuple[int, int]] = set()
    for order in permutations(pieces):
        for turns in product((False, True), repeat=len(order)):
            turned = [one.T if turn else one for one, turn in zip(order, turns, strict=True)]
            found.update((one.rows, one.columns) for one in _trees(turned))
    return found


def _random_sizes(rng: random.Random) -> list[tuple[int, int]]:
    sizes = [1, 2, 3, 5]
    return [(rng.choice(sizes), rng.choice(sizes)) for _ in range(rng.randint(2, 4))]


@pytest.mark.parametrize("seed", range(CASES))
def test_the_shapes_that_are_found_are_those_that_trying_all_finds(seed: int) -> None:
    pieces = _random_sizes(random.Random(seed))  # noqa: S311
    read = read_sizes(" · ".join(f"{rows}x{columns}" for rows, columns in pieces))
    assert set(arrangements(read.pieces)) == _by_trying([Sized(*one) for one in pieces])


@pytest.mark.parametrize("seed", range(CASES))
def test_every_arrangement_uses_each_piece_once_and_fits(seed: int) -> None:
    pieces = _random_sizes(random.Random(1000 + seed))  # noqa: S311
    text = " · ".join(f"{rows}x{columns}" for rows, columns in pieces)
    for shape, ways in arrangements(read_sizes(text).pieces).items():
        for one in ways:
            known = {name: Sized(*size) for name, size in zip("ABCD", pieces, strict=False)}
            formula = str(one.tree)
            assert eval(formula, {}, known) == shape, formula  # noqa: S307 - our own formula
            assert sorted(c for c in formula if c in "ABCD") == sorted(known)[: len(pieces)]
        assert len({str(one.tree) for one in ways}) == len(ways)


def test_the_second_question_is_answered() -> None:
    found = mc.check_sizes("2x1 · 2x3 · 3x1 · 1x2", wanted="3x2")
    assert not found
    assert found.verdict == "not_conformable"
    assert [(one.says, one.left, one.right) for one in found.misfits] == [("1 ≠ 2", "2×1", "2×3")]
    assert found.repair == "(B.T @ A * C) @ D"
    assert [one.shapes for one in found.products] == [
        "3×2 · 2×1 = 3×1",
        "3×1 ⊙ 3×1 = 3×1",
        "3×1 · 1×2 = 3×2",
    ]
    assert {one.name for one in found.causes} == {"transpose", "order", "kind-of-product"}
    first = found.causes[0]
    assert found.claim[first.start : first.end] == "2x3"


@pytest.mark.parametrize(
    "text",
    [
        "2×1 · 2×3 · 3×1 · 1×2",
        "2x1 @ 2x3 @ 3x1 @ 1x2",
        "2x1*2x3*3x1*1x2",
        "2×1 × 2×3 × 3×1 × 1×2",
        "2x1 2x3 3x1 1x2",
        "(2,1) (2,3) (3,1) (1,2)",
        r"2\times1 \cdot 2\times3 \cdot 3\times1 \cdot 1\times2",
        "3x2 = 2x1 · 2x3 · 3x1 · 1x2",
    ],
)
def test_the_ways_in_which_people_write_sizes(text: str) -> None:
    assert is_sizes(text)
    found = mc.check_sizes(text, wanted=None if "=" in text else "3x2")
    assert (found.verdict, found.repair) == ("not_conformable", "(B.T @ A * C) @ D")


def test_pieces_with_names_keep_them() -> None:
    found = mc.check_sizes("dW2[3,2] = d3[2] @ W3[2,3] @ r[3] @ x[2].T")
    assert found.repair == "dW2 = (W3.T @ d3 * r) @ x.T"
    place = found.causes[0]
    assert found.claim[place.start : place.end] == "W3[2,3]"


def test_names_of_sizes_that_differ_are_different_sizes() -> None:
    found = mc.check_sizes("n×m · n×1", wanted="m")
    assert (found.misfits[0].says, found.repair) == ("m ≠ n", "A.T @ B")


def test_what_fits_is_right_and_what_has_another_shape_is_not() -> None:
    assert mc.check_sizes("2x3 · 3x4", wanted="2x4")
    assert mc.check_sizes("2x3 · 3x4").verdict == "right"
    found = mc.check_sizes("2x3 · 3x4", wanted="4x2")
    assert (found.verdict, found.repair) == ("wrong_shape", "B.T @ A.T")


def test_what_cannot_be_made_is_said_and_what_can_be() -> None:
    found = mc.check_sizes("2x3 · 5x7", wanted="2x2")
    assert found.repair is None
    assert "give 2×2 in no order" in found.notes[0]
    found = mc.check_sizes("2x3 · 3x4 · 4x5 · 7x7")
    assert found.verdict == "not_conformable"
    assert "fit in no order" in found.notes[0]


@pytest.mark.parametrize(
    "text", ["", "2x1 ·", "· 2x1", "A @ x", "2x1 + 2x1", "2x", "2x1 · W", "x" * 3000, "(" * 500]
)
def test_what_is_no_product_of_sizes_is_refused(text: str) -> None:
    with pytest.raises(mc.NotationError):
        read_sizes(text)


def test_more_pieces_than_can_be_arranged_are_refused() -> None:
    with pytest.raises(mc.TooLargeError, match="at most 8"):
        mc.check_sizes(" · ".join(["2x2"] * 9), wanted="2x2")


def test_shapes() -> None:
    written = ("3x2", "3×2", "(3, 2)", "[3,2]", "3,2", "m,n", "n", "(3,)")
    read = [(3, 2)] * 5 + [("m", "n"), ("n", 1), (3, 1)]
    assert [read_shape(text) for text in written] == read
    with pytest.raises(mc.NotationError):
        read_shape("3x2x1")
