"use strict";
function before(one, other) {
  if (one === "" || other === "") return (one === "") - (other === "");
  const gap = Number(one) - Number(other);
  return Number.isNaN(gap) ? one.localeCompare(other) : gap;
}
function sort(head) {
  const table = head.closest("table"), at = head.cellIndex;
  const now = head.getAttribute("aria-sort");
  const up = now ? now === "descending" : at === 0;
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const order = ({cells}) => (cells[at].className === "small" ? "" : cells[at].dataset.order);
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((one, other) => {
    const a = order(one), b = order(other);
    return up || a === "" || b === "" ? before(a, b) : before(b, a);
  });
  body.append(...rows);
}
for (const head of document.querySelectorAll("thead th")) {
  const press = document.createElement("button");
  press.type = "button";
  press.append(...head.childNodes);
  press.addEventListener("click", () => sort(head));
  head.append(press);
}
