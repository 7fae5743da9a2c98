"""Labels while a product is built: they merge, split, and count where all that had them is gone."""

from fractions import Fraction

import pytest

from matcalc import ShapeError
from matcalc.graph import ONE, Factor, Group, contract, einsum, symbol
from matcalc.graph.gathering import Gathered

A = symbol("A", (2, 3))
x = symbol("x", (3,))
EYE = contract([], ("i", "i"), {"i": 3})
GROUPED = contract([Factor(symbol("T", (2, 3, 5)), ("i", "j", "k"))], (Group(("i", "j")), "k"))


def gathered(*factors: Factor) -> Gathered:
    found = Gathered({}, ONE)
    for one in factors:
        found.take(one)
    return found


def test_a_delta_is_no_factor_and_makes_two_labels_one() -> None:
    found = gathered(Factor(EYE, ("a", "b")), Factor(x, ("b",)))
    assert [node for node, _ in found.powers] == [x]
    assert found.atoms(("a",)) == found.atoms(("b",))


def test_a_label_that_faces_a_group_is_the_labels_of_the_group() -> None:
    found = gathered(Factor(GROUPED, ("ij", "k")))
    assert len(found.atoms(("ij",))) == 2
    assert [found.size(label) for label in found.atoms(("ij",))] == [2, 3]


def test_groups_that_do_not_line_up_are_left_as_they_were() -> None:
    """6 is 2·3 here and 3·2 there: no label of the one is labels of the other."""
    other = contract([Factor(symbol("S", (3, 2)), ("i", "j"))], (Group(("i", "j")),))
    found = gathered(Factor(GROUPED, ("g", "k")))
    before, sizes = dict(found.became), dict(found.sizes)
    assert not found.absorb(other, ("g",), Fraction(1))
    assert found.became == before
    assert found.sizes == sizes


def test_powers_of_a_node_on_the_same_labels_add_up_and_its_label_keeps_a_size() -> None:
    found = gathered(Factor(x, ("i",)), Factor(x, ("i",), Fraction(-1)), Factor(x, ("j",)))
    assert sorted(found.powers.values()) == [0, 1]
    assert found.size("i") == 3
    assert contract([Factor(x, ("i",)), Factor(x, ("i",), Fraction(-1))], ()).scale.number == 3


@pytest.mark.parametrize("labels", [("i", "i"), ("i",)])
def test_a_label_of_two_sizes_and_a_label_too_few_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(ShapeError):
        gathered(Factor(A, labels))


def test_the_sizes_that_clash_are_told() -> None:
    with pytest.raises(ShapeError) as raised:
        einsum("i j, i -> j", A, x)
    assert raised.value.clashes == ((2, 3),)
