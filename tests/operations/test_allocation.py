"""Local Jacobians of 10⁴ × 10⁴ are built and applied, and their dense form is never made."""

import tracemalloc
from math import prod
from typing import Any

import numpy as np
import pytest

from matcalc.checking.registration import POINTS
from matcalc.jacobians.local import LocalRule
from matcalc.operations import RULES, parse_signature

N = 10**4
ROOT = 100
LIMIT = 60 * N * 8  # bytes: sixty vectors, where a dense Jacobian is ten thousand

#: Derivatives that have no structure to keep.
DENSE = {
    "products_of_others": "entry i, j is the product of all entries but two: no two are alike",
    "products_of_other_pairs": "has no derivative",
    "polar_factor": "has no derivative",
    "top_singular": "has no derivative",
    "expm": "the Fréchet derivative is one exponential for each entry",
    "function": "has a name alone",
    "mapped": "has a name alone",
    **dict.fromkeys(("det", "logdet", "inv", "solve"), "of stacks of matrices, not by entries"),
    "logcumsumexp": "each row has a triangle of slopes of its own",
}

SQUARE = ((ROOT, ROOT),)
#: Other than entry by entry: a rule, the shapes of its operands, its parameters.
SHAPES: tuple[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any]], ...] = (
    ("softmax", ((N,),), {}),
    ("softmax", SQUARE, {"axis": 0}),
    ("softmax", SQUARE, {"axis": 1}),
    ("log_softmax", ((N,),), {}),
    ("log_softmax", SQUARE, {"axis": -1}),
    ("layer_norm", ((N,), (N,), (N,)), {}),
    ("layer_norm", ((ROOT, ROOT), (ROOT,), (ROOT,)), {}),
    ("batch_norm", ((ROOT, ROOT), (ROOT,), (ROOT,)), {}),
    ("rms_norm", ((N,), (N,)), {}),
    ("rms_norm", ((ROOT, ROOT), (ROOT,)), {}),
    ("attention", SQUARE * 3, {}),
    ("slice", ((2 * N, 1),), {"stop": N}),
    ("slice", ((ROOT, 2 * ROOT),), {"axis": 1, "start": 50, "stop": 150}),
    ("concatenate", ((N,), (N,)), {}),
    ("concatenate", SQUARE * 3, {"axis": 1}),
    ("stack", SQUARE * 2, {}),
    ("stack", ((N,), (N,)), {"axis": 1}),
    ("tril", SQUARE, {}),
    ("triu", SQUARE, {"k": 1}),
    ("vec", SQUARE, {}),
    ("vec", SQUARE, {"order": "C"}),
    ("rearrange", SQUARE, {}),
    ("transpose", SQUARE, {}),
    ("kron", ((ROOT,), (ROOT,)), {}),
    ("kron", ((10, 10), (10, 10)), {}),
    ("outer", ((ROOT,), (ROOT,)), {}),
    ("diag", ((ROOT,),), {}),
    ("diag", SQUARE, {}),
    ("matmul", SQUARE * 2, {}),
    ("matmul", ((N, 2), (2,)), {}),
    ("einsum", ((N, 3), (N,)), {"subscripts": "ij,i->i"}),
    ("einsum", SQUARE * 2, {"subscripts": "ij,jk->ki"}),
    ("solve", SQUARE * 2, {}),
    ("inv", SQUARE, {}),
    ("pinv", SQUARE, {}),
    ("adj", SQUARE, {}),
    ("matrix_power", SQUARE, {}),
    ("bias", ((ROOT, ROOT), (ROOT,)), {}),
    ("bias_columns", ((ROOT, ROOT), (ROOT,)), {}),
    ("sum", SQUARE, {"axis": 0}),
    ("mean", SQUARE, {"axis": 1}),
    ("max", SQUARE, {"axis": 1}),
    ("prod", SQUARE, {"axis": 0}),
    ("logsumexp", SQUARE, {"axis": 0}),
    ("rnn", ((ROOT,), (ROOT,), *SQUARE * 2, (ROOT,)), {}),
    ("gru", ((ROOT,), (ROOT,), *((3 * ROOT, ROOT),) * 2, (3 * ROOT,)), {}),
    ("lstm_hidden", ((ROOT,),) * 3 + ((4 * ROOT, ROOT),) * 2 + ((4 * ROOT,),), {}),
)


def _entrywise() -> list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any]]]:
    """Rules whose operands all have one shape, that of the result: ``x[...] -> y[...]``."""
    found = []
    for name, rule in RULES.items():
        signature = parse_signature(rule.signatures[0])
        shapes = {operand.shape for operand in (*signature.operands, signature.result)}
        if name not in DENSE and signature.operands and len(shapes) == 1 and () not in shapes:
            [shape] = shapes
            size = {("...",): (N,), ("m", "n"): (ROOT, ROOT)}.get(shape)
            found += [(name, (size,) * len(signature.operands), {})] if size else []
    return found


CASES = [
    (name, shapes, parameters, operand)
    for name, shapes, parameters in (*_entrywise(), *SHAPES)
    for operand in range(len(shapes))
]


def _traced(
    name: str, shapes: tuple[tuple[int, ...], ...], parameters: dict[str, Any], operand: int
) -> tuple[int, float]:
    """The most bytes at a time, and how many a dense Jacobian would have."""
    rule, rng = RULES[name], np.random.default_rng(0)
    specs = parse_signature(rule.signatures[0]).operands
    domains = [spec.domain for spec in specs] + [specs[-1].domain] * len(shapes)
    values = [POINTS[domain](s, rng) for domain, s in zip(domains, shapes, strict=False)]
    local = LocalRule(rule)
    wrt = local._names(len(values))[operand]
    given = {**rule.parameters, **parameters}
    tracemalloc.start()
    try:
        jacobian = local(*values, of="result", wrt=wrt, **given)
        jacobian.jvp(np.ones([int(k) for k in jacobian.wrt.shape]))
        jacobian.vjp(np.ones([int(k) for k in jacobian.of.shape]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return peak, 8.0 * prod(int(k) for k in jacobian.of.shape + jacobian.wrt.shape)


@pytest.mark.parametrize(
    ("name", "shapes", "parameters", "operand"), CASES, ids=["-".join(map(str, c)) for c in CASES]
)
def test_a_large_local_jacobian_is_never_dense(
    name: str, shapes: tuple[tuple[int, ...], ...], parameters: dict[str, Any], operand: int
) -> None:
    _traced(name, shapes, parameters, operand)  # what is imported on first use is not counted
    peak, _ = _traced(name, shapes, parameters, operand)
    assert peak < LIMIT


def test_every_rule_of_entries_is_among_them() -> None:
    tested = {name for name, *_ in CASES}
    for name, rule in RULES.items():
        if any("[...]" in signature for signature in rule.signatures):
            assert name in tested | set(DENSE)


def test_the_dense_ones_would_not_pass() -> None:
    """The measurement notices a dense Jacobian."""
    peak, dense = _traced("products_of_others", ((1500,),), {"axis": 0}, 0)
    assert peak >= dense == 8.0 * 1500**2 > LIMIT
