// A picture and a brush → a mask: painted by pointer or touch, or box by box with numbers; sent with its form as PNGs.

import { Mask } from "./style-mask.js";
import { fill } from "./texts.js";
import { announce } from "./page.js";

const TINTS = ["--line", "--accent", "--accept", "--unsure", "--reject"];
const PERCENT = 100;

export class Easel {
  #mask = null; #from = null; #tints; #frame = 0; #left = new AbortController();

  /** `element` holds the picture, the canvas over it and the brush's controls; `fields` carry a PNG a level. */
  constructor(element, fields) {
    [this.element, this.fields, this.texts] = [element, fields, element.dataset];
    [this.picture, this.canvas] = [element.querySelector("img"), element.querySelector("canvas")];
    this.size = element.querySelector("[data-brush]");
    this.undo = element.querySelector("[data-undo]");
    this.#tint();
    this.#on(matchMedia("(prefers-color-scheme: dark)"), "change", () => { this.#tint(); this.#draw(); });
    this.ready = this.picture.decode().then(() => this.#begin(), () => undefined);
  }

  /** Offer the styles of a mix to paint with; what is not among them any more is wiped off. */
  offer(parts) {
    this.#wipe(parts.map(({ level }) => level));
    for (const choice of this.element.querySelectorAll("[data-level]")) {
      const part = parts.find(({ level }) => level === Number(choice.dataset.level));
      choice.hidden = !part;
      if (part) choice.querySelector("span").textContent = part.name;
    }
    if (parts.length && !parts.some(({ level }) => level === this.#level())) this.#choose(parts[0].level);
  }

  /** Let go of the picture: another easel takes its place. */
  leave() { this.#left.abort(); }

  show(isPainting) { this.element.classList.toggle("is-painting", isPainting); }

  async #begin() {
    if (this.#left.signal.aborted) return;
    this.#mask = new Mask(this.picture.naturalWidth, this.picture.naturalHeight);
    [this.canvas.width, this.canvas.height] = [this.#mask.width, this.#mask.height];
    await Promise.all(this.fields.map((field, at) => this.#restore(field.dataset.address, at + 1)));
    this.#on(this.canvas, "pointerdown", (event) => this.#down(event));
    this.#on(this.canvas, "pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) this.#on(this.canvas, name, () => this.#up());
    this.#on(this.element.querySelector("[data-fill]"), "click", () => this.#fill());
    this.#on(this.element.querySelector("[data-clear]"), "click", () => this.#change((mask) => mask.clear()));
    this.#on(this.undo, "click", () => { this.#mask.undo(); this.#settle(); });
    this.#settle();
  }

  async #restore(address, level) {
    if (!address) return;
    const stored = new Image();
    stored.src = address;
    if (!await stored.decode().then(() => true, () => false)) return;
    this.#mask.read(pixelsOf(stored, this.#mask.width, this.#mask.height), level);
  }

  #on(target, name, does) { target.addEventListener(name, does, { signal: this.#left.signal }); }

  #level() { return Number(this.element.querySelector('[name="brush"]:checked')?.value ?? 1); }

  #choose(level) {
    const choice = this.element.querySelector(`[name="brush"][value="${level}"]`);
    if (choice) choice.checked = true;
  }

  #wipe(levels) {
    if (!this.#mask) return;
    const kept = new Set(levels);
    this.#mask.levels.forEach((level, at) => { if (!kept.has(level)) this.#mask.levels[at] = 0; });
    this.#settle();
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  #down(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.#mask.keep();
    this.#from = this.#point(event);
    this.#stroke(this.#from);
  }

  #move(event) { if (this.#from) this.#stroke(this.#point(event)); }

  #stroke(to) {
    this.#mask.stroke(this.#from, to, this.size.valueAsNumber / (2 * PERCENT), this.#level());
    this.#from = to;
    this.#draw();
  }

  #up() {
    if (!this.#from) return;
    this.#from = null;
    this.#settle();
  }

  #fill() {
    const share = (name) => this.element.querySelector(`[data-box="${name}"]`).valueAsNumber / PERCENT || 0;
    const box = { left: share("left"), top: share("top"), width: share("width"), height: share("height") };
    this.#change((mask) => mask.box(box, this.#level()));
  }

  #change(how) {
    this.#mask.keep();
    how(this.#mask);
    this.#settle();
    announce(this.#told());
  }

  #told() { return fill(this.texts.text, { share: Math.round(PERCENT * this.#mask.share) }); }

  /** Once a stroke is done: what the form sends is as it is seen. */
  #settle() {
    this.#draw();
    this.undo.disabled = !this.#mask.canUndo;
    this.element.querySelector("[data-share]").textContent = this.#told();
    this.fields.forEach((field, at) => { field.value = png(this.#mask, at + 1); });
  }

  #draw() {
    if (!this.#mask) return;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const pixels = new ImageData(this.#mask.painted(this.#tints), this.#mask.width, this.#mask.height);
      this.canvas.getContext("2d").putImageData(pixels, 0, 0);
    });
  }

  #tint() { this.#tints = TINTS.map(colour); }
}

/** [r, g, b] of a custom property of the page. */
function colour(name) {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => Number.parseInt(value.slice(at, at + 2), 16));
}

function pixelsOf(picture, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

/** A level of a mask as a PNG in a data: address, as a form can send it; empty where it is nowhere. */
function png(mask, level) {
  const pixels = mask.written(level);
  if (pixels === null) return "";
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [mask.width, mask.height];
  canvas.getContext("2d").putImageData(new ImageData(pixels, mask.width, mask.height), 0, 0);
  return canvas.toDataURL("image/png");
}
