import ast
import builtins
import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import matcalc as mc
from matcalc.operations import RULES
from matcalc.symbolic.functions import function_names, named

SOURCE = Path(mc.__file__).parent
# What works on shapes and formulas alone, and so must start without NumPy.
PURE = (
    "claims.fractions",
    "claims.sizes_alone",
    "diagnosis.sources",
    "dimensions",
    "errors",
    "graph",
    "jacobians.linking",
    "layout",
    "notation",
    "pictures",
    "variables",
)


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_public_names_are_sorted_and_there_once() -> None:
    assert list(mc.__all__) == sorted(set(mc.__all__))


@pytest.mark.parametrize("name", mc.__all__)
def test_every_public_name_loads(name: str) -> None:
    value = getattr(mc, name)
    assert value is not None
    assert getattr(value, "__name__", name) == name


def test_names_for_type_checkers_are_the_public_names() -> None:
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    declared = {
        alias.asname or alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module != "matcalc.symbolic.public_functions"
        for alias in node.names
    }
    assert declared == set(mc.__all__) - {"__version__"}


def test_the_names_that_dir_lists_are_the_public_names_and_the_functions() -> None:
    assert dir(mc) == sorted([*mc.__all__, *function_names()])
    assert not set(mc.__all__) & function_names()


def test_a_star_import_takes_no_name_from_python() -> None:
    assert not set(mc.__all__) & set(dir(builtins))


def test_every_operation_that_can_be_written_is_a_function() -> None:
    parts = {"window", "triangle", "levi_civita", "power_of", "stumpff", "function", "mapped"}
    inside = {name for name in RULES if name.endswith(("_share", "_others", "_pairs", "_frechet"))}
    inside |= {"huber_entries", "sliding", "sorting", "eigenvectors"}
    inside |= {"polar_factor", "top_singular"}
    assert function_names() == (set(RULES) - parts - inside - {"trace"}) | {"tr"}


def test_type_checkers_see_every_function() -> None:
    file = SOURCE / "symbolic" / "public_functions.py"
    (block,) = [one for one in ast.parse(file.read_text("utf-8")).body if isinstance(one, ast.If)]
    found = {
        name.id
        for line in block.body
        if isinstance(line, ast.Assign)
        for name in line.targets
        if isinstance(name, ast.Name)
    }
    assert found - {"_function"} == function_names()


@pytest.mark.parametrize("name", sorted(function_names()))
def test_a_function_is_an_attribute_of_the_package_too(name: str) -> None:
    found = getattr(mc, name)
    assert found is named(name)
    assert found.__name__ == name
    assert found.__doc__


def test_every_exception_is_public() -> None:
    errors = import_module("matcalc.errors")
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, mc.MatcalcError)
    }
    assert kinds <= set(mc.__all__)


def test_no_public_name_is_the_name_of_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules([str(SOURCE)])}
    assert not modules & set(mc.__all__)  # importing the module would take the name's place


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'matcalc' has no attribute 'jacobain'"):
        mc.jacobain  # noqa: B018


def test_public_names_survive_the_import_of_every_module() -> None:
    code = """
import pkgutil, importlib, matcalc
for module in pkgutil.walk_packages(matcalc.__path__, "matcalc."):
    importlib.import_module(module.name)
print([name for name in matcalc.__all__ if type(getattr(matcalc, name)).__name__ == "module"])
"""
    assert _run(code) == "[]"


def test_importing_matcalc_loads_no_numpy() -> None:
    heavy = "'numpy', 'einops', 'opt_einsum', 'scipy', 'typer', 'rich', 'pydantic'"
    assert _run(f"import sys, matcalc; print([m for m in ({heavy}) if m in sys.modules])") == "[]"


@pytest.mark.parametrize("module", PURE)
def test_a_module_of_shapes_and_formulas_loads_without_numpy(module: str) -> None:
    blocked = "import sys; sys.modules['numpy'] = None; "
    assert _run(f"{blocked}import matcalc.{module} as m; print(m.__name__)") == f"matcalc.{module}"


def test_a_question_about_shapes_needs_no_numpy() -> None:
    code = """
import sys
sys.modules["numpy"] = None
import matcalc as mc
path = [mc.parse_variable(text) for text in ("L", "z[3]", "x[2]")]
print(mc.written_chain(path, "denominator").einsum, mc.written(path[1], path[2], "numerator").shape)
"""
    assert _run(code) == "ji,i->j (3, 2)"


def test_the_library_knows_no_command_line() -> None:
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", None) or "", *(a.name for a in node.names)]
        }
        assert not imported & {"typer", "rich", "click", "matcalc_cli"}, file


@pytest.mark.parametrize("name", sorted(one for one in dir(mc) if not one.startswith("_")))
def test_what_is_public_shows_an_example(name: str) -> None:
    given = getattr(mc, name)
    library = name in ("to_jax_function", "to_torch_function", "MissingLibraryError")  # not here
    if (inspect.isclass(given) or inspect.isfunction(given)) and not library:
        assert ">>> " in (inspect.getdoc(given) or ""), name
