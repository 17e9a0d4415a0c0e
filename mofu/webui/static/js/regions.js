// The page of a word's regions: overlays that follow the sliders, keys, verdicts, thresholds.

import { Grid } from "./grid.js";
import { actionOf } from "./keys.js";
import { announce, isTyping } from "./page.js";
import { Judging } from "./regions-judging.js";
import { Look } from "./regions-look.js";
import { RegionLoupe } from "./regions-loupe.js";
import { Selection } from "./selection.js";
import { fill } from "./texts.js";

const STEP = 0.04;
const LEAST = 0.02;
const MOST = 0.98;

/** One region at a time: a verdict is for the one that has the focus, and undo takes one back. */
class Single extends Selection {
  extendTo(id) { this.focusOn(id); }
  toggle(id) { this.focusOn(id); }
}

class Regions {
  constructor(list, config) {
    [this.config, this.texts, this.selection] = [config, config.texts, new Single()];
    this.grid = new Grid(list, this.selection, config);
    list.removeAttribute("aria-multiselectable");
    this.look = new Look(list.querySelectorAll(".tile"), this.texts);
    this.loupe = new RegionLoupe(document.getElementById("loupe"), this.grid, this.look);
    this.own = document.getElementById("own");
    if (config.mayJudge) this.#judging();
    this.selection.addEventListener("change", () => this.#showOwn());
    this.selection.focusOn(String(config.at ?? this.selection.items[0]));
    if (document.activeElement === document.body) this.grid.bringFocus();
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button && !button.form) this.act({ name: button.dataset.do });
    });
    list.addEventListener("dblclick", (event) => { if (event.target.closest(".tile")) this.loupe.open(); });
  }

  act({ name, isHeld = false }) {
    const { grid, loupe } = this;
    const moves = { previous: "left", next: "right" };
    switch (name) {
      case "left": case "right": case "up": case "down": case "home": case "end": case "pageUp": case "pageDown":
      case "previous": case "next":
        return grid.move(moves[name] ?? name, false);
      case "accept": case "reject": case "clear": return this.judge(name, isHeld);
      case "undo": case "redo": return this.judging?.turn(name);
      case "higher": return this.set(this.#threshold() + STEP);
      case "lower": return this.set(this.#threshold() - STEP);
      case "open": return loupe.isOpen ? loupe.close() : loupe.open();
      case "back": return loupe.isOpen && loupe.close();
      default: return undefined;
    }
  }

  judge(verdict, isHeld) {
    const id = this.selection.focused;
    if (!this.judging || id === null) return;
    if (isHeld && this.grid.judgementOf(id) === verdict) {
      this.grid.moveOn([id]);
      return;
    }
    this.judging.give(id, { verdict });
    announce(fill(this.texts.one, { place: this.grid.placeOf(id), said: this.texts[verdict] }));
    this.grid.moveOn([id]);
  }

  /** Store what of the map counts as the region that has the focus. */
  set(threshold) {
    const id = this.selection.focused;
    if (!this.judging || !this.config.maySet || id === null) return;
    const kept = Math.round(100 * Math.max(LEAST, Math.min(MOST, threshold))) / 100;
    this.judging.give(id, { threshold: kept });
    const { place, area } = this.grid.tile(id).dataset;
    announce(fill(this.texts.set, { place, threshold: kept.toFixed(2), area: Math.round(100 * area) }));
  }

  #judging() {
    this.judging = new Judging({ grid: this.grid, config: this.config });
    this.judging.addEventListener("changed", ({ detail }) => this.#changed(detail));
    this.judging.queue.addEventListener("change", () => this.#showQueue());
    this.own?.addEventListener("input", () => { this.own.nextElementSibling.value = this.own.valueAsNumber.toFixed(2); });
    this.own?.addEventListener("change", () => this.set(this.own.valueAsNumber));
    for (const tile of this.grid.list.querySelectorAll(".tile")) this.#tell(tile);
    this.#changed({});
    this.#showQueue();
  }

  #threshold() { return Number(this.grid.tile(this.selection.focused)?.dataset.threshold); }

  #changed({ id, from, to }) {
    const { left } = this.judging;
    for (const kind of ["undo", "redo"]) {
      for (const button of document.querySelectorAll(`[data-do="${kind}"]`)) button.disabled = !left[kind];
    }
    if (id === undefined) return;
    for (const [state, by] of [[from, -1], [to, 1]]) {
      const count = document.querySelector(`[data-count="${state === "clear" ? "none" : state}"]`);
      if (from !== to) count.textContent = Number(count.textContent) + by;
    }
    const tile = this.grid.tile(id);
    this.#tell(tile);
    this.look.redraw([tile]);
    this.#showOwn();
    if (this.loupe.isOpen) this.loupe.show();
  }

  /** The threshold and the area that a region has now, on its tile. */
  #tell(tile) {
    const { dataset } = tile;
    const threshold = Number(dataset.threshold);
    const area = this.look.overlay(tile).share(threshold) ?? Number(dataset.area);
    dataset.area = area;
    tile.querySelector("[data-share]").textContent = `${Math.round(100 * area)} %`;
    const moved = tile.querySelector("[data-moved]");
    moved.hidden = threshold === Number(dataset.found);
    moved.textContent = `≥ ${threshold.toFixed(2)}`;
    const about = fill(this.texts.about, { confidence: dataset.confidence, area: Math.round(100 * area) });
    dataset.about = [dataset.label, about].filter(Boolean).join(this.texts.between);
  }

  #showOwn() {
    if (!this.own || this.selection.focused === null) return;
    this.own.value = this.#threshold();
    this.own.nextElementSibling.value = this.#threshold().toFixed(2);
  }

  #showQueue() {
    const { state, unsent } = this.judging.queue;
    const shown = document.getElementById("unsent");
    shown.dataset.state = state;
    const count = fill(this.texts.unsent, { count: unsent });
    const why = { away: this.texts.away, login: this.texts.login }[state];
    shown.textContent = state === "sent" ? this.texts.sent : why ? fill(this.texts.because, { count, why }) : count;
  }

  #key(event) {
    if (event.defaultPrevented || isTyping(event)) return;
    const action = { "]": { name: "higher" }, "[": { name: "lower" } }[event.key] ?? actionOf(event);
    const dialog = document.querySelector("dialog[open]");
    if (!action || event.altKey || (dialog && dialog !== this.loupe.dialog)) return;
    const isFree = event.target === document.body || this.grid.isActive || this.loupe.isOpen;
    const isOnControl = event.target.matches("button, summary, a:not(.tile)");
    if (action.atGrid && (!isFree || action.name === "all" || (isOnControl && ["open", "toggle"].includes(action.name)))) return;
    if (action.name === "back" && !this.loupe.isOpen) return;
    event.preventDefault();
    this.act({ ...action, isHeld: event.repeat });
  }
}

const config = JSON.parse(document.getElementById("regions-config")?.textContent ?? "null");
const compared = document.getElementById("compare");
if (config) new Regions(document.getElementById("grid"), config);
else if (compared) new Look(compared.querySelectorAll("[data-map]"), compared.dataset);
