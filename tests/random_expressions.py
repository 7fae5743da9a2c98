"""Random well-typed expressions over the whole language, each beside a function of its own.

An expression is drawn as a tree that knows two things: how it is written in the input language,
and what it is as a function of arrays, in NumPy's words, for NumPy and for JAX. The two share
nothing with matcalc, neither its parser nor its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np
from language import (
    ALONG,
    ENTRYWISE,
    OF_A_COLUMN,
    OF_A_VECTOR,
    PAIR_TO_A_NUMBER,
    PAIRED,
    REGULAR,
    SIGNS,
    TO_A_NUMBER,
    softmax,
)
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Any, dict[str, Any]], Any]  # of a library of arrays, and of variables
Shape = tuple[str, ...]

SIZES = {"i": 2, "n": 3, "j": 5, "k": 7, "o": 1}
DIMENSIONS = tuple(SIZES)
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)


class Kind(NamedTuple):
    """What an expression is: its shape, and whether a vector lies."""

    shape: Shape = ()
    row: bool = False

    @property
    def is_square(self) -> bool:
        return len(self.shape) == 2 and self.shape[0] == self.shape[1]


class Tree(NamedTuple):
    """An expression: how it is written, how tightly that binds, and what it means."""

    text: str
    binds: int
    function: Function

    def within(self, least: int) -> str:
        return self.text if self.binds >= least else f"({self.text})"


class Expression(NamedTuple):
    """A whole formula, with names for parts of it.

    Attributes:
        lets: The named parts in order.
        body: The last formula.
        variables: The shapes of the variables that are used.
    """

    lets: tuple[tuple[str, Tree], ...]
    body: Tree
    variables: dict[str, Shape]

    @property
    def text(self) -> str:
        parts = [f"{name} = {tree.text}" for name, tree in self.lets]
        return "; ".join([*parts, self.body.text])

    @property
    def named(self) -> list[str]:
        """The named parts that are not another name for something."""
        texts = [tree.text for _, tree in self.lets]
        return [
            name
            for name, tree in self.lets
            if not tree.text.isidentifier() and name not in (*texts, self.body.text)
        ]

    @property
    def declarations(self) -> str:
        return " ".join(
            f"{name}[{','.join(shape)}]" if shape else name
            for name, shape in self.variables.items()
        )

    def value(self, library: Any, arrays: dict[str, Any]) -> Any:
        """The value, in the words of NumPy or JAX; a named part that has an array keeps it."""
        return self.body.function(library, arrays | self.parts(library, arrays))

    def parts(self, library: Any, arrays: dict[str, Any]) -> dict[str, Any]:
        """The values of the named parts."""
        known = dict(arrays)
        for name, tree in self.lets:
            if name not in known:
                known[name] = tree.function(library, known)
        return {name: known[name] for name, _ in self.lets}

    def point(self, random: Random) -> dict[str, Array]:
        rng = np.random.default_rng(random.getrandbits(32))
        return {
            name: np.array(
                rng.uniform(0.2, 1.2, size_of(shape)) * rng.choice([-1, 1], size_of(shape))
            )
            for name, shape in self.variables.items()
        }


def size_of(shape: Shape) -> tuple[int, ...]:
    """A shape in numbers."""
    return tuple(int(size) if size.isdigit() else SIZES[size] for size in shape)


def named(name: str) -> Tree:
    return Tree(name, ATOM, lambda _, arrays: arrays[name])


def constant(text: str, function: Callable[[Any], Any]) -> Tree:
    return Tree(text, ATOM, lambda xp, _arrays: function(xp))


def made(text: str, binds: int, function: Callable[..., Any], *operands: Tree) -> Tree:
    def of_arrays(xp: Any, arrays: dict[str, Any]) -> Any:
        return function(xp, *(operand.function(xp, arrays) for operand in operands))

    return Tree(text, binds, of_arrays)


def call(template: str, function: Callable[..., Any], *operands: Tree, binds: int = ATOM) -> Tree:
    """A template with operands in place of ``{}``, bare between commas and parentheses.

    One operand alone fills every slot; of several, each fills its own.
    """
    text, *rest = template.split("{}")
    filling = operands * len(rest) if len(operands) == 1 else operands
    for one, behind in zip(filling, rest, strict=True):
        bare = text.rstrip().endswith(("(", ",")) and behind.startswith((")", ","))
        text += (one.text if bare else one.within(ATOM)) + behind
    return made(text, POWER if ") ** " in template else binds, function, *operands)


def binary(
    sign: str, binds: int, one: Tree, two: Tree, function: Callable[..., Any] | None = None
) -> Tree:
    text = f"{one.within(binds)} {sign} {two.within(binds + 1)}"
    return made(text, binds, function or SIGNS[sign], one, two)


def matmul(one: Tree, two: Tree, *, outer: bool = False) -> Tree:
    def function(xp: Any, x: Any, y: Any) -> Any:
        return xp.np.outer(x, y) if outer else x @ y

    return binary("@", PRODUCT, one, two, function)


def transposed(one: Tree) -> Tree:
    return made(f"{one.within(ATOM)}.T", ATOM, lambda _, x: x.T, one)


def positive(one: Tree) -> Tree:
    return made(f"2 + {one.within(ATOM)}**2", SUM, lambda _, x: 2 + x**2, one)


def powered(one: Tree, exponent: str) -> Tree:
    power = float(exponent)
    return made(f"{one.within(ATOM)}**{exponent}", POWER, lambda _, x: x**power, one)


Production = Callable[["Grammar", Any, int], Tree]  # of what is wanted, and of the depth left
PRODUCTIONS: dict[str, list[Production]] = {
    family: [] for family in ("entrywise", "number", "row", "vector", "matrix", "square", "odd")
}


def production(family: str, times: int = 1) -> Callable[[Production], Production]:
    """Put a way of making an expression into its family, several times to make it frequent."""

    def decorate(made: Production) -> Production:
        PRODUCTIONS[family] += [made] * times
        return made

    return decorate


class Grammar:
    """Draws expressions of a kind, up to a depth.

    Attributes:
        variables: The variables that were used.
        lets: The named parts so far, with their kinds.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.variables: dict[str, Shape] = {}
        self.lets: list[tuple[str, Kind, Tree]] = []

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) >= 100 - percent

    def other(self, *used: str) -> str:
        """A dimension, not one of these; seldom that of size 1."""
        fitting = [size for size in DIMENSIONS if size not in used]
        return self.pick([size for size in fitting if SIZES[size] > 1 or self.chance(20)])

    def expression(self, depth: int = 3, kind: Kind | None = None) -> Expression:
        for name in ("h", "t1")[: self.pick([0, 0, 0, 1, 2])]:
            its = self.pick([self.any_kind(), Kind()])
            self.lets.append((name, its, self.tree(its, 2)))
        body = self.tree(kind or self.pick([Kind(), self.any_kind()]), depth)
        return Expression(tuple((name, tree) for name, _, tree in self.lets), body, self.variables)

    def any_kind(self) -> Kind:
        one = self.other()
        two = self.other(one)
        vector, matrix = Kind((one,)), Kind((one, two))
        row, square = Kind((one,), row=True), Kind((one, one))
        return self.pick([vector, vector, matrix, matrix, square, row])

    def tree(self, kind: Kind, depth: int) -> Tree:
        """An expression of a kind: a named part, a leaf, or made by a production."""
        known = [name for name, its, _ in self.lets if its == kind]
        if known and self.chance(40):
            return named(self.pick(known))
        if depth <= 0 or not self.chance(88):
            return self.leaf(kind)
        if self.chance(40):
            return self.pick(PRODUCTIONS["entrywise"])(self, kind, depth - 1)
        return self.pick(self.ways(kind))(self, kind.shape, depth - 1)

    def ways(self, kind: Kind) -> list[Production]:
        if kind.row:
            return PRODUCTIONS["row"]
        ways = PRODUCTIONS[("number", "vector", "matrix")[len(kind.shape)]]
        return [*ways, *PRODUCTIONS["square"]] if kind.is_square else ways

    def leaf(self, kind: Kind) -> Tree:
        if not kind.shape and self.chance(25):
            return self.constant()
        if kind.is_square and self.chance(20):
            size = kind.shape[0]
            return constant(f"eye({size})", lambda xp: xp.np.eye(*size_of((size,))))
        if len(kind.shape) == 2 and self.chance(20):
            return transposed(self.variable(kind.shape[::-1]))
        found = self.variable(kind.shape)
        return transposed(found) if kind.row else found

    def constant(self) -> Tree:
        declared = sorted({size for shape in self.variables.values() for size in shape})
        size = self.pick(declared or ["2"])
        numbers = {"2": 2.0, "0.5": 0.5, "3": 3.0, "1e-1": 0.1, "pi()": np.pi}
        text = self.pick([*numbers, size])
        value = float(numbers.get(text, SIZES.get(text, 2)))
        return constant(text, lambda _: value)

    def variable(self, shape: Shape) -> Tree:
        names = (("a", "lambda", "self", "sigmoid"), ("x", "w"), ("A", "B"))[len(shape)]
        name = self.pick(names) + "".join(shape)
        self.variables.setdefault(name, shape)
        return named(name)

    def vector(self, size: str, depth: int) -> Tree:
        return self.tree(Kind((size,)), depth)

    def row(self, size: str, depth: int) -> Tree:
        return self.tree(Kind((size,), row=True), depth)

    def matrix(self, rows: str, columns: str, depth: int) -> Tree:
        return self.tree(Kind((rows, columns)), depth)

    def apart_from_zero(self, kind: Kind, depth: int) -> Tree:
        """What may stand below a line: a variable, or a positive expression."""
        if self.chance(40):
            return positive(self.tree(kind, depth))
        found = self.variable(kind.shape)
        return transposed(found) if kind.row else found

    def regular(self, size: str, depth: int) -> Tree:
        """A square matrix that is far from singular."""
        template = self.pick(list(REGULAR))
        inner = self.matrix(size, size, depth)
        if "@" in template:  # entries between -1 and 1
            inner = call("sin({})", ENTRYWISE["sin({})"], inner)
        return call(template.replace("{d}", size), REGULAR[template], inner, binds=SUM)

    def stack(self, shape: Shape, depth: int) -> Tree:
        """An array with three axes."""
        way = self.pick(["outer", "entries", "plus", "negative", "function", "scale"])
        if way == "outer" or depth <= 0:
            return self.einsum("ij,k->ijk", shape, depth)
        if way == "entries":
            return self.einsum("ij,jk->ijk", shape, depth)
        first = self.stack(shape, depth - 1)
        if way == "plus":
            return binary("+", SUM, first, self.stack(shape, depth - 1))
        if way == "negative":
            return made(f"-{first.within(SIGN)}", SIGN, lambda _, x: -x, first)
        if way == "scale":
            return binary("*", PRODUCT, self.tree(Kind(), depth), first)
        return self.listed(ENTRYWISE, first)

    def einsum(self, subscripts: str, sizes: Sequence[str], depth: int) -> Tree:
        """An einsum; the sizes of its letters in their order."""
        inputs, _, _ = subscripts.partition("->")
        known = dict(zip(dict.fromkeys(inputs.replace(",", "")), sizes, strict=True))
        shapes = [tuple(known[letter] for letter in term) for term in inputs.split(",")]
        operands = [self.tree(Kind(shape), depth - 1) for shape in shapes]
        return call(
            f'einsum("{subscripts}", {", ".join("{}" for _ in operands)})',
            lambda xp, *arrays: xp.np.einsum(subscripts, *arrays),
            *operands,
        )

    def listed(self, table: Mapping[str, Any], *operands: Tree) -> Tree:
        """A function of a table."""
        template = self.pick(list(table))
        return call(template, table[template], *operands)


# Entry by entry, of any kind.


@production("entrywise", times=3)
def _function(g: Grammar, kind: Kind, depth: int) -> Tree:
    return g.listed(ENTRYWISE, g.tree(kind, depth))


@production("entrywise")
def _negative(g: Grammar, kind: Kind, depth: int) -> Tree:
    one = g.tree(kind, depth)
    return made(f"-{one.within(SIGN)}", SIGN, lambda _, x: -x, one)


@production("entrywise")
def _square(g: Grammar, kind: Kind, depth: int) -> Tree:
    return powered(g.tree(kind, depth), g.pick(["2", "3"]))


@production("entrywise")
def _root(g: Grammar, kind: Kind, depth: int) -> Tree:
    return powered(positive(g.tree(kind, depth)), g.pick(["0.5", "-1", "1.5"]))


@production("entrywise", times=3)
def _signed(g: Grammar, kind: Kind, depth: int) -> Tree:
    sign = g.pick("+-*")
    binds = PRODUCT if sign == "*" else SUM
    return binary(sign, binds, g.tree(kind, depth), g.tree(kind, depth))


@production("entrywise", times=2)
def _with_number(g: Grammar, kind: Kind, depth: int) -> Tree:
    sign = g.pick("+-**")
    pair = g.tree(Kind(), depth), g.tree(kind, depth)
    return binary(sign, PRODUCT if sign == "*" else SUM, *(pair[::-1] if g.chance(40) else pair))


@production("entrywise")
def _over(g: Grammar, kind: Kind, depth: int) -> Tree:
    below = positive(g.tree(g.pick([kind, Kind()]), depth))
    return binary("/", PRODUCT, g.tree(kind, depth), below)


@production("entrywise")
def _paired(g: Grammar, kind: Kind, depth: int) -> Tree:
    return g.listed(PAIRED, g.tree(kind, depth), g.tree(kind, depth))


@production("entrywise")
def _cancelled(g: Grammar, kind: Kind, depth: int) -> Tree:
    """What is divided by something and multiplied with it; its labels count all the same."""
    below = g.apart_from_zero(kind, depth)
    quotient = binary("/", PRODUCT, g.tree(kind, depth), below)
    return binary("*", PRODUCT, *g.pick([(quotient, below), (below, quotient)]))


# Numbers.


@production("number")
def _beside_reciprocal(g: Grammar, _: Shape, depth: int) -> Tree:
    sizes = g.other(), g.other()
    one, weights = g.apart_from_zero(Kind(sizes), depth), g.vector(sizes[1], depth)
    numerator = g.pick([constant("1", lambda _: 1.0), g.leaf(Kind())])
    return call(
        g.pick(['einsum("ij,ij,j->", {}, {}, {})', "sum(({} * {}) @ {})"]),
        lambda xp, x, y, z: xp.np.sum((x * y) @ z),
        *(one, binary("/", PRODUCT, numerator, one), weights),
    )


@production("number")
def _in_space(g: Grammar, _: Shape, depth: int) -> Tree:
    """Cross products one inside the other, also as matrices: signs that share labels."""
    vectors = [g.tree(Kind(("3",)), min(depth, 1)) for _ in range(3)]
    template = g.pick(
        ["cross({}, cross({}, {}))", "cross(cross({}, {}), {})", "skew({}) @ skew({}) @ {}"]
    )
    inside_first = template.startswith("cross(cross")

    def value(xp: Any, x: Any, y: Any, z: Any) -> Any:
        cross = xp.np.cross
        return cross(cross(x, y), z) if inside_first else cross(x, cross(y, z))

    return g.listed(OF_A_COLUMN, call(template, value, *vectors, binds=PRODUCT))


@production("number", times=2)
def _reduced(g: Grammar, _: Shape, depth: int) -> Tree:
    return g.listed(TO_A_NUMBER, g.tree(g.any_kind(), depth))


@production("number", times=2)
def _reduced_odd(g: Grammar, _: Shape, depth: int) -> Tree:
    rows, columns = g.other(), g.other()
    return g.listed(TO_A_NUMBER, g.pick(PRODUCTIONS["odd"])(g, (rows, columns), depth))


@production("number")
def _of_column(g: Grammar, _: Shape, depth: int) -> Tree:
    return g.listed(OF_A_COLUMN, g.vector(g.other(), depth))


@production("number")
def _of_pair(g: Grammar, _: Shape, depth: int) -> Tree:
    kind = Kind(g.pick([(g.other(),), (g.other(), g.other())]))
    return g.listed(PAIR_TO_A_NUMBER, g.tree(kind, depth), g.tree(kind, depth))


@production("number")
def _inner(g: Grammar, _: Shape, depth: int) -> Tree:
    size = g.other()
    return matmul(g.row(size, depth), g.vector(size, depth))


@production("number")
def _quadratic(g: Grammar, _: Shape, depth: int) -> Tree:
    rows, columns = g.other(), g.other()
    left = matmul(g.row(rows, depth), g.matrix(rows, columns, depth))
    return matmul(left, g.vector(columns, depth))


@production("number")
def _trace(g: Grammar, _: Shape, depth: int) -> Tree:
    size = g.other()
    return call("tr({})", lambda xp, x: xp.np.trace(x), g.matrix(size, size, depth))


@production("number")
def _det(g: Grammar, _: Shape, depth: int) -> Tree:
    size = g.other()
    return call("det({})", lambda xp, x: xp.np.linalg.det(x), g.matrix(size, size, depth))


@production("number")
def _logdet(g: Grammar, _: Shape, depth: int) -> Tree:
    regular = g.regular(g.other(), depth)
    name = g.pick(["logdet({})", "log(det({}))"])
    return call(name, lambda xp, x: xp.np.linalg.slogdet(x)[1], regular)


@production("number")
def _dot(g: Grammar, _: Shape, depth: int) -> Tree:
    return g.einsum("i,i->", [g.other()], depth)


@production("number")
def _weighted(g: Grammar, _: Shape, depth: int) -> Tree:
    return g.einsum("ij,ij,j->", [g.other(), g.other()], depth)


@production("number")
def _of_stack(g: Grammar, _: Shape, depth: int) -> Tree:
    one, two = g.other(), g.other()
    stack = g.stack((one, two, g.other(one, two)), depth)
    return call("sum({})", TO_A_NUMBER["sum({})"], stack)


# Rows.


@production("row")
def _turned_row(g: Grammar, shape: Shape, depth: int) -> Tree:
    return transposed(g.vector(*shape, depth))


@production("row")
def _row_product(g: Grammar, shape: Shape, depth: int) -> Tree:
    size = g.other()
    return matmul(g.row(size, depth), g.matrix(size, *shape, depth))


# Columns.


@production("vector", times=2)
def _product(g: Grammar, shape: Shape, depth: int) -> Tree:
    size = g.other()
    return matmul(g.matrix(*shape, size, depth), g.vector(size, depth))


@production("vector")
def _turned(g: Grammar, shape: Shape, depth: int) -> Tree:
    return transposed(g.row(*shape, depth))


@production("vector", times=2)
def _along(g: Grammar, shape: Shape, depth: int) -> Tree:
    axis, other = g.pick([0, 1]), g.other(*shape)
    matrix = g.matrix(*((other, *shape) if axis == 0 else (*shape, other)), depth)
    template = g.pick(list(ALONG))
    function = ALONG[template]
    text = template.replace("axis={}", f"axis={axis}")
    return call(text, lambda xp, x: function(xp, x, axis), matrix)


@production("vector")
def _own(g: Grammar, shape: Shape, depth: int) -> Tree:
    return g.listed(OF_A_VECTOR, g.vector(*shape, depth))


@production("vector")
def _diagonal(g: Grammar, shape: Shape, depth: int) -> Tree:
    return call("diag({})", lambda xp, x: xp.np.diag(x), g.matrix(*shape, *shape, depth))


@production("vector")
def _solved(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.regular(*shape, depth), g.vector(*shape, depth)
    return call("solve({}, {})", lambda xp, x, y: xp.np.linalg.solve(x, y), *pair)


@production("vector")
def _by_einsum(g: Grammar, shape: Shape, depth: int) -> Tree:
    return g.einsum(g.pick(["ij,j->i", "ij,i,ij->i"]), [*shape, g.other(*shape)], depth)


@production("vector")
def _stack_to_vector(g: Grammar, shape: Shape, depth: int) -> Tree:
    other = g.other(*shape)
    stack = g.stack((other, g.other(*shape, other), *shape), depth)
    return call("sum({}, axis=(0, 1))", lambda xp, x: xp.np.sum(x, axis=(0, 1)), stack)


@production("vector")
def _scaled_vector(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.vector(*shape, depth), g.leaf(Kind(shape))
    return call("diag({}) @ {}", lambda _, x, y: x * y, *pair, binds=PRODUCT)


# Matrices.


@production("matrix", times=2)
def _matrix_product(g: Grammar, shape: Shape, depth: int) -> Tree:
    inner = g.other(shape[0])
    return matmul(g.matrix(shape[0], inner, depth), g.matrix(inner, shape[1], depth))


@production("matrix")
def _outer(g: Grammar, shape: Shape, depth: int) -> Tree:
    return matmul(g.vector(shape[0], depth), g.row(shape[1], depth), outer=True)


@production("matrix")
def _outer_call(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.vector(shape[0], depth), g.vector(shape[1], depth)
    return call("outer({}, {})", lambda xp, x, y: xp.np.outer(x, y), *pair)


@production("matrix")
def _transposed_matrix(g: Grammar, shape: Shape, depth: int) -> Tree:
    one = g.matrix(*shape[::-1], depth)
    return g.pick([transposed(one), call('rearrange({}, "i j -> j i")', lambda _, x: x.T, one)])


@production("matrix")
def _biased(g: Grammar, shape: Shape, depth: int) -> Tree:
    rows, columns = shape
    right = Kind(shape if rows == columns else (columns,))
    return binary(g.pick("+-"), SUM, g.matrix(*shape, depth), g.tree(right, depth))


@production("matrix")
def _softmax_of_matrix(g: Grammar, shape: Shape, depth: int) -> Tree:
    axis = g.pick([0, 1, -1])
    one = g.matrix(*shape, depth)
    if g.chance(50):
        return call(f"softmax({{}}, axis={axis})", lambda xp, x: softmax(xp, x, axis), one)
    logarithm = lambda xp, x: xp.np.log(softmax(xp, x, axis))  # noqa: E731
    return call(f"log_softmax({{}}, axis={axis})", logarithm, one)


@production("matrix")
def _solved_matrix(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.regular(shape[0], depth), g.matrix(*shape, depth)
    return call("solve({}, {})", lambda xp, x, y: xp.np.linalg.solve(x, y), *pair)


@production("matrix")
def _matrix_by_einsum(g: Grammar, shape: Shape, depth: int) -> Tree:
    if g.chance(50):
        return g.einsum("ij,j->ij", shape, depth)
    return g.einsum("ij,kj->ik", [shape[0], g.other(shape[0]), shape[1]], depth)


@production("matrix")
def _triangle(g: Grammar, shape: Shape, depth: int) -> Tree:
    name, k = g.pick(["tril", "triu"]), g.pick([-1, 0, 1])
    return call(
        f"{name}({{}}, k={k})",
        lambda xp, x: getattr(xp.np, name)(x, k),
        g.matrix(*shape, depth),
    )


@production("matrix")
def _stack_to_matrix(g: Grammar, shape: Shape, depth: int) -> Tree:
    axis, other = g.pick([0, 2]), g.other(*shape)
    stack = g.stack((other, *shape) if axis == 0 else (*shape, other), depth)
    return call(f"sum({{}}, axis={axis})", lambda xp, x: xp.np.sum(x, axis=axis), stack)


@production("matrix")
def _scaled_columns(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.leaf(Kind(shape)), g.vector(shape[1], depth)
    return call("{} @ diag({})", lambda _, x, y: x * y[None, :], *pair, binds=PRODUCT)


@production("matrix")
def _pseudoinverse(g: Grammar, shape: Shape, depth: int) -> Tree:
    if shape[0] == shape[1]:
        return g.regular(shape[0], depth)
    return call("pinv({})", lambda xp, x: xp.np.linalg.pinv(x), g.variable(shape[::-1]))


@production("square", times=2)
def _diagonal_matrix(g: Grammar, shape: Shape, depth: int) -> Tree:
    return call("diag({})", lambda xp, x: xp.np.diag(x), g.vector(shape[0], depth))


@production("square", times=2)
def _inverse(g: Grammar, shape: Shape, depth: int) -> Tree:
    return call("inv({})", lambda xp, x: xp.np.linalg.inv(x), g.regular(shape[0], depth))


@production("square")
def _adjugate(g: Grammar, shape: Shape, depth: int) -> Tree:
    return call(
        "adj({})",
        lambda xp, x: xp.np.linalg.det(x) * xp.np.linalg.inv(x),
        g.regular(shape[0], depth),
    )


@production("square", times=2)
def _exponential(g: Grammar, shape: Shape, depth: int) -> Tree:
    return call(
        "expm(0.1 * tanh({}))",
        lambda xp, x: xp.expm(0.1 * xp.np.tanh(x)),
        g.matrix(*shape, depth),
    )


@production("square", times=2)
def _matrix_power(g: Grammar, shape: Shape, depth: int) -> Tree:
    k = g.pick([2, 3, -1, -2])
    base = g.matrix(*shape, depth) if k > 0 else g.regular(shape[0], depth)
    return call(f"matrix_power({{}}, {k})", lambda xp, x: xp.np.linalg.matrix_power(x, k), base)


# Arrays of sizes that are made of others, or are numbers; for reductions alone.


@production("odd", times=2)
def _vec(g: Grammar, shape: Shape, depth: int) -> Tree:
    template, by_rows = g.pick(
        [
            ("vec({})", False),
            ('vec({}, order="C")', True),
            ('rearrange({}, "i j -> (i j)")', True),
            ('rearrange({}, "i j -> (j i)")', False),
        ]
    )
    return call(
        template,
        lambda xp, x: xp.np.reshape(x if by_rows else x.T, -1),
        g.matrix(*shape, depth),
    )


@production("odd")
def _kronecker(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.matrix(*shape, depth), g.leaf(Kind((g.other(), g.other(shape[1]))))
    return call("kron({}, {})", lambda xp, x, y: xp.np.kron(x, y), *pair)


@production("odd")
def _kronecker_of_vectors(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.vector(shape[0], depth), g.leaf(Kind(shape[1:]))
    return call("kron({}, {})", lambda xp, x, y: xp.np.kron(x, y), *pair)


@production("odd", times=2)
def _concatenated(g: Grammar, shape: Shape, depth: int) -> Tree:
    axis, other = g.pick([0, 1]), g.other()
    more = (shape[0], other) if axis else (other, shape[1])
    return call(
        f"concatenate({{}}, {{}}, axis={axis})",
        lambda xp, x, y: xp.np.concatenate([x, y], axis=axis),
        g.matrix(*shape, depth),
        g.matrix(*more, depth),
    )


@production("odd")
def _concatenated_vectors(g: Grammar, shape: Shape, depth: int) -> Tree:
    pair = g.vector(shape[0], depth), g.vector(shape[1], depth)
    return call("concatenate({}, {})", lambda xp, x, y: xp.np.concatenate([x, y]), *pair)


@production("odd", times=2)
def _sliced(g: Grammar, shape: Shape, depth: int) -> Tree:
    axis = g.pick([0, 1])
    stop = min(2, size_of(shape)[axis])
    start = g.pick([0, stop - 1])
    return call(
        f"slice({{}}, axis={axis}, start={start}, stop={stop})",
        lambda _, x: x[start:stop] if axis == 0 else x[:, start:stop],
        g.matrix(*shape, depth),
    )


@production("odd")
def _stacked(g: Grammar, shape: Shape, depth: int) -> Tree:
    axis = g.pick([0, 1])
    pair = g.vector(shape[0], depth), g.vector(shape[0], depth)
    return call(
        f"stack({{}}, {{}}, axis={axis})", lambda xp, x, y: xp.np.stack([x, y], axis), *pair
    )
