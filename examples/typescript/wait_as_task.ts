// Waits for an agent's run as a task (the extension `io.modelcontextprotocol/tasks`) with the official TypeScript packages.
//
//   uv run sandscope serve --demo --transport http --port 8000
//   npm install && node wait_as_task.ts http://127.0.0.1:8000/mcp analyze_logs sandbox_id=201
//
// Node 22.18 or newer runs TypeScript as it is.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createTaskSessionFromClient, resultFromTaskOutcome } from "@modelcontextprotocol/ext-tasks/client";

type Json = Record<string, any>;

const REVISION = "2026-07-28";
const INFO = { name: "wait-as-task", version: "1" };
const [url, tool, ...given] = process.argv.slice(2);

// The client's own codec refuses the results that are tasks, so these requests are sent beside it.
async function dispatch(request: Json): Promise<any> {
  const { method, params } = request;
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      "MCP-Protocol-Version": REVISION,
      "Mcp-Method": method,
      "Mcp-Name": params.taskId ?? params.name,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: crypto.randomUUID(), ...request }),
  });
  const body = await answer.text();
  const document = answer.headers.get("Content-Type")?.startsWith("text/event-stream") ? lastEvent(body) : body;
  const { result, error } = JSON.parse(document);
  return error ? { kind: "error", error } : { kind: "result", result };
}

function lastEvent(stream: string): string {
  const data = stream.split(/\r?\n/).filter((line) => line.startsWith("data: {"));
  return data.at(-1)!.slice("data: ".length);
}

// `name=value`, where a value of digits is a number.
function argument(word: string): [string, string | number] {
  const [name, ...rest] = word.split("=");
  const value = rest.join("=");
  return [name, /^\d+$/.test(value) ? Number(value) : value];
}

const client = new Client(INFO, { versionNegotiation: { mode: { pin: REVISION } } });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const session = createTaskSessionFromClient(client, {
  endpointId: url,
  rawDispatch: dispatch,
  v2RequestFraming: { protocolVersion: REVISION, clientInfo: INFO, clientCapabilities: {} },
});
const execution = await session.callTool(tool, { wait_seconds: 25, ...Object.fromEntries(given.map(argument)) });
const { outcome } = await execution.settle({
  onEvent: (event: any) => event.type === "task" && console.error(`  ${event.task.statusMessage ?? event.task.status}`),
});
const result: Json = resultFromTaskOutcome(outcome) as Json;
for (const block of result.content) console.log(block.text);
await session.close();
await client.close();
process.exitCode = result.isError ? 1 : 0;
