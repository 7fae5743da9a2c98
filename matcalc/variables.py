"""Variables and derivatives, and how people write them: ``"W[3,2]"``, ``"z[3] / W[3,2]"``.

A name without brackets leaves its shape open: another mention of the name may state it, and
what nobody states is a scalar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import ChainError, NotationError, Place, ShapeError, printable

_LENGTH = 2000  # of one variable or derivative as written
_RANK = 16
_NAME = re.compile(dimensions.NAME)


def word(name: str) -> str:
    """The name of a variable as a word that code may hold.

    >>> word("vech(S)")
    'vech_S'
    """
    return re.sub(r"\W+", "_", name).strip("_")


class Variable(NamedTuple):
    """A named array with a shape.

    >>> str(Variable("W", (3, "n")))
    'W[3,n]'
    """

    name: str
    shape: Shape

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> Dimension:
        """The number of entries."""
        return dimensions.product(self.shape)

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.shape))}]" if self.shape else self.name


def ratio(of: Variable, wrt: Variable) -> str:
    """A derivative by its names.

    >>> ratio(Variable("z", (3,)), Variable("x", (2,)))
    '∂z/∂x'
    >>> ratio(Variable("∂f/∂x", (3,)), Variable("y", (2,)))
    '∂²f/∂x∂y'
    """
    twice = second_derivative(of, wrt)
    if twice is None:
        return f"∂{of.name}/∂{wrt.name}"
    above, one, two = twice
    return f"∂²{above}/∂{one}²" if one == two else f"∂²{above}/∂{one}∂{two}"


def second_derivative(of: Variable, wrt: Variable) -> tuple[str, str, str] | None:
    """What is differentiated twice, and by what, if ``of`` is a derivative itself."""
    above, slash, below = of.name.partition("/∂")
    return (above.removeprefix("∂"), below, wrt.name) if slash else None


class Mention(NamedTuple):
    """A variable as somebody wrote it, at some place, perhaps without its shape."""

    name: str
    shape: Shape | None
    place: Place


def parse_mention(text: str, whole: str | None = None, offset: int = 0) -> Mention:
    """Read one variable: ``"W[3,2]"``, ``"W[m,n]"``, ``"W=3,2"``, or ``"L"`` with its shape open.

    Args:
        text: The variable.
        whole: What the user wrote, of which ``text`` is a part; for the caret.
        offset: Where ``text`` starts in ``whole``.

    Raises:
        NotationError: It cannot be read; a size is zero or negative.
    """
    whole = text if whole is None else whole
    if len(text) > _LENGTH:
        raise NotationError(f"a variable is at most {_LENGTH} characters long, not {len(text)}")
    start = offset + len(text) - len(text.lstrip())
    body = text.strip()
    place = Place(whole, start, start + len(body))
    match = _NAME.match(body)
    if match is None:
        raise NotationError(_why_no_name(body), [place])
    name, rest = match[0], body[match.end() :].strip()
    if not rest:
        return Mention(name, None, place)
    bracketed = rest[0] == "[" and rest[-1] == "]" and len(rest) > 1
    if bracketed or rest[0] == "=":
        sizes = rest[1:] if rest[0] == "=" else rest[1:-1]
        first = start + body.index(rest[0], match.end()) + 1
        return Mention(name, _shape(sizes, whole, first), place)
    raise NotationError(
        f"write a variable as {name}[3,2] or {name}=3,2, or {name} alone",
        [Place(whole, start + match.end(), start + len(body))],
    )


def _why_no_name(body: str) -> str:
    if not body:
        return "a variable is missing here"
    shown = printable(body if len(body) < 40 else body[:40] + "…")
    return f"{shown!r} does not begin with a name; write a variable as z[3], W[m,n] or L"


def _shape(sizes: str, whole: str, first: int) -> Shape:
    """The sizes between brackets; ``first`` is where they start in ``whole``."""
    if not sizes.strip():
        return ()
    shape: list[Dimension] = []
    for part in sizes.split(","):
        place = Place(whole, first, first + len(part))
        if not part.strip():
            raise NotationError("a size is missing between commas", [place])
        shape.append(dimensions.parse(part.strip(), place))
        first += len(part) + 1
    if len(shape) > _RANK:
        raise NotationError(f"a variable has at most {_RANK} axes, not {len(shape)}")
    return tuple(shape)


def parse_ratio(text: str) -> tuple[Mention, Mention]:
    """Read a derivative: ``"z[3] / W[3,2]"`` is the pair of z and W; a ``∂`` before each is fine.

    Raises:
        NotationError: It is not two variables with one ``/`` between them.
    """
    if len(text) > _LENGTH:
        raise NotationError(f"a derivative is at most {_LENGTH} characters long, not {len(text)}")
    parts = text.split("/")
    if len(parts) != 2:
        slash = text.rfind("/") if len(parts) > 2 else len(text)
        raise NotationError(
            "a derivative is two variables with one / between them: z[3] / W[3,2]",
            [Place(text, max(slash, 0), max(slash, 0) + 1)],
        )
    above, below = parts
    return _part(above, text, 0), _part(below, text, len(above) + 1)


def _part(part: str, whole: str, offset: int) -> Mention:
    bare = part.lstrip()
    skipped = len(part) - len(bare) + bare.startswith("∂")
    return parse_mention(part[skipped:], whole, offset + skipped)


class Resolved(NamedTuple):
    """Variables with their shapes, and the names that were taken as scalars for want of one."""

    variables: dict[str, Variable]
    taken_as_scalar: tuple[str, ...]


def resolve(mentions: Iterable[Mention]) -> Resolved:
    """Give each name the shape that some mention states.

    Raises:
        ShapeError: Two mentions state different shapes; both places are shown.
        NotationError: A name is both a variable and a dimension.
    """
    stated: dict[str, Mention] = {}
    for mention in mentions:
        known = stated.setdefault(mention.name, mention)
        if known.shape is None:
            stated[mention.name] = mention
        elif mention.shape is not None and mention.shape != known.shape:
            raise _clash(known, mention)
    _refuse_names_of_dimensions(stated)
    variables = {name: Variable(name, mention.shape or ()) for name, mention in stated.items()}
    scalars = tuple(name for name, mention in stated.items() if mention.shape is None)
    return Resolved(variables, scalars)


def _clash(one: Mention, two: Mention) -> ShapeError:
    first, second = one.shape or (), two.shape or ()
    if len(first) != len(second):
        found = f"{len(first)} axes in one place and {len(second)} in another"
    else:
        axis = next(k for k, (a, b) in enumerate(zip(first, second, strict=True)) if a != b)
        where = f"axis {axis + 1}" if len(first) > 1 else "its size"
        found = f"{where} is {first[axis]} in one place and {second[axis]} in another"
    return ShapeError(
        f"{one.name} has two shapes: {found}{_layers(one, two)}", [one.place, two.place]
    )


def _layers(one: Mention, two: Mention) -> str:
    """What ``z[1]`` and ``z[2]`` are, where they may have been meant as layers."""
    shapes: tuple[Shape, Shape] = (one.shape or (), two.shape or ())
    if any(len(shape) != 1 or not isinstance(shape[0], int) for shape in shapes):
        return ""
    sizes = [shape[0] for shape in shapes]
    names = " and ".join(f"{one.name}{size}" for size in sizes)
    return f"; in brackets are sizes, layers are named {names}"


def _refuse_names_of_dimensions(stated: dict[str, Mention]) -> None:
    for mention in stated.values():
        for dimension in mention.shape or ():
            for name in sorted(dimensions.names(dimension) & stated.keys()):
                raise NotationError(
                    f"{name} is both a variable and a dimension; rename one of them",
                    [stated[name].place, mention.place],
                )


def parse_variable(text: str) -> Variable:
    """Read one variable; a name without a shape is a scalar.

    >>> parse_variable("W[3,n]"), parse_variable("L")
    (Variable(name='W', shape=(3, 'n')), Variable(name='L', shape=()))
    """
    mention = parse_mention(text)
    return resolve([mention]).variables[mention.name]


def parse_derivative(text: str) -> tuple[Variable, Variable]:
    """Read a derivative whose shapes are all stated; a name without one is a scalar.

    Returns:
        The variable above the line and the one below.

    Raises:
        NotationError, ShapeError: It cannot be read.

    >>> of, wrt = parse_derivative("z[3] / W[3,2]")
    >>> str(of), str(wrt)
    ('z[3]', 'W[3,2]')
    """
    above, below = parse_ratio(text)
    variables = resolve([above, below]).variables
    if above.name == below.name:
        raise ChainError(
            f"∂{above.name}/∂{above.name} is the identity; give the two variables different names",
            [above.place, below.place],
        )
    return variables[above.name], variables[below.name]
