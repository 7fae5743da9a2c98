from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matcalc as mc

_NETWORK = "sum((sigmoid(W3 @ relu(W2 @ x)) - y)**2)/2"
_SHAPES = "x[2] W2[3,2] W3[2,3] y[2]"
_QUADRATIC = ("x.T @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]")


def _run_source(source: str, name: str, *arguments: Any) -> Any:
    space: dict[str, Any] = {}
    exec(source, space)  # noqa: S102 - our own output
    return space[name](*arguments)


def test_each_layout_has_its_formula_and_its_shape(matcalc: Any) -> None:
    out = matcalc("derive", *_QUADRATIC).out
    assert out.startswith(
        "f = xᵀ A x\n"
        "\n"
        "∂f/∂x in numerator layout, 1×n\n"
        "\n"
        "  xᵀ (A + Aᵀ)\n"
        "\n"
        "∂f/∂x in denominator layout, n×1\n"
        "\n"
        "  (A + Aᵀ) x\n"
        "\n"
        "NumPy, denominator layout; the array of numerator layout is its transpose, .T:\n"
        "\n"
        "import numpy as np\n"
    )


def test_the_code_below_the_formula_runs(matcalc: Any) -> None:
    arguments = ("derive", _NETWORK, "--wrt", "W2", "--vars", _SHAPES, "--layout", "denominator")
    out = matcalc(*arguments).out
    rng = np.random.default_rng(0)
    given = [rng.normal(size=shape) for shape in ((2,), (3, 2), (2, 3), (2,))]
    found = _run_source(out[out.index("import numpy") :], "df_dW2", *given)
    J = mc.derive(_NETWORK, wrt="W2", variables=_SHAPES, layout="denominator")
    expected = J.evaluate(**dict(zip(("x", "W2", "W3", "y"), given, strict=True)))
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("form", ["text", "unicode", "latex", "einsum", "numpy", "torch", "jax"])
def test_a_format_is_printed_alone_as_the_library_has_it(form: str, matcalc: Any) -> None:
    out = matcalc("derive", *_QUADRATIC, "--layout", "denominator", "--format", form).out
    J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="denominator")
    assert out == f"{getattr(J, form)}".rstrip("\n") + "\n"


def test_several_formulas_are_told_apart_by_comments(matcalc: Any) -> None:
    assert matcalc("derive", "A @ x", "--wrt", "x", "--vars", "x[n] A[m,n]", "--format", "text")[
        1
    ] == ("# ∂f/∂x in numerator layout\nA\n# ∂f/∂x in denominator layout\nA.T\n")
    latex = matcalc("derive", *_QUADRATIC, "--format", "latex").out
    assert latex.startswith("% ∂f/∂x in numerator layout\n")


def test_several_variables_are_derived_at_once(matcalc: Any) -> None:
    arguments = ("derive", "sum(sigmoid(W @ x + b))", "--vars", "W[3,2]", "--vars", "x[2] b[3]")
    commas = matcalc(*arguments, "--wrt", "W,b", "--format", "numpy").out
    assert matcalc(*arguments, "--wrt", "W", "--wrt", "b", "--format", "numpy").out == commas
    assert commas.count("import numpy as np") == commas.count("def sigmoid") == 1
    W, x, b = np.ones((3, 2)), np.ones(2), np.zeros(3)
    slope = 1 / (1 + np.exp(-2.0)) * (1 - 1 / (1 + np.exp(-2.0)))
    value, (by_W, by_b) = _run_source(commas, "f_and_derivatives", W, x, b)
    np.testing.assert_allclose(value, 3 / (1 + np.exp(-2.0)))
    np.testing.assert_allclose(by_W, np.full((3, 2), slope))
    np.testing.assert_allclose(by_b, np.full(3, slope))
    document = matcalc(*arguments, "--wrt", "W,b", "--json").json
    assert document["together"]["numpy"] == commas


def test_a_second_derivative_may_be_mixed(matcalc: Any) -> None:
    shapes = ("--vars", "x[n] A[n,m] y[m]", "--order", "2")
    out = matcalc("derive", "x.T @ A @ y", "--wrt", "x,y", *shapes, "--layout", "numerator").out
    assert "∂²f/∂x∂y in numerator layout, n×m\n\n  A\n" in out
    out = matcalc("derive", *_QUADRATIC, "--order", "2").out
    assert "∂²f/∂x² in both layouts, n×n\n\n  A + Aᵀ\n" in out
    assert "NumPy, both layouts:" in out


def test_assignments_come_first_and_are_shown_once(matcalc: Any) -> None:
    lets = ("--let", "z2 = W2 @ x", "--let", "a = sigmoid(z2)")
    out = matcalc("derive", "sum(a)", *lets, "--wrt", "x", "--vars", "x[2] W2[3,2]").out
    assert out.startswith("z₂ = W₂ x\na = σ(z₂)\nf = sum(a)\n")
    assert out.count("z₂ =") == out.count("a = σ") == 1


@pytest.mark.parametrize("expression", ["-x.T @ x", "-h * x.T @ x", "-(x.T @ x)", "-h*(x.T@x)"])
def test_an_expression_may_begin_with_a_minus_sign(expression: str, matcalc: Any) -> None:
    options = ("--wrt", "x", "--vars", "x[n] h", "--layout", "denominator", "--format", "text")
    result = matcalc("derive", expression, *options)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("-2 *")
    assert matcalc("derive", *options, expression).out == result.out
    assert matcalc("derive", *options, "--", expression).out == result.out


def test_the_name_alone_with_a_minus_sign_is_an_expression(matcalc: Any) -> None:
    options = ("--wrt", "x", "--vars", "x", "--layout", "numerator", "--format", "text")
    assert matcalc("derive", "-x", *options).out == "-1\n"


def test_a_misspelt_option_is_an_error_with_a_suggestion(matcalc: Any) -> None:
    result = matcalc("derive", "-x", "--wrt", "x", "--vars", "x", "--layuot", "both")
    assert (result.code, result.out) == (2, "")
    assert "No such option: --layuot" in result.err
    assert result.err.splitlines()[0].endswith("did you mean --layout?")


_FILE = """\
# a layer
z = W @ x   # before the activation

a = tanh(
    z + b)
sum(a**2)
"""


def test_a_file_and_stdin_hold_assignments_and_an_expression(tmp_path: Path, matcalc: Any) -> None:
    path = tmp_path / "layer.txt"
    path.write_text(_FILE, encoding="utf-8")
    options = ("--wrt", "W", "--vars", "W[3,2] x[2] b[3]", "--format", "text")
    spelled = matcalc("derive", "z = W @ x; a = tanh(z + b); sum(a**2)", *options)
    assert spelled.code == 0
    assert matcalc("derive", "--file", str(path), *options).out == spelled.out
    assert matcalc("derive", "-", *options, stdin=_FILE.encode()).out == spelled.out
    path.write_text(_FILE.rpartition("sum")[0], encoding="utf-8")
    assert matcalc("derive", "sum(a**2)", "--file", str(path), *options).out == spelled.out


def test_an_error_in_a_file_names_its_line_and_shows_that_alone(matcalc: Any) -> None:
    wrong = _FILE.replace("z + b", "z ++* b").encode()
    result = matcalc("derive", "-", "--wrt", "W", "--vars", "W[3,2] x[2] b[3]", stdin=wrong)
    assert result.code == 2
    assert result.err == (
        "matcalc: error: stdin, line 4: a name, a number or a parenthesis is missing before '*'\n"
        "  a = tanh( z ++* b)\n"
        "                ^\n"
    )


def test_an_error_in_an_assignment_is_shown_in_it(matcalc: Any) -> None:
    lets = ("--let", "u = W @ x", "--let", "v = W @ u")
    result = matcalc("derive", "sum(v)", *lets, "--wrt", "x", "--vars", "W[3,2] x[2]")
    assert result.code == 1
    assert result.err.splitlines()[1:3] == ["  v = W @ u", "      ^"]


@pytest.mark.parametrize("layout", ["numerator", "denominator", "both"])
@pytest.mark.parametrize(
    ("expression", "wrt", "variables", "order"),
    [
        (_NETWORK, "W2", _SHAPES, 1),
        ("softmax(W @ x)", "W,x", "W[m,n] x[n]", 1),
        ("sum(log(x)) / k", "x", "x[n]", 1),
        ("logdet(S)", "S", "S[n,n]:spd", 2),
        ("sum(arcsin(p))", "p", "p[n]", 1),
        ("exp(x.T @ A @ y)", "x,y", "x[n] A[n,m] y[m]", 2),
        ("lambda * np", "lambda", "lambda np", 1),
        ("sum(exp(X))", "X", "X[2*h,h+1]", 1),
    ],
)
def test_a_check_agrees(
    expression: str, wrt: str, variables: str, order: int, layout: str, matcalc: Any
) -> None:
    options = ("--wrt", wrt, "--vars", variables, "--order", str(order), "--layout", layout)
    result = matcalc("derive", expression, *options, "--check", "--json")
    assert (result.code, result.err) == (0, "")
    check = result.json["check"]
    assert check["agrees"]
    assert 0 < check["error"] < 1e-6
    assert check["points"] == 20


def test_a_check_that_fails_is_exit_code_1(monkeypatch: pytest.MonkeyPatch, matcalc: Any) -> None:
    monkeypatch.setattr(mc.Jacobian, "text", property(lambda _: "1.001 * (A + A.T) @ x"))
    arguments = ("derive", *_QUADRATIC, "--layout", "denominator", "--check")
    result = matcalc(*arguments)
    assert result.code == 1
    assert "check: DOES NOT AGREE with central differences at 20 points" in result.out
    assert result.out.endswith("wrong for ∂f/∂x in denominator layout: formula\n")
    piped = matcalc(*arguments, "--format", "text")
    assert (piped.code, piped.out) == (1, 'einsum("j,ji->i", x, A + A.T)\n')  # it does not hold
    assert piped.err.startswith("check: DOES NOT AGREE")
    assert "report it" in piped.err


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("sum(g(x))", "g is a name alone"),
        ("kron(x @ x.T, x @ x.T)", "declare dimensions by name"),
    ],
)
def test_what_cannot_be_checked_says_why(expression: str, part: str, matcalc: Any) -> None:
    result = matcalc("derive", expression, "--wrt", "x", "--vars", "x[60]", "--check")
    assert (result.code, result.out) == (1, "")
    assert part in result.err


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("sum(log(-exp(x)))", "not finite at random points"),
        ("det(x @ x.T)", "no certain digits"),
        ("sum(sin(1e13 * x))", "varies too fast"),
    ],
)
def test_a_check_that_cannot_tell_says_why_and_is_no_fault(
    expression: str, why: str, matcalc: Any
) -> None:
    arguments = ("derive", expression, "--wrt", "x", "--vars", "x[n]", "--check")
    result = matcalc(*arguments)
    assert (result.code, result.err) == (0, "")
    assert "check: CANNOT TELL\n" in result.out
    assert why in " ".join(result.out.split())
    found = json.loads(matcalc(*arguments, "--json").out)["check"]
    assert (found["verdict"], found["agrees"]) == ("cannot_tell", False)


@pytest.mark.parametrize(
    "expression",
    [
        "sum(log(1 - sigmoid(30 * x)))",
        "sum(sin(100000 * x))",
        "sum(relu(A @ relu(A @ x)))",
        "sum(abs(x) * x)",
    ],
)
def test_a_right_derivative_agrees_where_differences_are_hard(
    expression: str, matcalc: Any
) -> None:
    variables = "x[n] A[n,n]" if "A" in expression else "x[n]"
    result = matcalc("derive", expression, "--wrt", "x", "--vars", variables, "--check")
    assert (result.code, result.err) == (0, "")
    assert "check: agrees" in result.out


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        ((), 2, "what is differentiated?"),
        (("x", "--json", "--format", "text"), 2, "leave out --format"),
        (("y", "--vars", "x[n]"), 2, "y is not declared"),
        (("x @", "--vars", "x[n]"), 2, "missing at the end"),
        (("x.T @ y", "--vars", "x[3] y[2]"), 1, "3 against 2"),
        (("q", "--vars", "q"), 2, "wrt is 'x'"),
        (("x", "--vars", "x[3"), 2, "never closed"),
        (("x", "--order", "3"), 2, "not in the range"),
        (("x", "--layout", "mixed"), 2, "'mixed' is not one of"),
        (
            ("x", "--wrt", "y", "--wrt", "z", "--order", "2", "--vars", "x y z"),
            2,
            "one or two",
        ),
        (("x", "@", "y"), 2, "unexpected extra argument"),
        (("--file", "no-such-file"), 2, "cannot read no-such-file: No such file"),
        (("--file", "."), 2, "cannot read .: Is a directory"),
        (("--file", "\0"), 2, "cannot read this file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_message(
    arguments: tuple[str, ...], code: int, part: str, matcalc: Any
) -> None:
    result = matcalc("derive", *arguments, "--wrt", "x")
    assert (result.code, result.out) == (code, "")
    assert part in result.err
    assert "internal error" not in result.err


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\xff\xfe", b"x" * 2_000_000])
def test_stdin_that_holds_no_formula_is_refused(content: bytes, matcalc: Any) -> None:
    result = matcalc("derive", "-", "--wrt", "x", "--vars", "x", stdin=content)
    assert (result.code, result.out) == (2, "")
    assert "stdin" in result.err


def test_no_name_is_wrong_usage(matcalc: Any) -> None:
    assert matcalc("derive", "x", "--wrt", ",", "--vars", "x").err == (
        "matcalc: error: --wrt needs the name of a variable\n"
    )


def test_notes_say_how_it_was_read(matcalc: Any) -> None:
    out = matcalc("derive", "exp(X)", "--wrt", "X", "--vars", "X[n,n]").out
    assert out.count("note: exp(X) is taken entry by entry; the matrix exponential is expm(X)") == 1
    out = matcalc("derive", "x @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]").out
    assert out.startswith("f = xᵀ A x\nnote: vectors are read as NumPy's one-dimensional arrays")
    out = matcalc("derive", "A @ y", "--wrt", "y", "--vars", "A[m,n] y[k]").out
    assert "note: the formula forces k = n\n" in out


def test_signs_are_explained_where_they_are_used(matcalc: Any) -> None:
    out = matcalc("derive", "sum(sigmoid(x)**3 / k)", "--wrt", "x", "--vars", "x[n] k").out
    out = " ".join(out.split())
    assert "⊙ multiplies entry by entry" in out
    assert "σ(z) is 1 / (1 + exp(−z))" in out
    assert "δ" not in out
    assert "Here" not in matcalc("derive", *_QUADRATIC).out


@pytest.mark.parametrize("columns", ["50", "80"])
def test_lines_of_prose_and_formulas_fit_the_terminal(
    columns: str, monkeypatch: pytest.MonkeyPatch, matcalc: Any
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    out = matcalc("derive", _NETWORK, "--wrt", "W2", "--vars", _SHAPES, "--check").out
    before, _, code = out.partition("import numpy")
    after = code.rpartition("check:")[2]
    assert max(map(len, [*before.splitlines(), *after.splitlines()])) <= int(columns)


def test_the_documented_keys_are_the_keys(matcalc: Any) -> None:
    said = matcalc("derive", "A @ y", "--wrt", "y", "--vars", "A[m,n] y[k]", "--json")
    document = json.loads(said.out)
    (derivative,) = document.pop("derivatives")
    assert document == {
        "of": "f",
        "of_shape": ["m"],
        "variables": {"A": ["m", "n"], "y": ["n"]},
        "forced": {"k": "n"},
        "notes": ["the formula forces k = n"],
        "assumptions": [],
    }
    assert derivative["wrt"] == ["y"]
    assert derivative["layouts"].keys() == {"numerator", "denominator"}
    denominator = derivative["layouts"]["denominator"]
    assert "torch" in denominator.pop("torch")
    assert "jnp" in denominator.pop("jax")
    numpy_code = denominator.pop("numpy")
    A = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(_run_source(numpy_code, "df_dy", A), A.T)
    assert denominator == {
        "shape": ["n", "m"],
        "matrix_shape": ["n", "m"],
        "text": "A.T",
        "unicode": "Aᵀ",
        "latex": r"A^\top",
        "einsum": 'einsum("ji->ij", A)',
        "verified": True,
    }


@pytest.mark.parametrize("arguments", [("derive", "-h"), ("derive",), ("derive", "x", "--layuot")])
def test_help_and_wrong_options_load_no_heavy_library(arguments: tuple[str, ...]) -> None:
    program = (
        "import sys\n"
        "from matcalc_cli.app import main\n"
        f"sys.argv = ['matcalc', *{arguments!r}]\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print('heavy:', {'numpy', 'einops', 'scipy'} & sys.modules.keys(), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.stderr.decode().endswith("heavy: set()\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_stream_without_the_signs_gets_the_input_language(encoding: str) -> None:
    command = [sys.executable, "-m", "matcalc_cli", "derive", *_QUADRATIC]
    narrow = os.environ | {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, check=False, env=narrow)
    assert done.stdout.decode(encoding).startswith("f = x.T @ A @ x\n\ndf/dx in numerator")
    asked = [*command, "--format", "unicode"]
    done = subprocess.run(asked, capture_output=True, check=False, env=narrow)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"use --format text" in done.stderr


def test_a_stream_without_greek_letters_gets_their_names() -> None:
    command = [sys.executable, "-m", "matcalc_cli", "derive", "λ * x", "--wrt", "x"]
    narrow = os.environ | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*command, "--vars", "x[n] λ"], capture_output=True, check=True, env=narrow
    )
    assert done.stdout.startswith(b"f[n] = lambda * x\n")


_HOSTILE = Path(__file__).parents[3] / "shared" / "oracle" / "hostile.txt"


@pytest.mark.skipif(not _HOSTILE.exists(), reason="needs the oracle")
def test_hostile_input_is_read_or_refused_in_one_message(matcalc: Any) -> None:
    options = ("--wrt", "A", "--vars", "A[n,n] B[n,n] x[n]", "--format", "text")
    for line in _HOSTILE.read_text(encoding="utf-8").splitlines():
        result = matcalc("derive", "--layout", "numerator", *options, "--", line)
        assert result.code in (0, 1, 2)
        refused = "matcalc: error" in result.err
        assert (result.code == 0) != refused
        assert refused or not result.err or result.err.startswith("note: ")
        assert "internal error" not in result.err


def test_indices_say_which_axis_they_count_along(matcalc: Any) -> None:
    said = matcalc("derive", "W @ x", "--wrt", "W", "--vars", "W[3,2] x[2]")
    numerator, _, denominator = said.out.partition("in denominator layout")
    assert "i is the axis of f, j the second axis of W and k the first axis of W." in numerator
    assert "i is the first axis of W, j the second axis of W and k the axis of f." in denominator
    second = matcalc("derive", "logdet(S2)", "--wrt", "S2", "--vars", "S2[n,n]", "--order", "2")
    assert "j the second axis of ∂f/∂S₂" in " ".join(second.out.split())


@pytest.mark.parametrize("structure", ["symmetric", "symmetrised", "vech", "diagonal"])
@pytest.mark.parametrize("order", ["1", "2"])
def test_a_structure_is_said_and_checked(matcalc: Any, structure: str, order: str) -> None:
    said = matcalc(
        *("derive", "logdet(S)", "--wrt", "S", "--vars", "S[n,n]:spd", "--check"),
        *("--structure", structure, "--order", order),
    )
    assert said.code == 0
    assert said.out.count("note: ") == 1
    assert "check: agrees" in said.out
    assert ("vech(S)" in said.out) == (structure == "vech")


def test_a_structure_is_for_square_matrices_and_not_for_steps(matcalc: Any) -> None:
    said = matcalc(*("derive", "sum(W)", "--wrt", "W", "--vars", "W[m,n]", "--structure", "vech"))
    assert (said.code, said.out) == (1, "")
    assert "vech needs a square matrix; W is m×n" in said.err
    said = matcalc(
        *("derive", "tr(S)", "--wrt", "S", "--vars", "S[n,n]", "--structure", "vech", "--steps")
    )
    assert said.code == 2
    assert "leave out --structure, --check and --svg" in " ".join(said.err.split())


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("tr(A @ X @ B)", "f = tr(A X B)"),
        ("tr(B @ A @ X)", "f = tr(B A X)"),
        ("tr(X @ B) + tr(B @ A @ X)", "f = tr(X B) + tr(B A X)"),
    ],
)
def test_a_trace_begins_where_it_was_typed(matcalc: Any, typed: str, shown: str) -> None:
    out = matcalc("derive", typed, "--wrt", "X", "--vars", "A[n,n] X[n,n] B[n,n]").out
    assert out.startswith(f"{shown}\n")


def test_a_formula_is_stated_as_it_was_typed_and_what_recurs_in_its_derivative_has_a_name(
    matcalc: Any,
) -> None:
    gated = "sum(D * sigmoid(Z @ x) * tanh(C @ (h * sigmoid(Z @ x)) + sigmoid(Z @ x)))"
    shown = matcalc("derive", gated, "--wrt", "x", "--vars", "Z[m,n] C[m,m] x[n] h[m] D[m]").out
    stated, _, derived = shown.partition("∂f/∂x")
    assert "t₁" not in stated
    assert "\n  t₁ = " in derived


@pytest.mark.parametrize(
    ("formula", "alone", "wrt"),
    [
        ("d/dx (x'Ax)", "x'Ax", "x"),
        (
            r"\frac{\partial}{\partial \mathbf{x}} \|A\mathbf{x} - b\|_2^2",
            "norm(A @ x - b)**2",
            "x",
        ),
        (r"\frac{\partial \operatorname{tr}(AX)}{\partial X}", "tr(A @ X)", "X"),
        ("∇_w ½‖Xw − y‖²", "1/2 * norm(X @ w - y)**2", "w"),
        (r"∂/∂θ Σ_i (θ^T x_i - y_i)^2", r"\sum_i (θ^T x_i - y_i)^2", "θ"),
    ],
)
def test_a_derivative_says_itself_what_it_is_by(
    matcalc: Any, formula: str, alone: str, wrt: str
) -> None:
    right = matcalc("derive", alone, "--wrt", wrt, "--format", "numpy").out
    assert right
    plain = re.compile("Formula: .*")
    for given in ((), ("--wrt", wrt)):
        found = matcalc("derive", formula, *given, "--format", "numpy")
        assert plain.sub("", found.out) == plain.sub("", right), found.err
    other = matcalc("derive", formula, "--wrt", "q")
    assert other.code == 2
    assert "derivative by" in other.err


def test_a_formula_that_does_not_say_it_is_asked_by_which_variable(matcalc: Any) -> None:
    asked = matcalc("derive", "x.T @ A @ x")
    assert asked.code == 2
    assert "matcalc derive 'x.T @ A @ x' --wrt x" in asked.err
