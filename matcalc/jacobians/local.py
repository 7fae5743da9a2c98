"""Local Jacobians by rule: ``rules.sigmoid(z, of="a")`` is ∂a/∂z, with its structure."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Any

from matcalc import dimensions
from matcalc.arrays import any_array, frozen
from matcalc.derivative import derivatives
from matcalc.errors import MatcalcError, NotationError
from matcalc.graph import Node, substituted, symbol
from matcalc.jacobians.jacobian import Jacobian
from matcalc.layout import find_layout
from matcalc.operations import RULES, Rule, find_rule, parse_signature
from matcalc.variables import Variable, parse_mention


class LocalRule:
    """One rule, called with the values of its operands: gives the local Jacobian.

    Attributes:
        rule: Its record: formula, source, domain.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.__doc__ = f"{rule.formula}. Source: {rule.source}. {', '.join(rule.signatures)}"

    def __repr__(self) -> str:
        return f"<rule {self.rule.name}: {self.rule.formula}>"

    def __call__(
        self,
        *values: object,
        of: str | None = None,
        wrt: str | None = None,
        layout: str = "numerator",
        **named: Any,
    ) -> Jacobian[Any]:
        """The derivative of the operation with respect to one of its operands.

        Args:
            values: The operands: arrays, numbers, or variables such as ``"W[3,2]"`` for a
                derivative of symbols. They are called as in the first signature of the rule.
            of: What the result is called; as in the first signature if nothing is said.
            wrt: Which operand, by its name; needed where there are several.
            layout: The tag of the result.
            named: Further operands, under names of your own, after those of ``values``, or under
                the rule's own names, in any order; and parameters of the rule, such as ``axis``.

        Returns:
            A Jacobian with its structure: a diagonal for a function applied entry by entry.

        Raises:
            NotationError: There is no such operand, or none was named.
            ShapeError: The operands do not fit the rule.
            NotDifferentiableError: The derivative does not exist.

        >>> rules.sigmoid([0.0, 0.0], of="a", wrt="x")
        <∂a[2]/∂x[2], numerator layout, 2×2>
        >>> rules.matmul(W2="W2[3,2]", x="x[2]", of="z2", wrt="W2").to("denominator").shape
        (3, 2, 3)
        """
        parameters = {k: named.pop(k) for k in self.rule.parameters if k in named}
        self._check_count(len(values) + len(named))
        operands = dict(zip(self._names(len(values)), values, strict=True))
        twice = ", ".join(operands.keys() & named.keys())
        if twice:
            raise NotationError(f"{self.rule.name}: {twice} is given twice, by place and by name")
        operands |= named
        if set(operands) == set(self.rule.operands):  # the rule's own names: by name, in any order
            operands = {name: operands[name] for name in self.rule.operands}
        nodes = {name: _leaf(name, value) for name, value in operands.items()}
        chosen = self._chosen(wrt, list(nodes))
        # The operand itself must be one node of its own: two operands may be equal arrays.
        variable = symbol(f"(operand {chosen})", nodes[chosen].shape)
        result = self._built(
            [variable if name == chosen else node for name, node in nodes.items()], parameters
        )
        derivative = derivatives(result, [variable])[0]
        entries = substituted(derivative, {variable: nodes[chosen]})
        above = Variable(self._result(of, chosen), result.shape)
        below = Variable(chosen, variable.shape)
        return Jacobian(entries, (above, below), find_layout(layout))

    def _built(self, nodes: list[Node], parameters: dict[str, Any]) -> Node:
        try:
            return self.rule.build(*nodes, **parameters)
        except MatcalcError:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError) as error:
            given = ", ".join(f"{key}={value!r}" for key, value in parameters.items())
            shapes = ", ".join(dimensions.times(node.shape) for node in nodes)
            raise NotationError(
                f"{self.rule.name} does not take {shapes} with {given or 'no parameters'}: {error}"
            ) from None

    def _names(self, count: int) -> list[str]:
        names = list(self.rule.operands)
        return names[:count] + [f"{names[-1]}{k}" for k in range(2, count - len(names) + 2)]

    def _check_count(self, count: int) -> None:
        counts = {len(parse_signature(text).operands) for text in self.rule.signatures}
        kinds = {one.kind for one in signature(self.rule.build).parameters.values()}
        if count not in counts and (0 in (count, *counts) or Parameter.VAR_POSITIONAL not in kinds):
            wanted = " or ".join(self.rule.signatures)
            raise NotationError(f"{self.rule.name} takes {wanted}; found {count} operands")

    def _result(self, of: str | None, chosen: str) -> str:
        name = of or parse_signature(self.rule.signatures[0]).result.name
        if name == chosen:
            raise NotationError(
                f"{self.rule.name}: the result and the operand are both called {name}; "
                "name the result otherwise, by of="
            )
        return name

    def _chosen(self, wrt: str | None, names: list[str]) -> str:
        if wrt is None and len(names) == 1:
            return names[0]
        if wrt not in names:
            asked = "name the operand" if wrt is None else f"no operand {wrt!r}"
            raise NotationError(
                f"{self.rule.name}: {asked}; wrt is one of {', '.join(names) or 'none'}"
            )
        return wrt


def _leaf(name: str, value: object) -> Node:
    """A node of what somebody gave: a variable's notation is a symbol, the rest an array."""
    if isinstance(value, Variable):
        return symbol(value.name, value.shape)
    if isinstance(value, str):
        mention = parse_mention(value)
        return symbol(mention.name, mention.shape or ())
    return frozen(any_array(value, name))


class Rules:
    """Every rule by its name, as a function: ``rules.inv``, ``rules.matmul``."""

    def __getattr__(self, name: str) -> LocalRule:
        if name.startswith("_"):  # what Python and notebooks look for
            raise AttributeError(name)
        return LocalRule(find_rule(name))

    def __dir__(self) -> list[str]:
        return sorted(RULES)


rules = Rules()
