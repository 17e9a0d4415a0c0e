// One region as large as the window: the same keys, the same focus as among all of them.

import { LoupeDialog } from "./loupe-dialog.js";
import { Overlay } from "./regions-overlay.js";

export class RegionLoupe extends LoupeDialog {
  #overlay;

  constructor(dialog, grid, look) {
    super(dialog, grid);
    this.look = look;
    this.picture = dialog.querySelector("#loupe-picture");
    this.#overlay = new Overlay();
    this.picture.after(this.#overlay.canvas);
    for (const source of [grid.selection, look]) {
      source.addEventListener(source === look ? "look" : "change", () => { if (this.isOpen) this.show(); });
    }
    this.picture.addEventListener("load", () => this.#draw());
    addEventListener("resize", () => { if (this.isOpen) this.#draw(); });
  }

  /** The picture of a tile, its region drawn on it. */
  display(tile) {
    const address = `/pictures/${tile.dataset.picture}/large`;
    if (this.picture.getAttribute("src") !== address) this.picture.src = address;
    this.picture.alt = tile.querySelector("img").alt;
    this.dialog.querySelector("#loupe-caption").textContent = this.picture.alt;
    this.#draw();
  }

  async #draw() {
    const tile = this.grid.tile(this.shown);
    if (!tile) return; // closed before its picture came
    await this.#overlay.show(tile.dataset.map);
    if (this.isOpen) this.#overlay.draw(this.look.of(tile));
  }
}
