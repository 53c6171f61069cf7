// A page made for paper: opens the browser's print window by itself once, and again from its button.
import { startPrinting } from "./printing.js";

startPrinting();
if (document.querySelector("[data-print-now]")) document.fonts.ready.then(() => print());
