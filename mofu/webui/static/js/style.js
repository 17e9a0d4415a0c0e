// The page of a word's styles: the mix, the brush, the picture that is chosen, and what was made, looked at side by side.

import { Compare } from "./style-compare.js";
import { Easel } from "./style-easel.js";
import { Mix } from "./style-mix.js";
import { Shown } from "./style-shown.js";

function makeReady(form) {
  const mix = new Mix(document.getElementById("mix"));
  const stage = document.getElementById("easel");
  const picture = document.getElementById("content");
  let easel = null;

  const isPainting = () => form.elements.region.value === "paint";
  function show() {
    const canPaint = !picture.hidden;
    document.getElementById("paint").hidden = !canPaint;
    document.getElementById("brush-tools").hidden = !canPaint || !isPainting();
    document.getElementById("box").hidden = form.elements.region.value !== "box";
    easel?.show(isPainting());
  }
  function begin() {
    easel = new Easel(stage, [...form.querySelectorAll('[name="painted"]')]);
    easel.ready.then(() => easel.offer(mix.used));
    show();
  }
  function put(address) {
    if (picture.getAttribute("src") === address) return;
    picture.src = address;
    picture.hidden = false;
    document.getElementById("no-content")?.remove();
    for (const field of form.querySelectorAll('[name="mask"], [name="painted"]')) field.value = field.dataset.address = "";
    easel?.leave();
    begin();
  }

  form.elements.picture.addEventListener("change", ({ target }) => {
    if (!target.files.length) return;
    put(URL.createObjectURL(target.files[0]));
    for (const choice of form.querySelectorAll('[name="content"]')) choice.checked = false;
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === "content") {
      form.elements.picture.value = "";
      put(target.dataset.address);
    }
    if (target.name === "region") show();
  });
  mix.addEventListener("change", () => easel?.offer(mix.used));
  if (picture.hidden) show();
  else begin();
}

const form = document.getElementById("style-form");
if (form) makeReady(form);
const made = document.getElementById("cells");
if (made) new Shown(made, document.getElementById("compare"), (figure) => new Compare(figure));
