// Sends a form with the page's token and gives the JSON answer; a session that is over leads to sign-in.
export async function post(address, data) {
  const answer = await fetch(address, {
    method: "POST",
    body: data,
    headers: {
      "X-Requested-With": "fetch",
      "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
    },
  });
  const body = await answer.json();
  if (answer.status === 401 && body.sign_in) location.assign(body.sign_in);
  return { answer, body };
}
