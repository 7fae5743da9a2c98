"""Every exception that matcalc raises on purpose.

MatcalcError
├── NotationError     a variable, a derivative or a pattern is written in a way that cannot be read
├── LayoutError       no such layout, or an array does not have the shape that its layout asks for
├── ShapeError        two sizes that must agree do not
├── ChainError        factors do not link into a chain, or are multiplied in the wrong order
├── ArrayError        an array is not one of finite real numbers
├── TooLargeError     an array, a number or a dimension would be absurdly large
├── UnboundError      numbers were asked for, and a factor or a dimension has none
├── UnknownRuleError  no rule of that name
├── NotDifferentiableError  the derivative does not exist, or no rule for it is known
└── MissingLibraryError     an optional library is needed, and not installed

Each also derives from the built-in exception that it refines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, Self

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")  # of an object that Python shows
_WINDOW = 72  # characters of the user's text shown around a caret


class Place(NamedTuple):
    """A span of what the user wrote: ``text[start:stop]``."""

    text: str
    start: int
    stop: int

    def pointed_at(self) -> str:
        """Two lines: the text, and carets under the span; long text is cut around it."""
        return _pointed([self])


def excerpts(places: Iterable[Place]) -> list[str]:
    """Two lines for each stretch of text that places are in: close neighbours share them.

    >>> print(*excerpts([Place("A @ B", 0, 1), Place("A @ B", 4, 5)]))
      A @ B
      ^   ^
    """
    groups: list[list[Place]] = []
    for place in places:
        if groups and _is_close([*groups[-1], place]):
            groups[-1].append(place)
        else:
            groups.append([place])
    return list(map(_pointed, groups))


def _is_close(places: Sequence[Place]) -> bool:
    start, stop = min(place.start for place in places), max(place.stop for place in places)
    return len({place.text for place in places}) == 1 and stop - start <= _WINDOW // 2


def _pointed(places: Sequence[Place]) -> str:
    """The text around places, and carets under all of them."""
    text, start = places[0].text, min(place.start for place in places)
    first = max(0, min(start - _WINDOW // 2, len(text) - _WINDOW))
    shown = printable(re.sub(r"\s", " ", text[first : first + _WINDOW]))
    before = "…" if first else ""
    after = "…" if first + _WINDOW < len(text) else ""
    marks = [" "] * (len(shown) + 1)
    for place in places:
        from_first = place.start - first
        width = max(1, min(place.stop - first, len(shown)) - from_first)
        marks[from_first : from_first + width] = "^" * width
    carets = (" " * len(before) + "".join(marks)).rstrip()
    return f"  {before}{shown}{after}\n  {carets}"


def listed(names: Iterable[str], joint: str = "and") -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"]), listed("ab", "or")
    ('a, b and c', 'a or b')
    """
    *others, last = names
    return f"{', '.join(others)} {joint} {last}" if others else last


def printable(text: str) -> str:
    """The text with every control or invisible character replaced, one for one."""
    return "".join(character if character.isprintable() else "�" for character in text)


class Suggestion(NamedTuple):
    """One way on from an error, as data: the text that offers it is made from this.

    Attributes:
        kind: ``write`` and ``near`` put a text in the place of a span, ``declare`` adds
            declarations.
        text: What to write, a name that is near, or declarations.
        place: The span that the text replaces; ``None`` where nothing is replaced.
        purpose: What it is for, where several ways differ in meaning: ``to scale columns``.
    """

    kind: Literal["write", "near", "declare"]
    text: str
    place: Place | None = None
    purpose: str = ""

    @property
    def mended(self) -> str | None:
        """The whole of what the user wrote, with the text in its place.

        >>> Suggestion("write", "W @ x", Place("tanh(W*x)", 5, 8)).mended
        'tanh(W @ x)'
        """
        if self.place is None:
            return None
        written, start, stop = self.place
        return written[:start] + self.text + written[stop:]

    def said(self) -> str:
        """The text, and what it is for."""
        return f"{self.text.strip()} {self.purpose}".strip()


def advice(suggestions: Iterable[Suggestion]) -> str:
    """Suggestions as the end of a message.

    >>> advice([Suggestion("write", "A @ x"), Suggestion("write", "A.T @ x")])
    '; write A @ x, or A.T @ x'
    """
    listed = tuple(suggestions)
    text = ""
    for kind, lead, joint in _LEADS:
        said = [one.said() for one in listed if one.kind == kind]
        text += f"; {lead} {joint.join(said)}" if said else ""
    return text


_LEADS = (("near", "near:", ", "), ("write", "write", ", or "), ("declare", "declare", ", or "))


class MatcalcError(Exception):
    """The root of the tree: catches everything that matcalc raises on purpose.

    Attributes:
        stated: What was asked, and what was found.
        places: The spans of the user's text that the message is about.
        suggestions: What to do next; what a formula is told was tried: it reads and fits.

    >>> import matcalc as mc
    >>> try:
    ...     mc.derive("A @ x", wrt="x", variables="A[m,n] x[m]", layout="numerator")
    ... except mc.MatcalcError as error:
    ...     [one.text for one in error.suggestions]
    ['A.T @ x', 'x.T @ A']
    """

    def __init__(
        self,
        message: str,
        places: Iterable[Place] = (),
        suggestions: Iterable[Suggestion] = (),
    ) -> None:
        super().__init__(message)
        self.stated = _ADDRESS.sub("", message)
        self.places = tuple(places)
        self.suggestions = tuple(suggestions)

    @property
    def message(self) -> str:
        """What is stated, with the suggestions behind it."""
        return self.stated + advice(self.suggestions)

    def __str__(self) -> str:
        return "\n".join([self.message, *excerpts(self.places)])

    def changed(self, **new: Any) -> Self:
        """The same error with another message, other places or other suggestions."""
        return type(self)(**{**self._arguments(), **new})

    def moved(self, move: Callable[[Place], Place]) -> Self:
        """The same error with every place moved, into the text that it is a part of."""
        suggestions = [
            one if one.place is None else one._replace(place=move(one.place))
            for one in self.suggestions
        ]
        return self.changed(places=map(move, self.places), suggestions=suggestions)

    def _arguments(self) -> dict[str, Any]:
        return {
            "message": self.stated,
            "places": self.places,
            "suggestions": self.suggestions,
        }

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (type(self), self._arguments())


def _made(kind: type[MatcalcError], arguments: dict[str, Any]) -> MatcalcError:
    return kind(**arguments)


class NotationError(MatcalcError, ValueError):
    """Something is written in a way that cannot be read.

    >>> import matcalc as mc
    >>> try:
    ...     mc.parse_variable("x[")
    ... except mc.NotationError as error:
    ...     print(error.message)
    write a variable as x[3,2] or x=3,2, or x alone
    """


class LayoutError(MatcalcError, ValueError):
    """There is no such layout, or an array does not have the shape that its layout asks for.

    >>> import matcalc as mc
    >>> try:
    ...     mc.derive("x", wrt="x", variables="x[n]", layout="gradient")
    ... except mc.LayoutError as error:
    ...     print(error.message)
    no layout 'gradient': there are numerator and denominator
    """


class ShapeError(MatcalcError, ValueError):
    """Two sizes that must agree do not.

    Attributes:
        clashes: The sizes, numbers or names, that would have to be equal; none where that alone
            would not help.

    >>> import matcalc as mc
    >>> try:
    ...     mc.derive("A @ x", wrt="x", variables="A[m,n] x[m]", layout="numerator")
    ... except mc.ShapeError as error:
    ...     error.stated, error.clashes
    ('A @ x does not fit: A is m×n, x is m×1: n against m', (('n', 'm'),))
    """

    def __init__(
        self,
        message: str,
        places: Iterable[Place] = (),
        clashes: Iterable[tuple[int | str, int | str]] = (),
        suggestions: Iterable[Suggestion] = (),
    ) -> None:
        super().__init__(message, places, suggestions)
        self.clashes = tuple(clashes)

    def _arguments(self) -> dict[str, Any]:
        return {**super()._arguments(), "clashes": self.clashes}


class ChainError(MatcalcError, ValueError):
    """Factors do not link into a chain, or are multiplied in the wrong order.

    >>> import matcalc as mc
    >>> try:
    ...     mc.chain("∂L/∂a", "∂x/∂y")
    ... except mc.ChainError as error:
    ...     print(error.message)
    a chain links Jacobians; found a str
    """


class ArrayError(MatcalcError, ValueError):
    """An array is not one of finite real numbers.

    >>> import matcalc as mc
    >>> try:
    ...     mc.evaluate("x", x=[1.0, float("nan")])
    ... except mc.ArrayError as error:
    ...     print(error.message)
    x is not finite: nan at [1]
    """


class TooLargeError(MatcalcError, ValueError):
    """An array, a number or a dimension would be absurdly large.

    >>> import matcalc as mc
    >>> try:
    ...     mc.evaluate("eye(100000)")
    ... except mc.TooLargeError as error:
    ...     print(error.message.partition(",")[0])
    a dense array of 100000×100000 takes 8e+10 bytes
    """


class UnboundError(MatcalcError, ValueError):
    """Numbers were asked for, and a factor or a dimension has none.

    >>> import matcalc as mc
    >>> try:
    ...     mc.trace(lambda x: float(x), "x")
    ... except mc.UnboundError as error:
    ...     print(error.message)
    float(x) asks for values, and a formula has none; leave float() out, and write np.exp(x)
    """


class UnknownRuleError(MatcalcError, LookupError):
    """There is no rule of that name.

    >>> import matcalc as mc
    >>> try:
    ...     mc.find_rule("softmaxx")
    ... except mc.UnknownRuleError as error:
    ...     print([one.text for one in error.suggestions])
    ['softmax']
    """


class NotDifferentiableError(MatcalcError, ValueError):
    """The derivative does not exist, or no rule for it is known.

    >>> import matcalc as mc
    >>> try:
    ...     mc.trace(lambda x: x.argmax(), "x[n]")
    ... except mc.NotDifferentiableError as error:
    ...     print(error.message)
    the method argmax of an array cannot be traced
    """


class MissingLibraryError(MatcalcError, ImportError):
    """An optional library is needed, and not installed."""
