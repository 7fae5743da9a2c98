"""``matcalc rules``: every rule, or all that is known about one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Annotated, Any

import typer

from matcalc.inputs.catalogue import Operation, answer, called, operations
from matcalc.operations import ALIASES, RULES, Rule, find_rule
from matcalc.simplify import REWRITES
from matcalc_cli.arguments import Json, argument
from matcalc_cli.output import (
    document,
    heading,
    paragraph,
    table,
    width,
    wrapped,
    write,
    write_json,
)
from matcalc_cli.rule_jacobians import (
    FAMILIES,
    LocalJacobian,
    by_family,
    drawn_from,
    family,
    local_jacobians,
    parameters,
    plain,
    stated,
)

Name = Annotated[
    str | None,
    argument("[NAME]", "A rule, as the list names it.", autocompletion=lambda: list(RULES)),
]
Rewrites = Annotated[
    bool, typer.Option("--rewrites", help="The identities that formulas are rewritten by.")
]
Catalogue = Annotated[
    bool,
    typer.Option("--catalogue", help="How functions of NumPy, SciPy and PyTorch are written here."),
]
_REWRITE = "section variables left right conditions"
_OPERATION = "section typed variables written said"
_NAME, _SIGNATURE = 14, 24  # columns of the list; longer ones push the formula to the next line
_INDICES = (
    "A_1 is the index along the first axis of A; that of a vector has the vector's name. What is "
    "zero by its structure is not stored, and not multiplied with."
)


def rules(
    name: Name = None,
    rewrites: Rewrites = False,
    catalogue: Catalogue = False,
    as_json: Json = False,
) -> None:
    """The rules of differentiation, or one with its shapes in both layouts."""
    if rewrites:
        _show_rewrites(as_json=as_json)
        return
    named = [] if name in RULES else called(name or "")  # what is no rule
    elsewhere = named if name else operations()
    if catalogue or (name and elsewhere):
        _show_catalogue(elsewhere, as_json=as_json)
        return
    if name is not None:
        rule = find_rule(ALIASES.get(name, name))
        jacobians = local_jacobians(rule)
        if as_json:
            write_json(_document(rule) | {"jacobians": [_of_jacobian(one) for one in jacobians]})
        else:
            write([*_described(rule), *_shapes(jacobians)])
        return
    grouped = by_family(RULES.values())
    if as_json:
        listed = [_document(rule) for group in grouped.values() for rule in group]
        write_json({"rules": listed})
        return
    lines = [f"{len(RULES)} rules; matcalc rules NAME shows one with its shapes in both layouts."]
    for title, group in grouped.items():
        lines += ["", heading(FAMILIES.get(title, title)), ""]
        lines += [line for rule in group for line in _row(rule)]
    write(lines)


def _show_rewrites(*, as_json: bool) -> None:
    """Every line that formulas are rewritten by, by subject."""
    if as_json:
        write_json(
            {"rewrites": [document(one, _REWRITE, variables=one.declared) for one in REWRITES]}
        )
        return
    lines = [f"{len(REWRITES)} rewrites: where the left side stands, the right side may."]
    for section, group in groupby(REWRITES, key=lambda one: one.section):
        lines += ["", heading(section), "", *(f"  {one.text}" for one in group)]
    write(lines)


def _show_catalogue(listed: Iterable[Operation], *, as_json: bool) -> None:
    """How calls of other libraries are written here, or why they are not, by subject."""
    answers = [(one, answer(one)) for one in listed]
    if as_json:
        write_json(
            {
                "catalogue": [
                    document(one, _OPERATION, written=a.written or None, said=a.said)
                    for one, a in answers
                ]
            }
        )
        return
    lines: list[str] = []
    for section, group in groupby(answers, key=lambda one: one[0].section):
        lines += [*([""] if lines else []), heading(section), ""]
        for one, (written, said) in group:
            lines += wrapped(f"{one.typed}  ->  {written or 'not here'}", "  ", "      ")
            lines += wrapped(said, "      ", "      ") if said else []
    write(lines)


def _row(rule: Rule) -> list[str]:
    """A rule in the list: its name, its first signature, its formula, below if it is long."""
    start = f"  {rule.name:{_NAME}}  {plain(rule.signatures[0]):{_SIGNATURE}}"
    if len(start) == _NAME + _SIGNATURE + 4 and len(start) + 2 + len(rule.formula) <= width():
        return [f"{start}  {rule.formula}"]
    indent = " " * (_NAME + 4)
    return [start.rstrip(), *wrapped(rule.formula, indent, indent)]


def _described(rule: Rule) -> list[str]:
    signatures = [plain(signature) for signature in rule.signatures]
    facts = [
        ("operands", signatures[0]),
        *(("", signature) for signature in signatures[1:]),
        ("parameters", parameters(rule)),
        ("domain", rule.domain),
        ("checked at", drawn_from(rule)),
        ("source", rule.source),
    ]
    lines = [heading(rule.name), *wrapped(rule.formula, "  ", "  "), ""]
    for label, text in facts:
        if text:
            lines += wrapped(text, f"  {label:10}  ", " " * 14)
    return lines


def _shapes(jacobians: Sequence[LocalJacobian]) -> list[str]:
    """The shapes of each operand's local Jacobian, under each kind of operands."""
    examples: dict[str, list[LocalJacobian]] = {}
    for one in jacobians:
        examples.setdefault(one.example, []).append(one)
    lines: list[str] = []
    for example, group in examples.items():
        rows = [("", "numerator", "denominator", "structure")]
        rows += [
            (
                one.title,
                one.written("numerator").title,
                one.written("denominator").title,
                one.structure,
            )
            for one in group
        ]
        lines += ["", heading(f"local Jacobian, {example}"), "", *table(rows), *_formulas(group)]
    if not lines:
        return ["", "It has no operands, so no local Jacobian."]
    if any("≠" in one.structure or " = " in one.structure for one in jacobians):
        lines += paragraph(_INDICES)
    return lines


def _formulas(group: Sequence[LocalJacobian]) -> list[str]:
    """The formulas of local Jacobians, in both layouts, where they are short."""
    lines: list[str] = []
    for one in group:
        for layout in ("numerator", "denominator"):
            found = one.formula(layout)
            if found is not None:
                start = f"  {one.title}, {layout} layout:"
                fits = len(start) + 1 + len(found) <= width()
                lines += [f"{start} {found}"] if fits else [start, *wrapped(found, "    ", "    ")]
    return ["", *lines] if lines else []


def _document(rule: Rule) -> dict[str, object]:
    return document(
        rule,
        "name family signatures formula source domain parameters",
        family=family(rule),
        signatures=[stated(signature) for signature in rule.signatures],
        parameters=_plain_values(rule.parameters),
    )


def _plain_values(given: Mapping[str, Any]) -> dict[str, object]:
    """Parameters as JSON has them: a fraction is text."""
    return {k: str(v) if isinstance(v, Fraction) else v for k, v in given.items()}


def _of_jacobian(one: LocalJacobian) -> dict[str, object]:
    return {
        "of": one.of.name,
        "of_shape": one.of.shape,
        "wrt": one.wrt.name,
        "wrt_shape": one.wrt.shape,
        "numerator": one.written("numerator").shape,
        "denominator": one.written("denominator").shape,
        "structure": one.structure,
        "formulas": {k: one.formula(k) for k in ("numerator", "denominator")},
    }
