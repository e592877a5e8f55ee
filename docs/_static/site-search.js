// Answers a question from the files in search/, which site_search writes on every build. Everything
// that comes from the question or the index enters the page as text, never as markup.

(() => {
  "use strict";

  const AT_ONCE = 10;
  const PER_PAGE = 3;
  const LONGEST = 240;
  // What a match counts: the word itself, the same word in another form, a longer word, a near one.
  const SAME = 1, FORM = 0.9, LONGER = 0.5, NEAR = 0.6;
  const OTHER_PHRASE = 0.95, WHOLE_HEADING = 1.5;
  // Points from this on say how many words the heading has that the word stands in: index.py.
  const HEADING = 32;
  const SMALL_WORDS = new Set(
    "a an and are as at be by can do does for from has have how i if in is it my of on or should that the there this to was what when which who will with you your".split(" "),
  );

  const place = document.getElementById("site-search-results");
  const says = JSON.parse(place.dataset.words);
  const status = place.querySelector("[role=status]");
  const list = place.querySelector("ol");
  const loaded = new Map();
  const arrived = new Map();

  // The files call this; as scripts they load from a folder as well as from a server.
  window.handbookSearch = (name, data) => arrived.set(name, data);

  const load = (name) => {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = place.dataset.folder + name;
        script.onload = () => resolve(arrived.get(name));
        script.onerror = () => reject(new Error(name));
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  };

  // The same rule stands in _ext/site_search/words.py.
  const wordsOf = (text) =>
    text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").match(/[a-z0-9α-ω]+/g) || [];

  const stem = (word) =>
    word.length < 4 ? word
      : word.replace(/(?:sses)$/, "ss").replace(/ies$/, "y").replace(/([^s])s$/, "$1")
        .replace(/(?:ing|ed|e)$/, "");

  // Letters to change, add, leave out or swap to make one word of the other; more than `most` is
  // not counted (optimal string alignment).
  function distance(one, two, most) {
    if (Math.abs(one.length - two.length) > most) return most + 1;
    let before = [], row = Array.from({ length: two.length + 1 }, (_, i) => i);
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= two.length; j += 1) {
        const change = one[i - 1] === two[j - 1] ? 0 : 1;
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + change);
        if (i > 1 && j > 1 && one[i - 1] === two[j - 2] && one[i - 2] === two[j - 1])
          next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      if (Math.min(...next) > most) return most + 1;
      [before, row] = [row, next];
    }
    return row[two.length];
  }

  // [2, 1] as [0, 0, 1]: the group of each member.
  const spread = (sizes) => sizes.flatMap((size, number) => new Array(size).fill(number));

  // The first file, with what is asked of it again and again.
  async function opened() {
    const { pages, texts, words, synonyms } = await load("index.js");
    const fileOf = new Map(words.flatMap((part, number) => part.split(" ").map((word) => [word, number])));
    const vocabulary = [...fileOf.keys()];
    return {
      fileOf, vocabulary, stems: vocabulary.map(stem), synonyms, pageOf: spread(pages), textOf: spread(texts),
    };
  }

  // The index's words for a reader's word, with what each counts; near ones only for want of others.
  function matches(word, { vocabulary, stems }) {
    const found = new Map();
    const root = stem(word);
    vocabulary.forEach((other, i) => {
      if (other === word) found.set(other, SAME);
      else if (stems[i] === root) found.set(other, FORM);
      else if (word.length > 2 && other.startsWith(word)) found.set(other, LONGER);
    });
    if (found.size || word.length < 4) return { found, near: false };
    const most = word.length < 8 ? 1 : 2;
    const near = vocabulary
      .filter((other) => other.length > 2)
      .map((other) => [distance(word, other, most), other])
      .filter(([steps]) => steps <= most);
    const best = Math.min(...near.map(([steps]) => steps));
    near.filter(([steps]) => steps === best).slice(0, 4).forEach(([, other]) => found.set(other, NEAR));
    return { found, near: found.size > 0 };
  }

  // Where the words stand: word by word section, points, section, points, as index.py tells it.
  async function placesOf(words, { fileOf }) {
    const files = [...new Set(words.map((word) => fileOf.get(word)))];
    return Object.assign({}, ...await Promise.all(files.map((file) => load(`places-${file}.js`))));
  }

  // A question, and the same question in the handbook's words: Benlysta, belimumab.
  function phrasings(asked, groups) {
    const all = [{ words: asked, also: null }];
    for (const group of groups.map((phrases) => phrases.map((phrase) => [phrase, wordsOf(phrase)]))) {
      for (const [, inside] of group) {
        const at = asked.findIndex((_, i) => inside.every((word, k) => stem(asked[i + k] || "") === stem(word)));
        if (at < 0) continue;
        for (const [phrase, other] of group) {
          if (other.join() === inside.join()) continue;
          all.push({ words: [...asked.slice(0, at), ...other, ...asked.slice(at + inside.length)], also: phrase });
        }
        break;
      }
    }
    return all.slice(0, 8);
  }

  async function rank(question, index) {
    const asked = wordsOf(question);
    const sense = asked.filter((word) => !SMALL_WORDS.has(word));
    const ways = phrasings(sense.length ? sense : asked, index.synonyms)
      .map(({ words, also }) => ({ words: [...new Set(words)], also }));
    const matched = new Map([...new Set(ways.flatMap(({ words }) => words))].map((word) => [word, matches(word, index)]));
    const instead = [...matched].filter(([, { near }]) => near);
    const notes = { instead: instead.map(([word, { found }]) => [word, [...found.keys()].join(", ")]), also: [] };
    const places = await placesOf([...matched.values()].flatMap(({ found }) => [...found.keys()]), index);
    const scores = new Map();
    const marked = new Set();
    for (const { words, also } of ways) {
      const wanted = words.map((word) => matched.get(word).found);
      const hits = new Map();
      for (const found of wanted) {
        const best = new Map();
        const headings = new Set();
        for (const [word, factor] of found) {
          const rarity = Math.log(1 + (2 * index.pageOf.length) / places[word].length);
          let section = 0;
          for (let i = 0; i < places[word].length; i += 2) {
            section += places[word][i];
            const points = factor * rarity * Math.log2(1 + (places[word][i + 1] % HEADING));
            if (points > (best.get(section) || 0)) best.set(section, points);
            if (factor >= FORM && Math.floor(places[word][i + 1] / HEADING) === wanted.length) headings.add(section);
          }
        }
        for (const [section, points] of best) {
          const hit = hits.get(section) || { points: 0, words: 0, inHeading: 0 };
          hits.set(section, {
            points: hit.points + points, words: hit.words + 1, inHeading: hit.inHeading + headings.has(section),
          });
        }
      }
      // A heading that is the question, such as a term of the glossary, is the best answer.
      for (const hit of hits.values()) if (hit.inHeading === wanted.length) hit.points *= WHOLE_HEADING;
      // A place with all the words comes before any with some of them.
      const whole = [...hits].some(([, hit]) => hit.words === wanted.length);
      let used = false;
      for (const [section, hit] of hits) {
        if (whole ? hit.words < wanted.length : also) continue;
        const points = hit.points * (also ? OTHER_PHRASE : 1);
        if (points > (scores.get(section) || 0)) scores.set(section, points);
        used = true;
      }
      if (used) {
        wanted.forEach((found) => found.forEach((_, word) => marked.add(word)));
        if (also) notes.also.push(also);
      }
    }
    const perPage = new Map();
    const ranked = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).filter(([section]) => {
      const page = index.pageOf[section];
      perPage.set(page, (perPage.get(page) || 0) + 1);
      return perPage.get(page) <= PER_PAGE;
    });
    return { ranked: ranked.map(([section]) => section), marked, notes };
  }

  // Words of the text in order, with those that were asked for in a mark.
  function withMarks(sentence, marked) {
    const node = document.createElement("p");
    for (const piece of sentence.split(/([\p{L}\p{N}]+)/u)) {
      if (!piece) continue;
      if (wordsOf(piece).some((word) => marked.has(word))) {
        const mark = document.createElement("mark");
        mark.textContent = piece;
        node.append(mark);
      } else node.append(piece);
    }
    return node;
  }

  function best(sentences, marked) {
    // Of two that say as much, a sentence is easier to read than a row of a table.
    const value = (sentence) =>
      new Set(wordsOf(sentence).filter((word) => marked.has(word))).size + (sentence.includes(" · ") ? 0 : 0.5);
    const top = sentences.reduce((one, two) => (value(two) > value(one) ? two : one), sentences[0] || "");
    if (top.length <= LONGEST) return top;
    const at = wordsOf(top).find((word) => marked.has(word));
    const middle = Math.max(0, top.toLowerCase().indexOf(at || ""));
    const start = Math.max(0, Math.min(middle - LONGEST / 3, top.length - LONGEST));
    const from = start ? top.indexOf(" ", start) + 1 : 0;
    const part = top.slice(from, from + LONGEST);
    const to = from + LONGEST < top.length ? part.lastIndexOf(" ") : part.length;
    return `${from ? "… " : ""}${part.slice(0, to)}${from + to < top.length ? " …" : ""}`;
  }

  async function show(section, index, marked) {
    const file = index.textOf[section];
    const texts = await load(`text-${file}.js`);
    const [address, heading, sentences] = texts[section - index.textOf.indexOf(file)];
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = place.dataset.root + address;
    link.textContent = heading;
    item.append(link, withMarks(best(sentences, marked), marked));
    return item;
  }

  async function answer(question) {
    status.textContent = says.searching;
    const index = await opened();
    const { ranked, marked, notes } = await rank(question, index);
    let shown = 0;
    const more = async () => {
      const items = await Promise.all(ranked.slice(shown, shown + AT_ONCE).map((one) => show(one, index, marked)));
      list.append(...items);
      shown += items.length;
      return items;
    };
    await more();
    const lines = [ranked.length === 0 ? says.none : ranked.length === 1 ? says.one : says.many.replace("%s", ranked.length)];
    notes.instead.forEach(([word, other]) => lines.push(says.instead.replace("%1", word).replace("%2", other)));
    if (notes.also.length) lines.push(says.also.replace("%s", [...new Set(notes.also)].join(", ")));
    status.textContent = lines.join(" ");
    if (shown < ranked.length) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = says.more;
      button.addEventListener("click", async () => {
        const [next] = await more();
        next.querySelector("a").focus();
        if (shown >= ranked.length) button.remove();
      });
      place.append(button);
    }
  }

  const question = new URLSearchParams(window.location.search).get("q") || "";
  document.getElementById("site-search-question").value = question;
  status.textContent = "";
  if (question.trim())
    answer(question).catch(() => { status.textContent = says.failed; });
})();
