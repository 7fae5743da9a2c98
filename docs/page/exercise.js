/**
 * Find the mistake: an exercise, what is judged in it, and how an address holds it.
 *
 * @typedef {import("./matrices.js").Matrix} Matrix
 * @typedef {import("./formula.js").Token} Token
 * @typedef {{ level: 1 | 2 | 3, layout: "numerator" | "denominator", forward: string, of: string, wrt: string,
 *   variables: string, line: string, place: [number, number], cause: string, families: string[], repair: string,
 *   why: string[], lesson?: number }} Exercise
 * @typedef {{ looks: string, why: string, see: string, mend: string }} Family
 * @typedef {{ families: Record<string, Family>, exercises: Exercise[] }} Collection
 * @typedef {{ right: boolean, free: boolean, says: string }} Judged
 * @typedef {{ when: string, line: string, cause: string, place: string, placeTries: number, causeTries: number,
 *   repair: string, repairTries: number, chosen: string }} Note
 */
import { FormulaError, evaluate, kindOf, parse, shapes, tokens } from "./formula.js";
import { close, sample, shapeOf, transpose } from "./matrices.js";

const DRAWS = 3; // points at which two lines are compared
const LONGEST = 600; // of a text in the address
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u;

/** A line as one taps it: names with their transposes, signs; what is between them is only shown. @param {string} line */
export function targets(line) {
  const found = tokens(line);
  /** @type {(Token & { tap: boolean })[]} */
  const joined = [];
  for (const token of found) {
    const last = joined.at(-1);
    if (token.text === ".T" && last?.kind === "name") {
      joined[joined.length - 1] = { ...last, text: last.text + token.text, end: token.end };
    } else {
      joined.push({ ...token, tap: token.kind !== "space" && !"(),".includes(token.text) });
    }
  }
  const equals = joined.findIndex((each) => each.text === "=");
  const left = joined[equals + 1] && equals > 0 && joined[0].kind === "name" ? equals : -1;
  return joined.map((each, k) => (k <= left ? { ...each, tap: false } : each));
}

/** Whether the mistake is nowhere else than in the whole line. @param {Exercise} one */
export function isWhole(one) {
  return targets(one.line).every((token) => !token.tap || touches(token, one.place));
}

/** @param {Token} token @param {readonly [number, number]} place */
const touches = (token, [start, end]) => token.start < end && start < token.end;

/** The first move: the place; a token, or nothing for the whole line. @param {Exercise} one @param {Token | null} token @returns {Judged} */
export function judgePlace(one, token) {
  const whole = isWhole(one);
  if (token === null) {
    return whole ? yes("Yes: it is the line as a whole.") : no("Most of this line is right. Look closer.");
  }
  if (touches(token, one.place)) {
    return whole ? no("Not this sign alone.") : yes("Yes, here.");
  }
  return no(whole ? "Not this sign." : "This is as it should be.");
}

/** The second move: the cause. @param {Exercise} one @param {string} family @param {Record<string, Family>} families @returns {Judged} */
export function judgeCause(one, family, families) {
  const k = one.families.indexOf(family);
  if (k === 0) return yes(`Yes: ${family}.`);
  if (k > 0) return yes(`It may be read so. Likelier: ${one.families[0]}.`);
  return no(`${upper(family)} would look otherwise. ${families[family].looks}`);
}

/** The third move: the repair, by numbers. @param {Exercise} one @param {string} text @returns {Judged} */
export function judgeRepair(one, text) {
  try {
    const { name, tree } = parse(text);
    const right = parse(one.repair);
    if (name && name !== right.name)
      return free(right.name ? `The left side is ${right.name}.` : "No left side here: the formula alone.");
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const values = worth(one, draw);
      const due = evaluate(right.tree, values);
      const given = evaluate(tree, values);
      if (`${shapeOf(due)}` !== `${shapeOf(given)}`) return free(misshapen(due, given));
      if (!close(due, given)) return no("It fits, and its numbers are not those of the derivative.");
    }
    return yes("Yes: its numbers are those of the derivative.");
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return free(
      error.kind === "fit"
        ? `${error.message}. What comes out should be ${expected(one)}.`
        : `${error.message}.`,
    );
  }
}

/** @param {Matrix} due @param {Matrix} given */
function misshapen(due, given) {
  const [one, two] = [kindOf(shapeOf(due)), kindOf(shapeOf(given))];
  return one === two
    ? `It comes out as ${two}, but of another shape.`
    : `It comes out as ${two}; ${one} is expected.`;
}

/** @param {Exercise} one */
const expected = (one) => kindOf(shapeOf(evaluate(parse(one.repair).tree, worth(one, 0))));

/** Numbers for every name: those of the forward pass follow from it. @param {Exercise} one @param {number} draw */
export function worth(one, draw) {
  /** @type {Map<string, Matrix>} */
  const values = new Map();
  for (const [name, shape] of shapes(one.variables)) values.set(name, sample(shape, name, draw));
  for (const each of one.forward.split(";").filter((part) => part.trim())) {
    const { name, tree } = parse(each);
    if (name) values.set(name, evaluate(tree, values));
  }
  for (const token of tokens(one.repair)) {
    const of = values.get(token.text.slice(1));
    if (token.kind === "name" && token.text.startsWith("d") && of) {
      const laid = one.layout === "numerator" ? transpose(of) : of;
      values.set(token.text, sample(shapeOf(laid), token.text, draw));
    }
  }
  return values;
}

/** The names that a repair may use. @param {Exercise} one */
export function known(one) {
  const left = parse(one.repair).name;
  return [...worth(one, 0)]
    .filter(([name]) => name !== left)
    .map(([name, value]) => ({ name, shape: shapeOf(value) }));
}

/**
 * What a repair is put together of: the signs of the right line; at level 3 beside their twins of the wrong one.
 *
 * @param {Exercise} one
 * @returns {string[][]}
 */
export function pieces(one) {
  const words = (/** @type {string} */ line) => {
    const equals = parse(line).name ? line.indexOf("=") + 1 : 0;
    return [
      ...new Set(
        targets(line.slice(equals))
          .filter((each) => each.kind !== "space")
          .map((each) => each.text),
      ),
    ];
  };
  const right = words(one.repair);
  const strange =
    one.level === 3
      ? [...new Set([...words(one.line), ...twins(one)])].filter((each) => !right.includes(each))
      : [];
  const stem = (/** @type {string} */ word) => word.replace(".T", "");
  const found = right.map((word) => [word, ...strange.filter((each) => stem(each) === stem(word))]);
  const placed = found.flat();
  return [...found, ...strange.filter((each) => !placed.includes(each)).map((each) => [each])].sort(byKind);
}

/** The names at the place, transposed. @param {Exercise} one */
function twins(one) {
  const names = targets(one.line).filter(
    (token) => token.kind === "name" && token.tap && touches(token, one.place),
  );
  const values = worth(one, 0);
  return names.flatMap(({ text }) =>
    text.endsWith(".T") ? [text.slice(0, -2)] : values.has(text) ? [`${text}.T`] : [],
  );
}

/** Names first, then signs, each by the alphabet: the order tells nothing. @param {string[]} a @param {string[]} b */
function byKind([a], [b]) {
  const rank = (/** @type {string} */ word) => Number(!/^[A-Za-z]/u.test(word));
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** @param {string} says @returns {Judged} */
const yes = (says) => ({ right: true, free: false, says });
/** @param {string} says @returns {Judged} */
const no = (says) => ({ right: false, free: false, says });
/** @param {string} says @returns {Judged} */
const free = (says) => ({ right: false, free: true, says });
/** @param {string} text */
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Another one of the same cause that was not answered, else of the same family, else any. @param {Exercise} last @param {Exercise[]} all @param {ReadonlySet<string>} answered */
export function fresh(last, all, answered) {
  const open = all.filter((each) => each.line !== last.line && !answered.has(keyOf(each)));
  return (
    open.find((each) => each.cause === last.cause && each.level === last.level) ??
    open.find((each) => each.cause === last.cause) ??
    open.find((each) => each.families[0] === last.families[0]) ??
    open.find((each) => each.level >= last.level) ??
    open[0] ??
    null
  );
}

/** What tells an exercise from others. @param {Exercise} one */
export function keyOf(one) {
  return [one.layout, one.forward || `${one.of} by ${one.wrt}`, one.line].join(" | ");
}

// ---- the address

/** @param {Exercise} one */
export function address(one) {
  const query = new URLSearchParams({ level: String(one.level), layout: one.layout });
  if (one.forward) query.set("forward", one.forward);
  else (query.set("of", one.of), query.set("wrt", one.wrt));
  query.set("variables", one.variables);
  query.set("line", one.line);
  query.set("place", one.place.join("-"));
  query.set("cause", one.cause);
  query.set("families", one.families.join(","));
  query.set("repair", one.repair);
  for (const each of one.why) query.append("why", each);
  if (one.lesson) query.set("lesson", String(one.lesson));
  return `#${query}`;
}

/**
 * The exercise that an address holds; nothing where it holds none that could be answered.
 *
 * @param {string} hash
 * @param {readonly string[]} families those that there are
 * @returns {Exercise | null}
 */
export function fromAddress(hash, families) {
  if (hash.length > 8000) return null;
  const query = new URLSearchParams(hash.slice(1));
  const text = (/** @type {string} */ key) => query.get(key) ?? "";
  const level = Number(text("level"));
  const layout = text("layout") || "denominator";
  const place = /^(\d{1,3})-(\d{1,3})$/u.exec(text("place"));
  const why = query.getAll("why");
  const named = text("families").split(",");
  const texts = ["forward", "of", "wrt", "variables", "line", "repair"].map(text);
  if ([...texts, ...why].some((each) => each.length > LONGEST || UNSEEN.test(each)) || why.length > 8)
    return null;
  if (
    (level !== 1 && level !== 2 && level !== 3) ||
    (layout !== "numerator" && layout !== "denominator") ||
    !place
  )
    return null;
  if (
    !/^[a-z-]{1,30}$/u.test(text("cause")) ||
    named.length > 2 ||
    !named.every((each) => families.includes(each))
  )
    return null;
  const lesson = text("lesson");
  if (lesson && !/^[1-9]\d?$/u.test(lesson)) return null;
  const [forward, of, wrt, variables, line, repair] = texts;
  /** @type {Exercise} */
  const one = {
    level,
    layout,
    forward,
    of,
    wrt,
    variables,
    line,
    place: [Number(place[1]), Number(place[2])],
    cause: text("cause"),
    families: named,
    repair,
    why,
    ...(lesson && { lesson: Number(lesson) }),
  };
  return isSound(one) ? one : null;
}

/** Whether an exercise can be answered: it reads, its repair has numbers, and its place can be tapped. @param {Exercise} one */
export function isSound(one) {
  try {
    const [start, end] = one.place;
    if (!one.line || start >= end || end > one.line.length || !(one.forward || (one.of && one.wrt)))
      return false;
    parse(one.line);
    const answers = [null, ...targets(one.line).filter((each) => each.tap)];
    if (!answers.some((each) => judgePlace(one, each).right)) return false;
    return judgeRepair(one, one.repair).right && !judgeRepair(one, one.line).right;
  } catch (error) {
    if (error instanceof FormulaError) return false;
    throw error;
  }
}

// ---- what a teacher takes home

const COLUMNS = /** @type {const} */ ([
  "when",
  "line",
  "cause",
  "place",
  "placeTries",
  "chosen",
  "causeTries",
  "repair",
  "repairTries",
]);

/** Notes as a table for a spreadsheet; nothing in it is a formula there. @param {readonly Note[]} notes */
export function csv(notes) {
  const cell = (/** @type {string | number} */ value) => {
    const text = String(value).replace(/^(?=[=+\-@\t\r])/u, "'");
    return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return (
    [COLUMNS.join(","), ...notes.map((one) => COLUMNS.map((key) => cell(one[key])).join(","))].join("\r\n") +
    "\r\n"
  );
}
