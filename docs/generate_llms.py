"""Writes docs/llms.txt: the map of the documentation for programs that read text, from index.md.

Run it with ``python docs/generate_llms.py`` after docs/index.md was changed. The format is that of
llmstxt.org: a title, a summary, and sections of links with a sentence each.
"""

import re
from pathlib import Path

from matcalc_cli.examples import worked

DOCS = Path(__file__).parent
PAGE = DOCS / "llms.txt"
_HEAD = """\
# matcalc

> Matrix derivatives with explicit layouts (numerator, denominator): derive, compose, convert,
> explain, and find the mistake in a formula. A Python library and the command `matcalc`, whose
> every command takes `--json`; `matcalc serve-mcp` serves them as tools.
"""
_SECTION = re.compile(r"^##+ (.+)$")
_ENTRY = re.compile(r"^ *(?:-|\d+\.) (\[[^\]]*\]\([^)]+\)) *(.*)$")


def page() -> str:
    """The page as it should be."""
    lines = [_HEAD, "```console", *worked("derive"), "```"]
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for line in index[index.index("## Lessons") :].splitlines():
        section, entry = _SECTION.match(line), _ENTRY.match(line)
        if section:
            lines += ["", f"## {section[1]}", ""]
        elif entry:
            said = entry[2].lstrip(": ")
            lines.append(f"- {entry[1]}" + (f": {said}" if said else ""))
        elif line.startswith("  ") and lines[-1].startswith("- "):
            lines[-1] += f" {line.strip()}"
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
