// A claim: the line with its shapes, the verdict, the place, the cause, the repair.

import { choice, make, math, picture, remember, remembered } from "./dom.js";
import { marked } from "./failures.js";
import { shapes } from "./shapes.js";

/** @typedef {import("./engine.js").Question} Question */
/** @typedef {import("./engine.js").Answer} Answer */
/** @typedef {import("./main.js").Actions} Actions */
/** @typedef {{title: string, mood: string, items: Record<string, any>[]}} Part */

const STEPS = ["What is right", "The place", "The cause", "The repair"];

/** @param {Answer} found @param {Question} asked @param {Actions} actions */
export function claimView(found, asked, actions) {
  const shown = make("div", { class: "claim" });
  if (found.by) shown.append(byWhat(found, actions));
  if (found.summary) shown.append(make("h2", {}, `${found.summary[0].toUpperCase()}${found.summary.slice(1)}.`));
  for (const line of found.lines) shown.append(oneLine(line, actions));
  if (found.shapes.length) {
    shown.append(make("section", { class: "card" }, make("h2", {}, "Shapes"), shapes(found.shapes, asked, actions)));
  }
  if ((asked.because || found.because) && !inSteps()) shown.append(drawn(found, asked, actions));
  const said = found.lines.map(spoken).join(" ");
  return { shown, said };
}

/** By what the function is differentiated that a formula is held against. @param {Answer} found @param {Actions} actions */
function byWhat(found, actions) {
  const names = found.shapes.map((/** @type {any} */ one) => [one.name, math(one.latex, one.name)]);
  return make("div", { class: "row" }, make("span", { class: "label" }, "by"), choice("Differentiate by", names, found.by, (by) => actions.change({ by })));
}

const inSteps = () => remembered("hints", "all") === "steps";

/** What is said aloud: no more than is shown at first. @param {Record<string, any>} line */
function spoken(line) {
  const parts = /** @type {Part[]} */ (line.hints[inSteps() ? 0 : 3]);
  const repaired = line.repair && !inSteps() ? `Repaired: ${line.repair}` : "";
  return `${parts.slice(1, 3).map((part) => part.title).join(". ")}. ${repaired}`;
}

/** One line of a claim, all that is said of it or hint by hint. @param {Record<string, any>} line @param {Actions} actions */
function oneLine(line, actions) {
  const wholly = line.verdict === "right" || line.verdict === "cannot_tell";
  let step = inSteps() ? 1 : 4;
  const shown = make("article", { class: `verdict ${line.verdict}` });
  const draw = () => {
    const [read, verdict, ...rest] = /** @type {Part[]} */ (line.hints[step - 1]);
    shown.replaceChildren(
      ...read.items.filter((one) => one.kind === "aligned" || one.kind === "formula").map((one) => item(one)),
      heading(verdict),
      ...verdict.items.map((one) => item(one, line.marks)),
      ...rest.filter((one) => one.title !== "Read on").flatMap((one) => [heading(one), ...one.items.map((each) => item(each, line.marks))]),
      ...notes(read),
    );
    if (step === 4 && line.lessons.length) shown.append(readOn(line.lessons));
    if (!wholly) shown.append(help());
  };
  const help = () => {
    const next = () => {
      step += 1;
      draw();
      /** @type {HTMLElement | null} */ (shown.querySelector(".help button"))?.focus();
    };
    const modes = choice("Help", [["all", "All at once"], ["steps", "Hint by hint"]], inSteps() ? "steps" : "all", (mode) => {
      remember("hints", mode);
      actions.change({});
    });
    const more = step < 4 && make("button", { type: "button", class: "main", onclick: next }, `Next: ${STEPS[step].toLowerCase()}`);
    return make("div", { class: "row help" }, more, modes);
  };
  draw();
  return shown;
}

/** Lessons about the mistake; links where the page is a part of the site. @param {{label: string, file: string}[]} lessons */
function readOn(lessons) {
  const inSite = location.pathname.includes("/page/");
  const list = lessons.map(({ label, file }) =>
    make("li", {}, inSite ? make("a", { href: `../lessons/${file.replace(/\.md$/, ".html")}` }, label) : label),
  );
  return make("div", { class: "soft note" }, "Read on:", make("ul", {}, ...list));
}

/** @param {Part} part */
function heading(part) {
  return make("h2", { class: part.mood }, part.title);
}

/** How the line was read, beside the line itself. @param {Part} read */
function notes(read) {
  const said = read.items.filter((one) => one.kind === "prose");
  const title = make("p", { class: "soft" }, `${read.title}.`);
  return [title, ...said.map((one) => make("p", { class: "soft note" }, `${one.text}.`))];
}

/**
 * An item of an answer; in the line as it was typed, terms that are right are marked too.
 * @param {Record<string, any>} one
 * @param {{start: number, end: number, right: boolean}[]} [terms]
 */
function item(one, terms = []) {
  switch (one.kind) {
    case "aligned":
      return aligned(one.cells);
    case "marked":
      return marked(one.text, [{ start: one.start, end: one.end }, ...terms.filter((each) => each.right)]);
    case "formula":
      return formula(one);
    case "rows":
      return rows(one.rows);
    case "drawn":
      return make("pre", { class: "drawn" }, one.lines.join("\n"));
    default:
      return make("p", {}, one.text);
  }
}

/** A line, the shape under each factor, and what does not fit between. @param {Record<string, string>[]} cells */
function aligned(cells) {
  const line = make("p", { class: "aligned" });
  for (const { sign, above, below, clash, latex } of cells) {
    if (sign || clash) {
      const shown = [SIGNS[sign] ?? sign, clash && "✗"].filter(Boolean).join(" ");
      line.append(make("span", { class: clash ? "sign wrong" : "sign" }, make("span", {}, shown), make("small", {}, clash)));
    }
    line.append(make("span", { class: "factor" }, math(latex, above), make("small", {}, below)));
  }
  return line;
}

/** @type {Record<string, string>} */
const SIGNS = { "@": "", "*": "⊙", "= -": "= −", "-": "−" };

/** @param {Record<string, string>} one */
function formula({ text, note, latex }) {
  const said = note ? make("small", { class: "right" }, ` ${note}`) : null;
  const code = latex ? make("code", { class: "soft" }, text) : null;
  return make("p", { class: "formula" }, math(latex, text), code, said);
}

/** @param {string[][]} table */
function rows(table) {
  const shown = make("table", { class: "rows" });
  for (const cells of table) {
    const mood = cells[0] === "✓" ? "right" : cells[0] === "✗" ? "wrong" : "";
    shown.append(make("tr", { class: mood }, ...cells.map((cell) => make("td", {}, cell))));
  }
  return make("div", { class: "wide" }, shown);
}

/** @param {Answer} found @param {Question} asked @param {Actions} actions */
function drawn(found, asked, actions) {
  const shown = make("details", { class: "fold" }, make("summary", {}, "The shapes, to scale"));
  shown.addEventListener("toggle", async () => {
    if (!shown.open || shown.children.length > 1) return;
    const drawing = await actions.ask({ ...asked, because: asked.because || found.because, by: asked.by || found.by, ask: "picture" });
    if (drawing?.kind === "picture") shown.append(picture(/** @type {any} */ (drawing)));
  });
  return shown;
}
