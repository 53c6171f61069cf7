// Which side of a recording is heard. The sides are parted only when somebody asks for it: until then the browser
// plays the file as it is.
export function createSides(audio, place) {
  const choices = [...place.querySelectorAll("[data-side]")];
  let context = null;
  let gains = null;

  function part() {
    context = new AudioContext();
    const splitter = context.createChannelSplitter(2);
    const merger = context.createChannelMerger(2);
    context.createMediaElementSource(audio).connect(splitter);
    // gains[from][to]: one side alone is heard in both ears.
    gains = [0, 1].map((from) => [0, 1].map((to) => {
      const gain = context.createGain();
      splitter.connect(gain, from);
      gain.connect(merger, 0, to);
      return gain;
    }));
    merger.connect(context.destination);
  }

  function choose(side) {
    if (!context && side === "both") return;
    if (!context) part();
    const table = { both: [[1, 0], [0, 1]], left: [[1, 1], [0, 0]], right: [[0, 0], [1, 1]] }[side];
    gains.forEach((row, from) => row.forEach((gain, to) => { gain.gain.value = table[from][to]; }));
    place.dataset.sideHeard = side;
    context.resume();
  }

  for (const choice of choices) choice.addEventListener("change", () => choose(choice.value));
  return { wake: () => context?.resume() };
}
