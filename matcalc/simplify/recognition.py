"""Functions that are written out, by their names: σ, softmax, tanh, softplus, an inverse."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from matcalc.graph import (
    Apply,
    Factor,
    Group,
    Node,
    Product,
    Sum,
    add,
    apply,
    contract,
    flat,
    scaled,
    split,
)
from matcalc.operations import algebra, is_elementwise
from matcalc.simplify.logarithms import logarithm
from matcalc.simplify.ones import is_apply, one_and

Key = tuple[Node, tuple[Any, ...]]
Powers = dict[Key, Fraction]
_ONE = Fraction(1)


def recognised(powers: Powers) -> bool:
    """Replace factors by functions that they spell out; say whether anything was replaced.

    Args:
        powers: Factors by node and labels, with exponents; changed in place.
    """
    return any([rule(powers) for rule in _RULES])  # noqa: C419 - every rule has its turn


def _put(powers: Powers, node: Node, labels: tuple[Any, ...], exponent: Fraction) -> None:
    if exponent:
        powers[node, labels] = powers.get((node, labels), Fraction(0)) + exponent


def _sigmoid(powers: Powers) -> bool:
    """e^u / (1 + e^u) is σ(u), and 1 / (1 + e^u) is σ(-u)."""
    found = False
    for (node, labels), exponent in list(powers.items()):
        u = _one_plus_exp(node) if exponent < 0 and exponent.denominator == 1 else None
        if u is None:
            continue
        grown = apply("exp", (u,), u.shape)
        above, below = powers.pop((grown, labels), Fraction(0)), -exponent
        del powers[node, labels]
        both = max(Fraction(0), min(above, below))
        _put(powers, apply("sigmoid", (u,), u.shape), labels, both)
        minus = algebra.negative(u)
        _put(powers, apply("sigmoid", (minus,), u.shape), labels, below - both)
        _put(powers, grown, labels, above - both)
        found = True
    return found


def _grown_sigmoid(powers: Powers) -> bool:
    """e^u σ(-u) is σ(u)."""
    found = False
    for (node, labels), exponent in list(powers.items()):
        if not isinstance(node, Apply) or node.operation != "exp" or exponent < 1:
            continue
        (u,) = node.arguments
        minus = apply("sigmoid", (algebra.negative(u),), u.shape)
        count = min(exponent, powers.get((minus, labels), Fraction(0)))
        if count >= 1 and count.denominator == 1:
            _less(powers, (node, labels), count)
            _less(powers, (minus, labels), count)
            _put(powers, apply("sigmoid", (u,), u.shape), labels, count)
            found = True
    return found


def _one_plus_exp(node: Node) -> Node | None:
    """The u of 1 + exp(u)."""
    grown = one_and(node, 1)
    return grown.operands[0] if grown is not None and is_apply(grown, "exp") else None


def _softmax(powers: Powers) -> bool:
    """e^x over the sum of its entries, of all or along an axis, is softmax(x)."""
    found = False
    for (node, labels), exponent in list(powers.items()):
        total = logarithm(node) if exponent <= -1 else None
        if total is None or not is_apply(total.node, "logsumexp"):
            continue
        (x,), (axis,) = total.node.operands, total.node.parameters
        grown = apply("exp", (x,), x.shape)
        for key in [k for k in powers if k[0] is grown and powers[k] >= 1]:
            if labels == _without(key[1], axis) and powers.get((node, labels), 0) <= -1:
                _less(powers, key, _ONE)
                _less(powers, (node, labels), -_ONE)
                whole = None if axis is None or len(x.shape) == 1 else axis
                _put(powers, apply("softmax", (x,), x.shape, (whole,)), key[1], _ONE)
                found = True
    return found


def _without(labels: tuple[Any, ...], axis: int | None) -> tuple[Any, ...]:
    return () if axis is None else labels[:axis] + labels[axis + 1 :]


def _sign(powers: Powers) -> bool:
    """A sign over the absolute value is one over the number itself."""
    found = False
    for (node, labels), exponent in list(powers.items()):
        if not is_apply(node, "sign") or exponent < 1:
            continue
        (u,) = node.operands
        size = apply("abs", (u,), u.shape)
        if powers.get((size, labels), Fraction(0)) <= -1:
            _less(powers, (node, labels), _ONE)
            _less(powers, (size, labels), -_ONE)
            _put(powers, u, labels, -_ONE)
            found = True
    return found


_QUOTIENTS = (("sinh", "cosh", "tanh"), ("sin", "cos", "tan"))


def hyperbolic_cotangent(powers: Powers) -> bool:
    """Rewrite cosh(u) / sinh(u) as 1 / tanh(u), which does not overflow; say whether any was."""
    return _named_quotients(powers, [("cosh", "sinh", "tanh")], Fraction(-1))


def _quotients(powers: Powers) -> bool:
    return _named_quotients(powers, _QUOTIENTS, _ONE)


def _named_quotients(
    powers: Powers, named: Iterable[tuple[str, str, str]], power: Fraction
) -> bool:
    found = False
    for above, below, name in named:
        for (node, labels), exponent in list(powers.items()):
            if not isinstance(node, Apply) or node.operation != above or exponent < 1:
                continue
            other = apply(below, node.arguments, node.shape)
            count = min(exponent, -powers.get((other, labels), Fraction(0)))
            if count >= 1 and count.denominator == 1:
                _less(powers, (node, labels), count)
                _less(powers, (other, labels), -count)
                _put(powers, apply(name, node.arguments, node.shape), labels, power * count)
                found = True
    return found


def hyperbolic(node: Node) -> Node:
    """e^u + e^-u is 2 cosh(u), and e^u - e^-u is 2 sinh(u)."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return node
    (one, grown), (two, other) = sorted(map(split, node.terms), key=lambda pair: pair[0].number)
    if not is_apply(grown, "exp") or not is_apply(other, "exp") or one.powers or two.powers:
        return node
    (u,) = other.arguments
    if grown.arguments[0] is not algebra.negative(u) or abs(one.number) != two.number:
        return node
    u = min(u, algebra.negative(u), key=_signs) if one.number > 0 else u
    name = "cosh" if one.number > 0 else "sinh"
    return algebra.multiple(2 * two.number, apply(name, (u,), u.shape))


def _signs(node: Node) -> tuple[bool, bytes]:
    return split(node)[0].number < 0, node.digest


def _less(powers: Powers, key: Key, count: Fraction) -> None:
    powers[key] -= count
    if not powers[key]:
        del powers[key]


def _step(powers: Powers) -> bool:
    """A step times itself is the step, and times relu is relu."""
    found = False
    for (node, labels), exponent in list(powers.items()):
        if not isinstance(node, Apply) or node.operation != "step" or exponent < 1:
            continue
        relu = apply("relu", node.arguments, node.shape)
        if powers.get((relu, labels), Fraction(0)) > 0:
            del powers[node, labels]
            found = True
        elif exponent > 1 and exponent.denominator == 1:
            powers[node, labels] = _ONE
            found = True
    return found


def _inverse(powers: Powers) -> bool:
    """The adjugate over the determinant is the inverse."""
    found = False
    for (node, labels), exponent in list(powers.items()):
        if not isinstance(node, Apply) or node.operation != "adj" or exponent != 1:
            continue
        det = apply("det", node.arguments, ())
        if powers.get((det, ()), Fraction(0)) <= -1:
            _less(powers, (node, labels), _ONE)
            _less(powers, (det, ()), -_ONE)
            _put(powers, apply("inv", node.arguments, node.shape), labels, _ONE)
            found = True
    return found


def recognised_application(node: Apply) -> Node:
    """A function of a function in a shorter form, if there is one."""
    if len(node.arguments) == 1 and is_elementwise(node.operation):
        number = _in_every_entry(node.arguments[0])
        if number is not None:
            one = apply(node.operation, (number,), (), node.parameters)
            return algebra.spread(one, node.shape)
    rule = _APPLICATIONS.get(node.operation)
    return rule(node) if rule else node


def _in_every_entry(node: Node) -> Node | None:
    """The scalar that an array has in every entry, if it has one."""
    if not isinstance(node, Product) or not node.output or node.core or node.sums:
        return None
    repeated = len(set(flat(node.output))) < len(flat(node.output))
    return None if repeated else contract(node.factors, (), scale=node.scale)


def _logarithm(node: Apply) -> Node:
    """log(1 + e^u) is softplus, of a determinant logdet: the logarithm that is known."""
    found = logarithm(node.arguments[0])
    return node if found is None else found.node


def _inverse_of(node: Apply) -> Node:
    """The inverse of a diagonal matrix."""
    (argument,) = node.arguments
    diagonal = isinstance(argument, Product) and argument.output == (0, 0) and argument.factors
    if not diagonal or not isinstance(argument, Product):
        return node
    entries = contract(argument.factors, (0,), dict(enumerate(argument.sizes)), argument.scale)
    return contract([Factor(entries, (0,), Fraction(-1))], (0, 0))


def _frechet(node: Apply) -> Node:
    """L(X, c I) is c exp(X), and L(X, c X) is c X exp(X)."""
    x, e = node.arguments
    scale, core = split(e)
    axes = len(x.shape) == len(e.shape) == 2
    grown = apply("expm", (x,), x.shape)
    if axes and core is algebra.eye(x.shape[0]):
        return scaled(grown, scale)
    multiple = _multiple(x, e) if axes else None
    return node if multiple is None else algebra.times(multiple, algebra.matmul(x, grown))


def _multiple(x: Node, e: Node) -> Node | None:
    """The scalar that ``x`` is multiplied with to give ``e``, if there is one."""
    if e is x:
        return algebra.constant(1)
    if not isinstance(x, Product):
        x = contract([Factor(x, (0, 1), Fraction(1))], (0, 1))
    above, below = _with_scalars(e), _with_scalars(x)
    if above is None or below is None or above[1:] != below[1:]:
        return None
    return algebra.times(above[0], algebra.reciprocal(below[0]))


def _with_scalars(node: Node) -> tuple[Node, Node, tuple[Any, ...]] | None:
    """A matrix as a scalar, another matrix, and the labels of its axes."""
    scale, core = split(node)
    number = scaled(algebra.constant(1), scale)
    if not isinstance(core, Product):
        return number, core, (0, 1)
    if core.output != (0, 1):
        return None
    scalars = [factor for factor in core.factors if not factor.labels]
    others = [factor for factor in core.factors if factor.labels]
    if len(others) != 1 or others[0].exponent != 1:
        return None
    return contract([Factor(number, ()), *scalars], ()), others[0].node, others[0].labels


def _shifted(node: Apply) -> Node:
    """softmax(x + c 1) is softmax(x), and logsumexp(x + c 1) is logsumexp(x) + c."""
    (x,), (axis,) = node.arguments, node.parameters
    gone = range(len(x.shape)) if axis is None else (axis,)
    terms = x.terms if isinstance(x, Sum) else ()
    same = [term for term in terms if _is_constant(term, gone)]
    if not same or len(same) == len(terms):
        return node
    rest = add([term for term in terms if term not in same])
    less = apply(node.operation, (rest,), node.shape, node.parameters)
    if node.operation != "logsumexp":
        return less
    return add([less, *(_number_along(term, gone) for term in same)])


def _is_constant(term: Node, axes: Iterable[int]) -> bool:
    """Whether a term is a broadcast along some axes."""
    if not isinstance(term, Product) or Group in map(type, term.output):
        return False
    alone = [term.output[axis] for axis in axes]
    return term.used.isdisjoint(alone) and all(term.output.count(k) == 1 for k in alone)


def _number_along(term: Node, axes: Iterable[int]) -> Node:
    """A broadcast without the axes that it is repeated along."""
    if not isinstance(term, Product):
        return term
    kept = [label for axis, label in enumerate(term.output) if axis not in axes]
    dropped = {term.output[axis] for axis in axes}
    sizes = {label: size for label, size in enumerate(term.sizes) if label not in dropped}
    return contract(term.factors, kept, sizes, term.scale)


_APPLICATIONS = {"log": _logarithm, "inv": _inverse_of, "expm_frechet": _frechet} | dict.fromkeys(
    ("softmax", "log_softmax", "logsumexp"), _shifted
)
_RULES = (_sigmoid, _grown_sigmoid, _softmax, _quotients, _step, _sign, _inverse)
