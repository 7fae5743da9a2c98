"""How people name a gradient: ``dz1``, ``dL_dz1``, ``grad_W``, ``W_grad``, ``grads["W"]``."""

from __future__ import annotations

import re
from collections.abc import Container

#: What stands before the name of the variable, the longest first.
PREFIXES = (
    *("dloss_d", "dL_d", "dJ_d", "dE_d", "dC_d", "dl_d", "dLd", "dJd", "dEd", "dCd", "dld"),
    *("nabla_", "grad_", "d_", "d", "∂"),
)
_BEHIND = "_grad"
_KEPT = re.compile(
    r"^(\s*)(?:grads?\[([\"'])d?(?P<key>[^\W\d]\w*)\2\]|(?P<of>[^\W\d]\w*)\.grad)(?=\s*=)"
)
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


def _without(name: str) -> list[str]:
    found = [name.removeprefix(each) for each in PREFIXES if name.startswith(each)]
    return found + ([name.removesuffix(_BEHIND)] if name.endswith(_BEHIND) else [])
