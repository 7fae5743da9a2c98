"""Formulas for computing: equal ones that overflow later, and lose fewer digits.

What is printed stays as books have it, ``exp(x) / (exp(x) + exp(y))``; numbers and code come from
``1 / (1 + exp(y - x))``. Before a formula is differentiated only its logarithms are replaced by
those that are known, so that the derivative of ``log(abs(det(A)))`` is an inverse.

Source: Higham, Accuracy and Stability of Numerical Algorithms (2nd edition, 2002), chapter 1;
Blanchard, Higham & Higham, Accurately Computing the Log-Sum-Exp and Softmax Functions (2021).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from matcalc.graph import (
    Apply,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    add,
    apply,
    as_symmetric,
    contract,
    is_apply,
    rebuilt,
    scaled,
    split,
    topological,
)
from matcalc.operations import algebra, facts_of
from matcalc.simplify.expansion import Powers, opened
from matcalc.simplify.exponentials import (
    holds_exponentials,
    logarithm_of_sum,
    without_overflow,
)
from matcalc.simplify.facts import Known
from matcalc.simplify.lengths import leg, logarithm_of_squares, over_lengths, quotients_first
from matcalc.simplify.lines import computing
from matcalc.simplify.logarithms import logarithm
from matcalc.simplify.ones import is_one, one_and
from matcalc.simplify.recognition import recognised_application
from matcalc.simplify.rewriting import (
    rewritten_application,
    rewritten_product,
    rewritten_sum,
)

_HALF = Fraction(1, 2)
_NO_PROPERTIES: Mapping[str, frozenset[str]] = {}
_OPEN = frozenset(["positive", "invertible"])  # hold nearby too


def named_functions(
    roots: Sequence[Node], properties: Mapping[str, frozenset[str]] = _NO_PROPERTIES
) -> dict[Node, Node]:
    """What becomes of each node under some roots when functions written out get their names.

    A derivative of ``log(abs(det(A)))`` is that of logdet, of ``exp(x) / (1 + exp(x))`` that of σ.

    Args:
        roots: Nodes that are to be differentiated.
        properties: What was declared of variables. Of these only what holds nearby too is used:
            an orthogonal matrix has neighbours that are not.
    """
    open_ones = {name: one & _OPEN for name, one in properties.items() if one & _OPEN}
    return _walked(roots, partial(_named, known=Known(open_ones)))


def _named(node: Node, known: Known) -> Node:
    if isinstance(node, Apply):
        again = rewritten_application(node, known)
        return recognised_application(again) if is_apply(again, "log") else again
    if isinstance(node, Product):
        return rewritten_product(node, known)
    return rewritten_sum(node, known) if isinstance(node, Sum) else node


def stable(roots: Sequence[Node]) -> dict[Node, Node]:
    """What becomes of each node under some roots when it is to be computed.

    >>> from matcalc.graph import apply, symbol
    >>> x = symbol("x", ("n",))
    >>> one_less = algebra.minus(apply("exp", (x,), x.shape), algebra.constant(1))
    >>> stable([one_less])[one_less].operation
    'expm1'
    """
    uses = Counter(below for node in topological(*roots) for below in node.operands)

    def better(node: Node) -> Node:
        if isinstance(node, Apply):
            return _application(node)
        return _product(node) if isinstance(node, Product) else _sum(node, uses)

    return _walked(roots, better)


def _walked(roots: Sequence[Node], change: Callable[[Node], Node]) -> dict[Node, Node]:
    done: dict[Node, Node] = {}
    for node in topological(*roots):
        again = change(rebuilt(node, done))
        done[node] = as_symmetric(again) if node.symmetric else again
    return done


def _application(node: Apply) -> Node:
    if node.operation == "log":
        return _logarithm(node)
    of_square = facts_of(node.operation).of_square
    if of_square:
        inner = leg(node.arguments[0])
        return apply(of_square, (inner,), node.shape) if inner else node
    return rewritten_application(node, table=computing())


def _logarithm(node: Apply) -> Node:
    """A logarithm by what is known; of a negative number it stays undefined."""
    (argument,) = node.arguments
    found = logarithm(argument)
    if found is not None:
        parts = [found.node, *([apply("log", (found.sign,), node.shape)] if found.sign else ())]
        done = stable(parts)
        return algebra.plus(*(done[one] for one in parts))
    summed = logarithm_of_sum(argument) or logarithm_of_squares(argument)
    return summed or rewritten_application(node, table=computing())


def _quotient(node: Product) -> Node:
    """A quotient without exponentials that overflow, the products within it opened."""
    factors, sizes = opened(node)
    powers = Powers.of(factors)
    if not without_overflow(powers):
        return node
    return contract(powers.factors, node.output, sizes, node.scale)


def _product(node: Product) -> Node:
    """A quotient that does not overflow; of a sum of exponentials above the line term by term."""
    below = {f.labels for f in node.factors if f.exponent < 0 and holds_exponentials(f.node)}
    for above in node.factors:
        if above.labels in below and above.exponent == 1 and holds_exponentials(above.node):
            rest = [factor for factor in node.factors if factor is not above]
            terms = [above._replace(node=term) for term in above.node.operands]
            sizes = dict(enumerate(node.sizes))
            split_up = [contract([*rest, t], node.output, sizes, node.scale) for t in terms]
            return add([stable([term])[term] for term in split_up])
    found: Node = node
    if any(one.exponent < 0 or is_apply(one.node, "sigmoid") for one in node.factors):
        found = _quotient(node)
        found = rewritten_product(found) if isinstance(found, Product) else found
        found = rewritten_product(found, table=computing()) if isinstance(found, Product) else found
    for better in (over_lengths, quotients_first):
        found = (isinstance(found, Product) and better(found)) or found
    return found


def _sum(node: Node, uses: Mapping[Node, int]) -> Node:
    """A sum with terms that all but cancel put into one."""
    again: Node | None = None
    while isinstance(node, Sum) and node is not again:
        again, node = node, rewritten_sum(node, table=computing())
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return node
    scale, unit = split(next((t for t in node.terms if is_one(split(t)[1])), node))
    if not scale.powers and is_one(unit):
        number = Scale(1 / scale.number)
        found = _complement(add([scaled(term, number) for term in node.terms]), uses)
        return node if found is None else scaled(found, scale)
    return _difference_of_squares(node) or rewritten_sum(node)


def _complement(node: Node, uses: Mapping[Node, int]) -> Node | None:
    """1 - σ(u) as σ(-u), which stays where σ(u) is computed anyway; 1 - x²."""
    taken = one_and(node, -1)
    if not isinstance(taken, Apply) or not facts_of(taken.operation).mirrored or uses[taken] > 1:
        return _difference_of_squares(node)
    (u,) = taken.arguments
    return apply(taken.operation, (algebra.negative(u),), node.shape)


def _difference_of_squares(node: Node) -> Node | None:
    """x² - y² is (x - y) (x + y): of variables, which carry no error of their own."""
    if len(node.operands) != 2:  # 1 + (x² + y²) has three terms
        return None
    one, two = map(_square, node.operands)
    if one is None or two is None or one.number * two.number >= 0:
        return None
    plus, minus = (one, two) if one.number > 0 else (two, one)
    if plus.number != -minus.number:
        return None
    factors = algebra.minus(plus.root, minus.root), algebra.plus(plus.root, minus.root)
    return algebra.multiple(plus.number, algebra.times(*factors))


class _Square(NamedTuple):
    """A number times the square of a variable, or of one."""

    number: Fraction
    root: Node


def _square(term: Node) -> _Square | None:
    scale, core = split(term)
    if scale.powers or not isinstance(core, Product):
        return None
    if is_one(core):
        return _Square(scale.number, core)
    (factor, *others) = core.factors or (None,)
    if factor is None or others or factor.exponent != 2 or factor.labels != core.output:
        return None
    return _Square(scale.number, factor.node) if isinstance(factor.node, Symbol) else None
