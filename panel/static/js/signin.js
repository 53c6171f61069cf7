// The sign-in page: nothing of the last user stays in this tab; in the demo, a click fills the form.
import { forgetAll } from "./store.js";

forgetAll();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill-user]");
  if (!button) return;
  document.getElementById("username").value = button.dataset.fillUser;
  document.getElementById("password").value = button.dataset.fillPassword;
  document.querySelector("form button[type=submit]").focus();
});
