// Requests of a word's pages → answers in the four kinds that the queue knows.

import { csrfToken } from "./page.js";

const setToken = (token) => { document.querySelector('meta[name="csrf-token"]').content = token; };

/** Data of one of a word's addresses; throws what a server says instead, "" where none answers. */
export async function ask(word, what) {
  const [response, answer] = await fetch(`/words/${encodeURIComponent(word)}/${what}`, { headers: { Accept: "application/json" } })
    .then(async (given) => [given, await given.json()])
    .catch(() => { throw new Error(""); });
  if (!response.ok) throw new Error(answer.error?.message ?? response.statusText);
  return answer;
}

/** Send a change; {is: "stored" | "refused" | "away" | "login", answer, message}. */
export async function change(word, what, body, isSecond = false) {
  let response;
  let answer;
  try {
    response = await post(`/words/${encodeURIComponent(word)}/${what}`, body);
    answer = await response.json();
  } catch {
    return { is: "away" };
  }
  if (response.ok || Array.isArray(answer.accepted)) return { is: "stored", answer };
  if (response.status === 401) return { is: "login" };
  if (answer.error?.kind === "CSRFError") {
    if (isSecond) return { is: "login" };
    await renewToken();
    return change(word, what, body, true);
  }
  if (response.status >= 500 || response.status === 429) return { is: "away" };
  return { is: "refused", message: answer.error?.message ?? response.statusText, status: response.status };
}

/** Log in again where one's session ended; the name of whoever is in now, or null. */
export async function logIn(name, password) {
  await renewToken();
  const response = await post("/login", { name, password });
  if (!response.ok) return null;
  const answer = await response.json();
  setToken(answer.csrf_token);
  return answer.name;
}

async function renewToken() {
  const response = await fetch("/login.json");
  if (response.ok) setToken((await response.json()).csrf_token);
}

const post = (address, body) => fetch(address, {
  method: "POST",
  headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
  body: JSON.stringify(body),
});
