// Writes mcp_server/logs/o200k_merges.txt: the first merges of the o200k encoding that stay within ASCII, in their order.
//   node .ci/o200k_merges.cjs FOLDER_WITH_NODE_MODULES > mcp_server/logs/o200k_merges.txt
// White space is counted apart (mcp_server/logs/tokens.py), so merges that hold more of it than one space in front are
// left out. `¦` separates; the lines have no meaning.
const { createRequire } = require("node:module");

const MERGES = 50000;
const WIDTH = 120;
const ranks = createRequire(`${process.argv[2]}/`)("gpt-tokenizer/bpeRanks/o200k_base").default;
const merges = ranks.filter((token) => typeof token === "string" && /^ ?[\x21-\x7e]+$/.test(token) && token.length > 1);
let line = "";
for (const merge of merges.slice(0, MERGES)) {
  line += `${merge}¦`;
  if (line.length >= WIDTH) {
    console.log(line);
    line = "";
  }
}
console.log(line);
