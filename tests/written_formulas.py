"""Formulas as people should read them: one table for Unicode and for LaTeX.

Each row: a formula, the variable of its derivative or nothing, Unicode, LaTeX.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import matcalc as mc
from matcalc.checking.registration import example_points
from matcalc.derivative import derivatives
from matcalc.expression import KnownNames, read_formula
from matcalc.graph import Node, transposed
from matcalc.notation import WrittenFormula, write, write_derivative
from matcalc.operations import RULES, parse_signature
from matcalc.variables import Variable, parse_variable

ORACLE = Path(__file__).resolve().parents[2] / "shared" / "oracle"
_DECLARED = (
    "x[n] y[n] z[n] a[n] b[m] c[n] w[n] p[n] A[n,n] B[n,n] C[n,n] M[m,n] X[m,n] Y[m,n] W3[n,n] "
    "S[d,d] T[n,n,n] t s alpha lambda sigma2 x1[n] loss mu[n] dz2[n] v[3] a3[3] Q[m,n] K[m,n] tau "
    "batch[batch_size]"
)
VARIABLES = {v.name: v for v in map(parse_variable, _DECLARED.split())}

FORMULAS = [
    ("x.T @ A @ x", "", "xᵀ A x", r"x^\top A x"),
    ("(A + A.T) @ x", "", "(A + Aᵀ) x", r"\left(A + A^\top\right) x"),
    ("2 * M.T @ (M @ x - b)", "", "2 Mᵀ (M x − b)", r"2 M^\top \left(M x - b\right)"),
    ("W3.T @ dz2", "", "W₃ᵀ dz₂", r"W_{3}^\top \, \mathit{dz}_{2}"),
    ("x * y", "", "x ⊙ y", r"x \odot y"),
    ("2 * x * y", "", "2 x ⊙ y", r"2 x \odot y"),
    ("x @ x.T", "", "x xᵀ", r"x x^\top"),
    ("diag(p) - p @ p.T", "", "diag(p) − p pᵀ", r"\operatorname{diag}(p) - p p^\top"),
    ("tr(A @ B)", "", "tr(A B)", r"\operatorname{tr}(A B)"),
    ("kron(A, B)", "", "A ⊗ B", r"A \otimes B"),
    ("2 * kron(A + B, C)", "", "2 (A + B) ⊗ C", r"2 \left(A + B\right) \otimes C"),
    ("eye(n) - A", "", "Iₙ − A", "I_{n} - A"),
    ("ones(n) @ b.T", "", "1ₙ bᵀ", r"\mathbf{1}_{n} b^\top"),
    ("sum(X, axis=0)", "", "Xᵀ 1ₘ", r"X^\top \mathbf{1}_{m}"),
    ("sum(X, axis=1)", "", "X 1ₙ", r"X \mathbf{1}_{n}"),
    ("inv(A)", "", "A⁻¹", "A^{-1}"),
    ("inv(A).T", "", "A⁻ᵀ", r"A^{-\top}"),
    ("inv(A + t * B)", "", "(A + t B)⁻¹", r"\left(A + t B\right)^{-1}"),
    ("-inv(A).T @ B @ inv(A).T", "", "−A⁻ᵀ B A⁻ᵀ", r"-A^{-\top} B A^{-\top}"),
    (
        "sigmoid(z) * (1 - sigmoid(z))",
        "",
        "σ(z) ⊙ (1 − σ(z))",
        r"\sigma(z) \odot \left(1 - \sigma(z)\right)",
    ),
    ("x**2", "", "x⊙²", r"x^{\odot 2}"),
    ("X**2", "", "X⊙²", r"X^{\odot 2}"),
    ("(x * y)**2", "", "(x ⊙ y)⊙²", r"\left(x \odot y\right)^{\odot 2}"),
    ("A @ x**2", "", "A x⊙²", r"A x^{\odot 2}"),
    ("sqrt(x)", "", "√x", r"\sqrt{x}"),
    ("sqrt(X)", "", "X⊙^(1/2)", r"X^{\odot 1/2}"),
    ("sqrt(x.T @ x)", "", "‖x‖", r"\lVert x \rVert"),
    ("x / sqrt(x.T @ x)", "", "x / ‖x‖", r"\frac{x}{\lVert x \rVert}"),
    ("sqrt(sum((X - Y)**2))", "", "‖X − Y‖_F", r"\lVert X - Y \rVert_F"),
    ("(x.T @ x)**1.5", "", "‖x‖³", r"\lVert x \rVert^{3}"),
    ("(A + A.T) / 2", "", "(A + Aᵀ) / 2", r"\frac{1}{2} \left(A + A^\top\right)"),
    ("x.T @ y", "", "xᵀ y", r"x^\top y"),
    ("x.T @ y * A", "", "(xᵀ y) A", r"\left(x^\top y\right) A"),
    ("x / y", "", "x ⊘ y", r"x \oslash y"),
    ("A @ x / (x * y)", "", "(A x) ⊘ (x ⊙ y)", r"\left(A x\right) \oslash \left(x \odot y\right)"),
    ("x / n", "", "x / n", r"\frac{x}{n}"),
    ("x / (2 * n)", "", "x / (2 n)", r"\frac{x}{2 n}"),
    ("1 / x", "", "1 ⊘ x", r"1 \oslash x"),
    ("sum(x * y * z)", "", "sum(x ⊙ y ⊙ z)", r"\operatorname{sum}(x \odot y \odot z)"),
    ("det(A)", "", "det(A)", r"\det(A)"),
    ("log(det(A))", "", "log(det(A))", r"\log(\det(A))"),
    ("logdet(A)", "", "log|det(A)|", r"\log\lvert \det(A) \rvert"),
    ("exp(A)", "", "exp(A)", r"\exp(A)"),
    ("expm(A)", "", "expm(A)", r"\mathrm{e}^{A}"),
    ("expm(t * A).T", "", "expm(t A)ᵀ", r"\left(\mathrm{e}^{t A}\right)^\top"),
    ("expm(A @ B + C) @ x", "", "expm(A B + C) x", r"\operatorname{expm}(A B + C) x"),
    ("g(z)", "", "g(z)", "g(z)"),
    ("diag(g'(z)) @ A", "", "diag(g′(z)) A", r"\operatorname{diag}(g'(z)) A"),
    ("g''(z)", "", "g″(z)", "g''(z)"),
    ("step(z) * x", "", "step(z) ⊙ x", r"\mathbf{1}[z > 0] \odot x"),
    ("tanh(z)**2", "", "tanh²(z)", r"\tanh^{2}(z)"),
    (
        "(1 - tanh(A @ x)**2) * y",
        "",
        "(1 − tanh²(A x)) ⊙ y",
        r"\left(1 - \tanh^{2}(A x)\right) \odot y",
    ),
    ("sin(t)**2 + cos(t)**2", "", "sin²(t) + cos²(t)", r"\sin^{2}(t) + \cos^{2}(t)"),
    ("abs(t) * abs(x)", "", "|t| abs(x)", r"\lvert t \rvert \operatorname{abs}(x)"),
    ("t**2 * x", "", "t² x", "t^{2} x"),
    ("t**0.5 * x", "", "(√t) x", r"\sqrt{t} x"),
    ("0.5 * t**(-3) * x", "", "x / (2 t³)", r"\frac{x}{2 t^{3}}"),
    ("1e-5 * x", "", "10⁻⁵ x", "10^{-5} x"),
    ("0.00000123 * x", "", "1.23 · 10⁻⁶ x", r"1.23 \cdot 10^{-6} x"),
    ("x / 3", "", "x / 3", r"\frac{1}{3} x"),
    ("2 * t * x / (3 * n)", "", "2 t x / (3 n)", r"\frac{2 t}{3 n} x"),
    ("lambda * x1", "", "λ x₁", r"\lambda x_{1}"),
    ("sigma2 * mu", "", "σ₂ μ", r"\sigma_{2} \mu"),
    (
        'einsum("ijk,j,k->i", T, x, x)',
        "",
        "i ↦ Σⱼₖ T[i,j,k] x[j] x[k]",
        r"i \mapsto \sum_{j,k} T_{ijk} x_{j} x_{k}",
    ),
    ('einsum("ijk->kji", T)', "", "(i,j,k) ↦ T[k,j,i]", r"(i,j,k) \mapsto T_{kji}"),
    ('einsum("iij->j", T)', "", "i ↦ Σⱼ T[j,j,i]", r"i \mapsto \sum_{j} T_{jji}"),
    ('einsum("ijk,ijk->", T, T)', "", "Σᵢⱼₖ T[i,j,k]²", r"\sum_{i,j,k} T_{ijk}^{2}"),
    ("1 + x", "", "1ₙ + x", r"\mathbf{1}_{n} + x"),
    ("2 - x", "", "2 · 1ₙ − x", r"2 \mathbf{1}_{n} - x"),
    ("-(x + y)", "", "−(x + y)", r"-\left(x + y\right)"),
    ("-x", "", "−x", "-x"),
    ("-(x * y)", "", "−x ⊙ y", r"-x \odot y"),
    ("softmax(x)", "", "softmax(x)", r"\operatorname{softmax}(x)"),
    ("vec(X)", "", "vec(X)", r"\operatorname{vec}(X)"),
    ("pinv(X).T", "", "(X⁺)ᵀ", r"\left(X^{+}\right)^\top"),
    ("adj(A)", "", "adj(A)", r"\operatorname{adj}(A)"),
    ("maximum(x, y)", "", "maximum(x, y)", r"\operatorname{maximum}(x, y)"),
    ("relu(M @ x)", "", "relu(M x)", r"\operatorname{relu}(M x)"),
    ("erf(x)", "", "erf(x)", r"\operatorname{erf}(x)"),
    ("Phi(x)", "", "Φ(x)", r"\Phi(x)"),
    ("x**y", "", "x⊙^y", r"x^{\odot y}"),
    ("x**t", "", "x⊙^t", r"x^{\odot t}"),
    ("X**Q.T.T", "", "X⊙^Q", r"X^{\odot Q}"),
    ("A**B.T", "", "A⊙^(Bᵀ)", r"A^{\odot B^\top}"),
    ("t**s", "", "t^s", "t^{s}"),
    ("t**(s**2)", "", "t^(s²)", "t^{s^{2}}"),
    ("Q @ K.T / sqrt(n) @ X", "", "Q Kᵀ X / √n", r"\frac{1}{\sqrt{n}} Q K^\top X"),
    ("(x / t) @ y.T", "", "x yᵀ / t", r"\frac{1}{t} x y^\top"),
    ("(x / y) * z / t", "", "(x ⊙ z ⊘ y) / t", r"\frac{1}{t} x \odot z \oslash y"),
    ("(t * A) @ x", "", "t A x", "t A x"),
    ("log(1 + exp(-x))", "", "log(1 + exp(−x))", r"\log(1 + \exp(-x))"),
    ("sum(x) * sum(y)", "", "sum(x) sum(y)", r"\operatorname{sum}(x) \operatorname{sum}(y)"),
    ("inv(t / s * A) @ x", "", "(t A / s)⁻¹ x", r"\left(\frac{t}{s} A\right)^{-1} x"),
    (
        "(a.T @ x) / (a.T @ y) / t * x",
        "",
        "(aᵀ x) x / ((aᵀ y) t)",
        r"\frac{a^\top x}{\left(a^\top y\right) t} x",
    ),
    (
        "batch / batch_size",
        "",
        "batch / batch_size",
        r"\frac{\mathit{batch}}{\mathit{batch\_size}}",
    ),
    ("loss * x", "", "loss x", r"\mathit{loss} \, x"),
    (
        "clip(x, low=-1, high=1)",
        "",
        "clip(x, low=-1, high=1)",
        r"\operatorname{clip}(x, \text{low} = -1, \text{high} = 1)",
    ),
    (
        "concatenate(x, y)",
        "",
        "I₂ₙ[0:n]ᵀ x + I₂ₙ[n:2n]ᵀ y",
        r"I_{2 n}[0{:}n]^\top x + I_{2 n}[n{:}2 n]^\top y",
    ),
    ("cos(x).T @ W3", "", "W₃ᵀ cos(x)", r"W_{3}^\top \cos(x)"),
    (
        "((x.T @ y)**2 + t)**3 * x",
        "",
        "((xᵀ y)² + t)³ x",
        r"\left(\left(x^\top y\right)^{2} + t\right)^{3} x",
    ),
    (
        "sum(x) * x / sum(y)",
        "",
        "sum(x) x / sum(y)",
        r"\frac{\operatorname{sum}(x)}{\operatorname{sum}(y)} x",
    ),
    ("x * (y + z)", "", "x ⊙ (y + z)", r"x \odot \left(y + z\right)"),
    ("(x + y) * t", "", "t (x + y)", r"t \left(x + y\right)"),
    ("2 * tr(A) * eye(n)", "", "2 tr(A) Iₙ", r"2 \operatorname{tr}(A) I_{n}"),
    ("sum(X)", "", "sum(X)", r"\operatorname{sum}(X)"),
    ("sum(X**2)", "", "sum(X⊙²)", r"\operatorname{sum}(X^{\odot 2})"),
    (
        "diag(x) @ A @ diag(y)",
        "",
        "diag(x) A diag(y)",
        r"\operatorname{diag}(x) A \operatorname{diag}(y)",
    ),
    (
        "leaky_relu(x)",
        "",
        "x / 100 + 99 relu(x) / 100",
        r"\frac{1}{100} x + \frac{99}{100} \operatorname{relu}(x)",
    ),
    ("x - t", "", "x − t 1ₙ", r"x - t \mathbf{1}_{n}"),
    ("2 * (3 * x.T @ y) * z", "", "6 (xᵀ y) z", r"6 \left(x^\top y\right) z"),
    ("A.T @ B.T @ x", "", "Aᵀ Bᵀ x", r"A^\top B^\top x"),
    ("S + eye(d)", "", "S + I_d", "S + I_{d}"),
    ("sum(X * Y)", "", "sum(X ⊙ Y)", r"\operatorname{sum}(X \odot Y)"),
    ("(x.T @ y)**2", "", "(xᵀ y)²", r"\left(x^\top y\right)^{2}"),
    ("exp(x.T @ y) * x", "", "exp(xᵀ y) x", r"\exp(x^\top y) x"),
    ("g'(A @ x) * (B @ y)", "", "g′(A x) ⊙ (B y)", r"g'(A x) \odot \left(B y\right)"),
    ("x.T @ A @ x", "x", "(A + Aᵀ) x", r"\left(A + A^\top\right) x"),
    ("M @ x", "M", "(i,j,k) ↦ x[k] δ[i,j]", r"(i,j,k) \mapsto x_{k} \delta_{ij}"),
    ("A @ B @ C", "B", "(i,j,k,l) ↦ A[i,k] C[l,j]", r"(i,j,k,l) \mapsto A_{ik} C_{lj}"),
    (
        "exp(A)",
        "A",
        "(i,j,k,l) ↦ exp(A[i,j]) δ[i,k] δ[j,l]",
        r"(i,j,k,l) \mapsto \exp(A_{ij}) \delta_{ik} \delta_{jl}",
    ),
    (
        "inv(A)",
        "A",
        "(i,j,k,l) ↦ −A⁻¹[i,k] A⁻¹[l,j]",
        r"(i,j,k,l) \mapsto -\left(A^{-1}\right)_{ik} \left(A^{-1}\right)_{lj}",
    ),
    ("norm(x)", "x", "x / ‖x‖", r"\frac{x}{\lVert x \rVert}"),
    (
        'einsum("ijk,j,k->i",T,x,x)',
        "x",
        "(i,j) ↦ Σₖ T[i,k,j] x[k] + Σₖ T[i,j,k] x[k]",
        r"(i,j) \mapsto \sum_{k} T_{ikj} x_{k} + \sum_{k} T_{ijk} x_{k}",
    ),
    ("log(det(A))", "A", "adj(A)ᵀ / det(A)", r"\frac{\operatorname{adj}(A)^\top}{\det(A)}"),
    (
        "x / sqrt(x.T @ x)",
        "x",
        "Iₙ / ‖x‖ − x xᵀ / ‖x‖³",
        r"\frac{I_{n}}{\lVert x \rVert} - \frac{1}{\lVert x \rVert^{3}} x x^\top",
    ),
    (
        "cross(v, v)",
        "v",
        "skew(v) + skew(v)ᵀ",
        r"\operatorname{skew}(v) + \operatorname{skew}(v)^\top",
    ),
    ("cross(v, a3)", "v", "skew(a₃)ᵀ", r"\operatorname{skew}(a_{3})^\top"),
    ("v.T @ cross(a3, v)", "a3", "cross(v, v)", r"\operatorname{cross}(v, v)"),
    ("2**x", "", "2⊙^x", r"2^{\odot x}"),
    ("1 / t**2", "t", "−2 / t³", r"-\frac{2}{t^{3}}"),
    ("slice(M, axis=0, start=1, stop=2) @ x", "", "M[1:2] x", r"M[1{:}2] x"),
    ("x.T @ (B + B.T)", "", "(B + Bᵀ) x", r"\left(B + B^\top\right) x"),
    ("sum(g(A @ x))", "A", "g′(A x) xᵀ", r"g'(A x) x^\top"),
]


def written(
    formula: str, wrt: str = "", variables: dict[str, Variable] | None = None
) -> WrittenFormula:
    """A formula, or its derivative with the axes of the result first."""
    names = KnownNames(functions={"act": None})
    read = read_formula(formula, variables or VARIABLES, names=names)
    node = derivatives(read.node, [read.symbols[wrt]])[0] if wrt else read.node
    return write(node, list(read.symbols))


def declared(variables: str) -> dict[str, Variable]:
    """Variables by name."""
    return {v.name: v for v in map(parse_variable, variables.split())}


class Derivative(NamedTuple):
    """A derivative of some source, its formula, and where to compare the two."""

    source: str
    formula: WrittenFormula
    node: Node
    arrays: dict[str, Any]
    sizes: dict[str, int]


def table_formulas() -> Iterator[Derivative]:
    """The formulas of the table, with positive numbers for their variables."""
    sizes = {"n": 3, "m": 2, "d": 4, "batch_size": 5}
    rng = np.random.default_rng(2)
    for text, wrt, *_ in FORMULAS:
        read = read_formula(text, VARIABLES)
        node = derivatives(read.node, [read.symbols[wrt]])[0] if wrt else read.node
        arrays = {
            name: rng.uniform(0.5, 1.5, [sizes.get(str(size), size) for size in variable.shape])
            for name, variable in VARIABLES.items()
        }
        yield Derivative(text, write(node, list(read.symbols)), node, arrays, sizes)


def rule_derivatives() -> Iterator[Derivative]:
    """The derivative of every rule with respect to every operand, in both layouts."""
    for name, rule in RULES.items():
        if name in (
            "products_of_other_pairs",
            "polar_factor",
            "top_singular",
            "function",
            "mapped",
        ):
            continue
        for signature in rule.signatures:
            points = example_points(signature, np.random.default_rng(1))
            variables = {one: Variable(one, array.shape) for one, array in points.items()}
            for operand in parse_signature(signature).operands:
                local = mc.rules.__getattr__(name)
                J = local(**variables, of="result", wrt=operand.name, **rule.parameters)
                for layout in ("numerator", "denominator"):
                    form = J.to(layout)._written
                    order = [form.stored.index(axis) for (axis,) in form.form]
                    formula = write_derivative(J.node, form)
                    source = f"{name}/{operand.name}"
                    yield Derivative(source, formula, transposed(J.node, order), points, {})


def oracle_derivatives() -> Iterator[Derivative]:
    """The derivatives of the open oracle; none where that is missing."""
    if not (ORACLE / "open.jsonl").exists():
        return
    sys.path.insert(0, str(ORACLE))
    import verify  # noqa: PLC0415 - it lies beside the project

    for line in (ORACLE / "open.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record.get("structure"):
            continue
        shapes = {k: tuple(verify.var_spec(v)["shape"]) for k, v in record["variables"].items()}
        read = read_formula(
            record["expression"], {k: Variable(k, shape) for k, shape in shapes.items()}
        )
        node = read.node
        wrt = record["wrt"]
        for name in wrt if isinstance(wrt, list) else [wrt] * record["order"]:
            node = derivatives(node, [read.symbols[name]])[0]
        arrays = {k: np.asarray(v, float) for k, v in verify.point(record, 0).items()}
        formula = write(node, list(read.symbols))
        yield Derivative(record["id"], formula, node, arrays, record["dims"])
