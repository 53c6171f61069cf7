// The live picture of a telephone line: asks for it over the page's connection and hands each frame on.
import { createFall } from "./scopefall.js";
import { createHeard } from "./scopeheard.js";
import { createLamps, createMeter, createReadings } from "./scopemeter.js";
import { createRefresh } from "./scoperefresh.js";
import { createWave } from "./scopewave.js";

export function startScope(socket) {
  const place = document.querySelector("[data-scope]");
  if (!place || !socket) return;
  const line = Number(place.dataset.scope);
  const parts = [createMeter, createLamps, createReadings, createWave, createFall, createHeard, createRefresh]
    .map((create) => create(place));
  const advices = [...place.querySelectorAll("[data-scope-advice]")];
  const live = document.querySelector("[data-scope-live]");

  function advise(name) {
    for (const advice of advices) {
      const isHidden = advice.dataset.scopeAdvice !== name;
      if (advice.hidden !== isHidden) advice.hidden = isHidden;
    }
  }

  function enter(state) {
    if (place.dataset.state === state) return;
    place.dataset.state = state;
    live.hidden = state !== "live";
    if (state === "live") return;
    advise(state);
    for (const part of parts) part.rest?.();
  }

  const ask = () => socket.emit("scope.watch", { line });
  socket.on("connect", ask);
  socket.on("disconnect", () => enter("waiting"));
  socket.on("scope.state", (answer) => {
    if (answer.line === line && answer.state !== "live") enter(answer.state);
  });
  socket.on("scope.frame", (frame) => {
    if (frame.line !== line) return;
    enter("live");
    advise(frame.advice);
    for (const part of parts) part.show(frame);
  });
  if (socket.connected) ask();
}
