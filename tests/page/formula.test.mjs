import assert from "node:assert/strict";
import { test } from "node:test";
import { FormulaError, evaluate, kindOf, parse, shapes, tokens } from "../../docs/page/formula.js";
import {
  at,
  close,
  inverse,
  matrix,
  multiply,
  sample,
  shapeOf,
  transpose,
} from "../../docs/page/matrices.js";

const A = matrix(2, 3, (i, j) => 3 * i + j + 1); // 1 2 3; 4 5 6
const x = matrix(3, 1, (i) => i + 1);
const values = new Map([
  ["A", A],
  ["x", x],
  [
    "S",
    matrix(
      2,
      2,
      (i, j) =>
        [
          [2, 1],
          [0, 4],
        ][i][j],
    ),
  ],
]);
const entries = (text) => evaluate(parse(text).tree, values).data;

test("products, transposes and powers come in Python's order", () => {
  assert.deepEqual(entries("A @ x"), [14, 32]);
  assert.deepEqual(entries("x.T @ A.T"), [14, 32]);
  assert.deepEqual(entries("2 * x**2 - x"), [1, 6, 15]);
  assert.deepEqual(entries("-x**2"), [-1, -4, -9]);
  assert.deepEqual(entries("(x.T @ x) * x / 14"), [1, 2, 3]);
});

test("functions are those of the language", () => {
  assert.deepEqual(entries("step(x - 2)"), [0, 0, 1]);
  assert.deepEqual(entries("sum(A, axis=1)"), [6, 15]);
  assert.deepEqual(entries("sum(A, axis=0)"), [5, 7, 9]);
  assert.deepEqual(entries("diag(diag(x))"), [1, 2, 3]);
  assert.deepEqual(entries("tr(S)"), [6]);
  assert.deepEqual(entries("S @ inv(S)").map(Math.round), [1, 0, 0, 1]);
  assert.equal(entries("norm(x)")[0], Math.hypot(1, 2, 3));
});

test("what does not fit is told by its kind, at its place", () => {
  const found = (text) => {
    try {
      evaluate(parse(text).tree, values);
    } catch (error) {
      assert.ok(error instanceof FormulaError, String(error));
      return [error.kind, text.slice(error.start, error.end)];
    }
    return null;
  };
  assert.deepEqual(found("2 * (A @ A)"), ["fit", "(A @ A)"]);
  assert.deepEqual(found("A + x"), ["fit", "A + x"]);
  assert.deepEqual(found("x + x.T @ x"), ["fit", "x + x.T @ x"]);
  assert.deepEqual(found("A @ y"), ["name", "y"]);
  assert.deepEqual(found("constructor(x)"), ["name", "constructor(x)"]);
});

test("what cannot be read is refused, and nothing is ever run", () => {
  for (const bad of [
    "",
    "A @",
    "A B",
    "(A",
    "A)",
    "A;x",
    "<b>",
    "x[0]",
    "sum(A, axis=2)",
    "(".repeat(60) + "x",
    "-".repeat(90) + "x",
    "x".repeat(500),
  ]) {
    assert.throws(() => evaluate(parse(bad).tree, values), FormulaError, bad);
  }
});

test("tokens cover the line, sign by sign", () => {
  const line = "dz1 = W2.T @ dz2 * (1 - a1**2)";
  assert.equal(
    tokens(line)
      .map((each) => each.text)
      .join(""),
    line,
  );
});

test("shapes are read as they are declared", () => {
  assert.deepEqual(
    [...shapes("W[3,2] x[2] s[]")],
    [
      ["W", [3, 2]],
      ["x", [2, 1]],
      ["s", [1, 1]],
    ],
  );
  assert.throws(() => shapes("W[3;2]"), FormulaError);
  assert.deepEqual(
    [
      [1, 1],
      [1, 3],
      [3, 1],
      [3, 2],
    ].map(kindOf),
    ["a number", "a row", "a column", "a matrix"],
  );
});

test("sample numbers are fixed, differ by name, and no matrix of them is symmetric", () => {
  const one = sample([3, 3], "A");
  assert.deepEqual(one, sample([3, 3], "A"));
  assert.ok(!close(one, sample([3, 3], "B")));
  assert.ok(!close(one, transpose(one)));
  assert.ok(Math.abs(at(multiply(one, inverse(one)), 1, 1) - 1) < 1e-9);
  assert.deepEqual(shapeOf(transpose(A)), [3, 2]);
  assert.equal(at(transpose(A), 2, 1), 6);
});
