import assert from "node:assert/strict";
import { test } from "node:test";
import {
  TASKS,
  address,
  begun,
  fromAddress,
  joints,
  judged,
  move,
  putAside,
  spelled,
  switchDot,
  take,
  turn,
  turnOver,
} from "../../docs/page/product.js";

const lit = (state) =>
  Object.entries(judged(state).lamps)
    .filter(([, on]) => on)
    .map(([name]) => name);
const text = (state) => spelled(state, judged(state).way?.group ?? null);

test("the second seed question: 2×1 · 2×3 · 3×1 · 1×2 does not fit, between the first two", () => {
  const state = fromAddress("#task=dW2");
  assert.deepEqual(lit(state), ["once"]);
  assert.deepEqual(
    joints(state).map((each) => each.fits),
    [false, true, true],
  );
});

test("with a row it fits, and is not right", () => {
  const state = fromAddress("#task=dW2&line=d3t.W3.r.xt");
  assert.deepEqual(lit(state), ["fits", "once"]);
  assert.deepEqual(judged(state).shape, [1, 2]);
});

test("a student's way from the question to the answer", () => {
  let state = begun(TASKS[0]);
  state = turn(state, 1);
  state = move(state, 1, 0);
  assert.deepEqual(lit(state), ["once"]);
  state = switchDot(state, 1);
  assert.deepEqual(lit(state), ["fits", "wanted", "once", "right"]);
  assert.equal(text(state), "((W³ᵀ · δ³) ⊙ relu′) · xᵀ");
});

test("each task has a right product, in either layout", () => {
  for (const task of TASKS) {
    assert.ok(!judged(begun(task)).lamps.right, task.id);
    const right = { ...begun(task), line: task.right };
    for (const state of [right, turnOver(right)]) assert.equal(lit(state).length, 4, task.id);
    assert.deepEqual(turnOver(turnOver(right)), right);
  }
});

test("what fits at equal sizes alone is not right, and says so", () => {
  const state = fromAddress("#task=dz1&line=W2.dz2*g&h=3&c=3"); // W, where Wᵀ belongs
  assert.deepEqual(lit(state), ["fits", "wanted", "once"]);
  assert.ok(judged(state).byChance);
});

test("a piece left out, or there twice, puts one lamp out", () => {
  const right = { ...begun(TASKS[0]), line: TASKS[0].right };
  assert.ok(!judged(putAside(right, 2)).lamps.once);
  assert.ok(!judged(take(right, 0)).lamps.once);
  assert.equal(take(take(take(take(take(right, 0), 0), 0), 0), 0).line.items.length, 8);
});

test("the address holds the state, and nothing else than one", () => {
  let state = switchDot(turn(begun(TASKS[1]), 0), 0);
  state = { ...state, sizes: { h: 5, c: 2 } };
  assert.deepEqual(fromAddress(address(state)), state);
  assert.deepEqual(fromAddress(address(turnOver(state))), turnOver(state));
  for (const bad of [
    "",
    "#",
    "#task=nothing",
    "#task=dW2&line=<b>",
    "#line=d3.d3.d3.d3.d3.d3.d3.d3.d3",
    "#d=99&h=-1&c=x",
  ]) {
    assert.deepEqual(fromAddress(bad), begun(TASKS[0]), bad);
  }
});
