"""Arrays in another order or length: running sums, differences, rolls, paddings, sorting.

Each is a product with a matrix of zeros and ones along one axis; where that is a window, it is
computed as a slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import ShapeError
from matcalc.graph import Apply, Factor, Group, Node, add, apply, contract, zero
from matcalc.operations import algebra
from matcalc.operations.elementwise import of
from matcalc.operations.facts import Facts, OfSizes, Picking
from matcalc.operations.parts import concatenate, no_operand, picked, placed, window
from matcalc.operations.registry import composite, linear, primitive

_GRIEWANK = "Griewank & Walther, Evaluating Derivatives (2nd edition, 2008), section 14.1"
_GOLUB = "Golub & Van Loan, Matrix Computations (4th edition, 2013), section 1.2"


def exchange(size: Dimension) -> Node:
    """The identity with its columns in reverse."""
    return apply("exchange", (), (size, size))


def one_hot(indices: Any, size: Dimension) -> Node:
    """A row for each index, with a one at its place.

    Raises:
        ShapeError: An index is no whole number below the size, or there are none.
    """
    listed = (indices,) if isinstance(indices, int) else tuple(indices)
    if not listed or not all(isinstance(k, int) for k in listed):
        raise ShapeError("one_hot takes whole numbers: one_hot((0, 2), 3)")
    least = -size if isinstance(size, int) else 0
    most = size if isinstance(size, int) else max(listed) + 1
    if not all(least <= k < most for k in listed):
        raise ShapeError(f"the indices {listed} of an axis of {size}")
    counted = tuple(k % size if isinstance(size, int) else k for k in listed)
    return apply("one_hot", (), (len(counted), size), (counted,))


def _places(node: Apply) -> set[tuple[Dimension, Dimension]]:
    return {(k, 1) for k in node.parameters[0]}


def _columns(node: Apply, start: Dimension, stop: Dimension) -> Node | None:
    """One column of it alone."""
    if dimensions.difference(stop, start) != 1:
        return None
    places = [k for k, one in enumerate(node.parameters[0]) if one == start]
    count = node.shape[0]
    column = [algebra.transpose(window(k, 1, count)) for k in places]
    return add(column) if column else zero((count, 1))


primitive(
    "exchange",
    "-> J[n,n]",
    formula="constant: the columns of the identity in reverse",
    source=f"by definition; {_GOLUB}",
    function="exchange",
    facts=Facts(
        of_sizes=OfSizes(exchange, "exchange(n)", lambda node: (node.shape[:1], {})),
        symmetric=True,
        building_block=True,
    ),
)(no_operand)
primitive(
    "one_hot",
    "-> H[k,n]",
    formula="constant: in row i a one at indices[i]",
    source="by definition",
    function="one_hot",
    parameters={"indices": (0, 1)},
    facts=Facts(
        of_sizes=OfSizes(
            one_hot,
            "one_hot((0, 2), n): constant places, and a size",
            lambda node: ((*node.parameters, node.shape[1]), {}),
        ),
        picking=Picking(_places, _columns),
        lists=True,
        building_block=True,
    ),
)(no_operand)


def axis_of(name: str, x: Node, axis: int | None) -> int:
    """An axis counted from the front; of a vector it need not be named.

    Raises:
        ShapeError: It is not named, or there is no such axis.
    """
    if axis is None:
        if len(x.shape) != 1:
            found = dimensions.times(x.shape) or "a scalar"
            raise ShapeError(f"{name} of {found} needs its axis: {name}(X, axis=0)")
        return 0
    return algebra.axis_from_front(axis, len(x.shape))


@linear(
    "cumsum",
    "X[m,n] -> Y[m,n]",
    function="np.cumsum({0}, axis={axis!r})",
    parameters={"axis": 1},
)
def cumsum(x: Node, axis: int | None = None) -> Node:
    """Running sums along an axis: the product with a triangle of ones."""
    along = axis_of("cumsum", x, axis)
    size = x.shape[along]
    return picked(x, along, apply("triangle", (), (size, size), (0,)))


@primitive(
    "cumprod",
    "x[n]:nonzero -> y[n]",
    formula="dy_j = y_j sum over k ≤ j of dx_k / x_k",
    source=_GRIEWANK,
    domain="no entry 0",
    function="np.cumprod({0})",
    facts=Facts(code={"torch": "torch.cumprod({0}, dim=0)"}),
)
def pull_cumprod(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through running products: running sums from the end, over each entry."""
    x = y.arguments[operand]
    (size,) = x.shape
    front = tuple(("front", k) for k in range(len(bar.shape) - 1))
    triangle = apply("triangle", (), (size, size), (0,))
    factors = [Factor(bar, (*front, "j")), Factor(y, ("j",)), Factor(triangle, ("j", "k"))]
    return contract([*factors, Factor(algebra.reciprocal(x), ("k",))], (*front, "k"))


@composite(
    "logcumsumexp",
    "X[m,n] -> Y[m,n]",
    formula="dy_j = sum over k ≤ j of exp(x_k - y_j) dx_k",
    source="Boyd & Vandenberghe, Convex Optimization (2004), section 3.1.5",
    domain="where exp(x) is a finite number: |x| < 700",
    function="np.logaddexp.accumulate({0}, axis={axis!r})",
    parameters={"axis": 1},
)
def logcumsumexp(x: Node, axis: int | None = None) -> Node:
    """The logarithms of running sums of exponentials."""
    return of("log", cumsum(of("exp", x), axis_of("logcumsumexp", x, axis)))


@linear(
    "diff",
    "X[m,n] -> Y[m,n-1]",
    function="np.diff({0}, {n}, axis={axis!r})",
    parameters={"n": 1, "axis": -1},
)
def diff(x: Node, n: int = 1, axis: int = -1) -> Node:
    """Differences of neighbours along an axis, n times."""
    along = axis_of("diff", x, axis)
    if n != int(n) or not 0 <= n <= 8:
        raise ShapeError(f"diff takes a whole n from 0 to 8, not {n}")
    for _ in range(int(n)):
        size = x.shape[along]
        less = dimensions.difference(size, 1)
        if less == 0:
            raise ShapeError("diff of a single entry leaves nothing")
        later, earlier = (picked(x, along, window(start, less, size)) for start in (1, 0))
        x = algebra.minus(later, earlier)
    return x


@linear(
    "roll",
    "X[m,n] -> Y[m,n]",
    function="np.roll({0}, {shift}, axis={axis!r})",
    parameters={"shift": 1, "axis": 1},
    facts=Facts(required=("shift",)),
)
def roll(x: Node, shift: int = 1, axis: int | None = None) -> Node:
    """Entries moved along an axis; what leaves at the end comes in at the front."""
    along = axis_of("roll", x, axis)
    size = x.shape[along]
    if isinstance(size, int):
        shift %= size
    if shift == 0:
        return x
    rest = dimensions.difference(size, abs(shift))
    cut, first, second = (rest, shift, rest) if shift > 0 else (-shift, rest, -shift)
    parts = [(cut, first), (0, second)]
    return concatenate(*(picked(x, along, window(k, n, size)) for k, n in parts), axis=along)


@linear(
    "flip",
    "X[m,n] -> Y[m,n]",
    function="np.flip({0}, axis={axis!r})",
    parameters={"axis": 1},
)
def flip(x: Node, axis: int | Sequence[int] | None = None) -> Node:
    """Entries in reverse along an axis, or along several."""
    chosen = (axis,) if axis is None or isinstance(axis, int) else tuple(axis)
    for one in chosen:
        along = axis_of("flip", x, one)
        x = picked(x, along, exchange(x.shape[along]))
    return x


@linear(
    "pad",
    "x[n] -> y[n+3]",
    function="np.pad({0}, {width})",
    parameters={"width": (1, 2)},
    facts=Facts(required=("width",)),
)
def pad(x: Node, width: Any = (1, 2)) -> Node:
    """Zeros before and behind: one number for all, a pair, or a pair for each axis, as NumPy."""
    rank = len(x.shape)
    pair = (width, width) if isinstance(width, (int, str)) else tuple(width)
    pairs: list[Any] = list(pair) if any(isinstance(k, tuple) for k in pair) else [pair] * rank
    if len(pairs) == 1:
        pairs *= rank
    if len(pairs) != rank or any(len(one) != 2 for one in pairs):
        raise ShapeError(f"pad takes (before, behind) for each of {rank} axes; found {width}")
    for axis, (before, behind) in enumerate(pairs):
        if any(isinstance(k, int) and k < 0 for k in (before, behind)):
            raise ShapeError(f"pad takes sizes that are not negative; found {width}")
        size = x.shape[axis]
        whole = dimensions.total([k for k in (before, size, behind) if k != 0])
        x = placed(x, axis, window(before, size, whole))
    return x


@linear(
    "tile",
    "x[n] -> y[2*n]",
    function="np.tile({0}, {reps})",
    parameters={"reps": 2},
    facts=Facts(required=("reps",)),
)
def tile(x: Node, reps: Any = 2) -> Node:
    """The whole array several times, one after the other along each axis."""
    given = (reps,) if isinstance(reps, (int, str)) else tuple(reps)
    if len(given) > len(x.shape) or not given:
        raise ShapeError(f"tile takes a number for each axis of {dimensions.times(x.shape)}")
    counts = (*(1,) * (len(x.shape) - len(given)), *given)
    axes = algebra.axes_of(x)
    output = [
        axis if count == 1 else Group((("of", axis), axis))
        for axis, count in zip(axes, counts, strict=True)
    ]
    return contract([Factor(x, axes)], output, _repeated(x, counts))


def _repeated(x: Node, counts: Sequence[Dimension]) -> dict[Any, Dimension]:
    axes = algebra.axes_of(x)
    sizes: dict[Any, Dimension] = dict(zip(axes, x.shape, strict=True))
    return sizes | {("of", k): n for k, n in zip(axes, counts, strict=True)}


@linear(
    "repeat",
    "X[m,n] -> Y[m,2*n]",
    function="np.repeat({0}, {repeats}, axis={axis!r})",
    parameters={"repeats": 2, "axis": 1},
    facts=Facts(required=("repeats",)),
)
def repeat(x: Node, repeats: Dimension = 2, axis: int | None = None) -> Node:
    """Each entry several times along an axis."""
    along = axis_of("repeat", x, axis)
    axes = algebra.axes_of(x)
    counts = [repeats if k == along else 1 for k in axes]
    output = [Group((k, ("of", k))) if k == along else k for k in axes]
    return contract([Factor(x, axes)], output, _repeated(x, counts))


@linear(
    "take",
    "X[m,4] -> Y[m,3]",
    function="np.take({0}, {indices}, axis={axis!r})",
    parameters={"indices": (2, 0, 2), "axis": 1},
    facts=Facts(required=("indices",), lists=True),
)
def take(x: Node, indices: Any = (2, 0, 2), axis: int | None = None) -> Node:
    """The entries at constant places along an axis."""
    along = axis_of("take", x, axis)
    return picked(x, along, one_hot(indices, x.shape[along]))


@primitive(
    "sorting",
    "x[n]:distinct -> P[n,n]",
    formula="dP = 0",
    source=f"piecewise constant: the permutation that sorts; {_GRIEWANK}",
    domain="entries that differ",
    function="sorting",
    facts=Facts(building_block=True),
)
def pull_sorting(p: Apply, operand: int, bar: Node) -> Node:
    """Pull back through a permutation, which is the same nearby."""
    front: Shape = bar.shape[: len(bar.shape) - len(p.shape)]
    return zero(front + p.arguments[operand].shape)


@composite(
    "sort",
    "x[n]:distinct -> y[n]",
    formula="dy = P dx, P the permutation that sorts x",
    source=_GRIEWANK,
    domain="entries that differ",
    function="np.sort({0})",
)
def sort(x: Node) -> Node:
    """The entries of a vector in rising order."""
    if len(x.shape) != 1:
        raise ShapeError(f"sort takes a vector; found {dimensions.times(x.shape) or 'a scalar'}")
    return picked(x, 0, apply("sorting", (x,), x.shape * 2))


@composite(
    "topk",
    "x[n]:distinct -> y[2]",
    formula="dy = the rows of P dx for the k largest entries",
    source=_GRIEWANK,
    domain="entries that differ",
    function="np.sort({0})[::-1][:{k}]",
    parameters={"k": 2},
    facts=Facts(required=("k",)),
)
def topk(x: Node, k: int = 2) -> Node:
    """The k largest entries of a vector, the largest first."""
    rising = sort(x)
    (size,) = x.shape
    if isinstance(size, int) and not 0 < k <= size:
        raise ShapeError(f"topk takes k from 1 to {size}, not {k}")
    return flip(picked(rising, 0, window(dimensions.difference(size, k), k, size)))


@composite(
    "median",
    "x[3]:distinct -> y",
    formula="dy = the entry of dx at the middle one, or half the sum at the two in the middle",
    source=_GRIEWANK,
    domain="entries that differ, a number of them",
    function="np.median({0})",
)
def median(x: Node) -> Node:
    """The middle entry of a vector, or the mean of the two in the middle."""
    rising = sort(x)
    (size,) = x.shape
    if not isinstance(size, int):
        raise ShapeError(f"median of {size} entries: whether that is odd decides; write x[5]")
    first = (size - 1) // 2
    return algebra.mean(picked(rising, 0, window(first, 2 - size % 2, size)))
