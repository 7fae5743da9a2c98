"""How people name gradients and layers: ``dL_dz1``, ``grads["W"]``, ``z[1]``, ``W[2][3,2]``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from matcalc.expression import Declarations
from matcalc.scripts import on_the_line, superscript

#: What stands before the name of the variable, the longest first.
PREFIXES = (
    *("dloss_d", "dL_d", "dJ_d", "dE_d", "dC_d", "dl_d", "dLd", "dJd", "dEd", "dCd", "dld"),
    *("nabla_", "grad_", "d_", "d", "∂"),
)
_BEHIND = "_grad"
_KEPT = re.compile(
    r"^(\s*)(?:grads?\[([\"'])d?(?P<key>[^\W\d]\w*)\2\]|(?P<of>[^\W\d]\w*)\.grad)(?=\s*=)"
)
_DELTA = re.compile(r"(?:delta|δ|Δ|d(?=_?[0-9]))_?(?P<number>[0-9]*)")
_Z = re.compile(r"[zZ][0-9]*")
_WHOLE = re.compile(r"g|(?:nabla|grad(?:ient)?)(?:_?[A-Za-z])?|[A-Za-z]_?grad")


def plain_left(claim: str) -> str:
    """A claim whose left side is a name; it is as long as it was.

    >>> plain_left("grads['W2'] = h.T @ dz"), plain_left("W.grad = x.T @ dz")
    ('dW2         = h.T @ dz', 'dW     = x.T @ dz')
    """
    found = _KEPT.match(claim)
    if not found:
        return claim
    name = f"{found[1]}d{found['key'] or found['of']}"
    return name.ljust(found.end()) + claim[found.end() :]


def is_whole(name: str) -> bool:
    """Whether a name is that of a gradient without saying by what: ``grad``, ``grad_L`` of ``∇L``.

    >>> is_whole("grad"), is_whole("grad_L"), is_whole("grad_W1"), is_whole("z")
    (True, True, False, False)
    """
    return bool(_WHOLE.fullmatch(name))


def gradient_of(name: str, known: Container[str]) -> str:
    """What a gradient is by, of its name: ``z1`` of ``dz1`` and of ``dL_dz1``.

    >>> gradient_of("dz1", {"z1"}), gradient_of("dL_dW", {"W"}), gradient_of("dog", {"z"})
    ('z1', 'W', '')
    """
    return next((rest for rest in _without(name) if rest in known), "")


def variable_of(name: str) -> str:
    """The same where it is not known which names there are; of no gradient nothing.

    >>> variable_of("dL_dz1"), variable_of("W")
    ('z1', '')
    """
    return next(iter(_without(name)), "")


def is_layer(name: str) -> bool:
    """Whether a name is what a layer makes before its activation, z or ``Z2``."""
    return bool(_Z.fullmatch(name))


def delta_in(name: str) -> str:
    """One spelling of the delta of a layer; nothing of other names.

    >>> delta_in("δ_2"), delta_in("d3"), delta_in("dz2")
    ('delta2', 'delta3', '')
    """
    match = _DELTA.fullmatch(name)
    return f"delta{match['number']}" if match else ""


def layers(known: Iterable[str]) -> dict[str, str]:
    """What each delta is the gradient by: a layer; without a number the only one.

    >>> layers(["W", "z1", "a1"]), layers(["z1", "z2"])
    ({'delta': 'z1', 'delta1': 'z1'}, {'delta2': 'z2', 'delta1': 'z1'})
    """
    found = [name for name in known if is_layer(name)]
    only = {"delta": found[0]} if len(found) == 1 else {}
    return only | {f"delta{z[1:]}": z for z in reversed(found)}


def _without(name: str) -> list[str]:
    found = [name.removeprefix(each) for each in PREFIXES if name.startswith(each)]
    return found + ([name.removesuffix(_BEHIND)] if name.endswith(_BEHIND) else [])


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
