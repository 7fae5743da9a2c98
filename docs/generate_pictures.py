"""Writes docs/pictures/: the pictures that the documents show.

Run it with ``python docs/generate_pictures.py`` after the way pictures are drawn was changed.
"""

from pathlib import Path

import matcalc as mc
from matcalc.pictures import chain_svg, product_svg

FOLDER = Path(__file__).parent / "pictures"
_NETWORK = "z2 = W2 @ x + b2; a2 = relu(z2); z3 = W3 @ a2 + b3; a3 = sigmoid(z3); "
_LOSS = "L = sum((a3 - y)**2) / 2"


def pictures() -> dict[str, str]:
    """Each file as it should be."""
    network = mc.derive(
        _NETWORK + _LOSS,
        wrt="W2",
        variables="x[2] W2[3,2] b2[3] W3[2,3] b3[2] y[2]",
        layout="denominator",
    )
    four_pieces = product_svg(
        ["δ³", "W³", "relu′(z²)", "xᵀ"],
        [(2, 1), (2, 3), (3, 1), (1, 2)],
    )
    return {
        "why-w-transposed.svg": _chain("L z2[n2] a1[n1]"),
        "four-pieces.svg": four_pieces,
        "five-factors.svg": _chain("L a3[2] z3[2] a2[3] z2[3] W2[3,2]"),
        "network.svg": network.svg("graph"),
    }


def _chain(path: str) -> str:
    return chain_svg([mc.parse_variable(text) for text in path.split()])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
