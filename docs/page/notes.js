// What was answered, kept in this browser alone.

/** @typedef {import("./exercise.js").Note} Note */
/** @typedef {{ answered: string[], notes: Note[] }} Kept */

const KEY = "matcalc.exercises";
const MOST = 500;

/** @returns {Kept} */
export function kept() {
  try {
    const { answered, notes } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return {
      answered: listed(answered).filter((each) => typeof each === "string"),
      notes: listed(notes).filter(isNote),
    };
  } catch {
    return { answered: [], notes: [] };
  }
}

/** @param {unknown} value @returns {any[]} */
const listed = (value) => (Array.isArray(value) ? value.slice(-MOST) : []);

/** @param {unknown} value @returns {value is Note} */
function isNote(value) {
  return typeof value === "object" && value !== null && "line" in value && typeof value.line === "string";
}

/** @param {Kept} all */
function keep(all) {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // the browser keeps nothing: the page works without
  }
}

/** @param {string} key @param {Note} note */
export function record(key, note) {
  const { answered, notes } = kept();
  keep({ answered: [...new Set([...answered, key])].slice(-MOST), notes: [...notes, note].slice(-MOST) });
}

export function forget() {
  keep({ answered: [], notes: [] });
}
