// What the pages of the site do: formulas are typeset, and the field opens the page.

/** A formula in a line is a span, with LaTeX between dollars; on lines of its own it is a pre. */
function typeset() {
  for (const formula of document.querySelectorAll(".formula")) {
    const displayMode = formula.tagName === "PRE";
    const set = document.createElement(displayMode ? "div" : "span");
    const latex = formula.textContent.replace(/^\$|\$$/g, "");
    katex.render(latex, set, { displayMode, throwOnError: false });
    formula.replaceWith(set);
  }
}

/** Formulas that are wider than the page are made smaller. */
function fit() {
  for (const set of document.querySelectorAll(".katex-display")) {
    set.style.fontSize = "";
    const part = set.clientWidth / set.scrollWidth;
    if (part < 1) set.style.fontSize = `${Math.max(98 * part, 55)}%`;
  }
}

/** After the # of an address, so that what is typed goes to no server. */
function ask(event) {
  event.preventDefault();
  const form = event.target;
  location.href = `${form.action}#${new URLSearchParams(new FormData(form))}`;
}

if (self.katex) {
  typeset();
  document.fonts.ready.then(fit);
  addEventListener("resize", fit);
} // else they stand as in the sources
document.querySelector("form.ask")?.addEventListener("submit", ask);
