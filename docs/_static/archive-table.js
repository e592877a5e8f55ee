// Sorting and filters for the archive tables. Without this script they are plain tables: it only
// hides and reorders rows that are already on the page.

(() => {
  "use strict";

  const WORDS = {
    filters: "Choose studies",
    text: "Contains",
    design: ["Design", "all designs"],
    cohort: ["Group of studies", "all groups"],
    outcome: ["Outcome", "all outcomes"],
    clear: "Show all",
    shown: (n, all) => (n === all ? `All ${all} studies are shown.` : `${n} of ${all} studies are shown.`),
    sort: "sort by this column",
  };
  const FACETS = ["design", "cohort", "outcome"];

  let tables = 0;

  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    node.append(...children);
    return node;
  };

  const plain = (text) => text.trim().replace(/\s+/g, " ").toLocaleLowerCase();

  const facet = (row, name) =>
    [...row.querySelectorAll(`.archive-${name}`)].map((node) => node.textContent.trim());

  // The number in the cell's class, where the table says what to sort by; else its words.
  const sortKey = (cell) => {
    const mark = [...cell.classList].find((name) => name.startsWith("sort-"));
    return mark ? Number(mark.slice("sort-".length)) : null;
  };

  // Cells without a number come last, whichever way numbers run.
  const compare = (column, numeric, direction) => (one, two) => {
    const [a, b] = [one.cells[column], two.cells[column]];
    if (!numeric) return direction * plain(a.textContent).localeCompare(plain(b.textContent));
    const [x, y] = [sortKey(a), sortKey(b)];
    if (x === null || y === null) return (x === null) - (y === null);
    return direction * (x - y);
  };

  function addSorting(table, rows) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const label = head.textContent.trim();
      const button = make("button", { type: "button", class: "archive-sort", title: WORDS.sort });
      button.append(...(head.querySelector("p") || head).childNodes);
      head.replaceChildren(button);
      head.setAttribute("aria-label", label);
      const numeric = rows.some((row) => sortKey(row.cells[column]) !== null);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        // `rows` keeps the table's own order, so that equal rows stay in it.
        body.append(...[...rows].sort(compare(column, numeric, up ? 1 : -1)));
      });
    });
  }

  function addFilters(table, rows) {
    const number = (tables += 1);
    const caption = table.caption ? table.caption.querySelector(".caption-text") : null;
    const form = make("form", {
      class: "archive-filters",
      "aria-label": caption ? `${WORDS.filters}: ${caption.textContent.trim()}` : WORDS.filters,
    });
    const status = make("p", { class: "archive-status", role: "status" });
    const fields = {};

    const addField = (name, label, control) => {
      control.id = `archive-${number}-${name}`;
      fields[name] = control;
      form.append(
        make("div", { class: "archive-field" }, make("label", { for: control.id }, label), control),
      );
    };

    addField("text", WORDS.text, make("input", { type: "search", autocomplete: "off" }));
    FACETS.forEach((name) => {
      const values = [...new Set(rows.flatMap((row) => facet(row, name)))];
      if (values.length < 2) return;
      values.sort((a, b) => a.localeCompare(b));
      const [label, all] = WORDS[name];
      const options = values.map((value) => make("option", { value }, value));
      addField(name, label, make("select", {}, make("option", { value: "" }, all), ...options));
    });
    form.append(make("button", { type: "reset" }, WORDS.clear));

    const contents = new Map(rows.map((row) => [row, plain(row.textContent)]));
    const show = () => {
      const text = plain(fields.text.value).split(" ").filter(Boolean);
      let shown = 0;
      rows.forEach((row) => {
        const fits =
          text.every((word) => contents.get(row).includes(word)) &&
          FACETS.every((name) => {
            const wanted = fields[name] && fields[name].value;
            return !wanted || facet(row, name).includes(wanted);
          });
        row.hidden = !fits;
        shown += fits;
      });
      status.textContent = WORDS.shown(shown, rows.length);
    };

    form.addEventListener("input", show);
    form.addEventListener("reset", () => setTimeout(show));
    form.addEventListener("submit", (event) => event.preventDefault());
    const place = table.closest(".table-wrapper") || table;
    place.before(form, status);
    show();
  }

  const FEW = 4;

  document.querySelectorAll("table.archive-table").forEach((table) => {
    if (!table.tHead || !table.tBodies.length) return;
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 2) return;
    table.classList.add("archive-table-live");
    addSorting(table, rows);
    if (table.classList.contains("archive-filtered") && rows.length >= FEW) addFilters(table, rows);
  });
})();
