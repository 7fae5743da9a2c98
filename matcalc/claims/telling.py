"""An answer to a claim as parts for a terminal and a page: what was read, then the verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from matcalc.claims.answer import Cause, Checked, ClaimPiece, Counterexample, Misfit
from matcalc.claims.families import BY_NAME, CAUSES
from matcalc.errors import listed
from matcalc.notation.parts import (
    AlignedShapes,
    AnswerPart,
    Cell,
    Drawn,
    FormulaPart,
    Item,
    Marked,
    Rows,
    mood_of,
)
from matcalc.notation.shown import told

TITLES = {
    "right": "Right",
    "wrong_layout": "Right in the other layout",
    "not_conformable": "It does not fit",
    "wrong_shape": "Wrong shape",
    "wrong_value": "Wrong",
    "cannot_tell": "Cannot tell",
}
_SHAPE = re.compile(r"(\A|\w+)\[[^\[\]]*\]")  # behind a name, or a part that ends with it


def hinted(found: Checked, hint: int) -> Checked:
    """What an answer says at a step of help, the rest left out.

    Args:
        found: The answer.
        hint: 1 the verdict and what is right, 2 the place too, 3 the cause too, 4 all.

    >>> cause = Cause("sign", 0, 1, "")
    >>> answer = Checked("A", "", "A", "wrong_value", "", "", "-A", (cause,), "-A")
    >>> hinted(answer, 1).causes, hinted(answer, 2).causes[0].name, hinted(answer, 3).repair
    ((), '', None)
    """
    if hint >= 4 or found.verdict == "right":
        return found
    told = replace(
        found,
        reason=found.reason.partition("; write ")[0],
        truth="",
        causes=tuple(replace(one, says=CAUSES[one.name]) for one in found.causes),
        terms=tuple(replace(one, says="" if one.right else "off") for one in found.terms),
        repair=None,
        sure="",
        repairs=(),
        products=(),
        missing=(),
        why=(),
        counterexample=None,
        right_when=(),
        notes=tuple(one.partition(": ")[0] for one in found.notes),
    )
    if hint == 3:
        return told
    told = replace(told, reason="", causes=tuple(_place(one) for one in found.causes[:1]))
    if hint == 2:
        return told
    right = tuple(one for one in told.terms if one.right)
    return replace(told, causes=(), misfits=(), terms=right)


def _place(cause: Cause) -> Cause:
    return Cause("", cause.start, cause.end, "")


@told.register
def _claim(found: Checked) -> Iterator[AnswerPart]:
    """The parts of an answer, in the order in which they are read."""
    yield _what_was_read(found)
    yield _verdict(found)
    if found.causes:
        yield _mistake(found)
    if found.repair:
        yield _repaired(found)
    if found.right_when:
        yield AnswerPart("It would be right", tuple(_when(one) for one in found.right_when))
    if found.counterexample is not None:
        yield AnswerPart(
            "The smallest numbers that tell them apart", _numbers(found.counterexample)
        )
    if found.causes and found.causes[0].name:
        yield _read_on(found.causes[0])


def _what_was_read(found: Checked) -> AnswerPart:
    layout = f", in {found.layout} layout" if found.layout else ""
    line: Item = AlignedShapes(tuple(cells(found))) if found.pieces else FormulaPart(_line(found))
    notes = dict.fromkeys((*found.assumptions, *found.notes))
    drawing = staircase(found) if found.kind == "sizes" else ()
    drawn = (Drawn(drawing),) if drawing else ()
    return AnswerPart(f"What was read{layout}", (line, *drawn, *notes))


def _line(found: Checked) -> str:
    return f"{found.name} = {found.read}" if found.name else found.read


def _shapes_apart(found: Checked) -> str:
    """Whether a claim of other values has the shape that is due."""
    if found.claimed_shape in (found.shape, "?"):
        return f"Its shape is right: {found.shape}."
    return f"It is {found.claimed_shape}, where {found.shape} is due: a row is no column."


def _verdict(found: Checked) -> AnswerPart:
    said: list[Item] = [found.reason] if found.reason else []
    if found.verdict == "wrong_value" and found.shape and found.kind == "formula":
        said.append(_shapes_apart(found))
    if found.terms:
        said.append(Rows(tuple(_term(one.text, one.says, right=one.right) for one in found.terms)))
    said += [f"Missing: {one}" for one in found.missing if found.terms]
    if found.verdict == "right" and found.points:
        said.append(_compared(found))
    return AnswerPart(TITLES[found.verdict], tuple(said), mood_of(found.verdict))


def _term(text: str, says: str, *, right: bool) -> tuple[str, ...]:
    return ("✓" if right else "✗", text, "right" if right else says)


def _compared(found: Checked) -> str:
    kinks = ", on both sides of every kink" if found.kinks else ""
    return f"compared with the derivative at {found.points} points{kinks}"


def _mistake(found: Checked) -> AnswerPart:
    first, *others = found.causes
    place = Marked(" ".join(found.claim.split("\n")), first.start, first.end)
    if not first.name:
        return AnswerPart("The place", (place,))
    said: list[Item] = [place]
    says = first.says or CAUSES[first.name]
    if not found.why or says not in found.why[0]:
        said.append(sentence(says, f"{found.claim} {found.repair} {found.truth}"))
    said += found.why
    said += _further(found, others)
    return AnswerPart(f"The mistake: {first.name} ({first.family})", tuple(said), "wrong")


_IN_FORMULA = re.compile(r"([a-z]+) (?:[-+*/@=]|(?:is|stands|belongs|stacks)\b)")


def sentence(text: str, formulas: str) -> str:
    """A text as a sentence; a name that it begins with stays as it is.

    >>> sentence("a * b is another kind of product", "a * b")
    'a * b is another kind of product.'
    >>> sentence("a term is too many", "a * b")
    'A term is too many.'
    """
    name = _IN_FORMULA.match(text)
    if re.match(r"[a-z]+ ", text) and not (name and re.search(rf"\b{name[1]}\b", formulas)):
        text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."


def _further(found: Checked, others: Sequence[Cause]) -> Iterator[str]:
    """What else is wrong; of a formula, what the same mistake may be called."""
    if found.kind != "formula":
        yield from (f"{one.name}: {one.says}" for one in others)
    elif others:
        yield f"It may also be read as {listed((one.name for one in others), 'or')}."


def _repaired(found: Checked) -> AnswerPart:
    title = "Repaired"
    items: list[Item] = []
    if found.sure == "rewrite":
        title = "This is a different formula; the derivative is"
    rows = [(one.text, one.shapes, one.says) for one in found.products]
    if len(rows) > 1 or any(row[2] for row in rows):
        count = 3 if any(row[2] for row in rows) else 2
        items.append(Rows(tuple(row[:count] for row in rows)))
    own = found.kind == "formula" and (found.repair or "").rpartition(" = ")[2] != found.truth
    items.append(
        FormulaPart(found.repair or "", "equal to the derivative, by value" if own else "")
    )
    items += _others(found)
    return AnswerPart(title, tuple(items), "right")


def _others(found: Checked) -> Iterator[Item]:
    """Other repairs, where they are as near; of sizes all that fit."""
    others = [one for one in found.repairs if one != found.repair]
    if found.kind == "formula":  # of the same words one is enough
        kept: dict[tuple[str, ...], str] = {}
        for one in (found.repair or "", *others):
            kept.setdefault(_words(one), one)
        others = [*kept.values()][1:]
    if others and (found.sure == "one_of" or found.kind == "sizes"):
        yield (
            "As near:" if found.kind == "formula" else "These fit too, further from what was given:"
        )
        yield from map(FormulaPart, others)


def _words(text: str) -> tuple[str, ...]:
    """The words of a formula in no order, without its parentheses."""
    return tuple(sorted(re.findall(r"\w+|[^\s\w()]", text)))


def _when(condition: str) -> str:
    return condition if condition.startswith(("where ", "if ")) else f"where {condition}"


def _numbers(found: Counterexample) -> tuple[Item, ...]:
    rows = [(name, "=", _entries(value)) for name, value in found.arrays.items()]
    rows += [("the formula", "gives", _entries(found.claimed))]
    rows += [("the derivative", "is", _entries(found.true))]
    return (Rows(tuple(rows), formulas=False),)


def _entries(value: object) -> str:
    """Nested lists as books write them: rows between semicolons."""
    if not isinstance(value, list | tuple):
        return f"{value + 0.0:g}" if isinstance(value, int | float) else str(value)
    inner: list[object] = list(value)
    if inner and all(isinstance(one, list | tuple) for one in inner):
        return "[" + "; ".join(_entries(one).strip("[]") for one in inner) + "]"
    return "[" + " ".join(map(_entries, inner)) + "]"


def _read_on(cause: Cause) -> AnswerPart:
    family = BY_NAME[cause.family]
    command = FormulaPart(f"matcalc check --explain {cause.name}")
    return AnswerPart("Read on", (command, *(one.label for one in family.lessons)))


# ------------------------------------------------------------------------------- a line aligned


def cells(found: Checked) -> Iterator[Cell]:
    """The factors of a claim, each over its shape, with what does not fit between neighbours."""
    clashes = {_boundary(found, one): one.says for one in found.misfits if not _around(found, one)}
    within = {_around(found, one): one.says for one in found.misfits}
    if found.name:
        yield Cell("", found.name, found.shape)
    before = "=" if found.name else ""
    start = found.claim.find("=") + 1 if found.name else 0
    opened = ""
    waiting: Cell | None = None
    for k, one in enumerate(found.pieces):
        between = _bare(found.claim[start : one.start], found)
        closed = re.match(r"[)\]]*", between)
        ends = closed[0] if closed else ""
        rest = between[len(ends) :].strip()
        opened = rest[len(rest.rstrip("(")) :]
        sign = rest.rstrip("(").strip()
        if waiting is not None:
            yield waiting._replace(above=waiting.above + ends)
        sign = f"{before} {sign}".strip()
        text = _bare(one.text, found)
        waiting = Cell(sign, opened + text, _under(text, one.shape))
        waiting = waiting._replace(clash=clashes.get(k, ""), within=within.get(one, ""))
        before, start = "", one.end
    if waiting is not None:
        yield waiting._replace(above=waiting.above + _bare(found.claim[start:], found))


def _under(text: str, shape: str) -> str:
    """What stands under a factor: of a number that is written out nothing."""
    if shape != "number":
        return shape
    return "" if text[:1].isdigit() else "1"


def _bare(text: str, found: Checked) -> str:
    """A part of a claim without the shapes that stand in it; entries and slices were read."""
    read = "".join(found.read.split())

    def plain(one: re.Match[str]) -> str:
        return one[0] if "".join(one[0].split()) in read else one[1]

    return " ".join(_SHAPE.sub(plain, text).split())


def _around(found: Checked, misfit: Misfit) -> ClaimPiece | None:
    """The piece that a misfit lies in, if it is in one alone."""
    return next(
        (one for one in found.pieces if one.start <= misfit.start and misfit.end <= one.end), None
    )


def _boundary(found: Checked, misfit: Misfit) -> int:
    """The piece before which a misfit lies: where the shapes are those that meet."""
    inside = [
        k
        for k, one in enumerate(found.pieces)
        if k and misfit.start <= found.pieces[k - 1].start and one.end <= misfit.end
    ]
    fitting = [
        k
        for k in inside
        if misfit.right == found.pieces[k].shape or misfit.left == found.pieces[k - 1].shape
    ]
    return next(iter(fitting or inside), 0)


# ------------------------------------------------------------------------------- a drawing

_WIDE, _HIGH = 26, 30


def staircase(found: Checked) -> tuple[str, ...]:
    r"""The factors to scale: sides that must agree enclose a square, those that do not a ✗.

    >>> from matcalc.claims.sizes_alone import check_sizes
    >>> print(*staircase(check_sizes("2x1 · 2x3 · 3x1")), sep="\n")
    □                A  2×1
    □
    ✗ □ □ □          B  2×3   1 ≠ 2
    ✗ □ □ □
      · · · □        C  3×1
      · · · □
      · · · □
    """
    sizes = [one.shape.split("×") for one in found.pieces]
    if not all(len(size) == 2 and all(map(str.isdigit, size)) for size in sizes):
        return ()
    shapes = [(int(rows), int(columns)) for rows, columns in sizes]
    wide, high = sum(columns for _, columns in shapes), sum(rows for rows, _ in shapes)
    if wide > _WIDE or high > _HIGH or len(shapes) < 2:
        return ()
    clashes = {_boundary(found, one): one.says for one in found.misfits}
    lines: list[str] = []
    left = before = 0
    for k, (one, (rows, columns)) in enumerate(zip(found.pieces, shapes, strict=True)):
        field = "✗ " if k in clashes else "· "
        said = f"{one.text}  {one.shape}   {clashes.get(k, '')}".rstrip()
        for row in range(rows):
            drawn = "  " * (left - before) + field * before + "□ " * columns
            lines.append((drawn.ljust(2 * wide + 7) + said * (row == 0)).rstrip())
        left, before = left + columns, columns
    return tuple(lines)
