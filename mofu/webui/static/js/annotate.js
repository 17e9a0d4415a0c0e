// The page to judge in: verdicts at the grid, what they would move, what to judge next, what can be taken back.

import { Bench } from "./bench.js";
import { Board, configuration } from "./board.js";
import { announce } from "./page.js";
import { selection } from "./selection.js";
import { ask, change, logIn } from "./server.js";
import { Side } from "./side.js";
import { fill } from "./texts.js";

const PAUSE_MS = 300;
const PROPOSALS = 20;
const PASSES = { accept: "accept", reject: "reject", unsure: "unsure", none: "clear" };
const config = configuration();

class Annotation {
  #proposals = []; #timer = 0; #asked = 0; #looking = null;

  constructor() {
    const acts = Object.fromEntries(["accept", "reject", "unsure", "clear"].map((name) => [name, ({ isHeld }) => this.bench.judge(name, isHeld)]));
    this.board = new Board(config, {
      ...acts, undo: () => this.bench.undo(), redo: () => this.bench.redo(),
      rerank: () => this.rerank(), uncertain: () => this.toMostUncertain(),
    });
    const log = JSON.parse(document.getElementById("steps-data").textContent);
    this.bench = new Bench({ grid: this.board.grid, config, log });
    this.side = new Side(this.board, this.bench, config);
    this.bench.addEventListener("settled", () => this.#askSoon());
    this.bench.queue.addEventListener("change", () => this.#login());
    document.querySelector('[data-do="save"]')?.form.addEventListener("submit", (event) => this.save(event));
    document.getElementById("login-form").addEventListener("submit", (event) => this.#logIn(event));
    document.querySelector("#login [data-close]").addEventListener("click", () => document.getElementById("login").close());
    if (config.ranking) this.#askSoon();
  }

  /** What a re-ranking would do now, on the tiles and beside them; they stay where they are. */
  look() {
    this.#asked += 1;
    this.#looking = this.#look(this.#asked);
    return this.#looking;
  }

  async #look(asked) {
    const preview = await ask(config.word, "preview.json");
    if (asked !== this.#asked) return this.#looking; // of later verdicts; it may have found no server since
    this.bench.unsay(config.texts.unreachable);
    const ranks = new Map(preview.order.map((each) => [each.image, each.rank]));
    if (["current", "corrected"].includes(config.order)) this.board.grid.showMoves(ranks);
    this.side.showMoves(preview);
    if (this.board.loupe.isOpen) this.board.loupe.show();
    return preview;
  }

  async rerank() {
    announce(config.texts.ranking);
    await this.bench.queue.resume();
    const preview = await this.look().catch((error) => this.#tellWhy(error));
    if (!preview) return;
    const { order } = preview;
    const address = new URL(location.href);
    address.searchParams.set("order", "corrected");
    if (!config.isWhole || !["current", "corrected"].includes(config.order)) return this.#rerankedAt(address, order);
    const moved = order.filter((each) => this.board.grid.placeOf(each.image) !== each.rank).length;
    this.board.grid.reorder(order.map((each) => each.image));
    config.order = "corrected";
    history.replaceState(null, "", address);
    for (const link of document.querySelectorAll("[data-order]")) {
      if (link.dataset.order === "corrected") link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.side.showMoves(preview);
    announce(fill(config.texts.applied, { count: moved }));
  }

  /** The corrected order of a part of the images is the server's to show: at what had the focus, or beside it. */
  #rerankedAt(address, order) {
    const filter = address.searchParams.get("verdict");
    const passes = (id) => !(filter in PASSES) || this.board.grid.judgementOf(id) === PASSES[filter];
    const shown = order.map((each) => each.image).filter((id) => this.board.grid.tile(id) && passes(id));
    address.searchParams.set("at", this.board.grid.keptFocus(shown) ?? "");
    location.assign(address);
  }

  async toMostUncertain() {
    const isOpen = (id) => this.board.grid.judgementOf(id) === "clear" && id !== selection.focused;
    this.#proposals = this.#proposals.filter(isOpen);
    if (!this.#proposals.length) {
      const answer = await ask(config.word, `next.json?count=${PROPOSALS}`).catch((error) => this.#tellWhy(error));
      if (!answer) return;
      this.#proposals = answer.images.filter(isOpen);
    }
    const id = this.#proposals.shift();
    if (id) this.board.goTo(id);
    else announce(config.texts.noMore);
  }

  async save(event) {
    event.preventDefault();
    await this.bench.queue.resume();
    const reply = await change(config.word, "apply", {});
    if (reply.is !== "stored" && !reply.answer) return this.bench.note(reply.message ?? config.texts.away);
    announce(config.texts.saved);
    return this.rerank();
  }

  #tellWhy({ message }) { this.bench.note(message || config.texts.unreachable); }

  #askSoon() {
    clearTimeout(this.#timer);
    this.#proposals = [];
    this.#timer = setTimeout(() => this.look().catch(() => {}), PAUSE_MS);
  }

  #login() {
    const dialog = document.getElementById("login");
    if (this.bench.queue.state !== "login") return dialog.close(); // back in by another tab
    if (dialog.open) return;
    document.getElementById("login-name").value = config.who;
    dialog.showModal();
  }

  async #logIn(event) {
    event.preventDefault();
    const { name, password } = Object.fromEntries(new FormData(event.target));
    const who = await logIn(name, password).catch(() => null);
    document.getElementById("login-error").hidden = who !== null;
    if (who === null) return;
    if (who !== config.who) return location.reload();
    document.getElementById("login").close();
    event.target.reset();
    this.bench.queue.resume();
  }
}

if (config) new Annotation();
