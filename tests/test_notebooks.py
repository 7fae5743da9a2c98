"""The notebooks of the documentation: their cells run, from top to bottom, and show formulas."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
_NAMES = ("seed-questions", "backward-pass", "robotics", "statistics")


def run(path: Path) -> list[Any]:
    """What the last line of each cell is, all cells in one namespace."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    shown: list[Any] = []
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        assert not cell["outputs"], "a notebook is kept without what it printed"
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)  # noqa: S102 - our own notebook
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), path.name, "eval"), names))  # noqa: S307
    return shown


@pytest.mark.parametrize("name", _NAMES)
def test_the_cells_run_and_a_formula_is_shown(name: str) -> None:
    shown = run(_FOLDER / f"{name}.ipynb")
    pages = [one._repr_html_() for one in shown if hasattr(one, "_repr_html_")]
    assert any("<math" in page for page in pages)


def test_no_notebook_is_left_out() -> None:
    assert {path.stem for path in _FOLDER.glob("*.ipynb")} == set(_NAMES)
