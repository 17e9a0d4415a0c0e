// Cells of a matrix, which fill in as they are done → the one that is looked at: by its strength, by its row, at once.

import { fill } from "./texts.js";

const AHEAD = new Set();

export class Shown {
  #compare; #row; #strength;

  /** `cells` is the part that is asked for anew, `figure` where one of them is seen beside the picture it was made of. */
  constructor(cells, figure, compare) {
    [this.cells, this.figure, this.texts] = [cells, figure, figure.dataset];
    this.#compare = compare(figure);
    [this.slider, this.download] = [figure.querySelector("#strength"), figure.querySelector("#download")];
    [this.#row, this.#strength] = [figure.dataset.row, figure.dataset.strength];
    this.slider.addEventListener("input", () => this.#slide());
    cells.addEventListener("click", (event) => this.#click(event));
    document.body.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target === cells) this.#read(); });
    this.#read();
  }

  /** The cells of the row that is looked at, those that are done, from weak to strong. */
  get #done() { return [...this.cells.querySelectorAll(`a[data-row="${CSS.escape(this.#row)}"][data-address]`)]; }

  #read() {
    if (!this.#done.length) this.#row = this.cells.querySelector("a[data-address]")?.dataset.row ?? this.#row;
    const done = this.#done;
    this.figure.hidden = !done.length;
    if (!done.length) return;
    for (const { dataset } of done) ahead(dataset.address);
    this.slider.max = done.length - 1;
    this.slider.parentElement.hidden = done.length < 2;
    this.#show(done.find(({ dataset }) => dataset.strength === this.#strength) ?? done.at(-1));
  }

  #slide() { this.#show(this.#done[this.slider.valueAsNumber]); }

  #click(event) {
    const cell = event.target.closest("a[data-address]");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#row = cell.dataset.row;
    this.#strength = cell.dataset.strength;
    this.#read();
    this.figure.scrollIntoView({ block: "nearest" });
  }

  #show(cell) {
    const { row, strength, address, download, about } = cell.dataset;
    [this.#row, this.#strength] = [row, strength];
    const done = this.#done;
    this.slider.value = done.indexOf(cell);
    this.slider.setAttribute("aria-valuetext", strength);
    this.slider.nextElementSibling.value = strength;
    this.#compare.show(address, about);
    this.download.href = download;
    this.figure.querySelector("#told").textContent = fill(this.texts.told, { about, strength });
    for (const each of this.cells.querySelectorAll("a[data-address]")) each.toggleAttribute("aria-current", each === cell);
    for (const each of this.cells.querySelectorAll("[data-recipe]")) each.hidden = each.dataset.recipe !== row;
    history.replaceState(history.state, "", cell.href);
  }
}

/** Have a picture at hand before it is looked at. */
function ahead(address) {
  if (AHEAD.has(address)) return;
  AHEAD.add(address);
  new Image().src = address;
}
