"""Marks of layers: ``z[1]`` and ``z^1`` in a forward pass, ``W[2][3,2]`` declared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from matcalc.expression import Declarations
from matcalc.scripts import on_the_line, superscript

_MARKED = re.compile(r"(?<![\w\]])(?P<name>[^\W\d]\w*)\[(?P<mark>[0-9]{1,3})\](?!\s*:)")
_GIVEN = re.compile(rf"(?:^|[;\n])\s*{_MARKED.pattern}\s*=(?!=)")
_HIGH = superscript("0123456789")
_LETTERS = rf"[^\W\d{_HIGH}][^\W{_HIGH}]*"
_RAISED = re.compile(
    rf"(?<!\w)(?P<name>{_LETTERS})(?P<mark>\^[0-9]{{1,2}}|\^\{{[0-9]{{1,2}}\}}|[{_HIGH}]{{1,2}})(?!\w)"
)
_RAISED_GIVEN = re.compile(rf"(?:^|[;\n])\s*{_RAISED.pattern}\s*=(?!=)")
_BARE = re.compile(rf"(?<!\w){_LETTERS}(?!\w|\^\{{?[0-9]|[{_HIGH}])")
_DELTAS = ("delta", "δ", "Δ")


class Unmarked(NamedTuple):
    """What was typed, its names without marks; each text is as long as it was."""

    claim: str
    because: str
    variables: Declarations | None
    said: tuple[str, ...] = ()


def without_marks(claim: str, because: str, variables: Declarations | None) -> Unmarked:
    """An equation and its forward pass in names that the language has: ``z1`` for ``z[1]``.

    Brackets are marks where a line of the forward pass gives such a name, or the name without
    brackets, and where a name never stands without them; declared, a mark stands before the shape,
    ``W[2][3,2]``.

    >>> without_marks("dz[1] = W.T @ dz[2]", "z[2] = W @ z[1]", "W[3,2] z[1][2]")[:2]
    ('dz1   = W.T @ dz2  ', 'z2   = W @ z1  ')
    """
    if isinstance(variables, Sequence) and not isinstance(variables, str):
        variables = " ".join(map(str, variables))
    raised = _RAISED_GIVEN.search(because)
    if raised:
        return _without_raised(claim, because, variables, raised)
    given = bool(_GIVEN.search(because))
    layers = set(re.findall(r"[^\W\d]\w*", because))
    bare = set(re.findall(r"[^\W\d]\w*(?![\w\[])", f"{claim};{because}"))
    bare |= {name[1:] for name in bare if name[0] == "d"}  # dy is the gradient by y

    def plain(found: re.Match[str]) -> str:
        if found["name"] in bare or not (given or _is_of(found["name"], found["mark"], layers)):
            return found[0]
        return f"{found['name']}{found['mark']}".ljust(len(found[0]))

    if given and isinstance(variables, str):
        marked = rf"{_MARKED.pattern}(?=\[)"
        variables = re.sub(marked, lambda one: f"{one['name']}{one['mark']}", variables)
    return Unmarked(_MARKED.sub(plain, claim), _MARKED.sub(plain, because), variables)


def _without_raised(
    claim: str, because: str, variables: Declarations | None, raised: re.Match[str]
) -> Unmarked:
    """The same where a line gives a name with a number above it, ``z^1 = W^1 x + b^1``.

    That is no power, nor is it of other names that never stand without one.

    >>> without_marks("dW^2 = dz^2 (a^1)^T", "z^2 = W^2 a^1; L = ‖z^2 - y‖^2", None)[:2]
    ('dW2  = dz2  (a1 )^T', 'z2  = W2  a1 ; L = ‖z2  - y‖^2')
    """
    declared = variables if isinstance(variables, str) else ""
    bare = set(_BARE.findall(f"{claim};{because};{declared}"))
    bare |= {name[1:] for name in bare if name[0] == "d"}

    def plain(found: re.Match[str]) -> str:
        if found["name"] in bare:
            return found[0]
        mark = found["mark"].strip("^{}")
        return f"{found['name']}{on_the_line(mark)}".ljust(len(found[0]))

    name = f"{raised['name']}{raised['mark']}"
    said = f"{name} is given by a line: numbers above names are layers, no powers"
    return Unmarked(_RAISED.sub(plain, claim), _RAISED.sub(plain, because), variables, (said,))


def _is_of(name: str, mark: str, layers: set[str]) -> bool:
    """Whether a name is of a layer: ``delta[2]`` where the forward pass has ``z2``."""
    whole = ("z", "Z") if name in _DELTAS else (name, name.removeprefix("d"))
    return any(f"{each}{mark}" in layers for each in whole)
