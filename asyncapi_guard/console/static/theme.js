// A classic script in the head: it runs before the first paint, so no page flashes in the other theme.
(function () {
  const root = document.documentElement;
  root.classList.add("js");
  let theme = new URLSearchParams(location.search).get("theme");
  if (!theme) {
    try {
      theme = localStorage.getItem("asyncapi-guard-theme");
    } catch {
      // Storage is switched off; the page follows the system.
    }
  }
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
})();
