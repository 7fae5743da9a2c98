// What cannot be read, with its place and a next step; and a line without what it comes from.

import { make } from "./dom.js";

/** @typedef {import("./engine.js").Question} Question */
/** @typedef {import("./engine.js").Answer} Answer */
/** @typedef {import("./main.js").Actions} Actions */

/** @param {Answer} found @param {Question} asked @param {Actions} actions */
export function errorView(found, asked, actions) {
  const { message, places, suggestions } = found.error;
  const shown = make(
    "div",
    { class: "failure" },
    make("h2", { class: "wrong" }, sentence(message)),
    ...spans(places).map((one) => marked(one.text, one.parts)),
    make("div", { class: "row" }, ...suggestions.map((/** @type {any} */ one) => next(one, asked, actions)), asMatrices(found, asked, actions)),
    declaring(asked, actions),
  );
  return { shown, said: sentence(message) };
}

/**
 * The spans of each text that is pointed at.
 * @param {{text: string, start: number, stop: number}[]} places
 */
function spans(places) {
  /** @type {Map<string, {start: number, end: number}[]>} */
  const found = new Map();
  for (const { text, start, stop } of places) {
    if (!text.trim()) continue;
    found.set(text, [...(found.get(text) ?? []), { start, end: stop }]);
  }
  return [...found].map(([text, parts]) => ({ text, parts }));
}

/**
 * A text with places in it marked. Places count characters, as Python does.
 * @param {string} text
 * @param {{start: number, end: number, right?: boolean}[]} parts
 */
export function marked(text, parts) {
  const characters = [...text];
  const line = make("p", { class: "typed code" });
  let at = 0;
  for (const { start, end, right } of [...parts].sort((one, two) => one.start - two.start)) {
    if (start < at) continue;
    line.append(characters.slice(at, start).join(""));
    const place = characters.slice(start, end).join("") || " ";
    line.append(make("mark", right ? { class: "right" } : {}, place));
    at = end;
  }
  line.append(characters.slice(at).join(""));
  return line;
}

/**
 * A button that does what is suggested.
 * @param {{kind: string, text: string, purpose: string, mended: string | null}} suggestion
 * @param {Question} asked
 * @param {Actions} actions
 */
function next(suggestion, asked, actions) {
  const { kind, text, purpose, mended } = suggestion;
  if (kind === "declare") {
    const declared = [...(asked.declared ?? []), text];
    return make("button", { type: "button", onclick: () => actions.change({ declared }) }, `Declare ${text}`);
  }
  const written = mended ?? text;
  const label = ["Write", make("code", {}, text.trim()), purpose];
  if (kind === "near" && !mended) return make("span", { class: "soft" }, "Near: ", make("code", {}, text));
  return make("button", { type: "button", onclick: () => actions.write(written) }, ...label);
}

/** A field for shapes, where there are no chips to change. @param {Question} asked @param {Actions} actions */
function declaring(asked, actions) {
  const value = (asked.declared ?? []).join(" ");
  const field = make("input", { id: "declared", class: "code", value, placeholder: "W[m,n] x[n] A[n,n]:symmetric", spellcheck: "false", autocapitalize: "off" });
  field.addEventListener("change", () => {
    const declared = field.value.trim().split(/\s+(?![^[]*\])/).filter(Boolean); // not within brackets
    actions.change({ declared, taken: [] });
  });
  return make("p", { class: "declaring" }, make("label", { for: "declared" }, "Shapes, where they are others "), field);
}

/** What `*` is in MATLAB and on other pages. @param {Answer} found @param {Question} asked @param {Actions} actions */
function asMatrices(found, asked, actions) {
  if (found.error.kind !== "ShapeError" || !asked.text.includes("*") || asked.notation) return null;
  const onclick = () => actions.change({ notation: "matlab" });
  return make("button", { type: "button", onclick }, "Read * as the matrix product");
}

/** @param {Answer} found @param {Question} _ @param {Actions} actions */
export function wantingView(found, _, actions) {
  actions.reveal();
  const said = `This gives ${found.name}, a derivative by ${found.by}. Of what? Write the lines of the forward pass that it comes from, or what is differentiated, above.`;
  return { shown: make("p", { class: "lead" }, said), said };
}

/** @param {string} message */
export function sentence(message) {
  return message.endsWith(".") ? message : `${message}.`;
}
