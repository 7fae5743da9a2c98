"""Random well-typed expressions over the whole language, each beside a function of its own.

An expression is drawn as a tree that knows two things: how it is written in the input language,
and what it is as a function of arrays, in NumPy's words, for NumPy and for JAX. The two share
nothing with matcalc, neither its parser nor its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple

import einops
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Function = Callable[[Any, dict[str, Any]], Any]  # of a library of arrays, and of variables
Shape = tuple[str, ...]

SIZES = {"m": 2, "n": 3, "p": 5, "q": 7}
DIMENSIONS = tuple(SIZES)
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)


class Kind(NamedTuple):
    """What an expression is: its shape, and whether a vector lies."""

    shape: Shape = ()
    row: bool = False

    @property
    def turned(self) -> Kind:
        return Kind(self.shape[::-1], len(self.shape) == 1 and not self.row)


class Tree(NamedTuple):
    """An expression: how it is written, how tightly that binds, and what it means."""

    text: str
    binds: int
    function: Function
    names: frozenset[str]

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
    def declarations(self) -> str:
        return " ".join(
            f"{name}[{','.join(shape)}]" if shape else name
            for name, shape in self.variables.items()
        )

    def value(self, library: Any, arrays: dict[str, Any]) -> Any:
        """The value, in the words of NumPy or JAX; a let that has an array keeps it."""
        known = dict(arrays)
        for name, tree in self.lets:
            if name not in known:
                known[name] = tree.function(library, known)
        return self.body.function(library, known)

    def point(self, random: Random) -> dict[str, Array]:
        rng = np.random.default_rng(random.getrandbits(32))
        return {
            name: np.array(rng.uniform(0.2, 1.2, size_of(shape)) * rng.choice([-1, 1], size_of(shape)))
            for name, shape in self.variables.items()
        }


def size_of(shape: Shape) -> tuple[int, ...]:
    """A shape in numbers."""
    return tuple(eval(size, {}, SIZES) for size in shape)  # noqa: S307 - "m*n" of our own


def libraries(array: Any, special: Any, linalg: Any) -> Any:
    """NumPy's words, and the few that it lacks.

    Args:
        array: ``numpy`` or ``jax.numpy``.
        special: ``scipy.special`` or ``jax.scipy.special``.
        linalg: ``scipy.linalg`` or ``jax.scipy.linalg``.
    """
    return SimpleNamespace(np=array, erf=special.erf, expm=linalg.expm)


# What the functions of the language mean, in NumPy's words.


def _softmax(xp: Any, x: Any, axis: int = -1) -> Any:
    grown = xp.np.exp(x - xp.np.max(x, axis=axis, keepdims=True))
    return grown / xp.np.sum(grown, axis=axis, keepdims=True)


def _phi(xp: Any, x: Any) -> Any:
    return (1 + xp.erf(x / 2**0.5)) / 2


def _sigmoid(xp: Any, x: Any) -> Any:
    return 1 / (1 + xp.np.exp(-x))


def _standardised(xp: Any, x: Any, eps: float) -> Any:
    return (x - xp.np.mean(x)) / xp.np.sqrt(xp.np.var(x) + eps)


def _skew(xp: Any, v: Any) -> Any:
    return xp.np.cross(v[None, :], xp.np.eye(3)).T


#: Elementwise functions, smooth everywhere or but for single points.
ENTRYWISE: dict[str, Callable[[Any, Any], Any]] = {
    "tanh({})": lambda xp, x: xp.np.tanh(x),
    "sin({})": lambda xp, x: xp.np.sin(x),
    "sigmoid({})": _sigmoid,
    "cos({})": lambda xp, x: xp.np.cos(x),
    "exp(sin({}))": lambda xp, x: xp.np.exp(xp.np.sin(x)),
    "exp({} / 4)": lambda xp, x: xp.np.exp(x / 4),
    "log(1 + ({})**2)": lambda xp, x: xp.np.log(1 + x**2),
    "sqrt(2 + ({})**2)": lambda xp, x: xp.np.sqrt(2 + x**2),
    "softplus({})": lambda xp, x: xp.np.logaddexp(0.0, x),
    "erf({})": lambda xp, x: xp.erf(x),
    "Phi({})": _phi,
    "arctan({})": lambda xp, x: xp.np.arctan(x),
    "gelu({})": lambda xp, x: x * _phi(xp, x),
    "silu({})": lambda xp, x: x * _sigmoid(xp, x),
    "relu({})": lambda xp, x: xp.np.maximum(x, 0.0),
    "abs({})": lambda xp, x: xp.np.abs(x),
    "leaky_relu({}, slope=0.2)": lambda xp, x: xp.np.where(x > 0, x, 0.2 * x),
    "log1p(sigmoid({}))": lambda xp, x: xp.np.log1p(_sigmoid(xp, x)),
    "expm1({} / 3)": lambda xp, x: xp.np.expm1(x / 3),
    "sinh(sin({}))": lambda xp, x: xp.np.sinh(xp.np.sin(x)),
    "cosh(tanh({}))": lambda xp, x: xp.np.cosh(xp.np.tanh(x)),
    "tan({} / (2 + abs({})))": lambda xp, x: xp.np.tan(x / (2 + xp.np.abs(x))),
    "arcsin(tanh({}) / 2)": lambda xp, x: xp.np.arcsin(xp.np.tanh(x) / 2),
    "arccos(sin({}) / 2)": lambda xp, x: xp.np.arccos(xp.np.sin(x) / 2),
    "logit(sigmoid({}) / 2)": lambda xp, x: (
        xp.np.log(_sigmoid(xp, x) / 2) - xp.np.log1p(-_sigmoid(xp, x) / 2)
    ),
    "clip({}, low=-1, high=0.5)": lambda xp, x: xp.np.clip(x, -1.0, 0.5),
}

#: Entrywise functions of two arrays of one shape.
PAIRED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "maximum({}, {})": lambda xp, x, y: xp.np.maximum(x, y),
    "minimum({}, {})": lambda xp, x, y: xp.np.minimum(x, y),
    "hypot({}, 1 + exp({}))": lambda xp, x, y: xp.np.hypot(x, 1 + xp.np.exp(y)),
    "atan2({}, 1 + exp({}))": lambda xp, x, y: xp.np.arctan2(x, 1 + xp.np.exp(y)),
    "(1 + exp({})) ** tanh({})": lambda xp, x, y: (1 + xp.np.exp(x)) ** xp.np.tanh(y),
}

#: Numbers made of an array of any shape up to a matrix.
TO_A_NUMBER: dict[str, Callable[[Any, Any], Any]] = {
    "sum({})": lambda xp, x: xp.np.sum(x),
    "mean({})": lambda xp, x: xp.np.mean(x),
    "norm({})": lambda xp, x: xp.np.sqrt(xp.np.sum(x**2)),
    "logsumexp({})": lambda xp, x: xp.np.log(xp.np.sum(xp.np.exp(x))),
    "squared_norm({})": lambda xp, x: xp.np.sum(x**2),
    "max({})": lambda xp, x: xp.np.max(x),
    "min({})": lambda xp, x: xp.np.min(x),
    "norm1({})": lambda xp, x: xp.np.sum(xp.np.abs(x)),
}

#: Numbers made of a column.
OF_A_COLUMN: dict[str, Callable[[Any, Any], Any]] = {
    "prod({})": lambda xp, x: xp.np.prod(x),
    "huber({}, delta=0.5)": lambda xp, x: xp.np.sum(
        xp.np.where(xp.np.abs(x) <= 0.5, x**2 / 2, 0.5 * (xp.np.abs(x) - 0.25))
    ),
    "cross_entropy(softmax({}), softmax(cos({})))": lambda xp, x: (
        -xp.np.sum(_softmax(xp, x) * xp.np.log(_softmax(xp, xp.np.cos(x))))
    ),
    "hinge(sign({}), sin({}))": lambda xp, x: xp.np.sum(
        xp.np.maximum(1 - xp.np.sign(x) * xp.np.sin(x), 0.0)
    ),
}

#: Numbers made of two vectors or matrices of one shape.
PAIR_TO_A_NUMBER: dict[str, Callable[[Any, Any, Any], Any]] = {
    "half_squared_error({}, {})": lambda xp, x, y: xp.np.sum((x - y) ** 2) / 2,
    "cross_entropy_logits({}, {})": lambda xp, x, y: -xp.np.sum(x * xp.np.log(_softmax(xp, y))),
    "binary_cross_entropy_logits({}, {})": lambda xp, x, y: xp.np.sum(
        xp.np.logaddexp(0.0, y) - x * y
    ),
}

#: Reductions along an axis of a matrix.
ALONG: dict[str, Callable[[Any, Any, int], Any]] = {
    "sum({}, axis={})": lambda xp, x, axis: xp.np.sum(x, axis=axis),
    "mean({}, axis={})": lambda xp, x, axis: xp.np.mean(x, axis=axis),
    "logsumexp({}, axis={})": lambda xp, x, axis: xp.np.log(xp.np.sum(xp.np.exp(x), axis=axis)),
    "max({}, axis={})": lambda xp, x, axis: xp.np.max(x, axis=axis),
    "min({}, axis={})": lambda xp, x, axis: xp.np.min(x, axis=axis),
    "prod({}, axis={})": lambda xp, x, axis: xp.np.prod(x, axis=axis),
}

#: Vectors made of one of the same size.
OF_A_VECTOR: dict[str, Callable[[Any, Any], Any]] = {
    "softmax({})": _softmax,
    "log_softmax({})": lambda xp, x: xp.np.log(_softmax(xp, x)),
    "layer_norm({}, cos({}), {}, eps=0.1)": lambda xp, x: (
        xp.np.cos(x) * _standardised(xp, x, 0.1) + x
    ),
    "rms_norm({}, sin({}), eps=0.1)": lambda xp, x: (
        xp.np.sin(x) * x / xp.np.sqrt(xp.np.mean(x**2) + 0.1)
    ),
}

#: Square matrices that are far from singular, made of any square matrix.
REGULAR: dict[str, Callable[[Any, Any], Any]] = {
    "eye({d}) + 0.1 * tanh({})": lambda xp, x: xp.np.eye(len(x)) + 0.1 * xp.np.tanh(x),
    "{} @ {}.T + 2 * eye({d})": lambda xp, x: x @ x.T + 2 * xp.np.eye(len(x)),
    "3 * eye({d}) - sin({})": lambda xp, x: 3 * xp.np.eye(len(x)) - xp.np.sin(x),
}


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

    def dimension(self) -> str:
        return self.pick(DIMENSIONS)

    def other(self, *used: str) -> str:
        return self.pick([size for size in DIMENSIONS if size not in used])

    def expression(self, depth: int = 3) -> Expression:
        for k in range(self.pick([0, 0, 0, 1, 2])):
            kind = self.pick([self.any_kind(), Kind()])
            name = ("h", "t1")[k]
            self.lets.append((name, kind, self.tree(kind, 2)))
        body = self.tree(self.result_kind(), depth)
        lets = tuple((name, tree) for name, _, tree in self.lets)
        return Expression(lets, body, self.variables)

    def result_kind(self) -> Kind:
        return self.pick([Kind(), Kind(), self.any_kind(), self.any_kind()])

    def any_kind(self) -> Kind:
        one = self.dimension()
        two = self.other(one)
        vector, matrix = Kind((one,)), Kind((one, two))
        row, square = Kind((one,), row=True), Kind((one, one))
        return self.pick([vector, vector, matrix, matrix, square, row])

    # Trees.

    def tree(self, kind: Kind, depth: int) -> Tree:
        known = [(name, tree) for name, its, tree in self.lets if its == kind]
        if known and self.random.random() < 0.4:
            return _name(self.pick(known)[0])
        if depth <= 0 or self.random.random() < 0.12:
            return self.leaf(kind)
        rank = len(kind.shape)
        if self.random.random() < 0.4:
            return self.entrywise(kind, depth - 1)
        if rank == 0:
            return self.number(depth - 1)
        if kind.row:
            return self.row(kind, depth - 1)
        return (self.vector, self.matrix, self.stack)[rank - 1](kind.shape, depth - 1)

    def leaf(self, kind: Kind) -> Tree:
        shape = kind.shape
        if len(shape) == 3:
            return _call("stack({}, {})", lambda xp, x, y: xp.np.stack([x, y]), *self.leaves(shape))
        if not shape:
            return self.pick([self.variable, self.variable, self.variable, self.constant])(shape)
        if len(shape) == 2 and self.random.random() < 0.2:
            return _transposed(self.variable(shape[::-1]))
        if shape[0] == shape[-1] and len(shape) == 2 and self.random.random() < 0.2:
            (size,) = set(shape)
            return _constant(f"eye({size})", lambda xp: xp.np.eye(SIZES[size]))
        found = self.variable(shape)
        return _transposed(found) if kind.row else found

    def leaves(self, shape: Shape) -> list[Tree]:
        return [self.leaf(Kind(shape[1:])) for _ in range(2)]

    def constant(self, _: Shape) -> Tree:
        declared = sorted({size for shape in self.variables.values() for size in shape})
        size = self.pick(declared or ["2"])
        return self.pick(
            [
                _constant("2", lambda _: 2.0),
                _constant("0.5", lambda _: 0.5),
                _constant("3", lambda _: 3.0),
                _constant("1e-1", lambda _: 0.1),
                _constant("pi()", lambda _: np.pi),
                _constant(size, lambda _: float(SIZES.get(size, 2))),
            ]
        )

    def variable(self, shape: Shape) -> Tree:
        if not shape:
            name = self.pick(["a", "lambda", "t2"])
        elif len(shape) == 1:
            name = self.pick(["x", "y"]) + shape[0]
        else:
            name = self.pick(["A", "B"]) + "".join(shape)
        self.variables.setdefault(name, shape)
        return _name(name)

    def entrywise(self, kind: Kind, depth: int) -> Tree:
        """Operators entry by entry, and elementwise functions, of any kind."""
        way = self.pick(
            ["function", "plus", "minus", "times", "scale", "negative", "function", "over"]
            + ["square", "root", "pair", "shift", "lower"]
        )
        one = self.tree(kind, depth)
        if way == "function":
            template = self.pick(list(ENTRYWISE))
            return _call(template, ENTRYWISE[template], one)
        if way == "negative":
            return _made(f"-{one.within(SIGN)}", SIGN, lambda _, x: -x, one)
        if way in ("square", "root"):
            exponent = self.pick(["2", "3"]) if way == "square" else self.pick(["0.5", "-1", "1.5"])
            base = one
            if way == "root":
                base = _made(f"2 + {one.within(ATOM)}**2", SUM, lambda _, x: 2 + x**2, one)
            power = float(exponent)
            text = f"{base.within(ATOM)}**{exponent}"
            return _made(text, POWER, lambda _, x: x**power, base)
        if way in ("scale", "shift", "lower"):
            number = self.tree(Kind(), depth)
            if way == "scale":
                pair = (number, one) if self.random.random() < 0.7 else (one, number)
                return _binary("*", PRODUCT, lambda _, x, y: x * y, *pair)
            sign = self.pick("+-")
            pair = (number, one) if self.random.random() < 0.5 else (one, number)
            return _binary(sign, SUM, _SIGNS[sign], *pair)
        two = self.tree(kind, depth)
        if way == "pair":
            template = self.pick(list(PAIRED))
            return _call(template, PAIRED[template], one, two)
        if way == "over":
            below = self.pick([two, self.tree(Kind(), depth)])
            below = _made(f"2 + {below.within(ATOM)}**2", SUM, lambda _, x: 2 + x**2, below)
            return _binary("/", PRODUCT, lambda _, x, y: x / y, one, below)
        sign, binds = {"plus": ("+", SUM), "minus": ("-", SUM), "times": ("*", PRODUCT)}[way]
        return _binary(sign, binds, _SIGNS[sign], one, two)

    def number(self, depth: int) -> Tree:
        """A number made of arrays."""
        way = self.pick(
            ["reduce", "reduce", "inner", "quadratic", "trace", "det", "logdet", "pair", "einsum"]
            + ["einsum2", "odd", "odd", "stack", "column"]
        )
        size, columns = self.dimension(), self.dimension()
        if way == "reduce":
            return self.reduced(self.tree(self.any_kind(), depth))
        if way == "column":
            template = self.pick(list(OF_A_COLUMN))
            return _call(template, OF_A_COLUMN[template], self.tree(Kind((size,)), depth))
        if way in ("inner", "quadratic"):
            left = self.tree(Kind((size,), row=True), depth)
            if way == "quadratic":
                middle = self.tree(Kind((size, columns)), depth)
                left, size = _matmul(left, middle), columns
            return _matmul(left, self.tree(Kind((size,)), depth))
        if way == "trace":
            return _call("tr({})", lambda xp, x: xp.np.trace(x), self.square(size, depth))
        if way == "det":
            return _call("det({})", lambda xp, x: xp.np.linalg.det(x), self.square(size, depth))
        if way == "logdet":
            return _call(
                "logdet({})",
                lambda xp, x: xp.np.linalg.slogdet(x)[1],
                self.regular(size, depth),
            )
        if way == "pair":
            kind = self.pick([Kind((size,)), Kind((size, columns))])
            template = self.pick(list(PAIR_TO_A_NUMBER))
            pair = self.tree(kind, depth), self.tree(kind, depth)
            return _call(template, PAIR_TO_A_NUMBER[template], *pair)
        if way == "einsum":
            return self.einsum("i,i->", size, depth)
        if way == "einsum2":
            return self.einsum("ij,ij,j->", size + columns, depth)
        if way == "stack":
            shape = (size, columns, self.other(size, columns))
            return _call("sum({})", TO_A_NUMBER["sum({})"], self.stack(shape, depth))
        return self.reduced(self.odd(depth))

    def reduced(self, one: Tree) -> Tree:
        template = self.pick(list(TO_A_NUMBER))
        return _call(template, TO_A_NUMBER[template], one)

    def odd(self, depth: int) -> Tree:
        """An array of a size that is made of others, or is a number; only for reductions."""
        way = self.pick(
            ["vec", "kron", "kron vectors", "concatenate", "rows", "columns", "flat", "slice"]
            + ["part", "pairs"]
        )
        one, two = self.dimension(), self.dimension()
        matrix = self.tree(Kind((one, two)), depth)
        if way == "vec":
            order = self.pick(["", ', order="C"'])
            letter = "C" if order else "F"
            return _call(
                f"vec({{}}{order})",
                lambda xp, x: xp.np.reshape(x if letter == "C" else x.T, -1),
                matrix,
            )
        if way == "kron":
            other = self.leaf(Kind((self.dimension(), self.other(two))))
            return _call("kron({}, {})", lambda xp, x, y: xp.np.kron(x, y), matrix, other)
        if way == "kron vectors":
            pair = self.tree(Kind((one,)), depth), self.leaf(Kind((two,)))
            return _call("kron({}, {})", lambda xp, x, y: xp.np.kron(x, y), *pair)
        if way == "concatenate":
            pair = self.tree(Kind((one,)), depth), self.tree(Kind((two,)), depth)
            return _call("concatenate({}, {})", lambda xp, x, y: xp.np.concatenate([x, y]), *pair)
        if way in ("rows", "columns"):
            other = self.dimension()
            axis = int(way == "columns")
            shape = (one, other) if axis else (other, two)
            more = self.tree(Kind(shape), depth)
            return _call(
                f"concatenate({{}}, {{}}, axis={axis})",
                lambda xp, x, y: xp.np.concatenate([x, y], axis=axis),
                matrix,
                more,
            )
        if way == "flat":
            pattern = self.pick(["i j -> (j i)", "i j -> (i j)"])
            return _call(
                f'rearrange({{}}, "{pattern}")',
                lambda _, x: einops.rearrange(x, pattern),
                matrix,
            )
        if way == "slice":
            axis, start = self.pick([0, 1]), self.pick([0, 1])
            return _call(
                f"slice({{}}, axis={axis}, start={start}, stop=2)",
                lambda _, x: x[start:2] if axis == 0 else x[:, start:2],
                matrix,
            )
        if way == "part":
            return _call(
                "slice({}, axis=0, start=0, stop=2)",
                lambda _, x: x[:2],
                self.tree(Kind((one,)), depth),
            )
        pair = self.tree(Kind((one,)), depth), self.tree(Kind((one,)), depth)
        axis = self.pick([0, 1])
        return _call(
            f"stack({{}}, {{}}, axis={axis})", lambda xp, x, y: xp.np.stack([x, y], axis), *pair
        )

    def vector(self, shape: Shape, depth: int) -> Tree:
        """A column."""
        (size,) = shape
        other = self.other(size)
        way = self.pick(
            ["product", "product", "turned", "along", "along", "own", "diag", "solve", "einsum"]
            + ["einsum2", "sum of stack", "scaled"]
        )
        if way == "product":
            pair = self.tree(Kind((size, other)), depth), self.tree(Kind((other,)), depth)
            return _matmul(*pair)
        if way == "turned":
            return _transposed(self.tree(Kind(shape, row=True), depth))
        if way == "along":
            axis = self.pick([0, 1])
            matrix = self.tree(Kind((other, size) if axis == 0 else (size, other)), depth)
            template = self.pick(list(ALONG))
            return _call(
                template.replace("axis={}", f"axis={axis}"),
                lambda xp, x: ALONG[template](xp, x, axis),
                matrix,
            )
        if way == "own":
            template = self.pick(list(OF_A_VECTOR))
            return _call(template, OF_A_VECTOR[template], self.tree(Kind(shape), depth))
        if way == "diag":
            return _call("diag({})", lambda xp, x: xp.np.diag(x), self.square(size, depth))
        if way == "solve":
            pair = self.regular(size, depth), self.tree(Kind(shape), depth)
            return _call("solve({}, {})", lambda xp, x, y: xp.np.linalg.solve(x, y), *pair)
        if way == "einsum":
            return self.einsum("ij,j->i", size + other, depth)
        if way == "einsum2":
            return self.einsum("ij,i,ij->i", size + other, depth)
        if way == "sum of stack":
            stack = self.stack((other, self.other(size, other), size), depth)
            return _call("sum({}, axis=(0, 1))", lambda xp, x: xp.np.sum(x, axis=(0, 1)), stack)
        return _call(
            "diag({}) @ {}",
            lambda _, x, y: x * y,
            self.tree(Kind(shape), depth),
            self.leaf(Kind(shape)),
            binds=PRODUCT,
        )

    def row(self, kind: Kind, depth: int) -> Tree:
        (size,) = kind.shape
        if self.random.random() < 0.5:
            return _transposed(self.tree(Kind((size,)), depth))
        other = self.dimension()
        left = self.tree(Kind((other,), row=True), depth)
        return _matmul(left, self.tree(Kind((other, size)), depth))

    def matrix(self, shape: Shape, depth: int) -> Tree:
        rows, columns = shape
        inner = self.other(rows)
        ways = ["product", "product", "outer", "transpose", "bias", "softmax", "solve", "einsum"]
        ways += ["rearrange", "einsum2", "outer2", "triangle", "sum of stack", "scaled", "pinv"]
        if rows == columns:
            ways += ["diag", "inv", "expm", "power", "adj"] * 2
        way = self.pick(ways)
        if way == "bias" and rows == columns:
            way = "product"
        if way == "product":
            pair = self.tree(Kind((rows, inner)), depth), self.tree(Kind((inner, columns)), depth)
            return _matmul(*pair)
        if way == "outer":
            pair = self.tree(Kind((rows,)), depth), self.tree(Kind((columns,), row=True), depth)
            return _matmul(*pair, outer=True)
        if way == "outer2":
            pair = self.tree(Kind((rows,)), depth), self.tree(Kind((columns,)), depth)
            return _call("outer({}, {})", lambda xp, x, y: xp.np.outer(x, y), *pair)
        if way == "transpose":
            return _transposed(self.tree(Kind((columns, rows)), depth))
        if way == "bias":
            pair = self.tree(Kind(shape), depth), self.tree(Kind((columns,)), depth)
            sign = self.pick("+-")
            return _binary(sign, SUM, _SIGNS[sign], *pair)
        if way == "softmax":
            axis = self.pick([0, 1, -1])
            name = self.pick(["softmax", "log_softmax"])
            return _call(
                f"{name}({{}}, axis={axis})",
                lambda xp, x: (
                    _softmax(xp, x, axis) if name == "softmax" else xp.np.log(_softmax(xp, x, axis))
                ),
                self.tree(Kind(shape), depth),
            )
        if way == "solve":
            pair = self.regular(rows, depth), self.tree(Kind(shape), depth)
            return _call("solve({}, {})", lambda xp, x, y: xp.np.linalg.solve(x, y), *pair)
        if way == "einsum":
            return self.einsum("ij,kj->ik", rows + inner + columns, depth)
        if way == "einsum2":
            return self.einsum("ij,j->ij", rows + columns, depth)
        if way == "rearrange":
            return _call(
                'rearrange({}, "i j -> j i")',
                lambda _, x: x.T,
                self.tree(Kind((columns, rows)), depth),
            )
        if way == "triangle":
            name, k = self.pick(["tril", "triu"]), self.pick([-1, 0, 1])
            return _call(
                f"{name}({{}}, k={k})",
                lambda xp, x: getattr(xp.np, name)(x, k),
                self.tree(Kind(shape), depth),
            )
        if way == "sum of stack":
            axis = self.pick([0, 2])
            other = self.other(rows, columns)
            whole = (other, *shape) if axis == 0 else (*shape, other)
            return _call(
                f"sum({{}}, axis={axis})",
                lambda xp, x: xp.np.sum(x, axis=axis),
                self.stack(whole, depth),
            )
        if way == "scaled":
            pair = self.leaf(Kind(shape)), self.tree(Kind((columns,)), depth)
            return _call("{} @ diag({})", lambda _, x, y: x * y[None, :], *pair, binds=PRODUCT)
        if way == "pinv":
            if rows == columns:
                return self.leaf(Kind(shape))
            matrix = self.leaf(Kind((columns, rows)))
            return _call("pinv({})", lambda xp, x: xp.np.linalg.pinv(x), matrix)
        return self.of_square(way, rows, depth)

    def of_square(self, way: str, size: str, depth: int) -> Tree:
        if way == "diag":
            return _call("diag({})", lambda xp, x: xp.np.diag(x), self.tree(Kind((size,)), depth))
        if way == "inv":
            return _call("inv({})", lambda xp, x: xp.np.linalg.inv(x), self.regular(size, depth))
        if way == "adj":
            return _call(
                "adj({})",
                lambda xp, x: xp.np.linalg.det(x) * xp.np.linalg.inv(x),
                self.regular(size, depth),
            )
        if way == "expm":
            return _call(
                "expm(0.1 * tanh({}))",
                lambda xp, x: xp.expm(0.1 * xp.np.tanh(x)),
                self.square(size, depth),
            )
        k = self.pick([2, 3, -1, -2])
        base = self.square(size, depth) if k > 0 else self.regular(size, depth)
        return _call(
            f"matrix_power({{}}, {k})", lambda xp, x: xp.np.linalg.matrix_power(x, k), base
        )

    def stack(self, shape: Shape, depth: int) -> Tree:
        """An array with three axes."""
        one, two, three = shape
        way = self.pick(["outer", "entries", "plus", "negative", "function", "scale"])
        if way == "outer" or depth <= 0:
            return self.einsum("ij,k->ijk", one + two + three, depth)
        if way == "entries":
            return self.einsum("ij,jk->ijk", one + two + three, depth)
        first = self.stack(shape, depth - 1)
        if way == "plus":
            second = self.stack(shape, depth - 1)
            return _binary("+", SUM, _SIGNS["+"], first, second)
        if way == "negative":
            return _made(f"-{first.within(SIGN)}", SIGN, lambda _, x: -x, first)
        if way == "scale":
            number = self.tree(Kind(), depth)
            return _binary("*", PRODUCT, lambda _, x, y: x * y, number, first)
        template = self.pick(list(ENTRYWISE))
        return _call(template, ENTRYWISE[template], first)

    def square(self, size: str, depth: int) -> Tree:
        return self.tree(Kind((size, size)), depth)

    def regular(self, size: str, depth: int) -> Tree:
        template = self.pick(list(REGULAR))
        inner = self.square(size, depth)
        if "@" in template:  # entries between -1 and 1
            inner = _call("sin({})", ENTRYWISE["sin({})"], inner)
        return _call(template.replace("{d}", size), REGULAR[template], inner, binds=SUM)

    def einsum(self, subscripts: str, sizes: str, depth: int) -> Tree:
        """An einsum; the sizes of its letters in their order."""
        inputs, _, _ = subscripts.partition("->")
        letters = dict.fromkeys(inputs.replace(",", ""))
        known = dict(zip(letters, sizes, strict=True))
        operands = [
            self.tree(Kind(tuple(known[letter] for letter in term)), depth - 1)
            for term in inputs.split(",")
        ]
        slots = ", ".join("{}" for _ in operands)
        return _call(
            f'einsum("{subscripts}", {slots})',
            lambda xp, *arrays: xp.np.einsum(subscripts, *arrays),
            *operands,
        )


_SIGNS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "+": lambda _, x, y: x + y,
    "-": lambda _, x, y: x - y,
    "*": lambda _, x, y: x * y,
}


def _name(name: str) -> Tree:
    return Tree(name, ATOM, lambda _, arrays: arrays[name], frozenset([name]))


def _constant(text: str, function: Callable[[Any], Any]) -> Tree:
    return Tree(text, ATOM, lambda xp, _arrays: function(xp), frozenset())


def _made(text: str, binds: int, function: Callable[..., Any], *operands: Tree) -> Tree:
    def of_arrays(xp: Any, arrays: dict[str, Any]) -> Any:
        return function(xp, *(operand.function(xp, arrays) for operand in operands))

    return Tree(text, binds, of_arrays, frozenset().union(*(one.names for one in operands)))


def _call(template: str, function: Callable[..., Any], *operands: Tree, binds: int = ATOM) -> Tree:
    """A template with operands in place of ``{}``, bare between commas and parentheses.

    One operand alone fills every slot; of several, each fills its own.
    """
    text, *rest = template.split("{}")
    filling = operands * len(rest) if len(operands) == 1 else operands
    for one, behind in zip(filling, rest, strict=True):
        bare = text.rstrip().endswith(("(", ",")) and behind.startswith((")", ","))
        text += (one.text if bare else one.within(ATOM)) + behind
    return _made(text, POWER if ") ** " in template else binds, function, *operands)


def _binary(sign: str, binds: int, function: Callable[..., Any], one: Tree, two: Tree) -> Tree:
    text = f"{one.within(binds)} {sign} {two.within(binds + 1)}"
    return _made(text, binds, function, one, two)


def _matmul(one: Tree, two: Tree, *, outer: bool = False) -> Tree:
    def function(xp: Any, x: Any, y: Any) -> Any:
        return xp.np.outer(x, y) if outer else x @ y

    return _binary("@", PRODUCT, function, one, two)


def _transposed(one: Tree) -> Tree:
    return _made(f"{one.within(ATOM)}.T", ATOM, lambda _, x: x.T, one)
