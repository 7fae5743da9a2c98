"""Special functions entry by entry: those of the gamma function, and of the normal distribution."""

from __future__ import annotations

from fractions import Fraction

from matcalc.errors import NotationError
from matcalc.graph import Apply, Node, apply
from matcalc.operations import algebra
from matcalc.operations.algebra import entrywise, minus, multiple, negative, power, times
from matcalc.operations.elementwise import of, square
from matcalc.operations.facts import Facts, of_special
from matcalc.operations.registry import Rule, primitive, register

_DLMF = "NIST Digital Library of Mathematical Functions"
_HALF = Fraction(1, 2)
_ORDERS = 12  # of polygamma


@primitive(
    "lgamma",
    "x[...]:positive -> y[...]",
    formula="d log Γ(x) = digamma(x) ⊙ dx",
    source=f"{_DLMF}, eq. 5.2.2",
    domain="x > 0",
    function="{gammaln}({0})",
    facts=Facts(
        aliases=("gammaln", "loggamma"),
        scipy="special.gammaln",
        code={"torch": "torch.lgamma({0})", "jnp": "jax.scipy.special.gammaln({0})"},
    ),
)
def pull_lgamma(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through the logarithm of the gamma function."""
    return entrywise(bar, of("digamma", y.arguments[operand]))


@primitive(
    "digamma",
    "x[...]:positive -> y[...]",
    formula="dψ(x) = polygamma(1, x) ⊙ dx",
    source=f"{_DLMF}, eq. 5.2.2 and 5.15.1",
    domain="x > 0",
    function="{digamma}({0})",
    facts=Facts(
        aliases=("psi",),
        scipy="special.digamma",
        code=of_special("digamma", "torch"),
    ),
)
def pull_digamma(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through the logarithmic derivative of the gamma function."""
    return entrywise(bar, polygamma(y.arguments[operand], 1))


def polygamma(x: Node, n: int = 1) -> Node:
    """The n-th derivative of digamma, entry by entry.

    Raises:
        NotationError: n is no whole number from 0 to 12.
    """
    if n != int(n) or not 0 <= n <= _ORDERS:
        raise NotationError(f"polygamma(n, x) takes whole n from 0 to {_ORDERS}, not {n}")
    return apply("polygamma", (x,), x.shape, (int(n),)) if n else of("digamma", x)


def pull_polygamma(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through a derivative of digamma: the next one."""
    return entrywise(bar, polygamma(y.arguments[operand], y.parameters[0] + 1))


register(
    Rule(
        "polygamma",
        ("x[...]:positive -> y[...]",),
        formula="dψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁺¹⁾(x) ⊙ dx",
        source=f"{_DLMF}, section 5.15",
        domain="x > 0, n from 0 to 12",
        build=polygamma,
        function="{polygamma}({n}, {0})",
        pull=pull_polygamma,
        parameters={"n": 1},
        facts=Facts(
            required=("n",),
            number_first=True,
            scipy="special.polygamma",
            code={
                "torch": "torch.polygamma({n}, {0})",
                "jnp": "jax.scipy.special.polygamma({n}, {0})",
            },
        ),
    )
)


def _root_of_pi(power_of: Fraction) -> Node:
    return power(algebra.pi(), power_of)


@primitive(
    "erfc",
    "x[...] -> y[...]",
    formula="dy = -2/√π exp(-x²) ⊙ dx",
    source=f"{_DLMF}, eq. 7.2.2",
    function="{erfc}({0})",
    facts=Facts(scipy="special.erfc", code=of_special("erfc", "torch")),
)
def pull_erfc(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through the complementary error function."""
    bell = of("exp", negative(square(y.arguments[operand])))
    return entrywise(bar, multiple(-2, times(_root_of_pi(-_HALF), bell)))


@primitive(
    "erfcx",
    "x[...] -> y[...]",
    formula="dy = (2 x ⊙ y - 2/√π) ⊙ dx, y = exp(x²) erfc(x)",
    source=f"{_DLMF}, eq. 7.2.2 and 4.7.1",
    domain="everywhere; far right its derivative loses digits",
    function="{erfcx}({0})",
    facts=Facts(scipy="special.erfcx", code=of_special("erfcx")),
)
def pull_erfcx(y: Apply, operand: int, bar: Node) -> Node:
    """Pull back through the scaled complementary error function."""
    slope = minus(times(y.arguments[operand], y), _root_of_pi(-_HALF))
    return entrywise(bar, multiple(2, slope))


@primitive(
    "erfinv",
    "x[...]:unit -> y[...]",
    formula="dy = √π/2 exp(y²) ⊙ dx",
    source=f"{_DLMF}, eq. 7.2.1, for its inverse",
    domain="|x| < 1",
    function="{erfinv}({0})",
    facts=Facts(scipy="special.erfinv", code=of_special("erfinv", "torch")),
)
def pull_erfinv(y: Apply, _: int, bar: Node) -> Node:
    """Pull back through the inverse of the error function."""
    grown = of("exp", square(y))
    return entrywise(bar, multiple(_HALF, times(_root_of_pi(_HALF), grown)))


@primitive(
    "ndtri",
    "p[...]:unit -> x[...]",
    formula="dx = dp / φ(x): √(2π) exp(x²/2) ⊙ dp",
    source=f"{_DLMF}, eq. 7.2.1, for the inverse of Φ",
    domain="0 < p < 1",
    function="{ndtri}({0})",
    facts=Facts(
        aliases=("probit",),
        scipy="special.ndtri",
        code=of_special("ndtri"),
    ),
)
def pull_ndtri(x: Apply, _: int, bar: Node) -> Node:
    """Pull back through the quantile function of the standard normal distribution."""
    grown = of("exp", multiple(_HALF, square(x)))
    root = power(multiple(2, algebra.pi()), _HALF)
    return entrywise(bar, times(root, grown))
