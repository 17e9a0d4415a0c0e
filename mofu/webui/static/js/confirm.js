// A blind second look by keyboard: what is said is kept in this browser until the server has it, and the next picture
// is there at once. Without this module each answer is a form of its own.

import { csrfToken, isTyping, showAway } from "./page.js";

const page = document.querySelector("[data-confirm]");
const part = (name) => page.querySelector(`[data-confirm-${name}]`);
const form = page.querySelector("form");
const order = page.dataset.order.split(" ");
const given = JSON.parse(part("given").textContent);
const key = `mofu.confirm.${page.dataset.word}.${page.dataset.audit}.${page.dataset.who}`;
const KEYS = { a: "accept", x: "reject", s: "unsure" };
const AGAIN_MS = 3000;

let at = Number(page.dataset.at);
let queue = JSON.parse(localStorage.getItem(key) ?? "[]");
let sending = false;

/** A random UUID, also where the page came by plain http from another machine. */
function uid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
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
  const text = page.dataset.textAt.replace("{at}", Math.min(at + 1, order.length)).replace("{all}", order.length);
  part("at").textContent = text;
  if (!image) return;
  part("picture").src = `/pictures/${image}/large`;
  form.elements.image.value = image;
  const said = given[image];
  part("said").hidden = !said;
  part("said").textContent = said ? page.dataset[`text${said[0].toUpperCase()}${said.slice(1)}`] : "";
  preload(at + 1);
  preload(at + 2);
}

function keep() {
  localStorage.setItem(key, JSON.stringify(queue));
  part("unsent").textContent = queue.length ? page.dataset.textUnsent.replace("{count}", queue.length) : "";
}

function say(judgement) {
  const image = order[at];
  if (!image) return;
  queue.push({ uid: uid(), image, judgement });
  given[image] = judgement;
  keep();
  at = next(at);
  show();
  send();
}

async function send() {
  if (sending || !queue.length) return;
  sending = true;
  const some = queue.slice(0, 100);
  try {
    const answer = await fetch(page.dataset.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ verdicts: some }),
    });
    showAway(answer.status >= 500);
    if (answer.ok) {
      queue = queue.slice(some.length);
      keep();
      if (!queue.length) await told();
    } else if (answer.status < 500) {
      const { error } = await answer.json();
      part("unsent").textContent = page.dataset.textRefused.replace("{message}", error.message);
      return;
    }
  } catch {
    showAway(true);
  } finally {
    sending = false;
  }
  if (queue.length) setTimeout(send, AGAIN_MS);
}

/** The results are the server's: asked for once all is stored. */
async function told() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("told");
  if (fresh) document.getElementById("told").replaceWith(fresh);
}

function back() {
  at = Math.max(0, at - 1);
  show();
}

form.addEventListener("submit", (event) => {
  if (!event.submitter?.value) return;
  event.preventDefault();
  say(event.submitter.value);
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
addEventListener("online", send);

for (const each of queue) given[each.image] = each.judgement;
if (queue.some((each) => each.image === order[at])) at = next(at);
keep();
show();
send();
