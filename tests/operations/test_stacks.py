import numpy as np

from matcalc.derivative import derivatives
from matcalc.graph import symbol
from matcalc.operations import RULES
from matcalc.plan import evaluate


def test_the_exponentials_of_a_stack_do_not_mix() -> None:
    X = np.random.default_rng(0).normal(size=(2, 2, 2)) / 2
    stack, single = symbol("X", (2, 2, 2)), symbol("Y", (2, 2))
    found = evaluate(derivatives(RULES["expm"].build(stack), [stack])[0], {"X": X})
    alone = derivatives(RULES["expm"].build(single), [single])[0]
    for k in range(2):
        np.testing.assert_allclose(found[k, :, :, k], evaluate(alone, {"Y": X[k]}), rtol=1e-12)
        np.testing.assert_array_equal(found[k, :, :, 1 - k], np.zeros((2, 2, 2, 2)))
