// Verdicts at the grid: shown at once, queued, stored, taken back; what the server says of them, put on the tiles.

import { announce } from "./page.js";
import { MOST, Queue, uuid } from "./queue.js";
import { ask, change } from "./server.js";
import { fill } from "./texts.js";
import { Steps } from "./undo.js";

/** Events: "steps" (what can be undone has changed), "settled" (all is stored, the order may be asked for). */
export class Bench extends EventTarget {
  #left;

  constructor({ grid, config, log, storage = localStorage }) {
    super();
    [this.grid, this.config, this.texts] = [grid, config, config.texts];
    this.steps = new Steps(log);
    this.#left = { undo: log.undoable - log.done.length, redo: log.redoable - log.undone.length };
    const prefix = `mofu.queue.${config.who}.${config.word}.`;
    this.queue = new Queue({ storage, prefix, send: (entries) => send(config.word, entries) });
    for (const entry of this.queue.entries) this.#replay(entry);
    this.queue.addEventListener("stored", ({ detail }) => this.#stored(detail));
    this.queue.addEventListener("refused", ({ detail }) => this.#refused(detail));
    addEventListener("online", () => this.queue.resume());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.queue.resume(); });
    this.queue.resume();
  }

  get canUndo() { return this.steps.done.length + this.#left.undo > 0; }
  get canRedo() { return this.steps.undone.length + this.#left.redo > 0; }

  /** Give a verdict; a key that is held down passes over what it has been given, as at the list's end. */
  judge(judgement, isHeld = false) {
    const images = this.grid.selection.targets;
    if (!images.length) return;
    if (isHeld && images.every((image) => this.grid.judgementOf(image) === judgement)) {
      this.grid.moveOn(images);
      return;
    }
    const step = uuid();
    this.#give(step, judgement, images.map((image) => ({ id: uuid(), image, expects: this.grid.verdictOf(image) })));
    const said = this.texts[judgement];
    const [first] = images;
    announce(images.length > 1 ? fill(this.texts.many, { count: images.length, said })
      : fill(this.texts.one, { place: this.grid.placeOf(first), said }));
    this.grid.moveOn(images);
  }

  undo() { this.#turn("undo", "before", this.texts.undone, this.texts.nothingToUndo); }
  redo() { this.#turn("redo", "after", this.texts.redone, this.texts.nothingToRedo); }

  #give(step, judgement, verdicts) {
    const changes = verdicts.map(({ image }) => ({ image, before: this.grid.judgementOf(image), after: judgement }));
    for (const { image } of changes) this.grid.mark(image, judgement);
    this.steps.give({ uid: step, changes });
    this.#left.redo = 0;
    for (let start = 0; start < verdicts.length; start += MOST) {
      this.queue.push({ kind: "give", step, judgement, verdicts: verdicts.slice(start, start + MOST) });
    }
    this.#stepped();
  }

  #turn(kind, side, text, nothing) {
    const step = this.steps[kind]();
    if (!step && this.#left[kind] <= 0) return announce(nothing);
    if (step) for (const each of step.changes) this.grid.mark(each.image, each[side]);
    else this.#left[kind] -= 1;
    const images = step?.changes.map((each) => each.image) ?? [];
    if (images.length) this.grid.selection.focusOn(images[0]);
    announce(fill(text, { count: images.length || "" }));
    this.queue.push({ kind, id: uuid(), step: step?.uid ?? null, images });
    return this.#stepped();
  }

  /** What waited in the browser since an earlier visit, shown as it was then. */
  #replay(entry) {
    if (entry.kind === "give") {
      const changes = entry.verdicts.map(({ image }) => {
        const before = this.grid.judgementOf(image);
        this.grid.mark(image, entry.judgement);
        return { image, before, after: entry.judgement };
      });
      if (!this.steps.done.some((step) => step.uid === entry.step)) this.steps.give({ uid: entry.step, changes });
    } else {
      const side = entry.kind === "undo" ? "before" : "after";
      for (const each of this.steps[entry.kind]()?.changes ?? []) this.grid.mark(each.image, each[side]);
    }
  }

  #stored({ entries, answer }) {
    const later = judgedSince(this.queue.entries);
    for (const each of answer.accepted) {
      const judgement = later.has(each.image) ? this.grid.judgementOf(each.image) : each.judgement;
      this.grid.mark(each.image, judgement, each.number);
    }
    for (const each of answer.conflicts) this.grid.dispute(each.image, each.yours, each.theirs);
    if (answer.conflicts.length) this.#tellConflicts(entries, answer.conflicts);
    if (!this.queue.entries.length) {
      this.#left = {
        undo: Math.max(0, answer.undoable - this.steps.done.length),
        redo: Math.max(0, answer.redoable - this.steps.undone.length),
      };
      this.dispatchEvent(new Event("settled"));
    }
    this.#stepped();
  }

  #tellConflicts(entries, conflicts) {
    const isGiven = entries[0].kind === "give";
    const images = conflicts.map((each) => each.image);
    if (isGiven) for (const entry of entries) this.steps.refuse(entry.step, images);
    this.note(fill(isGiven ? this.texts.conflicts : this.texts.kept, { count: conflicts.length }));
  }

  async #refused({ entries, message }) {
    this.note(fill(this.texts.refused, { message }));
    if (entries[0].kind === "give") for (const entry of entries) this.#takeBack(entry);
    if (this.queue.entries.length) return;
    const log = await ask(this.config.word, "verdicts.json").catch(() => null); // the word itself may be gone
    if (log === null) return;
    this.steps.reset(log);
    this.#left = { undo: log.undoable - log.done.length, redo: log.redoable - log.undone.length };
    this.#stepped();
  }

  #takeBack(entry) {
    const step = this.steps.done.find((each) => each.uid === entry.step);
    for (const each of step?.changes ?? []) this.grid.mark(each.image, each.before);
    this.steps.refuse(entry.step, entry.verdicts.map(({ image }) => image));
  }

  /** Something to be read, above the grid, until the next one. */
  note(text) {
    const note = document.getElementById("note");
    note.textContent = text;
    note.hidden = false;
  }

  /** What was noted is so no longer. */
  unsay(text) {
    const note = document.getElementById("note");
    if (note.textContent === text) note.hidden = true;
  }

  #stepped() { this.dispatchEvent(new Event("steps")); }
}

/** The images whose judgement is another by what still waits: given again, or taken back. */
const judgedSince = (entries) =>
  new Set(entries.flatMap(({ verdicts, images }) => images ?? verdicts?.map(({ image }) => image) ?? []));

function send(word, entries) {
  const [first] = entries;
  if (first.kind !== "give") return change(word, first.kind, { id: first.id, step: first.step });
  const verdicts = entries.flatMap(({ step, judgement, verdicts: given }) =>
    given.map(({ id, image, expects }) => ({ id, image, judgement, expects, batch: step })));
  return change(word, "verdicts", { verdicts });
}
