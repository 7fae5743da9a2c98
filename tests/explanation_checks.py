"""Hold every formula of an explanation against numbers: values, differences, products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from derivative_checks import measured
from numpy.typing import NDArray

import matcalc as mc
from matcalc.derivative import derivatives
from matcalc.explanation import Chain, Equation, Explanation
from matcalc.expression import read_formula
from matcalc.graph import Node, Symbol, symbol, topological
from matcalc.plan import evaluate
from matcalc.variables import Variable

Array = NDArray[np.float64]
TOLERANCE = 2e-6


class Truth:
    """What the formulas of an explanation must be, at one point."""

    def __init__(self, steps: Explanation, arrays: Mapping[str, Any], sizes: Mapping[str, int]):
        self.steps, self.sizes = steps, sizes
        self.arrays = {name: np.asarray(array, float) for name, array in arrays.items()}
        self.definitions = {
            one.of: one.text for one in steps.equations if not one.wrt and not one.layout
        }
        self.nodes: dict[str, Node] = {}
        self.values = dict(self.arrays)
        for name, text in self.definitions.items():
            variables = {k: Variable(k, array.shape) for k, array in self.values.items()}
            self.nodes[name] = read_formula(text, variables, sizes).node
            self.values[name] = self.value(name, self.values)
        self.known: dict[str, Array] = {}

    def value(self, name: str, values: Mapping[str, Array]) -> Array:
        return np.asarray(evaluate(self.nodes[name], values, self.sizes))

    def local(self, of: str, wrt: str) -> Array:
        """The derivative of one operation, by the graph, as it comes."""
        below = symbol(wrt, self.values[wrt].shape)
        node = derivatives(self.nodes[of], [below])[0]
        return np.asarray(evaluate(node, self.values, self.sizes))

    def total(self, wrt: str) -> Array:
        """The derivative of the result: what arrives from all that it is used in, in numbers."""
        if wrt not in self.known:
            of = self.steps.of.name
            shape, below = self.values[of].shape, self.values[wrt].shape
            found = np.zeros(shape + below)
            if wrt == of:
                found = np.asarray(np.eye(int(np.prod(shape))).reshape(shape + shape), float)
            for user, node in self.nodes.items():
                leaves = [one.name for one in topological(node) if isinstance(one, Symbol)]
                if wrt in leaves:
                    found = found + self.through(user, wrt)
            self.known[wrt] = found
        return self.known[wrt]

    def through(self, user: str, wrt: str) -> Array:
        """The part of a derivative that comes through one result."""
        above, below = self.total(user), self.local(user, wrt)
        return np.asarray(np.tensordot(above, below, self.values[user].ndim))

    def by_differences(self) -> Array | None:
        """The whole derivative, by central differences of all operations."""
        name = self.steps.wrt.name

        def run(x: Array) -> Array:
            values = self.values | {name: x}
            for one in self.nodes:
                if one != name:
                    values[one] = self.value(one, values)
            return values[self.steps.of.name]

        return measured(run, self.values[name])

    def of_equation(self, one: Equation) -> Array:
        """What an equation claims, in its layout."""
        if not one.wrt:
            return self.values[one.of]
        if one.through:
            found = self.through(one.through, one.wrt)
        else:
            found = self.local(one.of, one.wrt) if one.local else self.total(one.wrt)
        return arranged(found, self.values[one.of].ndim, one.layout)


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


def complaints(
    steps: Explanation, arrays: Mapping[str, Any], sizes: Mapping[str, int]
) -> list[str]:
    """Every formula that is not what it claims to be."""
    truth = Truth(steps, arrays, sizes)
    found: list[str] = []
    for one in steps.equations:
        expected = truth.of_equation(one)
        try:
            value = mc.evaluate(one.program, **sizes, **truth.arrays)
        except mc.MatcalcError as error:
            found.append(f"{one.left.unicode} = {one.program}: {error.message}")
            continue
        if not agrees(value, expected):
            found.append(f"{one.left.unicode} = {one.program} is {value}, not {expected}")
    measured_whole = truth.by_differences()
    if measured_whole is not None and not agrees(truth.total(steps.wrt.name), measured_whole):
        found.append(f"the graph does not agree with differences: {steps.program}")
    return found + chain_complaints(steps, truth)


def chain_complaints(steps: Explanation, truth: Truth) -> list[str]:
    """Chains, of which those of one layout add up to the derivative, by their einsums."""
    sums: dict[str, list[Array]] = {}
    for section in steps.sections:
        for item in section.items:
            if isinstance(item, Chain):
                sums.setdefault(item.written.convention.name, []).append(product(item, truth))
    expected = truth.total(steps.wrt.name)
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
