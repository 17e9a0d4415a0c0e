// How regions are looked at: sliders of opacity and threshold, and the overlays that follow them, those in view first.

import { Overlay } from "./regions-overlay.js";
import { fill } from "./texts.js";

const AHEAD = "400px";
const OPACITY = "mofu.regions.opacity"; // whose eyes, not which regions: kept by the browser

/** Overlays of all elements with a `data-map`; event "look" when a slider moved. */
export class Look extends EventTarget {
  #overlays = new Map(); #inView = new Set(); #stale = new Set(); #frame = 0; #threshold = null; #opacity;

  constructor(elements, texts) {
    super();
    this.texts = texts;
    [this.opacity, this.threshold, this.asStored] = ["opacity", "threshold", "as-stored"].map((id) => document.getElementById(id));
    this.opacity.value = localStorage.getItem(OPACITY) ?? this.opacity.value;
    this.#opacity = this.opacity.valueAsNumber / 100;
    this.#wire();
    const watching = new IntersectionObserver((seen) => this.#see(seen), { rootMargin: AHEAD });
    for (const element of elements) this.#adopt(element, watching);
    new ResizeObserver(() => this.redraw()).observe(document.getElementById("main"));
    document.getElementById("looks").hidden = false;
  }

  /** What an element's overlay is drawn with. */
  of(element) {
    return { threshold: this.#threshold ?? Number(element.dataset.threshold), opacity: this.#opacity };
  }

  overlay(element) { return this.#overlays.get(element); }

  /** Draw again what is in view, and the rest when it comes there. */
  redraw(elements = this.#overlays.keys()) {
    for (const element of elements) this.#stale.add(element);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      for (const element of this.#stale) if (this.#inView.has(element)) this.#draw(element);
    });
  }

  #wire() {
    tell(this.opacity, `${this.opacity.value} %`);
    tell(this.threshold, this.texts.stored);
    this.opacity.addEventListener("input", () => {
      this.#opacity = this.opacity.valueAsNumber / 100;
      localStorage.setItem(OPACITY, this.opacity.value);
      tell(this.opacity, `${this.opacity.value} %`);
      this.#looked();
    });
    this.threshold.addEventListener("input", () => this.#lookAt(this.threshold.valueAsNumber));
    this.asStored.addEventListener("click", () => { this.threshold.focus(); this.#lookAt(null); });
  }

  #lookAt(threshold) {
    this.#threshold = threshold;
    this.asStored.hidden = threshold === null;
    tell(this.threshold, threshold === null ? this.texts.stored : fill(this.texts.shown, { threshold: threshold.toFixed(2) }));
    this.#looked();
  }

  #looked() {
    this.redraw();
    this.dispatchEvent(new Event("look"));
  }

  #adopt(element, watching) {
    const overlay = new Overlay();
    element.querySelector("img").after(overlay.canvas);
    this.#overlays.set(element, overlay);
    this.#stale.add(element);
    watching.observe(element);
  }

  #see(seen) {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) this.#inView.add(target);
      else this.#inView.delete(target);
    }
    this.redraw([]);
  }

  async #draw(element) {
    this.#stale.delete(element);
    const overlay = this.#overlays.get(element);
    await overlay.show(element.dataset.map);
    overlay.draw(this.of(element));
  }
}

/** A slider's value in words, for whoever looks and whoever listens. */
function tell(slider, text) {
  slider.nextElementSibling.value = slider.ariaValueText = text;
}
