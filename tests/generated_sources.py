"""Derivatives whose generated source is run: those of recorded formulas, and of every rule."""

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from operations.cases import NO_FIRST_ORDER, PAIRS, Case
from test_derive_oracle import ORACLE, RECORDS

import matcalc as mc
from matcalc.code.dialects import Dialect
from matcalc.jacobians.local import LocalRule
from matcalc.jacobians.written import symbols_of
from matcalc.operations import RULES
from matcalc.variables import Variable

LAYOUTS = ("numerator", "denominator")


class Example(NamedTuple):
    """A derivative, and values for what it is made of."""

    jacobian: mc.Jacobian[Any]
    arrays: dict[str, NDArray[np.float64]]
    sizes: dict[str, int]

    def expected(self) -> NDArray[Any]:
        return self.jacobian.evaluate(**self.sizes, **self.arrays)

    def run(self, source: str, array: Callable[[Any], Any], jit: Any = None) -> Any:
        """What the source computes, of arrays of its library."""
        function = function_in(source)
        words = {name.rstrip("_"): name for name in inspect.signature(function).parameters}
        given = {word: array(self.arrays[name]) for name, word in words.items() if self.has(name)}
        sizes = {word: self.sizes[name] for name, word in words.items() if not self.has(name)}
        if jit is not None:
            function = jit(function, static_argnames=tuple(sizes))
        return function(**given, **sizes)

    def has(self, name: str) -> bool:
        return name in self.arrays


def rules_without(form: str) -> set[str]:
    """The rules that have no code of a form: ``torch``."""
    lacking = set()
    for case, name in RULE_PAIRS:
        try:
            assert getattr(of_rule(case, name, "numerator").jacobian, form)
        except mc.UnknownRuleError:
            lacking.add(case.rule.name)
    return lacking


def functions_in_templates(dialect: Dialect, modules: Mapping[str, Any]) -> list[Any]:
    """What the templates of a library name in its modules: all of it exists."""
    primitives = [rule for rule in RULES.values() if rule.pull and isinstance(rule.function, str)]
    templates = [
        rule.function.replace("np.", f"{dialect.module}.")
        for rule in primitives
        if dialect.module not in rule.facts.code and isinstance(rule.function, str)
    ]
    own = (dialect.module, f"{dialect.module} of all")
    templates += [
        rule.facts.code[k] for rule in RULES.values() for k in own if k in rule.facts.code
    ]
    templates += map(dialect.operation, dialect.operations)
    named = rf"\b({'|'.join(modules)})\.([\w.]+)"
    return [
        reduce(getattr, path.split("."), modules[name])
        for name, path in set(re.findall(named, " ".join(templates)))
    ]


def function_in(source: str) -> Callable[..., Any]:
    """The last function of a source."""
    space: dict[str, Any] = {}
    exec(compile(source, "<generated>", "exec"), space)  # noqa: S102 - it is what we test
    return [one for one in space.values() if inspect.isfunction(one)][-1]


def statements(source: str) -> list[str]:
    """The statements of the last function."""
    *_, behind = source.split('    """\n')
    return [line.strip() for line in behind.splitlines()]


def of_record(record: dict[str, Any], layout: str) -> Example:
    """A recorded formula, at a point of its own."""
    if str(ORACLE) not in sys.path:
        sys.path.append(str(ORACLE))
    import derive_open  # noqa: PLC0415 - they lie beside the project
    import verify  # noqa: PLC0415

    jacobian = mc.derive(
        record["expression"],
        wrt=record["wrt"],
        variables=derive_open.notation(record),
        layout=layout,
        order=record["order"],
    )
    arrays = {name: np.asarray(one, float) for name, one in verify.point(record, 0).items()}
    return Example(jacobian, arrays, record["dims"])


def of_rule(case: Case, name: str, layout: str) -> Example:
    """A local Jacobian of symbols, at a point in the domain of the rule."""
    local = LocalRule(case.rule)
    called = dict(zip(case.operands, local._names(len(case.operands)), strict=True))
    point = {called[operand]: array for operand, array in case.point(0).items()}
    jacobian = local(
        *(Variable(operand, array.shape) for operand, array in point.items()),
        of="result",
        wrt=called[name],
        layout=layout,
        **case.rule.parameters,
    )
    used = {operand: array for operand, array in point.items() if operand in symbols_of(jacobian)}
    return Example(jacobian, used, {})


RULE_PAIRS = [(case, name) for case, name in PAIRS if case.rule.name not in NO_FIRST_ORDER]
#: Every record and every rule once, in the one layout or the other by turns.
RECORDS_BY_TURNS = [(record, LAYOUTS[k % 2]) for k, record in enumerate(RECORDS)]
RULES_BY_TURNS = [(case, name, LAYOUTS[k % 2]) for k, (case, name) in enumerate(RULE_PAIRS)]


def name_of(one: Any) -> str:
    """What a test is called."""
    return str(one["id"]) if isinstance(one, dict) else str(one)


def close(found: Any, expected: NDArray[Any]) -> None:
    """Two arrays of one shape agree, relative to the largest entry."""
    assert np.shape(found) == expected.shape
    size = max(float(np.abs(expected).max(initial=0.0)), 1.0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * size)
