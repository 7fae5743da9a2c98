/**
 * Four lamps for a product of pieces: it fits, it has the wanted shape, it uses each piece once, it is right.
 *
 * @typedef {import("./matrices.js").Matrix} Matrix
 * @typedef {import("./matrices.js").Shape} Shape
 * @typedef {"·" | "⊙"} Dot
 * @typedef {{ name: string, label: string, says: string, shape: [string, string] }} Piece
 * @typedef {{ piece: number, turned: boolean }} Item
 * @typedef {{ items: Item[], dots: Dot[] }} Line
 * @typedef {{ id: string, title: string, gives: string, wanted: [string, string], sizes: Record<string, number>,
 *   called: Record<string, string>, pieces: Piece[], right: Line, start: Line }} Task
 * @typedef {{ task: Task, line: Line, sizes: Record<string, number>, numerator: boolean }} State
 * @typedef {{ item: number } | { dot: Dot, left: Group, right: Group }} Group
 * @typedef {{ group: Group, shape: Shape, value: Matrix | null }} Way
 * @typedef {{ fits: boolean, wanted: boolean, once: boolean, right: boolean }} Lamps
 */
import { close, entrywise, multiply, sample, transpose } from "./matrices.js";

export const LONGEST = 8; // pieces in a line
export const LARGEST = 6; // of a size
const PRIMES = [2, 3, 5, 7]; // sizes at which nothing fits by chance

/** @param {string} text @returns {Line} `d.W'@r` would be δ · Wᵀ ⊙ r; pieces by number */
const line = (text) => {
  const parts = text.split(/([.*])/u);
  return {
    items: parts
      .filter((_, k) => k % 2 === 0)
      .map((one) => ({ piece: Number.parseInt(one, 10), turned: one.endsWith("t") })),
    dots: parts.filter((_, k) => k % 2 === 1).map((one) => (one === "*" ? "⊙" : "·")),
  };
};

const CALLED = { d: "inputs", h: "hidden units", c: "outputs" };

/** @type {readonly Task[]} */
export const TASKS = [
  {
    id: "dW2",
    title: "∂L/∂W² of a small network",
    gives: "∂L/∂W²",
    wanted: ["h", "d"],
    sizes: { d: 2, h: 3, c: 2 },
    called: CALLED,
    pieces: [
      { name: "d3", label: "δ³", says: "∂L/∂z³, the gradient that comes back", shape: ["c", "1"] },
      { name: "W3", label: "W³", says: "the weights of z³ = W³ a²", shape: ["c", "h"] },
      { name: "r", label: "relu′", says: "the slope of a² = relu(z²)", shape: ["h", "1"] },
      { name: "x", label: "x", says: "the input of z² = W² x", shape: ["d", "1"] },
    ],
    right: line("1t.0*2.3t"),
    start: line("0.1.2.3t"),
  },
  {
    id: "dz1",
    title: "dz¹ from dz²",
    gives: "dz¹",
    wanted: ["h", "1"],
    sizes: { h: 3, c: 2 },
    called: { h: "entries of z¹", c: "entries of z²" },
    pieces: [
      { name: "dz2", label: "dz²", says: "∂L/∂z², the gradient that comes back", shape: ["c", "1"] },
      { name: "W2", label: "W²", says: "the weights of z² = W² a¹", shape: ["c", "h"] },
      { name: "g", label: "g′", says: "the slope of a¹ = g(z¹)", shape: ["h", "1"] },
    ],
    right: line("1t.0*2"),
    start: line("1.0*2"),
  },
  {
    id: "dW3",
    title: "∂L/∂W³: is it correct to transpose a²?",
    gives: "∂L/∂W³",
    wanted: ["c", "h"],
    sizes: { h: 3, c: 2 },
    called: { h: "hidden units", c: "outputs" },
    pieces: [
      { name: "d3", label: "δ³", says: "∂L/∂z³, the gradient that comes back", shape: ["c", "1"] },
      { name: "a2", label: "a²", says: "the input of z³ = W³ a²", shape: ["h", "1"] },
    ],
    right: line("0.1t"),
    start: line("0.1"),
  },
];

/** @param {Task} task @returns {State} */
export function begun(task) {
  return { task, line: task.start, sizes: { ...task.sizes }, numerator: false };
}

/** @param {[string, string]} letters @param {Record<string, number>} sizes @param {boolean} turned @returns {Shape} */
function sized([one, two], sizes, turned) {
  const number = (/** @type {string} */ letter) => (letter === "1" ? 1 : sizes[letter]);
  return turned ? [number(two), number(one)] : [number(one), number(two)];
}

/** The shape of a piece as it stands. @param {State} state @param {Item} item */
export function shapeOfItem(state, item) {
  return sized(state.task.pieces[item.piece].shape, state.sizes, item.turned);
}

/** The wanted shape. @param {State} state */
export function wantedShape(state) {
  return sized(state.task.wanted, state.sizes, state.numerator);
}

/**
 * Every way to set brackets in which a line fits; equal ones once.
 *
 * @param {Line} given
 * @param {(item: Item) => Shape} shape
 * @param {(item: Item) => Matrix} [value]
 * @returns {Way[]}
 */
export function ways({ items, dots }, shape, value) {
  const count = items.length;
  /** @type {Map<string, Way[]>} */
  const found = new Map();
  items.forEach((item, k) => {
    found.set(`${k},${k}`, [{ group: { item: k }, shape: shape(item), value: value ? value(item) : null }]);
  });
  for (let length = 2; length <= count; length += 1) {
    for (let start = 0; start + length <= count; start += 1) {
      const end = start + length - 1;
      /** @type {Map<string, Way>} */
      const here = new Map();
      for (let cut = end - 1; cut >= start; cut -= 1) {
        for (const left of found.get(`${start},${cut}`) ?? []) {
          for (const right of found.get(`${cut + 1},${end}`) ?? []) {
            const way = joined(left, dots[cut], right);
            if (way) here.set(fingerprint(way), way);
          }
        }
      }
      found.set(`${start},${end}`, [...here.values()]);
    }
  }
  return count ? (found.get(`0,${count - 1}`) ?? []) : [];
}

/** @param {Way} left @param {Dot} dot @param {Way} right @returns {Way | null} */
function joined(left, dot, right) {
  const fits = dot === "·" ? left.shape[1] === right.shape[0] : `${left.shape}` === `${right.shape}`;
  if (!fits) return null;
  const group = { dot, left: left.group, right: right.group };
  /** @type {Shape} */
  const shape = dot === "·" ? [left.shape[0], right.shape[1]] : left.shape;
  if (!left.value || !right.value) return { group, shape, value: null };
  const value =
    dot === "·" ? multiply(left.value, right.value) : entrywise(left.value, right.value, (a, b) => a * b);
  return { group, shape, value };
}

/** @param {Way} way */
function fingerprint({ shape, value, group }) {
  return value ? `${shape}:${value.data.map((each) => each.toPrecision(9))}` : `${shape}:${bare(group)}`;
}

/** How a group is bracketed, products alone without brackets. @param {Group} group @returns {string} */
function bare(group) {
  if ("item" in group) return `${group.item}`;
  const part = (/** @type {Group} */ each) =>
    "item" in each || each.dot === group.dot ? bare(each) : `(${bare(each)})`;
  return `${part(group.left)}${group.dot}${part(group.right)}`;
}

/** Sizes that all differ. @param {Task} task @returns {Record<string, number>} */
function apart(task) {
  return Object.fromEntries(Object.keys(task.sizes).map((letter, k) => [letter, PRIMES[k]]));
}

/** The fixed numbers of a piece. @param {Task} task @param {Item} item */
function numbers(task, item) {
  const { name, shape } = task.pieces[item.piece];
  const value = sample(sized(shape, apart(task), false), name);
  return item.turned ? transpose(value) : value;
}

/** A line, computed in every way in which it fits at sizes that all differ. @param {Task} task @param {Line} given */
function computed(task, given) {
  const sizes = apart(task);
  const shape = (/** @type {Item} */ item) => sized(task.pieces[item.piece].shape, sizes, item.turned);
  return ways(given, shape, (item) => numbers(task, item));
}

/** Whether a way gives the true product. @param {State} state @param {Way} way */
function isRight({ task, numerator }, way) {
  const truth = computed(task, task.right)[0].value;
  return truth !== null && way.value !== null && close(way.value, numerator ? transpose(truth) : truth);
}

/** @param {State} state @returns {{ lamps: Lamps, way: Way | null, shape: Shape | null, byChance: boolean }} */
export function judged(state) {
  const { line: given, task } = state;
  const wanted = `${wantedShape(state)}`;
  const here = ways(given, (item) => shapeOfItem(state, item));
  const everywhere = computed(task, given);
  const right = everywhere.find((way) => isRight(state, way));
  const brackets = right && bare(right.group);
  const way =
    here.find((each) => bare(each.group) === brackets) ??
    here.find((each) => `${each.shape}` === wanted) ??
    here[0] ??
    null;
  const used = given.items.map((item) => item.piece).sort();
  const lamps = {
    fits: way !== null,
    wanted: way !== null && `${way.shape}` === wanted,
    once: `${used}` === `${task.pieces.map((_, k) => k)}`,
    right: right !== undefined && way !== null,
  };
  return { lamps, way, shape: way?.shape ?? null, byChance: way !== null && everywhere.length === 0 };
}

/**
 * What meets at each joint, from left to right; `fits` of each, where no way to set brackets fits all.
 *
 * @param {State} state
 * @returns {{ fits: boolean, left: Shape, right: Shape }[]}
 */
export function joints(state) {
  const shapes = state.line.items.map((item) => shapeOfItem(state, item));
  const all = judged(state).lamps.fits;
  let sofar = shapes[0];
  return state.line.dots.map((dot, k) => {
    const left = dot === "·" && !all ? sofar : shapes[k];
    const right = shapes[k + 1];
    const way = joined({ group: { item: k }, shape: sofar, value: null }, dot, {
      group: { item: k + 1 },
      shape: right,
      value: null,
    });
    sofar = way ? way.shape : right;
    return { fits: all || way !== null, left, right };
  });
}

// ---- what one does with a line

/** @param {State} state @param {Line} changed @returns {State} */
const withLine = (state, changed) => ({ ...state, line: changed });

/** @param {State} state @param {number} k @returns {State} */
export function turn(state, k) {
  const items = state.line.items.map((item, at) => (at === k ? { ...item, turned: !item.turned } : item));
  return withLine(state, { ...state.line, items });
}

/** A piece goes to another place; the dots stay where they are. @param {State} state @param {number} from @param {number} to @returns {State} */
export function move(state, from, to) {
  const items = [...state.line.items];
  if (to < 0 || to >= items.length || !items[from]) return state;
  items.splice(to, 0, ...items.splice(from, 1));
  return withLine(state, { ...state.line, items });
}

/** @param {State} state @param {number} k @returns {State} */
export function switchDot(state, k) {
  /** @type {Dot[]} */
  const dots = state.line.dots.map((dot, at) => (at !== k ? dot : dot === "·" ? "⊙" : "·"));
  return withLine(state, { ...state.line, dots });
}

/** @param {State} state @param {number} k @returns {State} */
export function putAside(state, k) {
  if (state.line.items.length < 2) return state;
  const dots = state.line.dots.filter((_, at) => at !== Math.max(0, k - 1));
  return withLine(state, { items: state.line.items.filter((_, at) => at !== k), dots });
}

/** @param {State} state @param {number} piece @returns {State} */
export function take(state, piece) {
  if (state.line.items.length >= LONGEST) return state;
  const items = [...state.line.items, { piece, turned: false }];
  return withLine(state, { items, dots: [...state.line.dots, "·"] });
}

/** The other layout: everything the other way round, each piece transposed. @param {State} state @returns {State} */
export function turnOver(state) {
  const items = state.line.items.map((item) => ({ ...item, turned: !item.turned })).reverse();
  return { ...state, line: { items, dots: [...state.line.dots].reverse() }, numerator: !state.numerator };
}

// ---- the address

/** @param {State} state */
export function address(state) {
  const { task, line: given, sizes, numerator } = state;
  const pieces = given.items.map(
    (item, k) =>
      `${task.pieces[item.piece].name}${item.turned ? "t" : ""}${k < given.dots.length ? (given.dots[k] === "⊙" ? "*" : ".") : ""}`,
  );
  const query = new URLSearchParams({ task: task.id, line: pieces.join(""), ...sizes });
  if (numerator) query.set("layout", "numerator");
  return `#${query}`;
}

/** What an address says; the first task where it says nothing that holds. @param {string} hash @returns {State} */
export function fromAddress(hash) {
  const query = new URLSearchParams(hash.slice(1, 400));
  const task = TASKS.find((one) => one.id === query.get("task")) ?? TASKS[0];
  const state = begun(task);
  for (const letter of Object.keys(task.sizes)) {
    const size = Number(query.get(letter));
    if (Number.isInteger(size) && size >= 1 && size <= LARGEST) state.sizes[letter] = size;
  }
  const read = readLine(task, query.get("line") ?? "");
  const numerator = query.get("layout") === "numerator";
  if (read) return { ...state, line: read, numerator };
  return numerator ? turnOver(state) : state;
}

/** @param {Task} task @param {string} text @returns {Line | null} */
function readLine(task, text) {
  const parts = text.split(/([.*])/u);
  const items = parts
    .filter((_, k) => k % 2 === 0)
    .map((one) => {
      const turned = one.endsWith("t");
      return {
        piece: task.pieces.findIndex((each) => each.name === (turned ? one.slice(0, -1) : one)),
        turned,
      };
    });
  if (items.length > LONGEST || items.some((item) => item.piece < 0)) return null;
  return { items, dots: parts.filter((_, k) => k % 2 === 1).map((one) => (one === "*" ? "⊙" : "·")) };
}

/**
 * A line as text, with the brackets in which it fits.
 *
 * @param {State} state
 * @param {Group | null} group nothing where no brackets fit
 */
export function spelled(state, group) {
  const label = (/** @type {number} */ k) => {
    const { piece, turned } = state.line.items[k];
    return state.task.pieces[piece].label + (turned ? "ᵀ" : "");
  };
  const { items, dots } = state.line;
  if (!group) return items.map((_, k) => (k ? `${dots[k - 1]} ${label(k)}` : label(k))).join(" ");
  /** @type {(one: Group) => string} */
  const text = (one) => {
    if ("item" in one) return label(one.item);
    const part = (/** @type {Group} */ each, /** @type {boolean} */ same) =>
      "item" in each || (each.dot === one.dot && same) ? text(each) : `(${text(each)})`;
    return `${part(one.left, true)} ${one.dot} ${part(one.right, true)}`;
  };
  return text(group);
}
