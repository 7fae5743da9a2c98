"""True formulas in unusual forms: a part is written as something else that is equal to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from columns import evaluated
from neighbours import with_part

from matcalc.claims.tree import Tree, trees, walk

_FORMS: Mapping[str, tuple[str, ...]] = {
    "number": ("3 * {0} - 2 * {0}", "-(-{0})", "{0} / 0.5 / 2", "{0}**1"),
    "column": (
        "diag({0}) @ ones({rows})", "eye({rows}) @ {0}", "{0}.T.T", 'einsum("i->i", {0})',
        "diag({0} @ ones({rows}).T)", "diag(diag({0}))", "ones({rows}) * {0}", "3 * {0} - 2 * {0}",
    ),
    "row": ("{0} @ eye({columns})", "ones({columns}).T @ diag({0}.T)", "({0} + {0}) / 2"),
    "matrix": (
        "eye({rows}) @ {0}", "{0} @ eye({columns})", "{0} * ones(({rows}, {columns}))",
        "{0} * (ones({rows}) @ ones({columns}).T)", 'einsum("ji->ij", {0}.T)', "-(-{0}.T).T",
    ),
    "row @ column": (
        "sum({0}.T * {1})", "tr({1} @ {0})", 'einsum("i,i->", {0}.T, {1})', "{1}.T @ {0}.T",
        "(norm({0}.T + {1})**2 - norm({0}.T - {1})**2) / 4",
    ),
    "column @ row": (
        "outer({0}, {1}.T)", 'einsum("i,j->ij", {0}, {1}.T)', "({1}.T @ {0}.T).T",
        "diag({0}) @ ones(({rows}, {columns})) @ diag({1}.T)",
    ),
    "matrix @ column": (
        "({1}.T @ {0}.T).T", 'einsum("ij,j->i", {0}, {1})', "2 * ({0} @ (0.5 * {1}))",
        "sum({0} * (ones({rows}) @ {1}.T), axis=1)", "diag({0} @ ({1} @ ones({rows}).T))",
    ),
    "matrix @ matrix": ("({1}.T @ {0}.T).T", 'einsum("ij,jk->ik", {0}, {1})'),
    "column * column": (
        "{1} * {0}", "diag({0}) @ {1}", "diag({0} @ {1}.T)", 'einsum("i,i->i", {1}, {0})',
        "(({0} + {1})**2 - ({0} - {1})**2) / 4",
    ),
    "column + column": ("{1} + {0}", "{0} - (-{1})", "({0}.T + {1}.T).T", "-(-{0} - {1})"),
    "column - column": ("-({1} - {0})", "{0} + -1 * {1}"),
    "column / number": ("{0} * (1 / {1})", "{0} * {1}**-1"),
    "relu": ("{0} * step({0})", "({0} + abs({0})) / 2"),
    "step": ("(1 + sign({0})) / 2", "step(2 * {0})"),
    "abs": ("{0} * sign({0})", "relu({0}) + relu(-{0})", "sqrt({0}**2)"),
    "sign": ("step({0}) - step(-{0})", "-sign(-{0})"),
    "tanh": ("2 * sigmoid(2 * {0}) - 1", "-tanh(-{0})"),
    "sigmoid": ("1 / (1 + exp(-{0}))", "1 - sigmoid(-{0})", "(1 + tanh({0} / 2)) / 2"),
    "softmax": ("exp({0}) / sum(exp({0}))",),
    "norm": ("sqrt(sum({0}**2))", "sqrt(tr({0}.T @ {0}))"),
    "inv": ("inv({0}.T).T", "adj({0}) / det({0})", "2 * inv(2 * {0})"),
    "det": ("det({0}.T)", "1 / det(inv({0}))"),
}  # fmt: skip
_KINDS = {(False, False): "number", (True, False): "column", (False, True): "row"}


def unusual(text: str, arrays: Mapping[str, Any], sizes: Mapping[str, int], seed: int) -> str:
    """A formula with up to three parts of it written otherwise."""
    rng = np.random.default_rng(seed)
    for _ in range(1 + seed % 3):
        line = trees(text)[-1].tree
        pairs = [(part, new) for part in walk(line) for new in _forms(part, arrays, sizes)]
        part, new = pairs[rng.integers(len(pairs))]
        text = str(with_part(line, part, trees(new)[-1].tree))
    return text


def _forms(part: Tree, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> Iterator[str]:
    """What is equal to a part; sizes and plain numbers stay."""
    value = _value(part, arrays, sizes)
    if value is None or part.value in sizes or part.kind == "number":
        return
    names = {size: name for name, size in sizes.items()}
    rows, columns = (names.get(size, "1") for size in value.shape)
    keys = [(_kind(value), (part,))]
    if part.kind == "call" and len(part.args) == 1:
        keys.append((part.value, part.args))
    if part.kind == "operator":
        inside = [_value(arg, arrays, sizes) for arg in part.args]
        keys.append((f" {part.value} ".join(map(_kind, inside)), part.args))
    for key, parts in keys:
        for form in _FORMS.get(key, ()):
            yield form.format(*(f"({one})" for one in parts), rows=rows, columns=columns)


def _value(part: Tree, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    if part.kind in ("tuple", "text"):
        return None
    return evaluated(str(part), arrays, sizes)


def _kind(value: Any) -> str:
    rows, columns = value.shape
    return _KINDS.get((rows > 1, columns > 1), "matrix")
