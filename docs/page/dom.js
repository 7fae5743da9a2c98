// Elements from text: nothing that anybody types is ever read as HTML.

/**
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * An element with attributes and children; an attribute `on…` is a function that is called.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean | EventListener | undefined>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (typeof value === "string") made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child || child === "").map((child) => child || ""));
  return made;
}

/**
 * Mathematics, typeset; what cannot be is shown as text.
 * @param {string | null | undefined} latex
 * @param {string} text what it is in signs, for those who hear the page
 * @param {boolean} [display]
 */
export function math(latex, text, display = false) {
  const shown = make("span", { class: display ? "math display" : "math" });
  const katex = /** @type {any} */ (window).katex;
  if (!latex || !katex) {
    shown.append(make("code", {}, text));
    return shown;
  }
  try {
    katex.render(latex, shown, { displayMode: display, trust: false, strict: false });
  } catch {
    shown.replaceChildren(make("code", {}, text));
  }
  return shown;
}

/**
 * A picture of our own, as an image: nothing in it can run.
 * @param {{svg: string, alt: string}} drawn
 */
export function picture({ svg, alt }) {
  const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return make("img", { class: "picture", src, alt });
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/** The link over the head leads to what it names and leaves the address, which holds the question. */
for (const link of document.querySelectorAll("a.skip")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const to = byId((link.getAttribute("href") ?? "").slice(1));
    if (to.tabIndex < 0) to.tabIndex = -1;
    to.focus();
  });
}

/**
 * A row of choices of which one is pressed.
 * @param {string} label
 * @param {[value: string, shown: Child][]} choices
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function choice(label, choices, chosen, choose) {
  const group = make("div", { class: "choice", role: "group", "aria-label": label });
  for (const [value, shown] of choices) {
    const pressed = String(value === chosen);
    const said = typeof shown === "string" ? undefined : value; // mathematics is read twice
    const onclick = () => choose(value);
    group.append(
      make("button", { type: "button", "aria-pressed": pressed, "aria-label": said, "data-value": value, onclick }, shown),
    );
  }
  return group;
}

/** @param {string} name @param {string} otherwise */
export function remembered(name, otherwise) {
  try {
    return localStorage.getItem(name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // the browser keeps nothing: the choice holds until the page is closed
  }
}
