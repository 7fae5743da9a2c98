"""Names in the source of operations: each is a builtin, is imported, or is defined there."""

import builtins
import symtable
from collections.abc import Iterator

import pytest

from matcalc.code import JAX, NUMPY, TORCH
from matcalc.code.calls import Argument, spell_call
from matcalc.code.dialects import Dialect
from matcalc.code.spelling import Spelled
from matcalc.errors import UnknownRuleError
from matcalc.operations import RULES, parse_signature
from matcalc.operations.registry import Rule

RANK = 2


def _source(rule: Rule, dialect: Dialect) -> str:
    """A function that calls an operation of matrices, each parameter zero."""
    names = [f"x{k}" for k, _ in enumerate(parse_signature(rule.signatures[0]).operands)]
    arguments = [Argument(Spelled(name), RANK, False) for name in names]
    given = [(name, "0") for name in rule.parameters]
    call = spell_call(dialect, rule.name, given, arguments, lambda _: "0", lambda name: name)
    before = [dialect.imports, *call.imports, *call.helpers]
    return "\n".join([*before, f"def f({', '.join(names)}): return {call.text.text}"])


def _unknown(table: symtable.SymbolTable, known: set[str]) -> Iterator[str]:
    for one in table.get_symbols():
        if one.is_global() and one.get_name() not in known:
            yield one.get_name()
    for child in table.get_children():
        yield from _unknown(child, known)


@pytest.mark.parametrize("dialect", [NUMPY, TORCH, JAX], ids=lambda one: one.library)
def test_every_name_that_the_source_of_an_operation_uses_is_there(dialect: Dialect) -> None:
    unknown, read = {}, 0
    for rule in RULES.values():
        try:
            source = _source(rule, dialect)
        except UnknownRuleError:
            continue  # there is none for this library
        table = symtable.symtable(source, "<source>", "exec")
        known = {one.get_name() for one in table.get_symbols() if one.is_assigned()}
        known |= {one.get_name() for one in table.get_symbols() if one.is_imported()}
        missing = set(_unknown(table, known | set(dir(builtins))))
        unknown |= {rule.name: missing} if missing else {}
        read += 1
    assert not unknown
    assert read > len(RULES) / 2
