import numpy as np
import pytest

import matcalc as mc
from matcalc.checking.registration import example_points
from matcalc.derivative import derivatives
from matcalc.graph import Node, distribution, symbol
from matcalc.operations import RULES, parse_signature
from matcalc.plan import evaluate

CASES = [
    (name, signature)
    for name, rule in RULES.items()
    for signature in rule.signatures
    if parse_signature(signature).operands and name not in ("function", "mapped")
][::3]


def _derivatives(node: Node, wrt: list[Node]) -> list[Node]:
    try:
        return derivatives(node, wrt)
    except mc.NotDifferentiableError:
        return []


@pytest.mark.parametrize(("name", "signature"), CASES)
def test_sums_written_out_and_sums_distributed_mean_the_same_to_second_order(
    name: str, signature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = example_points(signature, np.random.default_rng(0))
    symbols: list[Node] = [symbol(one, array.shape) for one, array in points.items()]
    first = _derivatives(RULES[name].build(*symbols, **RULES[name].parameters), symbols)
    nodes = [*first, *(second for one in first for second in _derivatives(one, symbols))]
    written = [evaluate(node, points) for node in nodes]
    monkeypatch.setattr(distribution, "SMALL", 0)
    for node, expected in zip(nodes, written, strict=True):
        found = evaluate(node, points)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9, equal_nan=True)
