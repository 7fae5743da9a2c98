// The shapes that were read, as chips: what was assumed can be changed.

import { make, math } from "./dom.js";

/** @typedef {import("./engine.js").Question} Question */
/** @typedef {import("./main.js").Actions} Actions */
/** @typedef {{name: string, latex: string, shape: string, declaration: string, assumed: boolean}} Shape */

/** @param {Shape[]} found @param {Question} asked @param {Actions} actions */
export function shapes(found, asked, actions) {
  const list = make("ul", { class: "chips", "aria-label": "Shapes" });
  for (const one of found) {
    const typed = (asked.declared ?? []).find((each) => nameOf(each) === one.name);
    const declaration = typed ?? one.declaration; // what was typed may say more than a shape
    list.append(make("li", {}, chip({ ...one, declaration }, found, asked, actions)));
  }
  return list;
}

/** @param {string} declaration */
function nameOf(declaration) {
  return declaration.split(/[[:]/)[0].trim();
}

/** @param {Shape} one @param {Shape[]} all @param {Question} asked @param {Actions} actions */
function chip(one, all, asked, actions) {
  const said = `${one.name} is ${one.shape}${one.assumed ? ", assumed" : ""}: change`;
  const button = make(
    "button",
    { type: "button", class: one.assumed ? "chip assumed" : "chip", "aria-label": said, "data-value": one.name },
    math(one.latex, one.name),
    make("span", { class: "shape" }, [one.shape, ...one.declaration.split(":").slice(1)].join(", ")),
  );
  button.addEventListener("click", () => edit(button, one, all, asked, actions));
  return button;
}

/**
 * A field in the place of a chip: Enter takes what is written, Escape leaves it.
 * @param {HTMLElement} button
 * @param {Shape} one
 * @param {Shape[]} all
 * @param {Question} asked
 * @param {Actions} actions
 */
function edit(button, one, all, asked, actions) {
  const field = make("input", { class: "code", "aria-label": `Declaration of ${one.name}`, "aria-describedby": "declaring", value: one.declaration });
  field.size = Math.max(8, one.declaration.length + 2);
  const take = () => {
    const written = field.value.trim();
    if (!written || written === one.declaration) return leave();
    const name = nameOf(written);
    const others = (asked.declared ?? []).filter((each) => nameOf(each) !== name);
    const taken = all.filter((each) => each.assumed && each.name !== name).map((each) => each.declaration);
    actions.change({ declared: [...others, written], taken });
  };
  const leave = () => {
    if (!field.isConnected) return;
    field.nextElementSibling?.remove();
    field.replaceWith(button);
    button.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") take();
    if (event.key === "Escape") leave();
  });
  field.addEventListener("change", take);
  const hint = make("small", { id: "declaring", class: "soft" }, `${one.name}, ${one.name}[n], ${one.name}[m,n] or ${one.name}[n,n]:symmetric, :spd, :diagonal, :orthogonal …`);
  button.replaceWith(field);
  field.after(hint);
  field.focus();
  field.select();
}
