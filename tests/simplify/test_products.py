"""Products by themselves: parts that share no index."""

from matcalc.graph import Factor, Node, Product, contract, symbol
from matcalc.simplify import simplified

A = symbol("A", ("n", "n"))
x, y = symbol("x", ("n",)), symbol("y", ("n",))


def _numbers(node: Node) -> list[Node]:
    assert isinstance(node, Product)
    return [factor.node for factor in node.factors if not factor.node.shape]


def test_a_part_that_shares_no_index_is_a_number_and_equal_numbers_are_one() -> None:
    trace = Factor(A, ("i", "i"))
    given = [contract([trace, Factor(one, ("j",))], ("j",)) for one in (x, y)]
    short = simplified(given, {})
    first, second = (_numbers(short[one]) for one in given)
    assert len(first) == 1
    assert first == second


def test_a_part_of_the_result_is_no_number() -> None:
    outer = contract([Factor(x, ("i",)), Factor(y, ("j",))], ("i", "j"))
    assert _numbers(simplified([outer], {})[outer]) == []
