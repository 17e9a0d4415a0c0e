// A key press → what it asks the grid to do. Pure: no page, no state.

const MOVES = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down",
  Home: "home", End: "end", PageUp: "pageUp", PageDown: "pageDown",
};
const LETTERS = { a: "accept", x: "reject", s: "unsure", u: "clear", r: "rerank", n: "uncertain", m: "map" };

/** Whether an input method is at work: its keys are text. */
export const isComposing = (event) => Boolean(event.isComposing) || event.keyCode === 229;

/**
 * What a key press means at the grid: {name} and, of moves, {extend}, of tenths, {tenth}; null for nothing of ours.
 * Moves, Space and Enter belong to what has the focus (`isAtGrid`); letters hold on the whole page.
 */
export function actionOf(event) {
  if (isComposing(event) || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return key === "a" ? { name: "all", atGrid: true } : null;
  if (key in MOVES) return { name: MOVES[key], extend: event.shiftKey, atGrid: true };
  if (key === "z") return { name: event.shiftKey ? "redo" : "undo" };
  if (event.shiftKey) return null;
  if (key === " ") return { name: "toggle", atGrid: true };
  if (key === "Enter") return { name: "open", atGrid: true };
  if (key === "Escape") return { name: "back" };
  if (/^[0-9]$/.test(key)) return { name: "tenth", tenth: Number(key) };
  return key in LETTERS ? { name: LETTERS[key] } : null;
}

/** Where a move leads from a place: places count from 0, `rows` is how many rows a screen shows. */
export function placeAfter(move, place, { count, columns, rows }) {
  const to = {
    left: place - 1, right: place + 1, up: place - columns, down: place + columns,
    home: 0, end: count - 1, pageUp: place - rows * columns, pageDown: place + rows * columns,
  }[move];
  if (move === "up" && to < 0) return place;
  if (move === "down" && to >= count) {
    const isLastRow = Math.floor(place / columns) === Math.floor((count - 1) / columns);
    return isLastRow ? place : count - 1;
  }
  return Math.max(0, Math.min(count - 1, to));
}

/**
 * Who has the focus after the ids before it come to another order: the same one while it stays within `reach` places of
 * where it was, else its nearest neighbour that stays so, those behind it first; null of an empty list.
 */
export function keptFocus(id, before, after, reach) {
  const from = Math.max(0, before.indexOf(id));
  const places = new Map(after.map((each, place) => [each, place]));
  const stays = (each) => Math.abs(places.get(each) - from) <= reach;
  const around = [...before.slice(from), ...before.slice(0, from).reverse()];
  return around.find(stays) ?? after[Math.min(from, after.length - 1)] ?? null;
}
