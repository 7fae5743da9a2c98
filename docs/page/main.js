// The view "Formula": one field, what was read, the answer.

import { claimView } from "./claim.js";
import { derivativeView } from "./derivative.js";
import { byId, make, remember, remembered } from "./dom.js";
import { Engine } from "./engine.js";
import { errorView, wantingView } from "./failures.js";

/** @typedef {import("./engine.js").Question} Question */
/** @typedef {import("./engine.js").Answer} Answer */

const PAUSE = 250; // ms without a key before the engine is asked

/** What one may begin with; the first two are answered before the engine is there. */
const STARTS = [
  {
    says: "Why is it Wᵀ and not W in my backward pass?",
    text: "dz1 = W2 @ dz2 * g1'(z1)",
    because: "z2 = W2 @ g1(z1)",
  },
  {
    says: "I get 2×1 · 2×3 · 3×1 · 1×2. What is wrong?",
    text: "dW2[3,2] = d3[2] @ W3[2,3] @ r[3] @ x[2].T",
    because: "z2 = W2 @ x; a2 = relu(z2); z3 = W3 @ a2",
  },
  { says: "The derivative of xᵀ A x", text: "x'Ax" },
  { says: "Least squares", text: "½‖Ax − b‖²" },
];

const text = /** @type {HTMLTextAreaElement} */ (byId("text"));
const because = /** @type {HTMLTextAreaElement} */ (byId("because"));

/** What is asked beside the two fields. */
const state = {
  by: "",
  order: 1,
  layout: remembered("layout", "denominator"),
  /** @type {string[]} */ declared: [],
  /** @type {string[]} */ taken: [],
  /** @type {string | undefined} */ notation: undefined,
};

const engine = new Engine((now, message) => {
  const said = { starting: "the engine is starting …", ready: "", failed: message ?? "" };
  byId("state").textContent = said[now];
  document.documentElement.dataset.engine = now;
});

/** What is forgotten with a text. */
const NOTHING = { by: "", declared: [], taken: [], notation: undefined };

/** @returns {Question} */
function question() {
  return {
    text: text.value.trim(),
    because: byId("from").hidden ? "" : because.value.trim(),
    ...state,
  };
}

let asks = 0;

/** Ask what the fields hold, and show the answer unless a newer question came. */
async function answer() {
  const mine = ++asks;
  const asked = question();
  address(asked);
  byId("starts").hidden = Boolean(asked.text);
  document.body.classList.toggle("asked", Boolean(asked.text));
  if (!asked.text) {
    byId("answer").replaceChildren();
    byId("answer").removeAttribute("aria-busy");
    byId("said").textContent = "";
    return;
  }
  byId("answer").setAttribute("aria-busy", "true");
  const found = await engine.ask(asked);
  if (!found || mine !== asks) return;
  byId("answer").removeAttribute("aria-busy");
  show(found, asked);
}

/** @param {Answer} found @param {Question} asked */
function show(found, asked) {
  const view = VIEWS[found.kind] ?? errorView;
  const { shown, said } = view(found, asked, actions);
  byId("answer").replaceChildren(shown);
  byId("answer").dataset.kind = found.kind;
  byId("said").textContent = said;
  byId("check").hidden = !byId("from").hidden || found.kind === "wanting";
}

/** @type {Record<string, (found: Answer, asked: Question, actions: Actions) => {shown: Node, said: string}>} */
const VIEWS = {
  derivative: derivativeView,
  claim: claimView,
  wanting: wantingView,
  error: errorView,
};

/**
 * What a view can do.
 * @typedef {typeof actions} Actions
 */
const actions = {
  /** @param {Question} asked */
  ask: (asked) => engine.ask(asked),

  /** @param {Partial<typeof state>} changed */
  change(changed) {
    Object.assign(state, changed);
    if (changed.layout) remember("layout", changed.layout);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const label = focused?.closest("[aria-label]")?.getAttribute("aria-label");
    const value = focused?.dataset.value;
    void answer().then(() => refocus(label, value));
  },

  /** @param {string} written */
  write(written) {
    text.value = written;
    fit(text);
    text.focus();
    void answer();
  },

  reveal,
};

/**
 * The button that was pressed is drawn anew with the answer: it keeps the focus.
 * @param {string | null | undefined} label
 * @param {string | undefined} value
 */
function refocus(label, value) {
  if (!label || !value) return;
  for (const group of document.querySelectorAll("[aria-label]")) {
    if (group.getAttribute("aria-label") !== label) continue;
    for (const one of group.querySelectorAll("[data-value]")) {
      if (one instanceof HTMLElement && one.dataset.value === value) one.focus();
    }
  }
}

function reveal() {
  byId("from").hidden = false;
  byId("check").hidden = true;
  fit(because);
}

/** As many rows as a text needs. @param {HTMLTextAreaElement} field */
function fit(field) {
  field.rows = 1;
  while (field.rows < 8 && field.scrollHeight > field.clientHeight) field.rows += 1;
}

// ------------------------------------------------------------------- the address

/** @param {Question} asked */
function address(asked) {
  const parts = new URLSearchParams();
  if (asked.text) parts.set("q", asked.text);
  if (asked.because) parts.set("from", asked.because);
  if (asked.by) parts.set("by", asked.by);
  if (asked.order === 2) parts.set("order", "2");
  if (asked.notation) parts.set("notation", asked.notation);
  for (const one of asked.declared ?? []) parts.append("let", one);
  const hash = parts.size ? `#${parts}` : "";
  if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname);
}

/** Take the question of the address. */
function open() {
  const parts = new URLSearchParams(location.hash.slice(1));
  text.value = parts.get("q") ?? "";
  because.value = parts.get("from") ?? "";
  byId("from").hidden = !because.value;
  byId("check").hidden = Boolean(because.value);
  state.by = parts.get("by") ?? "";
  state.order = parts.get("order") === "2" ? 2 : 1;
  state.declared = parts.getAll("let");
  state.taken = [];
  state.notation = parts.get("notation") ?? undefined;
  fit(text);
  fit(because);
  void answer();
}

/** @param {{text: string, because?: string}} start */
function linkTo(start) {
  const parts = new URLSearchParams({ q: start.text });
  if (start.because) parts.set("from", start.because);
  return `#${parts}`;
}

// ------------------------------------------------------------------- begin

/** @type {ReturnType<typeof setTimeout> | undefined} */
let pause;

for (const field of [text, because]) {
  field.addEventListener("input", () => {
    fit(field);
    if (field === text && !text.value.trim()) Object.assign(state, NOTHING);
    clearTimeout(pause);
    pause = setTimeout(answer, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    clearTimeout(pause);
    void answer();
  });
}

byId("check").addEventListener("click", () => {
  reveal();
  because.focus();
});
byId("asking").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", open);
for (const start of STARTS) {
  byId("questions").append(make("li", {}, make("a", { href: linkTo(start) }, start.says)));
}

await engine.prepare().then(open, (error) => {
  byId("state").textContent = error.message;
});
if (engine.prepared.size) {
  engine.start();
  for (const font of document.fonts) font.load().catch(() => undefined); // once, not as signs appear
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(() => undefined);
}
