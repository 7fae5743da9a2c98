"""Hold every formula of an explanation against numbers: values, differences, products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from derivative_checks import measured
from numpy.typing import NDArray

import matcalc as mc
from matcalc.explanation import Chain, Equation, Explanation

Array = NDArray[np.float64]
TOLERANCE = 2e-6


class Truth:
    """What the formulas of an explanation must be, at one point."""

    def __init__(self, steps: Explanation, arrays: Mapping[str, Any], sizes: Mapping[str, int]):
        self.steps, self.sizes = steps, sizes
        self.arrays = {name: np.asarray(array, float) for name, array in arrays.items()}
        self.definitions = {one.of: one.text for one in steps.equations if not one.wrt and one.layout == ""}
        self.values = dict(self.arrays)
        for name, text in self.definitions.items():
            self.values[name] = np.asarray(mc.evaluate(text, **sizes, **self.within(text)))
        self.known: dict[tuple[str, str, bool], Array | None] = {}

    def within(self, text: str) -> dict[str, Array]:
        """The values that a text may mention."""
        del text
        return self.values

    def function(self, of: str, wrt: str, *, local: bool) -> Callable[[Array], Array]:
        """A result as a function of a variable or of another result."""

        def run(x: Array) -> Array:
            values = self.values | {wrt: x}
            for name, text in self.definitions.items():
                if name != wrt and (not local or name == of):
                    values[name] = np.asarray(mc.evaluate(text, **self.sizes, **values))
            return values[of]

        return run

    def derivative(self, of: str, wrt: str, *, local: bool) -> Array | None:
        """By differences, axes of the result first; nothing where they are unsure."""
        key = of, wrt, local
        if key not in self.known:
            self.known[key] = measured(self.function(of, wrt, local=local), self.values[wrt])
        return self.known[key]

    def through(self, of: str, user: str, wrt: str) -> Array | None:
        """The part of a derivative that comes through one result."""
        above, below = self.derivative(of, user, local=False), self.derivative(user, wrt, local=True)
        if above is None or below is None:
            return None
        return np.tensordot(above, below, self.values[user].ndim)

    def of_equation(self, one: Equation) -> Array | None:
        """What an equation claims, in its layout."""
        if not one.wrt:
            return self.values[one.of]
        if one.through:
            found = self.through(one.of, one.through, one.wrt)
        else:
            found = self.derivative(one.of, one.wrt, local=one.local)
        return None if found is None else arranged(found, self.values[one.of].ndim, one.layout)


def arranged(array: Array, above: int, layout: str) -> Array:
    """A derivative whose axes are those of the result and then of the variable, in a layout."""
    if layout == "entries":
        return array
    axes = [*range(above), *reversed(range(above, array.ndim))]
    found = array.transpose(axes)
    return found.T if layout == "denominator" else found


def agrees(found: Any, expected: Array) -> bool:
    size = max(float(np.abs(expected).max(initial=0.0)), 1.0)
    same = np.shape(found) == expected.shape
    return same and bool(np.allclose(found, expected, rtol=0, atol=TOLERANCE * size))


def complaints(steps: Explanation, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> list[str]:
    """Every formula that is not what it claims to be."""
    truth = Truth(steps, arrays, sizes)
    found: list[str] = []
    for one in steps.equations:
        expected = truth.of_equation(one)
        if expected is None:
            continue
        try:
            value = mc.evaluate(one.program, **sizes, **truth.arrays)
        except mc.MatcalcError as error:
            found.append(f"{one.left.unicode} = {one.program}: {error.message}")
            continue
        if not agrees(value, expected):
            found.append(f"{one.left.unicode} = {one.program} is {value}, not {expected}")
    return found + chain_complaints(steps, truth)


def chain_complaints(steps: Explanation, truth: Truth) -> list[str]:
    """Chains, of which those of one layout add up to the derivative, by their einsums."""
    sums: dict[str, list[Array]] = {}
    for section in steps.sections:
        for item in section.items:
            if isinstance(item, Chain):
                sums.setdefault(item.written.convention.name, []).append(product(item, truth))
    expected = truth.derivative(steps.of.name, steps.wrt.name, local=False)
    if expected is None:
        return []
    above = truth.values[steps.of.name].ndim
    return [
        f"the {layout} chains give {sum(parts)}, not {arranged(expected, above, layout)}"
        for layout, parts in sums.items()
        if not agrees(sum(parts), arranged(expected, above, layout))
    ]


def product(chain: Chain, truth: Truth) -> Array:
    """The product of the factors of a chain, by the einsum that is shown with it."""
    arrays = [mc.evaluate(one.program, **truth.sizes, **truth.arrays) for one in chain.factors]
    for array, form in zip(arrays, chain.written.factors, strict=True):
        assert np.ndim(array) == len(form.shape)
    return np.asarray(np.einsum(str(chain.written.einsum), *arrays))
