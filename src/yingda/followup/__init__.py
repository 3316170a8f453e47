"""Work items of callers who were not served: lost calls, messages, callbacks; one open item a number."""
