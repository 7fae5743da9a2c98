"""Declarations: the variables of a formula, with their shapes and what is known of them.

``"x[2] W2[3,2] S[n,n]:symmetric,spd lam:positive g(·) f(x[n])[m]"``: apart by white space,
commas or semicolons, a name alone is a scalar, or the size that another variable has, and behind a
colon stands what is known of its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import index
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import NotationError, Place, ShapeError, Suggestion
from matcalc.expression.definitions import is_defined
from matcalc.expression.formula import Functions, Mapped
from matcalc.near import near
from matcalc.operations import RULES
from matcalc.scripts import DIGITS, on_the_line
from matcalc.variables import Mention, Variable, parse_mention, resolve

PROPERTIES = {
    "symmetric": "a square matrix that equals its transpose",
    "spd": "a symmetric matrix of positive eigenvalues",
    "diagonal": "a square matrix that is zero off its diagonal",
    "invertible": "a square matrix that has an inverse",
    "orthogonal": "a matrix of orthonormal columns: Q.T @ Q is eye",
    "positive": "every entry is above zero",
    "projector": "a symmetric matrix that is its own square",
    "binary": "every entry is 0 or 1",
    "simplex": "a vector, or rows, of entries that are not negative and sum to one",
    "onehot": "a vector, or rows, of one entry 1 and all others 0",
}
LENGTH = 100_000  # characters of all declarations
COUNT = 2000  # variables
_LARGEST = 10**100

Declarations = str | Iterable[str | Variable] | Mapping[str, Iterable[Dimension]]

_MARK = re.compile(  # of a layer, as the reading has it: W₂, W² and W^{[2]} are W2
    rf"(?<=\w)[{DIGITS}]|(?<=[^\W\d])[_^]\{{([\[(]?)(?P<mark>[0-9]{{1,3}})[\])]?\}}"
)
_COMMAND = re.compile(r"\\(?:(?:mathbf|boldsymbol|bm|mathrm)\{(\w+)\}|([A-Za-z]+))")
_MEMBER = re.compile(r"\s*∈\s*(?:ℝ|R)\s*\^?\s*(?:\{([^{}]*)\}|(\w+))\s*,?\s*")
_TIMES = re.compile(r"(?<=\w)(?:\s*×\s*|\s+x\s+|(?<=\d)x(?=\d))(?=\w)")  # m × n
_WORD = re.compile(r"(?:\[[^\[\]]*\]|[^\s\[\]])+")
_SHAPE = r"\[[^\[\]]*\]"
_TRAILING = re.compile(r",\s*\]")
_SIGN = re.compile(rf"({_SHAPE}|\([^()]*\)|:[^\s;]*[^\s,;])|[,;]")  # outside what it stands in
_FUNCTION = re.compile(
    rf"(?P<name>{dimensions.NAME})\((?P<of>·|\.|{dimensions.NAME}({_SHAPE})?)\)(?P<shape>{_SHAPE})?"
)
_ROUND = re.compile(r"\w+\([\w*/+-]+(?:,[\w*/+-]+)+\)")  # A(n,n)
_SQUARE = frozenset(["symmetric", "spd", "diagonal", "invertible", "projector"])
_MATRICES = _SQUARE | {"orthogonal"}
_WITH_ROWS = frozenset(["simplex", "onehot"])  # of a vector the one row
_IMPLIED = {
    "spd": frozenset(["symmetric"]),
    "projector": frozenset(["symmetric"]),
    "onehot": frozenset(["simplex", "binary"]),
}


class Declared(NamedTuple):
    """A variable, what is known of its values, and where it was declared."""

    variable: Variable
    properties: frozenset[str]
    place: Place


def also_known(
    declared: Mapping[str, Declared], variable: Variable, properties: frozenset[str]
) -> dict[str, Declared]:
    """Declarations with more that is known of the values of one variable."""
    place = Place(variable.name, 0, len(variable.name))
    known = declared.get(variable.name, Declared(variable, frozenset(), place))
    both = known._replace(properties=known.properties | properties)
    return {**declared, variable.name: both}


def parse_declarations(
    declarations: Declarations, *, sizes_alone: bool = True
) -> dict[str, Declared]:
    """Read the variables of a formula.

    Args:
        declarations: One string, several strings or variables, or a shape for each name.
        sizes_alone: Whether a name without a shape may be the size of another variable, ``n`` of
            ``"x[n] n"``; it is no variable then, and :func:`sizes_declared` says so.

    Raises:
        NotationError: They cannot be read, or an array has the name of a dimension.
        ShapeError: A name is declared with two shapes, or a property does not fit its shape.

    >>> found = parse_declarations("x[n] S[n,n]:spd lam:positive")
    >>> [str(one.variable) for one in found.values()]
    ['x[n]', 'S[n,n]', 'lam']
    >>> sorted(found["S"].properties)
    ['spd', 'symmetric']
    >>> list(parse_declarations("W₁[h,d] W²[c,h] b_{1}[h]"))
    ['W1', 'W2', 'b1']
    >>> parse_declarations({"A": (2, "n")})["A"].variable
    Variable(name='A', shape=(2, 'n'))
    """
    mentions, properties = _collected(declarations)
    sizes = _sizes_alone(mentions) if sizes_alone else {}
    variables = resolve(one for one in mentions if one.name not in sizes).variables
    places = {mention.name: mention.place for mention in reversed(mentions)}
    return {
        name: Declared(variable, properties[name], places[name])
        for name, variable in variables.items()
    }


def sizes_declared(declarations: Declarations) -> dict[str, str]:
    """The names among declarations that stand alone and are sizes of others, and what they are.

    >>> sizes_declared("Q[T,d] K[S,d] d")
    {'d': 'd is taken as the size of Q[T,d], not as a number of its own'}
    """
    return {
        name: f"{name} is taken as the size of {one}, not as a number of its own"
        for name, one in _sizes_alone(_collected(declarations)[0]).items()
    }


def _sizes_alone(mentions: Iterable[Mention]) -> dict[str, Variable]:
    """Names without a shape that are a size of a variable, with the first of these variables."""
    stated = [Variable(one.name, one.shape) for one in mentions if one.shape]
    shaped = {one.name for one in stated}
    alone = [one.name for one in mentions if not one.shape and one.name not in shaped]
    return {name: of for of in reversed(stated) for name in alone if name in of.shape}


def _collected(
    declarations: Declarations,
) -> tuple[list[Mention], dict[str, frozenset[str]]]:
    """All that is declared, in order, and what is known of the values of each name."""
    mentions: list[Mention] = []
    properties: dict[str, frozenset[str]] = {}
    for mention, known in _mentions(declarations):
        if len(mentions) == COUNT:
            raise NotationError(f"at most {COUNT} variables are declared", [mention.place])
        mentions.append(mention)
        properties[mention.name] = properties.get(mention.name, frozenset()) | known
    return mentions, properties


def _mentions(declarations: object) -> Iterator[tuple[Mention, frozenset[str]]]:
    if isinstance(declarations, Mapping):
        for name, shape in declarations.items():
            yield _from_shape(name, shape), frozenset()
        return
    listed = [declarations] if isinstance(declarations, str) else declarations
    if not isinstance(listed, Iterable):
        raise NotationError('declarations are written "x[2] W[3,2]"')
    length = 0
    for one in listed:
        text = str(one)
        length += len(text)
        if length > LENGTH:
            raise NotationError(f"declarations are at most {LENGTH} characters long")
        if isinstance(one, Variable):
            yield _from_shape(one.name, one.shape), frozenset()
        elif isinstance(one, str):
            yield from _words(one)
        else:
            raise NotationError(f'a declaration is a string "W[3,2]", not {type(one).__name__}')


def _from_shape(name: object, shape: Iterable[Dimension]) -> Mention:
    """A variable of a name and a shape that come from Python."""
    if not isinstance(name, str) or parse_mention(name).shape is not None:
        raise NotationError(f"{str(name)[:40]!r} is not a name")
    sizes: list[Dimension] = []
    if isinstance(shape, str):
        raise NotationError(f"the shape of {name} is a tuple, ({shape!r},), not a string")
    try:
        sizes += [dimensions.parse(s) if isinstance(s, str) else index(s) for s in shape]
    except TypeError:
        raise NotationError(f"the shape of {name} is a tuple of sizes: (3, 'n')") from None
    if any(isinstance(size, int) and not 0 < size < _LARGEST for size in sizes):
        raise NotationError(f"a size of {name} is below 1, or absurdly large")
    text = str(Variable(name, tuple(sizes)))
    return parse_mention(text)._replace(shape=tuple(sizes))


def _plain(text: str) -> str:
    r"""Declarations with the marks of mathematics and of LaTeX as the language spells them.

    >>> _plain(r"A ∈ ℝ^{m×n}, \Sigma[n x n] W^{(1)}[2,3]")
    'A[m,n] Sigma[n,n] W1[2,3]'
    """
    signs = {"times": "×", "in": "∈"}
    text = text.replace(r"\mathbb{R}", "ℝ")
    text = _COMMAND.sub(lambda one: one[1] or signs.get(one[2], one[2]), text)
    text = _MARK.sub(lambda one: one["mark"] or on_the_line(one[0]), text)
    text = _MEMBER.sub(lambda one: f"[{one[1] or one[2]}] ", text)
    text = _SIGN.sub(lambda one: one[1] or " ", text)
    return re.sub(_SHAPE, lambda one: _TIMES.sub(",", one[0]), text)


def _words(text: str) -> Iterator[tuple[Mention, frozenset[str]]]:
    """The declarations in one string, apart by white space, commas or semicolons."""
    text = _plain(text)
    end = 0
    for word in _WORD.finditer(text):
        _refuse(text, end, word.start())
        end = word.end()
        if "(" in word[0]:
            _function(text, word)
            continue
        yield _word(text, word.start(), word[0])
    _refuse(text, end, len(text))


def _function(text: str, word: re.Match[str]) -> tuple[str, Mapped | None]:
    """A function that is declared: entry by entry, ``g(·)``, or of an array, ``f(x[n])[m]``.

    Raises:
        NotationError: It is neither, or its name is that of one of the language.
    """
    place = Place(text, word.start(), word.end())
    found = _FUNCTION.fullmatch(word[0])
    if found is None and _ROUND.fullmatch(word[0]):
        shaped = word[0].replace("(", "[").replace(")", "]")
        raise NotationError(
            f"a shape stands in square brackets, {shaped[:60]}; a function of several variables "
            "is one of a vector: f([x; y])",
            [place],
        )
    if found is None:
        raise NotationError(
            "a function entry by entry is declared g(·) or g(.), one of a vector f(x[n])[m], a "
            "number of it L(x[n]); one of several is one of a vector: f([x; y])",
            [place],
        )
    name, of, shape = found.group("name", "of", "shape")
    if name in RULES or is_defined(name):
        raise NotationError(f"{name} is a function of the language already", [place])
    if of in ("·", ".") and not shape:
        return name, None
    operand = parse_mention(of, text, word.start() + found.start("of"))
    result = parse_mention(f"{name}{shape or ''}")
    return name, Mapped(operand.shape or (), result.shape or ())


def declared_functions(declarations: Declarations) -> Functions:
    """The functions among declarations, ``g(·)`` and ``f(x[n])[m]``.

    Raises:
        NotationError: One cannot be read, or is declared twice, as different things.

    >>> declared_functions("x[n] act(·) f(x[n])[m]")
    {'act': None, 'f': Mapped(operand=('n',), result=('m',))}
    """
    listed = [declarations] if isinstance(declarations, str) else declarations
    texts = [_plain(one) for one in listed if isinstance(one, str)]
    if isinstance(declarations, Mapping):
        return {}
    words = ((text, word) for text in texts for word in _WORD.finditer(text) if "(" in word[0])
    found: dict[str, Mapped | None] = {}
    for text, word in words:
        name, one = _function(text, word)
        if found.setdefault(name, one) != one:
            place = Place(text, word.start(), word.end())
            raise NotationError(f"{name} is declared as two different functions", [place])
    return found


def _refuse(text: str, start: int, stop: int) -> None:
    """Raise for what stands between words and is not white space: a bracket without its pair."""
    for position in range(start, stop):
        if not text[position].isspace():
            what = "closed" if text[position] == "[" else "opened"
            place = Place(text, position, position + 1)
            raise NotationError(f"this {text[position]} is never {what}", [place])


def _word(text: str, start: int, word: str) -> tuple[Mention, frozenset[str]]:
    place = Place(text, start, start + len(word))
    stated, colon, known = word.partition(":")
    if stray := _TRAILING.search(stated):
        behind = Place(text, start + stray.start(), start + stray.start() + 1)
        raise NotationError("no comma follows the last size: x[2]", [behind])
    if stated.startswith("["):
        raise NotationError("a shape follows its name without a space: W[3,2]", [place])
    mention = parse_mention(stated, text, start)._replace(place=place)
    mention = mention._replace(shape=mention.shape or ())
    properties = _properties(text, start + len(stated) + 1, known) if colon else frozenset[str]()
    for one in sorted(properties):
        _check_fit(one, mention)
    return mention, properties


def _properties(text: str, start: int, listed: str) -> frozenset[str]:
    """The properties behind a colon, and those that they imply."""
    found: set[str] = set()
    for name in listed.split(","):
        place = Place(text, start, start + max(1, len(name)))
        start += len(name) + 1
        if not name:
            raise NotationError(
                "a property is missing here: S[n,n]:symmetric,invertible, without a space", [place]
            )
        if name not in PROPERTIES:
            close = near(name, PROPERTIES)
            hint = "" if close else f"; a shape is written x[n]; there are {', '.join(PROPERTIES)}"
            suggestions = [Suggestion("near", one, place) for one in close]
            raise NotationError(f"{name[:40]!r} is no property{hint}", [place], suggestions)
        found.add(name)
    return frozenset(found).union(*(_IMPLIED.get(name, ()) for name in found))


def _check_fit(name: str, mention: Mention) -> None:
    shape: Shape = mention.shape or ()
    square = len(shape) == 2 and shape[0] == shape[1]
    numbers = [size for size in shape if isinstance(size, int)]
    wide = name == "orthogonal" and len(numbers) == 2 and numbers[0] < numbers[1]
    flat = (name in _MATRICES and len(shape) != 2) or (name in _WITH_ROWS and not shape)
    if wide or flat or (name in _SQUARE and not square):
        found = dimensions.times(shape) if shape else "a scalar"
        raise ShapeError(
            f"{name} is said of {PROPERTIES[name]}; {mention.name} is {found}",
            [mention.place],
            dimensions.clashes(shape[:1], shape[1:]),
        )
