"""From one formula to operations in order: what a teacher would give a name gets one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import count
from typing import NamedTuple

from matcalc.expression import parse
from matcalc.expression.parser import Step
from matcalc.operations import ALIASES, RULES, facts_of, is_elementwise

_RULES = {one.facts.sign: one.name for one in RULES.values() if one.facts.sign}
_NUMBERED = re.compile(r"([azAZ])_?([0-9]{1,9})")
_OURS = {"z": "u", "a": "v"}  # where names of the person's would run backwards among ours
_NAME = re.compile(r'"[^"]*"|[^\W\d]\w*')


class Operation(NamedTuple):
    """One assignment: ``z2 = W2 @ x + b2``.

    Attributes:
        name: The name of the result.
        text: What it is, in the input language.
        rules: The names of the rules for what is done in it.
    """

    name: str
    text: str
    rules: tuple[str, ...]


class _Unnamed(NamedTuple):
    """A part of a formula that has no name yet.

    Attributes:
        text: The part in the input language.
        depends: Whether it depends on the variable.
        kind: ``leaf``, ``light`` (signs and transposes of leaves), ``product``, ``affine``
            (a sum with products in it) or ``call``.
        rules: What is done in it.
        is_scale: Whether it is a number, or the name of one that does not change.
    """

    text: str
    depends: bool = False
    kind: str = "leaf"
    rules: tuple[str, ...] = ()
    is_scale: bool = False


def operations(
    formula: str, wrt: str, result: str, taken: Collection[str], arrays: Collection[str]
) -> list[Operation]:
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
    z1 = (W @ x) + b
    a1 = relu(z1)
    f = sum(a1 ** 2)
    """
    return _Splitting(wrt, taken, arrays).operations(formula, result)


def renamed(given: Sequence[Operation], names: dict[str, str]) -> list[Operation]:
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
        self.found: list[Operation] = []
        self.named: dict[str, str] = {}
        self.coming: list[str] = []  # the names of the assignments that are not made yet

    def operations(self, formula: str, result: str) -> list[Operation]:
        """Every operation, in order."""
        assignments = parse(formula)
        for one in assignments:
            self.taken.update(
                [one.name, *(s.value for s in one.steps if s.kind in ("name", "call"))]
            )
        for place, one in enumerate(assignments):
            self.coming = [later.name for later in assignments[place:]]
            parts: list[_Unnamed] = []
            for step in one.steps:
                kept = len(parts) - step.takes
                parts[kept:] = [self.part(step, parts[kept:])]
            self.add(one.name or result, parts[-1])
        return self.found

    def add(self, name: str, part: _Unnamed) -> None:
        self.found.append(Operation(name, part.text, part.rules))
        self.named.setdefault(part.text, name)
        if part.depends:
            self.dependent.add(name)

    def name(self, part: _Unnamed) -> _Unnamed:
        """A part under a name, if it depends on the variable and is worth one."""
        if not part.depends or part.kind in ("leaf", "light"):
            return part
        if part.text not in self.named:
            self.add(self.new_name(part), part)
        return _Unnamed(self.named[part.text], depends=True)

    def new_name(self, part: _Unnamed) -> str:
        """``a1`` for a function applied entry by entry to ``z1``, and else ``z1``."""
        function, _, argument = part.text.partition("(")
        function = function.rstrip("'")
        activation = part.kind == "call" and (function not in RULES or is_elementwise(function))
        after = re.fullmatch(r"[zZ](\d+)\)", argument)
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

    def part(self, step: Step, parts: list[_Unnamed]) -> _Unnamed:
        """What a step makes of its operands."""
        if not step.takes and step.kind != "call":
            return self.leaf(step)
        if step.kind == "call":
            return self.call(step, parts)
        if step.kind == "operator":
            return self.operator(step.value, *parts)
        if step.kind in ("subscript", "listed"):
            made = self.subscript if step.kind == "subscript" else self.listed
            return made(step.value, *parts)
        depends, rules = _all(parts)
        if step.kind == "tuple":
            comma = "," if len(parts) == 1 else ""
            text = f"({', '.join(one.text for one in parts)}{comma})"
            return _Unnamed(text, depends, "light", rules)
        (one,) = parts
        if step.kind == "negative":
            text = f"-{_closed(one)}"
        else:
            one = self.name(one) if one.kind in ("call", "affine") else one
            text = f"{_closed(one)}.T"
        return one._replace(text=text, kind=_at_least_light(one))

    def leaf(self, step: Step) -> _Unnamed:
        """A name, a number or a text."""
        if step.kind == "text":
            return _Unnamed(f'"{step.value}"')
        depends = step.value in self.dependent
        return _Unnamed(step.value, depends, is_scale=not depends and step.value not in self.arrays)

    def call(self, step: Step, parts: list[_Unnamed]) -> _Unnamed:
        linear = facts_of(ALIASES.get(step.value, step.value)).linear
        parts = [self.name(one) if one.kind == "call" or not linear else one for one in parts]
        depends, rules = _all(parts)
        plain = len(parts) - len(step.keywords)
        given = [one.text for one in parts[:plain]]
        given += [
            f"{key}={one.text}" for key, one in zip(step.keywords, parts[plain:], strict=True)
        ]
        text = f"{step.value}{chr(39) * step.primes}({', '.join(given)})"
        own = ("trace" if step.value == "tr" else step.value,)
        kind = "product" if linear else "call"
        return _Unnamed(text, depends, kind, _merged(rules, own) if depends else ())

    def subscript(self, pattern: str, whole: _Unnamed, *keys: _Unnamed) -> _Unnamed:
        """``z1[0, :]``: an entry or a part of what has a name is no operation of its own."""
        whole = self.name(whole)
        found = iter(keys)
        text = re.sub("#", lambda _: next(found).text, pattern.replace(",", ", "))
        kind = "leaf" if whole.kind == "leaf" else "light"
        return whole._replace(text=f"{_closed(whole)}[{text}]", kind=kind, is_scale=False)

    def listed(self, counts: str, *given: _Unnamed) -> _Unnamed:
        """``[z1, y; c, d]``: parts side by side and one under the other."""
        parts = [self.name(one) for one in given]
        depends, rules = _all(parts)
        texts = iter(one.text for one in parts)
        rows = [[next(texts) for _ in range(int(count))] for count in counts.split(",")]
        text = f"[{'; '.join(', '.join(row) for row in rows)}]"
        own = ("concatenate",) if depends else ()
        return _Unnamed(text, depends, "affine", _merged(rules, own))

    def operator(self, sign: str, one: _Unnamed, two: _Unnamed) -> _Unnamed:
        """A sign between two parts."""
        if sign in "+-":
            one, two = (self.name(p) if p.kind == "call" else p for p in (one, two))
            light = {one.kind, two.kind} <= {"leaf", "light"}
            return self.signed(sign, one, two, "light" if light else "affine")
        if sign == "@":
            one, two = (self.name(p) if p.kind in ("call", "affine") else p for p in (one, two))
            return self.signed(sign, one, two, "product")
        if sign == "**":
            return self.signed(sign, self.name(one), self.name(two), "product")
        if two.is_scale or (one.is_scale and sign == "*"):
            body = one if two.is_scale else two
            made = self.signed(sign, one, two, _at_least_light(body))
            return made._replace(rules=body.rules, is_scale=one.is_scale and two.is_scale)
        both = one.depends and two.depends
        opened = ("call", "affine", "product") if both or sign == "/" else ("call", "affine")
        one, two = (self.name(p) if p.kind in opened else p for p in (one, two))
        return self.signed(sign, one, two, "product")

    @staticmethod
    def signed(sign: str, one: _Unnamed, two: _Unnamed, kind: str) -> _Unnamed:
        depends, rules = _all([one, two])
        own = (_RULES[sign],) if depends and sign in _RULES else ()
        return _Unnamed(f"{_closed(one)} {sign} {_closed(two)}", depends, kind, _merged(rules, own))


def _all(parts: Sequence[_Unnamed]) -> tuple[bool, tuple[str, ...]]:
    """Whether any part depends on the variable, and the rules in all of them."""
    return any(one.depends for one in parts), _merged(*(one.rules for one in parts))


def _merged(*rules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule for some in rules for rule in some))


def _at_least_light(part: _Unnamed) -> str:
    return "light" if part.kind == "leaf" else part.kind


def _closed(part: _Unnamed) -> str:
    """A part that may stand beside any sign."""
    closed = re.fullmatch(r"[\w.]+", part.text) or _is_enclosed(part.text)
    return part.text if closed else f"({part.text})"


def _is_enclosed(text: str) -> bool:
    """Whether a text is one call, list or part of an array: what opens first closes last."""
    if not re.match(r"\w+'*[(\[]|\[", text):
        return False
    depth = 0
    for k, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character in ")]" and depth == 0:
            return k == len(text) - 1
    return False
