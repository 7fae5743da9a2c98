// The view "Network": one layer forward and backward, and one weight alone.

import { byId, choice, make } from "./dom.js";
import { redraw, svg } from "./drawing.js";
import {
  GRADIENTS,
  IN,
  INPUTS,
  OUT,
  WEIGHTS,
  backward,
  byWeight,
  forward,
  indices,
  table,
  total,
} from "./layer.js";
import { signed, sums } from "./sums.js";

/** @typedef {import("./layer.js").Looked} Looked */
/** @typedef {{ to: number, from: number }} Ends */

const LEFT = 70; // where inputs and outputs stand in the picture
const RIGHT = 350;
const RADIUS = 26;
const HEIGHT = 290;

const view = byId("view");
const state = fromAddress();

/** @returns {Looked} */
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

/** @param {Partial<Looked>} changed */
function change(changed) {
  Object.assign(state, changed);
  const { way, to, from, convention } = state;
  history.replaceState(
    null,
    "",
    `#${new URLSearchParams({ way, to: String(to + 1), from: String(from + 1), w: convention })}`,
  );
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
    [
      ["forward", "forward"],
      ["backward", "backward"],
      ["weight", "one weight"],
    ],
    state.way,
    (way) => change({ way: way === "backward" || way === "weight" ? way : "forward" }),
  );
  const stored = choice(
    "The weight w with the indices i j goes",
    [
      ["to-from", "to i from j"],
      ["from-to", "from i to j"],
    ],
    state.convention,
    (way) => change({ convention: way === "from-to" ? "from-to" : "to-from" }),
  );
  redraw(
    view,
    steps,
    make(
      "div",
      { class: "columns" },
      make("div", {}, picture()),
      make(
        "div",
        {},
        weights(),
        make("div", { class: "stored" }, make("span", { class: "label" }, "wᵢⱼ goes"), stored),
      ),
    ),
    sums(state),
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
    {
      viewBox: `0 0 420 ${HEIGHT}`,
      class: "net",
      role: "group",
      "aria-label": "The layer: three inputs, two outputs, an arrow for each weight",
    },
    ...sorted.map(arrow),
    ...INPUTS.map((value, from) =>
      node(
        "from",
        from,
        LEFT,
        height(from, IN),
        state.way === "backward" ? `da${sub(from)}` : `a${sub(from)}`,
        value,
      ),
    ),
    ...GRADIENTS.map((value, to) =>
      node("to", to, RIGHT, height(to, OUT), state.way === "forward" ? `z${sub(to)}` : `dz${sub(to)}`, value),
    ),
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
  const at = (/** @type {number} */ along) => [
    LEFT + ((RIGHT - LEFT) * along) / length,
    y1 + ((y2 - y1) * along) / length,
  ];
  const [[x, y], [u, v]] = [at(RADIUS + 2), at(length - RADIUS - 2)];
  const [head, tail] = back
    ? [
        [x, y],
        [u, v],
      ]
    : [
        [u, v],
        [x, y],
      ];
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
      ...(only
        ? {
            tabindex: 0,
            role: "button",
            "aria-pressed": String(lit),
            "aria-label": `weight w${i + 1}${j + 1}, from a${ends.from + 1} to z${ends.to + 1}`,
            onclick: choose,
            onfocus: () => lit || choose(),
          }
        : {}),
    },
    svg("line", { class: "touch", x1: x, y1: y, x2: u, y2: v }),
    svg("line", { x1: tail[0], y1: tail[1], x2: head[0], y2: head[1] }),
    svg("path", {
      d: "M0 0 L-11 -5 L-11 5 Z",
      transform: `translate(${head[0]} ${head[1]}) rotate(${angle})`,
    }),
    ...(lit
      ? [svg("text", { x: part[0], y: part[1] - 13, "text-anchor": "middle" }, `w${sub(i)}${sub(j)}`)]
      : []),
  );
}

/** @param {"to" | "from"} side @param {number} k @param {number} x @param {number} y @param {string} name @param {number} value */
function node(side, k, x, y, name, value) {
  const { way } = state;
  const active =
    way === "weight" ? k === state[side] : (way === "forward" ? "to" : "from") === side && k === state[side];
  const open = (way === "forward" && side === "to") || (way === "backward" && side === "from");
  const shown = open
    ? total(way === "forward" ? forward(state.convention, k) : backward(state.convention, k))
    : value;
  const runs = !open && way !== "weight" ? ` run-${k}` : "";
  const choose = () => change(side === "to" ? { to: k } : { from: k });
  const pick = open
    ? {
        tabindex: 0,
        role: "button",
        "aria-pressed": String(active),
        "aria-label": `${name}: ${way === "forward" ? "what it sums over" : "what it collects"}`,
        onclick: choose,
        onfocus: () => active || choose(),
        onpointerenter: () => active || choose(),
      }
    : {};
  return svg(
    "g",
    {
      class: `node${active ? " lit" : ""}${open ? " open" : ""}${runs}`,
      "data-key": `${side} ${k}`,
      ...pick,
    },
    svg("circle", { cx: x, cy: y, r: RADIUS }),
    svg("text", { x, y: y + 1, "text-anchor": "middle", "dominant-baseline": "middle" }, name),
    svg(
      "text",
      {
        class: "value",
        x: side === "to" ? x + RADIUS + 8 : x - RADIUS - 8,
        y: y + 1,
        "text-anchor": side === "to" ? "start" : "end",
        "dominant-baseline": "middle",
      },
      signed(shown),
    ),
  );
}

// ---- the table

function weights() {
  const single = state.way === "weight";
  const rows = table(state.convention);
  const first = state.convention === "to-from";
  const head = rows[0].map((_, j) =>
    make("th", { scope: "col" }, first ? `from a${sub(j)}` : `to z${sub(j)}`),
  );
  return make(
    "table",
    { class: "weights" },
    make(
      "caption",
      {},
      single
        ? `dW, ${rows.length}×${rows[0].length}: each entry one product`
        : `W, ${rows.length}×${rows[0].length}`,
    ),
    make("thead", {}, make("tr", {}, make("td"), ...head)),
    make(
      "tbody",
      {},
      ...rows.map((row, i) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, first ? `to z${sub(i)}` : `from a${sub(i)}`),
          ...row.map((ends) => cell(ends, single)),
        ),
      ),
    ),
  );
}

/** @param {Ends} ends @param {boolean} single */
function cell(ends, single) {
  const lit = takesPart(ends);
  const value = signed(single ? byWeight(ends.to, ends.from) : WEIGHTS[ends.to][ends.from]);
  return make("td", { class: lit ? `lit run-${running(ends)}` : "" }, value);
}

// ---- what is said

function spoken() {
  const { way, to, from, convention } = state;
  if (way === "weight")
    return `One weight, from a${from + 1} to z${to + 1}: its gradient is ${byWeight(to, from)}`;
  const terms = way === "forward" ? forward(convention, to) : backward(convention, from);
  const left = way === "forward" ? `z${to + 1}` : `da${from + 1}`;
  return `${left} is ${terms.map((term) => `${term.weight} ${term.value}`).join(" plus ")}, ${total(terms)}`;
}

addEventListener("hashchange", () => {
  Object.assign(state, fromAddress());
  draw();
});
draw();
