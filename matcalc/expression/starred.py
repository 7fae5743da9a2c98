"""``*`` that was typed for ``@`` in several places, as other languages write matrix products."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.errors import Place, ShapeError, Suggestion
from matcalc.expression.attempt import Attempt, Try, Variables

_SIGNS = 8  # that are replaced at most


def products_throughout(
    stopped: Attempt, formula: str, variables: Variables, read: Try
) -> Iterator[Suggestion]:
    """The formula with ``@`` for each ``*`` that does not fit, if there are several and it reads.

    A sign is as long as the other, so that every place stays where it is.

    Args:
        stopped: Where the reading stopped.
        formula: The formula.
        variables: What is declared.
        read: Reads a formula in columns.
    """
    text, attempt = formula, stopped
    spans: list[Place] = []
    while isinstance(attempt.error, ShapeError) and len(spans) < 2 * _SIGNS:
        line = attempt.failed
        if line is None or (line.step.kind, line.step.value) != ("operator", "*"):
            return
        one, two = (attempt.lines[k].step.place for k in line.operands)
        sign = text.find("*", one.stop, two.start)
        if sign < 0:
            return
        text = f"{text[:sign]}@{text[sign + 1 :]}"
        spans += [one, two]
        attempt = read(text, variables)
    if attempt.error is None and len(spans) > 2:
        start, stop = min(one.start for one in spans), max(one.stop for one in spans)
        place = Place(formula, start, stop)
        yield Suggestion("write", text[start:stop], place, "for matrix products")
