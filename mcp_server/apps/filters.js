// Which steps are shown: by type, by tool, failed ones only.

const CHIPS = 8;

function filterBar(model, changed) {
  const { rows } = model;
  const wanted = new Set();
  const types = countedTypes(rows);
  const tools = [...new Set(rows.map((row) => row.tool).filter(Boolean))].sort();
  const fails = rows.filter((row) => row.failed).length;
  const chips = types.slice(0, CHIPS).map(([type, number]) =>
    element(
      "button",
      { type: "button", "aria-pressed": "false", "data-type": type, click: (event) => toggle(event.currentTarget, type) },
      shape(family(type)),
      type,
      element("span", { class: "count" }, counted.format(number)),
    ),
  );
  const tool = element(
    "select",
    { "aria-label": "Tool", change: changed },
    element("option", { value: "" }, "All tools"),
    ...tools.map((name) => element("option", { value: name }, name)),
  );
  const failed = element("input", { type: "checkbox", change: changed });
  const parts = [
    types.length > 1 ? element("div", { class: "chips", role: "group", "aria-label": "Types" }, ...chips) : null,
    tools.length > 1 ? tool : null,
    fails ? element("label", {}, failed, `Failed only (${counted.format(fails)})`) : null,
  ].filter(Boolean);
  const node = parts.length ? element("div", { class: "filters", role: "group", "aria-label": "Filter" }, ...parts) : null;

  function toggle(chip, type) {
    if (!wanted.delete(type)) wanted.add(type);
    chip.setAttribute("aria-pressed", String(wanted.has(type)));
    changed();
  }

  return {
    node,
    /** The rows that are to be shown. */
    chosen: () =>
      rows.filter(
        (row) =>
          (!wanted.size || wanted.has(row.type)) &&
          (!tool.value || row.tool === tool.value) &&
          (!failed.checked || row.failed),
      ),
    clear() {
      wanted.clear();
      for (const chip of chips) chip.setAttribute("aria-pressed", "false");
      tool.value = "";
      failed.checked = false;
      changed();
    },
  };
}
