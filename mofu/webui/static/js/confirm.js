// A blind second look by keyboard: what is said is kept in this browser until the server has it, and the next picture
// is there at once. Without this module each answer is a form of its own.

import { csrfToken, isTyping, showAway } from "./page.js";
import { Queue, uuid } from "./queue.js";

const page = document.querySelector("[data-confirm]");
const part = (name) => page.querySelector(`[data-confirm-${name}]`);
const text = (name, values) => page.dataset[`text${name}`].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const form = page.querySelector("form");
const order = page.dataset.order.split(" ");
const given = JSON.parse(part("given").textContent);
const KEYS = { a: "accept", x: "reject", s: "unsure" };

const { word, audit, who } = page.dataset;
const queue = new Queue({ storage: localStorage, prefix: `mofu.confirm.${word}.${audit}.${who}.`, send });
let at = Number(page.dataset.at);

async function send(entries) {
  let answer;
  try {
    answer = await fetch(page.dataset.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ verdicts: entries.flatMap((entry) => entry.verdicts) }),
    });
  } catch {
    return { is: "away" };
  }
  if (answer.ok) return { is: "stored", answer: await answer.json() };
  if (answer.status >= 500) return { is: "away" };
  if (answer.status === 401) return { is: "login" };
  return { is: "refused", message: (await answer.json()).error.message };
}

/** The first place after one, or else the first of all, that is not judged; the sample's size where all are. */
function next(after) {
  const left = order.findIndex((image, place) => place > after && !given[image]);
  const any = left < 0 ? order.findIndex((image) => !given[image]) : left;
  return any < 0 ? order.length : any;
}

function preload(place) {
  if (place < order.length) new Image().src = `/pictures/${order[place]}/large`;
}

function show() {
  const image = order[at];
  form.hidden = !image;
  part("done").hidden = Boolean(image);
  part("back").hidden = at === 0;
  part("progress").value = Object.keys(given).length;
  part("at").textContent = text("At", { at: Math.min(at + 1, order.length), all: order.length });
  if (!image) return;
  if (form.elements.image.value !== image) part("picture").src = `/pictures/${image}/large`;
  form.elements.image.value = image;
  const said = given[image];
  part("said").hidden = !said;
  part("said").textContent = said ? text(said[0].toUpperCase() + said.slice(1), {}) : "";
  preload(at + 1);
  preload(at + 2);
}

function showQueue() {
  showAway(queue.state === "away");
  part("unsent").dataset.state = queue.state;
  part("unsent").textContent = queue.unsent ? text("Unsent", { count: queue.unsent }) : "";
}

function say(judgement) {
  const image = order[at];
  if (!image) return;
  given[image] = judgement;
  queue.push({ kind: "give", verdicts: [{ uid: uuid(), image, judgement }] });
  at = next(at);
  show();
}

function back() {
  at = Math.max(0, at - 1);
  show();
}

/** The results are the server's: asked for once all is stored. */
async function told() {
  if (queue.unsent) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("told");
  if (fresh) document.getElementById("told").replaceWith(fresh);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter) say(event.submitter.value);
});
part("back").addEventListener("click", (event) => {
  event.preventDefault();
  back();
});
document.addEventListener("keydown", (event) => {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const pressed = event.key.toLowerCase();
  if (pressed in KEYS) say(KEYS[pressed]);
  else if (pressed === "z" || event.key === "ArrowLeft") back();
  else return;
  event.preventDefault();
});
queue.addEventListener("change", showQueue);
queue.addEventListener("stored", told);
queue.addEventListener("refused", ({ detail }) => {
  part("refused").hidden = false;
  part("refused").textContent = text("Refused", { message: detail.message });
});
addEventListener("online", () => queue.resume());

const waiting = queue.entries.flatMap((entry) => entry.verdicts);
for (const { image, judgement } of waiting) given[image] = judgement;
if (waiting.some(({ image }) => image === order[at])) at = next(at);
show();
showQueue();
queue.resume();
