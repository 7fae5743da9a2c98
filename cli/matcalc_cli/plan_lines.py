"""The plan of derivatives at given sizes, for people and as a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from matcalc_cli.failures import UsageError
from matcalc_cli.output import document

if TYPE_CHECKING:  # it loads NumPy, which --help does without
    from matcalc.jacobians.jacobian import Jacobian
    from matcalc.plan.plan import Plan

_NOMINAL = 100
_SIZE = re.compile(r"(\w+)=([1-9][0-9]{0,8})", re.ASCII)


def sizes_of(given: str, names: Iterable[str]) -> tuple[dict[str, int], list[str]]:
    """The size of each dimension, and the names of those that were not given: they count as 100.

    Raises:
        UsageError: What was given is no list of sizes, or there is no such dimension.
    """
    found: dict[str, int] = {}
    for part in given.replace(",", " ").split():
        match = _SIZE.fullmatch(part)
        if match is None:
            raise UsageError(f"--sizes takes sizes of dimensions, 'n=1000 m=20', not {part[:40]!r}")
        if found.setdefault(match[1], int(match[2])) != int(match[2]):
            raise UsageError(f"--sizes gives {match[1][:40]} two sizes")
    known = sorted(names)
    for name in found:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise UsageError(
                f"there is no dimension {name[:40]!r} to size here; there are {listed}"
            )
    missing = [name for name in known if name not in found]
    return found | dict.fromkeys(missing, _NOMINAL), missing


def planned(
    derivatives: Sequence[Jacobian[Any]], given: str
) -> tuple[list[tuple[str, Plan]], list[str]]:
    """A plan for each layout, with its title, and a line about sizes that were not given."""
    from matcalc import dimensions, together  # noqa: PLC0415 - NumPy
    from matcalc.jacobians.written import leaves_of  # noqa: PLC0415

    shapes = [node.shape for one in derivatives for _, node in leaves_of(one)]
    names = {name for shape in shapes for size in shape for name in dimensions.names(size)}
    sizes, missing = sizes_of(given, names)
    listed = ", ".join(f"{name} = {_NOMINAL}" for name in missing)
    said = [f"not given: {listed}; --sizes '{missing[0]}=1000' gives it"] if missing else []
    layouts = dict.fromkeys(one.layout for one in derivatives)
    groups = [[one for one in derivatives if one.layout == layout] for layout in layouts]
    titles = [", ".join(one.code_title for one in group) for group in groups]
    found = [together(*group).plan(**sizes) for group in groups]
    return list(zip(titles, found, strict=True)), said


def plan_document(plan: Plan, title: str) -> dict[str, Any]:
    """A plan as a document, and what the order of books would take."""
    textbook = {} if plan.textbook is None else {"from_left_to_right": _taken(plan.textbook)}
    return {"of": title, **_taken(plan), **textbook}


def _taken(plan: Plan) -> dict[str, Any]:
    """Steps, and what they take together."""
    from matcalc.plan.spelled import lines  # noqa: PLC0415

    return {
        "steps": [document(one, "name does shape multiplications") for one in lines(plan.steps)],
        "multiplications": plan.multiplications,
        "largest": list(plan.largest.shape) if plan.largest else [],
        "results": [list(plan.steps[at].shape) for at in plan.results],
    }
