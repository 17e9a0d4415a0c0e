// A soft map of a region → the region over its picture: outlined, the rest under a veil, at any threshold at once.

const LEVELS = 255;
const INNER = [255, 255, 255];
const OUTER = [28, 28, 27];
const VEIL = OUTER; // over what is outside: a tint over the region would change the surface that is to be judged
const LONGEST_PX = 1200;
const LINES = 400;

/**
 * Pixels over a picture, RGBA, that leave its region clear: `levels` (0 … 255, `width` of them in a row) below a threshold
 * (0 … 1) under a veil of an opacity (0 … 1), with a light line on the region's border within and a dark one around it, thicker on
 * a large picture. Fully clear at opacity 0.
 */
export function paint(levels, width, { threshold, opacity }) {
  const pixels = new Uint8ClampedArray(4 * levels.length);
  if (!opacity) return pixels;
  const height = levels.length / width;
  const least = threshold * LEVELS;
  const outer = Math.max(1, Math.round(Math.max(width, height) / LINES));
  const isIn = (x, y) => x >= 0 && y >= 0 && x < width && y < height && levels[y * width + x] >= least;
  const differs = (x, y, inside, by) =>
    isIn(x - by, y) !== inside || isIn(x + by, y) !== inside || isIn(x, y - by) !== inside || isIn(x, y + by) !== inside;
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      const inside = levels[at] >= least;
      if (!inside) set(pixels, at, ...(differs(x, y, false, outer) ? [OUTER, 1] : [VEIL, opacity]));
      else if (differs(x, y, true, 2 * outer)) set(pixels, at, INNER, 1);
    }
  }
  return pixels;
}

/** The share of a map that reaches a threshold, 0 … 1. */
export function share(levels, threshold) {
  const least = threshold * LEVELS;
  let count = 0;
  for (const level of levels) count += level >= least;
  return count / levels.length;
}

function set(pixels, at, [red, green, blue], opacity) {
  pixels[4 * at] = red;
  pixels[4 * at + 1] = green;
  pixels[4 * at + 2] = blue;
  pixels[4 * at + 3] = Math.round(LEVELS * opacity);
}

/** The overlay of one picture: a canvas that lies on it, in its aspect, drawn from its map. */
export class Overlay {
  #map = null; #levels = null; #scaled = null; #canvas; #loading = null; #address = null;

  constructor(canvas = document.createElement("canvas")) {
    this.#canvas = canvas;
    canvas.className = "region-overlay";
    canvas.setAttribute("aria-hidden", "true");
  }

  get canvas() { return this.#canvas; }

  /** Whose map it is; what was drawn of another is gone. */
  show(map) {
    const address = `/region-maps/${map}/map.png`;
    if (address === this.#address) return this.#loading;
    [this.#address, this.#map, this.#levels, this.#scaled] = [address, null, null, null];
    this.#canvas.width = this.#canvas.width; // eslint-disable-line no-self-assign -- clears it
    this.#loading = load(address).then((picture) => {
      if (address !== this.#address || picture === null) return;
      this.#map = picture;
      this.#levels = read(picture, picture.naturalWidth, picture.naturalHeight);
    });
    return this.#loading;
  }

  /** The share of the picture from a threshold on; null until the map is here. */
  share(threshold) { return this.#levels && share(this.#levels, threshold); }

  /** Draw at the size that it is shown at; nothing until the map is here. */
  draw(look) {
    if (this.#map === null) return;
    const scale = Math.min(2, devicePixelRatio || 1);
    const box = this.#canvas.getBoundingClientRect();
    const { naturalWidth: mapWidth, naturalHeight: mapHeight } = this.#map;
    const shown = Math.min((box.width || mapWidth) / mapWidth, (box.height || mapHeight) / mapHeight) * scale;
    const fit = Math.min(shown, LONGEST_PX / Math.max(mapWidth, mapHeight));
    const [width, height] = [Math.max(1, Math.round(mapWidth * fit)), Math.max(1, Math.round(mapHeight * fit))];
    if (this.#scaled?.width !== width || this.#scaled.height !== height) {
      this.#scaled = { width, height, levels: read(this.#map, width, height) };
    }
    [this.#canvas.width, this.#canvas.height] = [width, height];
    const pixels = new ImageData(paint(this.#scaled.levels, width, look), width, height);
    this.#canvas.getContext("2d").putImageData(pixels, 0, 0);
  }
}

async function load(address) {
  const picture = new Image();
  picture.src = address;
  return picture.decode().then(() => picture, () => null);
}

/** The levels of a grey picture, scaled smoothly. */
function read(picture, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8Array.from({ length: width * height }, (_, at) => data[4 * at]);
}
