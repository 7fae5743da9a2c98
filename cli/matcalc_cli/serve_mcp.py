"""``matcalc serve-mcp``: commands as tools of the Model Context Protocol, over stdin and stdout.

A tool runs its command with ``--json`` in a process of its own, for a bounded time, so that it
answers what the command answers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from matcalc.version import __version__
from matcalc_cli.failures import UsageError

_SECONDS = 60
_ABOUT = (
    "Matrix derivatives with explicit layouts (numerator, denominator). Vectors are columns; "
    "variables are declared with their shapes: 'W[m,n] x[n]'."
)


def serve_mcp() -> None:
    """Serve derive, check, chain, shape and fit as tools, for a program that speaks MCP."""
    if find_spec("mcp") is None:
        raise UsageError("serve-mcp needs the SDK of MCP: pip install 'matcalc-layout[mcp]'")
    server().run()


def server() -> Any:
    """The server with its tools, not yet running."""
    library: Any = import_module("mcp.server.mcpserver")  # an extra
    made = library.MCPServer("matcalc", instructions=_ABOUT, version=__version__)
    for tool in (derive, check, chain, shape, fit):
        made.add_tool(tool)
    return made


def derive(
    expression: str, wrt: str, variables: str = "", layout: str = "both", let: str = ""
) -> dict[str, Any]:
    """Differentiate a matrix expression: the formula, its shape and code in each layout.

    Args:
        expression: What is differentiated, as NumPy, LaTeX or a book writes it: x.T @ A @ x.
        wrt: The variable; several with commas.
        variables: The variables with their shapes: x[n] A[n,n].
        layout: numerator, denominator or both.
        let: Names for parts, used after them: z = W @ x; a = tanh(z).
    """
    text = f"{let}; {expression}" if let else expression
    return _answer("derive", [text], wrt=wrt, vars=variables, layout=layout)


def check(
    claim: str,
    of: str = "",
    wrt: str = "",
    because: str = "",
    variables: str = "",
    layout: str = "",
) -> dict[str, Any]:
    """Whether somebody's formula is the derivative; if not, the mistake, its place and a repair.

    Args:
        claim: A formula, with of and wrt; an equation, with because; or sizes: 2x1 · 2x3.
        of: What is differentiated.
        wrt: What it is differentiated by.
        because: The forward pass that an equation is from: z = W @ x; a = relu(z).
        variables: The variables with their shapes: x[n] A[n,n].
        layout: numerator or denominator.
    """
    given = {"of": of, "wrt": wrt, "because": because, "vars": variables, "layout": layout}
    return _answer("check", [claim], **given)


def chain(path: list[str], layout: str = "both") -> dict[str, Any]:
    """The product of derivatives along a path in the order of each layout, with shapes and code.

    Args:
        path: Variables from the outermost to the innermost: L, a[2], z[2], x[3].
        layout: numerator, denominator, mixed or both.
    """
    return _answer("chain", path, layout=layout)


def shape(derivative: str) -> dict[str, Any]:
    """The shape of a derivative in every layout and convention.

    Args:
        derivative: What by what: z[3] / W[3,2].
    """
    return _answer("shape", [derivative])


def fit(equation: str, pieces: str = "", because: str = "") -> dict[str, Any]:
    """What ? must be for an equation to fit: its shape, and the pieces that have it.

    Args:
        equation: With one ?: dz1[n1] = ? @ dz2[n2].
        pieces: What may stand there, with shapes: W2[n2,n1].
        because: The forward pass, which decides by value: z2 = W2 @ z1.
    """
    return _answer("fit", [equation], **{"from": pieces, "because": because})


def _answer(command: str, words: list[str], **options: str) -> dict[str, Any]:
    """The document of a command; of one that cannot be read its message."""
    given = [f"--{name}={value}" for name, value in options.items() if value]
    line = [sys.executable, "-m", "matcalc_cli", command, *given, "--json", "--", *words]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and what is given is behind -- or =
            line, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return {"error": {"message": f"no answer in {_SECONDS} s"}}
    except (OSError, ValueError):  # longer than a process takes, or no text: a NUL, half a sign
        return {"error": {"message": "this is too long, or holds signs that are no text"}}
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.stdout:
        found: dict[str, Any] = json.loads(done.stdout)
        return found
    return {"error": {"message": said.removeprefix("matcalc: error: ")}}
