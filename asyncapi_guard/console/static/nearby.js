/** Which events are near the window: the browser knows, because it lays out nothing else. */

import { $$ } from "./dom.js";

/**
 * Call something for each event that comes near the window, and for each that leaves.
 *
 * @param {(event: Element) => void} comes
 * @param {(event: Element) => void} [leaves]
 */
export function watchNearby(comes, leaves) {
  document.addEventListener(
    "contentvisibilityautostatechange",
    ({ target, skipped }) => (skipped ? leaves : comes)?.(target),
    { capture: true },
  );
  // Some may have been there before this script.
  for (const each of $$("[data-event]")) {
    if (each.firstElementChild.checkVisibility({ contentVisibilityAuto: true })) comes(each);
  }
}
