"""Derivatives of rules inside rules, in every form that computes: held against one another.

Names are awkward on purpose: variables called as Python, a library, a function or a temporary is,
dimensions called as indices are, an axis of one entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
from derivative_checks import close
from generated_sources import function_in
from numpy.typing import NDArray
from random_chains import in_layout
from rule_pairs import Nested, _has_its_shape, _renamed

import matcalc as mc
from matcalc import dimensions
from matcalc.code import JAX, NUMPY, TORCH, Dialect

Array = NDArray[Any]

# fmt: off
AWKWARD = (
    "lambda", "self", "i", "np", "torch", "t1", "x1", "sigmoid",
    "softmax", "jnp", "jax", "math", "erf", "expm", "ndtr", "float",
    "t2", "dtype", "class", "sigma", "lambda_", "np_", "vech", "adjugate",
    "j", "k", "range", "stack", "det", "t3", "x2", "y1",
)
# fmt: on
INDICES = ("i", "j", "k", "l", "m", "n", "t1", "t2", "p", "q", "lambda", "np")


def awkward(found: Nested, random: Random) -> Nested:
    """The same under names that emitted code has a use for itself, sometimes with sizes of 1."""
    used = [name for name in AWKWARD if random.random() < 0.7]
    random.shuffle(used)
    names = dict(zip(found.variables, used, strict=False))
    called = {name: names.get(name, name) for name in found.variables}
    free = [name for name in INDICES if name not in called.values()]
    random.shuffle(free)
    axes: dict[str, dimensions.Dimension] = dict(zip(found.sizes, free, strict=False))

    def shape(given: dimensions.Shape) -> dimensions.Shape:
        return dimensions.substitute(given, axes)

    back = {new: old for old, new in called.items()}

    def former(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {back.get(name, name): array for name, array in arrays.items()}

    changed = replace(
        found,
        text=_renamed(found.text, called),
        shape=shape(found.shape),
        variables={called[k]: (shape(s), domain) for k, (s, domain) in found.variables.items()},
        function=lambda arrays: found.function(former(arrays)),
        needs=tuple(_of(former, need) for need in found.needs),
        sizes={str(axes.get(name, name)): size for name, size in found.sizes.items()},
    )
    return _with_ones(changed, random) if random.random() < 0.3 else changed


def _of(former: Callable[..., Any], need: Callable[..., bool]) -> Callable[..., bool]:
    return lambda arrays: need(former(arrays))


def _with_ones(found: Nested, random: Random) -> Nested:
    """With one or all sizes 1, where there is a point then."""
    if not found.sizes:
        return found
    chosen = random.choice([[random.choice(list(found.sizes))], list(found.sizes)])
    small = replace(found, sizes={**found.sizes, **dict.fromkeys(chosen, 1)})
    return small if _has_its_shape(small) else found


def run(d: mc.Jacobian[Any], dialect: Dialect, given: Mapping[str, Any]) -> Any:
    """What generated code computes of arrays of its library, and of sizes."""
    source = d._source(dialect)
    names = {word: name for name, word in source.words.items()}
    function = function_in(source.text)
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    return function(**{word: given[names.get(word, word)] for word in wanted})


def check(found: Nested, random: Random, libraries: Mapping[str, Any], seed: int = 0) -> bool:
    """Hold every form of one derivative against the others; false where no point is fit.

    Args:
        found: The formula.
        random: Which variable, which layout, which names.
        libraries: ``torch`` and ``jax``, if their code is to be run.
        seed: Which point.
    """
    if random.random() < 0.6:
        found = awkward(found, random)
    found = random.choice([found, found, found.summed(), found.weighted(), found.tied()])
    wrt = random.choice(list(found.variables))
    layout = random.choice(["numerator", "denominator"])
    point = next(found.points(seed), None)
    if point is None:
        return False
    try:
        d = mc.derive(found.text, wrt=wrt, variables=found.declarations, layout=layout)
    except mc.ShapeError:  # an axis of 1 that NumPy broadcasts
        return False
    want = found.derivative(wrt, point)
    rank = len(found.shape)
    try:
        value = d.evaluate(**point, **found.sizes)
    except mc.ShapeError:  # an axis that is too short for a difference
        return False
    if not np.isfinite(value).all():
        return False
    if want is not None:
        close(value, in_layout(want, rank, layout), 1e-6)
    given = {**point, **found.sizes}
    close(run(d, NUMPY, given), value, 1e-9)
    close(d.compile().of(given), value, 1e-9)
    check_products(d, value if layout == "numerator" else value.T, given, rank, wrt)
    check_libraries(d, value, given, libraries)
    check_single(d, given, libraries)
    return want is not None


def check_products(
    d: mc.Jacobian[Any], value: Array, given: Mapping[str, Any], rank: int, wrt: str
) -> None:
    """Products with vectors are those of the array in numerator layout."""
    rng = np.random.default_rng(1)
    below = value.ndim - rank
    stored = value.transpose([*range(rank), *reversed(range(rank, value.ndim))])
    v, u = rng.normal(size=np.shape(given[wrt])), rng.normal(size=stored.shape[:rank])
    close(d.jvp(v, **given), np.tensordot(stored, v, below), 1e-9)
    close(d.vjp(u, **given), np.tensordot(u, stored, rank), 1e-9)


def check_libraries(
    d: mc.Jacobian[Any], value: Array, given: Mapping[str, Any], libraries: Mapping[str, Any]
) -> None:
    """The code of PyTorch and JAX gives an array of its library."""
    for dialect, name in ((TORCH, "torch"), (JAX, "jax")):
        if name in libraries:
            result = run(d, dialect, arrays_of(given, libraries[name]))
            assert isinstance(
                result, libraries[name].Array if name == "jax" else libraries[name].Tensor
            )
            close(np.asarray(result), value, 1e-8)
            assert str(result.dtype).endswith("float64"), (name, result.dtype)


def arrays_of(given: Mapping[str, Any], library: Any, dtype: str = "float64") -> dict[str, Any]:
    """Arrays of a library; sizes stay."""
    if library is np:
        make = lambda one: np.asarray(one, dtype)  # noqa: E731
    elif hasattr(library, "tensor"):
        make = lambda one: library.tensor(np.asarray(one), dtype=getattr(library, dtype))  # noqa: E731
    else:
        make = lambda one: library.numpy.asarray(one, dtype)  # noqa: E731
    return {name: one if isinstance(one, int) else make(one) for name, one in given.items()}


def check_single(
    d: mc.Jacobian[Any], given: Mapping[str, Any], libraries: Mapping[str, Any]
) -> None:
    """Of arrays of float32 everything is float32, and nearly the same."""
    single = arrays_of(given, np, "float32")
    value = d.evaluate(**arrays_of(single, np, "float64"))
    if not np.isfinite(value).all():
        return
    results = {
        "evaluate": d.evaluate(**single),
        "compiled": d.compile().of(single) if d.compile().__signature__.parameters else None,
        "numpy": run(d, NUMPY, single),
        "torch": run(d, TORCH, arrays_of(given, libraries["torch"], "float32"))
        if "torch" in libraries
        else None,
        "jax": run(d, JAX, arrays_of(given, libraries["jax"], "float32"))
        if "jax" in libraries
        else None,
    }
    for name, result in results.items():
        if result is None or isinstance(result, float | int):
            continue
        assert str(result.dtype).endswith("float32"), (name, result.dtype)
        close(np.asarray(result, float), value, 1e-2)
