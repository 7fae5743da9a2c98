"""Builds the page: ``python docs/page/build.py``. It needs matcalc installed, and Node with npm.

What the page runs with is written to ``docs/page/built``: Pyodide and KaTeX from their npm
packages, matcalc and what it needs as one archive, and the answers that are there before the
engine is.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parent
BUILT = PAGE / "built"
MODULES = PAGE / "node_modules"
PACKAGES = ("matcalc", "einops", "opt_einsum")
_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
_LIBRARY = "python_stdlib.zip"
_LEFT_OUT = ("__pycache__", "tests", "experimental", "layers")

#: What is answered before the engine is there: the questions of main.js, as it asks them.
SEEDS = (
    {"text": "dz1 = W2 @ dz2 * g1'(z1)", "because": "z2 = W2 @ g1(z1)"},
    {
        "text": "dW2[3,2] = d3[2] @ W3[2,3] @ r[3] @ x[2].T",
        "because": "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2",
    },
    {"text": "x'Ax"},
    {"text": "½‖Ax − b‖²"},
)
LAYOUTS = ("denominator", "numerator")


def build() -> None:
    """Build the page, from nothing."""
    shutil.rmtree(BUILT, ignore_errors=True)
    BUILT.mkdir()
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    _vendor()
    _pack()
    _write("answers.json", json.dumps(list(answers()), ensure_ascii=False))
    files = sorted(str(path.relative_to(PAGE)) for path in _parts())
    build = {"version": f"matcalc-{_digest(files)}", "files": files}
    _write("version.js", f"self.BUILD = {json.dumps(build)};\n")


def _run(*command: str) -> None:
    subprocess.run(command, cwd=PAGE, check=True)  # noqa: S603 - our own command lines


def _write(name: str, text: str) -> None:
    (BUILT / name).write_text(text, encoding="utf-8")


def _vendor() -> None:
    """Pyodide without the list of its packages, which are not used; KaTeX with its fonts."""
    (BUILT / "pyodide").mkdir()
    for name in _PYODIDE:
        shutil.copy(MODULES / "pyodide" / name, BUILT / "pyodide")
    lock = json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    _write("pyodide/pyodide-lock.json", json.dumps(lock | {"packages": {}}))
    dist = MODULES / "katex" / "dist"
    (BUILT / "katex" / "fonts").mkdir(parents=True)
    for name in ("katex.min.js", "katex.min.css"):
        shutil.copy(dist / name, BUILT / "katex")
    for font in dist.glob("fonts/*.woff2"):
        shutil.copy(font, BUILT / "katex" / "fonts")


def _pack() -> None:
    """The Python that the page runs, and its library, compiled by the Python that runs them."""
    sources = BUILT / "sources.zip"
    with zipfile.ZipFile(sources, "w") as archive:
        for name, path in _python():
            archive.write(path, name)
    library = MODULES / "pyodide" / _LIBRARY, BUILT / "pyodide" / _LIBRARY
    _run("node", "compile.mjs", *map(str, (sources, BUILT / "engine.zip", *library)))
    sources.unlink()


def _python() -> Iterator[tuple[str, Path]]:
    """Each module, under the name that it has in the archive."""
    for package in PACKAGES:
        yield from _modules(_folder(package))
    for name, path in _modules(_folder("matcalc_cli")):  # what prepares answers, no commands
        if "import typer\n" not in path.read_text(encoding="utf-8"):
            yield name, path
    for path in sorted((PAGE / "engine").iterdir()):
        if path.suffix == ".py":
            yield path.name, path
        elif path.is_dir():  # what stands in for NumPy and SciPy
            yield from _modules(path)


def _folder(package: str) -> Path:
    """Where a package is installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        sys.exit(f"{package} is not installed: pip install -e .")
    return Path(spec.origin).parent


def _modules(package: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package.parent)
        if not set(_LEFT_OUT) & set(inside.parts):
            yield str(inside), path


def answers() -> Iterator[tuple[dict[str, str], object]]:
    """Questions, and what the engine answers to them: asked of the same code."""
    sys.path.append(str(PAGE / "engine"))  # at the end: NumPy is NumPy here
    from matcalc_page import answer  # noqa: PLC0415 - it is in no package

    for seed in SEEDS:
        asks = ("answer",) if "because" in seed else ("answer", "code")
        for layout in LAYOUTS:
            for ask in asks:
                question = {"ask": ask, "layout": layout, **seed}
                if ask == "code":  # asked with the variable that the answer names
                    question["by"] = json.loads(answer(json.dumps(seed)))["by"]
                yield question, json.loads(answer(json.dumps(question)))


def _parts() -> Iterator[Path]:
    """The files that the page consists of."""
    for pattern in ("*.html", "*.js", "*.css", "exercises*.json", "built/**/*"):
        yield from (one for one in PAGE.glob(pattern) if one.is_file() and one.name != "sw.js")


def _digest(files: list[str]) -> str:
    found = hashlib.sha256()
    for name in files:
        found.update(name.encode())
        found.update((PAGE / name).read_bytes())
    return found.hexdigest()[:16]


if __name__ == "__main__":
    build()
