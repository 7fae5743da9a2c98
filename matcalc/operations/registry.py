"""The table of rules: all that is known about an operation, in one record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError, ShapeError, Suggestion, UnknownRuleError
from matcalc.graph import Apply, Node, apply
from matcalc.near import SYNONYMS, near
from matcalc.operations.facts import NONE, Facts
from matcalc.variables import Mention, parse_mention

Pull = Callable[[Apply, int, Node], Node]
Build = Callable[..., Node]


class OperandSpec(NamedTuple):
    """An operand as a signature writes it: ``X[n,n]:invertible``.

    Attributes:
        name: What the formula calls it.
        shape: Its sizes; ``"..."`` stands for any number of axes.
        domain: Where its entries lie, for tests and for readers: ``positive``, ``unit``.
    """

    name: str
    shape: tuple[Dimension, ...]
    domain: str


class Signature(NamedTuple):
    """``A[m,k] B[k,n] -> C[m,n]``, read."""

    operands: tuple[OperandSpec, ...]
    result: OperandSpec


@lru_cache(maxsize=512)
def parse_signature(text: str) -> Signature:
    """Read a signature.

    Raises:
        NotationError: It cannot be read.

    >>> parse_signature("X[n,n]:invertible -> y").operands[0].domain
    'invertible'
    """
    left, arrow, right = text.partition("->")
    if not arrow:
        raise NotationError(f"a signature has an arrow: 'X[n,n] -> y'; found {text!r}")
    operands = tuple(_operand(word) for word in left.split())
    return Signature(operands, _operand(right.strip()))


def _operand(word: str) -> OperandSpec:
    stated, _, domain = word.partition(":")
    open_ended = "[..." in stated
    plain = stated.replace("[...,", "[").replace("[...]", "")
    mention: Mention = parse_mention(plain)
    shape = (*(("...",) if open_ended else ()), *(mention.shape or ()))
    return OperandSpec(mention.name, shape, domain or "real")


@dataclass(frozen=True, slots=True, repr=False)
class Rule:
    """An operation and its derivative.

    Attributes:
        name: What the operation is called.
        signatures: The shapes that it takes, each written like ``X[n,n]:invertible -> y``.
        formula: The derivative in mathematics.
        source: Work, edition, equation; a second one after a semicolon where conventions differ.
        domain: Where it is differentiable, and what is chosen at a kink.
        build: From operand nodes, and parameters by name, to the node of the result.
        function: The operation on arrays: a NumPy expression of ``{0}``, ``{1}``, parameters and
            functions of SciPy by name, or the name of a function in ``matcalc.operations.arrays``,
            or a function; these two take the operands and then the parameters. Empty for one that
            is made of others, which is computed as they are.
        pull: From the derivative with respect to the result, axes of the result last, to that
            with respect to an operand. ``None`` for an operation that is made of others.
        parameters: What is not differentiated, with the values that examples use.
        facts: What else is known of it.

    >>> import matcalc as mc
    >>> rule = mc.find_rule("inv")
    >>> rule.formula, rule.domain
    ('dY = -Y dX Y', 'X invertible')
    """

    name: str
    signatures: tuple[str, ...]
    formula: str
    source: str
    domain: str
    build: Build
    function: str | Callable[..., Any] = ""
    pull: Pull | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts = NONE

    def __repr__(self) -> str:
        return f"<rule {self.name}: {self.formula}>"

    @property
    def reduces(self) -> bool:
        """Whether it makes a number of an array, or of each line of it along an axis."""
        return "axis" in self.parameters and self.makes_a_number

    @property
    def makes_a_number(self) -> bool:
        """Whether it is a number of whatever it takes, or of each matrix of a stack."""
        shapes = (parse_signature(one).result.shape for one in self.signatures)
        return all(shape in ((), ("...",)) for shape in shapes) and not is_elementwise(self.name)

    @property
    def operands(self) -> tuple[str, ...]:
        """The names of the operands in the first signature."""
        return tuple(one.name for one in parse_signature(self.signatures[0]).operands)


#: The source of what is linear.
LINEAR = "linear; Magnus & Neudecker, Matrix Differential Calculus (3rd edition, 2019), chapter 3"
RULES: dict[str, Rule] = {}
#: What formulas become where they are computed; no formula holds it.
COMPUTED: dict[str, Rule] = {}
#: The rules of other names that formulas may call them by.
ALIASES: dict[str, str] = {}
#: The norms of a matrix, by their orders.
NORMS: dict[str, str] = {}
#: And those that other languages call them by.
ELSEWHERE: dict[str, str] = {}
#: Functions that NumPy has not, and the module of SciPy that has them: ``{"erf": "special"}``.
SCIPY: dict[str, str] = {}


def register(rule: Rule) -> Rule:
    """Put a rule into the table.

    Raises:
        NotationError: The name is taken.
    """
    if rule.name in RULES:
        holder = RULES[rule.name]
        raise NotationError(f"the name {rule.name} is taken by the rule {holder.formula!r}")
    RULES[rule.name] = rule
    ALIASES.update(dict.fromkeys(rule.facts.aliases, rule.name))
    ELSEWHERE.update(dict.fromkeys(rule.facts.elsewhere, rule.name))
    module, _, name = rule.facts.scipy.partition(".")
    if name:
        SCIPY[name] = module
    if rule.facts.order:
        NORMS[rule.facts.order] = rule.name
    words = (*rule.facts.aliases, *rule.facts.elsewhere, *rule.facts.words)
    SYNONYMS.update(dict.fromkeys(words, rule.name))
    return rule


def find_rule(name: str) -> Rule:
    """The rule of a name.

    Raises:
        UnknownRuleError: There is none; near names are listed.

    >>> find_rule("inv").formula
    'dY = -Y dX Y'
    """
    found = known_rule(name)
    if found is not None:
        return found
    suggestions = [Suggestion("near", one) for one in near(name, RULES)]
    raise UnknownRuleError(
        f"no rule {name[:60]!r}; matcalc rules lists all {len(RULES)}", (), suggestions
    )


def known_rule(name: str) -> Rule | None:
    """The rule of a name, those that only computing needs included."""
    return RULES.get(name) or COMPUTED.get(name)


def facts_of(name: str) -> Facts:
    """What is known of the operation of a name; nothing of one that has no rule."""
    rule = known_rule(name)
    return rule.facts if rule else NONE


@lru_cache(maxsize=512)
def is_elementwise(name: str) -> bool:
    """Whether the rule of a name acts on each entry alone."""
    rule = find_rule(name)
    operands = parse_signature(rule.signatures[0]).operands
    entries = bool(operands) and all(one.shape == ("...",) for one in operands)
    return entries and "axis" not in rule.parameters


def matched(name: str, signatures: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    """The shape of a result, by the first signature that operands of these shapes fit.

    Raises:
        ShapeError: They fit none.
    """
    clashes: Clashes = []
    for text in signatures:
        signature = parse_signature(text)
        sizes: dict[str, Any] = {}
        unequal = _clashes(signature.operands, shapes, sizes)
        if unequal == []:
            return tuple(_filled(signature.result.shape, sizes))
        clashes = clashes or unequal or []
    found = ", ".join(dimensions.times(shape) if shape else "a scalar" for shape in shapes)
    wanted = " or ".join(re.sub(r":\w+", "", text) for text in signatures)
    raise ShapeError(f"{name} takes {wanted}; found {found}", clashes=clashes)


Clashes = list[tuple[Dimension, Dimension]]


def _clashes(
    operands: Sequence[OperandSpec], shapes: Sequence[Shape], sizes: dict[str, Any]
) -> Clashes | None:
    """The sizes that differ where a signature has them equal; ``None`` where ranks do not fit.

    Args:
        operands: What the signature takes.
        shapes: What was found.
        sizes: Filled with what the names of the signature stand for.
    """
    if len(operands) != len(shapes):
        return None
    clashes: Clashes = []
    for (_, wanted, _), shape in zip(operands, shapes, strict=True):
        if wanted and wanted[0] == "...":
            extra = len(shape) - len(wanted) + 1
            known = sizes.setdefault("...", shape[: max(extra, 0)])
            if extra != len(known):
                return None
            clashes += dimensions.clashes(known, shape[:extra])
            wanted, shape = wanted[1:], shape[extra:]  # noqa: PLW2901 - what is left of them
        if len(wanted) != len(shape):
            return None
        for size, found in zip(wanted, shape, strict=True):
            known = size if isinstance(size, int) else sizes.setdefault(size, found)
            if known != found:
                clashes.append((known, found))
    return clashes


def _filled(shape: Shape, sizes: Mapping[str, Any]) -> Iterator[Dimension]:
    for size in shape:
        if size == "...":
            yield from sizes["..."]
        else:
            yield dimensions.substitute((size,), sizes)[0]


def primitive(
    name: str,
    *signatures: str,
    formula: str,
    source: str,
    function: str | Callable[..., Any],
    domain: str = "everywhere",
    parameters: Mapping[str, Any] | None = None,
    facts: Facts = NONE,
    build: Build | None = None,
) -> Callable[[Pull], Pull]:
    """Register an operation of its own; the decorated function is its pull.

    Its node has the shape that its signatures say, and its parameters are not looked at, where
    nothing else builds it.
    """

    def decorate(pull: Pull) -> Pull:
        names = dict(parameters or {})

        def built(*operands: Node, **given: Any) -> Node:
            shape = matched(name, signatures, [operand.shape for operand in operands])
            values = tuple(given.get(key, default) for key, default in names.items())
            return apply(name, operands, shape, values)

        make = build or built
        register(
            Rule(name, signatures, formula, source, domain, make, function, pull, names, facts)
        )
        return pull

    return decorate


def composite(
    name: str,
    *signatures: str,
    formula: str,
    source: str,
    function: str | Callable[..., Any] = "",
    domain: str = "everywhere",
    parameters: Mapping[str, Any] | None = None,
    facts: Facts = NONE,
) -> Callable[[Build], Build]:
    """Register an operation made of others; the decorated function makes its node."""

    def decorate(build: Build) -> Build:
        names = dict(parameters or {})
        register(
            Rule(name, signatures, formula, source, domain, build, function, None, names, facts)
        )
        return build

    return decorate


def linear(
    name: str,
    *signatures: str,
    function: str,
    source: str = LINEAR,
    parameters: Mapping[str, Any] | None = None,
    facts: Facts = NONE,
) -> Callable[[Build], Build]:
    """Register an operation made of others that is linear, so that it is its own derivative."""
    (x,) = parse_signature(signatures[0]).operands
    return composite(
        name,
        *signatures,
        formula=f"d {name}({x.name}) = {name}(d{x.name})",
        source=source,
        function=function,
        parameters=parameters,
        facts=replace(facts, linear=True),
    )
