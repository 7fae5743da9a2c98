"""What differs between NumPy, PyTorch and JAX: a table for each.

A template has ``{0}``, ``{1}`` where arguments stand, and words such as ``{shape}``, which
:mod:`matcalc.code.source` fills in; ``xp`` is the module of the library. A rule knows how a call
of it is spelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_NO_TEMPLATES: Mapping[str, str] = {}


class Dialect(NamedTuple):
    """How a library of arrays is written.

    Attributes:
        library: What it is called.
        module: The name of the module in source.
        imports: The line that every source begins with.
        reserved: Names that no variable may have in source.
        operations: Templates by what is done.
        writes: How a part is written into an array, or added to it; or to all of its entries.
        like: How a new array is given the type of another.
        floats: How it is where numbers are written into it, or the other may be no array.
        axis: What the argument is called that names an axis.
        number: What a scalar argument is called.
        static: What a reader must know of arguments that are not arrays.
        kept: Operations whose results gradients need: they are not written into.
        halves: Whether a matrix times its own transpose costs half a product.
        overwrites: Whether an array that is made on the way may be written over at its last use.
        one_type: Whether all arguments are floats of the same type, and so is all that is made.
        results: How an operation writes its result into an array ``{out}`` that the function is
            given; empty where functions return new arrays.
    """

    library: str
    module: str
    imports: str
    reserved: frozenset[str]
    operations: Mapping[str, str]
    writes: Mapping[str, str]
    like: str = ""
    floats: str = ""
    axis: str = "axis"
    number: str = "a number"
    static: str = ""
    kept: frozenset[str] = frozenset()
    halves: bool = False
    overwrites: bool = False
    one_type: bool = False
    results: Mapping[str, str] = _NO_TEMPLATES

    def operation(self, name: str) -> str:
        """The template of an operation, with the module of the library in it."""
        return self.operations[name].replace("xp.", f"{self.module}.")


_OPERATIONS = {
    "transpose": "{0}.T",
    "swapped": "{0}.swapaxes({value})",
    "permute": "{0}.transpose({order})",
    "expanded": "{0}[{value}]",
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
    "less": "{array}{index} -= {content}",
    "set all": "{array}[...] = {content}",
    "add all": "{array}[...] += {content}",
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
        "literal": "np.array({literal}{like})",
        "zeros like": "np.zeros({shape}{like})",
        "full": "np.full({shape}, {0}{floats})",
        "whole": "np.asarray({0}, np.result_type({0}, 0.0))",  # whole numbers as floats
        "float": "float({0})",  # NumPy's own numbers make float32 float64
    },
    writes=_IN_PLACE,
    like=", dtype={0}.dtype",
    floats=", dtype=np.result_type({0}, 0.0)",
    halves=True,
    overwrites=True,
)

#: NumPy of arguments that were looked at: less to read, and nothing made that need not be.
NUMPY_COMPILED = NUMPY._replace(
    operations={**NUMPY.operations, "outer": "np.multiply.outer({0}, {1})"}, one_type=True
)

#: The same, every result written into an array that the function is given after its arguments.
NUMPY_REUSED = NUMPY_COMPILED._replace(
    results={
        "outer": "np.multiply.outer({0}, {1}, out={out})",
        "matmul": "np.matmul({0}, {1}, {out})",
        "times": "np.multiply({0}, {1}, {out})",
        "over": "np.divide({0}, {1}, {out})",
        "negative": "np.negative({0}, {out})",
        "zeros": "{out}.fill(0)",
        "any": "{out}[...] = {0}",
    }
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
        "literal": "torch.tensor({literal}{like})",
        "triangle": "torch.ones({shape}{like}).tril({value})",
        "window": "torch.eye({columns}{like})[{slice}]",
        "indices": "torch.arange({rows}{device})",
        "number": "torch.tensor({0}{like})",
        "constant": "torch.tensor({0}{like})",
    },
    writes=_IN_PLACE,
    like=", dtype={0}.dtype, device={0}.device",
    axis="dim",
    number="a number, as a tensor of shape ()",
    kept=frozenset({"call", "mapped", "power", "solve"}),
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
        "literal": "jnp.array({literal}{like})",
        "indices": "jnp.arange({rows})",
        "number": "float({0})",  # SciPy's functions take no whole numbers
        "constant": "jnp.asarray({0}{like})",
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
)
