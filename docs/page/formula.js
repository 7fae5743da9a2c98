/**
 * The lines of exercises: read, given shapes, computed. A small part of matcalc's language: names, numbers,
 * `@ * / + - **`, `.T`, functions. Vectors are columns, and nothing is stretched but a number.
 *
 * @typedef {import("./matrices.js").Matrix} Matrix
 * @typedef {import("./matrices.js").Shape} Shape
 * @typedef {{ text: string, start: number, end: number, kind: "name" | "number" | "sign" | "space" }} Token
 * @typedef {{ kind: string, value: string, args: Tree[], axis?: number, start: number, end: number }} Tree
 * @typedef {Matrix & { literal?: boolean }} Value
 */
import { at, entrywise, inverse, mapped, matrix, multiply, shapeOf, transpose } from "./matrices.js";

const LONGEST = 400;
const DEEPEST = 40;
const TOKEN = /\s+|[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?|\*\*|\.T(?![A-Za-z0-9_])|[-+*/@()=,]/uy;

/** What cannot be read, or does not fit; `fits` tells the two apart. */
export class FormulaError extends Error {
  /** @param {string} message @param {number} start @param {number} end @param {"read" | "name" | "fit"} kind */
  constructor(message, start, end, kind = "read") {
    super(message);
    this.start = start;
    this.end = end;
    this.kind = kind;
  }
}

/** @type {Record<string, (x: number) => number>} */
const ENTRYWISE = {
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0),
  step: (x) => Number(x > 0),
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sin: Math.sin,
  cos: Math.cos,
};
const WHOLE = ["sum", "mean", "diag", "tr", "inv", "norm", "eye", "ones"];

/** @param {string} text @returns {Token[]} */
export function tokens(text) {
  if (text.length > LONGEST) throw new FormulaError("This line is too long", 0, text.length);
  /** @type {Token[]} */
  const found = [];
  for (let start = 0; start < text.length;) {
    TOKEN.lastIndex = start;
    const [one] = TOKEN.exec(text) ?? [];
    if (!one) throw new FormulaError("This sign is not known here", start, start + 1);
    const kind = /^\s/u.test(one)
      ? "space"
      : /^[A-Za-z_]/u.test(one)
        ? "name"
        : /^\d/u.test(one)
          ? "number"
          : "sign";
    found.push({ text: one, start, end: start + one.length, kind });
    start += one.length;
  }
  return found;
}

/** The name on the left and the formula on the right, as a tree. @param {string} text */
export function parse(text) {
  const line = tokens(text).filter((each) => each.kind !== "space");
  const [first, second] = line;
  const named = first?.kind === "name" && second?.text === "=";
  const reader = new Reader(named ? line.slice(2) : line, text);
  return { name: named ? first.text : "", tree: reader.whole() };
}

class Reader {
  /** @param {Token[]} line @param {string} text */
  constructor(line, text) {
    this.line = line;
    this.text = text;
    this.next = 0;
    this.depth = 0;
  }

  /** @returns {Tree} */
  whole() {
    const tree = this.sum();
    if (this.next < this.line.length) throw this.wrong(`${this.line[this.next].text} is not expected here`);
    return tree;
  }

  /** @param {string} message */
  wrong(message) {
    const token = this.line[this.next];
    return new FormulaError(message, token?.start ?? this.text.length, token?.end ?? this.text.length);
  }

  /** @param {string[]} signs */
  sees(...signs) {
    const token = this.line[this.next];
    return token?.kind === "sign" && signs.includes(token.text);
  }

  /** @param {string} sign */
  take(sign) {
    if (!this.sees(sign)) throw this.wrong(`${sign} is missing here`);
    this.next += 1;
    return this.line[this.next - 1];
  }

  /** @returns {Tree} */
  sum() {
    this.depth += 1;
    if (this.depth > DEEPEST) throw this.wrong("Too many parentheses");
    let tree = this.product();
    while (this.sees("+", "-")) tree = this.two(tree, () => this.product());
    this.depth -= 1;
    return tree;
  }

  /** @returns {Tree} */
  product() {
    let tree = this.signed();
    while (this.sees("@", "*", "/")) tree = this.two(tree, () => this.signed());
    return tree;
  }

  /** @param {Tree} left @param {() => Tree} read @returns {Tree} */
  two(left, read) {
    const { text } = this.line[this.next];
    this.next += 1;
    const right = read();
    return { kind: "operator", value: text, args: [left, right], start: left.start, end: right.end };
  }

  /** @returns {Tree} */
  signed() {
    if (!this.sees("-")) return this.power();
    this.depth += 1;
    if (this.depth > DEEPEST) throw this.wrong("Too many signs");
    const { start } = this.take("-");
    const inside = this.signed();
    this.depth -= 1;
    return { kind: "negative", value: "-", args: [inside], start, end: inside.end };
  }

  /** @returns {Tree} */
  power() {
    const base = this.turned();
    return this.sees("**") ? this.two(base, () => this.signed()) : base;
  }

  /** @returns {Tree} */
  turned() {
    let tree = this.atom();
    while (this.sees(".T")) {
      const { end } = this.take(".T");
      tree = { kind: "transpose", value: ".T", args: [tree], start: tree.start, end };
    }
    return tree;
  }

  /** @returns {Tree} */
  atom() {
    const token = this.line[this.next];
    if (this.sees("(")) {
      const { start } = this.take("(");
      const inside = this.sum();
      return { ...inside, start, end: this.take(")").end };
    }
    if (!token || token.kind === "sign")
      throw this.wrong(token ? `${token.text} is not expected here` : "Something is missing at the end");
    this.next += 1;
    if (token.kind === "name" && this.sees("(")) return this.call(token);
    return { kind: token.kind, value: token.text, args: [], start: token.start, end: token.end };
  }

  /** @param {Token} name @returns {Tree} */
  call(name) {
    this.take("(");
    const inside = this.sum();
    let axis;
    if (this.sees(",")) {
      this.take(",");
      if (this.line[this.next]?.text !== "axis") throw this.wrong("axis= is expected here");
      this.next += 1;
      this.take("=");
      axis = Number(this.line[this.next]?.text);
      if (axis !== 0 && axis !== 1) throw this.wrong("An axis is 0 or 1");
      this.next += 1;
    }
    return {
      kind: "call",
      value: name.text,
      args: [inside],
      axis,
      start: name.start,
      end: this.take(")").end,
    };
  }
}

/** @param {Value} a */
const isNumber = (a) => a.rows === 1 && a.cols === 1;

/** What a matrix is, without its sizes. @param {Shape} shape */
export function kindOf([rows, cols]) {
  if (rows === 1 && cols === 1) return "a number";
  return rows === 1 ? "a row" : cols === 1 ? "a column" : "a matrix";
}

/**
 * What a tree is worth.
 *
 * @param {Tree} tree
 * @param {ReadonlyMap<string, Value>} values of the names
 * @returns {Value}
 */
export function evaluate(tree, values) {
  if (tree.kind === "number") return { ...matrix(1, 1, () => Number(tree.value)), literal: true };
  if (tree.kind === "name") {
    const value = values.get(tree.value);
    if (!value)
      throw new FormulaError(`${tree.value} is not among the names here`, tree.start, tree.end, "name");
    return value;
  }
  const args = tree.args.map((each) => evaluate(each, values));
  if (tree.kind === "transpose") return transpose(args[0]);
  if (tree.kind === "negative") return mapped(args[0], (x) => -x);
  const found = tree.kind === "call" ? called(tree, args[0]) : operated(tree, args[0], args[1]);
  if (!found) throw misfit(tree, args);
  return found;
}

/** @param {Tree} tree @param {Value[]} args */
function misfit(tree, args) {
  const kinds = args.map((each) => kindOf(shapeOf(each))).join(" and ");
  return new FormulaError(`${tree.value} does not fit here: ${kinds}`, tree.start, tree.end, "fit");
}

/** @type {Record<string, (a: number, b: number) => number>} */
const COMBINE = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
};

/** @param {Tree} tree @param {Value} a @param {Value} b @returns {Value | null} */
function operated(tree, a, b) {
  if (tree.value === "@") return a.literal || b.literal ? null : multiply(a, b);
  const combine = COMBINE[tree.value];
  const sums = tree.value === "+" || tree.value === "-"; // a number beside a vector: only one that is written out
  if (isNumber(a) && !isNumber(b) && (!sums || a.literal)) return mapped(b, (x) => combine(a.data[0], x));
  if (isNumber(b) && !isNumber(a) && (!sums || b.literal)) return mapped(a, (x) => combine(x, b.data[0]));
  return entrywise(a, b, combine);
}

/** @param {Tree} tree @param {Value} a @returns {Value | null} */
function called(tree, a) {
  const f = Object.hasOwn(ENTRYWISE, tree.value) ? ENTRYWISE[tree.value] : null;
  if (f) return mapped(a, f);
  if (!WHOLE.includes(tree.value))
    throw new FormulaError(`${tree.value}( ) is not known here`, tree.start, tree.end, "name");
  const total = a.data.reduce((sum, x) => sum + x, 0);
  const square = a.rows === a.cols;
  if (tree.value === "sum" || tree.value === "mean") return summed(tree, a, total);
  if (tree.value === "norm") return matrix(1, 1, () => Math.hypot(...a.data));
  if (tree.value === "inv") return inverse(a);
  if (tree.value === "tr")
    return square ? matrix(1, 1, () => diagonal(a).reduce((sum, x) => sum + x, 0)) : null;
  if (tree.value === "diag") {
    if (a.cols === 1) return matrix(a.rows, a.rows, (i, j) => (i === j ? at(a, i, 0) : 0));
    return square ? matrix(a.rows, 1, (i) => at(a, i, i)) : null;
  }
  const n = a.data[0]; // eye(3), ones(3)
  if (!a.literal || !Number.isInteger(n) || n < 1 || n > 20) return null;
  return tree.value === "eye" ? matrix(n, n, (i, j) => Number(i === j)) : matrix(n, 1, () => 1);
}

/** @param {Matrix} a */
const diagonal = (a) => Array.from({ length: a.rows }, (_, i) => at(a, i, i));

/** @param {Tree} tree @param {Matrix} a @param {number} total @returns {Matrix} */
function summed(tree, a, total) {
  const mean = tree.value === "mean";
  if (tree.axis === undefined) return matrix(1, 1, () => (mean ? total / a.data.length : total));
  const laid = tree.axis === 1 ? a : transpose(a); // along rows
  return matrix(laid.rows, 1, (i) => {
    const sum = laid.data.slice(i * laid.cols, (i + 1) * laid.cols).reduce((one, two) => one + two, 0);
    return mean ? sum / laid.cols : sum;
  });
}

/** `W2[3,2] z1[2]`: the shape of each name; a vector is a column. @param {string} text */
export function shapes(text) {
  /** @type {Map<string, Shape>} */
  const found = new Map();
  for (const one of text.trim().split(/\s+/u)) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)\[([1-9]\d?)?(?:,([1-9]\d?))?\]$/u.exec(one);
    if (!match || Number(match[2] ?? 1) > 20 || Number(match[3] ?? 1) > 20) {
      throw new FormulaError(`A shape is written W[3,2] or x[2]`, 0, text.length);
    }
    found.set(match[1], [Number(match[2] ?? 1), Number(match[3] ?? 1)]);
  }
  return found;
}
