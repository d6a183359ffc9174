// The whole view of one run, or of one sandbox's log.

/** Rows as the view uses them, of steps or lines as they were told. */
function rowsOf(told, kind) {
  return told.map((step) => {
    const type = String(step.type || (kind === "run" ? "UNKNOWN" : "log"));
    return {
      n: step.n,
      type,
      kind: family(type),
      tool: step.tool || "",
      what: (kind === "run" ? step.tool : step.text) || "",
      time: moment(step.at),
      seconds: step.seconds,
      failed: step.failed === true,
    };
  });
}

/**
 * Shows a model: `kind` run or sandbox, `title`, `status`, `facts`, `figures`, `notices`, `answer`, `steps`, `made`.
 * `textOf` gives what was said in a row, by section.
 */
function show(main, told, textOf) {
  const [one, many] = told.kind === "run" ? ["Step", "Steps"] : ["Line", "Lines"];
  const model = { ...told, one, many, rows: rowsOf(told.steps, told.kind) };
  const all = new Set(model.rows);
  let shown = model.rows;
  let active = null;

  const axis = timeAxis(model, (row) => {
    list.go(row);
    open(row);
  });
  const list = rowList(model, {
    open,
    active(row) {
      active = row;
      axis.mark(row, shown.length < all.size ? new Set(shown) : null);
    },
  });
  const opened = openedStep(model, textOf, (row) => {
    list.select(null);
    list.go(row);
  });
  const filters = filterBar(model, changed);
  const status = element("p", { role: "status" });
  const clear = element("button", { type: "button", hidden: "", click: () => filters.clear() }, "Clear filter");
  const jumps = [
    ["Previous failed", -1],
    ["Next failed", 1],
  ].map(([name, direction]) => element("button", { type: "button", click: () => jump(direction) }, name));

  function open(row) {
    list.select(row);
    opened.open(row);
  }

  function jump(direction) {
    const row = list.failed(direction);
    if (row) list.go(row);
  }

  function changed() {
    shown = filters.chosen();
    clear.hidden = shown.length === all.size;
    const failing = shown.some((row) => row.failed);
    for (const button of jumps) button.hidden = !failing;
    status.textContent =
      shown.length === all.size
        ? count(all.size, model.one.toLowerCase(), model.many.toLowerCase())
        : `${counted.format(shown.length)} of ${count(all.size, model.one.toLowerCase(), model.many.toLowerCase())}`;
    list.show(shown);
    axis.mark(shown.includes(active) ? active : null, shown.length < all.size ? new Set(shown) : null);
  }

  const tools = toolUsage(model);
  const beside = element("aside", { "aria-label": "Details" }, opened.node, tools);
  const steps = element(
    "section",
    { "aria-label": model.many },
    element("div", { class: "said" }, status, element("div", {}, clear, ...jumps)),
    list.node,
  );
  const columns = element("div", { class: tools ? "columns" : "columns lone" }, steps, beside);
  const parts = [headed(model), figuresOf(model), noticesOf(model)];
  // A host shows the answer beside the page; in a report it says why a run failed, and of a sandbox's lines which explain.
  const explains = model.made && (model.kind === "sandbox" || ended(model.status) === "bad");
  const answer = answerOf(model, explains || !model.rows.length);
  const whole = model.rows.length ? [axis.node, filters.node, columns] : [];
  parts.push(...(model.kind === "sandbox" ? [answer, ...whole] : [...whole, answer]), made(model));
  main.replaceChildren(...parts.filter(Boolean));
  if (model.rows.length) changed();
  return { redraw: axis.draw };
}

function made(model) {
  return model.made ? element("footer", {}, model.made) : null;
}
