"""What pages for contributors, docstrings and comments name is there, and their recipes work."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
FOLDERS = ("matcalc", "cli", "docs", "tests", "benchmarks")
PATHS = {
    f"/{path.relative_to(ROOT).as_posix()}": path
    for folder in FOLDERS
    for path in [ROOT / folder, *(ROOT / folder).rglob("*")]
    if not {"node_modules", "built"} & set(path.parts)
}


def texts() -> Iterator[tuple[Path, str]]:
    """Each page that is not history, and what comments and docstrings of a module say."""
    for path in [*ROOT.glob("*.md"), *PATHS.values()]:
        if path.suffix == ".md" and path.name != "CHANGELOG.md":
            yield path, path.read_text(encoding="utf-8")
        elif path.suffix == ".py":
            source = path.read_text(encoding="utf-8")
            said = re.findall(r'(?<!["\w])#[^\n]*|""".*?"""', source, re.DOTALL)
            yield path, "\n".join(said)


def is_there(name: str) -> bool:
    """Whether a file or folder ends so: ``code/source.py`` in its room, ``lines.py`` in any."""
    return any(path.endswith("/" + name.strip("./")) for path in PATHS)


def test_each_file_and_folder_that_is_named_is_there() -> None:
    named = re.compile(r"[\w./-]*\w\.(?:py|mjs|toml)\b|(?<=`)\w[\w./]*/(?=`)")
    found = [(path, name) for path, text in texts() for name in named.findall(text)]
    assert len(found) > 100
    assert [(path.name, name) for path, name in found if not is_there(name)] == []


def test_each_module_that_is_named_is_there() -> None:
    named = re.compile(r"(?<![\w./-])matcalc(?:_cli)?(?:\.(?!NAME\b)[A-Za-z_]\w*)+")
    found = {name: path for path, text in texts() for name in named.findall(text)}
    assert len(found) > 30
    wrong = []
    for name, path in found.items():
        try:
            resolve_name(name)
        except (ImportError, AttributeError):
            wrong.append((path.name, name))
    assert wrong == []


def test_what_a_page_says_to_be_in_a_file_is_there() -> None:
    named = re.compile(r"`(\w+)` in `([\w/]+\.py)`")
    found = [one for _, text in texts() for one in named.findall(text)]
    assert len(found) >= 3
    for word, name in found:
        assert re.search(rf"\b{word}\b", (ROOT / name).read_text(encoding="utf-8")), (word, name)


def test_the_rule_and_the_rewrite_of_the_page_work_as_they_stand(tmp_path: Path) -> None:
    rule = re.search(r'^of_entries\("gd".*?(?=^```$)', PAGE, re.M | re.S)
    rewrite = re.search(r'`("tan\(gd.*?)`', PAGE)
    derived = re.search(r"`matcalc (derive '.*?gd.*?)` prints `(.*?)`", PAGE)
    assert rule
    assert rewrite
    assert derived
    copy = shutil.copytree(ROOT / "matcalc", tmp_path / "matcalc")
    put(copy / "operations" / "elementwise.py", "# fmt: on\n", f"{rule[0]}# fmt: on\n")
    section = f'IdentitySection("Of the page", "u", ({rewrite[1]})),'
    put(copy / "simplify" / "identities.py", "\nSECTIONS = (", f"\nSECTIONS = (\n{section}")
    rewritten = derived[1].replace("gd(x) * x", "tan(gd(x))")
    for question, answer in ((derived[1], derived[2]), (rewritten, "cosh(x)")):
        command = [sys.executable, "-m", "matcalc_cli", *shlex.split(question)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.rstrip() == answer


def put(file: Path, old: str, new: str) -> None:
    """Put a text in the place of another."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
