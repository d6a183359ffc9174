// A client on the official TypeScript SDK: lists the tools, makes every call it is given, and tells what a model would see.
//
//   node every_tool.mjs NODE_PREFIX SDK ERA <asked.json
//
// SDK is `1` (@modelcontextprotocol/sdk) or `2` (@modelcontextprotocol/client), ERA `modern` or `legacy`. `asked.json` holds
// the server (`command` or `url`), `calls` and `failing`. The SDK checks each structured answer against the tool's schema and
// throws where it does not fit; nothing is caught here, so that ends the script with the SDK's own words.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [prefix, sdk, era] = process.argv.slice(2);
const asked = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(`${prefix}/`);

const PACKAGES = {
  1: ["sdk/client/index.js", "sdk/client/stdio.js", "sdk/client/streamableHttp.js"],
  2: ["client", "client/stdio", "client"],
};

function connection() {
  const [{ Client }, { StdioClientTransport }, { StreamableHTTPClientTransport }] = PACKAGES[sdk].map((path) =>
    require(`@modelcontextprotocol/${path}`),
  );
  const options = sdk === "2" ? { versionNegotiation: { mode: era === "modern" ? { pin: "2026-07-28" } : "legacy" } } : {};
  const client = new Client({ name: "every-tool", version: "1" }, options);
  const [command, ...args] = asked.command ?? [];
  const transport = asked.url
    ? new StreamableHTTPClientTransport(new URL(asked.url))
    : new StdioClientTransport({ command, args, env: process.env, stderr: "ignore" });
  return { client, transport };
}

// What a model is shown of an answer.
function shown(result) {
  return {
    text: result.content.map((block) => block.text).join("\n"),
    isError: result.isError ?? false,
    structured: result.structuredContent !== undefined,
  };
}

async function everyTool(client) {
  const { tools } = await client.listTools();
  const answers = {};
  for (const call of asked.calls) {
    const result = await client.callTool(call);
    answers[call.name] = shown(result);
    const log = result._meta?.["sandscope/log"];
    if (log && !answers.read_log) {
      answers.read_log = shown(await client.callTool({ name: "read_log", arguments: { log_id: log.log_id, start_line: -2 } }));
    }
  }
  const failures = [];
  for (const call of asked.failing) failures.push(shown(await client.callTool(call)));
  return { tools: tools.map(({ name, outputSchema }) => ({ name, structured: outputSchema !== undefined })), answers, failures };
}

const { client, transport } = connection();
await client.connect(transport);
console.log(JSON.stringify(await everyTool(client)));
await client.close();
