"""``matcalc chain``: a product of derivatives in the order of each layout."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

import typer

from matcalc import dimensions
from matcalc.errors import ChainError, NotationError, Place, listed
from matcalc.jacobians.linking import Link, chain_order, path_of
from matcalc.layout import ArrayForm, axis_names
from matcalc.notation import WrittenChain, written_chain
from matcalc.variables import Mention, Variable, parse_mention, parse_ratio, resolve
from matcalc_cli.arguments import Json, argument, read_as
from matcalc_cli.failures import UsageError
from matcalc_cli.files import Svg, save
from matcalc_cli.output import (
    assumption,
    document,
    heading,
    paragraph,
    width,
    wrapped,
    write,
    write_json,
)
from matcalc_cli.python_code import call

Links = Annotated[
    list[str],
    argument(
        "VARIABLE...",
        "Variables from the outermost to the innermost: L 'a[2]' 'x[3]', or L a=2 x=3. "
        "Or factors in any order: 'a/x[3]' 'L/a[2]'.",
    ),
]
LayoutOption = Annotated[
    Literal["numerator", "denominator", "mixed", "both"],
    typer.Option("--layout", help="Mixed is for scalars and vectors alone."),
]


def chain(
    links: Links, layout: LayoutOption = "both", svg: Svg = None, as_json: Json = False
) -> None:
    """Multiply derivatives in the order of each layout, a shape under each."""
    if svg == "-" and as_json:
        raise UsageError("--svg - and --json both write to stdout; choose one")
    asked = _read(links)
    names = ("numerator", "denominator") if layout == "both" else (layout,)
    chains = [written_chain(asked.path, name) for name in names]
    if svg is not None:
        from matcalc.pictures import chain_svg  # noqa: PLC0415 - most runs draw nothing

        save(svg, chain_svg(asked.path, names).encode())
    if svg == "-":
        return
    if as_json:
        write_json(_document(asked, chains))
        return
    lines = [heading(line) for line in wrapped(_title(asked.path))]
    lines += [*read_as(*asked.path[:2]), *assumption(asked.assumed)]
    lines += _how_to_shape(asked)
    for one in chains:
        lines += ["", heading(one.rule), *_product(one), *_code(one)]
    write([*lines, *_notes(chains[0])])


def _how_to_shape(asked: _AskedChain) -> list[str]:
    """How shapes are written, where none was."""
    names = [one.name for one in asked.path]
    if len(names) < 3 or len(asked.assumed) < len(names):
        return []
    return [f"a vector is written {names[1]}[n], a matrix {names[-1]}[m,n]"]


class _AskedChain(NamedTuple):
    """The variables of a chain, the outermost first, and those that were given no shape."""

    path: tuple[Variable, ...]
    assumed: tuple[str, ...]


def _read(texts: Sequence[str]) -> _AskedChain:
    factors = [text for text in texts if "/" in text]
    if not factors:
        return _read_path(texts)
    if len(factors) < len(texts):
        other = next(text for text in texts if "/" not in text)
        raise NotationError(
            "variables along a path, or factors like L/a: one of the two, not both",
            [Place(text, 0, len(text)) for text in (other, factors[0])],
        )
    return _read_factors(texts)


def _read_path(texts: Sequence[str]) -> _AskedChain:
    mentions = [parse_mention(text) for text in texts]
    if len(mentions) < 2:
        raise NotationError(
            "a chain needs two variables or more, the outermost first: L 'a[2]' 'x[3]'",
            [mentions[0].place],
        )
    first: dict[str, Mention] = {}
    for mention in mentions:
        if first.setdefault(mention.name, mention) is not mention:
            raise ChainError(
                f"{mention.name} is there twice: a chain meets each variable once",
                [first[mention.name].place, mention.place],
            )
    variables, assumed = resolve(mentions)
    return _AskedChain(tuple(variables[mention.name] for mention in mentions), assumed)


def _read_factors(texts: Sequence[str]) -> _AskedChain:
    ratios = [parse_ratio(text) for text in texts]
    variables, assumed = resolve([mention for ratio in ratios for mention in ratio])
    links = [
        Link(variables[above.name], variables[below.name], Place(text, 0, len(text)))
        for text, (above, below) in zip(texts, ratios, strict=True)
    ]
    return _AskedChain(path_of([links[k] for k in chain_order(links)]), assumed)


def _document(asked: _AskedChain, chains: Sequence[WrittenChain]) -> dict[str, object]:
    return {
        "of": asked.path[0].name,
        "wrt": asked.path[-1].name,
        "assumed": asked.assumed,
        "layouts": {
            one.convention.name: document(
                one,
                "order shapes matrix_shapes shape matrix_shape einsum einops",
                shapes=[factor.shape for factor in one.factors],
                shape=one.result.shape,
                matrix_shape=one.result.matrix_shape,
            )
            for one in chains
        },
    }


def _title(path: Sequence[Variable]) -> str:
    through = ", ".join(variable.name for variable in path[1:-1])
    title = f"∂{path[0].name}/∂{path[-1].name}"
    return f"{title} through {through}" if through else title


def _product(one: WrittenChain) -> list[str]:
    """The factors over their shapes; an empty line where they go on."""
    lines = _indented(one.lines(width() - 2))
    return [line for k in range(0, len(lines), 2) for line in ("", *lines[k : k + 2])]


def _code(one: WrittenChain) -> list[str]:
    """The product as NumPy and as einops code; one factor alone needs neither."""
    if len(one.factors) == 1:
        return []
    room = width() - 2
    result = f"# an array of shape {dimensions.tupled(one.result.shape)}"
    if len(one.result.shape) == 1:
        result += " (vectors stay one-dimensional in arrays)"
    if one.einsum is None:
        return ["", "  Over 52 axes: more than one einsum has letters for; multiply in parts."]
    order = ["optimize=True"] if len(one.factors) > 2 else []
    lines = [
        result,
        *call("np.einsum", [], one.einsum, [*one.arrays, *order], room),
        *call("einops.einsum", one.arrays, one.einops, [], room),
    ]
    return ["", *_indented(lines)]


def _notes(one: WrittenChain) -> list[str]:
    """What a reader should know of the product."""
    if one.convention.name == "mixed":
        return _mixed_note(one)
    return _broken_notes(one)


def _mixed_note(one: WrittenChain) -> list[str]:
    """In mixed without a gradient as result, how that relates to one with it."""
    if not one.is_outside_in or len(one.factors) == 1:
        return []
    gradients = [_ratio(factor) for factor in one.factors if one.is_transposed(factor)]
    if gradients:
        columns = "is a column" if len(gradients) == 1 else "are columns"
        said = f"{listed(gradients)} {columns} in mixed; here a row is needed, so .T"
    else:
        said = "No factor is a gradient, so nothing is transposed"
    if one.path[0].rank and one.path[-1].rank:
        return _gradient_through(one, said)
    return paragraph(f"{said}.")


def _gradient_through(one: WrittenChain, said: str) -> list[str]:
    """The product with a gradient, in which this one is transposed."""
    above, below = one.path[0].name, one.path[-1].name
    number = next(name for name in ("L", "f", "loss") if name not in (above, below))
    lines = paragraph(
        f"{said}. The gradient of a scalar {number} is a column, and needs the transpose of this "
        "product on its left:"
    )
    return [*lines, "", f"  ∂{number}/∂{below} = (∂{above}/∂{below})ᵀ · ∂{number}/∂{above}"]


def _broken_notes(one: WrittenChain) -> list[str]:
    """Where the product is not one of matrices, and what it is instead."""
    broken = _no_matrix_products(one)
    axes = axis_names(one.path)
    summed = [axis for variable in broken for axis in axes[variable.name]]
    tensors = [_ratio(factor) for factor in one.factors if len(factor.form) > 2]
    parts = []
    if broken and tensors:
        parts.append(
            f"{listed(tensors)} {'have' if len(tensors) > 1 else 'has'} more than two axes."
        )
    if summed:
        places = listed([variable.name for variable in broken if variable.rank])
        parts.append(f"At {places} this is no matrix product: it sums over the named ")
        parts[-1] += f"{'axes' if len(summed) > 1 else 'axis'} {listed(summed)}."
    scalars = [variable.name for variable in broken if not variable.rank]
    if scalars:
        parts.append(f"At {listed(scalars)} it is an outer product: every entry meets every entry.")
    return paragraph(" ".join(parts)) if parts else []


def _no_matrix_products(one: WrittenChain) -> list[Variable]:
    """The variables at which two neighbours don't multiply as matrices."""
    forms = [factor.matrix_form for factor in one.factors]
    axes = axis_names(one.path)
    between = one.path[1:-1] if one.is_outside_in else one.path[1:-1][::-1]
    return [
        variable
        for variable, (left, right) in zip(between, pairwise(forms), strict=True)
        if left is None or right is None or not left[1] == right[0] == axes[variable.name]
    ]


def _ratio(factor: ArrayForm) -> str:
    return f"∂{factor.of.name}/∂{factor.wrt.name}"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
