"""Identifying: which layouts and conventions a shape, an array or a formula of a derivative is in.

A shape can be that of several. A formula is decided by value, at random points where sizes of
different names differ; an array by value too, if what it is a derivative of and the point are
known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import ArrayLike

from matcalc.arrays import Array, bind, frozen, real_array
from matcalc.checking.reading_back import held_text
from matcalc.checking.verdict import Verdict, at_best, relative_error
from matcalc.derivation import derive
from matcalc.diagnosis.conditions import Condition, right_when
from matcalc.diagnosis.conventions_apart import what_tells_apart
from matcalc.diagnosis.numeric_comparison import Trial
from matcalc.diagnosis.sources import USAGES, Usage
from matcalc.dimensions import Shape, times
from matcalc.errors import MatcalcError, NotationError, ShapeError, UnboundError, listed
from matcalc.expression import Declarations, parse_declarations
from matcalc.expression.assumptions import ARRAYS
from matcalc.inputs.line import Line
from matcalc.inputs.reading import read_line
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import CONVENTIONS, LAYOUTS, ArrayForm, Numerator, written
from matcalc.notation.names import spelled_shape
from matcalc.notation.parts import AnswerPart, FormulaPart, Rows, mood_of
from matcalc.notation.shown import Shown, told
from matcalc.variables import Variable, parse_derivative, ratio

# How close numbers are that agree, relative to the largest entry.
_CLOSE = 1e-5  # of an array: it may have been measured
_CLOSE_SINGLE = 1e-3  # of one in single precision


@dataclass(frozen=True, slots=True)
class Reading:
    """What was given, read in one layout or convention.

    Attributes:
        convention: Its name.
        title: What people call it.
        shape: What it makes of the derivative, as its readers know it: ``n×1``, ``(n,)``.
        reason: Why what was given does not agree; nothing where it does.
        sizes: What named dimensions must be for a shape to agree.
        error: The largest error relative to the largest entry, where values were compared.
        verdict: What was given is as a derivative in this convention: one of
            :data:`~matcalc.checking.verdict.VERDICTS`.
    """

    convention: str
    title: str
    shape: str
    reason: str = ""
    sizes: Mapping[str, int] | None = None
    error: float | None = None
    verdict: Verdict = "right"

    @property
    def agrees(self) -> bool:
        """Whether what was given can be written so."""
        return self.verdict == "right"

    @property
    def sources(self) -> tuple[Usage, ...]:
        """The books and libraries that write so, as :data:`USAGES` has them."""
        names = {self.convention, "vec" if self.convention == "vec-F" else self.convention}
        return tuple(usage for usage in USAGES if usage.convention in names)


@dataclass(frozen=True, slots=True)
class Right:
    """The right formula in a layout, for one that agrees with none.

    Attributes:
        layout: The layout, whose shape what was given has, if there is such.
        text: The formula, in the input language.
        factor: What that is to be multiplied with to give what was given, if that is all and is
            the same for all sizes.
        multiple: The same as text, in the names of sizes where it depends on them: ``1/m``.
    """

    layout: str
    text: str
    factor: float | None
    multiple: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Identification(Shown):
    """Which layouts and conventions agree; false if none does.

    Attributes:
        of: What is differentiated.
        wrt: What it is differentiated by.
        given: The shape of what was given.
        readings: One for each layout and convention.
        by_value: Whether numbers were compared, and not shapes alone.
        hints: What would tell those that agree apart.
        right: The right formula, where a formula agrees with none, or not as columns.
        notes: How a formula was read, where that was not said: as one-dimensional arrays, a name
            taken as a dimension.
        right_when: What would have to be known of a variable for a formula to agree.
        assumptions: What was not typed of the expression and the formula and changes the answer.
    """

    of: Variable
    wrt: Variable
    given: Shape
    readings: tuple[Reading, ...]
    by_value: bool
    hints: tuple[str, ...] = ()
    right: Right | None = None
    notes: tuple[str, ...] = ()
    right_when: tuple[Condition, ...] = ()
    assumptions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.agreeing)

    @property
    def verdict(self) -> Verdict:
        """What was given is at best, over all layouts and conventions.

        ``right`` where it agrees with one; ``wrong_value`` where it has the shape of one.
        """
        return at_best(one.verdict for one in self.readings)

    def _line(self) -> str:
        """The derivative, the shape, and where it agrees, or what would be right."""
        agreeing = ", ".join(self.agreeing)
        said = f"agrees: {agreeing}" if agreeing else self.verdict
        right = f"; right in {self.right.layout} layout: {self.right.text}" if self.right else ""
        return f"{ratio(self.of, self.wrt)} as {spelled_shape(self.given)}, {said}{right}"

    def assuming(self, said: tuple[str, ...]) -> Identification:
        """The same with what was assumed of the expression, before what is said of the formula."""
        notes = tuple(dict.fromkeys((*said, *self.notes)))
        return replace(
            self, notes=notes, assumptions=tuple(dict.fromkeys((*said, *self.assumptions)))
        )

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The names of the layouts and conventions that agree."""
        return tuple(one.convention for one in self.readings if one.agrees)


@told.register
def _identified(found: Identification) -> Iterator[AnswerPart]:
    """Each layout and convention, what would tell them apart, and what would be right."""
    rows = (
        ("✓" if one.agrees else "✗", one.title, one.shape, one.reason or _with_sizes(one))
        for one in found.readings
    )
    title = f"{spelled_shape(found.given)} as ∂{found.of}/∂{found.wrt}"
    yield AnswerPart(
        title,
        (*found.notes, Rows(tuple(rows), formulas=False), *found.hints),
        mood_of(found.verdict),
    )
    if found.right is not None:
        multiple = found.right.multiple
        said = (f"What was given is {multiple} times that.",) if multiple else ()
        formula = FormulaPart(found.right.text)
        yield AnswerPart(f"Right in {found.right.layout} layout", (formula, *said), "right")
    if found.right_when:
        yield AnswerPart("It would agree", tuple(map(_when, found.right_when)))
    known = [one for one in found.readings if one.agrees and one.sources]
    if known:
        who = tuple(map(_who, known))
        yield AnswerPart("Who writes so (where they depart from it: matcalc layouts)", who)


def _who(one: Reading) -> str:
    """A convention and those who write so, once where it is named after them."""
    names = [each.name for each in one.sources]
    return one.title if one.title == ", ".join(names) else f"{one.title}: {'; '.join(names)}"


def _when(one: Condition) -> str:
    """What would have to be declared for a formula to be right."""
    names = listed(CONVENTIONS[name].title for name in one.conventions)
    return f"where {one.said}, in {names}; declare {one.variable}"


def _with_sizes(reading: Reading) -> str:
    sizes = ", ".join(f"{name} = {size}" for name, size in (reading.sizes or {}).items())
    return f"agrees, with {sizes}" if sizes else "agrees"


def identify(
    derivative: str,
    *,
    shape: Sequence[int | str] | None = None,
    formula: str | None = None,
    array: ArrayLike | None = None,
    wrt: str | Sequence[str] | None = None,
    variables: Declarations | None = None,
    at: Mapping[str, ArrayLike] | None = None,
    order: int = 1,
    notation: str | None = None,
) -> Identification:
    """Which layouts and conventions a derivative is written in.

    Args:
        derivative: What it is the derivative of: two variables, ``"z[m] / x[n]"``, for what is
            decided by shape, or an expression, with ``wrt`` and ``variables``.
        shape: What is to be identified: the shape of an array,
        formula: or a formula, which needs an expression and may use the names in it,
        array: or an array, by value where there are an expression and a point.
        wrt: The variable that the expression is differentiated by; of a mixed second derivative
            two.
        variables: The shapes of the expression's variables.
        at: The point: an array for each variable.
        order: 2 for the second derivative of the expression.
        notation: That of the expression and of the formula, as :func:`derive` takes it.

    Raises:
        NotationError: Something cannot be read, or there is too much or too little of it.
        ShapeError: Shapes do not fit.
        ArrayError: Numbers are missing, or not finite.

    >>> identify("z[3] / x[2]", shape=(2, 3)).agreeing
    ('denominator',)
    >>> W = "W[m,n] x[n]"
    >>> identify("W @ x", wrt="x", variables=W, formula="W").agreeing
    ('numerator', 'mixed', 'jax', 'vec-F', 'vec-C')
    """
    given = [one for one in (shape, formula, array) if one is not None]
    if len(given) != 1:
        raise NotationError("one of shape, formula and array is identified")
    found = real_array(array, "the array") if array is not None else None
    sizes = tuple(shape) if shape is not None else found.shape if found is not None else ()
    if wrt is None:
        _refuse_alone(formula is not None or at is not None, order)
        return _by_shape(*parse_derivative(derivative), sizes)
    asked: Any = {"variables": variables, "order": order, "notation": notation}
    names = wrt if isinstance(wrt, str) else list(wrt)
    J = derive(derivative, wrt=names, layout="numerator", **asked)
    if isinstance(J, list):
        raise NotationError("one derivative is identified at a time")
    if formula is not None:
        return _by_typed(J, formula, variables, notation).assuming(J.assumptions)
    if found is None or at is None:
        return _by_shape(J.of, J.wrt, sizes).assuming(J.assumptions)
    return _by_array(J, found, at).assuming(J.assumptions)


def _refuse_alone(has_values: bool, order: int) -> None:
    """Refuse what needs an expression.

    Raises:
        NotationError: Values, or a second derivative, of two names alone.
    """
    if has_values:
        raise NotationError(
            'a formula and a point need an expression: identify("W @ x", wrt="x", variables=…)'
        )
    if order != 1:
        raise NotationError("a second derivative needs an expression, with wrt and variables")


def _by_typed(
    J: Jacobian[Any], formula: str, variables: Declarations | None, notation: str | None
) -> Identification:
    """A formula, in whatever notation."""
    line = _line(J, formula, notation)
    try:
        return _by_formula(J, line.text, variables or _variables(J)).assuming(line.said)
    except MatcalcError as error:
        raise line.error(error) from None


def _variables(J: Jacobian[Any]) -> tuple[Variable, ...]:
    """The variables of a derivative as they were taken where nothing was declared."""
    return tuple(J.formula.variables.values()) if J.formula else ()


def _forms(of: Variable, wrt: Variable) -> list[ArrayForm]:
    return [written(of, wrt, convention) for convention in CONVENTIONS.values()]


def _by_shape(of: Variable, wrt: Variable, given: Shape) -> Identification:
    readings = tuple(_shaped(form, given) for form in _forms(of, wrt))
    found = Identification(of, wrt, given, readings, by_value=False)
    return _with_hints(found)


def _with_hints(found: Identification) -> Identification:
    agreeing = [CONVENTIONS[name] for name in found.agreeing]
    hints = what_tells_apart(found.of, found.wrt, agreeing, by_value=found.by_value)
    return replace(found, hints=hints)


def _shaped(form: ArrayForm, given: Shape) -> Reading:
    sizes = _sizes(form, given)
    name, title, _, _ = form.convention
    if sizes is None:
        reason = f"the shape is {_shown(given)}"
        return Reading(name, title, form.title, reason, verdict="wrong_shape")
    return Reading(name, title, form.title, sizes=sizes)


def _shown(shape: Shape) -> str:
    return times(shape) if shape else "that of a number"


def _sizes(form: ArrayForm, given: Shape) -> dict[str, int] | None:
    """What named dimensions must be for a form to have a shape; ``None`` if it cannot."""
    for shape in (form.shape, form.matrix_shape):
        if shape is None:
            continue
        if shape == given or (not form.form and set(given) <= {1}):
            return {}
        sizes: dict[str, int] = {}
        try:
            bind(shape, [size if isinstance(size, int) else -1 for size in given], sizes, "", "")
        except UnboundError:  # a product of names, m·n = 6, has several answers
            return {}
        except ShapeError:
            continue
        if all(isinstance(size, int) for size in given):
            return sizes
    return None


def _by_array(J: Jacobian[Any], array: Array, at: Mapping[str, ArrayLike]) -> Identification:
    """Hold an array against the derivative at a point, in each convention."""
    right = _at_point(J, at)
    close = _CLOSE if array.dtype.itemsize >= 8 else _CLOSE_SINGLE
    readings = tuple(_compared(form, right, array, close) for form in _forms(right.of, right.wrt))
    return _with_hints(Identification(right.of, right.wrt, array.shape, readings, by_value=True))


def _at_point(J: Jacobian[Any], at: Mapping[str, ArrayLike]) -> Jacobian[Any]:
    """A derivative in numerator layout as numbers.

    Raises:
        MatcalcError: Numbers are missing, or do not fit.
    """
    values = J.to("numerator").evaluate(**dict(at))
    rank = J.of.rank
    of = Variable(J.of.name, values.shape[:rank])
    wrt = Variable(J.wrt.name, values.shape[rank:][::-1])
    stored = values.transpose(*range(rank), *reversed(range(rank, values.ndim)))
    return Jacobian(frozen(stored), (of, wrt), Numerator)


def _compared(form: ArrayForm, right: Jacobian[Any], given: Array, close: float) -> Reading:
    name, title, _, _ = form.convention
    if given.shape not in (form.shape, form.matrix_shape):
        reason = f"the shape is {_shown(given.shape)}"
        return Reading(name, title, form.title, reason, verdict="wrong_shape")
    error = relative_error(right.as_convention(name), given)
    if error <= close:
        return Reading(name, title, form.title, error=error)
    return Reading(name, title, form.title, "the numbers differ", None, error, "wrong_value")


def _line(J: Jacobian[Any], formula: str, notation: str | None) -> Line:
    """A formula in the language; it may use the names of parts of the expression."""
    known = J.formula
    if known is None:
        return read_line(formula, {}, notation)
    parts = {name: Variable(name, node.shape) for name, node in known.named.items()}
    return read_line(formula, {**parts, **known.variables}, notation, known.functions)


def _by_formula(J: Jacobian[Any], formula: str, variables: Declarations) -> Identification:
    """Hold a formula against the derivative at points, in each convention."""
    declared = parse_declarations(variables)
    expression = J.formula.text if J.formula else ""
    trial = Trial(J, expression, formula, declared)
    readings = tuple(_tried(form, trial) for form in _forms(J.of, J.wrt))
    found = Identification(J.of, J.wrt, trial.shape, readings, by_value=True)
    if not found or not trial.formula.columns:
        found = replace(found, right=_right(J, trial, readings, variables))
    if not found:
        found = replace(found, right_when=right_when(J, expression, formula, declared))
    assumptions = trial.formula.assumptions
    return _with_hints(replace(found, notes=_notes(trial), assumptions=assumptions))


def _notes(trial: Trial) -> tuple[str, ...]:
    """How a formula was read; where as one-dimensional arrays, why not as columns."""
    notes = trial.formula.notes
    if trial.formula.columns:
        return notes  # they say where a number or a vector is broadcast
    return (f"{ARRAYS}: {trial.misfits[0]}", *(one for one in notes if one != ARRAYS))


def _tried(form: ArrayForm, trial: Trial) -> Reading:
    name, title, _, _ = form.convention
    found = trial.judged(form)
    reason = found.reason
    if found.verdict == "cannot_tell":
        reason = f"cannot tell: {reason}"
    return Reading(name, title, form.title, reason, error=found.error, verdict=found.verdict)


def _right(
    J: Jacobian[Any], trial: Trial, readings: Sequence[Reading], declared: Declarations
) -> Right:
    """The formula of the layout that what was given is nearest to; else that of a gradient."""
    layouts = [one for one in readings if one.convention in LAYOUTS and one.error is not None]
    if not layouts:
        name = "numerator" if J.of.rank else "denominator"
        return Right(name, held_text(J.to(name), declared), None)
    chosen = min(layouts, key=lambda one: one.error or 0.0).convention
    multiple = trial.multiple(chosen)
    factors = trial.factors(chosen) or [] if _is_number(multiple) else []
    text = held_text(J.to(chosen), declared)
    return Right(chosen, text, factors[0] if factors else None, multiple)


def _is_number(text: str) -> bool:
    return bool(text) and not any(one.isalpha() for one in text.replace("e", ""))
