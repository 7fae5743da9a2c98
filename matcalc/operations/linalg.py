"""Linear algebra: inverses, determinants, the matrix exponential."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import ShapeError
from matcalc.graph import Apply, Factor, Node, add, apply, contract, einsum, zero
from matcalc.operations import algebra
from matcalc.operations.facts import Facts
from matcalc.operations.parts import picked, placed, window
from matcalc.operations.registry import composite, primitive

_COOKBOOK = "Petersen & Pedersen, The Matrix Cookbook (2012)"


def applied(operation: str, x: Node, shape: Shape | None = None) -> Node:
    """An operation of one operand, of whose shape the result is if no other is named."""
    return apply(operation, (x,), x.shape if shape is None else shape)


def inverse(x: Node) -> Node:
    """The inverse of a square matrix."""
    return applied("inv", x)


@primitive(
    "inv",
    "X[...,n,n]:invertible -> Y[...,n,n]",
    formula="dY = -Y dX Y",
    source=f"{_COOKBOOK}, eq. 40",
    domain="X invertible",
    function="np.linalg.inv({0})",
    facts=Facts(
        of_whole=True, elsewhere=("inverse",), words=("matinv",), odd=True, keeps_symmetry=True
    ),
)
def pull_inverse(y: Apply, _: int, bar: Node) -> Node:
    """Pull back through an inverse: ``-Yᵀ bar Yᵀ``."""
    return algebra.negative(_between(bar, y))


def _between(bar: Node, y: Node) -> Node:
    """``yᵀ bar yᵀ`` for each matrix of a stack."""
    stack, front = _stacked(bar, y)
    at = [(*front, *stack, "k", "l"), (*stack, "k", "i"), (*stack, "j", "l")]
    factors = [Factor(node, labels) for node, labels in zip((bar, y, y), at, strict=True)]
    return contract(factors, (*front, *stack, "i", "j"))


def _stacked(bar: Node, y: Node, matrix: int = 2) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The labels of a stack of results, and of what stands before it in what is pulled back."""
    depth = len(y.shape) - matrix
    stack = tuple(("stack", k) for k in range(depth))
    return stack, tuple(("front", k) for k in range(len(bar.shape) - depth - matrix))


def _times_matrix(bar: Node, y: Node, matrix: Node) -> Node:
    """Numbers times the transpose of a matrix for each: of a stack of both."""
    stack, front = _stacked(bar, y, 0)
    factors = [Factor(bar, (*front, *stack)), Factor(matrix, (*stack, "j", "i"))]
    return contract(factors, (*front, *stack, "i", "j"))


@primitive(
    "pinv",
    "X[m,n]:full_rank -> P[n,m]",
    formula="dP = -P dX P + P Pᵀ dXᵀ (I - X P) + (I - P X) dXᵀ Pᵀ P",
    source="Golub & Pereyra, SIAM Journal on Numerical Analysis 10 (1973), eq. 4.12",
    domain="X of full rank, and its rank the same nearby",
    function="np.linalg.pinv({0})",
    facts=Facts(
        of_whole=True,
        elsewhere=("ginv",),
        words=("pinverse", "pseudoinverse"),
        odd=True,
        of_stacks=True,
        keeps_symmetry=True,
    ),
)
def pull_pinv(p: Apply, _: int, bar: Node) -> Node:
    """Pull back through a pseudo-inverse of a matrix of full rank."""
    x = p.arguments[0]
    m, n = x.shape
    left = algebra.minus(algebra.eye(m), algebra.matmul(x, p))
    right = algebra.minus(algebra.eye(n), algebra.matmul(p, x))
    return add(
        [
            algebra.negative(einsum("... i j, i k, l j -> ... k l", bar, p, p)),
            einsum("... i j, i a, b a, l j -> ... l b", bar, p, p, left),
            einsum("... i j, i l, a b, a j -> ... b l", bar, right, p, p),
        ]
    )


@primitive(
    "det",
    "X[...,n,n]:invertible -> y[...]",
    formula="d det(X) = tr(adj(X) dX)",
    source=f"{_COOKBOOK}, eq. 41",
    function="np.linalg.det({0})",
    facts=Facts(of_whole=True, words=("determinant",), latex=r"\det"),
)
def pull_det(y: Apply, _: int, bar: Node) -> Node:
    """Pull back through a determinant: ``bar adj(X)ᵀ``."""
    x = y.arguments[0]
    if len(x.shape) == 2:
        return einsum("..., j i -> ... i j", bar, applied("adj", x))
    return _times_matrix(algebra.entrywise(bar, y), y, inverse(x))


@primitive(
    "adj",
    "X[n,n]:invertible -> Y[n,n]",
    formula="d adj(X) = tr(adj(X) dX) X⁻¹ - adj(X) dX X⁻¹",
    source=f"{_COOKBOOK}, eq. 40 and 41, by adj(X) = det(X) X⁻¹",
    domain="its value everywhere; its derivative for invertible X",
    function="adjugate",
    facts=Facts(words=("adjugate", "adjoint", "adjunct"), of_stacks=True, keeps_symmetry=True),
)
def pull_adj(y: Apply, _: int, bar: Node) -> Node:
    """Pull back through an adjugate, written as det(X) X⁻¹."""
    inv = inverse(y.arguments[0])
    return add(
        [
            einsum("... k l, k l, j i -> ... i j", bar, inv, y),
            algebra.negative(einsum("... k l, k i, j l -> ... i j", bar, y, inv)),
        ]
    )


@primitive(
    "logdet",
    "X[...,n,n]:invertible -> y[...]",
    formula="d log|det X| = tr(X⁻¹ dX)",
    source=f"{_COOKBOOK}, eq. 43 and 57",
    domain="X invertible",
    function="np.linalg.slogdet({0})[1]",
    facts=Facts(
        of_whole=True,
        result_of=("slogdet", "1"),
        words=("logdeterminant", "log_det"),
        code={"torch": "torch.linalg.slogdet({0}).logabsdet"},
    ),
)
def pull_logdet(y: Apply, _: int, bar: Node) -> Node:
    """Pull back through the logarithm of the absolute determinant: ``bar X⁻ᵀ``."""
    return _times_matrix(bar, y, inverse(y.arguments[0]))


@primitive(
    "det_sign",
    "X[n,n]:invertible -> y",
    formula="dy = 0",
    source="piecewise constant: the sign of det(X), 1 or -1",
    domain="X invertible",
    function="np.linalg.slogdet({0})[0]",
    facts=Facts(of_stacks=True, code={"torch": "torch.linalg.slogdet({0}).sign"}),
)
def pull_det_sign(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through the sign of a determinant, which is the same nearby."""
    return zero(bar.shape + y.arguments[operand].shape)


@composite(
    "solve",
    "A[n,n]:invertible b[n] -> x[n]",
    "A[n,n]:invertible B[n,k] -> X[n,k]",
    "A[p,n,n]:invertible B[p,n,k] -> X[p,n,k]",
    formula="dX = A⁻¹ (dB - dA X)",
    source=f"{_COOKBOOK}, eq. 37 and 40",
    domain="A invertible",
    function="np.linalg.solve({0}, {1})",
    facts=Facts(of_whole=True),
)
def solve(a: Node, b: Node) -> Node:
    """The solution of A X = B: the product with an inverse that is solved for, not formed."""
    if len(a.shape) > 2 and a.shape[-1] == a.shape[-2]:
        return algebra.matmul(inverse(a), b)
    return algebra.matmul(inverse(algebra.square("solve", a)), b)


_POWERS = 64


@composite(
    "matrix_power",
    "X[n,n]:invertible -> Y[n,n]",
    formula="d(X^k) = sum over r < k of X^r dX X^(k-1-r)",
    source=f"{_COOKBOOK}, eq. 90 and 91",
    domain="everywhere; X invertible for k < 0",
    function="np.linalg.matrix_power({0}, {k})",
    parameters={"k": 3},
    facts=Facts(
        words=("matpow", "mpow"),
        required=("k",),
        keeps_symmetry=True,
        code={
            "torch": "torch.linalg.matrix_power({0}, {k})",
            "jnp": "jnp.linalg.matrix_power({0}, {k})",
        },
    ),
)
def matrix_power(x: Node, k: int = 3) -> Node:
    """A whole power of a square matrix, by repeated squaring."""
    if abs(k) > _POWERS or k != int(k):
        raise ShapeError(f"matrix_power takes whole exponents up to {_POWERS}, not {k}")
    base = (
        inverse(algebra.square("matrix_power", x)) if k < 0 else algebra.square("matrix_power", x)
    )
    result: Node | None = None
    rest = abs(k)
    while rest:
        if rest % 2:
            result = base if result is None else algebra.matmul(base, result)
        base = algebra.matmul(base, base)
        rest //= 2
    return algebra.eye(x.shape[0]) if result is None else result


_HIGHAM = "Higham, Functions of Matrices (2008), eq. 10.15 and theorem 3.6"
#: The derivatives of functions of a matrix in the direction of the identity, by their Fréchet
#: derivatives' names: what the derivative of the function of numbers is of the matrix.
SLOPES: dict[str, Callable[[Node], Node]] = {}
_OF_MATRIX = Facts(of_whole=True, keeps_symmetry=True)


def _matrix_function(
    name: str,
    title: str,
    slope: Callable[[Node], Node],
    *,
    points: str,
    domain: str = "everywhere",
    function: str = "",
    facts: Facts = _OF_MATRIX,
) -> None:
    SLOPES[f"{name}_frechet"] = slope

    def pull(y: Apply, operand: int, bar: Node) -> Node:
        return frechet(algebra.swapped(y.arguments[operand]), bar, name)

    pull.__doc__ = f"Pull back through {name}: the Fréchet derivative at Xᵀ of what arrives."
    primitive(
        name,
        f"X[...,n,n]:{points} -> Y[...,n,n]",
        formula=f"d {title}(X) = L(X, dX), the upper right block of {title}([[X, dX], [0, X]])",
        source=_HIGHAM,
        function=function or name,
        domain=domain,
        facts=facts,
    )(pull)
    primitive(
        f"{name}_frechet",
        f"X[n,n]:{points} E[n,n] -> L[n,n]",
        formula="dL(X, E) = L(X, dE) + L²(X; E, dX)",
        source="Higham & Relton, Higher order Fréchet derivatives of matrix functions (2014), "
        "theorem 3.5",
        domain=domain,
        build=partial(frechet, name=name),
        function=f"{name}_frechet",
        facts=Facts(directed=True, building_block=True),
    )(pull_frechet)


def frechet(x: Node, direction: Node, name: str = "expm") -> Node:
    """The Fréchet derivative of a function of a matrix, at each matrix of a stack.

    Args:
        x: Matrices, shape ``(..., n, n)``.
        direction: Directions, of the shape of ``x`` or with more axes in front.
        name: The function: ``expm``, ``logm``.

    Raises:
        ShapeError: The two do not fit.
    """
    rank = len(x.shape)
    if rank < 2 or x.shape[-1] != x.shape[-2] or direction.shape[-rank:] != x.shape:
        found = f"{dimensions.times(x.shape)} and {dimensions.times(direction.shape)}"
        raise ShapeError(f"{name}_frechet takes X[n,n] E[n,n]; found {found}")
    return apply(f"{name}_frechet", (x, direction), direction.shape)


def pull_frechet(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through L(X, E): to E it is L(Xᵀ, bar), to X the second Fréchet derivative.

    That is symmetric in its two directions: L²(Xᵀ; Eᵀ, bar) is the upper right block of L at
    [[Xᵀ, Eᵀ], [0, Xᵀ]] in the direction [[bar, 0], [0, bar]].
    """
    x, e = map(algebra.swapped, y.arguments)
    name = y.operation.removesuffix("_frechet")
    if operand == 1:
        return frechet(x, bar, name)
    front = len(e.shape) - len(x.shape)
    axes = algebra.axes_of(e)
    sizes = dict(zip(axes, e.shape, strict=True))
    everywhere = contract([Factor(x, axes[front:])], axes, sizes)
    n = x.shape[-1]
    both = dimensions.product([2, n])
    first, second = window(0, n, both), window(n, n, both)
    at = [(everywhere, first, first), (e, first, second), (everywhere, second, second)]
    towards = [(bar, first, first), (bar, second, second)]
    found = frechet(add(list(map(_block, at))), add(list(map(_block, towards))), name)
    last = len(found.shape) - 1
    corner = picked(picked(found, last - 1, first), last, second)
    kept = len(bar.shape) - len(e.shape)
    return algebra.summed(corner, range(kept, kept + front))


def _block(placing: tuple[Node, Node, Node]) -> Node:
    """Matrices as a block of larger ones."""
    matrices, rows, columns = placing
    last = len(matrices.shape) - 1
    return placed(placed(matrices, last - 1, rows), last, columns)


_matrix_function(
    "expm",
    "exp",
    partial(applied, "expm"),
    points="small",
    function="expm",
    facts=Facts(
        of_whole=True,
        elsewhere=("matrix_exp",),
        words=("matrixexp", "mexp"),
        keeps_symmetry=True,
        scipy="linalg.expm",
        code={
            "torch": "torch.linalg.matrix_exp({0})",
            "jnp": "jax.scipy.linalg.expm({0})",
        },
    ),
)
_PRINCIPAL = "no eigenvalue negative or 0"
_matrix_function("logm", "log", inverse, points="spd", domain=_PRINCIPAL)
_matrix_function(
    "sqrtm",
    "√",
    lambda x: algebra.multiple(Fraction(1, 2), inverse(applied("sqrtm", x))),
    points="spd",
    domain=_PRINCIPAL,
)
_matrix_function("sinm", "sin", partial(applied, "cosm"), points="small")
_matrix_function(
    "cosm",
    "cos",
    lambda x: algebra.negative(applied("sinm", x)),
    points="small",
    facts=Facts(keeps_symmetry=True),
)
