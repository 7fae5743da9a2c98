"""Writes a formula of the input language as it was asked, before anything in it is shortened."""

from collections.abc import Mapping
from fractions import Fraction

from matcalc.expression import read_formula
from matcalc.expression.terms import FormulaTree, read_term
from matcalc.notation import phrases, tree
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.tree import Phrase
from matcalc.variables import Variable


def asked(formula: str, variables: Mapping[str, Variable]) -> WrittenFormula:
    """A formula as it stands, and the names that it gives to parts.

    >>> from matcalc import parse_variable
    >>> from matcalc.notation import unicode
    >>> variables = {"A": parse_variable("A[m,n]"), "x": parse_variable("x[n]")}
    >>> unicode(asked("norm(A @ x)**2", variables))
    '‖A x‖²'
    """
    known, lets = dict(variables), []
    *named, last = formula.split(";")
    for part in named:
        name, _, meaning = (text.strip() for text in part.partition("="))
        lets.append((name, _phrase(read_term(meaning, known).term)))
        known[name] = Variable(name, read_formula(meaning, known).node.shape)
    return WrittenFormula(tuple(lets), _phrase(read_term(last.strip(), known).term))


def _phrase(term: FormulaTree) -> Phrase:
    """A term of the input language as a piece of a formula.

    Raises:
        ValueError: It is of a kind that no formula on the sheet has held so far.
    """
    step, shape = term.step, term.value.node.shape
    args = [_phrase(arg) for arg in term.args]
    match step.kind:
        case "number":
            found = tree.numeral(Fraction(step.value))
        case "name":
            found = tree.name(step.value, shape)
        case "transpose":
            found = phrases.transpose(*args)
        case "negative":
            found = phrases.negative(*args)
        case "call" if step.value == "ones":
            found = tree.ones(*shape)
        case "call":
            found = tree.call(step.value, args, shape)
        case "operator":
            found = _operated(step.value, *args)
        case _:
            raise ValueError(f"{step.kind} is new: say in docs/asked_formulas.py how it is written")
    return found


def _operated(operator: str, one: Phrase, two: Phrase) -> Phrase:
    match operator:
        case "@":
            return phrases.matmul([one, two])
        case "+":
            return phrases.plus([one, two])
        case "-":
            return phrases.plus([one, phrases.negative(two)])
        case "*":
            return phrases.times([one, two])
        case "**":
            return phrases.power(one, two.value)
    raise ValueError(f"{operator} is new: say in docs/asked_formulas.py how it is written")
