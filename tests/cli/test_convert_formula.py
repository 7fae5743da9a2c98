from __future__ import annotations

from typing import Any

import pytest

_GIVEN = ("--formula", "W.T @ (d * s)", "--vars", "W[m,n] d[m] s[m]")


def test_a_formula_is_brought_to_the_other_layout(matcalc: Any) -> None:
    result = matcalc("convert", *_GIVEN, "--from", "denominator", "--to", "numerator")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "denominator layout, n×1\n\n  W.T @ (d * s)\n\nnumerator layout, 1×n\n\n  (d.T * s.T) @ W\n"
    )


@pytest.mark.parametrize(
    ("options", "layouts"),
    [
        ((), ("numerator", "denominator")),
        (("--from", "denominator"), ("denominator", "numerator")),
        (("--to", "numerator"), ("denominator", "numerator")),
        (("--from", "numerator", "--to", "numerator"), ("numerator", "numerator")),
    ],
)
def test_one_layout_says_the_other(
    options: tuple[str, ...], layouts: tuple[str, str], matcalc: Any
) -> None:
    document = matcalc("convert", *_GIVEN, *options, "--json").json
    assert (document["from"], document["to"]) == layouts


def test_the_steps_are_shown_with_their_rules(matcalc: Any) -> None:
    out = matcalc("convert", *_GIVEN, "--steps").out
    assert "  (d * s).T @ W.T.T      (A B)ᵀ = Bᵀ Aᵀ\n" in out


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        ((*_GIVEN, "--from", "jax"), 2, "--from: no layout 'jax'"),
        (("z[3] / x[2]", *_GIVEN), 2, "no derivative"),
        (("z[3] / x[2]", "--from", "jax"), 2, "--to"),
        (("z[3] / x[2]", "--steps", "--from", "jax", "--to", "mixed"), 2, "belong to --formula"),
        ((), 2, "what is converted?"),
        (("W.T @ d", "--from", "jax", "--to", "mixed"), 2, "a formula is given with --formula"),
        (("--formula", "W @ W", "--vars", "W[m,n]"), 1, "does not fit"),
        (("--formula", "W @", "--vars", "W[m,n]"), 2, "missing at the end"),
    ],
)
def test_faults_are_one_message(
    arguments: tuple[str, ...], code: int, part: str, matcalc: Any
) -> None:
    result = matcalc("convert", *arguments)
    assert (result.code, result.out) == (code, "")
    assert part in result.err


@pytest.mark.parametrize(
    ("formula", "variables", "said"),
    [
        ("A**-1", "A[n,n]", "entry by entry; the inverse is inv(A)"),
        ("A + lam*I", "A[n,n] lam", "eye(n)"),
        ("max(0, z)", "z[n]", "taken as maximum"),
        ("X @ W + b", "X[k,m] W[m,n] b[n]", "added to every row"),
        ("W.T @ d", "W[m,n] d[m]", ""),
    ],
)
def test_what_is_read_into_a_formula_is_said(
    formula: str, variables: str, said: str, matcalc: Any
) -> None:
    given = ("convert", "--formula", formula, "--vars", variables)
    assert bool(said) == ("note: " in matcalc(*given).out)
    document = matcalc(*given, "--json").json
    assert said in " ".join(document["assumptions"])
    assert bool(said) == bool(document["assumptions"])
