// Parts that ask for themselves again: one that has not changed is left alone, so that focus, selection and scroll stay.

import { csrfToken } from "./page.js";

document.addEventListener("submit", (event) => {
  const token = event.target.querySelector('input[name="csrf_token"][value=""]');
  if (token !== null) token.value = csrfToken();
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  if (!part.hasAttribute("data-unchanged")) return;
  const tag = event.detail.xhr.getResponseHeader("ETag");
  if (tag !== null && tag === part.dataset.tag) event.detail.shouldSwap = false;
  part.dataset.tag = tag ?? "";
  const log = part.querySelector(".log");
  part.dataset.log = log === null ? "" : String(log.scrollHeight - log.scrollTop - log.clientHeight < 8 ? "end" : log.scrollTop);
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  const part = event.detail.target;
  const log = part.querySelector(".log");
  if (log === null || !part.dataset.log) return;
  log.scrollTop = part.dataset.log === "end" ? log.scrollHeight : Number(part.dataset.log);
});
