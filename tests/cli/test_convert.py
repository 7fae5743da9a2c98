from __future__ import annotations

import io
import json
import os
import stat
import struct
from itertools import product
from pathlib import Path
from typing import Any

import einops
import numpy as np
import pytest

import matcalc as mc
from matcalc.layout import CONVENTIONS

_ABOVE = ((), (2,), (2, 3))
_BELOW = ((), (5,), (5, 7))
_TO_NUMERATOR = ("z[3] / x[2]", "--from", "denominator", "--to", "numerator")


def _named(name: str, shape: tuple[int, ...]) -> str:
    return f"{name}[{','.join(map(str, shape))}]"


def _saved(path: Path, array: Any) -> str:
    np.save(path, array)
    return str(path)


def _npy(array: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_a_transpose_is_printed_as_numpy_and_as_einops(matcalc: Any) -> None:
    assert matcalc("convert", *_TO_NUMERATOR).out == (
        "∂z[3]/∂x[2]\n"
        "from denominator layout, 2×3\n"
        "to numerator layout, 3×2\n"
        "\n"
        "  J.T\n"
        '  einops.rearrange(J, "x z -> z x")\n'
    )


@pytest.mark.parametrize("pair", list(product(CONVENTIONS, repeat=2)), ids=" to ".join)
@pytest.mark.parametrize("shapes", list(product(_ABOVE, _BELOW)), ids=str)
def test_the_printed_code_does_what_the_library_does(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], pair: tuple[str, str], matcalc: Any
) -> None:
    derivative = " / ".join(map(_named, "YX", shapes))
    stored = np.random.default_rng(seed=0).normal(size=sum(shapes, ()))
    jacobian = mc.jacobian(derivative, stored, layout="numerator", convention="jax")
    array, expected = map(jacobian.as_convention, pair)
    said = matcalc("convert", derivative, "--from", pair[0], "--to", pair[1], "--json").json
    assert (said["from"], said["to"]) == pair
    assert (tuple(said["shape_from"]), tuple(said["shape_to"])) == (array.shape, expected.shape)
    for code in (said["numpy"], said["einops"]):
        found = eval(code, {"J": array, "einops": einops})  # noqa: S307 - our own output
        np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize(
    ("source", "target", "numpy_code", "einops_code"),
    [
        ("jax", "mixed", "J", "J"),
        (
            "numerator",
            "denominator",
            "J.T",
            'einops.rearrange(J, "Y_1 Y_2 X_2 X_1 -> X_1 X_2 Y_2 Y_1")',
        ),
        (
            "mixed",
            "numerator",
            "J.transpose(0, 1, 3, 2)",
            'einops.rearrange(J, "Y_1 Y_2 X_1 X_2 -> Y_1 Y_2 X_2 X_1")',
        ),
        (
            "jax",
            "vec-F",
            'J.reshape((m*n, p*q), order="F")',
            'einops.rearrange(J, "Y_1 Y_2 X_1 X_2 -> (Y_2 Y_1) (X_2 X_1)")',
        ),
        (
            "vec-C",
            "jax",
            "J.reshape(m, n, p, q)",
            'einops.rearrange(J, "(Y_1 Y_2) (X_1 X_2) -> Y_1 Y_2 X_1 X_2", Y_1=m, X_1=p)',
        ),
    ],
)
def test_the_code_is_as_short_as_it_can_be_and_takes_named_sizes(
    source: str, target: str, numpy_code: str, einops_code: str, matcalc: Any
) -> None:
    said = matcalc("convert", "Y[m,n] / X[p,q]", "--from", source, "--to", target, "--json").json
    assert (said["numpy"], said["einops"]) == (numpy_code, einops_code)


@pytest.mark.parametrize("order", ["F", "C"])
def test_vec_takes_its_order_from_the_option(order: str, matcalc: Any) -> None:
    asked = ("convert", "z[3] / W[3,2]", "--to", "jax", "--json")
    named = matcalc(*asked, "--from", f"vec-{order}")
    assert matcalc(*asked, "--from", "vec", "--order", order).json == named.json


def test_what_is_ordered_alike_needs_nothing_done(matcalc: Any) -> None:
    out = matcalc("convert", "L / x[3]", "--from", "mixed", "--to", "numerator").out
    assert out.endswith(
        "Nothing to do: the array has one axis, (3,), and stays as it is.\n"
        "Written as a matrix it is 1×3 instead of 3×1.\n"
    )
    from_jax = matcalc("convert", "L / x[3]", "--from", "jax", "--to", "numerator").out
    assert from_jax.endswith("stays as it is.\nWritten as a matrix it is 1×3.\n")
    jacobian = matcalc("convert", "z[2] / x[3]", "--from", "jax", "--to", "mixed").out
    assert jacobian.endswith("\nNothing to do: both order the axes alike.\n")


def test_a_file_is_converted_to_a_file(tmp_path: Path, matcalc: Any) -> None:
    array = np.arange(6.0).reshape(2, 3)
    source, target = _saved(tmp_path / "J.npy", array), tmp_path / "out.npy"
    result = matcalc("convert", *_TO_NUMERATOR, source, "-o", str(target))
    assert (result.code, result.out, result.err) == (0, "", "")
    np.testing.assert_array_equal(np.load(target, allow_pickle=False), array.T, strict=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["J.npy", "out.npy"]


def test_named_dimensions_take_their_sizes_from_the_file(tmp_path: Path, matcalc: Any) -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    source, target = _saved(tmp_path / "J.npy", array), tmp_path / "out.npy"
    matcalc("convert", "z[m] / W[n,k]", source, "--from", "jax", "--to", "vec-C", "-o", str(target))
    np.testing.assert_array_equal(np.load(target), array.reshape(2, 12))


def test_a_pipe_goes_in_and_out(matcalc: Any) -> None:
    array = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    result = matcalc("convert", *_TO_NUMERATOR, "-", "-o", "-", stdin=_npy(array))
    np.testing.assert_array_equal(np.load(io.BytesIO(result.raw)), array.T, strict=True)


def test_json_holds_the_array_where_no_file_is_named(matcalc: Any) -> None:
    array = np.arange(6).reshape(2, 3)
    said = matcalc("convert", *_TO_NUMERATOR, "-", "--json", stdin=_npy(array)).json
    assert said["array"] == [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    assert said["numpy"] == "J.T"


def test_a_column_in_matrix_form_becomes_a_row_in_matrix_form(matcalc: Any) -> None:
    column = np.array([[1.0], [2.0], [3.0]])
    asked = ("convert", "L / x[3]", "-", "--json", "--from", "denominator", "--to")
    assert matcalc(*asked, "numerator", stdin=_npy(column)).json["array"] == [[1.0, 2.0, 3.0]]
    assert matcalc(*asked, "jax", stdin=_npy(column)).json["array"] == [1.0, 2.0, 3.0]
    assert matcalc(*asked, "numerator", stdin=_npy(column[:, 0])).json["array"] == [1.0, 2.0, 3.0]


def test_a_file_can_be_converted_in_place_and_keeps_the_mode_of_a_new_file(
    tmp_path: Path, matcalc: Any
) -> None:
    name = _saved(tmp_path / "J.npy", np.ones((2, 3)))
    mode = stat.S_IMODE(Path(name).stat().st_mode)
    assert matcalc("convert", *_TO_NUMERATOR, name, "-o", name).code == 0
    assert np.load(name).shape == (3, 2)
    assert stat.S_IMODE(Path(name).stat().st_mode) == mode


def test_a_link_stays_a_link(tmp_path: Path, matcalc: Any) -> None:
    name = _saved(tmp_path / "J.npy", np.ones((2, 3)))
    link = tmp_path / "link.npy"
    link.symlink_to(name)
    matcalc("convert", *_TO_NUMERATOR, name, "-o", str(link))
    assert link.is_symlink()
    assert np.load(name).shape == (3, 2)


@pytest.mark.skipif(not Path(os.devnull).exists(), reason="needs a device to write to")
def test_a_device_is_written_to_and_not_replaced(matcalc: Any) -> None:
    before = Path(os.devnull).stat()
    stdin = _npy(np.ones((2, 3)))
    assert matcalc("convert", *_TO_NUMERATOR, "-", "-o", os.devnull, stdin=stdin).code == 0
    assert Path(os.devnull).stat().st_ino == before.st_ino


def _header(shape: str, descr: str = "'<f8'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    ("content", "code", "part"),
    [
        (_npy(np.ones((3, 2))), 1, "the array has shape (3, 2). This is the shape of numerator"),
        (_npy(np.ones((2, 3, 4))), 1, "∂z[3]/∂x[2] is 2×3 in denominator layout"),
        (_npy(np.ones((2, 3)) * 1j), 1, "z[3] / x[2] is complex"),
        (_npy(np.full((2, 3), np.nan)), 1, "not finite: nan at [0, 0]"),
        (_npy(np.full((2, 3), "a")), 1, "not an array of numbers: its dtype is <U1"),
        (_npy(np.array([[None]])), 2, "need pickle, and pickle can run code"),
        (b"", 2, "cannot read stdin as .npy"),
        (b"1,2,3\n", 2, "cannot read stdin as .npy"),
        (_npy(np.ones((2, 3)))[:-8], 2, "cut short: 40 bytes of numbers, not 48"),
        (_header("(10**15,)"), 2, "cannot read stdin as .npy"),
        (_header(f"({10**30},)"), 2, f"cut short: 0 bytes of numbers, not {8 * 10**30}"),
        (_header("(-1, 3)"), 2, "its header has the shape (-1, 3)"),
        (_header("(2, 3)", "'|O'"), 2, "need pickle"),
        (_header("(2, 3)", "[]"), 2, "cannot read stdin as .npy"),
        (_header("(2, 3)", "[('a', 'u1')]") + bytes(6), 1, "not an array of numbers"),
        (_header("(0, 3)"), 1, "the array has shape (0, 3)"),
        (b"\x93NUMPY\x09\x00", 2, "version 9.0 of the format"),
        (b"PK\x03\x04" + bytes(100), 2, "cannot read stdin as .npy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_array_that_is_no_such_derivative_is_refused_and_nothing_is_written(
    content: bytes, code: int, part: str, tmp_path: Path, matcalc: Any
) -> None:
    target = tmp_path / "out.npy"
    result = matcalc("convert", *_TO_NUMERATOR, "-", "-o", str(target), stdin=content)
    assert (result.code, result.out) == (code, "")
    assert part in result.err
    assert result.err.startswith("matcalc: error: ")
    assert list(tmp_path.iterdir()) == []


def test_the_advice_about_a_layout_names_the_option(matcalc: Any) -> None:
    err = matcalc("convert", *_TO_NUMERATOR, "-", "--json", stdin=_npy(np.ones((3, 2)))).err
    assert "Pass --from numerator." in err


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_file_is_an_error_and_not_a_bug(seed: int, matcalc: Any) -> None:
    rng = np.random.default_rng(seed)
    content = bytearray(_npy(np.ones((2, 3))))
    for place in rng.integers(0, 128, size=3):
        content[place] = rng.integers(0, 256)
    result = matcalc("convert", *_TO_NUMERATOR, "-", "--json", stdin=bytes(content))
    assert result.code in (0, 1, 2)
    assert "internal error" not in result.err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--from", "jax"), "Missing option '--to'"),
        (("--from", "jaxx", "--to", "jax"), "--from: no layout or convention 'jaxx'"),
        (("--from", "jax", "--to", "nominator"), "--to: no layout or convention 'nominator'"),
        (("--from", "vec", "--to", "jax"), "name the order with --order F or --order C"),
        (("--from", "vec-F", "--to", "jax", "--order", "C"), "--order belongs to vec alone"),
        (("--from", "vec", "--to", "jax", "--order", "K"), "'K' is not one of 'F', 'C'"),
        (("--from", "jax", "--to", "mixed", "-o", "a.npy"), "-o a.npy needs the array"),
        (("--from", "jax", "--to", "mixed", "-"), "where should the result go?"),
        (("--from", "jax", "--to", "mixed", "-", "-o", "-", "--json"), "both write to stdout"),
        (
            ("--from", "jax", "--to", "mixed", "no.npy", "--json"),
            "cannot read no.npy: No such file",
        ),
        (("--from", "jax", "--to", "mixed", ".", "--json"), "cannot read .: Is a directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], part: str, matcalc: Any) -> None:
    result = matcalc("convert", "z[3] / x[2]", *arguments)
    assert (result.code, result.out) == (2, "")
    assert part in result.err


@pytest.mark.parametrize("target", ["missing/out.npy", "."])
def test_a_place_that_cannot_be_written_is_named(target: str, tmp_path: Path, matcalc: Any) -> None:
    result = matcalc(
        *("convert", *_TO_NUMERATOR, "-", "-o", str(tmp_path / target)),
        stdin=_npy(np.ones((2, 3))),
    )
    assert result.code == 2
    assert f"cannot write {tmp_path / target}" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, matcalc: Any
) -> None:
    name = _saved(tmp_path / "J.npy", np.ones((2, 3)))

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    result = matcalc("convert", *_TO_NUMERATOR, name, "-o", name)
    assert (result.code, "No space left on device" in result.err) == (2, True)
    assert np.load(name).shape == (2, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["J.npy"]


def test_the_documented_keys_are_the_keys(matcalc: Any) -> None:
    said = matcalc("convert", *_TO_NUMERATOR, "--json")
    assert json.loads(said.out) == {
        "of": "z",
        "wrt": "x",
        "assumed": [],
        "from": "denominator",
        "to": "numerator",
        "shape_from": [2, 3],
        "shape_to": [3, 2],
        "numpy": "J.T",
        "einops": 'einops.rearrange(J, "x z -> z x")',
    }
