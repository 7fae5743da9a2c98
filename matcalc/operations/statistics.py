"""Moments of samples: variances, covariances, distances."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import ShapeError
from matcalc.graph import Factor, Node, contract, einsum
from matcalc.operations import algebra
from matcalc.operations.algebra import minus, power, times
from matcalc.operations.facts import Facts
from matcalc.operations.parts import picked, window
from matcalc.operations.registry import composite

_HALF = Fraction(1, 2)
_MARDIA = "Mardia, Kent & Bibby, Multivariate Analysis (1979), section 1.4"


def centred(x: Node, axes: Sequence[int]) -> Node:
    """A node less its mean over some axes."""
    labels = algebra.axes_of(x)
    kept = tuple(k for k in labels if k not in axes)
    sizes = dict(zip(labels, x.shape, strict=True))
    return minus(x, contract([Factor(algebra.mean(x, axes), kept)], labels, sizes))


def over_freedom(total: Node, count: Dimension, ddof: int) -> Node:
    """A sum over a count less the degrees of freedom that the mean took.

    Raises:
        ShapeError: Nothing is left.
    """
    if isinstance(count, int) and count <= ddof:
        raise ShapeError(f"a variance of {count} entries with ddof={ddof}: nothing is left")
    freedom = minus(algebra.size_of(count), algebra.constant(ddof))
    return times(total, algebra.reciprocal(freedom))


_OF_ALL = Facts(
    convention="divides by the number of entries, as NumPy does; with ddof=1 by one less, "
    "as PyTorch and R do"
)


@composite(
    "var",
    "X[m,n] -> y",
    formula="d var(X) = 2 sum((X - mean(X)) ⊙ dX) / (size(X) - ddof)",
    source=_MARDIA,
    domain="everywhere; ddof=0 divides by the number of entries, as NumPy does",
    function="np.var({0}, axis={axis!r}, ddof={ddof})",
    parameters={"axis": None, "ddof": 0},
    facts=_OF_ALL,
)
def var(x: Node, axis: int | Sequence[int] | None = None, ddof: int = 0) -> Node:
    """The variance over axes, or over all."""
    axes = algebra.axes_from_front(axis, len(x.shape))
    squares = algebra.summed(power(centred(x, axes), 2), axes)
    return over_freedom(squares, dimensions.product(x.shape[k] for k in axes), ddof)


@composite(
    "std",
    "X[m,n] -> y",
    formula="d std(X) = sum((X - mean(X)) ⊙ dX) / (std(X) (size(X) - ddof))",
    source=_MARDIA,
    domain="where it is not 0; ddof=0 divides by the number of entries, as NumPy does",
    function="np.std({0}, axis={axis!r}, ddof={ddof})",
    parameters={"axis": None, "ddof": 0},
    facts=_OF_ALL,
)
def std(x: Node, axis: int | Sequence[int] | None = None, ddof: int = 0) -> Node:
    """The standard deviation over axes, or over all."""
    return algebra.sqrt(var(x, axis, ddof))


@composite(
    "cov",
    "X[m,n] -> C[m,m]",
    formula="dC = (dX Zᵀ + Z dXᵀ) / (n - ddof), Z = X less its row means",
    source=_MARDIA,
    domain="each row a variable, each column a sample; ddof=1 as in NumPy",
    function="np.cov({0}, ddof={ddof})",
    parameters={"ddof": 1},
)
def cov(x: Node, ddof: int = 1) -> Node:
    """The covariance matrix of the rows."""
    if len(x.shape) != 2:
        raise ShapeError(f"cov takes a matrix, a row for each variable; found {x.shape}")
    z = centred(x, (1,))
    return over_freedom(einsum("i k, j k -> i j", z, z), x.shape[1], ddof)


@composite(
    "corrcoef",
    "X[m,n+1] -> R[m,m]",
    formula="R = D C D, D = diag(C)^(-1/2), C = cov(X)",
    source=_MARDIA,
    domain="each row a variable; no row constant",
    function="np.corrcoef({0})",
)
def corrcoef(x: Node) -> Node:
    """The correlation matrix of the rows."""
    if len(x.shape) != 2:
        raise ShapeError(f"corrcoef takes a matrix, a row for each variable; found {x.shape}")
    z = centred(x, (1,))
    scale = power(algebra.summed(power(z, 2), (1,)), -_HALF)
    unit = einsum("i k, i -> i k", z, scale)
    return einsum("i k, j k -> i j", unit, unit)


@composite(
    "cdist",
    "X[m,d] Y[n,d] -> D[m,n]",
    formula="dD_ij = (x_i - y_j)ᵀ (dx_i - dy_j) / D_ij",
    source=_MARDIA.replace("1.4", "13.4"),
    domain="no two points alike",
    function="np.sqrt((({0}[:, None] - {1}[None])**2).sum(-1))",
)
def cdist(x: Node, y: Node) -> Node:
    """The distances of each row of one matrix from each row of another."""
    if len(x.shape) != 2 or len(y.shape) != 2 or x.shape[1] != y.shape[1]:
        found = f"{dimensions.times(x.shape)} and {dimensions.times(y.shape)}"
        two = len(x.shape) == len(y.shape) == 2
        clashes = dimensions.clashes(x.shape[1:], y.shape[1:]) if two else ()
        raise ShapeError(f"cdist takes X[m,d] Y[n,d]; found {found}", clashes=clashes)
    sizes = dict(zip("ijk", (*x.shape[:1], *y.shape), strict=True))
    first = contract([Factor(x, ("i", "k"))], "ijk", sizes)
    second = contract([Factor(y, ("j", "k"))], "ijk", sizes)
    return algebra.sqrt(algebra.summed(power(minus(first, second), 2), (2,)))


@composite(
    "trapezoid",
    "y[n] -> z",
    formula="d trapezoid(y) = dx (sum(dy) - (dy_1 + dy_n)/2)",
    source="NIST Digital Library of Mathematical Functions, eq. 3.5.2",
    function="float({dx}) * (np.sum({0}) - ({0}[0] + {0}[-1]) / 2)",
    parameters={"dx": Fraction(1)},
)
def trapezoid(y: Node, dx: Fraction = Fraction(1)) -> Node:
    """The integral of values at equal distances, by trapezoids."""
    if len(y.shape) != 1:
        raise ShapeError(f"trapezoid takes a vector; found {dimensions.times(y.shape)}")
    (size,) = y.shape
    less = dimensions.difference(size, 1)
    both = algebra.plus(*(picked(y, 0, window(start, less, size)) for start in (0, 1)))
    return algebra.multiple(Fraction(dx) / 2, algebra.summed(both))
