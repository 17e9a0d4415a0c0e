// A person's steps on a word, as the server would replay them: what undo takes back at once, before it is asked.
//
// A step is {uid, changes: [{image, before, after}]}; "clear" is the judgement of an image that has none.

export class Steps {
  constructor({ done = [], undone = [] } = {}) {
    this.reset({ done, undone });
  }

  /** Take the server's word for it. */
  reset({ done, undone }) {
    this.done = [...done];
    this.undone = [...undone];
  }

  give(step) {
    this.done.push(step);
    this.undone = [];
  }

  /** The step that is taken back now, or null. */
  undo() {
    const step = this.done.pop() ?? null;
    if (step) this.undone.push(step);
    return step;
  }

  /** The step that is given again now, or null. */
  redo() {
    const step = this.undone.pop() ?? null;
    if (step) this.done.push(step);
    return step;
  }

  /** Images of a step that were not stored: a step of which nothing is left is none. */
  refuse(uid, images) {
    const refused = new Set(images);
    for (const stack of [this.done, this.undone]) {
      const place = stack.findIndex((step) => step.uid === uid);
      if (place < 0) continue;
      const changes = stack[place].changes.filter((change) => !refused.has(change.image));
      stack.splice(place, 1, ...(changes.length ? [{ ...stack[place], changes }] : []));
    }
  }
}
