"use strict";

// Nothing of the page depends on this: it sorts tables, opens panels that a link leads into, and
// says where a table is wider than its place.

const units = { kB: 1e3, MB: 1e6, GB: 1e9 };
const numbers = ["number", "signed", "interval", "count", "size"];

function value(row, column) {
  const cell = row.cells[column];
  const text = cell.textContent.trim();
  if (!numbers.some((kind) => cell.classList.contains(kind))) return text;
  const [number, unit] = text.split(" ");
  return parseFloat(number.replaceAll("\u202f", "").replace("\u2212", "-")) * (units[unit] ?? 1);
}

function compare(first, second, sign) {
  const missing = Number(Number.isNaN(first)) - Number(Number.isNaN(second));
  if (missing !== 0 || Number.isNaN(first)) return missing; // what is not defined stays below
  return first === second ? 0 : first < second ? -sign : sign;
}

function sort(table, rows, heads, column) {
  const next = { none: "ascending", ascending: "descending", descending: "none" };
  const order = next[heads[column].getAttribute("aria-sort")];
  for (const head of heads) head.setAttribute("aria-sort", "none");
  heads[column].setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const by = (a, b) => compare(value(a, column), value(b, column), sign);
  table.tBodies[0].append(...(order === "none" ? rows : rows.toSorted(by)));
}

for (const table of document.querySelectorAll("table.sortable")) {
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(table, rows, heads, column));
    head.append(button);
    head.setAttribute("aria-sort", "none");
  });
}

function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let panel = target?.closest("details"); panel; panel = panel.parentElement.closest("details")) {
    panel.open = true;
  }
  target?.scrollIntoView();
}
if (location.hash) open();
addEventListener("hashchange", open);

const widths = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    target.parentElement.classList.toggle("wide", target.scrollWidth > target.clientWidth);
  }
});
for (const place of document.querySelectorAll(".scroll")) widths.observe(place);
