"""Runs every example in the Markdown documents, so that no shown output can drift.

Python blocks with ``>>>`` are checked as doctests, and without are executed. In console blocks,
each ``$ matcalc …`` is run and what it prints is compared. Set-up commands are not run here:
``.ci/run`` runs the README's, and each must be listed below. A block in any other language fails,
and so does a link to a file that is not there.
The examples of one document share their names and a temporary working directory.

Where ``MATCALC_SKIPPED`` names a file, the tests that were skipped are written there, a line each:
once JAX, PyTorch and the tools are installed, ``.ci/run`` runs just these.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from doctest import ELLIPSIS, OutputChecker
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

#: Modules of the page, some in place of libraries: tests/page has their tests; what npm installs.
collect_ignore_glob = ["docs/page/engine", "docs/page/node_modules"]

NOT_RUN = frozenset(
    {
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && "
        ".venv/bin/matcalc chain L 'a3[2]' 'z3[2]' 'a2[3]' 'z2[3]' 'W2[3,2]'",
        ".venv/bin/python -m pytest",
        "python3 -m venv .venv && .venv/bin/pip install .",
    }
)
NOT_CODE = frozenset({"text", "math", "latex", "json", "toml"})

_PROMPT = "$ "
_fences = RawFencedCodeBlockLexer(re.compile(r"(?P<info>[^\n]*)(?:\n|\Z)"))


def parse_other_blocks(document: Document) -> Iterator[Region]:
    """Every fenced block but Python's, links, and prompts outside a fence, which nothing runs."""
    document.namespace["__file__"] = document.path
    outside = document.text
    for block in _fences(document):
        outside = outside[: block.start] + " " * (block.end - block.start) + outside[block.end :]
        language = block.lexemes["info"].strip()
        if language != "python":
            parsed = (language, str(block.lexemes["source"]))
            yield Region(block.start, block.end, parsed, check_block)
    for stray in re.finditer(r"^ *(>>> |\$ ).*", outside, re.MULTILINE):
        yield Region(stray.start(), stray.end(), (stray[0].strip(), ""), check_block)
    for link in re.finditer(r"\]\(([^)#:]+)(#[^)]*)?\)", outside):
        yield Region(link.start(), link.end(), link[1], check_link)


def check_block(example: Example) -> str | None:
    """What is wrong with a block, or nothing."""
    language, source = example.parsed
    if language == "console":
        return check_session(source, Path.cwd())
    if language == "bash":
        unlisted = [line for line in source.splitlines() if line and line not in NOT_RUN]
        return f"not run, and not listed in conftest.py: {unlisted}" if unlisted else None
    if language in NOT_CODE:
        return None
    return f"nothing runs this: a block in, or a line of, {language or 'no language'!r}"


def check_link(example: Example) -> str | None:
    """Whether a link to a file of ours leads somewhere."""
    target = Path(example.path).parent / example.parsed
    return None if target.exists() else f"there is no {example.parsed}"


def check_session(source: str, folder: Path) -> str | None:
    """Run each command of a console session; say where what it prints is not what is shown."""
    before, *commands = re.split(r"^\$ ", source, flags=re.MULTILINE)
    if before.strip() or not commands:
        return f"a console block starts with {_PROMPT!r}"
    for block in commands:
        command, _, shown = block.partition("\n")
        arguments = shlex.split(command)
        if arguments[0] != "matcalc":
            return f"not a matcalc command, so nothing runs it: {command}"
        printed = run_matcalc(arguments[1:], folder)
        shown = shown.rstrip("\n") + "\n" if shown.strip() else ""
        if not OutputChecker().check_output(shown, printed, ELLIPSIS):
            return f"{_PROMPT}{command}\n--- shown\n{shown}--- printed\n{printed}"
    return None


def run_matcalc(arguments: list[str], folder: Path) -> str:
    """What a reader at a plain terminal, 80 wide, sees of a command: output and messages."""
    environment = {"NO_COLOR": "1", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: S603 - our own command line, on our own documents
        [sys.executable, "-u", "-m", "matcalc_cli", *arguments],
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.stdout.rstrip("\n") + "\n" if done.stdout.strip() else ""


def enter_folder(names: dict[str, Any]) -> None:
    """Give a document a temporary working directory, and what its conditions need."""
    names["find_spec"] = find_spec
    names["_folder"] = tempfile.TemporaryDirectory()
    names["_home"] = Path.cwd()
    os.chdir(names["_folder"].name)


def leave_folder(names: dict[str, Any]) -> None:
    """Go back, and remove the document's working directory."""
    os.chdir(names["_home"])
    names["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser(), parse_other_blocks],
    patterns=["*.md"],
    setup=enter_folder,
    teardown=leave_folder,
).pytest()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that was skipped."""
    note_skipped(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a module that was skipped."""
    note_skipped(report)


def note_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Add what was skipped to the file that ``MATCALC_SKIPPED`` names."""
    path = os.environ.get("MATCALC_SKIPPED")
    if path and report.skipped and not hasattr(report, "wasxfail"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{report.nodeid}\n")
