// Two pictures beside one another → one, divided by a line that a slider moves: left of it before, right of it after.

const MIDDLE = 50;

export class Compare {
  #slider;

  constructor(figure) {
    this.figure = figure;
    [this.before, this.after] = figure.querySelectorAll("img");
    this.#slider = document.createElement("input");
    Object.assign(this.#slider, { type: "range", min: 0, max: 100, step: 1, value: MIDDLE, className: "style-split" });
    this.#slider.setAttribute("aria-label", figure.dataset.label);
    this.#slider.addEventListener("input", () => this.#split());
    figure.querySelector(".style-pair").append(this.#slider);
    figure.classList.add("is-split");
    this.#split();
  }

  /** Show another picture after the line. */
  show(address, alt) {
    if (this.after.getAttribute("src") !== address) this.after.src = address;
    this.after.alt = alt;
  }

  #split() {
    const { value } = this.#slider;
    this.figure.style.setProperty("--split", `${value}%`);
    const text = this.figure.dataset.shown.replace("{before}", value).replace("{after}", 100 - value);
    this.#slider.setAttribute("aria-valuetext", text);
  }
}
