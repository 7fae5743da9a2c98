"""The page's stand-in for NumPy is what NumPy is, function by function, and carries matcalc."""

from __future__ import annotations

import importlib.util
import json
import math
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.page.stand_in_cases import cases, plain

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "docs" / "page" / "engine"


@cache
def printed(script: str) -> Any:
    """What a script prints as JSON where the stand-in is the ``numpy`` that is found."""
    done = subprocess.run(
        [sys.executable, "-S", str(Path(__file__).with_name(script))],
        env={"PYTHONPATH": ":".join(map(str, (ENGINE, ROOT, *_libraries())))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _libraries() -> list[Path]:
    """Where the libraries are that matcalc needs beside NumPy; behind the stand-in on the path."""
    found = [importlib.util.find_spec(name) for name in ("einops", "opt_einsum")]
    return [Path(one.origin).parents[1] for one in found if one and one.origin]


def same(one: Any, two: Any) -> bool:
    """Whether both are equal, numbers but for rounding."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, float) and isinstance(two, float):
        both_undefined = math.isnan(one) and math.isnan(two)
        return one == two or both_undefined or math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(two) and one == two


@pytest.mark.parametrize("name", [name for name, _ in cases()])
def test_the_stand_in_gives_what_numpy_gives(name: str) -> None:
    case = dict(cases())[name]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        expected = json.loads(json.dumps(plain(case(np))))
    assert same(printed("stand_in_cases.py")[name], expected), printed("stand_in_cases.py")[name]


def test_what_it_lacks_is_refused_by_name() -> None:
    assert (
        printed("stand_in_answers.py")["missing"] == "numpy.bessel is not in the stand-in for NumPy"
    )


def test_derivatives_and_verdicts_are_the_same_with_it() -> None:
    from tests.page.stand_in_answers import answers  # noqa: PLC0415 - the same script, with NumPy

    expected = json.loads(json.dumps(answers()))
    found = printed("stand_in_answers.py")["answers"]
    assert len(expected) > 20
    for question, answer in expected.items():
        assert same(found[question], answer), (question, found[question], answer)
