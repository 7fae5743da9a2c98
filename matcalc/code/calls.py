"""Calls of the operations in the table of rules, as NumPy source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from matcalc.code.helpers import argument_defaults, helper_imports, helper_sources
from matcalc.code.spelling import ATOM, SUM, Spelled, within
from matcalc.dimensions import Shape
from matcalc.operations import RULES, find_rule

_IMPORTED = {
    "erf": ("erf({0})", "from scipy.special import erf"),
    "Phi": ("ndtr({0})", "from scipy.special import ndtr"),
    "expm": ("expm({0})", "from scipy.linalg import expm"),
    "pi": ("np.pi", ""),
    "norm": ("np.linalg.norm({0})", ""),
}
_HELPED = frozenset({"sigmoid"})  # a helper is faster than the template of the table


class Call(NamedTuple):
    """A call as source, and what must stand before the function that makes it."""

    text: Spelled
    imports: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    argument: str = ""  # a function that the caller must give


def spell_call(name: str, extra: Sequence[str], arguments: Sequence[Spelled], shape: Shape) -> Call:
    """A call of an operation, its arguments spelled already.

    Args:
        name: The operation; a name with primes is a function that nobody declared.
        extra: Its parameters as the notation writes them: ``axis=0``.
        arguments: What it is applied to.
        shape: The shape of the result, which an operation of no operand needs.
    """
    if name in _IMPORTED:
        template, line = _IMPORTED[name]
        return Call(Spelled(_filled(template, arguments, {})), (line,) if line else ())
    rule = RULES.get(name)
    if rule is None or not isinstance(rule.function, str):
        given = "d" * name.count("'") + name.rstrip("'")
        return Call(Spelled(f"{given}({_listed(arguments)})"), argument=given)
    values = _parameters(name, extra)
    if name not in _HELPED and not rule.function.isidentifier():
        text = _filled(rule.function, arguments, values)
        return Call(Spelled(text, ATOM if _is_atom(text) else SUM))
    helper = name if name in _HELPED else rule.function
    first = [one.text for one in arguments] or [str(tuple(shape))]
    known = argument_defaults(helper)
    stated = [
        f"{key}={value}" if key in known else value
        for key, value in values.items()
        if value != "None" or known.get(key) != "None"
    ]
    words = ", ".join([*first, *stated])
    sources = helper_sources(helper)
    return Call(Spelled(f"{helper}({words})"), helper_imports(sources), sources)


def _listed(arguments: Sequence[Spelled]) -> str:
    return ", ".join(one.text for one in arguments)


def _parameters(name: str, extra: Sequence[str]) -> dict[str, str]:
    """The parameters as Python has them; what the notation leaves out is None."""
    names = list(find_rule(name).parameters)
    stated = (
        text.partition("=") if "=" in text else (key, "=", text)
        for key, text in zip(names, extra, strict=False)
    )
    given = {key: value for key, _, value in stated}
    found = {key: given.get(key, "None") for key in names}
    return {key: "None" if value == '"all"' else value for key, value in found.items()}


def _filled(template: str, arguments: Sequence[Spelled], values: dict[str, str]) -> str:
    """A template with arguments in place of ``{0}``, in parentheses where they must be."""

    def put(match: re.Match[str]) -> str:
        word = match[1]
        if not word.isdigit():
            return values[word]
        bare = template[match.start() - 1] == "(" and template[match.end()] in "),"
        return arguments[int(word)].text if bare else within(arguments[int(word)], ATOM)

    return re.sub(r"\{(\w+)(?:!r)?\}", put, template)


def _is_atom(text: str) -> bool:
    """Whether source is one call: a name, and a parenthesis that closes at the end."""
    match = re.match(r"[\w.]*\(", text)
    if match is None:
        return False
    depth = 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if not depth and position >= match.end():
            rest = text[position + 1 :]
            return not rest or bool(re.fullmatch(r"\[\d+\]", rest))
    return False
