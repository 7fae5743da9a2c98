"""Reads a lesson as blocks that Typst can set: the tree that handouts and slides are made of.

A block is a dictionary with a ``kind``: heading, paragraph, math, code, picture, list, table, or
solution, which holds blocks. Text inside one is a list of pieces, each with a kind as well.
Formulas are written as Typst writes them. A block after ``<!--- slide --->`` has ``slide`` set.
"""

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode as Node

from typst_formulas import typst

Block = dict[str, Any]

SLIDE = "<!--- slide --->"
_FORMULA = re.compile(r"\$`(?P<latex>[^`]*)`\$")
_PICTURE = re.compile(r"\.\./(pictures/.+)")


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula in a line, as GitHub writes it: code between dollars."""
    found = _FORMULA.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found["latex"]
    state.pos = found.end()
    return True


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable("table")
    reader.inline.ruler.before("escape", "formula", _formula)
    return reader


def blocks(markdown: str) -> list[Block]:
    r"""The blocks of a page.

    Raises:
        ValueError: The page holds something that no lesson has held so far.

    >>> blocks("So $`z^{[2]}`$ fits.")[0]["pieces"][1]
    {'kind': 'math', 'typst': 'z^(\\[ 2 \\])'}
    """
    nodes = list(Node(_reader().parse(markdown)).children)
    nodes.reverse()
    return list(_until(nodes, ""))


def _until(nodes: list[Node], end: str) -> Iterator[Block]:
    """The blocks before a closing tag, or before the end."""
    slide = False
    while nodes:
        node = nodes.pop()
        if node.type != "html_block":
            for block in _block(node):
                yield block | {"slide": slide}
            slide = False
        elif end and node.content.startswith(end):
            return
        elif node.content.startswith("<details>"):
            yield {"kind": "solution", "blocks": list(_until(nodes, "</details>")), "slide": False}
        else:
            slide = SLIDE in node.content


def _block(node: Node) -> Iterator[Block]:
    if node.type == "heading":
        yield {"kind": "heading", "level": int(node.tag[1]), "pieces": _pieces(node.children[0])}
    elif node.type == "paragraph":
        yield _paragraph(node.children[0])
    elif node.type == "fence" and node.info == "math":
        yield {"kind": "math", "typst": typst(node.content)}
    elif node.type == "fence":
        yield {"kind": "code", "text": node.content.rstrip("\n")}
    elif node.type in ("bullet_list", "ordered_list"):
        items = [
            [each for part in item.children for each in _block(part)] for item in node.children
        ]
        yield {"kind": "list", "numbered": node.type == "ordered_list", "items": items}
    elif node.type == "table":
        head, body = node.children
        rows = [[_pieces(cell.children[0]) for cell in row.children] for row in body.children]
        titles = [_pieces(cell.children[0]) for cell in head.children[0].children]
        yield {"kind": "table", "head": titles, "rows": rows}
    else:
        raise ValueError(f"a block of the kind {node.type} is new: say in {__file__} what it is")


def _paragraph(inline: Node) -> Block:
    """A paragraph; or a picture, which stands alone."""
    (first, *others) = inline.children
    if first.type == "image" and not others:
        picture = _PICTURE.fullmatch(str(first.attrs["src"]))
        if picture:
            return {"kind": "picture", "file": picture[1], "says": first.content}
    return {"kind": "paragraph", "pieces": _pieces(inline)}


def _pieces(inline: Node) -> list[Block]:
    return [_piece(one) for one in inline.children]


def _piece(node: Node) -> Block:
    if node.type == "text":
        return {"kind": "text", "text": node.content}
    if node.type in ("softbreak", "hardbreak"):
        return {"kind": "text", "text": " "}
    if node.type == "code_inline":
        return {"kind": "code", "text": node.content}
    if node.type == "formula":
        return {"kind": "math", "typst": typst(node.content)}
    if node.type in ("strong", "em", "link"):
        return {"kind": node.type, "pieces": _pieces(node)}
    raise ValueError(f"a piece of the kind {node.type} is new: say in {__file__} what it is")
