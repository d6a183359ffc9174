// Counts o200k tokens with the real ranks: a JSON array of texts on stdin, a JSON array of counts on stdout.
// Run with the folder that holds node_modules as its argument.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const { countTokens } = createRequire(`${process.argv[2]}/`)("gpt-tokenizer/encoding/o200k_base");
// A text that spells a special token is text here, as it is for a model's provider.
const asText = { disallowedSpecial: new Set() };
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((text) => countTokens(text, asText))));
