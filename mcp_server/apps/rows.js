// The list of steps: only rows in sight are in the document, one of them can be focused, and the arrow keys move it.

const ROW = 36;
const SPARE = 8;
const FULL = 12;

function rowList(model, on) {
  const made = new Map();
  // Whoever scrolls gets the elements of rows that are out of sight: making them costs more than changing their text.
  const spare = [];
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
    for (const [at, slot] of made) {
      if (!wanted.has(at)) {
        spare.push(slot);
        made.delete(at);
      }
    }
    for (const at of wanted) {
      if (at < rows.length && !made.has(at)) made.set(at, placed(spare.pop() || slotOf(), at));
    }
    for (const { option } of spare) option.remove();
  }

  function slotOf() {
    const [n, type, what, took] = Array.from({ length: 4 }, () => document.createTextNode(""));
    const mark = failedMark();
    const kind = element("span", { class: "kind" }, shape("other"), element("span", {}, type));
    const slot = { n, type, what, took, mark, kind, at: 0, option: null };
    slot.option = element(
      "div",
      {
        role: "option",
        click: () => {
          activate(slot.at);
          on.open(rows[slot.at]);
        },
        focus: () => on.active(rows[slot.at]),
      },
      element("span", { class: "n" }, n),
      kind,
      element("span", { class: "what" }, mark, element("span", {}, what)),
      element("span", { class: "took" }, took),
    );
    return slot;
  }

  /** The slot with the row of that place in it, in the list. */
  function placed(slot, at) {
    const { option } = slot;
    const row = rows[at];
    slot.at = at;
    slot.n.data = String(row.n);
    slot.type.data = row.type;
    slot.what.data = row.what;
    slot.took.data = model.kind === "run" ? duration(row.seconds) : when(row);
    slot.mark.hidden = !row.failed;
    reshape(slot.kind.firstChild, row.kind);
    option.className = row.failed ? "row failed" : "row";
    const said = {
      tabindex: at === active ? "0" : "-1",
      "aria-setsize": rows.length,
      "aria-posinset": at + 1,
      "aria-selected": String(row === opened),
      "aria-label": spoken(model, row),
    };
    for (const [name, value] of Object.entries(said)) option.setAttribute(name, value);
    option.style.transform = `translateY(${at * ROW}px)`;
    if (!option.isConnected) space.append(option);
    return slot;
  }

  function activate(at) {
    made.get(active)?.option.setAttribute("tabindex", "-1");
    active = Math.min(Math.max(at, 0), Math.max(rows.length - 1, 0));
    const top = active * ROW;
    if (top < node.scrollTop) node.scrollTop = top;
    if (top + ROW > node.scrollTop + node.clientHeight) node.scrollTop = top + ROW - node.clientHeight;
    fill();
    const option = made.get(active)?.option;
    option?.setAttribute("tabindex", "0");
    option?.focus({ preventScroll: true });
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
      for (const [at, { option }] of made) option.setAttribute("aria-selected", String(rows[at] === row));
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
