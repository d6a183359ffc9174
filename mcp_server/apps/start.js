// Where it begins: a page with data in it shows that; one without asks the host it is in.

const main = document.getElementById("main");
const told = document.getElementById("data").textContent.trim();
let view = null;

/** Shows a model, and notes for whoever measures when it was there and when it was painted. */
function present(model, textOf) {
  performance.mark("sandscope:data");
  view = show(main, model, textOf);
  requestAnimationFrame(() =>
    setTimeout(() => {
      performance.mark("sandscope:painted");
      performance.measure("sandscope:first paint", "sandscope:data", "sandscope:painted");
    }),
  );
}

function textOfResult(result) {
  return (result.content || [])
    .filter((block) => block.type === "text")
    .map((block) => block.text)
    .join("\n");
}

function hosted() {
  let given = null;
  let result = null;
  let ready = null;
  let begun = false;
  const host = connectHost({
    "ui/notifications/tool-input": (params) => {
      given = params.arguments || {};
      go();
    },
    "ui/notifications/tool-result": (params) => {
      result = params;
      go();
    },
    "ui/notifications/tool-cancelled": () =>
      main.replaceChildren(element("p", { role: "status" }, "The call was cancelled; there is nothing to show.")),
    "ui/notifications/host-context-changed": (context) => {
      dress(context);
      view?.redraw();
    },
  });

  /** With the result there is an answer to fall back on, so the run is read when that has come. */
  async function go() {
    if (!ready || !result || begun) return;
    begun = true;
    const answer = textOfResult(result);
    const run = Number(given?.run_id ?? result._meta?.["sandscope/log"]?.subject);
    const org = Number.isSafeInteger(given?.org_id) ? given.org_id : null;
    const known = !result.isError && Number.isSafeInteger(run);
    if (!known) return plain(`Run ${Number.isSafeInteger(run) ? run : ""}`.trim(), answer, null);
    if (!ready.serverResources) return plain(`Run ${run}`, answer, ready.serverTools ? { run, org } : null);
    try {
      const address = `codegen://runs/${run}`;
      const timeline = await host.read(`${address}/timeline${org === null ? "" : `?org_id=${org}`}`);
      present(modelOf(run, timeline, answer), async (row) => {
        const query = `skip=${row.n - 1}&limit=1${org === null ? "" : `&org_id=${org}`}`;
        return sectionsTold(await host.read(`${address}/logs?${query}`));
      });
    } catch (error) {
      plain(`Run ${run}`, answer, ready.serverTools ? { run, org } : null, `The timeline could not be read: ${error.message}`);
    }
  }

  /** The answer as text, and further steps as text where the host lets tools be called. */
  function plain(title, answer, more, notice) {
    present({ kind: "run", title, steps: [], answer, notices: notice ? [notice] : [] });
    if (!more) return;
    let skip = 0;
    const shown = element("div", { class: "sections" });
    const button = element("button", { type: "button", click: further }, "Read the steps as text");
    main.append(element("section", { class: "panel", "aria-label": "Steps" }, shown, element("div", {}, button)));

    async function further() {
      button.disabled = true;
      const org = more.org === null ? {} : { org_id: more.org };
      try {
        const text = textOfResult(await host.call("get_run_logs", { run_id: more.run, skip, limit: 20, ...org }));
        shown.append(element("pre", { tabindex: "0", "aria-label": `From step ${skip + 1}` }, text));
        // The answer ends with the call that shows what follows.
        const next = [...text.matchAll(/\bskip=(\d+), limit=/g)].at(-1);
        button.hidden = !next || Number(next[1]) <= skip;
        skip = next ? Number(next[1]) : skip;
        button.textContent = "Read on";
      } catch (error) {
        shown.append(element("p", { role: "alert" }, `The steps could not be read: ${error.message}`));
      }
      button.disabled = false;
    }
  }

  host.begin().then(({ can, context }) => {
    ready = can;
    dress(context);
    host.tellSize(main);
    go();
  });
}

/** A model of what the resource `timeline` tells. */
function modelOf(run, timeline, answer) {
  const notices = [timeline.warning, timeline.cut && `Steps: ${timeline.cut}`].filter(Boolean);
  return {
    kind: "run",
    title: `Run ${run}`,
    status: timeline.status,
    figures: timeline.figures,
    steps: timeline.steps,
    notices,
    answer,
  };
}

/** A step's texts by section, of what the resource `logs` tells of it. */
function sectionsTold({ logs }) {
  const [step] = logs;
  if (!step) throw new Error("it is no longer there");
  return { thought: step.thought, input: step.tool_input, output: step.tool_output, observation: step.observation };
}

if (told) {
  const model = JSON.parse(told);
  present(model, async (row) => model.texts[row.n]);
} else if (window.parent !== window) hosted();
else main.replaceChildren(element("p", {}, "This page shows a run inside a client that knows MCP Apps. For a file of its own: sandscope report run ID --out report.html"));
