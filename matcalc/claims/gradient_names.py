"""How people name a gradient: ``dz1``, ``dL_dz1``, ``grad_W``."""

from __future__ import annotations

from collections.abc import Container

#: What stands before the name of the variable, the longest first.
PREFIXES = ("dL_d", "dJ_d", "dE_d", "dC_d", "dl_d", "dloss_d", "grad_", "d_", "d", "∂")


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
    return [name.removeprefix(each) for each in PREFIXES if name.startswith(each)]
