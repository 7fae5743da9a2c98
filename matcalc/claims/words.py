"""What is said of a cause: a sentence with the names of the case, and why it is so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcalc.claims.answer import Misfit
from matcalc.claims.naming import lost_factors, narrowed, put_beside
from matcalc.claims.point import Worth
from matcalc.claims.question import Question
from matcalc.claims.shapes import Shapes
from matcalc.claims.slopes import WrongSlope, is_entrywise, slope
from matcalc.claims.tidying import factors, terms, tidied
from matcalc.claims.tree import Change, Tree, bare, same, turned, walk
from matcalc.claims.tree import names as all_names
from matcalc.dimensions import Shape, pretty, times
from matcalc.expression.habits import COUNTS
from matcalc.layout import ArrayForm

_LONG = 48  # characters of a part that is repeated in a sentence

_SAYS = {
    "transpose": "{old} is {old_shape} here; what belongs here is {new}, {new_shape}",
    "order": "the factors belong in another order: {new}",
    "layout": "this is how {other} layout writes it; in {layout} layout it is {new}",
    "vec-order": "vec stacks columns, so that the factors of kron change places: {new}",
    "index-convention": "the letters are those of another convention: {new}",
    "broadcast": "NumPy broadcasts here; on paper the shapes differ, and it is {new}",
    "kind-of-product": "{old} is another kind of product than is due: {new}",
    "diagonal": "what acts entry by entry has a diagonal Jacobian: {new}",
    "trace-not-removed": "the derivative of a trace is what stands in it, without the trace: {new}",
    "missing-sum": "what is summed over is off: {new} for {old}",
    "chain-rule": "a factor of the chain is off: {new} for {old}",
    "duplicated-factor": "other factors belong here: {new}",
    "wrong-point": "the slope is taken at another point: {new}, not {old}",
    "ones-for-derivative": "ones stand where the slope belongs: {new}",
    "missing-term": "a term is missing: {added}",
    "extra-term": "a term is too many: {removed}",
    "wrong-expansion": "parentheses were lost or multiplied out wrongly: {new}",
    "factor": "a factor is off: {new} for {old}",
    "sign": "the sign is wrong: {new} for {old}",
    "norm-not-squared": "a norm was taken for its square: {new} for {old}",
    "symmetric-part": "that would need a symmetric matrix; in general it is {new}",
    "symmetric-variable": "this counts the free entries of a symmetric matrix; entry by entry it "
    "is {new}",
    "scalar-rule": "a rule of numbers, where matrices do not commute: {new}",
    "inverse": "an inverse is missing or too many: {new} for {old}",
    "not-invertible": "what is inverted in {old} need not have an inverse: {new}",
    "wrong-variable": "{new} belongs here, not {old}",
    "gradient-for-jacobian": "what is differentiated has several entries: its derivative is a "
    "matrix, {title}",
}


#: What is said of causes that are seen of the line as a whole.
SURELY = {
    "diagonal": "softmax does not act entry by entry: each entry depends on all, and its Jacobian "
    "is no diagonal matrix: {new}",
    "inverse": "the change of an inverse stands between two, d(A⁻¹) = -A⁻¹ (dA) A⁻¹: {new}",
    "vec-order": "kron is the derivative of vec(…) by vec(X), where vec stacks columns: "
    "vec(A X B) gives kron(B.T, A), its transpose in denominator layout; here it is {new}",
}
_OF_LETTERS = "the letters of the sum are others: {new}, not {old}"
_OTHER_TERMS = "the terms are others: {new}"
_OUTER = "the outer product belongs here, all entries with all: with {new}, not {old}"
_DUE = "what belongs here is {new}, {new_shape}"
_TOO_MANY = "the factor {old} is too many"
_MEAN = (
    "the factor {old} is too many; it is right where the loss is the mean over {count}, and what "
    "arrives is the gradient of its terms"
)
_EXPONENT = "the exponent is {new}, not {old}"
_MISSING = {"chain-rule": "a factor of the chain is missing", "factor": "a factor is missing"}
_TWICE = "{old} stands there twice: once is enough"


def says(name: str, change: Change, question: Question, shapes: Shapes, worth: Worth) -> str:
    """The sentence of a cause.

    Args:
        name: The cause.
        change: What undoes it.
        question: What the claim is about.
        shapes: The shapes of parts.
        worth: What they are worth.
    """
    old, new = narrowed(change.old, change.new)
    new = tidied(new, worth.kind)
    added, removed = _difference(old, new)
    sentence = _SAYS[name]
    if name == "transpose" and shapes.title(old) == "?":
        sentence = _DUE
    if name == "missing-term" and _is_of_other_terms(old, new):
        sentence = _OTHER_TERMS
    if name == "kind-of-product" and same(turned(old), new):
        sentence = _OUTER
    if old.kind == "text":
        sentence = _OF_LETTERS
    is_factor = name in ("duplicated-factor", "factor", "chain-rule")
    gone = lost_factors(old, new) if is_factor else ()
    if len(gone) == 1:
        (old,) = gone
        is_twice = sum(same(old, part) for part in factors(change.old)) > 1
        sentence = _TWICE if is_twice else _too_many(old)
    elif gone:
        sentence = f"the factors {' and '.join(map(_shown, gone))} are too many: {{new}} is enough"
    missing = _put_beside(old, new) if name in ("chain-rule", "factor") else ()
    if missing:
        sentence = f"{_MISSING[name]}: {' and '.join(map(_shown, missing))}"
    if name == "factor" and new.kind == "number" and float(new.value) == 1:
        sentence = _too_many(old)
    if old.is_written and old.place.text[: old.place.start].rstrip().endswith("**"):
        sentence = _EXPONENT
    return sentence.format(
        old=_cut(shapes.typed.text(old)),
        count=_count(old),
        new=_shown(new),
        old_shape=shapes.title(old),
        new_shape=shapes.title(new),
        added=added,
        removed=removed,
        layout=question.layout,
        other=question.in_other_layout().layout,
        title=question.form.title,
    )


def _too_many(factor: Tree) -> str:
    return _MEAN if _count(factor) else _TOO_MANY


def _count(factor: Tree) -> str:
    """The number of things of which a factor makes a mean, m of ``1 / m``."""
    over = factor.args[1].value if factor.operator("/") and factor.args[1].kind == "name" else ""
    return over if over in COUNTS and str(factor.args[0]) == "1" else ""


def _put_beside(old: Tree, new: Tree) -> tuple[Tree, ...]:
    """The factors that are put beside a part; what is put there in one piece is one."""
    added = None if new.operator("/") else put_beside(old, new)
    return lost_factors(new, old) if added is None else (added,)


def of_slope(found: WrongSlope, shapes: Shapes, worth: Worth) -> str:
    """Which slope of which function is wrong."""
    (inside,) = found.call.args
    old, new = found.old, _shown(tidied(found.new, worth.kind))
    stood = shapes.typed.text(old) if old.is_written else str(old)
    stood = _cut(stood[1:-1] if old.is_grouped else stood)
    return f"the slope of {found.call.value} at {_shown(inside)} is {new}, not {stood}"


def _is_of_other_terms(old: Tree, new: Tree) -> bool:
    """Whether no term stays, and several take their place."""
    after = terms(new)
    return len(after) > 1 and not any(same(one, each) for one in terms(old) for each in after)


def _difference(old: Tree, new: Tree) -> tuple[str, str]:
    """The terms that the one has and the other lacks."""
    before, after = terms(old), terms(new)
    more = [each for each in after if not any(same(each, one) for one in before)]
    less = [each for each in before if not any(same(each, one) for one in after)]
    added = ", ".join(map(_shown, more)) or _shown(new)
    removed = ", ".join(map(_shown, less)) or _shown(old)
    return added, removed


def _shown(tree: Tree) -> str:
    return _cut(str(tree))


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def why(
    question: Question, changes: Sequence[Change], misfits: Sequence[Misfit], shapes: Shapes
) -> tuple[str, ...]:
    """Why, in two or three sentences made of the case."""
    found = [_shape_of_answer(question)]
    if misfits:
        one = misfits[0]
        sizes = f": {one.says}" if "≠" in one.says else ""
        found.append(f"Here {one.left} stands beside {one.right}{sizes}.")
    found += list(_transposes(question, changes, shapes))[:1]
    found += list(_slopes(question, changes, shapes))[:1]
    return tuple(found[:4])


def _shape_of_answer(question: Question) -> str:
    form: ArrayForm = question.form
    if question.of.shape and _size(question.of.shape) != "1":
        return (
            f"In {question.layout} layout the derivative of {_size(question.of.shape)} entries by "
            f"{question.wrt.name} is {form.title}."
        )
    title = "a number" if not question.wrt.shape else form.title
    if question.layout == "denominator" and question.wrt.shape:
        return f"The derivative of a number by {question.wrt.name} has its shape: {title}."
    return (
        f"In {question.layout} layout the derivative of a number by {question.wrt.name} is {title}."
    )


def _size(shape: Shape) -> str:
    return pretty(shape[0]) if len(shape) == 1 else times(shape)


def _transposes(question: Question, changes: Sequence[Change], shapes: Shapes) -> Iterator[str]:
    """Where a transpose comes from: over which index a product sums on the way back."""
    names = {
        part.args[0].value
        for change in changes
        for tree in (change.old, change.new)
        for part in walk(tree)
        if part.kind == "transpose" and part.args[0].kind == "name"
    }
    names |= {change.old.value for change in changes if change.old.kind == "name"}
    if question.layout != "denominator":
        return
    moving = {question.wrt.name}
    for line in question.lines:
        for part in walk(line.tree):
            back = part.operator("@") and moving & all_names(part.args[1])
            if back and (name := _letter(part.args[0])) in names - moving:
                yield _sums(part, name, line.name, shapes)
        if moving & all_names(line.tree):
            moving.add(line.name)


def _letter(tree: Tree) -> str:
    inside = bare(tree)
    return inside.value if inside.kind == "name" else ""


def _sums(product: Tree, name: str, of: str, shapes: Shapes) -> str:
    """How a product and its derivative sum over the indices of a matrix."""
    first, second = product.args
    back = turned(first)
    rows, columns = ("columns", "rows") if first.kind == "transpose" else ("rows", "columns")
    result = of or _shown(product)
    is_column = shapes.title(second).endswith("×1")
    reached = f"all entries of {result}" if is_column else f"the entries of {result} in its column"
    return (
        f"{_shown(product)} sums over the {columns} of {name}; going back, each entry of "
        f"{_shown(second)} collects from {reached}, which sums over the {rows}: "
        f"the factor is {_shown(back)}, on the left."
    )


def _slopes(question: Question, changes: Sequence[Change], shapes: Shapes) -> Iterator[str]:
    """That a function entry by entry multiplies entry by entry, where a change is about that.

    Of a number there is no need.
    """
    parts = [part for one in changes for part in walk(narrowed(one.old, one.new)[1])]
    if not any(part.operator("*") or part.calls("diag") for part in parts):
        return
    named = [question.spelled[part.value] for part in parts if part.value in question.spelled]
    parts += [part for tree in named for part in walk(tree)]
    for line in question.lines:
        for part in walk(line.tree):
            if part.kind == "call" and len(part.args) == 1 and part.value in question.functions:
                inside = part.args[0]
                known = [part, *([slope(part)] if is_entrywise(part) else [])]
                known += [Tree("name", line.name)] if line.name else []
                enters = any(same(one, each) for one in known for each in parts)
                if enters and shapes.title(inside) != "number":
                    yield (
                        f"{part.value} acts entry by entry: its Jacobian at {_shown(inside)} is "
                        f"diagonal, so that its slope multiplies entry by entry."
                    )
