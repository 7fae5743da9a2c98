"""What is computed with NumPy and with the stand-in that the page has for it, to be the same.

Run as a script it prints, as JSON, what the ``numpy`` that it finds makes of every case.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

Case = Callable[[Any], Any]

_ALONE = (
    "abs cbrt ceil conj cos cosh exp exp2 expm1 floor invert isfinite isinf isnan log log10 log1p "
    "log2 logical_not negative positive reciprocal rint sign signbit sin sinh spacing sqrt square "
    "tan tanh trunc arcsin arccos arctan arcsinh arccosh arctanh degrees radians fabs"
)
_PAIRS = (
    "add subtract multiply divide floor_divide remainder power maximum minimum fmax fmin hypot "
    "arctan2 copysign logaddexp heaviside equal not_equal less less_equal greater greater_equal "
    "logical_and logical_or logical_xor"
)
_REDUCED = "sum prod max min mean var std all any argmax argmin ptp"
_SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 800.0, -800.0, math.inf, -math.inf, math.nan)


def numbers(np: Any, *shape: int, start: int = 1) -> Any:
    """Numbers that follow no order, of both signs."""
    count = math.prod(shape)
    entries = [round(math.sin(7.0 * k * k + start), 3) for k in range(count)]
    return np.array(entries).reshape(shape)


def spd(np: Any, n: int, *stack: int) -> Any:
    """Symmetric matrices with positive eigenvalues."""
    root = numbers(np, *stack, n, n)
    return root @ np.swapaxes(root, -1, -2) + np.eye(n)


def cases() -> Iterator[tuple[str, Case]]:
    """The name of each case, and what it makes of a NumPy."""
    for group in (_functions, _reductions, _indices, _joined, _products, _solved, _views, _types):
        for name, case in group().items():
            yield f"{group.__name__[1:]}: {name}", case


def _functions() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for name in _ALONE.split():
        if name != "invert":
            found[name] = lambda np, name=name: getattr(np, name)(np.array(_SPECIAL))
    for name in _PAIRS.split():
        found[name] = lambda np, name=name: getattr(np, name)(
            np.array(_SPECIAL)[:, None], np.array(_SPECIAL)
        )
    for sign in ("+", "-", "*", "/", "**", "//", "%", "<", ">="):
        source = f"lambda np: np.array([3, 2, 5]) {sign} np.array([2, 3, 7])"
        found[f"whole {sign}"] = eval(source)  # noqa: S307 - of our own list
        found[f"{sign} of a number"] = eval(  # noqa: S307
            f"lambda np: [2.5 {sign} np.array([0.0, 1.0, -2.0]), np.float64(1.0) {sign} 0.5]"
        )
    found["invert"] = lambda np: ~(numbers(np, 5) > 0)
    found["division by zero"] = lambda np: [np.float64(1.0) / 0.0, 1 / np.array([0.0, -0.0])]
    found["clip"] = lambda np: np.clip(numbers(np, 2, 3), -0.3, 0.4)
    found["clip, open"] = lambda np: numbers(np, 2, 3).clip(None, 0.4)
    found["where"] = lambda np: np.where(numbers(np, 2, 3) > 0, 1, numbers(np, 3))
    found["into a view"] = _into_view
    found["outer"] = lambda np: np.multiply.outer(numbers(np, 2), numbers(np, 2, 3))
    found["reduce"] = lambda np: np.multiply.reduce(numbers(np, 2, 3), axis=1)
    found["accumulate"] = lambda np: np.fmax.accumulate(numbers(np, 2, 5), axis=1)
    found["vectorize"] = lambda np: np.vectorize(math.erf, otypes=[np.float64])(numbers(np, 2, 2))
    found["select"] = lambda np: np.select([numbers(np, 5) > 0.5, numbers(np, 5) > 0], [2.0, 1.0])
    return found


def _into_view(np: Any) -> Any:
    whole = np.zeros((3, 3))
    row = whole[1]
    np.add(row, numbers(np, 3), row)
    whole[:, 2] += 5
    return whole


def _reductions() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for name in _REDUCED.split():
        for axis in (None, 0, -1):
            found[f"{name} along {axis}"] = lambda np, name=name, axis=axis: getattr(np, name)(
                numbers(np, 2, 3, 5), axis=axis
            )
    for axis in (None, 1, (0, 2)):
        found[f"kept {axis}"] = lambda np, axis=axis: numbers(np, 2, 3, 5).sum(axis, keepdims=True)
    for name in ("cumsum", "cumprod", "argsort", "sort", "diff", "flip"):
        found[name] = lambda np, name=name: getattr(np, name)(numbers(np, 3, 5), axis=-1)
    found["median"] = lambda np: [
        np.median(numbers(np, 4, 5)),
        np.median(numbers(np, 4, 5), axis=0),
    ]
    found["average"] = lambda np: np.average(numbers(np, 5), weights=np.arange(1.0, 6.0))
    found["count"] = lambda np: np.count_nonzero(numbers(np, 5, 3) > 0)
    found["sum of truth"] = lambda np: (numbers(np, 5, 3) > 0).sum(0)
    found["max, nan"] = lambda np: np.max(np.array([1.0, math.nan, 3.0]))
    found["max, initial"] = lambda np: np.max(np.abs(numbers(np, 3)), initial=2.0)
    found["into a number, where it holds"] = lambda np: [
        np.divide(np.array(3.0), np.array(size), out=np.array(1.0), where=np.array(size) > 0)
        for size in (2.0, 0.0)
    ]
    found["sum where"] = lambda np: numbers(np, 5).sum(where=numbers(np, 5) > 0)
    found["cov"] = lambda np: [np.cov(numbers(np, 3, 7)), np.corrcoef(numbers(np, 3, 7))]
    return found


def _indices() -> dict[str, Case]:
    def of(source: str) -> Case:
        return eval(f"lambda np: numbers(np, 3, 4, 5)[{source}]", globals())  # noqa: S307

    sources = (
        "1",
        "-1",
        "1, 2, 3",
        "1:",
        "::-1",
        "..., 0",
        ":, None, 1",
        "None",
        "1, ..., None",
        "[0, 2]",
        ":, [0, 2, 1]",
        "..., [0, 1], [1, 2]",
        "[0, 1], :, [1, 2]",
        "[[0], [1]], [[1, 2]]",
        "numbers(np, 3, 4, 5) > 0.3",
        "numbers(np, 3) > 0",
        ":, numbers(np, 4) > 0",
        "2:0:-1, ::2",
        "...",
        "()",
        "1:1",
        "np.array(1)",
        "np.array([True, False, True])",
        "0, [True] * 4",
    )
    found = {source: of(source) for source in sources}

    def put(source: str, value: str) -> Case:
        code = compile(f"a[{source}] = {value}", "<case>", "exec")

        def case(np: Any) -> Any:
            a = numbers(np, 3, 4, 5)
            exec(code, {"np": np, "a": a, "numbers": numbers})  # noqa: S102 - of our own list
            return a

        return case

    for source, value in (
        ("1", "0"),
        (":, 2", "numbers(np, 3, 5)"),
        ("..., [0, 1], [1, 2]", "7.5"),
        ("a > 0", "-1"),
        ("[0, 2]", "numbers(np, 4, 5)"),
        ("::2, None, 1", "numbers(np, 2, 1, 5)"),
        ("..., 1", "a[..., 2] * 2"),
        ("1:, ...", "[[1.0], [2.0], [3.0], [4.0]]"),
    ):
        found[f"{source} = {value}"] = put(source, value)
    found["nonzero"] = lambda np: list(np.nonzero(numbers(np, 3, 4) > 0))
    found["argwhere"] = lambda np: np.argwhere(numbers(np, 3, 4) > 0)
    found["take"] = lambda np: numbers(np, 3, 4).take(range(1, 3), 1)
    found["take along"] = lambda np: np.take_along_axis(
        numbers(np, 3, 4), np.argsort(numbers(np, 3, 4), axis=1), 1
    )
    found["unravel"] = lambda np: list(np.unravel_index(np.argmax(numbers(np, 3, 4)), (3, 4)))
    return found


def _joined() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for name in ("concatenate", "stack", "vstack", "hstack", "column_stack"):
        found[name] = lambda np, name=name: getattr(np, name)([numbers(np, 2, 3), np.ones((2, 3))])
    found["concatenate along"] = lambda np: np.concatenate(
        [numbers(np, 2, 3), np.ones((2, 1))], axis=1
    )
    found["stack along"] = lambda np: np.stack([numbers(np, 2, 3), np.ones((2, 3))], axis=-1)
    found["block"] = lambda np: np.block([[numbers(np, 2, 3), np.zeros((2, 1))], [np.ones((1, 4))]])
    found["pad"] = lambda np: np.pad(numbers(np, 2, 3), [(0, 1), (2, 0)])
    found["tile"] = lambda np: np.tile(numbers(np, 2, 3), (2, 1, 2))
    found["repeat"] = lambda np: np.repeat(numbers(np, 2, 3), 2, axis=1)
    found["roll"] = lambda np: np.roll(numbers(np, 5), 2)
    found["split"] = lambda np: np.split(numbers(np, 6, 2), 3)
    found["eye"] = lambda np: [np.eye(3), np.eye(2, 4, 1), np.eye(4, 3, -1)]
    found["tri"] = lambda np: [np.tril(numbers(np, 3, 4), 1), np.triu(numbers(np, 3, 4), -1)]
    found["diag"] = lambda np: [
        np.diag(numbers(np, 3)),
        np.diag(numbers(np, 2), 1),
        np.diag(numbers(np, 3, 4), -1),
    ]
    found["linspace"] = lambda np: [
        np.linspace(0.0, 1.0, 5),
        np.arange(5),
        np.arange(1.0, 2.0, 0.3),
    ]
    found["indices"] = lambda np: np.indices((2, 3))
    found["ogrid"] = lambda np: list(np.ogrid[:2, :3])
    found["full"] = lambda np: [
        np.full((2, 2), math.pi),
        np.zeros(3),
        np.ones((1, 2)),
        np.full(2, 1),
    ]
    found["like"] = lambda np: [np.zeros_like(numbers(np, 2)), np.full_like(numbers(np, 2), 3)]
    found["vander"] = lambda np: np.vander(numbers(np, 3), 4)
    found["convolve"] = lambda np: np.convolve(numbers(np, 4), numbers(np, 3))
    found["unique"] = lambda np: np.unique(np.array([3, 1, 3, 2, 1]))
    return found


def _products() -> dict[str, Case]:
    found: dict[str, Case] = {}
    shapes = (
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 5)),
        ((2, 3), (3, 5)),
        ((7, 2, 3), (3, 5)),
        ((7, 2, 3), (7, 3, 5)),
        ((2, 1, 2, 3), (5, 3, 2)),
    )
    for one, two in shapes:
        found[f"{one} @ {two}"] = lambda np, one=one, two=two: numbers(np, *one) @ numbers(np, *two)
    for subscripts, *given in (
        ("ij,jk->ik", (2, 3), (3, 5)),
        ("ii->i", (3, 3)),
        ("ii", (3, 3)),
        ("ij->ji", (2, 3)),
        ("i,j,k->kji", (2,), (3,), (5,)),
        ("bij,bjk->bik", (7, 2, 3), (7, 3, 5)),
        ("...i,...i->...", (2, 3), (2, 3)),
        ("ij,ij->", (2, 3), (2, 3)),
        ("ij,kj,il->lk", (2, 3), (5, 3), (2, 7)),
        ("i,i,i->i", (3,), (3,), (3,)),
        ("...ij->...ji", (2, 3, 5)),
        ("ij,j", (2, 3), (3,)),
    ):
        found[subscripts] = lambda np, s=subscripts, g=given: np.einsum(
            s, *(numbers(np, *shape, start=k) for k, shape in enumerate(g))
        )
    for name in ("dot", "outer", "kron", "tensordot", "inner", "vdot"):
        found[name] = lambda np, name=name: getattr(np, name)(numbers(np, 3, 3), spd(np, 3))
    found["dot of stacks"] = lambda np: np.dot(numbers(np, 2, 3), numbers(np, 5, 3, 2))
    found["tensordot over"] = lambda np: np.tensordot(
        numbers(np, 2, 3, 5), numbers(np, 3, 2), ([0, 1], [1, 0])
    )
    found["cross"] = lambda np: np.cross(numbers(np, 3), numbers(np, 2, 3))
    found["trace"] = lambda np: [
        np.trace(numbers(np, 3, 4)),
        np.diagonal(numbers(np, 2, 3, 4), 1, 1, 2),
    ]
    return found


def _solved() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for stack in ((), (2,)):
        for name in ("inv", "det", "slogdet", "cholesky", "eigvalsh", "pinv", "matrix_rank"):
            found[f"{name} {stack}"] = lambda np, name=name, stack=stack: list_of(
                getattr(np.linalg, name)(spd(np, 4, *stack))
            )
        found[f"solve {stack}"] = lambda np, stack=stack: np.linalg.solve(
            numbers(np, *stack, 4, 4), numbers(np, *stack, 4, 2)
        )
        found[f"svd {stack}"] = lambda np, stack=stack: rebuilt(
            np, *np.linalg.svd(numbers(np, *stack, 3, 5), full_matrices=False)
        )
        found[f"eigh {stack}"] = lambda np, stack=stack: _squared(
            np, *np.linalg.eigh(spd(np, 4, *stack))
        )
    found["solve, a vector"] = lambda np: np.linalg.solve(numbers(np, 5, 5), numbers(np, 5))
    found["det, signs"] = lambda np: [
        np.linalg.det(np.eye(4)[[1, 0, 3, 2]]),
        np.linalg.det(numbers(np, 3, 3)),
    ]
    found["slogdet, negative"] = lambda np: list_of(np.linalg.slogdet(-spd(np, 3)))
    found["slogdet, singular"] = lambda np: list_of(np.linalg.slogdet(np.zeros((2, 2))))
    found["svd, full"] = lambda np: [
        abs(np.linalg.det(one)) for one in np.linalg.svd(numbers(np, 4, 2))[::2]
    ]
    found["svd, low rank"] = lambda np: (
        np.linalg.svd(np.outer(numbers(np, 4), numbers(np, 3)))[1] > 1e-9
    )
    found["qr"] = lambda np: list_of(np.linalg.qr(numbers(np, 5, 3)))
    found["qr, wide"] = lambda np: list_of(np.linalg.qr(numbers(np, 2, 3)))
    found["pinv, tall"] = lambda np: np.linalg.pinv(numbers(np, 5, 2))
    found["pinv, low rank"] = lambda np: np.linalg.pinv(np.outer(numbers(np, 4), numbers(np, 3)))
    found["power"] = lambda np: [np.linalg.matrix_power(spd(np, 3), k) for k in (0, 3, -2)]
    found["multi_dot"] = lambda np: np.linalg.multi_dot(
        [numbers(np, 2, 3), numbers(np, 3, 5), numbers(np, 5)]
    )
    for order in (None, 1, 2, math.inf, "fro", "nuc"):
        found[f"norm {order}"] = lambda np, order=order: np.linalg.norm(numbers(np, 3, 4), order)
    for order in (None, 1, 2, 3, math.inf):
        found[f"norms {order}"] = lambda np, order=order: np.linalg.norm(
            numbers(np, 3, 4), order, axis=1
        )
    found["legendre"] = lambda np: list_of(np.polynomial.legendre.leggauss(12))
    return found


def list_of(found: Any) -> list[Any]:
    """A tuple as a list."""
    return list(found) if isinstance(found, tuple) else [found]


def rebuilt(np: Any, u: Any, s: Any, vt: Any) -> list[Any]:
    """The matrix again, whatever the signs of the vectors, and the singular values."""
    return [(u * s[..., None, :]) @ vt, s, np.swapaxes(u, -1, -2) @ u]


def _squared(np: Any, values: Any, vectors: Any) -> list[Any]:
    return [(vectors * values[..., None, :]) @ np.swapaxes(vectors, -1, -2), values]


def _views() -> dict[str, Case]:
    return {
        "transpose": lambda np: numbers(np, 2, 3, 5).transpose(2, 0, 1),
        "T": lambda np: [numbers(np, 2, 3).T, numbers(np, 2, 3, 5).mT],
        "reshape": lambda np: [
            numbers(np, 2, 6).T.reshape(3, -1),
            numbers(np, 6).reshape(2, 3, order="F"),
        ],
        "moveaxis": lambda np: np.moveaxis(numbers(np, 2, 3, 5), (0, 2), (1, 0)),
        "squeeze": lambda np: [
            np.squeeze(numbers(np, 1, 3, 1)),
            np.expand_dims(numbers(np, 3), (0, 2)),
        ],
        "broadcast": lambda np: np.broadcast_to(numbers(np, 3, 1), (2, 3, 4)),
        "strided": lambda np: np.lib.stride_tricks.as_strided(numbers(np, 3, 3), (3,), (32,)),
        "written": _written_view,
        "ravel": lambda np: [np.ravel(numbers(np, 2, 3).T), numbers(np, 2, 3).flatten()],
        "atleast": lambda np: [np.atleast_1d(2.0), np.atleast_2d(numbers(np, 3))],
    }


def _written_view(np: Any) -> Any:
    whole = np.zeros((3, 4))
    whole.T[1] = numbers(np, 3)
    whole[1:, ::2][...] = 7
    np.einsum("ii->i", whole[:, :3])[...] += 1
    np.einsum("iji->ji", whole[:2].reshape(2, 2, 2))[1] *= 5
    return whole


def _types() -> dict[str, Case]:
    return {
        "kinds": lambda np: [np.array(one).dtype.kind for one in (1, 1.0, True, [1, 2.5])],
        "result": lambda np: np.result_type(np.array([1]), 0.5).kind,
        "astype": lambda np: [np.array([1.7, -0.2]).astype(int), np.array([0, 2]).astype(bool)],
        "close": lambda np: [
            np.allclose([1.0, 2.0], [1.0, 2.0 + 1e-12]),
            bool(np.isclose(1.0, 1.1)),
        ],
        "item": lambda np: [np.array([[2.5]]).item(), float(np.array(3)), int(np.sum([1, 2]))],
        "0-d": lambda np: [
            np.sum(numbers(np, 3)).shape,
            np.float64(2.0).reshape(1, 1),
            np.max([3, 4]).ndim,
        ],
        "frexp": lambda np: list_of(np.frexp(np.array([0.3, 8.0, 0.0]))),
    }


def plain(found: Any) -> Any:
    """What a case found, as JSON has it, with the kind and the shape of arrays."""
    if isinstance(found, (list, tuple)):
        return [plain(one) for one in found]
    if hasattr(found, "dtype"):
        return {"kind": found.dtype.kind, "shape": list(found.shape), "entries": found.tolist()}
    return found


def main() -> None:
    """Print what this NumPy makes of every case."""
    np = import_module("numpy")
    json.dump({name: plain(case(np)) for name, case in cases()}, sys.stdout)


if __name__ == "__main__":
    main()
