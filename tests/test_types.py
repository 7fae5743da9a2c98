"""Checkers of types flag a product of two layouts before it runs."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import matcalc

ROOT = Path(matcalc.__file__).parents[1]

RIGHT = """
from typing import assert_type

import numpy as np

import matcalc as mc

J = mc.jacobian("z[2] / a[3]", np.ones((2, 3)), layout="numerator")
K = mc.jacobian("a[3] / x[5]", np.ones((5, 3)), layout="denominator")
assert_type(J, mc.Jacobian[mc.Numerator])
assert_type(J.to("denominator"), mc.Jacobian[mc.Denominator])
assert_type(J @ K.to("numerator"), mc.Jacobian[mc.Numerator])
assert_type(K @ J.to("denominator"), mc.Jacobian[mc.Denominator])
assert_type(mc.chain(J, K, layout="denominator"), mc.Jacobian[mc.Denominator])
assert_type(mc.chain(J, J), mc.Jacobian[mc.Numerator])
assert_type(mc.diagonal("a[3] / z[3]", [1, 2, 3]), mc.Jacobian[mc.Numerator])
assert_type(mc.identity("a[3] / z[3]", layout="denominator"), mc.Jacobian[mc.Denominator])
assert_type(2 * J, mc.Jacobian[mc.Numerator])
assert_type(J + J, mc.Jacobian[mc.Numerator])
assert_type(mc.total_derivative([J, J], of="z", wrt="a"), mc.Jacobian[mc.Numerator])
"""

WRONG = """
import numpy as np

import matcalc as mc

J = mc.jacobian("z[2] / a[3]", np.ones((2, 3)), layout="numerator")
K = mc.jacobian("a[3] / x[5]", np.ones((5, 3)), layout="denominator")
good = J @ K.to("numerator")
bad = J @ K
also_bad = J + J.to("denominator")
"""
FILES = ("right.py", "wrong.py")
BAD_LINES = {k for k, line in enumerate(WRONG.splitlines(), 1) if "bad =" in line}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typed")
    (folder / "right.py").write_text(RIGHT)
    (folder / "wrong.py").write_text(WRONG)
    return folder


def _lines_that_mypy_flags(folder: Path) -> dict[str, set[int]]:
    ours = ROOT / "pyproject.toml"  # its settings, so that what mypy knows of NumPy is cached once
    settings = [f"--config-file={ours}"] if ours.is_file() else ["--strict", "--config-file="]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *settings, *(str(folder / file) for file in FILES)],
        cwd=ROOT if ours.is_file() else folder,
        env=os.environ | ({"MYPYPATH": str(ROOT)} if ours.is_file() else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    flagged: dict[str, set[int]] = {file: set() for file in FILES}
    for file, line in re.findall(r"(right\.py|wrong\.py):(\d+): error", done.stdout):
        flagged[file].add(int(line))
    assert done.returncode == 1, done.stdout + done.stderr
    return flagged


def _lines_that_pyright_flags(folder: Path) -> dict[str, set[int]]:
    settings = {
        "typeCheckingMode": "strict",
        "extraPaths": [str(ROOT)],
        "reportUnknownMemberType": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    flagged: dict[str, set[int]] = {file: set() for file in FILES}
    for found in json.loads(done.stdout)["generalDiagnostics"]:
        if found["severity"] == "error":
            flagged[Path(found["file"]).name].add(found["range"]["start"]["line"] + 1)
    return flagged


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed; CI has it")
def test_mypy_flags_a_product_and_a_sum_of_two_layouts_and_nothing_else(folder: Path) -> None:
    assert _lines_that_mypy_flags(folder) == {"right.py": set(), "wrong.py": BAD_LINES}


@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed; CI has it")
def test_pyright_flags_a_product_and_a_sum_of_two_layouts_and_nothing_else(folder: Path) -> None:
    assert _lines_that_pyright_flags(folder) == {"right.py": set(), "wrong.py": BAD_LINES}
