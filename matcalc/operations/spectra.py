"""Factorisations and functions of the spectrum: cholesky, eigenvalues, singular values, norms."""

from __future__ import annotations

from fractions import Fraction

from matcalc import dimensions
from matcalc.errors import NotDifferentiableError, ShapeError
from matcalc.graph import Apply, Factor, Node, add, apply, contract, einsum
from matcalc.operations import algebra
from matcalc.operations.facts import Facts
from matcalc.operations.linalg import inverse
from matcalc.operations.parts import tril
from matcalc.operations.registry import composite, primitive

_HALF = Fraction(1, 2)
_MURRAY = "Murray, Differentiation of the Cholesky decomposition (2016), eq. 8 and 10"
_GILES = "Giles, Collected matrix derivative results (2008), section 3.1 and 3.2"
_WATSON = "Watson, Linear Algebra and its Applications 170 (1992), for the subdifferential"


def _symmetrised(node: Node) -> Node:
    """Half of a matrix and its transpose, the last two axes."""
    return algebra.multiple(_HALF, add([node, algebra.swapped(node)]))


@primitive(
    "cholesky",
    "A[n,n]:spd -> L[n,n]",
    formula="dL = L Φ(L⁻¹ dA L⁻ᵀ), Φ(X) = tril(X) - diag(X)/2",
    source=_MURRAY,
    domain="A symmetric positive definite; of another matrix its symmetric part is taken",
    function="np.linalg.cholesky(({0} + {0}.T) / 2)",
    facts=Facts(
        of_whole=True,
        of_symmetric=True,
        code={"torch": "torch.linalg.cholesky(({0} + {0}.mT) / 2)"},
    ),
)
def pull_cholesky(low: Apply, _: int, bar: Node) -> Node:
    """Pull back through a Cholesky factor: the symmetric part of L⁻ᵀ Φ(Lᵀ bar) L⁻¹."""
    inside = _lower_half(einsum("k i, ... k j -> ... i j", low, bar), low)
    back = inverse(low)
    return _symmetrised(einsum("k i, ... k l, l j -> ... i j", back, inside, back))


def _lower_half(node: Node, like: Node) -> Node:
    """What is below the diagonal, and half of what is on it, of the last two axes."""
    (size, _) = like.shape
    ones = algebra.constant(1, (size, size))
    half = algebra.minus(tril(ones), algebra.multiple(_HALF, algebra.eye(size)))
    return algebra.entrywise(node, half)


@composite(
    "solve_triangular",
    "L[n,n]:invertible b[n] -> x[n]",
    "L[n,n]:invertible B[n,k] -> X[n,k]",
    formula="dX = L⁻¹ (dB - tril(dL) X)",
    source=_GILES,
    domain="no 0 on the diagonal; lower=0 takes the upper triangle",
    function="np.linalg.solve(np.tril({0}) if {lower} else np.triu({0}), {1})",
    parameters={"lower": 1},
)
def solve_triangular(low: Node, b: Node, lower: int = 1) -> Node:
    """The solution of a triangular system; the other triangle is not read."""
    square = algebra.square("solve_triangular", low)
    part = tril(square) if lower else algebra.transpose(tril(algebra.transpose(square)))
    return algebra.matmul(inverse(part), b)


@primitive(
    "eigvalsh",
    "A[n,n]:spd -> w[n]",
    formula="dw_i = v_iᵀ dA v_i",
    source=_GILES,
    domain="A symmetric, its eigenvalues simple; of another matrix its symmetric part is taken",
    function="np.linalg.eigvalsh(({0} + {0}.T) / 2)",
    facts=Facts(
        of_symmetric=True,
        spectral={"λ_max": -1, "λ_min": 0},
        result_of=("eigh", "0"),
        code={"torch": "torch.linalg.eigvalsh(({0} + {0}.mT) / 2)"},
    ),
)
def pull_eigvalsh(w: Apply, operand: int, bar: Node) -> Node:
    """Pull back through eigenvalues: V diag(bar) Vᵀ."""
    v = eigenvectors(w.arguments[operand])
    return einsum("... k, i k, j k -> ... i j", bar, v, v)


def eigenvectors(a: Node) -> Node:
    """The eigenvectors of a symmetric matrix as columns, in the order of rising eigenvalues."""
    return apply("eigenvectors", (a,), a.shape)


@primitive(
    "eigenvectors",
    "A[n,n]:spd -> V[n,n]",
    formula="dV = V (F ⊙ (Vᵀ dA V)), F_ij = 1/(w_j - w_i) off the diagonal, else 0",
    source=_GILES,
    domain="A symmetric, its eigenvalues simple; the largest entry of each is positive",
    function="eigenvectors",
    facts=Facts(building_block=True),
)
def pull_eigenvectors(v: Apply, operand: int, bar: Node) -> Node:
    """Pull back through eigenvectors: the symmetric part of V (F ⊙ (Vᵀ bar)) Vᵀ."""
    a = v.arguments[operand]
    w = apply("eigvalsh", (a,), a.shape[:1])
    size = a.shape[0]
    sizes = {"i": size, "j": size}
    columns = contract([Factor(w, ("j",))], ("i", "j"), sizes)
    rows = contract([Factor(w, ("i",))], ("i", "j"), sizes)
    gaps = add([columns, algebra.negative(rows), algebra.eye(size)])
    off = algebra.minus(algebra.constant(1, (size, size)), algebra.eye(size))
    factors = algebra.times(off, algebra.reciprocal(gaps))
    inside = algebra.entrywise(einsum("k i, ... k j -> ... i j", v, bar), factors)
    return _symmetrised(einsum("i k, ... k l, j l -> ... i j", v, inside, v))


@composite(
    "svdvals",
    "A[2,3]:full_rank -> s[2]",
    "A[n,n]:full_rank -> s[n]",
    formula="ds_i = u_iᵀ dA v_i",
    source=_GILES,
    domain="full rank, the singular values simple; of A[m,n] their number must be known",
    function="np.linalg.svd({0}, compute_uv=False)",
    facts=Facts(spectral={"σ_min": -1}, result_of=("svd", "1")),
)
def svdvals(a: Node) -> Node:
    """The singular values, the largest first: roots of the eigenvalues of the smaller square."""
    if len(a.shape) != 2:
        raise ShapeError(f"svdvals takes a matrix; found {dimensions.times(a.shape)}")
    m, n = a.shape
    known = isinstance(m, int) and isinstance(n, int)
    if not (known or m == n):
        raise ShapeError(
            f"svdvals of a matrix of {m}×{n} has min({m}, {n}) entries, which has no name: declare "
            "numbers, or write nuclear_norm(A) for their sum, spectral_norm(A) for the largest, "
            "norm(A) for the root of the sum of their squares"
        )
    wide = known and int(m) < int(n)
    square = einsum("i k, j k -> i j" if wide else "k i, k j -> i j", a, a)
    rising = apply("eigvalsh", (square,), square.shape[:1])
    falling = contract(
        [Factor(apply("exchange", (), square.shape), ("i", "j")), Factor(rising, ("j",))], ("i",)
    )
    return algebra.sqrt(falling)


@primitive(
    "nuclear_norm",
    "A[m,n]:full_rank -> y",
    formula="d‖A‖_* = sum(U Vᵀ ⊙ dA), A = U S Vᵀ",
    source=_WATSON,
    domain="A of full rank",
    function="np.linalg.norm({0}, 'nuc')",
    facts=Facts(
        order="nuc",
        fused=("svdvals", "sum"),
        code={"torch": "torch.linalg.matrix_norm({0}, 'nuc')"},
    ),
)
def pull_nuclear_norm(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through the sum of the singular values: by the polar factor."""
    a = y.arguments[operand]
    return einsum("..., i j -> ... i j", bar, apply("polar_factor", (a,), a.shape))


@primitive(
    "spectral_norm",
    "A[m,n]:full_rank -> y",
    formula="d‖A‖₂ = u₁ᵀ dA v₁",
    source=_WATSON,
    domain="the largest singular value simple",
    function="np.linalg.norm({0}, 2)",
    facts=Facts(
        order="2",
        spectral={"σ_max": None},
        fused=("svdvals", "max"),
        code={"torch": "torch.linalg.matrix_norm({0}, 2)"},
    ),
)
def pull_spectral_norm(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through the largest singular value: by u₁ v₁ᵀ."""
    a = y.arguments[operand]
    return einsum("..., i j -> ... i j", bar, apply("top_singular", (a,), a.shape))


def _no_second(name: str, of: str, what: str) -> None:
    def pull(y: Apply, operand: int, bar: Node) -> Node:
        raise NotDifferentiableError(
            f"the second derivative of {of} is not known ({y.operation}, operand {operand}, "
            f"of {dimensions.times(bar.shape)})"
        )

    primitive(
        name,
        "A[m,n]:full_rank -> P[m,n]",
        formula="not known",
        source=f"the slope of {of}: {what}",
        domain="its value for A of full rank; its derivative is not known",
        function=name,
        facts=Facts(building_block=True),
    )(pull)


_no_second("polar_factor", "nuclear_norm", "U Vᵀ of A = U S Vᵀ")
_no_second("top_singular", "spectral_norm", "u₁ v₁ᵀ of A = U S Vᵀ")
