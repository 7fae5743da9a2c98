"""``matcalc check``: each kind of claim, each form of answer, and what goes wrong."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from matcalc.claims.answer import FAMILIES, FAMILY
from matcalc.claims.families import BY_NAME, CAUSES

_SIZES = ("2x1 · 2x3 · 3x1 · 1x2", "--wanted", "3x2")
_FORWARD = ("--because", "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2")
_EQUATION = ("dW2[3,2] = d3[2] @ W3[2,3] @ r[3] @ x[2].T", *_FORWARD)
_FORMULA = ("2 * A @ x", "--of", "x.T @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]")
_CHAIN = ("∂L/∂a3 ∂a3/∂z3 ∂z3/∂a2 ∂a2/∂z2 ∂a2/∂z2 ∂z2/∂W2",)
_RIGHT = ("2 * A @ x", *_FORMULA[1:5], "--vars", "x[n] A[n,n]:symmetric")
_ALL = {"sizes": _SIZES, "equation": _EQUATION, "formula": _FORMULA, "chain": _CHAIN}
_KEYS = {
    "claim", "name", "read", "verdict", "reason", "layout", "shape", "claimed_shape", "truth",
    "causes", "repair", "sure", "repairs", "products", "right_when", "pieces", "misfits", "terms",
    "missing", "why", "counterexample", "kind", "points", "kinks", "assumptions", "notes",
    "answer_note",
}  # fmt: skip


def test_sizes_alone_say_where_it_breaks_what_fits_and_draw_it(matcalc: Any) -> None:
    result = matcalc("check", *_SIZES)
    assert (result.code, result.err) == (1, "")
    assert result.out.startswith(
        "What was read\n"
        "\n"
        "   A  ·  B  ·  C  ·  D\n"
        "  2×1   2×3   3×1   1×2\n"
        "   ✗ 1 ≠ 2\n"
        "\n"
        "  □                    A  2×1\n"
        "  □\n"
        "  ✗ □ □ □              B  2×3   1 ≠ 2\n"
        "  ✗ □ □ □\n"
        "    · · · □            C  3×1\n"
    )
    assert "\n\nIt does not fit\n\n  A has 1 column, B has 2 rows\n" in result.out
    assert "\n  2x1 · 2x3 · 3x1 · 1x2\n        ^^^\n" in result.out
    assert "  B.T @ A             3×2 · 2×1 = 3×1\n" in result.out
    assert "\n  (B.T @ A * C) @ D\n" in result.out


def test_an_equation_shows_the_products_of_its_repair_with_their_meaning(matcalc: Any) -> None:
    result = matcalc("check", *_EQUATION)
    assert (result.code, result.err) == (1, "")
    assert result.out.startswith("What was read, in denominator layout\n")
    assert "r is taken as relu′(z2), the slope in a2" in result.out
    assert "3×2 · 2×1 = 3×1   ∂L/∂a2\n" in result.out
    assert "3×1 ⊙ 3×1 = 3×1   ∂L/∂z2\n" in result.out
    assert "3×1 · 1×2 = 3×2   ∂L/∂W2\n" in result.out
    assert "\nRepaired\n" in result.out


def test_a_formula_that_is_wrong_is_told_its_shape_is_right(matcalc: Any) -> None:
    out = matcalc("check", *_FORMULA).out
    assert "\nWrong\n" in out
    assert "Its shape is right: n×1." in out
    assert "The mistake: symmetric-part (symmetry)" in out
    assert "\nRepaired\n\n  (A + A.T) @ x\n" in out


def test_a_chain_of_fractions_names_the_doubled_factor(matcalc: Any) -> None:
    result = matcalc("check", *_CHAIN)
    assert result.code == 1
    assert "The mistake: duplicated-factor (chain rule)" in result.out
    assert f"\n  {_CHAIN[0]}\n{' ' * 33}^^^^^^^\n" in result.out
    assert "✗ z2 ≠ a2" in result.out
    turned = matcalc("check", "∂L/∂a ∂a/∂z", "--layout", "denominator")
    assert "Right in the other layout" in turned.out
    assert "\n  ∂a/∂z · ∂L/∂a\n" in turned.out


def test_what_is_right_is_exit_code_0(matcalc: Any) -> None:
    for arguments in (_RIGHT, ("2x3 · 3x1", "--wanted", "2x1"), ("∂L/∂a ∂a/∂z",)):
        result = matcalc("check", *arguments)
        assert (result.code, result.err) == (0, "")
        assert "\nRight\n" in result.out
        assert "Repaired" not in result.out


@pytest.mark.parametrize("kind", _ALL)
def test_json_has_every_key_and_the_causes_with_their_places(matcalc: Any, kind: str) -> None:
    result = matcalc("check", *_ALL[kind], "--json")
    assert (result.code, result.err) == (1, "")
    found = result.json
    assert found.keys() == _KEYS
    claim = _ALL[kind][0]
    assert found["claim"] == claim
    for cause in found["causes"]:
        assert cause.keys() == {"name", "family", "start", "end", "says"}
        assert FAMILY[cause["name"]] == cause["family"]
        assert 0 <= cause["start"] < cause["end"] <= len(claim)
    assert found["answer_note"].startswith(f"{found['verdict']}/")
    assert not any(character.isdigit() for character in found["answer_note"])
    assert found["repair"] == found["repairs"][0]


@pytest.mark.parametrize("kind", _ALL)
def test_nothing_is_wider_than_the_terminal_and_nothing_is_left_out(
    matcalc: Any, kind: str
) -> None:
    result = matcalc("check", *_ALL[kind])
    assert max(map(len, result.out.splitlines())) <= 80
    document = matcalc("check", *_ALL[kind], "--json").json
    shown = "".join(result.out.split())
    said = [document["repair"], document["reason"], *document["assumptions"], *document["notes"]]
    for text in said:
        assert "".join(text.split()) in shown


def test_a_long_line_goes_on_below(matcalc: Any) -> None:
    pieces = " · ".join(["200x300", "300x400", "400x500", "600x700", "700x800", "800x900", "9x1"])
    out = matcalc("check", pieces, "--wanted", "200x1").out
    assert max(map(len, out.splitlines())) <= 80
    assert out.count("✗") == 2
    assert "500 ≠ 600" in out
    assert "900 ≠ 9" in out


def test_short_is_a_line_each(matcalc: Any) -> None:
    out = matcalc("check", *_SIZES, "--short").out
    assert out.splitlines() == [
        "it does not fit: A has 1 column, B has 2 rows",
        "transpose at 2x3 (characters 7 to 9): B goes in transposed: 3×2",
        "repaired: (B.T @ A * C) @ D",
    ]


def test_hints_come_in_steps(matcalc: Any) -> None:
    one, two, three, four = (matcalc("check", *_SIZES, "--hint", str(k)).out for k in (1, 2, 3, 4))
    assert "It does not fit" in one
    assert not re.search("✗|transpose|Repaired|\\^", one)
    assert "✗" in two
    assert "^^^" in two
    assert not re.search("transpose|Repaired", two)
    assert "The mistake: transpose" in three
    assert "Repaired" not in three
    assert "Repaired" in four
    assert four == matcalc("check", *_SIZES).out


@pytest.mark.parametrize("kind", _ALL)
def test_no_hint_before_the_last_gives_the_repair_away(matcalc: Any, kind: str) -> None:
    repair = matcalc("check", *_ALL[kind], "--json").json["repair"].rpartition(" = ")[2]
    for hint in "123":
        for form in ((), ("--json",), ("--format", "markdown"), ("--format", "html")):
            out = matcalc("check", *_ALL[kind], "--hint", hint, *form).out
            assert repair not in out
            assert "W3.T" not in out


def test_hints_hold_back_in_json_too(matcalc: Any) -> None:
    one, two, three = (
        matcalc("check", *_FORMULA, "--hint", str(k), "--json").json for k in (1, 2, 3)
    )
    assert one["causes"] == []
    assert [cause["name"] for cause in two["causes"]] == [""]
    assert three["causes"][0]["name"] == "symmetric-part"
    for told in (one, two, three):
        assert (told["repair"], told["truth"], told["repairs"]) == (None, "", [])
        assert told["verdict"] == "wrong_value"


def test_several_lines_are_judged_each_given_the_ones_before(matcalc: Any) -> None:
    lines = (
        "dz3 = a3 - y",
        "da2 = W3 @ dz3",
        "dz2 = da2 * step(z2)",
        "dW2 = dz2 @ x.T",
    )
    forward = (
        "--because",
        "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2; a3 = sigmoid(z3); "
        "L = -sum(y*log(a3) + (1-y)*log(1-a3))",
        "--vars",
        "x[2] W2[3,2] W3[2,3] y[2]",
    )
    result = matcalc("check", *lines, *forward)
    assert result.code == 1
    assert result.out.startswith(
        "line 2 is wrong; lines 3 and 4 follow rightly from what is wrong; line 1 is right\n"
    )
    assert "da2 = W3.T @ dz3" in result.out
    found = matcalc("check", "\n".join(lines), *forward, "--json").json
    assert [one["verdict"] for one in found["lines"]] == [
        "right", "not_conformable", "right", "right",
    ]  # fmt: skip
    assert [one["uses"] for one in found["lines"]] == [[], [1], [2], [3]]
    on_one = matcalc("check", "; ".join(lines), *forward, "--json").json
    assert on_one["summary"] == found["summary"]
    by_commas = matcalc("check", ", ".join(lines), *forward, "--json").json
    assert by_commas["summary"] == found["summary"]
    mended = matcalc("check", lines[0], "da2 = W3.T @ dz3", *lines[2:], *forward)
    assert (mended.code, mended.out.splitlines()[0]) == (0, "every line is right")


def test_a_line_may_name_a_part(matcalc: Any) -> None:
    forward = ("--because", "z = W @ x; a = tanh(z)", "--vars", "x[2] W[3,2]")
    result = matcalc("check", "slope = 1 - a**2", "dz = da * slope", "dW = dz @ x.T", *forward)
    assert result.code == 0, result.out
    assert "every line is right" in result.out


def test_a_part_that_no_line_uses_is_not_called_right(matcalc: Any) -> None:
    """Of such a line nothing was judged; a gradient of nothing is most often a slip: dq for dQ."""
    forward = ("--because", "S = Q @ K.T", "--vars", "Q[n,d] K[m,d]")
    for slip in ("dq = 7 * dS @ K", "dL_dq = dS", "grad_q = dS"):
        result = matcalc("check", slip, "dK = dS.T @ Q", *forward)
        assert result.code == 2, result.out
        assert "is none of dS, dQ, dK" in result.err
    result = matcalc("check", "rate = 2 * S", "dK = dS.T @ Q", *forward)
    assert result.out.splitlines()[0] == (
        "every other line is right; line 1 gave no gradient, and was not judged"
    )
    wrong = matcalc("check", "rate = 2 * S", "dK = -dS.T @ Q", *forward)
    assert (wrong.code, "line 1 gave no gradient" in wrong.out) == (1, True)


def test_stdin_is_read(matcalc: Any) -> None:
    result = matcalc("check", "-", "--wanted", "3x2", stdin="2x1 · 2x3 · 3x1 · 1x2\n".encode())
    assert result.out == matcalc("check", *_SIZES).out


def test_a_claim_may_begin_with_a_minus_sign(matcalc: Any) -> None:
    result = matcalc("check", "-a", "--of", "-a.T @ x", "--wrt", "x", "--vars", "a[n] x[n]")
    assert result.code == 0


@pytest.mark.parametrize("kind", _ALL)
def test_svg_is_a_picture(matcalc: Any, kind: str) -> None:
    result = matcalc("check", *_ALL[kind], "--format", "svg")
    root = ET.fromstring(result.out)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "Checked" in (root[0].text or "")


def test_the_picture_of_sizes_marks_what_does_not_fit(matcalc: Any) -> None:
    out = matcalc("check", *_SIZES, "--format", "svg").out
    assert out.count('class="mc-wrong"') == 1
    assert ">1 ≠ 2<" in out
    assert out.count('class="mc-result"') == 2  # of the two matrix products of the repair


@pytest.mark.parametrize("kind", _ALL)
def test_pages_say_what_the_terminal_says(matcalc: Any, kind: str) -> None:
    document = matcalc("check", *_ALL[kind], "--json").json
    markdown = matcalc("check", *_ALL[kind], "--format", "markdown").out
    html = matcalc("check", *_ALL[kind], "--format", "html").out
    assert f"`{document['repair']}`" in markdown
    assert document["repair"] in html
    ET.fromstring(html.replace("&nbsp;", " "))  # noqa: S314 - our own
    for title in ("What was read", "The mistake", "Repaired"):
        assert f"### {title}" in markdown
        assert f">{title}" in html


def test_signs_of_html_and_markdown_are_escaped(matcalc: Any) -> None:
    claim = ("dW[3,2] = <b>[3] @ x[2]",)
    assert matcalc("check", *claim, "--format", "html").code == 2
    found = matcalc("check", "a < b", *_FORMULA[1:], "--format", "html")
    assert "<b" not in found.out


@pytest.mark.parametrize("name", [*FAMILIES, *FAMILY])
def test_every_mistake_is_explained(matcalc: Any, name: str) -> None:
    result = matcalc("check", "--explain", name)
    family = BY_NAME[FAMILY.get(name, name)]
    assert result.code == 0
    assert result.out.startswith(f"{family.title}\n")
    for cause in family.causes:
        assert f"{'→' if cause == name else ' '} {cause}: " in result.out
    assert max(map(len, result.out.splitlines())) <= 80
    document = matcalc("check", "--explain", name, "--json").json
    assert document["name"] == family.name
    assert [one["says"] for one in document["causes"]] == [CAUSES[one] for one in family.causes]


@pytest.mark.parametrize("family", BY_NAME.values(), ids=list(BY_NAME))
def test_the_example_of_a_family_has_a_mistake_of_it(matcalc: Any, family: Any) -> None:
    found = matcalc("check", *family.example, "--json")
    assert found.code == 1
    assert found.json["causes"][0]["family"] == family.name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "what is to be checked?"),
        ("''", "the claim is empty"),
        ("'A @ x'", "what is it the derivative of? add --of"),
        ("'dW = dz @ x.T'", "add --because"),
        ("'A @ x' --of 'A @ x'", "--of EXPRESSION and --wrt NAME go together"),
        ("'A @ x' --wrt x", "--of EXPRESSION and --wrt NAME go together"),
        ("'dW = dz' --because 'z = W' --of W --wrt W", "an equation with --because"),
        ("'2x3 · 3x2' --wanted 3x2 --of x --wrt x", "--wanted is for sizes alone"),
        ("'2x3 · 3x2' --wanted 3x2x1", "a shape is written 3x2"),
        ("'2x3 + 3x2' --wanted 3x2", "sizes alone are a product of pieces"),
        ("'2x1 · 1x2' --json --short", "choose one"),
        ("--explain transpse", "near: transpose"),
        ("'dW = dz @ x.T' --because 'z ='", "is missing at the end"),
        ("'foo(' --of 'x.T @ x' --wrt x --vars 'x[n]'", ""),
        ("'dW = q @ x.T' --because 'z = W @ x' --vars 'W[m,n] x[n]'", "q"),
        ("'dq = dz @ x.T' --because 'z = W @ x' --vars 'W[m,n] x[n]'", "names a gradient"),
        ("'a = 1' 'b = 2' --because 'z = W @ x' --vars 'W[m,n] x[n]'", "no line gives a gradient"),
        ("'dz' 'dW = dz @ x.T' --because 'z = W @ x'", "a line names what it gives"),
        ("'dW = dz @ x.T' 'dx = W.T @ dz' --because 'z = W @ x' --format svg", "draws one line"),
    ],
)
def test_what_cannot_be_checked_is_one_message(matcalc: Any, arguments: str, said: str) -> None:
    result = matcalc("check", *shlex.split(arguments))
    assert result.code == 2, result.out + result.err
    assert result.err.startswith("matcalc: error: ")
    assert said in result.err
    assert "Traceback" not in result.err + result.out


def test_sizes_chains_and_explanations_load_no_numpy() -> None:
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = (
        "import sys; sys.modules['numpy'] = None; from matcalc_cli.app import app\n"
        "app(sys.argv[1:], prog_name='matcalc')"
    )
    for arguments in (_SIZES, _CHAIN, ("--explain", "terms"), (*_SIZES, "--format", "svg")):
        done = subprocess.run(
            [sys.executable, "-c", code, "check", *arguments],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        assert not done.stderr, done.stderr
