# ruff: noqa: S311, BLE001 - random for tests; whatever is raised is counted

"""Formulas written as people write them, and what they are read as beside what they mean."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np

from matcalc.errors import MatcalcError
from matcalc.inputs.entrance import Entered, entered
from matcalc.plan import evaluate
from tests.renderings.code import Arrays, Library
from tests.renderings.mathematics import GREEK, Mathematics
from tests.renderings.tree import Builder, Tree, UnwrittenError, value

NOTATIONS = (
    "latex",
    "unicode",
    "plain",
    "matlab",
    "julia",
    "R",
    "matrixcalculus",
    "numpy",
    "torch",
    "jax",
)
_SIZES = (2, 3, 5, 7, 11, 13, 17)


class Case(NamedTuple):
    """A line as somebody types it.

    ``names`` are the arrays by the name that the line declares; ``variables`` is empty where the
    line is to be read by convention.
    """

    typed: str
    variables: str
    means: str
    notation: str
    used: frozenset[str]
    names: Mapping[str, str]
    forced: str | None
    seed: int
    shapes: Mapping[str, Sequence[str]]
    dims: Mapping[str, int]


def _shapes(record: Mapping[str, Any]) -> dict[str, list[str]]:
    given = record["variables"]
    if isinstance(given, str):
        found = re.findall(r"(\w+)(?:\[([^\]]*)\])?(?::[\w,]+)?", given)
        return {name: [one for one in axes.split(",") if one] for name, axes in found}
    return {
        name: [str(axis) for axis in (one["shape"] if isinstance(one, dict) else one)]
        for name, one in given.items()
    }


def _drawn(
    shapes: Mapping[str, Sequence[str]], dims: Mapping[str, int], seed: int
) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    found = {}
    for name, axes in shapes.items():
        sizes = [dims.get(axis) or int(axis) for axis in axes]
        one = random.uniform(0.3, 1.2, sizes)
        square = len(sizes) == 2 and sizes[0] == sizes[1]
        found[name] = one + 3 * np.eye(sizes[0]) if square else one if sizes else float(one)
    return found


def cases(
    records: Iterable[Mapping[str, Any]], notations: Sequence[str], each: int, seed: str = ""
) -> Iterator[Case]:
    """Each record in each notation, some times, with its variables declared and without."""
    for record in records:
        means = record["claim"] if isinstance(record.get("claim"), str) else record["expression"]
        shapes = _shapes(record)
        order = sorted(record["dims"], key=record["dims"].get)
        dims = dict(zip(order, _SIZES, strict=False))
        point = zlib.crc32(record["id"].encode())
        names = {**_drawn(shapes, dims, point), **dims}
        try:
            with np.errstate(all="ignore"):
                if not np.all(np.isfinite(value(means, names))):
                    continue
            builder = Builder(names, dims)
            tree = builder.tree(means)
        except (
            ValueError,
            NameError,
            UnwrittenError,
            TypeError,
            SyntaxError,
            KeyError,
            np.linalg.LinAlgError,
        ):
            continue
        for notation in notations:
            for k in range(each):
                random = Random(f"{seed} {record['id']} {notation} {k}")
                yield from _written(means, notation, random, builder, tree, shapes, dims, point)


def _written(
    means: str, notation: str, random: Random, builder: Builder, tree: Tree,
    shapes: Mapping[str, Sequence[str]], dims: Mapping[str, int], point: int,
) -> Iterator[Case]:  # fmt: skip
    writer: Mathematics | Arrays | Library
    if notation in ("latex", "unicode", "plain"):
        writer = Mathematics(notation, random, {*shapes, *dims})
    elif notation in ("numpy", "torch", "jax"):
        writer = Library(notation, random, builder)
    else:
        writer = Arrays(notation, random, {*shapes, *dims})
    try:
        line = writer.line(means if isinstance(writer, Library) else tree)  # type: ignore[arg-type]
    except UnwrittenError:
        return
    names = {name: typed for name, typed in writer.declared.items() if name in shapes}
    declared = " ".join(
        f"{names.get(name, name)}[{','.join(axes)}]" if axes else names.get(name, name)
        for name, axes in shapes.items()
    )
    signs = re.search(r"'|\.[*/^(]", line)
    forced = "matlab" if isinstance(writer, Arrays) and notation != "R" and not signs else None
    case = Case(
        line, declared, means, notation, frozenset(writer.used), names, forced, point, shapes, dims
    )
    yield case
    if _conventional(case):
        yield case._replace(variables="")


def _conventional(case: Case) -> bool:
    """Whether anybody could tell from the names what is a matrix, a vector or a number."""
    if "a size" in case.used or re.search(
        r"eye|ones|einsum|zeros|reshape|diag|I\b|softmax", case.means
    ):
        return False
    for name in case.names:
        rank = len(case.shapes[name])
        stem = name.rstrip("0123456789")
        likely = 0 if stem in GREEK else 2 if stem.isupper() else 0 if stem in "ctk" else 1
        if rank != likely or (len(name) > 1 and stem not in GREEK):
            return False
    return True


def outcome(case: Case) -> tuple[str, str]:
    """What the line is read as: same, refused, said (another, said), SILENT (another)."""
    try:
        found = entered(case.typed, case.variables or None, case.forced)
        node = found.formula().node
    except MatcalcError as error:
        return "refused", str(error).splitlines()[0]
    except Exception as error:
        return "CRASH", repr(error)
    for seed in range(case.seed, case.seed + 9):
        kind, said = _compared(case, found, node, seed)
        if kind != "no number":
            return kind, said
    return "same", ""


def _compared(case: Case, found: Entered, node: Any, seed: int) -> tuple[str, str]:
    """What the line is at one point; "no number" where the logarithm of a determinant is none."""
    arrays = _drawn(case.shapes, case.dims, seed)
    with np.errstate(all="ignore"):
        meant = value(case.means, {**arrays, **case.dims})
    said = " | ".join(map(str, found.said))
    typed = {
        one: arrays[name]
        for name, spelled in case.names.items()
        for one in (spelled, GREEK.get(name, name), name, name.replace("lam", "lambda"))
    }
    sizes = case.dims if case.variables else {}
    try:
        with np.errstate(all="ignore"):
            got = evaluate(
                node, {name: typed[name] for name in found.shapes if name in typed}, sizes
            )
    except Exception as error:
        return "said" if not case.variables else "SILENT", f"{found.text} {error!r:.80} {said}"
    if not np.isfinite(got).all() or not np.isfinite(meant).all():
        return "no number", ""
    got, meant = np.squeeze(got), np.squeeze(meant)
    if got.shape == meant.shape and np.allclose(got, meant, rtol=1e-7, equal_nan=True):
        return "same", ""
    if not case.variables and got.shape == meant.shape[::-1] and np.allclose(got, meant.T):
        return "same", ""
    return ("said" if not case.variables else "SILENT"), f"{found.text} | {said}"
