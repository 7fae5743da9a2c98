"""What differs between NumPy, PyTorch and JAX: a table for each.

A template has ``{0}``, ``{1}`` where arguments stand, and words such as ``{shape}``, which
:mod:`matcalc.code.source` fills in; ``xp`` is the module of the library. A call that no table
lists is spelled as the table of rules has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Dialect(NamedTuple):
    """How a library of arrays is written.

    Attributes:
        library: What it is called.
        module: The name of the module in source.
        imports: The line that every source begins with.
        reserved: Names that no variable may have in source.
        operations: Templates by what is done.
        calls: Templates, or names of helpers, by rule; those over all entries of a matrix apart.
        writes: How a part is written into an array, or added to it; or to all of its entries.
        like: How a new array is given the type of another.
        floats: How it is where numbers are written into it, or the other may be no array.
        axis: What the argument is called that names an axis.
        number: What a scalar argument is called.
        static: What a reader must know of arguments that are not arrays.
        numbers: Templates for functions of numbers that are not arrays.
        kept: Operations whose results gradients need: they are not written into.
    """

    library: str
    module: str
    imports: str
    reserved: frozenset[str]
    operations: Mapping[str, str]
    calls: Mapping[str, str]
    writes: Mapping[str, str]
    like: str = ""
    floats: str = ""
    axis: str = "axis"
    number: str = "a number"
    static: str = ""
    numbers: Mapping[str, str] = {}
    kept: frozenset[str] = frozenset()

    def operation(self, name: str) -> str:
        """The template of an operation, with the module of the library in it."""
        return self.operations[name].replace("xp.", f"{self.module}.")


_OPERATIONS = {
    "transpose": "{0}.T",
    "permute": "{0}.transpose({order})",
    "column": "{0}[:, None]",
    "outer": "xp.outer({0}, {1})",
    "solve": "xp.linalg.solve({0}, {1})",
    "trace": "xp.trace({0})",
    "diag": "xp.diag({0})",
    "diagonal": "xp.diag({0})",
    "kron": "xp.kron({0}, {1})",
    "sum": "xp.sum({0})",
    "sum along": "xp.sum({0}, axis={value})",
    "einsum": "xp.einsum({operands})",
    "contraction": "xp.einsum({operands})",
    "reshape": "{0}.reshape({sizes})",
    "ravel": "{0}.ravel()",
    "ravel columns": '{0}.ravel(order="F")',
    "copy": "{0}.copy()",
    "eye": "xp.eye({rows}{like})",
    "ones": "xp.ones({shape}{like})",
    "zeros": "xp.zeros({shape}{like})",
    "full": "xp.zeros({shape}{like}) + {0}",
    "triangle": "xp.tri({rows}, {columns}, {value}{like})",
    "window": "xp.eye({rows}, {columns}, {start}{like})",
}
_IN_PLACE = {
    "set": "{array}{index} = {content}",
    "add": "{array}{index} += {content}",
    "set all": "{array}[...] = {content}",
    "add all": "{array}[...] += {content}",
}
_MATH = {
    name: f"math.{name}({{0}})" for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "erf")
}

NUMPY = Dialect(
    library="NumPy",
    module="np",
    imports="import numpy as np",
    reserved=frozenset({"np", "math"}),
    operations=_OPERATIONS
    | {
        "contraction": "np.einsum({operands}, optimize=True)",
        "zeros": "np.zeros({shape}{floats})",
        "table": "np.array({table}{floats})",
        "zeros like": "np.zeros({shape}{like})",
        "full": "np.full({shape}, {0}{floats})",
        "whole": "np.asarray({0}, np.result_type({0}, 0.0))",  # whole numbers as floats
        "float": "float({0})",  # NumPy's own numbers make float32 float64
    },
    calls={
        "erf": "erf",
        "Phi": "ndtr",
        "log_ndtr": "log_ndtr",
        "inverse_mills": "math.sqrt(2 / math.pi) / {erfcx}(-math.sqrt(0.5) * {0})",
        "expm": "expm",
        "lgamma": "gammaln",
        "digamma": "digamma",
        "polygamma": "{polygamma}({n}, {0})",
        "erfc": "erfc",
        "erfcx": "erfcx",
        "erfinv": "erfinv",
        "ndtri": "ndtri",
        "pi": "math.pi",
        "norm": "norm",  # NumPy's own overflows at 1e200
        "norm_along": "norm_along",
        "log1p_square": "log1p_square",
        "sigmoid": "sigmoid",  # a helper is faster than the template of the table
    },
    writes=_IN_PLACE,
    like=", dtype={0}.dtype",
    floats=", dtype=np.result_type({0}, 0.0)",
    numbers=_MATH,
)

TORCH = Dialect(
    library="PyTorch",
    module="torch",
    imports="import torch",
    reserved=frozenset({"torch", "math"}),
    operations=_OPERATIONS
    | {
        "sum along": "torch.sum({0}, dim={value})",
        "ravel columns": "{0}.T.ravel()",
        "permute": "{0}.permute({order})",
        "kron": "torch.kron({0}.contiguous(), {1}.contiguous())",  # it refuses a transpose
        "copy": "{0}.clone()",
        "table": "torch.stack({entries}).reshape({sizes})",
        "triangle": "torch.ones({shape}{like}).tril({value})",
        "window": "torch.eye({columns}{like})[{slice}]",
        "indices": "torch.arange({rows}{device})",
        "number": "torch.tensor({0}{like})",
        "constant": "torch.tensor({0}{like})",
    },
    calls={
        "pi": "math.pi",
        "step": "({0} > 0).to({dtype})",
        "erf": "torch.erf({0})",
        "Phi": "torch.special.ndtr({0})",
        "log_ndtr": "torch.special.log_ndtr({0})",
        "inverse_mills": "math.sqrt(2 / math.pi) / torch.special.erfcx(-math.sqrt(0.5) * {0})",
        "lgamma": "torch.lgamma({0})",
        "digamma": "torch.digamma({0})",
        "polygamma": "torch.polygamma({n}, {0})",
        "erfc": "torch.erfc({0})",
        "erfcx": "torch.special.erfcx({0})",
        "erfinv": "torch.erfinv({0})",
        "ndtri": "torch.special.ndtri({0})",
        "cbrt": "torch.sign({0}) * torch.abs({0})**(1 / 3)",
        "sigmoid": "torch.sigmoid({0})",
        "logit": "torch.logit({0})",
        "relu": "torch.relu({0})",
        "softplus": "torch.nn.functional.softplus({0}, threshold=40)",
        "clip": "torch.clamp({0}, {low}, {high})",
        "power_of": "torch.pow({0}, {1})",
        "cross": "torch.linalg.cross({0}, {1})",
        "skew": "torch.linalg.cross({0}[:, None], torch.eye(3{like}), dim=0)",
        "sqrt": "torch.sqrt({0})",
        "norm": "norm",
        "norm_along": "norm_along",
        "log1p_square": "log1p_square",
        "ratio": "{0} / {1}",
        "max": "torch.amax({0}{over})",
        "min": "torch.amin({0}{over})",
        "prod": "torch.prod({0}{over})",
        "cumprod": "torch.cumprod({0}, dim=0)",
        "logsumexp": "torch.logsumexp({0}, dim={axes})",
        "softmax": "torch.softmax({0}, dim={axes})",
        "softmax of all": "torch.softmax({0}.ravel(), dim=0).reshape({shape})",
        "log_softmax": "torch.log_softmax({0}, dim={axes})",
        "log_softmax of all": "torch.log_softmax({0}.ravel(), dim=0).reshape({shape})",
        "det_sign": "torch.linalg.slogdet({0}).sign",
        "logdet": "torch.linalg.slogdet({0}).logabsdet",
        "cholesky": "torch.linalg.cholesky(({0} + {0}.mT) / 2)",
        "eigvalsh": "torch.linalg.eigvalsh(({0} + {0}.mT) / 2)",
        "nuclear_norm": "torch.linalg.matrix_norm({0}, 'nuc')",
        "spectral_norm": "torch.linalg.matrix_norm({0}, 2)",
        "matrix_power": "torch.linalg.matrix_power({0}, {k})",
        "expm": "torch.linalg.matrix_exp({0})",
    },
    writes=_IN_PLACE,
    like=", dtype={0}.dtype, device={0}.device",
    axis="dim",
    number="a number, as a tensor of shape ()",
    numbers=_MATH,
    kept=frozenset({"call", "power", "solve"}),
)

JAX = Dialect(
    library="JAX",
    module="jnp",
    imports="import jax.numpy as jnp",
    reserved=frozenset({"jax", "jnp", "math"}),
    operations=_OPERATIONS
    | {
        "triangle": "jnp.tril(jnp.ones({shape}{like}), {value})",  # tri would be of float32
        "copy": "{0}",  # an array of JAX never changes
        "table": "jnp.array({table}{like})",
        "indices": "jnp.arange({rows})",
        "number": "float({0})",  # SciPy's functions take no whole numbers
        "constant": "jnp.asarray({0}{like})",
    },
    calls={
        "pi": "math.pi",
        "step": "({0} > 0).astype({dtype})",
        "erf": "jax.scipy.special.erf({0})",
        "Phi": "jax.scipy.special.ndtr({0})",
        "log_ndtr": "log_normal_cdf",
        "inverse_mills": "math.sqrt(2 / math.pi) / jax.scipy.special.erfcx(-math.sqrt(0.5) * {0})",
        "lgamma": "jax.scipy.special.gammaln({0})",
        "digamma": "jax.scipy.special.digamma({0})",
        "polygamma": "jax.scipy.special.polygamma({n}, {0})",
        "erfc": "jax.scipy.special.erfc({0})",
        "erfcx": "jax.scipy.special.erfcx({0})",
        "erfinv": "jax.scipy.special.erfinv({0})",
        "ndtri": "jax.scipy.special.ndtri({0})",
        "sigmoid": "jax.nn.sigmoid({0})",
        "logit": "jax.scipy.special.logit({0})",
        "relu": "jax.nn.relu({0})",
        "softplus": "jax.nn.softplus({0})",
        "clip": "jnp.clip({0}, {low}, {high})",
        "cross": "jnp.cross({0}, {1})",
        "skew": "jnp.cross({0}, jnp.eye(3{like}), axisc=0)",
        "sqrt": "jnp.sqrt({0})",
        "norm": "norm",
        "norm_along": "norm_along",
        "log1p_square": "log1p_square",
        "ratio": "{0} / {1}",
        "max": "jnp.max({0}{over})",
        "min": "jnp.min({0}{over})",
        "prod": "jnp.prod({0}{over})",
        "logsumexp": "jax.scipy.special.logsumexp({0}{over})",
        "softmax": "jax.nn.softmax({0}{over})",
        "softmax of all": "jax.nn.softmax({0}, axis=None)",
        "log_softmax": "jax.nn.log_softmax({0}{over})",
        "log_softmax of all": "jax.nn.log_softmax({0}, axis=None)",
        "matrix_power": "jnp.linalg.matrix_power({0}, {k})",
        "expm": "jax.scipy.linalg.expm({0})",
    },
    writes={
        "set": "{array} = {array}.at{index}.set({content})",
        "add": "{array} = {array}.at{index}.add({content})",
        "set all": "{array} = {array} + {content}",
        "add all": "{array} = {array} + {content}",
    },
    like=", dtype={0}.dtype",
    number="a number, as an array of shape ()",
    static="; static in jax.jit",
    numbers=_MATH,
)
