"""Writes the section "Exercises" of each lesson: some of those of the page that belong to it.

Run it with ``python docs/generate_lesson_exercises.py`` after docs/page/exercises.json changed.
"""

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from generate_exercises import DATA, Exercise

FOLDER = Path(__file__).parent / "lessons"
_SECTION = re.compile(r"(?<=<!--- exercises --->\n).*?(?=<!--- end --->\n)", re.DOTALL)
_SHOWN = 2  # in a lesson; the others are on the page


def committed() -> list[Exercise]:
    """The exercises of the page."""
    data = json.loads(DATA.read_text(encoding="utf-8"))["exercises"]
    listed = ("place", "families", "why")
    return [Exercise(**one | {key: tuple(one[key]) for key in listed}) for one in data]


def lessons() -> dict[Path, str]:
    """Each lesson that shows exercises, as it should be."""
    exercises = committed()
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
    return {
        path: _SECTION.sub(section(int(path.name[:2]), exercises).replace("\\", r"\\"), text)
        for path, text in texts.items()
        if _SECTION.search(text)
    }


def section(number: int, exercises: list[Exercise]) -> str:
    """The section of a lesson."""
    belonging = [one for one in exercises if one.lesson == number]
    parts = [f"## Exercises\n\n{_HEAD}"]
    parts += ["\n".join(_shown(k, one)) for k, one in enumerate(belonging[:_SHOWN], start=1)]
    return "\n\n".join(parts) + "\n"


_HEAD = """\
Each line is wrong, once. Find the place, the [cause](../reference/mistakes.md), and the repair.
Lines are code: `@` is a matrix product, `*` entry by entry, `.T` a transpose. `dz` is short for the
gradient of a loss by z."""


def _shown(number: int, one: Exercise) -> Iterator[str]:
    about = f"`{one.forward}`" if one.forward else f"the derivative of `{one.of}` by `{one.wrt}`"
    origin = "from " + about if one.forward else "as " + about
    yield f"**{number}.** `{one.line}`, {origin}, with `{one.variables}`, in {one.layout} layout."
    yield f"[In the page](../page/exercises.html{address(one)})"
    yield ""
    yield "<details><summary>Solution</summary>"
    yield ""
    start, end = one.place
    said = f"The place is `{one.line[start:end]}`, the cause *{one.cause}*: {' '.join(one.why)}"
    yield textwrap.fill(said, 120, break_long_words=False, break_on_hyphens=False)
    yield ""
    yield f"Right: `{one.repair}`"
    yield ""
    yield "</details>"


def address(one: Exercise) -> str:
    """The address that holds an exercise, as docs/page/exercise.js writes it."""
    about = [("forward", one.forward)] if one.forward else [("of", one.of), ("wrt", one.wrt)]
    place = "-".join(map(str, one.place))
    fields = [
        ("level", str(one.level)),
        ("layout", one.layout),
        *about,
        ("variables", one.variables),
        ("line", one.line),
        ("place", place),
        ("cause", one.cause),
        ("families", ",".join(one.families)),
        ("repair", one.repair),
        *(("why", each) for each in one.why),
    ]
    return f"#{urlencode(fields)}"


if __name__ == "__main__":
    for path, text in lessons().items():
        path.write_text(text, encoding="utf-8")
