"""Functions of the language: rules by name, with the habits of mathematics and of NumPy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from matcalc import dimensions
from matcalc.derivative import derivatives
from matcalc.errors import MatcalcError, NotationError, ShapeError, TooLargeError
from matcalc.expression.blocks import as_matrix
from matcalc.expression.definitions import defined, is_defined, is_entrywise
from matcalc.expression.missing import MISSING
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import Value, dimension_of, number_of
from matcalc.graph import Factor, Node, apply, contract, substituted, symbol
from matcalc.operations import (
    ALIASES,
    NORMS,
    RULES,
    Rule,
    algebra,
    facts_of,
    find_rule,
    parse_signature,
)

_RANK = 16  # the axes of an array
_POWER = 64  # the largest order of a norm
_LONGEST = 10**100  # an axis


def call(step: PostfixStep, operands: list[Any]) -> Value:
    """The value of a function of the language.

    Raises:
        NotationError: It takes other arguments.
        ShapeError: The arguments do not fit it.
    """
    values, named = _split(step, operands)
    name = rule_name(step, operands)
    if facts_of(name).many and values and type(values[0]) is tuple:  # as NumPy writes it
        values = [*values[0], *values[1:]]
    if name == "concatenate":
        values = _with_axes(values)
    if "keepdims" in named or "keepdim" in named:
        return _kept(step, operands)
    if step.primes and (name in RULES or is_defined(name)):
        return _slope(name, step, values)
    if is_defined(name):
        return _bounded(defined(step._replace(value=name), values, named, call))
    if name not in RULES:
        return _undeclared(step, values)
    return _bounded(_ruled(name, values, {key: _plain(value) for key, value in named.items()}))


def _with_axes(values: list[Any]) -> list[Any]:
    """Operands of which the numbers are vectors of one entry, beside vectors."""
    vectors = any(isinstance(one, Value) and len(one.node.shape) == 1 for one in values)
    return [
        Value(algebra.spread(one.node, (1,)))
        if vectors and isinstance(one, Value) and not one.node.shape
        else one
        for one in values
    ]


def _of_one_rank(values: list[Value]) -> list[Value]:
    """Operands of a Kronecker product: a vector beside a matrix, or a row, is a matrix."""
    alike = {(len(one.node.shape), one.row) for one in values}
    if len(alike) == 1 or not all(one.node.shape for one in values):
        return values
    return [Value(as_matrix(one)) for one in values]


def _kept(step: PostfixStep, operands: list[Any]) -> Value:
    """A reduction of a matrix whose axis stays, of size 1; of a vector the number.

    Raises:
        NotationError: It is none of one axis of a matrix.
    """
    names = _named(step, operands)
    kept = next(one for one in ("keepdims", "keepdim") if one in names)
    truth = names.pop(kept)
    count = len(operands) - len(step.keywords)
    plain = step._replace(keywords=tuple(names), takes=count + len(names))
    found = call(plain, [*operands[:count], *names.values()])
    first = operands[0]
    axis = _plain(names["axis"]) if "axis" in names else _plain(operands[1]) if count > 1 else None
    rank = len(first.node.shape) if isinstance(first, Value) else 0
    if truth == "False" or (truth == "True" and rank == 1):
        return found
    if truth != "True" or not isinstance(axis, int) or len(found.node.shape) != rank - 1:
        raise NotationError(f"{kept}=True keeps one axis: sum(X, axis=1, {kept}=True)")
    axis %= rank
    labels = list(range(rank - 1))
    output = [*labels[:axis], "kept", *labels[axis:]]
    return Value(contract([Factor(found.node, tuple(labels))], output, {"kept": 1}))


def _ruled(name: str, values: list[Any], named: dict[str, Any]) -> Value:
    """The value of what has a rule, with the habits of what it is called as."""
    rule = find_rule(name)
    if rule.facts.number_first and len(values) == 2 and _is_number(values[0]):
        values = values[::-1]  # as everybody writes it: polygamma(1, x)
    if not rule.operands:
        return _of_sizes(rule, values, named)
    if name == "rearrange":  # einops names sizes as arguments: i=3
        patterns = {"pattern": named.pop("pattern")} if "pattern" in named else {}
        named = {**patterns, "sizes": tuple(named.items())}
    if name == "diag" and len(values) + len(named) == 2:
        values, named = _of_offset(values, named)
    first = values[0].node.shape if values and isinstance(values[0], Value) else None
    if name == "kron" and all(isinstance(one, Value) for one in values):
        values = _of_one_rank(values)
        if len(values) == 2 and all(one.row for one in values):
            return Value(rule.build(*(one.node for one in values)), row=True)
    if is_of_rows(name, values) and not named:
        named = {"axis": 1}
    spectral = _of_order(name, values, named)
    if spectral is not None:
        return spectral
    if name == "trace" and len(values) == 1 and first == ():
        return Value(values[0].node)
    return _of_rule(rule, values, named)


def is_of_rows(name: str, values: Sequence[Any]) -> bool:
    """Whether a function takes each row of a matrix, with no axis: ``softmax(Q @ K.T)``."""
    single = len(values) == 1 and isinstance(values[0], Value)
    return facts_of(name).of_each_row and single and len(values[0].node.shape) == 2


def _of_offset(values: list[Any], named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The square part of a matrix whose diagonal is the k-th one: ``diag(A, 1)``.

    Raises:
        NotationError: There is no whole number, or it is no matrix.
    """
    offset = _plain(values[1]) if len(values) == 2 else named.get("k")
    matrix = isinstance(values[0], Value) and len(values[0].node.shape) == 2 and not values[0].row
    if not isinstance(offset, int) or not matrix:
        raise NotationError(
            "diag takes a whole number behind a matrix, diag(A, 1); a vector x[n] on the diagonal "
            "above is [zeros((n, 1)), diag(x); zeros((1, n+1))]"
        )
    part = find_rule("slice").build
    node = values[0].node
    rows, columns = node.shape
    if (isinstance(rows, int) and -offset >= rows) or (
        isinstance(columns, int) and offset >= columns
    ):
        raise ShapeError(f"diag(A, {offset}) of {rows}×{columns}: there is no such diagonal")
    for axis, start in ((0, max(-offset, 0)), (1, max(offset, 0))):
        stop = dimensions.difference(node.shape[axis], abs(offset) - start)
        node = part(node, axis=axis, start=start, stop=stop)
    return [Value(node)], {}


def _of_order(name: str, values: list[Any], named: dict[str, Any]) -> Value | None:
    """``norm(x, 3)`` of a vector, ``norm(A, 2)``, ``norm(A, 1)`` and ``norm(A, "nuc")``."""
    single = values and isinstance(values[0], Value)
    if name != "norm" or not single or len(values) + len(named) != 2:
        return None
    node = values[0].node
    order = named.get("ord", named.get("p", values[-1] if len(values) == 2 else None))
    number = number_of(order) if isinstance(order, Value) else order
    number = Fraction(number) if isinstance(number, int) else number
    rule = NORMS.get(str(number)) if len(node.shape) == 2 else None
    if rule is not None:
        return Value(find_rule(rule).build(node))
    if len(node.shape) == 2 and number == 1:  # the largest sum of a column
        columns = algebra.summed(find_rule("abs").build(node), [0])
        return Value(find_rule("max").build(columns))
    if len(node.shape) != 1 or not isinstance(number, Fraction) or not 1 <= number <= _POWER:
        return None
    if number in (1, 2):
        return Value(find_rule("norm1" if number == 1 else "norm").build(node))
    powers = algebra.power(find_rule("abs").build(node), number)
    return Value(algebra.power(algebra.summed(powers, [0]), 1 / number))


def _is_number(value: Any) -> bool:
    return isinstance(value, Value) and number_of(value) is not None


def rule_name(step: PostfixStep, operands: Sequence[Any]) -> str:
    """The rule that a call is of: ``tr`` is trace, ``max`` of two the larger one."""
    name, of_two = step.value, len(operands) == 2 and not step.keywords
    if of_two and facts_of(name).of_two and isinstance(operands[1], Value):
        return facts_of(name).of_two  # as in mathematics; axes are named
    return ALIASES.get(name, name)


def is_known(name: str) -> bool:
    """Whether a name is that of a function of the language, or of another with a hint."""
    found = ALIASES.get(name, name)
    return found in RULES or is_defined(found) or name in MISSING


def acts_entrywise(name: str) -> bool:
    """Whether a function of one operand acts on each entry alone; what is only a name does."""
    return is_entrywise(ALIASES.get(name, name)) if is_known(name) else True


def is_spelled(name: str) -> bool:
    """Whether a name is that of a function as the language spells it."""
    return ALIASES.get(name, name) in RULES or is_defined(name)


def _bounded(value: Value) -> Value:
    """A value of not too many axes, none absurdly long.

    Raises:
        ShapeError: It has too many axes.
        TooLargeError: An axis is too long.
    """
    shape = value.node.shape
    if len(shape) > _RANK:
        raise ShapeError(f"an array has at most {_RANK} axes, not {len(shape)}")
    if any(isinstance(size, int) and size >= _LONGEST for size in shape):
        raise TooLargeError("an axis grows beyond 100 digits")
    return value


def _split(step: PostfixStep, operands: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional arguments, and those with names."""
    count = len(operands) - len(step.keywords)
    if count < 0:
        raise NotationError("an argument is missing behind =")
    if len(set(step.keywords)) < len(step.keywords):
        raise NotationError("an argument is named twice")
    return operands[:count], _named(step, operands)


def _named(step: PostfixStep, operands: list[Any]) -> dict[str, Any]:
    """The arguments with names, as they were given."""
    return dict(zip(step.keywords, operands[len(operands) - len(step.keywords) :], strict=True))


def _plain(value: Any) -> Any:
    """A parameter as Python has it: a whole number, a fraction, a dimension, text, a tuple."""
    if not isinstance(value, Value):
        return tuple(map(_plain, value)) if isinstance(value, tuple) else value
    constant = number_of(value)
    if constant is None:
        return dimension_of(value)
    return int(constant) if constant.denominator == 1 else constant


def _of_rule(rule: Rule, values: list[Any], named: dict[str, Any]) -> Value:
    texts = [value for value in values if isinstance(value, str)]
    others = [value for value in values if not isinstance(value, str)]
    names = list(rule.parameters)
    operands = len(others) if rule.facts.many else len(rule.operands)
    unknown = [name for name in named if name not in names]
    if unknown or len(others) < operands or len(others) - operands + len(texts) > len(names):
        raise NotationError(_usage(rule))
    try:
        given = dict(zip(names, [*texts, *map(_plain, others[operands:])], strict=False))
    except NotationError:
        raise NotationError(
            f"{_usage(rule)}, with a whole number or a size for {' and '.join(names)}"
        ) from None
    chosen = others[:operands]
    missing = [key for key in rule.facts.required if key not in {**given, **named}]
    if missing or not all(isinstance(value, Value) for value in chosen):
        raise NotationError(_usage(rule))
    row = _is_row(rule, chosen)
    nodes = [value.node for value in chosen]
    if len(nodes) == 2 and _is_entrywise(rule):
        shape = algebra.common_shape(rule.name, nodes)
        nodes = [algebra.spread(node, shape) for node in nodes]
    return Value(_built(rule, nodes, {**given, **named}), row)


def _is_entrywise(rule: Rule) -> bool:
    """Whether operands of every shape are taken, entry by entry."""
    return all("..." in one.shape for one in parse_signature(rule.signatures[0]).operands)


def _built(rule: Rule, nodes: list[Node], parameters: dict[str, Any]) -> Node:
    """The node of a rule, whose builder is written for what its signatures take.

    Raises:
        ShapeError: It does not take operands of these ranks.
        NotationError: It does not take a parameter of this kind.
    """
    try:
        return rule.build(*nodes, **parameters)
    except MatcalcError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
        if parameters:
            raise NotationError(_usage(rule)) from None
        found = ", ".join(Value(node).title for node in nodes)
        wanted = " or ".join(re.sub(r":\w+", "", text) for text in rule.signatures)
        raise ShapeError(f"{rule.name} takes {wanted}; found {found}") from None


def _usage(rule: Rule) -> str:
    parameters = "".join(f", {name}=…" for name in rule.parameters)
    return f"{rule.name} is written {rule.name}({', '.join(rule.operands)}{parameters})"


def _is_row(rule: Rule, values: list[Value]) -> bool:
    """Whether the result is a row: of a function entry by entry of rows.

    Raises:
        ShapeError: A row stands where a column must.
    """
    rows = [value for value in values if value.row]
    if not rows or rule.facts.of_rows:
        return False
    arrays = [value for value in values if value.node.shape]
    if _is_entrywise(rule) or (rule.name in ("pow", "power") and rows == arrays):
        return True
    raise ShapeError(f"{rule.name} takes a column, and {rows[0].title} is a row")


def _undeclared(step: PostfixStep, values: list[Any]) -> Value:
    """An elementwise function that nobody declared: ``g(z)``, and its derivative ``g'(z)``."""
    if step.value in MISSING and not step.primes:
        raise NotationError(f"{step.value}: {MISSING[step.value]}")
    if len(values) != 1 or step.keywords or not isinstance(values[0], Value):
        find_rule(step.value)  # says which names are near
        raise NotationError(f"{step.value} is a function of one argument here")
    node = values[0].node
    return Value(apply("function", (node,), node.shape, (step.value, step.primes)), values[0].row)


def _slope(name: str, step: PostfixStep, values: list[Any]) -> Value:
    """The derivative of a known function entry by entry: ``tanh'(z)``.

    Raises:
        NotationError: It is no such function of one argument.
    """
    single = len(values) == 1 and isinstance(values[0], Value) and not step.keywords
    if not (single and is_entrywise(name)) or (
        name in RULES and len(find_rule(name).operands) != 1
    ):
        raise NotationError(f"g'(z) is of a function entry by entry, and {step.value} is none")
    x, row = values[0]
    entries = symbol("x", x.shape)
    found = call(step._replace(value=name, primes=0), [Value(entries)]).node
    for _ in range(step.primes):
        (found,) = derivatives(_total(found), [entries])
    return Value(substituted(found, {entries: x}), row)


def _total(node: Node) -> Node:
    """The sum of all entries, whose derivative by the entries is that of each."""
    return algebra.dot(node, algebra.constant(1, node.shape)) if node.shape else node


def _of_sizes(rule: Rule, values: list[Any], named: dict[str, Any]) -> Value:
    """A constant that is made of sizes: ``eye(n)``.

    Raises:
        NotationError: It takes others, or one of them is no size.
    """
    made = rule.facts.of_sizes
    if made is None:  # its shape is not among its parameters
        raise NotationError(f"{rule.name} is part of derivatives alone; write slice, tril or triu")
    try:
        node = made.build(*map(_plain, values), **named)
    except TypeError:
        raise NotationError(f"{rule.name} is written {made.usage}") from None
    sizes: tuple[Any, ...] = node.shape
    if not all(isinstance(size, str) or (isinstance(size, int) and size > 0) for size in sizes):
        raise NotationError("a size is a number or a dimension: eye(n), ones((m, 3))")
    return Value(node)
