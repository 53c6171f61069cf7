// Starts every behaviour whose data attribute is on the page.
import { startCalendar } from "./calendar.js";
import { startAfterCall } from "./cardafter.js";
import { startCardAttach } from "./cardattach.js";
import { createDetails } from "./carddetails.js";
import { startCardForms } from "./cardforms.js";
import { startCardNotes } from "./cardnote.js";
import { startCardRank } from "./cardrank.js";
import { startConfirming } from "./confirm.js";
import { startConnection } from "./connection.js";
import { startCounts } from "./counts.js";
import { startDemoBar } from "./demo.js";
import { createDock } from "./dock.js";
import { startImporting } from "./importing.js";
import { startKeys } from "./keys.js";
import { startFiles } from "./files.js";
import { startLines } from "./lines.js";
import { startListing } from "./listing.js";
import { startLineset } from "./lineset.js";
import { createLog } from "./log.js";
import { startPersons } from "./persons.js";
import { startPolicyForm } from "./policyform.js";
import { startPrinting } from "./printing.js";
import { startRanking } from "./ranking.js";
import { startRecordings } from "./recordings.js";
import { startScope } from "./scope.js";
import { startSearch } from "./search.js";
import { startSendFile } from "./sendfile.js";
import { startMessages } from "./sms.js";
import { startSideMenu } from "./side.js";
import { startSound } from "./sound.js";
import { forgetOnSignOut } from "./store.js";
import { startThemeToggle } from "./themetoggle.js";
import { startTicking } from "./ticking.js";
import { startTitle } from "./title.js";
import { startUpdating } from "./updating.js";
import { startWhoPickers } from "./whopicker.js";

startThemeToggle();
startSideMenu();
startSearch();
startKeys();
startListing();
startCalendar();
forgetOnSignOut();
startDemoBar();
startPolicyForm();
startFiles();
startSendFile();
startUpdating();
startConfirming();
startImporting();
startMessages();
startPrinting();
startRanking();

const counts = startCounts();
startWhoPickers();
const log = createLog();
const dock = createDock();
const details = createDetails();
const lines = startLines();
const clock = startTicking();
const recordings = startRecordings();
startTitle();
startSound();
startPersons();

const show = (name, call, options) => {
  dock.show(name, call, options);
  log.show(name, call);
  recordings.show(name, call);
  counts.afterCall(name);
};

startCardForms((call) => show("action", call, { isOwn: true }), details.place);
startCardNotes();
startCardAttach();
startCardRank();
startAfterCall();
details.look(0);
const socket = startConnection({
  known: () => dock.ids(),
  onCall: (name, call) => (name === "card.details" ? details.place(call) : show(name, call)),
  onSync: (answer, isReconnect) => {
    clock.set(answer.now);
    for (const call of answer.calls) show("calls.sync", call);
    if (isReconnect) log.refresh();
  },
  onLines: (states) => states.forEach(lines.set),
});
startScope(socket);
startLineset(socket);

// A page the browser kept in memory may be old, or belong to somebody who signed out since.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
