import copy
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from matcalc.graph import (
    ONE,
    Factor,
    Node,
    Scale,
    add,
    contract,
    dump,
    einsum,
    load,
    number,
    scaled,
    symbol,
    topological,
    transposed,
)

A = symbol("A", (2, 3))
B = symbol("B", (3, 5))
C = symbol("C", (2, 3))
x = symbol("x", (3,))


def _tower(height: int) -> Node:
    """Nested products, each around the one before."""
    node: Node = symbol("M0", (2, 2))
    for k in range(1, height):
        node = einsum("i j, j k -> i k", symbol(f"M{k}", (2, 2)), node)
    return node


EQUAL = {
    "factors in any order": (
        einsum("i j, j k -> i k", A, B),
        einsum("j k, i j -> i k", B, A),
    ),
    "labels of any name": (
        einsum("i j, j k -> i k", A, B),
        einsum("p q, q r -> p r", A, B),
    ),
    "terms in any order": (add([A, C]), add([C, A])),
    "brackets anywhere in a sum": (
        add([A, add([C, scaled(A, Scale(Fraction(1, 2)))])]),
        add([scaled(A, Scale(Fraction(3, 2))), C]),
    ),
    "a transpose twice": (A, transposed(transposed(A, (1, 0)), (1, 0))),
    "an identity times": (A, einsum("i j, j k -> i k", A, einsum("-> i i", sizes={"i": 3}))),
    "powers that cancel": (
        x,
        contract(
            [Factor(x, "i"), Factor(x, "i"), Factor(x, "i", Fraction(-1))],
            "i",
        ),
    ),
    "a diagonal of a diagonal": (x, einsum("i i -> i", einsum("i -> i i", x))),
    "the trace of a product turned round": (
        einsum("i j, i j ->", A, C),
        einsum("i j, i j ->", C, A),
    ),
    "a number times a number": (
        number(6),
        contract([Factor(number(2), ()), Factor(number(3), ())], ()),
    ),
}


@pytest.mark.parametrize(("one", "two"), EQUAL.values(), ids=EQUAL)
def test_equal_nodes_are_one_object(one: Node, two: Node) -> None:
    assert one is two


UNEQUAL = {
    "a matrix and its transpose": (A, transposed(A, (1, 0))),
    "a Gram matrix of rows and of columns": (
        einsum("i j, i k -> j k", A, C),
        einsum("i j, k j -> i k", A, C),
    ),
    "a delta and a broadcast": (
        einsum("-> i i", sizes={"i": 3}),
        einsum("-> i j", sizes={"i": 3, "j": 3}),
    ),
    "a name of two shapes": (symbol("A", (2, 3)), symbol("A", (3, 2))),
    "a name and a size": (symbol("A", ("n",)), symbol("A", ("m",))),
    "a sum and its double": (add([A, C]), scaled(add([A, C]), Scale(Fraction(2)))),
}


@pytest.mark.parametrize(("one", "two"), UNEQUAL.values(), ids=UNEQUAL)
def test_different_nodes_have_different_digests(one: Node, two: Node) -> None:
    assert one is not two
    assert one.digest != two.digest


def test_three_equal_factors_in_a_ring_meet_in_any_order() -> None:
    X = symbol("X", (5, 5))
    ring = [Factor(X, "ij"), Factor(X, "jk"), Factor(X, "ki")]
    assert len({contract(ring[k:] + ring[:k], "").digest for k in range(3)}) == 1


@pytest.mark.parametrize("node", [pair[0] for pair in EQUAL.values()], ids=EQUAL)
def test_pickle_and_copy_give_the_same_object(node: Node) -> None:
    assert pickle.loads(pickle.dumps(node)) is node  # noqa: S301
    assert copy.copy(node) is node
    assert copy.deepcopy(node) is node


def test_a_dumped_graph_loads_as_itself() -> None:
    node = add(
        [
            einsum("i j, j k -> i k", A, B),
            einsum("i, k -> i k", symbol("u", (2,)), symbol("v", (5,))),
        ]
    )
    assert load(dump(node)) is node


def test_operands_come_before_what_is_made_of_them() -> None:
    node = add([einsum("i j, j -> i", A, x), symbol("b", (2,))])
    order = topological(node)
    place = {one: k for k, one in enumerate(order)}
    assert order[-1] is node
    assert all(place[below] < place[one] for one in order for below in one.operands)


def test_depth_does_not_meet_the_recursion_limit() -> None:
    tower = _tower(5000)
    assert len(topological(tower)) == 9999
    assert pickle.loads(pickle.dumps(tower)) is tower  # noqa: S301
    assert copy.deepcopy([tower])[0] is tower


def test_sharing_is_kept_in_a_graph_of_very_many_paths() -> None:
    node: Node = symbol("X", (2, 2))
    for _ in range(60):
        node = einsum("i j, j k -> i k", node, node)
    assert len(topological(node)) == 61


SCRIPT = """
from matcalc.graph import add, einsum, symbol
X, Y, v = symbol("X", (3, 3)), symbol("Y", (3, 3)), symbol("v", (3,))
cube = einsum("i j, j k, k l -> i l", X, X, X)
node = add([cube, einsum("i, j -> i j", v, v), einsum("i j, j k -> i k", Y, cube)])
print(node.digest.hex())
import matcalc as mc
J = mc.chain(
    mc.jacobian("L / z[3]", [1.0, 2.0, 3.0], layout="denominator"),
    mc.diagonal("z[3] / y[3]", [1.0, 2.0, 3.0]),
    mc.product("y[3] / W[3,2]", "j -> i, i j", [5.0, 7.0]),
    layout="denominator",
)
print(J.node.digest.hex(), J, repr(J), J._repr_latex_())
"""


def test_digests_and_prints_are_the_same_in_every_process() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": ":".join(sys.path),
                "PYTHONIOENCODING": "utf-8",
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2026")
    }
    assert len(printed) == 1
    assert b"3\xc3\x972" in printed.pop()


def test_coefficients_multiply_and_cancel() -> None:
    half_n = Scale(Fraction(1, 2)).times_size("n")
    assert half_n.times(Scale(Fraction(2)).times_size("n", -1)) == ONE
    assert ONE.times_size("2*n", 2) == Scale(Fraction(4), (("n", 2),))
    assert half_n.evaluate({"n": 3}) == Fraction(3, 2)


def test_a_float_is_a_fraction_without_error() -> None:
    assert Scale(Fraction("0.1")).evaluate({}) == Fraction(1, 10)
    np.testing.assert_equal(float(Fraction("0.1")), 0.1)
