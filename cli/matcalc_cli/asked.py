"""What ``matcalc derive`` is asked, and its answer: for the command and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from matcalc.errors import MatcalcError
from matcalc_cli.derivative_lines import POINTS, DerivativeAnswer, Derived
from matcalc_cli.explanation_lines import Level
from matcalc_cli.failures import UsageError
from matcalc_cli.given_formula import GivenFormula

if TYPE_CHECKING:  # they load NumPy, which --help does without
    from matcalc.checking.agreement import Check
    from matcalc.explanation import Explanation
    from matcalc.expression import Formula


class Request(NamedTuple):
    """What is to be derived.

    Attributes:
        formula: What is differentiated.
        names: What it is differentiated by.
        variables: The declarations; none where names are to say what they are.
        layouts: How the derivatives are written down.
        order: 2 for the second derivative.
        structure: What is known of the entries of the variable.
        notation: The notation, where the signs of the formula are not to say it.
        stacked: Whether the variables are taken as one vector.
    """

    formula: GivenFormula
    names: tuple[str, ...]
    variables: Sequence[str]
    layouts: tuple[str, ...]
    order: int
    structure: str | None = None
    notation: str | None = None
    stacked: bool = False

    def by_itself(self) -> Request:
        """The same where the formula is a derivative, ``d/dx (x.T @ A @ x)``, that says by what.

        Raises:
            UsageError: It is by another variable than those that were asked for.
        """
        from matcalc.inputs.entrance import operator_of  # noqa: PLC0415

        *before, last = self.formula.parts
        left = operator_of(last.text, self.variables, self.notation)
        if left is None:
            return self
        if self.names not in ((), (left.wrt,)):
            raise UsageError(f"the formula is a derivative by {left.wrt}: --wrt is left out")
        inside = last._replace(text=last.text[slice(*left.inside)].strip())
        return self._replace(formula=GivenFormula((*before, inside)), names=(left.wrt,))

    def derive(self, order: int) -> list[Derived]:
        """A derivative for each name; of second order one for all.

        Raises:
            MatcalcError: The formula cannot be read or differentiated.
        """
        import matcalc  # noqa: PLC0415 - NumPy, which --help does without

        names = self.names if order == 2 else tuple(dict.fromkeys(self.names))
        pair = names if len(names) > 1 else names * 2
        found = matcalc.derive(
            self.formula.text,
            wrt=pair if order == 2 and not self.stacked else names,
            variables=self.variables,
            layout="numerator",
            order=order,
            structure=self.structure,
            notation=self.notation,
            stacked=self.stacked,
        )
        jacobians = found if isinstance(found, list) else [found]
        together = [pair] if order == 2 else [(name,) for name in names]
        wrt = [names] if self.stacked else together
        return [
            Derived(below, tuple(one.to(layout) for layout in self.layouts))
            for below, one in zip(wrt, jacobians, strict=True)
        ]

    def answer(self) -> DerivativeAnswer:
        """What was read, and its derivatives, their formulas read back.

        Raises:
            MatcalcError: The formula cannot be read or differentiated, or no form of the
                derivative holds.
        """
        from matcalc.expression import KnownNames, read_formula  # noqa: PLC0415

        found = [self._read_back(derived) for derived in self.derive(self.order)]
        first = found[0].jacobians[0]
        known = first.formula
        variables = known.variables if known else {}
        names = known.names if known else KnownNames()
        text = known.text if known else self.formula.text
        formula = read_formula(text, variables, names=names)
        formula = formula._replace(forced=known.forced if known else {})
        formula = formula._replace(notes=first.notes, assumptions=first.assumptions)
        return DerivativeAnswer(formula, tuple(found))

    def _read_back(self, derived: Derived) -> Derived:
        """A derivative with its formulas read back as they are printed."""
        from matcalc.checking.reading_back import read_back  # noqa: PLC0415 - NumPy

        declared = self._declarations(derived.jacobians[0].formula)
        found = tuple(read_back(one, variables=declared) for one in derived.jacobians)
        for one, text in zip(derived.jacobians, found, strict=True):
            if text.holds is False and read_back(one, "einsum", declared).holds is False:
                raise MatcalcError(
                    f"no formula for {derived.title} holds: {text.reason}; this is a mistake of "
                    "matcalc: please report it, with what you typed"
                )
        return derived._replace(read_back=found)

    def explained(self, level: Level) -> list[Explanation]:
        """An explanation for each layout and name.

        Raises:
            MatcalcError: The formula cannot be read or differentiated.
        """
        from matcalc.explanation import explain  # noqa: PLC0415 - most runs explain nothing

        return [
            explain(
                self.formula.text,
                wrt=name,
                variables=self.variables,
                layout=layout,
                level=level,
                order=self.order,
                notation=self.notation,
            )
            for layout in self.layouts
            for name in dict.fromkeys(self.names)
        ]

    def checks(self, answer: DerivativeAnswer) -> list[Check]:
        """Each derivative against differences; of second order also those that it is made from."""
        from matcalc.checking.formulas import check_derivative  # noqa: PLC0415

        below = self.derive(1) if self.order == 2 else []
        declared = self._declarations(answer.formula)
        jacobians = [one for derived in (*below, *answer.derivatives) for one in derived.jacobians]
        return [
            check_derivative(one, variables=declared, structure=self.structure, points=POINTS)
            for one in jacobians
        ]

    def _declarations(self, formula: Formula | None) -> Sequence[str]:
        """The declarations that were given, or those that the names of a formula stand for."""
        variables = formula.variables if formula else {}
        return self.variables or tuple(map(str, variables.values()))
