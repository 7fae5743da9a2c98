"""Functions applied entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from matcalc.errors import ShapeError
from matcalc.graph import Apply, Node, apply, zero
from matcalc.operations import algebra
from matcalc.operations.algebra import (
    constant,
    entrywise,
    minus,
    multiple,
    negative,
    plus,
    power,
    reciprocal,
    sqrt,
    times,
)
from matcalc.operations.facts import NONE, Facts, of_special
from matcalc.operations.registry import Build, composite, find_rule, primitive

_DLMF = "NIST Digital Library of Mathematical Functions"
_BRACEWELL = "Bracewell, The Fourier Transform and Its Applications (3rd edition, 2000), chapter 4"
_MILLS = "Greene, Econometric Analysis (7th edition, 2012), theorem 19.2"
_HALF, _THIRD = Fraction(1, 2), Fraction(1, 3)

#: From the operands, the result and the parameters to the derivative by one of the operands.
Slope = Callable[..., Node]


def of(name: str, x: Node) -> Node:
    """A function of one operand, entry by entry."""
    return apply(name, (x,), x.shape)


def of_entries(
    name: str,
    *slopes: Slope,
    formula: str,
    source: str,
    function: str,
    points: str = "real",
    signature: str = "",
    domain: str = "everywhere",
    parameters: Mapping[str, Any] | None = None,
    facts: Facts = NONE,
    build: Build | None = None,
) -> Build:
    """Register a function that works entry by entry: its derivatives are diagonal.

    Returns:
        What builds its node.

    Args:
        name: As the attributes of a rule, as are the others.
        slopes: The derivative by each operand.
        formula: As it is written.
        source: Where it stands.
        function: What computes it.
        points: Where the operand lies, of a function of one.
        signature: The signature of a function of several.
        domain: Where it is differentiable.
        parameters: What is not differentiated.
        facts: What else is known.
        build: What makes its node, where parameters are to be looked at.
    """

    def pull(y: Apply, operand: int, bar: Node) -> Node:
        return entrywise(bar, slopes[operand](*y.arguments, y, *y.parameters))

    pull.__module__ = slopes[0].__module__  # where it is known
    primitive(
        name,
        signature or f"x[...]:{points} -> y[...]",
        formula=formula,
        source=source,
        function=function,
        domain=domain,
        parameters=parameters,
        facts=facts,
        build=build,
    )(pull)
    return find_rule(name).build


def one_minus(x: Node) -> Node:
    """One minus a node, entry by entry."""
    return minus(constant(1), x)


def one_plus(x: Node) -> Node:
    """One plus a node, entry by entry."""
    return plus(constant(1), x)


def square(x: Node) -> Node:
    """The square, entry by entry."""
    return power(x, 2)


# fmt: off
of_entries("exp", lambda _, y: y, formula="dy = exp(x) ⊙ dx",
    source=f"{_DLMF}, section 4.7", function="np.exp({0})",
    facts=Facts(slope="y", words=("exponential",), positive=True, in_math=True,
        of_matrices=("exponential", "expm"), latex=r"\exp"))
of_entries("log", lambda x, _: reciprocal(x), formula="dy = dx / x",
    source=f"{_DLMF}, eq. 4.7.1", function="np.log({0})", points="positive", domain="x > 0",
    facts=Facts(slope="1 / x",
        aliases=("ln",), elsewhere=("ln",), words=("lg",), in_math=True,
        of_matrices=("logarithm", "logm"), latex=r"\log"))
of_entries("log1p", lambda x, _: reciprocal(one_plus(x)), formula="dy = dx / (1 + x)",
    source=f"{_DLMF}, eq. 4.7.1", function="np.log1p({0})", points="positive", domain="x > -1",
    facts=Facts(of_square="log1p_square"))
of_entries("expm1", lambda x, _: of("exp", x), formula="dy = exp(x) ⊙ dx",
    source=f"{_DLMF}, section 4.7", function="np.expm1({0})")
of_entries("abs", lambda x, _: of("sign", x), formula="dy = sign(x) ⊙ dx",
    source="Boyd & Vandenberghe, Convex Optimization (2004), section 9.1, for the kink",
    function="np.abs({0})", points="nonzero", domain="x ≠ 0; at 0 the slope is taken as 0",
    facts=Facts(slope="sign(x)", aliases=("absolute",), elsewhere=("absolute",),
        words=("fabs",), kinked=True))
of_entries("sign", lambda x, _: zero(x.shape), formula="dy = 0",
    source=_BRACEWELL, function="np.sign({0})", points="nonzero", domain="x ≠ 0; sign(0) is 0",
    facts=Facts(elsewhere=("sgn",), words=("signum",), kinked=True))
of_entries("step", lambda x, _: zero(x.shape), formula="dy = 0",
    source=_BRACEWELL, function="np.heaviside({0}, 0.0)",
    points="nonzero", domain="x ≠ 0; step(0) is taken as 0",
    facts=Facts(words=("heaviside",), kinked=True, code={"torch": "({0} > 0).to({dtype})",
        "jnp": "({0} > 0).astype({dtype})"}))
sin = of_entries("sin", lambda x, _: of("cos", x), formula="dy = cos(x) ⊙ dx",
    source=f"{_DLMF}, section 4.20", function="np.sin({0})",
    facts=Facts(slope="cos(x)",
        words=("sine",), within_one=True, in_math=True, of_matrices=("sine", "sinm"),
        power_behind_name=True, latex=r"\sin"))
cos = of_entries("cos", lambda x, _: negative(of("sin", x)), formula="dy = -sin(x) ⊙ dx",
    source=f"{_DLMF}, section 4.20", function="np.cos({0})",
    facts=Facts(slope="-sin(x)",
        words=("cosine",), within_one=True, in_math=True, of_matrices=("cosine", "cosm"),
        power_behind_name=True,
        latex=r"\cos"))
of_entries("tan", lambda _, y: one_plus(square(y)), formula="dy = (1 + tan²(x)) ⊙ dx",
    source=f"{_DLMF}, section 4.20", function="np.tan({0})", points="unit",
    domain="cos(x) ≠ 0",
    facts=Facts(words=("tangent",), power_behind_name=True, latex=r"\tan"))
of_entries("arcsin", lambda x, _: reciprocal(sqrt(one_minus(square(x)))),
    formula="dy = dx / √(1 - x²)", source=f"{_DLMF}, section 4.24", function="np.arcsin({0})",
    points="unit", domain="|x| < 1",
    facts=Facts(aliases=("asin",), words=("arcsine",), latex=r"\arcsin"))
of_entries("arccos", lambda x, _: negative(reciprocal(sqrt(one_minus(square(x))))),
    formula="dy = -dx / √(1 - x²)", source=f"{_DLMF}, section 4.24", function="np.arccos({0})",
    points="unit", domain="|x| < 1",
    facts=Facts(aliases=("acos",), words=("arccosine",), latex=r"\arccos"))
of_entries("arctan", lambda x, _: reciprocal(one_plus(square(x))), formula="dy = dx / (1 + x²)",
    source=f"{_DLMF}, section 4.24", function="np.arctan({0})",
    facts=Facts(aliases=("atan",), words=("arctangent",), latex=r"\arctan"))
of_entries("sinh", lambda x, _: of("cosh", x), formula="dy = cosh(x) ⊙ dx",
    source=f"{_DLMF}, section 4.34", function="np.sinh({0})",
    facts=Facts(slope="cosh(x)",
        of_matrices=("hyperbolic sine", "sinhm"), power_behind_name=True, latex=r"\sinh"))
of_entries("cosh", lambda x, _: of("sinh", x), formula="dy = sinh(x) ⊙ dx",
    source=f"{_DLMF}, section 4.34", function="np.cosh({0})",
    facts=Facts(slope="sinh(x)", positive=True, of_matrices=("hyperbolic cosine", "coshm"),
        power_behind_name=True, latex=r"\cosh"))
of_entries("tanh", lambda _, y: one_minus(square(y)), formula="dy = (1 - y²) ⊙ dx",
    source=f"{_DLMF}, section 4.34", function="np.tanh({0})",
    facts=Facts(slope="1 - y**2",
        words=("hypertan",), within_one=True, in_math=True, power_behind_name=True,
        latex=r"\tanh"))
of_entries("arcsinh", lambda x, _: reciprocal(sqrt(one_plus(square(x)))),
    formula="dy = dx / √(1 + x²)", source=f"{_DLMF}, section 4.38", function="np.arcsinh({0})",
    facts=Facts(aliases=("asinh",)))
of_entries("arccosh", lambda x, _: reciprocal(sqrt(minus(square(x), constant(1)))),
    formula="dy = dx / √(x² - 1)", source=f"{_DLMF}, section 4.38", function="np.arccosh({0})",
    points="above_one", domain="x > 1",
    facts=Facts(aliases=("acosh",)))
of_entries("arctanh", lambda x, _: reciprocal(one_minus(square(x))),
    formula="dy = dx / (1 - x²)", source=f"{_DLMF}, section 4.38", function="np.arctanh({0})",
    points="unit", domain="|x| < 1",
    facts=Facts(aliases=("atanh",)))
of_entries("cbrt", lambda _, y: multiple(_THIRD, power(y, -2)), formula="dy = dx / (3 y²)",
    source=f"{_DLMF}, eq. 4.7.12", function="np.cbrt({0})", points="nonzero", domain="x ≠ 0",
    facts=Facts(code={"torch": "torch.sign({0}) * torch.abs({0})**(1 / 3)"}))
of_entries("erf", lambda x, _: times(_two_over_root_pi(), of("exp", negative(square(x)))),
    formula="dy = 2/√π exp(-x²) ⊙ dx", source=f"{_DLMF}, eq. 7.2.1", function="{erf}({0})",
    facts=Facts(within_one=True, in_math=True, scipy="special.erf",
        code=of_special("erf", "torch")))
of_entries("Phi", lambda x, _: normal_density(x), formula="dy = φ(x) ⊙ dx, φ(x) = exp(-x²/2)/√(2π)",
    source=f"{_DLMF}, eq. 7.2.1, by Φ(x) = (1 + erf(x/√2))/2", function="{ndtr}({0})",
    facts=Facts(aliases=("ndtr",), elsewhere=("pnorm", "ndtr"), words=("normcdf", "norm_cdf"),
        positive=True, within_one=True, mirrored=True, unicode="Φ", latex=r"\Phi",
        scipy="special.ndtr",
        code=of_special("ndtr")))
of_entries("log_ndtr", lambda x, _: of("inverse_mills", x), formula="d log Φ(x) = φ(x)/Φ(x) ⊙ dx",
    source=f"{_DLMF}, eq. 7.2.1 and 4.7.1", function="{log_ndtr}({0})",
    facts=Facts(scipy="special.log_ndtr", code={
        "torch": "torch.special.log_ndtr({0})", "jnp": "log_normal_cdf"}))
of_entries("inverse_mills", lambda x, y: negative(times(y, plus(x, y))),
    formula="dy = -y ⊙ (x + y) ⊙ dx, y = φ(x)/Φ(x)", source=_MILLS,
    function="math.sqrt(2 / math.pi) / {erfcx}(-math.sqrt(0.5) * {0})",
    domain="everywhere; below x = -1000 its derivative loses digits",
    facts=Facts(code={
        "torch": "math.sqrt(2 / math.pi) / torch.special.erfcx(-math.sqrt(0.5) * {0})",
        "jnp": "math.sqrt(2 / math.pi) / jax.scipy.special.erfcx(-math.sqrt(0.5) * {0})"}))
of_entries("sigmoid", lambda _, y: times(y, one_minus(y)), formula="dy = y ⊙ (1 - y) ⊙ dx",
    source="Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.88",
    function="np.exp(-np.logaddexp(0.0, -{0}))",
    facts=Facts(slope="y * (1 - y)", aliases=("σ", "expit"),
        elsewhere=("logistic", "plogis", "expit"), words=("sigm",), positive=True, within_one=True,
        mirrored=True, unicode="σ", latex=r"\sigma",
        code={"np": "sigmoid", "torch": "torch.sigmoid({0})", "jnp": "jax.nn.sigmoid({0})"}))
of_entries("logit", lambda x, _: reciprocal(times(x, one_minus(x))),
    formula="dy = dx / (x ⊙ (1 - x))", source=f"{_DLMF}, eq. 4.7.1, of log(x) - log(1 - x)",
    function="np.log({0}) - np.log1p(-{0})", points="unit", domain="0 < x < 1",
    facts=Facts(elsewhere=("qlogis",),
        code={"torch": "torch.logit({0})", "jnp": "jax.scipy.special.logit({0})"}))
relu = of_entries("relu", lambda x, _: of("step", x), formula="dy = step(x) ⊙ dx",
    source="Goodfellow, Bengio & Courville, Deep Learning (2016), section 6.3.1",
    function="np.maximum({0}, 0.0)", points="nonzero",
    domain="x ≠ 0; at 0 the slope is taken as 0",
    facts=Facts(slope="step(x)", words=("rectifier",), below="+", kinked=True,
        code={"torch": "torch.relu({0})", "jnp": "jax.nn.relu({0})"}))
softplus = of_entries("softplus", lambda x, _: of("sigmoid", x), formula="dy = sigmoid(x) ⊙ dx",
    source="Goodfellow, Bengio & Courville, Deep Learning (2016), eq. 3.42",
    function="np.logaddexp(0.0, {0})",
    facts=Facts(slope="sigmoid(x)", positive=True,
        code={"torch": "torch.nn.functional.softplus({0}, threshold=40)",
        "jnp": "jax.nn.softplus({0})"}))
# fmt: on


def _two_over_root_pi() -> Node:
    return multiple(2, power(algebra.pi(), -_HALF))


def normal_density(x: Node) -> Node:
    """The density of the standard normal distribution, entry by entry."""
    bell = of("exp", multiple(-_HALF, square(x)))
    return times(bell, power(multiple(2, algebra.pi()), -_HALF))


@composite(
    "sqrt",
    "x[...]:positive -> y[...]",
    formula="dy = dx / (2 √x)",
    source=f"{_DLMF}, eq. 4.7.12",
    domain="x > 0",
    function="np.sqrt({0})",
    facts=Facts(
        slope="1 / (2 * y)",
        words=("squareroot", "root"),
        in_math=True,
        of_matrices=("square root", "sqrtm"),
        code={"torch": "torch.sqrt({0})", "jnp": "jnp.sqrt({0})"},
    ),
)
def sqrt_rule(x: Node) -> Node:
    """The square root, entry by entry."""
    return sqrt(x)


@composite(
    "leaky_relu",
    "x[...]:nonzero -> y[...]",
    formula="dy = (slope + (1 - slope) step(x)) ⊙ dx",
    source="Maas, Hannun & Ng, Rectifier Nonlinearities (2013), eq. 3",
    domain="x ≠ 0; at 0 the slope is taken from the left",
    function="np.where({0} > 0, {0}, float({slope}) * {0})",
    parameters={"slope": Fraction(1, 100)},
    facts=Facts(words=("leakyrelu",), kinked=True, keywords={"negative_slope": "slope"}),
)
def leaky_relu(x: Node, slope: Fraction = Fraction(1, 100)) -> Node:
    """A rectifier that leaks on the left."""
    return plus(multiple(slope, x), multiple(1 - Fraction(slope), of("relu", x)))


@composite(
    "elu",
    "x[...]:nonzero -> y[...]",
    formula="dy = (step(x) + alpha (1 - step(x)) ⊙ exp(min(x, 0))) ⊙ dx",
    source="Clevert, Unterthiner & Hochreiter, Exponential Linear Units (ICLR 2016), eq. 15",
    domain="x ≠ 0, and 0 too for alpha = 1; at 0 the slope is taken from the left",
    function="np.where({0} > 0, {0}, float({alpha}) * np.expm1(np.minimum({0}, 0.0)))",
    parameters={"alpha": Fraction(1)},
)
def elu(x: Node, alpha: Fraction = Fraction(1)) -> Node:
    """The exponential linear unit."""
    right = of("relu", x)
    return plus(right, multiple(alpha, of("expm1", minus(x, right))))


@composite(
    "gelu",
    "x[...] -> y[...]",
    formula="dy = (Φ(x) + x ⊙ φ(x)) ⊙ dx",
    source="Hendrycks & Gimpel, Gaussian Error Linear Units (2016), section 2",
    facts=Facts(approximations={"none": "gelu", "tanh": "gelu_tanh"}),
)
def gelu(x: Node) -> Node:
    """The Gaussian error linear unit, by the normal distribution."""
    return times(x, of("Phi", x))


@composite(
    "gelu_tanh",
    "x[...] -> y[...]",
    formula="dy = (1 + tanh(u) + x (1 - tanh²(u)) u')/2 ⊙ dx, u = √(2/π) (x + 0.044715 x³)",
    source="Hendrycks & Gimpel, Gaussian Error Linear Units (2016), section 2",
)
def gelu_tanh(x: Node) -> Node:
    """The Gaussian error linear unit, by its approximation with tanh."""
    cubic = plus(x, multiple(Fraction(44715, 1000000), power(x, 3)))
    root = power(multiple(_HALF, algebra.pi()), -_HALF)
    return multiple(_HALF, times(x, one_plus(of("tanh", times(root, cubic)))))


@composite(
    "silu",
    "x[...] -> y[...]",
    formula="dy = (s + x ⊙ s ⊙ (1 - s)) ⊙ dx, s = sigmoid(x)",
    source="Hendrycks & Gimpel, Gaussian Error Linear Units (2016), section 2",
    function="{0} * np.exp(-np.logaddexp(0.0, -{0}))",
    facts=Facts(aliases=("swish",)),
)
def silu(x: Node) -> Node:
    """The sigmoid linear unit."""
    return times(x, of("sigmoid", x))


def clip(x: Node, low: Fraction = Fraction(-1), high: Fraction = Fraction(1)) -> Node:
    """Entries held between two numbers.

    Raises:
        ShapeError: There is nothing between them.
    """
    if low >= high:
        raise ShapeError(f"clip needs low < high, not {low} and {high}")
    return apply("clip", (x,), x.shape, (Fraction(low), Fraction(high)))


of_entries(
    "clip",
    lambda x, _, *edges: minus(*(of("step", minus(x, constant(k))) for k in edges)),
    points="nonzero",
    formula="dy = (step(x - low) - step(x - high)) ⊙ dx",
    source="piecewise linear; hardtanh for low = -1, high = 1",
    domain="x ≠ low, high; there the slope is taken from the left",
    build=clip,
    function="np.clip({0}, float({low}), float({high}))",
    parameters={"low": Fraction(-1), "high": Fraction(1)},
    facts=Facts(
        elsewhere=("clamp",),
        kinked=True,
        required=("low", "high"),
        keywords={
            **dict.fromkeys(("min", "a_min", "lower"), "low"),
            **dict.fromkeys(("max", "a_max", "upper"), "high"),
        },
        code={
            "torch": "torch.clamp({0}, {low}, {high})",
            "jnp": "jnp.clip({0}, {low}, {high})",
        },
    ),
)


@composite(
    "hardtanh",
    "x[...]:nonzero -> y[...]",
    formula="dy = (step(x - low) - step(x - high)) ⊙ dx",
    source="piecewise linear; clip, by -1 and 1 where nothing is said",
    domain="x ≠ low, high; there the slope is taken from the left",
    function="np.clip({0}, float({low}), float({high}))",
    parameters={"low": Fraction(-1), "high": Fraction(1)},
    facts=Facts(kinked=True, keywords={"min_val": "low", "max_val": "high"}),
)
def hardtanh(x: Node, low: Fraction = Fraction(-1), high: Fraction = Fraction(1)) -> Node:
    """Entries held between two numbers, -1 and 1 where nothing is said."""
    return clip(x, low, high)


of_entries(
    "huber_entries",
    lambda r, _, delta: clip(r, -delta, delta),
    signature="r[...]:nonzero -> y[...]",
    formula="dy = clip(r, -delta, delta) ⊙ dr",
    source="Huber, Annals of Mathematical Statistics 35 (1964), section 4",
    function="huber_entries",
    parameters={"delta": Fraction(1)},
    facts=Facts(building_block=True),
)


def _preferred(x: Node, y: Node) -> Node:
    """One where x is larger, zero where y is, one half at ties."""
    return multiple(_HALF, one_plus(of("sign", minus(x, y))))


_OF_TWO = "x[...]:whole y[...]:half -> z[...]"
_AT_TIES = "x ≠ y; at ties each has half"
_GRIEWANK = "Griewank & Walther, Evaluating Derivatives (2nd edition, 2008), section 14.1"
# fmt: off
maximum = of_entries("maximum", lambda x, y, _: _preferred(x, y), lambda x, y, _: _preferred(y, x),
    signature=_OF_TWO, formula="dz = (1 + sign(x - y))/2 ⊙ dx + (1 - sign(x - y))/2 ⊙ dy",
    source=_GRIEWANK, domain=_AT_TIES, function="np.maximum({0}, {1})",
    facts=Facts(elsewhere=("pmax",), kinked=True))
minimum = of_entries("minimum", lambda x, y, _: _preferred(y, x), lambda x, y, _: _preferred(x, y),
    signature=_OF_TWO, formula="dz = (1 - sign(x - y))/2 ⊙ dx + (1 + sign(x - y))/2 ⊙ dy",
    source=_GRIEWANK, domain=_AT_TIES, function="np.minimum({0}, {1})",
    facts=Facts(elsewhere=("pmin",), kinked=True))
hypot = of_entries("hypot", lambda x, _, z: over(x, z), lambda _, y, z: over(y, z),
    signature="x[...]:nonzero y[...]:nonzero -> z[...]", formula="dz = (x ⊙ dx + y ⊙ dy) / z",
    source=f"{_DLMF}, eq. 4.7.12", domain="(x, y) ≠ (0, 0)", function="np.hypot({0}, {1})",
    facts=Facts(length=True))
of_entries("atan2", lambda y, x, _: over(x, _squares(x, y)),
    lambda y, x, _: negative(over(y, _squares(x, y))),
    signature="y[...]:nonzero x[...]:nonzero -> z[...]",
    formula="dz = (x ⊙ dy - y ⊙ dx) / (x² + y²)", source=f"{_DLMF}, section 4.24",
    domain="(x, y) ≠ (0, 0), off the cut x < 0, y = 0", function="np.arctan2({0}, {1})",
    facts=Facts(aliases=("arctan2",)))
of_entries("power_of",
    lambda x, y, _: times(y, apply("power_of", (x, minus(y, constant(1))), x.shape)),
    lambda x, _, z: times(of("log", x), z),
    signature="x[...]:positive y[...] -> z[...]",
    formula="dz = y ⊙ x^(y-1) ⊙ dx + log(x) ⊙ z ⊙ dy", source=f"{_DLMF}, eq. 4.7.12 and 4.7.1",
    domain="x > 0", function="np.power({0}, {1})",
    facts=Facts(code={"torch": "torch.pow({0}, {1})"}, building_block=True))
# fmt: on


def over(x: Node, y: Node) -> Node:
    """A quotient, entry by entry."""
    return times(x, reciprocal(y))


def _squares(x: Node, y: Node) -> Node:
    return plus(square(x), square(y))


def _spread_operands(name: str, x: Node, y: Node) -> tuple[Node, Node]:
    shape = algebra.common_shape(name, (x, y))
    return algebra.spread(x, shape), algebra.spread(y, shape)


@composite(
    "pow",
    "X[m,n]:positive Y[m,n] -> Z[m,n]",
    "x:positive Y[m,n] -> Z[m,n]",
    "X[m,n]:positive y -> Z[m,n]",
    formula="dZ = Y ⊙ X^(Y-1) ⊙ dX + log(X) ⊙ Z ⊙ dY, entry by entry",
    source=f"{_DLMF}, eq. 4.7.12 and 4.7.1",
    domain="X > 0",
    function="np.power({0}, {1})",
)
def pow_rule(x: Node, y: Node) -> Node:
    """A power entry by entry; base and exponent are of one shape, or one is a scalar."""
    base, exponent = _spread_operands("pow", x, y)
    return apply("power_of", (base, exponent), base.shape)


def stumpff(q: Node, k: int) -> Node:
    """The k-th Stumpff function, entry by entry."""
    return apply("stumpff", (q,), q.shape, (k,))


# fmt: off
of_entries("stumpff", lambda q, _, k: multiple(_HALF, minus(multiple(k, stumpff(q, k + 2)),
    stumpff(q, k + 1))),
    signature="q[...] -> c[...]",
    formula="dc_k = (k c_(k+2) - c_(k+1))/2 ⊙ dq, c_k(q) = sum (-q)^n / (2n+k)!",
    source="Danby, Fundamentals of Celestial Mechanics (2nd edition, 1988), section 6.9",
    function="stumpff", parameters={"k": 1},  # smooth forms of sin θ/θ and (1 - cos θ)/θ²
    facts=Facts(required=("k",), building_block=True))
of_entries("function",
    lambda x, _, name, order: apply("function", (x,), x.shape, (name, order + 1)),
    formula="dy = g'(x) ⊙ dx", source="the chain rule, for a function that nobody declared",
    domain="where the function is differentiable",
    function="undeclared", parameters={"name": "g", "order": 0},
    facts=Facts(keeps_symmetry=True, building_block=True))
# fmt: on
