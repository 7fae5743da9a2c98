import os
import subprocess
import sys

import pytest
from pictures.svg_reader import Picture

import matcalc as mc


def _chain() -> "mc.Jacobian[mc.Numerator]":
    dL_dz = mc.jacobian("L / z[2]", [1.0, 2.0], layout="numerator")
    dz_dx = mc.jacobian("z[2] / x[3]", [[1, 2, 3], [4, 5, 6]], layout="numerator")
    return mc.chain(dL_dz, dz_dx, layout="numerator")


def test_a_chain_is_drawn_in_both_layouts() -> None:
    picture = Picture(_chain().svg())
    assert picture.title == "Chain rule for ∂L/∂x through z"
    assert len(picture.of_kind("result")) == 2


def test_shapes_are_drawn_in_the_layout_of_the_jacobian() -> None:
    one, other = (Picture(J.svg("shapes")) for J in (_chain(), _chain().T))
    assert "= ∂L/∂x  1×3" in one.words
    assert "= ∂L/∂x  3×1" in other.words


def test_a_notebook_shows_the_chain_and_latex_where_it_is_too_long() -> None:
    assert _chain()._repr_html_() == _chain().svg("chain")
    links = [mc.identity(f"v{k}[2] / v{k + 1}[2]") for k in range(20)]
    assert mc.chain(*links, layout="numerator")._repr_html_() is None


def test_a_second_derivative_has_pictures() -> None:
    J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="numerator", order=2)
    assert "∂²f/∂x²" in Picture(J.svg("chain")).title
    assert "∂f/∂x" in Picture(J.svg("graph")).words


def test_only_a_formula_has_a_graph() -> None:
    with pytest.raises(mc.NotationError, match="a graph is drawn of a formula"):
        _chain().svg("graph")
    with pytest.raises(mc.NotationError, match="there are chain, shapes and graph"):
        _chain().svg("photo")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_pictures_are_the_same_in_every_process(seed: str) -> None:
    code = """
import matcalc as mc
J = mc.derive("Q = X @ A; softmax(Q @ X.T, axis=1) @ (X + B * 2) - Q", wrt="X",
    variables="X[t,e] A[e,e] B[t,e]", layout="numerator")
print(J.svg("graph"), J.svg("chain"), J.svg("shapes"), sep="")
"""
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    names: dict[str, object] = {}
    exec(code.replace("print(", "result = ''.join([").replace(', sep="")', "])"), names)  # noqa: S102 - above
    assert done.stdout.rstrip("\n") == str(names["result"]).rstrip("\n")


def test_a_picture_holds_no_script_no_link_and_no_identifier() -> None:
    for svg in (_chain().svg(), _chain().svg("shapes")):
        assert "prefers-color-scheme:dark" in svg
        for word in ("<script", "href", "url(", "@import", " id=", "@font-face"):
            assert word not in svg
