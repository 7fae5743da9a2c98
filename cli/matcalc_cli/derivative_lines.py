"""A derivative as ``matcalc derive`` prints it: lines for a person, one format alone, JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import compress
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TextIO

from matcalc.errors import UnknownRuleError, listed
from matcalc.layout import written
from matcalc.notation.printers.legend import meanings
from matcalc.notation.printers.line_breaks import formula_lines
from matcalc.notation.printers.mathematics import Forms, as_in_books, in_full
from matcalc.variables import Variable, ratio
from matcalc_cli.failures import UsageError
from matcalc_cli.output import RED, heading, paint, shows_signs, width, wrapped

if TYPE_CHECKING:  # they load NumPy, which --help does without
    from matcalc.checking.agreement import Check
    from matcalc.checking.reading_back import ReadBack
    from matcalc.checking.verdict import Verdict
    from matcalc.expression import Formula
    from matcalc.jacobians.jacobian import Jacobian
    from matcalc.notation import WrittenFormula

Form = Literal["text", "unicode", "latex", "einsum", "numpy", "torch", "jax"]
FORMS: tuple[Form, ...] = ("text", "unicode", "latex", "einsum", "numpy", "torch", "jax")
POINTS = 20  # of a check

_CODE: tuple[Form, ...] = ("numpy", "torch", "jax")
_FORMULAS = ("text", "unicode", "latex")


class Derived(NamedTuple):
    """A derivative in the layouts that were asked for."""

    wrt: tuple[str, ...]
    jacobians: tuple[Jacobian[Any], ...]
    read_back: tuple[ReadBack, ...] = ()

    def verified(self, jacobian: Jacobian[Any]) -> ReadBack | None:
        """Whether the formula in a layout was read back, and means what it should."""
        return next(
            (
                found
                for one, found in zip(self.jacobians, self.read_back, strict=False)
                if one is jacobian
            ),
            None,
        )

    def shown(self, jacobian: Jacobian[Any], form: str) -> str:
        """A form in a layout; a formula that does not hold is shown in index notation."""
        wrong = self.is_wrong(jacobian) and form in _FORMULAS
        shown: str = getattr(jacobian, "einsum" if wrong else form)
        return shown

    def tree(self, jacobian: Jacobian[Any]) -> WrittenFormula:
        """The formula in a layout, in index notation if the other does not hold."""
        return jacobian.tree(indices=self.is_wrong(jacobian))

    def is_wrong(self, jacobian: Jacobian[Any]) -> bool:
        """Whether the formula was found not to hold."""
        found = self.verified(jacobian)
        return found is not None and found.holds is False

    @property
    def of(self) -> str:
        """The name of what was differentiated; a second derivative is one of ``∂f/∂x``."""
        return self.jacobians[0].of.name.removeprefix("∂").partition("/")[0]

    @property
    def title(self) -> str:
        """``∂f/∂W₂``, ``∂²f/∂x²``, ``∂²f/∂x∂y``."""
        from matcalc.notation.names import unicode_name  # noqa: PLC0415

        first = self.jacobians[0]
        return ratio(*(one._replace(name=unicode_name(one.name)) for one in (first.of, first.wrt)))


class DerivativeAnswer(NamedTuple):
    """What was read, and its derivatives."""

    formula: Formula
    derivatives: tuple[Derived, ...]

    @property
    def of(self) -> Variable:
        """What was differentiated."""
        return Variable(self.derivatives[0].of, self.formula.node.shape)

    @property
    def picture(self) -> str:
        """The computation graph, with the paths from each variable that is differentiated by."""
        from matcalc.pictures import graph_svg  # noqa: PLC0415 - most runs draw nothing

        wrt = {name: None for derived in self.derivatives for name in derived.wrt}
        return graph_svg(self.formula, self.of.name, tuple(wrt))


def answer_lines(answer: DerivativeAnswer) -> list[str]:
    """What a person reads: what was derived, its derivative in each layout, code."""
    form: Form = "unicode" if shows_signs() else "text"
    given = stated(answer, form)
    lines = [line for part in given for line in formula_lines(part, width(), "")]
    lines += note_lines(answer)
    shown: list[WrittenFormula] = []
    for derived in answer.derivatives:
        for where, jacobian in _by_layout(derived):
            tree = derived.tree(jacobian)
            *lets, formula = _formulas(tree, form)
            new = [let not in given for let in lets]
            formula = "; ".join([*compress(lets, new), formula])
            lines += ["", heading(f"{derived.title} {where}"), ""]
            lines += formula_lines(formula, width())
            lines += _axes(jacobian, tree) if form == "unicode" else []
            shown.append(tree._replace(lets=tuple(compress(tree.lets, new))))
    signs = meanings(shown, in_text=form == "text")
    legend = ["", *_wrapped([f"Here {listed(signs)}."])] if signs else []
    return [*lines, *legend, "", *_code(answer)]


def stated(answer: DerivativeAnswer, form: Form) -> list[str]:
    """What was differentiated, as it was read: the intermediate results, then the whole."""
    from matcalc.notation import write_in_tables  # noqa: PLC0415
    from matcalc.notation.names import latex_name, unicode_name  # noqa: PLC0415
    from matcalc.notation.typed import in_order  # noqa: PLC0415

    formula, of = answer.formula, answer.of
    named = {node: n for n, node in formula.named.items() if node is not formula.node}
    read = in_order(write_in_tables(formula.node, tuple(formula.symbols), named), formula.text)
    *lets, whole = _formulas(read, form, in_full)
    if form == "latex":
        return [*lets, f"{latex_name(of.name)} = {whole}"]
    shown = of._replace(name=unicode_name(of.name)) if form == "unicode" else of
    return [*lets, f"{shown} = {whole}"]


def _formulas(tree: WrittenFormula, form: Form, forms: Forms = as_in_books) -> list[str]:
    """A name for each part that recurs and its meaning, then the formula."""
    from matcalc.notation.printers.latex import latex_formulas  # noqa: PLC0415
    from matcalc.notation.printers.text import text_formulas  # noqa: PLC0415
    from matcalc.notation.printers.unicode import unicode_formulas  # noqa: PLC0415

    if form == "latex":
        return latex_formulas(tree, forms)
    return unicode_formulas(tree, forms) if form == "unicode" else text_formulas(tree)


def note_lines(answer: DerivativeAnswer) -> list[str]:
    """What a reader should know of how the formula was read, a line each."""
    return _wrapped(f"note: {note}" for note in answer.formula.notes)


def wrong_lines(answer: DerivativeAnswer) -> list[str]:
    """What is said of formulas that do not mean what was derived."""
    return _wrapped(
        f"The formula for {derived.title} in {one.layout} layout does not hold: {found.reason}. "
        "The einsum is shown in its place. This is a mistake of matcalc: please report it, with "
        "what you typed."
        for derived in answer.derivatives
        for one, found in zip(derived.jacobians, derived.read_back, strict=False)
        if found.holds is False
    )


def _wrapped(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in wrapped(text)]


def _by_layout(derived: Derived) -> list[tuple[str, Jacobian[Any]]]:
    """Each layout with its shape; one for both where they agree. Above rank 2 indices do not."""
    first, *others = derived.jacobians
    if (
        others
        and len(first.shape) <= 2
        and (_shape(others[0]), others[0].unicode) == (_shape(first), first.unicode)
    ):
        return [(f"in both layouts, {_shape(first)}", first)]
    return [(f"in {one.layout} layout, {_shape(one)}", one) for one in derived.jacobians]


_ORDINALS = ("first", "second", "third", "fourth")


def _axes(jacobian: Jacobian[Any], tree: WrittenFormula) -> list[str]:
    """Which axis each index of a formula of many axes counts along."""
    phrase = as_in_books(tree).phrase
    form = written(jacobian.of, jacobian.wrt, jacobian.layout)
    places = [form.stored.index(axis) for group in form.form for axis in group]
    if phrase.op != "function" or not 1 < len(phrase.value) == len(places):
        return []
    said = [
        f"{letter}{'' if number else ' is'} {_axis(jacobian, place)}"
        for number, (letter, place) in enumerate(zip(phrase.value, places, strict=True))
    ]
    return ["", *_wrapped([f"{listed(said)}."])]


def _axis(jacobian: Jacobian[Any], place: int) -> str:
    """An axis in stored order, in words: ``the second axis of W₁``."""
    from matcalc.notation.names import unicode_name  # noqa: PLC0415

    above = place < jacobian.of.rank
    variable, k = (jacobian.of, place) if above else (jacobian.wrt, place - jacobian.of.rank)
    ordinal = f"{_ORDINALS[k]} " if 1 < variable.rank <= len(_ORDINALS) else ""
    return f"the {ordinal}axis of {unicode_name(variable.name)}"


def _shape(jacobian: Jacobian[Any]) -> str:
    title = written(jacobian.of, jacobian.wrt, jacobian.layout).title
    return "a number" if title == "1" else title


def _code(answer: DerivativeAnswer) -> list[str]:
    """NumPy source, in one layout: the array of the other is its transpose."""
    last = [derived.jacobians[-1] for derived in answer.derivatives]
    both = all(len(_by_layout(derived)) < len(derived.jacobians) for derived in answer.derivatives)
    title = f"NumPy, {'both layouts' if both else f'{last[0].layout} layout'}"
    if not both and len(answer.derivatives[0].jacobians) > 1:
        title += "; the array of numerator layout is its transpose, .T"
    return [*map(heading, _wrapped([f"{title}:"])), "", *_source(answer, "numpy").splitlines()]


def _source(answer: DerivativeAnswer, form: Form) -> str:
    """Code of one function in the last layout: of several derivatives with the value before them.

    What they share is computed once.
    """
    last = [derived.jacobians[-1] for derived in answer.derivatives]
    from matcalc.jacobians.together import together  # noqa: PLC0415 - NumPy

    source: str = getattr(last[0] if len(last) == 1 else together(*last, value=True), form)
    return source


def check_lines(checks: Sequence[Check], stream: TextIO) -> list[str]:
    """What the checks found, in one line if they agree."""
    if not checks:
        return []
    notes = [one.note for one in checks if one.note]
    if verdict(checks) == "cannot_tell":
        return ["", *_wrapped(["check: CANNOT TELL", *notes])]
    error = max(one.error for one in checks)
    agrees = "agrees" if all(checks) else "DOES NOT AGREE"
    points = min(one.entries for one in checks)
    found = f"with central differences at {points} points, largest error {error:.1e}"
    lines = _wrapped([f"check: {agrees} {found}", *notes])
    return ["", *(lines if all(checks) else [paint(line, RED, stream) for line in lines])]


def verdict(checks: Sequence[Check]) -> Verdict:
    """What several checks say together: one that differs decides."""
    for one in checks:
        if one.differs:
            return one.verdict
    return "right" if all(checks) else "cannot_tell"


def one_format(answer: DerivativeAnswer, form: Form) -> list[str]:
    """One format alone; where there are several formulas, a comment before each says which.

    Raises:
        UsageError: Unicode is asked for where stdout has not its signs.
    """
    if form == "unicode" and not shows_signs():
        raise UsageError(f"stdout is {sys.stdout.encoding}: use --format text, or PYTHONUTF8=1")
    if form in _CODE:
        return _source(answer, form).splitlines()
    formulas = [
        (f"{derived.title} in {one.layout} layout", derived.shown(one, form))
        for derived in answer.derivatives
        for one in derived.jacobians
    ]
    if len(formulas) == 1:
        return [formulas[0][1]]
    sign = "%" if form == "latex" else "#"
    return [line for title, formula in formulas for line in (f"{sign} {title}", formula)]


def document(answer: DerivativeAnswer, checks: Sequence[Check]) -> dict[str, object]:
    """The derivatives in every format, as JSON has them."""
    formula = answer.formula
    found: dict[str, object] = {
        "of": answer.of.name,
        "of_shape": answer.of.shape,
        "variables": {name: one.shape for name, one in formula.variables.items()},
        "forced": formula.forced,
        "notes": formula.notes,
        "assumptions": formula.assumptions,
        "derivatives": [
            {
                "wrt": derived.wrt,
                "layouts": {one.layout: _of_layout(derived, one) for one in derived.jacobians},
            }
            for derived in answer.derivatives
        ],
    }
    if len(answer.derivatives) > 1:
        found["together"] = {form: _together(answer, form) for form in _CODE}
    if checks:
        error = max(one.error for one in checks)
        found["check"] = {
            "agrees": all(checks),
            "verdict": verdict(checks),
            "error": error if isfinite(error) else None,
            "points": min(one.entries for one in checks),
            "method": checks[0].method,
            "notes": [one.note for one in checks if one.note],
        }
    return found


def _together(answer: DerivativeAnswer, form: Form) -> str | None:
    """Code of all derivatives; nothing where a library has no code for a function in them."""
    try:
        return _source(answer, form)
    except UnknownRuleError:
        return None


def _of_layout(derived: Derived, jacobian: Jacobian[Any]) -> dict[str, object]:
    found: dict[str, object] = {form: _form_of(derived, jacobian, form) for form in FORMS}
    verified = derived.verified(jacobian)
    if verified is not None:
        found["verified"] = verified.holds
        found |= {"unverified": verified.reason} if verified.reason else {}
    return {"shape": jacobian.shape, "matrix_shape": jacobian.matrix_shape} | found


def _form_of(derived: Derived, jacobian: Jacobian[Any], form: Form) -> str | None:
    """A format; nothing where a library has no code for a function in it."""
    try:
        return derived.shown(jacobian, form)
    except UnknownRuleError:
        return None
