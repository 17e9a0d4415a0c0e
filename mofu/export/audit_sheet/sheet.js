"use strict";
const about = JSON.parse(document.getElementById("sample").dataset.about);
const form = document.getElementById("sample");
const count = document.getElementById("count");
const when = new Map();

form.addEventListener("change", (event) => {
  if (event.target.type !== "radio") return;
  when.set(event.target.name, new Date().toISOString());
  count.textContent = String(when.size);
});

const cell = (text) => `"${String(text).replaceAll('"', '""')}"`;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const rows = [["word", "language", "noun", "image", "judgement", "who", "when", "purpose", "audit"]];
  for (const [image, at] of when) {
    const judgement = form.elements.namedItem(image).value;
    rows.push([about.word, about.language, about.noun, image, judgement, form.elements.who.value, at, "audit", about.audit]);
  }
  const text = rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = `judged-${about.slug}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
});
