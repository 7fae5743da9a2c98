"""Names of variables and shapes as LaTeX."""

from __future__ import annotations

import re

from matcalc.dimensions import Shape
from matcalc.variables import Variable

_WORDS = (
    "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega α alpha β beta γ gamma "
    "δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho "
    "σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega"
)
_LETTERS = dict(re.findall(r"(\S) (\S+)", _WORDS))
_GREEK = frozenset(_LETTERS.values())
_INDEXED = re.compile(r"(?P<stem>.+?)_?(?P<index>[0-9]+)\Z")


def latex_name(name: str) -> str:
    r"""A name as LaTeX: digits at the end are an index, Greek words are letters.

    >>> latex_name("W2"), latex_name("alpha"), latex_name("loss_fn")
    ('W_{2}', '\\alpha', '\\mathit{loss\\_fn}')
    """
    match = _INDEXED.match(name)
    if match and not match["stem"][-1].isdigit() and match["stem"].strip("_"):
        return f"{_stem(match['stem'])}_{{{match['index']}}}"
    return _stem(name)


def _stem(name: str) -> str:
    name = _LETTERS.get(name, name)
    if name in _GREEK:
        return f"\\{name}"
    if len(name) == 1 and name != "_":
        return name
    spelled = "".join(f"\\{_LETTERS[c]} " if c in _LETTERS else c for c in name)
    return r"\mathit{" + spelled.replace("_", r"\_") + "}"


def latex_derivative(of: Variable, wrt: Variable) -> str:
    r"""A derivative as a fraction.

    >>> latex_derivative(Variable("L", ()), Variable("W2", (3, 2)))
    '\\frac{\\partial L}{\\partial W_{2}}'
    """
    return rf"\frac{{\partial {latex_name(of.name)}}}{{\partial {latex_name(wrt.name)}}}"


def latex_shape(shape: Shape) -> str:
    r"""A shape with crosses.

    >>> latex_shape((3, "n"))
    '3 \\times n'
    """
    sizes = [re.sub(r"\*\*([0-9]+)", r"^{\1}", str(size)) for size in shape]
    sizes = [f"({size})" if "+" in size else size for size in sizes]
    return r" \times ".join(size.replace("*", r" \cdot ") for size in sizes)
