"""Windows that slide: convolutions, pooling, Toeplitz matrices.

All are products with one constant ``S``: entry ``j`` of window ``i`` is entry ``k`` of what the
windows slide over, k = stride i + dilation j - padding, and zero where there is no such entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import ShapeError
from matcalc.graph import Factor, Group, Node, apply, contract, einsum
from matcalc.operations import algebra
from matcalc.operations.algebra import plus, power, times
from matcalc.operations.facts import Facts, OfSizes
from matcalc.operations.parts import concatenate, no_operand, picked, placed, stack, window
from matcalc.operations.reductions import reducing
from matcalc.operations.registry import composite, primitive
from matcalc.operations.sequences import flip
from matcalc.operations.statistics import centred

_GOODFELLOW = "Goodfellow, Bengio & Courville, Deep Learning (2016)"
_GOLUB = "Golub & Van Loan, Matrix Computations (4th edition, 2013)"
_WU = "Wu & He, Group Normalization (ECCV 2018), eq. 1 and 7"
_EPS = Fraction(1, 100000)
_STEPS = {"stride": 1, "dilation": 1, "padding": 0}


def sliding(
    count: Dimension,
    width: Dimension,
    size: Dimension,
    stride: int = 1,
    dilation: int = 1,
    padding: int = 0,
) -> Node:
    """The places of windows: ``S[i, j, k] = 1`` where ``k = stride i + dilation j - padding``."""
    return apply("sliding", (), (count, width, size), (stride, dilation, padding))


primitive(
    "sliding",
    "-> S[p,q,n]",
    formula="constant: S[i, j, k] = 1 where k = stride i + dilation j - padding",
    source=f"by definition; {_GOODFELLOW}, section 9.5",
    function="sliding",
    parameters=_STEPS,
    facts=Facts(
        of_sizes=OfSizes(
            sliding,
            "sliding(windows, width, size, stride=1)",
            lambda node: (node.shape, dict(zip(_STEPS, node.parameters, strict=True))),
        ),
        building_block=True,
        slides=True,
    ),
)(no_operand)


def _windows(
    size: Dimension, width: Dimension, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Node:
    """All windows that fit: of a size with a name, those of stride 1.

    Raises:
        ShapeError: None fits, or how many fit is no polynomial in the sizes.
    """
    if min(stride, dilation) < 1 or padding < 0:
        raise ShapeError("stride and dilation are at least 1, padding at least 0")
    reach = dimensions.combination([(dilation, width), (1 - dilation, 1)])
    room = dimensions.combination([(1, size), (2 * padding, 1), (-1, reach)])
    if isinstance(room, int):
        if room < 0:
            raise ShapeError(f"a window of {width} does not fit into an axis of {size}")
        return sliding(room // stride + 1, width, size, stride, dilation, padding)
    if stride != 1:
        raise ShapeError(f"stride {stride} along an axis of {size}: declare a number")
    return sliding(dimensions.total([room, 1]), width, size, 1, dilation, padding)


def _pair(value: Any) -> tuple[int, int]:
    one, two = value if isinstance(value, tuple) else (value, value)
    return int(one), int(two)


def _of_rank(name: str, wanted: str, *given: tuple[Node, int]) -> None:
    if any(len(node.shape) != rank for node, rank in given):
        found = ", ".join(dimensions.times(node.shape) or "a scalar" for node, _ in given)
        raise ShapeError(f"{name} takes {wanted}; found {found}")


def _same_channels(name: str, one: Dimension, two: Dimension) -> None:
    if one != two:
        raise ShapeError(f"{name}: {one} channels against {two}", clashes=[(one, two)])


@composite(
    "conv1d",
    "X[2,3,7] W[4,3,2] -> Y[2,4,6]",
    formula="Y[b,o,i] = sum of X[b,c,i+j] W[o,c,j]: bilinear, like PyTorch's",
    source=f"{_GOODFELLOW}, eq. 9.6 and section 9.5",
    parameters={"stride": 1, "padding": 0, "dilation": 1},
)
def conv1d(x: Node, w: Node, stride: int = 1, padding: int = 0, dilation: int = 1) -> Node:
    """The correlation of signals of several channels with kernels, as PyTorch's conv1d."""
    _of_rank("conv1d", "X[batch,channels,n] W[outputs,channels,k]", (x, 3), (w, 3))
    _same_channels("conv1d", x.shape[1], w.shape[1])
    places = _windows(x.shape[2], w.shape[2], stride, padding, dilation)
    return einsum("b c k, o c j, i j k -> b o i", x, w, places)


@composite(
    "conv2d",
    "X[2,3,5,4] W[4,3,2,3] -> Y[2,4,4,2]",
    formula="Y[b,o,i,p] = sum of X[b,c,i+j,p+q] W[o,c,j,q]: bilinear, like PyTorch's",
    source=f"{_GOODFELLOW}, eq. 9.6 and section 9.5",
    parameters={"stride": 1, "padding": 0, "dilation": 1},
)
def conv2d(x: Node, w: Node, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Node:
    """The correlation of images of several channels with kernels, as PyTorch's conv2d."""
    _of_rank("conv2d", "X[batch,channels,h,w] W[outputs,channels,k,l]", (x, 4), (w, 4))
    _same_channels("conv2d", x.shape[1], w.shape[1])
    rows, columns = (
        _windows(x.shape[k], w.shape[k], s, p, d)
        for k, s, p, d in zip((2, 3), *map(_pair, (stride, padding, dilation)), strict=True)
    )
    return einsum("b c h v, o c j q, i j h, p q v -> b o i p", x, w, rows, columns)


def _pooled(name: str, x: Node, size: Any, stride: Any, axes: int) -> tuple[Node, int]:
    """Windows along the last axes: each as one more axis at the end; and their entries."""
    wanted = {1: "X[batch,channels,n]", 2: "X[batch,channels,h,w]"}[axes]
    _of_rank(name, wanted, (x, 2 + axes))
    widths = _pair(size)[:axes]
    steps = _pair(size if stride is None else stride)[:axes]
    count = 1
    for axis, (width, step) in enumerate(zip(widths, steps, strict=True), 2):
        places = _windows(x.shape[axis], width, step)
        labels = algebra.axes_of(x)
        output = ["window" if k == axis else k for k in labels]
        factors = [Factor(x, labels), Factor(places, ("window", "entry", axis))]
        x = contract(factors, [*output, "entry"])
        count *= width
    return x, count


def _average(name: str, axes: int, signature: str) -> None:
    @composite(
        name,
        signature,
        formula="the mean of each window: linear",
        source=f"{_GOODFELLOW}, section 9.3",
        parameters={"kernel_size": 2, "stride": None},
    )
    def build(x: Node, kernel_size: Any = 2, stride: Any = None) -> Node:
        windows, count = _pooled(name, x, kernel_size, stride, axes)
        rank = len(x.shape)
        return algebra.multiple(
            Fraction(1, count), algebra.summed(windows, range(rank, rank + axes))
        )

    del build


def _largest(name: str, axes: int, signature: str) -> None:
    @composite(
        name,
        signature,
        formula="dy = the entry of dx at the largest of each window",
        source=f"{_GOODFELLOW}, section 9.3",
        domain="a single largest entry in each window; at ties they share",
        parameters={"kernel_size": 2, "stride": None},
    )
    def build(x: Node, kernel_size: Any = 2, stride: Any = None) -> Node:
        windows, _ = _pooled(name, x, kernel_size, stride, axes)
        for _ in range(axes):
            windows = reducing("max", windows, -1)
        return windows

    del build


_average("avg_pool1d", 1, "X[2,3,6] -> Y[2,3,3]")
_average("avg_pool2d", 2, "X[2,3,4,6] -> Y[2,3,2,3]")
_largest("max_pool1d", 1, "X[2,3,6]:distinct -> Y[2,3,3]")
_largest("max_pool2d", 2, "X[2,3,4,6]:distinct -> Y[2,3,2,3]")


@composite(
    "convolve",
    "a[m] v[n] -> y[m+n-1]",
    formula="d(a * v) = da * v + a * dv",
    source=f"{_GOODFELLOW}, eq. 9.3",
    function="np.convolve({0}, {1}, mode={mode!r})",
    parameters={"mode": "full"},
)
def convolve(a: Node, v: Node, mode: str = "full") -> Node:
    """The convolution of two vectors: whole, of the length of the longer, or where they overlap."""
    _of_rank("convolve", "a[m] v[n]", (a, 1), (v, 1))
    (m,), (n,) = a.shape, v.shape
    whole = dimensions.combination([(1, m), (1, n), (-1, 1)])
    full = einsum("i, j, i j k -> k", a, v, sliding(m, n, whole))
    if mode == "full":
        return full
    if mode not in ("same", "valid"):
        raise ShapeError(f'convolve has mode "full", "same" or "valid", not {mode!r}')
    if not (isinstance(m, int) and isinstance(n, int)):
        raise ShapeError(f"convolve with mode {mode!r} of {m} and {n} entries: declare numbers")
    long, short = max(m, n), min(m, n)
    start, length = ((short - 1) // 2, long) if mode == "same" else (short - 1, long - short + 1)
    return picked(full, 0, window(start, length, whole))


@composite(
    "toeplitz",
    "c[m] r[n] -> T[m,n]",
    formula="dT_ij = dc_(i-j) for i ≥ j, else dr_(j-i)",
    source=f"{_GOLUB}, section 4.7",
    domain="everywhere; r_1 is not used",
)
def toeplitz(c: Node, r: Node) -> Node:
    """The matrix of equal diagonals with this first column and first row."""
    _of_rank("toeplitz", "c[m] r[n]", (c, 1), (r, 1))
    (m,), (n,) = c.shape, r.shape
    if n == 1:
        return contract([Factor(c, ("i",))], "ij", {"j": 1})
    row = picked(r, 0, window(1, dimensions.difference(n, 1), n))
    line = concatenate(flip(c), row)  # entry (i, j) is entry m - 1 - i + j of it
    upward = einsum("i j k, k -> i j", sliding(m, n, line.shape[0]), line)
    return flip(upward, 0)


@composite(
    "vander",
    "x[m]:positive -> V[m,3]",
    formula="dV_ij = (n - j) x_i^(n-j-1) dx_i",
    source=f"{_GOLUB}, section 4.6",
    function="np.vander({0}, {n}, increasing={increasing})",
    parameters={"n": 3, "increasing": 0},
    facts=Facts(required=("n",)),
)
def vander(x: Node, n: int = 3, increasing: int = 0) -> Node:
    """The matrix of powers of a vector, falling as NumPy has them."""
    _of_rank("vander", "x[m]", (x, 1))
    if n not in range(1, 65):
        raise ShapeError(f"vander takes a whole n from 1 to 64, not {n}")
    order = range(n) if increasing else range(n - 1, -1, -1)
    return stack(*(power(x, k) for k in order), axis=1)


@composite(
    "polyval",
    "c[4] x[n] -> y[n]",
    formula="dy = sum of x^(n-k) dc_k + p'(x) ⊙ dx",
    source="NIST Digital Library of Mathematical Functions, eq. 1.11.1",
    function="np.polyval({0}, {1})",
)
def polyval(c: Node, x: Node) -> Node:
    """A polynomial, the highest power first, at each entry."""
    (size,) = c.shape if len(c.shape) == 1 else ("?",)
    if not isinstance(size, int):
        raise ShapeError(f"polyval takes coefficients c[4], as many as a number says: {c.shape}")
    coefficients = [
        contract([Factor(picked(c, 0, window(k, 1, size)), ("one",))], ()) for k in range(size)
    ]
    terms = [times(a, power(x, size - 1 - k)) for k, a in enumerate(coefficients)]
    return plus(*terms)


@composite(
    "block_diag",
    "A[m,n] B[p,q] -> C[m+p,n+q]",
    formula="d block_diag(A, B) = block_diag(dA, dB)",
    source="linear",
    facts=Facts(many=True, lists=True),
)
def block_diag(*operands: Node) -> Node:
    """Matrices one after the other down the diagonal, zeros elsewhere."""
    _of_rank("block_diag", "A[m,n] B[p,q] …", *((one, 2) for one in operands))
    heights, widths = ([one.shape[k] for one in operands] for k in (0, 1))
    total: list[Node] = []
    for k, one in enumerate(operands):
        for axis, sizes in enumerate((heights, widths)):
            start, whole = dimensions.total(sizes[:k]), dimensions.total(sizes)
            one = placed(one, axis, window(start, sizes[k], whole))  # noqa: PLW2901
        total.append(one)
    return plus(*total)


@composite(
    "tensordot",
    "A[m,n,p] B[n,p,q] -> C[m,q]",
    formula="d tensordot(A, B) = tensordot(dA, B) + tensordot(A, dB)",
    source="bilinear",
    function="np.tensordot({0}, {1}, axes={axes})",
    parameters={"axes": 2},
    facts=Facts(required=("axes",)),
)
def tensordot(a: Node, b: Node, axes: Any = 2) -> Node:
    """The sum of products over the last axes of one and the first of another, or over pairs."""
    if isinstance(axes, int):
        if not 0 <= axes <= min(len(a.shape), len(b.shape)):
            raise ShapeError(f"tensordot over {axes} axes of {a.shape} and {b.shape}")
        first = [*range(len(a.shape) - axes, len(a.shape))]
        second = [*range(axes)]
    else:
        first, second = (_listed(one, node) for one, node in zip(axes, (a, b), strict=True))
    clashes = dimensions.clashes(
        tuple(a.shape[k] for k in first), tuple(b.shape[k] for k in second)
    )
    if clashes or len(first) != len(second):
        found = f"{dimensions.times(a.shape)} and {dimensions.times(b.shape)}"
        raise ShapeError(f"tensordot of {found} does not fit", clashes=clashes)
    left = [("a", k) for k in algebra.axes_of(a)]
    right: list[Any] = [("b", k) for k in algebra.axes_of(b)]
    for one, two in zip(first, second, strict=True):
        right[two] = left[one]
    kept = [k for k in left if k not in right] + [k for k in right if k not in left]
    return contract([Factor(a, tuple(left)), Factor(b, tuple(right))], kept)


def _listed(axes: Any, node: Node) -> list[int]:
    given: Sequence[int] = (axes,) if isinstance(axes, int) else tuple(axes)
    return [algebra.axis_from_front(k, len(node.shape)) for k in given]


@composite(
    "glu",
    "x[2*n] -> y[n]",
    formula="dy = σ(b) ⊙ da + a ⊙ σ'(b) ⊙ db, x = [a; b]",
    source="Dauphin, Fan, Auli & Grangier, Gated Convolutional Networks (ICML 2017), eq. 1",
    parameters={"axis": -1},
)
def glu(x: Node, axis: int = -1) -> Node:
    """The gated linear unit: the first half times the sigmoid of the second."""
    along = algebra.axis_from_front(axis, len(x.shape))
    size = x.shape[along]
    half = dimensions.quotient(size, 2)
    value, gate = (picked(x, along, window(start, half, size)) for start in (0, half))
    return times(value, apply("sigmoid", (gate,), gate.shape))


@composite(
    "group_norm",
    "X[m,4] gain[4] bias[4] -> Y[m,4]",
    formula="dx̂ = (dx - mean(dx) - x̂ mean(x̂ ⊙ dx)) / σ, over each group of channels",
    source=_WU,
    parameters={"groups": 2, "eps": _EPS},
    facts=Facts(required=("groups",), in_torch="it is written group_norm(X, gain, bias, groups=2)"),
)
def group_norm(x: Node, gain: Node, bias: Node, groups: int = 2, eps: Fraction = _EPS) -> Node:
    """Group normalisation: over groups of the channels, axis 1, and all axes behind it."""
    if len(x.shape) < 2 or gain.shape != x.shape[1:2] or bias.shape != x.shape[1:2]:
        found = ", ".join(dimensions.times(one.shape) for one in (x, gain, bias))
        raise ShapeError(f"group_norm takes X[batch,channels,…] gain[channels] bias; found {found}")
    labels = algebra.axes_of(x)
    inside = dimensions.quotient(x.shape[1], groups)
    split = contract(
        [Factor(x, (0, Group(("group", "inside")), *labels[2:]))],
        (0, "group", "inside", *labels[2:]),
        {"group": groups, "inside": inside},
    )
    axes = range(2, len(split.shape))
    z = centred(split, axes)
    variance = algebra.mean(power(z, 2), axes)
    scale = power(plus(variance, algebra.constant(Fraction(eps))), Fraction(-1, 2))
    apart = (0, "group", "inside", *labels[2:])
    unit = contract([Factor(z, apart), Factor(scale, (0, "group"))], apart)
    merged = contract([Factor(unit, apart)], (0, Group(("group", "inside")), *labels[2:]))
    sizes = dict(zip(labels, x.shape, strict=True))
    stretched = contract([Factor(merged, labels), Factor(gain, (1,))], labels)
    return plus(stretched, contract([Factor(bias, (1,))], labels, sizes))
