// What the official parser says of documents: files, or what the standard input has. One line of
// JSON for each diagnostic; severity 0 is an error, 1 a warning.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const files = process.argv.slice(2);
for (const file of files.length ? files : [0]) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, "utf8"));
  if (!document) console.log(JSON.stringify({ file, severity: 0, message: "no document" }));
  for (const { severity, code, message, path } of diagnostics) {
    console.log(JSON.stringify({ file, severity, code, message, path }));
  }
}
