// Beside the grid: what would move, the steps that can be taken back, counts, and whether everything is stored.

import { fill } from "./texts.js";

const MOVERS = 8;
const STEPS = 12;
const LATER_MS = 60;
const GLYPHS = { accept: "✓", reject: "✕", unsure: "?", clear: "○" };
const byId = (id) => document.getElementById(id);

export class Side {
  constructor(board, bench, config) {
    [this.board, this.bench, this.texts] = [board, bench, config.texts];
    this.counts = new Map([...document.querySelectorAll("[data-count]")].map((each) => [each.dataset.count, each]));
    board.grid.list.addEventListener("mark", ({ detail }) => this.#count(detail));
    bench.addEventListener("steps", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.showSteps(), LATER_MS); // the tile first
    });
    bench.queue.addEventListener("change", () => this.showQueue());
    board.grid.selection.addEventListener("change", () => this.showChosen());
    for (const list of [byId("movers"), byId("steps")]) {
      list.addEventListener("click", (event) => {
        const image = event.target.closest("[data-at]")?.dataset.at;
        if (image) board.goTo(image);
      });
    }
    this.showSteps();
    this.showQueue();
    this.showChosen();
  }

  showChosen() {
    const { size } = this.board.grid.selection.chosen;
    byId("chosen").hidden = !size;
    byId("chosen").textContent = fill(this.texts.chosen, { count: size });
  }

  showQueue() {
    const { state, unsent } = this.bench.queue;
    const badge = byId("unsent");
    badge.dataset.state = state;
    const count = fill(this.texts.unsent, { count: unsent });
    const why = { away: this.texts.away, login: this.texts.login }[state];
    badge.textContent = state === "sent" ? this.texts.sent : why ? fill(this.texts.because, { count, why }) : count;
  }

  showSteps() {
    const { done } = this.bench.steps;
    for (const [step, isThere] of [["undo", this.bench.canUndo], ["redo", this.bench.canRedo]]) {
      for (const button of document.querySelectorAll(`[data-do="${step}"]`)) button.disabled = !isThere;
    }
    byId("no-steps").hidden = done.length > 0;
    byId("steps").replaceChildren(...done.slice(-STEPS).reverse().map((step) => this.#step(step)));
  }

  /** The images that go furthest, and how many move at all. */
  showMoves({ order }) {
    const { grid } = this.board;
    const moving = order
      .map(({ image, rank }) => ({ image, rank, from: grid.placeOf(image) }))
      .filter(({ rank, from }) => from && from !== rank)
      .sort((a, b) => Math.abs(b.from - b.rank) - Math.abs(a.from - a.rank));
    byId("moved").textContent = moving.length ? fill(this.texts.moved, { count: moving.length }) : this.texts.settled;
    byId("movers").replaceChildren(...moving.slice(0, MOVERS).map((each) => this.#mover(each)));
  }

  #count({ before, after }) {
    for (const [name, by] of [[before, -1], [after, 1]]) {
      const figure = this.counts.get(name === "clear" ? "none" : name);
      if (figure) figure.textContent = Number(figure.textContent) + by;
    }
  }

  #mover({ image, rank, from }) {
    const climbed = from - rank;
    const move = climbed > 0 ? `▲${climbed}` : `▼${-climbed}`;
    return this.#item(image, move, fill(this.texts.before, { place: from, former: rank }));
  }

  #step({ changes }) {
    const [{ image, after }] = changes;
    return this.#item(image, GLYPHS[after], changes.length > 1 ? `× ${changes.length}` : this.texts[after]);
  }

  #item(image, mark, text) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.className = "bare side-item";
    button.dataset.at = image;
    const picture = document.createElement("img");
    Object.assign(picture, { src: `/pictures/${image}/thumbnail.jpg`, alt: "", loading: "lazy", width: 32, height: 32 });
    const sign = document.createElement("b");
    sign.textContent = mark;
    const words = document.createElement("span");
    words.textContent = text;
    button.append(picture, sign, words);
    item.append(button);
    return item;
  }
}
