"""Special functions entry by entry: those of the gamma function, and of the normal distribution."""

from __future__ import annotations

from fractions import Fraction

from matcalc.errors import NotationError
from matcalc.graph import Node, apply
from matcalc.operations import algebra
from matcalc.operations.algebra import minus, multiple, power, times
from matcalc.operations.elementwise import of, of_entries, square
from matcalc.operations.facts import Facts, of_special

_DLMF = "NIST Digital Library of Mathematical Functions"
_HALF = Fraction(1, 2)
_ORDERS = 12  # of polygamma


def polygamma(x: Node, n: int = 1) -> Node:
    """The n-th derivative of digamma, entry by entry.

    Raises:
        NotationError: n is no whole number from 0 to 12.
    """
    if n != int(n) or not 0 <= n <= _ORDERS:
        raise NotationError(f"polygamma(n, x) takes whole n from 0 to {_ORDERS}, not {n}")
    return apply("polygamma", (x,), x.shape, (int(n),)) if n else of("digamma", x)


def _root_of_pi(power_of: Fraction) -> Node:
    return power(algebra.pi(), power_of)


def _bell(x: Node, width: Fraction | int) -> Node:
    """The exponential of a number of squares."""
    return of("exp", multiple(width, square(x)))


# fmt: off
of_entries("lgamma", lambda x, _: of("digamma", x), formula="d log Γ(x) = digamma(x) ⊙ dx",
    source=f"{_DLMF}, eq. 5.2.2", points="positive", domain="x > 0", function="{gammaln}({0})",
    facts=Facts(aliases=("gammaln", "loggamma"), log_of="gamma", scipy="special.gammaln",
        code={"torch": "torch.lgamma({0})", "jnp": "jax.scipy.special.gammaln({0})"}))
of_entries("digamma", lambda x, _: polygamma(x, 1), formula="dψ(x) = polygamma(1, x) ⊙ dx",
    source=f"{_DLMF}, eq. 5.2.2 and 5.15.1", points="positive", domain="x > 0",
    function="{digamma}({0})",
    facts=Facts(aliases=("psi",), scipy="special.digamma", code=of_special("digamma", "torch")))
of_entries("polygamma", lambda x, _, n: polygamma(x, n + 1), formula="dψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁺¹⁾(x) ⊙ dx",
    source=f"{_DLMF}, section 5.15", points="positive", domain="x > 0, n from 0 to 12",
    build=polygamma, function="{polygamma}({n}, {0})", parameters={"n": 1},
    facts=Facts(required=("n",), number_first=True, scipy="special.polygamma",
        code={"torch": "torch.polygamma({n}, {0})",
        "jnp": "jax.scipy.special.polygamma({n}, {0})"}))
of_entries("erfc", lambda x, _: multiple(-2, times(_root_of_pi(-_HALF), _bell(x, -1))),
    formula="dy = -2/√π exp(-x²) ⊙ dx", source=f"{_DLMF}, eq. 7.2.2", function="{erfc}({0})",
    facts=Facts(scipy="special.erfc", code=of_special("erfc", "torch")))
of_entries("erfcx", lambda x, y: multiple(2, minus(times(x, y), _root_of_pi(-_HALF))),
    formula="dy = (2 x ⊙ y - 2/√π) ⊙ dx, y = exp(x²) erfc(x)",
    source=f"{_DLMF}, eq. 7.2.2 and 4.7.1",
    domain="everywhere; far right its derivative loses digits", function="{erfcx}({0})",
    facts=Facts(scipy="special.erfcx", code=of_special("erfcx")))
of_entries("erfinv", lambda _, y: multiple(_HALF, times(_root_of_pi(_HALF), _bell(y, 1))),
    formula="dy = √π/2 exp(y²) ⊙ dx", source=f"{_DLMF}, eq. 7.2.1, for its inverse", points="unit",
    domain="|x| < 1", function="{erfinv}({0})",
    facts=Facts(scipy="special.erfinv", code=of_special("erfinv", "torch")))
of_entries("ndtri", lambda _, x: times(power(multiple(2, algebra.pi()), _HALF), _bell(x, _HALF)),
    signature="p[...]:unit -> x[...]", formula="dx = dp / φ(x): √(2π) exp(x²/2) ⊙ dp",
    source=f"{_DLMF}, eq. 7.2.1, for the inverse of Φ", domain="0 < p < 1",
    function="{ndtri}({0})",
    facts=Facts(aliases=("probit",), scipy="special.ndtri", code=of_special("ndtri")))
# fmt: on
