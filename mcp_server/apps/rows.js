// The list of steps: only rows in sight are made, one of them can be focused, and the arrow keys move it.

const ROW = 36;
const SPARE = 8;
const FULL = 12;

function rowList(model, on) {
  const made = new Map();
  let rows = [];
  let active = 0;
  let opened = null;
  const space = element("div", { role: "presentation" });
  const node = element(
    "div",
    { class: `rows ${model.kind === "sandbox" ? "lines" : ""}`, role: "listbox", "aria-label": model.many, keydown: pressed },
    space,
  );
  let waiting = false;
  node.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      fill();
    });
  });
  new ResizeObserver(fill).observe(node);

  function fill() {
    const first = Math.max(Math.floor(node.scrollTop / ROW) - SPARE, 0);
    const last = Math.min(Math.ceil((node.scrollTop + (node.clientHeight || 480)) / ROW) + SPARE, rows.length);
    const wanted = new Set([active]);
    for (let at = first; at < last; at += 1) wanted.add(at);
    for (const [at, row] of made) {
      if (!wanted.has(at)) {
        row.remove();
        made.delete(at);
      }
    }
    for (const at of wanted) {
      if (at < rows.length && !made.has(at)) {
        const row = drawn(rows[at], at);
        made.set(at, row);
        space.append(row);
      }
    }
  }

  function drawn(row, at) {
    const option = element(
      "div",
      {
        class: row.failed ? "row failed" : "row",
        role: "option",
        tabindex: at === active ? "0" : "-1",
        "aria-setsize": rows.length,
        "aria-posinset": at + 1,
        "aria-selected": String(row === opened),
        "aria-label": spoken(model, row),
        click: () => {
          activate(at);
          on.open(row);
        },
        focus: () => on.active(row),
      },
      element("span", { class: "n" }, String(row.n)),
      element("span", { class: "kind" }, shape(row.kind), element("span", {}, row.type)),
      element("span", { class: "what" }, row.failed ? failedMark() : null, element("span", {}, row.what)),
      element("span", { class: "took" }, model.kind === "run" ? duration(row.seconds) : when(row)),
    );
    option.style.transform = `translateY(${at * ROW}px)`;
    return option;
  }

  function activate(at) {
    made.get(active)?.setAttribute("tabindex", "-1");
    active = Math.min(Math.max(at, 0), Math.max(rows.length - 1, 0));
    const top = active * ROW;
    if (top < node.scrollTop) node.scrollTop = top;
    if (top + ROW > node.scrollTop + node.clientHeight) node.scrollTop = top + ROW - node.clientHeight;
    fill();
    const row = made.get(active);
    row?.setAttribute("tabindex", "0");
    row?.focus({ preventScroll: true });
  }

  function pressed(event) {
    const page = Math.max(Math.floor(node.clientHeight / ROW) - 1, 1);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length };
    if (event.key in moves) activate(active + moves[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && rows.length) on.open(rows[active]);
    else return;
    event.preventDefault();
  }

  return {
    node,
    /** Shows other rows; the focusable one stays the same if it is among them. */
    show(others) {
      const before = rows[active];
      rows = others;
      active = Math.max(rows.indexOf(before), 0);
      made.clear();
      space.replaceChildren();
      space.style.height = `${rows.length * ROW}px`;
      node.style.height = rows.length <= FULL ? `${Math.max(rows.length, 2) * ROW + 2}px` : "";
      if (rows.length) {
        node.scrollTop = Math.min(node.scrollTop, Math.max(rows.length * ROW - node.clientHeight, 0));
        fill();
      } else space.append(element("p", { class: "none" }, `No ${model.many} match the filter.`));
    },
    /** Focuses a row, in sight. */
    go(row) {
      activate(rows.indexOf(row));
    },
    /** Marks the row that is open; null for none. */
    select(row) {
      opened = row;
      for (const [at, option] of made) option.setAttribute("aria-selected", String(rows[at] === row));
    },
    /** The next failed row after the focusable one, or before it, all round; undefined where there is none. */
    failed(direction) {
      const marked = rows.map((row, at) => ({ row, at })).filter(({ row }) => row.failed);
      const ahead = direction > 0 ? marked.find(({ at }) => at > active) : marked.findLast(({ at }) => at < active);
      return (ahead || (direction > 0 ? marked[0] : marked.at(-1)))?.row;
    },
  };
}

function failedMark() {
  return element("span", { class: "mark" }, "✕", element("span", { class: "word" }, " failed"));
}

function when(row) {
  return row.time === null ? "" : clockTime(row.time);
}

/** A row as it is read aloud. */
function spoken(model, row) {
  const said = [`${model.one} ${row.n}`, row.type, row.what, row.failed ? "failed" : ""];
  if (model.kind === "run") said.push(row.seconds === undefined ? "" : `took ${duration(row.seconds)}`);
  return said.filter(Boolean).join(", ");
}
