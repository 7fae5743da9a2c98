/** The view of the four lamps: pieces that are moved, turned and joined. */
import { byId, choice, make } from "./dom.js";
import { focusOn, redraw, svg } from "./drawing.js";
import { written } from "./matrices.js";
import {
  LARGEST,
  LONGEST,
  address,
  begun,
  fromAddress,
  joints,
  judged,
  move,
  putAside,
  shapeOfItem,
  spelled,
  switchDot,
  take,
  turn,
  turnOver,
  wantedShape,
} from "./product.js";

/** @typedef {import("./product.js").Lamps} Lamps */
/** @typedef {import("./matrices.js").Shape} Shape */

const CELL = 14;
/** @type {[string, string][]} */
const LAYOUTS = [
  ["denominator", "denominator layout"],
  ["numerator", "numerator layout"],
];
const view = byId("view");
let state = fromAddress(location.hash);
let chosen = 0;
let hidden = isHidden();

function isHidden() {
  return new URLSearchParams(location.hash.slice(1)).get("lamps") === "hidden";
}

/** @param {import("./product.js").State} next @param {number} [piece] the one that is chosen after */
function change(next, piece = chosen) {
  state = next;
  chosen = Math.max(0, Math.min(piece, state.line.items.length - 1));
  history.replaceState(null, "", address(state) + (hidden ? "&lamps=hidden" : ""));
  draw();
  say();
}

function draw() {
  const { lamps, way, shape, byChance } = judged(state);
  const wanted = written(wantedShape(state));
  redraw(
    view,
    make(
      "p",
      { class: "task" },
      "Wanted: ",
      make("strong", {}, state.task.gives),
      `, ${wanted}`,
      make("span", { class: "soft" }, state.numerator ? " in numerator layout" : " in denominator layout"),
    ),
    board(lamps.fits),
    make(
      "p",
      { class: "line", "aria-label": "The product" },
      spelled(state, way?.group ?? null),
      make("span", { class: "soft" }, shape ? ` = ${written(shape)}` : ""),
    ),
    !hidden && lampList(lamps, shape),
    !hidden &&
      byChance &&
      make(
        "p",
        { class: "unsure" },
        "It fits at these sizes alone, where two of them are equal. Move a slider.",
      ),
    tools(),
    settings(),
  );
}

/** @param {boolean} fits */
function board(fits) {
  const met = joints(state);
  const parts = state.line.items.flatMap((_, k) =>
    k ? [joint(k - 1, met[k - 1], fits), piece(k)] : [piece(k)],
  );
  return make(
    "div",
    { class: "board", role: "group", "aria-label": "The pieces, from left to right" },
    ...parts,
  );
}

/** @param {number} k */
function piece(k) {
  const item = state.line.items[k];
  const { label, says } = state.task.pieces[item.piece];
  const shape = shapeOfItem(state, item);
  const text = label + (item.turned ? "ᵀ" : "");
  const made = make(
    "button",
    {
      type: "button",
      class: "piece",
      title: says,
      "data-key": `piece ${k}`,
      "aria-pressed": String(k === chosen),
      "aria-label": `${text}, ${shape[0]} by ${shape[1]}: ${says}`,
      onclick: () => change(state, k),
      onkeydown: (event) => pressed(event, k),
    },
    drawn(shape),
    make("span", { class: "name-of" }, text),
    make("span", { class: "soft" }, written(shape)),
  );
  draggable(made, k);
  return made;
}

/** A matrix to scale, cell by cell. @param {Shape} shape */
function drawn([rows, cols]) {
  const cells = Array.from({ length: rows * cols }, (_, k) =>
    svg("rect", {
      x: (k % cols) * CELL + 1,
      y: Math.floor(k / cols) * CELL + 1,
      width: CELL - 2,
      height: CELL - 2,
      rx: 2,
    }),
  );
  return svg("svg", { width: cols * CELL, height: rows * CELL, "aria-hidden": "true" }, ...cells);
}

/** @param {number} k @param {{ fits: boolean, left: Shape, right: Shape }} met @param {boolean} fits */
function joint(k, { fits: one, left, right }, fits) {
  const dot = state.line.dots[k];
  const apart = dot === "·" ? `${left[1]} ≠ ${right[0]}` : `${written(left)} ≠ ${written(right)}`;
  const kind = dot === "·" ? "matrix product" : "entry by entry";
  const spoken = one
    ? "fits"
    : dot === "·"
      ? `${left[1]} columns meet ${right[0]} rows: does not fit`
      : `${apart}: does not fit`;
  return make(
    "button",
    {
      type: "button",
      class: one ? "joint" : "joint apart",
      "data-key": `joint ${k}`,
      title: `${kind}; press for the other`,
      "aria-label": `${kind}, ${spoken}. Press for the other kind of product`,
      onclick: () => change(switchDot(state, k)),
    },
    make("span", { class: "dot" }, dot),
    make("span", { class: "meets" }, one ? (fits ? "" : "✓") : apart),
  );
}

/** @param {Event} event @param {number} k */
function pressed(event, k) {
  if (!(event instanceof KeyboardEvent)) return;
  const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
  const to = k + step;
  if (step && to >= 0 && to < state.line.items.length) {
    event.preventDefault();
    change(event.shiftKey ? move(state, k, to) : state, to);
    focusOn(view, `piece ${to}`);
  } else if (event.key === "t" || event.key === "T") {
    change(turn(state, k), k);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    change(putAside(state, k), k);
    focusOn(view, `piece ${chosen}`);
  }
}

/** @param {HTMLElement} made @param {number} k */
function draggable(made, k) {
  /** @type {{ x: number, y: number } | null} */
  let from = null;
  let moved = false;
  made.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, y: event.clientY };
    moved = false;
  });
  made.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (!moved && Math.hypot(x, y) < 8) return;
    if (!moved) made.setPointerCapture(event.pointerId);
    moved = true;
    made.classList.add("dragged");
    made.style.transform = `translate(${x}px, ${y}px)`;
  });
  const end = (/** @type {PointerEvent} */ event) => {
    if (from && moved && event.type === "pointerup") {
      const to = nearest(event.clientX, event.clientY, k);
      from = null;
      change(move(state, k, to), to);
      return;
    }
    from = null;
    made.style.transform = "";
    made.classList.remove("dragged");
  };
  made.addEventListener("pointerup", end);
  made.addEventListener("pointercancel", end);
}

/** The place that is nearest to a point. @param {number} x @param {number} y @param {number} own */
function nearest(x, y, own) {
  const apart = [...view.querySelectorAll(".piece")].map((each, k) => {
    const box = each.getBoundingClientRect();
    return k === own ? Infinity : Math.hypot(x - box.x - box.width / 2, y - box.y - box.height / 2);
  });
  const best = apart.indexOf(Math.min(...apart));
  return apart[best] < 120 ? best : own;
}

function tools() {
  const count = state.line.items.length;
  const button = (
    /** @type {string} */ key,
    /** @type {string} */ text,
    /** @type {() => void} */ act,
    disabled = false,
  ) => make("button", { type: "button", "data-key": key, disabled, onclick: act }, text);
  const name = state.task.pieces[state.line.items[chosen]?.piece]?.label ?? "";
  return make(
    "div",
    { class: "row tools", role: "group", "aria-label": `What to do with ${name}` },
    make("strong", { class: "name-of" }, name),
    button("left", "← left", () => change(move(state, chosen, chosen - 1), chosen - 1), chosen === 0),
    button(
      "right",
      "right →",
      () => change(move(state, chosen, chosen + 1), chosen + 1),
      chosen >= count - 1,
    ),
    button("turn", "transpose", () => change(turn(state, chosen))),
    button("aside", "put aside", () => change(putAside(state, chosen)), count < 2),
    make(
      "span",
      { class: "takes" },
      ...state.task.pieces.map((each, k) =>
        button(`take ${k}`, `+ ${each.label}`, () => change(take(state, k), count), count >= LONGEST),
      ),
    ),
  );
}

/** @param {Lamps} lamps @param {Shape | null} shape */
function lampList(lamps, shape) {
  const wanted = written(wantedShape(state));
  const apart = joints(state).find((each) => !each.fits);
  return make(
    "ul",
    { class: "lamps", "aria-label": "Lamps" },
    lamp(
      "fits",
      lamps.fits,
      "It fits",
      apart
        ? `${written(apart.left)} does not meet ${written(apart.right)}`
        : "all sides that meet are equal",
    ),
    lamp(
      "wanted",
      lamps.wanted,
      "It has the wanted shape",
      lamps.wanted ? wanted : shape ? `${written(shape)}, not ${wanted}` : `${wanted} is wanted`,
    ),
    lamp(
      "once",
      lamps.once,
      "It uses each piece once",
      lamps.once ? "none is left out" : "one is missing, or there twice",
    ),
    lamp(
      "right",
      lamps.right,
      "It is right, by numbers",
      lamps.right ? "equal to the derivative" : "not equal to the derivative",
    ),
  );
}

/** @param {string} key @param {boolean} lit @param {string} title @param {string} says */
function lamp(key, lit, title, says) {
  return make(
    "li",
    { class: lit ? "lamp lit" : "lamp", "data-lamp": key },
    make("span", { class: "bulb", "aria-hidden": "true" }),
    make(
      "span",
      {},
      make("strong", {}, title),
      make("span", { class: "only-read" }, lit ? ": yes. " : ": no. "),
      make("span", { class: "soft" }, says),
    ),
  );
}

function settings() {
  const sliders = Object.entries(state.sizes).map(([letter, size]) =>
    make(
      "label",
      { class: "slider" },
      `${state.task.called[letter]}: `,
      make("output", {}, String(size)),
      make("input", {
        type: "range",
        min: "1",
        max: String(LARGEST),
        value: String(size),
        "data-key": `size ${letter}`,
        oninput: (event) => change({ ...state, sizes: { ...state.sizes, [letter]: valueOf(event) } }),
      }),
    ),
  );
  return make(
    "div",
    { class: "settings" },
    make("div", { class: "sliders" }, ...sliders),
    choice("Layout", LAYOUTS, state.numerator ? "numerator" : "denominator", layOut),
    make(
      "div",
      { class: "row" },
      make(
        "button",
        { type: "button", class: "plain", "data-key": "again", onclick: () => change(begun(state.task), 0) },
        "begin again",
      ),
      make(
        "button",
        {
          type: "button",
          class: "plain",
          "data-key": "lamps",
          "aria-pressed": String(hidden),
          onclick: () => {
            hidden = !hidden;
            change(state);
          },
        },
        hidden ? "show the lamps" : "hide the lamps",
      ),
    ),
  );
}

/** Turns the whole drawing over. @param {string} layout */
function layOut(layout) {
  if ((layout === "numerator") !== state.numerator)
    change(turnOver(state), state.line.items.length - 1 - chosen);
}

/** What a slider says. @param {Event} event */
function valueOf(event) {
  return event.target instanceof HTMLInputElement ? Number(event.target.value) : 1;
}

function say() {
  const { lamps, shape } = judged(state);
  const lit = [
    ["fits", lamps.fits],
    ["wanted shape", lamps.wanted],
    ["each piece once", lamps.once],
    ["right", lamps.right],
  ];
  const told = hidden ? "" : lit.map(([name, on]) => `${name}: ${on ? "yes" : "no"}`).join(", ");
  byId("said").textContent = `${spelled(state, null)}${shape ? `, ${written(shape)}` : ""}. ${told}`;
}

addEventListener("hashchange", () => {
  hidden = isHidden();
  state = fromAddress(location.hash);
  chosen = 0;
  draw();
  say();
});
draw();
