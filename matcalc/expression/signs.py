"""Signs of other notations, as candidates for what is written here in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcalc import dimensions
from matcalc.errors import Place, Suggestion
from matcalc.scripts import on_the_line, superscript

_AROUND = 80  # characters before and behind a sign
_MODULES = "(?:np|numpy|jnp|torch|scipy|math|mc|matcalc|F)"
_NAME = dimensions.NAME
_SUPERSCRIPT = re.compile(f"[{superscript('0123456789-')}]+")
#: What a sign is replaced by; the first that fits.
_REPLACED = {
    **dict.fromkeys("·⋅×", ("@", "*")),
    **dict.fromkeys("∘⊙", ("*",)),
    "−": ("-",),
    "ᵀ": (".T",),
    "⊤": (".T",),
    "÷": ("/",),
}
_SPELLED = (  # what stands at a sign, with what is around it, and how it is written
    (r"\^\{?(?:T|⊤|\\top)\}?(?!\w)", ".T"),
    (rf"(?P<one>{_NAME})(?:\^(?:\{{-1\}}|\(-1\)|-1(?!\d))|⁻¹)", "inv({one})"),
    (r"\.?\^", "**"),
    (r"\.\*", "*"),
    (r"\./", "/"),
    (r"\.'", ".T"),
    (rf"(?P<one>{_NAME})\s*\\\s*(?P<two>{_NAME})", "solve({one}, {two})"),
    (rf"\|(?P<one>{_NAME})\|", "abs({one})"),
    (rf"\|(?P<one>{_NAME})\|", "det({one})"),
    (r"‖(?P<one>[^‖]+)‖", "norm({one})"),
    (rf"√(?P<one>{_NAME})", "sqrt({one})"),
    (r"√\((?P<one>[^()]+)\)", "sqrt({one})"),
    (rf"(?P<one>{_NAME})\s*⊗\s*(?P<two>{_NAME})", "kron({one}, {two})"),
    (rf"\b{_MODULES}\.(?:\w+\.)*(?P<one>{_NAME})", "{one}"),
    (
        rf"(?P<two>{_NAME}|\([^()]+\)(?:\.T)?)\.(?P<one>sum|mean|trace|max|min|prod)\(\s*\)",
        "{one}({two})",
    ),
    (rf"(?P<one>{_NAME})\.(?:dot|matmul|mm|mv)\((?P<two>[^()]+)\)", "{one} @ ({two})"),
    (rf"(?P<one>{_NAME})\.(?:t|transpose)\(\s*\)", "{one}.T"),
    (r"\.(?:mT|mH|H)\b", ".T"),
    (
        rf"where\(\s*(?P<one>{_NAME})\s*>=?\s*0(?:\.0*)?\s*,\s*(?P<two>{_NAME}|\d+)\s*,"
        rf"\s*(?P<three>{_NAME}|\d+)\s*\)",
        "(step({one}) * {two} + (1 - step({one})) * {three})",
    ),
    (r"\((?P<one>[^()<>]+?)\s*>=?\s*0(?:\.0*)?\s*\)", "step({one})"),
    (rf"(?<![\w.@*/+-])(?<![@*/+-] )(?P<one>{_NAME})\s*>=?\s*0(?![.\d])", "step({one})"),
)
_PATTERNS = tuple((re.compile(pattern), text) for pattern, text in _SPELLED)


def meant(formula: str, position: int) -> Iterator[Suggestion]:
    """What is written in the place of a sign that is none, and of what stands around it.

    >>> [one.mended for one in meant("x^T @ x", 1)]
    ['x.T @ x', 'x**T @ x']
    """
    first = max(0, position - _AROUND)
    for pattern, text in _PATTERNS:
        for match in pattern.finditer(formula, first, position + _AROUND):
            if match.start() <= position < match.end():
                place = Place(formula, match.start(), match.end())
                yield Suggestion("write", text.format(**match.groupdict()), place)
    powers = _SUPERSCRIPT.match(formula, position)
    if powers:
        place = Place(formula, position, powers.end())
        yield Suggestion("write", f"**{on_the_line(powers[0])}", place)
    for sign in _REPLACED.get(formula[position], ()):
        yield Suggestion("write", sign, Place(formula, position, position + 1))
