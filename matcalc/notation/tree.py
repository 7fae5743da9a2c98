"""The tree of a formula: what is printed, before it is decided how: text, Unicode or LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from matcalc.dimensions import Dimension, Shape
from matcalc.notation.parameters import Parameter, Subscripts, Value, place
from matcalc.steps import spend
from matcalc.variables import Variable


class Derivative(NamedTuple):
    """A derivative that is part of a formula: ∂L/∂z₃.

    Attributes:
        of: What is differentiated.
        wrt: The variable.
        lies: Whether ∂L/∂z₃ is, in the layout of the formula, the transpose of this array.
    """

    of: Variable
    wrt: Variable
    lies: bool


class Phrase(NamedTuple):
    """A piece of a formula.

    Attributes:
        op: ``name number call einsum derivative matmul times over plus negative power
            transpose listed part mapped``; what rewrites of one notation add is said there.
        args: The pieces that it is made of.
        value: The name of a name or a call, the value of a number, the exponent of a power, the
            subscripts of an einsum, a :class:`Derivative`; of a table how many parts stand in each
            row, of a part its places, ``None`` for a whole axis; of ``mapped``, a function of whole
            arrays that is declared by its shapes, its name and how often it is differentiated.
        kind: ``scalar``, ``column``, ``row``, ``matrix`` or ``tensor``.
        shape: A size for each axis; a column and a row have one.
        size: How many names, numbers and operations it holds when it is written out.
        parameters: Those of a call: ``axis=0``.
        symmetric: Whether it is a matrix that is known to equal its transpose.
        depth: How many pieces lie within one another, at most.
        turns: How many transposes are written.
    """

    op: str
    args: tuple[Phrase, ...]
    value: Any
    kind: str
    shape: Shape
    size: int
    parameters: tuple[Parameter, ...] = ()
    symmetric: bool = False
    depth: int = 0
    turns: int = 0

    def is_call(self, *functions: str) -> bool:
        """Whether it is a call of one of some functions."""
        return self.op == "call" and self.value in functions

    def parameter(self, name: str) -> Value | None:
        """The parameter of a name; ``None`` where it is not given."""
        return next((one.value for one in self.parameters if one.name == name), None)


_LEAVES = ("name", "number", "derivative")
_ONE = (
    *_LEAVES,
    "call",
    "einsum",
    "negative",
    "power",
    "part",
    "mapped",
)  # that many, with any operands
_KINDS = ("scalar", "column", "matrix")


def kind_of(shape: Shape) -> str:
    """What an array of a shape is in matrix notation; a vector is a column."""
    return _KINDS[len(shape)] if len(shape) < len(_KINDS) else "tensor"


def made(
    op: str,
    args: Iterable[Phrase],
    value: Any,
    kind: str,
    shape: Shape,
    parameters: Sequence[Parameter] = (),
) -> Phrase:
    """A phrase, with what is known of it by its pieces."""
    spend(1)
    listed = tuple(args)
    own = 1 if op in _ONE else len(listed) - 1
    size = own + sum(arg.size for arg in listed)
    depth = 1 + max((arg.depth for arg in listed), default=-1)
    turns = sum(arg.turns for arg in listed) + (op == "transpose")
    return Phrase(op, listed, value, kind, shape, size, tuple(parameters), False, depth, turns)


def with_args(phrase: Phrase, args: Sequence[Phrase]) -> Phrase:
    """A phrase of other pieces of the same kinds."""
    if all(new is old for new, old in zip(args, phrase.args, strict=True)):
        return phrase
    found = made(phrase.op, args, phrase.value, phrase.kind, phrase.shape, phrase.parameters)
    return found._replace(symmetric=phrase.symmetric)


def name(value: str, shape: Shape) -> Phrase:
    """A name."""
    return made("name", (), value, kind_of(shape), shape)


def numeral(value: Fraction | int) -> Phrase:
    """A number that is not negative."""
    return made("number", (), Fraction(value), "scalar", ())


def call(
    function: str, args: Sequence[Phrase], shape: Shape, parameters: Sequence[Parameter] = ()
) -> Phrase:
    """A function of arguments."""
    return made("call", args, function, kind_of(shape), shape, parameters)


def mapped(function: str, order: int, arg: Phrase, shape: Shape) -> Phrase:
    """A function of a whole array, or a derivative of it: f'(x)."""
    return made("mapped", [arg], (function, order), kind_of(shape), shape)


def is_slope_of_number(phrase: Phrase) -> bool:
    """Whether a derivative is that of a number: a gradient, a Hessian."""
    order: int = phrase.value[1]
    return order > 0 and phrase.shape == phrase.args[0].shape * order


def einsum(subscripts: Subscripts, args: Sequence[Phrase], shape: Shape) -> Phrase:
    """A sum of products of entries."""
    return made("einsum", args, subscripts, kind_of(shape), shape)


def ones(*shape: Dimension) -> Phrase:
    """A column of ones, or an array."""
    return _filled("ones", shape)


def zeros(*shape: Dimension) -> Phrase:
    """A column of zeros, or an array."""
    return _filled("zeros", shape)


def _filled(function: str, shape: Shape) -> Phrase:
    return call(function, (), shape, [place(shape[0] if len(shape) == 1 else shape)])


def eye(size: Dimension) -> Phrase:
    """The identity matrix."""
    return call("eye", (), (size, size), [place(size)])


def derivative(value: Derivative, shape: Shape) -> Phrase:
    """A derivative as a part of a formula."""
    return made("derivative", (), value, kind_of(shape), shape)


def with_leaves(root: Phrase, leaf: Callable[[Phrase], Phrase]) -> Phrase:
    """A phrase of other leaves of the same kinds."""
    return changed(root, lambda phrase: leaf(phrase) if phrase.op in _LEAVES else phrase)


def changed(root: Phrase, change: Callable[[Phrase], Phrase]) -> Phrase:
    """A phrase in which each piece, operands first, is what becomes of it; iterative."""
    done: dict[int, Phrase] = {}
    for phrase in operands_first(root):
        done[id(phrase)] = change(with_args(phrase, [done[id(arg)] for arg in phrase.args]))
    return done[id(root)]


def operands_first(root: Phrase) -> Iterator[Phrase]:
    """Every phrase under a root once, operands first; iterative."""
    seen: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        phrase, ready = waiting.pop()
        if ready:
            yield phrase
        elif id(phrase) not in seen:
            seen.add(id(phrase))
            waiting.append((phrase, True))
            waiting += [(arg, False) for arg in reversed(phrase.args)]
