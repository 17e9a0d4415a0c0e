// The map: what is circled with the pointer is chosen, and so is what is ticked in the list of clusters.

import { remember, selection } from "./selection.js";
import { inside } from "./lasso.js";

const page = document.querySelector("[data-map-page]");
const map = page.querySelector("[data-map]");
const spots = [...map.querySelectorAll("[data-id]")].map((element) => ({
  element, id: element.dataset.id, x: Number(element.dataset.x), y: Number(element.dataset.y),
}));
const clusters = [...page.querySelectorAll("[data-map-cluster]")].map((box) => ({ box, ids: box.dataset.mapCluster.split(" ") }));
const ones = [...document.querySelectorAll("[data-map-one]")];
const own = new Set(spots.map((spot) => spot.id));

const DRAG_PX = 5; // less is a click
let drawn = null;

function show() {
  const chosen = selection.chosen;
  const count = spots.filter((spot) => chosen.has(spot.id)).length;
  map.classList.toggle("choosing", count > 0);
  for (const { element, id } of spots) element.classList.toggle("chosen", chosen.has(id));
  for (const { box, ids } of clusters) {
    const within = ids.filter((id) => chosen.has(id)).length;
    box.checked = within === ids.length;
    box.indeterminate = within > 0 && within < ids.length;
  }
  for (const one of ones) one.setAttribute("aria-pressed", chosen.has(one.dataset.mapOne));
  const text = count ? page.dataset.textChosen : page.dataset.textNone;
  page.querySelector("[data-map-count]").textContent = text.replace("{chosen}", count).replace("{all}", spots.length);
}

const without = (ids) => { const gone = new Set(ids); return [...selection.chosen].filter((id) => !gone.has(id)); };

function choose(ids, event) {
  if (event.shiftKey) selection.add(ids);
  else if (event.altKey) selection.replace(without(ids));
  else selection.replace(ids);
}

function place(event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
  return [point.x, point.y];
}

map.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || (event.pointerType === "touch" && !map.classList.contains("finger"))) return;
  drawn = { points: [place(event)], from: [event.clientX, event.clientY], line: null };
});

map.addEventListener("pointermove", (event) => {
  if (!drawn) return;
  if (!drawn.line) {
    if (Math.hypot(event.clientX - drawn.from[0], event.clientY - drawn.from[1]) < DRAG_PX) return;
    drawn.line = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    drawn.line.classList.add("lasso");
    map.append(drawn.line);
    map.setPointerCapture(event.pointerId);
  }
  drawn.points.push(place(event));
  drawn.line.setAttribute("points", drawn.points.map((point) => point.join(",")).join(" "));
});

map.addEventListener("pointerup", (event) => {
  if (drawn?.line) choose(spots.filter((spot) => inside([spot.x, spot.y], drawn.points)).map((spot) => spot.id), event);
  drop();
});
map.addEventListener("pointercancel", drop);

// The click that ends a drag is kept from the link beneath it; with Ctrl a click chooses one picture.
let dragged = false;
function drop() {
  dragged = Boolean(drawn?.line);
  drawn?.line?.remove();
  drawn = null;
}
map.addEventListener("click", (event) => {
  const spot = event.target.closest("[data-id]");
  if (dragged || ((event.ctrlKey || event.metaKey) && spot)) event.preventDefault();
  if (!dragged && (event.ctrlKey || event.metaKey) && spot) selection.toggle(spot.dataset.id);
  dragged = false;
}, true);
map.addEventListener("dragstart", (event) => event.preventDefault());

for (const { box, ids } of clusters) {
  box.hidden = false;
  box.addEventListener("change", () => (box.checked ? selection.add(ids) : selection.replace(without(ids))));
}
for (const one of ones) {
  one.hidden = false;
  one.addEventListener("click", () => selection.toggle(one.dataset.mapOne));
}
page.querySelector("[data-map-clear]").addEventListener("click", () => selection.clear());
page.querySelector("[data-map-finger]").addEventListener("click", (event) => {
  const on = map.classList.toggle("finger");
  event.currentTarget.setAttribute("aria-pressed", on);
});
page.querySelector("[data-map-chosen]").hidden = false;
page.querySelector("[data-map-hint]").hidden = false;

selection.setItems([...own]);
selection.addEventListener("change", show);
remember(selection, page.dataset.word);
show();
