// What both pages of a word's images share: tiles, loupe, keys that look around, the dialog of all keys.

import { Grid } from "./grid.js";
import { actionOf } from "./keys.js";
import { Loupe } from "./loupe.js";
import { announce, isTyping } from "./page.js";
import { remember, selection } from "./selection.js";
import { fill } from "./texts.js";

/** What the template tells the scripts. */
export const configuration = () => JSON.parse(document.getElementById("grid-config")?.textContent ?? "null");

export class Board {
  #acts; #isPageChosen = false;

  /** `acts` answers to the names of keys.js that this class does not know. */
  constructor(config, acts = {}) {
    this.config = config;
    this.grid = new Grid(document.getElementById("grid"), selection, config);
    this.loupe = new Loupe(document.getElementById("loupe"), this.grid);
    this.#acts = acts;
    remember(selection, config.word);
    selection.focusOn(config.at ?? selection.items[0]);
    if (document.activeElement === document.body) this.grid.bringFocus();
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button && !button.form) this.act({ name: button.dataset.do });
    });
    this.grid.list.addEventListener("dblclick", (event) => { if (event.target.closest(".tile")) this.loupe.open(); });
    document.querySelector("[data-help]")?.addEventListener("click", showKeys);
  }

  act(action) {
    const { grid, loupe } = this;
    const moves = { previous: "left", next: "right" };
    switch (action.name) {
      case "left": case "right": case "up": case "down": case "home": case "end": case "pageUp": case "pageDown":
      case "previous": case "next":
        return grid.move(moves[action.name] ?? action.name, action.extend);
      case "tenth": return this.#toTenth(action.tenth);
      case "toggle": return selection.toggle(selection.focused);
      case "all": return this.#chooseAll();
      case "open": return loupe.isOpen ? loupe.close() : loupe.open();
      case "back": return loupe.isOpen ? loupe.close() : selection.clear();
      case "map": return location.assign(`/words/${encodeURIComponent(this.config.word)}/map`);
      default: return this.#acts[action.name]?.(action);
    }
  }

  #key(event) {
    if (event.defaultPrevented || isTyping(event)) return;
    const action = actionOf(event);
    const dialog = document.querySelector("dialog[open]");
    if (!action || (dialog && dialog !== this.loupe.dialog)) return;
    const isFree = event.target === document.body || this.grid.isActive || this.loupe.isOpen;
    const isOnControl = event.target.matches("button, summary, a:not(.tile)");
    if (action.atGrid && (!isFree || (isOnControl && ["open", "toggle"].includes(action.name)))) return;
    if (action.name === "back" && !this.loupe.isOpen && !selection.chosen.size) return;
    event.preventDefault();
    this.act({ ...action, isHeld: event.repeat });
  }

  #toTenth(tenth) {
    const place = this.grid.tenth(tenth);
    if (place === null) return this.#go({ after: Math.floor((this.config.total * tenth) / 10), at: null });
    const id = selection.at(place);
    selection.focusOn(id);
    return this.grid.tile(id).scrollIntoView({ block: "start" });
  }

  /** The same address with some of it changed. */
  #go(changed) {
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(changed)) {
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    location.assign(address);
  }

  /** To an image, wherever it is. */
  goTo(id) {
    if (this.grid.tile(id)) selection.focusOn(id);
    else this.#go({ at: id, after: null, verdict: null, score: null });
  }

  async #chooseAll() {
    const { texts, total } = this.config;
    if (!this.#isPageChosen || selection.chosen.size < selection.items.length) {
      selection.replace(selection.items);
      this.#isPageChosen = true;
      return announce(texts.page);
    }
    if (total > selection.items.length) {
      const tiles = await everyTile();
      for (const tile of tiles) this.grid.know(tile);
      selection.replaceByAll(tiles.map((tile) => tile.image));
    }
    return announce(fill(texts.all, { count: total }));
  }
}

/** All that the present filters leave, page by page. */
async function everyTile() {
  const tiles = [];
  for (let after = 0, total = 1; after < total; after = tiles.length) {
    const address = new URL(location.href);
    address.pathname += ".json";
    address.searchParams.delete("at");
    address.searchParams.set("after", after);
    address.searchParams.set("limit", 1000);
    const answer = await (await fetch(address)).json();
    const page = answer.grid ?? answer;
    total = page.tiles.length ? page.total : 0;
    tiles.push(...page.tiles);
  }
  return tiles;
}

async function showKeys(event) {
  event.preventDefault();
  let dialog = document.getElementById("keys");
  if (!dialog) {
    const page = new DOMParser().parseFromString(await (await fetch("/help")).text(), "text/html");
    dialog = document.createElement("dialog");
    dialog.id = "keys";
    const back = document.querySelector('#loupe [data-do="back"]').cloneNode(true);
    delete back.dataset.do;
    dialog.append(back, ...page.querySelectorAll("main h1, main .keys, main h2:has(+ .keys)"));
    dialog.setAttribute("aria-label", dialog.querySelector("h1").textContent);
    document.body.append(dialog);
    dialog.addEventListener("click", () => dialog.close());
  }
  if (!dialog.open) dialog.showModal();
}
