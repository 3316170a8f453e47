"""The border to Asterisk: events come over its WebSocket to us, commands go by HTTP to it."""
