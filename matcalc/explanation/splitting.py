"""From one formula to operations in order: what a teacher would give a name gets one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from matcalc.expression import parse
from matcalc.expression.postfix import PostfixStep, folded
from matcalc.expression.terms import spelled
from matcalc.operations import ALIASES, RULES, facts_of, is_elementwise

_RULES = {one.facts.sign: one.name for one in RULES.values() if one.facts.sign}
_NUMBERED = re.compile(r"([azAZ])_?([0-9]{1,9})")
_OURS = {"z": "u", "a": "v"}  # where names of the person's would run backwards among ours
_NAME = re.compile(r'"[^"]*"|[^\W\d]\w*')


class NamedStep(NamedTuple):
    """One assignment: ``z2 = W2 @ x + b2``.

    Attributes:
        name: The name of the result.
        text: What it is, in the input language.
        rules: The names of the rules for what is done in it.
    """

    name: str
    text: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _UnnamedPart:
    """A part of a formula that has no name yet.

    Attributes:
        step: What it does.
        args: What it takes.
        depends: Whether it depends on the variable.
        kind: ``leaf``, ``light`` (signs and transposes of leaves), ``product``, ``affine``
            (a sum with products in it) or ``call``.
        rules: What is done in it.
        is_scale: Whether it is a number, or the name of one that does not change.
    """

    step: PostfixStep
    args: tuple[_UnnamedPart, ...] = ()
    depends: bool = False
    kind: str = "leaf"
    rules: tuple[str, ...] = ()
    is_scale: bool = False
    text: str = field(init=False)  # in the input language

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", spelled(self))

    @property
    def is_entrywise(self) -> bool:
        """Whether it is a product of arrays entry by entry."""
        both = not any(one.is_scale for one in self.args)
        return self.step.kind == "operator" and self.step.value in "*/" and both

    @property
    def call(self) -> PostfixStep | None:
        """The function whose value it is, but for its sign and its coefficient."""
        if self.step.kind == "call":
            return self.step
        return next(filter(None, (one.call for one in self.args)), None)


def operations(
    formula: str, wrt: str, result: str, taken: Collection[str], arrays: Collection[str]
) -> list[NamedStep]:
    """A formula as assignments, one operation each; the last is the result.

    Intermediate results that depend on the variable get names: ``a1`` for a function applied
    entry by entry, ``z1`` for anything else; those that have a name keep it.

    Args:
        formula: The formula, with assignments or not.
        wrt: The variable.
        result: The name of the result, if it has none.
        taken: Names that are in use.
        arrays: Those of vectors, matrices and larger arrays.

    >>> for one in operations("sum(relu(W @ x + b)**2)", "x", "f", "W x b", "W x b"):
    ...     print(one.name, "=", one.text)
    z1 = W @ x + b
    a1 = relu(z1)
    f = sum(a1**2)
    """
    return _Splitting(wrt, taken, arrays).operations(formula, result)


def renamed(given: Sequence[NamedStep], names: dict[str, str]) -> list[NamedStep]:
    """Operations with other names."""

    def new(found: re.Match[str]) -> str:
        return names.get(found[0], found[0])

    return [
        one._replace(name=names.get(one.name, one.name), text=_NAME.sub(new, one.text))
        for one in given
    ]


def _numbered(names: Iterable[str]) -> list[tuple[str, int]]:
    """The letter and the number of each name like ``z1`` and ``A2``."""
    found = filter(None, map(_NUMBERED.fullmatch, names))
    return [(match[1].lower(), int(match[2])) for match in found]


class _Splitting:
    """One walk over the steps of a formula."""

    def __init__(self, wrt: str, taken: Collection[str], arrays: Collection[str]) -> None:
        self.dependent = {wrt}
        self.arrays = arrays
        self.taken = {*taken, wrt}
        self.found: list[NamedStep] = []
        self.named: dict[str, str] = {}
        self.coming: list[str] = []  # the names of the assignments that are not made yet

    def operations(self, formula: str, result: str) -> list[NamedStep]:
        """Every operation, in order."""
        assignments = parse(formula)
        for one in assignments:
            self.taken.update(
                [one.name, *(s.value for s in one.steps if s.kind in ("name", "call"))]
            )
        for place, one in enumerate(assignments):
            self.coming = [later.name for later in assignments[place:]]
            self.add(one.name or result, folded(one.steps, self.part))
        return self.found

    def add(self, name: str, part: _UnnamedPart) -> None:
        self.found.append(NamedStep(name, part.text, part.rules))
        self.named.setdefault(part.text, name)
        if part.depends:
            self.dependent.add(name)

    def name(self, part: _UnnamedPart) -> _UnnamedPart:
        """A part under a name, if it depends on the variable and is worth one."""
        if not part.depends or part.kind in _LIGHT:
            return part
        if part.text not in self.named:
            self.add(self.new_name(part), part)
        return _UnnamedPart(
            PostfixStep("name", self.named[part.text], 0, part.step.place), depends=True
        )

    def new_name(self, part: _UnnamedPart) -> str:
        """``a1`` for a function applied entry by entry to ``z1``, and else ``z1``."""
        function = part.call if part.kind == "call" else None
        activation = function and (function.value not in RULES or is_elementwise(function.value))
        after = re.search(r"\([zZ](\d+)\)\Z", part.text)
        letter = "a" if activation else "z"
        if activation and after and self.is_free("a", int(after[1])):
            number = int(after[1])
        else:
            first = 1 + max((k for _, k in _numbered(one.name for one in self.found)), default=0)
            number = next(k for k in count(first) if self.is_free(letter, k))
        if not self.runs_forwards(letter, number):
            letter = _OURS[letter]
            number = next(k for k in count(1) if not self.uses(f"{letter}{k}"))
        name = f"{letter}{number}"
        self.taken.add(name)
        return name

    def is_free(self, letter: str, number: int) -> bool:
        """Whether ``z1`` or ``a1`` may be given; ``z1`` not beside an ``a1`` that it is not for."""
        pair = f"a{number}"
        beside = letter == "z" and pair not in self.coming[:1] and self.uses(pair)
        return not (self.uses(f"{letter}{number}") or beside)

    def runs_forwards(self, letter: str, number: int) -> bool:
        """Whether no numbered name comes later that a reader expects before this one."""
        mine = (number, letter == "a")
        return all((k, one == "a") > mine for one, k in _numbered(self.coming))

    def uses(self, name: str) -> bool:
        return name in self.taken or name.upper() in self.taken

    def part(self, step: PostfixStep, parts: Sequence[_UnnamedPart]) -> _UnnamedPart:
        """What a step makes of its operands, some of which get a name before it."""
        if not step.takes and step.kind != "call":
            depends = step.kind == "name" and step.value in self.dependent
            known = depends or step.kind == "text" or step.value in self.arrays
            return _UnnamedPart(step, depends=depends, is_scale=not known)
        scales = _scales(step, parts)
        opened = () if scales else _opened(step, parts)
        args = tuple(self.name(one) if one.kind in opened else one for one in parts)
        depends = any(one.depends for one in args)
        own = _rules(step) if depends and not scales else ()
        rules = dict.fromkeys([*(rule for one in args for rule in one.rules), *own])
        kind = _at_least_light(scales) if scales else _kind(step, args)
        keeps = scales is not None or step.kind in _UNARY
        is_scale = keeps and all(one.is_scale for one in args)
        return _UnnamedPart(step, args, depends, kind, tuple(rules), is_scale)


_UNARY = ("negative", "transpose")
_LIGHT = ("leaf", "light")


def _scales(step: PostfixStep, parts: Sequence[_UnnamedPart]) -> _UnnamedPart | None:
    """What a step multiplies with a number that does not change, if it does that."""
    if step.kind != "operator" or step.value not in "*/":
        return None
    one, two = parts
    if two.is_scale:
        return one
    return two if one.is_scale and step.value == "*" else None


def _opened(step: PostfixStep, parts: Sequence[_UnnamedPart]) -> Sequence[str]:
    """The kinds of operands that get a name before a step."""
    if step.kind in ("tuple", "negative"):
        return ()
    if step.value in ("+", "-") or (step.kind == "call" and _is_linear(step)):
        return ("call",)
    several = step.value == "*" and all(one.depends for one in parts)
    joins = step.value in ("@", "*") and not several
    return (
        ("call", "affine") if joins or step.kind == "transpose" else ("call", "affine", "product")
    )


def _kind(step: PostfixStep, args: Sequence[_UnnamedPart]) -> str:
    """What kind of part a step makes."""
    light = all(one.kind in _LIGHT for one in args)
    if step.kind == "subscript" and args[0].kind == "leaf":
        return "leaf"
    if step.kind in _UNARY:
        return _at_least_light(args[0])
    if step.kind in ("tuple", "subscript") or (step.value in ("+", "-") and light):
        return "light"
    if step.kind == "listed" or step.value in ("+", "-"):
        return "affine"
    return "call" if step.kind == "call" and not _is_linear(step) else "product"


def _at_least_light(part: _UnnamedPart) -> str:
    return "light" if part.kind == "leaf" else part.kind


def _is_linear(step: PostfixStep) -> bool:
    return facts_of(ALIASES.get(step.value, step.value)).linear


def _rules(step: PostfixStep) -> tuple[str, ...]:
    """The rule of what a step does."""
    if step.kind == "listed":
        return ("concatenate",)
    if step.kind == "call":
        return (ALIASES.get(step.value, step.value),)
    return (_RULES[step.value],) if step.kind == "operator" and step.value in _RULES else ()
