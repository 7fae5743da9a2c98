// Drawings and formulas as elements, and views that are drawn anew without losing the focus.

/** @typedef {Record<string, string | number | EventListener | undefined>} Attributes */

/** @param {string} space @param {string} tag @param {Attributes} attributes @param {(Node | string)[]} children */
function within(space, tag, attributes, children) {
  const made = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** A part of a picture. @param {string} tag @param {Attributes} [attributes] @param {...(Node | string)} children */
export function svg(tag, attributes = {}, ...children) {
  return within("http://www.w3.org/2000/svg", tag, attributes, children);
}

/** A part of a formula, which the browser itself typesets. @param {string} tag @param {Attributes} [attributes] @param {...(Node | string)} children */
export function mathml(tag, attributes = {}, ...children) {
  return within("http://www.w3.org/1998/Math/MathML", tag, attributes, children);
}

/** Draws anew; what had the focus has it again. @param {HTMLElement} root @param {...(Node | false | null | undefined)} children */
export function redraw(root, ...children) {
  const held = document.activeElement;
  const key = held && root.contains(held) ? keyOf(held) : "";
  root.replaceChildren(...children.filter((child) => child instanceof Node));
  if (key) focusOn(root, key);
}

/** @param {HTMLElement} root @param {string} key */
export function focusOn(root, key) {
  const all = root.querySelectorAll("[data-key], [data-value]");
  const found = [...all].find((each) => keyOf(each) === key);
  if (found instanceof HTMLElement || found instanceof SVGElement) found.focus();
}

/** @param {Element} element */
function keyOf(element) {
  const group = element.closest("[role=group]")?.getAttribute("aria-label") ?? "";
  return element.getAttribute("data-key") ?? `${group} ${element.getAttribute("data-value")}`;
}
