// Shows what a citation, a term or a result's figure stands for: on hover, on keyboard focus, on the
// first tap. Escape closes the card; the pointer may move onto it. Without this script, or in a
// browser without popovers, the links lead where they always did.

(() => {
  "use strict";

  const WAIT = 300; // milliseconds before a card opens under the pointer, and before it closes
  const GAP = 6; // pixels between link and card

  if (!HTMLElement.prototype.showPopover) return;

  const file = document.getElementById("link-cards")?.dataset.file;
  let contents = null; // by address, as HTML, once they are here
  let coming = null;

  // The cards of this page; none if they cannot be had.
  function load() {
    coming ??= new Promise((done) => {
      const arrived = (cards) => {
        contents = cards;
        done();
      };
      if (!file) return arrived({});
      window.handbookCards = arrived;
      const script = document.createElement("script");
      script.src = file;
      script.onerror = () => arrived({});
      document.head.append(script);
    });
    return coming;
  }

  // The title's own bubble would lie over the card.
  const titles = new Map();
  document.querySelectorAll("article a.reference[title]").forEach((link) => {
    titles.set(link, link.title);
    link.removeAttribute("title");
  });

  let open = null; // {link, card}
  let wanted = null; // the link whose card was asked for last
  let waiting = 0;
  let byTouch = false;

  function contentFor(link) {
    const found = contents[link.getAttribute("href")];
    if (!found && !titles.has(link)) return null;
    const content = document.createDocumentFragment();
    if (titles.has(link)) {
      const line = document.createElement("p");
      line.textContent = titles.get(link);
      content.append(line);
    }
    if (found) content.append(document.createRange().createContextualFragment(found));
    return content;
  }

  const linkAt = (node) => (node instanceof Element ? node.closest("article a.reference") : null);

  function place() {
    if (!open) return;
    const rect = open.link.getClientRects()[0];
    if (!rect) return hide();
    const { card } = open;
    const width = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(rect.left, width - card.offsetWidth - 8));
    const below = rect.bottom + GAP;
    const fits = below + card.offsetHeight <= window.innerHeight || rect.top < card.offsetHeight + GAP;
    card.style.left = `${left}px`;
    card.style.top = `${fits ? below : rect.top - GAP - card.offsetHeight}px`;
  }

  function hide() {
    clearTimeout(waiting);
    wanted = null;
    if (!open) return;
    open.link.removeAttribute("aria-describedby");
    open.card.remove();
    open = null;
  }

  // Shows the card of a link, unless the reader has gone on before it was here.
  async function show(link) {
    clearTimeout(waiting);
    if (open && open.link === link) return;
    wanted = link;
    await load();
    if (wanted !== link) return;
    const content = contentFor(link);
    if (!content) return;
    hide();
    const card = document.createElement("div");
    card.id = "link-card";
    card.className = "link-card";
    card.popover = "manual";
    card.append(content);
    // Next in the order of reading and of the Tab key.
    link.after(card);
    link.setAttribute("aria-describedby", card.id);
    open = { link, card };
    card.showPopover();
    place();
  }

  const later = (action) => {
    clearTimeout(waiting);
    waiting = setTimeout(action, WAIT);
  };

  const isInside = (node) => open && (open.card.contains(node) || open.link.contains(node));

  document.addEventListener("pointerdown", (event) => {
    byTouch = event.pointerType === "touch";
    if (!isInside(event.target)) hide();
  });
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const link = linkAt(event.target);
    if (isInside(event.target)) clearTimeout(waiting);
    else if (link) {
      load();
      later(() => show(link));
    }
    else later(hide);
  });
  document.addEventListener("focusin", (event) => {
    const link = linkAt(event.target);
    if (isInside(event.target)) return;
    hide();
    if (link && link.matches(":focus-visible")) show(link);
  });
  document.addEventListener("focusout", (event) => {
    if (open && !isInside(event.relatedTarget) && !open.link.matches(":hover")) later(hide);
  });
  document.addEventListener("click", async (event) => {
    const link = linkAt(event.target);
    if (!byTouch || !link || (open && open.link === link) || isInside(event.target)) return;
    if (contents && !contentFor(link)) return;
    event.preventDefault();
    await show(link);
    if (!contentFor(link)) window.location.assign(link.href);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    if (open.card.contains(document.activeElement)) open.link.focus();
    hide();
  });
  window.addEventListener("scroll", place, { passive: true });
  window.addEventListener("resize", place);
})();
