"""A part of a claim in LaTeX, as it was typed: whether it fits or not, in the order it has."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.claims.tree import Tree, trees
from matcalc.errors import MatcalcError
from matcalc.inputs.reading import read_line
from matcalc.notation.names import latex_name
from matcalc.operations import facts_of

_AROUND = {
    "norm": (r"\left\lVert ", r" \right\rVert"),
    "abs": (r"\left\lvert ", r" \right\rvert"),
    "sqrt": (r"\sqrt{", "}"),
}
_SIGNS = {"@": r" \, ", "*": r" \odot ", "+": " + ", "-": " - "}


def claim_latex(text: str) -> str | None:
    r"""A formula or a part of one in LaTeX; nothing where it is no whole formula.

    Args:
        text: The part, in the input language.

    >>> claim_latex("dW = (W3.T @ d3 * r) @ x.T")
    '\\mathit{dW} = \\left(W_{3}^\\top \\, d_{3} \\odot r\\right) \\, x^\\top'
    """
    try:
        *_, line = trees(read_line(text, {}).text)
        shown = _latex(line.tree)
    except (MatcalcError, LookupError):
        return None
    return f"{latex_name(line.name)} = {shown}" if line.name else shown


def factor_latex(text: str) -> str | None:
    """A factor of a line, perhaps with a parenthesis that another one closes."""
    bare = text.strip()
    opened = "(" * (bare.count("(") - bare.count(")"))
    closed = ")" * (bare.count(")") - bare.count("("))
    shown = claim_latex(bare.removeprefix(opened).removesuffix(closed))
    return None if shown is None else f"{opened}{shown}{closed}"


def _latex(tree: Tree) -> str:
    inside = _bare(tree)
    return rf"\left({inside}\right)" if _is_grouped(tree) else inside


def _is_grouped(tree: Tree) -> bool:
    """Whether one pair of parentheses stands around it."""
    text = tree.place.text[tree.place.start : tree.place.stop]
    depth = 0
    for k, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return text[0] == "(" and k == len(text) - 1
    return False


def _bare(tree: Tree) -> str:
    """A part without parentheses around it.

    Raises:
        KeyError: It is of a kind that is not typeset.
    """
    if tree.kind == "operator":
        return _operation(tree)
    return _KINDS[tree.kind](tree)


def _operation(tree: Tree) -> str:
    one, two = tree.args
    if tree.value == "/":
        return rf"\frac{{{_bare(one)}}}{{{_bare(two)}}}"
    if tree.value == "**":
        return f"{_based(one)}^{{{_bare(two)}}}"
    by_number = tree.value == "*" and "number" in (one.kind, two.kind)
    return f"{_latex(one)}{_SIGNS['@' if by_number else tree.value]}{_latex(two)}"


def _call(tree: Tree) -> str:
    if tree.keywords:
        raise KeyError(tree.keywords)
    if tree.value in _AROUND and len(tree.args) == 1:
        before, behind = _AROUND[tree.value]
        return f"{before}{_bare(tree.args[0])}{behind}"
    arguments = ", ".join(map(_bare, tree.args))
    function = _function(tree.value) + "'" * tree.primes
    return rf"{function}\!\left({arguments}\right)"


_KINDS: dict[str, Callable[[Tree], str]] = {
    "name": lambda tree: latex_name(tree.value),
    "number": lambda tree: tree.value,
    "negative": lambda tree: f"-{_latex(tree.args[0])}",
    "transpose": lambda tree: rf"{_based(tree.args[0])}^\top",
    "call": _call,
}


def _based(tree: Tree) -> str:
    """What carries an exponent: in parentheses unless it is one sign."""
    shown = _latex(tree)
    simple = _is_grouped(tree) or tree.kind in ("name", "number", "call")
    return shown if simple else rf"\left({shown}\right)"


def _function(name: str) -> str:
    known = facts_of(name).latex
    if known or not name.isalpha() or len(name) == 1:
        return known or latex_name(name)
    return rf"\operatorname{{{name}}}"
