"""Names of variables and shapes as books write them, in LaTeX and in Unicode."""

from __future__ import annotations

import re

from matcalc.dimensions import NAME, Dimension, Shape
from matcalc.scripts import subscript, superscript
from matcalc.variables import Variable, second_derivative

_WORDS = (
    "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega α alpha β beta γ gamma "
    "δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho "
    "σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega"
)
_LETTERS: dict[str, str] = dict(re.findall(r"(\S) (\S+)", _WORDS))
_GREEK = {word: letter for letter, word in _LETTERS.items()}
_INDEXED = re.compile(r"(?P<stem>.+?)_?(?P<index>[0-9]+)\Z")
_APPLIED = re.compile(r"(\w+)\((.+)\)\Z")  # the free entries of a matrix: vech(S)
_SHORT_PRODUCT = r"([0-9]+|[aehijklmnoprstuv])(\*[aehijklmnoprstuv])*"
_SHORT_SUM = rf"{_SHORT_PRODUCT}([+-]{_SHORT_PRODUCT})*"


def latex_name(name: str) -> str:
    r"""A name as LaTeX: digits at the end are an index, Greek words are letters.

    >>> latex_name("W2"), latex_name("alpha"), latex_name("loss_fn")
    ('W_{2}', '\\alpha', '\\mathit{loss\\_fn}')
    >>> print(latex_name("vech(S)"))
    \operatorname{vech}(S)
    """
    function = _APPLIED.match(name)
    if function:
        return rf"\operatorname{{{function[1]}}}({latex_name(function[2])})"
    stem, index = _indexed(name)
    return f"{_stem(stem)}_{{{index}}}" if index else _stem(name)


def _indexed(name: str) -> tuple[str, str]:
    """A name and the index at its end, which may be empty."""
    match = _INDEXED.match(name)
    if match and not match["stem"][-1].isdigit() and match["stem"].strip("_"):
        return match["stem"], match["index"]
    return name, ""


def unicode_name(name: str) -> str:
    """A name in Unicode: digits at the end are an index, Greek words are letters.

    >>> unicode_name("W2"), unicode_name("x_1"), unicode_name("lambda"), unicode_name("loss_fn")
    ('W₂', 'x₁', 'λ', 'loss_fn')
    >>> unicode_name("vech(S2)"), unicode_name("∂f/∂W2")
    ('vech(S₂)', '∂f/∂W₂')
    """
    return re.sub(r"\w+", lambda match: _unicode_word(match[0]), name)


def _unicode_word(name: str) -> str:
    stem, index = _indexed(name)
    return _GREEK.get(stem, stem) + subscript(index)


def greek_word(letter: str) -> str:
    """The name of a Greek letter; nothing for any other character.

    >>> greek_word("λ"), greek_word("x")
    ('lambda', '')
    """
    return _LETTERS.get(letter, "")


def greek_letter(word: str) -> str:
    """The Greek letter of a name; nothing for any other word.

    >>> greek_letter("lambda"), greek_letter("x")
    ('λ', '')
    """
    return _GREEK.get(word, "")


def _stem(name: str) -> str:
    name = _LETTERS.get(name, name)
    if name in _GREEK:
        return f"\\{name}"
    if len(name) == 1 and name != "_":
        return name
    return latex_plain(name)


def latex_plain(name: str) -> str:
    """A name as LaTeX, letter by letter."""
    spelled = "".join(f"\\{_LETTERS[c]} " if c in _LETTERS else c for c in name)
    return r"\mathit{" + spelled.replace("_", r"\_") + "}"


def latex_derivative(of: Variable, wrt: Variable) -> str:
    r"""A derivative as a fraction.

    >>> latex_derivative(Variable("L", ()), Variable("W2", (3, 2)))
    '\\frac{\\partial L}{\\partial W_{2}}'
    """
    twice = second_derivative(of, wrt)
    if twice is None:
        return rf"\frac{{\partial {latex_name(of.name)}}}{{\partial {latex_name(wrt.name)}}}"
    above, one, two = map(latex_name, twice)
    below = rf"\partial {one}^2" if one == two else rf"\partial {one} \partial {two}"
    return rf"\frac{{\partial^2 {above}}}{{{below}}}"


def latex_shape(shape: Shape) -> str:
    r"""A shape with crosses.

    >>> latex_shape((3, "n"))
    '3 \\times n'
    """
    sizes = [latex_size(size).replace(" ", r" \cdot ") for size in shape]
    return r" \times ".join(f"({size})" if set(size) & set("+-") else size for size in sizes)


def latex_size(size: Dimension) -> str:
    r"""A size as LaTeX, factors side by side.

    >>> latex_size("4*h"), latex_size("batch"), latex_size("n**2+1")
    ('4 h', '\\mathit{batch}', 'n^{2}+1')
    """
    named = re.sub(NAME, lambda match: latex_name(match[0]), str(size))
    return re.sub(r"\*\*([0-9]+)", r"^{\1}", named).replace("*", " ")


def lowered(shape: Shape) -> str:
    """A shape as an index in Unicode; behind ``_`` where Unicode lacks a letter.

    >>> lowered(("n",)), lowered((3, "2*n")), lowered(("d",)), lowered(("d", "n+1"))
    ('ₙ', '₃ₓ₂ₙ', '_d', '_(d×(n+1))')
    """
    sizes = [str(size) for size in shape]
    short = _SHORT_SUM if len(sizes) == 1 else _SHORT_PRODUCT
    if all(re.fullmatch(short, size) for size in sizes):
        return subscript("x".join(sizes).replace("*", ""))
    if len(sizes) == 1:
        spelled = spelled_size(sizes[0])
        return f"_{spelled}" if re.fullmatch(NAME, sizes[0]) else f"_({spelled})"
    return f"_({spelled_shape(shape)})"


def spelled_shape(shape: Shape) -> str:
    """A shape in Unicode with crosses.

    >>> spelled_shape(("m", "n+1")), spelled_shape(("2*n", 3)), spelled_shape(())
    ('m×(n+1)', '2n×3', '1')
    """
    sizes = [str(size) for size in shape]
    sided = [spelled_size(f"({size})" if set(size) & set("+-") else size) for size in sizes]
    return "×".join(sided) or "1"


def spelled_size(size: str) -> str:
    """A size in Unicode, factors side by side, apart where one is more than a letter.

    >>> spelled_size("2*p*q"), spelled_size("batch*n"), spelled_size("n**2/2+n/2")
    ('2pq', 'batch n', 'n²/2+n/2')
    """
    between = "" if all(len(name) == 1 for name in re.findall(NAME, size)) else " "
    named = re.sub(NAME, lambda match: unicode_name(match[0]), size)
    named = re.sub(r"\*\*([0-9]+)", lambda match: superscript(match[1]), named)
    return named.replace("*", between)
