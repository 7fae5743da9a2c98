// The view "Exercises": find the mistake in three moves, each judged: place, cause, repair.

import { byId, choice, make, remember, remembered } from "./dom.js";
import { focusOn, redraw } from "./drawing.js";
import {
  address,
  fresh,
  fromAddress,
  isWhole,
  judgeCause,
  judgePlace,
  judgeRepair,
  keyOf,
  known,
  pieces,
  targets,
} from "./exercise.js";
import { written } from "./matrices.js";
import { kept, record } from "./notes.js";
import { forTeachers, onPaper } from "./teachers.js";

/** @typedef {import("./exercise.js").Exercise} Exercise */
/** @typedef {import("./exercise.js").Collection} Collection */
/** @typedef {import("./exercise.js").Judged} Judged */
/** @typedef {{ done: boolean, shown: boolean, tries: number, answer: string, says: Judged | null }} Move */

const LEVELS = /** @type {[string, string][]} */ ([
  ["1", "shapes"],
  ["2", "one step"],
  ["3", "network"],
]);
const LAYOUTS = /** @type {[string, string][]} */ ([
  ["denominator", "denominator"],
  ["numerator", "numerator"],
]);

const view = byId("view");
/** @type {Collection} */
const collection = await load();
const families = Object.keys(collection.families);
/** @type {Exercise} */
let one = given() ?? open(Number(remembered("level", "1")), remembered("layout", "denominator"));
let moves = begin();
let typed = "";
let hidden = isHidden();

/** @returns {Promise<Collection>} */
async function load() {
  try {
    return await (await fetch("exercises.json")).json();
  } catch (error) {
    view.append(
      make(
        "p",
        { class: "wrong" },
        "The exercises could not be read. Open the page from a web address, not from a file.",
      ),
    );
    throw error;
  }
}

function given() {
  return location.hash.length > 1 ? fromAddress(location.hash, families) : null;
}

/** Whether a teacher hid the answers: the address says so, or this browser. */
function isHidden() {
  const said = new URLSearchParams(location.hash.slice(1)).get("answers");
  return (said ?? remembered("answers", "shown")) === "hidden";
}

/** The first of a kind that is not answered. @param {number} level @param {string} layout @returns {Exercise} */
function open(level, layout) {
  const answered = new Set(kept().answered);
  const kind = collection.exercises.filter((each) => each.level === level && each.layout === layout);
  return kind.find((each) => !answered.has(keyOf(each))) ?? kind[0] ?? collection.exercises[0];
}

/** @returns {[Move, Move, Move]} */
function begin() {
  const move = () => ({ done: false, shown: false, tries: 0, answer: "", says: null });
  return [move(), move(), move()];
}

/** @param {Exercise} next */
function turnTo(next) {
  one = next;
  moves = begin();
  typed = "";
  history.replaceState(null, "", addressOf(one));
  draw();
  byId("said").textContent = `A new exercise. ${one.line}`;
}

/** @param {boolean} whether */
function hide(whether) {
  hidden = whether;
  remember("answers", hidden ? "hidden" : "shown");
  history.replaceState(null, "", addressOf(one));
  draw();
}

/** @param {Exercise} each */
const addressOf = (each) => address(each) + (hidden ? "&answers=hidden" : "");

/** @param {0 | 1 | 2} k @param {string} answer @param {Judged} judged */
function judge(k, answer, judged) {
  const move = moves[k];
  if (move.done) return;
  if (!judged.free) move.tries += 1;
  move.answer = answer;
  const over = judged.right || (hidden && !judged.free);
  move.done = over;
  move.says = hidden && !judged.free ? { right: false, free: true, says: "Noted." } : judged;
  settle(k);
}

/** @param {0 | 1 | 2} k */
function show(k) {
  Object.assign(moves[k], { done: true, shown: true, says: null });
  if (k === 2) typed = one.repair;
  settle(k);
}

/** @param {0 | 1 | 2} k */
function settle(k) {
  if (moves[2].done && k === 2) record(keyOf(one), note());
  draw();
  byId("said").textContent = moves[k].says?.says ?? (moves[k].shown ? "Shown." : "");
  if (moves[k].done) focusOn(view, k === 0 ? `cause ${families[0]}` : k === 1 ? "repair" : "next");
}

/** @returns {import("./exercise.js").Note} */
function note() {
  const [place, cause, repair] = moves;
  const said = (/** @type {Move} */ move) => (move.shown ? "(shown)" : move.answer);
  return {
    when: new Date().toISOString(),
    line: one.line,
    cause: one.cause,
    place: said(place),
    placeTries: place.tries,
    chosen: said(cause),
    causeTries: cause.tries,
    repair: said(repair),
    repairTries: repair.tries,
  };
}

function draw() {
  redraw(
    view,
    filters(),
    task(),
    place(),
    moves[0].done && cause(),
    moves[1].done && repair(),
    moves[2].done && after(),
    onPaper(),
    forTeachers({ address: addressOf(one), hidden, hide, changed: draw }),
  );
}

// ---- what is to be done

function filters() {
  const answered = new Set(kept().answered);
  const count = collection.exercises.filter((each) => answered.has(keyOf(each))).length;
  return make(
    "div",
    { class: "row filters" },
    choice(
      "Level",
      LEVELS,
      String(one.level),
      (level) => (remember("level", level), turnTo(open(Number(level), one.layout))),
    ),
    choice("Layout", LAYOUTS, one.layout, (layout) => turnTo(open(one.level, layout))),
    make("span", { class: "soft" }, `${count} of ${collection.exercises.length} answered`),
  );
}

function task() {
  const what = one.forward
    ? [
        make("p", { class: "label" }, "The forward pass"),
        make(
          "p",
          { class: "given code" },
          ...one.forward.split(";").map((each) => make("span", {}, each.trim())),
        ),
      ]
    : [
        make("p", { class: "label" }, `The derivative of this by ${one.wrt}`),
        make("p", { class: "given code" }, make("span", {}, one.of)),
      ];
  const shapes = known(one).map(({ name, shape }) =>
    make("li", {}, make("code", {}, name), " ", make("span", { class: "soft" }, written(shape))),
  );
  const layout =
    one.layout === "numerator"
      ? "In numerator layout: the variable gives the columns, and gradients are rows."
      : "In denominator layout: the variable gives the rows, and gradients are columns.";
  return make(
    "section",
    { class: "exercise" },
    ...what,
    make("ul", { class: "names", "aria-label": "Shapes" }, ...shapes),
    make("p", { class: "soft" }, layout),
  );
}

// ---- first move

function place() {
  const [move] = moves;
  const parts = targets(one.line).map((token, k) => {
    if (!token.tap) return make("span", { class: "between" }, token.text);
    const marked = move.done && !hidden && token.start < one.place[1] && one.place[0] < token.end;
    const chosen = move.answer === `${token.text} at ${token.start + 1}`;
    return make(
      "button",
      {
        type: "button",
        class: marked ? "token marked" : chosen ? "token chosen" : "token",
        "data-key": `token ${k}`,
        "aria-disabled": String(move.done),
        onclick: () => judge(0, `${token.text} at ${token.start + 1}`, judgePlace(one, token)),
      },
      token.text,
    );
  });
  return section(
    0,
    "Somebody wrote this. Where is the mistake?",
    make(
      "div",
      { class: "typed-line code", role: "group", "aria-label": "The line, sign by sign" },
      ...parts,
    ),
    !move.done &&
      make(
        "div",
        { class: "row" },
        button("whole", "it is the line as a whole", () => judge(0, "the whole line", judgePlace(one, null))),
        giveUp(0),
      ),
    move.done && !hidden && isWhole(one) && make("p", { class: "soft" }, "It is the line as a whole."),
  );
}

// ---- second move

function cause() {
  const [, move] = moves;
  const choices = families.map((family) => {
    const [looks] = collection.families[family].looks.split(/(?<=\.) /u);
    return make(
      "button",
      {
        type: "button",
        class: "family",
        "data-key": `cause ${family}`,
        "aria-disabled": String(move.done),
        "aria-pressed": String(move.answer === family),
        onclick: () => judge(1, family, judgeCause(one, family, collection.families)),
      },
      make("strong", {}, family),
      make("span", { class: "soft" }, looks),
    );
  });
  return section(
    1,
    "What is it?",
    move.done && !hidden
      ? move.shown && make("p", {}, make("strong", {}, one.families[0]))
      : make("div", { class: "families", role: "group", "aria-label": "Causes" }, ...choices),
    !move.done && make("div", { class: "row" }, giveUp(1)),
  );
}

// ---- third move

function repair() {
  const [, , move] = moves;
  if (move.done)
    return section(
      2,
      "What would be right?",
      make("p", { class: "code whole" }, hidden ? typed : one.repair),
    );
  const field = make("input", {
    class: "code",
    "data-key": "repair",
    "aria-label": "The line as it should be",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: "400",
    value: typed,
  });
  let caret = typed.length; // kept here: a field that was never touched knows of none
  for (const event of ["input", "keyup", "click", "select"])
    field.addEventListener(event, () => (caret = field.selectionEnd ?? field.value.length));
  field.addEventListener("input", () => (typed = field.value));
  const check = () => judge(2, field.value, judgeRepair(one, field.value));
  const put = (/** @type {string} */ text) => {
    const before = field.value.slice(0, caret);
    const upTo = before + spaced(text, before);
    typed = field.value = upTo + field.value.slice(caret);
    caret = upTo.length;
  };
  const takeBack = () => {
    const before = field.value
      .slice(0, caret)
      .trimEnd()
      .replace(/(?:\w+(?:\.T)?|\*\*|\.T|\S)$/u, "");
    typed = field.value = before + field.value.slice(caret);
    caret = before.length;
  };
  const words = pieces(one).map((twins) =>
    make(
      "span",
      { class: twins.length > 1 ? "twins" : "" },
      ...twins.map((text) => button(`word ${text}`, text, () => put(text), "code")),
    ),
  );
  const form = make(
    "form",
    { class: "row" },
    field,
    make("button", { class: "main", "data-key": "check" }, "check"),
  );
  form.addEventListener("submit", (event) => (event.preventDefault(), check()));
  return section(
    2,
    "What would be right?",
    form,
    make(
      "div",
      { class: "row words", role: "group", "aria-label": "Signs to put in" },
      ...words,
      button("back", "⌫", takeBack, "code", "Take the last sign away"),
    ),
    make("div", { class: "row" }, giveUp(2)),
  );
}

/** A sign with the space that belongs before it. @param {string} text @param {string} before */
function spaced(text, before) {
  const tight =
    before === "" || /[(\s]$/u.test(before) || /^[).]/u.test(text) || /\*\*$/u.test(before) || text === "**";
  const call = text === "(" && /[A-Za-z]$/u.test(before);
  return tight || call ? text : ` ${text}`;
}

// ---- what follows

function after() {
  const next = fresh(one, collection.exercises, new Set(kept().answered));
  const why = hidden
    ? []
    : [
        make("h2", {}, "Why"),
        ...one.why.map((each) => make("p", {}, each)),
        make("p", { class: "soft" }, collection.families[one.families[0]].see),
        ...(one.lesson ? [make("p", { class: "soft" }, `Lesson ${one.lesson} tells of it.`)] : []),
      ];
  return make(
    "section",
    { class: "card" },
    ...why,
    next
      ? make(
          "button",
          {
            type: "button",
            class: "main",
            "data-key": "next",
            onclick: () => (
              turnTo(next),
              view.querySelector(".token")?.scrollIntoView({ block: "center" }),
              focusOn(view, `token ${targets(next.line).findIndex((each) => each.tap)}`)
            ),
          },
          next.cause === one.cause ? "a fresh one of the same cause" : "a fresh one",
        )
      : make("p", {}, "These were all of them."),
  );
}

/** @param {0 | 1 | 2} k @param {string} title @param {...(HTMLElement | false)} children */
function section(k, title, ...children) {
  const { says, shown } = moves[k];
  const said = says
    ? make("p", { class: says.right ? "said right" : says.free ? "said unsure" : "said wrong" }, says.says)
    : shown && make("p", { class: "said soft" }, "Shown.");
  return make(
    "section",
    { class: "move", "data-move": String(k + 1) },
    make("h2", {}, make("span", { class: "soft" }, `${k + 1} `), title),
    said,
    ...children,
  );
}

/** @param {string} key @param {string} text @param {() => void} act @param {string} [kind] @param {string} [label] */
function button(key, text, act, kind = "", label = undefined) {
  return make(
    "button",
    { type: "button", class: kind, "data-key": key, "aria-label": label, onclick: act },
    text,
  );
}

/** @param {0 | 1 | 2} k */
function giveUp(k) {
  return !hidden && button(`show ${k}`, "show me", () => show(k), "plain");
}

addEventListener("hashchange", () => {
  const next = given();
  hidden = isHidden();
  if (next) turnTo(next);
});
if (location.hash.length > 1 && !given()) {
  view.before(
    make(
      "p",
      { class: "unsure", role: "status" },
      "The address holds no exercise that can be answered: here is another.",
    ),
  );
}
draw();
