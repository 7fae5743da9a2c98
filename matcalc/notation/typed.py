"""A line of the input language as the tree of a formula, as it was typed: whether it fits or not.

No shapes are known, so that nothing is rearranged or left out; what is divided by is taken as a
number, and a product by ``*`` as one of entries unless a number that is written out stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.errors import MatcalcError
from matcalc.expression.parser import PostfixStep, parse
from matcalc.notation import tree
from matcalc.notation.formulas import WrittenFormula
from matcalc.notation.names import latex_derivative, latex_name, unicode_name
from matcalc.notation.printers.latex import latex_formulas
from matcalc.notation.printers.mathematics import as_it_is
from matcalc.notation.printers.mathml import mathml
from matcalc.notation.tree import Phrase, made, numeral, operands_first, with_args
from matcalc.operations import ALIASES, RULES, facts_of
from matcalc.variables import Variable

_JACOBIAN = re.compile(r"d(?P<of>[^\W_]\w*?)_d(?P<wrt>[^\W_]\w*)")
_WORDS = re.compile(r"[^\W\d]\w*")
_MOST = 400  # names, numbers and signs of a line that is set as a formula
_ANY = "any"  # the kind of an array whose shape is not known


def typed_mathml(text: str) -> str:
    """A line as the inside of ``<math>``; nothing where it is none that can be set so.

    >>> typed_mathml("W2 @ x"), typed_mathml("x < <b>")
    ('<mrow><msub><mi>W</mi><mn>2</mn></msub><mspace width="0.2em"/><mi>x</mi></mrow>', '')
    """
    return _set(text, _mathml)


def typed_latex(text: str) -> str:
    r"""A line in LaTeX; nothing where it is none that can be set so.

    >>> print(typed_latex("dW = (W3.T @ d3 * r) @ x.T"))
    \mathit{dW} = \left(\left(W_{3}^\top d_{3}\right) \odot r\right) x^\top
    >>> print(typed_latex("dz_dW2"))
    \frac{\partial z}{\partial W_{2}}
    """
    return _set(text, _latex)


def typed_factor(text: str, way: Callable[[str], str]) -> str:
    """A factor in the parentheses that it was typed in, of which another may close one.

    Args:
        text: The factor.
        way: How a line is set: nothing where it is none that can be.

    >>> typed_factor("((a + b)", typed_latex), typed_factor("((a b)", typed_latex)
    ('((a + b)', '')
    """
    for k in range(len(text) - len(text.lstrip("(")), -1, -1):
        excess = max(0, text[k:].count(")") - text[k:].count("("))
        bare = text[k : len(text) - excess]
        if text.endswith(")" * excess) and (shown := way(bare)):
            return "(" * k + shown + ")" * excess
    return ""


def in_order(written: WrittenFormula, text: str) -> WrittenFormula:
    """A formula whose traces begin with the factor that was typed first.

    Args:
        written: The formula, whose traces begin where the graph does: ``tr(X B A)``.
        text: What was typed: ``tr(A @ X @ B)``.
    """
    names = {*written.names, "tr", "trace"}  # these begin a product of their own
    typed = [one for one in _WORDS.findall(text) if one in names]
    return written.changed(
        lambda root: tree.changed(root, lambda phrase: _rotated_trace(phrase, typed))
    )


def _rotated_trace(phrase: Phrase, typed: Sequence[str]) -> Phrase:
    if not phrase.is_call("tr") or phrase.args[0].op != "matmul":
        return phrase
    return with_args(phrase, [_rotated(phrase.args[0], typed)])


def _rotated(product: Phrase, typed: Sequence[str]) -> Phrase:
    """The product with its first factors behind the others, if so its names were typed."""
    factors = product.args
    for k in range(len(factors)):
        way = (*factors[k:], *factors[:k])
        pieces = (piece for one in way for piece in operands_first(one))
        names = [piece.value for piece in pieces if piece.op == "name"]
        places = range(len(typed) - len(names) + 1)
        if any(typed[start : start + len(names)] == names for start in places):
            shape = (way[0].shape[0], way[-1].shape[-1])
            matrices = all(one.kind == "matrix" for one in way)
            return made("matmul", way, product.value, "matrix", shape) if matrices else product
    return product


def _set(text: str, printer: Callable[[WrittenFormula, str], str]) -> str:
    """A line in a notation; nothing where it is no whole formula."""
    try:
        lines = parse(text)
        if sum(len(one.steps) for one in lines) > _MOST:
            return ""
        *lets, (name, last) = ((one.name, _phrase(one.steps)) for one in lines)
    except (MatcalcError, KeyError):
        return ""
    return printer(WrittenFormula(tuple(lets), last), name)


def _mathml(written: WrittenFormula, name: str) -> str:
    return mathml(written, unicode_name(name), as_it_is)


def _latex(written: WrittenFormula, name: str) -> str:
    *lets, formula = latex_formulas(written, as_it_is)
    if not name and written.phrase.op == "name":  # a left side alone
        return _latex_left(written.phrase.value)
    return r",\quad ".join([*lets, f"{_latex_left(name)} = {formula}" if name else formula])


def _latex_left(name: str) -> str:
    """A name on the left side; ``dz_dx`` is the fraction that it was typed for."""
    match = _JACOBIAN.fullmatch(name)
    if match is None:
        return latex_name(name)
    return latex_derivative(Variable(match["of"], ()), Variable(match["wrt"], ()))


def _phrase(steps: Sequence[PostfixStep]) -> Phrase:
    """A line as a phrase.

    Raises:
        KeyError: It has a step that is not set as a formula.
    """
    waiting: list[tuple[Phrase, PostfixStep]] = []
    for step in steps:
        kept = len(waiting) - step.takes
        waiting[kept:] = [(_MADE[step.kind](step, waiting[kept:]), step)]
    return waiting[0][0]


_Args = Sequence[tuple[Phrase, PostfixStep]]


def _alike(op: str, args: _Args) -> Phrase:
    ((phrase, _),) = args
    return made(op, [phrase], None, phrase.kind, ())


def _call(step: PostfixStep, args: _Args) -> Phrase:
    of_two = facts_of(step.value).of_two if step.takes == 2 else ""
    rule = RULES.get(of_two or ALIASES.get(step.value, step.value))
    fits = rule is None or rule.facts.many or step.takes == len(rule.operands)
    if step.keywords or not fits or step.value == "step" or (rule and rule.facts.required):
        raise KeyError(step.value)
    kind = "scalar" if rule and rule.makes_a_number else _ANY
    phrases = [phrase for phrase, _ in args]
    return made("call", phrases, step.value + "'" * step.primes, kind, ())


def _operator(step: PostfixStep, args: _Args) -> Phrase:
    (one, first), (two, _) = args
    if step.value == "**":
        return _power(one, two)
    if step.value == "/":
        return made("over", [one, two._replace(kind="scalar")], None, one.kind, ())
    if step.value == "-":
        two = made("negative", [two], None, two.kind, ())
    op = {"@": "matmul", "*": "times"}.get(step.value, "plus")
    kind = "scalar" if one.kind == two.kind == "scalar" else _ANY
    parts = one.args if one.op == op and not _is_grouped(first) else (one,)
    return made(op, [*parts, two], None, kind, ())


def _power(base: Phrase, exponent: Phrase) -> Phrase:
    if exponent.op == "number":
        return made("power", [base], exponent.value, base.kind, ())
    return made("call", [base, exponent], "power_of", base.kind, ())


def _is_grouped(step: PostfixStep) -> bool:
    """Whether one pair of parentheses stands around it."""
    text, start, stop = step.place
    depth = 0
    for k, sign in enumerate(text[start:stop], start):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return text[start] == "(" and k == stop - 1
    return False


_MADE: dict[str, Callable[[PostfixStep, _Args], Phrase]] = {
    "name": lambda step, _: made("name", (), step.value, _ANY, ()),
    "number": lambda step, _: numeral(Fraction(step.value)),
    "negative": lambda _, args: _alike("negative", args),
    "transpose": lambda _, args: _alike("transpose", args),
    "call": _call,
    "operator": _operator,
}
