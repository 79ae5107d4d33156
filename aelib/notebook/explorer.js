// The browser's half of aelib/explorer.py: decode where the point stands, and draw it.
(() => {
  'use strict';
  const INK = '#222222', POINT = '#FFD54A', MINUS = '\u2212';
  const STYLE = `
    .aelib-sheet { display: flex; flex-wrap: wrap; gap: 8px 24px; box-sizing: border-box; max-width: 100%; padding: 10px;
      border-radius: 4px; background: white; color: ${INK}; font: 14px/1.4 system-ui, sans-serif; text-align: left; }
    .aelib-plane { flex: 1 1 290px; min-width: 0; max-width: 640px; container-type: inline-size; }
    .aelib-title { font-weight: 600; margin-bottom: 4px; }
    .aelib-parts { display: flex; flex-wrap: wrap-reverse; gap: 8px 20px; align-items: center; }
    .aelib-codes { flex: 100 1 270px; min-width: 0; max-width: 420px; aspect-ratio: 1 / 0.92; touch-action: none; }
    .aelib-codes:focus { outline: 3px solid #0072B2; }
    .aelib-side { flex: 1 1 130px; display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; }
    .aelib-image { box-sizing: border-box; width: 130px; border: 1px solid #767676; image-rendering: pixelated; }
    @container (min-width: 600px) { .aelib-image { width: 190px; } }
    .aelib-numbers { white-space: pre-line; font-variant-numeric: tabular-nums; min-width: 10em; }
    .aelib-hint { flex: 1 0 100%; font-size: 13px; color: #555555; }
    .aelib-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }`;

  const ACTIVATIONS = {
    relu: (v) => Math.max(v, 0), leaky: (v, slope) => (v < 0 ? slope * v : v), tanh: Math.tanh,
    sigmoid: (v) => 1 / (1 + Math.exp(-v)), silu: (v) => v / (1 + Math.exp(-v)),
  };

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  function integers(text) { // of 16 bits each, the lower byte first
    const raw = bytes(text);
    return Uint16Array.from({length: raw.length / 2}, (_, i) => raw[2 * i] | raw[2 * i + 1] << 8);
  }

  // A half's bits, moved to a float's places, give the number divided by 2 to the power of 112, for the smallest halves too.
  function halves(text) {
    const bits = Uint32Array.from(integers(text), (half) => (half & 0x8000) << 16 | (half & 0x7fff) << 13);
    return new Float32Array(bits.buffer).map((value) => value * 2 ** 112);
  }

  function decode(layers, z) {
    return layers.reduce((x, {weight, bias, activation, slope}) => {
      if (activation) return x.map((v) => ACTIVATIONS[activation](v, slope));
      return bias.map((sum, row) => {
        for (let i = 0, at = row * x.length; i < x.length; i++) sum += weight[at + i] * x[i];
        return sum;
      });
    }, Float32Array.from(z));
  }

  function make(tag, name, parent, text = '', attributes = {}) {
    const element = document.createElement(tag);
    element.className = `aelib-${name}`;
    element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return parent.appendChild(element);
  }

  const written = (value, digits) => value.toFixed(digits).replace('-', MINUS);

  function build(plane, [height, width], colors, area, explorer) {
    const layers = plane.layers.map((l) => (l.activation ? l : {weight: halves(l.weight), bias: halves(l.bias)}));
    const [[left, right], [bottom, top]] = plane.limits, spans = [right - left, top - bottom];
    const digits = spans.map((span) => Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(span / 2)))));
    const places = integers(plane.codes);
    const dots = Array.from(bytes(plane.labels), (label, i) =>
      [left + places[2 * i] / 65535 * spans[0], bottom + places[2 * i + 1] / 65535 * spans[1], label]);

    const box = make('div', 'plane', area);
    make('div', 'title', box, plane.title);
    const parts = make('div', 'parts', box);
    const canvas = make('canvas', 'codes', parts, '', {tabindex: 0, role: 'application',
      'aria-label': `${plane.title}: a plane of codes. The arrow keys move the point.`,
      'data-lm-suppress-shortcuts': 'true'}); // or JupyterLab would take the arrow keys
    const side = make('div', 'side', parts);
    const image = make('canvas', 'image', side, '', {width, height, role: 'img',
      'aria-label': `${plane.title}: the image decoded at the point`});
    const numbers = make('div', 'numbers', side), heard = make('div', 'heard', box, '', {'aria-live': 'polite'});

    let point = plane.start, backdrop = null, plot = null, waiting = false, silence = 0;
    const x = (z1) => plot.left + (z1 - left) / spans[0] * plot.width;
    const y = (z2) => plot.top + (top - z2) / spans[1] * plot.height;

    function disc(pen, [z1, z2], radius, fill) {
      pen.beginPath();
      pen.arc(x(z1), y(z2), radius, 0, 2 * Math.PI);
      pen.fillStyle = fill;
      pen.fill();
    }

    // The ticks of an axis, each with its text and its place, all with the same number of decimals.
    const marks = (ticks, place) => {
      const decimals = Math.max(...ticks.map((tick) => (`${tick}`.split('.')[1] || '').length));
      return ticks.map((tick) => [written(tick, decimals), place(tick)]);
    };

    function axes(pen) {
      const floor = plot.top + plot.height;
      pen.strokeRect(plot.left, plot.top, plot.width, plot.height);
      for (const [text, at] of marks(plane.ticks[0], x)) {
        pen.fillRect(at - 0.5, floor, 1, 4);
        pen.fillText(text, at, floor + 16);
      }
      pen.fillText('code 1', plot.left + plot.width / 2, floor + 33);
      pen.textAlign = 'right';
      for (const [text, at] of marks(plane.ticks[1], y)) {
        pen.fillRect(plot.left - 4, at - 0.5, 4, 1);
        pen.fillText(text, plot.left - 7, at + 4);
      }
      pen.textAlign = 'center';
      pen.rotate(-Math.PI / 2);
      pen.fillText('code 2', -plot.top - plot.height / 2, 13);
      pen.rotate(Math.PI / 2);
    }

    // What stands still is drawn once for each size of the canvas, and copied under the point in each frame.
    function resize() {
      const {clientWidth: w, clientHeight: h} = canvas, density = window.devicePixelRatio || 1;
      if (!w || !h) return; // not to be seen yet
      plot = {left: 54, top: 8, width: w - 66, height: h - 50};
      backdrop = document.createElement('canvas');
      for (const each of [canvas, backdrop]) {
        Object.assign(each, {width: Math.round(w * density), height: Math.round(h * density)});
        each.getContext('2d').scale(density, density);
      }
      const pen = backdrop.getContext('2d');
      pen.fillStyle = 'white';
      pen.fillRect(0, 0, w, h);
      Object.assign(pen, {strokeStyle: INK, fillStyle: INK, textAlign: 'center', font: '12px system-ui, sans-serif'});
      axes(pen);
      pen.globalAlpha = 0.6;
      for (const dot of dots) disc(pen, dot, 2, colors[dot[2] % colors.length]);
      pen.globalAlpha = 1;
      for (const [label, ...median] of plane.medians) { // a number as well as a color
        disc(pen, median, 9, 'white');
        pen.stroke();
        pen.fillStyle = INK;
        pen.fillText(label, x(median[0]), y(median[1]) + 4.5);
      }
      frame();
    }

    const far = ([z1, z2]) => Math.hypot(z1 - point[0], z2 - point[1]);

    function frame() {
      waiting = false;
      if (!plot) return;
      const began = performance.now();
      const pixels = new ImageData(width, height);
      decode(layers, point).forEach((value, i) => { // 0 is white and 1 is black, as in the book's figures
        pixels.data.fill(255 * (1 - Math.min(1, Math.max(0, value))), 4 * i, 4 * i + 3);
        pixels.data[4 * i + 3] = 255;
      });
      image.getContext('2d').putImageData(pixels, 0, 0);
      const pen = canvas.getContext('2d');
      pen.drawImage(backdrop, 0, 0, canvas.clientWidth, canvas.clientHeight);
      disc(pen, point, 10, 'white');
      disc(pen, point, 8.5, INK);
      disc(pen, point, 5, POINT);
      const [one, two] = point.map((value, i) => written(value, digits[i]));
      const [, , label] = dots.reduce((best, dot) => (far(dot) < far(best) ? dot : best));
      numbers.textContent = `code 1: ${one}\ncode 2: ${two}\nnearest dot: class ${label}`;
      explorer.frameMillis = performance.now() - began;
      clearTimeout(silence); // a screen reader is told when the point rests
      silence = setTimeout(() => { heard.textContent = `code 1: ${one}, code 2: ${two}, nearest dot: class ${label}`; }, 400);
    }

    function move(z1, z2) {
      point = [Math.min(right, Math.max(left, z1)), Math.min(top, Math.max(bottom, z2))];
      if (!waiting) requestAnimationFrame(frame);
      waiting = true;
    }

    function follow({clientX, clientY}) {
      const at = canvas.getBoundingClientRect(), across = clientX - at.left - plot.left, down = clientY - at.top - plot.top;
      move(left + across / plot.width * spans[0], top - down / plot.height * spans[1]);
    }

    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      canvas.focus({preventScroll: true});
      canvas.setPointerCapture(event.pointerId); // the drag goes on outside the canvas
      follow(event);
    });
    canvas.addEventListener('pointermove', (event) => { if (canvas.hasPointerCapture(event.pointerId)) follow(event); });
    canvas.addEventListener('keydown', (event) => {
      const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
      if (event.ctrlKey || event.altKey || event.metaKey || !(way || event.key === 'Home')) return;
      event.preventDefault();
      event.stopPropagation(); // the page must neither scroll nor turn
      const step = event.shiftKey ? 0.1 : 0.02;
      move(...(way ? point.map((value, i) => value + way[i] * step * spans[i]) : plane.start));
    });

    new ResizeObserver(resize).observe(canvas); // which also reports the first size
    return layers;
  }

  function start(root) {
    const {planes, shape, colors} = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
    const picture = root.querySelector('img'), live = document.createElement('div');
    make('style', 'style', live, STYLE);
    const area = make('div', 'sheet', live);
    root.explorer = {frameMillis: 0, decode: (plane, z1, z2) => decode(decoders[plane], [z1, z2])};
    const decoders = planes.map((plane) => build(plane, shape, colors, area, root.explorer));
    make('div', 'hint', area, 'Drag the point, or move it with the arrow keys (further with Shift; Home brings it back).');
    picture.style.display = 'none'; // only now: an error above leaves the picture where it is
    root.appendChild(live);
  }

  // A notebook runs this without a current script, so it looks for every explorer that has not started yet.
  for (const root of document.querySelectorAll('[data-aelib-explorer]:not([data-started])')) {
    root.dataset.started = '';
    start(root);
  }
})();
