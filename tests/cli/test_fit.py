from __future__ import annotations

import shlex
from typing import Any

import pytest

_QUESTION_ONE = ("dz1[n1] = ? @ dz2[n2]", "--from", "W2[n2,n1] W1[n1,n0]")


def test_question_one_is_answered_in_full_on_one_screen(matcalc: Any) -> None:
    result = matcalc("fit", *_QUESTION_ONE)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(
        "  dz1  =   ?   @ dz2\n"
        "  n1×1   n1×n2   n2×1\n"
        "\n"
        "? is n1×n2: only W2.T fits\n"
        "\n"
        "  ✓   W2.T   n1×n2   fits\n"
        "  ✗   W2     n2×n1   n2 rows, not n1; n1 columns, not n2\n"
        "  ✗   W1     n1×n0   n0 columns, not n2\n"
        "  ✗   W1.T   n0×n1   n0 rows, not n1; n1 columns, not n2\n"
        "\n"
        "  dz1 = W2.T @ dz2\n"
        "\n"
        "W2 makes n2 numbers out of n1."
    )
    assert "--because 'z2 = W2 @ z1'" in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_the_commands_that_are_suggested_run(matcalc: Any) -> None:
    out = matcalc("fit", "dz1[n] = ? @ dz2[n]", "--from", "W[n,n]").out
    assert "? is n×n: W and W.T fit" in out
    assert "Dimensions cannot decide between these" in out
    suggested = "matcalc derive 'W @ z1' --wrt z1 --vars 'W[n,n] z1[n]'"
    assert suggested in out
    derived = matcalc(
        "derive", "W @ z1", "--wrt", "z1", "--vars", "W[n,n] z1[n]", "--layout", "denominator"
    )
    assert "\n  Wᵀ\n" in derived.out
    because = ("--because", "z2 = W @ z1")
    decided = matcalc("fit", "dz1[n] = ? @ dz2[n]", "--from", "W[n,n]", *because)
    assert "right: dz1 = W.T @ dz2\nwrong: dz1 = W @ dz2, though it fits\n" in decided.out


def test_nothing_fits_is_exit_code_1_and_still_an_answer(matcalc: Any) -> None:
    result = matcalc("fit", "dz1[3] = ? @ dz2[2]", "--from", "W[3,5]")
    assert (result.code, result.err) == (1, "")
    assert "? is 3×2: none of these fits" in result.out


def test_a_size_that_is_open_has_a_name(matcalc: Any) -> None:
    out = matcalc("fit", "dW[m,n] = ? @ ?").out
    assert "?1 is m×k" in out
    assert "k may be any size, the same in all of these." in out


def test_json_holds_the_answer(matcalc: Any) -> None:
    document = matcalc("fit", *_QUESTION_ONE, "--because", "z2 = W2 @ z1", "--json").json
    assert document["solutions"] == ["dz1 = W2.T @ dz2"]
    (unknown,) = document["unknowns"]
    assert unknown["shapes"] == [["n1", "n2"]]
    assert [one["text"] for one in unknown["candidates"] if one["fits"]] == ["W2.T"]
    assert document["derived"]["text"] == "W2.T @ dz2"
    assert document["derived"]["right"] == ["dz1 = W2.T @ dz2"]


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("y[n] = ? @ x[n]", "--once"), 2, "--once puts each of --from in"),
        (("y[n] = ? @ (W[n,m] @ x[n])",), 1, "m against n"),
        (("y[n] = ? @ x[n]", "--from", "W[n"), 2, "this [ is never closed"),
        (("y[n] = ? @ x[n]", "--because", "W @ x"), 2, "has a name"),
        (("dL/dx[2] = ? @ dz[3]", "--from", "W[3,2]"), 2, "dx for dL/dx"),
        (("dx[2] = W.T @ ?", "--from", "dz[3]"), 1, "a vector is written W[n], a matrix W[m,n]"),
        ((), 2, "Missing argument"),
    ],
)
def test_faults_are_one_message(
    arguments: tuple[str, ...], code: int, part: str, matcalc: Any
) -> None:
    result = matcalc("fit", *arguments)
    assert (result.code, result.out) == (code, "")
    assert part in result.err


def test_long_equations_fit_the_width(matcalc: Any) -> None:
    terms = " + ".join(f"A{k}[n,n] @ dx{k}[n]" for k in range(12))
    out = matcalc("fit", f"dy[n] = ? @ x[n] + {terms}", "--from", "W[n,n]").out
    assert max(map(len, out.splitlines())) <= 80


def test_a_gradient_of_a_matrix_has_its_shape_and_is_no_column(matcalc: Any) -> None:
    asked = ("fit", "dW[3,2] = ? @ ?", "--from", "X[5,2] dZ[5,3]", "--because", "Z = X @ W.T")
    out = " ".join(matcalc(*asked).out.split())
    assert "where dW is short for the derivative of a number by W, of the shape of W:" in out
    assert "column" not in out.partition("From Z")[2]


@pytest.mark.parametrize(
    ("equation", "candidates", "forward"),
    [
        ("dW[3,2] = ? @ ?", "X[2,5] dZ[3,5]", "Z = W @ X"),
        ("dW[3,2] = ? @ ?", "X[5,2] dZ[5,3]", "Z = X @ W.T"),
        ("dW[2,3] = ? @ ?", "X[5,2] dZ[5,3]", "Z = X @ W"),
        ("dW[2,3] = ? @ ?", "X[2,5] dZ[3,5]", "Z = W.T @ X"),
        ("dW[3,2] = ? @ ?", "a[2] dz[3]", "z = W @ a"),
        ("dX[5,2] = dZ[5,3] @ ?", "W[2,3]", "Z = X @ W"),
        ("dx[3] = ? @ dy[2]", "W[3,2]", "y = W.T @ x"),
        ("dL_dx[3] = ? @ dL_dz[2]", "W[2,3]", "z = W @ x"),
        ("dz1[3] = (? @ dz2[2]) * g[3]", "W2[2,3]", "z2 = W2 @ (g * z1)"),
        ("dz1[n] = ? @ dz2[n]", "W[n,n]", "z2 = W @ z1"),
    ],
)
def test_the_forward_pass_that_is_suggested_proves_a_solution(
    equation: str, candidates: str, forward: str, matcalc: Any
) -> None:
    out = matcalc("fit", equation, "--from", candidates).out
    assert f"\n  --because '{forward}'\n" in out
    assert "\nright: " in matcalc("fit", equation, "--from", candidates, "--because", forward).out
    command = shlex.split(out.splitlines()[-1])
    assert command[:2] == ["matcalc", "derive"]
    assert matcalc(*command[1:]).code == 0


def test_where_names_say_nothing_the_example_is_general(matcalc: Any) -> None:
    out = matcalc("fit", "y[3] = ? @ x[2]", "--from", "W[2,3]").out
    assert out.endswith("in your names, for example\n\n  --because 'z = W @ x'\n")
