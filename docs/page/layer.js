/**
 * One layer, z = W a, entry by entry: the sums forward and backward, and one weight alone.
 *
 * @typedef {"to-from" | "from-to"} Convention w_ij: to i from j, or from i to j
 * @typedef {{ way: "forward" | "backward" | "weight", to: number, from: number, convention: Convention }} Looked
 * @typedef {{ weight: string, weightValue: number, value: string, valueNumber: number, running: number }} Summand
 */
export const WEIGHTS = [
  [2, -1, 3],
  [1, 4, -2],
]; // to output i from input j
export const INPUTS = [1, 2, 3];
export const GRADIENTS = [1, 10]; // ∂L/∂z
export const OUT = WEIGHTS.length;
export const IN = INPUTS.length;

/** The two indices of a weight as a convention writes them. @param {Convention} convention @param {number} to @param {number} from */
export function indices(convention, to, from) {
  return convention === "to-from" ? [to, from] : [from, to];
}

/** The table as a convention lays it: rows, each cell with its ends. @param {Convention} convention */
export function table(convention) {
  const rows = convention === "to-from" ? OUT : IN;
  const cols = convention === "to-from" ? IN : OUT;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: cols }, (_, j) =>
      convention === "to-from" ? { to: i, from: j } : { to: j, from: i },
    ),
  );
}

/** What an output sums over. @param {Convention} convention @param {number} to @returns {Summand[]} */
export function forward(convention, to) {
  return INPUTS.map((a, from) => summand(convention, to, from, `a${from + 1}`, a, from));
}

/** What an input collects, going back. @param {Convention} convention @param {number} from @returns {Summand[]} */
export function backward(convention, from) {
  return GRADIENTS.map((dz, to) => summand(convention, to, from, `dz${to + 1}`, dz, to));
}

/**
 * @param {Convention} convention
 * @param {number} to
 * @param {number} from
 * @param {string} value
 * @param {number} valueNumber
 * @param {number} running
 * @returns {Summand}
 */
function summand(convention, to, from, value, valueNumber, running) {
  const weight = `w${indices(convention, to, from)
    .map((each) => each + 1)
    .join("")}`;
  return { weight, weightValue: WEIGHTS[to][from], value, valueNumber, running };
}

/** @param {Summand[]} terms */
export function total(terms) {
  return terms.reduce((sum, one) => sum + one.weightValue * one.valueNumber, 0);
}

/** The gradient by one weight: no sum. @param {number} to @param {number} from */
export function byWeight(to, from) {
  return GRADIENTS[to] * INPUTS[from];
}

/** The formulas in matrices: where the T is depends on how the weights are stored. @param {Convention} convention */
export function inMatrices(convention) {
  return convention === "to-from"
    ? { forward: "z = W a", backward: "da = Wᵀ dz", weights: "dW = dz aᵀ" }
    : { forward: "z = Wᵀ a", backward: "da = W dz", weights: "dW = a dzᵀ" };
}
