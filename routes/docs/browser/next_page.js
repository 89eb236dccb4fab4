/**
 * Paging through results: below a page of rows stands a button for the next one. It sends the request again,
 * from where the page before ended, so that the reference shows the rows as it shows all answers.
 *
 * @module
 */

/** The reference's own elements that the button works with. */
const SEND = '[data-addressbar-action="send"]';
const RESPONSE = 'section[aria-label="Response"]';

export class NextPage {
  /** Where the page that is asked for begins; null for a request of the reader's own. */
  #wanted = null;
  #number = 1;

  /** The address to send a request to. */
  addressFor(url) {
    if (this.#wanted === null) {
      this.#number = 1;
      return url;
    }
    const address = new URL(url);
    address.searchParams.set("cursor", this.#wanted);
    this.#wanted = null;
    this.#number++;
    return address.href;
  }

  /** Shows the button, or takes it away, as the answer to a request says. */
  async show(response) {
    const page = await pageIn(response);
    // The reference first has to show the answer.
    requestAnimationFrame(() => this.#place(page));
  }

  #place(page) {
    const response = document.querySelector(RESPONSE);
    if (response === null) return;
    // On a phone it is below the form.
    if (response.getBoundingClientRect().top > innerHeight * 0.75) response.scrollIntoView();
    response.querySelector(".next-page")?.remove();
    if (page === null) return;
    if (page.next_cursor === null && this.#number === 1) return;
    const bar = document.createElement("div");
    bar.className = "next-page";
    const place = document.createElement("span");
    place.textContent = `Page ${this.#number}${page.next_cursor === null ? ", the last one" : ""}`;
    place.setAttribute("role", "status");
    bar.append(place);
    if (page.next_cursor !== null) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Next page";
      button.addEventListener("click", () => {
        this.#wanted = page.next_cursor;
        visible(SEND)?.click();
      });
      bar.append(button);
    }
    response.append(bar);
  }
}

/** The page of rows in an answer; null if there is none. */
async function pageIn(response) {
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !type.startsWith("application/json")) return null;
  const body = await response.json().catch(() => null);
  return Array.isArray(body?.items) && body.next_cursor !== undefined ? body : null;
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
}
