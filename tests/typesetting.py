"""Whether LaTeX is typeset without an error: by KaTeX and by pdflatex with amsmath."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

NODE = shutil.which("node") or ""
PDFLATEX = shutil.which("pdflatex") or ""
_RENDER = """
const katex = require("katex");
const formulas = JSON.parse(require("fs").readFileSync(0));
formulas.map((formula) => katex.renderToString(formula, {strict: "error", throwOnError: true}));
"""


def has_katex() -> bool:
    """Whether Node.js finds KaTeX: NODE_PATH says where it is installed."""
    command = [NODE, "-e", 'require("katex")']
    return bool(NODE) and not subprocess.run(command, capture_output=True, check=False).returncode


def assert_katex_renders(formulas: Sequence[str]) -> None:
    subprocess.run([NODE, "-e", _RENDER], input=json.dumps(formulas), text=True, check=True)


def assert_amsmath_typesets(formulas: Sequence[str], folder: Path) -> None:
    page = r"\usepackage{amsmath}\usepackage[paperwidth=150in,paperheight=50in]{geometry}"
    shown = "\n".join(rf"\[ {formula} \]" for formula in formulas)
    source = f"\\documentclass{{article}}{page}\n\\begin{{document}}\n{shown}\n\\end{{document}}\n"
    (folder / "formulas.tex").write_text(source, encoding="ascii")
    command = [PDFLATEX, "-interaction=nonstopmode", "-halt-on-error", "formulas.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
