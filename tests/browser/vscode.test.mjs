// The extension in Visual Studio Code, in a real browser. URL is the editor with a workspace that has
// one document with one finding, which can be fixed; CHROMIUM is the browser's path.

import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "./pages.mjs";

const { URL: EDITOR } = process.env;

async function openDocument() {
  const page = await open(EDITOR);
  await page.getByRole("treeitem", { name: "asyncapi.yml" }).dblclick();
  await page.locator(".view-lines").getByText("adress").or(page.locator(".view-lines").getByText("address")).first().waitFor();
  return page;
}

/** Run a command of the palette by its title. */
async function run(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-box input").fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row.focused").filter({ hasText: title }).waitFor();
  await page.keyboard.press("Enter");
}

test("a finding is in the list of problems, and its fix mends the file", async () => {
  const page = await openDocument();
  await run(page, "Problems: Focus on Problems View");
  const problems = page.locator(".markers-panel");
  await problems.getByText("unknown field 'adress' of a Channel Object").first().waitFor();
  assert.match(await problems.innerText(), /asyncapi-guard\s+unknown-field/);
  await problems.getByText("unknown field 'adress'").first().dblclick();
  await page.locator(".statusbar").getByText("Ln 5,").waitFor();
  await page.locator(".monaco-editor.focused").waitFor();
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget").getByText("'address'").first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".view-lines").getByText("address").first().waitFor();
  await problems.getByText("No problems have been detected").waitFor();
  await page.locator(".tab.active.dirty").waitFor();
  await page.keyboard.press("Control+S");
  await page.locator(".tab.active:not(.dirty)").waitFor();
});

test("an operation says what it covers", async () => {
  const page = await openDocument();
  // The editor writes no-break spaces.
  await page.locator(".view-lines").getByText(/receives\s\/quay\smoor/).first().waitFor();
});

test("a command opens the console of the document", async () => {
  const page = await openDocument();
  const opened = page.context().waitForEvent("page", { timeout: 120_000 });
  await run(page, "AsyncAPI Guard: Open the console for this document");
  const console = await opened;
  await console.getByRole("heading", { name: "Quay", exact: true }).waitFor();
  assert.equal(await console.title(), "Quay");
});
