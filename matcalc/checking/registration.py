"""Rules of your own: registered, and checked against central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from matcalc import dimensions
from matcalc.arrays import Array
from matcalc.checking.agreement import checked, row_sizes
from matcalc.checking.differences import Slopes, slopes
from matcalc.derivative import derivatives
from matcalc.dimensions import Shape
from matcalc.errors import NotationError, NotDifferentiableError
from matcalc.graph import Apply, Node, apply, symbol
from matcalc.operations.arrays import numpy_function
from matcalc.operations.registry import (
    RULES,
    OperandSpec,
    Rule,
    find_rule,
    matched,
    parse_signature,
    register,
)
from matcalc.plan import evaluate

_OWN: set[str] = set()  # names of rules that users registered
_SIZES = (3, 2, 5, 7, 4, 6)
_POINTS = 5  # at which a rule is checked
_TOLERANCE = 1e-6


def _spd(factor: Array) -> Array:
    """A symmetric positive definite matrix, or a stack of them, of eigenvalues that differ."""
    size = factor.shape[-1]
    squares = factor @ np.swapaxes(factor, -1, -2) / size
    return np.asarray(squares + np.eye(size) + np.diag(np.arange(size) / 2))


#: How an operand's domain is drawn: from a shape and a generator to an array.
POINTS: dict[str, Callable[[tuple[int, ...], np.random.Generator], Array]] = {
    "real": lambda shape, rng: rng.normal(size=shape),
    "positive": lambda shape, rng: rng.uniform(0.3, 2.0, size=shape),
    "above_one": lambda shape, rng: rng.uniform(1.3, 3.0, size=shape),
    "spd": lambda shape, rng: _spd(rng.normal(size=shape)),
    "unit": lambda shape, rng: rng.uniform(0.1, 0.9, size=shape),
    "nonzero": lambda shape, rng: (
        rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, shape)
    ),
    "whole": lambda shape, rng: rng.integers(-3, 4, shape) + rng.uniform(0.0, 0.2, shape),
    "half": lambda shape, rng: rng.integers(-3, 4, shape) + rng.uniform(0.5, 0.7, shape),
    "sign": lambda shape, rng: rng.choice([-1.0, 1.0], size=shape),
    "small": lambda shape, rng: 0.5 * rng.normal(size=shape),
    "simplex": lambda shape, rng: rng.dirichlet(np.full(shape[-1], 5.0), size=shape[:-1]),
    "invertible": lambda shape, rng: rng.normal(size=shape) + 3.0 * np.eye(shape[-1]),
    "full_rank": lambda shape, rng: rng.normal(size=shape) + 3.0 * np.eye(shape[0], shape[-1]),
    "distinct": lambda shape, rng: (
        rng.permutation(float(np.prod(shape)) * np.linspace(-1, 1, int(np.prod(shape)))).reshape(
            shape
        )
        + 0.1 * rng.uniform(size=shape)
    ),
}


def example_points(signature: str, rng: np.random.Generator) -> dict[str, Array]:
    """An array for each operand of a signature, in its domain, at sizes that all differ.

    Raises:
        NotationError: The signature cannot be read, or names an unknown domain.

    >>> points = example_points("A[m,k] x[k]:positive -> y[m]", np.random.default_rng(0))
    >>> {name: array.shape for name, array in points.items()}
    {'A': (3, 2), 'x': (2,)}
    """
    operands = parse_signature(signature).operands
    for operand in operands:
        if operand.domain not in POINTS:
            known = ", ".join(POINTS)
            raise NotationError(f"no domain {operand.domain!r} in a signature; there are {known}")
    sizes: dict[str, int] = {}
    for operand in operands:
        for dimension in operand.shape:
            for name in sorted(dimensions.names(dimension)) if dimension != "..." else ():
                sizes.setdefault(name, _SIZES[len(sizes) % len(_SIZES)])
    return {
        operand.name: np.asarray(POINTS[operand.domain](_example_shape(operand, sizes), rng))
        for operand in operands
    }


def _example_shape(operand: OperandSpec, sizes: Mapping[str, int]) -> tuple[int, ...]:
    open_ended = (3, 2) if len(operand.shape) == 1 else ()
    shape: list[int] = []
    for dimension in operand.shape:
        shape += open_ended if dimension == "..." else (dimensions.evaluate(dimension, sizes),)
    return tuple(shape)


class _Held(NamedTuple):
    """The derivative of a rule by an operand, beside differences of its function."""

    given: Array
    found: Slopes
    value: Array
    point: Array


def _held(rule: Rule, signature: str, rng: np.random.Generator) -> Iterator[_Held]:
    """The derivative by each operand at one point.

    Raises:
        NotDifferentiableError: The rule has no derivative.
    """
    points = example_points(signature, rng)
    symbols = {name: symbol(name, array.shape) for name, array in points.items()}
    result = rule.build(*symbols.values(), **rule.parameters)
    function = numpy_operation(rule)
    arrays = list(points.values())
    for k, derivative in enumerate(derivatives(result, list(symbols.values()))):

        def alone(x: Array, k: int = k) -> Any:
            return function(*arrays[:k], x, *arrays[k + 1 :])

        found = slopes(alone, arrays[k], method="central")
        value = np.asarray(function(*arrays))
        yield _Held(evaluate(derivative, points), found, value, arrays[k])


def rule_error(rule: Rule, signature: str, rng: np.random.Generator) -> float:
    """The largest error of a rule against differences of its function, at one point.

    It is relative to the largest entry; what differences do not tell is left out.

    Raises:
        NotDifferentiableError: The rule has no derivative.
    """
    worst = 0.0
    for given, found, _, _ in _held(rule, signature, rng):
        if given.shape != found.value.shape:
            return float("inf")
        told = np.isfinite(found.error)
        off = float(np.max(np.abs(given - found.value), initial=0.0, where=told))
        size = float(np.max(np.abs(found.value), initial=0.0, where=told))
        lost = float(np.max(found.error, initial=0.0, where=told))
        worst = max(worst, off / (size if size > 2 * lost else 1.0))  # what is lost is 0
    return worst


def numpy_operation(rule: Rule) -> Callable[..., Any]:
    """The operation of a rule on arrays, its parameters at the values of the rule's examples."""
    if not rule.function:
        return _of_others(rule)
    function = numpy_function(rule)
    return lambda *operands: function(*operands, *rule.parameters.values())


def _of_others(rule: Rule) -> Callable[..., Any]:
    """The value of an operation that is made of others, at its node."""

    @lru_cache(maxsize=1)
    def made(shapes: tuple[Shape, ...]) -> Node:
        symbols = [symbol(f"x{k}", shape) for k, shape in enumerate(shapes)]
        return rule.build(*symbols, **rule.parameters)

    def operation(*operands: Array) -> Any:
        node = made(tuple(one.shape for one in operands))
        return evaluate(node, {f"x{k}": one for k, one in enumerate(operands)})

    return operation


def register_rule(
    name: str,
    signature: str,
    function: Callable[..., Any],
    pull: Callable[[Apply, int, Node], Node],
    *,
    formula: str,
    source: str = "the user's own",
    domain: str = "everywhere",
    check: bool = True,
) -> Rule:
    """Add a rule of your own, which is checked first.

    Args:
        name: What the operation is called; not a name that is taken.
        signature: Operands and result with shapes and domains: ``"x[...]:positive -> y[...]"``.
        function: The operation on NumPy arrays.
        pull: From the node of the result, the number of an operand, and the derivative with
            respect to the result (its axes last) to the derivative with respect to the operand.
        formula: The derivative in mathematics.
        source: Where it is from.
        domain: Where it is differentiable.
        check: Whether to hold it against central differences at random points of its domain.

    Raises:
        NotationError: The name is taken, or the signature cannot be read.
        NotDifferentiableError: The rule is wrong: it disagrees with central differences.

    >>> from matcalc.operations import algebra
    >>> def pull(y, operand, bar):
    ...     return algebra.entrywise(bar, algebra.multiple(3, algebra.power(y.arguments[0], 2)))
    >>> rule = register_rule(
    ...     "cube", "x[...] -> y[...]", lambda x: x**3, pull, formula="dy = 3 x² ⊙ dx"
    ... )
    >>> import matcalc as mc
    >>> mc.rules.cube([1.0, 2.0]).array
    array([[ 3.,  0.],
           [ 0., 12.]])
    >>> unregister_rule("cube")
    """

    def build(*operands: Node, **parameters: Any) -> Node:
        del parameters
        shape = matched(name, (signature,), [operand.shape for operand in operands])
        return apply(name, operands, shape)

    parse_signature(signature)
    rule = register(Rule(name, (signature,), formula, source, domain, build, function, pull))
    if check:
        _refuse_wrong(rule, signature)
    _OWN.add(name)
    return rule


def unregister_rule(name: str) -> None:
    """Remove a rule that :func:`register_rule` added.

    Raises:
        UnknownRuleError: There is no rule of that name.
        NotationError: It is one of matcalc's own.

    >>> import matcalc as mc
    >>> try:
    ...     mc.unregister_rule("exp")
    ... except mc.NotationError as error:
    ...     print(error.message)
    exp is a rule of matcalc's own
    """
    rule = find_rule(name)
    if rule.name not in _OWN:
        raise NotationError(f"{name} is a rule of matcalc's own")
    _OWN.discard(name)
    del RULES[name]


def _refuse_wrong(rule: Rule, signature: str) -> None:
    """Take a rule back that differs from its function, or of which nothing can be told."""
    rng = np.random.default_rng(0)
    try:
        held = [one for _ in range(_POINTS) for one in _held(rule, signature, rng)]
        checks = [
            checked(given, found, row_sizes(found, value, x), _TOLERANCE)
            for given, found, value, x in held
            if given.shape == found.value.shape
        ]
        if len(checks) < len(held) or any(one.differs for one in checks):
            worst = max((one.error for one in checks), default=float("inf"))
            raise NotDifferentiableError(
                f"the rule {rule.name} disagrees with central differences of its function: largest "
                f"relative error {worst:.1e}"
            )
        if checks and all(one.untold == one.entries for one in checks):
            raise NotDifferentiableError(
                f"the rule {rule.name} cannot be checked: differences of its function have no "
                "certain digits in its domain; check=False registers it unchecked"
            )
    except BaseException:
        del RULES[rule.name]
        raise
