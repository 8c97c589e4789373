// @ts-check
/** A token that opened nothing must not stay in the address bar either, nor in the history. */
const address = new URL(location.href);
address.searchParams.delete('token');
history.replaceState(null, '', address);
