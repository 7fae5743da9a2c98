"""The functions of formulas, for symbolic values: ``mc.sum(mc.exp(x))``.

Each is a rule of the table by its name, with the parameters that it has in a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.expression.definitions import is_defined
from matcalc.expression.values import Value
from matcalc.near import near
from matcalc.operations import RULES, algebra, sequences
from matcalc.symbolic import Symbolic
from matcalc.symbolic.functions import Defined, Function

__all__ = [
    "Phi",
    "abs",
    "add",
    "adj",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "atan2",
    "attention",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "bias",
    "bias_columns",
    "binary_cross_entropy_logits",
    "block_diag",
    "cbrt",
    "cdist",
    "cholesky",
    "clip",
    "concatenate",
    "conv1d",
    "conv2d",
    "convolve",
    "corrcoef",
    "cos",
    "cosh",
    "cosm",
    "cov",
    "cross",
    "cross_entropy",
    "cross_entropy_logits",
    "cumprod",
    "cumsum",
    "det",
    "det_sign",
    "diag",
    "diff",
    "digamma",
    "eigvalsh",
    "einsum",
    "elu",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exchange",
    "exp",
    "expm",
    "expm1",
    "eye",
    "flip",
    "gelu",
    "gelu_tanh",
    "glu",
    "group_norm",
    "gru",
    "hadamard",
    "half_squared_error",
    "hardtanh",
    "hinge",
    "huber",
    "hypot",
    "inner",
    "inv",
    "inverse_mills",
    "kron",
    "layer_norm",
    "leaky_relu",
    "lgamma",
    "log",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logcumsumexp",
    "logdet",
    "logit",
    "logm",
    "logsumexp",
    "lower",
    "lstm_cell",
    "lstm_hidden",
    "matmul",
    "matrix_power",
    "max",
    "max_pool1d",
    "max_pool2d",
    "maximum",
    "mean",
    "median",
    "min",
    "minimum",
    "ndtri",
    "norm",
    "norm1",
    "nuclear_norm",
    "one_hot",
    "ones",
    "outer",
    "pad",
    "pi",
    "pinv",
    "polygamma",
    "polyval",
    "pow",
    "power",
    "prod",
    "quadratic_form",
    "quotient",
    "rearrange",
    "relu",
    "repeat",
    "rms_norm",
    "rnn",
    "roll",
    "rotation",
    "rotation_axis_angle",
    "rotation_quaternion",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "sinm",
    "skew",
    "slice",
    "softmax",
    "softplus",
    "solve",
    "solve_triangular",
    "sort",
    "spectral_norm",
    "sqrt",
    "sqrtm",
    "squared_norm",
    "stack",
    "std",
    "step",
    "subtract",
    "sum",
    "svdvals",
    "take",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "toeplitz",
    "topk",
    "tr",
    "transpose",
    "trapezoid",
    "tril",
    "triu",
    "vander",
    "var",
    "vec",
    "vech",
    "zeros",
]


def named(name: str, others: Iterable[str] = ()) -> Any:
    """A function of this module, or that of a rule which a user registered.

    Args:
        name: Its name.
        others: Names that may have been meant, beside those of functions.

    Raises:
        AttributeError: There is none; near names are listed.

    >>> named("exp") is exp, named("mish")
    (True, <function mish of formulas: mish(x) = x * tanh(softplus(x))>)
    """
    if name in __all__:
        return globals()[name]
    if name in RULES:
        return Function(name)
    if is_defined(name):
        return Defined(name)
    found = near(name, [*__all__, *others])
    hint = f"; near: {', '.join(found)}" if found else ""
    raise AttributeError(f"module 'matcalc' has no attribute {name!r}{hint}")


def _size(given: Any) -> Any:
    return dimensions.parse(given) if isinstance(given, str) else given


def eye(size: Dimension) -> Symbolic:
    """The identity matrix of a size, a number or a name.

    >>> eye("n")
    <eye(n), n×n>
    """
    return Symbolic(Value(algebra.eye(_size(size))), {})


def exchange(size: Dimension) -> Symbolic:
    """The identity matrix with its columns in reverse, of a size, a number or a name.

    >>> exchange("n")
    <exchange(n), n×n>
    """
    return Symbolic(Value(sequences.exchange(_size(size))), {})


def one_hot(indices: Sequence[int], size: Dimension) -> Symbolic:
    """A row for each index, with a one at its place.

    >>> one_hot((2, 0), 3)
    <one_hot((2, 0), 3), 2×3>
    """
    return Symbolic(Value(sequences.one_hot(tuple(indices), _size(size))), {})


def ones(*shape: Dimension) -> Symbolic:
    """Ones.

    >>> ones("n", 2)
    <ones((n, 2)), n×2>
    """
    return Symbolic(Value(algebra.constant(1, tuple(map(_size, shape)))), {})


def zeros(*shape: Dimension) -> Symbolic:
    """Zeros.

    >>> zeros(3)
    <zeros(3), 3×1>
    """
    return Symbolic(Value(algebra.constant(0, tuple(map(_size, shape)))), {})


def pi() -> Symbolic:
    """The number π.

    >>> 2 * pi()
    <2 * pi(), a scalar>
    """
    return Symbolic(Value(algebra.pi()), {})


# Entry by entry.
arcsinh = Function("arcsinh")
arccosh = Function("arccosh")
arctanh = Function("arctanh")
cbrt = Function("cbrt")
exp = Function("exp")
log = Function("log")
log1p = Function("log1p")
expm1 = Function("expm1")
abs = Function("abs")  # noqa: A001 - its name in formulas
sign = Function("sign")
step = Function("step")
sin = Function("sin")
cos = Function("cos")
tan = Function("tan")
arcsin = Function("arcsin")
arccos = Function("arccos")
arctan = Function("arctan")
sinh = Function("sinh")
cosh = Function("cosh")
tanh = Function("tanh")
erf = Function("erf")
Phi = Function("Phi")
log_ndtr = Function("log_ndtr")
inverse_mills = Function("inverse_mills")
sigmoid = Function("sigmoid")
logit = Function("logit")
relu = Function("relu")
softplus = Function("softplus")
sqrt = Function("sqrt")
leaky_relu = Function("leaky_relu")
elu = Function("elu")
gelu = Function("gelu")
gelu_tanh = Function("gelu_tanh")
silu = Function("silu")
clip = Function("clip")
hardtanh = Function("hardtanh")
maximum = Function("maximum")
minimum = Function("minimum")
hypot = Function("hypot")
atan2 = Function("atan2")
pow = Function("pow")  # noqa: A001 - its name in formulas

# Special functions entry by entry.
lgamma = Function("lgamma")
digamma = Function("digamma")
polygamma = Function("polygamma")
erfc = Function("erfc")
erfcx = Function("erfcx")
erfinv = Function("erfinv")
ndtri = Function("ndtri")

# Parts of arrays.
slice = Function("slice")  # noqa: A001 - its name in formulas
concatenate = Function("concatenate")
stack = Function("stack")
tril = Function("tril")
triu = Function("triu")

# Arrays in another order or length.
cumsum = Function("cumsum")
cumprod = Function("cumprod")
logcumsumexp = Function("logcumsumexp")
diff = Function("diff")
roll = Function("roll")
flip = Function("flip")
pad = Function("pad")
tile = Function("tile")
repeat = Function("repeat")
take = Function("take")
sort = Function("sort")
topk = Function("topk")
median = Function("median")

# Moments of samples.
var = Function("var")
std = Function("std")
cov = Function("cov")
corrcoef = Function("corrcoef")
cdist = Function("cdist")
trapezoid = Function("trapezoid")

# Windows.
conv1d = Function("conv1d")
conv2d = Function("conv2d")
avg_pool1d = Function("avg_pool1d")
avg_pool2d = Function("avg_pool2d")
max_pool1d = Function("max_pool1d")
max_pool2d = Function("max_pool2d")
convolve = Function("convolve")
toeplitz = Function("toeplitz")
vander = Function("vander")
polyval = Function("polyval")
block_diag = Function("block_diag")
tensordot = Function("tensordot")
glu = Function("glu")
group_norm = Function("group_norm")

# Reductions.
norm = Function("norm")
squared_norm = Function("squared_norm")
norm1 = Function("norm1")
max = Function("max")  # noqa: A001 - its name in formulas
min = Function("min")  # noqa: A001 - its name in formulas
prod = Function("prod")
logsumexp = Function("logsumexp")
softmax = Function("softmax")
log_softmax = Function("log_softmax")

# Losses and layers.
cross_entropy = Function("cross_entropy")
cross_entropy_logits = Function("cross_entropy_logits")
binary_cross_entropy_logits = Function("binary_cross_entropy_logits")
half_squared_error = Function("half_squared_error")
huber = Function("huber")
hinge = Function("hinge")
layer_norm = Function("layer_norm")
batch_norm = Function("batch_norm")
rms_norm = Function("rms_norm")
attention = Function("attention")
rnn = Function("rnn")
lstm_hidden = Function("lstm_hidden")
lstm_cell = Function("lstm_cell")
gru = Function("gru")

# Linear algebra.
inv = Function("inv")
pinv = Function("pinv")
det = Function("det")
adj = Function("adj")
logdet = Function("logdet")
det_sign = Function("det_sign")
solve = Function("solve")
matrix_power = Function("matrix_power")
expm = Function("expm")

# Spectra.
cholesky = Function("cholesky")
solve_triangular = Function("solve_triangular")
eigvalsh = Function("eigvalsh")
svdvals = Function("svdvals")
nuclear_norm = Function("nuclear_norm")
spectral_norm = Function("spectral_norm")
logm = Function("logm")
sqrtm = Function("sqrtm")
sinm = Function("sinm")
cosm = Function("cosm")

# Products, sums and regroupings.
matmul = Function("matmul")
einsum = Function("einsum")
sum = Function("sum")  # noqa: A001 - its name in formulas
mean = Function("mean")
add = Function("add")
subtract = Function("subtract")
bias = Function("bias")
bias_columns = Function("bias_columns")
hadamard = Function("hadamard")
quotient = Function("quotient")
power = Function("power")
transpose = Function("transpose")
diag = Function("diag")
outer = Function("outer")
inner = Function("inner")
quadratic_form = Function("quadratic_form")
kron = Function("kron")
vec = Function("vec")
vech = Function("vech")
lower = Function("lower")
rearrange = Function("rearrange")
tr = Function("tr")

# Rotations.
cross = Function("cross")
skew = Function("skew")
rotation = Function("rotation")
rotation_axis_angle = Function("rotation_axis_angle")
rotation_quaternion = Function("rotation_quaternion")
