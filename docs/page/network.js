// The view "Network": one layer forward and backward, and one weight alone.

import { byId, choice, make } from "./dom.js";
import { mathml, redraw, svg } from "./drawing.js";
import { GRADIENTS, IN, INPUTS, OUT, WEIGHTS, backward, byWeight, forward, inMatrices, indices, table, total } from "./layer.js";

/** @typedef {import("./layer.js").Convention} Convention */
/** @typedef {"forward" | "backward" | "weight"} Way */
/** @typedef {{ to: number, from: number }} Ends */

const LEFT = 70; // where inputs and outputs stand in the picture
const RIGHT = 350;
const RADIUS = 26;
const HEIGHT = 290;

const view = byId("view");
const state = fromAddress();

/** @returns {{ way: Way, to: number, from: number, convention: Convention }} */
function fromAddress() {
  const query = new URLSearchParams(location.hash.slice(1, 200));
  const way = query.get("way");
  const index = (/** @type {string} */ key, /** @type {number} */ count) => {
    const given = Number(query.get(key) ?? 1);
    return Number.isInteger(given) && given >= 1 && given <= count ? given - 1 : 0;
  };
  return {
    way: way === "backward" || way === "weight" ? way : "forward",
    to: index("to", OUT),
    from: index("from", IN),
    convention: query.get("w") === "from-to" ? "from-to" : "to-from",
  };
}

/** @param {Partial<typeof state>} changed */
function change(changed) {
  Object.assign(state, changed);
  const { way, to, from, convention } = state;
  history.replaceState(null, "", `#${new URLSearchParams({ way, to: String(to + 1), from: String(from + 1), w: convention })}`);
  draw();
  byId("said").textContent = spoken();
}

/** Whether a weight takes part in what is looked at. @param {Ends} ends */
function takesPart({ to, from }) {
  if (state.way === "weight") return to === state.to && from === state.from;
  return state.way === "forward" ? to === state.to : from === state.from;
}

/** The running index of a weight: the one that the sum goes over. @param {Ends} ends */
function running({ to, from }) {
  return state.way === "forward" ? from : to;
}

function draw() {
  const steps = choice(
    "Direction",
    [["forward", "forward"], ["backward", "backward"], ["weight", "one weight"]],
    state.way,
    (way) => change({ way: way === "backward" || way === "weight" ? way : "forward" }),
  );
  const stored = choice(
    "The weight w with the indices i j goes",
    [["to-from", "to i from j"], ["from-to", "from i to j"]],
    state.convention,
    (way) => change({ convention: way === "from-to" ? "from-to" : "to-from" }),
  );
  redraw(
    view,
    steps,
    make("div", { class: "columns" }, make("div", {}, picture()), make("div", {}, weights(), make("div", { class: "stored" }, make("span", { class: "label" }, "wᵢⱼ goes"), stored))),
    sums(),
  );
}

// ---- the picture

/** @param {number} k @param {number} count */
const height = (k, count) => (HEIGHT * (2 * k + 1)) / (2 * count);

function picture() {
  const ends = WEIGHTS.flatMap((row, to) => row.map((_, from) => ({ to, from })));
  const sorted = [...ends.filter((each) => !takesPart(each)), ...ends.filter(takesPart)]; // what is lit lies above
  return svg(
    "svg",
    { viewBox: `0 0 420 ${HEIGHT}`, class: "net", role: "group", "aria-label": "The layer: three inputs, two outputs, an arrow for each weight" },
    ...sorted.map(arrow),
    ...INPUTS.map((value, from) => node("from", from, LEFT, height(from, IN), state.way === "backward" ? `da${sub(from)}` : `a${sub(from)}`, value)),
    ...GRADIENTS.map((value, to) => node("to", to, RIGHT, height(to, OUT), state.way === "forward" ? `z${sub(to)}` : `dz${sub(to)}`, value)),
  );
}

/** @param {number} k */
const sub = (k) => "₁₂₃₄"[k];

/** @param {Ends} ends */
function arrow(ends) {
  const lit = takesPart(ends);
  const back = state.way === "backward";
  const [y1, y2] = [height(ends.from, IN), height(ends.to, OUT)];
  const length = Math.hypot(RIGHT - LEFT, y2 - y1);
  const at = (/** @type {number} */ along) => [LEFT + ((RIGHT - LEFT) * along) / length, y1 + ((y2 - y1) * along) / length];
  const [[x, y], [u, v]] = [at(RADIUS + 2), at(length - RADIUS - 2)];
  const [head, tail] = back ? [[x, y], [u, v]] : [[u, v], [x, y]];
  const angle = (Math.atan2(head[1] - tail[1], head[0] - tail[0]) * 180) / Math.PI;
  const part = at(length * (back ? 0.7 : 0.3));
  const [i, j] = indices(state.convention, ends.to, ends.from);
  const only = state.way === "weight";
  const choose = () => change(ends);
  return svg(
    "g",
    {
      class: lit ? `arrow lit run-${running(ends)}` : "arrow",
      "data-key": `arrow ${ends.to} ${ends.from}`,
      ...(only ? { tabindex: 0, role: "button", "aria-pressed": String(lit), "aria-label": `weight w${i + 1}${j + 1}, from a${ends.from + 1} to z${ends.to + 1}`, onclick: choose, onfocus: () => lit || choose() } : {}),
    },
    svg("line", { class: "touch", x1: x, y1: y, x2: u, y2: v }),
    svg("line", { x1: tail[0], y1: tail[1], x2: head[0], y2: head[1] }),
    svg("path", { d: "M0 0 L-11 -5 L-11 5 Z", transform: `translate(${head[0]} ${head[1]}) rotate(${angle})` }),
    ...(lit ? [svg("text", { x: part[0], y: part[1] - 13, "text-anchor": "middle" }, `w${sub(i)}${sub(j)}`)] : []),
  );
}

/** @param {"to" | "from"} side @param {number} k @param {number} x @param {number} y @param {string} name @param {number} value */
function node(side, k, x, y, name, value) {
  const { way } = state;
  const active = way === "weight" ? k === state[side] : (way === "forward" ? "to" : "from") === side && k === state[side];
  const open = (way === "forward" && side === "to") || (way === "backward" && side === "from");
  const shown = open ? total(way === "forward" ? forward(state.convention, k) : backward(state.convention, k)) : value;
  const runs = !open && way !== "weight" ? ` run-${k}` : "";
  const choose = () => change(side === "to" ? { to: k } : { from: k });
  const pick = open ? { tabindex: 0, role: "button", "aria-pressed": String(active), "aria-label": `${name}: ${way === "forward" ? "what it sums over" : "what it collects"}`, onclick: choose, onfocus: () => active || choose(), onpointerenter: () => active || choose() } : {};
  return svg(
    "g",
    { class: `node${active ? " lit" : ""}${open ? " open" : ""}${runs}`, "data-key": `${side} ${k}`, ...pick },
    svg("circle", { cx: x, cy: y, r: RADIUS }),
    svg("text", { x, y: y + 1, "text-anchor": "middle", "dominant-baseline": "middle" }, name),
    svg("text", { class: "value", x: side === "to" ? x + RADIUS + 8 : x - RADIUS - 8, y: y + 1, "text-anchor": side === "to" ? "start" : "end", "dominant-baseline": "middle" }, signed(shown)),
  );
}

/** @param {number} value */
const signed = (value) => String(value).replace("-", "−");

// ---- the table

function weights() {
  const single = state.way === "weight";
  const rows = table(state.convention);
  const first = state.convention === "to-from";
  const head = rows[0].map((_, j) => make("th", { scope: "col" }, first ? `from a${sub(j)}` : `to z${sub(j)}`));
  return make(
    "table",
    { class: "weights" },
    make("caption", {}, single ? `dW, ${rows.length}×${rows[0].length}: each entry one product` : `W, ${rows.length}×${rows[0].length}`),
    make("thead", {}, make("tr", {}, make("td"), ...head)),
    make("tbody", {}, ...rows.map((row, i) => make("tr", {}, make("th", { scope: "row" }, first ? `to z${sub(i)}` : `from a${sub(i)}`), ...row.map((ends) => cell(ends, single))))),
  );
}

/** @param {Ends} ends @param {boolean} single */
function cell(ends, single) {
  const lit = takesPart(ends);
  const value = signed(single ? byWeight(ends.to, ends.from) : WEIGHTS[ends.to][ends.from]);
  return make("td", { class: lit ? `lit run-${running(ends)}` : "" }, value);
}

// ---- the sums

/** @param {string} name @param {...(Node | string)} below */
function indexed(name, ...below) {
  const base = name.length > 1 ? mathml("mrow", {}, mathml("mi", { mathvariant: "normal" }, name[0]), mathml("mi", {}, name.slice(1))) : mathml("mi", {}, name);
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
  formula(indexed(left, index), sign("="), mathml("munder", {}, sign("∑"), summed(run)), weight, indexed(factor, summed(run)));

function sums() {
  const { way, convention, to, from } = state;
  const said = inMatrices(convention);
  if (way === "weight") return make("section", { class: "sums" }, ...oneWeight(said.weights));
  const flat = convention === "to-from";
  const out = flat ? "i" : "j";
  const inside = flat ? "j" : "i";
  const chosen = way === "forward";
  const first = general("z", letter(out), inside, indexed("w", ...(flat ? [letter("i"), summed("j")] : [summed("i"), letter("j")])), "a");
  const second = general("da", letter(inside), out, indexed("w", ...(flat ? [summed("i"), letter("j")] : [letter("i"), summed("j")])), "dz");
  return make(
    "section",
    { class: "sums columns" },
    sum("Forward", "an output", said.forward, first, written("z", to, forward(convention, to), "a", Number(flat)), chosen),
    sum("Backward", "an input", said.backward, second, written("da", from, backward(convention, from), "dz", Number(!flat)), !chosen),
  );
}

/** @param {string} title @param {string} who @param {string} matrices @param {Element} above @param {Element} below @param {boolean} lit */
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

/** The sum of one entry, written out with its numbers. @param {string} left @param {number} k @param {import("./layer.js").Summand[]} terms @param {string} factor @param {number} runs which index of the weight */
function written(left, k, terms, factor, runs) {
  const named = terms.flatMap((term, n) => [
    ...(n ? [sign("+")] : []),
    mathml("msub", {}, letter("w"), mathml("mrow", {}, ...[...term.weight.slice(1)].map((index, at) => digit(index, at === runs ? term.running : undefined)))),
    indexed(factor, digit(term.running + 1, term.running)),
  ]);
  const numbers = terms.flatMap((term, n) => [...(n ? [sign("+")] : []), bracketed(term.weightValue), sign("·"), digit(term.valueNumber)]);
  return mathml(
    "math",
    { display: "block" },
    mathml(
      "mtable",
      { columnalign: "right center left", class: "lines" },
      mathml("mtr", {}, mathml("mtd", {}, indexed(left, digit(k + 1))), mathml("mtd", {}, sign("=")), mathml("mtd", {}, mathml("mrow", {}, ...named))),
      mathml("mtr", {}, mathml("mtd"), mathml("mtd", {}, sign("=")), mathml("mtd", {}, mathml("mrow", {}, ...numbers, sign("="), bracketless(total(terms))))),
    ),
  );
}

/** @param {number} value */
const bracketless = (value) => mathml("mn", {}, signed(value));
/** @param {number} value */
const bracketed = (value) => (value < 0 ? mathml("mrow", {}, sign("("), bracketless(value), sign(")")) : bracketless(value));

/** @param {string} matrices */
function oneWeight(matrices) {
  const { to, from, convention } = state;
  const [i, j] = indices(convention, to, from);
  const flat = convention === "to-from";
  const factors = flat ? [indexed("dz", letter("i")), indexed("a", letter("j"))] : [indexed("a", letter("i")), indexed("dz", letter("j"))];
  const numbers = flat ? [GRADIENTS[to], INPUTS[from]] : [INPUTS[from], GRADIENTS[to]];
  return [
    make("h2", {}, "One weight: one arrow, one a, one z, no sum"),
    formula(indexed("dw", letter("i"), letter("j")), sign("="), ...factors),
    formula(indexed("dw", digit(i + 1), digit(j + 1)), sign("="), digit(numbers[0]), sign("·"), digit(numbers[1]), sign("="), bracketless(byWeight(to, from))),
    make("p", {}, "No index is summed away, so both stay: dW is a matrix, ", make("strong", { class: "whole" }, matrices), "."),
  ];
}

function spoken() {
  const { way, to, from, convention } = state;
  if (way === "weight") return `One weight, from a${from + 1} to z${to + 1}: its gradient is ${byWeight(to, from)}`;
  const terms = way === "forward" ? forward(convention, to) : backward(convention, from);
  const left = way === "forward" ? `z${to + 1}` : `da${from + 1}`;
  return `${left} is ${terms.map((term) => `${term.weight} ${term.value}`).join(" plus ")}, ${total(terms)}`;
}

addEventListener("hashchange", () => {
  Object.assign(state, fromAddress());
  draw();
});
draw();
