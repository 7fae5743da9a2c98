// What a teacher does with an exercise: hide the answers, take notes home, hand it out on paper.

import { make } from "./dom.js";
import { csv } from "./exercise.js";
import { forget, kept } from "./notes.js";

/** @typedef {{ address: string, hidden: boolean, hide: (hidden: boolean) => void, changed: () => void }} Shown */

let open = false;

/** The questions, with room for answers; seen on paper alone. */
export function onPaper() {
  const asked = [
    "Where is the mistake? Mark it in the line.",
    "What is it? Say why.",
    "What would be right?",
  ];
  return make(
    "ol",
    { class: "on-paper", "aria-hidden": "true" },
    ...asked.map((each) => make("li", {}, each)),
  );
}

/** @param {Shown} shown */
export function forTeachers({ address, hidden, hide, changed }) {
  const box = make("input", { type: "checkbox", "data-key": "hide", checked: hidden });
  box.addEventListener("change", () => hide(box.checked));
  const more = make(
    "details",
    { class: "teachers", open },
    make("summary", { "data-key": "teachers" }, "For teachers"),
    make("label", { class: "row" }, box, "hide the answers: what is chosen is noted, and not judged"),
    make(
      "div",
      { class: "row" },
      make("a", { class: "button", href: address }, "the address of this exercise"),
      button("print on A5", () => window.print()),
      button(`save ${kept().notes.length} answer notes as CSV`, save),
      button("forget all answers", () => (forget(), changed())),
    ),
  );
  more.addEventListener("toggle", () => (open = more.open));
  return more;
}

/** @param {string} text @param {() => void} onclick */
function button(text, onclick) {
  return make("button", { type: "button", "data-key": text.replace(/\d+/u, ""), onclick }, text);
}

function save() {
  const table = new Blob([csv(kept().notes)], { type: "text/csv" });
  const link = make("a", { download: "answers.csv", href: URL.createObjectURL(table) });
  link.click();
  URL.revokeObjectURL(link.href);
}
