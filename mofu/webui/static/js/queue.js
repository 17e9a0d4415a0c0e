// What a person did → the server, in order and once each: kept in the browser until the server says that it is stored.
//
// An entry is {kind: "give", step, judgement, verdicts: [{id, image, expects}]} or {kind: "undo" | "redo", id, step}.
// Every id is made here, so that what is sent again for want of an answer is stored once.

export const MOST = 1000;
const SHORTEST_MS = 1000;
const LONGEST_MS = 30000;

/** A random UUID; pages that come without TLS have no crypto.randomUUID. */
export function uuid(random = crypto) {
  const bytes = random.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
}

/**
 * Events: "change" (the count or the state), "stored" (detail {entries, answer}), "refused" (detail {entries, message}).
 * `send(entries)` answers {is: "stored", answer}, {is: "refused", message}, {is: "away"} or {is: "login"}.
 */
export class Queue extends EventTarget {
  #entries; #storage; #prefix; #send; #later; #number; #tab = uuid().slice(0, 8); #wait = SHORTEST_MS; #sending = null;

  constructor({ storage, prefix, send, later = (work, ms) => setTimeout(work, ms) }) {
    super();
    [this.#storage, this.#prefix, this.#send, this.#later] = [storage, prefix, send, later];
    this.state = "sent";
    this.#entries = kept(storage, prefix);
    this.#number = Math.max(Date.now(), ...this.#entries.map((entry) => entry.number + 1));
    if (this.#entries.length) this.state = "unsent";
  }

  get entries() { return this.#entries.map(({ entry }) => entry); }

  /** Verdicts and steps that are not stored yet. */
  get unsent() { return this.entries.reduce((sum, entry) => sum + (entry.verdicts?.length ?? 1), 0); }

  push(entry) {
    const number = this.#number++;
    const key = `${this.#prefix}${number}.${this.#tab}`; // two tabs may count alike
    this.#entries.push({ key, number, entry });
    try {
      this.#storage.setItem(key, JSON.stringify(entry));
    } catch {
      // no room: the entry is sent all the same, it only would not outlive this tab
    }
    if (this.state === "sent") this.state = "unsent";
    this.#changed();
    return this.resume();
  }

  /** Send now what waits; over when all is sent, or nothing can be. */
  async resume() {
    if (!this.#entries.length) return;
    this.#sending ??= this.#sendAll();
    await this.#sending;
  }

  async #sendAll() {
    try {
      while (this.#entries.length && (await this.#sendNext())) { /* the next */ }
    } finally {
      this.#sending = null;
    }
  }

  async #sendNext() {
    const some = together(this.entries);
    const reply = await this.#send(some);
    if (reply.is === "away" || reply.is === "login") {
      this.state = reply.is;
      this.#changed();
      if (reply.is === "away") this.#again();
      return false;
    }
    this.#wait = SHORTEST_MS;
    for (const { key } of this.#entries.splice(0, some.length)) this.#storage.removeItem(key);
    this.state = this.#entries.length ? "unsent" : "sent";
    const detail = { entries: some, answer: reply.answer, message: reply.message };
    this.dispatchEvent(new CustomEvent(reply.is, { detail }));
    this.#changed();
    return true;
  }

  #again() {
    this.#later(() => this.resume(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(LONGEST_MS, this.#wait * 2);
  }

  #changed() { this.dispatchEvent(new Event("change")); }
}

/** The first entries that go in one request: verdicts together, a step of undo or redo alone. */
export function together(entries) {
  if (entries[0].kind !== "give") return entries.slice(0, 1);
  let count = 0;
  const end = entries.findIndex((entry) => entry.kind !== "give" || (count += entry.verdicts.length) > MOST);
  return entries.slice(0, end < 0 ? undefined : Math.max(1, end));
}

function kept(storage, prefix) {
  const keys = Array.from({ length: storage.length }, (_, place) => storage.key(place));
  return keys.filter((key) => key.startsWith(prefix))
    .map((key) => ({ key, number: parseInt(key.slice(prefix.length), 10), entry: JSON.parse(storage.getItem(key)) }))
    .sort((a, b) => a.number - b.number);
}
