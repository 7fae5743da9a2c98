"""What functions of the language make of values: those of books at once, others by rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

import numpy as np

from matcalc.arrays import Array
from matcalc.checking.stand_ins import with_stand_ins
from matcalc.claims.stacked import Stack, one, stack
from matcalc.claims.tree import Tree
from matcalc.errors import MatcalcError, MissingLibraryError, NotationError
from matcalc.expression.formula import NO_FUNCTIONS, Functions
from matcalc.expression.functions import acts_entrywise
from matcalc.expression.meaning import KnownMeanings, meaning
from matcalc.expression.values import Value
from matcalc.graph import Node, number, symbol
from matcalc.operations import ALIASES, is_elementwise, known_rule, parse_signature
from matcalc.operations.arrays import numpy_function
from matcalc.plan import evaluate

_WORK = 10_000_000  # products of one einsum
_ENTRIES = 1_000_000  # of what sizes make, or two matrices
_MOST = 40  # values of one function that has no way to take them together


def _diag(value: Stack) -> Stack | None:
    if value.kind == "c":
        return Stack("m", value.data * np.eye(value.shape[0]))
    if value.is_square:
        return Stack("c", np.diagonal(value.data, axis1=1, axis2=2)[:, :, None])
    return None


def _outer(a: Stack, b: Stack) -> Stack | None:
    if a.kind == b.kind == "c":
        return Stack("m", a.data * b.data.swapaxes(1, 2))
    return None


def _trace(value: Stack) -> Stack | None:
    return value if value.kind == "s" else _DIAGONAL_SUM(value)


def _each(function: Callable[[Array], Array], data: Array) -> Array:
    """A function of matrices; those that are singular become no number."""
    try:
        return function(data)
    except np.linalg.LinAlgError:
        found = np.full(data.shape, np.nan)
        for k, each in enumerate(data):
            with suppress(np.linalg.LinAlgError):
                found[k] = function(each)
        return found


def _of_square(function: Callable[[Array], Array]) -> Callable[[Stack], Stack | None]:
    """A function of square matrices, as an array with an axis in front."""

    def taken(value: Stack) -> Stack | None:
        return stack(function(value.data)) if value.is_square else None

    return taken


def _kron(a: Stack, b: Stack) -> Stack | None:
    if a.kind != b.kind or a.kind not in "cm":
        return None
    if max(a.many, b.many) * prod(a.shape) * prod(b.shape) > _ENTRIES:
        return None
    product = a.data[:, :, None, :, None] * b.data[:, None, :, None, :]
    (k, i, p, j, q) = product.shape
    return Stack(a.kind, product.reshape(k, i * p, j * q))


def _power(value: Stack, exponent: Stack) -> Stack | None:
    if not value.is_square or exponent.kind != "s" or exponent.many != 1:
        return None
    power = float(exponent.data.flat[0])
    if power != int(power) or abs(power) > 20:
        return None
    return Stack("m", _each(lambda data: np.linalg.matrix_power(data, int(power)), value.data))


def _einsum(subscripts: str, operands: Sequence[Stack]) -> Stack | None:
    """An einsum with explicit letters of the result."""
    text = subscripts.replace(" ", "")
    inside, arrow, out = text.partition("->")
    parts = inside.split(",")
    if not arrow or "." in text or "Z" in text or len(parts) != len(operands):
        return None
    ranks = [
        0 if each.kind == "s" else 1 if each.kind in "cr" else each.data.ndim - 1
        for each in operands
    ]
    if [len(part) for part in parts] != ranks or any(each.kind == "r" for each in operands):
        return None
    arrays: list[Array] = []
    letters: list[str] = []
    for each, part in zip(operands, parts, strict=True):
        entries = each.entries()
        arrays.append(entries if each.many > 1 else entries[0])
        letters.append(f"Z{part}" if each.many > 1 else part)
    lengths = {
        letter: size
        for each, part in zip(arrays, letters, strict=True)
        for letter, size in zip(part, each.shape, strict=True)
    }
    if prod(lengths.values()) > _WORK:
        return None
    many = any(each.many > 1 for each in operands)
    try:
        made = np.einsum(f"{','.join(letters)}->{'Z' if many else ''}{out}", *arrays)
    except ValueError:
        return None
    return stack(made if many else made[None])


def _whole(reduce: Callable[..., Any]) -> Callable[[Stack], Stack | None]:
    def reduced(value: Stack) -> Stack | None:
        return stack(reduce(value.data.reshape(value.many, -1), axis=1))

    return reduced


def _softmax(value: Stack) -> Stack | None:
    if value.kind != "c":
        return None
    grown = np.exp(value.data - value.data.max(axis=1, keepdims=True))
    return Stack("c", grown / grown.sum(axis=1, keepdims=True))


_DIAGONAL_SUM = _of_square(partial(np.trace, axis1=1, axis2=2))
_TOGETHER: dict[str, Callable[..., Stack | None]] = {
    "diag": _diag,
    "outer": _outer,
    "tr": _trace,
    "trace": _trace,
    "norm": _whole(lambda x, axis: np.sqrt(np.sum(x**2, axis=axis))),
    "norm1": _whole(lambda x, axis: np.sum(np.abs(x), axis=axis)),
    "softmax": _softmax,
    "kron": _kron,
    "matrix_power": _power,
}
_OF_TWO = frozenset(["outer", "kron", "matrix_power"])
_SIZED = ("eye", "ones", "zeros")


def called(tree: Tree, values: Sequence[Any], functions: Functions = NO_FUNCTIONS) -> Stack | None:
    """What a call makes of values; nothing where it takes others.

    Args:
        tree: The call.
        values: What its arguments are: stacks, text, tuples of them.
        functions: The functions that were declared.
    """
    name = tree.value
    if not tree.primes and not tree.keywords:
        if name in _SIZED:
            return _sized(name, values)
        alike = _of_stacks(name) if len(values) == 1 and isinstance(values[0], Stack) else None
        together = alike and alike(values[0])
        if together is not None:
            return together
        plain = all(isinstance(each, Stack) for each in values)
        if name in _TOGETHER and plain and len(values) == 1 + (name in _OF_TWO):
            return _TOGETHER[name](*values)
        if name == "einsum" and all(isinstance(each, Stack) for each in values[1:]):
            return _einsum(str(values[0]), values[1:])
    elif tree.keywords == ("axis",) and len(values) == 2:
        found = _along(name, *values)
        if found is not None:
            return found
    return by_rule(tree, values, functions)


def _of_stacks(name: str) -> Callable[[Stack], Stack | None] | None:
    """The function on arrays of a rule entry by entry, of all entries, or of square matrices."""
    rule = known_rule(ALIASES.get(name, name))
    if rule is None or not rule.function or len(rule.operands) != 1:
        return None
    with suppress(MissingLibraryError):
        if rule.reduces and list(rule.parameters) == ["axis"]:
            return _whole(numpy_function(rule))
        if rule.parameters:
            return None
        if is_elementwise(rule.name):
            function = numpy_function(rule)
            return lambda value: Stack(value.kind, function(value.data))
        shape = parse_signature(rule.signatures[0]).operands[0].shape
        if shape == ("...", "n", "n") or (rule.facts.of_stacks and shape == ("n", "n")):
            return _of_square(partial(_each, numpy_function(rule)))
    return None


def _along(name: str, value: Any, axis: Any) -> Stack | None:
    """What reduces, of a matrix along an axis."""
    rule = known_rule(name)
    if not isinstance(value, Stack) or not isinstance(axis, Stack) or value.kind != "m":
        return None
    along = int(axis.data.flat[0])
    if along not in (0, 1) or rule is None or not rule.reduces or len(rule.parameters) > 1:
        return None
    return stack(numpy_function(rule)(value.data, axis=1 + along))


def _sized(name: str, values: Sequence[Any]) -> Stack | None:
    if len(values) != 1:
        return None
    given = values[0] if type(values[0]) is tuple else (values[0],)
    sizes: list[int] = []
    for each in given:
        size = float(each.data.flat[0]) if isinstance(each, Stack) and each.kind == "s" else -1.0
        if not 0 < size < 1000 or size != int(size):
            return None
        sizes.append(int(size))
    if prod(sizes) > _ENTRIES:
        return None
    if name == "eye":
        return one(np.eye(sizes[0])) if len(sizes) == 1 else None
    return one(np.full(sizes, 1.0 if name == "ones" else 0.0))


def by_rule(tree: Tree, values: Sequence[Any], functions: Functions = NO_FUNCTIONS) -> Stack | None:
    """What the rule of a function says, or its declaration, one value after the other."""
    stacks = [each for each in _leaves(values) if isinstance(each, Stack)]
    count = max((each.many for each in stacks), default=1)
    whole = functions.get(tree.value) is not None
    if count > 1 and len(stacks) == 1 and not whole and _is_entrywise(tree):  # as one vector
        (given,) = stacks
        flat = by_rule(tree, [one(given.data.reshape(-1))])
        return None if flat is None else Stack(given.kind, flat.data.reshape(given.data.shape))
    if count > _MOST:
        return None
    symbols: dict[str, int] = {}
    operands = [_operand(each, arg, symbols) for each, arg in zip(values, tree.args, strict=True)]
    if tree.kind == "subscript":  # places may be sums of sizes
        operands[1:] = map(_place, operands[1:], values[1:])
    try:
        value = meaning(tree.step, operands, KnownMeanings(_no_name, functions))
        node = with_stand_ins(value.node)
    except MatcalcError:
        return None
    found = [_evaluated(node, stacks, symbols, k) for k in range(count)]
    if any(each is None for each in found):
        return None
    return stack(np.stack([np.asarray(each, dtype=float) for each in found]), row=value.row)


def _is_entrywise(tree: Tree) -> bool:
    return len(tree.args) == 1 and acts_entrywise(tree.value)


def _leaves(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for each in values:
        found += _leaves(each) if type(each) is tuple else [each]
    return found


def _operand(value: Any, tree: Tree, symbols: dict[str, int]) -> Any:
    """An argument as the reader of formulas knows it: a number that is written, or a symbol."""
    if type(value) is tuple:
        return tuple(
            _operand(each, arg, symbols) for each, arg in zip(value, tree.args, strict=True)
        )
    if not isinstance(value, Stack):
        return value
    literal = _literal(tree)
    name = f"v{len(symbols)}"
    symbols[name] = len(symbols)
    if literal is not None:
        return Value(number(literal))
    shape = () if value.kind == "s" else value.shape
    if value.kind in "cr":
        shape = (max(value.shape),)
    return Value(symbol(name, shape), row=value.kind == "r")


def _place(operand: Any, value: Any) -> Any:
    """Where an entry is, as a number."""
    if type(operand) is tuple:
        return tuple(map(_place, operand, value))
    is_number = isinstance(value, Stack) and value.data.size == 1
    return Value(number(Fraction(float(value.data.item())))) if is_number else operand


def _literal(tree: Tree) -> Fraction | None:
    if tree.kind == "number":
        return Fraction(tree.value)
    if tree.kind == "negative":
        inside = _literal(tree.args[0])
        return None if inside is None else -inside
    return None


def _no_name(_: object) -> Value:
    raise NotationError("a name stands here")


def _evaluated(
    node: Node, stacks: Sequence[Stack], symbols: dict[str, int], k: int
) -> Array | None:
    arrays = {}
    for name, place in symbols.items():
        entries = stacks[place].entries()
        arrays[name] = entries[k if stacks[place].many > 1 else 0]
    try:
        return np.asarray(evaluate(node, arrays, {}))
    except MatcalcError:
        return None
