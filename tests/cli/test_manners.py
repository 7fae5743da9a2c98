"""How the command line meets people: help, misspellings, shells, streams of few letters."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from matcalc_cli.app import COMMANDS, app
from matcalc_cli.examples import EXAMPLES, command_line, worked
from matcalc_cli.manual import manual_page
from matcalc_cli.meant import made_by_the_shell

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_begins_with_an_example_that_prints_what_is_shown(
    matcalc: Any, name: str
) -> None:
    shown = matcalc(name, "-h").out
    assert shown.splitlines()[: len(worked(name))] == worked(name)
    assert max(map(len, shown.splitlines())) <= 80
    example = EXAMPLES[name]
    result = matcalc(*shlex.split(command_line(name))[1:])
    assert (result.code, result.err) == (int(name == "check"), "")
    assert result.out.startswith(example.shown)
    assert example.goes_on == (len(result.out) > len(example.shown) + 1)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_every_option_of_a_command(matcalc: Any, name: str) -> None:
    section = re.search(rf"^## {name}\n.*?(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    options = set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", matcalc(name, "-h").out, re.MULTILINE))
    assert options >= {"--json", "--help"}
    assert section
    assert options - set(re.findall(r"--[a-z-]+", section[0])) == {"--help"}


def test_the_help_of_all_commands_cuts_no_sentence(matcalc: Any) -> None:
    lines = matcalc("-h").out.splitlines()
    assert lines[: len(worked("derive"))] == worked("derive")
    assert not [line for line in lines if len(line) > 80]
    listed = lines[lines.index("Commands:") :]
    assert not [line for line in listed if line.endswith("...")]
    assert "what would be right." in " ".join(" ".join(listed).split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("derrive x", "did you mean: matcalc derive"),
        ("explain x", "matcalc derive … --steps"),
        ("grad x", "did you mean: matcalc derive"),
        ("hessian x", "matcalc derive … --order 2"),
        ("'x.T @ x'", "matcalc derive 'x.T @ x' --wrt"),
        ("help derrive", "did you mean: matcalc derive"),
        ("-v", "did you mean --version?"),
        ("derive x --variables x", "did you mean --vars?"),
        ("derive x --layot num", "did you mean --layout?"),
        ("derive x --wrt x --layout numeratr", "did you mean numerator?"),
        ("derive x --latex", "did you mean --format latex?"),
        ("derive x", "For example: matcalc derive 'x.T @ A @ x' --wrt x"),
        ("shape z x", "For example: matcalc shape 'z[3] / W[3,2]'"),
        ("rules softmx", "softmax"),
    ],
)
def test_a_slip_is_answered_with_what_may_have_been_meant(
    matcalc: Any, arguments: str, says: str
) -> None:
    result = matcalc(*shlex.split(arguments))
    assert result.code == 2
    assert says in result.err


def test_a_word_that_is_near_nothing_gets_no_advice(matcalc: Any) -> None:
    assert matcalc("qqqq").err == "matcalc: error: no command 'qqqq'\nSee matcalc -h\n"


def test_help_and_version_have_the_names_that_people_try(matcalc: Any) -> None:
    assert matcalc("help").out == matcalc("--help").out
    assert matcalc("help", "fit").out == matcalc("fit", "--help").out
    assert matcalc("-V").out == matcalc("--version").out


def test_a_choice_may_be_its_beginning_where_that_is_one_alone(matcalc: Any) -> None:
    line = ("derive", "x.T @ x", "--wrt", "x", "--vars", "x[n]", "--format", "text", "--layout")
    assert matcalc(*line, "num").out == matcalc(*line, "numerator").out
    ambiguous = matcalc("derive", "x", "--wrt", "x", "--structure", "sym")
    assert ambiguous.code == 2
    assert "did you mean symmetric or symmetrised?" in ambiguous.err


def test_what_a_shell_made_of_brackets_is_noticed(
    matcalc: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = ("derive", "x.T @ x", "--wrt", "x", "--vars", "xn")
    assert "pattern" not in matcalc(*line).err
    (tmp_path / "xn").touch()
    assert "write 'x[n]'" in matcalc(*line).err
    assert "write 'x[n]'" in matcalc("chain", "L", "a", "xn").err


def test_colour_is_on_command(matcalc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    line = ("shape", "z[3] / x[2]")
    assert "\x1b[" not in matcalc(*line).out
    assert "\x1b[1m" in matcalc(*line, "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1m" in matcalc(*line).out
    assert "\x1b[" not in matcalc("--color=never", *line).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in matcalc(*line).out


def test_the_manual_page_holds_every_command_and_option() -> None:
    page = manual_page(app)
    assert page.isascii()
    assert page.startswith(".TH MATCALC 1")
    for name in COMMANDS:
        assert f".SH MATCALC {name.upper()}" in page
    for option in ("wrt", "vars", "layout", "because", "json", "rewrites"):
        assert rf"\-\-{option}" in page


_BACKWARD = "(W2 @ a1 - y).T @ (W2 @ a1 - y) / 2"
_STEPS = ["derive", _BACKWARD, "--let", "a1 = tanh(W1 @ x)", "--wrt", "W1", "--steps"]
_STEPS += ["--vars", "W1[m,n] x[n] W2[k,m] y[k]"]


def _with(encoding: str, *arguments: str) -> bytes:
    """What a command prints to a stream of an encoding."""
    narrow = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding, "COLUMNS": "80"}
    command = [sys.executable, "-m", "matcalc_cli", *arguments]
    return subprocess.run(command, capture_output=True, check=True, env=os.environ | narrow).stdout


def test_a_stream_of_few_letters_has_all_signs_spelled() -> None:
    shown = _with("ascii", *_STEPS, "--level", "short")
    assert shown == _with("cp1252", *_STEPS, "--level", "short")
    lines = shown.decode("ascii").splitlines()
    assert b"?" not in shown
    assert "  df/dW1 = ((1 - a1.^2) .* (W2^T z2)) x^T" in "\n".join(lines)
    assert max(map(len, lines)) <= 80


def test_a_page_is_in_utf_8_whatever_the_stream_has() -> None:
    page = _with("cp1252", *_STEPS, "--format", "html").decode("utf-8")
    assert "∂f/∂W₁" in page


def test_both_layouts_are_explained_and_names_run_forwards(matcalc: Any) -> None:
    shown = matcalc(*_STEPS, "--layout", "both", "--level", "short").out
    assert "∂f/∂W₁ in numerator layout" in shown
    assert "∂f/∂W₁ in denominator layout" in shown
    assert shown.count("where a transpose comes from") == 2
    forward = shown[shown.index("2. Forward") : shown.index("3. ")]
    names = [line.split()[0] for line in forward.splitlines() if " = " in line]
    assert names == ["z₁", "a₁", "z₂", "f"]


def test_given_names_keep_their_numbers_and_ours_take_other_letters(matcalc: Any) -> None:
    line = ["derive", "sum(z1)", "--let", "z1 = W2 @ tanh(W1 @ x)", "--wrt", "x", "--steps"]
    shown = matcalc(*line, "--vars", "W1[m,n] x[n] W2[k,m]").out
    forward = shown[shown.index("2. Forward") : shown.index("3. ")]
    names = [line.split()[0] for line in forward.splitlines() if " = " in line]
    assert names == ["u₁", "v₁", "z₁", "f"]


def test_steps_in_latex_are_displays(matcalc: Any) -> None:
    shown = matcalc(*_STEPS, "--format", "latex").out
    assert shown.isascii()
    assert r"\[ \frac{\partial f}{\partial W_{1}} = " in shown
    assert shown.count(r"\[") == shown.count(r"\]") > 10


@pytest.mark.parametrize(
    ("typed", "next_step"),
    [
        (["x'Ax"], ["derive", "x'Ax", "--wrt", "x"]),
        (["grad", "x'Ax", "x"], ["derive", "x'Ax", "--wrt", "x"]),
        (["hessian", "x^T A x"], ["derive", "x^T A x", "--wrt", "x", "--order", "2"]),
        (["d", "d(x^T A x)/dx"], ["derive", "x^T A x", "--wrt", "x"]),
        (["derive", "W @ x"], ["derive", "W @ x", "--wrt", "x"]),
    ],
)
def test_the_next_step_holds_the_formula_that_was_typed_and_works(
    matcalc: Any, typed: list[str], next_step: list[str]
) -> None:
    said = matcalc(*typed).err
    (line,) = (one for one in said.splitlines() if "matcalc derive " in one and "See" not in one)
    words = shlex.split(line[line.index("matcalc derive ") :])
    assert words == ["matcalc", *next_step]
    assert matcalc(*next_step).code == 0


def test_quotes_that_the_shell_did_not_take_are_noticed() -> None:
    assert "Windows quotes with" in made_by_the_shell(["derive", "'x.T", "@", "x'", "--wrt", "x"])
