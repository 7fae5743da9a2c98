// What the pages of the site do: formulas are typeset, and the field opens the page.

/** A formula in a line is a span, on lines of its own a pre; both hold LaTeX in code. */
function typeset() {
  for (const formula of document.querySelectorAll(".formula")) {
    const displayMode = formula.tagName === "PRE";
    const set = document.createElement(displayMode ? "div" : "span");
    katex.render(formula.querySelector("code").textContent, set, { displayMode, throwOnError: false });
    formula.replaceWith(set);
  }
}

/** After the # of an address, so that what is typed goes to no server. */
function ask(event) {
  event.preventDefault();
  const form = event.target;
  location.href = `${form.action}#${new URLSearchParams(new FormData(form))}`;
}

if (self.katex) typeset(); // else they stand as GitHub's sources have them
document.querySelector("form.ask")?.addEventListener("submit", ask);
