"""Plans: steps with names, shapes and costs, that executors run and that print themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from math import prod
from typing import Any

from matcalc.plan.spelled import table
from matcalc.plan.step import OTHERS, PRODUCTS, VIEWS, Step


@dataclass(frozen=True, repr=False)
class Plan:
    """Steps in an order in which they can be run.

    Attributes:
        steps: The steps, operands before what is made of them.
        results: The positions of the results.
        left_to_right: Makes the same with each product from left to right, to compare it with.
        accumulations: Orders in which the sum over paths could be taken, and what each costs.
    """

    steps: tuple[Step, ...]
    results: tuple[int, ...]
    left_to_right: Callable[[], Plan] | None = field(default=None, compare=False)
    accumulations: tuple[tuple[str, int], ...] = ()

    @cached_property
    def textbook(self) -> Plan | None:
        """The same with each product from left to right, made when it is asked for."""
        return None if self.left_to_right is None else self.left_to_right()

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the arrays that it needs."""
        return tuple(step.value for step in self.steps if step.op == "variable")

    @property
    def multiplications(self) -> int:
        """How many multiplications all products take together."""
        return sum(step.cost for step in self.steps)

    @property
    def largest(self) -> Step | None:
        """The largest array that is made, on the way or at the end."""
        made = [step for step in self.steps if step.op not in ("variable", "constant")]
        return max(made, key=lambda step: prod(step.shape), default=None)

    def __repr__(self) -> str:
        """One line: how long it is, and what it takes."""
        return f"<plan of {len(self.steps)} steps, {self.multiplications} multiplications>"

    def __str__(self) -> str:
        """A line for each step: its name, what it is, its shape, its multiplications.

        Below it the order of books: its steps too, where it takes other multiplications.
        """
        found = table(self.steps, self.results)
        if self.textbook is not None:
            same = self.textbook.multiplications == self.multiplications
            left_to_right = "from left to right, as books multiply:"
            other = table(self.textbook.steps, self.textbook.results)
            found += [f"{left_to_right} as many"] if same else ["", left_to_right, *other]
        return "\n".join([*found, *self._orders()])

    def _orders(self) -> list[str]:
        """The order of accumulation that is the cheapest, and the others."""
        if not self.accumulations:
            return []
        best, *others = sorted(self.accumulations, key=lambda one: one[1])
        rest = ", ".join(f"{name} {count}" for name, count in others)
        return [f"accumulated {best[0]}: {best[1]} multiplications; {rest}"]

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def makes(self) -> list[bool]:
        """For each result whether it is new: no part of an array, and nobody else's."""
        found: list[bool] = []
        seen: set[int] = set()
        for at in self.results:
            whole, overlaps = at, False
            while self.steps[whole].op in VIEWS:
                overlaps |= self.steps[whole].op == "windows"
                (whole,) = self.steps[whole].operands
            is_all = not overlaps and prod(self.steps[at].shape) == prod(self.steps[whole].shape)
            found.append(is_all and whole not in seen and self.steps[whole].op not in OTHERS)
            seen.add(whole)
        return found

    def last_uses(self) -> list[tuple[int, ...]]:
        """For each step the operands that nothing later needs."""
        last = {below: at for at, step in enumerate(self.steps) for below in step.operands}
        kept = set(self.results)
        ending: list[list[int]] = [[] for _ in self.steps]
        for below, at in last.items():
            if below not in kept:
                ending[at].append(below)
        return [tuple(each) for each in ending]


class Steps:
    """Makes steps, each once: equal steps are one."""

    def __init__(self) -> None:
        self.made: list[Step] = []
        self.multiplied: set[tuple[int, int]] = set()  # which two, by any step
        self._known: dict[Any, int] = {}

    def make(
        self, op: str, operands: Sequence[int], shape: Sequence[int], value: Any = None, **more: Any
    ) -> int:
        """The position of the step of these fields.

        Args:
            op: As the attributes of a step, as are the others.
            operands: The positions of the steps that it is done to.
            shape: The shape of the result.
            value: What else the step needs to know.
            more: ``cost``; and ``key``, what stands for a value that cannot be compared.
        """
        key = op, tuple(operands), tuple(shape), more.get("key", value)
        if key not in self._known:
            self._known[key] = len(self.made)
            step = Step(op, tuple(operands), tuple(shape), value, more.get("cost", 0))
            self.made.append(step)
            if op in PRODUCTS:
                self.multiplied.add((min(operands), max(operands)))
        return self._known[key]

    def has(self, op: str, operands: Sequence[int], shape: Sequence[int], value: Any) -> bool:
        """Whether the step of these fields is there."""
        return (op, tuple(operands), tuple(shape), value) in self._known

    def shape(self, at: int) -> tuple[int, ...]:
        """The shape of what a step makes."""
        return self.made[at].shape

    def reshaped(self, at: int, shape: Sequence[int]) -> int:
        """An array in another shape."""
        return at if self.shape(at) == tuple(shape) else self.make("reshape", [at], shape)

    def transposed(self, at: int, order: Sequence[int]) -> int:
        """An array with its axes in another order."""
        step = self.made[at]
        if step.op == "transpose":
            return self.transposed(step.operands[0], [step.value[axis] for axis in order])
        if list(order) == sorted(order):
            return at
        shape = [self.shape(at)[axis] for axis in order]
        return self.make("transpose", [at], shape, tuple(order))

    def plan(self, results: Sequence[int]) -> Plan:
        """The steps that the results need."""
        needed = set(results)
        for at in range(len(self.made) - 1, -1, -1):
            if at in needed:
                needed.update(self.made[at].operands)
        became = {old: new for new, old in enumerate(sorted(needed))}
        kept = (
            self.made[at]._replace(operands=tuple(became[k] for k in self.made[at].operands))
            for at in became
        )
        return Plan(tuple(kept), tuple(became[at] for at in results))
