// Strokes and boxes on a picture → a small mask that says which style goes where: level 0 for none, 1 for the first …

const LONGEST_PX = 256;
const OPACITY = 150;
/** Where the tint of a level is seen, so that levels differ in more than their colour. */
const PATTERNS = [() => false, () => true, (x, y) => (x + y) % 8 < 5, (x, y) => (x - y + 8 * LONGEST_PX) % 8 < 5, (x, y) => x % 6 < 4 && y % 6 < 4];

export class Mask {
  #kept = [];

  /** A clear mask in the aspect of a picture. */
  constructor(pictureWidth, pictureHeight) {
    const scale = LONGEST_PX / Math.max(pictureWidth, pictureHeight);
    this.width = Math.max(1, Math.round(pictureWidth * scale));
    this.height = Math.max(1, Math.round(pictureHeight * scale));
    this.levels = new Uint8Array(this.width * this.height);
  }

  /** Remember the mask as it is, for `undo`. */
  keep() { this.#kept.push(this.levels.slice()); }

  get canUndo() { return this.#kept.length > 0; }

  undo() { this.levels = this.#kept.pop() ?? this.levels; }

  /** Draw a round brush from one point to another; points and radius in shares of the mask's width and height. */
  stroke([fromX, fromY], [toX, toY], radius, level) {
    const [x0, y0, x1, y1] = [fromX * this.width, fromY * this.height, toX * this.width, toY * this.height];
    const reach = Math.max(0.5, radius * Math.max(this.width, this.height));
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    this.#each([Math.min(x0, x1) - reach, Math.min(y0, y1) - reach, Math.max(x0, x1) + reach, Math.max(y0, y1) + reach], (x, y) => {
      const along = length ? Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length)) : 0;
      return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) <= reach;
    }, level);
  }

  /** Fill a box, its numbers in shares of the picture. */
  box({ left, top, width, height }, level) {
    const [x0, y0, x1, y1] = [left * this.width, top * this.height, (left + width) * this.width, (top + height) * this.height];
    this.#each([x0, y0, x1, y1], (x, y) => x >= x0 && x < x1 && y >= y0 && y < y1, level);
  }

  clear() { this.levels.fill(0); }

  /** The share of the picture that has a style, 0 … 1. */
  get share() {
    let count = 0;
    for (const level of this.levels) count += level > 0;
    return count / this.levels.length;
  }

  /** Take a level from a grey picture of the same size, RGBA: where it is bright. */
  read(rgba, level) {
    for (let at = 0; at < this.levels.length; at += 1) if (rgba[4 * at] > 127) this.levels[at] = level;
  }

  /** A level as a grey picture, white where it is, RGBA; null where it is nowhere. */
  written(level) {
    if (!this.levels.includes(level)) return null;
    const pixels = new Uint8ClampedArray(4 * this.levels.length);
    this.levels.forEach((each, at) => pixels.set(each === level ? [255, 255, 255, 255] : [0, 0, 0, 255], 4 * at));
    return pixels;
  }

  /** As it lies over the picture, RGBA; `tints` are [r, g, b] by level. */
  painted(tints) {
    const pixels = new Uint8ClampedArray(4 * this.levels.length);
    this.levels.forEach((level, at) => {
      if (level && PATTERNS[level](at % this.width, Math.floor(at / this.width))) pixels.set([...tints[level], OPACITY], 4 * at);
    });
    return pixels;
  }

  /** Set a level at every pixel of a rectangle whose middle passes. */
  #each([left, top, right, bottom], passes, level) {
    const [x0, y0] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
    const [x1, y1] = [Math.min(this.width, Math.ceil(right)), Math.min(this.height, Math.ceil(bottom))];
    for (let y = y0; y < y1; y += 1) {
      for (let x = x0; x < x1; x += 1) if (passes(x + 0.5, y + 0.5)) this.levels[y * this.width + x] = level;
    }
  }
}
