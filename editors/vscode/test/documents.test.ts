import assert from "node:assert/strict";
import { test } from "node:test";

import { looksLikeAsyncAPI } from "../src/documents";

test("documents, however they are written", () => {
  const documents = [
    "asyncapi: 3.1.0\n",
    "# The chat.\n---\nasyncapi: '3.1.0'",
    "info: {title: Chat}\r\nasyncapi: 3.0.0",
    "'asyncapi': 3.1.0",
    '"asyncapi" : "3.1.0"',
    '{"asyncapi": "3.1.0"}',
    '{\n  "info": {},\n  "asyncapi": "3.1.0"\n}',
    "asyncapi:",
  ];
  documents.forEach((text) => assert.ok(looksLikeAsyncAPI(text), text));
});

test("other YAML and JSON", () => {
  const others = [
    "",
    "openapi: 3.1.0",
    "# asyncapi: 3.1.0",
    "tools:\n  asyncapi: yes",
    "asyncapi-guard:\n  strict: true",
    '{"dependencies": {"x": 1}}',
    "- asyncapi: 3",
  ];
  others.forEach((text) => assert.ok(!looksLikeAsyncAPI(text), text));
});
