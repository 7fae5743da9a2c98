import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  address,
  csv,
  fresh,
  fromAddress,
  isWhole,
  judgeCause,
  judgePlace,
  judgeRepair,
  keyOf,
  pieces,
  targets,
} from "../../docs/page/exercise.js";
import { transposed as one } from "./transposed.mjs";

const { exercises, families } = JSON.parse(
  readFileSync(new URL("../../docs/page/exercises.json", import.meta.url), "utf8"),
);
const known = Object.keys(families);

test("every prepared exercise can be answered here: by its numbers its repair is right and its line is not", () => {
  assert.ok(exercises.length >= 60);
  for (const each of exercises) {
    assert.ok(judgeRepair(each, each.repair).right, each.repair);
    assert.ok(!judgeRepair(each, each.line).right, each.line);
    assert.deepEqual(fromAddress(address(each), known), each);
    assert.ok(
      targets(each.line).some((token) => token.tap && judgePlace(each, token).right) ||
        judgePlace(each, null).right,
      each.line,
    );
    assert.ok(judgeCause(each, each.families[0], families).right);
    assert.ok(
      pieces(each)
        .flat()
        .every((word) => each.repair.includes(word) || each.level === 3),
    );
  }
});

test("all families and levels come, in both layouts, and what people ask most comes most", () => {
  const found = known.map((family) => exercises.filter((each) => each.families[0] === family).length);
  assert.ok(found.every(Boolean) && Math.max(...found) === found[known.indexOf("does not fit")]);
  for (const level of [1, 2, 3]) {
    for (const layout of ["numerator", "denominator"])
      assert.ok(exercises.some((each) => each.level === level && each.layout === layout));
  }
});

test("the place is a sign, or the line as a whole", () => {
  const signs = targets(one.line).filter((token) => token.tap);
  assert.deepEqual(
    signs.map((token) => token.text),
    ["W2", "@", "dz2", "*", "step", "z1", "@", "x.T"],
  );
  assert.deepEqual(
    signs.map((token) => judgePlace(one, token).right),
    [true, ...Array(7).fill(false)],
  );
  assert.ok(!isWhole(one) && !judgePlace(one, null).right);
  const whole = { ...one, place: [6, one.line.length] };
  assert.ok(isWhole(whole) && judgePlace(whole, null).right && !judgePlace(whole, signs[0]).right);
});

test("a repair is judged by its numbers, however it is written", () => {
  for (const right of [
    "dW1 = step(z1) * (W2.T @ dz2) @ x.T",
    "(W2.T@dz2*step(a1))@x.T",
    "diag(step(z1)) @ W2.T @ dz2 @ x.T",
  ]) {
    assert.ok(judgeRepair(one, right).right, right);
  }
  const wrong = judgeRepair(one, "-(W2.T @ dz2 * step(z1)) @ x.T");
  assert.ok(!wrong.right && !wrong.free);
});

test("what does not fit costs no try, and is told the kind and never the size", () => {
  for (const free of [
    "W2 @ dz2",
    "x @ dz2.T @ W2",
    "W2.T @ dz2",
    "dz1",
    "W2.T @",
    "dW2 = x",
    "<img src=x onerror=alert(1)>",
  ]) {
    const judged = judgeRepair(one, free);
    assert.ok(judged.free && !judged.right, free);
    assert.doesNotMatch(judged.says, /\d×\d/u);
  }
  assert.equal(judgeRepair(one, "W2.T @ dz2").says, "It comes out as a column; a matrix is expected.");
});

test("distractors stand beside their twin, at level 3 alone", () => {
  const twins = pieces(one).filter((each) => each.length > 1);
  assert.deepEqual(twins, [["W2.T", "W2"]]);
  assert.ok(
    exercises
      .filter((each) => each.level < 3)
      .every((each) => pieces(each).every((words) => words.length === 1)),
  );
});

test("a fresh one is of the same cause, and not one that was answered", () => {
  const first = exercises.find((each) => exercises.filter((other) => other.cause === each.cause).length > 2);
  const next = fresh(first, exercises, new Set([keyOf(first)]));
  assert.equal(next.cause, first.cause);
  assert.notEqual(keyOf(fresh(first, exercises, new Set([first, next].map(keyOf)))), keyOf(next));
  assert.equal(fresh(first, exercises, new Set(exercises.map(keyOf))), null);
});

test("an address that holds no exercise is refused", () => {
  const query = (changes) => {
    const found = new URLSearchParams(address(one).slice(1));
    for (const [key, value] of Object.entries(changes)) found.set(key, value);
    return `#${found}`;
  };
  assert.deepEqual(fromAddress(query({}), known), one);
  for (const bad of [
    { level: "4" },
    { layout: "other" },
    { place: "9-7" },
    { place: "0-9999" },
    { place: "0-2" }, // the left side, which is not tapped
    { place: "4-5" },
    { cause: "<b>" },
    { families: "magic" },
    { line: one.repair },
    { line: "dW1 = (W2 @@ dz2 * step(z1)) @ x.T" },
    { line: "dW1 = (W2 @ dz2" },
    { line: "<script>alert(1)</script>" },
    { repair: "dW1 = y" },
    { variables: "W2[999,9]" },
    { forward: "" },
    { lesson: "<b>" },
    { lesson: "0" },
    { why: "x".repeat(9999) },
    { why: "turned \u202e over" },
    { line: "x @ ".repeat(200) },
  ]) {
    assert.equal(fromAddress(query(bad), known), null, JSON.stringify(bad).slice(0, 80));
  }
});

test("an exercise of one's own is an address, as the how-to writes it", () => {
  const guide = readFileSync(new URL("../../docs/how-to/exercises.md", import.meta.url), "utf8");
  const shown = [...guide.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|.*\| ((?:`[^`]+`(?:, )?)+) \|$/gmu)];
  const parts = (text) => [...text.matchAll(/`([^`]+)`/gu)].map((each) => each[1]);
  const fields = shown.flatMap(([, keys, values]) => parts(keys).map((key, k) => [key, parts(values)[k]]));
  const own = fromAddress(`#${new URLSearchParams(fields)}`, known);
  assert.equal(own?.line, "dx = W @ dz");
  assert.ok(judgeRepair(own, "W.T @ dz").right);
});

test("answer notes are a table that no spreadsheet runs", () => {
  const note = {
    when: "2026",
    line: 'a, "b"',
    cause: "sign",
    place: "=1+1",
    placeTries: 1,
    chosen: "-x",
    causeTries: 0,
    repair: "@x",
    repairTries: 2,
  };
  assert.equal(
    csv([note]),
    'when,line,cause,place,placeTries,chosen,causeTries,repair,repairTries\r\n2026,"a, ""b""",sign,\'=1+1,1,\'-x,0,\'@x,2\r\n',
  );
});
