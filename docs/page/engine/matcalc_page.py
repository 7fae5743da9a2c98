"""What the page in the browser asks matcalc: a question as JSON, and its answer as JSON.

The same functions answer in the browser, by Pyodide, and in Python, where ``build.py`` asks the
questions whose answers are there before the engine is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from html import unescape
from typing import Any, NamedTuple, TypeVar

from source_file import source_file

import matcalc as mc
from matcalc.claims.answer import Checked
from matcalc.claims.families import BY_NAME
from matcalc.claims.fraction_text import is_chain
from matcalc.claims.picture import claim_svg
from matcalc.claims.several import check_lines, summary
from matcalc.claims.sizes_text import is_sizes
from matcalc.claims.telling import hinted
from matcalc.errors import MatcalcError, NotationError, ShapeError
from matcalc.explanation import explain
from matcalc.expression import parse_declarations
from matcalc.expression.equation import stated_in
from matcalc.inputs.entrance import entered
from matcalc.inputs.reading import read_line
from matcalc.inputs.tree import Left
from matcalc.notation.names import latex_derivative, latex_name
from matcalc.notation.parts import AlignedShapes, FormulaPart
from matcalc.notation.printers.latex import latex_formulas
from matcalc.notation.printers.legend import meanings
from matcalc.notation.printers.unicode import unicode_formulas
from matcalc.notation.shown import told
from matcalc.notation.typed import typed_factor, typed_latex
from matcalc.variables import Variable
from matcalc_cli.asked import Request
from matcalc_cli.derivative_lines import DerivativeAnswer, Derived, stated
from matcalc_cli.failures import error_document
from matcalc_cli.given_formula import GivenFormula
from matcalc_cli.given_formula import GivenPart as Given

LAYOUTS = ("denominator", "numerator")
DIALECTS = ("numpy", "torch", "jax")
_ROUNDS = 4  # of declarations that are assumed one after another
_FIRST = ("x", "X", "w", "W", "theta", "beta")  # what one differentiates by, unless it is said

_SHAPE = re.compile(r"(?<=\w)\[[^\[\]]*\]\Z")  # of a name on a left side

_WORD = re.compile(r"\w+")
_NAMES = re.compile(r"[^\W\d]\w*")

_WORDS = re.compile(r"<(?:title|desc)>([^<]*)</")  # of a picture, for those who hear it

Found = TypeVar("Found")


class PageQuestion(NamedTuple):
    """What the page asks.

    Attributes:
        ask: ``answer``; or of a derivative that was answered ``code``, ``steps``, ``picture``,
            ``scale``, ``file``.
        text: The formula, or the claim.
        because: What the claim comes from: a forward pass, or what is differentiated.
        by: The variable to differentiate by; empty where the page has not chosen.
        order: 1 or 2.
        layout: For steps, code and file, and the layout of a claim.
        declared: The declarations that were typed.
        taken: Declarations that were assumed before, and shown.
        notation: The notation, where the signs of the text are not to say it.
    """

    ask: str = "answer"
    text: str = ""
    because: str = ""
    by: str = ""
    order: int = 1
    layout: str = "denominator"
    declared: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    notation: str | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """All declarations: those that were typed win."""
        names = set(parse_declarations(self.declared))
        kept = [one for one in self.taken if names.isdisjoint(parse_declarations([one]))]
        return (*self.declared, *kept)


def answer(question: str) -> str:
    """The answer to a question; a mistake in what was typed is an answer too.

    Args:
        question: The fields of :class:`PageQuestion` that are not as by default, as JSON.

    >>> found = json.loads(answer('{"text": "x.T @ A @ x"}'))
    >>> found["kind"], found["by"], found["layouts"]["denominator"]["text"]
    ('derivative', 'x', '(A + A.T) @ x')
    """
    fields = json.loads(question)
    asked = PageQuestion(
        **{key: tuple(one) if isinstance(one, list) else one for key, one in fields.items()}
    )
    try:
        found = _ASKED[asked.ask](asked)
    except MatcalcError as error:
        found = {"kind": "error"} | error_document(error)
    return json.dumps(found, ensure_ascii=False)


def _answered(asked: PageQuestion) -> dict[str, Any]:
    text, because = asked.text.strip(), asked.because.strip()
    if not because and is_chain(text):
        return _claims(asked, "", [mc.check_chain(text, variables=asked.given or None)])
    if is_sizes(text) and (not because or is_sizes(f"{because} · {because}")):
        return _claims(asked, "", [mc.check_sizes(text, wanted=because or None)])
    if because:
        return _checked(asked, because)
    *before, last = _lines(text) or [""]
    left = _left(last)
    if left is not None and left.wrt and _is_gradient(left, before):
        return _backward(asked, before, left)
    return _derivative(asked)


def _backward(asked: PageQuestion, before: Sequence[str], left: Left) -> dict[str, Any]:
    """A claim that came without what it comes from, or with it in the lines before."""
    lines = _lines(asked.text)
    if left.of and not left.of.isidentifier():
        return _checked(asked._replace(by=left.wrt), left.of)
    forward = [one for one in before if not _is_claim(one, before)]
    if forward:
        claims = [one for one in lines if one not in forward]
        return _checked(asked._replace(text="\n".join(claims)), "; ".join(forward))
    return {"kind": "wanting", "name": left.name, "by": left.wrt}


def _is_claim(line: str, lines: Sequence[str]) -> bool:
    left = _left(line)
    return left is not None and bool(left.wrt) and _is_gradient(left, lines)


def _is_gradient(left: Left, lines: Sequence[str]) -> bool:
    """Whether ``dW`` is the gradient by a W that stands in other lines, where there are some."""
    others = [one for one in lines if not one.startswith(left.name)]
    return bool(left.of) or not others or any(left.wrt in one for one in others)


def _lines(text: str) -> list[str]:
    return [one.strip() for one in text.replace(";", "\n").splitlines() if one.strip()]


def _left(line: str) -> Left | None:
    """The left side of an equation, in whatever notation; what stands behind it does not matter."""
    left, equals, _ = line.partition("=")
    if not equals or left.endswith((":", "<", ">", "!")):
        return None
    try:
        return read_line(f"{_SHAPE.sub('', left.strip())} = A x", {}).left
    except MatcalcError:
        return None


# ------------------------------------------------------------------------------- a derivative


def _derivative(asked: PageQuestion) -> dict[str, Any]:
    asked, (answered, by), _ = _settled(asked)
    formula, derived = answered.formula, answered.derivatives[0]
    variables = _used(formula.variables, formula.text)
    return {
        "kind": "derivative",
        "read": {
            "latex": _read(answered),
            "unicode": stated(answered, "unicode"),
            "shapes": _shapes(variables, asked),
            "notes": list(dict.fromkeys((*formula.assumptions, *formula.notes))),
        },
        "by": by,
        "names": list(variables),
        "order": asked.order,
        "title": derived.title,
        "title_latex": latex_derivative(derived.jacobians[0].of, derived.jacobians[0].wrt),
        "layouts": {one.layout: _layout(derived, one) for one in derived.jacobians},
    }


def _read(answered: DerivativeAnswer) -> list[str]:
    """What was read in LaTeX: as formulas are written, but in the order that was typed."""
    shown = stated(answered, "latex")
    typed = answered.formula.text
    if _order(typed, answered) == _order("; ".join(stated(answered, "text")), answered):
        return shown
    *lets, whole = [typed_latex(one) for one in _lines(typed)]
    if not whole or "" in lets:
        return shown
    return [*lets, f"{latex_name(answered.of.name)} = {whole}"]


def _order(text: str, answered: DerivativeAnswer) -> list[str]:
    """The variables of a line in their order."""
    return [one for one in _NAMES.findall(text) if one in answered.formula.variables]


def _layout(derived: Derived, jacobian: Any) -> dict[str, Any]:
    tree = derived.tree(jacobian)
    found = derived.verified(jacobian)
    lines = zip(latex_formulas(tree), unicode_formulas(tree), strict=True)
    return {
        "lines": [{"latex": latex, "unicode": unicode} for latex, unicode in lines],
        "latex": derived.shown(jacobian, "latex"),
        "text": derived.shown(jacobian, "text"),
        "shape": _title(jacobian.matrix_shape or jacobian.shape),
        "signs": meanings([tree], in_text=False),
        "verified": None if found is None else found.holds,
    }


def _title(shape: Sequence[Any]) -> str:
    return "×".join(map(str, shape)) if shape else "a number"


def _settled(
    asked: PageQuestion,
) -> tuple[PageQuestion, tuple[DerivativeAnswer, str], Sequence[str]]:
    """The question, its answer with the variable, and all declarations.

    Where ``*`` does not fit entry by entry, it is read as MATLAB's, and the answer says so.
    """
    try:
        return asked, *_assuming(lambda given: _derived(asked, given), asked.given)
    except ShapeError:
        if asked.notation or "*" not in asked.text:
            raise
        other = asked._replace(notation="matlab")
        with suppress(MatcalcError):
            return other, *_assuming(lambda given: _derived(other, given), asked.given)
        raise


def _derived(asked: PageQuestion, given: Sequence[str]) -> tuple[DerivativeAnswer, str]:
    """The answer, and the variable that was differentiated by."""
    by = asked.by
    if not by:
        names = _names_of(asked.text, given, asked.notation)
        by = next((one for one in _FIRST if one in names), names[0] if names else "x")
    return _once(asked.text, (by,), tuple(given), asked.order, asked.notation), by


def _names_of(text: str, given: Sequence[str], notation: str | None) -> list[str]:
    """The variables of a formula, as they are called in the language."""
    found = entered(text, given or None, notation)
    return list(_used(found.shapes, found.text))


def _used(variables: Mapping[str, Variable], text: str) -> dict[str, Variable]:
    """The variables that stand in a formula; a declaration may be left from another one."""
    words = set(_WORD.findall(text))
    return {name: one for name, one in variables.items() if name in words}


@lru_cache(maxsize=16)
def _once(
    text: str, names: tuple[str, ...], given: tuple[str, ...], order: int, notation: str | None
) -> DerivativeAnswer:
    """An answer, derived once for the formula, its code, its steps and its picture."""
    formula = GivenFormula((Given(text),))
    return Request(formula, names, given, LAYOUTS, order, notation=notation).answer()


def _again(asked: PageQuestion) -> DerivativeAnswer:
    _, (answered, _), _ = _settled(asked)
    return answered


def _code(asked: PageQuestion) -> dict[str, Any]:
    jacobian = _in_layout(asked)
    return {"kind": "code"} | {one: _source(jacobian, one) for one in DIALECTS}


def _source(jacobian: Any, dialect: str) -> str:
    try:
        return str(getattr(jacobian, dialect))
    except MatcalcError as error:
        return f"# {error.message}"


def _in_layout(asked: PageQuestion) -> Any:
    jacobians = _again(asked).derivatives[0].jacobians
    return next(one for one in jacobians if one.layout == asked.layout)


def _picture(asked: PageQuestion) -> dict[str, Any]:
    return _drawn(claim_svg(_one(asked)[0]) if asked.because else _again(asked).picture)


def _to_scale(asked: PageQuestion) -> dict[str, Any]:
    """The derivative's own formula with its shapes to scale, as that of a claim."""
    asked, (answered, by), given = _settled(asked)
    jacobian = _in_layout(asked)
    found = mc.check_formula(
        answered.derivatives[0].shown(jacobian, "text"),
        of=answered.formula.text,
        wrt=by,
        variables=given or tuple(map(str, answered.formula.variables.values())),
        layout=asked.layout,
        order=asked.order,
    )
    return _drawn(claim_svg(found))


def _drawn(svg: str) -> dict[str, Any]:
    words = (unescape(one) for one in _WORDS.findall(svg))
    return {"kind": "picture", "svg": svg, "alt": ": ".join(words)}


def _steps(asked: PageQuestion) -> dict[str, Any]:
    asked, (_, by), given = _settled(asked)
    found = explain(
        asked.text,
        wrt=by,
        variables=given or None,
        layout=asked.layout,
        order=asked.order,
        notation=asked.notation,
    )
    return {"kind": "steps"} | found.to_json()


def _file(asked: PageQuestion) -> dict[str, Any]:
    asked, (answered, _), given = _settled(asked)
    jacobian = _in_layout(asked)
    declared = given or tuple(map(str, answered.formula.variables.values()))
    source = source_file(jacobian, "; ".join(stated(answered, "text")), declared)
    return {"kind": "file", "name": "derivative.py", "source": source}


# ------------------------------------------------------------------------------- a claim


def _checked(asked: PageQuestion, because: str) -> dict[str, Any]:
    """A claim, or several lines, against what they come from."""
    asked = asked._replace(because=because)
    lines = _lines(asked.text)
    if len(lines) > 1 and "=" in because:
        return _several(asked, lines)
    if not asked.by and not _is_forward(because):
        asked = asked._replace(by=_derived(PageQuestion(text=because), asked.given)[1])
    found, given = _one(asked)
    return _claims(asked, "", [found], given)


def _is_forward(because: str) -> bool:
    """Whether it is a forward pass, and no expression that is differentiated."""
    return _left(_lines(because)[-1]) is not None


def _one(asked: PageQuestion) -> tuple[Checked, Sequence[str]]:
    """The answer to one claim, and all that is declared."""
    text, because = "; ".join(_lines(asked.text)), "; ".join(_lines(asked.because))
    if _is_forward(because):
        return _assuming(
            lambda given: mc.check_formula(
                text, because=because, variables=given or None, layout=asked.layout
            ),
            asked.given or _by_names(text, because),
        )
    found, given = _assuming(
        lambda given: mc.check_formula(
            text, of=because, wrt=asked.by, variables=given or None, layout=asked.layout
        ),
        asked.given,
    )
    return found, tuple(map(str, entered(because, given or None).shapes.values()))


def _by_names(text: str, because: str) -> tuple[str, ...]:
    """The shapes that the names of a forward pass stand for, where the claim says none."""
    try:
        if stated_in(text, {}).mentions:
            return ()
        return tuple(map(str, entered(because).shapes.values()))
    except MatcalcError:
        return ()


def _several(asked: PageQuestion, lines: Sequence[str]) -> dict[str, Any]:
    found, given = _assuming(
        lambda given: check_lines(
            lines, because=asked.because, variables=given or None, layout=asked.layout
        ),
        asked.given,
    )
    judged = [one.found for one in found if one.found is not None]
    return _claims(asked, summary(found), judged, given)


def _claims(
    asked: PageQuestion, said: str, found: Sequence[Checked], given: Sequence[str] = ()
) -> dict[str, Any]:
    variables = {name: one.variable for name, one in parse_declarations(given).items()}
    return {
        "kind": "claim",
        "summary": said,
        "because": asked.because,
        "by": "" if asked.because and _is_forward(asked.because) else asked.by,
        "shapes": _shapes(variables, asked),
        "lines": [_of_line(one) for one in found],
    }


def _of_line(found: Checked) -> dict[str, Any]:
    """A claim with all that is said of it, and what is said at each step of help."""
    return {
        "claim": found.claim,
        "verdict": found.verdict,
        "repair": found.repair,
        "cause": found.causes[0].name if found.causes else "",
        "marks": [{"start": one.start, "end": one.end, "right": one.right} for one in found.terms],
        "lessons": _lessons(found),
        "hints": [list(_parts(hinted(found, step))) for step in (1, 2, 3, 4)],
    }


def _lessons(found: Checked) -> list[dict[str, str]]:
    """Where to read on about the mistake."""
    family = BY_NAME.get(found.causes[0].family) if found.causes else None
    return [{"label": one.label, "file": one.file} for one in family.lessons] if family else []


def _parts(found: Checked) -> Iterator[dict[str, Any]]:
    for part in told(found):
        yield {"title": part.title, "mood": part.mood, "items": list(map(_item, part.items))}


#: What the page calls the parts of an answer, whatever their classes are called.
_KINDS = {
    "AlignedShapes": "aligned",
    "FormulaPart": "formula",
    "Marked": "marked",
    "Rows": "rows",
    "Drawn": "drawn",
}


def _item(item: Any) -> dict[str, Any]:
    """An item of an answer with its kind: prose, aligned, marked, formula, rows or drawn."""
    if isinstance(item, str):
        return {"kind": "prose", "text": item}
    found = {"kind": _KINDS[type(item).__name__]} | item._asdict()
    if isinstance(item, AlignedShapes):
        found["cells"] = [
            one._asdict() | {"latex": typed_factor(one.above, typed_latex)} for one in item.cells
        ]
    if isinstance(item, FormulaPart):
        found["latex"] = typed_latex(item.text)
    return found


# ------------------------------------------------------------------------------- declarations


def _assuming(
    run: Callable[[Sequence[str]], Found], given: Sequence[str]
) -> tuple[Found, Sequence[str]]:
    """What a run finds, and all declarations: those that it asked for are added.

    Raises:
        MatcalcError: It asks for nothing that can be declared.
    """
    for _ in range(_ROUNDS):
        try:
            return run(given), given
        except NotationError as error:
            offers = [one.text for one in error.suggestions if one.kind == "declare"]
            if not offers or offers[0] in given:
                raise
            given = (*given, offers[0])
    return run(given), given


def _shapes(variables: Mapping[str, Variable], asked: PageQuestion) -> list[dict[str, Any]]:
    """Each variable, how it is typeset and declared, and whether that is assumed."""
    typed = parse_declarations(asked.declared)
    return [
        {
            "name": name,
            "latex": latex_name(name),
            "shape": _title([*one.shape, *[1] * (len(one.shape) == 1)]),
            "declaration": str(one),
            "assumed": name not in typed,
        }
        for name, one in variables.items()
    ]


_ASKED: dict[str, Callable[[PageQuestion], dict[str, Any]]] = {
    "answer": _answered,
    "code": _code,
    "steps": _steps,
    "picture": _picture,
    "scale": _to_scale,
    "file": _file,
}
