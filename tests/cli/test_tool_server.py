"""The tools of the Model Context Protocol, asked by a real client."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import pytest

from matcalc_cli import serve_mcp


def test_a_tool_answers_what_its_command_answers() -> None:
    found = serve_mcp.derive("x.T @ A @ x", "x", "x[n] A[n,n]", "denominator")
    assert found["derivatives"][0]["layouts"]["denominator"]["text"] == "(A + A.T) @ x"
    assert "message" in serve_mcp.shape("z[3] /")["error"]


def test_what_looks_like_an_option_is_none() -> None:
    assert "error" in serve_mcp.shape("--help")


@pytest.mark.parametrize("text", ["x\0y", "x\ud800", "x" * 10_000_000])
def test_what_no_process_takes_is_an_error_of_the_answer(text: str) -> None:
    assert "no text" in serve_mcp.derive(text, "x")["error"]["message"]


def test_a_client_lists_the_tools_and_calls_one() -> None:
    mcp = pytest.importorskip("mcp", reason="needs the extra mcp")

    async def asked() -> tuple[set[str], Any]:
        command = mcp.StdioServerParameters(
            command=sys.executable,
            args=["-m", "matcalc_cli", "serve-mcp"],
            env=dict(os.environ),
        )
        async with mcp.Client(command) as client:
            tools = await client.list_tools()
            answer = await client.call_tool("shape", {"derivative": "z[3] / W[3,2]"})
            return {one.name for one in tools.tools}, answer

    names, answer = asyncio.run(asked())
    assert names == {"derive", "check", "chain", "shape", "fit"}
    assert "3" in str(answer.content)
    assert not answer.is_error
