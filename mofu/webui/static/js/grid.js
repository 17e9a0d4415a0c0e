// The tiles of a page: one tab stop, the focus, what is chosen, what stands on each, how far each would move.

import { keptFocus, placeAfter } from "./keys.js";
import { fill } from "./texts.js";

const GLYPHS = { accept: "✓", reject: "✕", unsure: "?", clear: "○" };

export class Grid {
  #tiles = new Map(); #columns = 0; #shownFocus = null; #shownChosen = new Set(); #beyond = new Map();

  constructor(list, selection, { texts, first = 0, total = 0 }) {
    [this.list, this.selection, this.texts, this.first, this.total] = [list, selection, texts, first, total];
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-multiselectable", "true");
    for (const tile of list.querySelectorAll(".tile")) this.#adopt(tile);
    selection.addEventListener("change", () => this.#show());
    new ResizeObserver(() => { this.#columns = 0; }).observe(list);
    list.addEventListener("click", (event) => this.#click(event));
    list.addEventListener("focusin", (event) => {
      const id = event.target.closest(".tile")?.dataset.image;
      if (id && id !== selection.focused) selection.focusOn(id);
    });
    selection.setItems(this.#tiles.keys());
  }

  get columns() {
    this.#columns ||= getComputedStyle(this.list).gridTemplateColumns.split(" ").length;
    return this.#columns;
  }

  /** How many rows a screen shows. */
  get rows() {
    const height = this.tile(this.selection.items[0])?.parentElement.offsetHeight || 1;
    return Math.max(1, Math.floor((innerHeight * 0.8) / height));
  }

  get isActive() { return this.list.contains(document.activeElement); }
  tile(id) { return this.#tiles.get(id); }
  judgementOf(id) { return (this.tile(id)?.dataset.judgement ?? this.#beyond.get(id)?.state) || "clear"; }
  verdictOf(id) { return Number(this.tile(id)?.dataset.verdict ?? this.#beyond.get(id)?.verdict ?? 0); }
  placeOf(id) { return Number(this.tile(id)?.dataset.place); }

  /** Move the focus: `move` is a name of keys.js. */
  move(move, extend) {
    const { selection, columns, rows } = this;
    const from = Math.max(0, selection.placeOf(selection.focused));
    const to = selection.at(placeAfter(move, from, { count: selection.items.length, columns, rows }));
    if (extend) selection.extendTo(to);
    else selection.focusOn(to);
  }

  /** After a verdict: on to the image behind the last one that was judged. */
  moveOn(judged) {
    const last = judged.reduce((most, id) => Math.max(most, this.selection.placeOf(id)), -1);
    this.selection.clear();
    this.selection.focusOn(this.selection.at(last + 1));
  }

  /** An image that is chosen though it stands on another page: what the server said of it. */
  know(tile) { this.#beyond.set(tile.image, tile); }

  /** The place on this page where a tenth of the whole list begins; null where that is on another page. */
  tenth(tenth) {
    const place = Math.floor((this.total * tenth) / 10) - this.first;
    return place >= 0 && place < this.selection.items.length ? place : null;
  }

  /** What stands on an image now; a number of a verdict is what the next one expects. */
  mark(id, judgement, number = null) {
    const tile = this.tile(id);
    if (!tile) return;
    const { dataset } = tile;
    const detail = { before: this.judgementOf(id), after: judgement };
    delete dataset.opinions;
    if (judgement === "clear") { delete dataset.state; delete dataset.judgement; }
    else dataset.state = dataset.judgement = judgement;
    if (number !== null) dataset.verdict = number;
    this.#name(tile);
    if (detail.before !== detail.after) this.list.dispatchEvent(new CustomEvent("mark", { detail }));
  }

  /** People disagree: both opinions are told, somebody else's stands. */
  dispute(id, yours, theirs) {
    this.mark(id, theirs.judgement, theirs.number);
    const tile = this.tile(id);
    if (!tile || theirs.judgement === yours) return;
    tile.dataset.state = "conflict";
    tile.dataset.opinions = `${theirs.who} ${GLYPHS[theirs.judgement]} · ${GLYPHS[yours]}`;
    this.#name(tile);
  }

  /** How far each image would move if it were ranked again; `ranks` by image, null for nothing. */
  showMoves(ranks) {
    for (const [id, tile] of this.#tiles) {
      const climbed = ranks?.has(id) ? this.placeOf(id) - ranks.get(id) : 0;
      const move = climbed > 0 ? `▲${climbed}` : `▼${-climbed}`;
      if (!climbed) delete tile.dataset.move;
      else if (tile.dataset.move !== move) tile.dataset.move = move;
    }
    const focused = this.tile(this.selection.focused);
    if (focused) this.#name(focused);
  }

  /** Who would have the focus in a new order: the same image, or a neighbour where it goes further than a row. */
  keptFocus(ids) {
    const { focused, items } = this.selection;
    return keptFocus(focused, items, ids, this.columns);
  }

  /** Put the tiles in a new order; the focus stays where it was on the page. */
  reorder(ids) {
    const wasActive = this.isActive;
    const next = this.keptFocus(ids);
    const known = ids.filter((id) => this.#tiles.has(id));
    this.list.append(...known.map((id) => this.tile(id).parentElement));
    known.forEach((id, place) => {
      const tile = this.tile(id);
      tile.dataset.place = place + 1;
      tile.querySelector("b").textContent = place + 1;
    });
    this.selection.setItems(known);
    this.selection.focusOn(next);
    this.showMoves(null);
    if (wasActive) this.bringFocus();
  }

  /** The browser's focus to the tile that has ours. */
  bringFocus() {
    const tile = this.tile(this.selection.focused ?? this.selection.items[0]);
    tile?.focus({ preventScroll: true });
    tile?.scrollIntoView({ block: "nearest" });
  }

  #adopt(tile) {
    this.#tiles.set(tile.dataset.image, tile);
    tile.parentElement.setAttribute("role", "presentation");
    tile.setAttribute("role", "option");
    tile.setAttribute("aria-selected", "false");
    tile.tabIndex = this.#tiles.size === 1 ? 0 : -1;
    tile.draggable = false;
  }

  #name(tile) {
    const { place, about, state, judgement, opinions, move } = tile.dataset;
    const said = state === "conflict" ? fill(this.texts.conflict, { opinions }) : judgement && this.texts[judgement];
    const moves = move && fill(move[0] === "▲" ? this.texts.rising : this.texts.falling, { count: move.slice(1) });
    tile.firstElementChild.alt = [place, about, said, moves].filter(Boolean).join(this.texts.between);
  }

  #click(event) {
    const tile = event.target.closest(".tile");
    if (!tile || event.button) return;
    event.preventDefault();
    const id = tile.dataset.image;
    if (event.shiftKey) this.selection.extendTo(id);
    else if (event.ctrlKey || event.metaKey) this.selection.toggle(id);
    else {
      if (this.selection.chosen.size) this.selection.clear();
      this.selection.focusOn(id);
    }
  }

  #show() {
    const { focused, chosen } = this.selection;
    for (const id of this.#shownChosen) if (!chosen.has(id)) this.tile(id)?.setAttribute("aria-selected", "false");
    for (const id of chosen) if (!this.#shownChosen.has(id)) this.tile(id)?.setAttribute("aria-selected", "true");
    this.#shownChosen = new Set(chosen);
    if (focused === this.#shownFocus || focused === null) return;
    const before = this.tile(this.#shownFocus) ?? this.list.querySelector('.tile[tabindex="0"]');
    if (before) before.tabIndex = -1;
    this.#name(this.tile(focused)); // places and moves change for a thousand tiles at once: named when they are read
    this.tile(focused).tabIndex = 0;
    this.#shownFocus = focused;
    if (this.isActive || document.activeElement === document.body) this.bringFocus();
  }
}
