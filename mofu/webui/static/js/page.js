// What every page does: forms are sent once and, by htmx, with the token; a server that is away is said so; `?` opens
// the help.

const SENT_MS = 5000;
const away = document.getElementById("away");

/** The token that every change must carry. */
export const csrfToken = () => document.querySelector('meta[name="csrf-token"]').content;

/** Say something to whoever listens rather than looks. */
export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

/** Show or hide the line that says that the server does not answer. */
export const showAway = (isAway) => { away.hidden = !isAway; };

/** Whether single characters are nobody's keys here: who speaks to the machine, or hits keys by mistake, switches them off. */
const areOff = (event) => document.documentElement.dataset.keys === "off" && event.key.length === 1 && event.key !== " "
  && !event.ctrlKey && !event.metaKey;

/** Whether a key is text: typed into a field, composed by an input method, or a character where these are no keys. */
export function isTyping(event) {
  if (event.isComposing || event.keyCode === 229 || areOff(event)) return true;
  const target = event.target;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=range])"));
}

document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.body.addEventListener("htmx:sendError", () => showAway(true));
document.body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) showAway(false); });

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || event.defaultPrevented) return;
  document.querySelector("[data-help]").click();
});

// Who types a number of their own means it, whichever of those given was chosen before.
document.addEventListener("input", ({ target }) => {
  if (!target.name?.endsWith("_other") || !target.value) return;
  target.form.querySelector(`[name="${target.name.replace(/_other$/, "")}"][value="other"]`).checked = true;
});

// A double click sends a form once; one that was stopped on its way can be sent again a little later.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, SENT_MS);
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
