r"""What stands around a formula: ``\[ … \]``, a full stop; ``\min_x``, ``@(x)``, ``x ->``."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from matcalc.inputs.nested import closing
from matcalc.inputs.scanning import LineToken

_SOUGHT = frozenset(
    ["min", "max", "argmin", "argmax", "inf", "sup", "minimize", "minimise", "maximize", "maximise"]
)
_NAMED = re.compile(r"(?P<words>(?:arg_?)?(?:min|max)|inf|sup)_(?P<below>\w+)")

_FRAMES = (("\\[", "\\]"), ("\\(", "\\)"), ("$$", "$$"), ("$", "$"))
_SPACES = (" ", "\t", "\n", "\\,", "\\;", "\\:", "\\!", "\\ ", "~", "\\quad", "\\qquad")


def unframed(line: str) -> str:
    r"""A formula without the signs of LaTeX around it, and without the stop of its sentence.

    >>> unframed(r"\[ x^T A x \,. \]"), unframed("x' * A, "), unframed("$x$ $y$")
    ('x^T A x', "x' * A", '$x$ $y$')
    """
    bare = _unstopped(line)
    for start, stop in _FRAMES:
        if (
            bare.startswith(start)
            and bare.endswith(stop)
            and bare.count(start) <= 1 + (start == stop)
        ):
            return _unstopped(bare[len(start) : -len(stop)]).strip()
    return bare if bare != line.rstrip() else line


def _unstopped(line: str) -> str:
    """A line without one stop or comma at its end, and what is white there."""
    bare = _unspaced(line)
    if bare.endswith((".", ",")) and not bare.endswith((",,", "..")):
        return _unspaced(bare[:-1])
    return bare


def _unspaced(line: str) -> str:
    """A line without white space at its end, as LaTeX writes it too."""
    while line.endswith(_SPACES):
        line = line.removesuffix(next(one for one in _SPACES if line.endswith(one)))
    return line


def without_front(tokens: Sequence[LineToken], declared: Collection[str]) -> tuple[int, str]:
    r"""How many tokens stand in front of the formula, and why it cannot be read with them.

    An index, ``\max_i z_i``, is no variable: there the words stay.

    Args:
        tokens: Those of one side of a line, one of kind ``end`` behind them.
        declared: The variables; empty where their names say what they are.

    >>> from matcalc.inputs.scanning import scan
    >>> without_front(scan("@(x) x'*A*x", []), [])
    (4, '')
    >>> without_front(scan(r"\min_{x} f", []), ["x", "f"])[1]
    'min over all x is no function of x'
    """
    last, tokens = len(tokens) - 1, [*tokens, *[tokens[-1]] * 3]
    arguments = _arguments(tokens, declared)
    if arguments:
        return min(arguments, last), ""
    words, k = "", 0
    below: Sequence[LineToken] = ()
    if tokens[0].text == "underset" and tokens[1].text == "{":
        end = closing(tokens, 1)
        below, k = tokens[2:end], end + 1
    braced = bool(below) and tokens[k].text == "{"
    k += braced
    while tokens[k].kind in ("name", "word") and _is_sought(words + _plain(tokens[k])):
        words += _plain(tokens[k])
        k += 1
    k += braced
    named = _NAMED.fullmatch(tokens[k].text)
    if named and tokens[k].text not in declared:  # min_x is one name where no LaTeX is
        words += _plain(tokens[k]._replace(text=named["words"]))
        below, k = [tokens[k]._replace(text=named["below"])], k + 1
    elif not below and tokens[k].text == "_" and words:
        end = closing(tokens, k + 1)
        below = tokens[k + 2 : end] if end > k + 1 else tokens[k + 1 : k + 2]
        k = end + 1
    if words not in _SOUGHT or not _are_variables(below, declared):
        return 0, ""
    over = ", ".join(one.text for one in below if one.kind in ("name", "word"))
    return min(k, last), f"{words} over all {over} is no function of {over}"


def is_signature(tokens: Sequence[LineToken]) -> bool:
    r"""Whether a statement says from where to where a function goes, ``f: \mathbb{R}^n \to …``."""
    texts = [token.text for token in tokens]
    named = tokens[0].kind in ("name", "word") and texts[1:3] in ([":", "R"], [":", "ℝ"])
    return named and "->" in texts


def _plain(token: LineToken) -> str:
    """A word without what ties its parts: ``arg_min``."""
    return token.text.replace("_", "")


def _is_sought(words: str) -> bool:
    """Whether words say what is looked for, or begin to."""
    return words in (*_SOUGHT, "arg")


def _arguments(tokens: Sequence[LineToken], declared: Collection[str]) -> int:
    """How many tokens name the arguments of a function: ``@(x)``, ``x ->``, ``lambda x:``."""
    if tokens[0].kind in ("name", "word") and tokens[1].text == ":":  # f: x ↦ …
        behind = _arguments(tokens[2:], declared)
        return behind + 2 if behind else 0
    said = tokens[0].text in ("@", "function", "lambda")
    start = int(said or tokens[0].kind in ("name", "word"))
    end = start
    if tokens[start].text == "(":
        end = closing(tokens, start) + 1
        inside = tokens[start + 1 : end - 1]
    elif tokens[0].text == "lambda":
        while tokens[end].kind == "name" or tokens[end].text == ",":
            end += 1
        inside = tokens[start:end]
    else:
        inside = tokens[:end]
    if tokens[min(end, len(tokens) - 1)].text == "in":  # x ∈ ℝⁿ ↦ …
        texts = [token.text for token in tokens]
        end = texts.index("maps") if "maps" in texts else end
    if any(one.kind != "name" and one.text != "," for one in inside):
        return 0
    after = tokens[min(end, len(tokens) - 1)].text
    if after == "->" or (after == "maps" and _are_variables(inside, declared)):
        return end + 1
    if tokens[0].text == "lambda":
        return end + 1 if after == ":" and inside else 0
    return end if said and end > start else 0


def _are_variables(below: Sequence[LineToken], declared: Collection[str]) -> bool:
    """Whether what stands below is letters or declared names, perhaps with what they are in."""
    names = []
    for token in below:
        if token.text == "in":
            break
        if token.kind in ("name", "word"):
            names.append(token.text)
        elif token.text != ",":
            return False
    free = (one in declared or (len(one) == 1 and one not in "ijklmn") for one in names)
    return bool(names) and all(free)
