"""What may have been meant where a formula fails, as candidates: what does not hold is dropped.

A candidate is offered if the formula that it mends was read: in columns, with no size made equal
to another for it, and with nothing assumed at its place. Whether the rest of the formula holds as
well decides between candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice
from typing import NamedTuple

from matcalc.errors import MatcalcError, Place, ShapeError, Suggestion
from matcalc.expression.attempt import Attempt, Try, Variables
from matcalc.expression.declaring import declarations, whole_of
from matcalc.expression.lines import StepLine
from matcalc.expression.misfits import WrittenOperand, is_atom, transposed, written
from matcalc.expression.values import Value
from matcalc.near import near
from matcalc.operations import RULES, find_rule
from matcalc.scripts import depths

_LINES = 400  # of a formula that is read again for each candidate
_LENGTH = 2000  # characters of it
_TRIED = 12
_LONGEST = 160  # characters of a candidate
_OFFERED = 3
_SIGNS = 8  # that are replaced at most
_PARTS = 3  # names that were typed as one
_CONSTANTS = {"π": "pi"}


class _TypedArgument(NamedTuple):
    """What a call takes: as it was typed, its value, and its keyword."""

    text: str
    value: object
    keyword: str = ""

    @property
    def atom(self) -> str:
        """As an operand of a sign."""
        return self.text if is_atom(self.text) else f"({self.text})"

    @property
    def shape(self) -> tuple[object, ...]:
        """Its sizes; none where it is text or a tuple."""
        return self.value.node.shape if isinstance(self.value, Value) else ()


def advised(error: MatcalcError, formula: str, variables: Variables, read: Try) -> MatcalcError:
    """An error with the candidates that hold; candidates of its own come first.

    Args:
        error: What went wrong.
        formula: The formula.
        variables: What is declared.
        read: Reads a formula in columns.
    """
    if len(formula) > _LENGTH:
        return error.changed(suggestions=())
    stopped = read(formula, variables)
    if len(stopped.lines) > _LINES:
        return error.changed(suggestions=())
    starred = list(_products_throughout(stopped, formula, variables, read))
    found = [*starred, *_candidates(stopped), *error.suggestions]
    candidates = {one.mended: one for one in reversed(found)}
    held: list[tuple[bool, Suggestion]] = []
    for one in islice(reversed(candidates.values()), _TRIED):
        if one.place is None or one.place.text != formula or len(one.text) > _LONGEST:
            continue
        tried = read(one.mended or "", variables)
        start = min([one.place.start, *(place.start for place in error.places)])
        span = range(start, one.place.start + len(one.text))  # a ( that is closed further on
        if tried.holds_at([span]) and tried.forces_only(stopped.forced):
            held.append((tried.error is None, one))
    whole = [one for is_whole, one in held if is_whole][:_OFFERED]
    whole = [one for one in whole if one in starred] or whole  # one reading of every * at once
    if whole:
        return error.changed(suggestions=whole)
    kept = [one for _, one in held][:1]  # what else fails says nothing of the others
    return error.changed(suggestions=[*kept, *declarations(stopped, formula, variables, read)])


def _products_throughout(
    stopped: Attempt, formula: str, variables: Variables, read: Try
) -> Iterator[Suggestion]:
    """The formula with ``@`` for each ``*`` that does not fit, if there are several and it reads.

    A sign is as long as the other, so that every place stays where it is.

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


def _candidates(stopped: Attempt) -> Iterator[Suggestion]:
    """What may have been meant where a reading stopped."""
    line, error = stopped.failed, stopped.error
    if line is None or error is None:
        return
    name = written(error.places[0]) if error.places else ""
    operands = [_operand(stopped, k) for k in line.operands]
    if line.step.kind == "operator" and isinstance(error, ShapeError):
        one, two = operands
        if one is not None and two is not None:
            yield from _of_operator(stopped, line, one, two)
    elif line.step.kind == "call" and name != line.step.value and not name.isidentifier():
        yield from _of_call(stopped, line)
    elif name in ("True", "False", "None"):
        position = len(stopped.values)
        after = (one for one in stopped.lines if one.step.kind == "call" and _takes(one, position))
        yield from _of_call(stopped, next(after, line))
    elif name.isidentifier() and name not in stopped.known:
        yield from _of_name(stopped, name, error.places[0])


def _takes(line: StepLine, position: int) -> bool:
    return line.operands[:1] != () and line.operands[0] < position <= line.operands[-1]


def _operand(stopped: Attempt, position: int) -> WrittenOperand | None:
    """An operand that is a value."""
    value = stopped.values[position]
    place = stopped.lines[position].step.place
    return WrittenOperand(value, place) if isinstance(value, Value) else None


def _of_operator(
    stopped: Attempt, line: StepLine, one: WrittenOperand, two: WrittenOperand
) -> Iterator[Suggestion]:
    """Other products of the same two operands, the likeliest first."""
    text = line.step.place.text
    place = Place(text, one.place.start, two.place.stop)
    yield from _reordered(stopped, line, one, two)
    for meant, purpose in dict.fromkeys(_products(line.step.value, one, two)):
        yield Suggestion("write", meant, place, purpose)


def _reordered(
    stopped: Attempt, line: StepLine, one: WrittenOperand, two: WrittenOperand
) -> Iterator[Suggestion]:
    """``a * B @ c`` is read from the left; it may have been meant as ``a * (B @ c)``."""
    position = len(stopped.values)
    after = next((k for k in stopped.lines if k.operands[:1] == (position,)), None)
    if line.step.value in "*/" and after is not None and after.step.value == "@":
        last = stopped.lines[after.operands[1]].step.place
        place = Place(last.text, one.place.start, last.stop)
        better = f"{one.text} {line.step.value} ({two.text} @ {written(last)})"
        yield Suggestion("write", better, place, "(products are read from the left)")


def _products(sign: str, one: WrittenOperand, two: WrittenOperand) -> Iterator[tuple[str, str]]:
    """What ``one sign two`` may have been meant as, and for what."""
    if sign in ("+", "-", "/"):
        yield from _sums(sign, one, two)
    elif sign == "@" and not (one.value.node.shape and two.value.node.shape):
        yield f"{one.text} * {two.text}", ""
    elif sign in ("@", "*"):
        ranks = sorted(len(operand.value.node.shape) for operand in (one, two))
        if sign == "*":
            yield f"{one.text} @ {two.text}", "for the matrix product"
        if ranks == [1, 1]:
            yield from _of_vectors(sign, one, two)
        elif ranks == [1, 2]:
            yield from _of_matrix_and_vector(sign, one, two)
        else:
            yield from _of_matrices(one, two)


def _of_vectors(sign: str, one: WrittenOperand, two: WrittenOperand) -> Iterator[tuple[str, str]]:
    """Inner product, outer product, product entry by entry."""
    x, y = one.column, two.column
    yield f"{transposed(x)} @ {y}", "for the inner product"
    yield f"{x} * {y}", "entry by entry"
    if sign == "*":
        yield f"{x} @ {transposed(y)}", "for the outer product"


def _of_matrix_and_vector(
    sign: str, one: WrittenOperand, two: WrittenOperand
) -> Iterator[tuple[str, str]]:
    """Products with the vector as column or row, on either side; scaled columns or rows."""
    first = len(one.value.node.shape) == 2
    matrix, x = (one, two.column) if first else (two, one.column)
    A = matrix.atom
    row = transposed(x)
    yield from ((text, "") for text in ((f"{A} @ {x}",) if first else (f"{row} @ {A}",)))
    if sign == "@" and first and two.value.row:  # a transpose too many
        return
    yield f"{matrix.transposed} @ {x}", ""
    yield (f"{row} @ {A}", "") if first else (f"{A} @ {x}", "")
    if sign == "*":
        yield f"{A} @ diag({x})", "to scale columns"
        yield f"diag({x}) @ {A}", "to scale rows"


def _of_matrices(one: WrittenOperand, two: WrittenOperand) -> Iterator[tuple[str, str]]:
    """Products with one of two matrices transposed, in the other order, entry by entry."""
    yield f"{one.transposed} @ {two.text}", ""
    yield f"{one.text} @ {two.transposed}", ""
    yield f"{two.atom} @ {one.atom}", ""
    for entries in (
        f"{one.text} * {two.text}",
        f"{one.transposed} * {two.text}",
        f"{one.text} * {two.transposed}",
    ):
        yield entries, "entry by entry"


def _sums(sign: str, one: WrittenOperand, two: WrittenOperand) -> Iterator[tuple[str, str]]:
    """A sum with an operand transposed, or with a vector in every row or column."""
    yield f"{one.text} {sign} {two.transposed}", ""
    yield f"{one.transposed} {sign} {two.atom}", ""
    for matrix, vector, before in ((one, two, True), (two, one, False)):
        rows_columns = matrix.value.node.shape
        if len(rows_columns) != 2 or len(vector.value.node.shape) != 1:
            continue
        rows, columns = rows_columns
        column = vector.column
        row = transposed(column)
        in_columns, in_rows = f"{column} @ ones({columns}).T", f"ones({rows}) @ {row}"
        if sign == "/":
            in_columns, in_rows = f"{column}[:, None]", f"{column}[None, :]"
        for added, where in (
            (in_columns, "for the vector in every column"),
            (in_rows, "for the vector in every row"),
        ):
            parts = (matrix.text, added) if before else (added, matrix.atom)
            yield f" {sign} ".join(parts), where


def _folded(name: str, arguments: Sequence[_TypedArgument]) -> Iterator[str]:
    """``kron`` and ``matmul`` of three and more."""
    texts = [one.text for one in arguments]
    if name == "kron" and len(texts) > 2:
        yield reduce(lambda one, two: f"kron({one}, {two})", texts)
    if name == "matmul" and len(texts) > 2:
        yield " @ ".join(one.atom for one in arguments)


def _apart(text: str) -> list[str]:
    """Text at commas outside parentheses."""
    signs = ("\n" if sign == "," and not depth else sign for depth, sign in depths(text, "(", ")"))
    return [part.strip() for part in "".join(signs).split("\n")]


def _joined(name: str, arguments: Sequence[_TypedArgument]) -> Iterator[str]:
    """Rows among what is put one after the other."""
    changed = [_as_array(one) for one in arguments]
    if name == "concatenate" and changed != list(arguments):
        said = [f"{one.keyword}={one.text}" if one.keyword else one.text for one in changed]
        yield f"concatenate({', '.join(said)})"


def _as_array(one: _TypedArgument) -> _TypedArgument:
    if isinstance(one.value, Value) and one.value.row:
        return one._replace(text=f"stack({transposed(one.text)}, axis=0)")
    return one


def _regrouped(name: str, arguments: Sequence[_TypedArgument]) -> Iterator[str]:
    """``reshape(X, (6,))`` by the names of its axes, row after row as NumPy does."""
    if name not in ("reshape", "view") or len(arguments) < 2:
        return
    first, *rest = arguments
    sizes = _apart(rest[0].text.strip("() ").rstrip(",")) if len(rest) == 1 else []
    sizes = sizes or [one.text for one in rest]
    rank, names = len(first.shape), "ijkl"
    if len(sizes) == 1 and 1 < rank <= len(names):
        axes = " ".join(names[:rank])
        yield f'rearrange("{axes} -> ({axes})", {first.text})'
    if len(sizes) == 2 and rank == 1:
        given = [f"{k}={one}" for k, one in zip(names, sizes, strict=False) if one != "-1"]
        yield f'rearrange("(i j) -> i j", {first.text}, {", ".join(given)})'


def _of_call(stopped: Attempt, line: StepLine) -> Iterator[Suggestion]:
    """A near function, or what the call of another language is here."""
    step = line.step
    start = step.place.start
    start += len(step.place.text[start:]) - len(step.place.text[start:].lstrip("( \t\r\n"))
    called = Place(step.place.text, start, start + len(step.value))
    first = len(line.operands) - len(step.keywords)
    keywords = [""] * first + list(step.keywords)
    arguments = [
        _TypedArgument(
            written(stopped.lines[k].step.place),
            stopped.values[k] if k < len(stopped.values) else None,
            keyword,
        )
        for k, keyword in zip(line.operands, keywords, strict=True)
    ]
    found = [
        text for spell in (_folded, _joined, _regrouped) for text in spell(step.value, arguments)
    ]
    for text in found:
        alone = is_atom(text) or _stands_alone(text, step.place)
        yield Suggestion("write", text if alone else f"({text})", step.place)
    if not found:
        for one in near(step.value, RULES):
            yield Suggestion("near", one, called)


def _stands_alone(text: str, place: Place) -> bool:
    """Whether what has operators in it may stand at a place without parentheses."""
    before, behind = place.text[: place.start].rstrip()[-1:], place.text[place.stop :].lstrip()[:1]
    if is_atom(text, "+-") and (before in ("+", "-") or behind in ("+", "-")):
        before, behind = before.strip("+-"), behind.strip("+-")
    return before in ("", "(", ",", "=", ";") and behind in ("", ")", ",", ";")


def _of_name(stopped: Attempt, name: str, place: Place) -> Iterator[Suggestion]:
    """A near name, a product of names that were typed as one, a function that takes nothing."""
    constant = _CONSTANTS.get(name, name)
    if constant in RULES:
        if not find_rule(constant).operands:
            yield Suggestion("write", f"{constant}()", place)
        return
    whole = whole_of(name, stopped.known)
    close = [whole] if whole else near(name, [*stopped.known, *RULES])
    for one in close:
        yield Suggestion("near", one, place)
    if close:
        return
    for parts in _split(name, stopped.known, _PARTS):
        for sign in ("@", "*"):
            yield Suggestion("write", f" {sign} ".join(parts), place)


def _split(name: str, known: Sequence[str], count: int) -> Iterator[list[str]]:
    """A name as names that are known, one after the other: ``Wx`` as W and x."""
    if count < 2 or len(name) > _LONGEST:
        return
    for one in known:
        if name != one and name.startswith(one):
            rest = name[len(one) :]
            if rest in known:
                yield [one, rest]
            else:
                yield from ([one, *others] for others in _split(rest, known, count - 1))
