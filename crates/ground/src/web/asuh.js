// What JavaScript makes better; everything works without it.
"use strict";

// A page that waits for a job says so with <main data-poll="seconds">: fetch it again and swap the part.
function poll() {
  const part = document.querySelector("[data-poll]");
  if (!part) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(location.href, { headers: { "X-Part": "1" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#" + part.id);
      if (fresh) { part.replaceWith(fresh); ready(fresh); }
    } catch (_) { /* no connection: try again */ }
    poll();
  }, 1000 * (Number(part.dataset.poll) || 2));
}

// A second click on the same button sends nothing: the form's id would make it harmless anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 3000);
});

// <button data-confirm="..."> asks before it sends.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !confirm(button.dataset.confirm)) event.preventDefault();
});

// A menu that lies over the page closes when one turns to something else.
document.addEventListener("click", (event) => {
  document.querySelectorAll(".groups details[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(".groups details[open]").forEach((menu) => { menu.open = false; menu.firstChild.focus(); });
});

// <button data-key="s"> is pressed by its letter, outside of fields; data-needs names a field that comes first.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const button = document.querySelector('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
  if (!button) return;
  event.preventDefault();
  const field = button.dataset.needs && button.form.elements[button.dataset.needs];
  if (field && !field.value) field.focus(); else button.click();
});

// <p data-find=".person" hidden>: a field that leaves only those whose heading has what is typed. "/" leads to it and begins
// anew, Enter to the first that is left, Escape shows all again.
document.querySelectorAll("[data-find]").forEach((box) => {
  const field = box.querySelector("input");
  const all = [...document.querySelectorAll(box.dataset.find)];
  const show = (words) => {
    const wanted = words.trim().toLowerCase();
    all.forEach((one) => { one.hidden = !one.firstElementChild.textContent.toLowerCase().includes(wanted); });
  };
  box.hidden = false;
  field.addEventListener("input", () => show(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { field.value = ""; show(""); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = all.find((one) => !one.hidden);
    if (first && first.tagName === "DETAILS") first.open = true;
    const choice = first && (first.querySelector(":checked") || first.querySelector("input[type=radio]"));
    if (choice) choice.focus();
  });
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest("input:not([type=radio]):not([inputmode=numeric]), textarea, select");
    if (event.key !== "/" || writes) return;
    event.preventDefault();
    field.value = "";
    show("");
    field.focus();
  });
});

// <button data-print> prints.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// <button data-copy="id"> copies a text.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value || source.textContent);
  button.textContent = button.dataset.done || button.textContent;
});

// A signature drawn with finger or mouse: <div data-signature="field"> gets a canvas and a hidden input.
function signature(box) {
  const canvas = document.createElement("canvas");
  canvas.width = 600; canvas.height = 200;
  canvas.setAttribute("aria-label", box.dataset.label || "");
  const hidden = document.createElement("input");
  hidden.type = "hidden"; hidden.name = box.dataset.signature;
  const clear = document.createElement("button");
  clear.type = "button"; clear.className = "link"; clear.textContent = box.dataset.clear || "×";
  box.append(canvas, hidden, clear);
  const pen = canvas.getContext("2d");
  pen.lineWidth = 3; pen.lineCap = "round";
  let drawing = false;
  const at = (e) => {
    const r = canvas.getBoundingClientRect();
    return [(e.clientX - r.left) * canvas.width / r.width, (e.clientY - r.top) * canvas.height / r.height];
  };
  canvas.addEventListener("pointerdown", (e) => {
    drawing = true; canvas.setPointerCapture(e.pointerId); pen.beginPath(); pen.moveTo(...at(e)); e.preventDefault();
  });
  canvas.addEventListener("pointermove", (e) => { if (drawing) { pen.lineTo(...at(e)); pen.stroke(); } });
  canvas.addEventListener("pointerup", () => { drawing = false; hidden.value = canvas.toDataURL("image/png"); });
  clear.addEventListener("click", () => { pen.clearRect(0, 0, canvas.width, canvas.height); hidden.value = ""; });
}

function ready(root) {
  root.querySelectorAll("[data-signature]").forEach(signature);
  const problems = root.querySelector(".problems");
  if (problems) problems.focus();
}
ready(document);
poll();
