// Checks recorded request/answer pairs (JSON lines, see web/edge/recorder.h) against the OpenAPI
// document: the operation exists, the status is documented, the media type too, the body fits its
// schema, promised headers fit theirs, and a request that was accepted fits the request schema.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const [documentFile, ...recordings] = process.argv.slice(2);
if (!documentFile || recordings.length === 0) {
  console.error("usage: node check.js OPENAPI.yaml RECORDING.jsonl…");
  process.exit(2);
}

const document = parse(readFileSync(documentFile, "utf8"));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addFormat("int64", true);
ajv.addSchema({ $id: "api", ...document });

const resolve = (node) =>
  node && node.$ref
    ? resolve(node.$ref.slice(2).split("/").reduce((at, key) => at[key.replaceAll("~1", "/").replaceAll("~0", "~")], document))
    : node;

// A schema anywhere in the document keeps its $refs, so it is compiled by its pointer.
const compiled = new Map();
function validator(schema) {
  if (!compiled.has(schema)) {
    const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'));
    compiled.set(schema, ajv.compile(rooted));
  }
  return compiled.get(schema);
}

const routes = Object.entries(document.paths).map(([path, item]) => ({
  path,
  item,
  pattern: new RegExp("^" + path.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "[^/]+") + "$"),
  fixed: path.split("/").filter((part) => !part.startsWith("{")).length,
}));

function find(method, path) {
  const matches = routes.filter((route) => route.pattern.test(path)).sort((a, b) => b.fixed - a.fixed);
  return matches.length ? { ...matches[0], operation: matches[0].item[method.toLowerCase()] } : null;
}

function schemaErrors(schema, value) {
  const check = validator(schema);
  return check(value) ? [] : check.errors.map((error) => `${error.instancePath || "/"} ${error.message}`);
}

function bodyErrors(content, type, text, what) {
  const media = (type || "").split(";")[0].trim();
  if (!content) return text ? [`${what} has a body, none is documented`] : [];
  if (!content[media]) return [`${what} has media type '${media}', documented: ${Object.keys(content).join(", ")}`];
  if (!media.endsWith("json")) return [];
  return schemaErrors(content[media].schema, JSON.parse(text)).map((error) => `${what}: ${error}`);
}

function check(pair) {
  const method = pair.method === "HEAD" ? "GET" : pair.method;
  const route = find(method, pair.path);
  if (!route || !route.operation) {
    const refused = pair.status === 404 || pair.status === 405 || pair.status >= 500 || pair.status === 429;
    return refused ? [] : [`answered ${pair.status}, but the document does not know it`];
  }
  if (pair.status === 304) return [];
  const response = resolve(route.operation.responses[pair.status] ?? (pair.status >= 400 ? route.operation.responses.default : null));
  if (!response) return [`status ${pair.status} is not documented`];
  if (pair.stream) return response.content?.["text/event-stream"] ? [] : ["is a stream, none is documented"];
  const errors = bodyErrors(response.content, pair.response_headers["content-type"], pair.response_body, "answer");
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const value = pair.response_headers[name.toLowerCase()];
    if (value !== undefined) errors.push(...schemaErrors(resolve(header).schema, value).map((e) => `header ${name}: ${e}`));
  }
  if (pair.status < 300 && pair.request_body && route.operation.requestBody) {
    const request = resolve(route.operation.requestBody);
    errors.push(...bodyErrors(request.content, pair.request_headers["content-type"], pair.request_body, "accepted request"));
  }
  return errors;
}

let pairs = 0;
let failed = 0;
const seen = new Set();
for (const file of recordings) {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (!line) continue;
    const pair = JSON.parse(line);
    ++pairs;
    const route = find(pair.method === "HEAD" ? "GET" : pair.method, pair.path);
    if (route?.operation) seen.add(`${pair.status} ${route.operation.operationId}`);
    const errors = check(pair);
    if (errors.length === 0) continue;
    ++failed;
    if (failed <= 20) console.error(`${pair.method} ${pair.path} -> ${pair.status}\n  ${errors.join("\n  ")}`);
  }
}
const operations = new Set([...seen].map((entry) => entry.split(" ")[1]));
const all = routes.flatMap((route) => Object.values(route.item).map((o) => o.operationId).filter(Boolean));
console.log(`openapi: ${pairs} answers checked, ${failed} do not fit, ${operations.size} of ${all.length} operations and ${seen.size} status/operation pairs seen`);
console.log(`openapi: not seen: ${all.filter((id) => !operations.has(id)).join(" ") || "none"}`);
process.exit(failed === 0 && pairs > 0 ? 0 : 1);
