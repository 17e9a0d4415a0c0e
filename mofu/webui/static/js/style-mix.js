// The sliders of a mix → weights that sum to one hundred: what one gains the others give, each in proportion to what it has.

const WHOLE = 100;

/** Weights in whole per cents after one was set to a value: they sum to 100, the others keep their proportions. */
export function rebalanced(weights, at, value) {
  if (weights.length < 2) return weights.map(() => WHOLE);
  const kept = Math.max(0, Math.min(WHOLE, Math.round(value)));
  const others = weights.reduce((sum, weight, place) => sum + (place === at ? 0 : weight), 0);
  const shares = weights.map((weight, place) => {
    if (place === at) return kept;
    return (others ? weight / others : 1 / (weights.length - 1)) * (WHOLE - kept);
  });
  return rounded(shares);
}

/** Whole numbers of the same sum: those with the largest remainders are rounded up. */
function rounded(shares) {
  const whole = shares.map(Math.floor);
  const order = shares.map((share, at) => [share - whole[at], at]).sort(([a, i], [b, j]) => b - a || i - j);
  let left = WHOLE - whole.reduce((sum, each) => sum + each, 0);
  for (const [, at] of order) if (left-- > 0) whole[at] += 1;
  return whole;
}

/** The parts of a mix in a form; event "change" when a style or a weight did. A part without a style counts nothing. */
export class Mix extends EventTarget {
  #parts;

  constructor(list) {
    super();
    this.#parts = [...list.querySelectorAll("[data-part]")].map((part) => ({
      part, style: part.querySelector("select"), weight: part.querySelector("input"), output: part.querySelector("output"),
    }));
    for (const each of this.#parts) {
      each.weight.addEventListener("input", () => this.#set(each, each.weight.valueAsNumber));
      each.style.addEventListener("change", () => this.#chosen(each));
    }
    this.#show();
  }

  /** The styles in use with the numbers of their parts, from 1, and their names. */
  get used() {
    return this.#parts.flatMap(({ style }, at) => (style.value ? [{ level: at + 1, name: style.selectedOptions[0].dataset.name }] : []));
  }

  #live() { return this.#parts.filter(({ style }) => style.value); }

  /** A style that joins takes its equal share; one that leaves leaves its own to the others. */
  #chosen(each) {
    const live = this.#live();
    if (!each.style.value) {
      each.weight.value = 0;
      if (live.length) this.#set(live[0], weigh(live[0], live));
    } else if (each.weight.valueAsNumber === 0 || live.length === 1) this.#set(each, WHOLE / live.length);
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #set(each, value) {
    const live = this.#live();
    const at = live.indexOf(each);
    if (at < 0) return;
    const weights = rebalanced(live.map(({ weight }) => weight.valueAsNumber), at, value);
    live.forEach(({ weight }, place) => { weight.value = weights[place]; });
    this.#show();
  }

  /** A row that waits for a style is shown below those that have one, and no more than one. */
  #show() {
    let isSpare = false;
    for (const { part, style, weight, output } of this.#parts) {
      part.hidden = !style.value && isSpare;
      isSpare ||= !style.value;
      weight.disabled = !style.value;
      output.value = style.value ? `${weight.value} %` : "";
    }
  }
}

/** The weight of a part once all of them sum to 100. */
function weigh({ weight }, live) {
  const sum = live.reduce((total, each) => total + each.weight.valueAsNumber, 0);
  return sum ? (WHOLE * weight.valueAsNumber) / sum : WHOLE / live.length;
}
