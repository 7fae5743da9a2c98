"""Matching: what is looked at first never hides what matches."""

from itertools import product

from matcalc.graph import Node, split
from matcalc.simplify import REWRITES
from matcalc.simplify.patterns import matches, may_match


def test_what_matches_may_match_at_a_glance() -> None:
    """Each part of each line, held against each side of all lines and what these are made of."""
    nodes: dict[Node, None] = {}
    for one in REWRITES:
        for side in one.sides:
            nodes |= dict.fromkeys([split(side)[1], *side.operands])
    found = 0
    for one, node in product(REWRITES, nodes):
        pattern = split(one.parts[0].node)[1] if one.parts else one.sides[0]
        if any(any(matches(pattern, node, lift)) for lift in one.lifts(pattern, node)):
            assert may_match(pattern, node, lifted=one.lifted), (one, node)
            found += 1
    assert found > len(REWRITES)
