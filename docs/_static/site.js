// What is wider than its place scrolls there; with the keys as well, once it has the focus.
(() => {
  const wide = ".highlight > pre, .table-wrapper, .picture-frame, .sidebar-scroll, .toc-scroll";
  const update = () => {
    for (const each of document.querySelectorAll(wide)) {
      const scrolls = each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight + 1;
      if (scrolls) each.tabIndex = 0;
      else each.removeAttribute("tabindex");
    }
  };
  addEventListener("DOMContentLoaded", () => {
    update();
    // The picture of the modules begins in its middle, where its roots are.
    for (const each of document.querySelectorAll(".picture-frame:has(.picture)")) each.scrollLeft = (each.scrollWidth - each.clientWidth) / 2;
  });
  addEventListener("load", update);
  addEventListener("resize", update);
})();
