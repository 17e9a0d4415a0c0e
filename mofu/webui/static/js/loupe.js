// One picture as large as the window: the same keys, the same focus as in the grid, neighbours loaded ahead.

const AHEAD = [1, 2, -1];

export class Loupe {
  #ahead = new Map(); #shown = null;

  constructor(dialog, grid) {
    [this.dialog, this.grid] = [dialog, grid];
    this.picture = dialog.querySelector("#loupe-picture");
    this.caption = dialog.querySelector("#loupe-caption");
    this.more = dialog.querySelector("#loupe-more");
    grid.selection.addEventListener("change", () => { if (this.isOpen) this.show(); });
    dialog.addEventListener("close", () => {
      grid.selection.focusOn(this.#shown); // the browser gave the focus back to the tile that the loupe was opened on
      grid.bringFocus();
    });
  }

  get isOpen() { return this.dialog.open; }

  open() {
    if (this.grid.selection.focused === null) return;
    if (!this.isOpen) this.dialog.showModal();
    this.dialog.focus();
    this.show();
  }

  close() { this.dialog.close(); }

  /** The picture that has the focus, with what stands on it. */
  show() {
    const { selection } = this.grid;
    const id = this.#shown = selection.focused;
    const tile = this.grid.tile(id);
    const picture = this.#load(id);
    if (this.picture.getAttribute("src") !== picture.src) {
      this.picture.src = tile.querySelector("img").currentSrc || picture.src; // at hand at once, until the large one is
      picture.decode().catch(() => {}).then(() => { if (selection.focused === id) this.picture.src = picture.src; });
    }
    this.picture.alt = tile.querySelector("img").alt;
    this.dialog.dataset.state = tile.dataset.state ?? "";
    this.caption.textContent = this.#told(tile);
    this.more.href = tile.href;
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

