// Loads the page again when it was written, and shows what is wrong with the handbook.
"use strict";
{
  const seen = document.currentScript.dataset.seen;
  const page = decodeURI(location.pathname).slice(1).replace(/(^|\/)$/, "$1index.html");
  const box = document.createElement("pre");
  box.setAttribute("role", "status");
  box.style.cssText =
    "position:fixed;z-index:1000;inset:auto 0 0 0;max-height:50vh;overflow:auto;margin:0;padding:1em;" +
    "white-space:pre-wrap;background:#5c1010;color:#fff;font:14px/1.4 monospace";
  const asked = new URLSearchParams({ page, seen });
  new EventSource(`/-live/events?${asked}`).onmessage = (message) => {
    const news = JSON.parse(message.data);
    if (news.page === page) location.reload();
    if (news.problems) {
      box.textContent = news.problems.join("\n\n");
      if (news.problems.length) document.body.append(box);
      else box.remove();
    }
  };
}
