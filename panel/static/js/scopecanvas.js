// A canvas as sharp as the screen, repainted when its size or the page's colours change.
export function createCanvas(canvas, paint) {
  const context = canvas.getContext("2d");
  let [width, height, density, waiting] = [0, 0, 1, 0];

  function paintNow() {
    waiting = 0;
    if (!width) return;
    context.setTransform(density, 0, 0, density, 0, 0);
    paint(context, width, height);
  }

  function repaint() {
    waiting ||= requestAnimationFrame(paintNow);
  }

  new ResizeObserver(() => {
    [width, height, density] = [canvas.clientWidth, canvas.clientHeight, Math.min(devicePixelRatio || 1, 3)];
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    repaint();
  }).observe(canvas);
  return { repaint };
}

// Calls back at once and whenever light becomes dark or dark light.
export function onColours(element, read) {
  const look = () => {
    const style = getComputedStyle(element);
    read((name) => style.getPropertyValue(name).trim());
  };
  new MutationObserver(look).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  look();
}
