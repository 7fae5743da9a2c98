from __future__ import annotations

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
        "  W2.T  n1×n2  fits\n"
        "  W2    n2×n1  n2 rows, not n1; n1 columns, not n2\n"
        "  W1    n1×n0  n0 columns, not n2\n"
        "  W1.T  n0×n1  n0 rows, not n1; n1 columns, not n2\n"
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
        (("y[n] = x[n]",), 2, "an unknown is written ?"),
        (("y[n] = ? @ (W[n,m] @ x[n])",), 1, "m against n"),
        (("y[n] = ? @ x[n]", "--from", "W[n"), 2, "this [ is never closed"),
        (("y[n] = ? @ x[n]", "--because", "W @ x"), 2, "has a name"),
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
