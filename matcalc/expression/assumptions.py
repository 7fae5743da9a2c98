"""Assumptions: what was not typed and changes the answer, in the words in which it is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from matcalc import dimensions
from matcalc.dimensions import Dimension
from matcalc.errors import NotationError
from matcalc.expression.arithmetic import bias_axis, is_repeated, whole_of
from matcalc.expression.definitions import is_of_each_row, is_of_entries
from matcalc.expression.misfits import WrittenOperand, excerpt, filled, is_atom
from matcalc.expression.parser import PostfixStep
from matcalc.expression.values import number_of
from matcalc.operations import RULES, facts_of
from matcalc.scripts import depths

#: What is said where a number is added to an array.
EVERY_ENTRY = "it counts for every entry"
#: What is said where a number or a vector is beside a larger array.
SPREAD = "counts for every", "divides every", "added to every", "subtracted from every"
ARRAYS = "vectors are read as NumPy's one-dimensional arrays: as columns they do not fit"
_OF_PREDICTIONS = {  # losses that PyTorch alone has, in its order: what stands before the targets
    "binary_cross_entropy": "probabilities",
    "binary_cross_entropy_with_logits": "logits",
    "soft_margin_loss": "scores",
    "poisson_nll_loss": "logarithms of rates",
    "gaussian_nll_loss": "means",
}
_TERM = re.compile(r"(?:\A|[-+]) *([0-9][0-9.]*) *(?=[-+]|\Z)")  # a literal number, alone
_TARGETS = re.compile(r"(y|t|targets?|labels?|one_?hot)(_?([0-9]+|true|n|i))?", re.IGNORECASE)
_LOGITS = re.compile(r"(logits?|scores?|z)_?[0-9]*", re.IGNORECASE)
_SCORES = re.compile(rf"{_LOGITS.pattern}|(outputs?|pred\w*|y_?(hat|pred))_?[0-9]*", re.IGNORECASE)
_SOFTMAX = re.compile(r"softmax\(([^…,]*)\)")
_WHOLE = re.compile(r"[^…]*")  # an excerpt that was not cut


def dimension(name: str) -> str:
    """What is said of a size that nobody declared: ``eye(k)``."""
    return f"{name} is not declared: taken as a dimension, a whole number"


def identity(size: Dimension) -> str:
    """What is said of an ``I``."""
    return f"I is taken as the identity of the size that fits, eye({size})"


def function(name: str) -> str:
    """What is said of a function of one letter that nobody declared."""
    return (
        f"{name} is not declared: taken as a function entry by entry, as {name}(·) would declare it"
    )


def parameter(name: str) -> str:
    """What is said of ``h_θ(x)``, which depends on θ too."""
    stem, _, below = name.partition("_")
    return (
        f"{name} depends on {below}, and how is not said: write what it is, "
        f"sigmoid({below}.T @ x), or {stem}(…) where {below} is fixed"
    )


def check_order(step: PostfixStep, operands: Sequence[PostfixStep]) -> None:
    """Refuse a loss in the order of other libraries: scores first, targets behind them.

    Raises:
        NotationError: The names of the operands say so.
    """
    if step.value in _OF_PREDICTIONS:
        _check_predictions(step, operands)
    behind = facts_of(step.value).behind_targets
    if not behind or len(operands) != 2 or step.keywords:
        return
    first, second = (one.value if one.kind == "name" else "" for one in operands)
    turned = _TARGETS.fullmatch(second) and not _TARGETS.fullmatch(first)
    if turned or _SCORES.fullmatch(first):
        raise NotationError(
            f"{step.value} takes targets first, then {behind}; "
            f"write {_turned(step.value, operands)}",
            [step.place],
        )


def _check_predictions(step: PostfixStep, operands: Sequence[PostfixStep]) -> None:
    """Refuse a loss of PyTorch with targets first.

    Raises:
        NotationError: The names of the operands say so.
    """
    if len(operands) < 2 or step.keywords:
        return
    first, second = (one.value if one.kind == "name" else "" for one in operands[:2])
    if _SCORES.fullmatch(second) or (_TARGETS.fullmatch(first) and not _TARGETS.fullmatch(second)):
        one, two, *rest = (excerpt(operand.place) for operand in operands)
        raise NotationError(
            f"{step.value} takes {_OF_PREDICTIONS[step.value]} first, then targets, as PyTorch; "
            f"write {step.value}({', '.join([two, one, *rest])})",
            [step.place],
        )


def _turned(loss: str, operands: Sequence[PostfixStep]) -> str:
    """A loss of scores and targets, in the order that is meant here."""
    scores, targets = (excerpt(one.place) for one in operands)
    turned, of_logits = f"{loss}({targets}, {scores})", f"{loss}_logits({targets}, {scores})"
    if f"{loss}_logits" not in RULES:
        return turned
    if operands[0].kind == "call":
        softmax = _SOFTMAX.fullmatch(scores) if operands[0].value == "softmax" else None
        return f"{turned}, or {loss}_logits({targets}, {softmax[1]})" if softmax else turned
    if _LOGITS.fullmatch(scores):
        return of_logits
    return f"{turned}, or {of_logits} if {scores} are logits"


def of_call(step: PostfixStep, rule: str, operands: Sequence[WrittenOperand]) -> str:
    """What is assumed of a function; nothing where it has one meaning alone."""
    facts = facts_of(rule)
    if facts.of_symmetric or facts.convention or is_of_each_row(rule):
        return _of_convention(step, rule, operands)
    if rule == facts_of(step.value).of_two:
        array = max(operands, key=lambda one: len(one.value.node.shape))
        return (
            f"{excerpt(step.place)} is taken as {rule}, entry by entry; "
            f"along an axis it is {_called(step.value, array.text, ', axis=0')}"
        )
    if step.value in _OF_PREDICTIONS and not _TARGETS.fullmatch(operands[1].text):
        one, two = (one.text for one in operands[:2])
        return (
            f"{excerpt(step.place)} takes {one} as {_OF_PREDICTIONS[step.value]} and {two} as "
            "targets, the order of PyTorch"
        )
    several = is_of_entries(rule) and len(operands) > 1
    beside = _repeated(operands[0], operands[1]) if several else ""
    if beside or not operands or not dimensions.is_square(operands[0].value.node.shape):
        return beside and f"{excerpt(step.place)}: {beside}"
    literal = _of_literal(step, operands[0]) if facts_of(rule).of_whole else ""
    better = _of_matrix(rule, operands)
    said = f"{excerpt(step.place)} is taken entry by entry; {better}" if better else ""
    return literal or said


def _of_literal(step: PostfixStep, matrix: WrittenOperand) -> str:
    """What is said of ``inv(1 - A)``, where the identity may be meant; nothing of other parts."""
    found = _TERM.search("".join(sign for depth, sign in depths(matrix.text) if not depth))
    if found is None:
        return ""
    eye = f"eye({matrix.value.node.shape[0]})"
    return (
        f"{excerpt(step.place)}: {found[1]} counts for every entry; on the diagonal alone it is "
        f"{eye if found[1] == '1' else f'{found[1]} * {eye}'}"
    )


def _of_convention(step: PostfixStep, rule: str, operands: Sequence[WrittenOperand]) -> str:
    """What is said of what reads half of a matrix, or has two conventions."""
    facts, said = facts_of(rule), excerpt(step.place)
    if is_of_each_row(rule) and step.takes == 1 and len(operands[0].value.node.shape) == 2:
        return f"{said} is of each row, axis=1; of each column it is axis=0"
    if facts.of_symmetric and not operands[0].value.node.symmetric:
        matrix = operands[0].atom
        return f"{rule} takes {matrix} as symmetric: what counts is ({matrix} + {matrix}.T) / 2"
    if facts.convention and facts.behind_targets:
        one, two = (one.text for one in operands[:2])
        clear = _TARGETS.fullmatch(one) and not _LOGITS.fullmatch(two)
        meant = f"{said} takes {one} as targets and {two} as {facts.behind_targets}"
        return "" if clear else f"{meant}, {facts.convention}"
    return f"{said} {facts.convention}" if facts.convention and "ddof" not in step.keywords else ""


def _of_matrix(rule: str, operands: Sequence[WrittenOperand]) -> str:
    """The matrix function that a function entry by entry of a square matrix may be meant as."""
    written = operands[0].text
    if facts_of(rule).of_matrices[0]:
        return _matrix_function(rule, written)
    if rule == "abs":
        return f"the determinant is {_called('det', written)}, the norm {_called('norm', written)}"
    if rule in ("pow", "power") and len(operands) > 1:
        return _power_of_matrix(operands[0], number_of(operands[1].value))
    return ""


def of_operator(step: PostfixStep, one: WrittenOperand, two: WrittenOperand) -> str:
    """What is assumed of ``one sign two``; nothing where it has one meaning alone."""
    a, b = one.value.node.shape, two.value.node.shape
    if step.value != "@" and len(a) == len(b) == 2 and a != b:
        whole, part = (one, two) if is_repeated(a, b) else (two, one)
        line = "column" if part.value.node.shape[1] == 1 else "row"
        return f"{part.text}, {part.value.title}, counts for every {line} of {whole.value.title}"
    stacked = whole_of(a, b) if step.value != "@" else None
    if stacked is not None and len(stacked) > 2:
        size = dimensions.times(stacked)
        return f"{excerpt(step.place)} is {size}: the last axes are beside each other, as in NumPy"
    if step.value in ("+", "-", "/") and (beside := _of_vector(step.value, one, two)):
        return beside
    if step.value in ("+", "-"):
        return _of_numbers(one, two)
    if step.value == "*" and dimensions.is_square(a) and dimensions.is_square(b):
        better = f"the matrix product is {_product(one.atom, two.atom)}"
    elif step.value == "/" and dimensions.is_square(b):
        better = f"the inverse is {_called('inv', two.text)}"
    elif step.value == "**" and dimensions.is_square(a):
        better = _power_of_matrix(one, number_of(two.value))
    else:
        better = ""
    return f"{excerpt(step.place)} is taken entry by entry; {better}" if better else ""


def _product(one: str, two: str) -> str:
    return f"{one} @ {two}" if _WHOLE.fullmatch(one + two) else "written @"


def _called(name: str, argument: str, more: str = "") -> str:
    bare = argument[1:-1] if argument[0] == "(" and is_atom(argument) else argument
    return f"{name}({bare if _WHOLE.fullmatch(bare) else '…'}{more})"


def _power_of_matrix(base: WrittenOperand, exponent: Fraction | None) -> str:
    """The matrix function that a power may be meant as."""
    if exponent == 1:
        return ""
    if exponent == -1:
        return f"the inverse is {_called('inv', base.text)}"
    if exponent == 2:
        return f"the matrix product is {_product(base.atom, base.atom)}"
    if exponent == Fraction(1, 2):
        return _matrix_function("sqrt", base.text)
    if exponent is None or exponent.denominator != 1:
        return "of a matrix there are whole powers alone, matrix_power(A, 3)"
    inverse = base.text if exponent > 0 else _called("inv", base.text)
    return f"the power of a matrix is {_called('matrix_power', inverse, f', {abs(exponent)}')}"


def _matrix_function(name: str, argument: str) -> str:
    title, function = facts_of(name).of_matrices
    if function in RULES:
        return f"the matrix {title} is {_called(function, argument)}"
    return f"the matrix {title}, {function}, is no function of the language"


def _of_vector(sign: str, one: WrittenOperand, two: WrittenOperand) -> str:
    """What is said of a vector beside a matrix; nothing of other operands."""
    verb = {"+": "is added to", "-": "is subtracted from", "/": "divides"}[sign]
    if len(one.value.node.shape) == 1:
        return _repeated(one, two, verb if sign == "+" else "counts for")
    return _repeated(one, two, verb)


def _repeated(one: WrittenOperand, two: WrittenOperand, verb: str = "counts for") -> str:
    """What is said of a vector that is in every row or column of a matrix."""
    one, two = sorted((one, two), key=lambda of: -len(of.value.node.shape))
    a, b = one.value.node.shape, two.value.node.shape
    if (len(a), len(b)) != (2, 1):
        return ""
    line = "row" if bias_axis(one.value, two.value) == 1 else "column"
    said = f"{two.value.title} {verb} every {line} of {one.value.title}"
    if a[0] == a[1]:
        said += f", as NumPy does; for every column write {two.atom}[:, None]"
    return said


def _of_numbers(one: WrittenOperand, two: WrittenOperand) -> str:
    """What is said of a number beside an array."""
    a, b = one.value.node.shape, two.value.node.shape
    if bool(a) == bool(b):
        return ""
    return _of_number(two, one) if a else _of_number(one, two)


def _of_number(number: WrittenOperand, array: WrittenOperand) -> str:
    """What is said of a number that is added to every entry; nothing of a literal one."""
    if number_of(number.value) is not None:
        return ""
    shape = array.value.node.shape
    factor = number.atom if _WHOLE.fullmatch(number.atom) else "…"
    said = f"{number.text} is a number beside {array.value.title}: {EVERY_ENTRY}, as "
    said += f"{factor} * {filled('ones', shape)}{'.T' if array.value.row else ''}"
    if dimensions.is_square(shape):
        said += f"; on the diagonal alone it is {factor} * eye({shape[0]})"
    return said
