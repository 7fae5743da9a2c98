"""Functions as other languages call them."""

from __future__ import annotations

import re
from collections.abc import Collection

from matcalc.expression.functions import is_spelled
from matcalc.inputs.spelled import SPELLED
from matcalc.near import SYNONYMS
from matcalc.operations import RULES, is_elementwise
from matcalc.operations.registry import ELSEWHERE

_REWRITTEN = """transpose t dotproduct inner innerproduct vdot matmul mm bmm mv matrix_power norm2
ones_like zeros_like vector matrix multi_dot array asarray squeeze block
hstack vstack column_stack cat where masked_fill permute swapaxes flatten ravel
float copy item len length nrow ncol drop numel size repmat rep normF
vector_norm matrix_norm diagm unsqueeze expand_dims"""
#: Functions that are written with signs here.
REWRITTEN = frozenset([*_REWRITTEN.split(), *SPELLED])
#: Arguments as PyTorch and Julia name them.
KEYWORDS = {"dim": "axis", "dims": "axis", "keepdim": "keepdims"}
FREE = frozenset(["f", "g", "h", "phi", "psi", "φ", "ψ", "σ", "sigma", "s"])  # of functions
_SLOPE = re.compile(r"d_(\w+)|(\w+?)_?(?:[pP]rime|[dD]eriv(?:ative)?|[gG]rad(?:ient)?)")


def function(word: str, *, called: bool) -> str:
    """The name here of a function, or that by which the writer knows it; nothing if unknown.

    Args:
        word: As it was typed.
        called: Whether a bracket follows it: then what is near counts as well.

    >>> function("Trace", called=True), function("ReLU", called=False)
    ('tr', 'relu')
    """
    lower = word.lower()
    called_here = _called_here(word)
    if called_here:
        return called_here
    if is_spelled(word) and (called or len(word) > 1):
        return word
    if _called_here(lower):
        return _called_here(lower)
    if is_spelled(lower) and len(lower) > 1:
        return lower
    if called and word in REWRITTEN:
        lower = word
    if lower in REWRITTEN and (called or lower == "transpose") and (len(lower) > 1 or called):
        return lower
    known = SYNONYMS.get(lower, "") if called else ""
    return known if known in RULES else ""


def _called_here(word: str) -> str:
    """The name here of a function that has others elsewhere, or two here; nothing of others."""
    return "tr" if word in ("tr", "trace") else ELSEWHERE.get(word, "")


def is_elsewhere(word: str) -> bool:
    """Whether a word is a function of other languages, spelled as they spell it.

    >>> is_elsewhere("dot"), is_elsewhere("Dot"), is_elsewhere("exp"), is_elsewhere("Tr")
    (True, True, False, False)
    """
    rewritten = word in REWRITTEN or (len(word) > 2 and word.lower() in REWRITTEN)
    known = bool(_called_here(word)) or rewritten or bool(slope_of(word))
    return known and not is_spelled(word)


def slope_of(word: str) -> str:
    """The function entry by entry whose derivative a name says to be; nothing of others.

    >>> slope_of("sigmoid_prime"), slope_of("reluGradient"), slope_of("d_tanh"), slope_of("grad")
    ('sigmoid', 'relu', 'tanh', '')
    """
    found = _SLOPE.fullmatch(word)
    base = (found[1] or found[2]) if found else ""
    name = function(base, called=True) if base else ""
    free = base in FREE and word.lower().endswith("prime")
    return base if free or (name in RULES and is_elementwise(name)) else ""


def is_function(word: str, names: Collection[str], *, called: bool = False) -> bool:
    """Whether a word is a function, and not declared as something else."""
    return word not in names and bool(function(word, called=called))
