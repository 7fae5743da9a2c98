"""What a call gives, by the signatures of the rules."""

from contextlib import suppress

import pytest

from matcalc.errors import MatcalcError
from matcalc.expression import by_convention
from matcalc.expression.habits import rank_of
from matcalc.graph import symbol
from matcalc.inputs.kinds import UNKNOWN, called, kind_of
from matcalc.inputs.names import Names
from matcalc.inputs.reading import read_line
from matcalc.operations import RULES, parse_signature
from matcalc.variables import Variable


def test_what_a_call_gives_is_what_its_rule_builds() -> None:
    built = 0
    for rule in RULES.values():
        for operands, _ in map(parse_signature, rule.signatures):
            shapes = [
                tuple("p" if size == "..." else size for size in one.shape) for one in operands
            ]
            nodes = [symbol(one.name, shape) for one, shape in zip(operands, shapes, strict=True)]
            with suppress(MatcalcError, TypeError):  # what needs other shapes, or parameters
                shape = rule.build(*nodes, **rule.parameters).shape
                found = called(rule.name, [kind_of(one) for one in shapes], [])
                if found != UNKNOWN and "axis" not in rule.parameters:
                    assert found.rank == len(shape), rule
                    for size, wanted in zip(found.sizes, shape, strict=False):
                        assert size in (None, wanted), (rule, found, shape)
                    built += 1
    assert built > 120


def test_a_call_of_a_constant_takes_no_operand() -> None:
    matrix = kind_of(("m", "n"))
    assert called("exchange", [matrix], []).rank == 2


def test_an_axis_is_counted_from_1_in_matlab_of_whatever_takes_one() -> None:
    matrix = Variable("A", ("m", "n"))
    for name in ("sum", "prod", "cumsum", "logcumsumexp", "flip"):
        read = read_line(f"{name}(A, 2).^2", {"A": matrix})
        assert read.text == f"{name}(A, axis=1)**2"
        read = read_line(f"np.{name}(A, 1)", {"A": matrix})
        assert read.text == f"{name}(A, axis=1)"


def test_a_name_is_of_one_kind_wherever_nobody_declared_it() -> None:
    for name in (
        "A",
        "W1",
        "x",
        "x_2",
        "n1",
        "lam",
        "λ",
        "μ2",
        "c",
        "c1",
        "k2",
        "t",
        "m",
        "N",
        "n",
    ):
        rank = Names({}).kind(name).rank
        (variable,) = by_convention(name).variables
        assert rank == len(variable.shape) == rank_of(name), name


@pytest.mark.parametrize("filled", ["ones((m, n))", "ones(m, n)", "exp(zeros((m, n)))"])
@pytest.mark.parametrize("sizes", [{"m": 5, "n": 2}, {"m": "m", "n": "n"}])
def test_a_matrix_of_ones_is_no_vector_that_counts_for_every_row(
    filled: str, sizes: dict[str, object]
) -> None:
    for name, size in sizes.items():
        filled = filled.replace(f"({name},", f"({size},").replace(f" {name})", f" {size})")
    one, two = Variable("A", (sizes["m"], sizes["n"])), Variable("S", (sizes["n"],) * 2)  # type: ignore[arg-type]
    line = f"S * (A.T @ {filled})"
    assert read_line(line, {"A": one, "S": two}).text == line
