"""Several lines of a backward pass: each judged given the ones before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcalc.claims.answer import Checked
from matcalc.claims.checking import NoGradientError, check_formula
from matcalc.claims.gradient_names import variable_of
from matcalc.errors import NotationError, Place, listed
from matcalc.expression import Declarations

_LINES = 50
_WORD = r"(?<![\w'])%s(?![\w'(\[])"


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line of a backward pass, judged.

    Attributes:
        number: Which one it is, from 1.
        found: The answer; nothing for a line that only gives a name to a part.
        text: The line as it was typed.
        name: What it gives.
        uses: The numbers of the lines before it whose result it uses.
    """

    number: int
    found: Checked | None
    text: str
    name: str
    uses: tuple[int, ...]


def check_lines(
    lines: Sequence[str],
    *,
    because: str,
    variables: Declarations | None = None,
    layout: str | None = None,
    notation: str | None = None,
) -> tuple[JudgedLine, ...]:
    """Each line of a backward pass, judged given the ones before.

    A gradient that a line uses is taken as right there, so that a mistake is found once.

    Args:
        lines: The lines, ``"dz3 = a3 - y"``; one whose left side is no gradient names a part.
        because: The forward pass.
        variables: The shapes.
        layout: How gradients are written.
        notation: In which notation the lines are; found out where it is not said.

    Raises:
        NotationError: A line cannot be read, or is named as a gradient that the forward pass does
            not have, and no line after it uses it.
    """
    if len(lines) > _LINES:
        raise NotationError(f"{len(lines)} lines: at most {_LINES} are checked")
    parts: dict[str, str] = {}
    unknown: dict[int, NotationError] = {}
    judged: list[JudgedLine] = []
    for number, text in enumerate(lines, 1):
        name, equals, right = (one.strip() for one in text.partition("="))
        if not equals:
            raise NotationError("a line names what it gives: dz3 = a3 - y", [Place(text, 0, 1)])
        bare = name.partition("[")[0].strip()
        uses = tuple(one.number for one in judged if _uses(right, one.name))
        meant = f"{name} = {_with(right, parts)}" if parts else text
        try:
            found = check_formula(
                meant, because=because, variables=variables, layout=layout, notation=notation
            )
        except NoGradientError as error:
            if not bare.isidentifier():
                raise
            found = None
            parts[bare] = _with(right, parts)
            unknown[number] = error
        judged.append(JudgedLine(number, found, text, bare, uses))
    _refuse_unjudged(judged, unknown)
    return tuple(judged)


def _refuse_unjudged(lines: Sequence[JudgedLine], unknown: Mapping[int, NotationError]) -> None:
    """Refuse lines that are about no gradient, and a gradient that is not known and not used.

    Raises:
        NotationError: There are such.
    """
    if all(one.found is None for one in lines):
        first = lines[0].text
        raise NotationError(
            "no line gives a gradient of the forward pass: dz2 = …, of a line z2 = …",
            [Place(first, 0, max(1, len(first)))],
        )
    for one in _unused(lines):
        if variable_of(one.name):
            raise unknown[one.number]


def _unused(lines: Sequence[JudgedLine]) -> list[JudgedLine]:
    """The lines that name a part which no line uses: nothing was judged in them."""
    used = {number for one in lines for number in one.uses}
    return [one for one in lines if one.found is None and one.number not in used]


def _uses(text: str, name: str) -> bool:
    return bool(name and re.search(_WORD % re.escape(name), text))


def _with(text: str, parts: dict[str, str]) -> str:
    """A text with the names of parts replaced by what they are."""
    for name, meaning in parts.items():
        text = f"({meaning})".join(re.split(_WORD % re.escape(name), text))
    return text


def summary(lines: Sequence[JudgedLine]) -> str:
    """Which lines are right, which are wrong, and which follow rightly from a wrong one.

    >>> summary([])
    ''
    """
    judged = [one for one in lines if one.found is not None]
    if not judged:
        return ""
    wrong = [one.number for one in judged if not one.found]
    unused = [one.number for one in _unused(lines)]
    verb = "was" if len(unused) == 1 else "were"
    apart = [f"{_numbers(unused)} gave no gradient, and {verb} not judged"] if unused else []
    if not wrong:
        return "; ".join([f"every {'other ' if apart else ''}line is right", *apart])
    spoilt = set(wrong)
    for one in lines:
        if spoilt & set(one.uses):
            spoilt.add(one.number)
    follow = [one.number for one in judged if one.found and one.number in spoilt]
    right = [one.number for one in judged if one.found and one.number not in spoilt]
    said = [f"{_lines(wrong)} wrong"]
    if follow:
        verb = "follows" if len(follow) == 1 else "follow"
        said.append(f"{_numbers(follow)} {verb} rightly from what is wrong")
    if right:
        said.append(f"{_lines(right)} right")
    return "; ".join([*said, *apart])


def _lines(numbers: Sequence[int]) -> str:
    return f"{_numbers(numbers)} {'is' if len(numbers) == 1 else 'are'}"


def _numbers(numbers: Sequence[int]) -> str:
    return f"line{'s' * (len(numbers) > 1)} {listed(map(str, numbers))}"
