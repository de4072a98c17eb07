// What people do: mouse, buttons, keys, and what the window does.

/** @typedef {import("./page.js").Page} Page */

const WHEEL_STEP = 1.0015; // zoom a pixel of the wheel
const KEY_STEP = 1.4; // zoom a key
const KEY_PAN = 80; // pixels
const DRAG_LEAST = 4; // pixels that make a click a drag

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no #${id}`);
  return found;
}

/** @param {Page} page */
export function listenToMouse(page) {
  const { canvas, view } = page;
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
      const dx = event.deltaX * pixels;
      const dy = event.deltaY * pixels;
      if (event.shiftKey) view.pan(-(dx !== 0 ? dx : dy), 0);
      else if (event.altKey) view.zoomRows(dy < 0 ? 1.15 : 1 / 1.15, event.offsetY);
      else if (Math.abs(dx) > Math.abs(dy)) view.pan(-dx, 0);
      else view.zoom(WHEEL_STEP ** -dy, event.offsetX - page.gutter);
      page.schedule();
    },
    { passive: false },
  );

  /** @type {{x: number, y: number, moved: boolean} | null} */
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    drag = { x: event.offsetX, y: event.offsetY, moved: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag === null) {
      page.hover(event.offsetX, event.offsetY);
      return;
    }
    const dx = event.offsetX - drag.x;
    const dy = event.offsetY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < DRAG_LEAST) return;
    canvas.classList.add("dragging");
    page.card.hidden = true;
    page.hovered = -1;
    view.pan(dx, dy);
    drag = { x: event.offsetX, y: event.offsetY, moved: true };
    page.schedule();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (drag !== null && !drag.moved) page.select(page.opAt(event.offsetX, event.offsetY));
    drag = null;
    canvas.classList.remove("dragging");
  });
  canvas.addEventListener("pointercancel", () => {
    drag = null;
    canvas.classList.remove("dragging");
  });
  canvas.addEventListener("pointerleave", () => {
    page.card.hidden = true;
    page.hovered = -1;
    page.schedule();
  });
}

/** @param {Page} page */
export function listenToTools(page) {
  page.memoryBox.addEventListener("change", () => page.showMemory(page.memoryBox.checked));
  page.criticalBox.addEventListener("change", () => page.showCritical(page.criticalBox.checked));
  page.transfersBox.addEventListener("change", () => page.showTransfers(page.transfersBox.checked));
  page.search.addEventListener("input", () => page.find());
  const onClick = (/** @type {string} */ id, /** @type {() => void} */ action) =>
    byId(id, HTMLElement).addEventListener("click", action);
  onClick("zoom-in", () => page.zoom(KEY_STEP));
  onClick("zoom-out", () => page.zoom(1 / KEY_STEP));
  onClick("fit", () => page.fit());
  onClick("theme", () => page.otherTheme());
  onClick("help", () => page.toggleKeys());
}

/** @param {Page} page */
export function listenToWindow(page) {
  new ResizeObserver(() => {
    if (!page.printing) page.resize();
  }).observe(page.canvas);
  addEventListener("beforeprint", () => page.setPrinting(true));
  addEventListener("afterprint", () => page.setPrinting(false));
}

/** @param {Page} page */
export function listenToKeys(page) {
  document.addEventListener("keydown", (event) => onKey(page, event));
}

/**
 * @param {Page} page
 * @param {KeyboardEvent} event
 */
function onKey(page, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === page.search) {
    if (event.key === "Enter") page.nextMatch(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") page.canvas.focus();
    return;
  }
  const chosen = page.selected >= 0;
  const pan = (/** @type {number} */ dx, /** @type {number} */ dy) => {
    if (chosen) {
      page.step(-Math.sign(dx), -Math.sign(dy));
    } else {
      page.view.pan(dx, dy);
      page.schedule();
    }
  };
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowLeft: () => pan(KEY_PAN, 0),
    ArrowRight: () => pan(-KEY_PAN, 0),
    ArrowUp: () => pan(0, KEY_PAN),
    ArrowDown: () => pan(0, -KEY_PAN),
    "+": () => page.zoom(KEY_STEP),
    "=": () => page.zoom(KEY_STEP),
    "-": () => page.zoom(1 / KEY_STEP),
    0: () => page.fit(),
    m: () => page.showMemory(!page.memoryBox.checked),
    c: () => page.showCritical(!page.criticalBox.checked),
    a: () => page.showTransfers(!page.transfersBox.checked),
    t: () => page.otherTheme(),
    "/": () => page.search.focus(),
    "?": () => page.toggleKeys(),
    Escape: () => {
      page.keys.hidden = true;
      page.select(-1);
    },
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}
