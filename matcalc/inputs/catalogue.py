"""Operations that people know from NumPy, SciPy and PyTorch: how each is written here, or why not.

The list is of calls as those libraries spell them, each with the shapes of its variables. What the
catalogue says of one is what reading it gives: the formula, what is assumed, or the refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from matcalc.errors import MatcalcError
from matcalc.expression.definitions import definitions
from matcalc.expression.missing import MISSING
from matcalc.inputs.elsewhere import LINES
from matcalc.inputs.entrance import entered

_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")


class Operation(NamedTuple):
    """A call, as a library spells it.

    Attributes:
        section: Its subject.
        typed: The call.
        variables: The shapes of its variables.
    """

    section: str
    typed: str
    variables: str

    @property
    def name(self) -> str:
        """What is called, with its library: ``np.linalg.qr``; the whole where nothing is."""
        found = _CALLED.match(self.typed)
        return found[1] if found else self.typed


class Description(NamedTuple):
    """What is said of an operation.

    Attributes:
        written: The same in the language; nothing where it is refused.
        said: What it stands for and what was assumed; or why it is refused, and what to use.
    """

    written: str
    said: str


def operations() -> Iterator[Operation]:
    """The list, in its order.

    >>> next(operations())
    Operation(section='Arithmetic and products', typed='np.add(x, y)', variables='x[n] y[n]')
    """
    section = ""
    for line in LINES.strip().splitlines():
        listed, _, variables = line.strip().rpartition(" | ")
        section = section if listed else line.strip(" #")
        for calls in listed.split("; ") if listed else ():
            names, opened, arguments = calls.partition("(")
            for name in names.split() if opened else [names]:
                yield Operation(section, name + opened + arguments, variables)


def called(name: str) -> list[Operation]:
    """The operations of a name, with its library or without.

    >>> [one.typed for one in called("qr")], called("np.linalg.qr") == called("qr")
    (['np.linalg.qr(A)'], True)
    """
    found = [one for one in operations() if name in (one.name, one.name.rpartition(".")[2])]
    return found or list(_unlisted(name))


def _unlisted(name: str) -> Iterator[Operation]:
    """What is known of a name that is not in the list."""
    if name in MISSING:
        yield Operation("Not here", f"{name}(x)", "x[n]")
    for one in definitions().get(name, ()):
        taken = [(given.name, given.rank) for given in one.parameters if given.default is None]
        shapes = (f"{operand}[{','.join('mn'[-(rank or 1) :])}]" for operand, rank in taken)
        yield Operation(
            "Defined by others", f"{name}({', '.join(k for k, _ in taken)})", " ".join(shapes)
        )


def answer(one: Operation) -> Description:
    """What reading an operation gives.

    >>> answer(called("np.linalg.qr")[0]).said
    'qr: a function has one result; R, up to signs, is cholesky(A.T @ A).T'
    >>> answer(called("addmm")[0])
    Description(written='addmm(C, A, B)', said='addmm(C[m,n], A[m,k], B[k,n]) = C + A @ B')
    """
    try:
        typed = entered(one.typed, one.variables)
        formula = typed.formula()
    except MatcalcError as error:
        return Description("", error.message)
    name = formula.text.partition("(")[0]
    stands_for = [one.text for one in definitions().get(name, ())]
    said = [text for text in typed.said if not text.startswith("read as ")]
    return Description(formula.text, "; ".join((*stands_for, *said, *formula.assumptions)))
