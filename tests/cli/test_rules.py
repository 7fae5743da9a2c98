from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import matcalc as mc
from matcalc.graph import ONE, einsum, scaled, symbol
from matcalc.operations import RULES, Rule
from matcalc.simplify import REWRITES
from matcalc.variables import Variable
from matcalc_cli.rule_jacobians import FAMILIES, by_family, local_jacobians, plain, structure


def test_every_rule_is_listed_once_with_its_signature_and_formula(matcalc: Any) -> None:
    out = matcalc("rules").out
    text = " ".join(out.split())
    for rule in RULES.values():
        assert sum(line.startswith(f"  {rule.name} ") for line in out.splitlines()) == 1, rule.name
        assert f"{rule.name} {plain(rule.signatures[0])} {' '.join(rule.formula.split())}" in text


def test_the_families_have_headings_and_the_building_blocks_are_last(matcalc: Any) -> None:
    lines = matcalc("rules").out.splitlines()
    places = [lines.index(title) for title in FAMILIES.values()]
    assert places == sorted(places)
    assert (
        lines.index("  pi              -> p                      constant: 3.14159…") > places[-1]
    )
    grouped = by_family(RULES.values())
    assert "matmul" in [rule.name for rule in grouped["products"]]
    assert "layer_norm" in [rule.name for rule in grouped["layers"]]
    assert {"max_share", "stumpff"} <= {rule.name for rule in grouped["building blocks"]}


def test_a_rule_of_no_known_family_is_listed_under_its_module(matcalc: Any) -> None:
    ours = Rule("ours", ("x -> y",), "dy = dx", "us", "everywhere", lambda x: x, "{0}")
    assert by_family([ours])[__name__.rpartition(".")[2]] == [ours]


@pytest.mark.parametrize("arguments", [(), *((name,) for name in RULES)], ids=" ".join)
def test_no_line_is_wider_than_80(arguments: tuple[str, ...], matcalc: Any) -> None:
    assert max(map(len, matcalc("rules", *arguments).out.splitlines())) <= 80


def test_one_rule_is_shown_with_its_shapes_in_both_layouts(matcalc: Any) -> None:
    assert matcalc("rules", "solve").out == (
        "solve\n"
        "  dX = A⁻¹ (dB - dA X)\n"
        "\n"
        "  operands    A[n,n] b[n] -> x[n]\n"
        "              A[n,n] B[n,k] -> X[n,k]\n"
        "              A[p,n,n] B[p,n,k] -> X[p,n,k]\n"
        "  domain      A invertible\n"
        "  checked at  A invertible\n"
        "  source      Petersen & Pedersen, The Matrix Cookbook (2012), eq. 37 and 40\n"
        "\n"
        "local Jacobian, A[n,n] b[n] -> x[n]\n"
        "\n"
        "         numerator  denominator  structure\n"
        "  ∂x/∂A  n×n×n      n×n×n        product: kept as its factors\n"
        "  ∂x/∂b  n×n        n×n          full\n"
        "\n"
        "  ∂x/∂b, numerator layout: inv(A)\n"
        "  ∂x/∂b, denominator layout: inv(A).T\n"
        "\n"
        "local Jacobian, A[n,n] B[n,k] -> X[n,k]\n"
        "\n"
        "         numerator  denominator  structure\n"
        "  ∂X/∂A  n×k×n×n    n×n×k×n      product: kept as its factors\n"
        "  ∂X/∂B  n×k×k×n    n×k×k×n      zero where X_2 ≠ B_2: no zeros are stored\n"
        "\n"
        "local Jacobian, A[p,n,n] B[p,n,k] -> X[p,n,k]\n"
        "\n"
        "         numerator    denominator\n"
        "    structure\n"
        "  ∂X/∂A  p×n×k×n×n×p  p×n×n×k×n×p\n"
        "    zero where X_1 ≠ A_1: no zeros are stored\n"
        "  ∂X/∂B  p×n×k×k×n×p  p×n×k×k×n×p\n"
        "    zero where X_1 ≠ B_1 or X_3 ≠ B_3: no zeros are stored\n"
        "\n"
        "A_1 is the index along the first axis of A; that of a vector has the vector's\n"
        "name. What is zero by its structure is not stored, and not multiplied with.\n"
    )


def test_open_axes_are_shown_at_two_examples(matcalc: Any) -> None:
    out = matcalc("rules", "relu").out
    assert "  operands    x[...] -> y[...]\n" in out
    assert "local Jacobian, x[n] -> y[n]\n" in out
    assert "  ∂y/∂x  m×n×n×m    m×n×n×m      diagonal: no zeros are stored\n" in out
    assert "local Jacobian, X[p,n,n] -> Y[p,n,n]\n" in matcalc("rules", "expm").out


def test_parameters_are_shown_at_the_values_of_the_shapes(matcalc: Any) -> None:
    assert "  parameters  low=-1, high=1\n" in matcalc("rules", "clip").out
    assert "  parameters  exponent=5/2\n" in matcalc("rules", "power").out
    assert "parameters" not in matcalc("rules", "relu").out


def test_a_constant_has_no_local_jacobian(matcalc: Any) -> None:
    assert matcalc("rules", "pi").out.endswith("It has no operands, so no local Jacobian.\n")


@pytest.mark.parametrize(
    ("rule", "operand", "expected"),
    [
        ("relu", "x", "diagonal: no zeros are stored"),
        ("sign", "x", "zero: nothing is stored"),
        ("add", "A", "identity: nothing is stored"),
        ("subtract", "B", "minus identity: nothing is stored"),
        ("transpose", "X", "permutation: nothing is stored"),
        ("vec", "X", "permutation: nothing is stored"),
        ("mean", "X", "every entry 1/(m·n): nothing is stored"),
        ("trace", "X", "1 where X_1 = X_2, else 0: nothing is stored"),
        ("bias", "b", "1 where Y_2 = b, else 0: nothing is stored"),
        ("concatenate", "A", "zero where C_2 ≠ A_2: nothing is stored"),
        ("matmul", "A", "zero where C_1 ≠ A_1: no zeros are stored"),
        (
            "kron",
            "A",
            "zero where part of C_1 ≠ A_1 or part of C_2 ≠ A_2: no zeros are stored",
        ),
        ("einsum", "x", "entries of A"),
        ("squared_norm", "X", "2 × entries of X"),
        ("half_squared_error", "a", "sum: entries of a - entries of y"),
        ("inv", "X", "product: kept as its factors"),
        ("norm", "X", "full"),
        ("softmax", "x", "sum: diagonal + product"),
        ("products_of_other_pairs", "x", "not known"),
    ],
)
def test_the_structure_is_read_off_the_network(rule: str, operand: str, expected: str) -> None:
    found = next(one for one in local_jacobians(RULES[rule]) if one.wrt.name == operand)
    assert found.structure == expected


def test_the_structure_agrees_with_the_numbers() -> None:
    """What is called diagonal, or zero where indices differ, is so in the dense array."""
    A, B = np.arange(1.0, 7.0).reshape(2, 3), np.arange(1.0, 13.0).reshape(3, 4)
    by_a = mc.rules.matmul(A=A, B=B, wrt="A", of="C").as_convention("jax")
    assert not by_a[0, :, 1].any()
    assert by_a[0, :, 0].all()
    by_x = mc.rules.sigmoid(A[0]).array
    np.testing.assert_array_equal(by_x, np.diag(np.diag(by_x)))


def test_the_shapes_are_those_of_the_jacobians() -> None:
    [by_x] = [one for one in local_jacobians(RULES["outer"]) if one.wrt.name == "x"]
    J = mc.rules.outer(x="x[m]", y="y[n]", wrt="x", of="Z")
    assert by_x.written("numerator").shape == J.shape
    assert by_x.written("denominator").shape == J.to("denominator").shape


def test_a_coefficient_of_a_dimension_is_spelled() -> None:
    x = symbol("x", ("n",))
    node = scaled(einsum("i ->", x), ONE.times_size("n").times_size(3))
    assert structure(node, Variable("y", ()), Variable("w", ())) == "full"
    twice = scaled(x, ONE.times_size("n"))
    assert structure(twice, Variable("y", ()), Variable("x", ("n",))) == "n × entries of x"


@pytest.mark.parametrize(
    ("name", "near"), [("sofmax", "near: softmax"), ("unknwon", "no rule 'unknwon'")]
)
def test_an_unknown_name_is_a_usage_error_with_near_names(
    name: str, near: str, matcalc: Any
) -> None:
    outcome = matcalc("rules", name)
    assert outcome.code == 2
    assert outcome.out == ""
    assert near in outcome.err
    assert "matcalc rules lists all" in outcome.err


def test_json_lists_every_rule(matcalc: Any) -> None:
    listed = matcalc("rules", "--json").json["rules"]
    assert {one["name"] for one in listed} == set(RULES)
    [power] = [one for one in listed if one["name"] == "power"]
    assert power == {
        "name": "power",
        "family": "products",
        "signatures": ["X[m,n]:positive -> Y[m,n]"],
        "formula": "d(X^p) = p X^(p-1) ⊙ dX, entry by entry",
        "source": "NIST Digital Library of Mathematical Functions, eq. 4.7.12",
        "domain": "everywhere for a whole p ≥ 0; else where X^(p-1) is finite",
        "parameters": {"exponent": "5/2"},
    }


def test_json_of_one_rule_has_its_jacobians(matcalc: Any) -> None:
    document = matcalc("rules", "outer", "--json").json
    assert document["jacobians"][0] == {
        "of": "Z",
        "of_shape": ["m", "n"],
        "wrt": "x",
        "wrt_shape": ["m"],
        "numerator": ["m", "n", "m"],
        "denominator": ["m", "n", "m"],
        "structure": "zero where Z_1 ≠ x: no zeros are stored",
        "formulas": {"numerator": None, "denominator": None},  # of rank 3
    }


def test_rewrites_are_listed_by_subject(matcalc: Any) -> None:
    lines = matcalc("rules", "--rewrites").out.splitlines()
    assert lines[0].startswith(f"{len(REWRITES)} rewrites")
    assert "  sqrt(u**2) -> abs(u)" in lines
    assert "  Q.T @ Q -> eye(n) | Q orthogonal" in lines


def test_rewrites_as_json(matcalc: Any) -> None:
    listed = json.loads(matcalc("rules", "--rewrites", "--json").out)["rewrites"]
    assert len(listed) == len(REWRITES)
    (one,) = [one for one in listed if one["left"] == "Q.T @ Q"]
    assert one["right"] == "eye(n)"
    assert one["conditions"] == {"Q": "orthogonal"}
    assert one["variables"] == "Q[m,n]:orthogonal"
