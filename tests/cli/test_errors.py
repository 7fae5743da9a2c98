"""Errors of the command line: the next step, and the same as data."""

from typing import Any

import pytest


def test_an_error_is_a_document_too(matcalc: Any) -> None:
    done = matcalc("derive", "tanh(W*x)", "--wrt", "x", "--vars", "W[m,n] x[n]", "--json")
    error = done.json["error"]
    assert (done.code, error["kind"]) == (1, "ShapeError")
    assert error["suggestions"][0]["mended"] == "tanh(W @ x)"
    assert "write W @ x for the matrix product" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("convert", "--formula", "W @ x"), "declare W[m,n] x[n] in --vars"),
        (("derive", "x + eps", "--wrt", "x", "--vars", "x[n]"), "declare eps[n] in --vars"),
        (
            ("derive", "W @ x", "--wrt", "x", "--vars", "W[m,n]", "x[n]"),
            "one pair of quotes: --vars 'W[m,n] x[n]'",
        ),
    ],
)
def test_the_next_step_is_said_in_words_of_the_command_line(
    arguments: tuple[str, ...], said: str, matcalc: Any
) -> None:
    done = matcalc(*arguments)
    assert done.code == 2
    assert said in done.err
    assert not done.out


def test_a_chain_without_shapes_says_how_they_are_written(matcalc: Any) -> None:
    done = matcalc("chain", "L", "a3", "W2")
    assert "a vector is written a3[n], a matrix W2[m,n]" in done.out
