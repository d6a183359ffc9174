// What stands above and beside the steps: state, facts, figures, what is missing, how tools were used.

const ENDED = new Map([
  ["completed", "answer"],
  ["failed", "bad"],
  ["cancelled", "other"],
]);

/** What became of it, as a family of steps; undefined while it goes on. */
function ended(status) {
  return ENDED.get(String(status).toLowerCase());
}

function headed(model) {
  const status = model.status
    ? element("span", { class: "status" }, shape(ended(model.status) || "user"), model.status)
    : null;
  const facts = (model.facts || []).map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  );
  return element(
    "header",
    {},
    element("div", { class: "heading" }, element("h1", {}, model.title), status),
    facts.length ? element("dl", { class: "facts" }, ...facts) : null,
  );
}

function figuresOf(model) {
  const { figures, rows } = model;
  if (!figures) return null;
  const longest = rows.reduce((most, row) => Math.max(most, row.seconds ?? -1), -1);
  const tools = Object.values(figures.tools).reduce((sum, tool) => sum + tool.calls, 0);
  const told = [
    ["Steps", counted.format(figures.total ?? rows.length)],
    ["Failed", counted.format(figures.failed_steps)],
    ["Error rate", percent(figures.error_rate)],
    ["Duration", duration(figures.wall_s)],
    ["Longest step", duration(longest < 0 ? undefined : longest)],
    ["Tool calls", counted.format(tools)],
  ];
  return element(
    "dl",
    { class: "figures" },
    ...told.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
}

/** What is cut or missing; none where all is there. */
function noticesOf(model) {
  const said = model.notices || [];
  if (!said.length) return null;
  return element(
    "ul",
    { class: "notices", "aria-label": "What is missing" },
    ...said.map((notice) => element("li", {}, notice)),
  );
}

function toolUsage(model) {
  const tools = Object.entries(model.figures?.tools || {});
  if (!tools.length) return null;
  const head = ["Tool", "Calls", "Failed", "Total", "Longest"].map((name) => element("th", { scope: "col" }, name));
  const body = tools.map(([name, tool]) =>
    element(
      "tr",
      {},
      element("td", {}, name),
      element("td", {}, counted.format(tool.calls)),
      element("td", { class: tool.failed ? "bad" : null }, counted.format(tool.failed)),
      element("td", {}, duration(tool.total_s)),
      element("td", {}, duration(tool.longest_s)),
    ),
  );
  return element(
    "section",
    { class: "panel", "aria-labelledby": "tools-title" },
    element("h2", { id: "tools-title" }, "Tool usage"),
    element(
      "div",
      { class: "scrolls" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)),
    ),
  );
}

/** The answer the model got, as it got it. */
function answerOf(model, open) {
  if (!model.answer) return null;
  return element(
    "details",
    { class: "panel", open: open ? "" : null },
    element("summary", {}, "Evidence: the answer an agent gets"),
    element("pre", { tabindex: "0", "aria-label": "Answer" }, model.answer),
  );
}
