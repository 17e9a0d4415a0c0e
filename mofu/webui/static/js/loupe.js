// One picture as large as the window: the same keys, the same focus as in the grid, neighbours loaded ahead.

import { LoupeDialog } from "./loupe-dialog.js";

const AHEAD = [1, 2, -1];

export class Loupe extends LoupeDialog {
  #ahead = new Map();

  constructor(dialog, grid) {
    super(dialog, grid);
    this.picture = dialog.querySelector("#loupe-picture");
    this.caption = dialog.querySelector("#loupe-caption");
    grid.selection.addEventListener("change", () => { if (this.isOpen) this.show(); });
  }

  /** The picture of a tile, with what stands on it. */
  display(tile) {
    const { selection } = this.grid;
    const id = this.shown;
    const picture = this.#load(id);
    if (this.picture.getAttribute("src") !== picture.src) {
      this.picture.src = tile.querySelector("img").currentSrc || picture.src; // at hand at once, until the large one is
      picture.decode().catch(() => {}).then(() => { if (selection.focused === id) this.picture.src = picture.src; });
    }
    this.picture.alt = tile.querySelector("img").alt;
    this.caption.textContent = this.#told(tile);
    for (const step of AHEAD) {
      const neighbour = selection.items[selection.placeOf(id) + step];
      if (neighbour) this.#load(neighbour);
    }
  }

  #told(tile) {
    const { place, state, judgement, opinions, move } = tile.dataset;
    const said = state === "conflict" ? opinions : judgement && this.grid.texts[judgement];
    return [`${place} / ${this.grid.total}`, said, move].filter(Boolean).join("   ");
  }

  #load(id) {
    let picture = this.#ahead.get(id);
    if (!picture) {
      picture = new Image();
      picture.src = `${location.origin}/pictures/${id}/large`;
      this.#ahead.set(id, picture);
      if (this.#ahead.size > 16) this.#ahead.delete(this.#ahead.keys().next().value);
    }
    return picture;
  }
}
