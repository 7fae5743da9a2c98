import assert from "node:assert/strict";
import { test } from "node:test";
import {
  GRADIENTS,
  INPUTS,
  WEIGHTS,
  backward,
  byWeight,
  forward,
  inMatrices,
  table,
  total,
} from "../../docs/page/layer.js";

test("the sums are W a and Wᵀ dz, however the weights are stored", () => {
  for (const convention of ["to-from", "from-to"]) {
    const z = WEIGHTS.map((row) => row.reduce((sum, w, j) => sum + w * INPUTS[j], 0));
    const da = INPUTS.map((_, j) => WEIGHTS.reduce((sum, row, i) => sum + row[j] * GRADIENTS[i], 0));
    assert.deepEqual(
      z.map((_, i) => total(forward(convention, i))),
      z,
    );
    assert.deepEqual(
      da.map((_, j) => total(backward(convention, j))),
      da,
    );
  }
});

test("the other way of storing turns the table over, and the T goes to the other formula", () => {
  const [one, two] = [table("to-from"), table("from-to")];
  assert.deepEqual([one.length, one[0].length, two.length, two[0].length], [2, 3, 3, 2]);
  assert.deepEqual(one[1][2], two[2][1]);
  assert.equal(backward("to-from", 2)[1].weight, "w23");
  assert.equal(backward("from-to", 2)[1].weight, "w32");
  assert.ok(inMatrices("to-from").backward.includes("ᵀ") && !inMatrices("from-to").backward.includes("ᵀ"));
});

test("one weight has no sum", () => {
  assert.equal(byWeight(1, 2), GRADIENTS[1] * INPUTS[2]);
});
