"""Steps as people read them: names, what is done, shapes, multiplications."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod

from matcalc import dimensions
from matcalc.plan.step import Matrices, Step

Spell = Callable[[Step, Sequence[str]], str]


class PlanLine:
    """A step as it is read.

    Attributes:
        name: What its result is called.
        does: What is done, of earlier names.
        shape: The shape of the result.
        multiplications: How many it takes.
    """

    def __init__(self, name: str, does: str, step: Step) -> None:
        self.name = name
        self.does = does
        self.shape = step.shape
        self.multiplications = step.cost


def lines(steps: Sequence[Step]) -> Iterator[PlanLine]:
    """A line for each step that computes; variables have their own names."""
    taken = {step.value for step in steps if step.op == "variable"}
    free = (name for name in (f"t{k}" for k in range(1, len(steps) + len(taken) + 1)))
    names: list[str] = []
    for step in steps:
        below = [names[at] for at in step.operands]
        if step.op == "variable":
            names.append(step.value)
        elif step.op == "number":
            names.append(f"{step.value:g}")
        elif step.op == "reshape" and prod(step.shape) == 1:
            names.append(below[0])
        else:
            names.append(next(name for name in free if name not in taken))
            spell: Spell = _SPELLINGS.get(step.op, _plain)
            yield PlanLine(names[-1], spell(step, below), step)


def table(steps: Sequence[Step], results: Sequence[int]) -> list[str]:
    """The lines of a plan, in columns; then what it takes in all."""
    found = list(lines(steps))
    rows = [
        (f"{one.name} = {one.does}", _shown(one.shape), f"{one.multiplications or ''}")
        for one in found
    ]
    widths = [max((len(row[k]) for row in rows), default=0) for k in range(3)]
    listed = [
        f"{what:{widths[0]}}  {shape:>{widths[1]}}  {cost:>{widths[2]}}".rstrip()
        for what, shape, cost in rows
    ]
    total = sum(step.cost for step in steps)
    made = (step.shape for step in steps if step.op not in ("variable", "constant"))
    largest = max(made, key=prod, default=())
    shapes = ", ".join(_shown(steps[at].shape) for at in results)
    return [*listed, f"{total} multiplications; largest array {_shown(largest)}; result {shapes}"]


def _shown(shape: Sequence[int]) -> str:
    return dimensions.times(tuple(shape)) if shape else "1"


def _plain(step: Step, below: Sequence[str]) -> str:
    return f"{step.op}({', '.join(below)})"


def _contract(step: Step, below: Sequence[str]) -> str:
    way: Matrices = step.value
    if not way.stack and way.summed == 1 and way.rows < 2 and way.columns < 2:
        orders = zip(below, (way.one, way.two), strict=True)
        return " @ ".join(name if order[0] == 0 else f"{name}.T" for name, order in orders)
    return f'einsum("{way.subscripts}", {below[0]}, {below[1]})'


def _entrywise(step: Step, below: Sequence[str]) -> str:
    one, two = step.value
    if not any(a and b for a, b in zip(one.kept, two.kept, strict=True)) and len(step.shape) > 1:
        return f"outer({below[0]}, {below[1]})"
    return f"{below[0]} {'*' if step.op == 'multiply' else '/'} {below[1]}"


def _add(step: Step, below: Sequence[str]) -> str:
    terms = [
        (sign, name if spread is None else f"spread({name})")
        for (sign, spread), name in zip(step.value, below, strict=True)
    ]
    first = f"{'-' * (terms[0][0] < 0)}{terms[0][1]}"
    return " ".join([first, *(f"{'+' if sign > 0 else '-'} {name}" for sign, name in terms[1:])])


def _apply(step: Step, below: Sequence[str]) -> str:
    operation, parameters = step.value
    return f"{operation}({', '.join([*below, *map(str, parameters)])})"


def _root(step: Step, below: Sequence[str]) -> str:
    return f"{below[0]}**({step.value[0] / 2})"


def _slice(step: Step, below: Sequence[str]) -> str:
    axis, start, stop = step.value
    return f"{below[0]}[{':, ' * axis}{start}:{stop}]"


def _axes(step: Step, below: Sequence[str]) -> str:
    return f"{step.op}({below[0]}, {', '.join(map(str, step.value))})"


_SPELLINGS: dict[str, Spell] = {
    "contract": _contract,
    "multiply": _entrywise,
    "divide": _entrywise,
    "add": _add,
    "apply": _apply,
    "root": _root,
    "slice": _slice,
    "sum": _axes,
    "transpose": _axes,
    "power": lambda step, below: f"{below[0]}**{step.value}",
    "scale": lambda step, below: f"{step.value:g} * {below[0]}",
}
