"""The same input always prints the same: in every process, and whatever came before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
DERIVATIVES, ANSWERS = ("print_derivatives.py", "50"), ("print_answers.py", "4")


def printed(seed: int, *arguments: str, script: tuple[str, str] = DERIVATIVES) -> list[str]:
    """What a process of its own prints, hashes salted with a seed."""
    name, count = script
    found = subprocess.run(
        [sys.executable, str(FOLDER / name), count, *arguments],
        env=os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(FOLDER.parent)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return found.stdout.splitlines()


@pytest.fixture(scope="module")
def expected() -> list[str]:
    return printed(0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_text_and_code_are_the_same_in_every_process(expected: list[str], seed: int) -> None:
    assert len(expected) == 50
    assert printed(seed) == expected


def test_text_and_code_do_not_depend_on_what_was_derived_before(expected: list[str]) -> None:
    assert printed(0, "backwards") == expected


def test_the_answer_to_a_claim_depends_on_the_claim_alone() -> None:
    expected = printed(0, script=ANSWERS)
    assert len(expected) == 16
    assert printed(1, "backwards", script=ANSWERS) == expected
