// One region as large as the window: the same keys, the same focus as among all of them.

import { Overlay } from "./regions-overlay.js";

export class RegionLoupe {
  #overlay; #shown = null;

  constructor(dialog, grid, look) {
    [this.dialog, this.grid, this.look] = [dialog, grid, look];
    this.picture = dialog.querySelector("#loupe-picture");
    this.#overlay = new Overlay();
    this.picture.after(this.#overlay.canvas);
    for (const source of [grid.selection, look]) {
      source.addEventListener(source === look ? "look" : "change", () => { if (this.isOpen) this.show(); });
    }
    this.picture.addEventListener("load", () => this.#draw());
    addEventListener("resize", () => { if (this.isOpen) this.#draw(); });
    dialog.addEventListener("close", () => {
      grid.selection.focusOn(this.#shown); // the browser gave the focus back to the tile that the loupe was opened on
      grid.bringFocus();
    });
  }

  get isOpen() { return this.dialog.open; }

  open() {
    if (this.grid.selection.focused === null) return;
    this.dialog.showModal();
    this.dialog.focus();
    this.show();
  }

  close() { this.dialog.close(); }

  show() {
    this.#shown = this.grid.selection.focused;
    const tile = this.grid.tile(this.#shown);
    const address = `/pictures/${tile.dataset.picture}/large`;
    if (this.picture.getAttribute("src") !== address) this.picture.src = address;
    this.picture.alt = tile.querySelector("img").alt;
    this.dialog.dataset.state = tile.dataset.state ?? "";
    this.dialog.querySelector("#loupe-caption").textContent = this.picture.alt;
    this.dialog.querySelector("#loupe-more").href = tile.href;
    this.#draw();
  }

  async #draw() {
    const tile = this.grid.tile(this.#shown);
    await this.#overlay.show(tile.dataset.map);
    if (this.isOpen) this.#overlay.draw(this.look.of(tile));
  }
}
