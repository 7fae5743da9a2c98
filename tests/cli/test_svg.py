from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

_CHAIN = ("chain", "L", "z[3]", "x[2]")
_DERIVE = ("derive", "x.T @ A @ x", "--wrt", "x,A", "--vars", "x[n] A[n,n]")
_TITLE = "{http://www.w3.org/2000/svg}title"


@pytest.mark.parametrize(
    ("command", "title"),
    [
        (_CHAIN, "Chain rule for ∂L/∂x through z"),
        ((*_CHAIN, "--layout", "mixed"), "Chain rule for ∂L/∂x through z"),
        (_DERIVE, "Computation graph of f, paths from x, A"),
        ((*_DERIVE, "--order", "2"), "Computation graph of f, paths from x, A"),
    ],
)
def test_a_picture_is_written_beside_the_answer(
    matcalc: Any, tmp_path: Path, command: tuple[str, ...], title: str
) -> None:
    file = tmp_path / "out.svg"
    file.write_text("old")
    found = matcalc(*command, "--svg", str(file))
    assert found.out == matcalc(*command).out
    assert ET.fromstring(file.read_text("utf-8")).findtext(_TITLE) == title  # noqa: S314 - ours
    assert [path.name for path in tmp_path.iterdir()] == ["out.svg"]


@pytest.mark.parametrize("command", [_CHAIN, _DERIVE])
def test_stdout_gets_the_picture_alone(matcalc: Any, command: tuple[str, ...]) -> None:
    found = matcalc(*command, "--svg", "-")
    assert found.code == 0
    assert ET.fromstring(found.raw.decode()).findtext(_TITLE)  # noqa: S314 - our own text


@pytest.mark.parametrize("command", [_CHAIN, _DERIVE])
def test_two_things_for_stdout_are_refused(
    matcalc: Any, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert matcalc(*command, "--svg", "-", "--json").code == 2
    file = tmp_path / "out.svg"
    assert matcalc(*command, "--svg", str(file), "--json").json
    assert file.exists()


@pytest.mark.parametrize("command", [_CHAIN, _DERIVE])
def test_a_place_that_cannot_be_written_is_one_line(
    matcalc: Any, tmp_path: Path, command: tuple[str, ...]
) -> None:
    found = matcalc(*command, "--svg", str(tmp_path / "no" / "out.svg"))
    assert found.code == 2
    assert "cannot write" in found.err


def test_nothing_is_written_where_the_question_is_wrong(matcalc: Any, tmp_path: Path) -> None:
    file = tmp_path / "out.svg"
    assert matcalc("chain", "L", "L", "--svg", str(file)).code == 1
    assert matcalc("derive", "x +", "--wrt", "x", "--svg", str(file)).code == 2
    assert not file.exists()
