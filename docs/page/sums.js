// The sums of one layer as formulas, the running index coloured as its arrow is.

import { make } from "./dom.js";
import { mathml } from "./drawing.js";
import { GRADIENTS, INPUTS, backward, byWeight, forward, inMatrices, indices, total } from "./layer.js";

/** @typedef {import("./layer.js").Looked} Looked */

/** @param {number} value */
export const signed = (value) => String(value).replace("-", "−");

/** @param {string} name @param {...(Node | string)} below */
function indexed(name, ...below) {
  const base =
    name.length > 1
      ? mathml("mrow", {}, mathml("mi", { mathvariant: "normal" }, name[0]), mathml("mi", {}, name.slice(1)))
      : mathml("mi", {}, name);
  return mathml("msub", {}, base, below.length > 1 ? mathml("mrow", {}, ...below) : below[0]);
}

/** @param {string} text */
const letter = (text) => mathml("mi", {}, text);
/** @param {string} text */
const sign = (text) => mathml("mo", {}, text);
/** @param {string | number} value @param {number} [run] */
const digit = (value, run) => mathml("mn", run === undefined ? {} : { class: `run-${run}` }, String(value));
/** @param {string} text */
const summed = (text) => mathml("mi", { class: "running" }, text);

/** @param {...Node} parts */
const formula = (...parts) => mathml("math", { display: "block" }, mathml("mrow", {}, ...parts));

/** @param {string} left @param {Node} index @param {string} run @param {Node} weight @param {string} factor */
const general = (left, index, run, weight, factor) =>
  formula(
    indexed(left, index),
    sign("="),
    mathml("munder", {}, sign("∑"), summed(run)),
    weight,
    indexed(factor, summed(run)),
  );

/** What is below the picture: both sums, or the product of one weight. @param {Looked} looked */
export function sums(looked) {
  const { way, convention, to, from } = looked;
  const said = inMatrices(convention);
  if (way === "weight") return make("section", { class: "sums" }, ...oneWeight(looked, said.weights));
  const flat = convention === "to-from";
  const out = flat ? "i" : "j";
  const inside = flat ? "j" : "i";
  const chosen = way === "forward";
  const first = general(
    "z",
    letter(out),
    inside,
    indexed("w", ...(flat ? [letter("i"), summed("j")] : [summed("i"), letter("j")])),
    "a",
  );
  const second = general(
    "da",
    letter(inside),
    out,
    indexed("w", ...(flat ? [summed("i"), letter("j")] : [letter("i"), summed("j")])),
    "dz",
  );
  return make(
    "section",
    { class: "sums columns" },
    sum(
      "Forward",
      "an output",
      said.forward,
      first,
      written("z", to, forward(convention, to), "a", Number(flat)),
      chosen,
    ),
    sum(
      "Backward",
      "an input",
      said.backward,
      second,
      written("da", from, backward(convention, from), "dz", Number(!flat)),
      !chosen,
    ),
  );
}

/**
 * @param {string} title
 * @param {string} who
 * @param {string} matrices
 * @param {Element} above
 * @param {Element} below
 * @param {boolean} lit
 */
function sum(title, who, matrices, above, below, lit) {
  return make(
    "div",
    { class: lit ? "sum lit" : "sum" },
    make("h2", {}, `${title}, for ${who}`),
    above,
    below,
    make("p", {}, "in matrices ", make("strong", { class: "whole" }, matrices)),
  );
}

/**
 * The sum of one entry, written out with its numbers.
 *
 * @param {string} left
 * @param {number} k
 * @param {import("./layer.js").Summand[]} terms
 * @param {string} factor
 * @param {number} runs which index of the weight
 */
function written(left, k, terms, factor, runs) {
  const named = terms.flatMap((term, n) => [
    ...(n ? [sign("+")] : []),
    mathml(
      "msub",
      {},
      letter("w"),
      mathml(
        "mrow",
        {},
        ...[...term.weight.slice(1)].map((index, at) => digit(index, at === runs ? term.running : undefined)),
      ),
    ),
    indexed(factor, digit(term.running + 1, term.running)),
  ]);
  const numbers = terms.flatMap((term, n) => [
    ...(n ? [sign("+")] : []),
    bracketed(term.weightValue),
    sign("·"),
    digit(term.valueNumber),
  ]);
  return mathml(
    "math",
    { display: "block" },
    mathml(
      "mtable",
      { columnalign: "right center left", class: "lines" },
      mathml(
        "mtr",
        {},
        mathml("mtd", {}, indexed(left, digit(k + 1))),
        mathml("mtd", {}, sign("=")),
        mathml("mtd", {}, mathml("mrow", {}, ...named)),
      ),
      mathml(
        "mtr",
        {},
        mathml("mtd"),
        mathml("mtd", {}, sign("=")),
        mathml("mtd", {}, mathml("mrow", {}, ...numbers, sign("="), bracketless(total(terms)))),
      ),
    ),
  );
}

/** @param {number} value */
const bracketless = (value) => mathml("mn", {}, signed(value));
/** @param {number} value */
const bracketed = (value) =>
  value < 0 ? mathml("mrow", {}, sign("("), bracketless(value), sign(")")) : bracketless(value);

/** @param {Looked} looked @param {string} matrices */
function oneWeight({ to, from, convention }, matrices) {
  const [i, j] = indices(convention, to, from);
  const flat = convention === "to-from";
  const factors = flat
    ? [indexed("dz", letter("i")), indexed("a", letter("j"))]
    : [indexed("a", letter("i")), indexed("dz", letter("j"))];
  const numbers = flat ? [GRADIENTS[to], INPUTS[from]] : [INPUTS[from], GRADIENTS[to]];
  return [
    make("h2", {}, "One weight: one arrow, one a, one z, no sum"),
    formula(indexed("dw", letter("i"), letter("j")), sign("="), ...factors),
    formula(
      indexed("dw", digit(i + 1), digit(j + 1)),
      sign("="),
      digit(numbers[0]),
      sign("·"),
      digit(numbers[1]),
      sign("="),
      bracketless(byWeight(to, from)),
    ),
    make(
      "p",
      {},
      "No index is summed away, so both stay: dW is a matrix, ",
      make("strong", { class: "whole" }, matrices),
      ".",
    ),
  ];
}
