"""How people name a gradient: ``dz1``, ``dL_dz1``, ``grad_W``, ``W_grad``, ``grads["W"]``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

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
