// A derivative: what was read, both layouts, steps, code, a file, a picture.

import { choice, make, math, picture } from "./dom.js";
import { shapes } from "./shapes.js";

/** @typedef {import("./engine.js").Question} Question */
/** @typedef {import("./engine.js").Answer} Answer */
/** @typedef {import("./main.js").Actions} Actions */

/** @param {Answer} found @param {Question} asked @param {Actions} actions */
export function derivativeView(found, asked, actions) {
  const layout = asked.layout ?? "denominator";
  const precise = { ...asked, by: found.by };
  const shown = make(
    "div",
    { class: "derivative" },
    read(found, asked, actions),
    controls(found, asked, actions),
    bothLayouts(found, layout),
    code(precise, actions),
    folded("Steps", "steps", precise, actions, steps),
    folded("The shapes, to scale", "scale", precise, actions, (answer) => [picture(/** @type {any} */ (answer))]),
    folded("The graph", "picture", precise, actions, (answer) => [picture(/** @type {any} */ (answer))]),
  );
  const one = found.layouts[layout];
  const lines = equations(found, one).map((line) => line.unicode);
  return { shown, said: `${lines.join("; ")}: ${one.shape}, in ${layout} layout.` };
}

/** What was read: the line, the shapes, what was assumed. @param {Answer} found @param {Question} asked @param {Actions} actions */
function read(found, asked, actions) {
  const { latex, unicode, notes } = found.read;
  const lines = latex.map((/** @type {string} */ one, /** @type {number} */ k) => math(one, unicode[k], true));
  const said = notes.filter((/** @type {string} */ one) => !/ is not declared: /.test(one));
  return make(
    "section",
    { class: "read", "aria-label": "What was read" },
    ...lines,
    shapes(found.read.shapes, asked, actions),
    ...said.map((/** @type {string} */ one) => make("p", { class: "soft note" }, `${one}.`)),
  );
}

/** By what, how often, in which layout. @param {Answer} found @param {Question} asked @param {Actions} actions */
function controls(found, asked, actions) {
  /** @type {[string, Node][]} */
  const names = found.names.map((/** @type {string} */ name) => [
    name,
    math(found.read.shapes.find((/** @type {any} */ one) => one.name === name)?.latex, name),
  ]);
  return make(
    "div",
    { class: "controls" },
    make("div", { class: "row" }, make("span", { class: "label" }, "by"), choice("Differentiate by", names, found.by, (by) => actions.change({ by }))),
    make("div", { class: "row" }, make("span", { class: "label" }, "order"), choice("Order", [["1", "first"], ["2", "second"]], String(found.order), (order) => actions.change({ order: Number(order) }))),
    make("div", { class: "row" }, make("span", { class: "label" }, "layout"), choice("Layout", [["denominator", "denominator"], ["numerator", "numerator"]], asked.layout ?? "denominator", (layout) => actions.change({ layout }))),
  );
}

/**
 * What has a name, a line each, then the derivative.
 * @param {Answer} found
 * @param {{lines: {latex: string, unicode: string}[]}} one
 */
function equations(found, { lines }) {
  const whole = lines[lines.length - 1];
  const derivative = {
    latex: `${found.title_latex} = ${whole.latex}`,
    unicode: `${found.title} = ${whole.unicode}`,
  };
  return [...lines.slice(0, -1), derivative];
}

/** Both layouts side by side, the chosen one first. @param {Answer} found @param {string} chosen */
function bothLayouts(found, chosen) {
  const other = chosen === "denominator" ? "numerator" : "denominator";
  return make(
    "div",
    { class: "columns layouts" },
    ...[chosen, other].map((layout) => {
      const one = found.layouts[layout];
      return make(
        "section",
        { class: layout === chosen ? "layout chosen" : "layout", "aria-label": `${layout} layout` },
        make("h2", {}, `${layout[0].toUpperCase()}${layout.slice(1)} layout`, make("span", { class: "soft" }, ` ${one.shape}`)),
        ...equations(found, one).map((line) => math(line.latex, line.unicode, true)),
        ...one.signs.map((/** @type {string} */ sign) => make("p", { class: "soft note" }, sign)),
        make("p", { class: "formula" }, make("code", { class: "soft" }, one.text), copying(() => one.text, `Copy the formula in ${layout} layout`), copying(() => one.latex, `Copy the LaTeX in ${layout} layout`, "LaTeX")),
      );
    }),
  );
}

/** @param {() => string} text @param {string} label @param {string} [shown] */
function copying(text, label, shown = "Copy") {
  const button = make("button", { type: "button", class: "plain", "aria-label": label }, shown);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = shown), 1500);
  });
  return button;
}

const DIALECTS = [
  ["numpy", "NumPy"],
  ["torch", "PyTorch"],
  ["jax", "JAX"],
];

/** Code in three dialects, as tabs. @param {Question} asked @param {Actions} actions */
function code(asked, actions) {
  const source = make("pre", { id: "source", role: "tabpanel", tabindex: "0", "aria-label": "Code" });
  const tabs = make("div", { role: "tablist", class: "choice", "aria-label": "Code" });
  const buttons = DIALECTS.map(([dialect, name]) =>
    make("button", { type: "button", role: "tab", "aria-controls": "source", "data-dialect": dialect }, name),
  );
  /** @type {Record<string, string> | null} */
  let sources = null;
  /** @param {HTMLElement} chosen */
  const choose = (chosen) => {
    for (const one of buttons) {
      one.setAttribute("aria-selected", String(one === chosen));
      one.tabIndex = one === chosen ? 0 : -1;
    }
    source.textContent = sources?.[chosen.dataset.dialect ?? "numpy"] ?? "…";
  };
  buttons.forEach((one, k) => {
    one.addEventListener("click", () => choose(one));
    one.addEventListener("keydown", (event) => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!move) return;
      const next = buttons[(k + move + buttons.length) % buttons.length];
      choose(next);
      next.focus();
    });
  });
  tabs.append(...buttons);
  choose(buttons[0]);
  void actions.ask({ ...asked, ask: "code" }).then((found) => {
    sources = found?.kind === "code" ? /** @type {any} */ (found) : null;
    choose(buttons.find((one) => one.getAttribute("aria-selected") === "true") ?? buttons[0]);
    if (found?.kind === "error") source.textContent = found.error.message;
  });
  const file = make("button", { type: "button", class: "plain" }, "Download a file with data and a check");
  file.addEventListener("click", () => download(asked, actions));
  return make(
    "section",
    { class: "card", "aria-label": "Code" },
    make("div", { class: "row" }, tabs, copying(() => source.textContent ?? "", "Copy the code"), file),
    source,
  );
}

/** @param {Question} asked @param {Actions} actions */
async function download(asked, actions) {
  const found = await actions.ask({ ...asked, ask: "file" });
  if (found?.kind !== "file") return;
  const link = make("a", { href: URL.createObjectURL(new Blob([found.source], { type: "text/x-python" })), download: found.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/**
 * A part that is asked for when it is opened.
 * @param {string} title
 * @param {string} ask
 * @param {Question} asked
 * @param {Actions} actions
 * @param {(answer: Answer) => Node[]} draw
 */
function folded(title, ask, asked, actions, draw) {
  const inside = make("div", { class: "inside" });
  const shown = make("details", { class: "fold" }, make("summary", {}, title), inside);
  shown.addEventListener("toggle", async () => {
    if (!shown.open || inside.children.length) return;
    inside.replaceChildren(make("p", { class: "soft" }, "…"));
    const found = await actions.ask({ ...asked, ask });
    if (!found) inside.replaceChildren();
    else inside.replaceChildren(...(found.kind === "error" ? [make("p", { class: "wrong" }, found.error.message)] : draw(found)));
  });
  return shown;
}

// ------------------------------------------------------------------- steps

/** The sections of an explanation, one open at a time. @param {Answer} found */
function steps(found) {
  return found.sections.map((/** @type {any} */ section, /** @type {number} */ k) => {
    const shown = make("details", { class: "step", name: "step", open: k === 1 }, make("summary", {}, section.title));
    shown.append(...section.items.map(step));
    return shown;
  });
}

/** @param {Record<string, any>} one @returns {Node} */
function step(one) {
  switch (one.kind) {
    case "equation": {
      const left = one.again ? "" : one.left.latex;
      const note = [one.title, one.note].filter(Boolean).join(", ");
      return make("div", { class: "equation" }, math(`${left} = ${one.right.latex}`, `${one.left.unicode} = ${one.right.unicode}`, true), make("small", { class: "soft" }, note));
    }
    case "chain":
      return make("div", { class: "equation" }, math(one.latex, one.order.join(" · "), true), make("small", { class: "soft" }, `${one.layout} layout`));
    case "table": {
      const rows = one.rows.map((/** @type {string[]} */ cells, /** @type {number} */ k) =>
        make("tr", {}, ...cells.map((cell) => make(one.head && !k ? "th" : "td", {}, cell))),
      );
      return make("div", { class: "wide" }, make("table", {}, ...rows));
    }
    case "code":
      return make("pre", {}, one.source);
    default:
      return make("p", {}, one.text);
  }
}
