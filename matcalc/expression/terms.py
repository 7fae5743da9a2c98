"""A formula as a tree that can be changed and written down again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

from matcalc.errors import NotationError, Place
from matcalc.expression.formula import NO_FUNCTIONS, Formula, Functions, KnownNames
from matcalc.expression.meaning import KnownMeanings, meaning
from matcalc.expression.parser import PostfixStep, parse
from matcalc.expression.postfix import folded
from matcalc.expression.reading import read_formula
from matcalc.expression.values import Value
from matcalc.operations import algebra
from matcalc.variables import Variable

_STEPS = 600  # of a formula that is read as a tree
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_BINDS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "@": _PRODUCT, "**": _POWER}


class WrittenStep(Protocol):
    """What can be written down in the input language: a step and what it takes."""

    @property
    def step(self) -> PostfixStep:
        """What it does."""
        ...

    @property
    def args(self) -> Sequence[WrittenStep]:
        """What it takes."""
        ...

    @property
    def text(self) -> str:
        """It in the input language."""
        ...

    @property
    def is_entrywise(self) -> bool:
        """Whether it is a product entry by entry, which stands in parentheses before ``@``."""
        ...


class FormulaTree(NamedTuple):
    """A step of a formula with the terms that it takes, all sizes known to agree.

    Attributes:
        step: What it does.
        args: What it takes.
        value: What it means.
        known: What the names and the functions in it mean.
        text: The term in the input language.
    """

    step: PostfixStep
    args: tuple[FormulaTree, ...]
    value: Any
    known: KnownMeanings
    text: str

    def made(self, step: PostfixStep, args: tuple[FormulaTree, ...]) -> FormulaTree:
        """A term of the same formula.

        Raises:
            ShapeError: The arguments do not fit.
        """
        return _term(step, args, self.known)

    def spine(self) -> list[FormulaTree]:
        """The operands of one operator in a row: a, b and c of ``a @ b @ c``."""
        found: list[FormulaTree] = []
        term = self
        while term.step.kind == "operator" and term.step.value == self.step.value:
            found.append(term.args[1])
            term = term.args[0]
        return [term, *reversed(found)]

    @property
    def is_entrywise(self) -> bool:
        """Whether it is a product of arrays entry by entry: ``a * b``, which is not ``2 * a``."""
        return (
            self.step.kind == "operator"
            and self.step.value in "*/"
            and all(arg.value.node.shape for arg in self.args)
        )


def tree(steps: Sequence[PostfixStep], known: KnownMeanings) -> FormulaTree:
    """The tree of a formula whose sizes agree.

    Args:
        steps: The formula in postfix order, at most a few hundred steps.
        known: What its names and its functions mean.
    """
    return folded(steps, lambda step, args: _term(step, tuple(args), known))


class ReadTerm(NamedTuple):
    """A formula that was read, and its tree.

    Attributes:
        named: The names that it gives to parts, as text in front of it.
        term: The tree of the formula; where vectors were read as columns, it knows which lie.
        formula: What was read.
    """

    named: str
    term: FormulaTree
    formula: Formula


def read_term(
    text: str, variables: Mapping[str, Variable], functions: Functions = NO_FUNCTIONS
) -> ReadTerm:
    """Read a formula as a tree.

    Args:
        text: The formula.
        variables: Its variables by name.
        functions: Functions that were declared.

    Raises:
        NotationError: It cannot be read, or only as one of one-dimensional arrays, or is long.
        ShapeError: Its shapes do not fit.
    """
    formula = read_formula(text, variables, names=KnownNames(functions=functions))
    if not formula.columns:
        raise NotationError(
            "this is a formula of NumPy's one-dimensional arrays, which have no rows and columns; "
            "vectors are columns: x.T @ A @ x",
            [Place(text, 0, len(text))],
        )
    known = {name: Value(node) for name, node in formula.symbols.items()}

    def name(step: PostfixStep) -> Value:
        return known[step.value] if step.value in known else Value(algebra.size_of(step.value))

    meanings = KnownMeanings(name, formula.functions)
    *assignments, last = parse(formula.text)
    if sum(len(one.steps) for one in (*assignments, last)) > _STEPS:
        message = f"over {_STEPS} names, numbers and signs; take parts of it"
        raise NotationError(message, [last.place])
    named = ""
    for one in assignments:
        part = tree(one.steps, meanings)
        named += f"{one.name} = {part.text}; "
        known[one.name] = part.value
    return ReadTerm(named, tree(last.steps, meanings), formula)


def _term(step: PostfixStep, args: tuple[FormulaTree, ...], known: KnownMeanings) -> FormulaTree:
    value = meaning(step, [arg.value for arg in args], known)
    term = FormulaTree(step, args, value, known, step.value)
    return term._replace(text=spelled(term))


def spelled(term: WrittenStep) -> str:
    """A term in the input language, made of the texts of what it takes."""
    spell = _SPELLERS.get(term.step.kind)
    return spell(term) if spell else term.step.value


def _binds(term: WrittenStep) -> int:
    """How tightly it binds."""
    if term.step.kind == "negative":
        return _SIGN
    return _BINDS[term.step.value] if term.step.kind == "operator" else _ATOM


def _within(term: WrittenStep, least: int) -> str:
    """A term, in parentheses where it binds less tightly than it must."""
    return term.text if _binds(term) >= least else f"({term.text})"


def _quoted(term: WrittenStep) -> str:
    word = term.step.value
    return word if word in ("True", "False") else f'"{word}"'


def _tuple(term: WrittenStep) -> str:
    inside = ", ".join(arg.text for arg in term.args)
    return f"({inside})" if len(term.args) > 1 else f"({inside},)"


def _call(term: WrittenStep) -> str:
    step = term.step
    first = len(term.args) - len(step.keywords)
    named = [f"{key}={arg.text}" for key, arg in zip(step.keywords, term.args[first:], strict=True)]
    inside = ", ".join([*(arg.text for arg in term.args[:first]), *named])
    return f"{step.value}{chr(39) * step.primes}({inside})"


def _operator(term: WrittenStep) -> str:
    sign, (one, two) = term.step.value, term.args
    if sign == "**":
        return f"{_within(one, _ATOM)}**{_within(two, _SIGN)}"
    binds = _binds(term)
    if sign == "@" and one.is_entrywise:
        return f"({one.text}) @ {_within(two, binds + 1)}"
    return f"{_within(one, binds)} {sign} {_within(two, binds + 1)}"


def _subscript(term: WrittenStep) -> str:
    array, *keys = term.args
    texts = map(_key, keys)
    inside = "".join(next(texts) if sign == "#" else sign for sign in _spaced(term.step.value))
    return f"{_within(array, _ATOM)}[{inside}]"


def _key(key: WrittenStep) -> str:
    """An index, or several in brackets of their own."""
    several = key.step.kind == "tuple"
    return f"[{', '.join(arg.text for arg in key.args)}]" if several else key.text


def _spaced(pattern: str) -> str:
    return pattern.replace(",", ", ")


def _listed(term: WrittenStep) -> str:
    texts = (arg.text for arg in term.args)
    rows = [islice(texts, int(count)) for count in term.step.value.split(",")]
    return f"[{'; '.join(', '.join(row) for row in rows)}]"


_SPELLERS: dict[str, Callable[[WrittenStep], str]] = {
    "text": _quoted,
    "tuple": _tuple,
    "call": _call,
    "operator": _operator,
    "subscript": _subscript,
    "listed": _listed,
    "negative": lambda term: f"-{_within(term.args[0], _SIGN)}",
    "transpose": lambda term: f"{_within(term.args[0], _ATOM)}.T",
}
