// Lights the sentences that a claim rests on, and the claims that rest on a sentence.
// Claims name the ids of their sentences in data-rests; without this script the links still lead there.
(() => {
  "use strict";
  const claims = [...document.querySelectorAll("[data-rests]")];
  const status = document.getElementById("status");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const rests = new Map(claims.map((claim) => [claim, claim.dataset.rests.split(" ").filter(Boolean)]));
  const byId = (id) => document.getElementById(id);

  function pair(chosen) {
    if (rests.has(chosen)) return rests.get(chosen).map(byId).filter(Boolean);
    return claims.filter((claim) => rests.get(claim).includes(chosen.id));
  }

  function show(element) {
    const box = element.closest(".article");
    const behavior = calm.matches ? "instant" : "smooth";
    if (box && box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY === "auto") {
      const gap = element.getBoundingClientRect().top - box.getBoundingClientRect().top;
      box.scrollTo({ top: box.scrollTop + gap - box.clientHeight / 4, behavior });
      return;
    }
    const { top, bottom } = element.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) element.scrollIntoView({ block: "center", behavior });
  }

  function clear() {
    document.querySelectorAll(".lit").forEach((element) => element.classList.remove("lit"));
    status.textContent = "";
  }

  // `chosen` is a claim or a sentence; `first` is what to scroll to.
  function light(chosen, first) {
    clear();
    const others = pair(chosen);
    [chosen, ...others].forEach((element) => element.classList.add("lit"));
    const names = others.map((element) => element.querySelector(".self").textContent).join(", ");
    const what = rests.has(chosen) ? "sentences" : "claims";
    status.textContent = others.length ? `Marked ${what}: ${names}` : `No ${what} to mark`;
    const inSight = others.some((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
    if (first) show(first);
    else if (others.length && (rests.has(chosen) || !inSight)) show(others[0]);
  }

  function choose(chosen, first, id) {
    if (location.hash !== `#${id}`) history.pushState(null, "", `#${id}`);
    light(chosen, first);
  }

  function follow(link) {
    const target = byId(link.getAttribute("href").slice(1));
    const chosen = target && target.closest(".claim, .sentence");
    if (!chosen) return false;
    const from = link.closest(".claim");
    const own = chosen.querySelector(".self");
    if (own !== link) own.focus({ preventScroll: true });
    if (from && chosen.matches(".sentence")) choose(from, chosen, target.id);
    else choose(chosen, own === link ? null : target, target.id);
    return true;
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a");
    if (link) {
      if ((link.getAttribute("href") || "").startsWith("#") && follow(link)) event.preventDefault();
      return;
    }
    if (event.target.closest("summary, details") || !getSelection().isCollapsed) return;
    const chosen = event.target.closest(".claim, .sentence");
    if (chosen) choose(chosen, null, chosen.id);
    else clear();
  });

  document.addEventListener("keydown", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (event.key === " " && link && follow(link)) event.preventDefault();
    if (event.key === "Escape") clear();
  });

  function fromAddress() {
    const target = byId(location.hash.slice(1));
    const chosen = target && target.closest(".claim, .sentence");
    if (chosen) light(chosen, chosen.matches(".sentence") ? chosen : null);
    else clear();
  }

  addEventListener("popstate", fromAddress);
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((element) => { element.open = true; });
  });
  document.documentElement.classList.add("scripted");
  if (location.hash) fromAddress();
})();
