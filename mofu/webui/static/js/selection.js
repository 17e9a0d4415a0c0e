// Which images are chosen and which one has the focus: one store for the grid, the loupe and the map.
//
// A page puts its images in (`setItems`, in their order), changes what is chosen by these methods alone, and hears of
// it by "change" events. Kept for the tab's life by word, so that what was circled on the map is chosen in the grid.

export class Selection extends EventTarget {
  #items = [];
  #places = new Map();
  #chosen = new Set();
  #focused = null;
  #anchor = null;
  #beyond = [];

  get items() { return this.#items; }
  get focused() { return this.#focused; }
  get chosen() { return this.#chosen; }

  // What a verdict is for: what is chosen, in order, or else the image that has the focus.
  get targets() {
    if (this.#chosen.size) return [...this.#items, ...this.#beyond].filter((id) => this.#chosen.has(id));
    return this.#focused === null ? [] : [this.#focused];
  }

  placeOf(id) { return this.#places.get(id) ?? -1; }
  at(place) { return this.#items[Math.max(0, Math.min(this.#items.length - 1, place))] ?? null; }

  setItems(ids) {
    this.#items = [...ids];
    this.#places = new Map(this.#items.map((id, place) => [id, place]));
    if (this.#focused !== null && !this.#places.has(this.#focused)) this.#focused = this.#anchor = null;
    this.#changed();
  }

  focusOn(id) {
    if (!this.#places.has(id)) return;
    this.#focused = this.#anchor = id;
    this.#changed();
  }

  // Everything between where extending began and this image is chosen, and nothing else.
  extendTo(id) {
    if (!this.#places.has(id)) return;
    this.#anchor ??= this.#focused ?? id;
    const [from, to] = [this.placeOf(this.#anchor), this.placeOf(id)].sort((a, b) => a - b);
    this.#chosen = new Set(this.#items.slice(from, to + 1));
    this.#focused = id;
    this.#changed();
  }

  toggle(id) {
    if (!this.#chosen.delete(id)) this.#chosen.add(id);
    this.#focused = this.#anchor = this.#places.has(id) ? id : this.#focused;
    this.#changed();
  }

  replace(ids) {
    this.#chosen = new Set(ids);
    this.#changed();
  }

  // Everything of a list that goes on beyond this page: its other images can be chosen only all together.
  replaceByAll(ids) {
    this.#beyond = ids.filter((id) => !this.#places.has(id));
    this.replace(ids);
  }

  add(ids) { this.replace([...this.#chosen, ...ids]); }

  clear() {
    this.#beyond = [];
    this.replace([]);
  }

  #changed() { this.dispatchEvent(new Event("change")); }
}

// The chosen images of a word, remembered until the tab is closed.
export function remember(selection, word, storage = sessionStorage) {
  const key = `mofu.selection.${word}`;
  const kept = JSON.parse(storage.getItem(key) ?? "[]");
  if (kept.length) selection.replace(kept);
  selection.addEventListener("change", () => storage.setItem(key, JSON.stringify([...selection.chosen])));
  return selection;
}

export const selection = new Selection();
