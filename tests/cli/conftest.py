"""Running the command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from matcalc_cli.app import app


class Outcome(NamedTuple):
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Outcome]


@pytest.fixture
def matcalc(monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command at width 80: ``matcalc("shape", "z[3] / x[2]").out``."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("MATCALC_DEBUG", raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> Outcome:
        result = CliRunner().invoke(app, list(arguments), prog_name="matcalc", input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr, result.stdout_bytes)

    return run
