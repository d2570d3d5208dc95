"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const PAGE = 100; // rows that are drawn at once: more are not seen, and take time

  // All text of the repository goes through here, as text: nothing of it becomes markup.
  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  };
  const make = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
  const draw = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

  // Between backticks is code, as in Markdown.
  const coded = (text) => text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));
  const percent = (value) => (value === null ? "–" : `${Math.round(value * 100)}%`);
  const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
  const heat = (value) => `h${Math.min(4, Math.floor(value * 5))}`;
  const place = (one) => (one.cell ? `${one.path}:cell ${one.cell.index}:${one.cell.line}` : `${one.path}:${one.line}`);
  const questions = new Map(data.score.questions.map((one) => [one.id, one]));
  const findings = data.findings;
  const applies = (one) => one.score !== null || one.failed + one.repeated + one.accepted > 0;
  const go = (id) => {
    find(id).scrollIntoView();
    const title = find(`${id}-title`);
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  };

  const meter = (value) => {
    const width = 62;
    return make(
      "span", { class: "meter" },
      draw("svg", { width, height: 8, "aria-hidden": "true" }, draw("rect", { class: "track", width, height: 8, rx: 4 }), value !== null && draw("rect", { class: `fill ${value < 0.4 ? "low" : value < 0.7 ? "mid" : ""}`, width: Math.max(value * width, value > 0 ? 4 : 0), height: 8, rx: 4 })),
      value === null ? make("span", { class: "quiet" }, "–") : percent(value),
    );
  };

  // ------------------------------------------------------------ colours
  const themes = ["auto", "light", "dark"];
  const kept = () => {
    try { return localStorage.getItem("mlops-lint-theme"); } catch { return null; }
  };
  const setTheme = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    find("theme-name").textContent = theme[0].toUpperCase() + theme.slice(1);
    find("theme").setAttribute("aria-label", `Colours: ${theme === "auto" ? "as the system" : theme}`);
    find("theme").dataset.theme = theme;
  };
  setTheme(themes.includes(kept()) ? kept() : "auto");
  find("theme").addEventListener("click", () => {
    const next = themes[(themes.indexOf(find("theme").dataset.theme) + 1) % themes.length];
    setTheme(next);
    try { localStorage.setItem("mlops-lint-theme", next); } catch { /* a page of no origin keeps nothing */ }
  });

  // ------------------------------------------------------------ summary
  const score = data.score;
  const scored = score.score !== null;
  find("title").textContent = data.name;
  find("basis").textContent = data.basis;
  const answered = score.questions.filter((one) => one.score !== null).length;
  const card = (label, value, ...under) =>
    make("div", { class: "card" }, make("div", { class: "label" }, label), make("div", { class: "value" }, value), make("div", { class: "under" }, under));
  find("cards").append(
    card("Level", scored ? make("span", {}, `${score.level} `, make("small", {}, `of ${data.levels.length - 1} · ${score.level_name}`)) : "–", scored ? data.levels[score.level].means : data.nothing),
    card("Score", percent(score.score), scored ? "weighted mean of the questions that are answered" : ""),
    card("Questions answered", make("span", {}, `${answered} `, make("small", {}, `of ${score.questions.length}`)), `the others do not apply, or cannot be told; ${percent(score.shown)} of all practices are shown`),
    card(
      "Findings", findings.length.toLocaleString("en"),
      make("div", { class: "severities" }, ...["error", "warning", "note"].map((one) => make("span", { class: one }, count(data.summary[one], one)))),
    ),
  );
  if (scored) {
    find("ladder").append(
      ...data.levels.map((one) =>
        make(
          "li", { class: `${one.level <= score.level ? "reached" : ""} ${one.level === score.level ? "here" : ""}`, "aria-current": one.level === score.level ? "step" : null },
          make("b", {}, `${one.level} ${one.name} `, one.level === score.level && make("span", { class: "you" }, "· here")), one.means,
        ),
      ),
    );
    const next = data.levels[score.level + 1];
    if (next)
      find("missing").append(
        make(
          "div", { class: "missing" }, make("h2", {}, `Missing for level ${next.level} (${next.name})`),
          make("ul", {}, ...score.missing.map((id) => {
            const one = questions.get(id);
            return make("li", {}, make("button", { type: "button", class: "link", on: { click: () => openQuestion(id) } }, one.asks), ` ${one.score === null ? "not answered" : percent(one.score)}`);
          })),
        ),
      );
    const objectives = Object.keys(score.objectives);
    const cell = (value, stage, objective, label) =>
      make("td", { class: objective ? "" : "all" }, value === null
        ? make("span", { class: "none" }, make("span", { "aria-hidden": "true" }, "–"))
        : make("button", { type: "button", class: heat(value), "aria-label": `${label}: ${percent(value)}`, on: { click: () => chooseQuestions(stage, objective) } }, percent(value)));
    find("heat").append(
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Stage"), ...objectives.map((one) => make("th", { scope: "col" }, one)), make("th", { scope: "col" }, "all"))),
      make("tbody", {}, ...Object.entries(score.stages).map(([stage, whole]) =>
        make("tr", {}, make("th", { scope: "row" }, stage), ...objectives.map((one) => cell(score.matrix[stage][one], stage, one, `${stage}, ${one}`)), cell(whole, stage, "", stage)))),
    );
  } else for (const id of ["ladder", "heat-title", "heat-note", "heat", "steps"]) find(id).hidden = true;
  if (score.projects.length)
    find("projects").append(
      make("h2", {}, "Projects in this repository"), make("p", { class: "quiet" }, "Each by what is in its folder."),
      make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Projects" }, make("table", { class: "projects" },
        make("thead", {}, make("tr", {}, ...["Folder", "Score", "Level", "Questions answered", "Failures"].map((one) => make("th", { scope: "col" }, one)))),
        make("tbody", {}, ...score.projects.map((one) => make("tr", {},
          make("th", { scope: "row" }, make("button", { type: "button", class: "link mono", on: { click: () => chooseFindings({ search: `${one.path}/` }) } }, one.path)),
          make("td", {}, meter(one.score)), make("td", {}, one.level), make("td", {}, one.answered), make("td", {}, one.failed))))),
      ));
  if (score.attestations.length)
    find("attested").append(
      make("h2", {}, "Attested by people"),
      make("p", { class: "quiet" }, "Beside the score, and in none of its numbers."),
      make("ul", {}, ...score.attestations.map((one) => make("li", {}, attested(one), ` · ${one.question}`))),
    );
  function attested(one) {
    return one.expired
      ? make("span", { class: "warning" }, `The attestation of ${one.by} expired on ${one.expires} and no longer counts`)
      : `${one.answer ? "Yes" : "No"}, says ${one.by} until ${one.expires} (${one.evidence})`;
  }

  // ------------------------------------------------------------ trend
  const points = [...score.history, { label: "now", score: score.score, level: score.level }].filter((one) => one.score !== null);
  if (score.history.length && points.length > 1) {
    document.querySelectorAll('#trend, nav [href="#trend"]').forEach((one) => { one.hidden = false; });
    const [width, height, left, top, bottom] = [640, 200, 40, 14, 30];
    const x = (index) => left + (index * (width - left - 20)) / (points.length - 1);
    const y = (value) => top + (1 - value) * (height - top - bottom);
    const every = Math.ceil(points.length / 8);
    find("trend-chart").append(make("div", { class: "trend" },
      draw(
        "svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `Score over time, from ${percent(points[0].score)} to ${percent(points[points.length - 1].score)}` },
        ...[0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
          draw("line", { class: "grid", x1: left, x2: width - 10, y1: y(value), y2: y(value) }),
          draw("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, percent(value)),
        ]),
        draw("polyline", { class: "line", points: points.map((one, index) => `${x(index)},${y(one.score)}`).join(" ") }),
        ...points.flatMap((one, index) => [
          draw("circle", { class: "dot", cx: x(index), cy: y(one.score), r: 3.5 }, draw("title", {}, `${one.label}: ${percent(one.score)}, level ${one.level}`)),
          (index % every === 0 || index === points.length - 1) && draw("text", { x: x(index), y: height - 8, "text-anchor": index === points.length - 1 ? "end" : index ? "middle" : "start" }, one.label.slice(0, 14)),
        ]),
      ),
      make("table", {}, make("thead", {}, make("tr", {}, ...["When", "Score", "Level"].map((one) => make("th", { scope: "col" }, one)))),
        make("tbody", {}, ...points.map((one) => make("tr", {}, make("td", {}, one.label), make("td", {}, percent(one.score)), make("td", {}, one.level)))))));
  }

  // ------------------------------------------------------------ next steps
  const FIRST = 6;
  const step = (one) => {
    const rule = data.rules[one.rule];
    return make(
      "li", {},
      make(
        "div", { class: "head" }, make("span", { class: "what" }, `${rule.summary} `, one.rule === one.question
          ? make("button", { type: "button", class: "link", "aria-label": `Show the question ${one.rule}`, on: { click: () => openQuestion(one.question) } }, one.rule)
          : make("button", { type: "button", class: "link", "aria-label": `Show the findings of ${one.rule}`, on: { click: () => chooseFindings({ rule: one.rule }) } }, one.rule)),
        make("span", { class: "tag gain" }, one.gain >= 0.001 ? `+${(one.gain * 100).toFixed(1)} points` : "+0.1 points or less"),
        make("span", { class: "tag" }, `${one.effort} work: ${count(one.places, "place")}${one.files > 1 ? ` in ${count(one.files, "file")}` : ""}`),
        one.level && make("span", { class: "tag level" }, `for level ${score.level + 1}`),
      ),
      make("p", { class: "quiet" }, coded(rule.first)),
    );
  };
  find("steps-list").append(...data.steps.slice(0, FIRST).map(step));
  find("steps-more").hidden = data.steps.length <= FIRST;
  find("steps-more").addEventListener("click", () => {
    find("steps-list").append(...data.steps.slice(FIRST).map(step));
    find("steps-more").hidden = true;
    find("steps-list").children[FIRST].querySelector("button").focus();
  });
  if (!data.steps.length) find("steps-list").append(make("li", {}, "Nothing that the rules ask for is missing."));

  // ------------------------------------------------------------ questions
  const options = (select, values, all) => select.append(make("option", { value: "" }, all), ...values.map(([value, text]) => make("option", { value }, text ?? value)));
  const stages = Object.keys(score.stages).map((one) => [one]);
  options(find("q-stage"), stages, "all");
  options(find("q-objective"), Object.keys(score.objectives).map((one) => [one]), "all");
  const ofQuestion = new Map();
  findings.forEach((one, index) => ofQuestion.set(one.question, [...(ofQuestion.get(one.question) ?? []), index]));
  const said = (one) => [
    one.passed + one.failed > 0 && `${one.passed} of ${one.passed + one.failed} pass`, one.passed + one.failed === 0 && one.score !== null && (one.lacking ? "lacking" : "shown"), one.unknown && `${one.unknown} cannot be told`,
    one.repeated && `${one.repeated} counted elsewhere`, one.accepted && `${one.accepted} accepted`,
    one.aside && `${one.aside} aside`,
  ].filter(Boolean).join(" · ") || "not answered";
  const answer = (one) => {
    const found = ofQuestion.get(one.id) ?? [];
    const repeated = found.filter((index) => findings[index].repeated);
    const list = (title, items) => (items.length ? [make("h4", {}, title), make("ul", {}, ...items)] : []);
    const link = (index) => make("li", {}, make("button", { type: "button", class: "link", on: { click: () => openFinding(index) } }, place(findings[index])), ` ${findings[index].message} `, make("span", { class: "quiet mono" }, findings[index].rule));
    return [
      make("p", { class: "quiet mono" }, `${one.id} · ${one.objective}`),
      ...list("Evidence", one.evidence.map((each) => make("li", {}, make("span", { class: "mono" }, `${each.path}:${each.line}`), ` ${each.message}`))),
      ...list("Lacking", one.lacking ? [make("li", {}, one.lacking)] : []),
      ...list("Findings", found.filter((index) => !findings[index].repeated).slice(0, 5).map(link)),
      ...list("Findings whose fact is counted at another question", repeated.slice(0, 5).map(link)),
      found.length > 5 && make("p", {}, make("button", { type: "button", class: "plain", on: { click: () => chooseFindings({ search: one.id }) } }, `Show all ${count(found.length, "finding")}`)),
      ...list("Attested by a person", one.attestation ? [make("li", {}, attested(one.attestation))] : []),
      !found.length && !one.evidence.length && !one.lacking && make("p", {}, one.rules.length ? `Asked by ${one.rules.join(", ")}: nothing here to judge, or nothing that can be told from the files.` : "No rule asks it here: it needs another profile, --preview, or a person who attests it."),
    ];
  };
  const question = (one) => {
    const body = make("div", { class: "body" });
    return make(
      "details", { class: "question", id: `q-${one.id}`, on: { toggle: (event) => { if (event.target.open && !body.firstChild) fill(body, {}, answer(one)); } } },
      make("summary", {}, meter(one.score), make("span", {}, one.asks), make("span", { class: "counts" }, said(one))), body,
    );
  };
  const showQuestions = () => {
    const [stage, objective, wanted] = ["q-stage", "q-objective", "q-answer"].map((id) => find(id).value);
    const shown = score.questions.filter(
      (one) => (!stage || one.stage === stage) && (!objective || one.objective === objective)
        && (wanted === "none" ? one.score === null : wanted === "open" ? one.failed > 0 : wanted === "full" ? one.score === 1 : stage || objective || applies(one)),
    );
    const parts = Object.keys(score.stages).map((name) => [name, shown.filter((one) => one.stage === name)]).filter(([, list]) => list.length);
    find("q-list").replaceChildren(...parts.flatMap(([name, list]) => [make("h3", {}, name), ...list.map(question)]));
    const rest = score.questions.length - shown.length;
    find("q-count").textContent = `${count(shown.length, "question")}${rest ? `; ${rest} more are not shown` : ""}`;
  };
  for (const id of ["q-stage", "q-objective", "q-answer"]) find(id).addEventListener("change", showQuestions);
  const chooseQuestions = (stage, objective, wanted = "") => {
    [find("q-stage").value, find("q-objective").value, find("q-answer").value] = [stage, objective, wanted];
    showQuestions();
    go("questions");
  };
  function openQuestion(id) {
    if (!find(`q-${id}`)) chooseQuestions(questions.get(id).stage, "");
    const found = find(`q-${id}`);
    found.open = true;
    found.scrollIntoView({ block: "center" });
    found.querySelector("summary").focus({ preventScroll: true });
  }

  // ------------------------------------------------------------ findings
  const RANK = { error: 0, warning: 1, note: 2 };
  const stageOf = (one) => questions.get(one.question)?.stage ?? "";
  const words = findings.map((one) => `${one.rule} ${one.name} ${one.question} ${one.message} ${one.path} ${one.severity}`.toLowerCase());
  options(find("f-stage"), stages, "all");
  const rules = [...new Set(findings.map((one) => one.rule))].sort();
  options(find("f-rule"), rules.map((one) => [one, `${one} ${data.rules[one].name}`]), "all");
  const KEYS = {
    severity: (a, b) => RANK[a.severity] - RANK[b.severity], rule: (a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
    message: (a, b) => (a.message < b.message ? -1 : a.message > b.message ? 1 : 0), place: () => 0,
  };
  let shown = [];
  let drawn = 0;
  let sort = { by: "severity", down: false };
  const choose = () => {
    const [stage, rule, severity] = ["f-stage", "f-rule", "f-severity"].map((id) => find(id).value);
    const searched = find("f-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = findings.map((_, index) => index).filter((index) => {
      const one = findings[index];
      return (!severity || one.severity === severity) && (!rule || one.rule === rule) && (!stage || stageOf(one) === stage) && searched.every((word) => words[index].includes(word));
    });
    const sign = sort.down ? -1 : 1; // places are in order already, and decide where a key does not
    shown.sort((a, b) => sign * (KEYS[sort.by](findings[a], findings[b]) || (sort.by === "place" ? a - b : 0)) || a - b);
    drawn = 0;
    find("f-rows").replaceChildren();
    more();
    find("f-count").textContent = shown.length === findings.length ? count(shown.length, "finding") : `${shown.length.toLocaleString("en")} of ${count(findings.length, "finding")}`;
  };
  const more = (all = PAGE) => {
    find("f-rows").append(...shown.slice(drawn, drawn + all).map(row));
    drawn = Math.min(shown.length, drawn + all);
    find("f-more").hidden = drawn >= shown.length;
    find("f-more").textContent = `Show ${Math.min(PAGE, shown.length - drawn)} more of ${(shown.length - drawn).toLocaleString("en")}`;
  };
  const row = (index) => {
    const one = findings[index];
    const toggle = make("button", { type: "button", class: "link", "aria-expanded": "false", on: { click: () => unfold(line, toggle, one) } }, make("span", { class: "clamp" }, one.message));
    const line = make(
      "tr", { class: "row", role: "row", id: `f-${index}` },
      make("td", { role: "cell" }, make("span", { class: `tag ${one.severity}` }, one.severity)),
      make("td", { role: "cell" }, make("span", { class: "mono" }, one.rule), ` ${one.name}`),
      make("td", { role: "cell" }, toggle, one.repeated && make("span", { class: "quiet" }, ` · counted at ${one.repeated}`), one.ignored && make("span", { class: "quiet" }, " · not reported by check")),
      make("td", { role: "cell" }, make("span", { class: "mono clamp" }, place(one))),
    );
    return line;
  };
  const unfold = (line, toggle, one, wanted = toggle.getAttribute("aria-expanded") !== "true") => {
    toggle.setAttribute("aria-expanded", String(wanted));
    const next = line.nextElementSibling;
    if (next?.className === "detail") next.remove();
    if (wanted) line.after(make("tr", { class: "detail", role: "row" }, make("td", { role: "cell", colspan: 4 }, ...detail(one))));
  };
  const frame = (rows) => make("pre", { tabindex: 0, role: "region", "aria-label": "Code" }, ...rows.map((one) => make("span", {}, make("span", { class: "n" }, `${one[0] === null ? "     " : String(one[0]).padStart(5)} │ `), make("span", { class: one[0] === null ? "m" : "" }, one[1]), "\n")));
  const detail = (one) => {
    const rule = data.rules[one.rule];
    return [
      make("p", { class: "mono" }, `${place(one)}${one.cell ? ` (file line ${one.line})` : ""}`), one.message.length > 200 && make("p", {}, one.message),
      one.frame.length > 0 && frame(one.frame),
      ...one.related.flatMap((each) => [make("p", {}, make("span", { class: "mono" }, place(each)), ` ${each.message}`), each.frame.length > 0 && frame(each.frame)]),
      make("h4", {}, "Why"), make("p", { class: "text" }, coded(rule.why)), make("h4", {}, "How to mend it"), make("p", { class: "text" }, coded(rule.how)),
      make("p", {}, "Question: ", make("button", { type: "button", class: "link", on: { click: () => openQuestion(one.question) } }, questions.get(one.question)?.asks ?? one.question)),
    ];
  };
  const chooseFindings = ({ search = "", rule = "" }) => {
    [find("f-search").value, find("f-severity").value, find("f-stage").value, find("f-rule").value] = [search, "", "", rule];
    choose();
    go("findings");
  };
  function openFinding(index) {
    chooseFindings({});
    while (!find(`f-${index}`)) more(1000);
    const line = find(`f-${index}`);
    const toggle = line.querySelector("button");
    unfold(line, toggle, findings[index], true);
    line.scrollIntoView({ block: "center" });
    toggle.focus({ preventScroll: true });
  }
  let waiting = 0;
  find("f-search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(choose, 120); });
  for (const id of ["f-severity", "f-stage", "f-rule"]) find(id).addEventListener("change", choose);
  find("f-reset").addEventListener("click", () => chooseFindings({}));
  find("f-more").addEventListener("click", () => {
    const first = drawn;
    more();
    find(`f-${shown[first]}`)?.querySelector("button").focus();
  });
  new IntersectionObserver((entries) => { if (entries.some((one) => one.isIntersecting)) more(); }, { rootMargin: "600px" }).observe(find("f-more"));
  document.querySelectorAll("[data-sort]").forEach((button) => button.addEventListener("click", () => {
    sort = { by: button.dataset.sort, down: sort.by === button.dataset.sort && !sort.down };
    document.querySelectorAll("[data-sort]").forEach((other) => other.parentNode.setAttribute("aria-sort", other === button ? (sort.down ? "descending" : "ascending") : "none"));
    choose();
  }));
  if (data.problems.length)
    find("problems").append(make("details", { class: "problems" }, make("summary", {}, `${count(data.problems.length, "problem")}: what could not be read`),
      make("ul", {}, ...data.problems.slice(0, 500).map((one) => make("li", {}, make("span", { class: "mono" }, `${one.path}:${one.line}`), ` ${one.message} (${one.code})`)))));

  // ------------------------------------------------------------ graph
  const graph = data.graph;
  const drawGraph = () => {
    const { width: W, height: H } = graph.box;
    const beside = graph.nodes.map(() => []);
    const hidden = new Set();
    graph.edges.forEach((one) => { beside[one.from].push(one); beside[one.to].push(one); });
    const middle = (one) => one.y + H / 2;
    const way = (one) => { // from side to side, level through each column that is crossed
      const [a, b] = [graph.nodes[one.from], graph.nodes[one.to]];
      const back = b.x <= a.x;
      const stops = [[back ? a.x : a.x + W, middle(a)], ...one.way.flatMap(([x, y]) => (back ? [[x + W, y], [x, y]] : [[x, y], [x + W, y]])), [back ? b.x + W + 7 : b.x - 7, middle(b)]];
      if (a.x === b.x) { // one column: only where two boxes lead to each other
        const x = a.x + W;
        return `M${x},${middle(a)}C${x + 50},${middle(a)} ${x + 50},${middle(b)} ${x + 7},${middle(b)}`;
      }
      return stops.slice(1).reduce((path, [x, y], index) => {
        const [x0, y0] = stops[index];
        return y === y0 ? `${path}L${x},${y}` : `${path}C${(x + x0) / 2},${y0} ${(x + x0) / 2},${y} ${x},${y}`;
      }, `M${stops[0].join(",")}`);
    };
    const clip = (text, most) => { const all = [...text]; return all.length <= most ? text : `…${all.slice(-most + 1).join("")}`; };
    const edges = graph.edges.map((one) => draw("path", { class: "edge", d: way(one), "marker-end": "url(#arrow)" }));
    const named = (one) => `${one.kind.replaceAll("_", " ")} ${one.name}${one.members > 1 ? `, ${one.members} of them` : ""}`;
    const nodes = graph.nodes.map((one, index) => draw(
      "g", { class: "node", role: "button", tabindex: index ? -1 : 0, "aria-label": named(one).slice(0, 200), transform: `translate(${one.x},${one.y})`, "data-node": index },
      draw("rect", { class: "box", width: W, height: H, rx: 6 }), draw("rect", { class: `k-${one.family}`, width: 5, height: H, rx: 2 }),
      draw("text", { x: 12, y: 15 }, clip(one.name, 25)), draw("text", { class: "sub", x: 12, y: 29 }, `${one.kind.replaceAll("_", " ")}${one.members > 1 ? ` × ${one.members}` : ""}`),
    ));
    const svg = draw(
      "svg", { role: "group", "aria-label": `The graph: ${count(nodes.length, "box")}, arrows in the direction in which data flows. Arrow keys go from one to the next.`.replace("boxs", "boxes") },
      draw("defs", {}, draw("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 1, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, draw("path", { class: "arrow", d: "M0,0L8,4L0,8z" }))),
      draw("g", {}, ...edges), draw("g", {}, ...nodes),
    );
    find("g-canvas").append(svg);

    let view = [0, 0, 1, 1];
    const setView = (x, y, width, height) => { view = [x, y, width, height]; svg.setAttribute("viewBox", view.join(" ")); };
    const fit = () => setView(-20, -20, graph.width + 40, graph.height + 40);
    const zoom = (factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) => {
      const by = Math.min(Math.max(factor, 150 / view[2]), (Math.max(graph.width, graph.height, 400) * 4) / view[2]);
      setView(x - (x - view[0]) * by, y - (y - view[1]) * by, view[2] * by, view[3] * by);
    };
    const start = () => { // as large as can be read, where all would be too small
      const across = svg.getBoundingClientRect().width || 1000;
      const readable = Math.min(1.2, Math.max(0.8, (graph.width + 40) / across));
      find("g-canvas").style.height = `${Math.max(180, Math.min(innerHeight * 0.7, (graph.height + 40) / readable))}px`;
      const rect = svg.getBoundingClientRect();
      const whole = Math.max((graph.width + 40) / rect.width, (graph.height + 40) / rect.height);
      if (whole <= 1.35 || !rect.width) fit();
      else setView(-20, -20, rect.width * 1.2, rect.height * 1.2);
    };
    const scale = () => { const m = svg.getScreenCTM(); return m ? 1 / m.a : 1; };
    find("g-in").addEventListener("click", () => zoom(0.75));
    find("g-out").addEventListener("click", () => zoom(1.33));
    find("g-fit").addEventListener("click", fit);
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return; // the wheel alone scrolls the page
      event.preventDefault();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      zoom(event.deltaY + event.deltaX > 0 ? 1.15 : 0.87, at.x, at.y);
    }, { passive: false });
    let held = null;
    svg.addEventListener("pointerdown", (event) => { held = { x: event.clientX, y: event.clientY, view: [...view], moved: false }; });
    svg.addEventListener("pointermove", (event) => {
      if (!held) return;
      const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
      if (!held.moved && Math.hypot(dx, dy) < 4) return;
      if (!held.moved) { held.moved = true; svg.setPointerCapture(event.pointerId); svg.classList.add("dragged"); }
      setView(held.view[0] - dx * scale(), held.view[1] - dy * scale(), held.view[2], held.view[3]);
    });
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { held = null; svg.classList.remove("dragged"); });

    const mark = (on) => { // a set of nodes, or nothing
      const near = on && new Set([...on].flatMap((index) => [index, ...beside[index].flatMap((one) => [one.from, one.to])]));
      nodes.forEach((one, index) => { one.classList.toggle("on", Boolean(on?.has(index))); one.classList.toggle("dim", Boolean(near && !near.has(index))); });
      graph.edges.forEach((one, index) => {
        const touched = on && (on.has(one.from) || on.has(one.to));
        edges[index].classList.toggle("on", Boolean(touched));
        edges[index].classList.toggle("dim", Boolean(on && !touched));
      });
    };
    const tell = (index) => {
      const one = graph.nodes[index];
      const links = beside[index].map((edge) => (edge.says[0] === index ? `${edge.role} ${graph.nodes[edge.says[1]].name}` : `${graph.nodes[edge.says[0]].name} ${edge.role} it`));
      find("g-info").replaceChildren(
        make("b", {}, named(one)), ` in `, make("span", { class: "mono" }, one.path || "."), links.length ? `: ${links.slice(0, 12).join("; ")}${links.length > 12 ? ` and ${links.length - 12} more` : ""}` : "",
      );
    };
    const HINT = "Point at a box, or go to it with Tab and the arrow keys, to see its file and what it is linked to.";
    find("g-info").textContent = HINT;
    let searched = null;
    const search = () => {
      const word = find("g-search").value.trim().toLowerCase();
      const found = graph.nodes.map((_, index) => index).filter((index) => !hidden.has(graph.nodes[index].kind) && `${graph.nodes[index].kind} ${graph.nodes[index].name} ${graph.nodes[index].path}`.toLowerCase().includes(word));
      searched = word ? new Set(found) : null;
      mark(searched);
      find("g-info").textContent = word ? `${found.length} found` : HINT;
      if (word && found.length) { const at = graph.nodes[found[0]]; setView(at.x + W / 2 - view[2] / 2, middle(at) - view[3] / 2, view[2], view[3]); }
    };
    find("g-search").addEventListener("input", search);
    const focusNode = (index) => {
      nodes.forEach((one, other) => one.setAttribute("tabindex", other === index ? 0 : -1));
      const at = graph.nodes[index];
      const [inX, inY] = [at.x >= view[0] && at.x + W <= view[0] + view[2], at.y >= view[1] && at.y + H <= view[1] + view[3]];
      if (!inX || !inY) setView(at.x + W / 2 - view[2] / 2, middle(at) - view[3] / 2, view[2], view[3]);
      nodes[index].focus({ preventScroll: true });
    };
    const STEP = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
    nodes.forEach((one, index) => {
      one.append(draw("title", {}, `${named(graph.nodes[index])}\n${graph.nodes[index].path}`));
      for (const event of ["pointerenter", "focus"]) one.addEventListener(event, () => { mark(new Set([index])); tell(index); });
      for (const event of ["pointerleave", "blur"]) one.addEventListener(event, () => mark(searched));
      one.addEventListener("keydown", (event) => {
        if (event.key === "+" || event.key === "-") { zoom(event.key === "+" ? 0.75 : 1.33); return; }
        const way = STEP[event.key];
        if (!way) return;
        event.preventDefault();
        const at = graph.nodes[index];
        const far = (other) => Math.abs(other.x - at.x) * (way[0] ? 1 : 8) + Math.abs(other.y - at.y) * (way[1] ? 1 : 2);
        const next = graph.nodes.map((other, number) => [other, number])
          .filter(([other]) => !hidden.has(other.kind) && (way[0] ? (other.x - at.x) * way[0] > 0 : (other.y - at.y) * way[1] > 0))
          .sort(([a], [b]) => far(a) - far(b))[0];
        if (next) focusNode(next[1]);
      });
    });
    const kinds = [...new Map(graph.nodes.map((one) => [one.kind, one.family]))].sort();
    find("g-legend").append(...kinds.map(([kind, family]) => make("label", {}, make("input", { type: "checkbox", checked: true, on: { change: (event) => {
      event.target.checked ? hidden.delete(kind) : hidden.add(kind);
      nodes.forEach((one, index) => { one.style.display = hidden.has(graph.nodes[index].kind) ? "none" : ""; });
      graph.edges.forEach((one, index) => { edges[index].style.display = hidden.has(graph.nodes[one.from].kind) || hidden.has(graph.nodes[one.to].kind) ? "none" : ""; });
    } } }), make("span", { class: `swatch k-${family}`, "aria-hidden": "true" }), kind.replaceAll("_", " "))));
    find("g-table").append(
      make("thead", {}, make("tr", {}, ...["Kind", "Name", "File", "Leads to"].map((one) => make("th", { scope: "col" }, one)))),
      make("tbody", {}, ...graph.nodes.map((one, index) => make("tr", {}, make("td", {}, one.kind.replaceAll("_", " ")), make("td", {}, one.name), make("td", { class: "mono" }, one.path),
        make("td", {}, beside[index].filter((edge) => edge.from === index).map((edge) => graph.nodes[edge.to].name).join(", "))))),
    );
    start();
    addEventListener("beforeprint", fit);
  };
  find("g-note").textContent = graph.nodes.length
    ? `${graph.note} Arrows point in the direction in which data flows. Drag to move; zoom with the buttons or Ctrl and the wheel.`
    : "Nothing in this repository reads, writes or runs anything that could be drawn.";
  if (graph.nodes.length) drawGraph();
  else find("g-all").hidden = true;

  // ------------------------------------------------------------ paper
  const PRINTED = 500; // rows; more than that is read on a screen
  let opened = [];
  addEventListener("beforeprint", () => {
    if (drawn < PRINTED) more(PRINTED - drawn);
    opened = [...document.querySelectorAll("details.question:not([open])")].filter((one) => questions.get(one.id.slice(2))?.failed);
    for (const one of opened) { one.open = true; if (!one.querySelector(".body").firstChild) fill(one.querySelector(".body"), {}, answer(questions.get(one.id.slice(2)))); }
  });
  addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));

  showQuestions();
  choose();
  document.documentElement.dataset.ready = "true";
})();
