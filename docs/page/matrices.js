/**
 * Small matrices, for what the page computes itself. A number is 1×1.
 *
 * @typedef {{ readonly rows: number, readonly cols: number, readonly data: readonly number[] }} Matrix
 * @typedef {readonly [number, number]} Shape
 */

/**
 * @param {number} rows
 * @param {number} cols
 * @param {(i: number, j: number) => number} entry
 * @returns {Matrix}
 */
export function matrix(rows, cols, entry) {
  const data = Array.from({ length: rows * cols }, (_, k) => entry(Math.floor(k / cols), k % cols));
  return { rows, cols, data };
}

/** @param {Matrix} a @param {number} i @param {number} j */
export function at(a, i, j) {
  return a.data[i * a.cols + j];
}

/** @param {Matrix} a @returns {Shape} */
export function shapeOf(a) {
  return [a.rows, a.cols];
}

/** @param {Shape} shape */
export function written([rows, cols]) {
  return `${rows}×${cols}`;
}

/** @param {Matrix} a */
export function transpose(a) {
  return matrix(a.cols, a.rows, (i, j) => at(a, j, i));
}

/** The matrix product; nothing where the sizes do not meet. @param {Matrix} a @param {Matrix} b */
export function multiply(a, b) {
  if (a.cols !== b.rows) return null;
  return matrix(a.rows, b.cols, (i, j) => {
    let sum = 0;
    for (let k = 0; k < a.cols; k += 1) sum += at(a, i, k) * at(b, k, j);
    return sum;
  });
}

/**
 * Entry by entry; nothing where the shapes differ.
 *
 * @param {Matrix} a
 * @param {Matrix} b
 * @param {(one: number, two: number) => number} combine
 */
export function entrywise(a, b, combine) {
  if (a.rows !== b.rows || a.cols !== b.cols) return null;
  return matrix(a.rows, a.cols, (i, j) => combine(at(a, i, j), at(b, i, j)));
}

/** @param {Matrix} a @param {(entry: number) => number} f */
export function mapped(a, f) {
  return { ...a, data: a.data.map(f) };
}

/** The inverse, by Gauss and Jordan; nothing where there is none. @param {Matrix} a */
export function inverse(a) {
  const n = a.rows;
  if (n !== a.cols) return null;
  const rows = Array.from({ length: n }, (_, i) => [
    ...a.data.slice(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (_, j) => Number(i === j)),
  ]);
  for (let k = 0; k < n; k += 1) {
    const pivot = rows.slice(k).reduce((best, row) => (Math.abs(row[k]) > Math.abs(best[k]) ? row : best));
    if (Math.abs(pivot[k]) < 1e-9) return null;
    rows.splice(rows.indexOf(pivot), 1);
    const unit = pivot.map((entry) => entry / pivot[k]);
    rows.splice(k, 0, unit);
    rows.forEach((row, i) => {
      if (i !== k) rows[i] = row.map((entry, j) => entry - row[k] * unit[j]);
    });
  }
  return matrix(n, n, (i, j) => rows[i][n + j]);
}

/** Whether all entries agree, up to rounding; what is no number agrees with nothing. @param {Matrix} a @param {Matrix} b */
export function close(a, b) {
  const same = entrywise(a, b, (one, two) => Math.abs(one - two) / (1e-9 + Math.abs(one) + Math.abs(two)));
  return same !== null && same.data.every((apart) => apart < 1e-7);
}

/**
 * Fixed numbers between ½ and 2 with both signs, without pattern.
 *
 * @param {Shape} shape
 * @param {string} name whose numbers they are
 * @param {number} [draw] which ones
 */
export function sample([rows, cols], name, draw = 0) {
  let state = 2166136261 + draw * 7919;
  for (const sign of name) state = Math.imul(state ^ (sign.codePointAt(0) ?? 0), 16777619);
  const next = () => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 374761393;
    return ((state >>> 8) % 100003) / 100003;
  };
  return matrix(rows, cols, () => (0.5 + 1.5 * next()) * (next() < 0.5 ? -1 : 1));
}
