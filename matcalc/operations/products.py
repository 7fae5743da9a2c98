"""Products, sums and regroupings: operations that are networks already, so need no pull."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotationError, ShapeError
from matcalc.graph import Factor, Group, Node, add, contract, einsum
from matcalc.operations import algebra
from matcalc.operations.facts import Facts
from matcalc.operations.registry import composite, linear

_COOKBOOK = "Petersen & Pedersen, The Matrix Cookbook (2012)"
_MAGNUS = "Magnus & Neudecker, Matrix Differential Calculus (3rd edition, 2019)"


@composite(
    "matmul",
    "A[m,k] B[k,n] -> C[m,n]",
    "A[m,k] x[k] -> y[m]",
    "x[m] A[m,n] -> y[n]",
    "x[n] y[n] -> z",
    "A[p,m,k] B[p,k,n] -> C[p,m,n]",
    formula="d(A B) = (dA) B + A (dB)",
    source=f"{_COOKBOOK}, eq. 37",
    function="{0} @ {1}",
    facts=Facts(sign="@", words=("matvec", "mm", "bmm", "mv")),
)
def matmul(a: Node, b: Node) -> Node:
    """A matrix product."""
    return algebra.matmul(a, b)


@composite(
    "einsum",
    "A[m,n] x[n] -> y[m]",
    formula="d einsum(s, A, B) = einsum(s, dA, B) + einsum(s, A, dB)",
    source="multilinear in its operands; Laue, Mitterreiter & Giesen, Computing Higher Order "
    "Derivatives of Matrix and Tensor Expressions (NeurIPS 2018), theorem 8",
    function="einsum",
    parameters={"subscripts": "ij,j->i"},
    facts=Facts(words=("einstein",), required=("subscripts",), many=True),
)
def einsum_rule(*operands: Node, subscripts: str = "ij,j->i") -> Node:
    """An einsum, in NumPy's notation with an arrow."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow or not (left + right).replace(",", "").isalpha():
        raise NotationError(f"einsum subscripts are like 'ij,j->i'; found {subscripts!r}")
    if len(terms) != len(operands):
        raise NotationError(f"{subscripts!r} names {len(terms)} operands, not {len(operands)}")
    return contract([Factor(o, tuple(t)) for o, t in zip(operands, terms, strict=True)], right)


def subscripts_of(pattern: str, ranks: Sequence[int]) -> str:
    """The subscripts of an einsum with an arrow, and letters for what dots stand for.

    >>> subscripts_of("ij,jk", []), subscripts_of("...i,i->...", [2, 1])
    ('ij,jk->ik', 'Ai,i->A')
    """
    inputs, arrow, output = "".join(pattern.split()).partition("->")
    parts = inputs.split(",")
    dots = [rank - len(part) + 3 for rank, part in zip(ranks, parts, strict=False)]
    most = max([d for d, part in zip(dots, parts, strict=False) if "..." in part], default=0)
    letters = [one for one in "ABCDEFGH" if one not in pattern][: max(0, most)]
    if not arrow:
        counts = Counter("".join(parts).replace(".", ""))
        output = "".join(sorted(one for one, count in counts.items() if count == 1))
        output = ("..." if "..." in inputs else "") + output
    replaced = [
        part.replace("...", "".join(letters[len(letters) - max(0, d) :] if d > 0 else ""))
        for part, d in zip(parts, [*dots, *[0] * len(parts)], strict=False)
    ]
    return f"{','.join(replaced)}->{output.replace('...', ''.join(letters))}"


@linear(
    "sum",
    "X[m,n] -> y",
    source=f"{_COOKBOOK}, eq. 36, for the trace; linear",
    function="np.sum({0}, axis={axis!r})",
    parameters={"axis": None},
    facts=Facts(elsewhere=("reduce_sum",), words=("total",), of_rows=True),
)
def sum_rule(x: Node, axis: int | Sequence[int] | None = None) -> Node:
    """The sum over axes, or over all."""
    return algebra.summed(x, algebra.axes_from_front(axis, len(x.shape)))


@composite(
    "mean",
    "X[m,n] -> y",
    formula="d mean(X) = sum(dX) / size(X)",
    source="linear",
    function="np.mean({0}, axis={axis!r})",
    parameters={"axis": None},
    facts=Facts(
        elsewhere=("reduce_mean",),
        words=("average", "avg", "expectation"),
        of_rows=True,
        linear=True,
    ),
)
def mean_rule(x: Node, axis: int | Sequence[int] | None = None) -> Node:
    """The mean over axes, or over all."""
    return algebra.mean(x, algebra.axes_from_front(axis, len(x.shape)))


@composite(
    "add",
    "A[m,n] B[m,n] -> C[m,n]",
    "A[m,n] b -> C[m,n]",
    formula="d(A + B) = dA + dB",
    source=f"{_COOKBOOK}, eq. 35",
    function="{0} + {1}",
)
def add_rule(a: Node, b: Node) -> Node:
    """A sum of one shape; a scalar is added to every entry."""
    return algebra.plus(a, b)


@composite(
    "subtract",
    "A[m,n] B[m,n] -> C[m,n]",
    formula="d(A - B) = dA - dB",
    source=f"{_COOKBOOK}, eq. 35",
    function="{0} - {1}",
)
def subtract(a: Node, b: Node) -> Node:
    """A difference."""
    return algebra.minus(a, b)


@composite(
    "bias",
    "X[m,n] b[n] -> Y[m,n]",
    formula="dY = dX + 1 dbᵀ: b is added to every row",
    source="linear; Goodfellow, Bengio & Courville, Deep Learning (2016), section 6.5.6",
    function="{0} + {1}",
)
def bias(x: Node, b: Node) -> Node:
    """A vector over the columns, added to every row: samples are rows."""
    return _biased(x, b, -1)


@composite(
    "bias_columns",
    "X[m,n] b[m] -> Y[m,n]",
    formula="dY = dX + db 1ᵀ: b is added to every column",
    source="linear; samples are columns",
    function="{0} + {1}[:, None]",
)
def bias_columns(x: Node, b: Node) -> Node:
    """A vector over the rows, added to every column: samples are columns."""
    return _biased(x, b, 0)


def _biased(x: Node, b: Node, axis: int) -> Node:
    if len(x.shape) != 2 or b.shape != (x.shape[axis],):
        raise ShapeError(
            f"a bias of {dimensions.times(b.shape)} on {dimensions.times(x.shape)}: it needs "
            f"a vector of {x.shape[axis] if len(x.shape) == 2 else 'one axis'}",
            clashes=dimensions.clashes((x.shape[axis],), b.shape) if len(x.shape) == 2 else (),
        )
    axes = (0, 1)
    sizes = dict(zip(axes, x.shape, strict=True))
    return add([x, contract([Factor(b, (axes[axis],))], axes, sizes)])


@composite(
    "hadamard",
    "A[m,n] B[m,n] -> C[m,n]",
    formula="d(A ⊙ B) = dA ⊙ B + A ⊙ dB",
    source=f"{_COOKBOOK}, eq. 38",
    function="{0} * {1}",
    facts=Facts(sign="*"),
)
def hadamard(a: Node, b: Node) -> Node:
    """The product entry by entry; a scalar multiplies every entry."""
    return algebra.times(a, b)


@composite(
    "quotient",
    "A[m,n] B[m,n]:nonzero -> C[m,n]",
    formula="d(A / B) = dA / B - A dB / B²",
    source="NIST Digital Library of Mathematical Functions, eq. 1.4.9",
    domain="where no entry of B is 0",
    function="{0} / {1}",
    facts=Facts(sign="/"),
)
def quotient(a: Node, b: Node) -> Node:
    """The quotient entry by entry."""
    return algebra.times(a, algebra.reciprocal(b))


@composite(
    "power",
    "X[m,n]:positive -> Y[m,n]",
    formula="d(X^p) = p X^(p-1) ⊙ dX, entry by entry",
    source="NIST Digital Library of Mathematical Functions, eq. 4.7.12",
    domain="everywhere for a whole p ≥ 0; else where X^(p-1) is finite",
    function="power",
    parameters={"exponent": Fraction(5, 2)},
    facts=Facts(sign="**", required=("exponent",)),
)
def power(x: Node, exponent: int | Fraction | str = Fraction(5, 2)) -> Node:
    """A constant power, entry by entry."""
    return algebra.power(x, Fraction(exponent))


@composite(
    "transpose",
    "X[m,n] -> Y[n,m]",
    formula="d(Xᵀ) = (dX)ᵀ",
    source=f"{_COOKBOOK}, eq. 44",
    function="{0}.T",
    facts=Facts(words=("transposed",), linear=True),
)
def transpose(x: Node) -> Node:
    """The axes in reverse."""
    return algebra.transpose(x)


@composite(
    "trace",
    "X[n,n] -> y",
    formula="d tr(X) = tr(dX)",
    source=f"{_COOKBOOK}, eq. 36",
    function="np.trace({0})",
    facts=Facts(aliases=("tr",), words=("sp", "spur"), linear=True),
)
def trace(x: Node) -> Node:
    """The sum of the diagonal."""
    return einsum("i i ->", algebra.square("trace", x))


@composite(
    "diag",
    "x[n] -> Y[n,n]",
    "X[n,n] -> y[n]",
    formula="d diag(x) = diag(dx), both ways",
    source=f"linear; {_MAGNUS}, chapter 3",
    function="np.diag({0})",
    facts=Facts(words=("diagonal", "diagonalmatrix"), linear=True, symmetric=True),
)
def diag(x: Node) -> Node:
    """A vector as a diagonal matrix, or the diagonal of a square matrix."""
    if len(x.shape) == 1:
        return einsum("i -> i i", x)
    return einsum("i i -> i", algebra.square("diag", x))


@composite(
    "outer",
    "x[m] y[n] -> Z[m,n]",
    formula="d(x yᵀ) = (dx) yᵀ + x (dy)ᵀ",
    source=f"{_COOKBOOK}, eq. 37",
    function="np.outer({0}, {1})",
)
def outer(x: Node, y: Node) -> Node:
    """The outer product of two vectors."""
    return einsum("i, j -> i j", _vector("outer", x), _vector("outer", y))


@composite(
    "inner",
    "x[n] y[n] -> z",
    formula="d(xᵀ y) = yᵀ dx + xᵀ dy",
    source=f"{_COOKBOOK}, eq. 69",
    function="np.dot({0}, {1})",
)
def inner(x: Node, y: Node) -> Node:
    """The inner product of two vectors."""
    return einsum("i, i ->", _vector("inner", x), _vector("inner", y))


def _vector(name: str, x: Node) -> Node:
    if len(x.shape) != 1:
        raise ShapeError(f"{name} takes vectors; found {dimensions.times(x.shape)}")
    return x


@composite(
    "quadratic_form",
    "x[n] A[n,n] -> y",
    formula="d(xᵀ A x) = xᵀ (A + Aᵀ) dx + xᵀ (dA) x",
    source=f"{_COOKBOOK}, eq. 81",
    function="{0} @ {1} @ {0}",
)
def quadratic_form(x: Node, a: Node) -> Node:
    """The number xᵀ A x."""
    return algebra.matmul(_vector("quadratic_form", x), algebra.matmul(a, x))


@composite(
    "kron",
    "A[m,n] B[p,q] -> C[m*p,n*q]",
    "a[m] b[p] -> c[m*p]",
    formula="d(A ⊗ B) = dA ⊗ B + A ⊗ dB",
    source=f"{_COOKBOOK}, eq. 39",
    function="np.kron({0}, {1})",
    facts=Facts(elsewhere=("kronecker",), words=("kroneckerproduct",)),
)
def kron(a: Node, b: Node) -> Node:
    """The Kronecker product of two vectors, or of two matrices."""
    if len(a.shape) != len(b.shape):
        raise ShapeError(
            f"kron takes operands of one rank; found {dimensions.times(a.shape)} and "
            f"{dimensions.times(b.shape)}"
        )
    left = [("left", k) for k in range(len(a.shape))]
    right = [("right", k) for k in range(len(b.shape))]
    merged = [Group(pair) for pair in zip(left, right, strict=True)]
    return contract([Factor(a, tuple(left)), Factor(b, tuple(right))], merged)


@linear(
    "vec",
    "X[m,n] -> y[m*n]",
    source=f"{_MAGNUS}, section 2.4, for columns; NumPy's ravel, for rows",
    function="{0}.reshape(-1, order={order!r})",
    parameters={"order": "F"},
    facts=Facts(words=("vectorize", "vectorise")),
)
def vec(x: Node, order: str = "F") -> Node:
    """The entries as one vector: columns stacked (order F), or rows (order C)."""
    if order not in ("F", "C"):
        raise NotationError(f"vec stacks columns (order F) or rows (order C), not {order!r}")
    axes = algebra.axes_of(x)
    return contract([Factor(x, axes)], [Group(axes if order == "C" else axes[::-1])])


@linear(
    "rearrange",
    "X[m,n] -> y[n*m]",
    source="linear; Rogozhnikov, Einops (ICLR 2022)",
    function="rearrange",
    parameters={"pattern": "m n -> (n m)", "sizes": ()},
    facts=Facts(required=("pattern",)),
)
def rearrange(
    x: Node, pattern: str = "m n -> (n m)", sizes: Sequence[tuple[str, Dimension]] = ()
) -> Node:
    """A transposition and regrouping of axes, by an einops pattern.

    An axis of size 1, ``()``, is summed over where it is left out and new where it is put in.
    """
    left, arrow, right = pattern.partition("->")
    parsed = tuple(_pattern_axes(side) for side in (left, right))
    inside = [label for axis in parsed[0] for label in axis]
    if not arrow or sorted(inside) != sorted(label for axis in parsed[1] for label in axis):
        raise NotationError(f"a rearrangement has the same axes on both sides: {pattern!r}")
    if len(set(inside)) < len(inside) or len(parsed[0]) != len(x.shape):
        raise ShapeError(f"{pattern!r} does not fit {dimensions.times(x.shape)}")
    known = _split_sizes(parsed[0], x, dict(sizes))
    new = len(parsed[0])
    given, wanted = _labels(parsed[0], 0), _labels(parsed[1], new)
    units = dict.fromkeys(range(new + len(parsed[1])), 1)
    return contract([Factor(x, given)], wanted, {**known, **units})


def _pattern_axes(side: str) -> tuple[tuple[str, ...], ...]:
    spaced = side.replace("(", " ( ").replace(")", " ) ").split()
    axes: list[tuple[str, ...]] = []
    group: list[str] | None = None
    for word in spaced:
        if word == "(":
            group = []
        elif word == ")" and group is not None:
            axes.append(tuple(group))
            group = None
        elif word.isidentifier() and group is not None:
            group.append(word)
        elif word == "1":
            axes += [()] if group is None else []
        elif word.isidentifier():
            axes.append((word,))
        else:
            raise NotationError(f"{word!r} is no axis of a rearrangement")
    return tuple(axes)


def _labels(axes: tuple[tuple[str, ...], ...], first: int) -> tuple[Any, ...]:
    """A label or a group for each axis; one of size 1 has its place as a label, from a first."""
    names = (axis or (place,) for place, axis in enumerate(axes, first))
    return tuple(axis[0] if len(axis) == 1 else Group(axis) for axis in names)


def _split_sizes(
    axes: tuple[tuple[str, ...], ...], x: Node, sizes: dict[str, Dimension]
) -> dict[str, Dimension]:
    """The size of each name; in a group one may be left for division."""
    for axis, whole in zip(axes, x.shape, strict=True):
        unknown = [name for name in axis if name not in sizes]
        if not axis and whole != 1:
            raise ShapeError(f"() is an axis of size 1, and one of {whole} stands there")
        if len(axis) == 1:
            sizes[axis[0]] = whole
        elif len(unknown) == 1:
            rest = dimensions.product(sizes[name] for name in axis if name in sizes)
            sizes[unknown[0]] = dimensions.quotient(whole, rest)
        elif unknown:
            raise ShapeError(f"the sizes of {' '.join(unknown)} are not stated")
    return sizes
