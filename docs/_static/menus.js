// The menus work without this script. It adds what people expect of them: Enter opens as Space
// does, Escape closes, one menu is open at a time, and a link to a place on the page shows that place.
{
  const toggles = [...document.querySelectorAll(".menu-button input")];

  const close = (toggle) => {
    toggle.checked = false;
  };

  for (const toggle of toggles) {
    toggle.addEventListener("keydown", (event) => {
      if (event.key === "Enter") toggle.click();
    });
    toggle.addEventListener("change", () => {
      toggles.filter((other) => other !== toggle).forEach(close);
    });
  }

  document.addEventListener("keydown", (event) => {
    const open = toggles.find((toggle) => toggle.checked);
    if (event.key === "Escape" && open) {
      close(open);
      open.focus();
    }
  });

  document.querySelector(".toc-drawer")?.addEventListener("click", (event) => {
    const covers = matchMedia("(max-width: 63em)").matches;
    if (covers && event.target.closest("a")) toggles.forEach(close);
  });

  // Browsers leave what they come to where it is if a sliver of it shows beside a bar or in a table.
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("[role=main] :focus-visible")) {
      target.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    }
  });

  // A page that the browser kept shows as it was first opened.
  window.addEventListener("pageshow", () => toggles.forEach(close));

  // A table or plot that fits its place needs no tab stop for scrolling.
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll(".table-wrapper, .plot-wrapper").forEach((box) => sizes.observe(box));
}
