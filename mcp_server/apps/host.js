// Talks with the host around the page: JSON-RPC over postMessage, as the MCP Apps extension says (2026-01-26).

const REVISION = "2026-01-26";

function connectHost(handlers) {
  const waiting = new Map();
  let last = 0;

  function post(message) {
    // A page in a sandbox has no origin to name, and the host's is not known to it.
    window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  }

  function ask(method, params) {
    last += 1;
    const id = last;
    post({ id, method, params });
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  }

  window.addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== window.parent || message?.jsonrpc !== "2.0") return;
    if (message.method === undefined) settle(message);
    else if (message.id === undefined) handlers[message.method]?.(message.params || {});
    else answer(message);
  });

  function settle({ id, result, error }) {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message || "the host refused"));
    else asked?.resolve(result || {});
  }

  function answer({ id, method }) {
    if (method === "ui/resource-teardown" || method === "ping") post({ id, result: {} });
    else post({ id, error: { code: -32601, message: "Method not found" } });
  }

  return {
    /** What the host can do and what it looks like. */
    async begin() {
      const told = await ask("ui/initialize", {
        protocolVersion: REVISION,
        appInfo: { name: "sandscope-run-timeline", title: "Run timeline", version: "1" },
        appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
      });
      post({ method: "ui/notifications/initialized", params: {} });
      return { can: told.hostCapabilities || {}, context: told.hostContext || {} };
    },
    async read(uri) {
      const { contents } = await ask("resources/read", { uri });
      return JSON.parse(contents[0].text);
    },
    call: (name, given) => ask("tools/call", { name, arguments: given }),
    /** Tells the host how high the page is, now and whenever that changes. */
    tellSize(main) {
      let before = 0;
      new ResizeObserver(() => {
        const height = Math.ceil(main.getBoundingClientRect().height);
        if (height === before) return;
        before = height;
        post({ method: "ui/notifications/size-changed", params: { height } });
      }).observe(main);
    },
  };
}

/** Takes on the host's theme and what it names of its colours and fonts. */
function dress(context) {
  const root = document.documentElement;
  if (context.theme === "light" || context.theme === "dark") root.style.colorScheme = context.theme;
  for (const [name, value] of Object.entries(context.styles?.variables || {})) {
    if (/^--(?:color|font|border|shadow)-[\w-]+$/.test(name) && typeof value === "string") root.style.setProperty(name, value);
  }
}
