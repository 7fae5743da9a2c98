"""Two calls in a row that are one function: the sum of singular values is the nuclear norm.

The number of singular values of A[m,n] has no name, and their sum needs none.
"""

from __future__ import annotations

from collections.abc import Iterable

from matcalc.expression.parser import Assignment, Step
from matcalc.operations import RULES

#: What the outer of two calls of one argument makes of the inner one.
_FUSED = {rule.facts.fused: rule.name for rule in RULES.values() if all(rule.facts.fused)}


def fused(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Assignments with one call for two.

    >>> from matcalc.expression.parser import parse
    >>> [step.value for step in fused(parse("sum(svdvals(A))"))[0].steps]
    ['A', 'nuclear_norm']
    """
    return tuple(one._replace(steps=tuple(_steps(one.steps))) for one in assignments)


def _steps(steps: Iterable[Step]) -> list[Step]:
    found: list[Step] = []
    for step in steps:
        inner = found[-1] if found else step
        name = _FUSED.get((inner.value, step.value))
        calls = inner.kind == step.kind == "call" and inner.takes == step.takes == 1
        if name is not None and calls and not (inner.primes or step.primes):
            found[-1] = step._replace(value=name)
        else:
            found.append(step)
    return found
