from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

_A_X = ("A @ x", "--wrt", "x", "--vars", "A[m,n] x[n]")


def test_a_shape_is_that_of_several(matcalc: Any) -> None:
    result = matcalc("identify", "z[m] / x[n]", "--shape", "3x2")
    assert (result.code, result.err) == (0, "")
    assert "  ✓   numerator layout     m×n      agrees, with m = 3, n = 2\n" in result.out
    assert "numerator layout and denominator layout have the same shape here" in result.out
    assert "\n  JAX, PyTorch\n" in result.out


@pytest.mark.parametrize("shape", ["3x2", "3×2", "(3, 2)", "3,2"])
def test_shapes_are_read_as_people_write_them(shape: str, matcalc: Any) -> None:
    found = matcalc("identify", "z[2] / x[3]", "--shape", shape, "--json").json
    assert found["given"] == [3, 2]
    assert (found["agrees"], found["verdict"]) == (["denominator"], "right")
    readings = {name: one["verdict"] for name, one in found["conventions"].items()}
    assert (readings["denominator"], readings["numerator"]) == ("right", "wrong_shape")


def test_a_formula_is_named_and_a_wrong_one_is_put_right(matcalc: Any) -> None:
    assert matcalc("identify", *_A_X, "--formula", "A.T", "--json").json["agrees"] == [
        "denominator"
    ]
    wrong = matcalc("identify", *_A_X, "--formula", "-A")
    assert wrong.code == 1
    assert matcalc("identify", *_A_X, "--formula", "-A", "--json").json["verdict"] == "wrong_value"
    assert "Right in numerator layout\n\n  A\n\n  What was given is -1 times that." in wrong.out


def test_a_formula_may_use_the_names_of_the_expression(matcalc: Any) -> None:
    expression = ("z = X @ w; z.T @ z", "--wrt", "w", "--vars", "X[m,n] w[n]")
    result = matcalc("identify", *expression, "--formula", "2 * z.T @ X")
    assert result.code == 0
    assert "  ✓   numerator layout     1×n    agrees\n" in result.out
    noted = matcalc("identify", *expression, "--formula", "k * z.T @ X")
    assert "k is not declared: taken as a dimension" in noted.out
    assert noted.out.endswith("What was given is 0.5*k times that.\n")


def test_an_array_is_decided_by_value(tmp_path: Path, matcalc: Any) -> None:
    A = np.array([[1.0, 2.0], [3.0, 4.0]])
    for name, array in {"A": A, "x": np.ones(2), "J": A.T}.items():
        np.save(tmp_path / f"{name}.npy", array)
    point = [f"--at={name}={tmp_path}/{name}.npy" for name in "Ax"]
    found = matcalc("identify", *_A_X, "--array", f"{tmp_path}/J.npy", *point)
    assert found.code == 0
    assert "  ✓   denominator layout   2×2      agrees\n" in found.out
    assert "  ✗   numerator layout     2×2      the numbers differ\n" in found.out
    shape = matcalc("identify", *_A_X, "--array", f"{tmp_path}/J.npy", "--json").json
    assert "numerator" in shape["agrees"]
    assert not shape["by_value"]
    scalar = ("c * x", "--wrt", "x", "--vars", "c x[n]", "--at", "c=2", point[1])
    np.save(tmp_path / "J.npy", 2 * np.eye(2))
    assert matcalc("identify", *scalar, "--array", f"{tmp_path}/J.npy").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (("z[2] / x[2]",), 2, "what is to be identified?"),
        (("z[2] / x[2]", "--formula", "A"), 2, "with --wrt and --vars"),
        (("A @ x", "--vars", "A[m,n] x[n]", "--formula", "A"), 2, "give --wrt NAME"),
        (("z[2] / x[2]", "--shape", "3y2!"), 2, "--shape is written 3x2"),
        (("z[2] / x[2]", "--shape", "2x2", "--array", "J.npy"), 2, "give one of"),
        ((*_A_X, "--formula", "A", "--at", "x=1"), 2, "--at is the point of --array"),
        ((*_A_X, "--array", "no.npy", "--at", "x"), 2, "cannot read no.npy"),
        ((*_A_X, "--formula", "A @"), 2, "missing at the end"),
        ((*_A_X, "--formula", "A @ A"), 1, "A"),
    ],
)
def test_faults_are_one_message(
    arguments: tuple[str, ...], code: int, part: str, matcalc: Any
) -> None:
    result = matcalc("identify", *arguments)
    assert (result.code, result.out) == (code, "")
    assert part in result.err
