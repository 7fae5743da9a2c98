"""Rooms: imports point one way, between the rooms and inside each of them."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import matcalc as mc
import matcalc_cli

ROOT = Path(mc.__file__).parent
PAGE = Path(__file__).parent.parent / "docs" / "how-it-works.md"
# From what stands on nothing to what stands on much: a room imports what is before it.
PICTURE = re.search(r"^matcalc/\n(.*?)^cli/", PAGE.read_text(encoding="utf-8"), re.M | re.S)
ROOMS = re.findall(r"(?<=  )([a-z_]+)/?(?=  )", PICTURE[1]) if PICTURE else []


@cache
def _imports() -> dict[str, set[str]]:
    """Each module of the library, and the modules that it imports, for types too."""
    modules = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in ROOT.rglob("*.py")
        if file != ROOT / "__init__.py"
    }
    return {
        module: set(_imported(ast.parse(file.read_text(encoding="utf-8")), modules)) - {module}
        for module, file in modules.items()
    }


def _imported(tree: ast.Module, modules: Mapping[str, Path]) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "matcalc":
            home = (node.module or "").removeprefix("matcalc").removeprefix(".")
            for name in node.names:
                inside = f"{home}.{name.name}".removeprefix(".")
                yield inside if inside in modules else home


def _room(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def test_modules_import_each_other_in_no_circle() -> None:
    imports = _imports()
    rooms = {module for module in imports if any(m.startswith(f"{module}.") for m in imports)}
    inside = {module: found - rooms for module, found in imports.items() if module not in rooms}
    assert len(list(TopologicalSorter(inside).static_order())) >= len(inside)  # or a CycleError


def test_every_room_has_its_place_and_imports_only_what_is_before_it() -> None:
    imports = _imports()
    assert sorted({_room(module) for module in imports}) == sorted(ROOMS)
    wrong = {
        f"{module} imports {other}"
        for module, found in imports.items()
        for other in found
        if _room(module) != _room(other) and ROOMS.index(_room(other)) > ROOMS.index(_room(module))
    }
    assert not wrong


def test_a_name_is_that_of_one_class() -> None:
    """A reader who meets a name knows which class it is: private ones count without ``_``."""
    roots = (ROOT, Path(matcalc_cli.__file__).parent)
    names = Counter(
        node.name.lstrip("_")
        for root in roots
        for file in root.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []
