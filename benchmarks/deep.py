"""How long a network of a thousand layers takes, and that the time grows with the depth alone.

The claims, for ``a1 = tanh(W1 @ x); …; sum(a1000)``, sizes named: its derivative with respect to
the first weights takes less than 2 s, and so do its text and its numbers; NumPy source less than
3 s; all thousand gradients in one sweep less than 5 s. From 500 to 1,000 layers nothing takes
more than three times as long, where twice as long is linear.

Run it with ``python benchmarks/deep.py``.
"""

import sys
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

import matcalc as mc

DEPTHS = (250, 500, 1000)
RUNS = 3
CLAIMS = {"derive": 2.0, "text": 2.0, "numpy": 3.0, "run": 2.0, "evaluate": 2.0, "all": 5.0}
GROWTH = 3.0


def network(depth: int) -> tuple[str, str, list[str]]:
    """The formula of a network, its variables and the names of its weights."""
    weights = [f"W{k}" for k in range(1, depth + 1)]
    layers = [f"a{k} = tanh(W{k} @ {f'a{k - 1}' if k > 1 else 'x'})" for k in range(1, depth + 1)]
    shapes = [f"W{k}[n{k},n{k - 1}]" for k in range(1, depth + 1)]
    return "; ".join([*layers, f"sum(a{depth})"]), " ".join([*shapes, "x[n0]"]), weights


def seconds(function: Callable[[], Any]) -> tuple[float, Any]:
    """The best time of a few runs, and the last result."""
    times = []
    for _ in range(RUNS):
        started = perf_counter()
        result = function()
        times.append(perf_counter() - started)
    return min(times), result


def measured(depth: int) -> dict[str, float]:
    """The time of each claim at a depth; what is computed is held against each other."""
    formula, variables, weights = network(depth)
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=(4, 4)) for name in weights} | {"x": rng.normal(size=4)}
    found: dict[str, float] = {}

    def derived(wrt: Any) -> Any:
        return mc.derive(formula, wrt=wrt, variables=variables, layout="denominator")

    found["derive"], gradient = seconds(lambda: derived("W1"))
    found["text"], _ = seconds(lambda: gradient.text)
    found["numpy"], _ = seconds(lambda: gradient.numpy)
    found["evaluate"], numbers = seconds(lambda: gradient.evaluate(**arrays))
    compiled = gradient.compile()
    found["run"], again = seconds(lambda: compiled(**arrays))
    np.testing.assert_allclose(again, numbers, rtol=1e-9, atol=1e-300)
    found["all"], gradients = seconds(lambda: derived(weights))
    assert len(gradients) == depth  # noqa: S101
    return found


def main() -> None:
    mc.derive("x.T @ x", wrt="x", variables="x[n]", layout="denominator")  # load what is lazy
    times = {depth: measured(depth) for depth in DEPTHS}
    print(f"{'seconds':10s}" + "".join(f"{depth:>9d}" for depth in DEPTHS) + "   growth")
    failed = []
    for name, most in CLAIMS.items():
        row = [times[depth][name] for depth in DEPTHS]
        growth = [later / earlier for earlier, later in pairwise(row)]
        shown = ", ".join(f"{ratio:.1f} ×" for ratio in growth)
        print(f"{name:10s}" + "".join(f"{time:9.3f}" for time in row) + f"   {shown}")
        if row[-1] > most or (growth[-1] > GROWTH and row[-1] > 0.05):
            failed.append(name)
    if failed:
        sys.exit(f"slower than claimed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
