// What the server wrote into the page: words, addresses, how long things stay.
export const facts = JSON.parse(document.getElementById("facts").textContent);
