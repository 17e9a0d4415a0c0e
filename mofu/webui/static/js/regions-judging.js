// Verdicts on regions: shown at once, kept in the browser until the server has them, taken back by new ones.

import { announce } from "./page.js";
import { Queue, uuid } from "./queue.js";
import { ask, change } from "./server.js";
import { fill } from "./texts.js";

/** Events: "changed" (a region or what can be undone; detail {id, from, to} of a verdict). */
export class Judging extends EventTarget {
  constructor({ grid, config, storage = localStorage }) {
    super();
    [this.grid, this.config, this.texts] = [grid, config, config.texts];
    this.left = { undo: config.undoable, redo: config.redoable };
    const prefix = `mofu.regions.${config.who}.${config.word}.`;
    this.queue = new Queue({ storage, prefix, send: (entries) => send(config.word, entries) });
    for (const entry of this.queue.entries) for (const each of entry.verdicts ?? []) this.#mark(String(each.region), each);
    this.queue.addEventListener("stored", ({ detail }) => this.#stored(detail));
    this.queue.addEventListener("refused", ({ detail }) => this.#refused(detail));
    addEventListener("online", () => this.queue.resume());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.queue.resume(); });
    this.queue.resume();
  }

  /** Give a verdict, or a threshold, to the region that has the focus. */
  give(id, { verdict = this.grid.judgementOf(id), threshold = null }) {
    const sent = { id: uuid(), region: Number(id), verdict, threshold, expects: this.grid.verdictOf(id) };
    const before = this.#standing(id);
    this.#mark(id, sent);
    this.left = { undo: this.left.undo + 1, redo: 0 };
    this.queue.push({ kind: "give", verdicts: [sent], before });
    this.#changed();
  }

  turn(kind) {
    if (!this.left[kind]) return announce(this.texts[kind === "undo" ? "nothingToUndo" : "nothingToRedo"]);
    const other = kind === "undo" ? "redo" : "undo";
    this.left = { [kind]: this.left[kind] - 1, [other]: this.left[other] + 1 };
    this.queue.push({ kind, id: uuid() });
    return this.#changed();
  }

  /** Something to be read, above the regions, until the next one. */
  note(text) {
    const note = document.getElementById("note");
    note.textContent = text;
    note.hidden = false;
  }

  #stored({ entries, answer }) {
    const [{ kind }] = entries;
    const waiting = new Set(this.queue.entries.flatMap((entry) => entry.verdicts ?? []).map((each) => String(each.region)));
    for (const each of answer.accepted) {
      const id = String(each.region_id);
      const isLater = waiting.has(id);
      this.#mark(id, isLater ? this.#standing(id) : each, each.id);
      if (kind !== "give" && !isLater) this.#tellTurn(kind, id);
    }
    for (const each of answer.conflicts) this.#dispute(each);
    if (answer.conflicts.length) this.note(fill(this.texts.conflicts, { count: answer.conflicts.length }));
    if (!this.queue.entries.length) this.left = { undo: answer.undoable, redo: answer.redoable };
    this.#changed();
  }

  #tellTurn(kind, id) {
    const tile = this.grid.tile(id);
    if (tile) this.grid.selection.focusOn(id);
    announce(fill(this.texts[kind === "undo" ? "undone" : "redone"], { place: tile?.dataset.place ?? this.texts.elsewhere }));
  }

  #dispute({ region, yours, theirs }) {
    const id = String(region);
    this.#mark(id, theirs, theirs.id);
    this.grid.dispute(id, yours, { judgement: theirs.verdict, number: theirs.id, who: theirs.author });
  }

  async #refused({ entries, message }) {
    this.note(fill(this.texts.refused, { message }));
    for (const { verdicts, before } of entries) for (const each of verdicts ?? []) this.#mark(String(each.region), before);
    const page = await ask(this.config.word, "regions.json?limit=1").catch(() => null); // the word itself may be gone
    if (page) this.left = { undo: page.undoable, redo: page.redoable };
    this.#changed();
  }

  #standing(id) { return { verdict: this.grid.judgementOf(id), threshold: Number(this.grid.tile(id)?.dataset.threshold) || null }; }

  #mark(id, { verdict, threshold }, number = null) {
    const tile = this.grid.tile(id);
    if (!tile) return;
    const from = this.grid.judgementOf(id);
    if (threshold !== null) tile.dataset.threshold = threshold;
    else if (number !== null) tile.dataset.threshold = tile.dataset.found;
    this.grid.mark(id, verdict, number);
    this.dispatchEvent(new CustomEvent("changed", { detail: { id, from, to: verdict } }));
  }

  #changed() { this.dispatchEvent(new CustomEvent("changed", { detail: {} })); }
}

function send(word, entries) {
  const [first] = entries;
  if (first.kind !== "give") return change(word, `regions/${first.kind}`, { id: first.id });
  return change(word, "regions/verdicts", { verdicts: entries.flatMap((entry) => entry.verdicts) });
}
