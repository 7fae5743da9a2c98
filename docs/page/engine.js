// Asking the engine: one question at a time, prepared answers first, old questions dropped.

/**
 * @typedef {{ask?: string, text: string, because?: string, by?: string, order?: number,
 *   layout?: string, declared?: string[], taken?: string[], notation?: string}} Question
 * @typedef {Record<string, any>} Answer
 * @typedef {{question: Question, resolve: (answer: Answer | null) => void}} Waiting
 */

const PATIENCE = 4000; // ms that an old question may go on while a new one waits

export class Engine {
  /** @param {(state: "starting" | "ready" | "failed", message?: string) => void} tell */
  constructor(tell) {
    this.tell = tell;
    /** @type {Map<string, Answer>} */
    this.prepared = new Map();
    /** @type {Map<string, Waiting>} the last question of each kind that was not sent yet */
    this.waiting = new Map();
    /** @type {Waiting | null} */
    this.running = null;
    this.number = 0;
    /** @type {Worker | null} */
    this.worker = null;
  }

  /** Read the answers that were prepared when the page was built. */
  async prepare() {
    const response = await fetch("built/answers.json");
    if (!response.ok) throw new Error("the page is not built: python docs/page/build.py");
    /** @type {[Question, Answer][]} */
    const answers = await response.json();
    for (const [question, answer] of answers) this.prepared.set(key(question), answer);
  }

  start() {
    this.tell("starting");
    this.worker = new Worker("worker.js", { type: "module" });
    this.worker.addEventListener("message", (event) => this.#heard(event.data));
    this.worker.addEventListener("error", () => this.tell("failed", "the engine did not start"));
    this.#next();
  }

  /**
   * The answer to a question; null where a newer question of its kind came first.
   * @param {Question} question
   * @returns {Promise<Answer | null>}
   */
  ask(question) {
    const kind = question.ask ?? "answer";
    this.waiting.get(kind)?.resolve(null);
    this.waiting.delete(kind);
    const prepared = this.prepared.get(key(question));
    if (prepared) return Promise.resolve(prepared);
    return new Promise((resolve) => {
      this.waiting.set(kind, { question, resolve });
      this.#next();
      if (this.running) this.#loseNoTime(this.running);
    });
  }

  #next() {
    const [next] = this.waiting;
    if (this.running || !next || !this.worker) return;
    this.waiting.delete(next[0]);
    this.running = next[1];
    this.number += 1;
    this.worker.postMessage({ number: this.number, question: JSON.stringify(next[1].question) });
  }

  /**
   * A question that nobody waits for any more, and that takes long, is given up.
   * @param {Waiting} old
   */
  #loseNoTime(old) {
    setTimeout(() => {
      if (this.running !== old || !this.waiting.size || !this.answered) return;
      this.worker?.terminate();
      this.running.resolve(null);
      this.running = null;
      this.start();
    }, PATIENCE);
  }

  /** @param {Record<string, any>} message */
  #heard(message) {
    if (message.kind === "ready") {
      this.answered = true;
      this.tell("ready");
    } else if (message.kind === "failed") {
      this.tell("failed", message.message);
    } else if (message.number === this.number && this.running) {
      const { resolve } = this.running;
      this.running = null;
      resolve(message.kind === "answer" ? JSON.parse(message.answer) : broken(message.message));
      this.#next();
    }
  }
}

/** @param {string} message @returns {Answer} */
function broken(message) {
  const said = `This is a mistake of matcalc: please report it, with what you typed. ${message}`;
  return { kind: "error", error: { kind: "Error", message: said, places: [], suggestions: [] } };
}

/**
 * What a question is known by: what is as by default is left out.
 * @param {Question} asked
 */
export function key(asked) {
  return JSON.stringify([
    asked.ask ?? "answer",
    asked.text.trim(),
    (asked.because ?? "").trim(),
    asked.by ?? "",
    asked.order ?? 1,
    asked.layout ?? "denominator",
    asked.declared ?? [],
    asked.taken ?? [],
    asked.notation ?? "",
  ]);
}
