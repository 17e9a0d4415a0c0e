// A dialog that shows what has the focus among tiles as large as the window, and leaves the focus at what it showed last.

export class LoupeDialog {
  #shown = null;

  constructor(dialog, grid) {
    [this.dialog, this.grid] = [dialog, grid];
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.close(); });
    dialog.addEventListener("close", () => this.#leave());
  }

  get isOpen() { return this.dialog.open; }
  get shown() { return this.#shown; }

  open() {
    if (this.grid.selection.focused === null) return;
    if (!this.isOpen) this.dialog.showModal();
    this.dialog.focus();
    this.show();
  }

  close() {
    this.dialog.close();
    this.#leave(); // at once: the browser tells of the closing later than the next key may come
  }

  /** The tile that has the focus is what is shown now. */
  show() {
    this.#shown = this.grid.selection.focused;
    const tile = this.grid.tile(this.#shown);
    this.dialog.dataset.state = tile.dataset.state ?? "";
    this.dialog.querySelector("#loupe-more").href = tile.href;
    this.display(tile);
  }

  /** The browser has given the focus back to the tile that the dialog was opened on. */
  #leave() {
    if (this.#shown === null) return;
    this.grid.selection.focusOn(this.#shown);
    this.grid.bringFocus();
    this.#shown = null;
  }
}
