"""Calls of the operations in the table of rules, as source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from matcalc.code.dialects import NUMPY, Dialect
from matcalc.code.helpers import (
    argument_defaults,
    helper_imports,
    helper_sources,
    imported,
    no_code,
)
from matcalc.code.spelling import ATOM, SUM, Spelled, within
from matcalc.operations import RULES, facts_of, find_rule, known_rule, parse_signature

Word = Callable[[str], str]  # what a word of a template stands for


class Call(NamedTuple):
    """A call as source, and what must stand before the function that makes it."""

    text: Spelled
    imports: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    argument: str = ""  # a function that the caller must give, as it is called


class Argument(NamedTuple):
    """An argument, spelled already."""

    text: Spelled
    rank: int
    is_number: bool  # and no array
    is_positive: bool = False


_WORD = re.compile(r"\{(\w+)(?:!r)?\}")


def spell_call(
    dialect: Dialect,
    name: str,
    given: Sequence[tuple[str, str]],
    arguments: Sequence[Argument],
    word: Word,
    function: Word,
) -> Call:
    """A call of an operation.

    Args:
        dialect: The library.
        name: The operation; a name with primes is a function that nobody declared.
        given: Its parameters, each with its name, or an empty one if its place tells it.
        arguments: What it is applied to.
        word: What else a template may name: ``shape``, ``like``.
        function: What a function is called, so that no variable hides it.

    Raises:
        UnknownRuleError: There is no code for it in this library.
    """
    spelled = [_as_array(dialect, one, word) for one in arguments]
    rule = known_rule(name)
    if rule is None or not isinstance(rule.function, str):
        return call_of_caller(name.rstrip("'"), name.count("'"), spelled, function)
    values = _parameters(name, given)
    if is_of_numbers(name, arguments):
        template, spelled = f"math.{name}({{0}})", [one.text for one in arguments]
    else:
        template = _template(dialect, name, values, arguments)
    if template.isidentifier():
        texts = [one.text for one in spelled]
        return _helped(template, function(template), dialect, texts, values, word)
    values |= _over(dialect, values.get("axis", "None"), arguments)
    named = {key: function(key) for key in _WORD.findall(template) if imported(key, key, dialect)}
    values |= named
    text = filled(template, spelled, lambda key: values[key] if key in values else word(key))
    lines = [line for key in named for line in imported(key, named[key], dialect)]
    needed = (*helper_imports([template], dialect), *lines)
    return Call(Spelled(text, ATOM if _is_atom(text) else SUM), needed)


def call_of_caller(name: str, order: int, arguments: Sequence[Spelled], function: Word) -> Call:
    """A call of a function that the caller must give: ``dg(x)`` is the derivative of g."""
    called = function(f"{'d' * order}{name} of the caller")
    return Call(
        Spelled(f"{called}({', '.join(one.text for one in arguments)})", ATOM), argument=called
    )


def is_of_numbers(name: str, arguments: Sequence[Argument]) -> bool:
    """Whether a call is one of Python's own functions, of numbers that are no arrays.

    Those of positive numbers alone raise an error of others, where arrays become no numbers.
    """
    if not facts_of(name).in_math or not all(one.is_number for one in arguments):
        return False
    (operand,) = parse_signature(find_rule(name).signatures[0]).operands
    return operand.domain != "positive" or all(one.is_positive for one in arguments)


def _helped(
    helper: str,
    called: str,
    dialect: Dialect,
    arguments: Sequence[str],
    values: Mapping[str, str],
    word: Word,
) -> Call:
    """A call of a function that stands before ours; without operands it is told what to make."""
    sources = helper_sources(helper, dialect, called)
    known = argument_defaults(helper, dialect)
    stated = [
        f"{key}={value}" if key in known else value
        for key, value in values.items()
        if value != "None" or known.get(key) != "None"
    ]
    text = ", ".join([*(arguments or [word("shape")]), *stated])
    like = "" if arguments else word("like")
    needed = (*helper_imports(sources, dialect), *imported(helper, called, dialect))
    return Call(Spelled(f"{called}({text}{like})"), needed, sources)


def _parameters(name: str, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters as Python has them; what the notation leaves out is None."""
    names = list(find_rule(name).parameters)
    known = dict(zip(names, (value for _, value in given), strict=False)) | dict(given)
    found = {key: known.get(key, "None") for key in names}
    return {key: "None" if value == '"all"' else value for key, value in found.items()}


def _as_array(dialect: Dialect, argument: Argument, word: Word) -> Spelled:
    """An argument; a number as an array, where functions of the library take no numbers."""
    if not argument.is_number or "number" not in dialect.operations:
        return argument.text
    return Spelled(filled(dialect.operations["number"], [argument.text], word))


def _template(
    dialect: Dialect, name: str, values: Mapping[str, str], arguments: Sequence[Argument]
) -> str:
    """The template of a call, or the name of a helper.

    Raises:
        UnknownRuleError: There is none; those of composed operations are in NumPy alone.
    """
    rule = find_rule(name)
    over_all = values.get("axis") == "None" and arguments[0].rank > 1
    for key in (f"{dialect.module} of all",) * over_all + (dialect.module,):
        if key in rule.facts.code:
            return rule.facts.code[key]
    if not isinstance(rule.function, str) or (
        rule.name in RULES and rule.pull is None and dialect.module != NUMPY.module
    ):
        raise no_code(name, dialect)
    return rule.function.replace("np.", f"{dialect.module}.")


def _over(dialect: Dialect, axis: str, arguments: Sequence[Argument]) -> dict[str, str]:
    """The axes that an operation goes over: as an argument that may be left out, and as such."""
    if axis != "None":
        return {"over": f", {dialect.axis}={axis}", "axes": axis}
    rank = max((one.rank for one in arguments), default=0)
    return {"over": "", "axes": "0" if rank == 1 else str(tuple(range(rank)))}


def filled(template: str, arguments: Sequence[Spelled], word: Word) -> str:
    """A template with arguments in place of ``{0}``, in parentheses where they must be."""

    def put(match: re.Match[str]) -> str:
        key = match[1]
        if not key.isdigit():
            return word(key)
        before, after = template[: match.start()], template[match.end() :]
        bare = before.endswith(("(", ", ")) and after.startswith((")", ",", "{over}", "{like}"))
        return arguments[int(key)].text if bare else within(arguments[int(key)], ATOM)

    return _WORD.sub(put, template)


def _is_atom(text: str) -> bool:
    """Whether source is a call, an attribute or an item: nothing stands outside parentheses."""
    shorter = re.sub(r"\([^()\[\]]*\)|\[[^()\[\]]*\]", "", text)
    if shorter != text:
        return _is_atom(shorter)
    return bool(re.fullmatch(r"[\w.]*", text))
