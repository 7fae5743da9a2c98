"""The views of the page that need no engine: their modules in Node, and their exercises anew."""

import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import generate_exercises as generator

HERE = Path(__file__).parent
EXERCISES = [
    generator.Exercise(**{**one, **{key: tuple(one[key]) for key in ("place", "families", "why")}})
    for one in json.loads(generator.DATA.read_text(encoding="utf-8"))["exercises"]
]
MODULES = ("formula", "product", "layer", "exercise")  # views: in a browser, by .ci/run
STEP = 1 if os.environ.get("MATCALC_ALL_RECORDS") else 13


@pytest.mark.skipif(not shutil.which("node"), reason="Node runs them")
def test_the_modules_of_the_views_pass_their_tests_in_node() -> None:
    files = [str(HERE / f"{name}.test.mjs") for name in MODULES]
    command = ["node", "--test", "--test-reporter=spec", *files]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("one", EXERCISES[::STEP], ids=lambda one: one.line)
def test_an_exercise_is_what_matcalc_answers(one: generator.Exercise) -> None:
    again = generator.exercise(one.line, one.level, one.about, one.variables, one.layout)
    assert again == one, "run python docs/generate_exercises.py --again"
    right = one._replace(line=one.repair).answer()
    assert right.verdict == "right"
    assert right.claimed_shape == right.shape


def test_others_are_made_of_the_same_subjects() -> None:
    rng = random.Random(3)  # noqa: S311 - no secrets
    made = next(one for one in generator.candidates(rng, [1]) if one.cause == "transpose")
    assert made.level == 1
    assert made.families == ("does not fit",)
    assert made.answer().repair == made.repair


def test_the_page_knows_every_family() -> None:
    committed = json.loads(generator.DATA.read_text(encoding="utf-8"))["families"]
    assert committed == json.loads(generator.written([]))["families"]


def test_every_colour_and_size_that_the_stylesheet_uses_is_said_in_it() -> None:
    sheet = (generator.DATA.parent / "page.css").read_text(encoding="utf-8")
    said = set(re.findall(r"(--[\w-]+):", sheet))
    assert set(re.findall(r"var\((--[\w-]+)", sheet)) <= said
    assert len(re.findall(r"--run-one:", sheet)) == 2  # by day and by night
