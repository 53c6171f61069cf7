// The demo bar rings without leaving the page.
import { post } from "./post.js";
import { toast } from "./toast.js";

export function startDemoBar() {
  document.querySelector("[data-demo-bar]")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    try {
      const { body } = await post(form.action, new FormData(form));
      toast(body.notice);
    } catch {
      toast("ارتباط برقرار نشد.");
    }
  });
}
